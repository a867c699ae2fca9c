/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A publisher of a room that a source receives, or may have to. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanusfeed.h"
#include "janustext.h"

/* How often one that the server lists is asked for again while it says that there is no such
 * feed. */
#define MAX_MISSED 3

GstJanusFeed *
gst_janus_feed_new (GstJanusSrc *src, const gchar *id)
{
  GstJanusFeed *feed = g_new0 (GstJanusFeed, 1);

  feed->src = src;
  feed->id = g_strdup (id);
  feed->id_in_text = janus_text_escape (id, JANUS_TEXT_MAX_NAME);
  feed->retry = JANUS_RETRY_INIT;
  feed->link.data = feed;
  return feed;
}

void
gst_janus_feed_free (GstJanusFeed *feed)
{
  gst_janus_clear_source (&feed->timer);
  g_free (feed->id);
  g_free (feed->display);
  g_free (feed->media);
  g_free (feed->id_in_text);
  g_free (feed->in_words);
  g_free (feed);
}

/* What of it can be received, only to be compared. */
static gchar *
describe_media (const GPtrArray *streams)
{
  g_autoptr (GString) media = NULL;
  guint i;

  if (!streams)
    return NULL;
  media = g_string_new (NULL);
  for (i = 0; i < streams->len; i++) {
    const JanusStream *stream = g_ptr_array_index (streams, i);

    if (stream->active && g_strcmp0 (stream->type, "data") != 0)
      g_string_append_printf (media, "%s %s %s\n", stream->type ? stream->type : "",
          stream->mid ? stream->mid : "", stream->codec ? stream->codec : "");
  }
  return g_string_free (g_steal_pointer (&media), FALSE);
}

static void
set_names (GstJanusFeed *feed, const gchar *display)
{
  g_autofree gchar *name = janus_text_escape (display, JANUS_TEXT_MAX_NAME);

  g_free (feed->display);
  feed->display = g_strdup (display);
  g_free (feed->in_words);
  feed->in_words = display ? g_strdup_printf ("feed %s (\"%s\")", feed->id_in_text, name)
                           : g_strdup_printf ("feed %s", feed->id_in_text);
}

gboolean
gst_janus_feed_update (GstJanusFeed *feed, const JanusPublisher *publisher)
{
  g_autofree gchar *before = feed->media;
  gboolean changed;

  set_names (feed, publisher->display);
  feed->media = describe_media (publisher->streams);
  /* Of what is gone we just receive no more. */
  changed =
      feed->present && before && feed->media && *feed->media && !g_str_equal (before, feed->media);
  if (!feed->present || changed) {
    feed->given_up = FALSE;
    feed->n_missed = 0;
  }
  feed->present = TRUE;
  return changed;
}

void
gst_janus_feed_tell (GstJanusFeed *feed, const gchar *state, const gchar *reason)
{
  GstStructure *details = gst_structure_new ("janus-feed", "feed-id", G_TYPE_STRING, feed->id,
      "feed-display-name", G_TYPE_STRING, feed->display, "state", G_TYPE_STRING, state, NULL);

  if (reason)
    gst_structure_set (details, "reason", G_TYPE_STRING, reason, NULL);
  feed->told = TRUE;
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

static gint64
get_now (void)
{
  return g_get_monotonic_time () * (GST_SECOND / G_TIME_SPAN_SECOND);
}

void
gst_janus_feed_succeed (GstJanusFeed *feed)
{
  feed->n_missed = 0;
  janus_retry_succeeded (&feed->retry, get_now ());
  gst_janus_feed_tell (feed, "connected", NULL);
}

/* Perhaps since its leaving was not told. */
static gboolean
is_missing (GstJanusFeed *feed, const GError *error)
{
  if (!g_error_matches (error, JANUS_REFUSAL, JANUS_REFUSAL_NO_SUCH_FEED)) {
    feed->n_missed = 0;
    return FALSE;
  }
  return ++feed->n_missed > MAX_MISSED;
}

/* Whether to try again, and when. What has no media is told of anew once it has some. */
static gboolean
may_heal (GstJanusFeed *feed, const GError *error, guint64 *delay)
{
  JanusRetryConfig config;

  if (g_error_matches (error, JANUS_ERROR, JANUS_ERROR_NO_MEDIA))
    return FALSE;
  gst_janus_bin_get_retry_config (GST_JANUS_BIN (feed->src), &config);
  return janus_retry_failed (&feed->retry, &config, error, get_now (), g_random_double (), delay) !=
         JANUS_RETRY_GIVE_UP;
}

gboolean
gst_janus_feed_lose (GstJanusFeed *feed, const GError *error, GSourceFunc again)
{
  GstJanusBin *bin = GST_JANUS_BIN (feed->src);
  guint64 delay = 0;
  g_autoptr (GError) own_error =
      g_error_new (error->domain, error->code, "Feed %s: %s", feed->id_in_text, error->message);

  if (is_missing (feed, error))
    return FALSE;
  gst_janus_feed_release (feed);
  gst_janus_feed_tell (feed, "lost", error->message);
  if (may_heal (feed, own_error, &delay)) {
    if (feed->retry.attempts == 1)
      gst_janus_bin_warn (bin, own_error, "Trying again.");
    feed->timer = gst_janus_bin_add_timeout_for (
        bin, (guint) MIN (GST_TIME_AS_MSECONDS (delay), G_MAXUINT), again, feed);
  } else {
    feed->given_up = TRUE;
    gst_janus_bin_warn (bin, own_error, "It is left out until it comes anew.");
  }
  return TRUE;
}

JanusPatience
gst_janus_feed_get_patience (GstJanusFeed *feed)
{
  GstJanusBin *bin = GST_JANUS_BIN (feed->src);
  JanusRetryConfig config;

  gst_janus_bin_get_retry_config (bin, &config);
  return janus_retry_get_patience (&feed->retry, &config, gst_janus_bin_get_round_trip (bin));
}

gboolean
gst_janus_feed_is_at_fault (const GError *error)
{
  if (error->domain == JANUS_REFUSAL)
    return error->code == JANUS_REFUSAL_NO_SUCH_FEED ||
           janus_retry_get_kind (error) == JANUS_RETRY_NEVER;
  return error->domain == JANUS_ERROR &&
         (error->code == JANUS_ERROR_NO_MEDIA || error->code == JANUS_ERROR_CODEC ||
             error->code == JANUS_ERROR_PROTOCOL);
}
