/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjrtimeline.c - what time becomes of RTP timestamps and arrival times. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/check/gstcheck.h>

#include "mjrtimeline.h"

#define RATE 48000
#define PACKET 960 /* 20 ms */

static MjrTimeline line;

static void
set_up (void)
{
  line = (MjrTimeline){.clock_rate = RATE};
}

static void
set_up_arrival (void)
{
  line = (MjrTimeline){.clock_rate = RATE, .has_arrival = TRUE};
}

/* In milliseconds. */
static gint64
next (guint32 timestamp, guint32 arrival)
{
  return mjr_timeline_next (&line, timestamp, arrival) / 1000000;
}

GST_START_TEST (time_counts_from_the_first_packet)
{
  fail_unless_equals_int64 (next (4000000000u, 0), 0);
  fail_unless_equals_int64 (next (4000000000u + PACKET, 0), 20);
  fail_unless_equals_int64 (next (4000000000u + 3 * PACKET, 0), 60);
  fail_unless_equals_int64 (next (4000000000u + 2 * PACKET, 0), 40);
  fail_unless_equals_int64 (next (4000000000u - PACKET, 0), -20);
}
GST_END_TEST;

GST_START_TEST (wraps_are_no_jumps)
{
  guint32 timestamp = 0xffffff00u;

  /* Twice around, in steps of half an hour. */
  for (gint64 i = 0; i < 100; i++) {
    fail_unless_equals_int64 (next (timestamp, 0), i * 1800 * 1000);
    timestamp += 1800u * RATE;
  }
  fail_unless_equals_int (line.resets, 0);
}
GST_END_TEST;

GST_START_TEST (a_reset_goes_on_where_it_was)
{
  next (1000000000u, 0);
  next (1000000000u + PACKET, 0);
  fail_unless_equals_int64 (next (17, 0), 40);
  fail_unless_equals_int64 (next (17 + PACKET, 0), 60);
  /* More than an hour ahead is a reset, too. */
  fail_unless_equals_int64 (next (1000000000u, 0), 80);
  fail_unless_equals_int (line.resets, 2);
}
GST_END_TEST;

GST_START_TEST (arrival_tells_how_long_a_reset_took)
{
  next (1000000000u, 0);
  next (1000000000u + PACKET, 20);
  fail_unless_equals_int64 (next (17, 30020), 30020);
  fail_unless_equals_int64 (next (17 + PACKET, 30040), 30040);
  fail_unless_equals_int64 (next (3000000000u, 30060), 30060);
  fail_unless_equals_int (line.resets, 2);
}
GST_END_TEST;

GST_START_TEST (silence_is_no_reset)
{
  next (0, 0);
  fail_unless_equals_int64 (next (7200u * RATE, 7200 * 1000), 7200 * 1000);
  fail_unless_equals_int (line.resets, 0);
}
GST_END_TEST;

GST_START_TEST (packets_that_queued_keep_their_times)
{
  /* Nothing for two seconds, then all at once. */
  for (guint32 i = 0; i < 100; i++)
    fail_unless_equals_int64 (next (i * PACKET, 0), i * 20);
  for (guint32 i = 100; i < 1000; i++) {
    gint64 time = next (i * PACKET, MAX (i * 20, 4000));

    fail_unless (ABS (time - i * 20) <= 10);
  }
  fail_unless_equals_int (line.resets, 0);
}
GST_END_TEST;

GST_START_TEST (a_pause_that_the_timestamps_do_not_show_is_one)
{
  gint64 time = 0;

  for (guint32 i = 0; i < 500; i++)
    next (i * PACKET, i * 20);
  /* As when the recorder was paused for a minute. */
  for (guint32 i = 500; i < 1000; i++)
    time = next (i * PACKET, 60000 + i * 20);
  fail_unless (ABS (time - (60000 + 999 * 20)) <= 10);
}
GST_END_TEST;

/* 200 ppm, for two hours, with up to 30 ms of jitter: what is heard stays with what is seen. */
GST_START_TEST (a_clock_that_runs_fast_or_slow_is_corrected)
{
  GRand *rand = g_rand_new_with_seed (3);
  gint64 worst = 0, backwards = 0, last = 0;

  for (guint32 i = 0; i < 2 * 3600 * 50; i++) {
    gint64 real = (gint64) i * 20;
    gint64 ticks = (gint64) i * PACKET + (__i__ * (gint64) i * PACKET) / 5000;
    guint32 jitter = i == 0 ? 0 : (guint32) g_rand_int_range (rand, 0, 30);
    gint64 time = next ((guint32) ticks, (guint32) real + jitter);

    worst = MAX (worst, ABS (time - real));
    backwards = MAX (backwards, last - time);
    last = time;
  }
  g_rand_free (rand);
  fail_unless (backwards <= 3);
  fail_unless (worst <= 10, "%" G_GINT64_FORMAT " ms", worst);
  fail_unless_equals_int (line.resets, 0);
}
GST_END_TEST;

GST_START_TEST (numbers_of_a_hostile_file_never_overflow)
{
  GRand *rand = g_rand_new_with_seed (5);
  gint64 most = 0;

  for (guint i = 0; i < 2000000; i++) {
    guint32 timestamp = g_rand_int (rand), arrival = g_rand_int (rand);

    /* The largest steps there are. */
    if (i % 3 == 0) {
      timestamp = i * 0x7fffffffu;
      arrival = i * 0x7fffffffu;
    }
    most = MAX (most, ABS (mjr_timeline_next (&line, timestamp, arrival)));
  }
  g_rand_free (rand);
  fail_unless (most < G_MAXINT64 / 2);
}
GST_END_TEST;

static Suite *
mjrtimeline_suite (void)
{
  Suite *s = suite_create ("mjrtimeline");
  TCase *tc = tcase_create ("without arrival times");

  tcase_add_checked_fixture (tc, set_up, NULL);
  tcase_add_test (tc, time_counts_from_the_first_packet);
  tcase_add_test (tc, wraps_are_no_jumps);
  tcase_add_test (tc, a_reset_goes_on_where_it_was);
  tcase_add_test (tc, numbers_of_a_hostile_file_never_overflow);
  suite_add_tcase (s, tc);

  tc = tcase_create ("with arrival times");
  tcase_add_checked_fixture (tc, set_up_arrival, NULL);
  tcase_add_test (tc, arrival_tells_how_long_a_reset_took);
  tcase_add_test (tc, silence_is_no_reset);
  tcase_add_test (tc, packets_that_queued_keep_their_times);
  tcase_add_test (tc, a_pause_that_the_timestamps_do_not_show_is_one);
  tcase_add_loop_test (tc, a_clock_that_runs_fast_or_slow_is_corrected, -1, 2);
  tcase_add_test (tc, numbers_of_a_hostile_file_never_overflow);
  suite_add_tcase (s, tc);
  return s;
}

GST_CHECK_MAIN (mjrtimeline);
