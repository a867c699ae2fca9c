/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The conversation with a server, real or hostile: in order from the first word to the last, and
 * each end told once. */

#include <libsoup/soup.h>

#include "janusroom.h"
#include "januserror.h"
#include "testcall.h"
#include "testnet.h"
#include "testwait.h"

/* So that a broken test ends. */
#define BOUND_MS 60000

/* Where everything of a test happens. */
static GMainContext *context;

static void
setup (void)
{
  context = g_main_context_new ();
  g_main_context_push_thread_default (context);
}

/* What is due, without waiting for more. */
static void
drain (void)
{
  while (g_main_context_iteration (context, FALSE))
    ;
}

static void
teardown (void)
{
  drain ();
  g_main_context_pop_thread_default (context);
  g_clear_pointer (&context, g_main_context_unref);
}

static gboolean
is_set (gpointer data)
{
  return *(const guint *) data != 0;
}

#define wait_for(counter) \
  fail_unless (test_wait (context, is_set, &(counter), BOUND_MS), "%s has not come", #counter)

/* ---- A session ---- */

typedef struct {
  JanusSession *session;
  guint64 id;     /* of the last thing made */
  GError *error;  /* the last */
  guint opened;   /* answers to opening */
  guint answered; /* answers to later requests */
  guint lost, events, closed;
  gboolean gone; /* closing: no callback may come */
} Talk;

static void
talk_answered (Talk *talk, const JanusMessage *reply, const GError *error)
{
  fail_if (talk->gone, "a callback after the end");
  fail_if (talk->lost, "a callback after lost()");
  fail_unless ((reply != NULL) != (error != NULL));
  g_clear_error (&talk->error);
  if (error)
    talk->error = g_error_copy (error);
  else
    talk->id = reply->data_id;
}

static void
on_talk_opened (const JanusMessage *reply, const GError *error, gpointer data)
{
  talk_answered (data, reply, error);
  ((Talk *) data)->opened++;
}

static void
on_talk_answered (const JanusMessage *reply, const GError *error, gpointer data)
{
  talk_answered (data, reply, error);
  ((Talk *) data)->answered++;
}

static void
on_talk_event (const JanusMessage *message, gpointer data)
{
  Talk *talk = data;

  fail_unless (message != NULL);
  fail_if (talk->gone || talk->lost);
  talk->events++;
}

static void
on_talk_lost (const GError *error, gpointer data)
{
  Talk *talk = data;

  fail_if (talk->gone || talk->lost);
  fail_unless (error != NULL);
  g_clear_error (&talk->error);
  talk->error = g_error_copy (error);
  talk->lost++;
}

static const JanusSessionHandlers talk_handlers = {on_talk_event, on_talk_lost};

static Talk *
talk_new (const JanusSessionConfig *config)
{
  Talk *talk = g_new0 (Talk, 1);

  talk->session = janus_session_new (config, &talk_handlers, talk);
  return talk;
}

/* Begins to open, no more. */
static Talk *
talk_start (const JanusSessionConfig *config)
{
  Talk *talk = talk_new (config);

  janus_session_open (talk->session, on_talk_opened, talk);
  assert_equals_int (talk->opened, 0);
  return talk;
}

static Talk *
talk_open (const gchar *endpoint)
{
  JanusSessionConfig config = {.endpoint = (gchar *) endpoint, .timeout = 20};
  Talk *talk = talk_start (&config);

  wait_for (talk->opened);
  fail_unless (talk->error == NULL, "%s", talk->error ? talk->error->message : "");
  fail_unless (talk->id != 0);
  return talk;
}

static void
on_talk_closed (gpointer data)
{
  ((Talk *) data)->closed++;
}

static void
talk_close (Talk *talk)
{
  talk->gone = TRUE;
  janus_session_close (talk->session, on_talk_closed, talk);
  assert_equals_int (talk->closed, 0);
  wait_for (talk->closed);
  drain ();
  assert_equals_int (talk->closed, 1);
  g_clear_error (&talk->error);
  g_free (talk);
}

static void
check_error (const GError *error, GQuark domain, gint code)
{
  fail_unless (g_error_matches (error, domain, code), "%s %d: %s",
      error ? g_quark_to_string (error->domain) : "none", error ? error->code : 0,
      error ? error->message : "");
  fail_unless (*error->message);
}

/* Opening fails so, which is told by its answer alone, once. */
static void
check_open_fails (const JanusSessionConfig *config, GQuark domain, gint code)
{
  Talk *talk = talk_start (config);

  wait_for (talk->opened);
  drain ();
  assert_equals_int (talk->opened, 1);
  assert_equals_int (talk->lost, 0);
  check_error (talk->error, domain, code);
  talk_close (talk);
}

/* ---- A participant of a room ---- */

typedef struct {
  JanusRoom *room;
  gchar *id;
  gchar *answer;
  gchar *codec; /* of the first stream published, or NULL */
  gboolean active;
  GError *error;
  guint joined, publishers, published, webrtcup, failed, left;
  gboolean gone; /* leaving: no callback may come */
  gboolean leave_in_failed, leave_in_joined;
} Guest;

static void guest_start_leaving (Guest *guest);

static void
guest_called (Guest *guest)
{
  fail_if (guest->gone, "a callback after leave()");
  fail_if (guest->failed, "a callback after failed()");
}

static void
on_guest_joined (const gchar *id, gpointer data)
{
  Guest *guest = data;

  guest_called (guest);
  fail_unless (id && *id);
  fail_if (guest->joined++);
  guest->id = g_strdup (id);
  if (guest->leave_in_joined)
    guest_start_leaving (guest);
}

static void
on_guest_publisher_joined (const JanusPublisher *publisher, gpointer data)
{
  Guest *guest = data;

  guest_called (guest);
  fail_unless (publisher && publisher->id);
  guest->publishers++;
}

static void
on_guest_publisher_left (const gchar *id, gpointer data)
{
  guest_called (data);
  fail_unless (id != NULL);
}

static void
on_guest_published (const gchar *sdp, const GPtrArray *streams, gpointer data)
{
  Guest *guest = data;

  guest_called (guest);
  fail_unless (sdp != NULL);
  fail_if (guest->published++);
  guest->answer = g_strdup (sdp);
  if (streams && streams->len > 0) {
    const JanusStream *stream = g_ptr_array_index (streams, 0);

    guest->codec = g_strdup (stream->codec);
    guest->active = stream->active;
  }
}

static void
on_guest_webrtcup (gpointer data)
{
  Guest *guest = data;

  guest_called (guest);
  guest->webrtcup++;
}

static void
on_guest_failed (const GError *error, gpointer data)
{
  Guest *guest = data;

  guest_called (guest);
  fail_unless (error != NULL);
  guest->error = g_error_copy (error);
  guest->failed++;
  if (guest->leave_in_failed)
    guest_start_leaving (guest);
}

static const JanusRoomHandlers guest_handlers = {on_guest_joined, on_guest_publisher_joined,
    on_guest_publisher_left, on_guest_published, on_guest_webrtcup, on_guest_failed};

static Guest *
guest_new (const JanusSessionConfig *session, const JanusRoomConfig *config)
{
  Guest *guest = g_new0 (Guest, 1);

  guest->room = janus_room_new (session, config, &guest_handlers, guest);
  return guest;
}

/* Begins to join, no more. */
static Guest *
guest_start (const gchar *endpoint, const JanusRoomConfig *config)
{
  JanusSessionConfig session = {.endpoint = (gchar *) endpoint, .timeout = 20};
  Guest *guest = guest_new (&session, config);

  janus_room_join (guest->room);
  assert_equals_int (guest->joined + guest->failed, 0);
  return guest;
}

static Guest *
guest_knock (const gchar *endpoint, const gchar *room)
{
  JanusRoomConfig config = {.room = (gchar *) room};

  return guest_start (endpoint, &config);
}

static Guest *
guest_join (const gchar *endpoint, const gchar *room)
{
  Guest *guest = guest_knock (endpoint, room);

  wait_for (guest->joined);
  return guest;
}

static void
on_guest_left (gpointer data)
{
  Guest *guest = data;

  fail_unless (guest->gone);
  guest->left++;
}

static void
guest_start_leaving (Guest *guest)
{
  guest->gone = TRUE;
  janus_room_leave (guest->room, on_guest_left, guest);
  assert_equals_int (guest->left, 0);
}

/* Waits until GUEST, which is leaving, has left. */
static void
guest_end (Guest *guest)
{
  wait_for (guest->left);
  drain ();
  assert_equals_int (guest->left, 1);
  g_clear_error (&guest->error);
  g_free (guest->id);
  g_free (guest->answer);
  g_free (guest->codec);
  g_free (guest);
}

static void
guest_leave (Guest *guest)
{
  guest_start_leaving (guest);
  guest_end (guest);
}

/* GUEST fails so, with TEXT in what is said of it, which is told once. */
static void
check_fails_saying (Guest *guest, GQuark domain, gint code, const gchar *text)
{
  wait_for (guest->failed);
  drain ();
  assert_equals_int (guest->failed, 1);
  check_error (guest->error, domain, code);
  fail_unless (strstr (guest->error->message, text) != NULL, "%s", guest->error->message);
  guest_leave (guest);
}

static void
check_fails (Guest *guest, GQuark domain, gint code)
{
  check_fails_saying (guest, domain, code, "");
}

static void
check_join_fails (TestJanus *janus, const JanusRoomConfig *config, GQuark domain, gint code)
{
  Guest *guest = guest_start (test_janus_get_endpoint (janus), config);

  check_fails (guest, domain, code);
}

static guint
count_participants (TestJanus *janus, const gchar *room)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonArray) participants = test_janus_list_participants (janus, room, &error);

  fail_unless (participants != NULL, "%s", error ? error->message : "");
  return json_array_get_length (participants);
}

/* Asks the server for what has to succeed. */
static void ask (TestJanus *janus, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

static void
ask (TestJanus *janus, const gchar *format, ...)
{
  g_autofree gchar *body = NULL;
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (GError) error = NULL;
  va_list args;

  va_start (args, format);
  body = g_strdup_vprintf (format, args);
  va_end (args);
  answer = test_janus_request (janus, body, &error);
  fail_unless (answer != NULL, "%s: %s", body, error ? error->message : "");
  fail_if (json_object_has_member (answer, "error_code"), "%s: refused", body);
}

/* ---- A subscription ---- */

typedef struct {
  JanusSubscription *subscription;
  GError *error;
  guint offered, failed;
  gboolean gone;
  gboolean end_in_callback;
} Listener;

static void
listener_called (Listener *listener)
{
  fail_if (listener->gone, "a callback after the end");
  fail_if (listener->failed, "a callback after failed()");
}

static void
listener_end (Listener *listener)
{
  listener->gone = TRUE;
  janus_subscription_end (listener->subscription);
}

static void
on_listener_offered (const gchar *sdp, const GPtrArray *streams, gpointer data)
{
  Listener *listener = data;

  listener_called (listener);
  fail_unless (sdp != NULL);
  listener->offered++;
  if (listener->end_in_callback)
    listener_end (listener);
}

static void
on_listener_failed (const GError *error, gpointer data)
{
  Listener *listener = data;

  listener_called (listener);
  listener->error = g_error_copy (error);
  listener->failed++;
  if (listener->end_in_callback)
    listener_end (listener);
}

static const JanusSubscriptionHandlers listener_handlers = {
    on_listener_offered, on_listener_failed};

static void
listener_subscribe (Listener *listener, Guest *guest, const gchar *feed)
{
  listener->subscription = janus_room_subscribe (guest->room, feed, &listener_handlers, listener);
  assert_equals_int (listener->offered + listener->failed, 0);
}

/* ---- Sessions with a real server ---- */

GST_START_TEST (a_session_is_opened_attached_and_gone_when_closed)
{
  TestJanusOptions options = {.admin = TRUE};
  g_autoptr (TestJanus) janus = test_start_janus (&options);
  Talk *talk = talk_open (test_janus_get_endpoint (janus));
  g_autoptr (JsonArray) before = NULL;
  g_autoptr (JsonArray) after = NULL;

  talk->id = 0;
  janus_session_attach (talk->session, "janus.plugin.videoroom", on_talk_answered, talk);
  assert_equals_int (talk->answered, 0);
  wait_for (talk->answered);
  fail_unless (talk->error == NULL && talk->id != 0);
  before = test_janus_admin_handle_info (janus, NULL);
  talk_close (talk);
  after = test_janus_admin_handle_info (janus, NULL);
  fail_unless (before && after);
  assert_equals_int (json_array_get_length (before), 1);
  assert_equals_int (json_array_get_length (after), 0);
}
GST_END_TEST;

GST_START_TEST (requests_are_answered_once_by_what_counts)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  Talk *talk = talk_open (test_janus_get_endpoint (janus));
  guint64 handle;

  janus_session_attach (talk->session, "janus.plugin.videoroom", on_talk_answered, talk);
  wait_for (talk->answered);
  handle = talk->id;

  /* An acknowledgement alone. */
  talk->answered = 0;
  janus_session_send (talk->session, 0, janus_request_new ("keepalive"), on_talk_answered, talk);
  wait_for (talk->answered);
  fail_unless (talk->error == NULL);

  /* A refusal by the plugin, after an acknowledgement. */
  talk->answered = 0;
  janus_session_send (talk->session, handle,
      janus_request_new_message (
          janus_plugin_request ("nonsense"), NULL, NULL, JANUS_SIGNALLING_PLAIN),
      on_talk_answered, talk);
  wait_for (talk->answered);
  fail_unless (talk->error && talk->error->domain == JANUS_REFUSAL);

  /* Refusals by the core. */
  talk->answered = 0;
  janus_session_send (
      talk->session, handle + 1, janus_request_new ("detach"), on_talk_answered, talk);
  wait_for (talk->answered);
  check_error (talk->error, JANUS_REFUSAL, 459);
  talk->answered = 0;
  janus_session_send (talk->session, 0, janus_request_new ("nonsense"), on_talk_answered, talk);
  wait_for (talk->answered);
  check_error (talk->error, JANUS_REFUSAL, 453);

  drain ();
  assert_equals_int (talk->answered, 1);
  assert_equals_int (talk->lost, 0);
  talk_close (talk);
}
GST_END_TEST;

GST_START_TEST (an_api_secret_is_asked_for_and_taken)
{
  TestJanusOptions options = {.api_secret = "open"};
  g_autoptr (TestJanus) janus = test_start_janus (&options);
  JanusSessionConfig config = {
      .endpoint = (gchar *) test_janus_get_endpoint (janus), .timeout = 20};
  Talk *talk;

  check_open_fails (&config, JANUS_REFUSAL, JANUS_REFUSAL_UNAUTHORIZED_CORE);
  config.api_secret = (gchar *) "wrong";
  check_open_fails (&config, JANUS_REFUSAL, JANUS_REFUSAL_UNAUTHORIZED_CORE);
  config.api_secret = (gchar *) "open";
  talk = talk_start (&config);
  wait_for (talk->opened);
  fail_unless (talk->error == NULL);
  talk_close (talk);
}
GST_END_TEST;

GST_START_TEST (a_certificate_is_trusted_by_its_ca_file_alone)
{
  TestJanusOptions options = {.wss = TRUE};
  g_autoptr (TestJanus) janus = test_start_janus (&options);
  JanusSessionConfig config = {
      .endpoint = (gchar *) test_janus_get_wss_endpoint (janus), .timeout = 20};
  Talk *talk;

  check_open_fails (&config, JANUS_ERROR, JANUS_ERROR_TLS);
  config.ca_file = (gchar *) "/nonexistent/ca.pem";
  check_open_fails (&config, JANUS_ERROR, JANUS_ERROR_SETTINGS);
  config.ca_file = (gchar *) test_janus_get_ca_file (janus);
  talk = talk_start (&config);
  wait_for (talk->opened);
  fail_unless (talk->error == NULL, "%s", talk->error ? talk->error->message : "");
  talk_close (talk);
}
GST_END_TEST;

GST_START_TEST (a_killed_server_is_told_once_and_answers_nothing_more)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  Talk *talk = talk_open (test_janus_get_endpoint (janus));

  test_janus_kill (janus);
  janus_session_attach (talk->session, "janus.plugin.videoroom", on_talk_answered, talk);
  wait_for (talk->lost);
  check_error (talk->error, JANUS_ERROR, JANUS_ERROR_CLOSED);
  janus_session_attach (talk->session, "janus.plugin.videoroom", on_talk_answered, talk);
  drain ();
  assert_equals_int (talk->answered, 0);
  talk_close (talk);
}
GST_END_TEST;

GST_START_TEST (a_server_that_stops_in_order_is_told)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  Talk *talk = talk_open (test_janus_get_endpoint (janus));

  test_janus_stop (janus);
  wait_for (talk->lost);
  check_error (talk->error, JANUS_ERROR, JANUS_ERROR_CLOSED);
  talk_close (talk);
}
GST_END_TEST;

GST_START_TEST (a_frozen_server_fails_what_is_asked_of_it)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  JanusSessionConfig config = {.endpoint = (gchar *) test_janus_get_endpoint (janus), .timeout = 1};
  Talk *talk = talk_start (&config);

  wait_for (talk->opened);
  fail_unless (talk->error == NULL);
  test_janus_freeze (janus);
  janus_session_attach (talk->session, "janus.plugin.videoroom", on_talk_answered, talk);
  wait_for (talk->answered);
  check_error (talk->error, JANUS_ERROR, JANUS_ERROR_TIMEOUT);
  assert_equals_int (talk->lost, 0);

  /* Where nobody waits for the answer, the whole session is over. */
  janus_session_send (talk->session, 0, janus_request_new ("keepalive"), NULL, NULL);
  wait_for (talk->lost);
  check_error (talk->error, JANUS_ERROR, JANUS_ERROR_TIMEOUT);
  /* Closes, though nobody closes the other end. */
  talk_close (talk);
  check_open_fails (&config, JANUS_ERROR, JANUS_ERROR_TIMEOUT);
  test_janus_thaw (janus);
}
GST_END_TEST;

GST_START_TEST (a_session_that_the_server_drops_is_told)
{
  TestJanusOptions options = {.session_timeout = 1};
  g_autoptr (TestJanus) janus = test_start_janus (&options);
  Talk *talk = talk_open (test_janus_get_endpoint (janus));

  /* Less than our keepalive interval. */
  wait_for (talk->lost);
  check_error (talk->error, JANUS_ERROR, JANUS_ERROR_CLOSED);
  fail_unless (strstr (talk->error->message, "dropped the session") != NULL);
  talk_close (talk);
}
GST_END_TEST;

GST_START_TEST (a_session_may_be_closed_at_any_time)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  JanusSessionConfig config = {
      .endpoint = (gchar *) test_janus_get_endpoint (janus), .timeout = 20};
  guint iterations, i;

  talk_close (talk_new (&config));
  talk_close (talk_start (&config));
  /* After each step of the way. */
  for (iterations = 1; iterations < 40; iterations++) {
    Talk *talk = talk_start (&config);

    for (i = 0; i < iterations && !talk->opened; i++)
      g_main_context_iteration (context, TRUE);
    talk_close (talk);
  }
  {
    Talk *talk = talk_open (config.endpoint);

    janus_session_attach (talk->session, "janus.plugin.videoroom", on_talk_answered, talk);
    janus_session_attach (talk->session, "janus.plugin.videoroom", on_talk_answered, talk);
    talk_close (talk);
  }
  {
    JanusSession *session = janus_session_new (&config, &talk_handlers, NULL);

    janus_session_close (session, NULL, NULL);
    drain ();
  }
}
GST_END_TEST;

/* ---- No server ---- */

static void
listen_nowhere (GSocket **reserved, gchar **endpoint)
{
  g_autoptr (GError) error = NULL;
  guint16 port = 0;

  *reserved = test_net_reserve_port (&port, &error);
  fail_unless (*reserved != NULL);
  *endpoint = g_strdup_printf ("ws://%s:%u/", test_net_address (), port);
}

GST_START_TEST (an_endpoint_where_nobody_listens_is_unreachable)
{
  g_autoptr (GSocket) reserved = NULL;
  g_autofree gchar *endpoint = NULL;
  JanusSessionConfig config = {.timeout = 20};

  listen_nowhere (&reserved, &endpoint);
  config.endpoint = endpoint;
  check_open_fails (&config, JANUS_ERROR, JANUS_ERROR_UNREACHABLE);
  check_fails (guest_knock (endpoint, "1234"), JANUS_ERROR, JANUS_ERROR_UNREACHABLE);
}
GST_END_TEST;

GST_START_TEST (an_endpoint_that_never_answers_is_a_timeout)
{
  g_autoptr (GSocket) silent = NULL;
  g_autofree gchar *endpoint = NULL;
  JanusSessionConfig config = {.timeout = 1};
  Talk *talk;
  guint iterations, i;

  listen_nowhere (&silent, &endpoint);
  fail_unless (g_socket_listen (silent, NULL));
  config.endpoint = endpoint;
  check_open_fails (&config, JANUS_ERROR, JANUS_ERROR_TIMEOUT);

  config.timeout = 20;
  for (iterations = 0; iterations < 8; iterations++) {
    talk = talk_start (&config);
    for (i = 0; i < iterations; i++)
      g_main_context_iteration (context, FALSE);
    talk_close (talk);
  }
}
GST_END_TEST;

GST_START_TEST (an_endpoint_that_is_no_url_is_told_from_the_main_loop)
{
  JanusSessionConfig config = {.endpoint = (gchar *) "no url", .timeout = 20};
  Talk *talk;

  check_open_fails (&config, JANUS_ERROR, JANUS_ERROR_SETTINGS);
  talk = talk_start (&config);
  talk_close (talk);
}
GST_END_TEST;

/* Calls INCOMING for each connection to ENDPOINT, which is written. */
static GSocketService *
serve (GCallback incoming, gpointer data, gchar **endpoint)
{
  GSocketService *service = g_socket_service_new ();
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string (test_net_address (), 0);
  g_autoptr (GSocketAddress) bound = NULL;

  fail_unless (g_socket_listener_add_address (G_SOCKET_LISTENER (service), any,
      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL));
  g_signal_connect (service, "incoming", incoming, data);
  *endpoint = g_strdup_printf ("ws://%s:%u/", test_net_address (),
      g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound)));
  return service;
}

static void
serve_no_more (GSocketService *service)
{
  g_socket_service_stop (service);
  g_socket_listener_close (G_SOCKET_LISTENER (service));
  g_object_unref (service);
}

static gboolean
on_unwelcome (GSocketService *service, GSocketConnection *connection, GObject *source, guint *count)
{
  (*count)++;
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  return TRUE;
}

GST_START_TEST (a_server_that_closes_every_connection_is_unreachable)
{
  g_autofree gchar *endpoint = NULL;
  guint count = 0;
  GSocketService *service = serve (G_CALLBACK (on_unwelcome), &count, &endpoint);
  JanusSessionConfig config = {.endpoint = endpoint, .timeout = 20};

  check_open_fails (&config, JANUS_ERROR, JANUS_ERROR_UNREACHABLE);
  fail_unless (count > 0);
  serve_no_more (service);
}
GST_END_TEST;

/* The first words of a handshake are heard, and that was all. */
static void
on_heard (GObject *stream, GAsyncResult *result, gpointer connection)
{
  g_bytes_unref (g_input_stream_read_bytes_finish (G_INPUT_STREAM (stream), result, NULL));
  g_io_stream_close (connection, NULL, NULL);
  g_object_unref (connection);
}

static gboolean
on_unheard (GSocketService *service, GSocketConnection *connection, GObject *source, guint *count)
{
  (*count)++;
  g_input_stream_read_bytes_async (g_io_stream_get_input_stream (G_IO_STREAM (connection)), 4096,
      G_PRIORITY_DEFAULT, NULL, on_heard, g_object_ref (connection));
  return TRUE;
}

static gboolean
on_misunderstood (
    GSocketService *service, GSocketConnection *connection, GObject *source, guint *count)
{
  static const gchar text[] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n";

  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)), text,
      strlen (text), NULL, NULL, NULL);
  return on_unheard (service, connection, source, count);
}

/* As a balancer is while the server behind it starts. */
GST_START_TEST (an_endpoint_that_does_not_finish_the_tls_handshake_is_unreachable)
{
  static const GCallback ways[] = {
      G_CALLBACK (on_unwelcome), G_CALLBACK (on_unheard), G_CALLBACK (on_misunderstood)};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (ways); i++) {
    g_autofree gchar *endpoint = NULL, *secure = NULL;
    guint count = 0;
    GSocketService *service = serve (ways[i], &count, &endpoint);
    JanusSessionConfig config = {.timeout = 20};

    config.endpoint = secure = g_strdup_printf ("wss%s", endpoint + strlen ("ws"));
    check_open_fails (&config, JANUS_ERROR, JANUS_ERROR_UNREACHABLE);
    fail_unless (count > 0);
    serve_no_more (service);
  }
}
GST_END_TEST;

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

/* ---- Rooms of a real server ---- */

GST_START_TEST (joining_gives_an_id_and_leaving_empties_the_room)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  JanusRoomConfig config = {.room = (gchar *) TEST_ROOM_OPEN,
      .feed = (gchar *) "9007199254740991",
      .display = (gchar *) "cam \"\xc3\xa4\""};
  Guest *one = guest_join (test_janus_get_endpoint (janus), TEST_ROOM_OPEN);
  Guest *two = guest_start (test_janus_get_endpoint (janus), &config);

  wait_for (two->joined);
  fail_unless (janus_id_is_valid (one->id, FALSE));
  assert_equals_string (two->id, "9007199254740991");
  assert_equals_int (count_participants (janus, TEST_ROOM_OPEN), 2);
  /* Neither publishes. */
  drain ();
  assert_equals_int (one->publishers + two->publishers, 0);
  guest_leave (one);
  assert_equals_int (count_participants (janus, TEST_ROOM_OPEN), 1);
  guest_leave (two);
  assert_equals_int (count_participants (janus, TEST_ROOM_OPEN), 0);
}
GST_END_TEST;

GST_START_TEST (rooms_and_feeds_may_have_strings_for_ids)
{
  TestJanusOptions options = {.string_ids = TRUE};
  g_autoptr (TestJanus) janus = test_start_janus (&options);
  JanusRoomConfig config = {
      .room = (gchar *) TEST_ROOM_OPEN, .feed = (gchar *) "my cam", .string_ids = TRUE};
  Guest *guest = guest_start (test_janus_get_endpoint (janus), &config);

  wait_for (guest->joined);
  assert_equals_string (guest->id, "my cam");
  guest_leave (guest);
  assert_equals_int (count_participants (janus, TEST_ROOM_OPEN), 0);
}
GST_END_TEST;

GST_START_TEST (refusals_carry_the_code_of_janus)
{
  TestJanusOptions options = {.api_secret = "open"};
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autoptr (TestJanus) secret = test_start_janus (&options);
  JanusRoomConfig none = {.room = (gchar *) TEST_ROOM_NONE};
  JanusRoomConfig pin = {.room = (gchar *) TEST_ROOM_PIN};
  JanusRoomConfig taken = {.room = (gchar *) TEST_ROOM_OPEN, .feed = (gchar *) "777"};
  Guest *guest;

  check_join_fails (janus, &none, JANUS_REFUSAL, JANUS_REFUSAL_NO_SUCH_ROOM);
  check_join_fails (janus, &pin, JANUS_REFUSAL, JANUS_REFUSAL_MISSING_ELEMENT);
  pin.pin = (gchar *) "sesame";
  check_join_fails (janus, &pin, JANUS_REFUSAL, JANUS_REFUSAL_UNAUTHORIZED);
  check_join_fails (secret, &taken, JANUS_REFUSAL, JANUS_REFUSAL_UNAUTHORIZED_CORE);

  pin.pin = (gchar *) TEST_PIN;
  guest = guest_start (test_janus_get_endpoint (janus), &pin);
  wait_for (guest->joined);
  guest_leave (guest);

  guest = guest_start (test_janus_get_endpoint (janus), &taken);
  wait_for (guest->joined);
  check_join_fails (janus, &taken, JANUS_REFUSAL, JANUS_REFUSAL_ID_EXISTS);
  guest_leave (guest);
}
GST_END_TEST;

GST_START_TEST (the_end_of_the_room_is_told)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  Guest *guest;

  ask (janus, "{\"request\":\"create\",\"room\":6001}");
  guest = guest_join (test_janus_get_endpoint (janus), "6001");
  ask (janus, "{\"request\":\"destroy\",\"room\":6001}");
  check_fails (guest, JANUS_ERROR, JANUS_ERROR_DESTROYED);
}
GST_END_TEST;

GST_START_TEST (being_kicked_is_told_to_whom_it_concerns)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  Guest *guest, *other;

  ask (janus, "{\"request\":\"create\",\"room\":6002}");
  guest = guest_join (test_janus_get_endpoint (janus), "6002");
  other = guest_join (test_janus_get_endpoint (janus), "6002");
  ask (janus, "{\"request\":\"kick\",\"room\":6002,\"id\":%s}", guest->id);
  check_fails (guest, JANUS_ERROR, JANUS_ERROR_KICKED);
  assert_equals_int (other->failed, 0);
  guest_leave (other);
}
GST_END_TEST;

#define SDP(pt, codec)                                                                             \
  "v=0\r\n"                                                                                        \
  "o=- 1 1 IN IP4 0.0.0.0\r\n"                                                                     \
  "s=-\r\n"                                                                                        \
  "t=0 0\r\n"                                                                                      \
  "a=group:BUNDLE video0\r\n"                                                                      \
  "m=video 9 UDP/TLS/RTP/SAVPF " pt "\r\n"                                                         \
  "c=IN IP4 0.0.0.0\r\n"                                                                           \
  "a=setup:actpass\r\n"                                                                            \
  "a=ice-ufrag:bGbJ\r\n"                                                                           \
  "a=ice-pwd:A6R1bGbJm8Lk4Ihc2B3dKqXxVwYzT0u\r\n"                                                  \
  "a=mid:video0\r\n"                                                                               \
  "a=rtcp-mux\r\n"                                                                                 \
  "a=sendonly\r\n"                                                                                 \
  "a=rtpmap:" pt " " codec "/90000\r\n"                                                            \
  "a=fingerprint:sha-256 8B:1B:5A:77:D4:0C:43:9E:2E:5D:F6:3A:1A:A4:39:0C:5B:2D:AB:6F:91:C2:E7:58:" \
  "0D:63:4A:BF:12:7C:90:EE\r\n"

GST_START_TEST (an_offer_is_answered_and_leaving_unpublishes_it)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  Guest *guest = guest_join (test_janus_get_endpoint (janus), TEST_ROOM_E2EE);

  janus_room_publish (guest->room, SDP ("96", "VP8"), FALSE, TRUE, TRUE);
  janus_room_trickle (
      guest->room, "candidate:1 1 UDP 2015363327 10.77.0.1 9 typ host", "video0", 0);
  janus_room_trickle (guest->room, NULL, NULL, 0);
  wait_for (guest->published);
  fail_unless (strstr (guest->answer, "m=video") != NULL);
  fail_unless (strstr (guest->answer, "VP8") != NULL);
  assert_equals_string (guest->codec, "vp8");
  fail_unless (guest->active);
  guest_leave (guest);
  assert_equals_int (count_participants (janus, TEST_ROOM_E2EE), 0);
}
GST_END_TEST;

GST_START_TEST (an_offer_without_the_flag_is_refused_by_an_encrypted_room)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  JanusSessionConfig session = {.endpoint = (gchar *) test_janus_get_endpoint (janus),
      .timeout = 20,
      .signalling = JANUS_SIGNALLING_PLAIN};
  JanusRoomConfig config = {.room = (gchar *) TEST_ROOM_E2EE};
  Guest *guest = guest_new (&session, &config);

  janus_room_join (guest->room);
  wait_for (guest->joined);
  janus_room_publish (guest->room, SDP ("96", "VP8"), FALSE, TRUE, TRUE);
  check_fails (guest, JANUS_REFUSAL, JANUS_REFUSAL_UNAUTHORIZED);
}
GST_END_TEST;

GST_START_TEST (an_offer_that_is_no_sdp_is_refused)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  Guest *guest = guest_join (test_janus_get_endpoint (janus), TEST_ROOM_OPEN);

  janus_room_publish (guest->room, "nonsense", FALSE, TRUE, TRUE);
  wait_for (guest->failed);
  fail_unless (guest->error->domain == JANUS_REFUSAL);
  guest_leave (guest);
}
GST_END_TEST;

GST_START_TEST (a_codec_that_the_room_does_not_allow_is_told_by_its_stream)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  Guest *guest = guest_join (test_janus_get_endpoint (janus), TEST_ROOM_VP8);

  janus_room_publish (guest->room, SDP ("96", "VP9"), FALSE, TRUE, TRUE);
  wait_for (guest->published);
  fail_unless (!guest->active || g_strcmp0 (guest->codec, "none") == 0);
  fail_unless (strstr (guest->answer, "m=video 0 ") || strstr (guest->answer, "a=inactive"));
  guest_leave (guest);
}
GST_END_TEST;

GST_START_TEST (leaving_at_any_time_leaves_nobody_behind)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  JanusSessionConfig session = {.endpoint = (gchar *) endpoint, .timeout = 20};
  JanusRoomConfig config = {.room = (gchar *) TEST_ROOM_OPEN};
  guint iterations, i;

  guest_leave (guest_new (&session, &config));
  guest_leave (guest_knock (endpoint, TEST_ROOM_OPEN));
  for (iterations = 1; iterations < 40; iterations++) {
    Guest *guest = guest_knock (endpoint, TEST_ROOM_OPEN);

    for (i = 0; i < iterations && !guest->joined; i++)
      g_main_context_iteration (context, TRUE);
    guest_leave (guest);
  }
  assert_equals_int (count_participants (janus, TEST_ROOM_OPEN), 0);

  /* Nobody has to be told. */
  janus_room_leave (janus_room_new (&session, &config, &guest_handlers, NULL), NULL, NULL);
  drain ();
}
GST_END_TEST;

GST_START_TEST (leaving_right_after_publishing_leaves_nobody_behind)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  Guest *guest = guest_join (test_janus_get_endpoint (janus), TEST_ROOM_OPEN);

  janus_room_publish (guest->room, SDP ("96", "VP8"), FALSE, TRUE, TRUE);
  guest_leave (guest);
  assert_equals_int (count_participants (janus, TEST_ROOM_OPEN), 0);
}
GST_END_TEST;

GST_START_TEST (leaving_is_possible_in_every_callback)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  Guest *guest;

  guest = guest_knock (test_janus_get_endpoint (janus), TEST_ROOM_OPEN);
  guest->leave_in_joined = TRUE;
  guest_end (guest);
  assert_equals_int (count_participants (janus, TEST_ROOM_OPEN), 0);

  guest = guest_knock (test_janus_get_endpoint (janus), TEST_ROOM_NONE);
  guest->leave_in_failed = TRUE;
  guest_end (guest);

  guest = guest_join (test_janus_get_endpoint (janus), TEST_ROOM_OPEN);
  guest->leave_in_failed = TRUE;
  test_janus_kill (janus);
  guest_end (guest);
}
GST_END_TEST;

GST_START_TEST (subscribing_to_a_feed_that_does_not_exist_fails_alone)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  Guest *guest = guest_join (test_janus_get_endpoint (janus), TEST_ROOM_OPEN);
  Guest *silent = guest_join (test_janus_get_endpoint (janus), TEST_ROOM_OPEN);
  Listener listener = {NULL};
  Listener other = {NULL};
  guint iterations, i;

  listener_subscribe (&listener, guest, "4711");
  wait_for (listener.failed);
  check_error (listener.error, JANUS_REFUSAL, JANUS_REFUSAL_NO_SUCH_FEED);
  /* Somebody who is there, but does not publish. */
  listener_subscribe (&other, guest, silent->id);
  wait_for (other.failed);
  check_error (other.error, JANUS_REFUSAL, JANUS_REFUSAL_NO_SUCH_FEED);
  assert_equals_int (guest->failed, 0);
  listener_end (&listener);
  listener_end (&other);

  for (iterations = 0; iterations < 20; iterations++) {
    Listener early = {NULL};

    listener_subscribe (&early, guest, "4711");
    for (i = 0; i < iterations && !early.failed; i++)
      g_main_context_iteration (context, TRUE);
    listener_end (&early);
    g_clear_error (&early.error);
  }
  guest_leave (guest);
  guest_leave (silent);
  assert_equals_int (count_participants (janus, TEST_ROOM_OPEN), 0);
  g_clear_error (&listener.error);
  g_clear_error (&other.error);
}
GST_END_TEST;

GST_START_TEST (leaving_takes_the_subscriptions_along)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  guint iterations, i;

  for (iterations = 0; iterations < 12; iterations++) {
    Guest *guest = guest_join (test_janus_get_endpoint (janus), TEST_ROOM_OPEN);
    Listener listener = {NULL};
    Listener ended = {NULL};

    listener_subscribe (&listener, guest, "4711");
    listener_subscribe (&ended, guest, "4712");
    listener_end (&ended);
    for (i = 0; i < iterations && !listener.failed; i++)
      g_main_context_iteration (context, TRUE);
    listener.gone = TRUE;
    guest_leave (guest);
    g_clear_error (&listener.error);
  }
}
GST_END_TEST;

GST_START_TEST (a_server_that_dies_fails_the_room_once)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  Guest *guest = guest_join (test_janus_get_endpoint (janus), TEST_ROOM_OPEN);
  Listener listener = {NULL};

  test_janus_kill (janus);
  listener_subscribe (&listener, guest, "4711");
  check_fails (guest, JANUS_ERROR, JANUS_ERROR_CLOSED);
  assert_equals_int (listener.failed + listener.offered, 0);
}
GST_END_TEST;

GST_START_TEST (a_server_that_freezes_is_a_timeout_and_can_be_left)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  JanusSessionConfig session = {
      .endpoint = (gchar *) test_janus_get_endpoint (janus), .timeout = 1};
  JanusRoomConfig config = {.room = (gchar *) TEST_ROOM_OPEN};
  Guest *guest = guest_new (&session, &config);
  Guest *late = guest_new (&session, &config);
  Guest *publisher = guest_new (&session, &config);
  Listener listener = {NULL};

  janus_room_join (guest->room);
  janus_room_join (publisher->room);
  wait_for (guest->joined);
  wait_for (publisher->joined);
  test_janus_freeze (janus);
  listener_subscribe (&listener, guest, "4711");
  wait_for (listener.failed);
  check_error (listener.error, JANUS_ERROR, JANUS_ERROR_TIMEOUT);
  assert_equals_int (guest->failed, 0);
  guest_leave (guest);
  janus_room_publish (publisher->room, SDP ("96", "VP8"), FALSE, TRUE, TRUE);
  check_fails (publisher, JANUS_ERROR, JANUS_ERROR_TIMEOUT);
  janus_room_join (late->room);
  check_fails (late, JANUS_ERROR, JANUS_ERROR_TIMEOUT);
  test_janus_thaw (janus);
  g_clear_error (&listener.error);
}
GST_END_TEST;

GST_START_TEST (a_session_that_the_server_drops_fails_the_room)
{
  TestJanusOptions options = {.session_timeout = 1};
  g_autoptr (TestJanus) janus = test_start_janus (&options);
  Guest *guest = guest_join (test_janus_get_endpoint (janus), TEST_ROOM_OPEN);

  check_fails (guest, JANUS_ERROR, JANUS_ERROR_CLOSED);
}
GST_END_TEST;

static Suite *
session_suite (void)
{
  Suite *s = suite_create ("session");
  TCase *sessions = tcase_create ("sessions");
  TCase *nowhere = tcase_create ("no server");
  TCase *hostile = tcase_create ("a hostile server");
  TCase *rooms = tcase_create ("rooms");

  suite_add_tcase (s, sessions);
  tcase_set_timeout (sessions, 120);
  tcase_add_checked_fixture (sessions, setup, teardown);
  tcase_add_test (sessions, a_session_is_opened_attached_and_gone_when_closed);
  tcase_add_test (sessions, requests_are_answered_once_by_what_counts);
  tcase_add_test (sessions, an_api_secret_is_asked_for_and_taken);
  tcase_add_test (sessions, a_certificate_is_trusted_by_its_ca_file_alone);
  tcase_add_test (sessions, a_killed_server_is_told_once_and_answers_nothing_more);
  tcase_add_test (sessions, a_server_that_stops_in_order_is_told);
  tcase_add_test (sessions, a_frozen_server_fails_what_is_asked_of_it);
  tcase_add_test (sessions, a_session_that_the_server_drops_is_told);
  tcase_add_test (sessions, a_session_may_be_closed_at_any_time);

  suite_add_tcase (s, nowhere);
  tcase_set_timeout (nowhere, 120);
  tcase_add_checked_fixture (nowhere, setup, teardown);
  tcase_add_test (nowhere, an_endpoint_where_nobody_listens_is_unreachable);
  tcase_add_test (nowhere, an_endpoint_that_never_answers_is_a_timeout);
  tcase_add_test (nowhere, an_endpoint_that_is_no_url_is_told_from_the_main_loop);
  tcase_add_test (nowhere, a_server_that_closes_every_connection_is_unreachable);
  tcase_add_test (nowhere, an_endpoint_that_does_not_finish_the_tls_handshake_is_unreachable);

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

  suite_add_tcase (s, rooms);
  tcase_set_timeout (rooms, 120);
  tcase_add_checked_fixture (rooms, setup, teardown);
  tcase_add_test (rooms, joining_gives_an_id_and_leaving_empties_the_room);
  tcase_add_test (rooms, rooms_and_feeds_may_have_strings_for_ids);
  tcase_add_test (rooms, refusals_carry_the_code_of_janus);
  tcase_add_test (rooms, the_end_of_the_room_is_told);
  tcase_add_test (rooms, being_kicked_is_told_to_whom_it_concerns);
  tcase_add_test (rooms, an_offer_is_answered_and_leaving_unpublishes_it);
  tcase_add_test (rooms, an_offer_without_the_flag_is_refused_by_an_encrypted_room);
  tcase_add_test (rooms, an_offer_that_is_no_sdp_is_refused);
  tcase_add_test (rooms, a_codec_that_the_room_does_not_allow_is_told_by_its_stream);
  tcase_add_test (rooms, leaving_at_any_time_leaves_nobody_behind);
  tcase_add_test (rooms, leaving_right_after_publishing_leaves_nobody_behind);
  tcase_add_test (rooms, leaving_is_possible_in_every_callback);
  tcase_add_test (rooms, subscribing_to_a_feed_that_does_not_exist_fails_alone);
  tcase_add_test (rooms, leaving_takes_the_subscriptions_along);
  tcase_add_test (rooms, a_server_that_dies_fails_the_room_once);
  tcase_add_test (rooms, a_server_that_freezes_is_a_timeout_and_can_be_left);
  tcase_add_test (rooms, a_session_that_the_server_drops_fails_the_room);
  return s;
}

GST_CHECK_MAIN (session);
