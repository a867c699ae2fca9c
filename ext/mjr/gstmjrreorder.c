/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstmjrreorder.c - puts RTP packets back into the order of their sequence numbers. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstmjrreorder.h"

/* Of media. What is sent again later than that helps no one. */
#define MAX_WAIT GST_SECOND

struct _GstMjrReorder {
  guint window;
  GArray *ready; /* of GstMjrPacket: what comes out next, from @next_ready on */
  guint next_ready;
  GArray *waiting; /* of GstMjrPacket, by distance from @expected */

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
  self->ready = g_array_new (FALSE, FALSE, sizeof (GstMjrPacket));
  self->waiting = g_array_new (FALSE, FALSE, sizeof (GstMjrPacket));
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
make_ready (GstMjrReorder *self, const GstMjrPacket *item)
{
  g_array_append_vals (self->ready, item, 1);
  /* One that came twice changes nothing. */
  if (distance (self, item->seq) >= 0)
    self->expected = item->seq + 1;
}

/* Whether the packet that @item waits for may still come. */
static gboolean
is_worth_waiting (const GstMjrReorder *self, const GstMjrPacket *item, guint n_waiting)
{
  const GstMjrPacket *newest = &g_array_index (self->waiting, GstMjrPacket, self->waiting->len - 1);
  GstClockTimeDiff span =
      GST_CLOCK_DIFF (GST_BUFFER_PTS (item->buffer), GST_BUFFER_PTS (newest->buffer));

  return distance (self, item->seq) > 0 && n_waiting <= self->window && span <= MAX_WAIT;
}

/* Lets those pass that wait for nothing any more; with @all, each of them. */
static void
release (GstMjrReorder *self, gboolean all)
{
  guint n = 0;

  while (n < self->waiting->len) {
    const GstMjrPacket *item = &g_array_index (self->waiting, GstMjrPacket, n);

    if (!all && is_worth_waiting (self, item, self->waiting->len - n))
      break;
    make_ready (self, item);
    n++;
  }
  if (n > 0)
    g_array_remove_range (self->waiting, 0, n);
}

static void
wait_in_order (GstMjrReorder *self, const GstMjrPacket *item)
{
  guint at = self->waiting->len;

  while (at > 0 && distance (self, g_array_index (self->waiting, GstMjrPacket, at - 1).seq) >
                       distance (self, item->seq))
    at--;
  if (at < self->waiting->len)
    self->reordered++;
  g_array_insert_val (self->waiting, at, *item);
}

void
gst_mjr_reorder_add (GstMjrReorder *self, const GstMjrPacket *packet)
{
  gint ahead;

  /* Another stream, or the same one started anew: what was missing of the old one will not come. */
  if (!self->started || packet->ssrc != self->ssrc ||
      ABS (distance (self, packet->seq)) > (gint) MAX (self->window, 1) * 4) {
    release (self, TRUE);
    self->started = TRUE;
    self->ssrc = packet->ssrc;
    self->expected = packet->seq;
  }

  ahead = distance (self, packet->seq);
  if (self->window == 0 || ahead < 0) {
    g_array_append_vals (self->ready, packet, 1);
    return;
  }
  if (ahead == 0) {
    if (self->waiting->len > 0)
      self->reordered++;
    make_ready (self, packet);
  } else {
    wait_in_order (self, packet);
  }
  release (self, FALSE);
}

gboolean
gst_mjr_reorder_take (GstMjrReorder *self, gboolean all, GstMjrPacket *packet)
{
  if (all)
    release (self, TRUE);
  if (self->next_ready == self->ready->len) {
    g_array_set_size (self->ready, 0);
    self->next_ready = 0;
    return FALSE;
  }
  *packet = g_array_index (self->ready, GstMjrPacket, self->next_ready++);
  return TRUE;
}

void
gst_mjr_reorder_flush (GstMjrReorder *self)
{
  GstMjrPacket packet;

  while (gst_mjr_reorder_take (self, TRUE, &packet))
    gst_buffer_unref (packet.buffer);
  self->started = FALSE;
}

guint64
gst_mjr_reorder_get_reordered (const GstMjrReorder *self)
{
  return self->reordered;
}
