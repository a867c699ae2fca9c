/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjrconvert.c - what mjr-convert makes of the recordings of a session, and how encryption is told
 * without a key. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>

#include "mjrdetect.h"
#include "testmjr.h"

/* Those of one session are next to each other. */
#define N_SESSIONS (N_TEST_RECORDINGS / 2)

static gchar *
copy_of (const TestRecording *recording, const gchar *name)
{
  g_autoptr (GBytes) bytes = test_recording_bytes (recording);

  return test_file (name, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* Returns the exit status; what it said is in @output, to be freed. */
static gint
convert (const gchar *key, gchar **output, const gchar *first, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree gchar *key_file = key != NULL ? test_file ("room.key", key, strlen (key)) : NULL;
  g_autofree gchar *probe = test_file ("probe", "", 0);
  g_autofree gchar *directory = g_path_get_dirname (probe);
  g_autoptr (GError) error = NULL;
  gchar *out = NULL, *err = NULL;
  const gchar *argument;
  gint status;
  va_list args;

  g_ptr_array_add (argv, (gpointer) g_getenv ("MJR_CONVERT"));
  g_ptr_array_add (argv, (gpointer) "--output");
  g_ptr_array_add (argv, directory);
  if (key != NULL) {
    g_ptr_array_add (argv, (gpointer) "--key-file");
    g_ptr_array_add (argv, key_file);
  }
  va_start (args, first);
  for (argument = first; argument != NULL; argument = va_arg (args, const gchar *))
    g_ptr_array_add (argv, (gpointer) argument);
  va_end (args);
  g_ptr_array_add (argv, NULL);
  fail_unless (g_spawn_sync (NULL, (gchar **) argv->pdata, NULL, G_SPAWN_DEFAULT, NULL, NULL, &out,
                   &err, &status, &error),
      "%s", error ? error->message : "");
  *output = g_strconcat (out, err, NULL);
  g_free (out);
  g_free (err);
  fail_unless (WIFEXITED (status), "%s", *output);
  return WEXITSTATUS (status);
}

static gchar *
result_path (const gchar *name)
{
  g_autofree gchar *probe = test_file ("probe", "", 0);
  g_autofree gchar *directory = g_path_get_dirname (probe);

  return g_build_filename (directory, name, NULL);
}

/* Neither a movie nor a part of one. */
static void
assert_nothing_left (const gchar *name)
{
  g_autofree gchar *path = result_path (name);
  g_autofree gchar *part = g_strconcat (path, ".part", NULL);

  fail_if (g_file_test (path, G_FILE_TEST_EXISTS));
  fail_if (g_file_test (part, G_FILE_TEST_EXISTS));
}

static TestRun *
track_of (const gchar *movie, const gchar *pad)
{
  return test_run (
      "filesrc location=\"%s\" ! matroskademux name=d d.%s ! fakesink name=out", movie, pad);
}

GST_START_TEST (a_session_becomes_a_movie_in_sync)
{
  const TestRecording *session = &test_recordings[2 * __i__];
  g_autofree gchar *video = copy_of (session, "videoroom-1-user-7-99-video-0.mjr");
  g_autofree gchar *audio = copy_of (session + 1, "videoroom-1-user-7-99-audio-1.mjr");
  g_autofree gchar *movie = result_path ("videoroom-1-user-7-99.webm");
  g_autofree gchar *output = NULL;
  g_autoptr (TestRun) pictures = NULL;
  g_autoptr (TestRun) sounds = NULL;

  fail_unless_equals_int (convert (KEY_44, &output, audio, video, NULL), 0);
  pictures = track_of (movie, "video_0");
  sounds = track_of (movie, "audio_0");
  fail_unless_equals_int (pictures->buffers->len, session[0].packets);
  fail_unless_equals_int (sounds->buffers->len, session[1].packets);
  for (guint i = 0; i < session[0].packets; i++) {
    guint nearest = i * 50 / 15;

    if (nearest < session[1].packets)
      fail_unless (ABS (GST_CLOCK_DIFF (test_run_pts (pictures, i),
                       test_run_pts (sounds, nearest))) < 40 * GST_MSECOND);
  }
}
GST_END_TEST;

/* A payloader that inserts parameter sets before each slice of a keyframe, and ends a picture
 * behind them. */
GST_START_TEST (a_keyframe_that_was_sent_in_pieces_is_one_picture)
{
  g_autofree gchar *video = result_path ("videoroom-1-user-7-99-video-0.mjr");
  g_autofree gchar *movie = result_path ("videoroom-1-user-7-99.mkv");
  g_autofree gchar *output = NULL;
  g_autoptr (TestRun) packets = test_run (
      "videotestsrc num-buffers=30 ! video/x-raw,width=320,height=240,framerate=30/1 ! x264enc "
      "tune=zerolatency speed-preset=ultrafast threads=4 key-int-max=10 ! "
      "video/x-h264,profile=constrained-baseline ! rtph264pay pt=105 mtu=1170 config-interval=-1 "
      "aggregate-mode=zero-latency ! perclitenc key=%s ! tee name=t ! queue ! mjrmux ! "
      "filesink location=\"%s\" t. ! queue ! fakesink name=out",
      KEY_44, video);
  g_autoptr (TestRun) pictures = NULL;

  fail_unless (packets->buffers->len > 30);
  fail_unless_equals_int (convert (KEY_44, &output, video, NULL), 0);
  pictures = track_of (movie, "video_0");
  fail_unless_equals_int (pictures->buffers->len, 30);
  for (guint i = 1; i < 30; i++)
    fail_unless (test_run_pts (pictures, i) > test_run_pts (pictures, i - 1));
}
GST_END_TEST;

GST_START_TEST (a_folder_becomes_a_movie_for_each_publication)
{
  g_autofree gchar *probe = test_file ("rec-1-text.mjr", "MJR00002", 8);
  g_autofree gchar *directory = g_path_get_dirname (probe);
  g_autofree gchar *output = NULL;

  for (guint i = 0; i < N_TEST_RECORDINGS; i++) {
    g_autofree gchar *name =
        g_strdup_printf ("rec-%u-%s.mjr", i / 2, test_recordings[i].video ? "video" : "audio");

    g_free (copy_of (&test_recordings[i], name));
  }
  fail_unless_equals_int (convert (KEY_44, &output, directory, NULL), 0);
  fail_unless (strstr (output, "rec-1-text.mjr: left out") != NULL);
  fail_unless (strstr (output, "126 pictures, 419 sounds") != NULL);
  fail_unless (strstr (output, "125 pictures, 417 sounds") != NULL);
  fail_unless (strstr (output, "60 pictures, 201 sounds") != NULL);
}
GST_END_TEST;

/* A VideoRoom puts the time into the names, and takes it for each stream. */
GST_START_TEST (sound_and_picture_of_a_user_are_one_movie_although_their_times_differ)
{
  g_autofree gchar *video =
      copy_of (&test_recordings[2], "videoroom-1-user-7-1795412758150822-video-0.mjr");
  g_autofree gchar *audio =
      copy_of (&test_recordings[3], "videoroom-1-user-7-1795412758150902-audio-1.mjr");
  g_autofree gchar *other =
      copy_of (&test_recordings[5], "videoroom-1-user-8-1795412758150902-audio-1.mjr");
  g_autofree gchar *output = NULL;

  fail_unless_equals_int (convert (KEY_44, &output, other, audio, video, NULL), 0);
  fail_unless (strstr (output, "user-7-1795412758150822.webm: 125 pictures, 417 sounds") != NULL);
  fail_unless (strstr (output, "user-8-1795412758150902.webm: 0 pictures, 201 sounds") != NULL);
}
GST_END_TEST;

GST_START_TEST (two_files_of_one_moment_are_one_movie_whatever_their_names)
{
  g_autofree gchar *video = copy_of (&test_recordings[2], "camera.mjr");
  g_autofree gchar *audio = copy_of (&test_recordings[3], "microphone.mjr");
  g_autofree gchar *output = NULL;

  fail_unless_equals_int (convert (KEY_44, &output, audio, video, NULL), 0);
  fail_unless (strstr (output, "125 pictures, 417 sounds") != NULL);
}
GST_END_TEST;

GST_START_TEST (a_misspelt_name_makes_nothing)
{
  g_autofree gchar *video = copy_of (&test_recordings[2], "typo-video.mjr");
  g_autofree gchar *output = NULL;

  fail_unless_equals_int (convert (KEY_44, &output, video, "typo-audoi.mjr", NULL), 1);
  fail_unless (strstr (output, "typo-audoi.mjr") != NULL);
  assert_nothing_left ("typo.webm");
}
GST_END_TEST;

GST_START_TEST (a_misspelt_suite_is_told)
{
  g_autofree gchar *video = copy_of (&test_recordings[2], "suite-video.mjr");
  g_autofree gchar *output = NULL;

  fail_unless_equals_int (convert (KEY_44, &output, "--suite=aead-aes-256-gmc", video, NULL), 2);
}
GST_END_TEST;

GST_START_TEST (the_kind_of_file_can_be_chosen)
{
  g_autofree gchar *audio = copy_of (&test_recordings[1], "kind-audio.mjr");
  g_autofree gchar *output = NULL;

  fail_unless_equals_int (convert (KEY_44, &output, "--format=mkv", audio, NULL), 0);
  fail_unless (strstr (output, "kind.mkv: 0 pictures, 419 sounds") != NULL);
  g_clear_pointer (&output, g_free);
  fail_unless_equals_int (convert (KEY_44, &output, "--format=mp4", audio, NULL), 0);
  fail_unless (strstr (output, "kind.mp4: 0 pictures, 419 sounds") != NULL);
}
GST_END_TEST;

GST_START_TEST (another_key_makes_no_movie)
{
  g_autofree gchar *video = copy_of (&test_recordings[2 * __i__], "wrong-video.mjr");
  g_autofree gchar *output = NULL;

  fail_unless_equals_int (convert (OTHER_KEY_44, &output, video, NULL), 1);
  fail_unless (strstr (output, "could be decrypted") != NULL);
  assert_nothing_left ("wrong.webm");
}
GST_END_TEST;

/* Flagged or not. */
GST_START_TEST (without_a_key_encryption_is_seen)
{
  g_autofree gchar *path = copy_of (&test_recordings[__i__], "keyless.mjr");
  g_autofree gchar *output = NULL;

  fail_unless_equals_int (convert (NULL, &output, path, NULL), 1);
  fail_unless (strstr (output, "--key-file is needed") != NULL);
  assert_nothing_left ("keyless.webm");
}
GST_END_TEST;

GST_START_TEST (what_is_not_encrypted_needs_no_key)
{
  g_autofree gchar *encrypted = test_recording_path (&test_recordings[2]);
  g_autoptr (TestRun) run = test_run ("filesrc location=\"%s\" ! mjrdemux ! perclitedec key=" KEY_44
                                      " ! mjrmux ! fakesink name=out",
      encrypted);
  g_autoptr (GBytes) bytes = test_run_all_bytes (run);
  g_autofree gchar *path =
      test_file ("plain-video.mjr", g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autofree gchar *output = NULL;

  fail_unless_equals_int (convert (NULL, &output, path, NULL), 0);
  fail_unless (strstr (output, "plain.webm: 125 pictures") != NULL);
}
GST_END_TEST;

/* The sequence number of the sender had wrapped before the recording began. */
GST_START_TEST (a_recording_that_began_late_becomes_a_movie)
{
  g_autoptr (GByteArray) mjr = test_mjr_new_simple (2, "a", "opus");
  g_autofree gchar *plain = NULL;
  g_autofree gchar *late = NULL;
  g_autofree gchar *output = NULL;
  g_autoptr (TestRun) run = NULL;
  g_autoptr (GByteArray) rest = test_mjr_new_simple (2, "a", "opus");
  const guint began = 66000, n = 66500;

  for (guint32 i = 0; i < n; i++)
    test_mjr_add_rtp (mjr, 2, i * 20, (guint16) i, i * 960, 0);
  plain = test_mjr_file (mjr);
  run = test_run (
      "filesrc location=\"%s\" ! mjrdemux ! perclitenc key=" KEY_44 " ! fakesink name=out", plain);
  for (guint i = began; i < n; i++) {
    g_autoptr (GBytes) packet = test_run_bytes (run, i);

    test_mjr_add (
        rest, 2, (i - began) * 20, g_bytes_get_data (packet, NULL), g_bytes_get_size (packet));
  }
  late = test_file ("late-audio.mjr", rest->data, rest->len);
  fail_unless_equals_int (convert (KEY_44, &output, late, NULL), 0);
  fail_unless (strstr (output, "late.webm: 0 pictures, 500 sounds") != NULL, "%s", output);
}
GST_END_TEST;

GST_START_TEST (mistakes_on_the_command_line_are_told)
{
  g_autofree gchar *path = copy_of (&test_recordings[0], "usage-video.mjr");
  g_autofree gchar *output = NULL;

  fail_unless_equals_int (convert (NULL, &output, NULL), 2);
  g_clear_pointer (&output, g_free);
  fail_unless_equals_int (convert (NULL, &output, "--format=avi", path, NULL), 2);
  g_clear_pointer (&output, g_free);
  fail_unless_equals_int (convert (NULL, &output, "--no-such-option", path, NULL), 2);
  g_clear_pointer (&output, g_free);
  fail_unless_equals_int (convert (NULL, &output, "no-such-file.mjr", NULL), 1);
  g_clear_pointer (&output, g_free);
  fail_unless_equals_int (convert ("no key", &output, path, NULL), 1);
  assert_nothing_left ("usage.webm");
}
GST_END_TEST;

GST_START_TEST (random_payloads_do_not_look_encrypted)
{
  GRand *rand = g_rand_new_with_seed (11);
  MjrDetector detector = {.pairs = 0};

  for (guint i = 0; i < 10000; i++) {
    guint8 packet[60];

    for (guint k = 0; k < sizeof packet; k++)
      packet[k] = (guint8) g_rand_int (rand);
    packet[0] = 0x80;
    GST_WRITE_UINT32_BE (packet + 8, TEST_SSRC);
    mjr_detector_add (&detector, packet, (gsize) g_rand_int_range (rand, 0, sizeof packet));
  }
  fail_unless (detector.pairs > 1000);
  fail_if (mjr_detector_is_encrypted (&detector));
  g_rand_free (rand);
}
GST_END_TEST;

static Suite *
mjrconvert_suite (void)
{
  Suite *s = suite_create ("mjrconvert");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, a_session_becomes_a_movie_in_sync, 0, N_SESSIONS);
  tcase_add_test (tc, a_keyframe_that_was_sent_in_pieces_is_one_picture);
  tcase_add_test (tc, a_folder_becomes_a_movie_for_each_publication);
  tcase_add_test (tc, sound_and_picture_of_a_user_are_one_movie_although_their_times_differ);
  tcase_add_test (tc, two_files_of_one_moment_are_one_movie_whatever_their_names);
  tcase_add_test (tc, a_misspelt_name_makes_nothing);
  tcase_add_test (tc, a_misspelt_suite_is_told);
  tcase_add_test (tc, the_kind_of_file_can_be_chosen);
  tcase_add_loop_test (tc, another_key_makes_no_movie, 0, N_SESSIONS);
  tcase_add_loop_test (tc, without_a_key_encryption_is_seen, 0, N_TEST_RECORDINGS);
  tcase_add_test (tc, what_is_not_encrypted_needs_no_key);
  tcase_add_test (tc, a_recording_that_began_late_becomes_a_movie);
  tcase_add_test (tc, mistakes_on_the_command_line_are_told);
  tcase_add_test (tc, random_payloads_do_not_look_encrypted);
  return s;
}

GST_CHECK_MAIN (mjrconvert);
