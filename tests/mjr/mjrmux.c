/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjrmux.c - what mjrmux writes, and what Janus' own janus-pp-rec makes of it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/check/gstharness.h>
#include <string.h>

#include "testmjr.h"

#define VP8_CAPS                                                                               \
  "application/x-rtp, media=(string)video, clock-rate=(int)90000, encoding-name=(string)VP8, " \
  "payload=(int)96"

static gboolean
header_has (const TestRun *run, const gchar *text)
{
  g_autoptr (GBytes) all = test_run_all_bytes (run);
  gsize size;
  const gchar *data = g_bytes_get_data (all, &size);

  return g_strstr_len (data + 10, (gssize) GST_READ_UINT16_BE (data + 8), text) != NULL;
}

GST_START_TEST (a_recording_that_is_taken_apart_and_made_again_is_the_same)
{
  const TestRecording *recording = &test_recordings[__i__];
  g_autofree gchar *path = test_recording_path (recording);
  g_autoptr (TestRun) run =
      test_run ("filesrc location=\"%s\" ! mjrdemux ! mjrmux generation=%u ! fakesink name=out",
          path, recording->generation);
  g_autoptr (GBytes) bytes = test_recording_bytes (recording);
  g_autoptr (GBytes) copy = test_run_all_bytes (run);
  gsize size;
  const gchar *data = g_bytes_get_data (bytes, &size);

  fail_unless_equals_int (run->buffers->len, recording->packets);
  if (recording->generation == 1) {
    /* The flag has another name today; all else is the same. */
    g_autofree gchar *expected = g_memdup2 (data, size);
    gchar *flag = g_strstr_len (expected + 10, 100, "\"p\": true");

    flag[1] = 'e';
    fail_unless_equals_int (g_bytes_get_size (copy), size);
    fail_unless (memcmp (g_bytes_get_data (copy, NULL), expected, size) == 0);
  } else {
    fail_unless (g_bytes_equal (copy, bytes));
  }
}
GST_END_TEST;

GST_START_TEST (what_was_decrypted_is_not_flagged)
{
  const TestRecording *recording = &test_recordings[__i__];
  g_autofree gchar *path = test_recording_path (recording);
  g_autoptr (TestRun) run = test_run ("filesrc location=\"%s\" ! mjrdemux ! perclitedec key=" KEY_44
                                      " ! mjrmux ! fakesink name=out",
      path);

  fail_unless_equals_int (run->buffers->len, recording->packets);
  fail_if (header_has (run, "\"e\""));
}
GST_END_TEST;

GST_START_TEST (what_is_encrypted_is_flagged)
{
  g_autoptr (TestRun) run = test_run (
      "videotestsrc num-buffers=5 ! video/x-raw,width=320,height=240 ! vp8enc deadline=1 ! "
      "rtpvp8pay "
      "pt=105 mtu=1170 ! perclitenc key=" KEY_44 " ! mjrmux description=test ! fakesink name=out");

  fail_unless (run->error == NULL);
  fail_unless (header_has (run, "\"t\": \"v\", \"c\": \"vp8\", \"d\": \"test\", "));
  fail_unless (header_has (run, "\"e\": true"));
}
GST_END_TEST;

/* filesink collects some thousand of them, and writes no more than 1024 memories at a time. */
GST_START_TEST (small_packets_reach_the_file)
{
  const guint n = 3000;
  g_autofree gchar *path = test_file ("small.mjr", "", 0);
  g_autofree gchar *line = g_strdup_printf ("mjrmux ! filesink location=%s", path);
  GstHarness *h = gst_harness_new_parse (line);
  g_autoptr (TestRun) run = NULL;

  gst_harness_set_src_caps_str (h, VP8_CAPS);
  for (guint i = 0; i < n; i++) {
    guint8 packet[16] = {0x80, 96, (guint8) (i >> 8), (guint8) i};
    GstBuffer *buffer = gst_buffer_new_memdup (packet, 12);

    /* As payloaders do: the header and the payload. */
    gst_buffer_append_memory (
        buffer, gst_memory_new_wrapped (0, g_memdup2 (packet, 4), 4, 0, 4, NULL, g_free));
    fail_unless_equals_int (gst_harness_push (h, buffer), GST_FLOW_OK);
  }
  gst_harness_push_event (h, gst_event_new_eos ());
  gst_harness_teardown (h);

  run = test_run ("filesrc location=%s ! mjrdemux ! fakesink name=out", path);
  fail_unless_equals_int (run->buffers->len, n);
}
GST_END_TEST;

/* And says so itself: neither mark nor flag come from the recording. */
GST_START_TEST (what_the_user_calls_encrypted_is_flagged)
{
  g_autofree gchar *path = test_recording_path (&test_recordings[2]);
  g_autoptr (TestRun) run = test_run (
      "filesrc location=\"%s\" ! mjrdemux encrypted=true ! mjrmux ! fakesink name=out", path);

  fail_unless (header_has (run, "\"e\": true"));
}
GST_END_TEST;

GST_START_TEST (a_stream_without_encryption_is_not_flagged)
{
  g_autoptr (TestRun) run =
      test_run ("audiotestsrc num-buffers=5 ! opusenc ! rtpopuspay ! mjrmux ! fakesink name=out");

  fail_unless (run->error == NULL);
  fail_unless (header_has (run, "\"t\": \"a\", \"c\": \"opus\", "));
  fail_if (header_has (run, "\"e\""));
}
GST_END_TEST;

GST_START_TEST (the_header_comes_with_the_first_packet)
{
  GstHarness *h = gst_harness_new ("mjrmux");
  g_autoptr (GstBuffer) out = NULL;
  guint8 packet[12] = {0x80, 96};
  gchar start[9] = "";

  gst_harness_set_src_caps_str (h, VP8_CAPS);
  fail_unless_equals_int (gst_harness_buffers_received (h), 0);
  fail_unless_equals_int (
      gst_harness_push (h, gst_buffer_new_memdup (packet, sizeof packet)), GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_buffers_received (h), 1);
  out = gst_harness_pull (h);
  gst_buffer_extract (out, 0, start, 8);
  fail_unless_equals_string (start, "MJR00002");
  fail_unless (gst_buffer_get_size (out) > 8 + 2 + 50 + 10 + 12);
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (a_recording_without_packets_is_that_of_janus)
{
  GstHarness *h = gst_harness_new ("mjrmux");
  g_autoptr (GstBuffer) out = NULL;

  gst_harness_set_src_caps_str (h, VP8_CAPS);
  fail_unless (gst_harness_push_event (h, gst_event_new_eos ()));
  out = gst_harness_pull (h);
  fail_unless_equals_int (gst_buffer_get_size (out), 8);
  fail_unless (gst_buffer_memcmp (out, 0, "MJR00002", 8) == 0);
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (packets_that_janus_cannot_read_are_warned_of)
{
  GstHarness *h = gst_harness_new ("mjrmux");
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  static const gsize sizes[] = {1500, 1501, 65535, 65536, 100000, 1501};

  gst_element_set_bus (h->element, bus);
  gst_harness_set_src_caps_str (h, VP8_CAPS);
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    fail_unless_equals_int (
        gst_harness_push (h, gst_buffer_new_allocate (NULL, sizes[i], NULL)), GST_FLOW_OK);
  fail_unless_equals_int (gst_harness_buffers_received (h), 4);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING) == NULL);
  gst_element_set_bus (h->element, NULL);
  gst_harness_teardown (h);
}
GST_END_TEST;

GST_START_TEST (a_codec_that_janus_does_not_record_is_an_error)
{
  g_autoptr (TestRun) run =
      test_run ("videotestsrc num-buffers=1 ! jpegenc ! rtpjpegpay ! mjrmux ! fakesink name=out");

  fail_unless (run->error != NULL);
  fail_unless (strstr (run->error->message, "Janus has no recordings of this codec") != NULL);
}
GST_END_TEST;

GST_START_TEST (caps_become_the_header)
{
  g_autoptr (TestRun) run = NULL;
  g_autoptr (GByteArray) mjr = test_mjr_new (1,
      "{\"t\": \"v\", \"c\": \"h264\", \"f\": \"packetization-mode=1;profile-level-id=42e01f\", "
      "\"d\": \"Room \\\"7\\\"\", \"x\": {\"4\": \"urn:a\", \"12\": \"urn:b\"}, \"s\": "
      "1767225600000000, \"u\": 1767225600250000}");
  g_autofree gchar *path = NULL;
  g_autoptr (GBytes) copy = NULL;

  for (guint16 seq = 0; seq < 3; seq++)
    test_mjr_add_rtp (mjr, 1, 0, seq, 3000u * seq, 10);
  path = test_mjr_file (mjr);
  run = test_run (
      "filesrc location=\"%s\" ! mjrdemux ! mjrmux generation=1 ! fakesink name=out", path);
  copy = test_run_all_bytes (run);
  fail_unless_equals_int (g_bytes_get_size (copy), mjr->len);
  fail_unless (memcmp (g_bytes_get_data (copy, NULL), mjr->data, mjr->len) == 0);
}
GST_END_TEST;

/* Janus' own tool */

static guint
frames_of (const gchar *path)
{
  g_autoptr (TestRun) run =
      test_run ("filesrc location=\"%s\" ! parsebin ! fakesink name=out", path);
  guint n = 0;

  fail_unless (run->error == NULL);
  for (guint i = 0; i < run->buffers->len; i++) {
    if (!GST_BUFFER_FLAG_IS_SET (g_ptr_array_index (run->buffers, i), GST_BUFFER_FLAG_HEADER))
      n++;
  }
  return n;
}

static gboolean
convert (const gchar *from, const gchar *to, gchar **output)
{
  const gchar *argv[] = {"janus-pp-rec", from, to, NULL};
  g_autoptr (GError) error = NULL;
  gint status = -1;

  if (!g_spawn_sync (NULL, (gchar **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
          NULL, NULL, output, NULL, &status, &error))
    g_error ("%s (Debian: janus-tools)", error->message);
  return g_spawn_check_wait_status (status, NULL);
}

GST_START_TEST (janus_converts_what_was_decrypted)
{
  const TestRecording *recording = &test_recordings[__i__ / 2];
  g_autofree gchar *path = test_recording_path (recording);
  g_autoptr (TestRun) run = test_run ("filesrc location=\"%s\" ! mjrdemux ! perclitedec key=" KEY_44
                                      " ! mjrmux generation=%d ! fakesink name=out",
      path, __i__ % 2 + 1);
  g_autoptr (GBytes) plain = test_run_all_bytes (run);
  g_autofree gchar *from =
      test_file ("plain.mjr", g_bytes_get_data (plain, NULL), g_bytes_get_size (plain));
  g_autofree gchar *to = test_file (recording->video ? "out.webm" : "out.opus", "", 0);
  g_autofree gchar *output = NULL;

  fail_unless (convert (from, to, &output), "%s", output);
  fail_unless_equals_int (frames_of (to), recording->packets);
}
GST_END_TEST;

GST_START_TEST (janus_refuses_what_is_still_encrypted)
{
  g_autofree gchar *path = test_recording_path (&test_recordings[4]);
  g_autoptr (TestRun) run =
      test_run ("filesrc location=\"%s\" ! mjrdemux ! mjrmux ! fakesink name=out", path);
  g_autoptr (GBytes) copy = test_run_all_bytes (run);
  g_autofree gchar *from =
      test_file ("flagged.mjr", g_bytes_get_data (copy, NULL), g_bytes_get_size (copy));
  g_autofree gchar *to = test_file ("refused.webm", "", 0);
  g_autofree gchar *output = NULL;

  fail_if (convert (from, to, &output), "%s", output);
}
GST_END_TEST;

GST_START_TEST (janus_converts_a_stream_that_was_made_here)
{
  static const struct {
    const gchar *stream;
    const gchar *name;
  } streams[] = {
      {"videotestsrc num-buffers=30 ! video/x-raw,width=320,height=240 ! vp8enc deadline=1 ! "
       "rtpvp8pay "
       "mtu=1200",
          "live.webm"},
      {"audiotestsrc num-buffers=30 samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=2 ! "
       "opusenc ! "
       "rtpopuspay",
          "live.opus"},
  };
  g_autoptr (TestRun) run = test_run ("%s ! mjrmux ! fakesink name=out", streams[__i__].stream);
  g_autoptr (GBytes) bytes = test_run_all_bytes (run);
  g_autofree gchar *from =
      test_file ("live.mjr", g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autofree gchar *to = test_file (streams[__i__].name, "", 0);
  g_autofree gchar *output = NULL;

  fail_unless (convert (from, to, &output), "%s", output);
  fail_unless (frames_of (to) >= 30);
}
GST_END_TEST;

static Suite *
mjrmux_suite (void)
{
  Suite *s = suite_create ("mjrmux");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (
      tc, a_recording_that_is_taken_apart_and_made_again_is_the_same, 0, N_TEST_RECORDINGS);
  tcase_add_loop_test (tc, what_was_decrypted_is_not_flagged, 0, N_TEST_RECORDINGS);
  tcase_add_test (tc, what_is_encrypted_is_flagged);
  tcase_add_test (tc, small_packets_reach_the_file);
  tcase_add_test (tc, what_the_user_calls_encrypted_is_flagged);
  tcase_add_test (tc, a_stream_without_encryption_is_not_flagged);
  tcase_add_test (tc, the_header_comes_with_the_first_packet);
  tcase_add_test (tc, a_recording_without_packets_is_that_of_janus);
  tcase_add_test (tc, packets_that_janus_cannot_read_are_warned_of);
  tcase_add_test (tc, a_codec_that_janus_does_not_record_is_an_error);
  tcase_add_test (tc, caps_become_the_header);
  tcase_add_loop_test (tc, janus_converts_what_was_decrypted, 0, 2 * N_TEST_RECORDINGS);
  tcase_add_test (tc, janus_refuses_what_is_still_encrypted);
  tcase_add_loop_test (tc, janus_converts_a_stream_that_was_made_here, 0, 2);
  return s;
}

GST_CHECK_MAIN (mjrmux);
