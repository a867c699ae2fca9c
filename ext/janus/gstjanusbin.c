/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the Janus elements have in common: properties, the signalling thread, and states. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "gstjanusbinprivate.h"
#include "gstjanuspeer.h"

GST_DEBUG_CATEGORY_STATIC (gst_janus_bin_debug);
#define GST_CAT_DEFAULT gst_janus_bin_debug

enum { PROP_STATE = GST_JANUS_N_SETTINGS, PROP_ACTIVE, PROP_STATS };

static GParamSpec *state_property;

static const gchar *const active_names[] = {
    [GST_JANUS_KIND_ROOM] = "active-feed-id",
    [GST_JANUS_KIND_RECORD_PLAY] = "active-recording-id",
};

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (GstJanusBin, gst_janus_bin, GST_TYPE_BIN,
    G_ADD_PRIVATE (GstJanusBin)
        GST_DEBUG_CATEGORY_INIT (gst_janus_bin_debug, "janus", 0, "Janus signalling"));

GstJanusBinPrivate *
gst_janus_bin_get_private (GstJanusBin *self)
{
  return gst_janus_bin_get_instance_private (self);
}

#define PRIV(self) gst_janus_bin_get_private (self)

const GstJanusSettings *
gst_janus_bin_lock_settings (GstJanusBin *self)
{
  GST_OBJECT_LOCK (self);
  return &PRIV (self)->settings;
}

void
gst_janus_bin_unlock_settings (GstJanusBin *self)
{
  GST_OBJECT_UNLOCK (self);
}

GMainContext *
gst_janus_bin_get_context (GstJanusBin *self)
{
  return gst_janus_run_get_context (PRIV (self)->run);
}

GstJanusState
gst_janus_bin_get_state (GstJanusBin *self)
{
  GstJanusState state;

  GST_OBJECT_LOCK (self);
  state = PRIV (self)->state;
  GST_OBJECT_UNLOCK (self);
  return state;
}

void
gst_janus_bin_set_state_with (GstJanusBin *self, GstJanusState state, GstStructure *details)
{
  GstJanusBinPrivate *priv = PRIV (self);
  /* What has failed stays so until it is stopped, whatever comes of what was begun before. */
  gboolean over = state != GST_JANUS_STATE_DISCONNECTED && state != GST_JANUS_STATE_FAILED &&
                  gst_janus_failure_is_set (priv->failure);
  GEnumClass *states;

  GST_OBJECT_LOCK (self);
  if (priv->state == state || over) {
    GST_OBJECT_UNLOCK (self);
    gst_structure_free (details);
    return;
  }
  priv->state = state;
  states = g_type_class_ref (GST_TYPE_JANUS_STATE);
  gst_structure_set_name (details, "janus-state");
  gst_structure_set (
      details, "state", G_TYPE_STRING, g_enum_get_value (states, (gint) state)->value_nick, NULL);
  gst_janus_settings_describe_state (&priv->settings, priv->active, details);
  GST_OBJECT_UNLOCK (self);

  GST_INFO_OBJECT (self, "%s", g_enum_get_value (states, (gint) state)->value_nick);
  g_object_notify_by_pspec (G_OBJECT (self), state_property);
  gst_element_post_message (
      GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self), details));
  g_type_class_unref (states);
  if (state == GST_JANUS_STATE_CONNECTED)
    gst_janus_bin_succeed (self);
}

void
gst_janus_bin_set_state (GstJanusBin *self, GstJanusState state)
{
  gst_janus_bin_set_state_with (self, state, gst_structure_new_empty ("details"));
}

void
gst_janus_bin_set_active (GstJanusBin *self, const gchar *id)
{
  GstJanusBinPrivate *priv = PRIV (self);
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = g_strcmp0 (priv->active, id) != 0;
  if (changed) {
    g_free (priv->active);
    priv->active = g_strdup (id);
  }
  GST_OBJECT_UNLOCK (self);
  if (changed)
    g_object_notify (G_OBJECT (self), active_names[GST_JANUS_BIN_GET_CLASS (self)->kind]);
}

JanusClock *
gst_janus_bin_get_clock (GstJanusBin *self)
{
  return PRIV (self)->clock;
}

void
gst_janus_bin_set_finds_ways_quickly (GstJanusBin *self, gboolean quickly)
{
  PRIV (self)->finds_ways_quickly = quickly;
}

gboolean
gst_janus_bin_finds_ways_quickly (GstJanusBin *self)
{
  return PRIV (self)->finds_ways_quickly;
}

GSource *
gst_janus_bin_add_timeout_for (GstJanusBin *self, guint mseconds, GSourceFunc func, gpointer data)
{
  GSource *source = g_timeout_source_new (mseconds);

  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, gst_janus_run_get_context (PRIV (self)->run));
  return source;
}

GSource *
gst_janus_bin_add_timeout (GstJanusBin *self, guint mseconds, GSourceFunc func)
{
  return gst_janus_bin_add_timeout_for (self, mseconds, func, self);
}

void
gst_janus_clear_source (GSource **source)
{
  if (*source) {
    g_source_destroy (*source);
    g_clear_pointer (source, g_source_unref);
  }
}

void
gst_janus_bin_close_later (GstJanusBin *self, GDestroyNotify close, gpointer data)
{
  gst_janus_closing_add (PRIV (self)->closing, close, data);
}

static gboolean
on_start (gpointer data)
{
  gst_janus_bin_start_talk (data);
  return G_SOURCE_REMOVE;
}

static gboolean
on_stop (gpointer data)
{
  GstJanusBin *self = data;
  GstJanusBinPrivate *priv = PRIV (self);

  gst_janus_bin_stop_retrying (self);
  gst_janus_bin_set_deadline (self, 0, NULL);
  gst_janus_failure_stop (priv->failure);
  gst_janus_closing_stop (priv->closing);
  GST_JANUS_BIN_GET_CLASS (self)->drop (self);
  GST_JANUS_BIN_GET_CLASS (self)->stop (self);
  gst_janus_bin_stop_talk (self);
  gst_janus_bin_set_active (self, NULL);
  return G_SOURCE_REMOVE;
}

static gboolean
start_run (GstJanusBin *self)
{
  GstJanusBinPrivate *priv = PRIV (self);
  g_autoptr (GError) error = NULL;
  GstJanusRun *run;

  if (!gst_janus_settings_check (&priv->settings, &error) ||
      !GST_JANUS_BIN_GET_CLASS (self)->check_settings (self, &error)) {
    gst_janus_bin_post_error (self, error);
    return FALSE;
  }
  gst_janus_failure_reset (priv->failure);
  gst_janus_reconnect_reset (priv->reconnect);
  g_clear_pointer (&priv->clock, janus_clock_unref);
  priv->clock = janus_clock_new ();
  priv->closing = gst_janus_closing_new (GST_BIN (self));
  run = gst_janus_run_start ();
  GST_OBJECT_LOCK (self);
  priv->run = run;
  GST_OBJECT_UNLOCK (self);
  gst_janus_run_invoke (run, on_start, gst_object_ref (self), gst_object_unref);
  return TRUE;
}

static void
stop_run (GstJanusBin *self)
{
  GstJanusRun *run = PRIV (self)->run;

  if (!run)
    return;
  gst_janus_run_invoke_and_wait (run, on_stop, self);
  /* Told from here, where whoever hears of it may ask for the state that is being changed. */
  gst_janus_bin_set_active (self, NULL);
  gst_janus_bin_set_state (self, GST_JANUS_STATE_DISCONNECTED);
}

static void
finish_run (GstJanusBin *self)
{
  GstJanusBinPrivate *priv = PRIV (self);
  GstJanusRun *run;

  GST_OBJECT_LOCK (self);
  run = g_steal_pointer (&priv->run);
  GST_OBJECT_UNLOCK (self);
  if (!run)
    return;
  gst_janus_run_finish (run);
  g_clear_pointer (&priv->closing, gst_janus_closing_finish);
}

static GstStateChangeReturn
gst_janus_bin_change_state (GstElement *element, GstStateChange transition)
{
  GstJanusBin *self = GST_JANUS_BIN (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    finish_run (self);
    if (!start_run (self))
      return GST_STATE_CHANGE_FAILURE;
  }

  ret = GST_ELEMENT_CLASS (gst_janus_bin_parent_class)->change_state (element, transition);

  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (ret == GST_STATE_CHANGE_FAILURE)
        stop_run (self);
      else
        ret = GST_STATE_CHANGE_NO_PREROLL;
      break;
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      if (ret != GST_STATE_CHANGE_FAILURE)
        gst_janus_failure_set_playing (PRIV (self)->failure, TRUE);
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      gst_janus_failure_set_playing (PRIV (self)->failure, FALSE);
      if (ret != GST_STATE_CHANGE_FAILURE)
        ret = GST_STATE_CHANGE_NO_PREROLL;
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      stop_run (self);
      break;
    case GST_STATE_CHANGE_READY_TO_NULL:
      finish_run (self);
      break;
    default:
      break;
  }
  return ret;
}

static void
gst_janus_bin_handle_message (GstBin *bin, GstMessage *message)
{
  /* Which may heal. */
  if (gst_janus_peer_take_error (message))
    gst_message_unref (message);
  else
    GST_BIN_CLASS (gst_janus_bin_parent_class)->handle_message (bin, message);
}

static void
gst_janus_bin_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GstJanusBin *self = GST_JANUS_BIN (object);
  GstJanusBinPrivate *priv = PRIV (self);

  GST_OBJECT_LOCK (self);
  if (!gst_janus_settings_set (&priv->settings, prop_id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  GST_OBJECT_UNLOCK (self);
}

static GstStructure *
make_stats (GstJanusBin *self)
{
  GstStructure *stats = gst_structure_new_empty ("application/x-janus-stats");

  gst_janus_reconnect_add_stats (PRIV (self)->reconnect, stats);
  GST_JANUS_BIN_GET_CLASS (self)->add_stats (self, stats);
  return stats;
}

static void
gst_janus_bin_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstJanusBin *self = GST_JANUS_BIN (object);
  GstJanusBinPrivate *priv = PRIV (self);

  if (prop_id == PROP_STATS) {
    g_value_take_boxed (value, make_stats (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (prop_id) {
    case PROP_STATE:
      g_value_set_enum (value, (gint) priv->state);
      break;
    case PROP_ACTIVE:
      g_value_set_string (value, priv->active);
      break;
    default:
      if (!gst_janus_settings_get (&priv->settings, prop_id, value))
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_janus_bin_constructed (GObject *object)
{
  GstJanusSettings *settings = &PRIV (GST_JANUS_BIN (object))->settings;

  G_OBJECT_CLASS (gst_janus_bin_parent_class)->constructed (object);

  /* While an instance is initialized it has not the class of its element yet. */
  settings->kind = GST_JANUS_BIN_GET_CLASS (object)->kind;
  if (GST_JANUS_BIN_GET_CLASS (object)->reconnects)
    gst_janus_settings_init_reconnect (settings);
}

/* Who is disposed of without having been stopped, which GStreamer complains of, as when another
 * element refuses to stop: nothing of it may go on. */
static void
gst_janus_bin_dispose (GObject *object)
{
  stop_run (GST_JANUS_BIN (object));
  finish_run (GST_JANUS_BIN (object));

  G_OBJECT_CLASS (gst_janus_bin_parent_class)->dispose (object);
}

static void
gst_janus_bin_finalize (GObject *object)
{
  GstJanusBinPrivate *priv = PRIV (GST_JANUS_BIN (object));

  gst_janus_failure_free (priv->failure);
  gst_janus_reconnect_free (priv->reconnect);
  g_clear_pointer (&priv->clock, janus_clock_unref);
  gst_janus_settings_clear (&priv->settings);
  g_free (priv->active);

  G_OBJECT_CLASS (gst_janus_bin_parent_class)->finalize (object);
}

static gboolean
gst_janus_bin_check_nothing (GstJanusBin *self, GError **error)
{
  return TRUE;
}

static void
gst_janus_bin_stop_nothing (GstJanusBin *self)
{
}

static void
gst_janus_bin_add_no_stats (GstJanusBin *self, GstStructure *stats)
{
}

void
gst_janus_bin_class_set_reconnecting (GstJanusBinClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  klass->reconnects = TRUE;
  gst_janus_settings_install_reconnect (object_class);
  /**
   * GstJanusBin:stats:
   *
   * A #GstStructure "application/x-janus-stats" with these fields, all of them guint64 and counted
   * since the element was made:
   *
   * - `reconnects`: how often a connection was lost and came back
   * - `attempts`: how often it was tried again, with success or without
   * - `packets-dropped` (janusvideoroomsink): packets of all pads that were dropped because there
   *   was no connection
   *
   * Since: 0.1
   */
  g_object_class_install_property (object_class, PROP_STATS,
      g_param_spec_boxed ("stats", "Statistics", "What has been lost and tried again",
          GST_TYPE_STRUCTURE, (GParamFlags) (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
}

void
gst_janus_bin_class_set_kind (GstJanusBinClass *klass, GstJanusKind kind)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  klass->kind = kind;
  /* Not inherited, and wanted of whoever owns properties. */
  if (!object_class->set_property)
    object_class->set_property = gst_janus_bin_set_property;
  if (!object_class->get_property)
    object_class->get_property = gst_janus_bin_get_property;
  gst_janus_settings_install_kind (object_class, kind);
  /**
   * GstJanusBin:active-feed-id:
   *
   * Of Record & Play it is active-recording-id.
   *
   * Since: 0.1
   */
  g_object_class_install_property (object_class, PROP_ACTIVE,
      g_param_spec_string (active_names[kind],
          kind == GST_JANUS_KIND_ROOM ? "Active feed id" : "Active recording id",
          kind == GST_JANUS_KIND_ROOM ? "The feed that is published or received now"
                                      : "The recording that is made or played now",
          NULL, (GParamFlags) (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
}

static void
gst_janus_bin_class_init (GstJanusBinClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  const GParamFlags readable = (GParamFlags) (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  object_class->set_property = gst_janus_bin_set_property;
  object_class->get_property = gst_janus_bin_get_property;
  object_class->constructed = gst_janus_bin_constructed;
  object_class->dispose = gst_janus_bin_dispose;
  object_class->finalize = gst_janus_bin_finalize;
  element_class->change_state = gst_janus_bin_change_state;
  GST_BIN_CLASS (klass)->handle_message = gst_janus_bin_handle_message;
  klass->check_settings = gst_janus_bin_check_nothing;
  klass->stop = gst_janus_bin_stop_nothing;
  klass->add_stats = gst_janus_bin_add_no_stats;
  gst_janus_settings_install (object_class);

  /**
   * GstJanusBin:state:
   *
   * Also posted as an element message "janus-state" at each change, with the fields `state`
   * (string), `room-id` and `feed-id`, or `recording-id` and `recording-name` (strings, or unset).
   * That of GST_JANUS_STATE_LOST has `reason` (string) and, of a refusal, `janus-code` (gint); that
   * of GST_JANUS_STATE_RETRYING has `attempt` (guint, in a row, from 1) and `delay` (guint64,
   * nanoseconds until it).
   *
   * Since: 0.1
   */
  state_property = g_param_spec_enum ("state", "State", "What the signalling is doing",
      GST_TYPE_JANUS_STATE, GST_JANUS_STATE_DISCONNECTED, readable);
  g_object_class_install_property (object_class, PROP_STATE, state_property);

  gst_type_mark_as_plugin_api (GST_TYPE_JANUS_BIN, (GstPluginAPIFlags) 0);
  gst_type_mark_as_plugin_api (GST_TYPE_JANUS_SIGNALLING, (GstPluginAPIFlags) 0);
  gst_type_mark_as_plugin_api (GST_TYPE_JANUS_STATE, (GstPluginAPIFlags) 0);
}

static void
gst_janus_bin_init (GstJanusBin *self)
{
  GstJanusBinPrivate *priv = PRIV (self);

  gst_janus_settings_init (&priv->settings);
  priv->failure = gst_janus_failure_new (self);
  priv->reconnect = gst_janus_reconnect_new (self, gst_janus_bin_try_again);
}
