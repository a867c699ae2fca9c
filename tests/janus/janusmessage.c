/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every message of Janus is read for what it is, anything else does no harm, and requests have
 * exactly their members. */

#include <string.h>
#include <gst/check/gstcheck.h>

#include "januserror.h"
#include "janusmessage.h"

#define MAX_ID G_GUINT64_CONSTANT (9007199254740992)

/* The messages below are written with ' for ", and ` for an escaped quote. */
static gchar *
quoted (const gchar *text)
{
  g_autoptr (GString) json = g_string_new (text);

  g_string_replace (json, "'", "\"", 0);
  g_string_replace (json, "`", "\\\"", 0);
  return g_string_free (g_steal_pointer (&json), FALSE);
}

/* In memory of exactly this size, for valgrind to see whoever reads on. */
static JanusMessage *
parse_exact (const gchar *text, gsize size, GError **error)
{
  g_autofree gchar *exact = g_memdup2 (text, size);

  return janus_message_parse (exact ? exact : "", size, error);
}

static JanusMessage *
parse (const gchar *text)
{
  g_autofree gchar *json = quoted (text);
  g_autoptr (GError) error = NULL;
  JanusMessage *message = parse_exact (json, strlen (json), &error);

  fail_unless (message != NULL, "%s: %s", json, error ? error->message : "no error");
  fail_unless (error == NULL);
  return message;
}

static void
check_refused (const gchar *text, gsize size)
{
  g_autoptr (GError) error = NULL;
  JanusMessage *message = parse_exact (text, size, &error);

  fail_unless (message == NULL, "taken: %.80s", text);
  fail_unless (g_error_matches (error, JANUS_ERROR, JANUS_ERROR_PROTOCOL));
  fail_unless (error->message && *error->message);
}

static gsize
use_text (const gchar *text)
{
  return text ? strlen (text) : 0;
}

static gsize
use_streams (const GPtrArray *streams)
{
  gsize used = 0;
  guint i;

  for (i = 0; streams && i < streams->len; i++) {
    const JanusStream *stream = g_ptr_array_index (streams, i);

    used += use_text (stream->type) + use_text (stream->mid) + use_text (stream->codec);
    fail_unless (stream->active == TRUE || stream->active == FALSE);
  }
  return used;
}

/* Whatever SIZE bytes there are: a message all of whose members can be read, or a proper error. */
static void
check_survives (const gchar *text, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) refusal = NULL;
  g_autoptr (JanusMessage) message = parse_exact (text, size, &error);
  gsize used;
  guint i;

  if (!message) {
    fail_unless (g_error_matches (error, JANUS_ERROR, JANUS_ERROR_PROTOCOL));
    return;
  }
  fail_unless (error == NULL);
  used = use_text (message->transaction) + use_text (message->reason) +
         use_text (message->videoroom) + use_text (message->id) + use_text (message->unpublished) +
         use_text (message->leaving) + use_text (message->kicked) + use_text (message->jsep_type) +
         use_text (message->sdp) + use_streams (message->streams);
  for (i = 0; message->publishers && i < message->publishers->len; i++) {
    const JanusPublisher *publisher = g_ptr_array_index (message->publishers, i);

    fail_unless (publisher->id != NULL);
    used +=
        use_text (publisher->id) + use_text (publisher->display) + use_streams (publisher->streams);
  }
  /* No escape is shorter than what it stands for. */
  fail_unless (used <= size);
  refusal = janus_message_get_error (message);
  fail_unless ((refusal != NULL) == (message->type == JANUS_MESSAGE_ERROR));
}

static void
check_stream (const GPtrArray *streams, guint i, const gchar *type, const gchar *mid,
    const gchar *codec, gboolean active)
{
  const JanusStream *stream;

  fail_unless (streams && i < streams->len);
  stream = g_ptr_array_index (streams, i);
  assert_equals_string (stream->type, type);
  assert_equals_string (stream->mid, mid);
  assert_equals_string (stream->codec, codec);
  assert_equals_int (stream->active, active);
}

/* ---- Reading ---- */

#define JOINED                                                                                  \
  "{'janus':'event','session_id':7185201334128401,'transaction':'3','sender':3218573489276313," \
  "'plugindata':{'plugin':'janus.plugin.videoroom','data':{'videoroom':'joined','room':5678,"   \
  "'description':'e2ee','id':7009212319876711,'private_id':3104592891,'publishers':["           \
  "{'id':777,'display':'cam','audio_codec':'opus','video_codec':'vp8','streams':["              \
  "{'type':'audio','mindex':0,'mid':'audio0','codec':'opus','fec':true},"                       \
  "{'type':'video','mindex':1,'mid':'video1','codec':'vp8'}],'talking':false},"                 \
  "{'id':778,'streams':[{'type':'video','mindex':0,'mid':'0','disabled':true}]},"               \
  "{'id':779}]}}}"

#define ATTACHED                                                                                \
  "{'janus':'event','session_id':1,'transaction':'5','sender':22,'plugindata':{'plugin':"       \
  "'janus.plugin.videoroom','data':{'videoroom':'attached','room':1234,'streams':["             \
  "{'mindex':0,'type':'video','active':true,'mid':'0','ready':false,'send':true,'feed_id':777," \
  "'feed_display':'cam','feed_mid':'video0','codec':'vp8'},"                                    \
  "{'mindex':1,'type':'audio','active':false,'mid':'1','codec':'opus'}]}},"                     \
  "'jsep':{'type':'offer','sdp':'v=0\\r\\no=- 1 1 IN IP4 127.0.0.1\\r\\n','e2ee':true}}"

#define CONFIGURED                                                                        \
  "{'janus':'event','session_id':1,'transaction':'4','sender':21,'plugindata':{'plugin':" \
  "'janus.plugin.videoroom','data':{'videoroom':'event','room':3333,'configured':'ok',"   \
  "'audio_codec':'opus','video_codec':'none','streams':["                                 \
  "{'type':'audio','mindex':0,'mid':'audio0','codec':'opus'},"                            \
  "{'type':'video','mindex':1,'mid':'video1','codec':'none'},"                            \
  "{'type':'video','mindex':2,'mid':'video2','disabled':true}]}},"                        \
  "'jsep':{'type':'answer','sdp':'v=0\\r\\n'}}"

GST_START_TEST (a_success_has_the_id_of_what_was_made)
{
  g_autoptr (JanusMessage) created =
      parse ("{'janus':'success','transaction':'1','data':{'id':9007199254740992}}");
  g_autoptr (JanusMessage) attached =
      parse ("{'janus':'success','session_id':12,'transaction':'2','data':{'id':34}}");
  g_autoptr (JanusMessage) nothing =
      parse ("{'janus':'success','session_id':12,'transaction':'9'}");

  assert_equals_int (created->type, JANUS_MESSAGE_SUCCESS);
  assert_equals_string (created->transaction, "1");
  assert_equals_uint64 (created->data_id, MAX_ID);
  assert_equals_uint64 (created->session_id, 0);
  assert_equals_uint64 (attached->data_id, 34);
  assert_equals_uint64 (attached->session_id, 12);
  assert_equals_string (attached->transaction, "2");
  assert_equals_int (nothing->type, JANUS_MESSAGE_SUCCESS);
  assert_equals_uint64 (nothing->data_id, 0);
}
GST_END_TEST;

GST_START_TEST (an_ack_has_its_transaction_and_nothing_else)
{
  g_autoptr (JanusMessage) ack =
      parse ("{'janus':'ack','session_id':12,'transaction':'42','hint':'Processing offer'}");

  assert_equals_int (ack->type, JANUS_MESSAGE_ACK);
  assert_equals_string (ack->transaction, "42");
  assert_equals_uint64 (ack->session_id, 12);
  assert_equals_uint64 (ack->handle_id, 0);
  fail_unless (!ack->reason && !ack->videoroom && !ack->id && !ack->publishers && !ack->streams);
  fail_unless (!ack->unpublished && !ack->leaving && !ack->kicked);
  fail_unless (!ack->jsep_type && !ack->sdp && !ack->e2ee && ack->error_code == 0);
  fail_unless (janus_message_get_error (ack) == NULL);
}
GST_END_TEST;

GST_START_TEST (joined_tells_our_ids_and_the_publishers_with_their_streams)
{
  g_autoptr (JanusMessage) joined = parse (JOINED);
  const JanusPublisher *publisher;

  assert_equals_int (joined->type, JANUS_MESSAGE_EVENT);
  assert_equals_string (joined->transaction, "3");
  assert_equals_uint64 (joined->session_id, G_GUINT64_CONSTANT (7185201334128401));
  assert_equals_uint64 (joined->handle_id, G_GUINT64_CONSTANT (3218573489276313));
  assert_equals_string (joined->videoroom, "joined");
  assert_equals_string (joined->id, "7009212319876711");
  assert_equals_uint64 (joined->private_id, 3104592891);
  fail_unless (joined->streams == NULL && joined->sdp == NULL);

  fail_unless (joined->publishers != NULL);
  assert_equals_int (joined->publishers->len, 3);
  publisher = g_ptr_array_index (joined->publishers, 0);
  assert_equals_string (publisher->id, "777");
  assert_equals_string (publisher->display, "cam");
  assert_equals_int (publisher->streams->len, 2);
  check_stream (publisher->streams, 0, "audio", "audio0", "opus", TRUE);
  check_stream (publisher->streams, 1, "video", "video1", "vp8", TRUE);
  publisher = g_ptr_array_index (joined->publishers, 1);
  assert_equals_string (publisher->id, "778");
  fail_unless (publisher->display == NULL);
  check_stream (publisher->streams, 0, "video", "0", NULL, FALSE);
  publisher = g_ptr_array_index (joined->publishers, 2);
  assert_equals_string (publisher->id, "779");
  fail_unless (publisher->streams == NULL);
}
GST_END_TEST;

GST_START_TEST (string_ids_are_taken_as_they_are)
{
  g_autoptr (JanusMessage) joined =
      parse ("{'janus':'event','plugindata':{'data':{'videoroom':'joined','room':'lobby',"
             "'id':'my cam','publishers':[{'id':'777'},{'id':'`\xc3\xa4`'}]}}}");
  const JanusPublisher *publisher;

  assert_equals_string (joined->id, "my cam");
  assert_equals_int (joined->publishers->len, 2);
  publisher = g_ptr_array_index (joined->publishers, 0);
  assert_equals_string (publisher->id, "777");
  publisher = g_ptr_array_index (joined->publishers, 1);
  assert_equals_string (publisher->id, "\"\xc3\xa4\"");
}
GST_END_TEST;

GST_START_TEST (ids_up_to_two_to_the_53_keep_every_digit)
{
  static const gchar *const ids[] = {
      "0", "1", "2147483648", "4294967297", "9007199254740991", "9007199254740992"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autofree gchar *text =
        g_strdup_printf ("{'janus':'event','session_id':%s,'sender':%s,'plugindata':{'data':{"
                         "'id':%s,'private_id':%s,'leaving':%s,'publishers':[{'id':%s}]}}}",
            ids[i], ids[i], ids[i], ids[i], ids[i], ids[i]);
    g_autoptr (JanusMessage) message = parse (text);
    guint64 number = g_ascii_strtoull (ids[i], NULL, 10);
    const JanusPublisher *publisher = g_ptr_array_index (message->publishers, 0);

    assert_equals_uint64 (message->session_id, number);
    assert_equals_uint64 (message->handle_id, number);
    assert_equals_uint64 (message->private_id, number);
    assert_equals_string (message->id, ids[i]);
    assert_equals_string (message->leaving, ids[i]);
    assert_equals_string (publisher->id, ids[i]);
  }
}
GST_END_TEST;

GST_START_TEST (attached_has_the_offer_its_flag_and_the_streams)
{
  g_autoptr (JanusMessage) attached = parse (ATTACHED);

  assert_equals_int (attached->type, JANUS_MESSAGE_EVENT);
  assert_equals_string (attached->videoroom, "attached");
  assert_equals_uint64 (attached->handle_id, 22);
  assert_equals_string (attached->jsep_type, "offer");
  assert_equals_string (attached->sdp, "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n");
  fail_unless (attached->e2ee == TRUE);
  assert_equals_int (attached->streams->len, 2);
  check_stream (attached->streams, 0, "video", "0", "vp8", TRUE);
  check_stream (attached->streams, 1, "audio", "1", "opus", FALSE);
}
GST_END_TEST;

GST_START_TEST (configured_tells_which_media_the_room_does_not_take)
{
  g_autoptr (JanusMessage) configured = parse (CONFIGURED);

  assert_equals_int (configured->type, JANUS_MESSAGE_EVENT);
  assert_equals_string (configured->videoroom, "event");
  assert_equals_string (configured->jsep_type, "answer");
  fail_unless (configured->e2ee == FALSE);
  assert_equals_int (configured->streams->len, 3);
  check_stream (configured->streams, 0, "audio", "audio0", "opus", TRUE);
  check_stream (configured->streams, 1, "video", "video1", "none", TRUE);
  check_stream (configured->streams, 2, "video", "video2", NULL, FALSE);
}
GST_END_TEST;

#define ROOMS                                                                        \
  "{'janus':'success','transaction':'9','sender':5,'plugindata':{'data':{"           \
  "'videoroom':'success','list':[{'room':1234,'rec_dir':'/rec','lock_record':true}," \
  "{'room':'lobby','lock_record':false},{'description':'no id'},7]}}}"

GST_START_TEST (a_list_of_rooms_tells_where_and_by_whom_is_recorded)
{
  g_autoptr (JanusMessage) message = parse (ROOMS);
  const JanusRoomInfo *locked, *open;

  assert_equals_int (message->rooms->len, 2);
  locked = g_ptr_array_index (message->rooms, 0);
  assert_equals_string (locked->id, "1234");
  assert_equals_string (locked->rec_dir, "/rec");
  fail_unless (locked->lock_record == TRUE);
  open = g_ptr_array_index (message->rooms, 1);
  assert_equals_string (open->id, "lobby");
  fail_unless (!open->rec_dir && !open->lock_record);
}
GST_END_TEST;

#define RECORDINGS                                                                      \
  "{'janus':'success','transaction':'9','sender':5,'plugindata':{'data':{'recordplay':" \
  "'list','list':[{'id':4711,'name':'talk','date':'2024-02-29 12:00:00','audio':true,"  \
  "'audio_codec':'opus','video':false},{'name':'no id'},{'id':2},[]]}}}"
#define PREPARING                                                                      \
  "{'janus':'event','transaction':'9','sender':5,'plugindata':{'data':{'recordplay':"  \
  "'event','result':{'status':'preparing','id':4711,'warning':'Broken audio file'}}}," \
  "'jsep':{'type':'offer','sdp':'v=0','e2ee':true}}"

GST_START_TEST (a_list_of_recordings_tells_what_each_is)
{
  g_autoptr (JanusMessage) message = parse (RECORDINGS);
  const JanusRecording *talk, *other;

  assert_equals_string (message->recordplay, "list");
  fail_unless (!message->rooms && !message->videoroom);
  assert_equals_int (message->recordings->len, 2);
  talk = g_ptr_array_index (message->recordings, 0);
  assert_equals_string (talk->id, "4711");
  assert_equals_string (talk->name, "talk");
  assert_equals_string (talk->date, "2024-02-29 12:00:00");
  assert_equals_string (talk->audio_codec, "opus");
  fail_unless (!talk->video_codec);
  other = g_ptr_array_index (message->recordings, 1);
  assert_equals_string (other->id, "2");
  fail_unless (!other->name && !other->date);
}
GST_END_TEST;

GST_START_TEST (the_state_of_a_recording_is_told_in_a_word_or_an_object)
{
  g_autoptr (JanusMessage) preparing = parse (PREPARING);
  g_autoptr (JanusMessage) done = parse (
      "{'janus':'event','sender':5,'plugindata':{'data':{'recordplay':'event','result':'done'}}}");
  g_autoptr (JanusMessage) refused =
      parse ("{'janus':'event','sender':5,'plugindata':{'data':{'recordplay':'event',"
             "'error_code':416,'error':'No such recording'}}}");

  assert_equals_string (preparing->status, "preparing");
  assert_equals_string (preparing->recording, "4711");
  assert_equals_string (preparing->warning, "Broken audio file");
  assert_equals_string (preparing->sdp, "v=0");
  assert_equals_string (done->status, "done");
  fail_unless (!done->recording);
  assert_equals_int (refused->type, JANUS_MESSAGE_ERROR);
  assert_equals_int (refused->error_code, JANUS_REFUSAL_NO_SUCH_RECORDING);
}
GST_END_TEST;

GST_START_TEST (who_goes_is_told_as_a_number_a_string_or_ok)
{
  static const struct {
    const gchar *json;
    const gchar *text;
  } ids[] = {{"777", "777"}, {"9007199254740992", "9007199254740992"}, {"'cam'", "cam"},
      {"'ok'", "ok"}, {"'777'", "777"}};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (ids); i++) {
    g_autofree gchar *text = g_strdup_printf ("{'janus':'event','sender':5,'plugindata':{'data':"
                                              "{'videoroom':'event','room':1,'unpublished':%s}}}",
        ids[i].json);
    g_autofree gchar *text2 = g_strdup_printf ("{'janus':'event','sender':5,'plugindata':{'data':"
                                               "{'videoroom':'event','room':1,'leaving':%s,"
                                               "'reason':'kicked'}}}",
        ids[i].json);
    g_autofree gchar *text3 = g_strdup_printf ("{'janus':'event','sender':5,'plugindata':{'data':"
                                               "{'videoroom':'event','room':1,'kicked':%s}}}",
        ids[i].json);
    g_autoptr (JanusMessage) unpublished = parse (text);
    g_autoptr (JanusMessage) leaving = parse (text2);
    g_autoptr (JanusMessage) kicked = parse (text3);

    assert_equals_string (unpublished->unpublished, ids[i].text);
    fail_unless (!unpublished->leaving && !unpublished->kicked && !unpublished->id);
    assert_equals_string (leaving->leaving, ids[i].text);
    assert_equals_string (leaving->reason, "kicked");
    fail_unless (!leaving->unpublished && !leaving->kicked);
    assert_equals_string (kicked->kicked, ids[i].text);
    fail_unless (!kicked->unpublished && !kicked->leaving);
  }
}
GST_END_TEST;

GST_START_TEST (other_events_of_the_plugin_are_events)
{
  g_autoptr (JanusMessage) destroyed =
      parse ("{'janus':'event','sender':5,'plugindata':{'plugin':'janus.plugin.videoroom',"
             "'data':{'videoroom':'destroyed','room':1234}}}");
  g_autoptr (JanusMessage) updated =
      parse ("{'janus':'event','sender':5,'plugindata':{'data':{'videoroom':'updated','streams':[]"
             "}},'jsep':{'type':'offer','sdp':'v=0'}}");
  g_autoptr (JanusMessage) started =
      parse ("{'janus':'event','sender':5,'transaction':'6','plugindata':{'data':{'videoroom':"
             "'event','started':'ok'}}}");
  g_autoptr (JanusMessage) publishing =
      parse ("{'janus':'event','sender':5,'plugindata':{'data':{'videoroom':'event','publishers':"
             "[{'id':1}]}}}");

  assert_equals_string (destroyed->videoroom, "destroyed");
  assert_equals_string (updated->videoroom, "updated");
  fail_unless (updated->streams && updated->streams->len == 0);
  assert_equals_int (started->type, JANUS_MESSAGE_EVENT);
  assert_equals_string (started->transaction, "6");
  assert_equals_int (publishing->publishers->len, 1);
  fail_unless (publishing->id == NULL && publishing->transaction == NULL);
}
GST_END_TEST;

GST_START_TEST (an_error_of_the_core_has_its_code_and_reason)
{
  g_autoptr (JanusMessage) message =
      parse ("{'janus':'error','session_id':12,'transaction':'8','error':{'code':458,'reason':"
             "'No such session 12'}}");
  g_autoptr (GError) error = janus_message_get_error (message);

  assert_equals_int (message->type, JANUS_MESSAGE_ERROR);
  assert_equals_string (message->transaction, "8");
  assert_equals_int (message->error_code, 458);
  assert_equals_string (message->reason, "No such session 12");
  fail_unless (g_error_matches (error, JANUS_REFUSAL, JANUS_REFUSAL_NO_SUCH_SESSION));
  fail_unless (strstr (error->message, "No such session 12") != NULL);
  fail_unless (strstr (error->message, "458") != NULL);
}
GST_END_TEST;

GST_START_TEST (an_error_of_the_plugin_makes_an_event_an_error)
{
  g_autoptr (JanusMessage) event =
      parse ("{'janus':'event','session_id':12,'transaction':'8','sender':3,'plugindata':{'plugin':"
             "'janus.plugin.videoroom','data':{'videoroom':'event','error_code':433,'error':"
             "'Room requires end-to-end encrypted media'}}}");
  g_autoptr (JanusMessage) success =
      parse ("{'janus':'success','sender':3,'plugindata':{'data':{'videoroom':'event','error_code':"
             "426,'error':'No such room (9999)'}}}");
  g_autoptr (GError) error = janus_message_get_error (event);

  assert_equals_int (event->type, JANUS_MESSAGE_ERROR);
  assert_equals_int (event->error_code, 433);
  assert_equals_uint64 (event->handle_id, 3);
  fail_unless (g_error_matches (error, JANUS_REFUSAL, JANUS_REFUSAL_UNAUTHORIZED));
  fail_unless (strstr (error->message, "requires end-to-end encrypted media") != NULL);
  fail_unless (strstr (error->message, "433") != NULL);
  assert_equals_int (success->type, JANUS_MESSAGE_ERROR);
  assert_equals_int (success->error_code, 426);
  assert_equals_string (success->reason, "No such room (9999)");
}
GST_END_TEST;

/* Log lines are made of it. */
GST_START_TEST (a_reason_is_one_line_of_bounded_length)
{
  static const gchar *const texts[] = {
      "{'janus':'error','error':{'code':490,'reason':'%s'}}",
      "{'janus':'event','plugindata':{'data':{'videoroom':'event','error_code':499,'error':'%s'}}}",
      "{'janus':'event','plugindata':{'data':{'videoroom':'event','leaving':'ok','reason':'%s'}}}",
      "{'janus':'hangup','reason':'%s'}",
  };
  g_autofree gchar *filling = g_strnfill (100000, 'x');
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_auto (GStrv) parts = g_strsplit (texts[i], "%s", 2);
    g_autofree gchar *forging =
        g_strconcat (parts[0], "evil\\nERROR: forged\\u001b[31m", parts[1], NULL);
    g_autofree gchar *flooding = g_strconcat (parts[0], filling, parts[1], NULL);
    g_autoptr (JanusMessage) forged = parse (forging);
    g_autoptr (JanusMessage) flooded = parse (flooding);

    assert_equals_string (forged->reason, "evil\\x0aERROR: forged\\x1b[31m");
    fail_unless (strlen (flooded->reason) <= 1024 && g_str_has_suffix (flooded->reason, "x..."));
  }
}
GST_END_TEST;

GST_START_TEST (what_json_glib_says_of_a_text_is_one_line)
{
  static const gchar text[] = "{\"janus\":\"event\",\"a\":evil\nERROR:forged}";
  g_autoptr (GError) error = NULL;

  fail_unless (janus_message_parse (text, strlen (text), &error) == NULL);
  fail_if (strchr (error->message, '\n'), "%s", error->message);
}
GST_END_TEST;

GST_START_TEST (an_error_without_reason_or_code_is_still_an_error)
{
  static const gchar *const texts[] = {"{'janus':'error'}", "{'janus':'error','error':{}}",
      "{'janus':'error','error':'no'}", "{'janus':'error','error':{'code':'458','reason':1}}",
      "{'janus':'error','error':{'code':-9223372036854775808}}",
      "{'janus':'error','error':{'code':9223372036854775807}}",
      "{'janus':'event','plugindata':{'data':{'error_code':-1}}}",
      "{'janus':'event','plugindata':{'data':{'error_code':99999999999,'error':[]}}}"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (JanusMessage) message = parse (texts[i]);
    g_autoptr (GError) error = janus_message_get_error (message);

    assert_equals_int (message->type, JANUS_MESSAGE_ERROR);
    fail_unless (message->error_code >= 0);
    fail_unless (error && error->domain == JANUS_REFUSAL);
    fail_unless (error->code == message->error_code);
    fail_unless (strstr (error->message, "(null)") == NULL);
  }
}
GST_END_TEST;

GST_START_TEST (only_errors_are_errors)
{
  static const gchar *const texts[] = {JOINED, ATTACHED, CONFIGURED, "{'janus':'ack'}",
      "{'janus':'hangup','reason':'DTLS alert'}", "{'janus':'timeout'}",
      "{'janus':'event','plugindata':{'data':{'error_code':0,'error':'none'}}}"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (JanusMessage) message = parse (texts[i]);

    fail_unless (janus_message_get_error (message) == NULL);
  }
}
GST_END_TEST;

GST_START_TEST (what_the_core_says_unasked_is_known)
{
  g_autoptr (JanusMessage) webrtcup = parse ("{'janus':'webrtcup','session_id':1,'sender':2}");
  g_autoptr (JanusMessage) hangup =
      parse ("{'janus':'hangup','session_id':1,'sender':2,'reason':'ICE failed'}");
  g_autoptr (JanusMessage) detached = parse ("{'janus':'detached','session_id':1,'sender':2}");
  g_autoptr (JanusMessage) timeout = parse ("{'janus':'timeout','session_id':1}");

  assert_equals_int (webrtcup->type, JANUS_MESSAGE_WEBRTCUP);
  assert_equals_uint64 (webrtcup->handle_id, 2);
  assert_equals_uint64 (webrtcup->session_id, 1);
  fail_unless (webrtcup->transaction == NULL);
  assert_equals_int (hangup->type, JANUS_MESSAGE_HANGUP);
  assert_equals_string (hangup->reason, "ICE failed");
  assert_equals_uint64 (hangup->handle_id, 2);
  assert_equals_int (detached->type, JANUS_MESSAGE_DETACHED);
  assert_equals_uint64 (detached->handle_id, 2);
  assert_equals_int (timeout->type, JANUS_MESSAGE_TIMEOUT);
  assert_equals_uint64 (timeout->session_id, 1);
}
GST_END_TEST;

GST_START_TEST (what_nobody_needs_is_something_else)
{
  static const gchar *const texts[] = {
      "{'janus':'media','sender':2,'mid':'video0','type':'video','receiving':true}",
      "{'janus':'slowlink','sender':2,'uplink':true,'lost':9}", "{'janus':'server_info'}",
      "{'janus':''}", "{'janus':'ACK'}", "{'janus':'ack '}", "{'janus':'trickle'}"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (JanusMessage) message = parse (texts[i]);

    assert_equals_int (message->type, JANUS_MESSAGE_OTHER);
  }
}
GST_END_TEST;

/* ---- Reading what is wrong ---- */

GST_START_TEST (numbers_of_another_type_count_as_absent)
{
  static const gchar *const values[] = {"'12'", "1.5", "true", "null", "[12]", "{'id':12}", "-12"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autofree gchar *text = g_strdup_printf (
        "{'janus':'success','session_id':%s,'sender':%s,'data':{'id':%s},'error':{'code':%s},"
        "'plugindata':{'data':{'private_id':%s}}}",
        values[i], values[i], values[i], values[i], values[i]);
    g_autoptr (JanusMessage) message = parse (text);

    assert_equals_uint64 (message->session_id, 0);
    assert_equals_uint64 (message->handle_id, 0);
    assert_equals_uint64 (message->data_id, 0);
    assert_equals_uint64 (message->private_id, 0);
    assert_equals_int (message->error_code, 0);
    assert_equals_int (message->type, JANUS_MESSAGE_SUCCESS);
  }
}
GST_END_TEST;

/* Half of a surrogate pair (RFC 8259, section 8.2) is no text either. */
GST_START_TEST (texts_of_another_type_count_as_absent)
{
  static const gchar *const values[] = {
      "12", "1.5", "false", "null", "['x']", "{'x':'y'}", "'\\ud800 a'", "'\\udc00 a'"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (values); i++) {
    const gchar *v = values[i];
    g_autofree gchar *text = g_strdup_printf (
        "{'janus':'event','transaction':%s,'reason':%s,'plugindata':{'data':{'videoroom':%s,"
        "'publishers':[{'id':1,'display':%s,'streams':[{'type':%s,'mid':%s,'codec':%s}]}]}},"
        "'jsep':{'type':%s,'sdp':%s}}",
        v, v, v, v, v, v, v, v, v);
    g_autoptr (JanusMessage) message = parse (text);
    const JanusPublisher *publisher = g_ptr_array_index (message->publishers, 0);

    fail_unless (!message->transaction && !message->reason && !message->videoroom);
    fail_unless (!message->jsep_type && !message->sdp);
    fail_unless (publisher->display == NULL);
    check_stream (publisher->streams, 0, NULL, NULL, NULL, TRUE);
  }
}
GST_END_TEST;

GST_START_TEST (ids_of_another_type_count_as_absent)
{
  static const gchar *const values[] = {"1.5", "false", "null", "['x']", "{'x':'y'}"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (values); i++) {
    const gchar *v = values[i];
    g_autofree gchar *text =
        g_strdup_printf ("{'janus':'event','plugindata':{'data':{'id':%s,'unpublished':%s,"
                         "'leaving':%s,'kicked':%s,'publishers':[{'id':%s},{'id':7}]}}}",
            v, v, v, v, v);
    g_autoptr (JanusMessage) message = parse (text);
    const JanusPublisher *publisher = g_ptr_array_index (message->publishers, 0);

    fail_unless (!message->id && !message->unpublished && !message->leaving && !message->kicked);
    assert_equals_int (message->publishers->len, 1);
    assert_equals_string (publisher->id, "7");
  }
}
GST_END_TEST;

GST_START_TEST (flags_of_another_type_count_as_absent)
{
  static const gchar *const values[] = {"'yes'", "'true'", "1", "1.0", "null", "[true]", "{}"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autofree gchar *text =
        g_strdup_printf ("{'janus':'event','plugindata':{'data':{'streams':[{'disabled':%s},"
                         "{'active':%s}]}},'jsep':{'e2ee':%s}}",
            values[i], values[i], values[i]);
    g_autoptr (JanusMessage) message = parse (text);

    fail_unless (message->e2ee == FALSE);
    check_stream (message->streams, 0, NULL, NULL, NULL, TRUE);
    check_stream (message->streams, 1, NULL, NULL, NULL, TRUE);
  }
}
GST_END_TEST;

GST_START_TEST (objects_and_arrays_of_another_type_count_as_absent)
{
  static const gchar *const values[] = {"'x'", "1", "1.5", "true", "null"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (values); i++) {
    const gchar *v = values[i];
    g_autofree gchar *text = g_strdup_printf (
        "{'janus':'event','data':%s,'error':%s,'plugindata':%s,'jsep':%s}", v, v, v, v);
    g_autofree gchar *text2 = g_strdup_printf ("{'janus':'event','plugindata':{'data':%s}}", v);
    g_autofree gchar *text3 = g_strdup_printf ("{'janus':'event','plugindata':{'data':{"
                                               "'publishers':%s,'streams':%s}}}",
        v, v);
    g_autofree gchar *text4 =
        g_strdup_printf ("{'janus':'event','plugindata':{'data':{'publishers':[%s,{'id':7,"
                         "'streams':[%s,[],{},%s]},%s],'streams':[%s,{},%s]}}}",
            v, v, v, v, v, v);
    g_autoptr (JanusMessage) message = parse (text);
    g_autoptr (JanusMessage) message2 = parse (text2);
    g_autoptr (JanusMessage) message3 = parse (text3);
    g_autoptr (JanusMessage) message4 = parse (text4);
    const JanusPublisher *publisher = g_ptr_array_index (message4->publishers, 0);

    assert_equals_int (message->type, JANUS_MESSAGE_EVENT);
    fail_unless (message->data_id == 0 && !message->videoroom && !message->sdp);
    fail_unless (!message2->videoroom && !message2->publishers && !message2->streams);
    fail_unless (!message3->publishers && !message3->streams);
    assert_equals_int (message4->publishers->len, 1);
    assert_equals_int (publisher->streams->len, 1);
    assert_equals_int (message4->streams->len, 1);
  }
}
GST_END_TEST;

static void try_replacements (JsonNode *root, JsonNode *node);

static JsonNode *
make_replacement (guint i)
{
  static const gchar *const replacements[] = {"null", "true", "0", "-1", "1.5", "1e300",
      "9223372036854775807", "\"\"", "\"x\"", "[]", "{}", "[null]", "[[[]]]", "[{}]", "{\"id\":{}}",
      "[1,\"x\",{\"id\":[]}]"};

  return i < G_N_ELEMENTS (replacements) ? json_from_string (replacements[i], NULL) : NULL;
}

static void
try_as_text (JsonNode *root)
{
  g_autofree gchar *text = json_to_string (root, FALSE);

  check_survives (text, strlen (text));
}

static void
replace_member (JsonNode *root, JsonObject *object, const gchar *member)
{
  /* A replaced member takes its name with it. */
  g_autofree gchar *name = g_strdup (member);
  g_autoptr (JsonNode) original = json_node_copy (json_object_get_member (object, name));
  JsonNode *replacement;
  guint i;

  try_replacements (root, json_object_get_member (object, name));
  for (i = 0; (replacement = make_replacement (i)); i++) {
    json_object_set_member (object, name, replacement);
    try_as_text (root);
  }
  json_object_set_member (object, name, g_steal_pointer (&original));
}

static void
try_replacements (JsonNode *root, JsonNode *node)
{
  guint i;

  if (JSON_NODE_HOLDS_OBJECT (node)) {
    JsonObject *object = json_node_get_object (node);
    /* Each name lives until its own member is replaced. */
    g_autoptr (GList) names = json_object_get_members (object);
    GList *l;

    for (l = names; l; l = l->next)
      replace_member (root, object, l->data);
  } else if (JSON_NODE_HOLDS_ARRAY (node)) {
    JsonArray *array = json_node_get_array (node);

    for (i = 0; i < json_array_get_length (array); i++)
      try_replacements (root, json_array_get_element (array, i));
  }
}

GST_START_TEST (any_member_may_be_of_any_type)
{
  static const gchar *const texts[] = {JOINED, ATTACHED, CONFIGURED, ROOMS, RECORDINGS, PREPARING,
      "{'janus':'error','transaction':'8','reason':'x','data':{'id':5},'error':{'code':458,"
      "'reason':'y'}}",
      "{'janus':'event','plugindata':{'data':{'error_code':433,'error':'z','unpublished':1,"
      "'leaving':2,'kicked':3}}}"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree gchar *json = quoted (texts[i]);
    g_autoptr (JsonNode) root = json_from_string (json, NULL);

    fail_unless (root != NULL);
    try_replacements (root, root);
    try_as_text (root);
  }
}
GST_END_TEST;

GST_START_TEST (a_message_cut_short_anywhere_is_refused)
{
  static const gchar *const texts[] = {JOINED, ATTACHED, CONFIGURED};
  gsize i, size;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree gchar *json = quoted (texts[i]);

    for (size = 0; size < strlen (json); size++)
      check_refused (json, size);
    check_survives (json, size);
  }
}
GST_END_TEST;

GST_START_TEST (a_message_with_bytes_changed_does_no_harm)
{
  static const gchar *const texts[] = {JOINED, ATTACHED, CONFIGURED};
  /* What means something to a JSON reader is tried more often than chance would. */
  static const gchar special[] = "\"'\\{}[]:,/*#u0-9.eE \n\t\x7f\xff\xc3";
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  guint i, j;

  for (i = 0; i < 6000; i++) {
    g_autofree gchar *json = quoted (texts[i % G_N_ELEMENTS (texts)]);
    gsize size = strlen (json);
    gint n = g_rand_int_range (rand, 1, 5);

    for (j = 0; j < (guint) n; j++) {
      gint32 at = g_rand_int_range (rand, 0, (gint32) size);

      if (g_rand_boolean (rand))
        json[at] = (gchar) g_rand_int_range (rand, 0, 256);
      else
        json[at] = special[g_rand_int_range (rand, 0, sizeof special)];
    }
    check_survives (json, size);
  }
}
GST_END_TEST;

GST_START_TEST (random_bytes_do_no_harm)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);
  gchar bytes[64];
  guint i, j;

  for (i = 0; i < 6000; i++) {
    gsize size = (gsize) g_rand_int_range (rand, 0, sizeof bytes);

    for (j = 0; j < size; j++)
      bytes[j] = (gchar) g_rand_int_range (rand, 0, 256);
    check_survives (bytes, size);
  }
}
GST_END_TEST;

GST_START_TEST (random_pieces_of_json_do_no_harm)
{
  static const gchar *const pieces[] = {"{", "}", "[", "]", ":", ",", "\"", "'", "\\", "/*", "*/",
      "//", "#", "\n", "\"janus\"", "\"event\"", "\"error\"", "\"plugindata\"", "\"data\"",
      "\"publishers\"", "\"streams\"", "\"id\"", "\"jsep\"", "{\"janus\":\"event\",", "1", "-",
      "1.", "1e9", "99999999999999999999", "true", "null", "\"\\ud800\"", "\"\\ud800\\udc00\"",
      "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"\\u12\"", "\xef\xbb\xbf", "var a = ", ";"};
  g_autoptr (GRand) rand = g_rand_new_with_seed (13);
  guint i;

  for (i = 0; i < 6000; i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    gint n = g_rand_int_range (rand, 0, 24);

    while (n-- > 0)
      g_string_append (text, pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces))]);
    check_survives (text->str, text->len);
  }
}
GST_END_TEST;

/* {"janus":"ack","a":[[[...]]]}, PREFIX before the first of DEPTH brackets. */
static gchar *
nested (const gchar *prefix, gchar bracket, guint depth, gboolean closed)
{
  GString *text = g_string_new ("{\"janus\":\"ack\",\"a\":");
  guint i;

  g_string_append (text, prefix);
  for (i = 0; i < depth; i++) {
    if (bracket == '{' && i > 0)
      g_string_append (text, "\"a\":");
    g_string_append_c (text, bracket);
  }
  for (i = 0; closed && i < depth; i++)
    g_string_append_c (text, bracket == '[' ? ']' : '}');
  if (closed)
    g_string_append_c (text, '}');
  return g_string_free (text, FALSE);
}

GST_START_TEST (nesting_up_to_32_levels_is_taken_and_no_more)
{
  static const gchar brackets[] = {'[', '{'};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (brackets); i++) {
    g_autofree gchar *good = nested ("", brackets[i], 31, TRUE);
    g_autofree gchar *bad = nested ("", brackets[i], 32, TRUE);
    g_autofree gchar *worse = nested ("", brackets[i], 100000, TRUE);
    g_autofree gchar *open = nested ("", brackets[i], 100000, FALSE);
    g_autoptr (JanusMessage) message = parse_exact (good, strlen (good), NULL);

    fail_unless (message && message->type == JANUS_MESSAGE_ACK);
    check_refused (bad, strlen (bad));
    check_refused (worse, strlen (worse));
    check_refused (open, strlen (open));
  }
}
GST_END_TEST;

GST_START_TEST (deep_nesting_is_told_as_such)
{
  g_autofree gchar *deep = nested ("", '[', 100000, TRUE);
  g_autoptr (GError) error = NULL;

  fail_unless (janus_message_parse (deep, strlen (deep), &error) == NULL);
  fail_unless (g_error_matches (error, JANUS_ERROR, JANUS_ERROR_PROTOCOL));
  fail_unless (strstr (error->message, "nested") != NULL);
}
GST_END_TEST;

/* json-glib takes comments and single quotes too: a quote there must not hide the brackets after
 * it. */
GST_START_TEST (nesting_does_not_hide_behind_what_is_no_json)
{
  static const gchar *const prefixes[] = {"/*\"*/", "/*\\*/", "//\"\n", "/**//*\"*/",
      "'\"',\"b\":", "'\\'\"',\"b\":", "#\"\n", "\n#\"\n", "`\"`", "\"\\\\\",\"b\":", "\\\"",
      "/*'*/", "[],\"b\":"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (prefixes); i++) {
    g_autofree gchar *closed = nested (prefixes[i], '[', 300000, TRUE);
    g_autofree gchar *open = nested (prefixes[i], '[', 300000, FALSE);

    check_refused (closed, strlen (closed));
    check_refused (open, strlen (open));
  }
}
GST_END_TEST;

GST_START_TEST (brackets_in_strings_do_not_count)
{
  static const gchar *const endings[] = {"", "\\\"", "\\\\", "\\\\\\\"", "\\\"\\\""};
  g_autoptr (GString) brackets = g_string_new (NULL);
  gsize i;

  while (brackets->len < 1000)
    g_string_append (brackets, "[{\\\"");
  for (i = 0; i < G_N_ELEMENTS (endings); i++) {
    g_autofree gchar *text =
        g_strdup_printf ("{\"janus\":\"event\",\"reason\":\"%s%s\",\"%s%s\":[[]]}", endings[i],
            brackets->str, brackets->str, endings[i]);
    g_autoptr (JanusMessage) message = parse_exact (text, strlen (text), NULL);

    fail_unless (message != NULL, "ending %s", endings[i]);
    fail_unless (strlen (message->reason) >= 700);
  }
}
GST_END_TEST;

GST_START_TEST (many_siblings_are_no_nesting)
{
  g_autoptr (GString) text = g_string_new ("{\"janus\":\"event\",\"a\":[");
  g_autoptr (JanusMessage) message = NULL;
  guint i;

  for (i = 0; i < 1000; i++)
    g_string_append (text, "{\"b\":[[]]},");
  g_string_append (text, "0]}");
  message = parse_exact (text->str, text->len, NULL);
  fail_unless (message != NULL);
}
GST_END_TEST;

GST_START_TEST (two_messages_in_one_are_refused)
{
  static const gchar *const texts[] = {"{\"janus\":\"ack\"}{\"janus\":\"ack\"}",
      "{\"janus\":\"ack\"} 1", "1 {\"janus\":\"ack\"}", "\"a\"{\"janus\":\"ack\"}"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    check_refused (texts[i], strlen (texts[i]));
}
GST_END_TEST;

GST_START_TEST (what_is_no_message_is_refused)
{
  static const gchar *const texts[] = {"", " ", "\n\n", "null", "true", "1", "\"janus\"", "[]",
      "[{\"janus\":\"ack\"}]", "{}", "{\"janus\":1}", "{\"janus\":null}", "{\"janus\":{}}",
      "{\"janus\":[\"ack\"]}", "{\"Janus\":\"ack\"}", "{\"transaction\":\"1\"}", "garbage", "{",
      "}", "]", "\"", "\\", "{\"janus\":\"ack\"", "{\"janus\":\"ack\",}", "{\"janus\":ack}",
      "{janus:\"ack\"}", "{\"janus\":\"\xff\xfe\"}", "\xef\xbb\xbf", "<html></html>",
      "HTTP/1.1 400 Bad Request\r\n\r\n"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    check_refused (texts[i], strlen (texts[i]));
}
GST_END_TEST;

/* As a GBytes of size 0 has it. */
GST_START_TEST (no_text_at_all_is_refused)
{
  g_autoptr (GError) error = NULL;

  fail_unless (janus_message_parse (NULL, 0, &error) == NULL);
  fail_unless (g_error_matches (error, JANUS_ERROR, JANUS_ERROR_PROTOCOL));
}
GST_END_TEST;

GST_START_TEST (text_with_nul_does_no_harm)
{
  static const gchar in_string[] = "{\"janus\":\"a\0ck\"}";
  static const gchar between[] = "{\"janus\":\0\"ack\"}";
  static const gchar first[] = "\0{\"janus\":\"ack\"}";
  static const gchar last[] = "{\"janus\":\"ack\"}\0\0\0";
  static const gchar nested_after[] = "{\"janus\":\"ack\"}\0[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[";
  g_autofree gchar *nuls = g_malloc0 (1000);

  check_survives (in_string, sizeof in_string - 1);
  check_survives (between, sizeof between - 1);
  check_survives (first, sizeof first - 1);
  check_survives (last, sizeof last - 1);
  check_survives (nested_after, sizeof nested_after - 1);
  check_refused (nuls, 1000);
}
GST_END_TEST;

/* ---- Building ---- */

/* REQUEST (taken) as text is the JSON EXPECTED: the same members, values and types, in any
 * order. */
static void
check_json (JsonObject *request, const gchar *expected)
{
  g_autofree gchar *expected_json = quoted (expected);
  g_autofree gchar *text = janus_request_to_text (request);
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  g_autoptr (JsonNode) expected_node = json_from_string (expected_json, NULL);

  fail_unless (node && expected_node);
  fail_unless (json_node_equal (node, expected_node), "%s\nis not %s", text, expected_json);
  json_object_unref (request);
}

GST_START_TEST (core_requests_have_their_name)
{
  check_json (janus_request_new ("create"), "{'janus':'create'}");
  check_json (janus_request_new ("keepalive"), "{'janus':'keepalive'}");
  check_json (janus_request_new ("detach"), "{'janus':'detach'}");
  check_json (janus_request_new ("hangup"), "{'janus':'hangup'}");
  check_json (janus_request_new ("destroy"), "{'janus':'destroy'}");
}
GST_END_TEST;

GST_START_TEST (attach_says_perc_only_in_the_perc_signalling)
{
  check_json (janus_request_new_attach ("janus.plugin.videoroom", JANUS_SIGNALLING_E2EE),
      "{'janus':'attach','plugin':'janus.plugin.videoroom'}");
  check_json (janus_request_new_attach ("janus.plugin.videoroom", JANUS_SIGNALLING_PLAIN),
      "{'janus':'attach','plugin':'janus.plugin.videoroom'}");
  check_json (janus_request_new_attach ("janus.plugin.videoroom", JANUS_SIGNALLING_PERC),
      "{'janus':'attach','plugin':'janus.plugin.videoroom','perc':true}");
}
GST_END_TEST;

GST_START_TEST (an_address_has_what_is_given_and_no_more)
{
  JsonObject *request = janus_request_new ("create");

  janus_request_address (request, "1", 0, 0, NULL, NULL);
  check_json (request, "{'janus':'create','transaction':'1'}");

  request = janus_request_new ("attach");
  janus_request_address (request, "2", MAX_ID, 0, "open", NULL);
  check_json (request, "{'janus':'attach','transaction':'2','session_id':9007199254740992,"
                       "'apisecret':'open'}");

  request = janus_request_new ("detach");
  janus_request_address (request, "3", 5, 6, NULL, "ticket");
  check_json (request, "{'janus':'detach','transaction':'3','session_id':5,'handle_id':6,"
                       "'token':'ticket'}");

  request = janus_request_new ("keepalive");
  janus_request_address (request, "4", 5, MAX_ID, "se\"cret\\", "t");
  check_json (request, "{'janus':'keepalive','transaction':'4','session_id':5,"
                       "'handle_id':9007199254740992,'apisecret':'se`cret\\\\','token':'t'}");
}
GST_END_TEST;

GST_START_TEST (a_publisher_joins_with_what_is_given_and_no_more)
{
  check_json (janus_videoroom_join_publisher ("1234", NULL, NULL, NULL, NULL, FALSE),
      "{'request':'join','ptype':'publisher','room':1234}");
  check_json (janus_videoroom_join_publisher ("1234", "777", NULL, NULL, NULL, FALSE),
      "{'request':'join','ptype':'publisher','room':1234,'id':777}");
  check_json (janus_videoroom_join_publisher ("1234", NULL, "cam", NULL, NULL, FALSE),
      "{'request':'join','ptype':'publisher','room':1234,'display':'cam'}");
  check_json (janus_videoroom_join_publisher ("1234", NULL, NULL, "hush", NULL, FALSE),
      "{'request':'join','ptype':'publisher','room':1234,'pin':'hush'}");
  check_json (janus_videoroom_join_publisher ("1234", NULL, NULL, NULL, "ticket", FALSE),
      "{'request':'join','ptype':'publisher','room':1234,'token':'ticket'}");
  check_json (janus_videoroom_join_publisher (
                  "9007199254740992", "9007199254740991", "c\"am", "hush", "ticket", FALSE),
      "{'request':'join','ptype':'publisher','room':9007199254740992,'id':9007199254740991,"
      "'display':'c`am','pin':'hush','token':'ticket'}");
}
GST_END_TEST;

GST_START_TEST (string_ids_go_out_as_strings)
{
  check_json (janus_videoroom_join_publisher ("1234", "777", NULL, NULL, NULL, TRUE),
      "{'request':'join','ptype':'publisher','room':'1234','id':'777'}");
  check_json (janus_videoroom_join_publisher ("lob\"by", "\xc3\xa4", NULL, NULL, NULL, TRUE),
      "{'request':'join','ptype':'publisher','room':'lob`by','id':'\xc3\xa4'}");
  check_json (
      janus_videoroom_join_subscriber ("lobby", "cam", NULL, 0, TRUE, JANUS_SIGNALLING_E2EE),
      "{'request':'join','ptype':'subscriber','room':'lobby','streams':[{'feed':'cam'}]}");
  check_json (
      janus_videoroom_join_subscriber ("lobby", "cam", NULL, 0, TRUE, JANUS_SIGNALLING_PERC),
      "{'request':'join','ptype':'subscriber','room':'lobby','feed':'cam'}");
}
GST_END_TEST;

GST_START_TEST (a_subscriber_joins_with_streams_or_as_of_old_with_a_feed)
{
  check_json (
      janus_videoroom_join_subscriber ("1234", "777", NULL, 0, FALSE, JANUS_SIGNALLING_E2EE),
      "{'request':'join','ptype':'subscriber','room':1234,'streams':[{'feed':777}]}");
  check_json (
      janus_videoroom_join_subscriber ("1234", "777", NULL, 0, FALSE, JANUS_SIGNALLING_PLAIN),
      "{'request':'join','ptype':'subscriber','room':1234,'streams':[{'feed':777}]}");
  check_json (
      janus_videoroom_join_subscriber ("1234", "777", NULL, 0, FALSE, JANUS_SIGNALLING_PERC),
      "{'request':'join','ptype':'subscriber','room':1234,'feed':777}");
  check_json (janus_videoroom_join_subscriber (
                  "1234", "777", "hush", 3104592891, FALSE, JANUS_SIGNALLING_E2EE),
      "{'request':'join','ptype':'subscriber','room':1234,'pin':'hush','private_id':3104592891,"
      "'streams':[{'feed':777}]}");
}
GST_END_TEST;

GST_START_TEST (an_sdp_is_flagged_only_in_the_e2ee_signalling)
{
  check_json (janus_request_new_message (
                  janus_videoroom_publish (TRUE, FALSE), "offer", "v=0\r\n", JANUS_SIGNALLING_E2EE),
      "{'janus':'message','body':{'request':'publish','audio':true,'video':false},"
      "'jsep':{'type':'offer','sdp':'v=0\\r\\n','e2ee':true}}");
  check_json (janus_request_new_message (
                  janus_videoroom_publish (FALSE, TRUE), "offer", "v=0\r\n", JANUS_SIGNALLING_PERC),
      "{'janus':'message','body':{'request':'publish','audio':false,'video':true},"
      "'jsep':{'type':'offer','sdp':'v=0\\r\\n'}}");
  check_json (janus_request_new_message (
                  janus_videoroom_publish (TRUE, TRUE), "offer", "v=0\r\n", JANUS_SIGNALLING_PLAIN),
      "{'janus':'message','body':{'request':'publish','audio':true,'video':true},"
      "'jsep':{'type':'offer','sdp':'v=0\\r\\n'}}");
  check_json (janus_request_new_message (
                  janus_plugin_request ("start"), "answer", "v=0", JANUS_SIGNALLING_E2EE),
      "{'janus':'message','body':{'request':'start'},'jsep':{'type':'answer','sdp':'v=0',"
      "'e2ee':true}}");
}
GST_END_TEST;

GST_START_TEST (a_message_without_sdp_has_no_jsep)
{
  check_json (janus_request_new_message (
                  janus_plugin_request ("leave"), "offer", NULL, JANUS_SIGNALLING_E2EE),
      "{'janus':'message','body':{'request':'leave'}}");
  check_json (janus_request_new_message (
                  janus_plugin_request ("unpublish"), NULL, NULL, JANUS_SIGNALLING_PLAIN),
      "{'janus':'message','body':{'request':'unpublish'}}");
}
GST_END_TEST;

GST_START_TEST (candidates_trickle_until_completed)
{
  check_json (janus_request_new_trickle (
                  "candidate:1 1 UDP 2015363327 10.77.0.1 40000 typ host", "video0", 0),
      "{'janus':'trickle','candidate':{'candidate':'candidate:1 1 UDP 2015363327 10.77.0.1 40000 "
      "typ host','sdpMid':'video0','sdpMLineIndex':0}}");
  check_json (janus_request_new_trickle ("candidate:2", NULL, 1),
      "{'janus':'trickle','candidate':{'candidate':'candidate:2','sdpMLineIndex':1}}");
  check_json (janus_request_new_trickle (NULL, "video0", 3),
      "{'janus':'trickle','candidate':{'completed':true}}");
  check_json (janus_request_new_trickle (NULL, NULL, 0),
      "{'janus':'trickle','candidate':{'completed':true}}");
}
GST_END_TEST;

GST_START_TEST (a_keyframe_is_asked_for_in_the_words_of_each_signalling)
{
  check_json (janus_videoroom_keyframe ("0", JANUS_SIGNALLING_E2EE),
      "{'request':'configure','streams':[{'mid':'0','send':true}]}");
  check_json (janus_videoroom_keyframe ("1", JANUS_SIGNALLING_PLAIN),
      "{'request':'configure','streams':[{'mid':'1','send':true}]}");
  check_json (janus_videoroom_keyframe ("video", JANUS_SIGNALLING_PERC),
      "{'request':'configure','video':true}");
  check_json (janus_videoroom_keyframe (NULL, JANUS_SIGNALLING_E2EE),
      "{'request':'configure','video':true}");
}
GST_END_TEST;

GST_START_TEST (recording_is_switched_by_configuring)
{
  check_json (janus_videoroom_record (TRUE, "talk"),
      "{'request':'configure','record':true,'filename':'talk'}");
  check_json (janus_videoroom_record (FALSE, NULL), "{'request':'configure','record':false}");
}
GST_END_TEST;

GST_START_TEST (recordings_are_made_and_played_by_number)
{
  check_json (
      janus_recordplay_record ("4711", "talk"), "{'request':'record','id':4711,'name':'talk'}");
  check_json (janus_recordplay_record (NULL, "talk"), "{'request':'record','name':'talk'}");
  check_json (janus_recordplay_play ("4711"), "{'request':'play','id':4711}");
}
GST_END_TEST;

GST_START_TEST (ids_that_cannot_be_sent_are_told)
{
  static const struct {
    const gchar *text;
    gboolean number;
    gboolean string;
  } ids[] = {
      {NULL, FALSE, FALSE}, {"", FALSE, FALSE}, {"0", TRUE, TRUE}, {"1", TRUE, TRUE},
      {"1234", TRUE, TRUE}, {"4294967296", TRUE, TRUE}, {"9007199254740991", TRUE, TRUE},
      {"9007199254740992", TRUE, TRUE}, {"9007199254740993", FALSE, TRUE},
      {"18446744073709551616", FALSE, TRUE}, {"99999999999999999999999999", FALSE, TRUE},
      {"-1", FALSE, TRUE}, {"+1", FALSE, TRUE}, {" 1", FALSE, TRUE}, {"1 ", FALSE, TRUE},
      {"1\n", FALSE, TRUE}, {"1.0", FALSE, TRUE}, {"1e3", FALSE, TRUE}, {"0x10", FALSE, TRUE},
      {"12cam", FALSE, TRUE}, {"lobby", FALSE, TRUE},
      {"\xd9\xa3", FALSE, TRUE}, /* an Arabic digit */
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (ids); i++) {
    fail_unless (janus_id_is_valid (ids[i].text, FALSE) == ids[i].number, "number %s", ids[i].text);
    fail_unless (janus_id_is_valid (ids[i].text, TRUE) == ids[i].string, "string %s", ids[i].text);
  }
}
GST_END_TEST;

/* ---- Hints ---- */

GST_START_TEST (a_hint_names_the_property_that_helps)
{
  static const struct {
    gint code;
    const gchar *text;
    const gchar *named;
  } refusals[] = {
      {JANUS_REFUSAL_UNAUTHORIZED_CORE, "Unauthorized request (wrong or missing secret/token)",
          "api-secret="},
      {JANUS_REFUSAL_UNAUTHORIZED_CORE, "Unauthorized request (wrong or missing secret/token)",
          "token="},
      {JANUS_REFUSAL_NO_SUCH_ROOM, "No such room (9999)", "room-id="},
      {JANUS_REFUSAL_NO_SUCH_ROOM, "No such room (9999)", "use-string-ids="},
      {JANUS_REFUSAL_NO_SUCH_FEED, "No such feed (777)", "feed-id="},
      {JANUS_REFUSAL_MISSING_ELEMENT, "Missing mandatory element (pin)", "pin="},
      {JANUS_REFUSAL_PERC_ONLY, "This is a PERC-only room", "signalling=perc"},
      {JANUS_REFUSAL_ROOM_FULL, "Maximum number of publishers (1) already reached", "publishers"},
      {JANUS_REFUSAL_UNAUTHORIZED, "Room requires end-to-end encrypted media", "perclitenc"},
      {JANUS_REFUSAL_UNAUTHORIZED, "Room requires end-to-end encrypted media", "signalling="},
      {JANUS_REFUSAL_UNAUTHORIZED, "Unauthorized (wrong pin)", "pin="},
      {JANUS_REFUSAL_UNAUTHORIZED, "Unauthorized (not in the allowed list)", "token="},
      {JANUS_REFUSAL_ID_EXISTS, "User ID 777 already exists", "feed-id"},
      {JANUS_REFUSAL_NO_SUCH_SESSION, "No such session 12", "session"},
      {JANUS_REFUSAL_NO_SUCH_PLUGIN, "No such plugin", "libjanus_videoroom.so"},
      {JANUS_REFUSAL_NO_SUCH_RECORDING, "No such recording", "recording-id="},
      {JANUS_REFUSAL_RECORDING_EXISTS, "Recording 4711 already exists", "recording-id="},
  };
  static const struct {
    gint code;
    const gchar *named;
  } errors[] = {
      {JANUS_ERROR_UNREACHABLE, "janus-endpoint="},
      {JANUS_ERROR_TLS, "ssl-ca-file="},
      {JANUS_ERROR_TIMEOUT, "timeout="},
      {JANUS_ERROR_CODEC, "videocodec"},
      {JANUS_ERROR_RECORD, "lock_record"},
      {JANUS_ERROR_NO_RECORDING, "recording-name="},
      {JANUS_ERROR_ICE, "stun-server="},
      {JANUS_ERROR_ICE, "turn-server="},
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (refusals); i++) {
    g_autoptr (GError) error =
        g_error_new_literal (JANUS_REFUSAL, refusals[i].code, refusals[i].text);

    fail_unless (strstr (janus_error_hint (error), refusals[i].named) != NULL, "%d: %s",
        refusals[i].code, janus_error_hint (error));
  }
  for (i = 0; i < G_N_ELEMENTS (errors); i++) {
    g_autoptr (GError) error = g_error_new_literal (JANUS_ERROR, errors[i].code, "text");

    fail_unless (strstr (janus_error_hint (error), errors[i].named) != NULL, "%d: %s",
        errors[i].code, janus_error_hint (error));
  }
}
GST_END_TEST;

GST_START_TEST (a_hint_for_one_meaning_of_a_code_is_not_given_for_another)
{
  g_autoptr (GError) pin = g_error_new_literal (JANUS_REFUSAL, 433, "Unauthorized (wrong pin)");
  g_autoptr (GError) other = g_error_new_literal (JANUS_REFUSAL, 429, "Missing element (room)");

  fail_unless (strstr (janus_error_hint (pin), "perclitenc") == NULL);
  fail_unless (strstr (janus_error_hint (other), "pin=") == NULL);
}
GST_END_TEST;

GST_START_TEST (errors_of_others_have_no_hint)
{
  gint code;

  for (code = 0; code < 600; code++) {
    g_autoptr (GError) foreign =
        g_error_new_literal (g_quark_from_static_string ("foreign"), code, "PERC end-to-end pin");
    g_autoptr (GError) refusal = g_error_new_literal (JANUS_REFUSAL, code, "text");
    g_autoptr (GError) own = g_error_new_literal (JANUS_ERROR, code, "text");

    assert_equals_string (janus_error_hint (foreign), "");
    fail_unless (janus_error_hint (refusal) != NULL);
    fail_unless (janus_error_hint (own) != NULL);
  }
  {
    g_autoptr (GError) unknown = g_error_new_literal (JANUS_REFUSAL, 599, "text");

    assert_equals_string (janus_error_hint (unknown), "");
  }
}
GST_END_TEST;

static Suite *
janusmessage_suite (void)
{
  Suite *s = suite_create ("janusmessage");
  TCase *reading = tcase_create ("reading");
  TCase *wrong = tcase_create ("reading what is wrong");
  TCase *building = tcase_create ("building");
  TCase *hints = tcase_create ("hints");

  suite_add_tcase (s, reading);
  tcase_add_test (reading, a_success_has_the_id_of_what_was_made);
  tcase_add_test (reading, an_ack_has_its_transaction_and_nothing_else);
  tcase_add_test (reading, joined_tells_our_ids_and_the_publishers_with_their_streams);
  tcase_add_test (reading, string_ids_are_taken_as_they_are);
  tcase_add_test (reading, ids_up_to_two_to_the_53_keep_every_digit);
  tcase_add_test (reading, attached_has_the_offer_its_flag_and_the_streams);
  tcase_add_test (reading, configured_tells_which_media_the_room_does_not_take);
  tcase_add_test (reading, a_list_of_rooms_tells_where_and_by_whom_is_recorded);
  tcase_add_test (reading, a_list_of_recordings_tells_what_each_is);
  tcase_add_test (reading, the_state_of_a_recording_is_told_in_a_word_or_an_object);
  tcase_add_test (reading, who_goes_is_told_as_a_number_a_string_or_ok);
  tcase_add_test (reading, other_events_of_the_plugin_are_events);
  tcase_add_test (reading, an_error_of_the_core_has_its_code_and_reason);
  tcase_add_test (reading, an_error_of_the_plugin_makes_an_event_an_error);
  tcase_add_test (reading, a_reason_is_one_line_of_bounded_length);
  tcase_add_test (reading, what_json_glib_says_of_a_text_is_one_line);
  tcase_add_test (reading, an_error_without_reason_or_code_is_still_an_error);
  tcase_add_test (reading, only_errors_are_errors);
  tcase_add_test (reading, what_the_core_says_unasked_is_known);
  tcase_add_test (reading, what_nobody_needs_is_something_else);

  suite_add_tcase (s, wrong);
  tcase_set_timeout (wrong, 120);
  tcase_add_test (wrong, numbers_of_another_type_count_as_absent);
  tcase_add_test (wrong, texts_of_another_type_count_as_absent);
  tcase_add_test (wrong, ids_of_another_type_count_as_absent);
  tcase_add_test (wrong, flags_of_another_type_count_as_absent);
  tcase_add_test (wrong, objects_and_arrays_of_another_type_count_as_absent);
  tcase_add_test (wrong, any_member_may_be_of_any_type);
  tcase_add_test (wrong, a_message_cut_short_anywhere_is_refused);
  tcase_add_test (wrong, a_message_with_bytes_changed_does_no_harm);
  tcase_add_test (wrong, random_bytes_do_no_harm);
  tcase_add_test (wrong, random_pieces_of_json_do_no_harm);
  tcase_add_test (wrong, nesting_up_to_32_levels_is_taken_and_no_more);
  tcase_add_test (wrong, deep_nesting_is_told_as_such);
  tcase_add_test (wrong, nesting_does_not_hide_behind_what_is_no_json);
  tcase_add_test (wrong, brackets_in_strings_do_not_count);
  tcase_add_test (wrong, many_siblings_are_no_nesting);
  tcase_add_test (wrong, two_messages_in_one_are_refused);
  tcase_add_test (wrong, what_is_no_message_is_refused);
  tcase_add_test (wrong, no_text_at_all_is_refused);
  tcase_add_test (wrong, text_with_nul_does_no_harm);

  suite_add_tcase (s, building);
  tcase_add_test (building, core_requests_have_their_name);
  tcase_add_test (building, attach_says_perc_only_in_the_perc_signalling);
  tcase_add_test (building, an_address_has_what_is_given_and_no_more);
  tcase_add_test (building, a_publisher_joins_with_what_is_given_and_no_more);
  tcase_add_test (building, string_ids_go_out_as_strings);
  tcase_add_test (building, a_subscriber_joins_with_streams_or_as_of_old_with_a_feed);
  tcase_add_test (building, an_sdp_is_flagged_only_in_the_e2ee_signalling);
  tcase_add_test (building, a_message_without_sdp_has_no_jsep);
  tcase_add_test (building, candidates_trickle_until_completed);
  tcase_add_test (building, a_keyframe_is_asked_for_in_the_words_of_each_signalling);
  tcase_add_test (building, recording_is_switched_by_configuring);
  tcase_add_test (building, recordings_are_made_and_played_by_number);
  tcase_add_test (building, ids_that_cannot_be_sent_are_told);

  suite_add_tcase (s, hints);
  tcase_add_test (hints, a_hint_names_the_property_that_helps);
  tcase_add_test (hints, a_hint_for_one_meaning_of_a_code_is_not_given_for_another);
  tcase_add_test (hints, errors_of_others_have_no_hint);
  return s;
}

GST_CHECK_MAIN (janusmessage);
