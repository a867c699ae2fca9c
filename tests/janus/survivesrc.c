/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a receiver survives: publishers that leave and return, one or many, and the loss of the
 * server. */

#include <gst/check/gstcheck.h>
#include <gst/video/video.h>

#include "gstpercliteevent.h"
#include "lossylink.h"
#include "testcall.h"

#define VIDEO                                                                             \
  "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=30/1 ! vp8enc " \
  "deadline=1 ! rtpvp8pay pt=105 mtu=1170"
#define QUICK "reconnect-min-delay=100000000 reconnect-max-delay=400000000 "
#define SRC "janusvideoroomsrc name=s " QUICK "janus-endpoint=%s room-id=%s "
#define DECODE                                                                            \
  "perclitedec name=dec key=" KEY " ! rtpvp8depay ! vp8dec name=decoder max-errors=-1 ! " \
  "fakesink name=v async=false"

/* What comes out of a receiver, by the pipeline's clock. */
typedef struct {
  GstElement *pipeline;
  GMutex lock;
  GstClockTime last;
  gboolean backwards; /* a buffer is of before the one before */
  gboolean late;      /* a buffer's time is far from the clock's */
  gint n_starts;      /* of streams */
  gint n_eos;
} Timeline;

static GstPadProbeReturn
on_output (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Timeline *timeline = user_data;
  g_autoptr (GstEvent) event = NULL;
  const GstSegment *segment;
  GstClockTime time, now;

  if (info->type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) {
    if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_STREAM_START)
      g_atomic_int_inc (&timeline->n_starts);
    if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS)
      g_atomic_int_inc (&timeline->n_eos);
    return GST_PAD_PROBE_OK;
  }
  event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  gst_event_parse_segment (event, &segment);
  time = gst_segment_to_running_time (
      segment, GST_FORMAT_TIME, GST_BUFFER_PTS (GST_PAD_PROBE_INFO_BUFFER (info)));
  now = gst_element_get_current_running_time (timeline->pipeline);
  g_mutex_lock (&timeline->lock);
  timeline->backwards |= timeline->last != GST_CLOCK_TIME_NONE && time < timeline->last;
  /* The machine may be slow, but a clock that began anew is off by seconds from the beginning
   * on. */
  timeline->late |= time > now + GST_SECOND;
  timeline->last = time;
  g_mutex_unlock (&timeline->lock);
  return GST_PAD_PROBE_OK;
}

static void
watch_timeline (GstElement *pipeline, Timeline *timeline)
{
  g_autoptr (GstElement) dec = test_get_element (pipeline, "dec");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (dec, "sink");

  timeline->pipeline = pipeline;
  timeline->last = GST_CLOCK_TIME_NONE;
  g_mutex_init (&timeline->lock);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      on_output, timeline, NULL);
}

static GstClockTime
get_last (Timeline *timeline)
{
  GstClockTime last;

  g_mutex_lock (&timeline->lock);
  last = timeline->last;
  g_mutex_unlock (&timeline->lock);
  return last;
}

static void
assert_one_stream (Timeline *timeline)
{
  g_mutex_lock (&timeline->lock);
  fail_if (timeline->backwards, "running time has gone back");
  fail_if (timeline->late, "running time is ahead of the clock");
  g_mutex_unlock (&timeline->lock);
  assert_equals_int (g_atomic_int_get (&timeline->n_starts), 1);
  assert_equals_int (g_atomic_int_get (&timeline->n_eos), 0);
}

/* webrtcbins that are there. */
static void
on_finalized (gpointer alive, GObject *webrtcbin)
{
  g_atomic_int_add ((gint *) alive, -1);
}

static void
on_element_added (GstBin *bin, GstBin *sub_bin, GstElement *element, gpointer alive)
{
  GstElementFactory *factory = gst_element_get_factory (element);

  if (!factory || !g_str_equal (GST_OBJECT_NAME (factory), "webrtcbin"))
    return;
  g_atomic_int_inc ((gint *) alive);
  g_object_weak_ref (G_OBJECT (element), on_finalized, alive);
}

static GstElement *
publish (const gchar *endpoint, const gchar *feed, const gchar *name)
{
  GstElement *pipeline = test_play (VIDEO ENCRYPT "janusvideoroomsink name=sfu " QUICK
                                                  "janus-endpoint=%s room-id=" TEST_ROOM_OPEN
                                                  " feed-id=%s display-name=%s",
      endpoint, feed, name);

  test_wait_state (pipeline, "sfu", "connected");
  return pipeline;
}

static void
wait_more (GstElement *pipeline, TestCount *count, gint n)
{
  test_wait_buffers (pipeline, count, g_atomic_int_get (&count->buffers) + n);
}

static void
wait_lost (GstElement *pipeline, const gchar *reason)
{
  g_autoptr (GstMessage) message = test_wait_state_message (pipeline, "s", "lost");
  const gchar *text = gst_structure_get_string (gst_message_get_structure (message), "reason");

  fail_unless (text && strstr (text, reason), "\"%s\" is not in: %s", reason, text);
}

GST_START_TEST (a_publisher_that_leaves_and_returns_goes_on_at_the_same_pad)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *publisher = publish (endpoint, "777", "cam");
  GstElement *receiver = test_pipeline (SRC "feed-id=777 ! " DECODE, endpoint, TEST_ROOM_OPEN);
  TestCount *pictures = test_count (receiver, "v");
  Timeline timeline = {0};
  gint alive = 0, round;

  watch_timeline (receiver, &timeline);
  g_signal_connect (receiver, "deep-element-added", G_CALLBACK (on_element_added), &alive);
  gst_element_set_state (receiver, GST_STATE_PLAYING);
  wait_more (receiver, pictures, 20);
  for (round = 0; round < 3; round++) {
    GstClockTime left;

    test_end (publisher);
    test_wait_state (receiver, "s", "waiting");
    left = get_last (&timeline);
    test_wait_number (&alive, 0);
    publisher = publish (endpoint, "777", "cam");
    wait_more (receiver, pictures, 20);
    fail_unless (get_last (&timeline) > left);
  }
  assert_one_stream (&timeline);
  assert_equals_uint64 (test_get_stat (receiver, "dec", "dropped"), 0);
  test_wait_number (&alive, 1);
  test_end (receiver);
  assert_equals_int (g_atomic_int_get (&alive), 0);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (leaving_and_returning_are_told)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *publisher = publish (endpoint, "777", "cam");
  GstElement *receiver = test_play (SRC "feed-id=777 ! " DECODE, endpoint, TEST_ROOM_OPEN);
  gint round;

  wait_more (receiver, test_count (receiver, "v"), 5);
  for (round = 0; round < 2; round++) {
    test_end (publisher);
    test_wait_text (receiver, GST_MESSAGE_INFO, "s", "Feed 777 (\"cam\") has left the room");
    publisher = publish (endpoint, "777", "cam");
    test_wait_text (receiver, GST_MESSAGE_INFO, "s", "Feed 777 (\"cam\") is received now");
  }
  test_end (receiver);
  test_end (publisher);
}
GST_END_TEST;

/* Both come back by themselves, in whichever order. */
GST_START_TEST (a_server_that_is_killed_and_restarted_has_the_picture_back)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *publisher = publish (endpoint, "777", "cam");
  GstElement *receiver =
      test_pipeline (SRC "feed-display-name=cam ! " DECODE, endpoint, TEST_ROOM_OPEN);
  TestCount *pictures = test_count (receiver, "v");
  Timeline timeline = {0};
  gint round;

  watch_timeline (receiver, &timeline);
  gst_element_set_state (receiver, GST_STATE_PLAYING);
  wait_more (receiver, pictures, 20);
  for (round = 1; round <= 3; round++) {
    test_janus_kill (janus);
    wait_lost (receiver, "closed the connection");
    test_wait_state (receiver, "s", "retrying");
    test_restart (janus);
    wait_more (receiver, pictures, 20);
  }
  assert_one_stream (&timeline);
  /* The stream was known: neither its key nor its place in the sequence was searched for. */
  assert_equals_uint64 (test_get_stat (receiver, "dec", "dropped"), 0);
  assert_equals_uint64 (test_get_stat (receiver, "s", "reconnects"), 3);
  test_end (receiver);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (a_feed_that_is_not_there_yet_is_waited_for_with_a_warning)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *receiver =
      test_play (SRC "feed-id=777 timeout=1 ! " DECODE, endpoint, TEST_ROOM_OPEN);
  GstElement *publisher;

  test_wait_text (receiver, GST_MESSAGE_WARNING, "s", "Feed 777 has not appeared");
  publisher = publish (endpoint, "777", "cam");
  wait_more (receiver, test_count (receiver, "v"), 10);
  test_end (receiver);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (connections_that_the_server_hangs_up_are_made_again)
{
  TestJanusOptions options = {.admin = TRUE};
  g_autoptr (TestJanus) janus = test_start_janus (&options);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *publisher = publish (endpoint, "777", "cam");
  GstElement *receiver = test_pipeline (SRC "feed-id=777 ! " DECODE, endpoint, TEST_ROOM_OPEN);
  TestCount *pictures = test_count (receiver, "v");
  Timeline timeline = {0};

  watch_timeline (receiver, &timeline);
  gst_element_set_state (receiver, GST_STATE_PLAYING);
  wait_more (receiver, pictures, 10);
  fail_unless (test_janus_admin_hang_up (janus, NULL));
  test_wait_state (publisher, "sfu", "lost");
  test_wait_state (publisher, "sfu", "connected");
  wait_more (receiver, pictures, 20);
  assert_one_stream (&timeline);
  test_end (receiver);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (on_a_long_way_the_first_connection_comes_up)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autoptr (LossyLink) link = test_link_to (janus, 1);
  GstElement *publisher = publish (test_janus_get_endpoint (janus), "777", "cam");
  GstElement *receiver;

  test_lengthen (link);
  receiver = test_play (
      SRC "feed-id=777 timeout=30 ! " DECODE, lossy_link_get_endpoint (link), TEST_ROOM_OPEN);
  wait_more (receiver, test_count (receiver, "v"), 10);
  assert_equals_uint64 (test_get_stat (receiver, "s", "attempts"), 0);
  test_end (receiver);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (a_connection_that_is_cut_comes_back_when_the_way_does)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autoptr (LossyLink) link = test_link_to (janus, 1);
  GstElement *publisher = publish (test_janus_get_endpoint (janus), "777", "cam");
  GstElement *receiver;
  TestCount *pictures;

  lossy_link_set_droppable (link, PACKET_MASK_ALL);
  receiver = test_play (
      SRC "feed-id=777 timeout=2 ! " DECODE, lossy_link_get_endpoint (link), TEST_ROOM_OPEN);
  pictures = test_count (receiver, "v");
  wait_more (receiver, pictures, 10);
  lossy_link_set (link, 1.0, 1.0, 0);
  wait_lost (receiver, "Nothing has come over the media connection");
  lossy_link_set (link, 0.0, 0.0, 0);
  wait_more (receiver, pictures, 10);
  test_end (receiver);
  test_end (publisher);
}
GST_END_TEST;

/* Whether RECEIVER is warned of that before PICTURES come. */
static gboolean
is_out_of_step (GstElement *receiver, TestCount *pictures)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (receiver);
  gboolean is_warned = FALSE;

  while (!is_warned && g_atomic_int_get (&pictures->buffers) < 10) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (
        bus, 100 * GST_MSECOND, (GstMessageType) (GST_MESSAGE_WARNING | GST_MESSAGE_ERROR));
    g_autoptr (GError) warning = NULL;

    if (!message)
      continue;
    fail_unless (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING);
    gst_message_parse_warning (message, &warning, NULL);
    is_warned = strstr (warning->message, "cannot be authenticated (SRTP)") != NULL;
  }
  return is_warned;
}

/* What the publisher has sent before a receiver is there makes Janus count a rollover when it comes
 * late, and the receiver not, if it does not get it: without help this connection would never bring
 * a picture. */
GST_START_TEST (a_rollover_that_only_the_server_counts_is_got_over)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autoptr (LossyLink) link = test_link_to (janus, 1);
  GstElement *publisher, *receiver = NULL;
  TestCount *pictures;

  lossy_link_set_stragglers (link, TRUE);
  /* Which would send what is late again, earlier than it comes. */
  publisher =
      test_play (VIDEO ENCRYPT "janusvideoroomsink name=sfu janus-endpoint=%s "
                               "room-id=" TEST_ROOM_OPEN " feed-id=777 do-retransmission=false",
          lossy_link_get_endpoint (link));
  test_wait_state (publisher, "sfu", "connected");
  /* What comes first may be what is late, and then nothing comes from before that. */
  do {
    g_clear_pointer (&receiver, test_end);
    receiver =
        test_play (SRC "feed-id=777 ! " DECODE, lossy_link_get_endpoint (link), TEST_ROOM_OPEN);
    pictures = test_count (receiver, "v");
  } while (!is_out_of_step (receiver, pictures));
  lossy_link_set_stragglers (link, FALSE);
  wait_more (receiver, pictures, 10);
  test_end (receiver);
  test_end (publisher);
}
GST_END_TEST;

/* Reports still come. */
GST_START_TEST (a_connection_of_which_nothing_is_authentic_is_made_again)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autoptr (LossyLink) link = test_link_to (janus, 1);
  GstElement *publisher = publish (test_janus_get_endpoint (janus), "777", "cam");
  GstElement *receiver;
  TestCount *pictures;

  receiver =
      test_play (SRC "feed-id=777 ! " DECODE, lossy_link_get_endpoint (link), TEST_ROOM_OPEN);
  pictures = test_count (receiver, "v");
  wait_more (receiver, pictures, 10);
  lossy_link_set_damaged (link, PACKET_MASK (PACKET_RTP));
  test_wait_text (receiver, GST_MESSAGE_WARNING, "s", "cannot be authenticated (SRTP)");
  lossy_link_set_damaged (link, 0);
  wait_more (receiver, pictures, 10);
  test_end (receiver);
  test_end (publisher);
}
GST_END_TEST;

/* Longer than the silence by which a connection is known to be lost: the server reports on what it
 * has all the same. */
static void
assert_not_lost (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  gint64 end = g_get_monotonic_time () + 14 * G_TIME_SPAN_SECOND, now;

  while ((now = g_get_monotonic_time ()) < end) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (
        bus, (GstClockTime) (end - now) * GST_USECOND, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR);

    fail_if (message && (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR ||
                            g_strcmp0 (gst_structure_get_string (
                                           gst_message_get_structure (message), "state"),
                                "lost") == 0),
        "lost, though nothing was");
  }
}

GST_START_TEST (a_publisher_that_sends_nothing_for_a_while_is_not_lost)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *publisher =
      test_play (VIDEO ENCRYPT "valve name=valve ! janusvideoroomsink name=sfu janus-endpoint=%s "
                               "room-id=" TEST_ROOM_OPEN " feed-id=777",
          endpoint);
  GstElement *receiver = test_play (SRC "feed-id=777 ! " DECODE, endpoint, TEST_ROOM_OPEN);
  TestCount *pictures = test_count (receiver, "v");
  g_autoptr (GstElement) valve = test_get_element (publisher, "valve");

  wait_more (receiver, pictures, 10);
  g_object_set (valve, "drop", TRUE, NULL);
  assert_not_lost (receiver);
  assert_equals_uint64 (test_get_stat (publisher, "sfu", "reconnects"), 0);
  g_object_set (valve, "drop", FALSE, NULL);
  wait_more (receiver, pictures, 10);
  test_end (receiver);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (who_is_paused_for_a_while_is_not_lost)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *publisher = publish (endpoint, "777", "cam");
  GstElement *receiver = test_play (SRC "feed-id=777 ! " DECODE, endpoint, TEST_ROOM_OPEN);
  TestCount *pictures = test_count (receiver, "v");

  wait_more (receiver, pictures, 10);
  gst_element_set_state (receiver, GST_STATE_PAUSED);
  assert_not_lost (receiver);
  gst_element_set_state (receiver, GST_STATE_PLAYING);
  wait_more (receiver, pictures, 10);
  assert_equals_uint64 (test_get_stat (receiver, "s", "reconnects"), 0);
  test_end (receiver);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (a_publisher_that_returns_with_another_codec_is_told_and_can_return_with_the_first)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *publisher = publish (endpoint, "777", "cam");
  GstElement *receiver = test_play (SRC "feed-id=777 ! " DECODE, endpoint, TEST_ROOM_OPEN);
  TestCount *pictures = test_count (receiver, "v");

  wait_more (receiver, pictures, 10);
  test_end (publisher);
  publisher = test_play (VP9_SOURCE ENCRYPT "janusvideoroomsink name=sfu janus-endpoint=%s "
                                            "room-id=" TEST_ROOM_OPEN " feed-id=777",
      endpoint);
  test_wait_text (receiver, GST_MESSAGE_WARNING, "s", "does not take the VP9 of feed 777");
  test_end (publisher);
  publisher = publish (endpoint, "777", "cam");
  wait_more (receiver, pictures, 10);
  assert_equals_uint64 (test_get_stat (receiver, "s", "reconnects"), 0);
  test_end (receiver);
  test_end (publisher);
}
GST_END_TEST;

static GstPadProbeReturn
on_held (GstPad *pad, GstPadProbeInfo *info, gpointer held)
{
  g_atomic_int_set ((gint *) held, TRUE);
  return GST_PAD_PROBE_OK;
}

static gulong
hold (GstElement *pipeline, const gchar *name, gint *held)
{
  g_autoptr (GstElement) element = test_get_element (pipeline, name);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");

  return gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER, on_held, held, NULL);
}

/* A far end that takes nothing for a while: what is pushed to it waits, and with it whatever holds
 * the stream. */
GST_START_TEST (who_is_held_up_downstream_reconnects_all_the_same)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *publisher = publish (endpoint, "777", "cam");
  GstElement *receiver = test_play (SRC "feed-id=777 ! " DECODE, endpoint, TEST_ROOM_OPEN);
  TestCount *pictures = test_count (receiver, "v");
  g_autoptr (GstElement) sink = test_get_element (receiver, "v");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (sink, "sink");
  gulong id;
  gint held = FALSE;

  wait_more (receiver, pictures, 10);
  id = hold (receiver, "v", &held);
  test_wait_number (&held, TRUE);
  test_restart (janus);
  wait_lost (receiver, "closed the connection");
  test_wait_state (receiver, "s", "connected");
  gst_pad_remove_probe (pad, id);
  wait_more (receiver, pictures, 10);
  test_end (receiver);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (who_is_held_up_downstream_can_be_stopped_while_the_server_goes)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *publisher = publish (endpoint, "777", "cam");
  gint round;

  for (round = 0; round < 4; round++) {
    /* A sink that waits for the clock when the pipeline is paused, and then for its being played
     * again. */
    GstElement *receiver = test_play (SRC "feed-id=777 ! perclitedec key=" KEY " ! rtpvp8depay ! "
                                          "vp8dec ! fakesink name=v sync=true ts-offset=1000000000",
        endpoint, TEST_ROOM_OPEN);

    wait_more (receiver, test_count (receiver, "v"), 10);
    test_janus_kill (janus);
    if (round % 2)
      wait_lost (receiver, "closed the connection");
    test_end (receiver);
    test_restart (janus);
  }
  test_end (publisher);
}
GST_END_TEST;

static gboolean
is_receiving (gpointer src)
{
  g_autofree gchar *feed = NULL;

  g_object_get (src, "active-feed-id", &feed, NULL);
  return feed != NULL;
}

/* GLib keeps some for a while in case that they are wanted again. */
static gboolean
has_few_threads (gpointer before)
{
  return test_count_entries ("/proc/self/task") <= *(guint *) before + 2;
}

/* As by a pipeline in which another element refuses to stop. */
GST_START_TEST (who_is_dropped_without_being_stopped_does_nothing_more)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *publisher = publish (endpoint, "777", "cam");
  GstElement *src = gst_element_factory_make ("janusvideoroomsrc", NULL);
  guint threads = test_count_entries ("/proc/self/task");
  gint alive = 1;

  g_object_set (src, "janus-endpoint", endpoint, "room-id", TEST_ROOM_OPEN, NULL);
  g_object_weak_ref (G_OBJECT (src), on_finalized, &alive);
  gst_element_set_state (gst_object_ref_sink (src), GST_STATE_PLAYING);
  test_wait_until (is_receiving, src);
  /* GStreamer complains of who is disposed of in another state than NULL. */
  _gst_check_expecting_log = TRUE;
  gst_object_unref (src);
  test_wait_number (&alive, 0);
  test_wait_until (has_few_threads, &threads);
  test_end (publisher);
}
GST_END_TEST;

typedef struct {
  GMutex lock; /* while the state is being set */
  GstElement *src;
} Dropped;

static GstBusSyncReply
drop_once (GstBus *bus, GstMessage *message, gpointer user_data)
{
  Dropped *dropped = user_data;

  /* By the signalling thread. */
  if (gst_message_has_name (message, "janus-state")) {
    g_mutex_lock (&dropped->lock);
    gst_clear_object (&dropped->src);
    g_mutex_unlock (&dropped->lock);
  }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* The signalling thread has the last reference then, and cannot wait for itself. */
GST_START_TEST (who_is_dropped_for_what_it_tells_does_nothing_more)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  Dropped dropped = {
      .src = gst_object_ref_sink (gst_element_factory_make ("janusvideoroomsrc", NULL))};
  g_autoptr (GstBus) bus = gst_bus_new ();
  guint threads = test_count_entries ("/proc/self/task");
  gint alive = 1;

  g_mutex_init (&dropped.lock);
  g_object_set (dropped.src, "janus-endpoint", test_janus_get_endpoint (janus), "room-id",
      TEST_ROOM_OPEN, NULL);
  g_object_weak_ref (G_OBJECT (dropped.src), on_finalized, &alive);
  gst_bus_set_sync_handler (bus, drop_once, &dropped, NULL);
  gst_element_set_bus (dropped.src, bus);
  _gst_check_expecting_log = TRUE;
  g_mutex_lock (&dropped.lock);
  gst_element_set_state (dropped.src, GST_STATE_PLAYING);
  g_mutex_unlock (&dropped.lock);
  test_wait_number (&alive, 0);
  test_wait_until (has_few_threads, &threads);
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  g_mutex_clear (&dropped.lock);
}
GST_END_TEST;

/* As by an application that keeps a pad. Without an element the pad would refuse all events, but
 * for those that are in it already. */
GST_START_TEST (a_pad_that_outlives_its_element_asks_for_nothing)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *publisher = publish (endpoint, "777", "cam");
  GstElement *receiver = test_play (SRC "feed-id=777 ! " DECODE, endpoint, TEST_ROOM_OPEN);
  GstElement *src = test_get_element (receiver, "s");
  GstElement *other = gst_object_ref_sink (gst_bin_new (NULL));
  g_autoptr (GstPad) pad = NULL;
  gint alive = 1;

  wait_more (receiver, test_count (receiver, "v"), 1);
  pad = gst_element_get_static_pad (src, "video_0");
  g_object_weak_ref (G_OBJECT (src), on_finalized, &alive);
  gst_object_unref (src);
  test_end (receiver);
  test_wait_number (&alive, 0);
  fail_unless (gst_element_add_pad (other, pad) && gst_pad_set_active (pad, TRUE));
  gst_pad_send_event (
      pad, gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
  gst_pad_send_event (
      pad, gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM,
               gst_structure_new (GST_PERCLITE_DECRYPTION_EVENT, "failing", G_TYPE_BOOLEAN, TRUE,
                   "duration", G_TYPE_UINT64, 20 * GST_SECOND, NULL)));
  gst_object_unref (other);
  test_end (publisher);
}
GST_END_TEST;

/* No server: all that matters happens before it would be missed. */
GST_START_TEST (an_end_that_is_asked_for_is_that_of_its_run)
{
  GstElement *receiver = test_pipeline ("janusvideoroomsrc name=s janus-endpoint=ws://127.0.0.1:9/ "
                                        "room-id=1 reconnect-min-delay=1000000000000 "
                                        "reconnect-max-delay=1000000000000 ! fakesink");
  g_autoptr (GstElement) src = test_get_element (receiver, "s");
  g_autoptr (GstBus) bus = gst_element_get_bus (receiver);
  gint round;

  for (round = 0; round < 50; round++) {
    GstMessage *message;

    gst_element_set_state (receiver, GST_STATE_PLAYING);
    gst_element_send_event (src, gst_event_new_eos ());
    gst_element_set_state (receiver, GST_STATE_READY);
    gst_bus_set_flushing (bus, TRUE);
    gst_bus_set_flushing (bus, FALSE);
    gst_element_set_state (receiver, GST_STATE_PLAYING);
    test_wait_state (receiver, "s", "retrying");
    while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR))) {
      gst_message_unref (message);
      fail ("the run was ended by the one before");
    }
    gst_element_set_state (receiver, GST_STATE_NULL);
  }
  test_end (receiver);
}
GST_END_TEST;

GST_START_TEST (what_is_asked_to_end_ends_while_it_waits)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  gint i;

  for (i = 0; i < 2; i++) {
    GstElement *publisher = publish (endpoint, "777", "cam");
    GstElement *receiver = test_play (SRC "feed-id=777 reconnect-min-delay=1000000000000 "
                                          "reconnect-max-delay=1000000000000 ! " DECODE,
        endpoint, TEST_ROOM_OPEN);

    wait_more (receiver, test_count (receiver, "v"), 5);
    if (i == 0) {
      test_end (publisher);
      test_wait_state (receiver, "s", "waiting");
    } else {
      test_janus_kill (janus);
      test_wait_state (receiver, "s", "retrying");
      test_end (publisher);
    }
    gst_element_send_event (receiver, gst_event_new_eos ());
    test_wait_eos (receiver);
    test_end (receiver);
  }
}
GST_END_TEST;

/* ---- Several ---- */

/* The branches of a receiver of many, by the feed of the pad that each is linked to. */
typedef struct {
  GstElement *pipeline;
  GMutex lock;
  GHashTable *counts; /* "feed/pad" -> gint of packets */
  gint n_added, n_removed, n_eos;
} Audience;

static GstPadProbeReturn
on_packet (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Audience *audience = user_data;
  g_autofree gchar *feed = NULL, *name = NULL;
  g_autoptr (GstCaps) caps = NULL;

  if (info->type & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) {
    if (GST_EVENT_TYPE (GST_PAD_PROBE_INFO_EVENT (info)) == GST_EVENT_EOS)
      g_atomic_int_inc (&audience->n_eos);
    return GST_PAD_PROBE_OK;
  }
  g_object_get (pad, "feed-id", &feed, "feed-display-name", &name, NULL);
  caps = gst_pad_get_current_caps (pad);
  /* Both tell the same. */
  fail_unless (g_strcmp0 (feed,
                   gst_structure_get_string (gst_caps_get_structure (caps, 0), "feed-id")) == 0);
  fail_unless (g_strcmp0 (name, gst_structure_get_string (
                                    gst_caps_get_structure (caps, 0), "feed-display-name")) == 0);
  g_mutex_lock (&audience->lock);
  g_hash_table_insert (audience->counts, g_strdup (feed),
      GINT_TO_POINTER (GPOINTER_TO_INT (g_hash_table_lookup (audience->counts, feed)) + 1));
  g_mutex_unlock (&audience->lock);
  return GST_PAD_PROBE_OK;
}

static void
on_pad_added (GstElement *src, GstPad *pad, gpointer user_data)
{
  Audience *audience = user_data;
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (sink, "sink");

  g_object_set (sink, "async", FALSE, NULL);
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      on_packet, audience, NULL);
  gst_bin_add (GST_BIN (audience->pipeline), sink);
  gst_element_sync_state_with_parent (sink);
  fail_unless (gst_pad_link (pad, sink_pad) == GST_PAD_LINK_OK);
  g_atomic_int_inc (&audience->n_added);
}

static void
on_pad_removed (GstElement *src, GstPad *pad, gpointer user_data)
{
  g_atomic_int_inc (&((Audience *) user_data)->n_removed);
}

static void
audience_begin (Audience *audience, const gchar *endpoint, const gchar *properties)
{
  g_autoptr (GstElement) src = NULL;

  audience->pipeline = test_pipeline (SRC "%s", endpoint, TEST_ROOM_OPEN, properties);
  g_mutex_init (&audience->lock);
  audience->counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  src = test_get_element (audience->pipeline, "s");
  g_signal_connect (src, "pad-added", G_CALLBACK (on_pad_added), audience);
  g_signal_connect (src, "pad-removed", G_CALLBACK (on_pad_removed), audience);
  gst_element_set_state (audience->pipeline, GST_STATE_PLAYING);
}

static void
audience_end (Audience *audience)
{
  test_end (audience->pipeline);
  g_hash_table_unref (audience->counts);
  g_mutex_clear (&audience->lock);
}

static gint
get_count (Audience *audience, const gchar *feed)
{
  gint count;

  g_mutex_lock (&audience->lock);
  count = GPOINTER_TO_INT (g_hash_table_lookup (audience->counts, feed));
  g_mutex_unlock (&audience->lock);
  return count;
}

typedef struct {
  Audience *audience;
  const gchar *feed;
  gint wanted;
} CountCheck;

static gboolean
has_count (gpointer data)
{
  CountCheck *check = data;

  return get_count (check->audience, check->feed) >= check->wanted;
}

/* Waits for N more packets of FEED. */
static void
wait_packets (Audience *audience, const gchar *feed, gint n)
{
  CountCheck check = {audience, feed, get_count (audience, feed) + n};

  test_wait_until (has_count, &check);
}

static gboolean
is_one (gpointer number)
{
  return g_atomic_int_get ((gint *) number) == 1;
}

GST_START_TEST (people_come_and_go_and_each_has_pads)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *anna = publish (endpoint, "1", "anna"), *bert, *carl;
  Audience audience = {0};
  g_autoptr (GstElement) src = NULL;

  audience_begin (&audience, endpoint, "feeds=all");
  wait_packets (&audience, "1", 20);
  bert = publish (endpoint, "2", "bert");
  wait_packets (&audience, "2", 20);
  carl = publish (endpoint, "3", "carl");
  wait_packets (&audience, "3", 20);
  assert_equals_int (g_atomic_int_get (&audience.n_added), 3);

  test_end (bert);
  test_wait_until (is_one, &audience.n_removed);
  wait_packets (&audience, "1", 20);
  wait_packets (&audience, "3", 20);
  bert = publish (endpoint, "2", "bert");
  wait_packets (&audience, "2", 20);
  assert_equals_int (g_atomic_int_get (&audience.n_added), 4);
  assert_equals_int (g_atomic_int_get (&audience.n_removed), 1);
  assert_equals_int (g_atomic_int_get (&audience.n_eos), 0);
  src = test_get_element (audience.pipeline, "s");
  assert_equals_int (src->numsrcpads, 3);
  audience_end (&audience);
  test_end (anna);
  test_end (bert);
  test_end (carl);
}
GST_END_TEST;

GST_START_TEST (a_pattern_chooses_by_display_name)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *cam1 = publish (endpoint, "1", "cam-1"), *mic = publish (endpoint, "2", "mic");
  GstElement *cam2;
  Audience audience = {0};

  audience_begin (&audience, endpoint, "feeds=cam*");
  wait_packets (&audience, "1", 20);
  cam2 = publish (endpoint, "3", "cam-2");
  wait_packets (&audience, "3", 20);
  assert_equals_int (get_count (&audience, "2"), 0);
  audience_end (&audience);
  test_end (cam1);
  test_end (cam2);
  test_end (mic);
}
GST_END_TEST;

GST_START_TEST (all_of_them_come_back_to_their_pads_after_the_server)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *anna = publish (endpoint, "1", "anna"), *bert = publish (endpoint, "2", "bert");
  Audience audience = {0};

  audience_begin (&audience, endpoint, "feeds=all timeout=10");
  wait_packets (&audience, "1", 20);
  wait_packets (&audience, "2", 20);
  test_restart (janus);
  wait_lost (audience.pipeline, "closed the connection");
  wait_packets (&audience, "1", 20);
  wait_packets (&audience, "2", 20);
  assert_equals_int (g_atomic_int_get (&audience.n_added), 2);
  assert_equals_int (g_atomic_int_get (&audience.n_removed), 0);

  /* Who does not return has no pads any more. */
  test_janus_kill (janus);
  test_end (bert);
  test_restart (janus);
  wait_packets (&audience, "1", 20);
  test_wait_until (is_one, &audience.n_removed);
  audience_end (&audience);
  test_end (anna);
}
GST_END_TEST;

/* Refused by the server, as this feed's subscription is mixed up: it does not concern the
 * others. */
GST_START_TEST (one_feed_that_cannot_be_received_is_left_out)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autoptr (LossyLink) link = test_link_to (janus, 1);
  GstElement *anna = publish (test_janus_get_endpoint (janus), "1", "anna"), *bert;
  Audience audience = {0};
  gint before;

  audience_begin (&audience, lossy_link_get_endpoint (link), "feeds=all");
  wait_packets (&audience, "1", 20);
  /* Handshakes are lost from now on, and media are not. */
  lossy_link_set_droppable (link, PACKET_MASK (PACKET_DTLS));
  lossy_link_set (link, 1.0, 1.0, 0);
  bert = publish (test_janus_get_endpoint (janus), "2", "bert");
  before = get_count (&audience, "1");
  test_wait_text (audience.pipeline, GST_MESSAGE_WARNING, "s", "Feed 2: The DTLS handshake");
  fail_unless (get_count (&audience, "1") > before + 10, "the other one has stopped");
  lossy_link_set (link, 0.0, 0.0, 0);
  wait_packets (&audience, "2", 20);
  wait_packets (&audience, "1", 20);
  assert_equals_int (g_atomic_int_get (&audience.n_added), 2);
  assert_equals_int (g_atomic_int_get (&audience.n_removed), 0);
  audience_end (&audience);
  test_end (anna);
  test_end (bert);
}
GST_END_TEST;

GST_START_TEST (pads_end_before_they_go_if_that_is_wanted)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *anna = publish (endpoint, "1", "anna"), *bert = publish (endpoint, "2", "bert");
  Audience audience = {0};

  audience_begin (&audience, endpoint, "feeds=all eos-on-leave=true");
  wait_packets (&audience, "1", 20);
  wait_packets (&audience, "2", 20);
  test_end (bert);
  test_wait_until (is_one, &audience.n_removed);
  assert_equals_int (g_atomic_int_get (&audience.n_eos), 1);
  wait_packets (&audience, "1", 20);
  audience_end (&audience);
  test_end (anna);
}
GST_END_TEST;

GST_START_TEST (gst_launch_links_a_feed_by_its_caps)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *anna = publish (endpoint, "1", "anna"), *bert = publish (endpoint, "2", "bert");
  GstElement *receiver = test_play (SRC
      "feeds=all s. ! application/x-rtp,media=video,feed-id=(string)2 ! " DECODE
      " s. ! application/x-rtp,media=video,feed-display-name=anna ! perclitedec key=" OTHER_KEY
      " name=wrong ! fakesink async=false",
      endpoint, TEST_ROOM_OPEN);

  wait_more (receiver, test_count (receiver, "v"), 10);
  assert_equals_uint64 (test_get_stat (receiver, "dec", "dropped"), 0);
  assert_equals_uint64 (test_get_stat (receiver, "wrong", "packets-out"), 0);
  test_end (receiver);
  test_end (anna);
  test_end (bert);
}
GST_END_TEST;

GST_START_TEST (one_and_several_are_not_asked_for_at_once)
{
  GstElement *pipeline = test_pipeline (
      "janusvideoroomsrc janus-endpoint=ws://127.0.0.1:1/ room-id=1 feeds=all feed-id=777");

  assert_equals_int (gst_element_set_state (pipeline, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  test_expect_error (pipeline, "feeds=", NULL);
  test_end (pipeline);
}
GST_END_TEST;

static Suite *
survivesrc_suite (void)
{
  Suite *s = suite_create ("survivesrc");
  TCase *one = tcase_create ("one");
  TCase *several = tcase_create ("several");

  suite_add_tcase (s, one);
  tcase_set_timeout (one, 120);
  tcase_add_test (one, a_publisher_that_leaves_and_returns_goes_on_at_the_same_pad);
  tcase_add_test (one, leaving_and_returning_are_told);
  tcase_add_test (one, a_server_that_is_killed_and_restarted_has_the_picture_back);
  tcase_add_test (one, a_feed_that_is_not_there_yet_is_waited_for_with_a_warning);
  tcase_add_test (one, connections_that_the_server_hangs_up_are_made_again);
  tcase_add_test (one, on_a_long_way_the_first_connection_comes_up);
  tcase_add_test (one, a_connection_that_is_cut_comes_back_when_the_way_does);
  tcase_add_test (one, a_connection_of_which_nothing_is_authentic_is_made_again);
  tcase_add_test (one, a_rollover_that_only_the_server_counts_is_got_over);
  tcase_add_test (one, a_publisher_that_sends_nothing_for_a_while_is_not_lost);
  tcase_add_test (one, who_is_paused_for_a_while_is_not_lost);
  tcase_add_test (
      one, a_publisher_that_returns_with_another_codec_is_told_and_can_return_with_the_first);
  tcase_add_test (one, who_is_held_up_downstream_reconnects_all_the_same);
  tcase_add_test (one, who_is_held_up_downstream_can_be_stopped_while_the_server_goes);
  tcase_add_test (one, who_is_dropped_without_being_stopped_does_nothing_more);
  tcase_add_test (one, who_is_dropped_for_what_it_tells_does_nothing_more);
  tcase_add_test (one, a_pad_that_outlives_its_element_asks_for_nothing);
  tcase_add_test (one, an_end_that_is_asked_for_is_that_of_its_run);
  tcase_add_test (one, what_is_asked_to_end_ends_while_it_waits);

  suite_add_tcase (s, several);
  tcase_set_timeout (several, 120);
  tcase_add_test (several, people_come_and_go_and_each_has_pads);
  tcase_add_test (several, a_pattern_chooses_by_display_name);
  tcase_add_test (several, all_of_them_come_back_to_their_pads_after_the_server);
  tcase_add_test (several, one_feed_that_cannot_be_received_is_left_out);
  tcase_add_test (several, pads_end_before_they_go_if_that_is_wanted);
  tcase_add_test (several, gst_launch_links_a_feed_by_its_caps);
  tcase_add_test (several, one_and_several_are_not_asked_for_at_once);
  return s;
}

GST_CHECK_MAIN (survivesrc);
