/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a jitter buffer asks for in vain is told while it still waits, and what was not sent yet is not. */

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>
#include <gst/rtp/rtp.h>

#include "gstjanusmissing.h"

#define LATENCY 600 /* milliseconds */
#define SPACING 20  /* of packets, milliseconds */
#define CLOCK_RATE 90000

typedef struct {
  GstHarness *harness;
  guint told;
  GstClockTime told_at; /* the last time */
  gboolean destroyed;
} Fixture;

static GstClockTime
get_now (Fixture *f)
{
  g_autoptr (GstClock) clock = GST_CLOCK (gst_harness_get_testclock (f->harness));

  return gst_clock_get_time (clock);
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
  *f = (Fixture){.harness = gst_harness_new ("rtpjitterbuffer")};
  gst_janus_missing_watch (f->harness->element, on_in_vain, f, on_destroyed);
  g_object_set (f->harness->element, "latency", LATENCY, "do-lost", TRUE, "do-retransmission", TRUE,
      "rtx-next-seqnum", TRUE, NULL);
  gst_harness_set_src_caps_str (
      f->harness, "application/x-rtp,media=video,clock-rate=90000,payload=96,encoding-name=VP8");
}

static void
clear_fixture (Fixture *f)
{
  gst_harness_teardown (f->harness);
  fail_unless (f->destroyed);
}

/* Lets happen whatever is due until then, in order; there has to be something that is due later. */
static void
run_until (Fixture *f, guint milliseconds)
{
  GstTestClock *clock = gst_harness_get_testclock (f->harness);
  GstClockTime due = 0;

  for (;;) {
    GstClockID id = NULL;

    /* When it waits for the next, it has done with the one before. */
    fail_unless (gst_harness_wait_for_clock_id_waits (f->harness, 1, 60));
    fail_unless (gst_test_clock_peek_next_pending_id (clock, &id));
    due = gst_clock_id_get_time (id);
    gst_clock_id_unref (id);
    if (due > milliseconds * GST_MSECOND)
      break;
    fail_unless (gst_harness_crank_single_clock_wait (f->harness));
  }
  gst_object_unref (clock);
}

static void
push (Fixture *f, guint16 seqnum, guint milliseconds)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  GstBuffer *packet = gst_rtp_buffer_new_allocate (10, 0, 0);

  gst_rtp_buffer_map (packet, GST_MAP_WRITE, &rtp);
  gst_rtp_buffer_set_payload_type (&rtp, 96);
  gst_rtp_buffer_set_seq (&rtp, seqnum);
  gst_rtp_buffer_set_timestamp (&rtp, milliseconds * (CLOCK_RATE / 1000));
  gst_rtp_buffer_set_ssrc (&rtp, 0x1234);
  gst_rtp_buffer_unmap (&rtp);
  GST_BUFFER_DTS (packet) = milliseconds * GST_MSECOND;
  fail_unless_equals_int (gst_harness_push (f->harness, packet), GST_FLOW_OK);
}

/* Packets FIRST to END - 1, each of its time, but for those from LOST to LOST_END - 1. Sequence numbers begin with BASE. */
static void
push_all (Fixture *f, guint16 base, guint first, guint end, guint lost, guint lost_end)
{
  for (guint i = first; i < end; i++) {
    if (i < lost || i >= lost_end)
      push (f, (guint16) (base + i), i * SPACING);
  }
}

static void
check_in_vain (guint16 base)
{
  Fixture f;

  setup_fixture (&f);
  push_all (&f, base, 0, 60, 20, 21);
  run_until (&f, 20 * SPACING + LATENCY);
  assert_equals_int (f.told, 1);
  /* After two attempts of Janus, and well before the jitter buffer gives up. */
  fail_unless (f.told_at >= (20 * SPACING + 250) * GST_MSECOND);
  fail_unless (f.told_at < (20 * SPACING + 400) * GST_MSECOND);
  clear_fixture (&f);
}

GST_START_TEST (what_is_asked_for_in_vain_is_told_once_before_it_is_given_up)
{
  check_in_vain (1000);
}
GST_END_TEST;

GST_START_TEST (sequence_numbers_may_begin_anew_meanwhile)
{
  check_in_vain ((guint16) (65535 - 20));
  check_in_vain ((guint16) (65535 - 19));
  check_in_vain ((guint16) (65535 - 22));
}
GST_END_TEST;

GST_START_TEST (what_comes_in_time_is_not_told)
{
  Fixture f;

  setup_fixture (&f);
  push_all (&f, 1000, 0, 60, 20, 21);
  run_until (&f, 20 * SPACING + 200);
  push (&f, 1020, 20 * SPACING + 200);
  run_until (&f, 20 * SPACING + LATENCY);
  assert_equals_int (f.told, 0);
  clear_fixture (&f);
}
GST_END_TEST;

/* What helps the first of them helps all that were lost before it was told. */
GST_START_TEST (several_that_were_lost_together_are_told_once)
{
  Fixture f;

  setup_fixture (&f);
  push_all (&f, 1000, 0, 60, 20, 25);
  run_until (&f, 25 * SPACING + LATENCY);
  assert_equals_int (f.told, 1);
  /* And one that is lost later is told again. */
  push_all (&f, 1000, 60, 120, 70, 71);
  run_until (&f, 70 * SPACING + LATENCY);
  assert_equals_int (f.told, 2);
  clear_fixture (&f);
}
GST_END_TEST;

/* A screen on which nothing moves: the jitter buffer asks for the next packet all the same. */
GST_START_TEST (what_was_not_sent_yet_is_not_missing)
{
  Fixture f;

  setup_fixture (&f);
  push_all (&f, 1000, 0, 20, 0, 0);
  run_until (&f, 20 * SPACING + LATENCY - 100);
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
  tcase_add_test (tc, sequence_numbers_may_begin_anew_meanwhile);
  tcase_add_test (tc, what_comes_in_time_is_not_told);
  tcase_add_test (tc, several_that_were_lost_together_are_told_once);
  tcase_add_test (tc, what_was_not_sent_yet_is_not_missing);
  return s;
}

GST_CHECK_MAIN (janusmissing);
