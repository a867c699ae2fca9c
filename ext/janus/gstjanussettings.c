/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be set of a Janus element: the properties that several have. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "gstjanusenums.h"
#include "gstjanussettings.h"
#include "januserror.h"

#define DEFAULT_TIMEOUT 15
#define DEFAULT_SIGNALLING GST_JANUS_SIGNALLING_E2EE
#define DEFAULT_DO_RETRANSMISSION TRUE
#define DEFAULT_ICE_TRANSPORT_POLICY GST_WEBRTC_ICE_TRANSPORT_POLICY_ALL
#define DEFAULT_RECONNECT TRUE
#define DEFAULT_RECONNECT_ATTEMPTS (-1)
#define DEFAULT_RECONNECT_MIN_DELAY (500 * GST_MSECOND)
#define DEFAULT_RECONNECT_MAX_DELAY (2 * GST_SECOND)
#define DEFAULT_RECONNECT_WHEN_KICKED FALSE

enum {
  SETTING_0,
  SETTING_JANUS_ENDPOINT,
  SETTING_ROOM_ID,
  SETTING_FEED_ID,
  SETTING_USE_STRING_IDS,
  SETTING_DISPLAY_NAME,
  SETTING_PIN,
  SETTING_TOKEN,
  SETTING_API_SECRET,
  SETTING_SSL_CA_FILE,
  SETTING_STUN_SERVER,
  SETTING_TURN_SERVER,
  SETTING_ICE_TRANSPORT_POLICY,
  SETTING_TIMEOUT,
  SETTING_SIGNALLING,
  SETTING_DO_RETRANSMISSION,
  SETTING_RECORDING_ID,
  SETTING_RECORDING_NAME,
  SETTING_RECONNECT,
  SETTING_RECONNECT_ATTEMPTS,
  SETTING_RECONNECT_MIN_DELAY,
  SETTING_RECONNECT_MAX_DELAY,
  SETTING_RECONNECT_WHEN_KICKED,
};

/* What the server writes into a file of lines beside the recording. */
#define MAX_NAME_SIZE 200

static void
set_string (gchar **field, const GValue *value)
{
  g_free (*field);
  *field = g_value_dup_string (value);
}

static void
set_secret (gchar **field, const GValue *value)
{
  janus_secret_clear (field);
  *field = g_value_dup_string (value);
}

void
gst_janus_ice_config_clear (GstJanusIceConfig *config)
{
  g_clear_pointer (&config->stun_server, g_free);
  g_clear_pointer (&config->turn_server, g_free);
}

gboolean
gst_janus_settings_set (GstJanusSettings *settings, guint id, const GValue *value)
{
  switch (id) {
    case SETTING_JANUS_ENDPOINT:
      set_string (&settings->session.endpoint, value);
      break;
    case SETTING_ROOM_ID:
      set_string (&settings->room.room, value);
      break;
    case SETTING_FEED_ID:
      set_string (&settings->room.feed, value);
      break;
    case SETTING_USE_STRING_IDS:
      settings->room.string_ids = g_value_get_boolean (value);
      break;
    case SETTING_DISPLAY_NAME:
      set_string (&settings->room.display, value);
      break;
    case SETTING_PIN:
      set_secret (&settings->room.pin, value);
      break;
    case SETTING_TOKEN:
      set_secret (&settings->room.token, value);
      set_secret (&settings->session.token, value);
      break;
    case SETTING_API_SECRET:
      set_secret (&settings->session.api_secret, value);
      break;
    case SETTING_SSL_CA_FILE:
      set_string (&settings->session.ca_file, value);
      break;
    case SETTING_STUN_SERVER:
      set_string (&settings->ice.stun_server, value);
      break;
    case SETTING_TURN_SERVER:
      set_secret (&settings->ice.turn_server, value);
      break;
    case SETTING_ICE_TRANSPORT_POLICY:
      settings->ice.ice_transport_policy = g_value_get_enum (value);
      break;
    case SETTING_TIMEOUT:
      settings->session.timeout = g_value_get_uint (value);
      break;
    case SETTING_SIGNALLING:
      settings->session.signalling = (JanusSignalling) g_value_get_enum (value);
      break;
    case SETTING_DO_RETRANSMISSION:
      settings->ice.do_retransmission = g_value_get_boolean (value);
      break;
    case SETTING_RECORDING_ID:
      set_string (&settings->recording.id, value);
      break;
    case SETTING_RECORDING_NAME:
      set_string (&settings->recording.name, value);
      break;
    case SETTING_RECONNECT:
      settings->retry.enabled = g_value_get_boolean (value);
      break;
    case SETTING_RECONNECT_ATTEMPTS:
      settings->retry.max_attempts = g_value_get_int (value);
      break;
    case SETTING_RECONNECT_MIN_DELAY:
      settings->retry.min_delay = g_value_get_uint64 (value);
      break;
    case SETTING_RECONNECT_MAX_DELAY:
      settings->retry.max_delay = g_value_get_uint64 (value);
      break;
    case SETTING_RECONNECT_WHEN_KICKED:
      settings->retry.when_kicked = g_value_get_boolean (value);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}

gboolean
gst_janus_settings_get (const GstJanusSettings *settings, guint id, GValue *value)
{
  switch (id) {
    case SETTING_JANUS_ENDPOINT:
      g_value_set_string (value, settings->session.endpoint);
      break;
    case SETTING_ROOM_ID:
      g_value_set_string (value, settings->room.room);
      break;
    case SETTING_FEED_ID:
      g_value_set_string (value, settings->room.feed);
      break;
    case SETTING_USE_STRING_IDS:
      g_value_set_boolean (value, settings->room.string_ids);
      break;
    case SETTING_DISPLAY_NAME:
      g_value_set_string (value, settings->room.display);
      break;
    case SETTING_SSL_CA_FILE:
      g_value_set_string (value, settings->session.ca_file);
      break;
    case SETTING_STUN_SERVER:
      g_value_set_string (value, settings->ice.stun_server);
      break;
    case SETTING_ICE_TRANSPORT_POLICY:
      g_value_set_enum (value, settings->ice.ice_transport_policy);
      break;
    case SETTING_TIMEOUT:
      g_value_set_uint (value, settings->session.timeout);
      break;
    case SETTING_SIGNALLING:
      g_value_set_enum (value, (gint) settings->session.signalling);
      break;
    case SETTING_DO_RETRANSMISSION:
      g_value_set_boolean (value, settings->ice.do_retransmission);
      break;
    case SETTING_RECORDING_ID:
      g_value_set_string (value, settings->recording.id);
      break;
    case SETTING_RECORDING_NAME:
      g_value_set_string (value, settings->recording.name);
      break;
    case SETTING_RECONNECT:
      g_value_set_boolean (value, settings->retry.enabled);
      break;
    case SETTING_RECONNECT_ATTEMPTS:
      g_value_set_int (value, settings->retry.max_attempts);
      break;
    case SETTING_RECONNECT_MIN_DELAY:
      g_value_set_uint64 (value, settings->retry.min_delay);
      break;
    case SETTING_RECONNECT_MAX_DELAY:
      g_value_set_uint64 (value, settings->retry.max_delay);
      break;
    case SETTING_RECONNECT_WHEN_KICKED:
      g_value_set_boolean (value, settings->retry.when_kicked);
      break;
    default:
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_room (const JanusRoomConfig *room, GError **error)
{
  if (!room->room) {
    g_set_error_literal (
        error, JANUS_ERROR, JANUS_ERROR_SETTINGS, "No room: set room-id=, such as room-id=1234");
  } else if (!janus_id_is_valid (room->room, room->string_ids)) {
    g_set_error (error, JANUS_ERROR, JANUS_ERROR_SETTINGS,
        "room-id=%s is no number: if the server names its rooms by strings, set "
        "use-string-ids=true",
        room->room);
  } else if (room->feed && !janus_id_is_valid (room->feed, room->string_ids)) {
    g_set_error (error, JANUS_ERROR, JANUS_ERROR_SETTINGS,
        "feed-id=%s is no number: if the server names its feeds by strings, set "
        "use-string-ids=true",
        room->feed);
  } else {
    return TRUE;
  }
  return FALSE;
}

static gboolean
name_is_valid (const gchar *name)
{
  const gchar *c;

  if (!*name || strlen (name) > MAX_NAME_SIZE || !g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (c = name; *c; c++) {
    if (g_ascii_iscntrl (*c))
      return FALSE;
  }
  return TRUE;
}

static gboolean
check_recording (const GstJanusRecordingConfig *recording, GError **error)
{
  if (recording->id && !janus_id_is_valid (recording->id, FALSE)) {
    g_set_error (error, JANUS_ERROR, JANUS_ERROR_SETTINGS,
        "recording-id=%s is no number, as those of all recordings are", recording->id);
  } else if (recording->name && !name_is_valid (recording->name)) {
    g_set_error (error, JANUS_ERROR, JANUS_ERROR_SETTINGS,
        "recording-name= is no name: it has to be of 1 to %d bytes, in one line, in UTF-8",
        MAX_NAME_SIZE);
  } else {
    return TRUE;
  }
  return FALSE;
}

gboolean
gst_janus_settings_check (const GstJanusSettings *settings, GError **error)
{
  const gchar *endpoint = settings->session.endpoint;
  const gchar *scheme = endpoint ? g_uri_peek_scheme (endpoint) : NULL;

  if (!endpoint) {
    g_set_error_literal (error, JANUS_ERROR, JANUS_ERROR_SETTINGS,
        "No server: set janus-endpoint= to its WebSocket, such as wss://sfu.example:8989/");
    return FALSE;
  }
  if (g_strcmp0 (scheme, "ws") != 0 && g_strcmp0 (scheme, "wss") != 0) {
    g_set_error (error, JANUS_ERROR, JANUS_ERROR_SETTINGS,
        "janus-endpoint=%s is no WebSocket: it has to begin with ws:// or wss://", endpoint);
    return FALSE;
  }
  return settings->kind == GST_JANUS_KIND_ROOM ? check_room (&settings->room, error)
                                               : check_recording (&settings->recording, error);
}

gchar *
gst_janus_settings_describe (const GstJanusSettings *settings)
{
  const gchar *endpoint = settings->session.endpoint ? settings->session.endpoint : "(none)";

  if (settings->kind == GST_JANUS_KIND_RECORD_PLAY)
    return g_strdup_printf ("endpoint %s", endpoint);
  return g_strdup_printf (
      "endpoint %s, room %s", endpoint, settings->room.room ? settings->room.room : "(none)");
}

void
gst_janus_settings_describe_state (
    const GstJanusSettings *settings, const gchar *active, GstStructure *structure)
{
  if (settings->kind == GST_JANUS_KIND_RECORD_PLAY)
    gst_structure_set (structure, "recording-id", G_TYPE_STRING, active, "recording-name",
        G_TYPE_STRING, settings->recording.name, NULL);
  else
    gst_structure_set (structure, "room-id", G_TYPE_STRING, settings->room.room, "feed-id",
        G_TYPE_STRING, active, NULL);
}

void
gst_janus_settings_init (GstJanusSettings *settings)
{
  settings->session.timeout = DEFAULT_TIMEOUT;
  settings->session.signalling = (JanusSignalling) DEFAULT_SIGNALLING;
  settings->ice.ice_transport_policy = DEFAULT_ICE_TRANSPORT_POLICY;
  settings->ice.do_retransmission = DEFAULT_DO_RETRANSMISSION;
}

void
gst_janus_settings_init_reconnect (GstJanusSettings *settings)
{
  settings->retry.enabled = DEFAULT_RECONNECT;
  settings->retry.max_attempts = DEFAULT_RECONNECT_ATTEMPTS;
  settings->retry.min_delay = DEFAULT_RECONNECT_MIN_DELAY;
  settings->retry.max_delay = DEFAULT_RECONNECT_MAX_DELAY;
  settings->retry.when_kicked = DEFAULT_RECONNECT_WHEN_KICKED;
}

void
gst_janus_settings_clear (GstJanusSettings *settings)
{
  g_free (settings->session.endpoint);
  janus_secret_clear (&settings->session.api_secret);
  janus_secret_clear (&settings->session.token);
  g_free (settings->session.ca_file);
  g_free (settings->room.room);
  g_free (settings->room.feed);
  g_free (settings->room.display);
  janus_secret_clear (&settings->room.pin);
  janus_secret_clear (&settings->room.token);
  g_free (settings->recording.id);
  g_free (settings->recording.name);
  janus_secret_clear (&settings->ice.turn_server);
  g_free (settings->ice.stun_server);
}

#define READY ((GParamFlags) (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY))
#define PLAYING \
  ((GParamFlags) (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING))
/* A credential is nobody's business once it is set, and must not show in a graph. */
#define SECRET ((GParamFlags) (G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY))

static void
install_room (GObjectClass *klass)
{
  /**
   * GstJanusBin:room-id:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_ROOM_ID,
      g_param_spec_string ("room-id", "Room id",
          "Room to join: a number, or any string with use-string-ids", NULL, READY));
  /**
   * GstJanusBin:feed-id:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_FEED_ID,
      g_param_spec_string ("feed-id", "Feed id",
          "janusvideoroomsink: feed to publish as (unset: the server chooses); "
          "janusvideoroomsrc: feed to receive (unset: see feed-display-name)",
          NULL, READY));
  /**
   * GstJanusBin:use-string-ids:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_USE_STRING_IDS,
      g_param_spec_boolean ("use-string-ids", "Use string ids",
          "The server names rooms and feeds by strings (its string_ids setting)", FALSE, READY));
  /**
   * GstJanusBin:display-name:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_DISPLAY_NAME,
      g_param_spec_string (
          "display-name", "Display name", "Name shown to the others in the room", NULL, READY));
  /**
   * GstJanusBin:pin:
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, SETTING_PIN, g_param_spec_string ("pin", "PIN", "PIN of the room", NULL, SECRET));
}

static void
install_recording (GObjectClass *klass)
{
  /**
   * GstJanusBin:recording-id:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_RECORDING_ID,
      g_param_spec_string ("recording-id", "Recording id",
          "janusrecordplaysink: number to record as (unset: the server chooses); "
          "janusrecordplaysrc: recording to play (unset: see recording-name)",
          NULL, READY));
  /**
   * GstJanusBin:recording-name:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_RECORDING_NAME,
      g_param_spec_string ("recording-name", "Recording name",
          "janusrecordplaysink: name to record under (unset: date and time); janusrecordplaysrc: "
          "without recording-id, play the newest recording of this name",
          NULL, READY));
}

void
gst_janus_settings_install_kind (GObjectClass *klass, GstJanusKind kind)
{
  if (kind == GST_JANUS_KIND_ROOM)
    install_room (klass);
  else
    install_recording (klass);
}

void
gst_janus_settings_install_reconnect (GObjectClass *klass)
{
  /**
   * GstJanusBin:reconnect:
   *
   * What heals by itself is then a warning, not an error: a server that is restarted or cannot be
   * reached, a connection that breaks off, a room that is destroyed or not there yet. What cannot
   * heal is an error all the same: a wrong PIN, a codec that the room does not allow.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_RECONNECT,
      g_param_spec_boolean ("reconnect", "Reconnect",
          "Try again when the connection is lost or cannot be made", DEFAULT_RECONNECT, PLAYING));
  /**
   * GstJanusBin:reconnect-attempts:
   *
   * Counted anew once a connection has held for #GstJanusBin:reconnect-max-delay.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_RECONNECT_ATTEMPTS,
      g_param_spec_int ("reconnect-attempts", "Reconnect attempts",
          "How often in a row to try again before it is an error (-1: for ever)", -1, G_MAXINT,
          DEFAULT_RECONNECT_ATTEMPTS, PLAYING));
  /**
   * GstJanusBin:reconnect-min-delay:
   *
   * Doubled before each further attempt, up to #GstJanusBin:reconnect-max-delay. Of each delay a
   * random part of up to the half is taken off, so that not all who were there come back at once.
   * They begin anew when the server is there, and only a lost packet was in the way.
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_RECONNECT_MIN_DELAY,
      g_param_spec_uint64 ("reconnect-min-delay", "Reconnect minimum delay",
          "Nanoseconds before the first attempt, at the most", 0, G_MAXUINT64,
          DEFAULT_RECONNECT_MIN_DELAY, PLAYING));
  /**
   * GstJanusBin:reconnect-max-delay:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_RECONNECT_MAX_DELAY,
      g_param_spec_uint64 ("reconnect-max-delay", "Reconnect maximum delay",
          "Nanoseconds before any attempt, at the most", 0, G_MAXUINT64,
          DEFAULT_RECONNECT_MAX_DELAY, PLAYING));
  /**
   * GstJanusBin:reconnect-when-kicked:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_RECONNECT_WHEN_KICKED,
      g_param_spec_boolean ("reconnect-when-kicked", "Reconnect when kicked",
          "Come back also when somebody has removed us from the room",
          DEFAULT_RECONNECT_WHEN_KICKED, PLAYING));
}

void
gst_janus_settings_install (GObjectClass *klass)
{
  /**
   * GstJanusBin:janus-endpoint:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_JANUS_ENDPOINT,
      g_param_spec_string ("janus-endpoint", "Janus endpoint",
          "WebSocket of the server, such as wss://sfu.example:8989/", NULL, READY));
  /**
   * GstJanusBin:token:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_TOKEN,
      g_param_spec_string ("token", "Token",
          "Token for servers (token_auth) or rooms (allowed) that want one", NULL, SECRET));
  /**
   * GstJanusBin:api-secret:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_API_SECRET,
      g_param_spec_string ("api-secret", "API secret",
          "API secret of the server (its api_secret setting)", NULL, SECRET));
  /**
   * GstJanusBin:ssl-ca-file:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_SSL_CA_FILE,
      g_param_spec_string ("ssl-ca-file", "SSL CA file",
          "PEM file of the certificate authorities to trust for wss:// instead of the system's",
          NULL, READY));
  /**
   * GstJanusBin:stun-server:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_STUN_SERVER,
      g_param_spec_string (
          "stun-server", "STUN server", "STUN server, as stun://host:port", NULL, READY));
  /**
   * GstJanusBin:turn-server:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_TURN_SERVER,
      g_param_spec_string ("turn-server", "TURN server",
          "TURN server, as turn(s)://username:password@host:port", NULL, SECRET));
  /**
   * GstJanusBin:ice-transport-policy:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_ICE_TRANSPORT_POLICY,
      g_param_spec_enum ("ice-transport-policy", "ICE transport policy",
          "Which ways to the server to try: all, or relays only",
          GST_TYPE_WEBRTC_ICE_TRANSPORT_POLICY, DEFAULT_ICE_TRANSPORT_POLICY, READY));
  /**
   * GstJanusBin:timeout:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_TIMEOUT,
      g_param_spec_uint ("timeout", "Timeout",
          "Seconds within which each step (joining the room, the feed's appearing, the media "
          "connection) must succeed",
          1, 3600, DEFAULT_TIMEOUT, READY));
  /**
   * GstJanusBin:signalling:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_SIGNALLING,
      g_param_spec_enum ("signalling", "Signalling",
          "How the server is told that the media is end-to-end encrypted",
          GST_TYPE_JANUS_SIGNALLING, DEFAULT_SIGNALLING, READY));
  /**
   * GstJanusBin:do-retransmission:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_DO_RETRANSMISSION,
      g_param_spec_boolean ("do-retransmission", "Do retransmission",
          "Send lost packets again, and ask for them", DEFAULT_DO_RETRANSMISSION, READY));
}
