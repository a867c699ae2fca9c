/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a jitter buffer asks for in vain is told once two attempts have had their time, whatever the
 * round-trip time. */

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/rtp/rtp.h>

#include "gstjanusmissing.h"

/* How often a jitter buffer asks, milliseconds, and for how long. */
#define PERIOD 40
#define LATENCY 800

/* Milliseconds that two attempts take beside a round-trip time, and that is until it is known. */
#define PATIENCE 260
#define UNKNOWN 250

/* It stands for the jitter buffer: so each request is made when the test says. */
typedef struct {
  GstHarness *harness;
  GstPad *pad;
  guint told;
  guint told_at; /* milliseconds, the last time */
  gboolean destroyed;
} Fixture;

static guint
get_now (Fixture *f)
{
  g_autoptr (GstClock) clock = GST_CLOCK (gst_harness_get_testclock (f->harness));

  return (guint) GST_TIME_AS_MSECONDS (gst_clock_get_time (clock));
}

static void
on_in_vain (gpointer user_data)
{
  Fixture *f = user_data;

  f->told_at = get_now (f);
  f->told++;
}

static void
on_destroyed (gpointer user_data)
{
  ((Fixture *) user_data)->destroyed = TRUE;
}

static void
setup_fixture (Fixture *f)
{
  *f = (Fixture){.harness = gst_harness_new ("identity")};
  f->pad = gst_element_get_static_pad (f->harness->element, "sink");
  gst_janus_missing_watch (f->harness->element, on_in_vain, f, on_destroyed);
  gst_harness_set_src_caps_str (f->harness, "application/x-rtp");
}

static void
clear_fixture (Fixture *f)
{
  gst_object_unref (f->pad);
  gst_harness_teardown (f->harness);
  fail_unless (f->destroyed);
}

static void
go_to (Fixture *f, guint milliseconds)
{
  if (milliseconds > get_now (f))
    gst_harness_set_time (f->harness, milliseconds * GST_MSECOND);
}

static void
push_event (Fixture *f, GstStructure *s)
{
  gst_pad_push_event (f->pad, gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM, s));
}

static void
ask (Fixture *f, guint16 seqnum)
{
  push_event (f, gst_structure_new (
                     "GstRTPRetransmissionRequest", "seqnum", G_TYPE_UINT, (guint) seqnum, NULL));
}

/* For N packets from SEQNUM on, until milliseconds END. */
static void
ask_all_until (Fixture *f, guint16 seqnum, guint n, guint end)
{
  for (guint at = get_now (f); at < end; at += PERIOD) {
    go_to (f, at);
    for (guint i = 0; i < n; i++)
      ask (f, (guint16) (seqnum + i));
  }
}

static void
ask_until (Fixture *f, guint16 seqnum, guint end)
{
  ask_all_until (f, seqnum, 1, end);
}

static void
answer (Fixture *f, guint16 seqnum, guint milliseconds)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  GstBuffer *packet = gst_rtp_buffer_new_allocate (10, 0, 0);

  go_to (f, milliseconds);
  gst_rtp_buffer_map (packet, GST_MAP_WRITE, &rtp);
  gst_rtp_buffer_set_seq (&rtp, seqnum);
  gst_rtp_buffer_unmap (&rtp);
  fail_unless_equals_int (gst_harness_push (f->harness, packet), GST_FLOW_OK);
}

/* Asks for SEQNUM at BEGIN, and has it DURATION later. */
static void
ask_and_answer (Fixture *f, guint16 seqnum, guint begin, guint duration)
{
  go_to (f, begin);
  ask_until (f, seqnum, begin + duration);
  answer (f, seqnum, begin + duration);
}

/* Asks for SEQNUM from BEGIN on as long as a jitter buffer does. */
static void
lose (Fixture *f, guint16 seqnum, guint begin)
{
  go_to (f, begin);
  ask_until (f, seqnum, begin + LATENCY - PERIOD);
}

/* The last time: as soon as it is asked for again after PATIENCE and ROUND_TRIP. */
static void
assert_told (const Fixture *f, guint times, guint begin, guint round_trip)
{
  assert_equals_int (f->told, times);
  fail_unless (f->told_at >= begin + PATIENCE + round_trip, "%u ms", f->told_at - begin);
  fail_unless (f->told_at < begin + PATIENCE + round_trip + PERIOD, "%u ms", f->told_at - begin);
}

GST_START_TEST (what_is_asked_for_in_vain_is_told_once_before_it_is_given_up)
{
  Fixture f;

  setup_fixture (&f);
  ask_and_answer (&f, 10, 100, 30);
  lose (&f, 20, 1000);
  assert_told (&f, 1, 1000, 30);
  lose (&f, 21, 3000);
  assert_told (&f, 2, 3000, 30);
  clear_fixture (&f);
}
GST_END_TEST;

GST_START_TEST (before_the_round_trip_time_is_known_there_is_more_patience)
{
  Fixture f;

  setup_fixture (&f);
  lose (&f, 20, 1000);
  assert_told (&f, 1, 1000, UNKNOWN);
  clear_fixture (&f);
}
GST_END_TEST;

/* The jitter buffer itself does not learn it where it is longer than the time between two
 * requests. */
GST_START_TEST (what_comes_at_the_second_attempt_is_not_told_whatever_the_round_trip_time)
{
  static const guint round_trips[] = {1, 30, 100, 200, 240};

  for (guint i = 0; i < G_N_ELEMENTS (round_trips); i++) {
    guint round_trip = round_trips[i];
    Fixture f;

    setup_fixture (&f);
    for (guint n = 0; n < 20; n++) {
      /* Each fourth is sent again 200 ms later, at the next request. */
      ask_and_answer (
          &f, (guint16) n, 1000 + n * 1000, round_trip + (n % 4 == 0 ? 200 + PERIOD : 0));
      assert_equals_int (f.told, 0);
    }
    lose (&f, 100, 30000);
    assert_told (&f, 1, 30000, round_trip);
    clear_fixture (&f);
  }
}
GST_END_TEST;

GST_START_TEST (a_round_trip_time_that_gets_longer_is_learnt)
{
  Fixture f;

  setup_fixture (&f);
  ask_and_answer (&f, 10, 100, 30);
  for (guint n = 0; n < 8; n++)
    ask_and_answer (&f, (guint16) (20 + n), 1000 + n * 1000, 200);
  lose (&f, 100, 30000);
  assert_told (&f, 1, 30000, 200);
  clear_fixture (&f);
}
GST_END_TEST;

/* What helps the first of them helps all that were asked for before it was told. */
GST_START_TEST (what_was_lost_together_is_told_once)
{
  static const guint numbers[] = {2, 64, 65, 1000};

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    Fixture f;

    setup_fixture (&f);
    ask_and_answer (&f, 10, 100, 30);
    go_to (&f, 1000);
    ask_all_until (&f, 65500, numbers[i], 1000 + LATENCY - PERIOD);
    assert_told (&f, 1, 1000, 30);
    clear_fixture (&f);
  }
}
GST_END_TEST;

GST_START_TEST (a_sequence_number_that_comes_again_is_another_packet)
{
  Fixture f;

  setup_fixture (&f);
  ask_and_answer (&f, 10, 100, 30);
  go_to (&f, 1000);
  ask_until (&f, 20, 1100);
  go_to (&f, 60000);
  lose (&f, 20, 60000);
  assert_told (&f, 1, 60000, 30);
  clear_fixture (&f);
}
GST_END_TEST;

/* Where nothing is ever sent again, as it never comes to the server. */
GST_START_TEST (what_was_given_up_is_no_measure_when_its_number_comes_again)
{
  Fixture f;

  setup_fixture (&f);
  for (guint n = 0; n < 100; n++)
    lose (&f, (guint16) n, 1000 + n * 1000);
  assert_equals_int (f.told, 100);
  for (guint n = 0; n < 100; n++)
    answer (&f, (guint16) n, 600000 + n);
  lose (&f, 200, 700000);
  assert_told (&f, 101, 700000, UNKNOWN);
  clear_fixture (&f);
}
GST_END_TEST;

GST_START_TEST (time_that_begins_anew_silences_nothing)
{
  Fixture f;

  setup_fixture (&f);
  lose (&f, 20, 50000);
  assert_told (&f, 1, 50000, UNKNOWN);
  /* Running time is that of the clock less this. */
  gst_element_set_base_time (f.harness->element, 50000 * GST_MSECOND);
  lose (&f, 30, 52000);
  assert_told (&f, 2, 52000, UNKNOWN);
  clear_fixture (&f);
}
GST_END_TEST;

GST_START_TEST (what_is_no_request_and_no_packet_does_no_harm)
{
  Fixture f;

  setup_fixture (&f);
  ask (&f, 10);
  push_event (&f, gst_structure_new_empty ("GstRTPRetransmissionRequest"));
  push_event (
      &f, gst_structure_new ("GstRTPRetransmissionRequest", "seqnum", G_TYPE_STRING, "10", NULL));
  push_event (&f, gst_structure_new ("GstForceKeyUnit", "seqnum", G_TYPE_UINT, 10, NULL));
  gst_harness_push (f.harness, gst_buffer_new ());
  gst_harness_push (f.harness, gst_buffer_new_memdup ("\x80", 1));
  assert_equals_int (f.told, 0);
  clear_fixture (&f);
}
GST_END_TEST;

static Suite *
janusmissing_suite (void)
{
  Suite *s = suite_create ("janusmissing");
  TCase *tc = tcase_create ("missing");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, what_is_asked_for_in_vain_is_told_once_before_it_is_given_up);
  tcase_add_test (tc, before_the_round_trip_time_is_known_there_is_more_patience);
  tcase_add_test (tc, what_comes_at_the_second_attempt_is_not_told_whatever_the_round_trip_time);
  tcase_add_test (tc, a_round_trip_time_that_gets_longer_is_learnt);
  tcase_add_test (tc, what_was_lost_together_is_told_once);
  tcase_add_test (tc, a_sequence_number_that_comes_again_is_another_packet);
  tcase_add_test (tc, what_was_given_up_is_no_measure_when_its_number_comes_again);
  tcase_add_test (tc, time_that_begins_anew_silences_nothing);
  tcase_add_test (tc, what_is_no_request_and_no_packet_does_no_harm);
  return s;
}

GST_CHECK_MAIN (janusmissing);
