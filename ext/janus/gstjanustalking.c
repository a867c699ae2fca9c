/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Janus element's talks with the server, one after the other: how each begins and ends, and what
 * becomes of errors. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanusbinprivate.h"

#define PRIV(self) gst_janus_bin_get_private (self)

/* ---- Into the signalling thread ---- */

typedef struct {
  GstJanusBin *self;
  GstJanusRun *run; /* only compared */
  void (*func) (GstJanusBin *self);
  GError *error; /* instead of FUNC */
} Invocation;

static gboolean
on_invoked (gpointer data)
{
  Invocation *invocation = data;
  GstJanusBinPrivate *priv = PRIV (invocation->self);
  gboolean goes_on;

  /* Whatever comes after the run's stop has nothing to work on any more. */
  GST_OBJECT_LOCK (invocation->self);
  goes_on = priv->run == invocation->run;
  GST_OBJECT_UNLOCK (invocation->self);
  goes_on = goes_on && (priv->talk || gst_janus_bin_is_retrying (invocation->self));
  if (!goes_on)
    return G_SOURCE_REMOVE;
  if (invocation->error)
    gst_janus_bin_fail (invocation->self, invocation->error);
  else
    invocation->func (invocation->self);
  return G_SOURCE_REMOVE;
}

static void
invocation_free (gpointer data)
{
  Invocation *invocation = data;

  gst_object_unref (invocation->self);
  g_clear_error (&invocation->error);
  g_free (invocation);
}

/* Takes ERROR. */
static void
invoke (GstJanusBin *self, void (*func) (GstJanusBin *self), GError *error)
{
  GstJanusBinPrivate *priv = PRIV (self);
  Invocation *invocation = g_new (Invocation, 1);

  invocation->self = gst_object_ref (self);
  invocation->func = func;
  invocation->error = error;

  GST_OBJECT_LOCK (self);
  invocation->run = priv->run;
  if (priv->run)
    gst_janus_run_invoke (priv->run, on_invoked, g_steal_pointer (&invocation), invocation_free);
  GST_OBJECT_UNLOCK (self);
  if (invocation)
    invocation_free (invocation);
}

void
gst_janus_bin_invoke (GstJanusBin *self, void (*func) (GstJanusBin *self))
{
  invoke (self, func, NULL);
}

void
gst_janus_bin_fail_soon (GstJanusBin *self, GError *error)
{
  invoke (self, NULL, error);
}

/* ---- Signalling thread ---- */

gpointer
gst_janus_bin_get_talk (GstJanusBin *self)
{
  return PRIV (self)->talk;
}

void
gst_janus_bin_succeed (GstJanusBin *self)
{
  gst_janus_reconnect_succeed (PRIV (self)->reconnect);
}

static gboolean
on_deadline (gpointer data)
{
  GstJanusBin *self = data;
  g_autoptr (GError) error = g_steal_pointer (&PRIV (self)->deadline_error);

  gst_janus_bin_fail (self, error);
  return G_SOURCE_REMOVE;
}

void
gst_janus_bin_set_deadline (GstJanusBin *self, gint code, const gchar *what)
{
  GstJanusBinPrivate *priv = PRIV (self);
  guint timeout = gst_janus_bin_get_timeout (self);

  gst_janus_clear_source (&priv->deadline);
  g_clear_error (&priv->deadline_error);
  if (!what || gst_janus_failure_is_set (priv->failure))
    return;

  priv->deadline_error = g_error_new (JANUS_ERROR, code, "%s within %u s", what, timeout);
  priv->deadline = gst_janus_bin_add_timeout (self, timeout * 1000, on_deadline);
}

guint
gst_janus_bin_get_round_trip (GstJanusBin *self)
{
  GstJanusBinPrivate *priv = PRIV (self);

  return priv->talk ? GST_JANUS_BIN_GET_CLASS (self)->get_round_trip (priv->talk) : 0;
}

JanusPatience
gst_janus_bin_get_patience (GstJanusBin *self)
{
  JanusRetryConfig config;

  gst_janus_bin_get_retry_config (self, &config);
  return gst_janus_reconnect_get_patience (
      PRIV (self)->reconnect, &config, gst_janus_bin_get_round_trip (self));
}

static void
give_up (GstJanusBin *self, const GError *error)
{
  gst_janus_bin_stop_retrying (self);
  gst_janus_bin_set_deadline (self, 0, NULL);
  gst_janus_bin_set_state (self, GST_JANUS_STATE_FAILED);
  gst_janus_failure_set (PRIV (self)->failure, error);
}

gboolean
gst_janus_bin_is_retrying (GstJanusBin *self)
{
  GstJanusBinPrivate *priv = PRIV (self);

  return priv->due || gst_janus_reconnect_is_waiting (priv->reconnect);
}

void
gst_janus_bin_stop_retrying (GstJanusBin *self)
{
  GstJanusBinPrivate *priv = PRIV (self);

  priv->due = FALSE;
  gst_janus_reconnect_stop (priv->reconnect);
}

static void
on_lost_left (GstJanusBin *self)
{
  if (PRIV (self)->due)
    gst_janus_bin_start_talk (self);
}

/* What is left of the last one might still have our id. */
void
gst_janus_bin_try_again (GstJanusBin *self)
{
  GstJanusBinPrivate *priv = PRIV (self);

  if (priv->leaving)
    priv->due = TRUE;
  else
    gst_janus_bin_start_talk (self);
}

/* FALSE: it makes no sense to try again. */
static gboolean
retry (GstJanusBin *self, const GError *error)
{
  GstJanusBinPrivate *priv = PRIV (self);
  g_autofree gchar *where = gst_janus_bin_describe (self);
  JanusRetryConfig config;
  JanusRetryVerdict verdict;

  gst_janus_bin_get_retry_config (self, &config);
  verdict = gst_janus_reconnect_lose (priv->reconnect, &config, error, where);
  if (verdict == JANUS_RETRY_GIVE_UP)
    return FALSE;

  gst_janus_bin_set_deadline (self, 0, NULL);
  GST_JANUS_BIN_GET_CLASS (self)->drop (self);
  if (priv->talk)
    gst_janus_bin_leave (self, on_lost_left);
  if (verdict == JANUS_RETRY_AGAIN_AS_ANOTHER)
    gst_janus_bin_set_active (self, NULL);
  gst_janus_reconnect_wait (priv->reconnect);
  return TRUE;
}

void
gst_janus_bin_fail (GstJanusBin *self, const GError *error)
{
  GstJanusBinPrivate *priv = PRIV (self);
  gboolean lost_already = gst_janus_bin_is_retrying (self);

  /* Whatever breaks after the end was to end. */
  if (gst_janus_failure_is_set (priv->failure) ||
      gst_janus_bin_get_state (self) == GST_JANUS_STATE_ENDED ||
      (lost_already && janus_retry_get_kind (error) != JANUS_RETRY_NEVER))
    return;
  if (lost_already || !retry (self, error))
    give_up (self, error);
}

void
gst_janus_bin_on_failed (const GError *error, gpointer user_data)
{
  gst_janus_bin_fail (user_data, error);
}

void
gst_janus_bin_start_talk (GstJanusBin *self)
{
  GstJanusBinPrivate *priv = PRIV (self);
  GstJanusBinClass *klass = GST_JANUS_BIN_GET_CLASS (self);
  GstJanusSettings settings;

  priv->due = FALSE;
  gst_janus_bin_set_state (self, GST_JANUS_STATE_CONNECTING);
  GST_OBJECT_LOCK (self);
  settings = priv->settings;
  /* Whatever id the server chose the first time stays ours. */
  if (!settings.room.feed)
    settings.room.feed = priv->active;
  priv->talk = klass->make_talk (self, &settings);
  GST_OBJECT_UNLOCK (self);
  gst_janus_bin_set_deadline (self, JANUS_ERROR_TIMEOUT, "The server has not let us in");
  klass->begin_talk (priv->talk);
}

static void
on_left (gpointer data)
{
  g_autofree GstJanusLeaving *leaving = data;

  if (leaving->stopped) {
    gst_janus_run_quit (leaving->run);
  } else {
    PRIV (leaving->self)->leaving = NULL;
    leaving->left (leaving->self);
  }
  gst_object_unref (leaving->self);
}

void
gst_janus_bin_leave (GstJanusBin *self, void (*left) (GstJanusBin *self))
{
  GstJanusBinPrivate *priv = PRIV (self);

  priv->leaving = g_new0 (GstJanusLeaving, 1);
  priv->leaving->self = gst_object_ref (self);
  priv->leaving->run = priv->run;
  priv->leaving->left = left;
  gst_janus_bin_set_deadline (self, 0, NULL);
  GST_JANUS_BIN_GET_CLASS (self)->leave_talk (
      g_steal_pointer (&priv->talk), on_left, priv->leaving);
}

void
gst_janus_bin_stop_talk (GstJanusBin *self)
{
  GstJanusBinPrivate *priv = PRIV (self);

  if (priv->talk) {
    GST_JANUS_BIN_GET_CLASS (self)->leave_talk (
        g_steal_pointer (&priv->talk), gst_janus_run_quit, priv->run);
  } else if (priv->leaving) {
    priv->leaving->stopped = TRUE;
    priv->leaving = NULL;
  } else {
    gst_janus_run_quit (priv->run);
  }
}
