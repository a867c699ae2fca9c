/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What time a server has, as its reports have told it. */

#include <gst/check/gstcheck.h>

#include "janusclock.h"

#define SECOND ((gint64) G_USEC_PER_SEC)
#define DLSR(seconds) ((guint32) ((seconds) *65536))
#define START (1000 * SECOND)

/* That a report with LSR is told to have come SECONDS before, or up to one in 2000 less. */
static void
assert_tells (JanusClock *clock, gint64 now, guint32 lsr, gdouble seconds)
{
  guint8 round_trip[JANUS_CLOCK_SIZE];
  guint32 dlsr;

  fail_unless (janus_clock_tell (clock, now, round_trip));
  fail_unless_equals_uint64_hex (GST_READ_UINT32_BE (round_trip), lsr);
  dlsr = GST_READ_UINT32_BE (round_trip + 4);
  fail_unless (dlsr <= DLSR (seconds) && dlsr + 1 >= DLSR (seconds * 1999 / 2000),
      "%g s, told as %g s", seconds, dlsr / 65536.0);
}

static void
assert_knows_nothing (JanusClock *clock, gint64 now)
{
  guint8 round_trip[JANUS_CLOCK_SIZE];

  fail_if (janus_clock_tell (clock, now, round_trip));
}

GST_START_TEST (a_report_grows_older)
{
  JanusClock *clock = janus_clock_new ();

  janus_clock_note (clock, 0x89abcdef, DLSR (0.25), START);
  assert_tells (clock, START, 0x89abcdef, 0.25);
  assert_tells (clock, START + SECOND / 2, 0x89abcdef, 0.75);
  assert_tells (clock, START + 100 * SECOND, 0x89abcdef, 100.25);
  janus_clock_unref (clock);
}
GST_END_TEST;

GST_START_TEST (the_newest_report_is_told_whichever_is_noted_last)
{
  JanusClock *clock = janus_clock_new ();

  janus_clock_note (clock, 1, 0, START);
  janus_clock_note (clock, 2, DLSR (0.5), START + SECOND);
  assert_tells (clock, START + SECOND, 2, 0.5);
  janus_clock_note (clock, 3, DLSR (0.75), START + SECOND);
  assert_tells (clock, START + SECOND, 2, 0.5);
  janus_clock_note (clock, 4, DLSR (0.25), START + SECOND);
  assert_tells (clock, START + SECOND, 4, 0.25);
  janus_clock_unref (clock);
}
GST_END_TEST;

/* As it is when it is sent. */
GST_START_TEST (a_report_that_is_told_and_noted_again_grows_no_younger)
{
  JanusClock *clock = janus_clock_new ();
  guint8 round_trip[JANUS_CLOCK_SIZE];
  gint64 now = START;

  janus_clock_note (clock, 1, 0, now);
  while (now < START + 100 * SECOND) {
    fail_unless (janus_clock_tell (clock, now, round_trip));
    now += 12345;
    janus_clock_note (clock, 1, GST_READ_UINT32_BE (round_trip + 4), now);
  }
  assert_tells (clock, START + 200 * SECOND, 1, 200);
  janus_clock_unref (clock);
}
GST_END_TEST;

GST_START_TEST (what_is_not_known_is_not_told)
{
  JanusClock *clock = janus_clock_new ();

  assert_knows_nothing (clock, START);
  janus_clock_note (clock, 0, DLSR (1), START);
  assert_knows_nothing (clock, START);
  janus_clock_note (clock, 1, 0, START);
  janus_clock_note (clock, 0, 0, START + SECOND);
  assert_tells (clock, START + SECOND, 1, 1);
  /* It has not come yet. */
  assert_knows_nothing (clock, START - 1);
  janus_clock_unref (clock);
}
GST_END_TEST;

GST_START_TEST (an_old_report_is_not_told)
{
  JanusClock *clock = janus_clock_new ();

  janus_clock_note (clock, 1, 0, START);
  assert_tells (clock, START + 600 * SECOND, 1, 600);
  assert_knows_nothing (clock, START + 600 * SECOND + 1);
  janus_clock_unref (clock);

  /* The most that DLSR may say: 18 hours. */
  clock = janus_clock_new ();
  janus_clock_note (clock, 2, G_MAXUINT32, START);
  assert_knows_nothing (clock, START);
  janus_clock_unref (clock);
}
GST_END_TEST;

static Suite *
janusclock_suite (void)
{
  Suite *s = suite_create ("janusclock");
  TCase *tc = tcase_create ("clock");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, a_report_grows_older);
  tcase_add_test (tc, the_newest_report_is_told_whichever_is_noted_last);
  tcase_add_test (tc, a_report_that_is_told_and_noted_again_grows_no_younger);
  tcase_add_test (tc, what_is_not_known_is_not_told);
  tcase_add_test (tc, an_old_report_is_not_told);
  return s;
}

GST_CHECK_MAIN (janusclock);
