/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the loss of a connection and the next attempt: tells why and when, waits, and counts. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanuspost.h"
#include "gstjanusreconnect.h"

struct _GstJanusReconnect {
  GstJanusBin *bin; /* not owned */
  void (*again) (GstJanusBin *bin);

  /* Of the signalling thread. */
  JanusRetry retry;
  GstClockTime delay; /* before the next attempt */
  GSource *timer;
  gint64 lost_at;   /* when it was up last, or -1 while it is */
  GHashTable *told; /* of this outage: reasons that a warning was posted for */

  GMutex lock;
  guint64 reconnects;
  guint64 attempts;
};

static gint64
get_now (void)
{
  return g_get_monotonic_time () * (GST_SECOND / G_TIME_SPAN_SECOND);
}

GstJanusReconnect *
gst_janus_reconnect_new (GstJanusBin *bin, void (*again) (GstJanusBin *bin))
{
  GstJanusReconnect *self = g_new0 (GstJanusReconnect, 1);

  self->bin = bin;
  self->again = again;
  self->told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_mutex_init (&self->lock);
  gst_janus_reconnect_reset (self);
  return self;
}

void
gst_janus_reconnect_free (GstJanusReconnect *self)
{
  g_hash_table_unref (self->told);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
gst_janus_reconnect_reset (GstJanusReconnect *self)
{
  janus_retry_reset (&self->retry);
  self->lost_at = -1;
  g_hash_table_remove_all (self->told);
}

/* Once for each reason in an outage, of which some have a DETAIL: an attempt may fail every few
 * seconds, for days. */
static void
warn (GstJanusReconnect *self, const GError *error, const gchar *detail, const gchar *what_is_done,
    const gchar *where)
{
  gchar *reason =
      g_strdup_printf ("%s %d %s", g_quark_to_string (error->domain), error->code, detail);

  if (g_hash_table_add (self->told, reason))
    gst_janus_post_warning (GST_ELEMENT (self->bin), error, what_is_done, where);
}

/* A session of ours that the server believes alive would be gone by now. */
static void
warn_of_another (GstJanusReconnect *self, const GError *error, const gchar *where)
{
  g_autofree gchar *feed = gst_janus_bin_dup_feed_id (self->bin);
  g_autofree gchar *what =
      g_strdup_printf ("Somebody else has had feed id %s for %d s. Trying again.", feed,
          (gint) (JANUS_RETRY_TAKEN_PATIENCE / GST_SECOND));

  warn (self, error, "another", what, where);
}

JanusRetryVerdict
gst_janus_reconnect_lose (GstJanusReconnect *self, const JanusRetryConfig *config,
    const GError *error, const gchar *where)
{
  gint64 now = get_now ();
  JanusRetryVerdict verdict =
      janus_retry_failed (&self->retry, config, error, now, g_random_double (), &self->delay);
  GstStructure *details;

  if (verdict == JANUS_RETRY_GIVE_UP)
    return verdict;

  if (self->lost_at < 0)
    self->lost_at = now;
  details = gst_structure_new ("details", "reason", G_TYPE_STRING, error->message, NULL);
  if (error->domain == JANUS_REFUSAL)
    gst_structure_set (details, "janus-code", G_TYPE_INT, error->code, NULL);
  gst_janus_bin_set_state_with (self->bin, GST_JANUS_STATE_LOST, details);
  if (verdict == JANUS_RETRY_AGAIN_THOUGH_TAKEN)
    warn_of_another (self, error, where);
  else
    warn (self, error, "", "Trying again.", where);
  return verdict;
}

static gboolean
on_timer (gpointer user_data)
{
  GstJanusReconnect *self = user_data;

  g_clear_pointer (&self->timer, g_source_unref);
  g_mutex_lock (&self->lock);
  self->attempts++;
  g_mutex_unlock (&self->lock);
  self->again (self->bin);
  return G_SOURCE_REMOVE;
}

void
gst_janus_reconnect_wait (GstJanusReconnect *self)
{
  gst_janus_bin_set_state_with (self->bin, GST_JANUS_STATE_RETRYING,
      gst_structure_new ("details", "attempt", G_TYPE_UINT, self->retry.attempts, "delay",
          G_TYPE_UINT64, self->delay, NULL));
  self->timer = gst_janus_bin_add_timeout_for (
      self->bin, (guint) MIN (GST_TIME_AS_MSECONDS (self->delay), G_MAXUINT), on_timer, self);
}

gboolean
gst_janus_reconnect_is_waiting (GstJanusReconnect *self)
{
  return self->timer != NULL;
}

void
gst_janus_reconnect_stop (GstJanusReconnect *self)
{
  gst_janus_clear_source (&self->timer);
}

void
gst_janus_reconnect_succeed (GstJanusReconnect *self)
{
  gint64 now = get_now ();
  guint attempts = self->retry.attempts;
  g_autofree gchar *text = NULL;

  if (self->retry.proven && self->lost_at >= 0) {
    g_mutex_lock (&self->lock);
    self->reconnects++;
    g_mutex_unlock (&self->lock);
  }
  janus_retry_succeeded (&self->retry, now);
  if (self->lost_at < 0)
    return;
  text = g_strdup_printf ("Connected again, after %" G_GINT64_FORMAT " s and %u attempt%s",
      (now - self->lost_at + GST_SECOND / 2) / (gint64) GST_SECOND, attempts,
      attempts == 1 ? "" : "s");
  gst_janus_post_info (GST_ELEMENT (self->bin), text);
  self->lost_at = -1;
  g_hash_table_remove_all (self->told);
}

JanusPatience
gst_janus_reconnect_get_patience (
    GstJanusReconnect *self, const JanusRetryConfig *config, guint round_trip)
{
  return janus_retry_get_patience (&self->retry, config, round_trip);
}

void
gst_janus_reconnect_add_stats (GstJanusReconnect *self, GstStructure *stats)
{
  g_mutex_lock (&self->lock);
  gst_structure_set (stats, "reconnects", G_TYPE_UINT64, self->reconnects, "attempts",
      G_TYPE_UINT64, self->attempts, NULL);
  g_mutex_unlock (&self->lock);
}
