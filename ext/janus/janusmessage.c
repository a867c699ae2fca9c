/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JSON of Janus' API: every message that we send is built here, every one that we get is read
 * here. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "januserror.h"
#include "janusmessage.h"
#include "janustext.h"
#include "jsonguard.h"

/* The deepest message of Janus, a list of streams of a list of publishers, has 6 levels. json-glib
 * reads recursively: what a hostile server nests must not become a stack. */
#define MAX_DEPTH 32

/* Of what the server says for people; Janus' own is shorter. */
#define MAX_REASON 1024

/* Ids are random numbers below 2^53, what JavaScript can hold. */
#define MAX_ID G_GUINT64_CONSTANT (9007199254740992)

static void
janus_stream_free (JanusStream *stream)
{
  g_free (stream->type);
  g_free (stream->mid);
  g_free (stream->codec);
  g_free (stream);
}

static void
janus_publisher_free (JanusPublisher *publisher)
{
  g_free (publisher->id);
  g_free (publisher->display);
  g_clear_pointer (&publisher->streams, g_ptr_array_unref);
  g_free (publisher);
}

static void
janus_room_info_free (JanusRoomInfo *info)
{
  g_free (info->id);
  g_free (info->rec_dir);
  g_free (info);
}

static void
janus_recording_free (JanusRecording *recording)
{
  g_free (recording->id);
  g_free (recording->name);
  g_free (recording->date);
  g_free (recording->audio_codec);
  g_free (recording->video_codec);
  g_free (recording);
}

void
janus_message_free (JanusMessage *message)
{
  g_free (message->transaction);
  g_free (message->reason);
  g_free (message->videoroom);
  g_free (message->id);
  g_clear_pointer (&message->publishers, g_ptr_array_unref);
  g_clear_pointer (&message->streams, g_ptr_array_unref);
  g_clear_pointer (&message->rooms, g_ptr_array_unref);
  g_free (message->unpublished);
  g_free (message->leaving);
  g_free (message->kicked);
  g_free (message->recordplay);
  g_free (message->status);
  g_free (message->recording);
  g_free (message->warning);
  g_clear_pointer (&message->recordings, g_ptr_array_unref);
  g_free (message->jsep_type);
  g_free (message->sdp);
  g_free (message);
}

/* The members below count as absent when they have another type than expected. */

static gchar *
dup_string (JsonObject *object, const gchar *name)
{
  return g_strdup (json_guard_get_string (object, name));
}

/* A text that ends up in logs, made fit for them. */
static gchar *
dup_text (JsonObject *object, const gchar *name)
{
  const gchar *text = json_guard_get_string (object, name);

  return text ? janus_text_escape (text, MAX_REASON) : NULL;
}

static gint64
get_int (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_guard_get (object, name, G_TYPE_INT64);

  return node ? json_node_get_int (node) : 0;
}

static gboolean
get_boolean (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_guard_get (object, name, G_TYPE_BOOLEAN);

  return node ? json_node_get_boolean (node) : FALSE;
}

static guint64
get_number_id (JsonObject *object, const gchar *name)
{
  gint64 id = get_int (object, name);

  return id > 0 ? (guint64) id : 0;
}

static gchar *
dup_id (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_guard_get (object, name, G_TYPE_INT64);

  if (node)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  return dup_string (object, name);
}

static JsonObject *
get_object (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

/* Calls PARSE for each object in the array NAME; NULL when there is no such array. */
static GPtrArray *
parse_array (JsonObject *object, const gchar *name, gpointer (*parse) (JsonObject *),
    GDestroyNotify free_func)
{
  JsonNode *node = json_object_get_member (object, name);
  JsonArray *array;
  GPtrArray *result;
  guint i;

  if (!node || !JSON_NODE_HOLDS_ARRAY (node))
    return NULL;

  array = json_node_get_array (node);
  result = g_ptr_array_new_with_free_func (free_func);
  for (i = 0; i < json_array_get_length (array); i++) {
    JsonNode *element = json_array_get_element (array, i);
    gpointer item =
        JSON_NODE_HOLDS_OBJECT (element) ? parse (json_node_get_object (element)) : NULL;

    if (item)
      g_ptr_array_add (result, item);
  }
  return result;
}

static gpointer
parse_stream (JsonObject *object)
{
  JanusStream *stream = g_new0 (JanusStream, 1);
  JsonNode *active = json_guard_get (object, "active", G_TYPE_BOOLEAN);

  stream->type = dup_string (object, "type");
  stream->mid = dup_string (object, "mid");
  stream->codec = dup_string (object, "codec");
  stream->active = !get_boolean (object, "disabled") && (!active || json_node_get_boolean (active));
  return stream;
}

static gpointer
parse_publisher (JsonObject *object)
{
  gchar *id = dup_id (object, "id");
  JanusPublisher *publisher;

  if (!id)
    return NULL;
  publisher = g_new0 (JanusPublisher, 1);
  publisher->id = id;
  publisher->display = dup_string (object, "display");
  publisher->streams =
      parse_array (object, "streams", parse_stream, (GDestroyNotify) janus_stream_free);
  return publisher;
}

static gpointer
parse_room_info (JsonObject *object)
{
  gchar *id = dup_id (object, "room");
  JanusRoomInfo *info;

  if (!id)
    return NULL;
  info = g_new0 (JanusRoomInfo, 1);
  info->id = id;
  info->rec_dir = dup_string (object, "rec_dir");
  info->lock_record = get_boolean (object, "lock_record");
  return info;
}

static void
parse_videoroom (JanusMessage *message, JsonObject *data)
{
  message->videoroom = dup_string (data, "videoroom");
  message->id = dup_id (data, "id");
  message->private_id = get_number_id (data, "private_id");
  message->publishers =
      parse_array (data, "publishers", parse_publisher, (GDestroyNotify) janus_publisher_free);
  message->streams =
      parse_array (data, "streams", parse_stream, (GDestroyNotify) janus_stream_free);
  message->rooms =
      parse_array (data, "list", parse_room_info, (GDestroyNotify) janus_room_info_free);
  message->unpublished = dup_id (data, "unpublished");
  message->leaving = dup_id (data, "leaving");
  message->kicked = dup_id (data, "kicked");

  if (!message->reason)
    message->reason = dup_text (data, "reason");
}

static gpointer
parse_recording (JsonObject *object)
{
  gchar *id = dup_id (object, "id");
  JanusRecording *recording;

  if (!id)
    return NULL;
  recording = g_new0 (JanusRecording, 1);
  recording->id = id;
  recording->name = dup_string (object, "name");
  recording->date = dup_string (object, "date");
  recording->audio_codec = dup_string (object, "audio_codec");
  recording->video_codec = dup_string (object, "video_codec");
  return recording;
}

static void
parse_recordplay (JanusMessage *message, JsonObject *data)
{
  JsonObject *result = get_object (data, "result");

  message->recordplay = dup_string (data, "recordplay");
  message->recordings =
      parse_array (data, "list", parse_recording, (GDestroyNotify) janus_recording_free);
  if (result) {
    message->status = dup_string (result, "status");
    message->recording = dup_id (result, "id");
    message->warning = dup_text (result, "warning");
  } else {
    message->status = dup_string (data, "result");
  }
}

static void
parse_plugin (JanusMessage *message, JsonObject *data)
{
  /* Names of one mean something else in the other. */
  if (json_object_has_member (data, "recordplay"))
    parse_recordplay (message, data);
  else
    parse_videoroom (message, data);

  if (get_int (data, "error_code") != 0) {
    message->type = JANUS_MESSAGE_ERROR;
    message->error_code = (gint) CLAMP (get_int (data, "error_code"), 1, G_MAXINT);
    g_free (message->reason);
    message->reason = dup_text (data, "error");
  }
}

static JanusMessageType
parse_type (const gchar *janus)
{
  static const struct {
    const gchar *name;
    JanusMessageType type;
  } types[] = {
      {"success", JANUS_MESSAGE_SUCCESS},
      {"ack", JANUS_MESSAGE_ACK},
      {"error", JANUS_MESSAGE_ERROR},
      {"event", JANUS_MESSAGE_EVENT},
      {"webrtcup", JANUS_MESSAGE_WEBRTCUP},
      {"hangup", JANUS_MESSAGE_HANGUP},
      {"detached", JANUS_MESSAGE_DETACHED},
      {"timeout", JANUS_MESSAGE_TIMEOUT},
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (types); i++) {
    if (strcmp (janus, types[i].name) == 0)
      return types[i].type;
  }
  return JANUS_MESSAGE_OTHER;
}

JanusMessage *
janus_message_parse (const gchar *text, gsize size, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (JanusMessage) message = NULL;
  g_autoptr (GError) json_error = NULL;
  g_autofree gchar *janus = NULL;
  JsonNode *root;
  JsonObject *object, *part;

  if (!text || size > G_MAXSSIZE || !json_guard_is_sane (text, size, MAX_DEPTH)) {
    g_set_error_literal (error, JANUS_ERROR, JANUS_ERROR_PROTOCOL,
        "The server sent what is no JSON, or JSON nested beyond reason");
    return NULL;
  }

  parser = json_parser_new ();
  if (!json_parser_load_from_data (parser, text, (gssize) size, &json_error)) {
    g_autofree gchar *reason = janus_text_escape (json_error->message, MAX_REASON);

    g_set_error (
        error, JANUS_ERROR, JANUS_ERROR_PROTOCOL, "The server sent no valid JSON: %s", reason);
    return NULL;
  }

  root = json_parser_get_root (parser);
  object = root && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root) : NULL;
  janus = object ? dup_string (object, "janus") : NULL;
  if (!janus) {
    g_set_error_literal (error, JANUS_ERROR, JANUS_ERROR_PROTOCOL,
        "The server sent JSON that is no message of Janus");
    return NULL;
  }

  message = g_new0 (JanusMessage, 1);
  message->type = parse_type (janus);
  message->transaction = dup_string (object, "transaction");
  message->session_id = get_number_id (object, "session_id");
  message->handle_id = get_number_id (object, "sender");
  message->reason = dup_text (object, "reason");

  if ((part = get_object (object, "data")))
    message->data_id = get_number_id (part, "id");

  if ((part = get_object (object, "error"))) {
    message->error_code = (gint) CLAMP (get_int (part, "code"), 0, G_MAXINT);
    g_free (message->reason);
    message->reason = dup_text (part, "reason");
  }

  if ((part = get_object (object, "plugindata")) && (part = get_object (part, "data")))
    parse_plugin (message, part);

  if ((part = get_object (object, "jsep"))) {
    message->jsep_type = dup_string (part, "type");
    message->sdp = dup_string (part, "sdp");
    message->e2ee = get_boolean (part, "e2ee");
  }

  return g_steal_pointer (&message);
}

GError *
janus_message_get_error (const JanusMessage *message)
{
  if (message->type != JANUS_MESSAGE_ERROR)
    return NULL;
  return g_error_new (JANUS_REFUSAL, message->error_code, "Janus refuses: %s (%d)",
      message->reason ? message->reason : "no reason given", message->error_code);
}

JsonObject *
janus_request_new (const gchar *janus)
{
  JsonObject *request = json_object_new ();

  json_object_set_string_member (request, "janus", janus);
  return request;
}

JsonObject *
janus_request_new_attach (const gchar *plugin, JanusSignalling signalling)
{
  JsonObject *request = janus_request_new ("attach");

  json_object_set_string_member (request, "plugin", plugin);
  if (signalling == JANUS_SIGNALLING_PERC)
    json_object_set_boolean_member (request, "perc", TRUE);
  return request;
}

JsonObject *
janus_request_new_message (
    JsonObject *body, const gchar *type, const gchar *sdp, JanusSignalling signalling)
{
  JsonObject *request = janus_request_new ("message");

  json_object_set_object_member (request, "body", body);
  if (sdp) {
    JsonObject *jsep = json_object_new ();

    json_object_set_string_member (jsep, "type", type);
    json_object_set_string_member (jsep, "sdp", sdp);
    if (signalling == JANUS_SIGNALLING_E2EE)
      json_object_set_boolean_member (jsep, "e2ee", TRUE);
    json_object_set_object_member (request, "jsep", jsep);
  }
  return request;
}

JsonObject *
janus_request_new_trickle (const gchar *candidate, const gchar *mid, guint mline)
{
  JsonObject *request = janus_request_new ("trickle");
  JsonObject *object = json_object_new ();

  if (candidate) {
    json_object_set_string_member (object, "candidate", candidate);
    if (mid)
      json_object_set_string_member (object, "sdpMid", mid);
    json_object_set_int_member (object, "sdpMLineIndex", mline);
  } else {
    json_object_set_boolean_member (object, "completed", TRUE);
  }
  json_object_set_object_member (request, "candidate", object);
  return request;
}

static void
set_optional_string (JsonObject *object, const gchar *name, const gchar *value)
{
  if (value)
    json_object_set_string_member (object, name, value);
}

void
janus_request_address (JsonObject *request, const gchar *transaction, guint64 session_id,
    guint64 handle_id, const gchar *api_secret, const gchar *token)
{
  json_object_set_string_member (request, "transaction", transaction);
  if (session_id)
    json_object_set_int_member (request, "session_id", (gint64) session_id);
  if (handle_id)
    json_object_set_int_member (request, "handle_id", (gint64) handle_id);
  set_optional_string (request, "apisecret", api_secret);
  set_optional_string (request, "token", token);
}

gchar *
janus_request_to_text (JsonObject *request)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), request);

  return json_to_string (node, FALSE);
}

static void
set_id (JsonObject *object, const gchar *name, const gchar *id, gboolean string_ids)
{
  if (!id)
    return;
  if (string_ids)
    json_object_set_string_member (object, name, id);
  else
    json_object_set_int_member (object, name, g_ascii_strtoll (id, NULL, 10));
}

JsonObject *
janus_plugin_request (const gchar *request)
{
  JsonObject *body = json_object_new ();

  json_object_set_string_member (body, "request", request);
  return body;
}

static JsonObject *
join_new (const gchar *ptype, const gchar *room, const gchar *pin, gboolean string_ids)
{
  JsonObject *body = janus_plugin_request ("join");

  json_object_set_string_member (body, "ptype", ptype);
  set_id (body, "room", room, string_ids);
  set_optional_string (body, "pin", pin);
  return body;
}

JsonObject *
janus_videoroom_join_publisher (const gchar *room, const gchar *feed, const gchar *display,
    const gchar *pin, const gchar *token, gboolean string_ids)
{
  JsonObject *body = join_new ("publisher", room, pin, string_ids);

  set_id (body, "id", feed, string_ids);
  set_optional_string (body, "display", display);
  set_optional_string (body, "token", token);
  return body;
}

JsonObject *
janus_videoroom_join_subscriber (const gchar *room, const gchar *feed, const gchar *pin,
    guint64 private_id, gboolean string_ids, JanusSignalling signalling)
{
  JsonObject *body = join_new ("subscriber", room, pin, string_ids);

  if (private_id)
    json_object_set_int_member (body, "private_id", (gint64) private_id);
  if (signalling == JANUS_SIGNALLING_PERC) {
    set_id (body, "feed", feed, string_ids);
  } else {
    JsonArray *streams = json_array_new ();
    JsonObject *stream = json_object_new ();

    set_id (stream, "feed", feed, string_ids);
    json_array_add_object_element (streams, stream);
    json_object_set_array_member (body, "streams", streams);
  }
  return body;
}

JsonObject *
janus_videoroom_publish (gboolean audio, gboolean video)
{
  JsonObject *body = janus_plugin_request ("publish");

  /* Janus 1.x reads the SDP and needs neither; the older API takes both for granted unless told. */
  json_object_set_boolean_member (body, "audio", audio);
  json_object_set_boolean_member (body, "video", video);
  return body;
}

JsonObject *
janus_videoroom_record (gboolean record, const gchar *file)
{
  JsonObject *body = janus_plugin_request ("configure");

  json_object_set_boolean_member (body, "record", record);
  set_optional_string (body, "filename", file);
  return body;
}

JsonObject *
janus_videoroom_keyframe (const gchar *mid, JanusSignalling signalling)
{
  JsonObject *body = janus_plugin_request ("configure");

  if (signalling == JANUS_SIGNALLING_PERC || !mid) {
    json_object_set_boolean_member (body, "video", TRUE);
  } else {
    JsonArray *streams = json_array_new ();
    JsonObject *stream = json_object_new ();

    json_object_set_string_member (stream, "mid", mid);
    json_object_set_boolean_member (stream, "send", TRUE);
    json_array_add_object_element (streams, stream);
    json_object_set_array_member (body, "streams", streams);
  }
  return body;
}

JsonObject *
janus_recordplay_record (const gchar *id, const gchar *name)
{
  JsonObject *body = janus_plugin_request ("record");

  set_id (body, "id", id, FALSE);
  json_object_set_string_member (body, "name", name);
  return body;
}

JsonObject *
janus_recordplay_play (const gchar *id)
{
  JsonObject *body = janus_plugin_request ("play");

  set_id (body, "id", id, FALSE);
  return body;
}

gboolean
janus_id_is_valid (const gchar *text, gboolean string_ids)
{
  guint64 number;

  if (!text || !*text)
    return FALSE;
  return string_ids || g_ascii_string_to_unsigned (text, 10, 0, MAX_ID, &number, NULL);
}
