/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The publishers of a room that a source receives, or may have to. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanusfeed.h"
#include "janustext.h"

static void
feed_free (gpointer data)
{
  GstJanusFeed *feed = data;

  gst_janus_clear_source (&feed->timer);
  g_free (feed->id);
  g_free (feed->display);
  g_free (feed->id_in_text);
  g_free (feed->in_words);
  g_free (feed);
}

void
gst_janus_feed_update (GstJanusFeed *feed, const JanusPublisher *publisher)
{
  g_autofree gchar *name = janus_text_escape (publisher->display, JANUS_TEXT_MAX_NAME);

  feed->present = TRUE;
  g_free (feed->display);
  feed->display = g_strdup (publisher->display);
  g_free (feed->in_words);
  feed->in_words = name ? g_strdup_printf ("feed %s (\"%s\")", feed->id_in_text, name)
                        : g_strdup_printf ("feed %s", feed->id_in_text);
}

void
gst_janus_feed_tell (GstJanusFeed *feed, const gchar *state, const gchar *reason)
{
  GstStructure *details = gst_structure_new ("janus-feed", "feed-id", G_TYPE_STRING, feed->id,
      "feed-display-name", G_TYPE_STRING, feed->display, "state", G_TYPE_STRING, state, NULL);

  if (reason)
    gst_structure_set (details, "reason", G_TYPE_STRING, reason, NULL);
  feed->told = state;
  gst_element_post_message (
      GST_ELEMENT (feed->src), gst_message_new_element (GST_OBJECT (feed->src), details));
}

void
gst_janus_feed_release (GstJanusFeed *feed)
{
  if (feed->subscription)
    janus_subscription_end (g_steal_pointer (&feed->subscription));
  if (feed->reception)
    gst_janus_src_close (feed->src, g_steal_pointer (&feed->reception));
}

/* ---- All of them ---- */

void
gst_janus_feeds_init (GstJanusFeeds *self)
{
  g_queue_init (&self->queue);
  self->by_id = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, feed_free);
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

GstJanusFeed *
gst_janus_feeds_add (GstJanusFeeds *self, GstJanusSrc *src, const gchar *id)
{
  GstJanusFeed *feed = g_new0 (GstJanusFeed, 1);

  feed->src = src;
  feed->id = g_strdup (id);
  feed->id_in_text = janus_text_escape (id, JANUS_TEXT_MAX_NAME);
  feed->retry = JANUS_RETRY_INIT;
  feed->link.data = feed;
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

guint
gst_janus_feeds_count_taken (GstJanusFeeds *self)
{
  guint n = 0;
  GList *l;

  for (l = self->queue.head; l; l = l->next) {
    GstJanusFeed *feed = l->data;

    n += feed->reception || (feed->present && feed->timer);
  }
  return n;
}
