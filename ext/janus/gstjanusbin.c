/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the Janus elements have in common: properties, the signalling thread, states, and errors. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "gstjanusbin.h"
#include "gstjanusrun.h"

GST_DEBUG_CATEGORY_STATIC (gst_janus_bin_debug);
#define GST_CAT_DEFAULT gst_janus_bin_debug

#define DEFAULT_TIMEOUT 15

/* How long an error waits for PLAYING. */
#define HOLD_BACK_MSECONDS 1000

#define DEFAULT_SIGNALLING GST_JANUS_SIGNALLING_E2EE
#define DEFAULT_DO_RETRANSMISSION TRUE
#define DEFAULT_ICE_TRANSPORT_POLICY GST_WEBRTC_ICE_TRANSPORT_POLICY_ALL

enum {
  PROP_0,
  PROP_JANUS_ENDPOINT,
  PROP_ROOM_ID,
  PROP_FEED_ID,
  PROP_USE_STRING_IDS,
  PROP_DISPLAY_NAME,
  PROP_PIN,
  PROP_TOKEN,
  PROP_API_SECRET,
  PROP_SSL_CA_FILE,
  PROP_STUN_SERVER,
  PROP_TURN_SERVER,
  PROP_ICE_TRANSPORT_POLICY,
  PROP_TIMEOUT,
  PROP_SIGNALLING,
  PROP_DO_RETRANSMISSION,
  PROP_STATE,
  PROP_ACTIVE_FEED_ID,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* A room that is left before the run ends. */
typedef struct {
  GstJanusBin *self;
  GstJanusRun *run;
  void (*left) (GstJanusBin *self);
  gboolean stopped; /* the run has ended meanwhile, only its thread is left to end */
} Leaving;

typedef struct {
  /* Settings, under the object lock. */
  JanusSessionConfig session_config;
  JanusRoomConfig room_config;
  GstJanusIceConfig ice_config;
  GstJanusState state;
  gchar *active_feed;
  gboolean playing;
  GError *error; /* what this run has failed with */

  GstJanusRun *run; /* set by state changes, read under the object lock elsewhere */

  /* Of the signalling thread. */
  JanusRoom *room;
  Leaving *leaving;
  GSource *deadline;
  GError *deadline_error;
} GstJanusBinPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (GstJanusBin, gst_janus_bin, GST_TYPE_BIN,
    G_ADD_PRIVATE (GstJanusBin)
        GST_DEBUG_CATEGORY_INIT (gst_janus_bin_debug, "janus", 0, "Janus signalling"));

#define PRIV(self) ((GstJanusBinPrivate *) gst_janus_bin_get_instance_private (self))

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
  goes_on = priv->run == invocation->run && priv->room;
  GST_OBJECT_UNLOCK (invocation->self);
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

JanusRoom *
gst_janus_bin_get_room (GstJanusBin *self)
{
  return PRIV (self)->room;
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
gst_janus_bin_set_state (GstJanusBin *self, GstJanusState state)
{
  GstJanusBinPrivate *priv = PRIV (self);
  g_autofree gchar *room = NULL, *feed = NULL;
  GEnumClass *states;

  GST_OBJECT_LOCK (self);
  if (priv->state == state) {
    GST_OBJECT_UNLOCK (self);
    return;
  }
  priv->state = state;
  room = g_strdup (priv->room_config.room);
  feed = g_strdup (priv->active_feed);
  GST_OBJECT_UNLOCK (self);

  states = g_type_class_ref (GST_TYPE_JANUS_STATE);
  GST_INFO_OBJECT (self, "%s", g_enum_get_value (states, (gint) state)->value_nick);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
  gst_element_post_message (
      GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self),
                              gst_structure_new ("janus-state", "state", G_TYPE_STRING,
                                  g_enum_get_value (states, (gint) state)->value_nick, "room-id",
                                  G_TYPE_STRING, room, "feed-id", G_TYPE_STRING, feed, NULL)));
  g_type_class_unref (states);
}

void
gst_janus_bin_set_active_feed (GstJanusBin *self, const gchar *feed)
{
  GstJanusBinPrivate *priv = PRIV (self);
  gboolean changed;

  GST_OBJECT_LOCK (self);
  changed = g_strcmp0 (priv->active_feed, feed) != 0;
  if (changed) {
    g_free (priv->active_feed);
    priv->active_feed = g_strdup (feed);
  }
  GST_OBJECT_UNLOCK (self);
  if (changed)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ACTIVE_FEED_ID]);
}

GSource *
gst_janus_bin_add_timeout (GstJanusBin *self, guint mseconds, GSourceFunc func)
{
  GSource *source = g_timeout_source_new (mseconds);

  g_source_set_callback (source, func, self, NULL);
  g_source_attach (source, gst_janus_run_get_context (PRIV (self)->run));
  return source;
}

void
gst_janus_clear_source (GSource **source)
{
  if (*source) {
    g_source_destroy (*source);
    g_clear_pointer (source, g_source_unref);
  }
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
  if (!what)
    return;

  priv->deadline_error = g_error_new (JANUS_ERROR, code, "%s within %u s", what, timeout);
  priv->deadline = gst_janus_bin_add_timeout (self, timeout * 1000, on_deadline);
}

static void
get_gst_error (const GError *error, GQuark *domain, gint *code)
{
  static const struct {
    gboolean refusal;
    gint code;
    gint resource_error;
  } codes[] = {
      {TRUE, JANUS_REFUSAL_NO_SUCH_ROOM, GST_RESOURCE_ERROR_NOT_FOUND},
      {TRUE, JANUS_REFUSAL_NO_SUCH_FEED, GST_RESOURCE_ERROR_NOT_FOUND},
      {TRUE, JANUS_REFUSAL_ROOM_FULL, GST_RESOURCE_ERROR_BUSY},
      {TRUE, JANUS_REFUSAL_ID_EXISTS, GST_RESOURCE_ERROR_BUSY},
      {TRUE, JANUS_REFUSAL_UNAUTHORIZED, GST_RESOURCE_ERROR_NOT_AUTHORIZED},
      {TRUE, JANUS_REFUSAL_UNAUTHORIZED_CORE, GST_RESOURCE_ERROR_NOT_AUTHORIZED},
      {TRUE, JANUS_REFUSAL_MISSING_ELEMENT, GST_RESOURCE_ERROR_NOT_AUTHORIZED},
      {TRUE, JANUS_REFUSAL_PERC_ONLY, GST_RESOURCE_ERROR_NOT_AUTHORIZED},
      {FALSE, JANUS_ERROR_SETTINGS, GST_RESOURCE_ERROR_SETTINGS},
      {FALSE, JANUS_ERROR_NO_FEED, GST_RESOURCE_ERROR_NOT_FOUND},
      {FALSE, JANUS_ERROR_CLOSED, GST_RESOURCE_ERROR_CLOSE},
      {FALSE, JANUS_ERROR_KICKED, GST_RESOURCE_ERROR_CLOSE},
  };
  gboolean refusal = error->domain == JANUS_REFUSAL;
  gsize i;

  if (error->domain != JANUS_REFUSAL && error->domain != JANUS_ERROR) {
    *domain = error->domain;
    *code = error->code;
    return;
  }
  if (!refusal && error->code == JANUS_ERROR_CODEC) {
    *domain = GST_STREAM_ERROR;
    *code = GST_STREAM_ERROR_CODEC_NOT_FOUND;
    return;
  }
  *domain = GST_RESOURCE_ERROR;
  *code = GST_RESOURCE_ERROR_OPEN_READ_WRITE;
  for (i = 0; i < G_N_ELEMENTS (codes); i++) {
    if (codes[i].refusal == refusal && codes[i].code == error->code)
      *code = codes[i].resource_error;
  }
}

/* Any thread, unlike gst_janus_bin_fail(). */
static void
post_error (GstJanusBin *self, const GError *error)
{
  const gchar *hint = janus_error_hint (error);
  GstStructure *details = NULL;
  g_autofree gchar *endpoint = NULL, *room = NULL;
  GQuark domain;
  gint code;

  GST_OBJECT_LOCK (self);
  endpoint = g_strdup (PRIV (self)->session_config.endpoint);
  room = g_strdup (PRIV (self)->room_config.room);
  GST_OBJECT_UNLOCK (self);

  get_gst_error (error, &domain, &code);
  if (error->domain == JANUS_REFUSAL)
    details = gst_structure_new ("details", "janus-code", G_TYPE_INT, error->code, NULL);
  gst_element_message_full_with_details (GST_ELEMENT (self), GST_MESSAGE_ERROR, domain, code,
      g_strdup_printf ("%s.%s%s", error->message, *hint ? " " : "", hint),
      g_strdup_printf (
          "endpoint %s, room %s", endpoint ? endpoint : "(none)", room ? room : "(none)"),
      __FILE__, GST_FUNCTION, __LINE__, details);
}

/* Posts what the run has failed with if the element does not play yet. */
static gboolean
on_held_back_long_enough (gpointer data)
{
  GstJanusBin *self = data;
  GstJanusBinPrivate *priv = PRIV (self);
  gboolean playing;

  GST_OBJECT_LOCK (self);
  playing = priv->playing;
  GST_OBJECT_UNLOCK (self);
  if (!playing)
    post_error (self, priv->error);
  return G_SOURCE_REMOVE;
}

void
gst_janus_bin_fail (GstJanusBin *self, const GError *error)
{
  GstJanusBinPrivate *priv = PRIV (self);
  gboolean playing;

  if (priv->error)
    return;
  gst_janus_bin_set_deadline (self, 0, NULL);
  gst_janus_bin_set_state (self, GST_JANUS_STATE_FAILED);

  GST_OBJECT_LOCK (self);
  priv->error = g_error_copy (error);
  playing = priv->playing;
  GST_OBJECT_UNLOCK (self);
  if (playing) {
    post_error (self, error);
    return;
  }
  /* gst-launch-1.0 misses an error that is posted before its main loop runs, and would hang: it sets PLAYING
   * from there. Whoever stays in PAUSED is told a little later. */
  priv->deadline = gst_janus_bin_add_timeout (self, HOLD_BACK_MSECONDS, on_held_back_long_enough);
}

/* Remembers whether the element plays, and tells what it has failed with before. */
static void
set_playing (GstJanusBin *self, gboolean playing)
{
  GstJanusBinPrivate *priv = PRIV (self);
  g_autoptr (GError) error = NULL;

  GST_OBJECT_LOCK (self);
  priv->playing = playing;
  if (playing && priv->error)
    error = g_error_copy (priv->error);
  GST_OBJECT_UNLOCK (self);
  if (error)
    post_error (self, error);
}

void
gst_janus_bin_on_joined (const gchar *id, gpointer user_data)
{
  GST_INFO_OBJECT (user_data, "in the room as %s", id);
  gst_janus_bin_set_deadline (user_data, 0, NULL);
}

void
gst_janus_bin_on_failed (const GError *error, gpointer user_data)
{
  gst_janus_bin_fail (user_data, error);
}

GstJanusSignalling
gst_janus_bin_get_signalling (GstJanusBin *self)
{
  GstJanusSignalling signalling;

  GST_OBJECT_LOCK (self);
  signalling = (GstJanusSignalling) PRIV (self)->session_config.signalling;
  GST_OBJECT_UNLOCK (self);
  return signalling;
}

guint
gst_janus_bin_get_timeout (GstJanusBin *self)
{
  guint timeout;

  GST_OBJECT_LOCK (self);
  timeout = PRIV (self)->session_config.timeout;
  GST_OBJECT_UNLOCK (self);
  return timeout;
}

gchar *
gst_janus_bin_dup_feed_id (GstJanusBin *self)
{
  gchar *feed;

  GST_OBJECT_LOCK (self);
  feed = g_strdup (PRIV (self)->room_config.feed);
  GST_OBJECT_UNLOCK (self);
  return feed;
}

void
gst_janus_bin_get_ice_config (GstJanusBin *self, GstJanusIceConfig *config)
{
  GST_OBJECT_LOCK (self);
  *config = PRIV (self)->ice_config;
  config->stun_server = g_strdup (config->stun_server);
  config->turn_server = g_strdup (config->turn_server);
  GST_OBJECT_UNLOCK (self);
}

void
gst_janus_ice_config_clear (GstJanusIceConfig *config)
{
  g_clear_pointer (&config->stun_server, g_free);
  g_clear_pointer (&config->turn_server, g_free);
}

static gboolean
check_settings (GstJanusBin *self, GError **error)
{
  GstJanusBinPrivate *priv = PRIV (self);
  const gchar *endpoint = priv->session_config.endpoint;
  gboolean string_ids = priv->room_config.string_ids;
  const gchar *scheme = endpoint ? g_uri_peek_scheme (endpoint) : NULL;

  if (!endpoint) {
    g_set_error_literal (error, JANUS_ERROR, JANUS_ERROR_SETTINGS,
        "No server: set janus-endpoint= to its WebSocket, such as wss://sfu.example:8989/");
  } else if (g_strcmp0 (scheme, "ws") != 0 && g_strcmp0 (scheme, "wss") != 0) {
    g_set_error (error, JANUS_ERROR, JANUS_ERROR_SETTINGS,
        "janus-endpoint=%s is no WebSocket: it has to begin with ws:// or wss://", endpoint);
  } else if (!priv->room_config.room) {
    g_set_error_literal (
        error, JANUS_ERROR, JANUS_ERROR_SETTINGS, "No room: set room-id=, such as room-id=1234");
  } else if (!janus_id_is_valid (priv->room_config.room, string_ids)) {
    g_set_error (error, JANUS_ERROR, JANUS_ERROR_SETTINGS,
        "room-id=%s is no number: if the server names its rooms by strings, set "
        "use-string-ids=true",
        priv->room_config.room);
  } else if (priv->room_config.feed && !janus_id_is_valid (priv->room_config.feed, string_ids)) {
    g_set_error (error, JANUS_ERROR, JANUS_ERROR_SETTINGS,
        "feed-id=%s is no number: if the server names its feeds by strings, set "
        "use-string-ids=true",
        priv->room_config.feed);
  } else {
    return TRUE;
  }
  return FALSE;
}

static gboolean
on_start (gpointer data)
{
  GstJanusBin *self = data;
  GstJanusBinPrivate *priv = PRIV (self);
  GstJanusBinClass *klass = GST_JANUS_BIN_GET_CLASS (self);
  JanusRoomConfig config;

  gst_janus_bin_set_state (self, GST_JANUS_STATE_CONNECTING);
  GST_OBJECT_LOCK (self);
  config = priv->room_config;
  if (!klass->publishes)
    config.feed = NULL;
  priv->room = janus_room_new (&priv->session_config, &config, klass->room_handlers, self);
  GST_OBJECT_UNLOCK (self);
  gst_janus_bin_set_deadline (self, JANUS_ERROR_TIMEOUT, "The server has not let us into the room");
  janus_room_join (priv->room);
  return G_SOURCE_REMOVE;
}

static void
on_left (gpointer data)
{
  g_autofree Leaving *leaving = data;

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

  priv->leaving = g_new0 (Leaving, 1);
  priv->leaving->self = gst_object_ref (self);
  priv->leaving->run = priv->run;
  priv->leaving->left = left;
  gst_janus_bin_set_deadline (self, 0, NULL);
  janus_room_leave (g_steal_pointer (&priv->room), on_left, priv->leaving);
}

static gboolean
on_stop (gpointer data)
{
  GstJanusBin *self = data;
  GstJanusBinPrivate *priv = PRIV (self);

  gst_janus_bin_set_deadline (self, 0, NULL);
  GST_JANUS_BIN_GET_CLASS (self)->stop (self);
  if (priv->room) {
    janus_room_leave (g_steal_pointer (&priv->room), gst_janus_run_quit, priv->run);
  } else if (priv->leaving) {
    priv->leaving->stopped = TRUE;
    priv->leaving = NULL;
  } else {
    gst_janus_run_quit (priv->run);
  }
  gst_janus_bin_set_active_feed (self, NULL);
  return G_SOURCE_REMOVE;
}

static gboolean
start_run (GstJanusBin *self)
{
  GstJanusBinPrivate *priv = PRIV (self);
  g_autoptr (GError) error = NULL;
  GstJanusRun *run;

  if (!check_settings (self, &error) ||
      !GST_JANUS_BIN_GET_CLASS (self)->check_settings (self, &error)) {
    post_error (self, error);
    return FALSE;
  }
  run = gst_janus_run_start ();
  GST_OBJECT_LOCK (self);
  priv->run = run;
  g_clear_error (&priv->error);
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
  gst_janus_bin_set_active_feed (self, NULL);
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
  if (run)
    gst_janus_run_finish (run);
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
        set_playing (self, TRUE);
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      set_playing (self, FALSE);
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
set_string (gchar **field, const GValue *value)
{
  g_free (*field);
  *field = g_value_dup_string (value);
}

static void
clear_secret (gchar **field)
{
  if (*field)
    explicit_bzero (*field, strlen (*field));
  g_clear_pointer (field, g_free);
}

static void
set_secret (gchar **field, const GValue *value)
{
  clear_secret (field);
  *field = g_value_dup_string (value);
}

static void
gst_janus_bin_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GstJanusBin *self = GST_JANUS_BIN (object);
  GstJanusBinPrivate *priv = PRIV (self);

  GST_OBJECT_LOCK (self);
  switch (prop_id) {
    case PROP_JANUS_ENDPOINT:
      set_string (&priv->session_config.endpoint, value);
      break;
    case PROP_ROOM_ID:
      set_string (&priv->room_config.room, value);
      break;
    case PROP_FEED_ID:
      set_string (&priv->room_config.feed, value);
      break;
    case PROP_USE_STRING_IDS:
      priv->room_config.string_ids = g_value_get_boolean (value);
      break;
    case PROP_DISPLAY_NAME:
      set_string (&priv->room_config.display, value);
      break;
    case PROP_PIN:
      set_secret (&priv->room_config.pin, value);
      break;
    case PROP_TOKEN:
      set_secret (&priv->room_config.token, value);
      set_secret (&priv->session_config.token, value);
      break;
    case PROP_API_SECRET:
      set_secret (&priv->session_config.api_secret, value);
      break;
    case PROP_SSL_CA_FILE:
      set_string (&priv->session_config.ca_file, value);
      break;
    case PROP_STUN_SERVER:
      set_string (&priv->ice_config.stun_server, value);
      break;
    case PROP_TURN_SERVER:
      set_secret (&priv->ice_config.turn_server, value);
      break;
    case PROP_ICE_TRANSPORT_POLICY:
      priv->ice_config.ice_transport_policy = g_value_get_enum (value);
      break;
    case PROP_TIMEOUT:
      priv->session_config.timeout = g_value_get_uint (value);
      break;
    case PROP_SIGNALLING:
      priv->session_config.signalling = (JanusSignalling) g_value_get_enum (value);
      break;
    case PROP_DO_RETRANSMISSION:
      priv->ice_config.do_retransmission = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_janus_bin_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstJanusBin *self = GST_JANUS_BIN (object);
  GstJanusBinPrivate *priv = PRIV (self);

  GST_OBJECT_LOCK (self);
  switch (prop_id) {
    case PROP_JANUS_ENDPOINT:
      g_value_set_string (value, priv->session_config.endpoint);
      break;
    case PROP_ROOM_ID:
      g_value_set_string (value, priv->room_config.room);
      break;
    case PROP_FEED_ID:
      g_value_set_string (value, priv->room_config.feed);
      break;
    case PROP_USE_STRING_IDS:
      g_value_set_boolean (value, priv->room_config.string_ids);
      break;
    case PROP_DISPLAY_NAME:
      g_value_set_string (value, priv->room_config.display);
      break;
    case PROP_SSL_CA_FILE:
      g_value_set_string (value, priv->session_config.ca_file);
      break;
    case PROP_STUN_SERVER:
      g_value_set_string (value, priv->ice_config.stun_server);
      break;
    case PROP_ICE_TRANSPORT_POLICY:
      g_value_set_enum (value, priv->ice_config.ice_transport_policy);
      break;
    case PROP_TIMEOUT:
      g_value_set_uint (value, priv->session_config.timeout);
      break;
    case PROP_SIGNALLING:
      g_value_set_enum (value, (gint) priv->session_config.signalling);
      break;
    case PROP_DO_RETRANSMISSION:
      g_value_set_boolean (value, priv->ice_config.do_retransmission);
      break;
    case PROP_STATE:
      g_value_set_enum (value, (gint) priv->state);
      break;
    case PROP_ACTIVE_FEED_ID:
      g_value_set_string (value, priv->active_feed);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_janus_bin_finalize (GObject *object)
{
  GstJanusBinPrivate *priv = PRIV (GST_JANUS_BIN (object));

  g_free (priv->session_config.endpoint);
  clear_secret (&priv->session_config.api_secret);
  clear_secret (&priv->session_config.token);
  g_free (priv->session_config.ca_file);
  g_free (priv->room_config.room);
  g_free (priv->room_config.feed);
  g_free (priv->room_config.display);
  clear_secret (&priv->room_config.pin);
  clear_secret (&priv->room_config.token);
  clear_secret (&priv->ice_config.turn_server);
  g_free (priv->ice_config.stun_server);
  g_free (priv->active_feed);
  g_clear_error (&priv->error);

  G_OBJECT_CLASS (gst_janus_bin_parent_class)->finalize (object);
}

static gboolean
gst_janus_bin_check_nothing (GstJanusBin *self, GError **error)
{
  return TRUE;
}

static void
gst_janus_bin_class_init (GstJanusBinClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  const GParamFlags ready =
      (GParamFlags) (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  /* A credential is nobody's business once it is set, and must not show in a graph. */
  const GParamFlags secret =
      (GParamFlags) (G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  const GParamFlags readable = (GParamFlags) (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  object_class->set_property = gst_janus_bin_set_property;
  object_class->get_property = gst_janus_bin_get_property;
  object_class->finalize = gst_janus_bin_finalize;
  element_class->change_state = gst_janus_bin_change_state;
  klass->check_settings = gst_janus_bin_check_nothing;

  /**
   * GstJanusBin:janus-endpoint:
   *
   * Since: 0.1
   */
  properties[PROP_JANUS_ENDPOINT] = g_param_spec_string ("janus-endpoint", "Janus endpoint",
      "WebSocket of the server, such as wss://sfu.example:8989/", NULL, ready);
  /**
   * GstJanusBin:room-id:
   *
   * Since: 0.1
   */
  properties[PROP_ROOM_ID] = g_param_spec_string ("room-id", "Room id",
      "Room to join: a number, or any string with use-string-ids", NULL, ready);
  /**
   * GstJanusBin:feed-id:
   *
   * Since: 0.1
   */
  properties[PROP_FEED_ID] = g_param_spec_string ("feed-id", "Feed id",
      "janusvideoroomsink: feed to publish as (unset: the server chooses); "
      "janusvideoroomsrc: feed to receive (unset: see feed-display-name)",
      NULL, ready);
  /**
   * GstJanusBin:use-string-ids:
   *
   * Since: 0.1
   */
  properties[PROP_USE_STRING_IDS] = g_param_spec_boolean ("use-string-ids", "Use string ids",
      "The server names rooms and feeds by strings (its string_ids setting)", FALSE, ready);
  /**
   * GstJanusBin:display-name:
   *
   * Since: 0.1
   */
  properties[PROP_DISPLAY_NAME] = g_param_spec_string (
      "display-name", "Display name", "Name shown to the others in the room", NULL, ready);
  /**
   * GstJanusBin:pin:
   *
   * Since: 0.1
   */
  properties[PROP_PIN] = g_param_spec_string ("pin", "PIN", "PIN of the room", NULL, secret);
  /**
   * GstJanusBin:token:
   *
   * Since: 0.1
   */
  properties[PROP_TOKEN] = g_param_spec_string ("token", "Token",
      "Token for servers (token_auth) or rooms (allowed) that want one", NULL, secret);
  /**
   * GstJanusBin:api-secret:
   *
   * Since: 0.1
   */
  properties[PROP_API_SECRET] = g_param_spec_string ("api-secret", "API secret",
      "API secret of the server (its api_secret setting)", NULL, secret);
  /**
   * GstJanusBin:ssl-ca-file:
   *
   * Since: 0.1
   */
  properties[PROP_SSL_CA_FILE] = g_param_spec_string ("ssl-ca-file", "SSL CA file",
      "PEM file of the certificate authorities to trust for wss:// instead of the system's", NULL,
      ready);
  /**
   * GstJanusBin:stun-server:
   *
   * Since: 0.1
   */
  properties[PROP_STUN_SERVER] = g_param_spec_string (
      "stun-server", "STUN server", "STUN server, as stun://host:port", NULL, ready);
  /**
   * GstJanusBin:turn-server:
   *
   * Since: 0.1
   */
  properties[PROP_TURN_SERVER] = g_param_spec_string ("turn-server", "TURN server",
      "TURN server, as turn(s)://username:password@host:port", NULL, secret);
  /**
   * GstJanusBin:ice-transport-policy:
   *
   * Since: 0.1
   */
  properties[PROP_ICE_TRANSPORT_POLICY] = g_param_spec_enum ("ice-transport-policy",
      "ICE transport policy", "Which ways to the server to try: all, or relays only",
      GST_TYPE_WEBRTC_ICE_TRANSPORT_POLICY, DEFAULT_ICE_TRANSPORT_POLICY, ready);
  /**
   * GstJanusBin:timeout:
   *
   * Since: 0.1
   */
  properties[PROP_TIMEOUT] = g_param_spec_uint ("timeout", "Timeout",
      "Seconds within which each step (joining the room, the feed's appearing, the media "
      "connection) must succeed",
      1, 3600, DEFAULT_TIMEOUT, ready);
  /**
   * GstJanusBin:signalling:
   *
   * Since: 0.1
   */
  properties[PROP_SIGNALLING] = g_param_spec_enum ("signalling", "Signalling",
      "How the server is told that the media is end-to-end encrypted", GST_TYPE_JANUS_SIGNALLING,
      DEFAULT_SIGNALLING, ready);
  /**
   * GstJanusBin:do-retransmission:
   *
   * Since: 0.1
   */
  properties[PROP_DO_RETRANSMISSION] =
      g_param_spec_boolean ("do-retransmission", "Do retransmission",
          "Send lost packets again, and ask for them", DEFAULT_DO_RETRANSMISSION, ready);
  /**
   * GstJanusBin:state:
   *
   * Also posted as an element message "janus-state" at each change.
   *
   * Since: 0.1
   */
  properties[PROP_STATE] = g_param_spec_enum ("state", "State", "What the signalling is doing",
      GST_TYPE_JANUS_STATE, GST_JANUS_STATE_DISCONNECTED, readable);
  /**
   * GstJanusBin:active-feed-id:
   *
   * Since: 0.1
   */
  properties[PROP_ACTIVE_FEED_ID] = g_param_spec_string ("active-feed-id", "Active feed id",
      "The feed that is published or received now", NULL, readable);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gst_type_mark_as_plugin_api (GST_TYPE_JANUS_BIN, (GstPluginAPIFlags) 0);
  gst_type_mark_as_plugin_api (GST_TYPE_JANUS_SIGNALLING, (GstPluginAPIFlags) 0);
  gst_type_mark_as_plugin_api (GST_TYPE_JANUS_STATE, (GstPluginAPIFlags) 0);
}

static void
gst_janus_bin_init (GstJanusBin *self)
{
  GstJanusBinPrivate *priv = PRIV (self);

  priv->session_config.timeout = DEFAULT_TIMEOUT;
  priv->session_config.signalling = (JanusSignalling) DEFAULT_SIGNALLING;
  priv->ice_config.ice_transport_policy = DEFAULT_ICE_TRANSPORT_POLICY;
  priv->ice_config.do_retransmission = DEFAULT_DO_RETRANSMISSION;
}
