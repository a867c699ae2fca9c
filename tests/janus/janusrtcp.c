/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A compound RTCP packet on several sources becomes one for each of them, and nothing of it is
 * lost. */

#include <string.h>
#include <gst/check/gstcheck.h>

#include "gstjanusrtcp.h"
#include "janusclock.h"

/* Packet types of RFC 3550, section 6, and RFC 4585, section 6.1. */
#define SR 200
#define RR 201
#define SDES 202
#define BYE 203
#define RTPFB 205
#define PSFB 206

#define BLOCK_SIZE 24

/* SSRCs of the sources that are reported on. */
#define SOURCE(i) (0x11110000u + (i))

static void
append_uint32 (GByteArray *rtcp, guint32 number)
{
  guint8 bytes[4];

  GST_WRITE_UINT32_BE (bytes, number);
  g_byte_array_append (rtcp, bytes, sizeof bytes);
}

/* WORDS of 32 bits come after the header. */
static void
append_header (GByteArray *rtcp, guint count, guint8 type, guint16 words)
{
  guint8 header[4] = {(guint8) (0x80 | count), type};

  GST_WRITE_UINT16_BE (header + 2, words);
  g_byte_array_append (rtcp, header, sizeof header);
}

/* A report of TYPE with the blocks of N sources, all different, from the source FIRST on. */
static void
append_report (GByteArray *rtcp, guint8 type, guint first, guint n)
{
  guint words = 1 + (type == SR ? 5 : 0);
  guint i, j;

  append_header (rtcp, n, type, (guint16) (words + n * BLOCK_SIZE / 4));
  for (i = 0; i < words; i++)
    append_uint32 (rtcp, 0xabcd0000u + i);
  for (i = first; i < first + n; i++) {
    append_uint32 (rtcp, SOURCE (i));
    for (j = 4; j < BLOCK_SIZE; j += 4)
      append_uint32 (rtcp, (i << 16) | j);
  }
}

static void
append_feedback (GByteArray *rtcp, guint8 type, guint32 media)
{
  append_header (rtcp, 1, type, 3);
  append_uint32 (rtcp, 0xabcd0000u);
  append_uint32 (rtcp, media);
  append_uint32 (rtcp, 0x12340000u);
}

static void
append_sdes (GByteArray *rtcp)
{
  append_header (rtcp, 1, SDES, 2);
  append_uint32 (rtcp, 0xabcd0000u);
  append_uint32 (rtcp, 0x01016100u);
}

static void
append_bye (GByteArray *rtcp)
{
  append_header (rtcp, 1, BYE, 1);
  append_uint32 (rtcp, 0xabcd0000u);
}

/* What becomes of RTCP, in memory of exactly its size, with ROUND_TRIP (nullable). */
static GPtrArray *
split_with (const GByteArray *rtcp, const guint8 *round_trip)
{
  guint8 *exact = g_memdup2 (rtcp->data, rtcp->len);
  GPtrArray *parts = gst_janus_rtcp_split (exact, rtcp->len, round_trip);

  g_free (exact);
  return parts;
}

static GPtrArray *
split (const GByteArray *rtcp)
{
  return split_with (rtcp, NULL);
}

static void
check_whole (const GByteArray *rtcp)
{
  g_autoptr (GPtrArray) parts = split (rtcp);

  fail_if (parts, "%u bytes were split", rtcp->len);
}

static void
check_part (GPtrArray *parts, guint i, const GByteArray *expected)
{
  const GByteArray *part = g_ptr_array_index (parts, i);

  assert_equals_int (part->len, expected->len);
  fail_unless (memcmp (part->data, expected->data, part->len) == 0);
}

GST_START_TEST (each_block_goes_into_a_report_of_its_own)
{
  static const guint8 types[] = {SR, RR};
  guint t, n, i;

  for (t = 0; t < G_N_ELEMENTS (types); t++) {
    for (n = 2; n <= 31; n++) {
      g_autoptr (GByteArray) rtcp = g_byte_array_new ();
      g_autoptr (GPtrArray) parts = NULL;

      append_report (rtcp, types[t], 0, n);
      append_sdes (rtcp);
      parts = split (rtcp);
      assert_equals_int (parts->len, n);
      for (i = 0; i < n; i++) {
        g_autoptr (GByteArray) expected = g_byte_array_new ();

        append_report (expected, types[t], i, 1);
        append_sdes (expected);
        check_part (parts, i, expected);
      }
    }
  }
}
GST_END_TEST;

GST_START_TEST (feedback_goes_with_the_block_of_its_source)
{
  g_autoptr (GByteArray) rtcp = g_byte_array_new ();
  g_autoptr (GByteArray) video = g_byte_array_new ();
  g_autoptr (GByteArray) audio = g_byte_array_new ();
  g_autoptr (GPtrArray) parts = NULL;

  append_report (rtcp, RR, 0, 2);
  append_sdes (rtcp);
  append_feedback (rtcp, RTPFB, SOURCE (1));
  append_feedback (rtcp, RTPFB, SOURCE (0));
  append_feedback (rtcp, PSFB, SOURCE (0));
  parts = split (rtcp);

  append_report (video, RR, 0, 1);
  append_sdes (video);
  append_feedback (video, RTPFB, SOURCE (0));
  append_feedback (video, PSFB, SOURCE (0));
  append_report (audio, RR, 1, 1);
  append_sdes (audio);
  append_feedback (audio, RTPFB, SOURCE (1));
  assert_equals_int (parts->len, 2);
  check_part (parts, 0, video);
  check_part (parts, 1, audio);
}
GST_END_TEST;

/* LSR and DLSR of block I of a compound that begins with a receiver report. */
static guint8 *
get_round_trip (GByteArray *rtcp, guint i)
{
  return rtcp->data + 8 + i * BLOCK_SIZE + 16;
}

GST_START_TEST (the_round_trip_time_of_one_source_is_that_of_all)
{
  g_autoptr (GByteArray) rtcp = g_byte_array_new ();
  g_autoptr (GPtrArray) parts = NULL;
  guint i;

  append_report (rtcp, RR, 0, 4);
  append_sdes (rtcp);
  memset (get_round_trip (rtcp, 0), 0, 8);
  memset (get_round_trip (rtcp, 3), 0, 8);
  parts = split (rtcp);
  assert_equals_int (parts->len, 4);
  for (i = 0; i < 4; i++) {
    g_autoptr (GByteArray) expected = g_byte_array_new ();

    append_report (expected, RR, i, 1);
    append_sdes (expected);
    if (i == 0 || i == 3)
      memcpy (get_round_trip (expected, 0), get_round_trip (rtcp, 1), 8);
    check_part (parts, i, expected);
  }
}
GST_END_TEST;

GST_START_TEST (what_no_source_tells_stays_untold)
{
  g_autoptr (GByteArray) rtcp = g_byte_array_new ();
  g_autoptr (GPtrArray) parts = NULL;
  GstJanusReport report;
  guint i;

  append_report (rtcp, RR, 0, 2);
  for (i = 0; i < 2; i++)
    memset (get_round_trip (rtcp, i), 0, 8);
  parts = split (rtcp);
  assert_equals_int (parts->len, 2);
  for (i = 0; i < 2; i++) {
    const GByteArray *part = g_ptr_array_index (parts, i);

    fail_unless (gst_janus_rtcp_read_report (part->data, part->len, &report));
    fail_if (report.lsr);
  }
}
GST_END_TEST;

static const guint8 elsewhere[JANUS_CLOCK_SIZE] = {1, 2, 3, 4, 5, 6, 7, 8};

GST_START_TEST (what_no_source_tells_is_what_another_connection_does)
{
  guint n, i;

  for (n = 1; n <= 3; n++) {
    g_autoptr (GByteArray) rtcp = g_byte_array_new ();
    g_autoptr (GPtrArray) parts = NULL;

    append_report (rtcp, RR, 0, n);
    for (i = 0; i < n; i++)
      memset (get_round_trip (rtcp, i), 0, 8);
    append_sdes (rtcp);
    append_feedback (rtcp, RTPFB, SOURCE (0));
    parts = split_with (rtcp, elsewhere);
    assert_equals_int (parts->len, n);
    for (i = 0; i < n; i++) {
      g_autoptr (GByteArray) expected = g_byte_array_new ();

      append_report (expected, RR, i, 1);
      append_sdes (expected);
      if (i == 0)
        append_feedback (expected, RTPFB, SOURCE (0));
      memcpy (get_round_trip (expected, 0), elsewhere, 8);
      check_part (parts, i, expected);
      fail_if (split_with (expected, elsewhere), "changed again");
    }
  }
}
GST_END_TEST;

GST_START_TEST (what_a_source_tells_comes_before_what_another_connection_does)
{
  g_autoptr (GByteArray) rtcp = g_byte_array_new ();
  g_autoptr (GByteArray) early = g_byte_array_new ();
  g_autoptr (GPtrArray) parts = NULL;
  const GByteArray *part;

  append_report (rtcp, RR, 0, 1);
  fail_if (split_with (rtcp, elsewhere), "nothing is missing");
  append_report (early, RR, 0, 0);
  append_feedback (early, RTPFB, SOURCE (0));
  fail_if (split_with (early, elsewhere), "there is nothing to tell it in");

  g_byte_array_set_size (rtcp, 0);
  append_report (rtcp, RR, 0, 2);
  memset (get_round_trip (rtcp, 0), 0, 8);
  parts = split_with (rtcp, elsewhere);
  assert_equals_int (parts->len, 2);
  part = g_ptr_array_index (parts, 0);
  fail_unless (memcmp (part->data + 8 + 16, get_round_trip (rtcp, 1), 8) == 0);
}
GST_END_TEST;

/* What GStreamer sends early: a report without blocks. */
GST_START_TEST (feedback_on_two_sources_becomes_two_compounds)
{
  g_autoptr (GByteArray) rtcp = g_byte_array_new ();
  g_autoptr (GPtrArray) parts = NULL;
  guint i;

  append_report (rtcp, RR, 0, 0);
  append_sdes (rtcp);
  append_feedback (rtcp, RTPFB, SOURCE (0));
  append_feedback (rtcp, RTPFB, SOURCE (1));
  parts = split (rtcp);
  assert_equals_int (parts->len, 2);
  for (i = 0; i < 2; i++) {
    g_autoptr (GByteArray) expected = g_byte_array_new ();

    append_report (expected, RR, 0, 0);
    append_sdes (expected);
    append_feedback (expected, RTPFB, SOURCE (i));
    check_part (parts, i, expected);
  }
}
GST_END_TEST;

GST_START_TEST (whatever_else_there_is_goes_with_the_first)
{
  g_autoptr (GByteArray) rtcp = g_byte_array_new ();
  g_autoptr (GByteArray) head = g_byte_array_new ();
  g_autoptr (GByteArray) tail = g_byte_array_new ();
  g_autoptr (GPtrArray) parts = NULL;

  append_report (rtcp, RR, 0, 2);
  append_sdes (rtcp);
  append_bye (rtcp);
  parts = split (rtcp);
  append_report (head, RR, 0, 1);
  append_sdes (head);
  append_bye (head);
  append_report (tail, RR, 1, 1);
  append_sdes (tail);
  assert_equals_int (parts->len, 2);
  check_part (parts, 0, head);
  check_part (parts, 1, tail);
}
GST_END_TEST;

GST_START_TEST (what_is_on_one_source_or_none_stays_whole)
{
  static const guint8 types[] = {SR, RR};
  guint t, n;

  for (t = 0; t < G_N_ELEMENTS (types); t++) {
    for (n = 0; n < 2; n++) {
      g_autoptr (GByteArray) rtcp = g_byte_array_new ();

      append_report (rtcp, types[t], 0, n);
      check_whole (rtcp);
      append_sdes (rtcp);
      append_bye (rtcp);
      check_whole (rtcp);
      append_feedback (rtcp, PSFB, SOURCE (0));
      append_feedback (rtcp, RTPFB, SOURCE (0));
      check_whole (rtcp);
    }
  }
}
GST_END_TEST;

GST_START_TEST (parts_are_not_split_again)
{
  g_autoptr (GByteArray) rtcp = g_byte_array_new ();
  g_autoptr (GPtrArray) parts = NULL;
  guint i;

  append_report (rtcp, SR, 0, 3);
  append_sdes (rtcp);
  append_feedback (rtcp, RTPFB, SOURCE (2));
  append_feedback (rtcp, PSFB, SOURCE (3));
  append_bye (rtcp);
  parts = split (rtcp);
  assert_equals_int (parts->len, 4);
  for (i = 0; i < parts->len; i++)
    check_whole (g_ptr_array_index (parts, i));
}
GST_END_TEST;

GST_START_TEST (malformed_packets_stay_whole)
{
  g_autoptr (GByteArray) good = g_byte_array_new ();
  guint count, version, words;

  append_report (good, RR, 0, 2);
  append_feedback (good, PSFB, SOURCE (1));

  for (count = 3; count < 32; count++) {
    good->data[0] = (guint8) (0x80 | count);
    check_whole (good);
  }
  for (version = 0; version < 4; version++) {
    if (version == 2)
      continue;
    good->data[0] = (guint8) (version << 6 | 2);
    check_whole (good);
    good->data[0] = 0x82;
    good->data[8 + 2 * BLOCK_SIZE] = (guint8) (version << 6 | 1);
    check_whole (good);
    good->data[8 + 2 * BLOCK_SIZE] = 0x81;
  }
  /* The feedback ends beyond the end, or is too short for the source it speaks of. */
  for (words = 4; words < 65536; words += 1021) {
    GST_WRITE_UINT16_BE (good->data + 8 + 2 * BLOCK_SIZE + 2, words);
    check_whole (good);
  }
  for (words = 0; words < 2; words++) {
    GST_WRITE_UINT16_BE (good->data + 8 + 2 * BLOCK_SIZE + 2, words);
    check_whole (good);
  }
  GST_WRITE_UINT16_BE (good->data + 8 + 2 * BLOCK_SIZE + 2, 3);
  /* The report is shorter than its blocks, or ends beyond the end. */
  for (words = 0; words < 65536; words++) {
    if (words >= 13 && words <= 17)
      continue;
    GST_WRITE_UINT16_BE (good->data + 2, words);
    check_whole (good);
  }
}
GST_END_TEST;

GST_START_TEST (packets_cut_short_anywhere_stay_whole)
{
  g_autoptr (GByteArray) rtcp = g_byte_array_new ();
  guint report_size, sdes_size, size;

  append_report (rtcp, SR, 0, 3);
  report_size = rtcp->len;
  append_sdes (rtcp);
  sdes_size = rtcp->len;
  append_feedback (rtcp, PSFB, SOURCE (2));
  for (size = 0; size < rtcp->len; size++) {
    g_autoptr (GByteArray) cut = g_byte_array_new ();

    /* Cut between two packets it is a compound again. */
    if (size == report_size || size == sdes_size)
      continue;
    g_byte_array_append (cut, rtcp->data, size);
    check_whole (cut);
  }
}
GST_END_TEST;

/* Whatever comes of it can be read, and is on one source each. */
static void
check_parts (const GByteArray *rtcp)
{
  g_autoptr (GPtrArray) parts = split (rtcp);
  guint i;

  for (i = 0; parts && i < parts->len; i++)
    check_whole (g_ptr_array_index (parts, i));
}

GST_START_TEST (random_bytes_do_no_harm)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (19);
  guint i, j;

  for (i = 0; i < 20000; i++) {
    g_autoptr (GByteArray) rtcp = g_byte_array_new ();
    GstJanusReport report;

    g_byte_array_set_size (rtcp, (guint) g_rand_int_range (rand, 0, 200));
    for (j = 0; j < rtcp->len; j++)
      rtcp->data[j] = (guint8) g_rand_int_range (rand, 0, 256);
    /* Mostly such that it gets past the first looks. */
    if (rtcp->len >= 4 && i % 4) {
      rtcp->data[0] = (guint8) (0x80 | (rtcp->data[0] & 0x1f));
      rtcp->data[1] = (guint8) (SR + rtcp->data[1] % 7);
      GST_WRITE_UINT16_BE (rtcp->data + 2, rtcp->data[3] % (rtcp->len / 4 + 2));
    }
    check_parts (rtcp);
    gst_janus_rtcp_read_report (rtcp->data, rtcp->len, &report);
  }
}
GST_END_TEST;

GST_START_TEST (changed_bytes_do_no_harm)
{
  g_autoptr (GByteArray) rtcp = g_byte_array_new ();
  guint i, value;

  append_report (rtcp, SR, 0, 3);
  append_sdes (rtcp);
  append_feedback (rtcp, RTPFB, SOURCE (1));
  for (i = 0; i < rtcp->len; i++) {
    guint8 kept = rtcp->data[i];

    for (value = 0; value < 256; value++) {
      rtcp->data[i] = (guint8) value;
      check_parts (rtcp);
    }
    rtcp->data[i] = kept;
  }
}
GST_END_TEST;

static gboolean
read_report (const GByteArray *rtcp, GstJanusReport *report)
{
  return gst_janus_rtcp_read_report (rtcp->data, rtcp->len, report);
}

GST_START_TEST (a_report_on_a_report_tells_the_round_trip_time)
{
  static const guint8 types[] = {SR, RR};
  guint t;

  for (t = 0; t < G_N_ELEMENTS (types); t++) {
    g_autoptr (GByteArray) rtcp = g_byte_array_new ();
    g_autoptr (GByteArray) empty = g_byte_array_new ();
    gsize lsr = types[t] == SR ? 28 + 16 : 8 + 16;
    GstJanusReport report = {0};

    append_report (rtcp, types[t], 7, 1);
    append_sdes (rtcp);
    fail_unless (read_report (rtcp, &report) && report.lsr);
    fail_unless_equals_uint64_hex (report.ssrc, SOURCE (7));
    GST_WRITE_UINT32_BE (rtcp->data + lsr, 0);
    fail_unless (read_report (rtcp, &report) && !report.lsr);
    fail_unless_equals_uint64_hex (report.ssrc, SOURCE (7));
    GST_WRITE_UINT32_BE (rtcp->data + lsr, 1);
    fail_unless (read_report (rtcp, &report) && report.lsr);
    rtcp->data[0]++;
    fail_if (read_report (rtcp, &report), "a block more than there is room for");

    append_report (empty, types[t], 0, 0);
    append_feedback (empty, RTPFB, SOURCE (0));
    fail_if (read_report (empty, &report), "no block");
  }
}
GST_END_TEST;

GST_START_TEST (a_report_tells_how_many_packets_are_lost)
{
  static const struct {
    guint32 field; /* with the fraction of the last interval in front */
    gint lost;
  } cases[] = {
      {0, 0}, {0xff000001, 1}, {0x007fffff, 8388607}, {0x12ffffff, -1}, {0x00800000, -8388608}};
  guint i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GByteArray) rtcp = g_byte_array_new ();
    GstJanusReport report = {.lost = 4711};

    append_report (rtcp, RR, 0, 1);
    GST_WRITE_UINT32_BE (rtcp->data + 8 + 4, cases[i].field);
    fail_unless (read_report (rtcp, &report));
    assert_equals_int (report.lost, cases[i].lost);
  }
}
GST_END_TEST;

static Suite *
janusrtcp_suite (void)
{
  Suite *s = suite_create ("janusrtcp");
  TCase *tc = tcase_create ("RTCP");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 60);
  tcase_add_test (tc, each_block_goes_into_a_report_of_its_own);
  tcase_add_test (tc, feedback_goes_with_the_block_of_its_source);
  tcase_add_test (tc, the_round_trip_time_of_one_source_is_that_of_all);
  tcase_add_test (tc, what_no_source_tells_stays_untold);
  tcase_add_test (tc, what_no_source_tells_is_what_another_connection_does);
  tcase_add_test (tc, what_a_source_tells_comes_before_what_another_connection_does);
  tcase_add_test (tc, feedback_on_two_sources_becomes_two_compounds);
  tcase_add_test (tc, whatever_else_there_is_goes_with_the_first);
  tcase_add_test (tc, what_is_on_one_source_or_none_stays_whole);
  tcase_add_test (tc, parts_are_not_split_again);
  tcase_add_test (tc, malformed_packets_stay_whole);
  tcase_add_test (tc, packets_cut_short_anywhere_stay_whole);
  tcase_add_test (tc, random_bytes_do_no_harm);
  tcase_add_test (tc, changed_bytes_do_no_harm);
  tcase_add_test (tc, a_report_on_a_report_tells_the_round_trip_time);
  tcase_add_test (tc, a_report_tells_how_many_packets_are_lost);
  return s;
}

GST_CHECK_MAIN (janusrtcp);
