/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A media connection counts as one when the server has finished its part, too: of what comes before
 * that Janus forwards nothing. */

#include <gst/check/gstcheck.h>

#include "lossylink.h"
#include "testcall.h"

#define SINK                                                                                   \
  VP8_SOURCE ENCRYPT "janusvideoroomsink name=sfu reconnect-min-delay=100000000 "              \
                     "reconnect-max-delay=400000000 janus-endpoint=%s room-id=" TEST_ROOM_OPEN \
                     " feed-id=777 %s"
#define SRC                                                                               \
  "janusvideoroomsrc name=s janus-endpoint=%s room-id=" TEST_ROOM_OPEN " feed-id=777 %s " \
  "s. ! application/x-rtp,media=video ! perclitedec key=" KEY " ! fakesink name=out async=false"

/* Counts the messages NAME that tell the state "connected". */
typedef struct {
  const gchar *name;
  gint connected; /* atomic */
} Told;

static GstBusSyncReply
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  Told *told = user_data;
  const GstStructure *s = gst_message_get_structure (message);

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT && gst_structure_has_name (s, told->name) &&
      g_strcmp0 (gst_structure_get_string (s, "state"), "connected") == 0)
    g_atomic_int_inc (&told->connected);
  return GST_BUS_PASS;
}

static GstElement *
play_and_count (GstElement *pipeline, Told *told)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);

  gst_bus_set_sync_handler (bus, on_message, told, NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return pipeline;
}

GST_START_TEST (a_publisher_sends_nothing_before_the_server_is_up)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autoptr (LossyLink) link = test_link_to (janus, 1);
  GstElement *publisher;
  LinkCounts counts;

  lossy_link_set_server_ups (link, 0);
  publisher =
      test_play (SINK, lossy_link_get_endpoint (link), "reconnect=false timeout=3 record=true");
  test_expect_error (publisher, "No media connection with the server within 3 s", NULL);
  fail_unless (test_get_stat (publisher, "sfu", "packets-dropped") > 0);
  test_end (publisher);
  lossy_link_get_counts (link, &counts);
  fail_unless_equals_uint64 (counts.forwarded[LINK_TO_SERVER][PACKET_RTP], 0);
}
GST_END_TEST;

GST_START_TEST (who_does_not_hear_of_it_tries_again)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autoptr (LossyLink) link = test_link_to (janus, 1);
  GstElement *publisher, *subscriber;
  g_autoptr (GstMessage) lost = NULL;

  lossy_link_set_server_ups (link, 0);
  publisher = test_play (SINK, lossy_link_get_endpoint (link), "");
  lost = test_wait_state_message (publisher, "sfu", "lost");
  lossy_link_set_server_ups (link, 1);
  test_wait_state (publisher, "sfu", "connected");

  subscriber = test_play (SRC, lossy_link_get_endpoint (link), "");
  test_wait_buffers (subscriber, test_count (subscriber, "out"), 30);
  test_end (subscriber);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (a_receiver_is_told_when_the_server_never_is_up)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autoptr (LossyLink) link = test_link_to (janus, 1);
  GstElement *publisher = test_publish (janus, VP8_SOURCE, TEST_ROOM_OPEN, "feed-id=777");
  GstElement *subscriber;
  Told told = {.name = "janus-feed"};

  lossy_link_set_server_ups (link, 0);
  subscriber = play_and_count (
      test_pipeline (SRC, lossy_link_get_endpoint (link), "reconnect=false timeout=3"), &told);
  test_expect_error (subscriber, "No media connection with the server within 3 s", NULL);
  fail_unless_equals_int (g_atomic_int_get (&told.connected), 0);
  test_end (subscriber);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (what_the_server_says_more_than_once_counts_once)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autoptr (LossyLink) link = test_link_to (janus, 1);
  GstElement *publisher, *subscriber;
  Told sent = {.name = "janus-state"}, received = {.name = "janus-feed"};

  lossy_link_set_server_ups (link, 3);
  publisher =
      play_and_count (test_pipeline (SINK, lossy_link_get_endpoint (link), "record=true"), &sent);
  test_wait_state (publisher, "sfu", "connected");
  subscriber = play_and_count (test_pipeline (SRC, lossy_link_get_endpoint (link), ""), &received);
  test_wait_buffers (subscriber, test_count (subscriber, "out"), 60);
  fail_unless_equals_int (g_atomic_int_get (&sent.connected), 1);
  fail_unless_equals_int (g_atomic_int_get (&received.connected), 1);
  test_end (subscriber);
  test_end (publisher);
}
GST_END_TEST;

static Suite *
serverup_suite (void)
{
  Suite *s = suite_create ("serverup");
  TCase *tc = tcase_create ("serverup");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, a_publisher_sends_nothing_before_the_server_is_up);
  tcase_add_test (tc, who_does_not_hear_of_it_tries_again);
  tcase_add_test (tc, a_receiver_is_told_when_the_server_never_is_up);
  tcase_add_test (tc, what_the_server_says_more_than_once_counts_once);
  return s;
}

GST_CHECK_MAIN (serverup);
