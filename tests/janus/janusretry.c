/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is tried again, how soon, and how often. */

#include <gst/check/gstcheck.h>

#include "januserror.h"
#include "janusretry.h"

#define SECOND G_GINT64_CONSTANT (1000000000)

static const JanusRetryConfig for_ever = {
    .enabled = TRUE, .max_attempts = -1, .min_delay = SECOND / 2, .max_delay = 5 * SECOND};

/* One failure with CODE of DOMAIN and TEXT at NOW; its delay is not asked for. */
static JanusRetryVerdict
fail_with (JanusRetry *retry, const JanusRetryConfig *config, GQuark domain, gint code,
    const gchar *text, gint64 now)
{
  g_autoptr (GError) error = g_error_new_literal (domain, code, text);
  guint64 delay = 0;

  return janus_retry_failed (retry, config, error, now, 0.5, &delay);
}

static JanusRetryVerdict
fail_once (JanusRetry *retry, const JanusRetryConfig *config, GQuark domain, gint code, gint64 now)
{
  return fail_with (retry, config, domain, code, "failed", now);
}

/* What comes of a refusal at the first attempt, and after it has worked. */
static void
check_refusal (gint code, const gchar *text, JanusRetryVerdict before, JanusRetryVerdict after)
{
  JanusRetry retry = JANUS_RETRY_INIT;

  assert_equals_int (fail_with (&retry, &for_ever, JANUS_REFUSAL, code, text, 0), before);
  janus_retry_succeeded (&retry, 1);
  assert_equals_int (fail_with (&retry, &for_ever, JANUS_REFUSAL, code, text, 2), after);
}

static guint64
next_delay_after (
    JanusRetry *retry, const JanusRetryConfig *config, JanusError code, gint64 now, gdouble chance)
{
  g_autoptr (GError) error = g_error_new_literal (JANUS_ERROR, code, "failed");
  guint64 delay = G_MAXUINT64;

  fail_unless (janus_retry_failed (retry, config, error, now, chance, &delay) == JANUS_RETRY_AGAIN);
  return delay;
}

/* The delay of an attempt with CHANCE after the server could not be reached. */
static guint64
next_delay (JanusRetry *retry, const JanusRetryConfig *config, gint64 now, gdouble chance)
{
  return next_delay_after (retry, config, JANUS_ERROR_UNREACHABLE, now, chance);
}

GST_START_TEST (what_comes_back_by_itself_is_tried_again_from_the_first_time_on)
{
  static const gint errors[] = {JANUS_ERROR_UNREACHABLE, JANUS_ERROR_TIMEOUT, JANUS_ERROR_CLOSED,
      JANUS_ERROR_ICE, JANUS_ERROR_NO_WAY, JANUS_ERROR_HANDSHAKE, JANUS_ERROR_SRTP,
      JANUS_ERROR_MEDIA, JANUS_ERROR_DESTROYED, JANUS_ERROR_NO_MEDIA};
  static const gint refusals[] = {426, 428, 432, 458, 459, 461, 462, 468, 471, 472, 490, 499};
  guint i;

  for (i = 0; i < G_N_ELEMENTS (errors); i++) {
    JanusRetry retry = JANUS_RETRY_INIT;

    assert_equals_int (fail_once (&retry, &for_ever, JANUS_ERROR, errors[i], 0), JANUS_RETRY_AGAIN);
  }
  for (i = 0; i < G_N_ELEMENTS (refusals); i++) {
    JanusRetry retry = JANUS_RETRY_INIT;

    assert_equals_int (
        fail_once (&retry, &for_ever, JANUS_REFUSAL, refusals[i], 0), JANUS_RETRY_AGAIN);
  }
}
GST_END_TEST;

GST_START_TEST (what_would_end_the_same_way_is_never_tried_again)
{
  static const gint errors[] = {JANUS_ERROR_SETTINGS, JANUS_ERROR_CODEC, JANUS_ERROR_NO_FEED,
      JANUS_ERROR_NO_DATA, JANUS_ERROR_RECORD, JANUS_ERROR_NO_RECORDING};
  static const gint refusals[] = {416, 417, 420, 423, 429, 430, 431, 433, 438, 467};
  JanusRetry retry = JANUS_RETRY_INIT;
  guint i;

  /* Also if it has worked before. */
  janus_retry_succeeded (&retry, 0);
  for (i = 0; i < G_N_ELEMENTS (errors); i++)
    assert_equals_int (
        fail_once (&retry, &for_ever, JANUS_ERROR, errors[i], 1), JANUS_RETRY_GIVE_UP);
  for (i = 0; i < G_N_ELEMENTS (refusals); i++)
    assert_equals_int (
        fail_once (&retry, &for_ever, JANUS_REFUSAL, refusals[i], 1), JANUS_RETRY_GIVE_UP);
  assert_equals_int (
      fail_once (&retry, &for_ever, GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE, 1),
      JANUS_RETRY_GIVE_UP);
}
GST_END_TEST;

GST_START_TEST (a_certificate_and_an_answer_have_to_have_been_right_once)
{
  static const gint errors[] = {JANUS_ERROR_TLS, JANUS_ERROR_PROTOCOL};
  guint i;

  for (i = 0; i < G_N_ELEMENTS (errors); i++) {
    JanusRetry retry = JANUS_RETRY_INIT;

    assert_equals_int (
        fail_once (&retry, &for_ever, JANUS_ERROR, errors[i], 0), JANUS_RETRY_GIVE_UP);
    janus_retry_succeeded (&retry, 0);
    assert_equals_int (fail_once (&retry, &for_ever, JANUS_ERROR, errors[i], 1), JANUS_RETRY_AGAIN);
  }
}
GST_END_TEST;

/* An administrator gives them at run time, and a restart of the server forgets them. */
GST_START_TEST (who_was_let_in_before_asks_again)
{
  check_refusal (403, "Unauthorized request (wrong or missing secret/token)", JANUS_RETRY_GIVE_UP,
      JANUS_RETRY_AGAIN);
  check_refusal (405, "Provided token can't access plugin", JANUS_RETRY_GIVE_UP, JANUS_RETRY_AGAIN);
  check_refusal (433, "Janus refuses: Unauthorized (not in the allowed list) (433)",
      JANUS_RETRY_GIVE_UP, JANUS_RETRY_AGAIN);
  check_refusal (433, "Janus refuses: Unauthorized (wrong token) (433)", JANUS_RETRY_GIVE_UP,
      JANUS_RETRY_AGAIN);
  check_refusal (433,
      "Janus refuses: Unauthorized (this room requires a valid private_id) "
      "(433)",
      JANUS_RETRY_GIVE_UP, JANUS_RETRY_AGAIN);
  /* A plugin that a server does not load, and codes that are nowhere. */
  check_refusal (460, "No such plugin", JANUS_RETRY_GIVE_UP, JANUS_RETRY_AGAIN);
  check_refusal (465, "Error processing SDP", JANUS_RETRY_GIVE_UP, JANUS_RETRY_AGAIN);
  check_refusal (7, "whatever", JANUS_RETRY_GIVE_UP, JANUS_RETRY_AGAIN);
}
GST_END_TEST;

GST_START_TEST (one_code_of_several_meanings_is_told_apart_by_its_text)
{
  check_refusal (433, "Janus refuses: Unauthorized (wrong pin) (433)", JANUS_RETRY_GIVE_UP,
      JANUS_RETRY_GIVE_UP);
  check_refusal (433, "Janus refuses: Room requires end-to-end encrypted media (433)",
      JANUS_RETRY_GIVE_UP, JANUS_RETRY_GIVE_UP);
  check_refusal (433, "Janus refuses: Unauthorized, you have been kicked (433)",
      JANUS_RETRY_GIVE_UP, JANUS_RETRY_GIVE_UP);
  /* Of a feed that is in the room and publishes nothing yet; and of our own. */
  check_refusal (437, "Janus refuses: Can't offer an SDP with no stream (437)", JANUS_RETRY_AGAIN,
      JANUS_RETRY_AGAIN);
  check_refusal (
      437, "Janus refuses: Error parsing offer (437)", JANUS_RETRY_GIVE_UP, JANUS_RETRY_AGAIN);
}
GST_END_TEST;

GST_START_TEST (who_is_kicked_comes_back_only_if_told_so)
{
  JanusRetryConfig config = for_ever;
  JanusRetry retry = JANUS_RETRY_INIT;

  assert_equals_int (
      fail_once (&retry, &config, JANUS_ERROR, JANUS_ERROR_KICKED, 0), JANUS_RETRY_GIVE_UP);
  config.when_kicked = TRUE;
  assert_equals_int (
      fail_once (&retry, &config, JANUS_ERROR, JANUS_ERROR_KICKED, 0), JANUS_RETRY_AGAIN);
  /* So are we told if it happens between joining and publishing. */
  assert_equals_int (fail_with (&retry, &config, JANUS_REFUSAL, 433,
                         "Janus refuses: Unauthorized, you have been kicked (433)", 0),
      JANUS_RETRY_AGAIN);
}
GST_END_TEST;

GST_START_TEST (without_reconnect_nothing_is_tried_again)
{
  JanusRetryConfig config = for_ever;
  JanusRetry retry = JANUS_RETRY_INIT;

  config.enabled = FALSE;
  janus_retry_succeeded (&retry, 0);
  assert_equals_int (
      fail_once (&retry, &config, JANUS_ERROR, JANUS_ERROR_CLOSED, 1), JANUS_RETRY_GIVE_UP);
}
GST_END_TEST;

GST_START_TEST (delays_double_up_to_their_bound)
{
  static const gint64 most[] = {SECOND / 2, SECOND, 2 * SECOND, 4 * SECOND, 5 * SECOND, 5 * SECOND};
  JanusRetry retry = JANUS_RETRY_INIT;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (most); i++) {
    assert_equals_uint64 (next_delay (&retry, &for_ever, 0, 1.0), most[i]);
    assert_equals_int (retry.attempts, i + 1);
  }
}
GST_END_TEST;

GST_START_TEST (who_was_but_unlucky_does_not_wait_for_the_attempts_before)
{
  JanusRetry retry = JANUS_RETRY_INIT;
  guint i;

  for (i = 0; i < 10; i++)
    next_delay (&retry, &for_ever, 0, 1);
  assert_equals_uint64 (
      next_delay_after (&retry, &for_ever, JANUS_ERROR_HANDSHAKE, 0, 1), SECOND / 8);

  assert_equals_uint64 (next_delay_after (&retry, &for_ever, JANUS_ERROR_SRTP, 0, 1), SECOND / 4);
  /* That often it is no bad luck. */
  assert_equals_uint64 (next_delay_after (&retry, &for_ever, JANUS_ERROR_SRTP, 0, 1), 2 * SECOND);
  assert_equals_uint64 (next_delay (&retry, &for_ever, 0, 1), 5 * SECOND);
  assert_equals_uint64 (next_delay_after (&retry, &for_ever, JANUS_ERROR_SRTP, 0, 1), SECOND / 8);
  janus_retry_succeeded (&retry, 0);
  assert_equals_uint64 (
      next_delay_after (&retry, &for_ever, JANUS_ERROR_SRTP, 5 * SECOND, 1), SECOND / 8);
  assert_equals_uint64 (retry.attempts, 1);
}
GST_END_TEST;

static void
assert_patience (
    const JanusRetry *retry, const JanusRetryConfig *config, guint handshake, guint idle)
{
  JanusPatience patience = janus_retry_get_patience (retry, config, 0);

  assert_equals_int (patience.way, handshake > 0 ? 850 : 0);
  assert_equals_int (patience.handshake, handshake);
  assert_equals_int (patience.idle, idle);
}

GST_START_TEST (what_gets_stuck_has_longer_the_next_time)
{
  JanusRetry retry = JANUS_RETRY_INIT;
  static const guint handshakes[] = {1250, 1250, 2500, 5000, 10000, 10000};

  for (guint i = 0; i < G_N_ELEMENTS (handshakes); i++) {
    assert_patience (&retry, &for_ever, handshakes[i], 2000);
    fail_once (&retry, &for_ever, JANUS_ERROR, JANUS_ERROR_HANDSHAKE, 0);
  }
  /* A way that is not found says nothing of handshakes, nor does a server that is not there. */
  janus_retry_succeeded (&retry, 0);
  fail_once (&retry, &for_ever, JANUS_ERROR, JANUS_ERROR_UNREACHABLE, 0);
  assert_patience (&retry, &for_ever, 1250, 2000);
  fail_once (&retry, &for_ever, JANUS_ERROR, JANUS_ERROR_ICE, 0);
  assert_patience (&retry, &for_ever, 1250, 0);
  janus_retry_succeeded (&retry, 0);
  assert_patience (&retry, &for_ever, 1250, 2000);
}
GST_END_TEST;

GST_START_TEST (a_way_that_is_not_found_has_longer_and_then_as_long_as_it_takes)
{
  JanusRetry retry = JANUS_RETRY_INIT;
  static const guint ways[] = {1350, 2350, 0, 0};

  for (guint i = 0; i < G_N_ELEMENTS (ways); i++) {
    assert_equals_int (janus_retry_get_patience (&retry, &for_ever, 100).way, ways[i]);
    /* Which says nothing of ways. */
    fail_once (&retry, &for_ever, JANUS_ERROR, JANUS_ERROR_HANDSHAKE, 0);
    assert_equals_int (janus_retry_get_patience (&retry, &for_ever, 100).way, ways[i]);
    fail_once (&retry, &for_ever, JANUS_ERROR, JANUS_ERROR_NO_WAY, 0);
  }
  /* Nor does stopping in between. */
  janus_retry_reset (&retry);
  assert_equals_int (janus_retry_get_patience (&retry, &for_ever, 100).way, 0);
  assert_equals_int (janus_retry_get_patience (&retry, &for_ever, 100).handshake, 1550);
  janus_retry_succeeded (&retry, 0);
  assert_equals_int (janus_retry_get_patience (&retry, &for_ever, 100).way, ways[0]);
}
GST_END_TEST;

GST_START_TEST (a_way_and_a_handshake_have_time_for_their_round_trips)
{
  static const struct {
    guint round_trip;
    guint way;
    guint handshake;
  } cases[] = {{0, 850, 1250}, {1, 855, 1253}, {100, 1350, 1550}, {600, 3850, 3050},
      {2000, 10850, 7250}, {G_MAXUINT, 10850, 7250}};
  JanusRetry retry = JANUS_RETRY_INIT;
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    JanusPatience patience = janus_retry_get_patience (&retry, &for_ever, cases[i].round_trip);

    assert_equals_int (patience.way, cases[i].way);
    assert_equals_int (patience.handshake, cases[i].handshake);
    fail_unless (patience.quick < patience.way);
  }
  retry.stuck = 2;
  assert_equals_int (janus_retry_get_patience (&retry, &for_ever, 100).handshake, 3100);
}
GST_END_TEST;

GST_START_TEST (the_last_attempt_has_all_the_time)
{
  JanusRetryConfig config = for_ever;
  JanusRetry retry = JANUS_RETRY_INIT;

  config.max_attempts = 1;
  assert_patience (&retry, &config, 1250, 2000);
  fail_once (&retry, &config, JANUS_ERROR, JANUS_ERROR_HANDSHAKE, 0);
  assert_patience (&retry, &config, 0, 0);
  config.enabled = FALSE;
  retry = JANUS_RETRY_INIT;
  assert_patience (&retry, &config, 0, 0);
  /* What it shows is for later ones. */
  assert_equals_int (janus_retry_get_patience (&retry, &config, 100).quick, 1300);
}
GST_END_TEST;

GST_START_TEST (chance_spreads_a_delay_over_its_upper_half)
{
  JanusRetry retry = JANUS_RETRY_INIT;
  guint i;

  assert_equals_uint64 (next_delay (&retry, &for_ever, 0, 0.0), SECOND / 4);
  assert_equals_uint64 (next_delay (&retry, &for_ever, 0, 0.5), SECOND * 3 / 4);
  for (i = 0; i < 1000; i++) {
    guint64 delay = next_delay (&retry, &for_ever, 0, g_random_double ());

    fail_unless (delay >= (guint64) SECOND && delay <= (guint64) (5 * SECOND));
  }
}
GST_END_TEST;

GST_START_TEST (bounds_that_make_no_sense_do_no_harm)
{
  JanusRetryConfig config = for_ever;
  JanusRetry retry = JANUS_RETRY_INIT;
  guint i;

  config.min_delay = 10 * SECOND;
  assert_equals_uint64 (next_delay (&retry, &config, 0, 1.0), 5 * SECOND);
  config.min_delay = 0;
  assert_equals_uint64 (next_delay (&retry, &config, 0, 1.0), 0);
  config.max_delay = 0;
  assert_equals_uint64 (next_delay (&retry, &config, 0, 1.0), 0);
  config.min_delay = 1;
  config.max_delay = G_MAXUINT64;
  for (i = 0; i < 200; i++)
    next_delay (&retry, &config, 0, 1.0);
}
GST_END_TEST;

GST_START_TEST (attempts_in_a_row_are_counted_up_to_their_number)
{
  JanusRetryConfig config = for_ever;
  JanusRetry retry = JANUS_RETRY_INIT;
  guint i;

  config.max_attempts = 3;
  for (i = 0; i < 3; i++)
    next_delay (&retry, &config, 0, 1.0);
  assert_equals_int (
      fail_once (&retry, &config, JANUS_ERROR, JANUS_ERROR_UNREACHABLE, 0), JANUS_RETRY_GIVE_UP);

  config.max_attempts = 0;
  retry = JANUS_RETRY_INIT;
  assert_equals_int (
      fail_once (&retry, &config, JANUS_ERROR, JANUS_ERROR_UNREACHABLE, 0), JANUS_RETRY_GIVE_UP);
}
GST_END_TEST;

GST_START_TEST (a_connection_that_has_held_begins_anew_and_one_that_flaps_does_not)
{
  JanusRetry retry = JANUS_RETRY_INIT;

  next_delay (&retry, &for_ever, 0, 1.0);
  next_delay (&retry, &for_ever, 0, 1.0);
  janus_retry_succeeded (&retry, SECOND);
  assert_equals_uint64 (next_delay (&retry, &for_ever, 2 * SECOND, 1.0), 2 * SECOND);
  janus_retry_succeeded (&retry, 3 * SECOND);
  assert_equals_uint64 (next_delay (&retry, &for_ever, 8 * SECOND, 1.0), SECOND / 2);
}
GST_END_TEST;

GST_START_TEST (an_id_that_is_taken_is_waited_for_within_bounds)
{
  JanusRetryConfig config = for_ever;
  JanusRetry retry = JANUS_RETRY_INIT;
  const gint64 patience = (gint64) JANUS_RETRY_TAKEN_PATIENCE;

  assert_equals_int (fail_once (&retry, &config, JANUS_REFUSAL, 436, SECOND), JANUS_RETRY_AGAIN);
  assert_equals_int (fail_once (&retry, &config, JANUS_REFUSAL, 436, patience), JANUS_RETRY_AGAIN);
  /* That it was not even asked for tells nothing. */
  fail_once (&retry, &config, JANUS_ERROR, JANUS_ERROR_UNREACHABLE, patience + 1);
  assert_equals_int (
      fail_once (&retry, &config, JANUS_REFUSAL, 436, patience + SECOND), JANUS_RETRY_AGAIN);
  assert_equals_int (fail_once (&retry, &config, JANUS_REFUSAL, 436, 2 * patience + SECOND),
      JANUS_RETRY_AGAIN_AS_ANOTHER);

  config.id_is_ours = TRUE;
  assert_equals_int (
      fail_once (&retry, &config, JANUS_REFUSAL, 436, 2 * patience + SECOND), JANUS_RETRY_GIVE_UP);
  janus_retry_succeeded (&retry, 2 * patience + 2 * SECOND);
  assert_equals_int (fail_once (&retry, &config, JANUS_REFUSAL, 436, 2 * patience + 3 * SECOND),
      JANUS_RETRY_AGAIN);
}
GST_END_TEST;

/* Whoever has taken it goes some day, and then the publisher is wanted where it always was. */
GST_START_TEST (who_had_an_id_before_waits_for_it_at_the_longest_delay)
{
  JanusRetryConfig config = for_ever;
  JanusRetry retry = JANUS_RETRY_INIT;
  const gint64 patience = (gint64) JANUS_RETRY_TAKEN_PATIENCE;
  g_autoptr (GError) error = g_error_new_literal (JANUS_REFUSAL, 436, "taken");
  guint64 delay = 0;
  gint64 day;

  config.id_is_ours = TRUE;
  janus_retry_succeeded (&retry, 0);
  assert_equals_int (fail_once (&retry, &config, JANUS_REFUSAL, 436, 0), JANUS_RETRY_AGAIN);
  for (day = 0; day < 365; day++) {
    assert_equals_int (janus_retry_failed (&retry, &config, error,
                           patience + day * 24 * 3600 * SECOND, 1.0, &delay),
        JANUS_RETRY_AGAIN_THOUGH_TAKEN);
    assert_equals_uint64 (delay, config.max_delay);
  }
  config.max_attempts = (gint) retry.attempts;
  assert_equals_int (
      fail_once (&retry, &config, JANUS_REFUSAL, 436, 2 * patience), JANUS_RETRY_GIVE_UP);
}
GST_END_TEST;

static Suite *
janusretry_suite (void)
{
  Suite *s = suite_create ("janusretry");
  TCase *tc = tcase_create ("janusretry");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, what_comes_back_by_itself_is_tried_again_from_the_first_time_on);
  tcase_add_test (tc, what_would_end_the_same_way_is_never_tried_again);
  tcase_add_test (tc, a_certificate_and_an_answer_have_to_have_been_right_once);
  tcase_add_test (tc, who_was_let_in_before_asks_again);
  tcase_add_test (tc, one_code_of_several_meanings_is_told_apart_by_its_text);
  tcase_add_test (tc, who_is_kicked_comes_back_only_if_told_so);
  tcase_add_test (tc, without_reconnect_nothing_is_tried_again);
  tcase_add_test (tc, delays_double_up_to_their_bound);
  tcase_add_test (tc, who_was_but_unlucky_does_not_wait_for_the_attempts_before);
  tcase_add_test (tc, what_gets_stuck_has_longer_the_next_time);
  tcase_add_test (tc, a_way_that_is_not_found_has_longer_and_then_as_long_as_it_takes);
  tcase_add_test (tc, a_way_and_a_handshake_have_time_for_their_round_trips);
  tcase_add_test (tc, the_last_attempt_has_all_the_time);
  tcase_add_test (tc, chance_spreads_a_delay_over_its_upper_half);
  tcase_add_test (tc, bounds_that_make_no_sense_do_no_harm);
  tcase_add_test (tc, attempts_in_a_row_are_counted_up_to_their_number);
  tcase_add_test (tc, a_connection_that_has_held_begins_anew_and_one_that_flaps_does_not);
  tcase_add_test (tc, an_id_that_is_taken_is_waited_for_within_bounds);
  tcase_add_test (tc, who_had_an_id_before_waits_for_it_at_the_longest_delay);
  return s;
}

GST_CHECK_MAIN (janusretry);
