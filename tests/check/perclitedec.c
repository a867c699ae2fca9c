/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitedec.c - whatever the network brings, perclitedec lets nothing but authentic payloads
 * pass. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitedrops.h"
#include "perclitetest.h"

#include <string.h>

#include <gst/rtp/rtp.h>

#define SSRC 0x12345678

static GstHarness *enc, *dec;

static void
setup (void)
{
  enc = test_harness ("perclitenc", "key=" KEY_44);
  dec = test_harness ("perclitedec", "key=" KEY_44);
}

static void
teardown (void)
{
  test_harness_free (enc);
  test_harness_free (dec);
}

static GBytes *
encrypted (GstHarness *h, guint16 seq)
{
  g_autoptr (GstBuffer) cipher = test_pass (h, test_simple_packet (SSRC, seq));

  fail_unless (cipher != NULL);
  return test_buffer_bytes (cipher);
}

static void
assert_dropped (GstHarness *h, GBytes *bytes)
{
  fail_unless (test_pass (h, gst_buffer_new_wrapped_bytes (bytes)) == NULL);
}

/* A packet of that sequence number makes it through both. */
static void
assert_goes_on (guint16 seq)
{
  g_autoptr (GBytes) bytes = encrypted (enc, seq);
  g_autoptr (GstBuffer) plain = test_pass (dec, gst_buffer_new_wrapped_bytes (bytes));
  g_autoptr (GstBuffer) expected = test_simple_packet (SSRC, seq);
  g_autoptr (GBytes) expected_bytes = test_buffer_bytes (expected);

  assert_buffer_bytes (plain, expected_bytes);
}

GST_START_TEST (a_packet_that_comes_twice_passes_once_without_a_warning)
{
  g_autoptr (GBytes) bytes = encrypted (enc, 1);
  g_autoptr (GstBuffer) plain = test_pass (dec, gst_buffer_new_wrapped_bytes (bytes));
  g_autoptr (GstMessage) message = NULL;

  fail_unless (plain != NULL);
  assert_dropped (dec, bytes);
  assert_dropped (dec, bytes);
  fail_unless_equals_uint64 (test_drops (dec->element, "replayed"), 2);

  message = test_pop_message (dec->element, GST_MESSAGE_ELEMENT);
  fail_unless (gst_message_has_name (message, "perclite-packets-dropped"));
  fail_unless_equals_string (
      gst_structure_get_string (gst_message_get_structure (message), "reason"), "replayed");
  fail_unless_equals_int (test_count_messages (dec->element, GST_MESSAGE_WARNING), 0);
  assert_goes_on (2);
}
GST_END_TEST;

GST_START_TEST (a_packet_that_is_cut_off_anywhere_is_dropped)
{
  g_autoptr (GBytes) whole = encrypted (enc, 1);
  gsize size = g_bytes_get_size (whole);

  for (gsize n = 0; n < size; n++) {
    g_autoptr (GBytes) part = g_bytes_new_from_bytes (whole, 0, n);
    assert_dropped (dec, part);
  }
  fail_unless_equals_uint64 (test_drops (dec->element, "invalid-rtp"), 12);
  /* Some are taken for plaintext, since the payload encryption header is cut off. */
  fail_unless_equals_uint64 (test_drops (dec->element, "too-short") +
                                 test_drops (dec->element, "auth-failed") +
                                 test_drops (dec->element, "plaintext"),
      size - 12 - 1);
  fail_unless_equals_uint64 (test_drops (dec->element, "empty"), 1);
  assert_goes_on (2);
}
GST_END_TEST;

GST_START_TEST (a_packet_with_any_bit_flipped_is_dropped)
{
  const TestSuite *suite = &test_suites[__i__];
  g_autofree gchar *properties = g_strdup_printf ("key=%s suite=%s", suite->key, suite->nick);
  GstHarness *e = test_harness ("perclitenc", properties);
  GstHarness *d = test_harness ("perclitedec", properties);
  g_autoptr (GBytes) whole = encrypted (e, 1);
  g_autoptr (GstBuffer) plain = NULL;
  gsize size = g_bytes_get_size (whole);

  for (gsize bit = 12 * 8; bit < size * 8; bit++) {
    guint8 *copy = g_memdup2 (g_bytes_get_data (whole, NULL), size);
    g_autoptr (GBytes) flipped = NULL;

    copy[bit / 8] ^= (guint8) (1u << bit % 8);
    flipped = g_bytes_new_take (copy, size);
    assert_dropped (d, flipped);
  }
  /* Some are taken for plaintext, since the payload encryption header is damaged. */
  fail_unless_equals_uint64 (
      test_drops (d->element, "auth-failed") + test_drops (d->element, "plaintext"),
      (size - 12) * 8);
  plain = test_pass (d, gst_buffer_new_wrapped_bytes (whole));
  fail_unless (plain != NULL);
  test_harness_free (e);
  test_harness_free (d);
}
GST_END_TEST;

GST_START_TEST (rubbish_is_dropped_counted_and_survived)
{
  GRand *rand = g_rand_new_with_seed (42);
  g_autoptr (GBytes) good = encrypted (enc, 1);
  const guint8 *good_data = g_bytes_get_data (good, NULL);
  gsize good_size = g_bytes_get_size (good);
  static const gsize no_cuts[] = {0}, cuts[] = {3, 10, 1, 20, 0};
  const guint n = 20000;

  for (guint i = 0; i < n; i++) {
    gsize size = (gsize) g_rand_int_range (rand, 0, 300);
    guint8 data[300];
    g_autoptr (GBytes) bytes = NULL;
    GstBuffer *out;

    for (gsize k = 0; k < size; k++)
      data[k] = (guint8) g_rand_int (rand);
    if (i % 2 && size > 0)
      data[0] = (guint8) (0x80 | (data[0] & 0x3f));
    /* Some are a good packet with a bad piece in the middle. */
    if (i % 4 == 3) {
      gsize at = (gsize) g_rand_int_range (rand, 12, (gint) good_size);

      size = good_size;
      memcpy (data, good_data, good_size);
      data[at] = (guint8) (data[at] + g_rand_int_range (rand, 1, 256));
    }
    bytes = g_bytes_new (data, size);
    out = test_pass (dec, test_cut_buffer (bytes, i % 3 ? no_cuts : cuts));
    fail_unless (out == NULL);
  }
  fail_unless_equals_uint64 (test_stat (dec->element, "packets-in"), n);
  fail_unless_equals_uint64 (test_stat (dec->element, "dropped"), n);
  fail_unless_equals_uint64 (test_stat (dec->element, "packets-out"), 0);
  fail_unless_equals_uint64 (test_drops (dec->element, "internal"), 0);
  assert_goes_on (2);
  g_rand_free (rand);
}
GST_END_TEST;

GST_START_TEST (packets_in_clear_do_not_pass)
{
  for (guint16 seq = 0; seq < 100; seq++)
    fail_unless (test_pass (dec, test_simple_packet (SSRC, seq)) == NULL);
  fail_unless_equals_uint64 (
      test_drops (dec->element, "auth-failed") + test_drops (dec->element, "plaintext"), 100);
  fail_unless (test_drops (dec->element, "plaintext") >= 95);
}
GST_END_TEST;

GST_START_TEST (with_another_key_nothing_passes_and_the_user_is_told_once)
{
  GstHarness *h = test_harness ("perclitedec", "key=" OTHER_KEY_44);
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GstMessage) warning = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;
  const GstStructure *s;
  guint ssrc;
  guint64 count, total;
  gboolean many;

  for (guint16 seq = 0; seq < 200; seq++) {
    g_autoptr (GBytes) bytes = encrypted (enc, seq);
    assert_dropped (h, bytes);
  }

  message = test_pop_message (h->element, GST_MESSAGE_ELEMENT);
  s = gst_message_get_structure (message);
  fail_unless (gst_structure_has_name (s, "perclite-packets-dropped"));
  fail_unless (gst_structure_get (s, "ssrc", G_TYPE_UINT, &ssrc, "count", G_TYPE_UINT64, &count,
      "total", G_TYPE_UINT64, &total, "many-ssrcs", G_TYPE_BOOLEAN, &many, NULL));
  fail_unless_equals_int (ssrc, SSRC);
  fail_unless_equals_uint64 (count, 1);
  fail_unless_equals_uint64 (total, 1);
  fail_if (many);
  fail_unless_equals_string (gst_structure_get_string (s, "reason"), "auth-failed");

  warning = test_pop_message (h->element, GST_MESSAGE_WARNING);
  fail_unless (warning != NULL);
  gst_message_parse_warning (warning, &error, &debug);
  fail_unless (g_error_matches (error, GST_STREAM_ERROR, GST_STREAM_ERROR_DECRYPT));
  fail_unless (strstr (error->message, "Wrong key?") != NULL);
  fail_unless (test_pop_message (h->element, GST_MESSAGE_WARNING) == NULL);

  fail_unless_equals_uint64 (test_drops (h->element, "auth-failed"), 200);
  test_harness_free (h);
}
GST_END_TEST;

GST_START_TEST (another_suite_is_another_key)
{
  GstHarness *h = test_harness ("perclitedec", "key=" KEY_30 " suite=aes-cm-128-hmac-sha1-32");
  GstHarness *e = test_harness ("perclitenc", "key=" KEY_30 " suite=aes-cm-128-hmac-sha1-80");
  g_autoptr (GBytes) bytes = encrypted (e, 1);

  assert_dropped (h, bytes);
  test_harness_free (e);
  test_harness_free (h);
}
GST_END_TEST;

/* There may be more than the first report of each entry when the test takes seconds, but each of
 * the entries has one a second at most, and there are so many only. */
GST_START_TEST (a_flood_of_ssrcs_does_not_become_a_flood_of_messages)
{
  gint64 begin = g_get_monotonic_time ();
  guint elements, seconds;

  for (guint32 i = 0; i < 10000; i++)
    fail_unless (test_pass (dec, test_simple_packet (i * 2654435761u, 1)) == NULL);
  seconds = (guint) ((g_get_monotonic_time () - begin) / G_USEC_PER_SEC);

  elements = test_count_messages (dec->element, GST_MESSAGE_ELEMENT);
  fail_unless (elements >= 1);
  fail_unless (elements <= PERCLITE_DROPS_MAX_ENTRIES + 1 + seconds, "%u messages", elements);
  fail_unless_equals_uint64 (test_drops (dec->element, "auth-failed"), 10000);
  assert_goes_on (1);
}
GST_END_TEST;

GST_START_TEST (only_authentic_ssrcs_are_streams)
{
  g_autoptr (GstStructure) stats = NULL;
  const GValue *streams;
  guint ssrc;

  for (guint32 i = 0; i < 100; i++)
    fail_unless (test_pass (dec, test_simple_packet (i, 1)) == NULL);
  assert_goes_on (1);
  assert_goes_on (2);
  stats = test_stats (dec->element);
  streams = gst_structure_get_value (stats, "streams");
  fail_unless_equals_int (gst_value_array_get_size (streams), 1);
  fail_unless (gst_structure_get_uint (
      gst_value_get_structure (gst_value_array_get_value (streams, 0)), "ssrc", &ssrc));
  fail_unless_equals_int (ssrc, SSRC);
}
GST_END_TEST;

GST_START_TEST (the_replay_window_is_as_large_as_set)
{
  static const guint sizes[] = {64, 1024, 32768};
  GParamSpecUInt *pspec = G_PARAM_SPEC_UINT (
      g_object_class_find_property (G_OBJECT_GET_CLASS (dec->element), "replay-window-size"));

  fail_unless_equals_int (pspec->minimum, 64);
  fail_unless_equals_int (pspec->maximum, 32768);
  fail_unless_equals_int (pspec->default_value, 1024);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autofree gchar *properties =
        g_strdup_printf ("key=" KEY_44 " replay-window-size=%u", sizes[i]);
    GstHarness *e = test_harness ("perclitenc", "key=" KEY_44);
    GstHarness *d = test_harness ("perclitedec", properties);
    guint16 newest = 40000;
    guint reach = MIN (sizes[i], 3000) - 1;
    g_autoptr (GBytes) late = encrypted (e, (guint16) (newest - reach));
    g_autoptr (GBytes) later = encrypted (e, (guint16) (newest - reach - 1));
    g_autoptr (GBytes) newest_bytes = encrypted (e, newest);
    g_autoptr (GstBuffer) a = test_pass (d, gst_buffer_new_wrapped_bytes (newest_bytes));
    g_autoptr (GstBuffer) b = test_pass (d, gst_buffer_new_wrapped_bytes (late));
    g_autoptr (GstBuffer) c = test_pass (d, gst_buffer_new_wrapped_bytes (later));

    fail_unless (a != NULL);
    fail_unless (b != NULL);
    fail_unless_equals_int (c != NULL, sizes[i] > 3000);
    fail_unless_equals_uint64 (test_drops (d->element, "replayed"), sizes[i] > 3000 ? 0 : 1);
    test_harness_free (e);
    test_harness_free (d);
  }
}
GST_END_TEST;

GST_START_TEST (a_restarted_decrypter_goes_on)
{
  g_autoptr (GBytes) bytes = encrypted (enc, 7);
  GstBuffer *plain;

  assert_goes_on (1);
  gst_element_set_state (dec->element, GST_STATE_NULL);
  gst_element_set_state (dec->element, GST_STATE_PLAYING);
  gst_pad_push_event (dec->srcpad, gst_event_new_stream_start ("again"));
  gst_harness_set_src_caps_str (dec, TEST_CAPS);
  plain = test_pass (dec, gst_buffer_new_wrapped_bytes (bytes));
  fail_unless (plain != NULL);
  gst_buffer_unref (plain);
}
GST_END_TEST;

/* With a memory that is nobody else's. */
static GstBuffer *
own_buffer (GBytes *bytes)
{
  return gst_buffer_new_memdup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

static void
assert_plain (GstBuffer *plain, guint16 seq)
{
  g_autoptr (GstBuffer) expected = test_simple_packet (SSRC, seq);
  g_autoptr (GBytes) expected_bytes = test_buffer_bytes (expected);

  assert_buffer_bytes (plain, expected_bytes);
}

GST_START_TEST (all_but_the_payload_of_a_buffer_stays)
{
  g_autoptr (GBytes) bytes = encrypted (enc, 1);
  GstBuffer *in = own_buffer (bytes);
  g_autoptr (GstBuffer) out = NULL;
  const guint32 csrc = 77;

  GST_BUFFER_PTS (in) = 1;
  GST_BUFFER_DTS (in) = 2;
  GST_BUFFER_DURATION (in) = 3;
  GST_BUFFER_OFFSET (in) = 4;
  GST_BUFFER_FLAG_SET (in, GST_BUFFER_FLAG_DISCONT | GST_BUFFER_FLAG_MARKER);
  gst_buffer_add_rtp_source_meta (in, NULL, &csrc, 1);
  out = test_pass (dec, in);
  assert_plain (out, 1);
  fail_unless_equals_uint64 (GST_BUFFER_PTS (out), 1);
  fail_unless_equals_uint64 (GST_BUFFER_DTS (out), 2);
  fail_unless_equals_uint64 (GST_BUFFER_DURATION (out), 3);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (out), 4);
  fail_unless (GST_BUFFER_FLAG_IS_SET (out, GST_BUFFER_FLAG_DISCONT | GST_BUFFER_FLAG_MARKER));
  fail_unless (gst_buffer_get_rtp_source_meta (out) != NULL);
}
GST_END_TEST;

GST_START_TEST (a_buffer_that_is_in_a_list_twice_passes_once)
{
  g_autoptr (GBytes) bytes = encrypted (enc, 1);
  GstBuffer *buffer = own_buffer (bytes);
  GstBufferList *list = gst_buffer_list_new ();
  g_autoptr (GstBuffer) plain = NULL;

  gst_buffer_list_add (list, gst_buffer_ref (buffer));
  gst_buffer_list_add (list, buffer);
  fail_unless_equals_int (gst_pad_push_list (dec->srcpad, list), GST_FLOW_OK);
  plain = gst_harness_try_pull (dec);
  assert_plain (plain, 1);
  fail_unless (gst_harness_try_pull (dec) == NULL);
  fail_unless_equals_uint64 (test_drops (dec->element, "replayed"), 1);
}
GST_END_TEST;

/* As behind a tee. */
GST_START_TEST (a_list_that_others_have_too_stays_as_it_is)
{
  g_autoptr (GstBufferList) list = gst_buffer_list_new ();
  GBytes *packets[3];

  for (guint16 i = 0; i < G_N_ELEMENTS (packets); i++) {
    packets[i] = encrypted (enc, i);
    gst_buffer_list_add (list, own_buffer (packets[i]));
  }
  fail_unless_equals_int (gst_pad_push_list (dec->srcpad, gst_buffer_list_ref (list)), GST_FLOW_OK);
  fail_unless_equals_int (gst_buffer_list_length (list), G_N_ELEMENTS (packets));
  for (guint16 i = 0; i < G_N_ELEMENTS (packets); i++) {
    g_autoptr (GstBuffer) plain = gst_harness_try_pull (dec);

    assert_plain (plain, i);
    assert_buffer_bytes (gst_buffer_list_get (list, i), packets[i]);
    g_bytes_unref (packets[i]);
  }
}
GST_END_TEST;

GST_START_TEST (what_somebody_reads_stays_as_it_is)
{
  g_autoptr (GBytes) bytes = encrypted (enc, 1);
  GstBuffer *buffer = own_buffer (bytes);
  GstMemory *memory = gst_buffer_get_memory (buffer, 0);
  g_autoptr (GstBuffer) plain = NULL;
  GstMapInfo map;

  fail_unless (gst_memory_map (memory, &map, GST_MAP_READ));
  plain = test_pass (dec, buffer);
  assert_plain (plain, 1);
  fail_unless (memcmp (map.data, g_bytes_get_data (bytes, NULL), map.size) == 0);
  gst_memory_unmap (memory, &map);
  gst_memory_unref (memory);
}
GST_END_TEST;

GST_START_TEST (lists_and_buffers_without_anything_are_survived)
{
  GstBufferList *list = gst_buffer_list_new ();

  fail_unless_equals_int (gst_pad_push_list (dec->srcpad, gst_buffer_list_new ()), GST_FLOW_OK);
  gst_buffer_list_add (list, gst_buffer_new ());
  gst_buffer_list_add (list, gst_buffer_new_allocate (NULL, 0, NULL));
  fail_unless_equals_int (gst_pad_push_list (dec->srcpad, list), GST_FLOW_OK);
  fail_unless (test_pass (dec, gst_buffer_new ()) == NULL);
  fail_unless_equals_uint64 (test_drops (dec->element, "invalid-rtp"), 3);
  assert_goes_on (1);
}
GST_END_TEST;

static Suite *
perclitedec_suite (void)
{
  Suite *s = suite_create ("perclitedec");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, a_packet_that_comes_twice_passes_once_without_a_warning);
  tcase_add_test (tc, a_packet_that_is_cut_off_anywhere_is_dropped);
  tcase_add_loop_test (tc, a_packet_with_any_bit_flipped_is_dropped, 0, N_TEST_SUITES);
  tcase_add_test (tc, rubbish_is_dropped_counted_and_survived);
  tcase_add_test (tc, packets_in_clear_do_not_pass);
  tcase_add_test (tc, with_another_key_nothing_passes_and_the_user_is_told_once);
  tcase_add_test (tc, another_suite_is_another_key);
  tcase_add_test (tc, a_flood_of_ssrcs_does_not_become_a_flood_of_messages);
  tcase_add_test (tc, only_authentic_ssrcs_are_streams);
  tcase_add_test (tc, the_replay_window_is_as_large_as_set);
  tcase_add_test (tc, a_restarted_decrypter_goes_on);
  tcase_add_test (tc, all_but_the_payload_of_a_buffer_stays);
  tcase_add_test (tc, a_buffer_that_is_in_a_list_twice_passes_once);
  tcase_add_test (tc, a_list_that_others_have_too_stays_as_it_is);
  tcase_add_test (tc, what_somebody_reads_stays_as_it_is);
  tcase_add_test (tc, lists_and_buffers_without_anything_are_survived);
  return s;
}

GST_CHECK_MAIN (perclitedec);
