/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* janusvideoroomsink has the server record what it publishes. */

#include <gst/check/gstcheck.h>

#include "testcall.h"
#include "testrecording.h"

#define FRAMES 60

#define SINK "janusvideoroomsink name=sfu janus-endpoint=%s room-id="

/* Not live: published, and recorded, from its first packet. */
#define VP8_FILM                                                                            \
  "videotestsrc num-buffers=60 ! video/x-raw,width=320,height=240,framerate=30/1 ! vp8enc " \
  "deadline=1 keyframe-max-dist=300 ! rtpvp8pay pt=105 mtu=1170" ENCRYPT
#define OPUS_FILM "audiotestsrc num-buffers=86 ! opusenc ! rtpopuspay" ENCRYPT

/* The next message of the sink on its recording; to be freed. */
static GstMessage *
wait_recording (GstElement *pipeline, gboolean recording)
{
  GstMessage *message = test_wait_element_message (pipeline, "janus-recording");
  gboolean told = !recording;

  gst_structure_get_boolean (gst_message_get_structure (message), "recording", &told);
  assert_equals_int (told, recording);
  return message;
}

/* The path of the file of m-line N that MESSAGE tells of, in DIRECTORY if it tells of none. */
static gchar *
get_path (GstMessage *message, guint n, const gchar *directory)
{
  const GstStructure *s = gst_message_get_structure (message);
  const gchar *told = gst_structure_get_string (s, "directory");
  g_auto (GStrv) files = NULL;

  fail_unless (gst_structure_get (s, "files", G_TYPE_STRV, &files, NULL));
  fail_unless (n < g_strv_length (files), "%u files", g_strv_length (files));
  return g_build_filename (told ? told : directory, files[n], NULL);
}

static void
check_video (const gchar *path, guint frames)
{
  g_autoptr (TestRecording) video = test_recording_read (path);

  fail_unless (test_recording_is_flagged (video), "%s", video->info);
  assert_equals_int (test_recording_decode (video, TEST_VP8_CAPS, "rtpvp8depay ! vp8dec"), frames);
}

GST_START_TEST (a_film_is_recorded_from_its_first_frame_to_its_last_and_flagged)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autofree gchar *base = g_build_filename (test_janus_get_recordings (janus), "talk", NULL);
  GstElement *pipeline =
      test_play (VP8_FILM SINK TEST_ROOM_E2EE " record=true record-file=%s " OPUS_FILM "sfu.",
          test_janus_get_endpoint (janus), base);
  g_autoptr (GstMessage) message = wait_recording (pipeline, TRUE);
  g_autofree gchar *video_path = get_path (message, 0, "/");
  g_autofree gchar *audio_path = get_path (message, 1, "/");
  g_autoptr (TestRecording) audio = NULL;

  fail_unless (g_str_has_prefix (video_path, base), "%s", video_path);
  test_wait_eos (pipeline);
  test_end (pipeline);
  check_video (video_path, FRAMES);
  audio = test_recording_read (audio_path);
  fail_unless (test_recording_is_flagged (audio), "%s", audio->info);
  fail_unless (test_recording_decode (audio, TEST_OPUS_CAPS, "rtpopusdepay") >= 80);
}
GST_END_TEST;

/* What such a room begins by itself is not flagged. */
GST_START_TEST (a_room_that_records_by_itself_flags_what_is_asked_for)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *pipeline = test_play (
      VP8_FILM SINK TEST_ROOM_RECORDED " record=true feed-id=777", test_janus_get_endpoint (janus));
  g_autoptr (GstMessage) message = wait_recording (pipeline, TRUE);
  const gchar *directory =
      gst_structure_get_string (gst_message_get_structure (message), "directory");
  g_autofree gchar *path = get_path (message, 0, NULL);

  assert_equals_string (directory, test_janus_get_recordings (janus));
  fail_unless (strstr (path, "videoroom-" TEST_ROOM_RECORDED "-user-777-") != NULL, "%s", path);
  test_wait_eos (pipeline);
  test_end (pipeline);
  check_video (path, FRAMES);
}
GST_END_TEST;

GST_START_TEST (recording_begins_and_ends_while_playing)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *pipeline = test_publish (janus, VP8_SOURCE, TEST_ROOM_RECORDED, "feed-id=777");
  GstElement *subscriber =
      test_play ("janusvideoroomsrc name=s janus-endpoint=%s "
                 "room-id=" TEST_ROOM_RECORDED " ! fakesink name=f async=false",
          test_janus_get_endpoint (janus));
  TestCount *count = test_count (subscriber, "f");
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "sfu");
  guint i;

  for (i = 0; i < 2; i++) {
    g_autofree gchar *name = g_strdup_printf ("part-%u", i);
    g_autofree gchar *path = NULL;
    g_autoptr (GstMessage) begun = NULL;
    g_autoptr (GstMessage) ended = NULL;
    g_autoptr (TestRecording) video = NULL;

    g_object_set (sink, "record-file", name, "record", TRUE, NULL);
    begun = wait_recording (pipeline, TRUE);
    path = get_path (begun, 0, NULL);
    test_wait_buffers (subscriber, count, g_atomic_int_get (&count->buffers) + FRAMES);
    g_object_set (sink, "record", FALSE, NULL);
    ended = wait_recording (pipeline, FALSE);

    video = test_recording_read (path);
    fail_unless (test_recording_is_flagged (video), "%s", video->info);
    fail_unless (test_recording_decode (video, TEST_VP8_CAPS, "rtpvp8depay ! vp8dec") > 0);
  }
  test_end (subscriber);
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (another_name_while_recording_begins_other_files)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *pipeline =
      test_publish (janus, VP8_SOURCE, TEST_ROOM_RECORDED, "record=true record-file=one");
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), "sfu");
  g_autoptr (GstMessage) other = NULL;
  g_autofree gchar *path = NULL;

  g_object_set (sink, "record-file", "other", NULL);
  other = wait_recording (pipeline, TRUE);
  path = get_path (other, 0, NULL);
  fail_unless (g_str_has_suffix (path, "/other-video-0.mjr"), "%s", path);
  test_end (pipeline);
}
GST_END_TEST;

/* Janus says "ok" to whoever has not the room's secret, and records nothing. */
GST_START_TEST (a_room_whose_administrator_decides_refuses_and_says_so)
{
  TestJanusOptions options = {
      .extra_rooms = "room-4242: {\n  secret = \"s\"\n  lock_record = true\n  publishers = 6\n}\n"};
  g_autoptr (TestJanus) janus = test_start_janus (&options);
  GstElement *pipeline =
      test_play (VP8_FILM SINK "4242 record=true", test_janus_get_endpoint (janus));

  test_expect_error (pipeline, "administrator of room 4242", "lock_record", "record=", NULL);
  test_end (pipeline);
}
GST_END_TEST;

GST_START_TEST (a_name_that_cannot_be_is_refused_before_anything_starts)
{
  g_autofree gchar *name = g_strnfill (300, 'x');
  GstElement *pipeline = test_pipeline (VP8_FILM
      "janusvideoroomsink janus-endpoint=ws://127.0.0.1:1/ room-id=1 record=true "
      "record-file=%s",
      name);

  assert_equals_int (gst_element_set_state (pipeline, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  test_expect_error (pipeline, "record-file=", NULL);
  test_end (pipeline);
}
GST_END_TEST;

static Suite *
record_suite (void)
{
  Suite *s = suite_create ("record");
  TCase *tc = tcase_create ("record");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, a_film_is_recorded_from_its_first_frame_to_its_last_and_flagged);
  tcase_add_test (tc, a_room_that_records_by_itself_flags_what_is_asked_for);
  tcase_add_test (tc, recording_begins_and_ends_while_playing);
  tcase_add_test (tc, another_name_while_recording_begins_other_files);
  tcase_add_test (tc, a_room_whose_administrator_decides_refuses_and_says_so);
  tcase_add_test (tc, a_name_that_cannot_be_is_refused_before_anything_starts);
  return s;
}

GST_CHECK_MAIN (record);
