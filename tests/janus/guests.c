/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The conversation with a room of a real server: in order from the first word to the last, and each
 * end told once. */

#include "januserror.h"
#include "testcall.h"
#include "testtalk.h"

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

  test_ask (janus, "{\"request\":\"create\",\"room\":6001}");
  guest = guest_join (test_janus_get_endpoint (janus), "6001");
  test_ask (janus, "{\"request\":\"destroy\",\"room\":6001}");
  check_fails (guest, JANUS_ERROR, JANUS_ERROR_DESTROYED);
}
GST_END_TEST;

GST_START_TEST (being_kicked_is_told_to_whom_it_concerns)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  Guest *guest, *other;

  test_ask (janus, "{\"request\":\"create\",\"room\":6002}");
  guest = guest_join (test_janus_get_endpoint (janus), "6002");
  other = guest_join (test_janus_get_endpoint (janus), "6002");
  test_ask (janus, "{\"request\":\"kick\",\"room\":6002,\"id\":%s}", guest->id);
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
guests_suite (void)
{
  Suite *s = suite_create ("guests");
  TCase *rooms = tcase_create ("rooms");

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

GST_CHECK_MAIN (guests);
