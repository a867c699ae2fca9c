/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is closed in threads of their own, since that may have to wait. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanusclosing.h"

/* How long the end is waited for: of what takes longer, the threads are left to themselves. */
#define MAX_TIME (3 * G_TIME_SPAN_SECOND)

/* How often a state change is looked for: nothing tells of its end. */
#define STATE_CHANGE_INTERVAL (10 * G_TIME_SPAN_MILLISECOND)

/* Each thread holds a reference. */
struct _GstJanusClosing {
  GstBin *bin; /* not owned: the threads own it */

  GMutex lock;
  GCond cond;
  guint pending;
  gboolean stopped;
};

typedef struct {
  GstJanusClosing *closing;
  GstBin *bin;
  GDestroyNotify close;
  gpointer data;
} Item;

GstJanusClosing *
gst_janus_closing_new (GstBin *bin)
{
  GstJanusClosing *self = g_atomic_rc_box_new0 (GstJanusClosing);

  self->bin = bin;
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);
  return self;
}

static void
closing_clear (gpointer data)
{
  GstJanusClosing *self = data;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
}

static void
closing_unref (GstJanusClosing *self)
{
  g_atomic_rc_box_release_full (self, closing_clear);
}

/* Until no state change is under way: later ones do not know DATA any more. */
static void
wait_for_state_change (GstJanusClosing *self, GstElement *bin)
{
  g_mutex_lock (&self->lock);
  while (!self->stopped) {
    if (GST_STATE_TRYLOCK (bin)) {
      GST_STATE_UNLOCK (bin);
      break;
    }
    g_cond_wait_until (&self->cond, &self->lock, g_get_monotonic_time () + STATE_CHANGE_INTERVAL);
  }
  g_mutex_unlock (&self->lock);
}

static gpointer
close_item (gpointer data)
{
  g_autofree Item *item = data;
  GstJanusClosing *self = item->closing;

  wait_for_state_change (self, GST_ELEMENT (item->bin));
  item->close (item->data);
  g_mutex_lock (&self->lock);
  self->pending--;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
  gst_object_unref (item->bin);
  closing_unref (self);
  return NULL;
}

void
gst_janus_closing_add (GstJanusClosing *self, GDestroyNotify close, gpointer data)
{
  Item *item = g_new (Item, 1);

  item->closing = g_atomic_rc_box_acquire (self);
  item->bin = gst_object_ref (self->bin);
  item->close = close;
  item->data = data;
  g_mutex_lock (&self->lock);
  self->pending++;
  g_mutex_unlock (&self->lock);
  g_thread_unref (g_thread_new ("janus-close", close_item, item));
}

void
gst_janus_closing_stop (GstJanusClosing *self)
{
  g_mutex_lock (&self->lock);
  self->stopped = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

void
gst_janus_closing_finish (GstJanusClosing *self)
{
  gint64 deadline = g_get_monotonic_time () + MAX_TIME;

  g_mutex_lock (&self->lock);
  while (self->pending > 0 && g_cond_wait_until (&self->cond, &self->lock, deadline))
    ;
  g_mutex_unlock (&self->lock);
  closing_unref (self);
}
