/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjrdemux.c - what comes out of mjrdemux, from real recordings and from made ones. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <glib/gstdio.h>
#include <gst/tag/tag.h>
#include <string.h>

#include "testmjr.h"

#define DEMUX "filesrc location=\"%s\" ! mjrdemux name=demux ! fakesink name=out"
#define DEMUX_PUSHED \
  "filesrc location=\"%s\" blocksize=%u ! queue ! mjrdemux name=demux ! fakesink name=out"

/* Recordings of Janus */

GST_START_TEST (every_packet_of_a_recording_comes_out)
{
  const TestRecording *recording = &test_recordings[__i__];
  g_autofree gchar *path = test_recording_path (recording);
  g_autoptr (TestRun) run = test_run (DEMUX, path);
  const GstStructure *caps = test_run_caps (run);
  gboolean flagged = !recording->flagged;
  gint rate = 0, payload = 0;

  fail_unless (run->error == NULL);
  fail_unless_equals_int (run->warnings, 0);
  fail_unless_equals_int (run->buffers->len, recording->packets);
  fail_unless_equals_uint64 (test_run_stat (run, "frames"), recording->packets);
  fail_unless (gst_structure_has_name (caps, "application/x-rtp"));
  fail_unless_equals_string (
      gst_structure_get_string (caps, "media"), recording->video ? "video" : "audio");
  fail_unless_equals_string (
      gst_structure_get_string (caps, "encoding-name"), recording->video ? "VP8" : "OPUS");
  gst_structure_get_int (caps, "clock-rate", &rate);
  fail_unless_equals_int (rate, recording->video ? 90000 : 48000);
  gst_structure_get_int (caps, "payload", &payload);
  fail_unless_equals_int (payload, recording->video ? 96 : 111);
  fail_unless (gst_structure_get_boolean (caps, "mjr-encrypted", &flagged));
  fail_unless_equals_int (flagged, recording->flagged);
  fail_unless_equals_int (test_run_is_marked (run), recording->flagged);
}
GST_END_TEST;

GST_START_TEST (every_packet_of_a_recording_is_decrypted_and_depayloaded)
{
  const TestRecording *recording = &test_recordings[__i__];
  g_autofree gchar *path = test_recording_path (recording);
  g_autoptr (TestRun) run = test_run ("filesrc location=\"%s\" ! mjrdemux ! perclitedec key=" KEY_44
                                      " ! %s ! fakesink name=out",
      path, recording->video ? "rtpvp8depay" : "rtpopusdepay");

  fail_unless (run->error == NULL);
  fail_unless_equals_int (run->buffers->len, recording->packets);
  fail_if (test_run_is_marked (run));
}
GST_END_TEST;

GST_START_TEST (every_picture_and_sound_is_decoded)
{
  const TestRecording *recording = &test_recordings[__i__];
  g_autofree gchar *path = test_recording_path (recording);
  g_autoptr (TestRun) run = test_run ("filesrc location=\"%s\" ! mjrdemux ! perclitedec key=" KEY_44
                                      " ! %s ! fakesink name=out",
      path, recording->video ? "rtpvp8depay ! vp8dec" : "rtpopusdepay ! opusdec plc=false");

  fail_unless (run->error == NULL);
  fail_unless_equals_int (run->buffers->len, recording->packets);
}
GST_END_TEST;

GST_START_TEST (pushed_and_pulled_is_the_same)
{
  static const guint sizes[] = {1, 100, 4096, 1000000};
  g_autofree gchar *path = test_recording_path (&test_recordings[__i__]);
  g_autoptr (TestRun) pulled = test_run (DEMUX, path);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (TestRun) pushed = test_run (DEMUX_PUSHED, path, sizes[i]);

    assert_same_run (pulled, pushed);
  }
}
GST_END_TEST;

/* The publisher made picture n at n/15 s, and sound n at n/50 s, and began with both at once. */
GST_START_TEST (sound_and_picture_of_a_session_are_in_sync)
{
  const TestRecording *video = &test_recordings[2 * __i__];
  g_autofree gchar *video_path = test_recording_path (video);
  g_autofree gchar *audio_path = test_recording_path (video + 1);
  g_autoptr (TestRun) pictures = test_run (DEMUX, video_path);
  g_autoptr (TestRun) sounds = test_run (DEMUX, audio_path);

  fail_unless_equals_uint64 (
      test_run_pts (pictures, 0), (guint64) (video->started - video->created) * GST_USECOND);
  for (guint i = 0; i < video->packets; i++) {
    guint nearest = i * 50 / 15;

    if (nearest < video[1].packets)
      fail_unless (ABS (GST_CLOCK_DIFF (test_run_pts (pictures, i),
                       test_run_pts (sounds, nearest))) < 40 * GST_MSECOND);
  }
}
GST_END_TEST;

GST_START_TEST (tags_tell_codec_date_and_flag)
{
  const TestRecording *recording = &test_recordings[__i__];
  g_autofree gchar *path = test_recording_path (recording);
  g_autoptr (TestRun) run = test_run (DEMUX, path);
  g_autofree gchar *codec = NULL;
  g_autoptr (GstDateTime) date = NULL;
  g_autoptr (GstDateTime) expected =
      gst_date_time_new_from_unix_epoch_utc_usecs (recording->created);
  gboolean flagged = !recording->flagged;
  GstTagList *tags;

  gst_event_parse_tag (test_run_event (run, GST_EVENT_TAG), &tags);
  fail_unless (gst_tag_list_get_string (
      tags, recording->video ? GST_TAG_VIDEO_CODEC : GST_TAG_AUDIO_CODEC, &codec));
  fail_unless_equals_string (codec, recording->video ? "VP8 video" : "Opus");
  fail_unless (gst_tag_list_get_date_time (tags, GST_TAG_DATE_TIME, &date));
  {
    g_autofree gchar *text = gst_date_time_to_iso8601_string (date);
    g_autofree gchar *expected_text = gst_date_time_to_iso8601_string (expected);

    fail_unless_equals_string (text, expected_text);
  }
  fail_unless (gst_tag_list_get_boolean (tags, "mjr-encrypted", &flagged));
  fail_unless_equals_int (flagged, recording->flagged);
}
GST_END_TEST;

GST_START_TEST (the_type_of_a_recording_is_found)
{
  g_autofree gchar *path = test_recording_path (&test_recordings[__i__]);
  g_autoptr (TestRun) run =
      test_run ("filesrc location=\"%s\" ! typefind ! fakesink name=out", path);

  fail_unless (gst_structure_has_name (test_run_caps (run), "application/x-janus-mjr"));
}
GST_END_TEST;

/* Made recordings */

GST_START_TEST (header_extensions_and_format_parameters_are_in_the_caps)
{
  g_autoptr (GByteArray) mjr = test_mjr_new (2,
      "{\"t\": \"v\", \"c\": \"h264\", \"f\": \"profile-level-id=42e01f; packetization-mode=1;"
      "media=evil;clock-rate=1;=;;x;a b=c\", \"d\": \"Room 7\", \"x\": {\"4\": "
      "\"urn:ietf:params:rtp-hdrext:sdes:mid\"}, \"s\": 1767225600000000, \"u\": "
      "1767225600000000}");
  g_autofree gchar *path = NULL;
  g_autoptr (TestRun) run = NULL;
  g_autofree gchar *description = NULL;
  const GstStructure *caps;
  GstTagList *tags;
  gint rate = 0;

  test_mjr_add_rtp (mjr, 2, 0, 1, 0, 0);
  path = test_mjr_file (mjr);
  run = test_run (DEMUX, path);
  caps = test_run_caps (run);
  fail_unless_equals_string (gst_structure_get_string (caps, "encoding-name"), "H264");
  fail_unless_equals_string (gst_structure_get_string (caps, "profile-level-id"), "42e01f");
  fail_unless_equals_string (gst_structure_get_string (caps, "packetization-mode"), "1");
  fail_unless_equals_string (gst_structure_get_string (caps, "media"), "video");
  gst_structure_get_int (caps, "clock-rate", &rate);
  fail_unless_equals_int (rate, 90000);
  fail_unless_equals_string (
      gst_structure_get_string (caps, "extmap-4"), "urn:ietf:params:rtp-hdrext:sdes:mid");
  gst_event_parse_tag (test_run_event (run, GST_EVENT_TAG), &tags);
  fail_unless (gst_tag_list_get_string (tags, GST_TAG_DESCRIPTION, &description));
  fail_unless_equals_string (description, "Room 7");
}
GST_END_TEST;

GST_START_TEST (text_comes_out_as_text)
{
  g_autoptr (GByteArray) mjr = test_mjr_new_simple (2, "d", "text");
  g_autofree gchar *path = NULL;
  g_autoptr (TestRun) run = NULL;

  test_mjr_add_text (mjr, 2, 0, TEST_STARTED, "hello");
  test_mjr_add_text (mjr, 2, 10, TEST_STARTED + 10000, "not \xff text");
  test_mjr_add (mjr, 2, 15, "short", 5);
  test_mjr_add_text (mjr, 2, 20, TEST_STARTED + 20000, "");
  test_mjr_add_text (mjr, 2, 2000, TEST_STARTED + 2000000, "caf\xc3\xa9");
  path = test_mjr_file (mjr);
  run = test_run (DEMUX, path);
  fail_unless (gst_structure_has_name (test_run_caps (run), "text/x-raw"));
  fail_unless_equals_int (run->buffers->len, 3);
  fail_unless_equals_uint64 (test_run_stat (run, "invalid"), 2);
  fail_unless_equals_uint64 (test_run_pts (run, 0), 500 * GST_MSECOND);
  fail_unless_equals_uint64 (test_run_pts (run, 2), 2500 * GST_MSECOND);
  {
    g_autoptr (GBytes) text = test_run_bytes (run, 2);
    g_autoptr (GBytes) expected = g_bytes_new ("caf\xc3\xa9", 5);

    fail_unless (g_bytes_equal (text, expected));
  }
}
GST_END_TEST;

/* Sound of 20 ms packets; with arrival times as without delay. */
static gchar *
make_long (guint generation, guint seconds)
{
  g_autoptr (GByteArray) mjr =
      generation == 0 ? test_mjr_new (0, "audio") : test_mjr_new_simple (generation, "a", "opus");

  for (guint32 i = 0; i < seconds * 50; i++)
    test_mjr_add_rtp (mjr, generation, i * 20, (guint16) (i + 65000), i * 960 - 1000000u, 40);
  return test_mjr_file (mjr);
}

GST_START_TEST (times_can_count_from_any_moment)
{
  static const struct {
    const gchar *settings;
    GstClockTime first;
    guint packets;
  } cases[] = {
      {"", 500 * GST_MSECOND, 500},
      {"do-timestamp-sync=false", 0, 500},
      {"reference-time=1767225599000000", 1500 * GST_MSECOND, 500},
      /* One second after the first packet: the packets of that second are from before. */
      {"reference-time=1767225601500000", 0, 450},
      {"do-timestamp-sync=false reference-time=1767225599000000", 0, 500},
  };
  g_autofree gchar *path = make_long (2, 10);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (TestRun) run = test_run (
        "filesrc location=\"%s\" ! mjrdemux %s ! fakesink name=out", path, cases[i].settings);

    fail_unless_equals_int (run->buffers->len, cases[i].packets);
    fail_unless_equals_uint64 (test_run_pts (run, 0), cases[i].first);
  }
}
GST_END_TEST;

GST_START_TEST (duration_is_known_before_the_end)
{
  g_autofree gchar *path = make_long ((guint) __i__, 100);
  g_autoptr (TestRun) run = test_run_new (DEMUX, path);
  gint64 start = __i__ == 0 ? 0 : 500 * GST_MSECOND;

  test_run_to_pause (run);
  fail_unless_equals_int64 (test_run_query (run, TRUE), start + (100 * 50 - 1) * 20 * GST_MSECOND);
}
GST_END_TEST;

static void
seek_to (TestRun *run, GstClockTime start, GstClockTime stop)
{
  g_ptr_array_set_size (run->buffers, 0);
  fail_unless (gst_element_seek (run->pipeline, 1.0, GST_FORMAT_TIME,
      GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_ACCURATE, GST_SEEK_TYPE_SET, (gint64) start,
      GST_CLOCK_TIME_IS_VALID (stop) ? GST_SEEK_TYPE_SET : GST_SEEK_TYPE_NONE, (gint64) stop));
}

/* What comes after a seek is what comes there without one. */
GST_START_TEST (seeking_finds_the_packet_of_a_time)
{
  static const guint seconds[] = {300, 10, 599, 0, 301, 300, 1};
  g_autofree gchar *path = make_long ((guint) __i__, 600);
  g_autoptr (TestRun) linear = test_run (DEMUX, path);
  g_autoptr (TestRun) run = test_run_new (DEMUX, path);

  test_run_to_pause (run);
  for (guint i = 0; i < G_N_ELEMENTS (seconds); i++) {
    GstClockTime start = seconds[i] * GST_SECOND;
    guint from = 0;

    while (test_run_pts (linear, from) < start)
      from++;
    seek_to (run, start, start + GST_SECOND / 2);
    test_run_to_end (run);
    fail_unless (run->error == NULL);
    if (seconds[i] > 0)
      fail_unless_equals_int (run->buffers->len, 25);
    for (guint k = 0; k < run->buffers->len; k++) {
      g_autoptr (GBytes) expected = test_run_bytes (linear, from + k);
      g_autoptr (GBytes) bytes = test_run_bytes (run, k);

      fail_unless (g_bytes_equal (expected, bytes));
      fail_unless_equals_uint64 (test_run_pts (run, k), test_run_pts (linear, from + k));
    }
    fail_unless (ABS (test_run_query (run, FALSE) - (gint64) start) <= (gint64) GST_SECOND);
  }
}
GST_END_TEST;

GST_START_TEST (what_is_pushed_cannot_be_sought_in)
{
  g_autofree gchar *path = make_long (2, 10);
  g_autoptr (TestRun) run = test_run_new (DEMUX_PUSHED, path, 4096);

  test_run_to_pause (run);
  fail_if (gst_element_seek_simple (
      run->pipeline, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, 5 * GST_SECOND));
}
GST_END_TEST;

GST_START_TEST (packets_that_were_sent_again_come_in_order)
{
  g_autoptr (GByteArray) mjr = test_mjr_new_simple (2, "v", "vp8");
  g_autofree gchar *path = NULL;
  g_autoptr (TestRun) run = NULL;
  g_autoptr (TestRun) raw = NULL;
  guint16 expected = 65500;

  /* Each tenth packet is 7 packets late; each 70th is lost; each 25th comes twice. */
  for (guint32 i = 0; i < 1000; i++) {
    if (i % 10 != 5 && i % 70 != 1)
      test_mjr_add_rtp (mjr, 2, i * 5, (guint16) (65500 + i), i * 450, 30);
    if (i % 10 == 2 && i > 10)
      test_mjr_add_rtp (mjr, 2, i * 5, (guint16) (65500 + i - 7), (i - 7) * 450, 30);
    if (i % 25 == 7 && i % 70 != 1)
      test_mjr_add_rtp (mjr, 2, i * 5, (guint16) (65500 + i), i * 450, 30);
  }
  path = test_mjr_file (mjr);
  run = test_run (DEMUX, path);
  raw = test_run ("filesrc location=\"%s\" ! mjrdemux reorder-window=0 ! fakesink name=out", path);
  fail_unless_equals_int (run->buffers->len, raw->buffers->len);
  for (guint i = 0; i < run->buffers->len; i++) {
    g_autoptr (GBytes) bytes = test_run_bytes (run, i);
    guint16 seq = GST_READ_UINT16_BE ((const guint8 *) g_bytes_get_data (bytes, NULL) + 2);

    /* Those that came twice stay where they are. */
    if ((gint16) (seq - expected) >= 0)
      expected = seq + 1;
    else
      fail_unless (seq == (guint16) (expected - 1) || (guint16) (seq - 65500) % 25 == 7);
  }
  fail_unless (test_run_stat (run, "reordered") > 0);
}
GST_END_TEST;

GST_START_TEST (the_payload_type_of_the_packets_is_that_of_the_caps)
{
  g_autoptr (GByteArray) mjr =
      test_mjr_new (2, "{\"t\": \"a\", \"c\": \"opus\", \"s\": 1, \"u\": 1, \"or\": 63}");
  g_autofree gchar *path = NULL;
  g_autoptr (TestRun) run = NULL;
  gint payload = 0;

  test_mjr_add_rtp (mjr, 2, 0, 1, 0, 0);
  test_mjr_add_rtp (mjr, 2, 20, 2, 960, 0);
  /* A RED packet. */
  mjr->data[mjr->len - 19] = 63;
  path = test_mjr_file (mjr);
  run = test_run (DEMUX, path);
  gst_structure_get_int (test_run_caps (run), "payload", &payload);
  fail_unless_equals_int (payload, 63);
  fail_unless_equals_string (
      gst_structure_get_string (test_run_caps (run), "encoding-name"), "RED");
}
GST_END_TEST;

/* Damage */

GST_START_TEST (garbage_is_skipped_and_counted)
{
  g_autoptr (GByteArray) mjr = test_mjr_new_simple (2, "a", "opus");
  g_autofree gchar *path = NULL;
  g_autoptr (TestRun) run = NULL;
  g_autoptr (TestRun) pushed = NULL;
  gchar *rubbish = g_strnfill (1000, 'M');

  for (guint32 i = 0; i < 500; i++) {
    test_mjr_add_rtp (mjr, 2, i * 20, (guint16) i, i * 960, 40);
    if (i % 100 == 50)
      g_byte_array_append (mjr, (const guint8 *) rubbish, 1000);
  }
  g_free (rubbish);
  path = test_mjr_file (mjr);
  run = test_run (DEMUX, path);
  fail_unless_equals_int (run->buffers->len, 500);
  fail_unless_equals_uint64 (test_run_stat (run, "garbage-runs"), 5);
  fail_unless_equals_uint64 (test_run_stat (run, "garbage-bytes"), 5000);
  fail_unless_equals_int (run->warnings, 1);
  pushed = test_run (DEMUX_PUSHED, path, 333);
  assert_same_run (run, pushed);
}
GST_END_TEST;

GST_START_TEST (a_recording_that_is_cut_off_ends_with_a_warning)
{
  g_autoptr (GBytes) bytes = test_recording_bytes (&test_recordings[__i__]);
  g_autofree gchar *path =
      test_file ("cut.mjr", g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes) - 5);
  g_autoptr (TestRun) run = test_run (DEMUX, path);
  g_autoptr (TestRun) pushed = test_run (DEMUX_PUSHED, path, 4096);

  fail_unless (run->error == NULL);
  fail_unless_equals_int (run->buffers->len, test_recordings[__i__].packets - 1);
  fail_unless_equals_int (run->warnings, 1);
  fail_unless (strstr (run->warning, "cut off") != NULL);
  assert_same_run (run, pushed);
}
GST_END_TEST;

GST_START_TEST (a_header_alone_is_an_empty_stream)
{
  g_autoptr (GByteArray) mjr = test_mjr_new_simple (2, "v", "vp8");
  g_autofree gchar *path = test_mjr_file (mjr);
  g_autoptr (TestRun) run = test_run (DEMUX, path);

  fail_unless (run->error == NULL);
  fail_unless_equals_int (run->buffers->len, 0);
  fail_unless_equals_string (
      gst_structure_get_string (test_run_caps (run), "encoding-name"), "VP8");
}
GST_END_TEST;

static const struct {
  const gchar *data;
  gsize size;
  const gchar *message;
} bad_files[] = {
    {"", 0, "The recording is empty: it has 0 bytes."},
    {"MJR00002", 8, "The recording is empty: Janus opened the file, but no packet came."},
    {"MJR00009", 8, "The recording is of a generation that is not known"},
    {"\x1a\x45\xdf\xa3 webm is not mjr", 20, "This is no recording of Janus"},
    {"MJR00002\0\x10{\"t\": \"a\"", 19, "The recording is cut off within its header."},
    {"MJR00002\0\2[]", 12, "The header of the recording is no JSON object."},
    {"MJR00002\0\x16{\"t\": \"a\", \"c\": \"mp3\"}", 32, "mp3"},
};

GST_START_TEST (what_is_no_recording_is_an_error_that_says_so)
{
  g_autofree gchar *path = test_file ("bad.mjr", bad_files[__i__].data, bad_files[__i__].size);

  for (guint pushed = 0; pushed < 2; pushed++) {
    g_autoptr (TestRun) run = pushed ? test_run (DEMUX_PUSHED, path, 5) : test_run (DEMUX, path);

    fail_unless (run->error != NULL);
    fail_unless (
        strstr (run->error->message, bad_files[__i__].message) != NULL, "%s", run->error->message);
  }
}
GST_END_TEST;

GST_START_TEST (frames_that_are_no_packets_are_left_out)
{
  g_autoptr (GByteArray) mjr = test_mjr_new_simple (2, "v", "vp8");
  g_autofree gchar *path = NULL;
  g_autoptr (TestRun) run = NULL;

  test_mjr_add (mjr, 2, 0, "", 0);
  test_mjr_add (mjr, 2, 0, "\x80", 1);
  test_mjr_add (mjr, 2, 0, "not an RTP packet", 17);
  /* 15 CSRCs, or an extension, that are not there. */
  test_mjr_add (mjr, 2, 0, "\x8f\x60\0\1\0\0\0\1\0\0\0\1\0\0\0\0", 16);
  test_mjr_add (mjr, 2, 0, "\x90\x60\0\1\0\0\0\1\0\0\0\1\xbe\xde\xff\xff", 16);
  test_mjr_add_rtp (mjr, 2, 0, 1, 0, 0);
  path = test_mjr_file (mjr);
  run = test_run (DEMUX, path);
  fail_unless_equals_int (run->buffers->len, 1);
  fail_unless_equals_uint64 (test_run_stat (run, "invalid"), 5);
}
GST_END_TEST;

/* Recordings that grow */

typedef struct {
  GMutex lock;
  GCond cond;
  guint n;
} Counter;

static void
on_handoff (GstElement *sink, GstBuffer *buffer, GstPad *pad, Counter *counter)
{
  g_mutex_lock (&counter->lock);
  counter->n++;
  g_cond_signal (&counter->cond);
  g_mutex_unlock (&counter->lock);
}

static void
wait_for_count (Counter *counter, guint n)
{
  g_mutex_lock (&counter->lock);
  while (counter->n < n)
    g_cond_wait (&counter->cond, &counter->lock);
  g_mutex_unlock (&counter->lock);
}

static void
append (const gchar *path, const GByteArray *mjr, gsize from, gsize to)
{
  FILE *file = g_fopen (path, "ab");

  fail_unless_equals_int (fwrite (mjr->data + from, 1, to - from, file), to - from);
  fclose (file);
}

static TestRun *
follow (const gchar *path, Counter *counter)
{
  TestRun *run =
      test_run_new ("filesrc location=\"%s\" name=src ! mjrdemux follow=true name=demux ! "
                    "fakesink name=out signal-handoffs=true async=false",
          path);
  g_autoptr (GstElement) out = gst_bin_get_by_name (GST_BIN (run->pipeline), "out");

  g_signal_connect (out, "handoff", G_CALLBACK (on_handoff), counter);
  gst_element_set_state (run->pipeline, GST_STATE_PLAYING);
  return run;
}

GST_START_TEST (a_recording_is_followed_while_it_grows)
{
  Counter counter = {.n = 0};
  g_autoptr (GByteArray) mjr = test_mjr_new_simple (2, "a", "opus");
  g_autofree gchar *path = test_file ("growing.mjr", "MJR00002", 8);
  g_autoptr (TestRun) run = follow (path, &counter);
  gsize written = 8, frame = 0;

  for (guint32 i = 0; i < 60; i++) {
    gsize before = mjr->len;

    test_mjr_add_rtp (mjr, 2, i * 20, (guint16) i, i * 960, 40);
    frame = mjr->len - before;
  }
  /* Whole frames, a part of one, and the rest. */
  append (path, mjr, written, mjr->len - 40 * frame);
  wait_for_count (&counter, 20);
  written = mjr->len - 40 * frame;
  append (path, mjr, written, written + frame / 2);
  append (path, mjr, written + frame / 2, written + 20 * frame);
  wait_for_count (&counter, 40);
  append (path, mjr, written + 20 * frame, mjr->len);
  wait_for_count (&counter, 60);

  gst_element_send_event (run->pipeline, gst_event_new_eos ());
  test_run_to_end (run);
  fail_unless (run->error == NULL);
  fail_unless_equals_int (run->warnings, 0);
  fail_unless_equals_int (run->buffers->len, 60);
}
GST_END_TEST;

GST_START_TEST (following_can_be_stopped_at_any_time)
{
  Counter counter = {.n = 0};
  g_autofree gchar *path = test_recording_path (&test_recordings[__i__]);
  g_autoptr (TestRun) run = follow (path, &counter);

  wait_for_count (&counter, test_recordings[__i__].packets);
  gst_element_set_state (run->pipeline, GST_STATE_NULL);
  fail_unless_equals_int (run->buffers->len, test_recordings[__i__].packets);
}
GST_END_TEST;

static void
link_pad (GstElement *demux, GstPad *pad, GstElement *out)
{
  g_autoptr (GstPad) sinkpad = gst_element_get_static_pad (out, "sink");

  fail_unless_equals_int (gst_pad_link (pad, sinkpad), GST_PAD_LINK_OK);
}

GST_START_TEST (it_can_be_started_again)
{
  g_autofree gchar *path = test_recording_path (&test_recordings[0]);
  g_autoptr (TestRun) run =
      test_run_new ("filesrc location=\"%s\" ! mjrdemux name=demux fakesink name=out", path);
  g_autoptr (GstElement) demux = gst_bin_get_by_name (GST_BIN (run->pipeline), "demux");
  g_autoptr (GstElement) out = gst_bin_get_by_name (GST_BIN (run->pipeline), "out");

  g_signal_connect (demux, "pad-added", G_CALLBACK (link_pad), out);
  for (guint i = 0; i < 3; i++) {
    g_ptr_array_set_size (run->buffers, 0);
    test_run_to_end (run);
    fail_unless_equals_int (run->buffers->len, test_recordings[0].packets);
    gst_element_set_state (run->pipeline, GST_STATE_NULL);
    fail_unless_equals_uint64 (test_run_stat (run, "frames"), test_recordings[0].packets);
  }
}
GST_END_TEST;

static Suite *
mjrdemux_suite (void)
{
  Suite *s = suite_create ("mjrdemux");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, every_packet_of_a_recording_comes_out, 0, N_TEST_RECORDINGS);
  tcase_add_loop_test (
      tc, every_packet_of_a_recording_is_decrypted_and_depayloaded, 0, N_TEST_RECORDINGS);
  tcase_add_loop_test (tc, every_picture_and_sound_is_decoded, 0, N_TEST_RECORDINGS);
  tcase_add_loop_test (tc, pushed_and_pulled_is_the_same, 0, N_TEST_RECORDINGS);
  tcase_add_loop_test (tc, sound_and_picture_of_a_session_are_in_sync, 0, N_TEST_RECORDINGS / 2);
  tcase_add_loop_test (tc, tags_tell_codec_date_and_flag, 0, N_TEST_RECORDINGS);
  tcase_add_loop_test (tc, the_type_of_a_recording_is_found, 0, N_TEST_RECORDINGS);
  tcase_add_test (tc, header_extensions_and_format_parameters_are_in_the_caps);
  tcase_add_test (tc, text_comes_out_as_text);
  tcase_add_test (tc, times_can_count_from_any_moment);
  tcase_add_loop_test (tc, duration_is_known_before_the_end, 0, 3);
  tcase_add_loop_test (tc, seeking_finds_the_packet_of_a_time, 0, 3);
  tcase_add_test (tc, what_is_pushed_cannot_be_sought_in);
  tcase_add_test (tc, packets_that_were_sent_again_come_in_order);
  tcase_add_test (tc, the_payload_type_of_the_packets_is_that_of_the_caps);
  tcase_add_test (tc, garbage_is_skipped_and_counted);
  tcase_add_loop_test (tc, a_recording_that_is_cut_off_ends_with_a_warning, 0, N_TEST_RECORDINGS);
  tcase_add_test (tc, a_header_alone_is_an_empty_stream);
  tcase_add_loop_test (
      tc, what_is_no_recording_is_an_error_that_says_so, 0, G_N_ELEMENTS (bad_files));
  tcase_add_test (tc, frames_that_are_no_packets_are_left_out);
  tcase_add_test (tc, a_recording_is_followed_while_it_grows);
  tcase_add_loop_test (tc, following_can_be_stopped_at_any_time, 0, N_TEST_RECORDINGS);
  tcase_add_test (tc, it_can_be_started_again);
  return s;
}

GST_CHECK_MAIN (mjrdemux);
