/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encrypted streams are recorded by the Record & Play plugin of a real Janus, and played again. */

#include <gst/check/gstcheck.h>

#include "testcall.h"
#include "testrecording.h"

#define FRAMES 60

/* Not live: recorded from its first packet. */
#define VP8_FILM                                                                            \
  "videotestsrc num-buffers=60 ! video/x-raw,width=320,height=240,framerate=30/1 ! vp8enc " \
  "deadline=1 keyframe-max-dist=300 ! rtpvp8pay pt=105 mtu=1170" ENCRYPT
/* Longer than the picture: see check_play(). */
#define OPUS_FILM "audiotestsrc num-buffers=120 ! opusenc ! rtpopuspay" ENCRYPT
#define SINK "janusrecordplaysink name=sfu janus-endpoint=%s "
#define SRC "janusrecordplaysrc name=s janus-endpoint=%s "

static TestJanus *
start_janus (void)
{
  TestJanusOptions options = {.record_play = TRUE};

  return test_start_janus (&options);
}

typedef struct {
  TestClient *client;
  const gchar *id;
} Listed;

static gboolean
is_listed (gpointer data)
{
  Listed *listed = data;
  g_autoptr (JsonObject) reply =
      test_client_request (listed->client, "{\"request\":\"list\"}", NULL);
  JsonArray *list = reply ? json_object_get_array_member (reply, "list") : NULL;
  guint i;

  for (i = 0; list && i < json_array_get_length (list); i++) {
    g_autofree gchar *id = g_strdup_printf ("%" G_GINT64_FORMAT,
        json_object_get_int_member (json_array_get_object_element (list, i), "id"));

    if (g_str_equal (id, listed->id))
      return TRUE;
  }
  return FALSE;
}

/* The server writes a recording's index a little after it has said that it is over. */
static void
wait_listed (TestJanus *janus, const gchar *id)
{
  g_autoptr (TestClient) client = test_janus_connect (janus, NULL);
  Listed listed = {client, id};

  fail_unless (client && test_client_attach (client, "janus.plugin.recordplay", NULL));
  test_wait_until (is_listed, &listed);
}

/* Records a film with sound under NAME; its id, to be freed. */
static gchar *
record (TestJanus *janus, const gchar *properties)
{
  GstElement *pipeline =
      test_play (VP8_FILM SINK "%s " OPUS_FILM "sfu.", test_janus_get_endpoint (janus), properties);
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "sfu");
  gchar *id = NULL;

  test_wait_state (pipeline, "sfu", "connected");
  g_object_get (sink, "active-recording-id", &id, NULL);
  fail_unless (id != NULL);
  test_wait_eos (pipeline);
  test_end (pipeline);
  wait_listed (janus, id);
  return id;
}

static TestRecording *
read_recording (TestJanus *janus, const gchar *id, const gchar *media)
{
  g_autofree gchar *name = g_strdup_printf ("rec-%s-%s.mjr", id, media);
  g_autofree gchar *path = g_build_filename (test_janus_get_directory (janus), "rp", name, NULL);

  return test_recording_read (path);
}

/* Each frame of recording ID comes when it is played as PROPERTIES say. But for the very last
 * packet: the plugin hangs up right after it, and the server drops what has not gone out by
 * then. */
static void
check_play (TestJanus *janus, const gchar *id, const gchar *properties)
{
  GstElement *pipeline =
      test_pipeline (SRC "%s s. ! application/x-rtp,media=video ! perclitedec name=vdec key=" KEY
                         " ! rtpvp8depay ! vp8dec ! fakesink name=v async=false "
                         "s. ! application/x-rtp,media=audio ! perclitedec name=adec key=" KEY
                         " ! rtpopusdepay ! fakesink name=a async=false",
          test_janus_get_endpoint (janus), properties);
  guint packets;
  TestCount *video = test_count (pipeline, "v"), *audio = test_count (pipeline, "a");
  g_autoptr (GstElement) src = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  g_autoptr (TestRecording) sound = read_recording (janus, id, "audio");
  g_autofree gchar *active = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  test_wait_state (pipeline, "s", "connected");
  g_object_get (src, "active-recording-id", &active, NULL);
  assert_equals_string (active, id);
  test_wait_eos (pipeline);
  assert_equals_int (g_atomic_int_get (&video->buffers), FRAMES);
  packets = test_recording_decode (sound, TEST_OPUS_CAPS, "rtpopusdepay");
  fail_unless (g_atomic_int_get (&audio->buffers) == (gint) packets ||
                   g_atomic_int_get (&audio->buffers) == (gint) packets - 1,
      "%d of %u packets", g_atomic_int_get (&audio->buffers), packets);
  assert_equals_uint64 (test_get_stat (pipeline, "vdec", "dropped"), 0);
  assert_equals_uint64 (test_get_stat (pipeline, "adec", "dropped"), 0);
  test_end (pipeline);
}

GST_START_TEST (what_is_recorded_is_flagged_and_whole)
{
  g_autoptr (TestJanus) janus = start_janus ();
  g_autofree gchar *id = record (janus, "recording-name=talk");
  g_autoptr (TestRecording) video = read_recording (janus, id, "video");
  g_autoptr (TestRecording) audio = read_recording (janus, id, "audio");

  fail_unless (test_recording_is_flagged (video), "%s", video->info);
  fail_unless (test_recording_is_flagged (audio), "%s", audio->info);
  assert_equals_int (test_recording_decode (video, TEST_VP8_CAPS, "rtpvp8depay ! vp8dec"), FRAMES);
  fail_unless (test_recording_decode (audio, TEST_OPUS_CAPS, "rtpopusdepay") >= 80);
}
GST_END_TEST;

GST_START_TEST (a_recording_is_played_whole_by_its_id_and_by_its_name)
{
  g_autoptr (TestJanus) janus = start_janus ();
  g_autofree gchar *id = record (janus, "recording-name=talk recording-id=4711");
  g_autofree gchar *other = record (janus, "recording-name=other");

  assert_equals_string (id, "4711");
  fail_unless (g_strcmp0 (id, other) != 0);
  check_play (janus, id, "recording-id=4711");
  check_play (janus, id, "recording-name=talk");
}
GST_END_TEST;

GST_START_TEST (a_recording_without_a_name_gets_one)
{
  g_autoptr (TestJanus) janus = start_janus ();
  g_autofree gchar *id = record (janus, "");
  g_autofree gchar *properties = g_strdup_printf ("recording-id=%s", id);

  check_play (janus, id, properties);
}
GST_END_TEST;

GST_START_TEST (what_there_is_to_play_is_told)
{
  g_autoptr (TestJanus) janus = start_janus ();
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *pipeline = test_play (SRC "! fakesink", endpoint);
  g_autofree gchar *id = NULL;

  test_expect_error (pipeline, "No recording is chosen", "none", "recording-name=", NULL);
  test_end (pipeline);
  id = record (janus, "recording-name=talk");
  pipeline = test_play (SRC "! fakesink", endpoint);
  test_expect_error (pipeline, "No recording is chosen", id, "\"talk\"", NULL);
  test_end (pipeline);
  pipeline = test_play (SRC "recording-name=walk ! fakesink", endpoint);
  test_expect_error (pipeline, "\"walk\"", id, "\"talk\"", NULL);
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (recordings_are_listed_when_they_are_asked_for)
{
  g_autoptr (TestJanus) janus = start_janus ();
  g_autofree gchar *id = record (janus, "recording-name=talk");
  GstElement *pipeline =
      test_play (SRC "recording-id=%s ! fakesink", test_janus_get_endpoint (janus), id);
  g_autoptr (GstElement) src = gst_bin_get_by_name (GST_BIN (pipeline), "s");
  g_autoptr (GstMessage) message = NULL;
  GValue value = G_VALUE_INIT;
  const GstStructure *recording;

  test_wait_state (pipeline, "s", "connected");
  g_signal_emit_by_name (src, "update-recordings");
  message = test_wait_element_message (pipeline, "janus-recordings");
  g_value_init (&value, GST_TYPE_ARRAY);
  g_object_get_property (G_OBJECT (src), "recordings", &value);
  assert_equals_int (gst_value_array_get_size (&value), 1);
  recording = gst_value_get_structure (gst_value_array_get_value (&value, 0));
  assert_equals_string (gst_structure_get_string (recording, "id"), id);
  assert_equals_string (gst_structure_get_string (recording, "name"), "talk");
  assert_equals_string (gst_structure_get_string (recording, "video-codec"), "vp8");
  fail_unless (gst_structure_get_string (recording, "date") != NULL);
  g_value_unset (&value);
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (a_recording_that_does_not_exist_is_told)
{
  g_autoptr (TestJanus) janus = start_janus ();
  GstElement *pipeline =
      test_play (SRC "recording-id=4711 ! fakesink", test_janus_get_endpoint (janus));

  test_expect_error (pipeline, "No such recording", "(416)", "recording-id=", NULL);
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (an_id_that_is_taken_is_told)
{
  g_autoptr (TestJanus) janus = start_janus ();
  g_autofree gchar *id = record (janus, "recording-id=4711");
  GstElement *pipeline =
      test_play (VP8_FILM SINK "recording-id=4711", test_janus_get_endpoint (janus));

  test_expect_error (pipeline, "(420)", "recording-id=", NULL);
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (plaintext_is_not_recorded)
{
  g_autoptr (TestJanus) janus = start_janus ();
  GstElement *pipeline = test_play (VP8_SOURCE " ! " SINK, test_janus_get_endpoint (janus));

  test_expect_error (pipeline, "sink_0", "not encrypted", NULL);
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (a_server_without_the_plugin_is_told)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *pipeline =
      test_play (SRC "recording-id=1 ! fakesink", test_janus_get_endpoint (janus));

  test_expect_error (pipeline, "(460)", "libjanus_recordplay.so", NULL);
  test_end (pipeline);
}
GST_END_TEST;

static void
check_settings (const gchar *properties, const gchar *part)
{
  GstElement *pipeline = test_pipeline (SRC "%s ! fakesink", "ws://127.0.0.1:1/", properties);

  assert_equals_int (gst_element_set_state (pipeline, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  test_expect_error (pipeline, part, NULL);
  test_end (pipeline);
}

GST_START_TEST (settings_that_cannot_be_fail_before_anything_starts)
{
  check_settings ("recording-id=talk", "recording-id=talk");
  check_settings ("recording-name=\"\"", "recording-name=");
  check_settings ("recording-name=\"two\nlines\"", "recording-name=");
}
GST_END_TEST;

static Suite *
recordplay_suite (void)
{
  Suite *s = suite_create ("recordplay");
  TCase *tc = tcase_create ("recordplay");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, what_is_recorded_is_flagged_and_whole);
  tcase_add_test (tc, a_recording_is_played_whole_by_its_id_and_by_its_name);
  tcase_add_test (tc, a_recording_without_a_name_gets_one);
  tcase_add_test (tc, what_there_is_to_play_is_told);
  tcase_add_test (tc, recordings_are_listed_when_they_are_asked_for);
  tcase_add_test (tc, a_recording_that_does_not_exist_is_told);
  tcase_add_test (tc, an_id_that_is_taken_is_told);
  tcase_add_test (tc, plaintext_is_not_recorded);
  tcase_add_test (tc, a_server_without_the_plugin_is_told);
  tcase_add_test (tc, settings_that_cannot_be_fail_before_anything_starts);
  return s;
}

GST_CHECK_MAIN (recordplay);
