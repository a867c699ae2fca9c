/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The conversation with a server that says what no Janus would, or nothing: each end is told
 * once. */

#include <libsoup/soup.h>

#include "januserror.h"
#include "testtalk.h"

/* ---- A hostile server ---- */

typedef struct _Hostile Hostile;

struct _Hostile {
  GSocketService *service;
  SoupServer *server;
  gchar *endpoint;
  GPtrArray *sockets;
  GString *requests; /* "create attach join ", ... */
  /* Says something about request REQUEST, or nothing. FALSE: the decent answer is to follow. */
  gboolean (*behave) (Hostile *hostile, SoupWebsocketConnection *socket, const gchar *request,
      const gchar *transaction);
  const gchar *at; /* the request that BEHAVE looks for, if it does so */
  const gchar *text;
  guint handles;
};

static void say (SoupWebsocketConnection *socket, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

/* JSON with ' for ". */
static void
say (SoupWebsocketConnection *socket, const gchar *format, ...)
{
  g_autofree gchar *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  if (soup_websocket_connection_get_state (socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (socket, g_strdelimit (text, "'", '"'));
}

#define ROOM_HANDLE 101

static void
answer_decently (Hostile *hostile, SoupWebsocketConnection *socket, const gchar *request,
    const gchar *transaction)
{
  static const gchar plugin[] = "'session_id':7,'plugindata':{'plugin':'janus.plugin.videoroom'";

  if (g_str_equal (request, "create")) {
    say (socket, "{'janus':'success','transaction':'%s','data':{'id':7}}", transaction);
  } else if (g_str_equal (request, "attach")) {
    say (socket, "{'janus':'success','session_id':7,'transaction':'%s','data':{'id':%u}}",
        transaction, ROOM_HANDLE + hostile->handles++);
  } else if (g_str_equal (request, "join")) {
    say (socket, "{'janus':'ack','session_id':7,'transaction':'%s'}", transaction);
    say (socket,
        "{'janus':'event','transaction':'%s','sender':%u,%s,'data':{'videoroom':'joined','id':55,"
        "'private_id':5,'publishers':[{'id':56}]}}}",
        transaction, ROOM_HANDLE, plugin);
  } else if (g_str_equal (request, "subscribe")) {
    say (socket,
        "{'janus':'event','transaction':'%s','sender':%u,%s,'data':{'videoroom':'attached',"
        "'streams':[]}},'jsep':{'type':'offer','sdp':'v=0'}}",
        transaction, ROOM_HANDLE + 1, plugin);
  } else if (g_str_equal (request, "publish")) {
    say (socket,
        "{'janus':'event','transaction':'%s','sender':%u,%s,'data':{'videoroom':'event',"
        "'configured':'ok'}},'jsep':{'type':'answer','sdp':'v=0'}}",
        transaction, ROOM_HANDLE, plugin);
  } else if (g_str_equal (request, "keepalive") || g_str_equal (request, "trickle")) {
    say (socket, "{'janus':'ack','transaction':'%s'}", transaction);
  } else if (g_str_equal (request, "detach") || g_str_equal (request, "destroy")) {
    say (socket, "{'janus':'success','transaction':'%s'}", transaction);
  } else {
    say (socket,
        "{'janus':'event','transaction':'%s','sender':%u,%s,'data':{'videoroom':'event','%s':"
        "'ok'}}}",
        transaction, ROOM_HANDLE, plugin, request);
  }
}

/* "create", "attach", "join", "subscribe", "publish", ... */
static const gchar *
get_request (JsonObject *message)
{
  const gchar *janus = json_object_get_string_member (message, "janus");
  JsonObject *body;

  if (!g_str_equal (janus, "message"))
    return janus;
  body = json_object_get_object_member (message, "body");
  if (json_object_has_member (body, "ptype") &&
      g_str_equal (json_object_get_string_member (body, "ptype"), "subscriber"))
    return "subscribe";
  return json_object_get_string_member (body, "request");
}

static void
on_hostile_message (SoupWebsocketConnection *socket, gint type, GBytes *bytes, Hostile *hostile)
{
  g_autofree gchar *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autoptr (JsonNode) node = json_from_string (text, NULL);
  JsonObject *message = json_node_get_object (node);
  const gchar *transaction = json_object_get_string_member (message, "transaction");
  const gchar *request = get_request (message);

  g_string_append_printf (hostile->requests, "%s ", request);
  if (!hostile->behave || !hostile->behave (hostile, socket, request, transaction))
    answer_decently (hostile, socket, request, transaction);
}

static void
on_hostile_connection (SoupServer *server, SoupServerMessage *message, const char *path,
    SoupWebsocketConnection *socket, gpointer data)
{
  Hostile *hostile = data;

  g_signal_connect (socket, "message", G_CALLBACK (on_hostile_message), hostile);
  g_ptr_array_add (hostile->sockets, g_object_ref (socket));
}

static gboolean
on_incoming (
    GSocketService *service, GSocketConnection *connection, GObject *source, Hostile *hostile)
{
  g_autoptr (GSocketAddress) local = g_socket_connection_get_local_address (connection, NULL);
  g_autoptr (GSocketAddress) remote = g_socket_connection_get_remote_address (connection, NULL);

  /* Whoever is gone already is not to be served. */
  return local && remote &&
         soup_server_accept_iostream (
             hostile->server, G_IO_STREAM (connection), local, remote, NULL);
}

static Hostile *
hostile_new (gboolean websocket)
{
  static char *protocols[] = {(char *) "janus-protocol", NULL};
  Hostile *hostile = g_new0 (Hostile, 1);

  hostile->sockets = g_ptr_array_new_with_free_func (g_object_unref);
  hostile->requests = g_string_new (NULL);
  hostile->server = soup_server_new (NULL, NULL);
  if (websocket)
    soup_server_add_websocket_handler (
        hostile->server, NULL, NULL, protocols, on_hostile_connection, hostile, NULL);
  hostile->service = serve (G_CALLBACK (on_incoming), hostile, &hostile->endpoint);
  return hostile;
}

static gboolean
all_closed (gpointer data)
{
  GPtrArray *sockets = data;
  guint i;

  for (i = 0; i < sockets->len; i++) {
    if (soup_websocket_connection_get_state (g_ptr_array_index (sockets, i)) !=
        SOUP_WEBSOCKET_STATE_CLOSED)
      return FALSE;
  }
  return TRUE;
}

static void
hostile_free (Hostile *hostile)
{
  guint i;

  /* libsoup frees what it still has of a connection only once that is closed. */
  test_wait (context, all_closed, hostile->sockets, BOUND_MS);
  for (i = 0; i < hostile->sockets->len; i++)
    g_signal_handlers_disconnect_by_data (g_ptr_array_index (hostile->sockets, i), hostile);
  g_ptr_array_unref (hostile->sockets);
  serve_no_more (hostile->service);
  soup_server_disconnect (hostile->server);
  g_object_unref (hostile->server);
  drain ();
  g_string_free (hostile->requests, TRUE);
  g_free (hostile->endpoint);
  g_free (hostile);
}

GST_START_TEST (a_web_server_is_no_janus)
{
  Hostile *hostile = hostile_new (FALSE);
  JanusSessionConfig config = {.endpoint = hostile->endpoint, .timeout = 20};

  check_open_fails (&config, JANUS_ERROR, JANUS_ERROR_UNREACHABLE);
  hostile_free (hostile);
}
GST_END_TEST;

static gboolean
speak_instead (Hostile *hostile, SoupWebsocketConnection *socket, const gchar *request,
    const gchar *transaction)
{
  if (!g_str_equal (request, hostile->at))
    return FALSE;
  soup_websocket_connection_send_text (socket, hostile->text);
  return TRUE;
}

/* The ways to the room, and on. */
static const gchar *const stages[] = {"create", "attach", "join"};

static void
check_text_fails (const gchar *text)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (stages); i++) {
    Hostile *hostile = hostile_new (TRUE);

    hostile->behave = speak_instead;
    hostile->at = stages[i];
    hostile->text = text;
    check_fails (guest_knock (hostile->endpoint, "1234"), JANUS_ERROR, JANUS_ERROR_PROTOCOL);
    hostile_free (hostile);
  }
}

GST_START_TEST (what_is_no_message_fails_the_room)
{
  check_text_fails ("garbage");
  check_text_fails ("{}");
  check_text_fails ("{\"janus\":1}");
  check_text_fails ("<html>");
  check_text_fails ("");
}
GST_END_TEST;

GST_START_TEST (nesting_beyond_reason_fails_the_room)
{
  g_autoptr (GString) deep = g_string_new ("{\"janus\":\"ack\",\"a\":");
  g_autoptr (GString) commented = g_string_new ("{\"janus\":\"ack\",\"a\":/*\"*/");
  guint i;

  for (i = 0; i < 500000; i++) {
    g_string_append_c (deep, '[');
    g_string_append_c (commented, '[');
  }
  check_text_fails (deep->str);
  check_text_fails (commented->str);
}
GST_END_TEST;

static gboolean
answer_binary_too (Hostile *hostile, SoupWebsocketConnection *socket, const gchar *request,
    const gchar *transaction)
{
  g_autofree gchar *text =
      g_strdup_printf ("{\"janus\":\"error\",\"transaction\":\"%s\"}", transaction);

  soup_websocket_connection_send_binary (socket, text, strlen (text));
  soup_websocket_connection_send_binary (socket, "\0\xff\xfe", 3);
  soup_websocket_connection_send_binary (socket, NULL, 0);
  return FALSE;
}

static gboolean
answer_others_first (Hostile *hostile, SoupWebsocketConnection *socket, const gchar *request,
    const gchar *transaction)
{
  say (socket, "{'janus':'success','transaction':'999','data':{'id':666}}");
  say (socket, "{'janus':'error','transaction':'999','error':{'code':426,'reason':'x'}}");
  say (socket, "{'janus':'error','transaction':'','error':{'code':426,'reason':'x'}}");
  say (socket, "{'janus':'error','error':{'code':426,'reason':'x'}}");
  say (socket, "{'janus':'ack','transaction':'%s '}", transaction);
  say (socket, "{'janus':'ack','transaction':%s}", transaction);
  say (socket, "{'janus':'nonsense'}");
  return FALSE;
}

static gboolean
answer_twice (Hostile *hostile, SoupWebsocketConnection *socket, const gchar *request,
    const gchar *transaction)
{
  answer_decently (hostile, socket, request, transaction);
  hostile->handles = 0;
  return FALSE;
}

static gboolean
answer_before_the_ack (Hostile *hostile, SoupWebsocketConnection *socket, const gchar *request,
    const gchar *transaction)
{
  answer_decently (hostile, socket, request, transaction);
  say (socket, "{'janus':'ack','session_id':7,'transaction':'%s'}", transaction);
  say (socket, "{'janus':'ack','session_id':7,'transaction':'%s'}", transaction);
  return TRUE;
}

/* All of it about no handle, or one that is not ours. */
static gboolean
tell_of_others (Hostile *hostile, SoupWebsocketConnection *socket, const gchar *request,
    const gchar *transaction)
{
  static const gchar *const senders[] = {
      "", ",'sender':0", ",'sender':-1", ",'sender':4711", ",'sender':'101'", ",'sender':1.5"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (senders); i++) {
    say (socket, "{'janus':'webrtcup'%s}", senders[i]);
    say (socket, "{'janus':'hangup','reason':'x'%s}", senders[i]);
    say (socket, "{'janus':'detached'%s}", senders[i]);
    say (socket, "{'janus':'event','plugindata':{'data':{'publishers':[{'id':4}]}}%s}", senders[i]);
    say (socket, "{'janus':'event','plugindata':{'data':{'videoroom':'destroyed'}}%s}", senders[i]);
    say (socket, "{'janus':'event','plugindata':{'data':{'leaving':'ok'}}%s}", senders[i]);
    say (socket, "{'janus':'event','plugindata':{'data':{'error_code':426}}%s}", senders[i]);
  }
  return FALSE;
}

GST_START_TEST (noise_around_the_answers_changes_nothing)
{
  static gboolean (*const noise[]) (
      Hostile *, SoupWebsocketConnection *, const gchar *, const gchar *) = {NULL,
      answer_binary_too, answer_others_first, answer_twice, answer_before_the_ack, tell_of_others};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (noise); i++) {
    Hostile *hostile = hostile_new (TRUE);
    Guest *guest;

    hostile->behave = noise[i];
    guest = guest_join (hostile->endpoint, "1234");
    assert_equals_string (guest->id, "55");
    janus_room_publish (guest->room, "v=0", TRUE, TRUE, TRUE);
    wait_for (guest->published);
    drain ();
    assert_equals_string (guest->answer, "v=0");
    fail_unless (guest->publishers >= 1 && guest->publishers <= 2, "noise %" G_GSIZE_FORMAT, i);
    assert_equals_int (guest->joined + guest->published, 2);
    assert_equals_int (guest->webrtcup + guest->failed, 0);
    guest_leave (guest);
    hostile_free (hostile);
  }
}
GST_END_TEST;

static gboolean
answer_at (Hostile *hostile, SoupWebsocketConnection *socket, const gchar *request,
    const gchar *transaction)
{
  if (!g_str_equal (request, hostile->at))
    return FALSE;
  say (socket, "{'transaction':'%s','sender':%u,%s}", transaction, ROOM_HANDLE, hostile->text);
  return TRUE;
}

GST_START_TEST (answers_without_what_was_asked_for_fail_the_room)
{
  static const gchar *const texts[] = {"'janus':'success'", "'janus':'success','data':{'id':0}",
      "'janus':'success','data':{'id':'7'}", "'janus':'event'", "'janus':'nonsense'"};
  gsize i, j;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    for (j = 0; j < G_N_ELEMENTS (stages); j++) {
      Hostile *hostile = hostile_new (TRUE);

      hostile->behave = answer_at;
      hostile->at = stages[j];
      hostile->text = texts[i];
      check_fails (guest_knock (hostile->endpoint, "1234"), JANUS_ERROR, JANUS_ERROR_PROTOCOL);
      hostile_free (hostile);
    }
  }
}
GST_END_TEST;

GST_START_TEST (an_answer_to_an_offer_without_an_sdp_answer_fails_the_room)
{
  static const gchar *const texts[] = {"'janus':'event','plugindata':{'data':{'configured':'ok'}}",
      "'janus':'event','jsep':{'type':'offer','sdp':'v=0'}", "'janus':'event','jsep':{'sdp':'v=0'}",
      "'janus':'event','jsep':{'type':'answer'}", "'janus':'event','jsep':'answer'"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    Hostile *hostile = hostile_new (TRUE);
    Guest *guest;

    hostile->behave = answer_at;
    hostile->at = "publish";
    hostile->text = texts[i];
    guest = guest_join (hostile->endpoint, "1234");
    janus_room_publish (guest->room, "v=0", TRUE, TRUE, TRUE);
    check_fails (guest, JANUS_ERROR, JANUS_ERROR_PROTOCOL);
    hostile_free (hostile);
  }
}
GST_END_TEST;

GST_START_TEST (a_message_beyond_a_mebibyte_ends_the_room)
{
  g_autofree gchar *filling = g_strnfill (1024 * 1024, 'x');
  g_autofree gchar *text = g_strdup_printf ("{\"janus\":\"ack\",\"reason\":\"%s\"}", filling);
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (stages); i++) {
    Hostile *hostile = hostile_new (TRUE);

    hostile->behave = speak_instead;
    hostile->at = stages[i];
    hostile->text = text;
    check_fails_saying (
        guest_knock (hostile->endpoint, "1234"), JANUS_ERROR, JANUS_ERROR_CLOSED, "too large");
    hostile_free (hostile);
  }
}
GST_END_TEST;

#define FRAGMENT_SIZE 60000

/* A message that never ends: its frames are of a decent size. */
typedef struct {
  SoupWebsocketConnection *socket;
  guint8 frame[4 + FRAGMENT_SIZE];
  gsize written; /* of the frame */
  guint frames;  /* before */
} Fragments;

static gboolean
on_fragments_writable (GPollableOutputStream *output, Fragments *fragments)
{
  gssize n;

  if (soup_websocket_connection_get_state (fragments->socket) != SOUP_WEBSOCKET_STATE_OPEN)
    return G_SOURCE_REMOVE;
  n = g_pollable_output_stream_write_nonblocking (output, fragments->frame + fragments->written,
      sizeof fragments->frame - fragments->written, NULL, NULL);
  fragments->written += (gsize) MAX (n, 0);
  if (fragments->written == sizeof fragments->frame) {
    fragments->written = 0;
    fragments->frame[0] = 0x00; /* one more */
    fragments->frames++;
  }
  fail_if (fragments->frames > 1000, "60 MB have been taken");
  return G_SOURCE_CONTINUE;
}

static gboolean
speak_for_ever (Hostile *hostile, SoupWebsocketConnection *socket, const gchar *request,
    const gchar *transaction)
{
  static const guint8 head[] = {0x01, 126, FRAGMENT_SIZE >> 8, FRAGMENT_SIZE & 0xff};
  GIOStream *stream = soup_websocket_connection_get_io_stream (socket);
  GOutputStream *output = g_io_stream_get_output_stream (stream);
  Fragments *fragments;
  GSource *source;

  if (!g_str_equal (request, hostile->at))
    return FALSE;
  fragments = g_new0 (Fragments, 1);
  fragments->socket = socket;
  memset (fragments->frame, ' ', sizeof fragments->frame);
  memcpy (fragments->frame, head, sizeof head);
  source = g_pollable_output_stream_create_source (G_POLLABLE_OUTPUT_STREAM (output), NULL);
  g_source_set_callback (source, G_SOURCE_FUNC (on_fragments_writable), fragments, g_free);
  g_source_attach (source, context);
  g_source_unref (source);
  return TRUE;
}

GST_START_TEST (a_message_in_fragments_is_bounded_too)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (stages); i++) {
    Hostile *hostile = hostile_new (TRUE);

    hostile->behave = speak_for_ever;
    hostile->at = stages[i];
    check_fails_saying (
        guest_knock (hostile->endpoint, "1234"), JANUS_ERROR, JANUS_ERROR_CLOSED, "too large");
    hostile_free (hostile);
  }
}
GST_END_TEST;

static gboolean
find_too_large (Hostile *hostile, SoupWebsocketConnection *socket, const gchar *request,
    const gchar *transaction)
{
  if (!g_str_equal (request, hostile->at))
    return FALSE;
  soup_websocket_connection_close (socket, SOUP_WEBSOCKET_CLOSE_TOO_BIG, NULL);
  return TRUE;
}

GST_START_TEST (a_server_that_finds_us_too_large_is_told_so)
{
  Hostile *hostile = hostile_new (TRUE);

  hostile->behave = find_too_large;
  hostile->at = "join";
  check_fails_saying (
      guest_knock (hostile->endpoint, "1234"), JANUS_ERROR, JANUS_ERROR_CLOSED, "too large for it");
  hostile_free (hostile);
}
GST_END_TEST;

static gboolean
close_instead (Hostile *hostile, SoupWebsocketConnection *socket, const gchar *request,
    const gchar *transaction)
{
  if (!g_str_equal (request, hostile->at))
    return FALSE;
  soup_websocket_connection_close (socket, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, "bye");
  return TRUE;
}

GST_START_TEST (a_server_that_closes_at_any_stage_is_told_once)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (stages); i++) {
    Hostile *hostile = hostile_new (TRUE);

    hostile->behave = close_instead;
    hostile->at = stages[i];
    check_fails (guest_knock (hostile->endpoint, "1234"), JANUS_ERROR, JANUS_ERROR_CLOSED);
    hostile_free (hostile);
  }
}
GST_END_TEST;

GST_START_TEST (opening_that_ends_early_is_told_by_its_answer_alone)
{
  Hostile *closing = hostile_new (TRUE);
  Hostile *talking = hostile_new (TRUE);
  JanusSessionConfig config = {.timeout = 20};

  closing->behave = close_instead;
  closing->at = "create";
  config.endpoint = closing->endpoint;
  check_open_fails (&config, JANUS_ERROR, JANUS_ERROR_CLOSED);
  talking->behave = speak_instead;
  talking->at = "create";
  talking->text = "garbage";
  config.endpoint = talking->endpoint;
  check_open_fails (&config, JANUS_ERROR, JANUS_ERROR_PROTOCOL);
  hostile_free (closing);
  hostile_free (talking);
}
GST_END_TEST;

static gboolean
be_silent (Hostile *hostile, SoupWebsocketConnection *socket, const gchar *request,
    const gchar *transaction)
{
  return !hostile->at || g_str_equal (request, hostile->at);
}

GST_START_TEST (a_stage_that_is_never_answered_is_a_timeout)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (stages); i++) {
    Hostile *hostile = hostile_new (TRUE);
    JanusSessionConfig session = {.endpoint = hostile->endpoint, .timeout = 1};
    JanusRoomConfig config = {.room = (gchar *) "1234"};
    Guest *guest = guest_new (&session, &config);

    hostile->behave = be_silent;
    hostile->at = stages[i];
    janus_room_join (guest->room);
    check_fails (guest, JANUS_ERROR, JANUS_ERROR_TIMEOUT);
    hostile_free (hostile);
  }
}
GST_END_TEST;

GST_START_TEST (leaving_unpublishes_leaves_and_destroys_in_this_order)
{
  Hostile *hostile = hostile_new (TRUE);
  Guest *guest = guest_join (hostile->endpoint, "1234");

  g_string_truncate (hostile->requests, 0);
  guest_leave (guest);
  test_wait (context, all_closed, hostile->sockets, BOUND_MS);
  assert_equals_string (hostile->requests->str, "leave destroy ");

  guest = guest_join (hostile->endpoint, "1234");
  janus_room_publish (guest->room, "v=0", TRUE, TRUE, TRUE);
  wait_for (guest->published);
  g_string_truncate (hostile->requests, 0);
  guest_leave (guest);
  test_wait (context, all_closed, hostile->sockets, BOUND_MS);
  assert_equals_string (hostile->requests->str, "unpublish leave destroy ");
  hostile_free (hostile);
}
GST_END_TEST;

static gboolean
talk_on_when_left (Hostile *hostile, SoupWebsocketConnection *socket, const gchar *request,
    const gchar *transaction)
{
  if (!g_str_equal (request, "leave") && !g_str_equal (request, "destroy") &&
      !g_str_equal (request, "unpublish"))
    return FALSE;
  say (socket, "{'janus':'webrtcup','sender':%u}", ROOM_HANDLE);
  say (socket, "{'janus':'event','sender':%u,'plugindata':{'data':{'publishers':[{'id':9}]}}}",
      ROOM_HANDLE);
  say (socket, "{'janus':'event','sender':%u,'plugindata':{'data':{'leaving':'ok'}}}", ROOM_HANDLE);
  say (socket, "{'janus':'hangup','sender':%u}", ROOM_HANDLE);
  say (socket, "{'janus':'hangup','sender':%u}", ROOM_HANDLE + 1);
  if (hostile->text)
    say (socket, "%s", hostile->text);
  return FALSE;
}

GST_START_TEST (whatever_comes_while_leaving_is_not_told)
{
  static const gchar *const texts[] = {NULL, "garbage", "{'janus':'timeout'}"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    Hostile *hostile = hostile_new (TRUE);
    Listener listener = {NULL};
    Guest *guest;

    hostile->behave = talk_on_when_left;
    hostile->text = texts[i];
    guest = guest_join (hostile->endpoint, "1234");
    listener_subscribe (&listener, guest, "56");
    wait_for (listener.offered);
    janus_room_publish (guest->room, "v=0", TRUE, TRUE, TRUE);
    wait_for (guest->published);
    listener.gone = TRUE;
    guest_leave (guest);
    hostile_free (hostile);
  }
}
GST_END_TEST;

GST_START_TEST (leaving_a_server_that_answers_nothing_comes_to_an_end)
{
  static const gchar *const silent[] = {"unpublish", "leave", "destroy"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (silent); i++) {
    Hostile *hostile = hostile_new (TRUE);
    Guest *guest;

    hostile->behave = be_silent;
    hostile->at = silent[i];
    guest = guest_join (hostile->endpoint, "1234");
    janus_room_publish (guest->room, "v=0", TRUE, TRUE, TRUE);
    wait_for (guest->published);
    guest_leave (guest);
    hostile_free (hostile);
  }
}
GST_END_TEST;

GST_START_TEST (a_subscription_fails_alone)
{
  static const gchar *const texts[] = {"'janus':'event'", "'janus':'success'",
      "'janus':'event','jsep':{'type':'answer','sdp':'v=0'}",
      "'janus':'event','jsep':{'type':'offer'}"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    Hostile *hostile = hostile_new (TRUE);
    Guest *guest = guest_join (hostile->endpoint, "1234");
    Listener listener = {NULL};
    Listener other = {NULL};

    hostile->behave = answer_at;
    hostile->at = "subscribe";
    hostile->text = texts[i];
    listener_subscribe (&listener, guest, "56");
    wait_for (listener.failed);
    check_error (listener.error, JANUS_ERROR, JANUS_ERROR_PROTOCOL);
    assert_equals_int (guest->failed, 0);
    hostile->behave = NULL;
    listener_subscribe (&other, guest, "56");
    wait_for (other.offered);
    listener_end (&listener);
    guest_leave (guest);
    g_clear_error (&listener.error);
    hostile_free (hostile);
  }
}
GST_END_TEST;

GST_START_TEST (a_subscription_without_a_handle_fails)
{
  Hostile *hostile = hostile_new (TRUE);
  Guest *guest = guest_join (hostile->endpoint, "1234");
  Listener listener = {NULL};

  hostile->behave = answer_at;
  hostile->at = "attach";
  hostile->text = "'janus':'success'";
  listener_subscribe (&listener, guest, "56");
  wait_for (listener.failed);
  check_error (listener.error, JANUS_ERROR, JANUS_ERROR_PROTOCOL);
  guest_leave (guest);
  g_clear_error (&listener.error);
  hostile_free (hostile);
}
GST_END_TEST;

static gboolean
has_detached (gpointer data)
{
  return strstr (((Hostile *) data)->requests->str, "detach ") != NULL;
}

GST_START_TEST (a_subscription_may_be_ended_at_any_time)
{
  guint iterations, i;

  /* Before its answers, between them, and after them. */
  for (iterations = 0; iterations < 24; iterations++) {
    Hostile *hostile = hostile_new (TRUE);
    Guest *guest = guest_join (hostile->endpoint, "1234");
    Listener listener = {NULL};

    listener_subscribe (&listener, guest, "56");
    for (i = 0; i < iterations && !listener.offered; i++)
      g_main_context_iteration (context, TRUE);
    if (listener.offered) {
      janus_subscription_start (listener.subscription, "v=0");
      janus_subscription_trickle (listener.subscription, "candidate:1", "0", 0);
      janus_subscription_trickle (listener.subscription, NULL, NULL, 0);
      janus_subscription_request_keyframe (listener.subscription, "0");
    }
    listener_end (&listener);
    /* Even a handle that is attached only after the end is not left behind. */
    fail_unless (test_wait (context, has_detached, hostile, BOUND_MS));
    guest_leave (guest);
    hostile_free (hostile);
  }
}
GST_END_TEST;

GST_START_TEST (a_subscription_may_be_ended_by_its_own_callback)
{
  static const gchar *const ats[] = {"none", "subscribe", "attach"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (ats); i++) {
    Hostile *hostile = hostile_new (TRUE);
    Guest *guest = guest_join (hostile->endpoint, "1234");
    Listener listener = {.end_in_callback = TRUE};

    hostile->behave = answer_at;
    hostile->at = ats[i];
    hostile->text = "'janus':'error','error':{'code':460,'reason':'no'}";
    listener_subscribe (&listener, guest, "56");
    while (!listener.gone)
      g_main_context_iteration (context, TRUE);
    drain ();
    assert_equals_int (guest->failed, 0);
    assert_equals_int (listener.offered + listener.failed, 1);
    guest_leave (guest);
    g_clear_error (&listener.error);
    hostile_free (hostile);
  }
}
GST_END_TEST;

GST_START_TEST (a_flood_of_events_does_no_harm)
{
  Hostile *hostile = hostile_new (TRUE);
  Guest *guest = guest_join (hostile->endpoint, "1234");
  SoupWebsocketConnection *socket = g_ptr_array_index (hostile->sockets, 0);
  guint i;

  guest->publishers = 0;
  for (i = 0; i < 2000; i++)
    say (socket,
        "{'janus':'event','sender':%u,'plugindata':{'data':{'unpublished':%u,'leaving':%u,"
        "'kicked':[],'streams':[{},{}],'publishers':[{},[],{'id':{}},{'id':-%u,'streams':{}}]}}}",
        ROOM_HANDLE, i, i, i);
  janus_room_publish (guest->room, "v=0", TRUE, TRUE, TRUE);
  wait_for (guest->published);
  assert_equals_int (guest->publishers, 2000);
  guest_leave (guest);
  hostile_free (hostile);
}
GST_END_TEST;

static Suite *
hostileserver_suite (void)
{
  Suite *s = suite_create ("hostileserver");
  TCase *hostile = tcase_create ("a hostile server");

  suite_add_tcase (s, hostile);
  tcase_set_timeout (hostile, 120);
  tcase_add_checked_fixture (hostile, setup, teardown);
  tcase_add_test (hostile, a_web_server_is_no_janus);
  tcase_add_test (hostile, what_is_no_message_fails_the_room);
  tcase_add_test (hostile, nesting_beyond_reason_fails_the_room);
  tcase_add_test (hostile, noise_around_the_answers_changes_nothing);
  tcase_add_test (hostile, answers_without_what_was_asked_for_fail_the_room);
  tcase_add_test (hostile, an_answer_to_an_offer_without_an_sdp_answer_fails_the_room);
  tcase_add_test (hostile, a_message_beyond_a_mebibyte_ends_the_room);
  tcase_add_test (hostile, a_message_in_fragments_is_bounded_too);
  tcase_add_test (hostile, a_server_that_finds_us_too_large_is_told_so);
  tcase_add_test (hostile, a_server_that_closes_at_any_stage_is_told_once);
  tcase_add_test (hostile, opening_that_ends_early_is_told_by_its_answer_alone);
  tcase_add_test (hostile, a_stage_that_is_never_answered_is_a_timeout);
  tcase_add_test (hostile, leaving_unpublishes_leaves_and_destroys_in_this_order);
  tcase_add_test (hostile, whatever_comes_while_leaving_is_not_told);
  tcase_add_test (hostile, leaving_a_server_that_answers_nothing_comes_to_an_end);
  tcase_add_test (hostile, a_subscription_fails_alone);
  tcase_add_test (hostile, a_subscription_without_a_handle_fails);
  tcase_add_test (hostile, a_subscription_may_be_ended_at_any_time);
  tcase_add_test (hostile, a_subscription_may_be_ended_by_its_own_callback);
  tcase_add_test (hostile, a_flood_of_events_does_no_harm);
  return s;
}

GST_CHECK_MAIN (hostileserver);
