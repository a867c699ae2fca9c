/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A session with a server, or with none: it is told once how it ends. */

#include "januserror.h"
#include "testcall.h"
#include "testnet.h"
#include "testtalk.h"

/* ---- Sessions with a real server ---- */

GST_START_TEST (a_session_is_opened_attached_and_gone_when_closed)
{
  TestJanusOptions options = {.admin = TRUE};
  g_autoptr (TestJanus) janus = test_start_janus (&options);
  Talk *talk = talk_open (test_janus_get_endpoint (janus));
  g_autoptr (JsonArray) before = NULL;
  g_autoptr (JsonArray) after = NULL;

  talk->id = 0;
  janus_session_attach (talk->session, "janus.plugin.videoroom", talk_on_answer, talk);
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

  janus_session_attach (talk->session, "janus.plugin.videoroom", talk_on_answer, talk);
  wait_for (talk->answered);
  handle = talk->id;

  /* An acknowledgement alone. */
  talk->answered = 0;
  janus_session_send (talk->session, 0, janus_request_new ("keepalive"), talk_on_answer, talk);
  wait_for (talk->answered);
  fail_unless (talk->error == NULL);

  /* A refusal by the plugin, after an acknowledgement. */
  talk->answered = 0;
  janus_session_send (talk->session, handle,
      janus_request_new_message (
          janus_plugin_request ("nonsense"), NULL, NULL, JANUS_SIGNALLING_PLAIN),
      talk_on_answer, talk);
  wait_for (talk->answered);
  fail_unless (talk->error && talk->error->domain == JANUS_REFUSAL);

  /* Refusals by the core. */
  talk->answered = 0;
  janus_session_send (
      talk->session, handle + 1, janus_request_new ("detach"), talk_on_answer, talk);
  wait_for (talk->answered);
  check_error (talk->error, JANUS_REFUSAL, 459);
  talk->answered = 0;
  janus_session_send (talk->session, 0, janus_request_new ("nonsense"), talk_on_answer, talk);
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
  janus_session_attach (talk->session, "janus.plugin.videoroom", talk_on_answer, talk);
  wait_for (talk->lost);
  check_error (talk->error, JANUS_ERROR, JANUS_ERROR_CLOSED);
  janus_session_attach (talk->session, "janus.plugin.videoroom", talk_on_answer, talk);
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
  janus_session_attach (talk->session, "janus.plugin.videoroom", talk_on_answer, talk);
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

    janus_session_attach (talk->session, "janus.plugin.videoroom", talk_on_answer, talk);
    janus_session_attach (talk->session, "janus.plugin.videoroom", talk_on_answer, talk);
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

static Suite *
session_suite (void)
{
  Suite *s = suite_create ("session");
  TCase *sessions = tcase_create ("sessions");
  TCase *nowhere = tcase_create ("no server");

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
  return s;
}

GST_CHECK_MAIN (session);
