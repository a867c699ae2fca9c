/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom of a room a receiver takes, and what it tells of each. */

#include <gst/check/gstcheck.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "fakeroom.h"
#include "testcall.h"

#define QUICK "reconnect-min-delay=20000000 reconnect-max-delay=100000000 "
#define SRC "janusvideoroomsrc name=s " QUICK "janus-endpoint=%s room-id=" TEST_ROOM_OPEN " "

/* Offers of publishers that nobody is behind. */
#define OFFER_OF(media)                                                                           \
  "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\na=fingerprint:sha-256 " \
  "AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:AA:"    \
  "AA:AA\r\nm=" media "c=IN IP4 127.0.0.1\r\na=mid:0\r\na=ice-ufrag:abcd\r\na=ice-pwd:"           \
  "abcdabcdabcdabcdabcdabcd\r\na=setup:actpass\r\n"
#define DATA_ONLY \
  OFFER_OF ("application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5000\r\n")
#define PICTURE                                                                        \
  OFFER_OF ("video 9 UDP/TLS/RTP/SAVPF 96\r\na=sendonly\r\na=rtcp-mux\r\na=rtpmap:96 " \
            "VP8/90000\r\n")

static FakeRoom *
start_fake_room (void)
{
  g_autoptr (GError) error = NULL;
  FakeRoom *room = fake_room_new (&error);

  fail_unless (room != NULL, "%s", error ? error->message : "");
  return room;
}

/* Waits until "janus-feed" tells STATE of FEED, and returns the message. */
static GstMessage *
wait_feed (GstElement *pipeline, const gchar *feed, const gchar *state)
{
  for (;;) {
    GstMessage *message = test_wait_element_message (pipeline, "janus-feed");
    const GstStructure *s = gst_message_get_structure (message);

    if (g_strcmp0 (gst_structure_get_string (s, "feed-id"), feed) == 0 &&
        g_strcmp0 (gst_structure_get_string (s, "state"), state) == 0)
      return message;
    gst_message_unref (message);
  }
}

static void
expect_feed (GstElement *pipeline, const gchar *feed, const gchar *state)
{
  gst_message_unref (wait_feed (pipeline, feed, state));
}

/* Many that nobody is interested in, and one. */
static gchar *
make_crowd (guint n)
{
  g_autoptr (GString) crowd = g_string_new ("[");
  guint i;

  for (i = 0; i < n; i++)
    g_string_append_printf (crowd, "{\"id\":%u,\"display\":\"x\"},", 1000 + i);
  g_string_append (crowd, "{\"id\":7,\"display\":\"cam\"}]");
  return g_string_free (g_steal_pointer (&crowd), FALSE);
}

GST_START_TEST (one_of_a_crowd_is_found)
{
  static const gchar *const wishes[] = {"feed-id=7", "feed-display-name=cam", "feeds=c*"};
  g_autoptr (FakeRoom) room = start_fake_room ();
  g_autofree gchar *crowd = make_crowd (20000);
  guint i;

  fake_room_set_publishers (room, crowd);
  for (i = 0; i < G_N_ELEMENTS (wishes); i++) {
    GstElement *receiver = test_play (SRC "%s", fake_room_get_endpoint (room), wishes[i]);

    expect_feed (receiver, "7", "negotiating");
    test_end (receiver);
  }
  assert_equals_int (fake_room_count_subscriptions (room, 1000), 0);
}
GST_END_TEST;

GST_START_TEST (a_crowd_is_remembered_up_to_a_limit_that_is_told)
{
  g_autoptr (FakeRoom) room = start_fake_room ();
  g_autofree gchar *crowd = make_crowd (20000);
  GstElement *receiver;

  fake_room_set_publishers (room, crowd);
  receiver = test_play (SRC "feed-display-name=x", fake_room_get_endpoint (room));
  test_wait_text (receiver, GST_MESSAGE_WARNING, "s", "more than 1000 publishers");
  expect_feed (receiver, "1000", "negotiating");
  test_end (receiver);
}
GST_END_TEST;

/* Janus sends what happens in the room on a way of its own. */
GST_START_TEST (who_comes_and_goes_while_we_join_is_not_asked_for)
{
  g_autoptr (FakeRoom) room = start_fake_room ();
  GstElement *receiver;

  fake_room_set_publishers (room, "[{\"id\":5},{\"id\":7}]");
  fake_room_add_early_event (room, "{\"leaving\":5}");
  fake_room_add_early_event (room, "{\"publishers\":[{\"id\":6}]}");
  fake_room_add_early_event (room, "{\"publishers\":[{\"id\":8}]}");
  fake_room_add_early_event (room, "{\"unpublished\":6}");
  receiver = test_play (SRC "feeds=all", fake_room_get_endpoint (room));
  expect_feed (receiver, "7", "negotiating");
  expect_feed (receiver, "8", "negotiating");
  expect_feed (receiver, "8", "lost");
  assert_equals_int (fake_room_count_subscriptions (room, 5), 0);
  assert_equals_int (fake_room_count_subscriptions (room, 6), 0);
  test_end (receiver);
}
GST_END_TEST;

static GstElement *
publish (TestJanus *janus, const gchar *feed)
{
  g_autofree gchar *properties = g_strdup_printf ("feed-id=%s display-name=x", feed);

  return test_publish (janus, VP8_SOURCE, TEST_ROOM_OPEN, properties);
}

GST_START_TEST (those_beyond_the_limit_wait_for_a_place)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *first = publish (janus, "1"), *second, *third;
  GstElement *receiver = test_play (SRC "feeds=all max-feeds=2", test_janus_get_endpoint (janus));

  expect_feed (receiver, "1", "connected");
  second = publish (janus, "2");
  expect_feed (receiver, "2", "connected");
  third = publish (janus, "3");
  test_wait_text (receiver, GST_MESSAGE_WARNING, "s", "max-feeds=2");
  test_end (first);
  expect_feed (receiver, "1", "left");
  expect_feed (receiver, "3", "connected");
  test_end (second);
  expect_feed (receiver, "2", "left");
  test_end (receiver);
  test_end (third);
}
GST_END_TEST;

GST_START_TEST (a_limit_of_0_is_none)
{
  g_autoptr (FakeRoom) room = start_fake_room ();
  g_autofree gchar *crowd = make_crowd (39);
  GstElement *receiver;

  fake_room_set_publishers (room, crowd);
  receiver = test_play (SRC "feeds=all", fake_room_get_endpoint (room));
  test_wait_text (receiver, GST_MESSAGE_WARNING, "s", "max-feeds=32");
  test_end (receiver);
  receiver = test_play (SRC "feeds=all max-feeds=0", fake_room_get_endpoint (room));
  expect_feed (receiver, "1038", "negotiating");
  expect_feed (receiver, "7", "negotiating");
  test_end (receiver);
}
GST_END_TEST;

static void
expect_lost (GstElement *pipeline, const gchar *feed, const gchar *reason)
{
  g_autoptr (GstMessage) message = wait_feed (pipeline, feed, "lost");
  const gchar *text = gst_structure_get_string (gst_message_get_structure (message), "reason");

  fail_unless (text && strstr (text, reason), "\"%s\" is not in: %s", reason, text);
}

GST_START_TEST (who_is_lost_with_the_server_and_does_not_return_is_told)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = publish (janus, "1");
  GstElement *receiver = test_play (SRC "feeds=all timeout=2", test_janus_get_endpoint (janus));

  expect_feed (receiver, "1", "connected");
  test_janus_kill (janus);
  expect_lost (receiver, "1", "closed the connection");
  test_end (publisher);
  test_restart (janus);
  expect_feed (receiver, "1", "left");
  test_end (receiver);
}
GST_END_TEST;

GST_START_TEST (who_comes_back_after_the_server_is_told)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = publish (janus, "1");
  GstElement *receiver = test_play (SRC "feed-id=1", test_janus_get_endpoint (janus));

  expect_feed (receiver, "1", "connected");
  test_janus_kill (janus);
  expect_lost (receiver, "1", "closed the connection");
  test_restart (janus);
  expect_feed (receiver, "1", "negotiating");
  expect_feed (receiver, "1", "connected");
  test_end (publisher);
  expect_feed (receiver, "1", "left");
  test_end (receiver);
}
GST_END_TEST;

/* Whether it is to be tried again, or left out. */
GST_START_TEST (who_leaves_while_lost_is_told)
{
  static const gchar *const reasons[] = {"No such feed", "neither sound nor picture"};
  guint i;

  for (i = 0; i < G_N_ELEMENTS (reasons); i++) {
    g_autoptr (FakeRoom) room = start_fake_room ();
    GstElement *receiver;

    fake_room_set_publishers (room, "[{\"id\":5}]");
    if (i > 0)
      fake_room_set_offer (room, 5, DATA_ONLY);
    receiver = test_play (SRC
        "feeds=all reconnect-max-delay=1000000000000 reconnect-min-delay=1000000000000",
        fake_room_get_endpoint (room));
    expect_lost (receiver, "5", reasons[i]);
    fake_room_tell (room, "{\"leaving\":5}");
    expect_feed (receiver, "5", "left");
    test_end (receiver);
  }
}
GST_END_TEST;

GST_START_TEST (who_is_listed_and_not_there_is_asked_for_a_few_times)
{
  g_autoptr (FakeRoom) room = start_fake_room ();
  GstElement *receiver;

  fake_room_set_publishers (room, "[{\"id\":5}]");
  receiver = test_play (SRC "feeds=all", fake_room_get_endpoint (room));
  test_wait_text (receiver, GST_MESSAGE_WARNING, "s", "Feed 5: Janus refuses: No such feed (428)");
  expect_feed (receiver, "5", "left");
  assert_equals_int (fake_room_count_subscriptions (room, 5), 4);

  /* When it is told of anew, it is worth another try. */
  fake_room_set_offer (room, 5, PICTURE);
  fake_room_tell (room, "{\"publishers\":[{\"id\":5}]}");
  expect_feed (receiver, "5", "negotiating");
  test_end (receiver);
}
GST_END_TEST;

/* ---- One ---- */

/* Data alone, an offer that is none, and one that is listed by mistake. */
GST_START_TEST (the_next_is_taken_when_the_first_cannot_be_received)
{
  static const gchar *const offers[] = {DATA_ONLY, "nonsense", NULL};
  guint i;

  for (i = 0; i < G_N_ELEMENTS (offers); i++) {
    g_autoptr (FakeRoom) room = start_fake_room ();
    GstElement *receiver;
    g_autoptr (GstElement) src = NULL;
    g_autofree gchar *active = NULL;

    fake_room_set_publishers (
        room, "[{\"id\":5,\"display\":\"cam\"},{\"id\":4},{\"id\":6,\"display\":\"cam\"}]");
    if (offers[i])
      fake_room_set_offer (room, 5, offers[i]);
    fake_room_set_offer (room, 6, PICTURE);
    receiver = test_play (SRC "feed-display-name=cam eos-on-leave=%s",
        fake_room_get_endpoint (room), i == 0 ? "true" : "false");
    src = test_get_element (receiver, "s");
    expect_feed (receiver, "5", "lost");
    test_wait_text (receiver, GST_MESSAGE_WARNING, "s", "Feed 5: ");
    expect_feed (receiver, "6", "negotiating");
    g_object_get (src, "active-feed-id", &active, NULL);
    assert_equals_string (active, "6");
    test_end (receiver);
  }
}
GST_END_TEST;

GST_START_TEST (another_is_waited_for_when_the_first_cannot_be_received)
{
  g_autoptr (FakeRoom) room = start_fake_room ();
  GstElement *receiver;

  fake_room_set_publishers (room, "[{\"id\":5}]");
  fake_room_set_offer (room, 5, DATA_ONLY);
  fake_room_set_offer (room, 6, PICTURE);
  receiver = test_play (SRC, fake_room_get_endpoint (room));
  test_wait_text (
      receiver, GST_MESSAGE_WARNING, "s", "Feed 5: The feed has neither sound nor picture");
  fake_room_tell (room, "{\"publishers\":[{\"id\":6}]}");
  expect_feed (receiver, "6", "negotiating");
  test_end (receiver);
}
GST_END_TEST;

GST_START_TEST (without_another_it_is_an_error_for_whoever_wants_one)
{
  static const gchar *const settings[] = {
      "reconnect=false", "reconnect=false feed-id=5", "reconnect=false eos-on-leave=true"};
  guint i;

  for (i = 0; i < G_N_ELEMENTS (settings); i++) {
    g_autoptr (FakeRoom) room = start_fake_room ();
    GstElement *receiver;

    fake_room_set_publishers (room, i == 1 ? "[{\"id\":5},{\"id\":6}]" : "[{\"id\":5}]");
    fake_room_set_offer (room, 5, DATA_ONLY);
    receiver = test_play (SRC "%s", fake_room_get_endpoint (room), settings[i]);
    test_expect_error (receiver, "neither sound nor picture", NULL);
    test_end (receiver);
  }
}
GST_END_TEST;

GST_START_TEST (what_has_ended_does_not_wait_for_another)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *anna = publish (janus, "1"), *bert = publish (janus, "2");
  GstElement *observer = test_play (SRC "feeds=all", test_janus_get_endpoint (janus));
  GstElement *receiver =
      test_play (SRC "feed-display-name=x eos-on-leave=true ! fakesink name=v async=false",
          test_janus_get_endpoint (janus));
  g_autoptr (GstElement) src = test_get_element (receiver, "s");
  g_autofree gchar *active = NULL, *state = NULL;
  GValue value = G_VALUE_INIT;
  gboolean is_anna;

  test_wait_buffers (receiver, test_count (receiver, "v"), 5);
  g_object_get (src, "active-feed-id", &active, NULL);
  is_anna = g_str_equal (active, "1");
  test_end (is_anna ? anna : bert);
  test_wait_eos (receiver);
  test_end (is_anna ? bert : anna);
  expect_feed (observer, is_anna ? "2" : "1", "left");
  g_object_get_property (G_OBJECT (src), "state", &value);
  state = gst_value_serialize (&value);
  assert_equals_string (state, "ended");
  test_end (receiver);
  test_end (observer);
}
GST_END_TEST;

/* ---- What a feed publishes changes ---- */

#define STREAM(type, mid, codec) \
  "{\"type\":\"" type "\",\"mid\":\"" mid "\",\"codec\":\"" codec "\"}"
#define PUBLISHES(streams) "[{\"id\":5,\"streams\":[" streams "]}]"

GST_START_TEST (what_is_told_again_unchanged_is_left_alone)
{
  g_autoptr (FakeRoom) room = start_fake_room ();
  GstElement *receiver;

  fake_room_set_publishers (room, PUBLISHES (STREAM ("video", "0", "vp8")));
  fake_room_set_offer (room, 5, PICTURE);
  receiver = test_play (SRC "feeds=all", fake_room_get_endpoint (room));
  expect_feed (receiver, "5", "negotiating");
  fake_room_tell (room, "{\"publishers\":" PUBLISHES (STREAM ("video", "0", "vp8")) "}");
  fake_room_tell (room,
      "{\"publishers\":" PUBLISHES (STREAM ("video", "0", "vp8") "," STREAM ("data", "1", "")) "}");
  fake_room_tell (room, "{\"publishers\":[{\"id\":5}]}");
  fake_room_tell (room, "{\"publishers\":[{\"id\":6}]}");
  expect_feed (receiver, "6", "negotiating");
  expect_feed (receiver, "6", "lost");
  assert_equals_int (fake_room_count_subscriptions (room, 5), 1);
  fake_room_tell (room, "{\"publishers\":" PUBLISHES (
                            STREAM ("video", "0", "vp8") "," STREAM ("audio", "1", "opus")) "}");
  expect_feed (receiver, "5", "negotiating");
  test_end (receiver);
}
GST_END_TEST;

GST_START_TEST (who_was_left_out_is_taken_when_media_come)
{
  g_autoptr (FakeRoom) room = start_fake_room ();
  GstElement *receiver;

  fake_room_set_publishers (room, PUBLISHES (STREAM ("data", "0", "")));
  fake_room_set_offer (room, 5, DATA_ONLY);
  receiver = test_play (SRC "feeds=all", fake_room_get_endpoint (room));
  test_wait_text (receiver, GST_MESSAGE_WARNING, "s", "left out until it comes anew");
  fake_room_set_offer (room, 5, PICTURE);
  fake_room_tell (room,
      "{\"publishers\":" PUBLISHES (STREAM ("data", "0", "") "," STREAM ("video", "1", "vp8")) "}");
  expect_feed (receiver, "5", "negotiating");
  test_end (receiver);
}
GST_END_TEST;

/* A publisher that negotiates with Janus whenever the test wants it, as browsers do. */
typedef struct {
  GstElement *pipeline;
  GstElement *webrtcbin;
  TestClient *client;
} Browser;

static gboolean
has_gathered (gpointer webrtcbin)
{
  GstWebRTCICEGatheringState state;

  g_object_get (webrtcbin, "ice-gathering-state", &state, NULL);
  return state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE;
}

/* The offer tells SSRCs, without which Janus does not know what comes. */
static gboolean
has_ssrcs (gpointer webrtcbin)
{
  gboolean all = TRUE;
  GList *l;

  GST_OBJECT_LOCK (webrtcbin);
  for (l = GST_ELEMENT (webrtcbin)->sinkpads; l; l = l->next) {
    g_autoptr (GstCaps) caps = gst_pad_get_current_caps (l->data);

    all &= caps && gst_structure_has_field (gst_caps_get_structure (caps, 0), "ssrc");
  }
  GST_OBJECT_UNLOCK (webrtcbin);
  return all;
}

static void
emit_and_wait (GstElement *webrtcbin, const gchar *action, GstWebRTCSessionDescription *description)
{
  g_autoptr (GstPromise) promise = gst_promise_new ();

  g_signal_emit_by_name (webrtcbin, action, description, promise);
  assert_equals_int (gst_promise_wait (promise), GST_PROMISE_RESULT_REPLIED);
}

/* What webrtcbin offers now, with all its candidates. */
static gchar *
make_offer (GstElement *webrtcbin)
{
  g_autoptr (GstPromise) promise = gst_promise_new ();
  g_autoptr (GstWebRTCSessionDescription) offer = NULL, local = NULL;

  test_wait_until (has_ssrcs, webrtcbin);
  g_signal_emit_by_name (webrtcbin, "create-offer", NULL, promise);
  assert_equals_int (gst_promise_wait (promise), GST_PROMISE_RESULT_REPLIED);
  fail_unless (gst_structure_get (
      gst_promise_get_reply (promise), "offer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &offer, NULL));
  emit_and_wait (webrtcbin, "set-local-description", offer);
  test_wait_until (has_gathered, webrtcbin);
  g_object_get (webrtcbin, "local-description", &local, NULL);
  return gst_sdp_message_as_text (local->sdp);
}

static void
negotiate (Browser *browser, const gchar *request)
{
  g_autofree gchar *offer = make_offer (browser->webrtcbin);
  g_autofree gchar *escaped = g_strescape (offer, NULL);
  g_autofree gchar *message =
      g_strdup_printf ("{\"janus\":\"message\",\"body\":{\"request\":\"%s\"}"
                       ",\"jsep\":{\"type\":\"offer\",\"sdp\":\"%s\"}}",
          request, escaped);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) reply = test_client_send (browser->client, message, &error);
  g_autoptr (GstWebRTCSessionDescription) answer = NULL;
  GstSDPMessage *sdp;

  fail_unless (
      reply && json_object_has_member (reply, "jsep"), "%s", error ? error->message : "no answer");
  gst_sdp_message_new_from_text (
      json_object_get_string_member (json_object_get_object_member (reply, "jsep"), "sdp"), &sdp);
  answer = gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_ANSWER, sdp);
  emit_and_wait (browser->webrtcbin, "set-remote-description", answer);
}

static void
browser_begin (Browser *browser, TestJanus *janus)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonObject) joined = NULL;

  browser->pipeline = test_play (VP8_SOURCE
      " ! application/x-rtp,media=video,encoding-name=VP8,payload=105,clock-rate=90000 ! "
      "webrtcbin name=w bundle-policy=max-bundle");
  browser->webrtcbin = test_get_element (browser->pipeline, "w");
  browser->client = test_janus_connect (janus, &error);
  fail_unless (
      browser->client && test_client_attach (browser->client, "janus.plugin.videoroom", &error));
  joined = test_client_request (browser->client,
      "{\"request\":\"join\",\"ptype\":\"publisher\",\"room\":" TEST_ROOM_OPEN ",\"id\":1}",
      &error);
  fail_unless (joined != NULL);
  negotiate (browser, "publish");
}

static void
browser_add_sound (Browser *browser)
{
  g_autoptr (GError) error = NULL;
  GstElement *sound = gst_parse_bin_from_description (OPUS_SOURCE
      " pt=111 ! capsfilter "
      "caps=application/"
      "x-rtp,media=audio,encoding-name=OPUS,payload=111,clock-rate=48000,encoding-params=(string)2",
      TRUE, &error);

  fail_unless (sound && !error);
  gst_bin_add (GST_BIN (browser->pipeline), sound);
  fail_unless (gst_element_link (sound, browser->webrtcbin));
  gst_element_sync_state_with_parent (sound);
  negotiate (browser, "configure");
}

static void
browser_end (Browser *browser)
{
  test_client_free (browser->client);
  gst_object_unref (browser->webrtcbin);
  test_end (browser->pipeline);
}

GST_START_TEST (a_medium_that_is_added_later_is_received)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  Browser browser = {0};
  GstElement *receiver;
  TestCount *pictures, *sound;

  browser_begin (&browser, janus);
  receiver = test_play (SRC
      "feed-id=1 signalling=plain s. ! application/x-rtp,media=video ! fakesink "
      "name=v async=false s. ! application/x-rtp,media=audio ! fakesink name=a async=false",
      test_janus_get_endpoint (janus));
  pictures = test_count (receiver, "v");
  sound = test_count (receiver, "a");
  test_wait_buffers (receiver, pictures, 10);
  browser_add_sound (&browser);
  test_wait_buffers (receiver, sound, 10);
  test_wait_buffers (receiver, pictures, g_atomic_int_get (&pictures->buffers) + 10);
  test_end (receiver);
  browser_end (&browser);
}
GST_END_TEST;

/* What the receiver says of the feed behind PAD, as it warns that nothing of it is decrypted. */
static void
provoke_warning (GstPad *pad)
{
  GstStructure *failing = gst_structure_new ("application/x-perclite-decryption", "failing",
      G_TYPE_BOOLEAN, TRUE, "duration", G_TYPE_UINT64, (guint64) 10 * GST_SECOND, NULL);

  gst_pad_send_event (pad, gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM, failing));
}

GST_START_TEST (a_name_forges_no_line_of_a_log)
{
  static const gchar name[] = "evil\nERROR: forged\x1b[31m";
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = test_pipeline (VP8_SOURCE ENCRYPT
      "janusvideoroomsink name=sfu janus-endpoint=%s room-id=" TEST_ROOM_OPEN " feed-id=66",
      test_janus_get_endpoint (janus));
  GstElement *receiver =
      test_play (SRC "feed-id=66 ! fakesink name=v async=false", test_janus_get_endpoint (janus));
  g_autoptr (GstElement) sink = test_get_element (publisher, "sfu");
  g_autoptr (GstElement) v = test_get_element (receiver, "v");
  g_autoptr (GstPad) sink_pad = gst_element_get_static_pad (v, "sink");
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GstCaps) caps = NULL;
  g_autofree gchar *of_pad = NULL;

  g_object_set (sink, "display-name", name, NULL);
  gst_element_set_state (publisher, GST_STATE_PLAYING);
  test_wait_buffers (receiver, test_count (receiver, "v"), 5);
  pad = gst_pad_get_peer (sink_pad);
  provoke_warning (pad);
  test_wait_text (
      receiver, GST_MESSAGE_WARNING, "s", "feed 66 (\"evil\\x0aERROR: forged\\x1b[31m\") has been");

  /* An application is given the name itself. */
  g_object_get (pad, "feed-display-name", &of_pad, NULL);
  assert_equals_string (of_pad, name);
  caps = gst_pad_get_current_caps (pad);
  assert_equals_string (
      gst_structure_get_string (gst_caps_get_structure (caps, 0), "feed-display-name"), name);
  test_end (receiver);
  test_end (publisher);
}
GST_END_TEST;

static Suite *
feeds_suite (void)
{
  Suite *s = suite_create ("feeds");
  TCase *tc = tcase_create ("feeds");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, one_of_a_crowd_is_found);
  tcase_add_test (tc, a_crowd_is_remembered_up_to_a_limit_that_is_told);
  tcase_add_test (tc, those_beyond_the_limit_wait_for_a_place);
  tcase_add_test (tc, a_limit_of_0_is_none);
  tcase_add_test (tc, who_is_lost_with_the_server_and_does_not_return_is_told);
  tcase_add_test (tc, who_comes_back_after_the_server_is_told);
  tcase_add_test (tc, who_leaves_while_lost_is_told);
  tcase_add_test (tc, who_is_listed_and_not_there_is_asked_for_a_few_times);
  tcase_add_test (tc, the_next_is_taken_when_the_first_cannot_be_received);
  tcase_add_test (tc, another_is_waited_for_when_the_first_cannot_be_received);
  tcase_add_test (tc, without_another_it_is_an_error_for_whoever_wants_one);
  tcase_add_test (tc, what_has_ended_does_not_wait_for_another);
  tcase_add_test (tc, what_is_told_again_unchanged_is_left_alone);
  tcase_add_test (tc, who_was_left_out_is_taken_when_media_come);
  tcase_add_test (tc, a_medium_that_is_added_later_is_received);
  tcase_add_test (tc, a_name_forges_no_line_of_a_log);
  tcase_add_test (tc, who_comes_and_goes_while_we_join_is_not_asked_for);
  return s;
}

GST_CHECK_MAIN (feeds);
