/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be set of a Janus element: the properties that both have. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "gstjanusenums.h"
#include "gstjanussettings.h"
#include "januserror.h"

#define DEFAULT_TIMEOUT 15
#define DEFAULT_SIGNALLING GST_JANUS_SIGNALLING_E2EE
#define DEFAULT_DO_RETRANSMISSION TRUE
#define DEFAULT_ICE_TRANSPORT_POLICY GST_WEBRTC_ICE_TRANSPORT_POLICY_ALL

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
};

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
    default:
      return FALSE;
  }
  return TRUE;
}

gboolean
gst_janus_settings_check (const GstJanusSettings *settings, GError **error)
{
  const gchar *endpoint = settings->session.endpoint;
  gboolean string_ids = settings->room.string_ids;
  const gchar *scheme = endpoint ? g_uri_peek_scheme (endpoint) : NULL;

  if (!endpoint) {
    g_set_error_literal (error, JANUS_ERROR, JANUS_ERROR_SETTINGS,
        "No server: set janus-endpoint= to its WebSocket, such as wss://sfu.example:8989/");
  } else if (g_strcmp0 (scheme, "ws") != 0 && g_strcmp0 (scheme, "wss") != 0) {
    g_set_error (error, JANUS_ERROR, JANUS_ERROR_SETTINGS,
        "janus-endpoint=%s is no WebSocket: it has to begin with ws:// or wss://", endpoint);
  } else if (!settings->room.room) {
    g_set_error_literal (
        error, JANUS_ERROR, JANUS_ERROR_SETTINGS, "No room: set room-id=, such as room-id=1234");
  } else if (!janus_id_is_valid (settings->room.room, string_ids)) {
    g_set_error (error, JANUS_ERROR, JANUS_ERROR_SETTINGS,
        "room-id=%s is no number: if the server names its rooms by strings, set "
        "use-string-ids=true",
        settings->room.room);
  } else if (settings->room.feed && !janus_id_is_valid (settings->room.feed, string_ids)) {
    g_set_error (error, JANUS_ERROR, JANUS_ERROR_SETTINGS,
        "feed-id=%s is no number: if the server names its feeds by strings, set "
        "use-string-ids=true",
        settings->room.feed);
  } else {
    return TRUE;
  }
  return FALSE;
}

gchar *
gst_janus_settings_describe (const GstJanusSettings *settings)
{
  return g_strdup_printf ("endpoint %s, room %s",
      settings->session.endpoint ? settings->session.endpoint : "(none)",
      settings->room.room ? settings->room.room : "(none)");
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
  janus_secret_clear (&settings->ice.turn_server);
  g_free (settings->ice.stun_server);
}

void
gst_janus_settings_install (GObjectClass *klass)
{
  const GParamFlags ready =
      (GParamFlags) (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  /* A credential is nobody's business once it is set, and must not show in a graph. */
  const GParamFlags secret =
      (GParamFlags) (G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  /**
   * GstJanusBin:janus-endpoint:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_JANUS_ENDPOINT,
      g_param_spec_string ("janus-endpoint", "Janus endpoint",
          "WebSocket of the server, such as wss://sfu.example:8989/", NULL, ready));
  /**
   * GstJanusBin:room-id:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_ROOM_ID,
      g_param_spec_string ("room-id", "Room id",
          "Room to join: a number, or any string with use-string-ids", NULL, ready));
  /**
   * GstJanusBin:feed-id:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_FEED_ID,
      g_param_spec_string ("feed-id", "Feed id",
          "janusvideoroomsink: feed to publish as (unset: the server chooses); "
          "janusvideoroomsrc: feed to receive (unset: see feed-display-name)",
          NULL, ready));
  /**
   * GstJanusBin:use-string-ids:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_USE_STRING_IDS,
      g_param_spec_boolean ("use-string-ids", "Use string ids",
          "The server names rooms and feeds by strings (its string_ids setting)", FALSE, ready));
  /**
   * GstJanusBin:display-name:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_DISPLAY_NAME,
      g_param_spec_string (
          "display-name", "Display name", "Name shown to the others in the room", NULL, ready));
  /**
   * GstJanusBin:pin:
   *
   * Since: 0.1
   */
  g_object_class_install_property (
      klass, SETTING_PIN, g_param_spec_string ("pin", "PIN", "PIN of the room", NULL, secret));
  /**
   * GstJanusBin:token:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_TOKEN,
      g_param_spec_string ("token", "Token",
          "Token for servers (token_auth) or rooms (allowed) that want one", NULL, secret));
  /**
   * GstJanusBin:api-secret:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_API_SECRET,
      g_param_spec_string ("api-secret", "API secret",
          "API secret of the server (its api_secret setting)", NULL, secret));
  /**
   * GstJanusBin:ssl-ca-file:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_SSL_CA_FILE,
      g_param_spec_string ("ssl-ca-file", "SSL CA file",
          "PEM file of the certificate authorities to trust for wss:// instead of the system's",
          NULL, ready));
  /**
   * GstJanusBin:stun-server:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_STUN_SERVER,
      g_param_spec_string (
          "stun-server", "STUN server", "STUN server, as stun://host:port", NULL, ready));
  /**
   * GstJanusBin:turn-server:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_TURN_SERVER,
      g_param_spec_string ("turn-server", "TURN server",
          "TURN server, as turn(s)://username:password@host:port", NULL, secret));
  /**
   * GstJanusBin:ice-transport-policy:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_ICE_TRANSPORT_POLICY,
      g_param_spec_enum ("ice-transport-policy", "ICE transport policy",
          "Which ways to the server to try: all, or relays only",
          GST_TYPE_WEBRTC_ICE_TRANSPORT_POLICY, DEFAULT_ICE_TRANSPORT_POLICY, ready));
  /**
   * GstJanusBin:timeout:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_TIMEOUT,
      g_param_spec_uint ("timeout", "Timeout",
          "Seconds within which each step (joining the room, the feed's appearing, the media "
          "connection) must succeed",
          1, 3600, DEFAULT_TIMEOUT, ready));
  /**
   * GstJanusBin:signalling:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_SIGNALLING,
      g_param_spec_enum ("signalling", "Signalling",
          "How the server is told that the media is end-to-end encrypted",
          GST_TYPE_JANUS_SIGNALLING, DEFAULT_SIGNALLING, ready));
  /**
   * GstJanusBin:do-retransmission:
   *
   * Since: 0.1
   */
  g_object_class_install_property (klass, SETTING_DO_RETRANSMISSION,
      g_param_spec_boolean ("do-retransmission", "Do retransmission",
          "Send lost packets again, and ask for them", DEFAULT_DO_RETRANSMISSION, ready));
}
