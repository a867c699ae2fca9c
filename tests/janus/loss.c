/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets that a link loses are sent again, to the server and from it, and decrypt. */

#include <gst/check/gstcheck.h>
#include <gst/rtp/rtp.h>

#include "lossylink.h"
#include "testcall.h"

#define LOSS 0.05
/* A link without delay has no round-trip time that Janus could measure, and then it keeps nothing
 * to send again. */
#define DELAY_MSECONDS 10
#define PACKETS 1000

/* Two or three packets a frame. */
#define SOURCE                                                                                  \
  "videotestsrc is-live=true pattern=snow ! video/x-raw,width=320,height=240,framerate=30/1 ! " \
  "vp8enc deadline=1 target-bitrate=600000 keyframe-max-dist=3000 ! "                           \
  "rtpvp8pay pt=105 mtu=1170 picture-id-mode=15-bit"

/* What comes out of the jitter buffer, by sequence number. */
typedef struct {
  GMutex lock;
  gboolean started;
  guint32 first, last; /* extended */
  guint received;
  guint32 first_timestamp, last_timestamp;
  guint decoded; /* frames */
} Gaps;

static GstPadProbeReturn
on_packet (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Gaps *gaps = user_data;
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  guint32 seq, timestamp;

  fail_unless (gst_rtp_buffer_map (GST_PAD_PROBE_INFO_BUFFER (info), GST_MAP_READ, &rtp));
  seq = gst_rtp_buffer_get_seq (&rtp);
  timestamp = gst_rtp_buffer_get_timestamp (&rtp);
  gst_rtp_buffer_unmap (&rtp);

  g_mutex_lock (&gaps->lock);
  if (!gaps->started) {
    gaps->started = TRUE;
    gaps->first = gaps->last = 65536 + seq;
    gaps->first_timestamp = timestamp;
  } else {
    gaps->last += (guint16) (seq - (guint16) gaps->last);
  }
  gaps->last_timestamp = timestamp;
  gaps->received++;
  g_mutex_unlock (&gaps->lock);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_frame (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Gaps *gaps = user_data;

  g_mutex_lock (&gaps->lock);
  if (gaps->started)
    gaps->decoded++;
  g_mutex_unlock (&gaps->lock);
  return GST_PAD_PROBE_OK;
}

static void
gaps_reset (Gaps *gaps)
{
  g_mutex_lock (&gaps->lock);
  gaps->started = FALSE;
  gaps->received = 0;
  gaps->decoded = 0;
  g_mutex_unlock (&gaps->lock);
}

static gboolean
gaps_have_seen_enough (gpointer data)
{
  Gaps *gaps = data;
  gboolean enough;

  g_mutex_lock (&gaps->lock);
  enough = gaps->received >= PACKETS;
  g_mutex_unlock (&gaps->lock);
  return enough;
}

/* Whether Janus keeps what it sends to a subscriber for retransmission. */
static gboolean
keeps_packets (gpointer janus)
{
  g_autoptr (JsonArray) handles = test_janus_admin_handle_info (janus, NULL);
  g_autoptr (JsonNode) node = NULL;
  g_autofree gchar *text = NULL;

  if (!handles)
    return FALSE;
  node = json_node_init_array (json_node_alloc (), handles);
  text = json_to_string (node, FALSE);
  return g_regex_match_simple (
      "\"type\":\"video\"[^{}]*\"nack-queue-ms\":[1-9]", text, G_REGEX_DOTALL, 0);
}

typedef struct {
  guint64 lost;      /* by the link */
  guint unrecovered; /* of what should have come out of the jitter buffer */
  guint expected;
  guint frames, decoded;
  guint64 dropped; /* by perclitedec */
} Result;

/* Publishes with PROPERTIES and subscribes through a link; loses packets in the given
 * directions. */
static Result
call_with_loss (gdouble to_client, gdouble to_server, const gchar *properties, const gchar *audio,
    const gchar *receiver_properties)
{
  /* Only who waits longer than the default gets something from what is kept longer. */
  TestJanusOptions options = {
      .admin = TRUE, .extra_core = "media: {\n  min_nack_queue = 1000\n}\n"};
  g_autoptr (TestJanus) janus = test_start_janus (&options);
  g_autoptr (LossyLink) link = test_link_to (janus, 4711);
  Gaps gaps = {0};
  LinkCounts counts;
  Result result;
  LinkDirection direction = to_client > 0 ? LINK_TO_CLIENT : LINK_TO_SERVER;
  GstElement *publisher, *subscriber;
  g_autoptr (GstElement) dec = NULL, sink = NULL;
  g_autoptr (GstPad) pad = NULL, frames = NULL;

  g_mutex_init (&gaps.lock);
  lossy_link_set (link, 0, 0, DELAY_MSECONDS);
  publisher = test_play (SOURCE ENCRYPT
      "janusvideoroomsink name=sfu janus-endpoint=%s room-id=" TEST_ROOM_E2EE " feed-id=777 %s %s",
      lossy_link_get_endpoint (link), properties, audio);
  test_wait_state (publisher, "sfu", "connected");
  subscriber = test_play (
      "janusvideoroomsrc name=s janus-endpoint=%s room-id=" TEST_ROOM_E2EE
      " feed-id=777 %s %s s. ! application/x-rtp,media=video ! perclitedec name=dec key=" KEY
      " ! rtpvp8depay ! vp8dec ! fakesink name=v async=false",
      lossy_link_get_endpoint (link), properties, receiver_properties);
  dec = gst_bin_get_by_name (GST_BIN (subscriber), "dec");
  pad = gst_element_get_static_pad (dec, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_packet, &gaps, NULL);
  sink = gst_bin_get_by_name (GST_BIN (subscriber), "v");
  frames = gst_element_get_static_pad (sink, "sink");
  gst_pad_add_probe (frames, GST_PAD_PROBE_TYPE_BUFFER, on_frame, &gaps, NULL);
  test_wait_state (subscriber, "s", "connected");
  /* Janus begins to keep packets with the first report from which it can tell the round-trip
   * time. */
  test_wait_until (keeps_packets, janus);
  if (g_str_has_suffix (properties, "true"))
    test_wait_until (test_asks_again, subscriber);

  lossy_link_set (link, to_client, to_server, DELAY_MSECONDS);
  gaps_reset (&gaps);
  test_wait_until (gaps_have_seen_enough, &gaps);
  lossy_link_get_counts (link, &counts);

  g_mutex_lock (&gaps.lock);
  result.expected = gaps.last - gaps.first + 1;
  result.unrecovered = result.expected - gaps.received;
  /* 30 a second on a clock of 90 kHz; the last one is not complete. */
  result.frames = (gaps.last_timestamp - gaps.first_timestamp) / 3000;
  result.decoded = gaps.decoded;
  g_mutex_unlock (&gaps.lock);
  result.lost = counts.dropped[direction][PACKET_RTP];
  result.dropped = test_get_stat (subscriber, "dec", "dropped");
  g_print ("%s, loss of %g %% to the server, %g %% to the client: the link lost %" G_GUINT64_FORMAT
           " packets, %u of %u never came, %u of %u frames were decoded\n",
      properties, 100 * to_server, 100 * to_client, result.lost, result.unrecovered,
      result.expected, result.decoded, result.frames);

  test_end (subscriber);
  test_end (publisher);
  g_mutex_clear (&gaps.lock);
  return result;
}

static void
check_recovery (gdouble to_client, gdouble to_server, const gchar *audio)
{
  Result result =
      call_with_loss (to_client, to_server, "do-retransmission=true", audio, "latency=400");

  fail_unless (
      result.lost > PACKETS * LOSS / 4, "the link has lost only %" G_GUINT64_FORMAT, result.lost);
  /* Without retransmission it is 1 of 20. A retransmission may be lost as well, and there is time
   * for two: 1 of 8000, and more where a busy machine takes time from them. */
  fail_unless (result.unrecovered * 150 <= result.expected, "%u of %u packets never came",
      result.unrecovered, result.expected);
  assert_equals_uint64 (result.dropped, 0);
}

GST_START_TEST (packets_lost_on_the_way_to_the_server_are_sent_again)
{
  check_recovery (0, LOSS, "");
}
GST_END_TEST;

GST_START_TEST (packets_lost_on_the_way_from_the_server_are_sent_again)
{
  check_recovery (LOSS, 0, "");
}
GST_END_TEST;

GST_START_TEST (video_beside_audio_is_sent_again_too)
{
  check_recovery (LOSS, 0, OPUS_SOURCE ENCRYPT "sfu.");
}
GST_END_TEST;

GST_START_TEST (who_can_wait_gets_what_both_ways_lose)
{
  Result result = call_with_loss (
      LOSS, LOSS, "do-retransmission=true", OPUS_SOURCE ENCRYPT "sfu.", "latency=800");

  fail_unless (result.lost > PACKETS * LOSS / 4);
  /* Time for four retransmissions, each of which may be lost; Janus asks a publisher only twice: 1
   * of 2000. */
  fail_unless (result.unrecovered * 100 <= result.expected, "%u of %u packets never came",
      result.unrecovered, result.expected);
  assert_equals_uint64 (result.dropped, 0);
}
GST_END_TEST;

/* As often as Janus sends it again, from the first second on, and not only as often as a 20th of
 * the bandwidth allows: 1 of 3000. */
GST_START_TEST (what_is_lost_again_and_again_is_asked_for_again_and_again)
{
  Result result = call_with_loss (0.2, 0, "do-retransmission=true", "", "latency=800");

  fail_unless (result.lost > PACKETS * 0.2 / 4);
  fail_unless (result.unrecovered * 100 <= result.expected, "%u of %u packets never came",
      result.unrecovered, result.expected);
  assert_equals_uint64 (result.dropped, 0);
}
GST_END_TEST;

GST_START_TEST (without_loss_nothing_is_missing)
{
  Result result = call_with_loss (0, 0, "do-retransmission=true", "", "");

  assert_equals_uint64 (result.lost, 0);
  assert_equals_int (result.unrecovered, 0);
  fail_unless (result.decoded >= result.frames, "%u of %u frames", result.decoded, result.frames);
  assert_equals_uint64 (result.dropped, 0);
}
GST_END_TEST;

/* Sound is first, or the picture, and with it what Janus reports on first. */
GST_START_TEST (a_report_on_one_medium_is_enough_for_all)
{
  static const gchar *const sources[] = {
      OPUS_SOURCE ENCRYPT "sfu.sink_0 " SOURCE ENCRYPT "sfu.sink_1 ",
      SOURCE ENCRYPT "sfu.sink_0 " OPUS_SOURCE ENCRYPT "sfu.sink_1 ",
  };
  TestJanusOptions options = {.admin = TRUE};
  guint i;

  for (i = 0; i < G_N_ELEMENTS (sources); i++) {
    g_autoptr (TestJanus) janus = test_start_janus (&options);
    g_autoptr (LossyLink) link = test_link_to (janus, 4711);
    GstElement *publisher, *subscriber;

    publisher = test_play ("%sjanusvideoroomsink name=sfu janus-endpoint=%s room-id=" TEST_ROOM_E2EE
                           " feed-id=777",
        sources[i], test_janus_get_endpoint (janus));
    test_wait_state (publisher, "sfu", "connected");
    lossy_link_set (link, 0, 0, DELAY_MSECONDS);
    lossy_link_set_one_reporter (link, TRUE);
    subscriber = test_play ("janusvideoroomsrc name=s janus-endpoint=%s room-id=" TEST_ROOM_E2EE
                            " feed-id=777 s. ! application/x-rtp,media=video ! fakesink "
                            "s. ! application/x-rtp,media=audio ! fakesink",
        lossy_link_get_endpoint (link));
    test_wait_until (keeps_packets, janus);
    test_wait_until (test_asks_again, subscriber);
    test_end (subscriber);
    test_end (publisher);
  }
}
GST_END_TEST;

/* Neither Janus nor OpenSSL would send any of them again before a second. */
GST_START_TEST (each_packet_of_a_handshake_is_sent_three_times)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autoptr (LossyLink) link = test_link_to (janus, 4711);
  GstElement *publisher;
  LinkCounts counts;
  guint64 n;

  publisher = test_play (SOURCE ENCRYPT
      "janusvideoroomsink name=sfu janus-endpoint=%s room-id=" TEST_ROOM_E2EE,
      lossy_link_get_endpoint (link));
  test_wait_state (publisher, "sfu", "connected");
  lossy_link_get_counts (link, &counts);
  n = counts.forwarded[LINK_TO_SERVER][PACKET_DTLS];
  /* A certificate alone takes more than one. */
  fail_unless (n >= 9, "%" G_GUINT64_FORMAT " packets", n);
  assert_equals_uint64 (n % 3, 0);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (without_retransmission_lost_is_lost)
{
  Result result = call_with_loss (0, LOSS, "do-retransmission=false", "", "");

  fail_unless (result.unrecovered > 0);
  assert_equals_uint64 (result.dropped, 0);
}
GST_END_TEST;

static Suite *
loss_suite (void)
{
  Suite *s = suite_create ("loss");
  TCase *tc = tcase_create ("loss");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 180);
  tcase_add_test (tc, packets_lost_on_the_way_to_the_server_are_sent_again);
  tcase_add_test (tc, packets_lost_on_the_way_from_the_server_are_sent_again);
  tcase_add_test (tc, video_beside_audio_is_sent_again_too);
  tcase_add_test (tc, who_can_wait_gets_what_both_ways_lose);
  tcase_add_test (tc, what_is_lost_again_and_again_is_asked_for_again_and_again);
  tcase_add_test (tc, without_loss_nothing_is_missing);
  tcase_add_test (tc, a_report_on_one_medium_is_enough_for_all);
  tcase_add_test (tc, each_packet_of_a_handshake_is_sent_three_times);
  tcase_add_test (tc, without_retransmission_lost_is_lost);
  return s;
}

GST_CHECK_MAIN (loss);
