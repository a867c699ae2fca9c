/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the Janus elements do in a room: come, go, wait, refuse plaintext, ask for keyframes. */

#include <gst/check/gstcheck.h>
#include <gst/sdp/sdp.h>
#include <gst/video/video.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "testcall.h"
#include "testnet.h"

#define PLAIN_SINK "janusvideoroomsink name=sfu janus-endpoint=%s room-id=" TEST_ROOM_OPEN
#define SRC \
  "janusvideoroomsrc name=s eos-on-leave=true janus-endpoint=%s room-id=" TEST_ROOM_OPEN " "

typedef struct {
  TestJanus *janus;
  const gchar *room;
  guint participants;
} RoomCheck;

static gboolean
has_participants (gpointer data)
{
  RoomCheck *check = data;
  g_autoptr (JsonArray) list = test_janus_list_participants (check->janus, check->room, NULL);

  return list && json_array_get_length (list) == check->participants;
}

static void
wait_participants (TestJanus *janus, const gchar *room, guint participants)
{
  RoomCheck check = {janus, room, participants};

  test_wait_until (has_participants, &check);
}

static GstElement *
get_child (GstElement *pipeline, const gchar *name)
{
  GstElement *element = gst_bin_get_by_name (GST_BIN (pipeline), name);

  fail_unless (element != NULL, "no element %s", name);
  return element;
}

static void
assert_never_published (GstElement *pipeline)
{
  g_autoptr (GstElement) sink = get_child (pipeline, "sfu");
  g_autoptr (GstIterator) it =
      gst_bin_iterate_all_by_element_factory_name (GST_BIN (sink), "webrtcbin");
  GValue value = G_VALUE_INIT;

  fail_unless (gst_iterator_next (it, &value) == GST_ITERATOR_DONE);
}

GST_START_TEST (a_stream_that_did_not_come_through_perclitenc_is_refused)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *pipeline = test_play (VP8_SOURCE " ! " PLAIN_SINK, test_janus_get_endpoint (janus));

  test_expect_error (pipeline, "sink_0", "perclitenc", "allow-plaintext", NULL);
  assert_never_published (pipeline);
  test_end (pipeline);
  wait_participants (janus, TEST_ROOM_OPEN, 0);
}
GST_END_TEST;

GST_START_TEST (one_plaintext_stream_among_encrypted_ones_is_refused)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *pipeline = test_play (
      VP8_SOURCE ENCRYPT PLAIN_SINK " " OPUS_SOURCE " ! sfu.", test_janus_get_endpoint (janus));

  test_expect_error (pipeline, "sink_1", "perclitenc", NULL);
  assert_never_published (pipeline);
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (what_was_decrypted_again_is_refused)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *pipeline = test_play (
      VP8_SOURCE ENCRYPT "perclitedec key=" KEY " ! " PLAIN_SINK, test_janus_get_endpoint (janus));

  test_expect_error (pipeline, "perclitenc", NULL);
  test_end (pipeline);
}
GST_END_TEST;

/* A funnel that forwards no events hides that another stream has come. */
GST_START_TEST (plaintext_mixed_into_an_encrypted_stream_never_goes_out)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *mixed = test_pipeline (VP8_SOURCE ENCRYPT
      "funnel forward-sticky-events=false name=f ! " PLAIN_SINK
      " videotestsrc is-live=true ! vp8enc deadline=1 ! rtpvp8pay pt=105 ! "
      "valve name=valve drop=true ! f.",
      test_janus_get_endpoint (janus));
  g_autoptr (GstElement) valve = get_child (mixed, "valve");

  gst_element_set_state (mixed, GST_STATE_PLAYING);
  test_wait_state (mixed, "sfu", "connected");
  g_object_set (valve, "drop", FALSE, NULL);
  test_expect_error (mixed, "sink_0", "perclitenc", NULL);
  test_end (mixed);
}
GST_END_TEST;

GST_START_TEST (plaintext_is_not_announced_as_encrypted)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *pipeline =
      test_play (VP8_SOURCE " ! janusvideoroomsink name=sfu allow-plaintext=true janus-endpoint=%s "
                            "room-id=" TEST_ROOM_E2EE,
          test_janus_get_endpoint (janus));

  test_expect_error (pipeline, "(433)", "end-to-end", NULL);
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (plaintext_goes_out_when_it_is_asked_for)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher =
      test_play (VP8_SOURCE " ! " PLAIN_SINK " feed-id=777 allow-plaintext=true signalling=plain",
          test_janus_get_endpoint (janus));
  GstElement *subscriber =
      test_play (SRC "signalling=plain ! rtpvp8depay ! vp8dec ! fakesink name=v",
          test_janus_get_endpoint (janus));

  test_wait_buffers (subscriber, test_count (subscriber, "v"), 10);
  test_end (subscriber);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (eos_unpublishes_and_leaves_before_the_pipeline_ends)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *pipeline = test_publish (janus, VP8_SOURCE, TEST_ROOM_OPEN, "");

  wait_participants (janus, TEST_ROOM_OPEN, 1);
  gst_element_send_event (pipeline, gst_event_new_eos ());
  test_wait_eos (pipeline);
  wait_participants (janus, TEST_ROOM_OPEN, 0);
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (stopping_leaves_the_room)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *pipeline = test_publish (janus, VP8_SOURCE, TEST_ROOM_OPEN, "");

  wait_participants (janus, TEST_ROOM_OPEN, 1);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  wait_participants (janus, TEST_ROOM_OPEN, 0);
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (a_pipeline_can_be_started_again)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = test_publish (janus, VP8_SOURCE, TEST_ROOM_OPEN, "feed-id=777");
  GstElement *subscriber =
      test_play (SRC "feed-id=777 ! perclitedec key=" KEY " ! rtpvp8depay ! vp8dec ! "
                     "fakesink name=v async=false",
          test_janus_get_endpoint (janus));
  TestCount *count = test_count (subscriber, "v");
  guint i;

  test_wait_buffers (subscriber, count, 10);
  for (i = 0; i < 3; i++) {
    gst_element_set_state (publisher, i == 0 ? GST_STATE_NULL : GST_STATE_READY);
    test_end (subscriber);
    gst_element_set_state (publisher, GST_STATE_PLAYING);
    test_wait_state (publisher, "sfu", "connected");
    subscriber = test_play (SRC "feed-id=777 ! perclitedec key=" KEY " ! rtpvp8depay ! vp8dec ! "
                                "fakesink name=v async=false",
        test_janus_get_endpoint (janus));
    test_wait_buffers (subscriber, test_count (subscriber, "v"), 10);
  }
  test_end (subscriber);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (stopping_at_any_moment_of_the_start_is_safe)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  guint i;

  for (i = 0; i < 12; i++) {
    GstElement *publisher =
        test_play (VP8_SOURCE ENCRYPT PLAIN_SINK, test_janus_get_endpoint (janus));
    GstElement *subscriber =
        test_play (SRC "! fakesink async=false", test_janus_get_endpoint (janus));
    g_autoptr (GstBus) bus = gst_element_get_bus (publisher);
    guint messages;

    /* Each message is some step of the start: one more of them each time. */
    for (messages = 0; messages < i * 8; messages++) {
      GstMessage *message = gst_bus_timed_pop (bus, 100 * GST_MSECOND);

      if (message)
        gst_message_unref (message);
    }
    test_end (subscriber);
    test_end (publisher);
  }
  wait_participants (janus, TEST_ROOM_OPEN, 0);
}
GST_END_TEST;

/* The end of the last buffer that has come by. */
typedef struct {
  GMutex lock;
  guint8 bytes[16];
} Tail;

static GstPadProbeReturn
on_tail (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  Tail *tail = user_data;
  gsize size = gst_buffer_get_size (buffer);

  g_mutex_lock (&tail->lock);
  if (size > sizeof tail->bytes)
    gst_buffer_extract (buffer, size - sizeof tail->bytes, tail->bytes, sizeof tail->bytes);
  g_mutex_unlock (&tail->lock);
  return GST_PAD_PROBE_OK;
}

static void
watch_tail (GstElement *pipeline, const gchar *element, Tail *tail)
{
  g_autoptr (GstElement) watched = get_child (pipeline, element);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (watched, "sink");

  g_mutex_init (&tail->lock);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_tail, tail, NULL);
}

GST_START_TEST (the_publishers_leaving_is_eos_after_the_last_frame)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = test_pipeline (
      "videotestsrc is-live=true pattern=snow ! "
      "video/x-raw,width=64,height=48,framerate=30/1 ! vp8enc deadline=1 ! identity name=out ! "
      "rtpvp8pay pt=105 mtu=1170 ! perclitenc key=" KEY " ! " PLAIN_SINK " feed-id=777",
      test_janus_get_endpoint (janus));
  GstElement *subscriber = test_play (SRC "feed-id=777 ! perclitedec name=dec key=" KEY
                                          " ! rtpvp8depay ! fakesink name=v",
      test_janus_get_endpoint (janus));
  TestCount *count = test_count (subscriber, "v");
  Tail sent = {0}, received = {0};

  watch_tail (publisher, "out", &sent);
  watch_tail (subscriber, "v", &received);
  gst_element_set_state (publisher, GST_STATE_PLAYING);
  test_wait_buffers (subscriber, count, 30);
  gst_element_send_event (publisher, gst_event_new_eos ());
  test_wait_eos (publisher);
  test_wait_eos (subscriber);
  fail_unless (memcmp (sent.bytes, received.bytes, sizeof sent.bytes) == 0);
  assert_equals_uint64 (test_get_stat (subscriber, "dec", "dropped"), 0);
  test_end (subscriber);
  test_end (publisher);
  g_mutex_clear (&sent.lock);
  g_mutex_clear (&received.lock);
}
GST_END_TEST;

GST_START_TEST (a_file_waits_for_the_connection_and_flows_with_the_clock)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  /* Not live: without waiting, all of it would be over before the connection is up. */
  GstElement *publisher = test_pipeline (
      "videotestsrc num-buffers=60 ! "
      "video/x-raw,width=320,height=240,framerate=30/1 ! vp8enc deadline=1 ! "
      "rtpvp8pay pt=105 mtu=1170 ! perclitenc name=enc key=" KEY " ! " PLAIN_SINK " feed-id=777",
      test_janus_get_endpoint (janus));
  g_autoptr (GstElement) sink = get_child (publisher, "sfu");
  TestCount *count;
  GstClockTime start, end;
  g_autoptr (GstClock) clock = gst_system_clock_obtain ();
  g_autofree gchar *feed = NULL;

  count = test_count (publisher, "enc");
  gst_element_set_state (publisher, GST_STATE_PLAYING);
  test_wait_state (publisher, "sfu", "connected");
  start = gst_clock_get_time (clock);
  fail_unless (g_atomic_int_get (&count->buffers) < 60);
  g_object_get (sink, "active-feed-id", &feed, NULL);
  assert_equals_string (feed, "777");
  test_wait_eos (publisher);
  end = gst_clock_get_time (clock);
  /* 60 frames at 30 a second, but for the first one and for what has waited. */
  fail_unless (end - start > GST_SECOND);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (a_feed_is_found_by_its_display_name_even_if_it_comes_later)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *other = test_publish (janus, OPUS_SOURCE, TEST_ROOM_OPEN, "display-name=mic");
  GstElement *subscriber = test_play (SRC "feed-display-name=cam ! perclitedec key=" KEY
                                          " ! rtpvp8depay ! vp8dec ! fakesink name=v",
      test_janus_get_endpoint (janus));
  TestCount *count = test_count (subscriber, "v");
  g_autoptr (GstElement) src = get_child (subscriber, "s");
  g_autofree gchar *feed = NULL;
  GstElement *publisher;

  test_wait_state (subscriber, "s", "waiting");
  publisher = test_publish (janus, VP8_SOURCE, TEST_ROOM_OPEN, "display-name=cam feed-id=4711");
  test_wait_buffers (subscriber, count, 10);
  g_object_get (src, "active-feed-id", &feed, NULL);
  assert_equals_string (feed, "4711");
  test_end (subscriber);
  test_end (publisher);
  test_end (other);
}
GST_END_TEST;

GST_START_TEST (rooms_and_feeds_can_be_strings)
{
  TestJanusOptions options = {.string_ids = TRUE};
  g_autoptr (TestJanus) janus = test_start_janus (&options);
  GstElement *publisher =
      test_publish (janus, VP8_SOURCE, TEST_ROOM_OPEN, "use-string-ids=true feed-id=camera-one");
  GstElement *subscriber = test_play (SRC "use-string-ids=true feed-id=camera-one ! "
                                          "perclitedec key=" KEY " ! rtpvp8depay ! fakesink name=v",
      test_janus_get_endpoint (janus));

  test_wait_buffers (subscriber, test_count (subscriber, "v"), 10);
  test_end (publisher);
  test_wait_eos (subscriber);
  test_end (subscriber);
}
GST_END_TEST;

/* What Janus says when somebody is removed, and when somebody called "ok" leaves, is nearly the
 * same. */
GST_START_TEST (somebody_called_ok_who_leaves_removes_nobody)
{
  TestJanusOptions options = {.string_ids = TRUE};
  g_autoptr (TestJanus) janus = test_start_janus (&options);
  GstElement *publisher =
      test_publish (janus, VP8_SOURCE, TEST_ROOM_OPEN, "use-string-ids=true feed-id=camera");
  GstElement *ok =
      test_publish (janus, VP8_SOURCE, TEST_ROOM_OPEN, "use-string-ids=true feed-id=ok");
  GstElement *subscriber;

  test_end (ok);
  wait_participants (janus, TEST_ROOM_OPEN, 1);
  subscriber = test_play (SRC "use-string-ids=true feed-id=camera ! perclitedec key=" KEY
                              " ! rtpvp8depay ! fakesink name=v",
      test_janus_get_endpoint (janus));
  test_wait_buffers (subscriber, test_count (subscriber, "v"), 10);
  test_end (publisher);
  test_wait_eos (subscriber);
  test_end (subscriber);
}
GST_END_TEST;

/* As by gst-launch-1.0 -e: nobody would get EOS, for there are no pads. */
GST_START_TEST (eos_asked_for_before_the_feed_has_come_ends_the_wait)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *subscriber = test_play (SRC "feed-id=777 ! perclitedec key=" KEY
                                          " ! rtpvp8depay ! fakesink name=v async=false",
      test_janus_get_endpoint (janus));

  test_wait_state (subscriber, "s", "waiting");
  gst_element_send_event (subscriber, gst_event_new_eos ());
  test_expect_error (subscriber, "Ended before any media", NULL);
  test_end (subscriber);
}
GST_END_TEST;

static void
on_no_more_pads (GstElement *src, gpointer pads)
{
  g_atomic_int_set ((gint *) pads, src->numsrcpads);
}

GST_START_TEST (that_there_are_no_more_pads_is_told)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = test_publish (janus, VP8_SOURCE, TEST_ROOM_OPEN, "feed-id=777");
  GstElement *subscriber =
      test_pipeline (SRC "feed-id=777 ! perclitedec key=" KEY " ! rtpvp8depay ! fakesink name=v",
          test_janus_get_endpoint (janus));
  g_autoptr (GstElement) src = get_child (subscriber, "s");
  gint pads = 0;

  g_signal_connect (src, "no-more-pads", G_CALLBACK (on_no_more_pads), &pads);
  gst_element_set_state (subscriber, GST_STATE_PLAYING);
  test_wait_buffers (subscriber, test_count (subscriber, "v"), 2);
  assert_equals_int (g_atomic_int_get (&pads), 1);
  test_end (subscriber);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (one_branch_that_has_enough_does_not_end_the_other)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *publisher = test_play (
      VP8_SOURCE ENCRYPT PLAIN_SINK " feed-id=777 " OPUS_SOURCE ENCRYPT "sfu.", endpoint);
  GstElement *subscriber =
      test_play (SRC "feed-id=777 s. ! application/x-rtp,media=video ! perclitedec key=" KEY
                     " ! rtpvp8depay ! fakesink num-buffers=5 s. ! application/x-rtp,media=audio ! "
                     "perclitedec key=" KEY " ! rtpopusdepay ! fakesink name=a",
          endpoint);

  test_wait_buffers (subscriber, test_count (subscriber, "a"), 200);
  test_end (subscriber);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (a_pad_that_is_released_is_not_waited_for)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher =
      test_pipeline (VP8_SOURCE ENCRYPT PLAIN_SINK, test_janus_get_endpoint (janus));
  g_autoptr (GstElement) sink = get_child (publisher, "sfu");
  g_autoptr (GstPad) pad = gst_element_request_pad_simple (sink, "sink_%u");

  gst_element_set_state (publisher, GST_STATE_PLAYING);
  test_wait_state (publisher, "sfu", "waiting");
  gst_element_release_request_pad (sink, pad);
  test_wait_state (publisher, "sfu", "connected");
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (stopping_while_connecting_leaks_no_descriptor)
{
  guint16 port = 0;
  g_autoptr (GSocket) silent = test_net_reserve_port (&port, NULL);
  g_autofree gchar *endpoint = g_strdup_printf ("ws://%s:%u/", test_net_address (), port);
  guint before = 0, i;

  fail_unless (silent != NULL && g_socket_listen (silent, NULL));
  for (i = 0; i < 20; i++) {
    GstElement *subscriber = test_play (SRC "! fakesink", endpoint);

    test_wait_state (subscriber, "s", "connecting");
    test_end (subscriber);
    if (i == 4)
      before = test_count_entries ("/proc/self/fd");
  }
  fail_unless (test_count_entries ("/proc/self/fd") <= before + 4,
      "%u descriptors, %u after the first rounds", test_count_entries ("/proc/self/fd"), before);
}
GST_END_TEST;

GST_START_TEST (a_room_that_gives_streams_only_to_participants_takes_us_for_one)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = test_publish (janus, VP8_SOURCE, TEST_ROOM_PVTID, "feed-id=777");
  GstElement *subscriber =
      test_play ("janusvideoroomsrc name=s janus-endpoint=%s room-id=" TEST_ROOM_PVTID
                 " ! perclitedec key=" KEY " ! rtpvp8depay ! fakesink name=v",
          test_janus_get_endpoint (janus));

  test_wait_buffers (subscriber, test_count (subscriber, "v"), 10);
  test_end (subscriber);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (the_right_pin_opens_the_room)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher =
      test_publish (janus, VP8_SOURCE, TEST_ROOM_PIN, "pin=" TEST_PIN " feed-id=777");
  GstElement *subscriber = test_play ("janusvideoroomsrc name=s janus-endpoint=%s pin=" TEST_PIN
                                      " room-id=" TEST_ROOM_PIN " ! perclitedec key=" KEY
                                      " ! rtpvp8depay ! fakesink name=v",
      test_janus_get_endpoint (janus));

  test_wait_buffers (subscriber, test_count (subscriber, "v"), 10);
  test_end (subscriber);
  test_end (publisher);
}
GST_END_TEST;

typedef struct {
  TestCount *count;
  gint keyframes;
} KeyframeCheck;

static gboolean
has_more_keyframes (gpointer data)
{
  KeyframeCheck *check = data;

  return g_atomic_int_get (&check->count->keyframes) > check->keyframes;
}

GST_START_TEST (a_keyframe_wanted_downstream_comes_from_the_publisher)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = test_publish (janus, VP8_SOURCE, TEST_ROOM_OPEN, "feed-id=777");
  GstElement *subscriber =
      test_play (SRC "feed-id=777 ! perclitedec key=" KEY " ! rtpvp8depay ! fakesink name=v",
          test_janus_get_endpoint (janus));
  g_autoptr (GstElement) sink = get_child (subscriber, "v");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");
  KeyframeCheck check = {test_count (subscriber, "v"), 0};

  /* The source makes one every 10 seconds by itself; a second at 30 frames is past those of the
   * start. */
  test_wait_buffers (subscriber, check.count, 60);
  check.keyframes = g_atomic_int_get (&check.count->keyframes);
  gst_pad_push_event (
      pad, gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
  test_wait_until (has_more_keyframes, &check);
  test_end (subscriber);
  test_end (publisher);
}
GST_END_TEST;

/* What the bin NAME, which is connected, has told the server. */
static gchar *
get_local_sdp (GstElement *pipeline, const gchar *name)
{
  g_autoptr (GstElement) bin = get_child (pipeline, name);
  g_autoptr (GstIterator) it =
      gst_bin_iterate_all_by_element_factory_name (GST_BIN (bin), "webrtcbin");
  g_autoptr (GstWebRTCSessionDescription) description = NULL;
  GValue value = G_VALUE_INIT;

  fail_unless (gst_iterator_next (it, &value) == GST_ITERATOR_OK);
  g_object_get (g_value_get_object (&value), "local-description", &description, NULL);
  g_value_unset (&value);
  return gst_sdp_message_as_text (description->sdp);
}

GST_START_TEST (codec_headers_stay_out_of_the_sdp)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = test_publish (janus, H264_SOURCE, TEST_ROOM_E2EE, "");
  g_autoptr (GstElement) sink = get_child (publisher, "sfu");
  g_autofree gchar *sdp = get_local_sdp (publisher, "sfu");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink_0");
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);

  /* The payloader does have them. */
  fail_unless (gst_structure_has_field (gst_caps_get_structure (caps, 0), "sprop-parameter-sets"));

  fail_unless (strstr (sdp, "packetization-mode=1") != NULL, "%s", sdp);
  fail_if (strstr (sdp, "sprop"), "%s", sdp);
  test_end (publisher);
}
GST_END_TEST;

/* Which has to be ready when the first packet comes, or OpenSSL waits a second to send it again. */
GST_START_TEST (the_server_begins_the_handshake)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = test_publish (janus, VP8_SOURCE, TEST_ROOM_OPEN, "");
  GstElement *subscriber = test_play (SRC "! fakesink", test_janus_get_endpoint (janus));
  g_autofree gchar *sdp = NULL;

  test_wait_state (subscriber, "s", "connected");
  sdp = get_local_sdp (subscriber, "s");
  fail_unless (strstr (sdp, "a=setup:passive") && !strstr (sdp, "a=setup:active"), "%s", sdp);
  test_end (subscriber);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (a_stream_cannot_be_added_once_published)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = test_publish (janus, VP8_SOURCE, TEST_ROOM_OPEN, "");
  g_autoptr (GstElement) sink = get_child (publisher, "sfu");

  fail_unless (gst_element_request_pad_simple (sink, "sink_%u") == NULL);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (states_are_told_in_order)
{
  static const gchar *const states[] = {"connecting", "waiting", "negotiating", "connected"};
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher =
      test_play (VP8_SOURCE ENCRYPT PLAIN_SINK " feed-id=777", test_janus_get_endpoint (janus));
  guint i;

  for (i = 0; i < G_N_ELEMENTS (states); i++) {
    g_autoptr (GstMessage) message = test_wait_element_message (publisher, "janus-state");
    const GstStructure *s = gst_message_get_structure (message);

    assert_equals_string (gst_structure_get_string (s, "state"), states[i]);
    assert_equals_string (gst_structure_get_string (s, "room-id"), TEST_ROOM_OPEN);
  }
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (credentials_cannot_be_read)
{
  static const gchar *const names[] = {"pin", "token", "api-secret", "turn-server"};
  g_autoptr (GstElement) sink = gst_element_factory_make ("janusvideoroomsink", NULL);
  guint i;

  gst_object_ref_sink (sink);
  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (sink), names[i]);

    fail_unless (pspec != NULL);
    fail_if (pspec->flags & G_PARAM_READABLE);
  }
}
GST_END_TEST;

static Suite *
rooms_suite (void)
{
  Suite *s = suite_create ("rooms");
  TCase *tc = tcase_create ("rooms");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, a_stream_that_did_not_come_through_perclitenc_is_refused);
  tcase_add_test (tc, one_plaintext_stream_among_encrypted_ones_is_refused);
  tcase_add_test (tc, what_was_decrypted_again_is_refused);
  tcase_add_test (tc, plaintext_mixed_into_an_encrypted_stream_never_goes_out);
  tcase_add_test (tc, plaintext_is_not_announced_as_encrypted);
  tcase_add_test (tc, somebody_called_ok_who_leaves_removes_nobody);
  tcase_add_test (tc, eos_asked_for_before_the_feed_has_come_ends_the_wait);
  tcase_add_test (tc, that_there_are_no_more_pads_is_told);
  tcase_add_test (tc, one_branch_that_has_enough_does_not_end_the_other);
  tcase_add_test (tc, a_pad_that_is_released_is_not_waited_for);
  tcase_add_test (tc, stopping_while_connecting_leaks_no_descriptor);
  tcase_add_test (tc, plaintext_goes_out_when_it_is_asked_for);
  tcase_add_test (tc, eos_unpublishes_and_leaves_before_the_pipeline_ends);
  tcase_add_test (tc, stopping_leaves_the_room);
  tcase_add_test (tc, a_pipeline_can_be_started_again);
  tcase_add_test (tc, stopping_at_any_moment_of_the_start_is_safe);
  tcase_add_test (tc, the_publishers_leaving_is_eos_after_the_last_frame);
  tcase_add_test (tc, a_file_waits_for_the_connection_and_flows_with_the_clock);
  tcase_add_test (tc, a_feed_is_found_by_its_display_name_even_if_it_comes_later);
  tcase_add_test (tc, rooms_and_feeds_can_be_strings);
  tcase_add_test (tc, a_room_that_gives_streams_only_to_participants_takes_us_for_one);
  tcase_add_test (tc, the_right_pin_opens_the_room);
  tcase_add_test (tc, a_keyframe_wanted_downstream_comes_from_the_publisher);
  tcase_add_test (tc, codec_headers_stay_out_of_the_sdp);
  tcase_add_test (tc, the_server_begins_the_handshake);
  tcase_add_test (tc, a_stream_cannot_be_added_once_published);
  tcase_add_test (tc, states_are_told_in_order);
  tcase_add_test (tc, credentials_cannot_be_read);
  return s;
}

GST_CHECK_MAIN (rooms);
