/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recordings that are still encrypted are published into a room again. */

#include <gst/check/gstcheck.h>

#include "testcall.h"
#include "testrecording.h"

#define FILM                                                                                \
  "videotestsrc num-buffers=60 ! video/x-raw,width=320,height=240,framerate=30/1 ! vp8enc " \
  "deadline=1 keyframe-max-dist=300 ! rtpvp8pay pt=105 mtu=1170" ENCRYPT                    \
  "janusvideoroomsink name=sfu janus-endpoint=%s room-id=" TEST_ROOM_E2EE                   \
  " record=true record-file=%s audiotestsrc num-buffers=86 ! opusenc ! rtpopuspay" ENCRYPT "sfu."

#define REPLAY                                                                \
  "filesrc location=%s ! mjrdemux encrypted=%s ! queue ! janusvideoroomsink " \
  "name=sfu feed-id=777 janus-endpoint=%s room-id=" TEST_ROOM_E2EE

#define RECEIVE                                                                          \
  "janusvideoroomsrc eos-on-leave=true name=s janus-endpoint=%s room-id=" TEST_ROOM_E2EE \
  " feed-id=777 "                                                                        \
  "s. ! application/x-rtp,media=video ! perclitedec name=vdec key=" KEY                  \
  " ! rtpvp8depay ! fakesink name=v async=false "                                        \
  "s. ! application/x-rtp,media=audio ! perclitedec name=adec key=" KEY                  \
  " ! rtpopusdepay ! fakesink name=a async=false"

/* Keeps what goes into the connection back until somebody listens. */
typedef struct {
  GMutex lock;
  GList *pads;
  GArray *blocks;
} Dam;

static GstPadProbeReturn
on_block (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  return GST_PAD_PROBE_OK;
}

static void
on_pad_added (GstElement *webrtcbin, GstPad *pad, gpointer user_data)
{
  Dam *dam = user_data;
  gulong block;

  if (!GST_PAD_IS_SINK (pad))
    return;
  block = gst_pad_add_probe (pad,
      GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
      on_block, NULL, NULL);
  g_mutex_lock (&dam->lock);
  dam->pads = g_list_append (dam->pads, gst_object_ref (pad));
  g_array_append_val (dam->blocks, block);
  g_mutex_unlock (&dam->lock);
}

static void
on_element_added (GstBin *pipeline, GstBin *bin, GstElement *element, gpointer user_data)
{
  GstElementFactory *factory = gst_element_get_factory (element);

  if (factory && g_str_equal (GST_OBJECT_NAME (factory), "webrtcbin"))
    g_signal_connect (element, "pad-added", G_CALLBACK (on_pad_added), user_data);
}

static void
dam_build (Dam *dam, GstElement *pipeline)
{
  g_mutex_init (&dam->lock);
  dam->pads = NULL;
  dam->blocks = g_array_new (FALSE, FALSE, sizeof (gulong));
  g_signal_connect (pipeline, "deep-element-added", G_CALLBACK (on_element_added), dam);
}

static void
dam_open (Dam *dam)
{
  guint i;

  g_mutex_lock (&dam->lock);
  for (i = 0; i < dam->blocks->len; i++)
    gst_pad_remove_probe (g_list_nth_data (dam->pads, i), g_array_index (dam->blocks, gulong, i));
  g_mutex_unlock (&dam->lock);
}

static void
dam_clear (Dam *dam)
{
  g_list_free_full (dam->pads, gst_object_unref);
  g_array_unref (dam->blocks);
  g_mutex_clear (&dam->lock);
}

static void
check_file (const gchar *path, const gchar *caps, const gchar *depay, TestCount *arrived)
{
  g_autoptr (TestRecording) recording = test_recording_read (path);

  assert_equals_int (
      g_atomic_int_get (&arrived->buffers), test_recording_decode (recording, caps, depay));
}

/* Each frame of the two files arrives in the room, and decrypts. */
static void
check_replay (
    TestJanus *janus, const gchar *video_path, const gchar *audio_path, const gchar *encrypted)
{
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *publisher =
      test_pipeline (REPLAY " filesrc location=%s ! mjrdemux encrypted=%s ! queue ! sfu.",
          video_path, encrypted, endpoint, audio_path, encrypted);
  GstElement *receiver;
  TestCount *video, *audio;
  Dam dam;

  dam_build (&dam, publisher);
  gst_element_set_state (publisher, GST_STATE_PLAYING);
  test_wait_state (publisher, "sfu", "connected");
  receiver = test_pipeline (RECEIVE, endpoint);
  video = test_count (receiver, "v");
  audio = test_count (receiver, "a");
  gst_element_set_state (receiver, GST_STATE_PLAYING);
  test_wait_state (receiver, "s", "connected");
  dam_open (&dam);

  test_wait_eos (publisher);
  test_wait_eos (receiver);
  check_file (video_path, TEST_VP8_CAPS, "rtpvp8depay", video);
  check_file (audio_path, TEST_OPUS_CAPS, "rtpopusdepay", audio);
  assert_equals_uint64 (test_get_stat (receiver, "vdec", "dropped"), 0);
  assert_equals_uint64 (test_get_stat (receiver, "adec", "dropped"), 0);
  test_end (publisher);
  test_end (receiver);
  dam_clear (&dam);
}

GST_START_TEST (what_a_server_has_recorded_is_published_again_whole)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autofree gchar *base = g_build_filename (test_janus_get_recordings (janus), "talk", NULL);
  g_autofree gchar *video_path = g_strconcat (base, "-video-0.mjr", NULL);
  g_autofree gchar *audio_path = g_strconcat (base, "-audio-1.mjr", NULL);
  GstElement *recorder = test_play (FILM, test_janus_get_endpoint (janus), base);

  test_wait_eos (recorder);
  test_end (recorder);
  check_replay (janus, video_path, audio_path, "false");
}
GST_END_TEST;

static void
check_fixture (const gchar *name, const gchar *encrypted)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autofree gchar *video =
      g_strdup_printf ("%s/%s-vp8-video.mjr", g_getenv ("PERCLITE_FIXTURES"), name);
  g_autofree gchar *audio =
      g_strdup_printf ("%s/%s-opus-audio.mjr", g_getenv ("PERCLITE_FIXTURES"), name);

  check_replay (janus, video, audio, encrypted);
}

GST_START_TEST (a_flagged_recording_of_another_server_is_published_whole)
{
  check_fixture ("stock112-flagged", "false");
}
GST_END_TEST;

GST_START_TEST (a_recording_without_the_flag_is_published_if_it_is_said_to_be_encrypted)
{
  check_fixture ("stock112-room", "true");
}
GST_END_TEST;

GST_START_TEST (a_recording_of_the_perc_lite_branch_is_published_whole)
{
  check_fixture ("branch043", "false");
}
GST_END_TEST;

GST_START_TEST (a_recording_that_nobody_calls_encrypted_is_refused)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autofree gchar *path =
      g_build_filename (g_getenv ("PERCLITE_FIXTURES"), "stock112-room-vp8-video.mjr", NULL);
  GstElement *publisher = test_play (REPLAY, path, "false", test_janus_get_endpoint (janus));

  test_expect_error (publisher, "sink_0", "not encrypted", NULL);
  test_end (publisher);
}
GST_END_TEST;

/* Plaintext is no ciphertext for being called so. */
GST_START_TEST (a_recording_in_clear_is_refused_whatever_it_is_said_to_be)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autofree gchar *path = g_build_filename (test_janus_get_directory (janus), "clear.mjr", NULL);
  GstElement *writer = test_play ("videotestsrc num-buffers=60 ! vp8enc deadline=1 ! rtpvp8pay "
                                  "picture-id-mode=15-bit ! mjrmux ! "
                                  "filesink location=%s",
      path);
  GstElement *publisher;

  test_wait_eos (writer);
  test_end (writer);
  publisher = test_play (REPLAY, path, "true", test_janus_get_endpoint (janus));
  test_expect_error (publisher, "sink_0", "not encrypted", NULL);
  test_end (publisher);
}
GST_END_TEST;

static Suite *
replay_suite (void)
{
  Suite *s = suite_create ("replay");
  TCase *tc = tcase_create ("replay");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, what_a_server_has_recorded_is_published_again_whole);
  tcase_add_test (tc, a_flagged_recording_of_another_server_is_published_whole);
  tcase_add_test (tc, a_recording_without_the_flag_is_published_if_it_is_said_to_be_encrypted);
  tcase_add_test (tc, a_recording_of_the_perc_lite_branch_is_published_whole);
  tcase_add_test (tc, a_recording_that_nobody_calls_encrypted_is_refused);
  tcase_add_test (tc, a_recording_in_clear_is_refused_whatever_it_is_said_to_be);
  return s;
}

GST_CHECK_MAIN (replay);
