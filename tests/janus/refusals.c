/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever a server or a network refuses is an error that says what to do, in time. What heals is
 * one without reconnecting. */

#include <sys/wait.h>

#include <gst/check/gstcheck.h>

#include "lossylink.h"
#include "testcall.h"
#include "testnet.h"

#define SOURCE VP8_SOURCE ENCRYPT

static GstElement *
play_sink (const gchar *endpoint, const gchar *room, const gchar *properties)
{
  return test_play (SOURCE
      "janusvideoroomsink name=sfu reconnect=false janus-endpoint=%s room-id=%s %s",
      endpoint, room, properties);
}

static GstElement *
play_src (const gchar *endpoint, const gchar *room, const gchar *properties)
{
  return test_play ("janusvideoroomsrc name=s reconnect=false eos-on-leave=true janus-endpoint=%s "
                    "room-id=%s %s ! "
                    "fakesink async=false",
      endpoint, room, properties);
}

/* Both elements are told the same. */
#define CHECK_BOTH(endpoint, room, properties, ...)            \
  G_STMT_START                                                 \
  {                                                            \
    GstElement *sink = play_sink (endpoint, room, properties); \
    GstElement *src = play_src (endpoint, room, properties);   \
                                                               \
    test_expect_error (sink, __VA_ARGS__, NULL);               \
    test_expect_error (src, __VA_ARGS__, NULL);                \
    test_end (sink);                                           \
    test_end (src);                                            \
  }                                                            \
  G_STMT_END

GST_START_TEST (a_missing_room_is_named_with_janus_code)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);

  CHECK_BOTH (test_janus_get_endpoint (janus), TEST_ROOM_NONE, "", "No such room", TEST_ROOM_NONE,
      "(426)", "room-id");
}
GST_END_TEST;

GST_START_TEST (a_refusal_carries_janus_code_in_its_details)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *pipeline = play_src (test_janus_get_endpoint (janus), TEST_ROOM_NONE, "");
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message =
      gst_bus_timed_pop_filtered (bus, 30 * GST_SECOND, GST_MESSAGE_ERROR);
  const GstStructure *details = NULL;
  gint code = 0;

  fail_unless (message != NULL);
  gst_message_parse_error_details (message, &details);
  fail_unless (details && gst_structure_get_int (details, "janus-code", &code));
  assert_equals_int (code, 426);
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (a_wrong_or_missing_pin_is_refused_and_not_shown)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *pipeline;
  g_autofree gchar *error = NULL;

  CHECK_BOTH (test_janus_get_endpoint (janus), TEST_ROOM_PIN, "", "(429)", "pin=");
  CHECK_BOTH (test_janus_get_endpoint (janus), TEST_ROOM_PIN, "pin=sesame", "(433)", "pin=");

  pipeline = play_src (test_janus_get_endpoint (janus), TEST_ROOM_PIN, "pin=sesame");
  error = test_wait_error (pipeline);
  fail_if (strstr (error, "sesame"));
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (a_full_room_is_told)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *first = test_publish (janus, VP8_SOURCE, TEST_ROOM_SINGLE, "");
  GstElement *second = play_sink (test_janus_get_endpoint (janus), TEST_ROOM_SINGLE, "");

  test_expect_error (second, "(432)", "as many publishers as it allows", NULL);
  test_end (second);
  test_end (first);
}
GST_END_TEST;

GST_START_TEST (a_taken_feed_id_is_told)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *first = test_publish (janus, VP8_SOURCE, TEST_ROOM_OPEN, "feed-id=777");
  GstElement *second = play_sink (test_janus_get_endpoint (janus), TEST_ROOM_OPEN, "feed-id=777");

  test_expect_error (second, "777", "(436)", "choose another", NULL);
  test_end (second);
  test_end (first);
}
GST_END_TEST;

GST_START_TEST (a_room_that_wants_encryption_refuses_plain_signalling)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *pipeline =
      play_sink (test_janus_get_endpoint (janus), TEST_ROOM_E2EE, "signalling=plain");

  test_expect_error (pipeline, "(433)", "end-to-end", "signalling", NULL);
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (a_codec_that_the_room_does_not_allow_is_an_error_though_janus_says_ok)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *pipeline = test_play (VP9_SOURCE ENCRYPT
      "janusvideoroomsink name=sfu janus-endpoint=%s room-id=" TEST_ROOM_VP8 " " OPUS_SOURCE ENCRYPT
      "sfu.",
      test_janus_get_endpoint (janus));

  test_expect_error (pipeline, "does not allow VP9 for video", "videocodec", NULL);
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (no_server_is_told_at_once)
{
  g_autoptr (GError) error = NULL;
  guint16 port = 0;
  g_autoptr (GSocket) reserved = test_net_reserve_port (&port, &error);
  g_autofree gchar *endpoint = g_strdup_printf ("ws://%s:%u/", test_net_address (), port);

  fail_unless (reserved != NULL);
  CHECK_BOTH (endpoint, "1234", "", "Cannot reach", endpoint, "janus-endpoint");
}
GST_END_TEST;

GST_START_TEST (a_server_that_never_answers_is_told_within_the_timeout)
{
  g_autoptr (GError) error = NULL;
  guint16 port = 0;
  g_autoptr (GSocket) silent = test_net_reserve_port (&port, &error);
  g_autofree gchar *endpoint = g_strdup_printf ("ws://%s:%u/", test_net_address (), port);

  fail_unless (silent != NULL);
  /* The kernel takes the connection, and nobody ever reads from it. */
  fail_unless (g_socket_listen (silent, NULL));
  CHECK_BOTH (endpoint, "1234", "timeout=1", "within 1 s", "timeout=");
}
GST_END_TEST;

GST_START_TEST (a_server_that_freezes_is_told_within_the_timeout)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);

  test_janus_freeze (janus);
  CHECK_BOTH (test_janus_get_endpoint (janus), TEST_ROOM_OPEN, "timeout=1", "1 s", "timeout=");
  test_janus_thaw (janus);
}
GST_END_TEST;

GST_START_TEST (a_server_that_dies_ends_the_stream_with_an_error)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *sink =
      test_publish (janus, VP8_SOURCE, TEST_ROOM_OPEN, "feed-id=777 reconnect=false");
  GstElement *src = play_src (test_janus_get_endpoint (janus), TEST_ROOM_OPEN, "feed-id=777");

  test_wait_state (src, "s", "connected");
  test_janus_kill (janus);
  test_expect_error (sink, "closed the connection", NULL);
  test_expect_error (src, "closed the connection", NULL);
  test_end (sink);
  test_end (src);
}
GST_END_TEST;

GST_START_TEST (a_session_that_times_out_is_told)
{
  TestJanusOptions options = {.session_timeout = 2};
  g_autoptr (TestJanus) janus = test_start_janus (&options);
  GstElement *pipeline = test_publish (janus, VP8_SOURCE, TEST_ROOM_OPEN, "reconnect=false");

  /* Less than our keepalive interval. Which event of the end comes first is up to the server. */
  test_expect_error (pipeline, "The server has dropped the session", NULL);
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (an_untrusted_certificate_is_refused_and_a_trusted_one_taken)
{
  TestJanusOptions options = {.wss = TRUE};
  g_autoptr (TestJanus) janus = test_start_janus (&options);
  const gchar *endpoint = test_janus_get_wss_endpoint (janus);
  g_autofree gchar *trust = g_strdup_printf ("ssl-ca-file=%s", test_janus_get_ca_file (janus));
  GstElement *pipeline;

  CHECK_BOTH (endpoint, TEST_ROOM_OPEN, "", "No secure connection", "ssl-ca-file");
  CHECK_BOTH (
      endpoint, TEST_ROOM_OPEN, "ssl-ca-file=/nonexistent/ca.pem", "ssl-ca-file=/nonexistent");

  pipeline = play_sink (endpoint, TEST_ROOM_OPEN, trust);
  test_wait_state (pipeline, "sfu", "connected");
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (no_way_for_media_is_told_within_the_timeout)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autoptr (LossyLink) link = test_link_to (janus, 1);
  GstElement *pipeline;

  lossy_link_set_droppable (link, PACKET_MASK_ALL);
  lossy_link_set (link, 1.0, 1.0, 0);
  pipeline = play_sink (lossy_link_get_endpoint (link), TEST_ROOM_E2EE, "timeout=2");
  test_expect_error (pipeline, "No media connection", "2 s", "no UDP goes through", NULL);
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (a_feed_that_does_not_appear_is_told_within_the_timeout)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *pipeline;

  pipeline = play_src (endpoint, TEST_ROOM_OPEN, "feed-id=777 timeout=1");
  test_expect_error (pipeline, "Feed 777 has not appeared", "1 s", NULL);
  test_end (pipeline);
  pipeline = play_src (endpoint, TEST_ROOM_OPEN, "feed-display-name=cam timeout=1");
  test_expect_error (pipeline, "Nobody named \"cam\"", NULL);
  test_end (pipeline);
  pipeline = play_src (endpoint, TEST_ROOM_OPEN, "timeout=1");
  test_expect_error (pipeline, "Nobody has published", NULL);
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (secrets_of_the_server_are_asked_for_and_taken)
{
  TestJanusOptions options = {.api_secret = "open", .token = "ticket"};
  g_autoptr (TestJanus) janus = test_start_janus (&options);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *pipeline;

  CHECK_BOTH (endpoint, TEST_ROOM_OPEN, "api-secret=wrong", "(403)", "api-secret=");
  pipeline = play_sink (endpoint, TEST_ROOM_OPEN, "api-secret=open token=ticket");
  test_wait_state (pipeline, "sfu", "connected");
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (an_error_is_not_told_again_by_pausing_and_playing)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *pipeline = play_sink (test_janus_get_endpoint (janus), TEST_ROOM_NONE, "");
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  guint i;

  test_expect_error (pipeline, "(426)", NULL);
  for (i = 0; i < 3; i++) {
    fail_unless (gst_element_set_state (pipeline, GST_STATE_PAUSED) != GST_STATE_CHANGE_FAILURE);
    fail_unless (gst_element_set_state (pipeline, GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE);
    /* It would be told by the change itself. */
    fail_if (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) != NULL);
  }
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (an_error_of_another_run_is_told_anew)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *pipeline = play_sink (test_janus_get_endpoint (janus), TEST_ROOM_NONE, "");
  guint i;

  for (i = 0; i < 3; i++) {
    test_expect_error (pipeline, "(426)", NULL);
    gst_element_set_state (pipeline, GST_STATE_READY);
    gst_element_set_state (pipeline, GST_STATE_PLAYING);
  }
  test_end (pipeline);
}
GST_END_TEST;

/* What is wrong before anything is started fails the state change itself. */
static void
check_settings (const gchar *element, ...)
{
  GstElement *pipeline = test_pipeline ("%s", element);
  g_autofree gchar *error = NULL;
  const gchar *part;
  va_list args;

  assert_equals_int (gst_element_set_state (pipeline, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  error = test_wait_error (pipeline);
  va_start (args, element);
  while ((part = va_arg (args, const gchar *)))
    fail_unless (strstr (error, part) != NULL, "\"%s\" is not in: %s", part, error);
  va_end (args);
  test_end (pipeline);
}

GST_START_TEST (missing_and_malformed_settings_fail_before_anything_starts)
{
  check_settings ("janusvideoroomsink room-id=1", "janus-endpoint", NULL);
  check_settings (
      "janusvideoroomsink janus-endpoint=ws://127.0.0.1:1/ room-id=1", "Nothing is linked", NULL);
  check_settings ("janusvideoroomsrc room-id=1", "janus-endpoint", NULL);
  check_settings ("janusvideoroomsrc janus-endpoint=http://127.0.0.1/ room-id=1", "ws://", NULL);
  check_settings ("janusvideoroomsrc janus-endpoint=nonsense room-id=1", "ws://", NULL);
  check_settings ("janusvideoroomsrc janus-endpoint=ws://127.0.0.1:1/", "room-id", NULL);
  check_settings ("janusvideoroomsrc janus-endpoint=ws://127.0.0.1:1/ room-id=lobby",
      "room-id=lobby", "use-string-ids", NULL);
  check_settings ("janusvideoroomsrc janus-endpoint=ws://127.0.0.1:1/ room-id=1 feed-id=cam",
      "feed-id=cam", "use-string-ids", NULL);
}
GST_END_TEST;

/* gst-launch-1.0 drops what happens before its main loop runs. 124 is what timeout exits with. */
static void
check_gst_launch_ends (const gchar *format, ...)
{
  const gchar *argv[] = {"timeout", "30", "sh", "-c", NULL, NULL};
  g_autofree gchar *line = NULL, *out = NULL, *err = NULL;
  g_autoptr (GError) error = NULL;
  gint status = 0;
  va_list args;

  va_start (args, format);
  line = g_strdup_vprintf (format, args);
  va_end (args);
  argv[4] = line;
  fail_unless (g_spawn_sync (
      NULL, (gchar **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status, &error));
  fail_unless (WIFEXITED (status) && WEXITSTATUS (status) == 1, "status %d of %s:\n%s%s", status,
      line, out, err);
  fail_unless (strstr (err, "ERROR: from element") != NULL, "%s", err);
}

GST_START_TEST (an_error_at_the_very_start_ends_gst_launch)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  g_autoptr (GError) error = NULL;
  guint16 port = 0;
  g_autoptr (GSocket) reserved = test_net_reserve_port (&port, &error);
  g_autofree gchar *nobody = g_strdup_printf ("ws://%s:%u/", test_net_address (), port);
  guint i;

  for (i = 0; i < 3; i++) {
    check_gst_launch_ends ("exec gst-launch-1.0 " SOURCE "janusvideoroomsink reconnect=false "
                           "janus-endpoint=%s "
                           "room-id=" TEST_ROOM_OPEN,
        nobody);
    check_gst_launch_ends (
        "exec gst-launch-1.0 janusvideoroomsrc reconnect=false janus-endpoint=%s "
        "room-id=" TEST_ROOM_OPEN " ! fakesink",
        nobody);
    check_gst_launch_ends ("exec gst-launch-1.0 " SOURCE "janusvideoroomsink reconnect=false "
                           "janus-endpoint=%s "
                           "room-id=" TEST_ROOM_NONE,
        endpoint);
    /* Not live: its first packet comes before PLAYING. */
    check_gst_launch_ends ("exec gst-launch-1.0 videotestsrc ! vp8enc deadline=1 ! rtpvp8pay ! "
                           "janusvideoroomsink janus-endpoint=%s room-id=" TEST_ROOM_OPEN,
        endpoint);
  }
}
GST_END_TEST;

static Suite *
refusals_suite (void)
{
  Suite *s = suite_create ("refusals");
  TCase *tc = tcase_create ("refusals");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, a_missing_room_is_named_with_janus_code);
  tcase_add_test (tc, a_refusal_carries_janus_code_in_its_details);
  tcase_add_test (tc, a_wrong_or_missing_pin_is_refused_and_not_shown);
  tcase_add_test (tc, a_full_room_is_told);
  tcase_add_test (tc, a_taken_feed_id_is_told);
  tcase_add_test (tc, a_room_that_wants_encryption_refuses_plain_signalling);
  tcase_add_test (tc, a_codec_that_the_room_does_not_allow_is_an_error_though_janus_says_ok);
  tcase_add_test (tc, no_server_is_told_at_once);
  tcase_add_test (tc, a_server_that_never_answers_is_told_within_the_timeout);
  tcase_add_test (tc, a_server_that_freezes_is_told_within_the_timeout);
  tcase_add_test (tc, a_server_that_dies_ends_the_stream_with_an_error);
  tcase_add_test (tc, a_session_that_times_out_is_told);
  tcase_add_test (tc, an_untrusted_certificate_is_refused_and_a_trusted_one_taken);
  tcase_add_test (tc, no_way_for_media_is_told_within_the_timeout);
  tcase_add_test (tc, a_feed_that_does_not_appear_is_told_within_the_timeout);
  tcase_add_test (tc, secrets_of_the_server_are_asked_for_and_taken);
  tcase_add_test (tc, an_error_is_not_told_again_by_pausing_and_playing);
  tcase_add_test (tc, an_error_of_another_run_is_told_anew);
  tcase_add_test (tc, an_error_at_the_very_start_ends_gst_launch);
  tcase_add_test (tc, missing_and_malformed_settings_fail_before_anything_starts);
  return s;
}

GST_CHECK_MAIN (refusals);
