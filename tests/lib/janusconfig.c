/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes the configuration files of a private Janus. */

#include "janusconfig.h"

#include <glib/gstdio.h>

/* Everything that no test talks to. */
#define UNUSED_PLUGINS                                                                \
  "libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,libjanus_lua.so," \
  "libjanus_nosip.so,libjanus_sip.so,libjanus_streaming.so,libjanus_textroom.so,"     \
  "libjanus_videocall.so,libjanus_voicemail.so"
#define UNUSED_TRANSPORTS \
  "libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,libjanus_rabbitmq.so"

/* No bitrate limit and no periodic keyframe requests: a room does nothing but relay. */
#define ANY_CODEC                                     \
  "  publishers = 6\n  bitrate = 0\n  fir_freq = 0\n" \
  "  audiocodec = \"opus\"\n  videocodec = \"vp8,vp9,h264,av1\"\n"

static const char rooms[] = /**/
    "room-" TEST_ROOM_OPEN ": {\n  description = \"open\"\n" ANY_CODEC "}\n"
    "room-" TEST_ROOM_E2EE ": {\n  description = \"e2ee\"\n" ANY_CODEC "  require_e2ee = true\n}\n"
    "room-" TEST_ROOM_PIN ": {\n  description = \"pin\"\n" ANY_CODEC "  pin = \"" TEST_PIN "\"\n}\n"
    "room-" TEST_ROOM_SINGLE ": {\n  description = \"single\"\n  publishers = 1\n  bitrate = 0\n"
    "  fir_freq = 0\n  audiocodec = \"opus\"\n  videocodec = \"vp8,vp9,h264,av1\"\n}\n"
    "room-" TEST_ROOM_VP8 ": {\n  description = \"vp8\"\n  publishers = 6\n  bitrate = 0\n"
    "  fir_freq = 0\n  audiocodec = \"opus\"\n  videocodec = \"vp8\"\n}\n"
    "room-" TEST_ROOM_PVTID ": {\n  description = \"pvtid\"\n" ANY_CODEC
    "  require_pvtid = true\n}\n";

static gboolean
write_file (const char *directory, const char *name, const char *content, GError **error)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  return g_file_set_contents (path, content, -1, error);
}

static gboolean
write_core (const JanusConfig *config, const TestJanusOptions *options, GError **error)
{
  g_autoptr (GString) text = g_string_new ("general: {\n  debug_colors = false\n");
  const char *level = g_getenv ("PERCLITE_TEST_JANUS_DEBUG");

  g_string_append_printf (text, "  debug_level = %s\n", level != NULL ? level : "4");
  if (options->session_timeout != 0)
    g_string_append_printf (text, "  session_timeout = %u\n", options->session_timeout);
  if (options->api_secret != NULL)
    g_string_append_printf (text, "  api_secret = \"%s\"\n", options->api_secret);
  if (options->token != NULL)
    g_string_append (text, "  token_auth = true\n");
  if (config->admin_port != 0)
    g_string_append_printf (text, "  admin_secret = \"%s\"\n", config->admin_secret);
  if (options->extra_general != NULL)
    g_string_append (text, options->extra_general);
  g_string_append_printf (text, "}\nplugins: {\n  disable = \"%s%s\"\n}\n", UNUSED_PLUGINS,
      options->record_play ? "" : ",libjanus_recordplay.so");
  g_string_append_printf (text, "transports: {\n  disable = \"%s%s\"\n}\n", UNUSED_TRANSPORTS,
      config->admin_port != 0 ? "" : ",libjanus_http.so");
  if (options->extra_core != NULL)
    g_string_append (text, options->extra_core);

  return write_file (config->directory, "janus.jcfg", text->str, error);
}

static gboolean
write_websockets (const JanusConfig *config, GError **error)
{
  g_autoptr (GString) text = g_string_new ("general: {\n  json = \"compact\"\n");

  g_string_append_printf (
      text, "  ws = true\n  ws_port = %u\n  ws_ip = \"%s\"\n", config->ws_port, config->address);
  if (config->wss_port != 0) {
    g_string_append_printf (text, "  wss = true\n  wss_port = %u\n  wss_ip = \"%s\"\n}\n",
        config->wss_port, config->address);
    g_string_append_printf (text, "certificates: {\n  cert_pem = \"%s\"\n  cert_key = \"%s\"\n}\n",
        config->certificate, config->key);
  } else {
    g_string_append (text, "  wss = false\n}\n");
  }

  return write_file (config->directory, "janus.transport.websockets.jcfg", text->str, error);
}

static gboolean
write_http (const JanusConfig *config, GError **error)
{
  g_autofree char *text = g_strdup_printf ("general: {\n  http = false\n  https = false\n}\n"
                                           "admin: {\n  admin_base_path = \"/admin\"\n"
                                           "  admin_http = true\n  admin_port = %u\n"
                                           "  admin_ip = \"%s\"\n  admin_https = false\n}\n",
      config->admin_port, config->address);

  return write_file (config->directory, "janus.transport.http.jcfg", text, error);
}

static gboolean
write_videoroom (const JanusConfig *config, const TestJanusOptions *options, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (
      text, "general: {\n  string_ids = %s\n}\n%s", options->string_ids ? "true" : "false", rooms);
  g_string_append_printf (text,
      "room-" TEST_ROOM_RECORDED ": {\n  description = \"recorded\"\n" ANY_CODEC
      "  require_e2ee = true\n  record = true\n  rec_dir = \"%s/rec\"\n}\n",
      config->directory);
  if (options->extra_rooms != NULL)
    g_string_append (text, options->extra_rooms);

  return write_file (config->directory, "janus.plugin.videoroom.jcfg", text->str, error);
}

/* Without a path that plugin does not load. */
static gboolean
write_record_play (const JanusConfig *config, GError **error)
{
  g_autofree char *text =
      g_strdup_printf ("general: {\n  path = \"%s/rp\"\n}\n", config->directory);

  return write_file (config->directory, "janus.plugin.recordplay.jcfg", text, error);
}

gboolean
janus_config_write (const JanusConfig *config, const TestJanusOptions *options, GError **error)
{
  return write_core (config, options, error) && write_websockets (config, error) &&
         (config->admin_port == 0 || write_http (config, error)) &&
         write_videoroom (config, options, error) &&
         (!options->record_play || write_record_play (config, error));
}
