/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitestates.c (test) - none of what users of end-to-end encryption complain about is silent,
 * and all of it passes. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitetest.h"

#include <gst/video/video.h>
#include <string.h>

#include "gstpercliteevent.h"
#include "perclitehealth.h"

#define SSRC 0x1a2b3c4d
#define FINGERPRINT_44 (test_suites[0].fingerprint)

static GstHarness *enc, *dec;
static guint16 seq;
static GstMessage *notice; /* the last warning or information that pop_news() has met */

static void
setup (void)
{
  enc = test_harness ("perclitenc", "key=" KEY_44);
  dec = test_harness ("perclitedec", "key=" OTHER_KEY_44);
  seq = 0;
}

static void
teardown (void)
{
  test_harness_free (enc);
  test_harness_free (dec);
  gst_clear_message (&notice);
}

static GstBuffer *
next_packet (void)
{
  TestPacket p = {.ssrc = SSRC, .seq = ++seq, .ts = seq * 3000u, .pt = 105, .payload_size = 50};

  return test_packet_buffer (&p);
}

/* As a server sends it on: all numbers outside are its own. */
static GstBuffer *
relayed (GstBuffer *packet)
{
  GstMapInfo map;

  packet = gst_buffer_make_writable (packet);
  gst_buffer_map (packet, &map, GST_MAP_READWRITE);
  map.data[1] = (guint8) ((map.data[1] & 0x80) | 96);
  GST_WRITE_UINT16_BE (map.data + 2, GST_READ_UINT16_BE (map.data + 2) + 777);
  GST_WRITE_UINT32_BE (map.data + 4, GST_READ_UINT32_BE (map.data + 4) + 123456789);
  GST_WRITE_UINT32_BE (map.data + 8, 0xcafe);
  gst_buffer_unmap (packet, &map);
  return packet;
}

static gboolean
decrypts_next (void)
{
  g_autoptr (GstBuffer) plain = test_pass (dec, relayed (test_pass (enc, next_packet ())));

  return plain != NULL;
}

/* The next element message but those that count packets. */
static GstMessage *
pop_news (void)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (dec->element);
  GstMessage *message;

  while ((message = gst_bus_pop (bus)) != NULL) {
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ELEMENT &&
        !gst_message_has_name (message, "perclite-packets-dropped"))
      return message;
    if (GST_MESSAGE_TYPE (message) & (GST_MESSAGE_WARNING | GST_MESSAGE_INFO))
      gst_message_take (&notice, message);
    else
      gst_message_unref (message);
  }
  return NULL;
}

/* Fails unless the next news are NAME, with all that belongs there. Returns the count. */
static guint64
assert_news (const gchar *name, const gchar *fingerprint, const gchar *part_of_text)
{
  g_autoptr (GstMessage) message = pop_news ();
  const GstStructure *s;
  guint ssrc, pt;
  guint64 count, total;

  fail_unless (message != NULL, "no %s", name);
  s = gst_message_get_structure (message);
  fail_unless_equals_string (gst_structure_get_name (s), name);
  fail_unless (gst_structure_get (s, "ssrc", G_TYPE_UINT, &ssrc, "payload-type", G_TYPE_UINT, &pt,
      "count", G_TYPE_UINT64, &count, "total", G_TYPE_UINT64, &total, NULL));
  fail_unless_equals_int (ssrc, 0xcafe);
  fail_unless_equals_int (pt, 96);
  fail_unless (total >= count || g_str_has_suffix (name, "key-changed"));
  fail_unless_equals_string (gst_structure_get_string (s, "fingerprint"), fingerprint);
  fail_unless (strstr (gst_structure_get_string (s, "text"), part_of_text) != NULL, "%s",
      gst_structure_get_string (s, "text"));
  return count;
}

static guint64
get_event_count (const gchar *name)
{
  g_autoptr (GstStructure) stats = test_stats (dec->element);
  g_autoptr (GstStructure) events = NULL;
  guint64 count;

  fail_unless (gst_structure_get (stats, "events", GST_TYPE_STRUCTURE, &events, NULL));
  fail_unless (gst_structure_get_uint64 (events, name, &count));
  return count;
}

static gchar *
add_key (GstHarness *h, const gchar *line)
{
  gchar *fingerprint = NULL;

  g_signal_emit_by_name (h->element, "add-key", line, &fingerprint);
  return fingerprint;
}

static gchar *
get_fingerprint (GstHarness *h)
{
  gchar *fingerprint;

  g_object_get (h->element, "fingerprint", &fingerprint, NULL);
  return fingerprint;
}

/* What perclitedec has told upstream since the last call. */
typedef struct {
  guint keyframes;
  guint failing;
  guint good;
} Upstream;

static Upstream
pull_upstream (void)
{
  Upstream upstream = {0};
  GstEvent *event;

  while ((event = gst_harness_try_pull_upstream_event (dec)) != NULL) {
    gboolean failing = FALSE;

    if (gst_video_event_is_force_key_unit (event))
      upstream.keyframes++;
    if (gst_event_has_name (event, GST_PERCLITE_DECRYPTION_EVENT)) {
      gst_structure_get_boolean (gst_event_get_structure (event), "failing", &failing);
      upstream.failing += failing;
      upstream.good += !failing;
    }
    gst_event_unref (event);
  }
  return upstream;
}

GST_START_TEST (a_bot_that_gets_ciphertext_says_so)
{
  g_autofree gchar *own = get_fingerprint (dec);
  g_autoptr (GError) error = NULL;
  Upstream upstream;

  for (guint i = 0; i < 100; i++)
    fail_if (decrypts_next ());
  assert_news ("perclite-decrypt-failed", own, "Wrong key?");
  fail_unless (pop_news () == NULL);
  gst_message_parse_warning (notice, &error, NULL);
  fail_unless (strstr (error->message, own) != NULL, "%s", error->message);
  fail_unless (g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_DECRYPT));
  upstream = pull_upstream ();
  fail_unless (upstream.failing >= 1);
  fail_unless_equals_int (upstream.keyframes, 0);
  fail_unless_equals_uint64 (get_event_count ("decrypt-failed"), 1);
}
GST_END_TEST;

/* Until the next news may come. */
static void
pass_packets_until_news (void)
{
  for (guint i = 0; i < 1000 && get_event_count ("decrypt-resumed") == 0; i++) {
    fail_unless (decrypts_next ());
    g_usleep (10000);
  }
}

GST_START_TEST (recovery_is_announced_and_a_keyframe_asked_for)
{
  g_autofree gchar *own = get_fingerprint (dec), *added = NULL;
  Upstream upstream;

  for (guint i = 0; i < 50; i++)
    fail_if (decrypts_next ());
  pull_upstream ();
  added = add_key (dec, KEY_44);
  pass_packets_until_news ();
  assert_news ("perclite-decrypt-failed", own, "Wrong key?");
  fail_unless_equals_uint64 (assert_news ("perclite-decrypt-resumed", added, "again"), 50);
  fail_unless (pop_news () == NULL);
  fail_unless_equals_int (GST_MESSAGE_TYPE (notice), GST_MESSAGE_INFO);
  upstream = pull_upstream ();
  fail_unless_equals_int (upstream.good, 1);
  fail_unless_equals_int (upstream.keyframes, 1);
}
GST_END_TEST;

GST_START_TEST (a_sound_that_recovers_asks_for_no_keyframe)
{
  gst_harness_set_src_caps_str (
      dec, "application/x-rtp, media=(string)audio, clock-rate=(int)48000, payload=(int)96");
  for (guint i = 0; i < 50; i++)
    fail_if (decrypts_next ());
  g_free (add_key (dec, KEY_44));
  pass_packets_until_news ();
  fail_unless_equals_int (pull_upstream ().keyframes, 0);
}
GST_END_TEST;

GST_START_TEST (plaintext_is_noticed_and_not_taken_for_a_wrong_key)
{
  g_autofree gchar *own = get_fingerprint (dec);

  for (guint i = 0; i < 100; i++) {
    g_autoptr (GstBuffer) plain = test_pass (dec, relayed (next_packet ()));

    fail_unless (plain == NULL);
  }
  fail_unless (assert_news ("perclite-plaintext-received", own, "not encrypted") <= 8);
  fail_unless (pop_news () == NULL);
  fail_unless (test_drops (dec->element, "plaintext") >= 90);
}
GST_END_TEST;

GST_START_TEST (a_missing_key_is_told_as_missing)
{
  g_autofree gchar *own = NULL, *other = NULL;

  /* A ring whose keys all have MKIs, and a sender with another one. */
  g_object_set (dec->element, "key", NULL, NULL);
  own = add_key (dec, "mki=01 " OTHER_KEY_44);
  other = add_key (enc, "send mki=02 " KEY_28);
  fail_unless (own != NULL && other != NULL);
  for (guint i = 0; i < 100; i++)
    fail_if (decrypts_next ());
  assert_news ("perclite-missing-key", own, "is missing");
  fail_unless (pop_news () == NULL);
  fail_unless_equals_uint64 (test_drops (dec->element, "missing-key"), 100);
}
GST_END_TEST;

GST_START_TEST (a_rotated_key_is_told_and_loses_nothing)
{
  g_autofree gchar *added = add_key (dec, KEY_44), *rotated = NULL;

  fail_unless (decrypts_next ());
  rotated = add_key (enc, "send " OTHER_KEY_44);
  for (guint i = 0; i < 50; i++)
    fail_unless (decrypts_next ());
  assert_news ("perclite-key-changed", rotated, "another key");
  fail_unless_equals_uint64 (test_stat (dec->element, "dropped"), 0);
}
GST_END_TEST;

GST_START_TEST (replays_are_told_as_what_they_are)
{
  GstBuffer *packet;

  g_free (add_key (dec, KEY_44));
  packet = relayed (test_pass (enc, next_packet ()));
  gst_buffer_unref (test_pass (dec, gst_buffer_copy_deep (packet)));
  for (guint i = 0; i < 50; i++)
    fail_unless (test_pass (dec, gst_buffer_copy_deep (packet)) == NULL);
  gst_buffer_unref (packet);
  assert_news ("perclite-replayed", FINGERPRINT_44, "a second time");
  fail_unless (pop_news () == NULL);
  fail_unless_equals_int (GST_MESSAGE_TYPE (notice), GST_MESSAGE_INFO);
  fail_unless_equals_uint64 (test_drops (dec->element, "replayed"), 50);
}
GST_END_TEST;

GST_START_TEST (padding_alone_is_no_plaintext)
{
  TestPacket padding = {.ssrc = SSRC, .pt = 105, .padding = 200};

  g_free (add_key (dec, KEY_44));
  fail_unless (decrypts_next ());
  for (guint i = 0; i < 50; i++) {
    padding.seq = (guint16) (1000 + i);
    padding.ts = i;
    fail_unless (test_pass (dec, relayed (test_packet_buffer (&padding))) == NULL);
  }
  fail_unless (pop_news () == NULL);
  fail_unless (notice == NULL);
  fail_unless_equals_uint64 (test_drops (dec->element, "empty"), 50);
}
GST_END_TEST;

GST_START_TEST (the_rollover_counter_may_be_told_instead_of_searched)
{
  guint roc = 0, inner_ssrc = 0;

  test_harness_free (dec);
  dec = test_harness ("perclitedec", "key=" KEY_44 " roc-search-limit=0");
  /* Twice around, in steps that the guess of the encrypter bridges. */
  for (guint i = 0; i < 5; i++) {
    seq = (guint16) (i * 30000);
    gst_buffer_unref (test_pass (enc, next_packet ()));
  }
  {
    g_autoptr (GstStructure) stats = test_stats (enc->element);
    const GValue *stream =
        gst_value_array_get_value (gst_structure_get_value (stats, "streams"), 0);

    gst_structure_get (gst_value_get_structure (stream), "roc", G_TYPE_UINT, &roc, "inner-ssrc",
        G_TYPE_UINT, &inner_ssrc, NULL);
  }
  fail_unless_equals_int (roc, 1);
  fail_if (decrypts_next ());
  g_signal_emit_by_name (dec->element, "hint-roc", inner_ssrc, roc);
  fail_unless (decrypts_next ());
  fail_unless (decrypts_next ());
}
GST_END_TEST;

GST_START_TEST (streams_that_were_silent_for_longest_give_way)
{
  test_harness_free (dec);
  dec = test_harness ("perclitedec", "key=" KEY_44 " max-streams=4");
  for (guint i = 0; i < 20; i++) {
    TestPacket p = {.ssrc = i, .seq = 1, .ts = 1, .pt = 105, .payload_size = 50};

    gst_buffer_unref (test_pass (dec, test_pass (enc, test_packet_buffer (&p))));
  }
  {
    g_autoptr (GstStructure) stats = test_stats (dec->element);

    fail_unless_equals_int (
        gst_value_array_get_size (gst_structure_get_value (stats, "streams")), 4);
  }
}
GST_END_TEST;

GST_START_TEST (a_second_run_with_a_preserved_ssrc_is_refused)
{
  GstHarness *run = test_harness ("perclitenc", "key=" KEY_44 " inner-ssrc=preserve");
  GstHarness *another = test_harness ("perclitenc", "key=" KEY_44 " inner-ssrc=preserve");
  g_autoptr (GstMessage) warning = NULL;

  gst_buffer_unref (test_pass (run, next_packet ()));
  fail_unless (test_pass (another, next_packet ()) == NULL);
  fail_unless_equals_uint64 (test_drops (another->element, "nonce-used"), 1);
  warning = test_pop_message (another->element, GST_MESSAGE_WARNING);
  fail_unless (warning != NULL);
  test_harness_free (run);
  test_harness_free (another);
}
GST_END_TEST;

static Suite *
perclitestates_suite (void)
{
  Suite *suite = suite_create ("perclitestates");
  TCase *tcase = tcase_create ("states");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, setup, teardown);
  tcase_add_test (tcase, a_bot_that_gets_ciphertext_says_so);
  tcase_add_test (tcase, recovery_is_announced_and_a_keyframe_asked_for);
  tcase_add_test (tcase, a_sound_that_recovers_asks_for_no_keyframe);
  tcase_add_test (tcase, plaintext_is_noticed_and_not_taken_for_a_wrong_key);
  tcase_add_test (tcase, a_missing_key_is_told_as_missing);
  tcase_add_test (tcase, a_rotated_key_is_told_and_loses_nothing);
  tcase_add_test (tcase, replays_are_told_as_what_they_are);
  tcase_add_test (tcase, padding_alone_is_no_plaintext);
  tcase_add_test (tcase, the_rollover_counter_may_be_told_instead_of_searched);
  tcase_add_test (tcase, streams_that_were_silent_for_longest_give_way);
  tcase_add_test (tcase, a_second_run_with_a_preserved_ssrc_is_refused);
  return suite;
}

GST_CHECK_MAIN (perclitestates);
