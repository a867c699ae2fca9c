/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long a receiver takes from its start to its first decoded frame, through a real Janus. */

#include <gst/check/gstcheck.h>

#include "testcall.h"

#define JOINS 20

static gint
compare (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

static GstPadProbeReturn
on_frame (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  gint64 *first = user_data;

  if (*first == 0)
    *first = g_get_monotonic_time ();
  return GST_PAD_PROBE_OK;
}

static void
measure (TestJanus *janus, guint latency, const gchar *decrypter, const gchar *what)
{
  gint64 times[JOINS];
  guint i;

  for (i = 0; i < JOINS; i++) {
    GstElement *subscriber =
        test_pipeline ("janusvideoroomsrc name=s janus-endpoint=%s room-id=" TEST_ROOM_OPEN
                       " latency=%u feed-id=777 ! %s rtpvp8depay ! vp8dec ! fakesink name=v",
            test_janus_get_endpoint (janus), latency, decrypter);
    TestCount *count = test_count (subscriber, "v");
    g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (subscriber), "v");
    g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");
    gint64 first = 0, start = g_get_monotonic_time ();

    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_frame, &first, NULL);
    gst_element_set_state (subscriber, GST_STATE_PLAYING);
    test_wait_buffers (subscriber, count, 1);
    times[i] = first - start;
    test_end (subscriber);
  }
  qsort (times, JOINS, sizeof times[0], compare);
  g_print ("%-10s latency=%-3u first frame after %3d ms (median of %d; %d to %d)\n", what, latency,
      (gint) (times[JOINS / 2] / 1000), JOINS, (gint) (times[0] / 1000),
      (gint) (times[JOINS - 1] / 1000));
}

GST_START_TEST (encrypted)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = test_publish (janus, VP8_SOURCE, TEST_ROOM_OPEN, "feed-id=777");

  measure (janus, 200, "perclitedec key=" KEY " !", "encrypted");
  measure (janus, 50, "perclitedec key=" KEY " !", "encrypted");
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (plain)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = test_play (VP8_SOURCE
      " ! janusvideoroomsink name=sfu janus-endpoint=%s room-id=" TEST_ROOM_OPEN
      " feed-id=777 allow-plaintext=true signalling=plain",
      test_janus_get_endpoint (janus));

  test_wait_state (publisher, "sfu", "connected");
  measure (janus, 200, "", "plain");
  measure (janus, 50, "", "plain");
  test_end (publisher);
}
GST_END_TEST;

static Suite *
join_suite (void)
{
  Suite *s = suite_create ("join");
  TCase *tc = tcase_create ("join");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 300);
  tcase_add_test (tc, encrypted);
  tcase_add_test (tc, plain);
  return s;
}

GST_CHECK_MAIN (join);
