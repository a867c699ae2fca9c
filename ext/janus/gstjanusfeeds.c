/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All publishers of a room that may have to be received, and which of them are to be. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanusfeeds.h"

/* So many are remembered: a list of publishers can be as long as the server likes. */
#define MAX_KNOWN 1000

void
gst_janus_feeds_init (GstJanusFeeds *self, GstJanusSrc *src, GstJanusSelection *selection)
{
  self->src = src;
  self->selection = selection;
  g_queue_init (&self->queue);
  self->by_id =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) gst_janus_feed_free);
}

void
gst_janus_feeds_clear (GstJanusFeeds *self)
{
  g_queue_init (&self->queue);
  g_clear_pointer (&self->by_id, g_hash_table_unref);
}

GstJanusFeed *
gst_janus_feeds_find (GstJanusFeeds *self, const gchar *id)
{
  return g_hash_table_lookup (self->by_id, id);
}

static gboolean
fits (GstJanusFeeds *self, const gchar *id, const gchar *display)
{
  g_autofree gchar *feed_id = gst_janus_bin_dup_feed_id (GST_JANUS_BIN (self->src));

  return gst_janus_selection_fits (self->selection, feed_id, id, display);
}

static void
tell_of_crowd (GstJanusFeeds *self)
{
  g_autoptr (GError) error = NULL;

  if (self->crowd_told)
    return;
  self->crowd_told = TRUE;
  error = g_error_new (
      JANUS_ERROR, JANUS_ERROR_PROTOCOL, "The server tells of more than %d publishers", MAX_KNOWN);
  gst_janus_bin_warn (GST_JANUS_BIN (self->src), error, "Those beyond are ignored.");
}

GstJanusFeed *
gst_janus_feeds_remember (GstJanusFeeds *self, const JanusPublisher *publisher)
{
  GstJanusFeed *feed = gst_janus_feeds_find (self, publisher->id);

  /* Who does not fit is not kept, however many of them there are. */
  if (feed || !fits (self, publisher->id, publisher->display))
    return feed;
  if (self->queue.length >= MAX_KNOWN) {
    tell_of_crowd (self);
    return NULL;
  }
  feed = gst_janus_feed_new (self->src, publisher->id);
  g_queue_push_tail_link (&self->queue, &feed->link);
  g_hash_table_insert (self->by_id, feed->id, feed);
  return feed;
}

void
gst_janus_feeds_remove (GstJanusFeeds *self, GstJanusFeed *feed)
{
  g_queue_unlink (&self->queue, &feed->link);
  g_hash_table_remove (self->by_id, feed->id);
}

void
gst_janus_feeds_remove_all (GstJanusFeeds *self)
{
  g_queue_init (&self->queue);
  g_hash_table_remove_all (self->by_id);
}

void
gst_janus_feeds_reset (GstJanusFeeds *self)
{
  gst_janus_feeds_remove_all (self);
  self->crowd_told = FALSE;
  self->full_told = FALSE;
}

gboolean
gst_janus_feeds_is_busy (GstJanusFeeds *self, gboolean connected)
{
  gboolean busy = FALSE;
  GList *l;

  for (l = self->queue.head; l && !busy; l = l->next) {
    GstJanusFeed *feed = l->data;

    busy = feed->reception && (!connected || (gst_janus_reception_is_connected (feed->reception) &&
                                                 !gst_janus_reception_is_ending (feed->reception)));
  }
  return busy;
}

static gboolean
is_wanted (GstJanusFeeds *self, const GstJanusFeed *feed)
{
  return feed->present && !feed->given_up && fits (self, feed->id, feed->display);
}

gboolean
gst_janus_feeds_is_only_one (GstJanusFeeds *self, const GstJanusFeed *feed)
{
  GList *l;

  for (l = self->queue.head; l && (l->data == feed || !is_wanted (self, l->data)); l = l->next)
    ;
  return !l;
}

/* ---- Places ---- */

/* Whoever is tried again keeps the place, and the pads, against those that wait. */
static guint
count_taken (GstJanusFeeds *self)
{
  guint n = 0;
  GList *l;

  for (l = self->queue.head; l; l = l->next) {
    GstJanusFeed *feed = l->data;

    n += feed->reception || (feed->present && feed->timer);
  }
  return n;
}

static guint
count_places (GstJanusFeeds *self)
{
  guint max = gst_janus_selection_get_max (self->selection);

  if (!gst_janus_selection_is_many (self->selection))
    return gst_janus_feeds_is_busy (self, FALSE) ? 0 : 1;
  return max - MIN (max, count_taken (self));
}

static void
tell_that_it_is_full (GstJanusFeeds *self)
{
  g_autoptr (GError) error = NULL;

  if (self->full_told || !gst_janus_selection_is_many (self->selection))
    return;
  self->full_told = TRUE;
  error = g_error_new (JANUS_ERROR, JANUS_ERROR_SETTINGS,
      "There are more publishers to receive than max-feeds=%u allows",
      gst_janus_selection_get_max (self->selection));
  gst_janus_bin_warn (
      GST_JANUS_BIN (self->src), error, "Those beyond are received as others leave.");
}

void
gst_janus_feeds_fill (GstJanusFeeds *self, void (*receive) (GstJanusFeed *feed))
{
  guint n_places = count_places (self);
  GList *l;

  for (l = self->queue.head; l; l = l->next) {
    GstJanusFeed *feed = l->data;

    if (feed->reception || feed->timer || !is_wanted (self, feed))
      continue;
    if (n_places == 0) {
      tell_that_it_is_full (self);
      break;
    }
    n_places--;
    receive (feed);
  }
}
