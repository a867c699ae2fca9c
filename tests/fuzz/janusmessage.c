/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever a server sends is a message all of whose members can be read, or a proper error; and
 * requests that are made of what it sent are JSON. */

#include <string.h>

#include <sanitizer/lsan_interface.h>

#include "fuzz.h"
#include "januserror.h"
#include "janusmessage.h"

#define MAX_DEPTH 32

static const JanusSignalling signallings[] = {
    JANUS_SIGNALLING_E2EE, JANUS_SIGNALLING_PERC, JANUS_SIGNALLING_PLAIN};

/* Texts go on into properties and messages of GStreamer, and into requests. */
static gsize
use_text (const gchar *text)
{
  if (!text)
    return 0;
  g_assert_true (g_utf8_validate (text, -1, NULL));
  return strlen (text);
}

/* REQUEST (taken) is the same once it was text. */
static void
check_request (JsonObject *request)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), request);
  g_autofree gchar *text = janus_request_to_text (request);
  g_autoptr (JsonNode) read = json_from_string (text, NULL);

  g_assert_nonnull (read);
  g_assert_true (json_node_equal (node, read));
  json_object_unref (request);
}

/* Ids of others come back in requests: of feeds when we subscribe. */
static void
check_id (const JanusMessage *message, const gchar *id)
{
  gsize i;
  gboolean is_number;

  if (!id)
    return;
  g_assert_true (janus_id_is_valid (id, TRUE) == (*id != '\0'));
  is_number = janus_id_is_valid (id, FALSE);
  g_assert_true (!is_number || strspn (id, "0123456789") == strlen (id));
  for (i = 0; i < G_N_ELEMENTS (signallings); i++) {
    check_request (janus_videoroom_join_subscriber (
        "1234", id, NULL, message->private_id, FALSE, signallings[i]));
    check_request (
        janus_videoroom_join_subscriber (id, id, id, message->private_id, TRUE, signallings[i]));
  }
}

static gsize
use_streams (const GPtrArray *streams)
{
  gsize used = 0;
  gsize i, j;

  for (i = 0; streams && i < streams->len; i++) {
    const JanusStream *stream = g_ptr_array_index (streams, i);

    used += use_text (stream->type) + use_text (stream->mid) + use_text (stream->codec);
    g_assert_true (stream->active == TRUE || stream->active == FALSE);
    for (j = 0; j < G_N_ELEMENTS (signallings); j++)
      check_request (janus_videoroom_keyframe (stream->mid, signallings[j]));
  }
  return used;
}

static gsize
use_publishers (const JanusMessage *message)
{
  gsize used = 0;
  guint i;

  for (i = 0; message->publishers && i < message->publishers->len; i++) {
    const JanusPublisher *publisher = g_ptr_array_index (message->publishers, i);

    g_assert_nonnull (publisher->id);
    check_id (message, publisher->id);
    used +=
        use_text (publisher->id) + use_text (publisher->display) + use_streams (publisher->streams);
  }
  return used;
}

/* Those of recordings come back when one is played. */
static gsize
use_recordings (const JanusMessage *message)
{
  gsize used = 0;
  guint i;

  for (i = 0; message->recordings && i < message->recordings->len; i++) {
    const JanusRecording *recording = g_ptr_array_index (message->recordings, i);

    g_assert_nonnull (recording->id);
    check_request (janus_recordplay_play (recording->id));
    used += use_text (recording->id) + use_text (recording->name) + use_text (recording->date) +
            use_text (recording->audio_codec) + use_text (recording->video_codec);
  }
  return used;
}

static gsize
use_rooms (const JanusMessage *message)
{
  gsize used = 0;
  guint i;

  for (i = 0; message->rooms && i < message->rooms->len; i++) {
    const JanusRoomInfo *info = g_ptr_array_index (message->rooms, i);

    g_assert_nonnull (info->id);
    g_assert_true (info->lock_record == TRUE || info->lock_record == FALSE);
    used += use_text (info->id) + use_text (info->rec_dir);
  }
  return used;
}

static void
check_refusal (const JanusMessage *message)
{
  g_autoptr (GError) refusal = janus_message_get_error (message);

  g_assert_true ((refusal != NULL) == (message->type == JANUS_MESSAGE_ERROR));
  g_assert_cmpint (message->error_code, >=, 0);
  if (!refusal)
    return;
  fuzz_check_error (refusal, JANUS_REFUSAL);
  g_assert_cmpint (refusal->code, ==, message->error_code);
  g_assert_nonnull (janus_error_hint (refusal));
}

static void
check_message (const JanusMessage *message, gsize size)
{
  gsize used;
  gsize i;

  g_assert_cmpint (message->type, >=, JANUS_MESSAGE_OTHER);
  g_assert_cmpint (message->type, <=, JANUS_MESSAGE_TIMEOUT);
  used = use_text (message->transaction) + use_text (message->videoroom) + use_text (message->id) +
         use_text (message->unpublished) + use_text (message->leaving) +
         use_text (message->kicked) + use_text (message->jsep_type) + use_text (message->sdp) +
         use_text (message->recordplay) + use_text (message->status) +
         use_text (message->recording) + use_streams (message->streams) + use_publishers (message) +
         use_recordings (message) + use_rooms (message);
  /* No escape is shorter than what it stands for. */
  g_assert_cmpuint (used, <=, size);
  /* What is to be shown is escaped once more, which takes up to four characters for a byte. */
  g_assert_cmpuint (use_text (message->reason) + use_text (message->warning), <=, 4 * size);

  check_id (message, message->id);
  check_id (message, message->unpublished);
  check_id (message, message->leaving);
  check_id (message, message->kicked);
  check_refusal (message);

  for (i = 0; i < G_N_ELEMENTS (signallings); i++) {
    JsonObject *request = janus_request_new_message (
        janus_plugin_request ("start"), message->jsep_type, message->sdp, signallings[i]);

    janus_request_address (request, message->transaction ? message->transaction : "1",
        message->session_id, message->handle_id, message->reason, message->videoroom);
    check_request (request);
  }
}

static guint
get_depth (JsonNode *node)
{
  g_autoptr (GList) values = NULL;
  guint depth = 0;
  GList *l;

  if (JSON_NODE_HOLDS_OBJECT (node))
    values = json_object_get_values (json_node_get_object (node));
  else if (JSON_NODE_HOLDS_ARRAY (node))
    values = json_array_get_elements (json_node_get_array (node));
  else
    return 0;
  for (l = values; l; l = l->next) {
    guint below = get_depth (l->data);

    depth = MAX (depth, below);
  }
  return depth + 1;
}

/* What has been read is not nested so deeply that the stack of json-glib, which reads recursively,
 * is in danger. */
static void
check_depth (const gchar *text, gsize size)
{
  g_autoptr (JsonParser) parser = json_parser_new ();

  g_assert_true (json_parser_load_from_data (parser, text, (gssize) size, NULL));
  g_assert_cmpuint (get_depth (json_parser_get_root (parser)), <=, MAX_DEPTH);
}

static gboolean
parse (const gchar *text, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JanusMessage) message = janus_message_parse (text, size, &error);

  if (!message) {
    fuzz_check_error (error, JANUS_ERROR);
    g_assert_cmpint (error->code, ==, JANUS_ERROR_PROTOCOL);
    g_assert_nonnull (janus_error_hint (error));
    return FALSE;
  }
  g_assert_null (error);
  check_depth (text, size);
  check_message (message, size);
  return TRUE;
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  gboolean is_message;

  /* json-glib 1.6 loses what its scanner holds when JSON is malformed, so only where it is not are
   * leaks ours. */
  __lsan_disable ();
  is_message = parse ((const gchar *) data, size);
  __lsan_enable ();
  if (is_message)
    parse ((const gchar *) data, size);
  return 0;
}
