/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjrformat.c - the framing of recordings: what is read, what is written, and what hostile files
 * do. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "testmjr.h"

/* What a reader made of a recording. */
typedef struct {
  MjrHeader *header;
  GPtrArray *packets; /* of GBytes */
  GArray *arrivals;   /* of guint32 */
  gsize garbage;
  gsize truncated;
  MjrResult end;
  GError *error;
} Reading;

static void
reading_free (Reading *reading)
{
  g_clear_pointer (&reading->header, mjr_header_free);
  g_ptr_array_unref (reading->packets);
  g_array_unref (reading->arrivals);
  g_clear_error (&reading->error);
  g_free (reading);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reading, reading_free)

/* With windows that start at @first bytes; 0: the whole at once. No window is larger than asked
 * for. */
static Reading *
read_all (const guint8 *data, gsize size, gsize first)
{
  Reading *reading = g_new0 (Reading, 1);
  MjrReader reader = {NULL};
  gsize at = 0, window = first;

  reading->packets = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  reading->arrivals = g_array_new (FALSE, FALSE, sizeof (guint32));
  for (;;) {
    gsize left = size - at, n = first == 0 ? left : MIN (window, left);
    MjrEnd end = n < left ? MJR_END_NOT_YET : MJR_END_REACHED;
    /* A copy, so that no neighbour is there to be read by mistake. */
    g_autofree guint8 *copy = g_memdup2 (data + at, n);
    MjrStep step;
    MjrResult result = mjr_reader_next (&reader, copy, n, end, &step, &reading->error);

    if (result == MJR_MORE) {
      fail_unless (end == MJR_END_NOT_YET);
      fail_unless (step.need > n && step.need <= MJR_MAX_WINDOW);
      window = step.need;
      continue;
    }
    fail_unless (step.consumed <= n);
    if (result == MJR_END || result == MJR_BROKEN) {
      reading->truncated = step.consumed;
      reading->end = result;
      break;
    }
    fail_unless (step.consumed > 0);
    if (result == MJR_FRAME) {
      g_ptr_array_add (
          reading->packets, g_bytes_new (copy + step.payload, step.consumed - step.payload));
      g_array_append_val (reading->arrivals, step.arrival);
    } else if (result == MJR_GARBAGE) {
      reading->garbage += step.consumed;
    }
    at += step.consumed;
    window = first;
  }
  reading->header = g_steal_pointer (&reader.header);
  return reading;
}

static Reading *
read_mjr (const GByteArray *mjr)
{
  return read_all (mjr->data, mjr->len, 0);
}

static void
assert_same_reading (const Reading *a, const Reading *b)
{
  fail_unless_equals_int (a->end, b->end);
  fail_unless_equals_int (a->garbage, b->garbage);
  fail_unless_equals_int (a->truncated, b->truncated);
  fail_unless_equals_int (a->packets->len, b->packets->len);
  for (guint i = 0; i < a->packets->len; i++)
    fail_unless (
        g_bytes_equal (g_ptr_array_index (a->packets, i), g_ptr_array_index (b->packets, i)));
}

static guint
seq_of (const Reading *reading, guint i)
{
  const guint8 *packet = g_bytes_get_data (g_ptr_array_index (reading->packets, i), NULL);

  return GST_READ_UINT16_BE (packet + 2);
}

/* Recordings of Janus */

GST_START_TEST (every_recording_has_the_packets_of_the_table)
{
  const TestRecording *recording = &test_recordings[__i__];
  g_autoptr (GBytes) bytes = test_recording_bytes (recording);
  g_autoptr (Reading) reading =
      read_all (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0);

  fail_unless_equals_int (reading->end, MJR_END);
  fail_unless_equals_int (reading->packets->len, recording->packets);
  fail_unless_equals_int (reading->garbage, 0);
  fail_unless_equals_int (reading->truncated, 0);
  fail_unless_equals_int (reading->header->generation, recording->generation);
  fail_unless_equals_int (
      reading->header->media, recording->video ? MJR_MEDIA_VIDEO : MJR_MEDIA_AUDIO);
  fail_unless_equals_string (reading->header->codec, recording->video ? "vp8" : "opus");
  fail_unless_equals_int (reading->header->encrypted, recording->flagged);
  fail_unless_equals_int64 (reading->header->created, recording->created);
  fail_unless_equals_int64 (reading->header->started, recording->started);
}
GST_END_TEST;

GST_START_TEST (how_it_is_cut_into_windows_makes_no_difference)
{
  static const gsize windows[] = {1, 10, 15, 64, 1000, 4096};
  g_autoptr (GBytes) bytes = test_recording_bytes (&test_recordings[__i__]);
  g_autoptr (GByteArray) damaged = g_byte_array_new ();
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  /* With damage to get over: bytes that are missing, strange and changed. */
  g_byte_array_append (damaged, data, (guint) size);
  g_byte_array_remove_range (damaged, 2000, 77);
  memset (damaged->data + 4000, 0x4d, 500);
  damaged->data[6000] ^= 0xff;
  for (guint i = 0; i < G_N_ELEMENTS (windows); i++) {
    g_autoptr (Reading) whole = read_all (damaged->data, damaged->len, 0);
    g_autoptr (Reading) cut = read_all (damaged->data, damaged->len, windows[i]);

    fail_unless (whole->packets->len + 10 > test_recordings[__i__].packets);
    assert_same_reading (whole, cut);
  }
}
GST_END_TEST;

GST_START_TEST (a_recording_that_is_cut_off_gives_the_packets_before_the_cut)
{
  g_autoptr (GBytes) bytes = test_recording_bytes (&test_recordings[__i__]);
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint last = 0;

  for (gsize n = 0; n <= size; n += n < 1000 ? 1 : 97) {
    g_autoptr (Reading) reading = read_all (data, n, 0);

    fail_unless (reading->packets->len >= last);
    last = reading->packets->len;
    fail_unless_equals_int (reading->garbage, 0);
    fail_unless_equals_int (reading->end == MJR_BROKEN, reading->header == NULL);
    fail_unless_equals_int (reading->end == MJR_BROKEN, reading->error != NULL);
  }
}
GST_END_TEST;

GST_START_TEST (what_is_written_is_what_janus_writes)
{
  const TestRecording *recording = &test_recordings[__i__];
  g_autoptr (GBytes) bytes = test_recording_bytes (recording);
  g_autoptr (Reading) reading =
      read_all (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0);
  g_autoptr (GByteArray) copy = g_byte_array_new ();
  g_autoptr (GBytes) header = mjr_write_header (reading->header);
  g_autoptr (GBytes) written = NULL;

  g_byte_array_append (copy, g_bytes_get_data (header, NULL), (guint) g_bytes_get_size (header));
  for (guint i = 0; i < reading->packets->len; i++) {
    gsize size;
    gconstpointer data = g_bytes_get_data (g_ptr_array_index (reading->packets, i), &size);

    test_mjr_add (
        copy, recording->generation, g_array_index (reading->arrivals, guint32, i), data, size);
  }
  /* Of the two names of the flag, only the one that Janus has today is written. */
  if (recording->generation == 1)
    strstr ((gchar *) copy->data + MJR_PREFIX_SIZE, "\"e\": true")[1] = 'p';
  written = g_bytes_new (copy->data, copy->len);
  fail_unless (g_bytes_equal (written, bytes));
}
GST_END_TEST;

GST_START_TEST (the_oldest_generation_is_read)
{
  static const gchar *const names[] = {"audio", "video"};
  static const gchar *const codecs[] = {"opus", "vp8"};

  for (guint i = 0; i < 2; i++) {
    g_autoptr (GByteArray) mjr = test_mjr_new (0, names[i]);
    g_autoptr (Reading) reading = NULL;

    for (guint16 seq = 0; seq < 10; seq++)
      test_mjr_add_rtp (mjr, 0, 0, seq, 960u * seq, 5);
    reading = read_mjr (mjr);
    fail_unless_equals_int (reading->header->generation, 0);
    fail_unless_equals_string (reading->header->codec, codecs[i]);
    fail_unless_equals_int (reading->packets->len, 10);
    fail_unless (mjr_is_recording (mjr->data, 15));
  }
}
GST_END_TEST;

/* The header */

static MjrHeader *
parse (const gchar *json, GError **error)
{
  return mjr_header_parse (2, json, strlen (json), error);
}

GST_START_TEST (a_header_is_read_with_all_its_members)
{
  g_autoptr (MjrHeader) header = parse (
      "{\"t\": \"a\", \"c\": \"OPUS\", \"f\": \"stereo=1\", \"d\": \"caf\\u00e9\", \"x\": {\"1\": "
      "\"urn:a\", \"15\": \"urn:b\", \"16\": \"urn:c\", \"2\": 5}, \"s\": 17, \"u\": 18, \"or\": "
      "63, "
      "\"e\": true, \"unknown\": [1]}",
      NULL);

  fail_unless_equals_string (header->codec, "opus");
  fail_unless_equals_string (header->fmtp, "stereo=1");
  fail_unless_equals_string (header->description, "caf\xc3\xa9");
  fail_unless_equals_string (header->extensions[1], "urn:a");
  fail_unless_equals_string (header->extensions[15], "urn:b");
  fail_unless (header->extensions[2] == NULL);
  fail_unless_equals_int64 (header->created, 17);
  fail_unless_equals_int64 (header->started, 18);
  fail_unless_equals_int (header->red_payload, 63);
  fail_unless (header->encrypted);
}
GST_END_TEST;

GST_START_TEST (members_of_a_wrong_type_count_as_absent)
{
  g_autoptr (MjrHeader) header =
      parse ("{\"t\": \"v\", \"c\": \"vp8\", \"f\": 1, \"d\": [], \"x\": [], \"s\": \"17\", \"u\": "
             "-5, \"or\": 4711, \"e\": \"yes\", \"p\": 1}",
          NULL);

  fail_unless (header != NULL);
  fail_unless (header->fmtp == NULL && header->description == NULL);
  fail_unless (header->created == 0 && header->started == 0 && header->red_payload == 0);
  fail_if (header->encrypted);
}
GST_END_TEST;

GST_START_TEST (a_header_that_is_none_is_refused)
{
  static const gchar *const bad[] = {"", " ", "null", "[]", "17", "\"t\"", "{", "{}",
      "{\"t\": \"a\"}", "{\"c\": \"opus\"}", "{\"t\": \"x\", \"c\": \"opus\"}",
      "{\"t\": \"v\", \"c\": \"opus\"}", "{\"t\": \"a\", \"c\": \"mp3\"}", "{\"t\": 1, \"c\": 2}",
      "{\"t\": \"a\", \"c\": \"\"}", "{'t': 'a', 'c': 'opus'}",
      "{\"t\": \"a\", /* */ \"c\": \"opus\"}",
      "{\"t\": \"a\", \"c\": \"opus\", \"x\": {\"1\": {}}}",
      "{\"t\": \"a\", \"c\": \"opus\", \"d\": \"\xff\"", "{\"t\": \"a\", \"c\": \"\xff\xfe\"}"};

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (MjrHeader) header = parse (bad[i], &error);

    fail_unless (header == NULL, "accepted: %s", bad[i]);
    fail_unless (error != NULL && error->domain == MJR_ERROR);
    fail_unless (g_utf8_validate (error->message, -1, NULL));
  }
}
GST_END_TEST;

GST_START_TEST (nesting_never_becomes_a_stack)
{
  static const gchar openings[] = {'[', '{', '"'};

  for (guint i = 0; i < G_N_ELEMENTS (openings); i++) {
    g_autofree gchar *text = g_malloc (G_MAXUINT16);
    g_autoptr (GByteArray) mjr = g_byte_array_new ();
    g_autoptr (Reading) reading = NULL;

    memset (text, openings[i], G_MAXUINT16);
    g_byte_array_append (mjr, (const guint8 *) "MJR00002\xff\xff", 10);
    g_byte_array_append (mjr, (const guint8 *) text, G_MAXUINT16);
    reading = read_mjr (mjr);
    fail_unless_equals_int (reading->end, MJR_BROKEN);
    fail_unless (reading->error->code == MJR_ERROR_HEADER);
  }
}
GST_END_TEST;

GST_START_TEST (a_header_is_written_so_that_it_can_be_read)
{
  g_autoptr (MjrHeader) header = mjr_header_new (2, MJR_MEDIA_VIDEO, "h264");
  g_autoptr (MjrHeader) again = NULL;
  g_autofree gchar *json = NULL;

  header->fmtp = g_strdup ("packetization-mode=1;profile-level-id=42e01f");
  header->description = g_strdup ("\"\\\n\x01 caf\xc3\xa9");
  header->extensions[3] = g_strdup ("urn:3gpp:video-orientation");
  header->extensions[14] = g_strdup ("urn:x");
  header->created = TEST_CREATED;
  header->started = TEST_STARTED;
  header->encrypted = TRUE;
  json = mjr_header_to_json (header);
  again = parse (json, NULL);
  fail_unless (again != NULL, "%s", json);
  fail_unless_equals_string (again->fmtp, header->fmtp);
  fail_unless_equals_string (again->description, header->description);
  fail_unless_equals_string (again->extensions[3], header->extensions[3]);
  fail_unless_equals_string (again->extensions[14], header->extensions[14]);
  fail_unless_equals_int64 (again->created, header->created);
  fail_unless_equals_int64 (again->started, header->started);
  fail_unless (again->encrypted);
}
GST_END_TEST;

GST_START_TEST (a_header_is_never_larger_than_janus_reads)
{
  for (guint i = 0; i < 3; i++) {
    g_autoptr (MjrHeader) header = mjr_header_new (2, MJR_MEDIA_VIDEO, "vp8");
    g_autoptr (MjrHeader) again = NULL;
    g_autofree gchar *json = NULL;
    gchar *large = g_strnfill (5000, 'a');

    header->fmtp = g_strdup ("a=b");
    if (i == 0) {
      header->description = large;
    } else if (i == 1) {
      header->extensions[1] = large;
    } else {
      g_free (header->fmtp);
      header->fmtp = large;
    }
    json = mjr_header_to_json (header);
    fail_unless (strlen (json) <= MJR_JSON_MAX_SIZE);
    again = parse (json, NULL);
    fail_unless_equals_string (again->codec, "vp8");
    if (i < 2)
      fail_unless_equals_string (again->fmtp, "a=b");
  }
}
GST_END_TEST;

/* Damage */

static const struct {
  const gchar *data;
  gsize size;
  MjrError code;
} openings[] = {
    {"", 0, MJR_ERROR_EMPTY},
    {"MJR00002", 8, MJR_ERROR_EMPTY},
    {"MJR00001", 8, MJR_ERROR_EMPTY},
    {"M", 1, MJR_ERROR_WRONG_TYPE},
    {"MJR0000", 7, MJR_ERROR_WRONG_TYPE},
    {"MJR00003\0\2{}", 12, MJR_ERROR_WRONG_TYPE},
    {"RIFF0123456789", 14, MJR_ERROR_WRONG_TYPE},
    {"\0\0\0\0\0\0\0\0\0\0\0\0", 12, MJR_ERROR_WRONG_TYPE},
    {"MJR00002\0", 9, MJR_ERROR_HEADER},
    {"MJR00002\0\0", 10, MJR_ERROR_HEADER},
    {"MJR00002\0\2{}", 12, MJR_ERROR_HEADER},
    {"MJR00002\xff\xff{}", 12, MJR_ERROR_HEADER},
    {"MEETECHO", 8, MJR_ERROR_EMPTY},
    {"MEETECHO\0\5audi", 14, MJR_ERROR_HEADER},
    {"MEETECHO\0\5other", 15, MJR_ERROR_HEADER},
    {"MEETECHO\xff\xff"
     "audio",
        15, MJR_ERROR_HEADER},
};

GST_START_TEST (what_is_no_recording_is_refused)
{
  g_autoptr (Reading) reading =
      read_all ((const guint8 *) openings[__i__].data, openings[__i__].size, 0);

  fail_unless_equals_int (reading->end, MJR_BROKEN);
  fail_unless_equals_int (reading->error->code, openings[__i__].code);
}
GST_END_TEST;

GST_START_TEST (garbage_between_frames_is_skipped)
{
  GRand *rand = g_rand_new_with_seed (7);

  for (guint generation = 0; generation <= 2; generation++) {
    g_autoptr (GByteArray) mjr =
        generation == 0 ? test_mjr_new (0, "video") : test_mjr_new_simple (generation, "v", "vp8");
    g_autoptr (Reading) reading = NULL;
    gsize garbage = 0;

    for (guint16 seq = 0; seq < 200; seq++) {
      test_mjr_add_rtp (mjr, generation, seq * 20u, seq, seq * 1800u, 50);
      if (seq % 10 == 0) {
        guint8 rubbish[300];
        guint n = (guint) g_rand_int_range (rand, 1, sizeof rubbish);

        for (guint i = 0; i < n; i++)
          rubbish[i] = (guint8) g_rand_int (rand);
        /* Even where it begins as a frame does. */
        if (seq % 20 == 0 && n > 8)
          memcpy (rubbish, "MEETECHO", 8);
        g_byte_array_append (mjr, rubbish, n);
        garbage += n;
      }
    }
    reading = read_mjr (mjr);
    fail_unless_equals_int (reading->packets->len, 200);
    fail_unless_equals_int (reading->garbage, garbage);
    for (guint i = 0; i < 200; i++)
      fail_unless_equals_int (seq_of (reading, i), i);
  }
  g_rand_free (rand);
}
GST_END_TEST;

GST_START_TEST (a_wrong_size_costs_one_frame)
{
  g_autoptr (GByteArray) mjr = test_mjr_new_simple (2, "v", "vp8");
  g_autoptr (Reading) reading = NULL;
  gsize at = 0;

  for (guint16 seq = 0; seq < 2000; seq++) {
    if (seq == 100)
      at = mjr->len + 8;
    test_mjr_add_rtp (mjr, 2, seq * 20u, seq, seq * 1800u, 50);
  }
  mjr->data[at] = 0xfe;
  reading = read_mjr (mjr);
  fail_unless_equals_int (reading->packets->len, 1999);
  fail_unless_equals_int (seq_of (reading, 99), 99);
  fail_unless_equals_int (seq_of (reading, 100), 101);
  fail_unless_equals_int (reading->garbage, MJR_PREFIX_SIZE + 70);
}
GST_END_TEST;

GST_START_TEST (frames_of_no_bytes_and_of_the_most_are_frames)
{
  g_autoptr (GByteArray) mjr = test_mjr_new_simple (2, "v", "vp8");
  g_autoptr (Reading) reading = NULL;

  test_mjr_add (mjr, 2, 0, "", 0);
  test_mjr_add_rtp (mjr, 2, 0, 1, 0, G_MAXUINT16 - 20);
  test_mjr_add (mjr, 2, 0, "", 0);
  reading = read_mjr (mjr);
  fail_unless_equals_int (reading->packets->len, 3);
  fail_unless_equals_int (reading->garbage + reading->truncated, 0);
}
GST_END_TEST;

/* Rubbish that holds pieces of recordings, so that it gets beyond the first bytes. */
GST_START_TEST (rubbish_is_survived)
{
  GRand *rand = g_rand_new_with_seed (42);
  g_autoptr (GBytes) good = test_recording_bytes (&test_recordings[4]);
  const guint8 *good_data = g_bytes_get_data (good, NULL);
  gsize good_size = g_bytes_get_size (good);

  for (guint round = 0; round < 300; round++) {
    g_autoptr (GByteArray) mjr = g_byte_array_new ();

    g_byte_array_append (mjr, good_data, (guint) g_rand_int_range (rand, 0, 400));
    for (guint piece = 0; piece < 20; piece++) {
      guint at = (guint) g_rand_int_range (rand, 0, (gint) good_size - 600);
      guint8 *start;

      g_byte_array_append (mjr, good_data + at, (guint) g_rand_int_range (rand, 0, 600));
      g_byte_array_append (mjr, (const guint8 *) "MEETECHO", (guint) g_rand_int_range (rand, 0, 9));
      start = mjr->data + g_rand_int_range (rand, 0, (gint) MAX (mjr->len, 1));
      if (mjr->len > 0)
        *start = (guint8) g_rand_int (rand);
    }
    {
      g_autoptr (Reading) whole = read_all (mjr->data, mjr->len, 0);
      g_autoptr (Reading) cut = read_all (mjr->data, mjr->len, 1 + round);

      assert_same_reading (whole, cut);
    }
  }
  g_rand_free (rand);
}
GST_END_TEST;

static Suite *
mjrformat_suite (void)
{
  Suite *s = suite_create ("mjrformat");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, every_recording_has_the_packets_of_the_table, 0, N_TEST_RECORDINGS);
  tcase_add_loop_test (tc, how_it_is_cut_into_windows_makes_no_difference, 0, N_TEST_RECORDINGS);
  tcase_add_loop_test (
      tc, a_recording_that_is_cut_off_gives_the_packets_before_the_cut, 0, N_TEST_RECORDINGS);
  tcase_add_loop_test (tc, what_is_written_is_what_janus_writes, 0, N_TEST_RECORDINGS);
  tcase_add_test (tc, the_oldest_generation_is_read);
  tcase_add_test (tc, a_header_is_read_with_all_its_members);
  tcase_add_test (tc, members_of_a_wrong_type_count_as_absent);
  tcase_add_test (tc, a_header_that_is_none_is_refused);
  tcase_add_test (tc, nesting_never_becomes_a_stack);
  tcase_add_test (tc, a_header_is_written_so_that_it_can_be_read);
  tcase_add_test (tc, a_header_is_never_larger_than_janus_reads);
  tcase_add_loop_test (tc, what_is_no_recording_is_refused, 0, G_N_ELEMENTS (openings));
  tcase_add_test (tc, garbage_between_frames_is_skipped);
  tcase_add_test (tc, a_wrong_size_costs_one_frame);
  tcase_add_test (tc, frames_of_no_bytes_and_of_the_most_are_frames);
  tcase_add_test (tc, rubbish_is_survived);
  return s;
}

GST_CHECK_MAIN (mjrformat);
