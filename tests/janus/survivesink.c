/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a publisher survives: whatever ends its session, it comes back by itself as the one it
 * was. */

#include <gst/check/gstcheck.h>
#include <gst/rtp/rtp.h>

#include "lossylink.h"
#include "testcall.h"

/* Keyframes come when they are asked for, and never again by themselves. */
#define VIDEO                                                                             \
  "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=30/1 ! vp8enc " \
  "deadline=1 keyframe-max-dist=1000000 ! identity name=frames ! rtpvp8pay pt=105 mtu=1170"
#define SINK                                                                                     \
  "perclitenc name=enc key=" KEY " ! janusvideoroomsink name=sfu reconnect-min-delay=100000000 " \
  "reconnect-max-delay=400000000 "

/* What goes into the webrtcbins, one after the other. */
typedef struct {
  gint webrtcbins; /* atomic: made */
  gint alive;      /* atomic: of those */
  gint buffers;    /* atomic: into all of them */

  GMutex lock;
  guint32 ssrc;
  guint16 seq;
  gboolean anew; /* the SSRC has changed, or a sequence number has gone back */
} Outer;

static void
on_finalized (gpointer data, GObject *webrtcbin)
{
  g_atomic_int_add (&((Outer *) data)->alive, -1);
}

static gboolean
watch_packet (GstBuffer **buffer, guint i, gpointer data)
{
  Outer *outer = data;
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  fail_unless (gst_rtp_buffer_map (*buffer, GST_MAP_READ, &rtp));
  g_mutex_lock (&outer->lock);
  if (outer->ssrc)
    outer->anew |= outer->ssrc != gst_rtp_buffer_get_ssrc (&rtp) ||
                   (gint16) (gst_rtp_buffer_get_seq (&rtp) - outer->seq) <= 0;
  outer->ssrc = gst_rtp_buffer_get_ssrc (&rtp);
  outer->seq = gst_rtp_buffer_get_seq (&rtp);
  g_mutex_unlock (&outer->lock);
  gst_rtp_buffer_unmap (&rtp);
  g_atomic_int_inc (&outer->buffers);
  return TRUE;
}

static GstPadProbeReturn
on_outer_packets (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    watch_packet (&buffer, 0, data);
  else
    gst_buffer_list_foreach (GST_PAD_PROBE_INFO_BUFFER_LIST (info), watch_packet, data);
  return GST_PAD_PROBE_OK;
}

static void
on_pad_added (GstElement *webrtcbin, GstPad *pad, gpointer data)
{
  if (GST_PAD_IS_SINK (pad))
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
        on_outer_packets, data, NULL);
}

static void
on_element_added (GstBin *bin, GstBin *sub_bin, GstElement *element, gpointer data)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  Outer *outer = data;

  if (!factory || !g_str_equal (GST_OBJECT_NAME (factory), "webrtcbin"))
    return;
  g_atomic_int_inc (&outer->webrtcbins);
  g_atomic_int_inc (&outer->alive);
  g_object_weak_ref (G_OBJECT (element), on_finalized, outer);
  g_signal_connect (element, "pad-added", G_CALLBACK (on_pad_added), outer);
}

static void
watch_outer (GstElement *pipeline, Outer *outer)
{
  g_mutex_init (&outer->lock);
  g_signal_connect (pipeline, "deep-element-added", G_CALLBACK (on_element_added), outer);
}

static void
assert_goes_on (Outer *outer)
{
  g_mutex_lock (&outer->lock);
  fail_if (outer->anew, "the stream has begun anew");
  g_mutex_unlock (&outer->lock);
}

/* A publisher with further properties of the sink, in NULL. */
static GstElement *
publisher_new (const gchar *endpoint, const gchar *room, const gchar *properties)
{
  return test_pipeline (
      VIDEO " ! " SINK "janus-endpoint=%s room-id=%s %s", endpoint, room, properties);
}

static GstElement *
publish (const gchar *endpoint, const gchar *room, const gchar *properties)
{
  GstElement *pipeline = publisher_new (endpoint, room, properties);

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  return pipeline;
}

/* Waits for its being lost for a REASON with this text in it. */
static void
wait_lost (GstElement *pipeline, const gchar *reason)
{
  g_autoptr (GstMessage) message = test_wait_state_message (pipeline, "sfu", "lost");
  const gchar *text = gst_structure_get_string (gst_message_get_structure (message), "reason");

  fail_unless (text && strstr (text, reason), "\"%s\" is not in: %s", reason, text);
}

static void
wait_retrying (GstElement *pipeline, guint attempt)
{
  g_autoptr (GstMessage) message = test_wait_state_message (pipeline, "sfu", "retrying");
  const GstStructure *s = gst_message_get_structure (message);
  guint64 delay = 0;
  guint number = 0;

  fail_unless (gst_structure_get_uint (s, "attempt", &number));
  fail_unless (gst_structure_get_uint64 (s, "delay", &delay));
  if (attempt)
    assert_equals_int (number, attempt);
  fail_unless (delay <= 400 * GST_MSECOND);
}

static gchar *
dup_feed (GstElement *pipeline)
{
  g_autoptr (GstElement) sink = test_get_element (pipeline, "sfu");
  gchar *feed = NULL;

  g_object_get (sink, "active-feed-id", &feed, NULL);
  return feed;
}

static guint64
get_stat (GstElement *pipeline, const gchar *field)
{
  return test_get_stat (pipeline, "sfu", field);
}

/* Waits until somebody who comes now sees the publisher FEED of ROOM. */
static void
assert_seen (TestJanus *janus, const gchar *room, const gchar *feed)
{
  GstElement *subscriber =
      test_play ("janusvideoroomsrc name=s janus-endpoint=%s room-id=%s feed-id=%s ! perclitedec "
                 "name=dec key=" KEY " ! rtpvp8depay ! vp8dec ! fakesink name=v async=false",
          test_janus_get_endpoint (janus), room, feed);

  test_wait_buffers (subscriber, test_count (subscriber, "v"), 5);
  assert_equals_uint64 (test_get_stat (subscriber, "dec", "dropped"), 0);
  test_end (subscriber);
}

GST_START_TEST (a_server_that_is_killed_and_restarted_has_the_same_publisher_again)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = publisher_new (
      test_janus_get_endpoint (janus), TEST_ROOM_E2EE, "feed-id=777 display-name=cam");
  TestCount *frames = test_count (publisher, "frames");
  Outer outer = {0};
  gint requests = 0, before, round;
  guint descriptors = 0, threads = 0;

  watch_outer (publisher, &outer);
  test_count_keyframe_requests (publisher, "enc", "src", &requests);
  gst_element_set_state (publisher, GST_STATE_PLAYING);
  test_wait_state (publisher, "sfu", "connected");

  for (round = 1; round <= 5; round++) {
    g_autoptr (JsonArray) participants = NULL;

    test_janus_kill (janus);
    wait_lost (publisher, "closed the connection");
    wait_retrying (publisher, 0);
    /* The encoder goes on. */
    before = g_atomic_int_get (&frames->buffers);
    test_wait_buffers (publisher, frames, before + 15);
    before = g_atomic_int_get (&requests);
    test_restart (janus);
    test_wait_state (publisher, "sfu", "connected");
    fail_unless (g_atomic_int_get (&requests) > before, "no keyframe was asked for");
    test_wait_text (publisher, GST_MESSAGE_INFO, "sfu", "Connected again");
    assert_seen (janus, TEST_ROOM_E2EE, "777");
    participants = test_janus_list_participants (janus, TEST_ROOM_E2EE, NULL);
    assert_equals_string (
        json_object_get_string_member (json_array_get_object_element (participants, 0), "display"),
        "cam");
    assert_equals_uint64 (get_stat (publisher, "reconnects"), (guint64) round);
    if (round == 1) {
      descriptors = test_count_entries ("/proc/self/fd");
      threads = test_count_entries ("/proc/self/task");
    }
  }

  assert_goes_on (&outer);
  /* GLib keeps some threads for a while in case that they are wanted again. */
  fail_unless (test_count_entries ("/proc/self/fd") <= descriptors + 2);
  fail_unless (test_count_entries ("/proc/self/task") <= threads + 4);
  assert_equals_int (g_atomic_int_get (&outer.webrtcbins), 6);
  test_wait_number (&outer.alive, 1);
  fail_unless (get_stat (publisher, "packets-dropped") >= 5 * 10);
  fail_unless (get_stat (publisher, "attempts") >= 5);
  test_end (publisher);
  assert_equals_int (g_atomic_int_get (&outer.alive), 0);
}
GST_END_TEST;

GST_START_TEST (an_id_that_the_server_chose_is_asked_for_again)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = publish (test_janus_get_endpoint (janus), TEST_ROOM_OPEN, "");
  g_autofree gchar *feed = NULL, *again = NULL;

  test_wait_state (publisher, "sfu", "connected");
  feed = dup_feed (publisher);
  test_restart (janus);
  test_wait_state (publisher, "sfu", "lost");
  test_wait_state (publisher, "sfu", "connected");
  again = dup_feed (publisher);
  assert_equals_string (again, feed);
  assert_seen (janus, TEST_ROOM_OPEN, feed);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (a_server_that_is_not_there_yet_is_waited_for_with_one_warning)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher;
  g_autoptr (GstBus) bus = NULL;
  GstMessage *message;
  guint i, warnings = 0;

  test_janus_stop (janus);
  publisher = publish (test_janus_get_endpoint (janus), TEST_ROOM_OPEN, "feed-id=777");
  bus = gst_element_get_bus (publisher);
  wait_lost (publisher, "Cannot reach");
  test_wait_text (publisher, GST_MESSAGE_WARNING, "sfu", "janus-endpoint=");
  for (i = 0; i < 3; i++)
    wait_lost (publisher, "Cannot reach");
  test_restart (janus);
  while ((message = gst_bus_timed_pop_filtered (
              bus, 30 * GST_SECOND, GST_MESSAGE_WARNING | GST_MESSAGE_INFO | GST_MESSAGE_ERROR)) &&
         GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING) {
    warnings++;
    gst_message_unref (message);
  }
  fail_unless (message && GST_MESSAGE_TYPE (message) == GST_MESSAGE_INFO);
  gst_message_unref (message);
  /* The one for "no packet has come" is of another reason, and there is none of them here. */
  assert_equals_int (warnings, 0);
  assert_equals_uint64 (get_stat (publisher, "reconnects"), 0);
  assert_seen (janus, TEST_ROOM_OPEN, "777");
  test_end (publisher);
}
GST_END_TEST;

/* gst-launch-1.0 prints of an information only what is for debugging. */
GST_START_TEST (the_end_of_an_outage_is_told_also_where_only_debug_text_is_shown)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher;
  g_autoptr (GstBus) bus = NULL;
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) info = NULL;
  g_autofree gchar *debug = NULL, *line = NULL;

  test_janus_stop (janus);
  publisher = publish (test_janus_get_endpoint (janus), TEST_ROOM_OPEN, "feed-id=777");
  bus = gst_element_get_bus (publisher);
  wait_lost (publisher, "Cannot reach");
  test_restart (janus);
  message = gst_bus_timed_pop_filtered (bus, 30 * GST_SECOND, GST_MESSAGE_INFO);
  fail_unless (message != NULL);
  gst_message_parse_info (message, &info, &debug);
  fail_unless (g_str_has_prefix (info->message, "Connected again, after "), "%s", info->message);
  line = g_strdup_printf ("\n%s", info->message);
  fail_unless (debug && g_str_has_suffix (debug, line), "%s", debug);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (a_room_that_is_destroyed_and_made_again_is_joined_again)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = publish (test_janus_get_endpoint (janus), TEST_ROOM_NONE, "feed-id=777");

  wait_lost (publisher, "No such room");
  test_wait_text (publisher, GST_MESSAGE_WARNING, "sfu", "(426)");
  test_ask (janus, "{\"request\":\"create\",\"room\":" TEST_ROOM_NONE "}");
  test_wait_state (publisher, "sfu", "connected");
  test_ask (janus, "{\"request\":\"destroy\",\"room\":" TEST_ROOM_NONE "}");
  wait_lost (publisher, "destroyed");
  wait_lost (publisher, "No such room");
  test_ask (janus, "{\"request\":\"create\",\"room\":" TEST_ROOM_NONE "}");
  test_wait_state (publisher, "sfu", "connected");
  assert_seen (janus, TEST_ROOM_NONE, "777");
  assert_equals_uint64 (get_stat (publisher, "reconnects"), 1);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (who_is_kicked_stays_away)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = publish (test_janus_get_endpoint (janus), TEST_ROOM_OPEN, "feed-id=777");

  test_wait_state (publisher, "sfu", "connected");
  test_ask (janus, "{\"request\":\"kick\",\"room\":" TEST_ROOM_OPEN ",\"id\":777}");
  test_expect_error (publisher, "removed from room", NULL);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (who_is_kicked_comes_back_if_told_so)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = publish (
      test_janus_get_endpoint (janus), TEST_ROOM_OPEN, "feed-id=777 reconnect-when-kicked=true");

  test_wait_state (publisher, "sfu", "connected");
  test_ask (janus, "{\"request\":\"kick\",\"room\":" TEST_ROOM_OPEN ",\"id\":777}");
  wait_lost (publisher, "removed from room");
  test_wait_state (publisher, "sfu", "connected");
  assert_seen (janus, TEST_ROOM_OPEN, "777");
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (a_session_that_the_server_has_dropped_is_begun_anew)
{
  /* Less than our keepalive interval. */
  TestJanusOptions options = {.session_timeout = 3};
  g_autoptr (TestJanus) janus = test_start_janus (&options);
  GstElement *publisher = publish (test_janus_get_endpoint (janus), TEST_ROOM_OPEN, "feed-id=777");
  guint i;

  test_wait_state (publisher, "sfu", "connected");
  for (i = 0; i < 2; i++) {
    /* Whether the server tells that first, or that it has hung up for that, is up to it. */
    test_wait_state (publisher, "sfu", "lost");
    test_wait_state (publisher, "sfu", "connected");
  }
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (a_connection_that_the_server_hangs_up_is_made_again)
{
  TestJanusOptions options = {.admin = TRUE};
  g_autoptr (TestJanus) janus = test_start_janus (&options);
  GstElement *publisher = publish (test_janus_get_endpoint (janus), TEST_ROOM_OPEN, "feed-id=777");

  test_wait_state (publisher, "sfu", "connected");
  fail_unless (test_janus_admin_hang_up (janus, NULL));
  wait_lost (publisher, "hung up");
  test_wait_state (publisher, "sfu", "connected");
  assert_seen (janus, TEST_ROOM_OPEN, "777");
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (a_connection_that_is_cut_comes_back_when_the_way_does)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autoptr (LossyLink) link = test_link_to (janus, 1);
  GstElement *publisher;

  lossy_link_set_droppable (link, PACKET_MASK_ALL);
  publisher = publish (lossy_link_get_endpoint (link), TEST_ROOM_E2EE, "feed-id=777 timeout=4");
  test_wait_state (publisher, "sfu", "connected");
  lossy_link_set (link, 1.0, 1.0, 0);
  wait_lost (publisher, "Nothing has come over the media connection");
  /* Before a way was found at once. Then there is more time, and then what "timeout" gives. */
  wait_lost (publisher, "ICE has found no way to the server within 0.");
  wait_lost (publisher, "ICE has found no way to the server within 1.");
  wait_lost (publisher, "media connection");
  lossy_link_set (link, 0.0, 0.0, 0);
  test_wait_state (publisher, "sfu", "connected");
  assert_seen (janus, TEST_ROOM_E2EE, "777");
  test_end (publisher);
}
GST_END_TEST;

/* And each time given longer, as there may be nothing wrong but the time that it takes. */
GST_START_TEST (a_handshake_that_gets_stuck_is_begun_anew)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autoptr (LossyLink) link = test_link_to (janus, 1);
  GstElement *publisher;

  lossy_link_set_droppable (link, PACKET_MASK (PACKET_DTLS));
  lossy_link_set (link, 1.0, 1.0, 0);
  publisher = publish (lossy_link_get_endpoint (link), TEST_ROOM_E2EE, "feed-id=777");
  wait_lost (publisher, "DTLS handshake with the server has not ended within 1.");
  wait_lost (publisher, "DTLS handshake with the server has not ended within 1.");
  wait_lost (publisher, "DTLS handshake with the server has not ended within 2.");
  lossy_link_set (link, 0.0, 0.0, 0);
  test_wait_state (publisher, "sfu", "connected");
  assert_seen (janus, TEST_ROOM_E2EE, "777");
  /* After one that has ended it is as at first. */
  test_janus_kill (janus);
  wait_lost (publisher, "closed the connection");
  lossy_link_set (link, 1.0, 1.0, 0);
  test_restart (janus);
  wait_lost (publisher, "DTLS handshake with the server has not ended within 1.");
  lossy_link_set (link, 0.0, 0.0, 0);
  test_wait_state (publisher, "sfu", "connected");
  test_end (publisher);
}
GST_END_TEST;

/* The handshake alone takes two round trips. */
GST_START_TEST (on_a_long_way_the_first_connection_comes_up)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autoptr (LossyLink) link = test_link_to (janus, 1);
  GstElement *publisher;

  test_lengthen (link);
  publisher = publish (lossy_link_get_endpoint (link), TEST_ROOM_E2EE, "feed-id=777 timeout=30");
  test_wait_state (publisher, "sfu", "connected");
  assert_equals_uint64 (get_stat (publisher, "attempts"), 0);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (a_handshake_that_gets_stuck_has_all_the_time_where_none_would_follow)
{
  static const gchar *const properties[] = {
      "feed-id=777 timeout=4 reconnect=false", "feed-id=777 timeout=4 reconnect-attempts=0"};
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autoptr (LossyLink) link = test_link_to (janus, 1);
  GstElement *publisher;

  lossy_link_set_droppable (link, PACKET_MASK (PACKET_DTLS));
  lossy_link_set (link, 1.0, 1.0, 0);
  for (guint i = 0; i < G_N_ELEMENTS (properties); i++) {
    publisher = publish (lossy_link_get_endpoint (link), TEST_ROOM_E2EE, properties[i]);
    test_expect_error (publisher, "No media connection with the server within 4 s", NULL);
    test_end (publisher);
  }
}
GST_END_TEST;

GST_START_TEST (a_server_that_freezes_is_left_and_found_again)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher;

  test_janus_freeze (janus);
  publisher = publish (test_janus_get_endpoint (janus), TEST_ROOM_OPEN, "feed-id=777 timeout=1");
  wait_lost (publisher, "1 s");
  wait_lost (publisher, "1 s");
  test_janus_thaw (janus);
  test_wait_state (publisher, "sfu", "connected");
  assert_seen (janus, TEST_ROOM_OPEN, "777");
  test_end (publisher);
}
GST_END_TEST;

/* As a session of our own is that the server does not know to be dead. */
GST_START_TEST (an_id_that_is_taken_is_waited_for)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  TestClient *other = test_janus_connect (janus, NULL);
  g_autoptr (JsonObject) joined = NULL;
  GstElement *publisher;

  fail_unless (other && test_client_attach (other, "janus.plugin.videoroom", NULL));
  joined = test_client_request (other,
      "{\"request\":\"join\",\"ptype\":\"publisher\",\"room\":" TEST_ROOM_OPEN ",\"id\":777}",
      NULL);
  fail_unless (joined != NULL);
  publisher = publish (test_janus_get_endpoint (janus), TEST_ROOM_OPEN, "feed-id=777");
  wait_lost (publisher, "777");
  test_wait_text (publisher, GST_MESSAGE_WARNING, "sfu", "(436)");
  wait_retrying (publisher, 0);
  test_client_free (other);
  test_wait_state (publisher, "sfu", "connected");
  assert_seen (janus, TEST_ROOM_OPEN, "777");
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (after_its_attempts_it_is_an_error)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher =
      publish (test_janus_get_endpoint (janus), TEST_ROOM_OPEN, "feed-id=777 reconnect-attempts=2");

  test_wait_state (publisher, "sfu", "connected");
  test_janus_kill (janus);
  wait_retrying (publisher, 1);
  wait_retrying (publisher, 2);
  test_expect_error (publisher, "Cannot reach", NULL);
  assert_equals_uint64 (get_stat (publisher, "attempts"), 2);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (a_wrong_pin_after_a_restart_is_an_error)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = publish (test_janus_get_endpoint (janus), TEST_ROOM_NONE, "feed-id=777");

  wait_lost (publisher, "No such room");
  test_ask (janus, "{\"request\":\"create\",\"room\":" TEST_ROOM_NONE ",\"pin\":\"other\"}");
  test_expect_error (publisher, "(429)", "pin=", NULL);
  test_end (publisher);
}
GST_END_TEST;

/* Those of a room are made at run time, or in a file that somebody has changed. */
GST_START_TEST (a_token_that_is_not_allowed_any_more_is_waited_for)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher;

  test_ask (janus, "{\"request\":\"create\",\"room\":" TEST_ROOM_NONE ",\"allowed\":[\"ticket\"]}");
  publisher = publish (test_janus_get_endpoint (janus), TEST_ROOM_NONE, "feed-id=777 token=ticket");
  test_wait_state (publisher, "sfu", "connected");
  test_ask (janus, "{\"request\":\"destroy\",\"room\":" TEST_ROOM_NONE "}");
  test_ask (janus, "{\"request\":\"create\",\"room\":" TEST_ROOM_NONE ",\"allowed\":[\"other\"]}");
  test_wait_text (publisher, GST_MESSAGE_WARNING, "sfu", "allowed list");
  wait_lost (publisher, "allowed list");
  test_ask (janus, "{\"request\":\"allowed\",\"action\":\"add\",\"room\":" TEST_ROOM_NONE
                   ",\"allowed\":[\"ticket\"]}");
  test_wait_state (publisher, "sfu", "connected");
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (a_token_that_was_never_allowed_is_an_error)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher;

  test_ask (janus, "{\"request\":\"create\",\"room\":" TEST_ROOM_NONE ",\"allowed\":[\"other\"]}");
  publisher = publish (test_janus_get_endpoint (janus), TEST_ROOM_NONE, "token=ticket");
  test_expect_error (publisher, "(433)", "allowed list", "token=", NULL);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (plaintext_is_an_error_also_while_there_is_no_connection)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher;

  test_janus_stop (janus);
  publisher = test_play (VIDEO " ! janusvideoroomsink name=sfu janus-endpoint=%s "
                               "room-id=" TEST_ROOM_OPEN,
      test_janus_get_endpoint (janus));
  test_expect_error (publisher, "perclitenc", NULL);
  test_end (publisher);
}
GST_END_TEST;

/* Neither waits for a server that is not there. */
GST_START_TEST (eos_and_state_changes_work_while_it_waits_for_the_next_attempt)
{
  static const GstState states[] = {GST_STATE_NULL, GST_STATE_READY, GST_STATE_PAUSED};
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  Outer outer = {0};
  guint i;

  for (i = 0; i <= G_N_ELEMENTS (states); i++) {
    GstElement *publisher = publisher_new (test_janus_get_endpoint (janus), TEST_ROOM_OPEN,
        "feed-id=777 reconnect-min-delay=1000000000000 reconnect-max-delay=1000000000000");

    watch_outer (publisher, &outer);
    gst_element_set_state (publisher, GST_STATE_PLAYING);
    test_wait_state (publisher, "sfu", "connected");
    test_janus_kill (janus);
    test_wait_state (publisher, "sfu", "retrying");
    test_wait_number (&outer.alive, 0);
    if (i < G_N_ELEMENTS (states)) {
      fail_unless (gst_element_set_state (publisher, states[i]) != GST_STATE_CHANGE_FAILURE);
    } else {
      gst_element_send_event (publisher, gst_event_new_eos ());
      test_wait_state (publisher, "sfu", "ended");
      test_wait_eos (publisher);
    }
    test_end (publisher);
    test_restart (janus);
  }
}
GST_END_TEST;

GST_START_TEST (stopping_at_any_moment_of_a_reconnect_is_safe)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  Outer outer = {0};
  guint i, n;

  for (i = 0; i < 10; i++) {
    GstElement *publisher =
        publisher_new (test_janus_get_endpoint (janus), TEST_ROOM_OPEN, "feed-id=777");
    g_autoptr (GstBus) bus = gst_element_get_bus (publisher);

    watch_outer (publisher, &outer);
    gst_element_set_state (publisher, GST_STATE_PLAYING);
    test_wait_state (publisher, "sfu", "connected");
    test_restart (janus);
    test_wait_state (publisher, "sfu", "lost");
    /* Each message is some step: one more of them each time. */
    for (n = 0; n < i * 3; n++) {
      GstMessage *message = gst_bus_timed_pop (bus, 100 * GST_MSECOND);

      if (message)
        gst_message_unref (message);
    }
    test_end (publisher);
    test_wait_number (&outer.alive, 0);
  }
}
GST_END_TEST;

GST_START_TEST (a_film_goes_on_with_the_clock_while_the_connection_is_lost)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = test_pipeline (
      "videotestsrc num-buffers=120 ! video/x-raw,width=320,height=240,framerate=30/1 ! vp8enc "
      "deadline=1 ! identity name=frames ! rtpvp8pay pt=105 mtu=1170 ! " SINK
      "janus-endpoint=%s room-id=" TEST_ROOM_OPEN " feed-id=777",
      test_janus_get_endpoint (janus));
  TestCount *frames = test_count (publisher, "frames");
  Outer outer = {0};
  gint n;

  watch_outer (publisher, &outer);
  gst_element_set_state (publisher, GST_STATE_PLAYING);
  test_wait_state (publisher, "sfu", "connected");
  test_wait_buffers (publisher, frames, 30);
  test_janus_kill (janus);
  test_wait_state (publisher, "sfu", "retrying");
  n = g_atomic_int_get (&frames->buffers);
  test_wait_buffers (publisher, frames, n + 15);
  test_restart (janus);
  test_wait_state (publisher, "sfu", "connected");
  /* Had it not kept to the clock, nothing would be left of it. */
  fail_unless (g_atomic_int_get (&frames->buffers) < 120, "the film is over");
  test_wait_eos (publisher);
  assert_goes_on (&outer);
  fail_unless (get_stat (publisher, "packets-dropped") >= 10);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (a_recording_goes_on_in_another_file)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = publish (
      test_janus_get_endpoint (janus), TEST_ROOM_OPEN, "feed-id=777 record=true record-file=talk");
  static const gchar *const names[] = {"talk-video-0.mjr", "talk-part2-video-0.mjr"};
  guint i;

  for (i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autoptr (GstMessage) message = test_wait_element_message (publisher, "janus-recording");
    g_auto (GStrv) files = NULL;

    gst_structure_get (gst_message_get_structure (message), "files", G_TYPE_STRV, &files, NULL);
    assert_equals_string (files[0], names[i]);
    test_wait_state (publisher, "sfu", "connected");
    if (i == 0)
      test_restart (janus);
  }
  test_end (publisher);
}
GST_END_TEST;

/* Longer than the silence by which a connection is known to be lost. */
GST_START_TEST (nothing_happens_after_the_end)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = publish (test_janus_get_endpoint (janus), TEST_ROOM_OPEN, "feed-id=777");
  g_autoptr (GstBus) bus = gst_element_get_bus (publisher);
  g_autoptr (GstMessage) message = NULL;

  test_wait_state (publisher, "sfu", "connected");
  gst_element_send_event (publisher, gst_event_new_eos ());
  test_wait_eos (publisher);
  message = gst_bus_timed_pop_filtered (
      bus, 14 * GST_SECOND, GST_MESSAGE_ELEMENT | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
  fail_if (message, "%s", message ? GST_MESSAGE_TYPE_NAME (message) : "");
  test_end (publisher);
}
GST_END_TEST;

static Suite *
survivesink_suite (void)
{
  Suite *s = suite_create ("survivesink");
  TCase *tc = tcase_create ("survivesink");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, a_server_that_is_killed_and_restarted_has_the_same_publisher_again);
  tcase_add_test (tc, an_id_that_the_server_chose_is_asked_for_again);
  tcase_add_test (tc, a_server_that_is_not_there_yet_is_waited_for_with_one_warning);
  tcase_add_test (tc, the_end_of_an_outage_is_told_also_where_only_debug_text_is_shown);
  tcase_add_test (tc, a_room_that_is_destroyed_and_made_again_is_joined_again);
  tcase_add_test (tc, who_is_kicked_stays_away);
  tcase_add_test (tc, who_is_kicked_comes_back_if_told_so);
  tcase_add_test (tc, a_session_that_the_server_has_dropped_is_begun_anew);
  tcase_add_test (tc, a_connection_that_the_server_hangs_up_is_made_again);
  tcase_add_test (tc, a_connection_that_is_cut_comes_back_when_the_way_does);
  tcase_add_test (tc, a_handshake_that_gets_stuck_is_begun_anew);
  tcase_add_test (tc, on_a_long_way_the_first_connection_comes_up);
  tcase_add_test (tc, a_handshake_that_gets_stuck_has_all_the_time_where_none_would_follow);
  tcase_add_test (tc, a_server_that_freezes_is_left_and_found_again);
  tcase_add_test (tc, an_id_that_is_taken_is_waited_for);
  tcase_add_test (tc, after_its_attempts_it_is_an_error);
  tcase_add_test (tc, a_wrong_pin_after_a_restart_is_an_error);
  tcase_add_test (tc, a_token_that_is_not_allowed_any_more_is_waited_for);
  tcase_add_test (tc, a_token_that_was_never_allowed_is_an_error);
  tcase_add_test (tc, plaintext_is_an_error_also_while_there_is_no_connection);
  tcase_add_test (tc, eos_and_state_changes_work_while_it_waits_for_the_next_attempt);
  tcase_add_test (tc, stopping_at_any_moment_of_a_reconnect_is_safe);
  tcase_add_test (tc, a_film_goes_on_with_the_clock_while_the_connection_is_lost);
  tcase_add_test (tc, a_recording_goes_on_in_another_file);
  tcase_add_test (tc, nothing_happens_after_the_end);
  return s;
}

GST_CHECK_MAIN (survivesink);
