/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstmjrreorder.c - puts RTP packets back into the order of their sequence numbers. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstmjrreorder.h"

/* Of media. What is sent again later than that helps no one. */
#define MAX_WAIT GST_SECOND

typedef struct {
  GstBuffer *packet;
  guint32 ssrc;
  guint16 seq;
} Item;

struct _GstMjrReorder {
  guint window;
  GArray *ready; /* of GstBuffer: what comes out next, from @next_ready on */
  guint next_ready;
  GArray *waiting; /* of Item, by distance from @expected */

  gboolean started;
  guint32 ssrc;
  guint16 expected;
  guint64 reordered;
};

GstMjrReorder *
gst_mjr_reorder_new (guint window)
{
  GstMjrReorder *self = g_new0 (GstMjrReorder, 1);

  self->window = window;
  self->ready = g_array_new (FALSE, FALSE, sizeof (GstBuffer *));
  self->waiting = g_array_new (FALSE, FALSE, sizeof (Item));
  return self;
}

void
gst_mjr_reorder_free (GstMjrReorder *self)
{
  gst_mjr_reorder_flush (self);
  g_array_unref (self->ready);
  g_array_unref (self->waiting);
  g_free (self);
}

static gint
distance (const GstMjrReorder *self, guint16 seq)
{
  return (gint16) (seq - self->expected);
}

static void
make_ready (GstMjrReorder *self, const Item *item)
{
  g_array_append_val (self->ready, item->packet);
  /* One that came twice changes nothing. */
  if (distance (self, item->seq) >= 0)
    self->expected = item->seq + 1;
}

/* Whether the packet that @item waits for may still come. */
static gboolean
is_worth_waiting (const GstMjrReorder *self, const Item *item, guint n_waiting)
{
  const Item *newest = &g_array_index (self->waiting, Item, self->waiting->len - 1);
  GstClockTimeDiff span =
      GST_CLOCK_DIFF (GST_BUFFER_PTS (item->packet), GST_BUFFER_PTS (newest->packet));

  return distance (self, item->seq) > 0 && n_waiting <= self->window && span <= MAX_WAIT;
}

/* Lets those pass that wait for nothing any more; with @all, each of them. */
static void
release (GstMjrReorder *self, gboolean all)
{
  guint n = 0;

  while (n < self->waiting->len) {
    const Item *item = &g_array_index (self->waiting, Item, n);

    if (!all && is_worth_waiting (self, item, self->waiting->len - n))
      break;
    make_ready (self, item);
    n++;
  }
  if (n > 0)
    g_array_remove_range (self->waiting, 0, n);
}

static void
wait_in_order (GstMjrReorder *self, const Item *item)
{
  guint at = self->waiting->len;

  while (at > 0 && distance (self, g_array_index (self->waiting, Item, at - 1).seq) >
                       distance (self, item->seq))
    at--;
  if (at < self->waiting->len)
    self->reordered++;
  g_array_insert_val (self->waiting, at, *item);
}

void
gst_mjr_reorder_add (GstMjrReorder *self, GstBuffer *packet, guint32 ssrc, guint16 seq)
{
  const Item item = {packet, ssrc, seq};
  gint ahead;

  /* Another stream, or the same one started anew: what was missing of the old one will not come. */
  if (!self->started || ssrc != self->ssrc ||
      ABS (distance (self, seq)) > (gint) MAX (self->window, 1) * 4) {
    release (self, TRUE);
    self->started = TRUE;
    self->ssrc = ssrc;
    self->expected = seq;
  }

  ahead = distance (self, seq);
  if (self->window == 0 || ahead < 0) {
    g_array_append_val (self->ready, packet);
    return;
  }
  if (ahead == 0) {
    if (self->waiting->len > 0)
      self->reordered++;
    make_ready (self, &item);
  } else {
    wait_in_order (self, &item);
  }
  release (self, FALSE);
}

GstBuffer *
gst_mjr_reorder_take (GstMjrReorder *self, gboolean all)
{
  if (all)
    release (self, TRUE);
  if (self->next_ready == self->ready->len) {
    g_array_set_size (self->ready, 0);
    self->next_ready = 0;
    return NULL;
  }
  return g_array_index (self->ready, GstBuffer *, self->next_ready++);
}

void
gst_mjr_reorder_flush (GstMjrReorder *self)
{
  GstBuffer *packet;

  while ((packet = gst_mjr_reorder_take (self, TRUE)) != NULL)
    gst_buffer_unref (packet);
  self->started = FALSE;
}

guint64
gst_mjr_reorder_get_reordered (const GstMjrReorder *self)
{
  return self->reordered;
}
