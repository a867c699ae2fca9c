/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tests' own server: what a private Janus does for the tests that rely on it. */

#include <gst/check/gstcheck.h>
#include <string.h>

#include "lossylink.h"
#include "testjanus.h"

#define VIDEO_ROOM "janus.plugin.videoroom"

static TestJanus *
start_janus (const TestJanusOptions *options)
{
  g_autoptr (GError) error = NULL;
  TestJanus *janus = test_janus_new (options, &error);

  fail_unless (janus != NULL, "%s", error != NULL ? error->message : "");
  return janus;
}

/* Whether the room of this description is in the answer to "list". */
static gboolean
has_room (JsonObject *answer, const char *description)
{
  JsonArray *list = json_object_get_array_member (answer, "list");

  for (guint i = 0; i < json_array_get_length (list); i++) {
    JsonObject *room = json_array_get_object_element (list, i);

    if (g_str_equal (json_object_get_string_member (room, "description"), description))
      return TRUE;
  }
  return FALSE;
}

static void
check_answers (TestJanus *janus)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = test_janus_request (janus, "{\"request\":\"list\"}", &error);

  fail_unless (answer != NULL, "%s", error != NULL ? error->message : "");
  fail_unless (has_room (answer, "open"));
}

/* Asks for the list of rooms at some endpoint. */
static void
check_endpoint (const char *endpoint, const TestClientOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TestClient) client = test_client_connect (endpoint, options, &error);
  g_autoptr (JsonObject) answer = NULL;

  fail_unless (client != NULL, "%s", error != NULL ? error->message : "");
  fail_unless (test_client_attach (client, VIDEO_ROOM, &error));
  answer = test_client_request (client, "{\"request\":\"list\"}", &error);
  fail_unless (answer != NULL, "%s", error != NULL ? error->message : "");
  fail_unless (has_room (answer, "open"));
}

GST_START_TEST (rooms_are_listed)
{
  static const char *const rooms[] = {
      "open", "e2ee", "pin", "single", "vp8", "pvtid", "recorded", "more"};
  TestJanusOptions options = {.extra_rooms = "room-1: {\n description = \"more\"\n}\n"};
  g_autoptr (TestJanus) janus = start_janus (&options);
  g_autoptr (JsonObject) answer = test_janus_request (janus, "{\"request\":\"list\"}", NULL);

  fail_unless (answer != NULL);
  for (guint i = 0; i < G_N_ELEMENTS (rooms); i++)
    fail_unless (has_room (answer, rooms[i]), "no room %s", rooms[i]);
}
GST_END_TEST;

GST_START_TEST (a_missing_room_is_refused)
{
  g_autoptr (TestJanus) janus = start_janus (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) answer = test_janus_request (
      janus, "{\"request\":\"join\",\"ptype\":\"publisher\",\"room\":" TEST_ROOM_NONE "}", &error);
  g_autoptr (JsonArray) participants = NULL;

  fail_unless (answer != NULL);
  fail_unless_equals_int64 (json_object_get_int_member (answer, "error_code"), 426);

  participants = test_janus_list_participants (janus, TEST_ROOM_NONE, &error);
  fail_unless (participants == NULL && error != NULL);
}
GST_END_TEST;

GST_START_TEST (a_participant_is_seen)
{
  g_autoptr (TestJanus) janus = start_janus (NULL);
  g_autoptr (TestClient) client = test_janus_connect (janus, NULL);
  g_autoptr (JsonObject) joined = NULL;
  g_autoptr (JsonArray) participants = NULL;
  JsonObject *participant;

  fail_unless (client != NULL && test_client_attach (client, VIDEO_ROOM, NULL));
  joined = test_client_request (client,
      "{\"request\":\"join\",\"ptype\":\"publisher\",\"display\":\"cam\",\"room\":" TEST_ROOM_PIN
      ",\"pin\":\"" TEST_PIN "\"}",
      NULL);
  fail_unless (joined != NULL);
  fail_unless_equals_string (json_object_get_string_member (joined, "videoroom"), "joined");

  participants = test_janus_list_participants (janus, TEST_ROOM_PIN, NULL);
  fail_unless (participants != NULL);
  fail_unless_equals_int (json_array_get_length (participants), 1);
  participant = json_array_get_object_element (participants, 0);
  fail_unless_equals_string (json_object_get_string_member (participant, "display"), "cam");
  fail_if (json_object_get_boolean_member (participant, "publisher"));
}
GST_END_TEST;

GST_START_TEST (an_event_is_kept_for_the_one_who_waits)
{
  g_autoptr (TestJanus) janus = start_janus (NULL);
  g_autoptr (TestClient) client = test_janus_connect (janus, NULL);
  g_autoptr (JsonObject) joined = NULL;
  g_autoptr (JsonObject) done = NULL;
  g_autoptr (JsonObject) event = NULL;
  JsonObject *data;

  fail_unless (client != NULL && test_client_attach (client, VIDEO_ROOM, NULL));
  joined = test_client_request (client,
      "{\"request\":\"join\",\"ptype\":\"publisher\",\"id\":7,\"room\":" TEST_ROOM_OPEN "}", NULL);
  fail_unless (joined != NULL);
  done = test_janus_request (
      janus, "{\"request\":\"kick\",\"id\":7,\"room\":" TEST_ROOM_OPEN "}", NULL);
  fail_unless (done != NULL);

  event = test_client_next_event (client, NULL);
  fail_unless (event != NULL);
  data =
      json_object_get_object_member (json_object_get_object_member (event, "plugindata"), "data");
  fail_unless_equals_string (json_object_get_string_member (data, "leaving"), "ok");
  fail_unless_equals_string (json_object_get_string_member (data, "reason"), "kicked");
}
GST_END_TEST;

GST_START_TEST (room_ids_can_be_strings)
{
  TestJanusOptions options = {.string_ids = TRUE};
  g_autoptr (TestJanus) janus = start_janus (&options);
  g_autoptr (JsonArray) participants = test_janus_list_participants (janus, TEST_ROOM_OPEN, NULL);

  fail_unless (participants != NULL);
  fail_unless_equals_int (json_array_get_length (participants), 0);
}
GST_END_TEST;

/* The state letter of /proc/PID/stat, which follows the name in parentheses. */
static char
get_state (TestJanus *janus)
{
  g_autofree char *path = g_strdup_printf ("/proc/%s/stat", test_janus_get_pid (janus));
  g_autofree char *stat = NULL;
  const char *end;

  fail_unless (g_file_get_contents (path, &stat, NULL, NULL));
  end = strrchr (stat, ')');
  fail_unless (end != NULL);
  return end[2];
}

GST_START_TEST (a_frozen_server_thaws)
{
  g_autoptr (TestJanus) janus = start_janus (NULL);

  test_janus_freeze (janus);
  fail_unless_equals_int (get_state (janus), 'T');
  test_janus_thaw (janus);
  check_answers (janus);

  /* Freezing again, and ending while frozen, must not hang. */
  test_janus_freeze (janus);
  fail_unless_equals_int (get_state (janus), 'T');
}
GST_END_TEST;

GST_START_TEST (a_server_restarts_where_it_was)
{
  g_autoptr (TestJanus) janus = start_janus (NULL);
  g_autofree char *endpoint = g_strdup (test_janus_get_endpoint (janus));
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (GError) error = NULL;

  fail_unless (test_janus_is_running (janus));
  test_janus_kill (janus);
  fail_if (test_janus_is_running (janus));
  answer = test_janus_request (janus, "{\"request\":\"list\"}", &error);
  fail_unless (answer == NULL && error != NULL);

  for (guint i = 0; i < 2; i++) {
    g_clear_error (&error);
    fail_unless (test_janus_restart (janus, &error), "%s", error != NULL ? error->message : "");
    fail_unless_equals_string (test_janus_get_endpoint (janus), endpoint);
    check_answers (janus);
  }
}
GST_END_TEST;

GST_START_TEST (a_client_notices_the_death_of_the_server)
{
  g_autoptr (TestJanus) janus = start_janus (NULL);
  g_autoptr (TestClient) client = test_janus_connect (janus, NULL);
  g_autoptr (JsonObject) event = NULL;
  g_autoptr (GError) error = NULL;

  fail_unless (client != NULL && test_client_attach (client, VIDEO_ROOM, NULL));
  test_janus_kill (janus);
  event = test_client_next_event (client, &error);
  fail_unless (event == NULL);
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED));
}
GST_END_TEST;

GST_START_TEST (wss_is_verified_by_the_certificate)
{
  TestJanusOptions options = {.wss = TRUE};
  g_autoptr (TestJanus) janus = start_janus (&options);
  TestClientOptions trusting = {.ca_file = test_janus_get_ca_file (janus)};
  g_autoptr (TestClient) distrusting = NULL;
  g_autoptr (GError) error = NULL;

  /* In this order: a connection that resumes a TLS session of this process is not verified
   * again. */
  distrusting = test_client_connect (test_janus_get_wss_endpoint (janus), NULL, &error);
  fail_unless (distrusting == NULL);
  fail_unless (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE));

  check_endpoint (test_janus_get_wss_endpoint (janus), &trusting);
}
GST_END_TEST;

static void
check_secret (const TestJanusOptions *options)
{
  g_autoptr (TestJanus) janus = start_janus (options);
  g_autoptr (TestClient) stranger =
      test_client_connect (test_janus_get_endpoint (janus), NULL, NULL);
  g_autoptr (GError) error = NULL;

  check_answers (janus);
  fail_unless (stranger != NULL);
  fail_if (test_client_attach (stranger, VIDEO_ROOM, &error));
  fail_unless (g_error_matches (error, TEST_CLIENT_ERROR, 403));

  g_clear_error (&error);
  fail_unless (test_janus_restart (janus, &error), "%s", error != NULL ? error->message : "");
  check_answers (janus);
}

GST_START_TEST (a_secret_is_required)
{
  TestJanusOptions options = {.api_secret = "sesame"};

  check_secret (&options);
}
GST_END_TEST;

GST_START_TEST (a_token_is_required)
{
  TestJanusOptions options = {.token = "ticket"};

  check_secret (&options);
}
GST_END_TEST;

GST_START_TEST (a_silent_session_times_out)
{
  TestJanusOptions options = {.session_timeout = 1};
  g_autoptr (TestJanus) janus = start_janus (&options);
  g_autoptr (TestClient) client = test_janus_connect (janus, NULL);
  gboolean timed_out = FALSE;

  fail_unless (client != NULL && test_client_attach (client, VIDEO_ROOM, NULL));
  /* Its handle is "detached", before or after that. */
  while (!timed_out) {
    g_autoptr (JsonObject) event = test_client_next_event (client, NULL);

    fail_unless (event != NULL);
    timed_out = g_str_equal (json_object_get_string_member (event, "janus"), "timeout");
  }
}
GST_END_TEST;

GST_START_TEST (handles_are_told_about)
{
  TestJanusOptions options = {.admin = TRUE};
  g_autoptr (TestJanus) janus = start_janus (&options);
  g_autoptr (TestClient) client = test_janus_connect (janus, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonArray) infos = NULL;

  fail_unless (client != NULL && test_client_attach (client, VIDEO_ROOM, NULL));
  infos = test_janus_admin_handle_info (janus, &error);
  fail_unless (infos != NULL, "%s", error != NULL ? error->message : "");
  fail_unless_equals_int (json_array_get_length (infos), 1);
  fail_unless_equals_string (
      json_object_get_string_member (json_array_get_object_element (infos, 0), "plugin"),
      VIDEO_ROOM);
}
GST_END_TEST;

GST_START_TEST (a_server_that_cannot_start_says_why)
{
  TestJanusOptions options = {.extra_general = "  plugins_folder = \"/nonexistent\"\n"};
  g_autoptr (GError) error = NULL;
  g_autoptr (TestJanus) janus = test_janus_new (&options, &error);

  fail_unless (janus == NULL);
  fail_unless (strstr (error->message, "/nonexistent") != NULL, "%s", error->message);
}
GST_END_TEST;

GST_START_TEST (two_servers_do_not_meet)
{
  g_autoptr (TestJanus) one = start_janus (NULL);
  g_autoptr (TestJanus) other = start_janus (NULL);

  fail_if (g_str_equal (test_janus_get_endpoint (one), test_janus_get_endpoint (other)));
  check_answers (one);
  check_answers (other);
}
GST_END_TEST;

GST_START_TEST (a_link_passes_signalling_on)
{
  g_autoptr (TestJanus) janus = start_janus (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LossyLink) link = lossy_link_new (test_janus_get_endpoint (janus), 1, &error);
  g_autoptr (TestClient) client = NULL;
  g_autoptr (JsonObject) event = NULL;

  fail_unless (link != NULL, "%s", error != NULL ? error->message : "");
  check_endpoint (lossy_link_get_endpoint (link), NULL);

  /* The death of the server reaches the client through the link. */
  client = test_client_connect (lossy_link_get_endpoint (link), NULL, NULL);
  fail_unless (client != NULL && test_client_attach (client, VIDEO_ROOM, NULL));
  test_janus_kill (janus);
  event = test_client_next_event (client, &error);
  fail_unless (event == NULL);
  fail_unless (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED));
}
GST_END_TEST;

static Suite *
testjanus_suite (void)
{
  Suite *suite = suite_create ("testjanus");
  TCase *tests = tcase_create ("general");

  /* Only so that a broken test ends: the default of four seconds is about what Janus takes to time
   * out. */
  tcase_set_timeout (tests, 60);
  suite_add_tcase (suite, tests);
  tcase_add_test (tests, rooms_are_listed);
  tcase_add_test (tests, a_missing_room_is_refused);
  tcase_add_test (tests, a_participant_is_seen);
  tcase_add_test (tests, an_event_is_kept_for_the_one_who_waits);
  tcase_add_test (tests, room_ids_can_be_strings);
  tcase_add_test (tests, a_frozen_server_thaws);
  tcase_add_test (tests, a_server_restarts_where_it_was);
  tcase_add_test (tests, a_client_notices_the_death_of_the_server);
  tcase_add_test (tests, wss_is_verified_by_the_certificate);
  tcase_add_test (tests, a_secret_is_required);
  tcase_add_test (tests, a_token_is_required);
  tcase_add_test (tests, a_silent_session_times_out);
  tcase_add_test (tests, handles_are_told_about);
  tcase_add_test (tests, a_server_that_cannot_start_says_why);
  tcase_add_test (tests, two_servers_do_not_meet);
  tcase_add_test (tests, a_link_passes_signalling_on);
  return suite;
}

GST_CHECK_MAIN (testjanus);
