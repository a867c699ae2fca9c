/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is lost is sent again as soon as that can be, and else made up for by a keyframe, long
 * before a jitter buffer with much time gives it up. */

#include <gst/check/gstcheck.h>

#include "lossylink.h"
#include "testcall.h"

/* The jitter buffer lets out nothing before the tests are over, so whatever they see is not for
 * what has come out of it. */
#define LONG "latency=30000"

#define PUBLISHER                           \
  "%s ! perclitenc name=enc key=" KEY " ! " \
  "janusvideoroomsink name=sfu janus-endpoint=%s room-id=" TEST_ROOM_E2EE " feed-id=777 %s"
#define RECEIVER                                                                                   \
  "janusvideoroomsrc name=s janus-endpoint=%s room-id=" TEST_ROOM_E2EE " feed-id=777 %s"           \
  " s. ! application/x-rtp,media=video ! perclitedec key=" KEY " ! fakesink name=out async=false " \
  "sync=false"

/* A picture now and then, as of a screen on which nothing moves for most of the time. */
#define IRREGULAR                                                                        \
  "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=30/1 ! "       \
  "identity drop-probability=0.9 ! vp8enc deadline=1 keyframe-max-dist=300 ! rtpvp8pay " \
  "pt=105 mtu=1170"

typedef struct {
  TestJanus *janus;
  LossyLink *link;
  GstElement *publisher, *receiver;
  TestCount *out; /* of the jitter buffer */
  gint requests;  /* for keyframes, that the publisher was given; atomic */
  gint seen;
  LinkDirection direction;
  guint64 packets; /* that were waited for */
} Call;

static void
call_init_with (Call *call, const TestJanusOptions *options)
{
  *call = (Call){.janus = test_start_janus (options)};
  call->link = test_link_to (call->janus, 1);
}

static void
call_init (Call *call)
{
  call_init_with (call, NULL);
}

/* Each of them is given an endpoint, of the server or of the link, and properties. */
static void
call_begin (Call *call, const gchar *source, const gchar *publisher,
    const gchar *publisher_properties, const gchar *receiver, const gchar *receiver_properties)
{
  call->publisher = test_play (PUBLISHER, source, publisher, publisher_properties);
  test_count_keyframe_requests (call->publisher, "enc", "src", &call->requests);
  test_wait_state (call->publisher, "sfu", "connected");
  call->receiver = test_play (RECEIVER, receiver, receiver_properties);
  call->out = test_count (call->receiver, "out");
  test_wait_state (call->receiver, "s", "connected");
}

static void
call_clear (Call *call)
{
  test_end (call->receiver);
  test_end (call->publisher);
  lossy_link_free (call->link);
  test_janus_free (call->janus);
}

static guint64
count_packets (const Call *call, gboolean dropped)
{
  LinkCounts counts;

  lossy_link_get_counts (call->link, &counts);
  return (dropped ? counts.dropped : counts.forwarded)[call->direction][PACKET_RTP];
}

static gboolean
enough_have_passed (gpointer data)
{
  Call *call = data;

  return count_packets (call, FALSE) >= call->packets;
}

static gboolean
enough_are_lost (gpointer data)
{
  Call *call = data;

  return count_packets (call, TRUE) >= call->packets;
}

static void
wait_packets (Call *call, guint n)
{
  call->packets = count_packets (call, FALSE) + n;
  test_wait_until (enough_have_passed, call);
}

/* MASK is what gets lost otherwise. */
static void
lose_some (Call *call, guint mask)
{
  call->packets = count_packets (call, TRUE) + 1;
  lossy_link_set_droppable (call->link, mask | PACKET_MASK (PACKET_RTP));
  test_wait_until (enough_are_lost, call);
  lossy_link_set_droppable (call->link, mask);
}

static gboolean
was_asked (gpointer data)
{
  Call *call = data;

  return g_atomic_int_get (&call->requests) > call->seen;
}

static void
check_that_losing_some_asks (Call *call, guint mask)
{
  call->seen = g_atomic_int_get (&call->requests);
  lose_some (call, mask);
  test_wait_until (was_asked, call);
  assert_equals_int (g_atomic_int_get (&call->out->buffers), 0);
}

/* Janus tells by a report of its own when it can: here none comes. */
GST_START_TEST (what_is_lost_before_it_can_be_sent_again_is_made_up_for_by_a_keyframe)
{
  const guint reports = PACKET_MASK (PACKET_RTCP);
  Call call;

  call_init (&call);
  lossy_link_set_droppable (call.link, reports);
  lossy_link_set (call.link, 1, 0, 0);
  call.direction = LINK_TO_CLIENT;
  call_begin (&call, VP8_SOURCE, test_janus_get_endpoint (call.janus), "",
      lossy_link_get_endpoint (call.link), LONG);
  /* The server has asked for one for whoever joins. */
  test_wait_until (was_asked, &call);
  for (guint i = 0; i < 3; i++) {
    wait_packets (&call, 30);
    check_that_losing_some_asks (&call, reports);
  }
  call_clear (&call);
}
GST_END_TEST;

static gboolean
asks_no_more (gpointer pipeline)
{
  return !test_asks_again (pipeline);
}

/* Of all jitter buffers. */
static guint64
sum_stats (GstElement *pipeline, const gchar *field)
{
  GstIterator *jitterbuffers =
      gst_bin_iterate_all_by_element_factory_name (GST_BIN (pipeline), "rtpjitterbuffer");
  GValue item = G_VALUE_INIT;
  guint64 sum = 0;

  while (gst_iterator_next (jitterbuffers, &item) == GST_ITERATOR_OK) {
    g_autoptr (GstStructure) stats = NULL;
    guint64 value = 0;

    g_object_get (g_value_get_object (&item), "stats", &stats, NULL);
    fail_unless (gst_structure_get_uint64 (stats, field, &value));
    sum += value;
    g_value_reset (&item);
  }
  g_value_unset (&item);
  gst_iterator_free (jitterbuffers);
  return sum;
}

static gboolean
was_sent_again (gpointer pipeline)
{
  return sum_stats (pipeline, "rtx-success-count") > 0;
}

/* What the server's reports on the first connection have told holds for the second, which gets
 * none. */
GST_START_TEST (what_is_lost_of_a_second_connection_is_sent_again_before_the_server_reports)
{
  const guint reports = PACKET_MASK (PACKET_RTCP);
  /* A busy machine may take longer than the 0.2 s for which Janus keeps it otherwise. */
  TestJanusOptions options = {.extra_core = "media: {\n  min_nack_queue = 1000\n}\n"};
  Call call;

  call_init_with (&call, &options);
  /* Without a delay there is no round-trip time to measure. */
  lossy_link_set (call.link, 0, 0, 10);
  call.direction = LINK_TO_CLIENT;
  call_begin (&call, VP8_SOURCE, test_janus_get_endpoint (call.janus), "",
      lossy_link_get_endpoint (call.link), "latency=1000");
  test_wait_until (test_asks_again, call.receiver);

  test_end (call.publisher);
  test_wait_until (asks_no_more, call.receiver);
  lossy_link_set_droppable (call.link, reports);
  lossy_link_set (call.link, 1, 0, 10);
  call.publisher = test_play (PUBLISHER, VP8_SOURCE, test_janus_get_endpoint (call.janus), "");
  test_wait_until (test_asks_again, call.receiver);
  fail_if (was_sent_again (call.receiver));
  lose_some (&call, reports);
  test_wait_until (was_sent_again, call.receiver);
  call_clear (&call);
}
GST_END_TEST;

/* A publisher that does not send again stands for one whose link has lost that, too. */
GST_START_TEST (what_the_server_never_had_is_made_up_for_by_a_keyframe)
{
  Call call;

  call_init (&call);
  lossy_link_set_droppable (call.link, 0);
  lossy_link_set (call.link, 0, 1, 0);
  call.direction = LINK_TO_SERVER;
  call_begin (&call, VP8_SOURCE, lossy_link_get_endpoint (call.link), "do-retransmission=false",
      test_janus_get_endpoint (call.janus), LONG);
  test_wait_until (test_asks_again, call.receiver);
  for (guint i = 0; i < 3; i++) {
    wait_packets (&call, 30);
    check_that_losing_some_asks (&call, 0);
  }
  call_clear (&call);
}
GST_END_TEST;

static void
check_without_loss (const gchar *source, const gchar *latency, gint n_packets)
{
  Call call;

  call_init (&call);
  call.direction = LINK_TO_CLIENT;
  lossy_link_set (call.link, 0, 0, 10);
  call_begin (&call, source, test_janus_get_endpoint (call.janus), "",
      lossy_link_get_endpoint (call.link), latency);
  test_wait_until (test_asks_again, call.receiver);
  call.seen = g_atomic_int_get (&call.requests);
  test_wait_buffers (call.receiver, call.out, g_atomic_int_get (&call.out->buffers) + n_packets);
  assert_equals_uint64 (sum_stats (call.receiver, "num-lost"), 0);
  assert_equals_int (g_atomic_int_get (&call.requests), call.seen);
  call_clear (&call);
}

GST_START_TEST (without_loss_nothing_is_given_up_and_no_keyframe_is_asked_for)
{
  check_without_loss (VP8_SOURCE, "latency=400", 100);
}
GST_END_TEST;

/* Of itself a jitter buffer gives up what it expects, and drops it when it comes. */
GST_START_TEST (what_comes_after_a_pause_is_not_lost)
{
  check_without_loss (IRREGULAR, "latency=100", 40);
  check_without_loss (IRREGULAR, "latency=400", 40);
}
GST_END_TEST;

static Suite *
keyframes_suite (void)
{
  Suite *s = suite_create ("keyframes");
  TCase *tc = tcase_create ("keyframes");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 180);
  tcase_add_test (tc, what_is_lost_before_it_can_be_sent_again_is_made_up_for_by_a_keyframe);
  tcase_add_test (tc, what_is_lost_of_a_second_connection_is_sent_again_before_the_server_reports);
  tcase_add_test (tc, what_the_server_never_had_is_made_up_for_by_a_keyframe);
  tcase_add_test (tc, without_loss_nothing_is_given_up_and_no_keyframe_is_asked_for);
  tcase_add_test (tc, what_comes_after_a_pause_is_not_lost);
  return s;
}

GST_CHECK_MAIN (keyframes);
