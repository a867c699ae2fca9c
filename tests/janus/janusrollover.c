/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stream of which nothing is authentic is told from one that loses a packet now and then, by what
 * an srtpdec counts. */

#include <gst/check/gstcheck.h>

#include "gstjanusrollover.h"

typedef struct {
  guint32 ssrc;
  guint received, dropped;
} Counts;

static void
append_stream (GValue *streams, const Counts *counts)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (
      &value, gst_structure_new ("application/x-srtp-stream", "ssrc", G_TYPE_UINT, counts->ssrc,
                  "roc", G_TYPE_UINT, 0, "recv-count", G_TYPE_UINT, counts->received,
                  "recv-drop-count", G_TYPE_UINT, counts->dropped, NULL));
  gst_value_array_append_and_take_value (streams, &value);
}

/* Of N streams. The SSRC of the one that is lost, or 0. */
static guint32
look (GstJanusRollover *rollover, const Counts *counts, guint n)
{
  g_autoptr (GstStructure) stats = gst_structure_new_empty ("application/x-srtp-decoder-stats");
  GValue streams = G_VALUE_INIT;
  guint32 ssrc = 0;

  g_value_init (&streams, GST_TYPE_ARRAY);
  for (guint i = 0; i < n; i++)
    append_stream (&streams, &counts[i]);
  gst_structure_take_value (stats, "streams", &streams);
  return gst_janus_rollover_is_lost (rollover, stats, &ssrc) ? ssrc : 0;
}

/* After one authentic packet as many are received, and dropped, each time, and with every REPORT-th
 * look a report comes as well, unless it is 0. How many looks it takes; 0: more than 100. */
static guint
count_looks (guint received, guint dropped, guint report)
{
  GstJanusRollover *rollover = gst_janus_rollover_new ();
  Counts counts = {0x1234, 1, 0};
  guint n = 0;
  gboolean lost = look (rollover, &counts, 1) != 0;

  while (n < 100 && !lost) {
    counts.received += received;
    counts.dropped += dropped;
    if (report > 0 && n % report == 0)
      counts.received++;
    lost = look (rollover, &counts, 1) != 0;
    n++;
  }
  gst_janus_rollover_free (rollover);
  return lost ? n : 0;
}

GST_START_TEST (a_stream_of_which_nothing_is_authentic_is_lost)
{
  assert_equals_int (count_looks (20, 20, 0), 2);
  assert_equals_int (count_looks (5, 5, 0), 5);
  assert_equals_int (count_looks (1, 1, 0), 17);
}
GST_END_TEST;

GST_START_TEST (a_stream_that_drops_some_is_not)
{
  assert_equals_int (count_looks (20, 0, 0), 0);
  assert_equals_int (count_looks (20, 1, 0), 0);
  assert_equals_int (count_looks (20, 10, 0), 0);
  assert_equals_int (count_looks (0, 0, 1), 0);
}
GST_END_TEST;

GST_START_TEST (reports_do_not_hide_that)
{
  assert_equals_int (count_looks (12, 12, 4), 3);
  /* Eight packets a second. */
  assert_equals_int (count_looks (2, 2, 4), 11);
}
GST_END_TEST;

/* As when what was sent before is only late. */
GST_START_TEST (a_stream_that_comes_right_at_once_is_not_lost)
{
  GstJanusRollover *rollover = gst_janus_rollover_new ();
  Counts counts = {1, 1, 0};

  assert_equals_uint64 (look (rollover, &counts, 1), 0);
  counts.received += 30;
  counts.dropped += 30;
  assert_equals_uint64 (look (rollover, &counts, 1), 0);
  counts.received += 10;
  assert_equals_uint64 (look (rollover, &counts, 1), 0);
  gst_janus_rollover_free (rollover);
}
GST_END_TEST;

GST_START_TEST (it_is_told_which_of_them_is_lost)
{
  GstJanusRollover *rollover = gst_janus_rollover_new ();
  const Counts looks[][3] = {
      {{1, 100, 0}, {2, 50, 0}, {3, 9, 2}},
      {{1, 200, 1}, {2, 70, 20}, {3, 9, 2}},
      {{1, 300, 2}, {2, 71, 21}, {3, 9, 2}},
  };

  assert_equals_uint64 (look (rollover, looks[0], 3), 0);
  assert_equals_uint64 (look (rollover, looks[1], 3), 0);
  assert_equals_uint64 (look (rollover, looks[2], 3), 2);
  gst_janus_rollover_free (rollover);
}
GST_END_TEST;

/* Where the connection goes on without them. */
GST_START_TEST (each_stream_that_is_lost_is_told_once)
{
  GstJanusRollover *rollover = gst_janus_rollover_new ();
  Counts counts[] = {{1, 1, 0}, {2, 1, 0}};
  guint n_told[3] = {0};

  for (guint i = 0; i < 10; i++) {
    n_told[look (rollover, counts, 2)]++;
    for (guint s = 0; s < G_N_ELEMENTS (counts); s++) {
      counts[s].received += 20;
      counts[s].dropped += 20;
    }
  }
  assert_equals_int (n_told[1], 1);
  assert_equals_int (n_told[2], 1);
  gst_janus_rollover_free (rollover);
}
GST_END_TEST;

GST_START_TEST (counts_may_begin_anew)
{
  GstJanusRollover *rollover = gst_janus_rollover_new ();

  assert_equals_uint64 (look (rollover, (Counts[]){{1, 4000, 3000}}, 1), 0);
  for (guint i = 0; i < 3; i++)
    assert_equals_uint64 (look (rollover, (Counts[]){{1, 100 * i, i}}, 1), 0);
  gst_janus_rollover_free (rollover);
}
GST_END_TEST;

/* Who can send to us, and knows nothing, shall not end anything, nor take memory. */
GST_START_TEST (made_up_streams_change_nothing)
{
  GstJanusRollover *rollover = gst_janus_rollover_new ();

  for (guint i = 0; i < 10; i++) {
    for (guint32 ssrc = 1; ssrc <= 1000; ssrc++)
      assert_equals_uint64 (look (rollover, (Counts[]){{ssrc, 100 * i, 100 * i}}, 1), 0);
  }
  gst_janus_rollover_free (rollover);
}
GST_END_TEST;

GST_START_TEST (counts_that_are_not_there_tell_nothing)
{
  GstJanusRollover *rollover = gst_janus_rollover_new ();
  g_autoptr (GstStructure) none = gst_structure_new_empty ("application/x-srtp-decoder-stats");
  g_autoptr (GstStructure) other = gst_structure_from_string (
      "stats, streams=(structure)< \"application/x-srtp-stream,ssrc=(uint)1,roc=(uint)0;\" >",
      NULL);
  guint32 ssrc;

  fail_unless (other != NULL);
  fail_if (gst_janus_rollover_is_lost (rollover, none, &ssrc));
  fail_if (gst_janus_rollover_is_lost (rollover, other, &ssrc));
  gst_janus_rollover_free (rollover);
}
GST_END_TEST;

static Suite *
janusrollover_suite (void)
{
  Suite *s = suite_create ("janusrollover");
  TCase *tc = tcase_create ("rollover");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, a_stream_of_which_nothing_is_authentic_is_lost);
  tcase_add_test (tc, a_stream_that_drops_some_is_not);
  tcase_add_test (tc, reports_do_not_hide_that);
  tcase_add_test (tc, it_is_told_which_of_them_is_lost);
  tcase_add_test (tc, a_stream_that_comes_right_at_once_is_not_lost);
  tcase_add_test (tc, each_stream_that_is_lost_is_told_once);
  tcase_add_test (tc, counts_may_begin_anew);
  tcase_add_test (tc, made_up_streams_change_nothing);
  tcase_add_test (tc, counts_that_are_not_there_tell_nothing);
  return s;
}

GST_CHECK_MAIN (janusrollover);
