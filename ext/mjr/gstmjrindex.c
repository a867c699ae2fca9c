/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstmjrindex.c - where in a recording a time is to be found. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstmjrindex.h"

#define MAX_ENTRIES 4096
#define FIRST_INTERVAL (64 * 1024)

/* Packets may stand behind those that were made after them, but not by more. */
#define MARGIN (5 * GST_SECOND)

void
gst_mjr_index_open (GstMjrIndex *self)
{
  self->entries = g_array_new (FALSE, FALSE, sizeof (GstMjrIndexEntry));
  self->interval = FIRST_INTERVAL;
}

void
gst_mjr_index_close (GstMjrIndex *self)
{
  g_clear_pointer (&self->entries, g_array_unref);
}

static const GstMjrIndexEntry *
entry_at (const GstMjrIndex *self, guint i)
{
  return &g_array_index (self->entries, GstMjrIndexEntry, i);
}

/* Every second one remains, the first among them. */
static void
thin_out (GstMjrIndex *self)
{
  guint kept;

  for (kept = 0; 2 * kept < self->entries->len; kept++)
    g_array_index (self->entries, GstMjrIndexEntry, kept) = *entry_at (self, 2 * kept);
  g_array_set_size (self->entries, kept);
  self->interval *= 2;
}

void
gst_mjr_index_pass (GstMjrIndex *self, const GstMjrIndexEntry *entry)
{
  guint n = self->entries->len;

  if (n > 0 && entry->position < entry_at (self, n - 1)->position + self->interval)
    return;
  g_array_append_val (self->entries, *entry);
  if (n + 1 == MAX_ENTRIES)
    thin_out (self);
}

const GstMjrIndexEntry *
gst_mjr_index_find (const GstMjrIndex *self, gint64 pts)
{
  guint low = 0, high = self->entries->len;

  if (high == 0)
    return NULL;
  while (high - low > 1) {
    guint middle = low + (high - low) / 2;

    if (entry_at (self, middle)->pts + (gint64) MARGIN <= pts)
      low = middle;
    else
      high = middle;
  }
  return entry_at (self, low);
}
