/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* recordings.c - perclitedec opens what other implementations encrypted and servers recorded. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "mjrfile.h"
#include "perclitetest.h"

static const struct {
  const gchar *name;
  guint packets;
} recordings[] = {
    {"branch043-vp8-video.mjr", 126},
    {"branch043-opus-audio.mjr", 419},
    {"stock112-room-vp8-video.mjr", 125},
    {"stock112-room-opus-audio.mjr", 417},
    {"stock112-flagged-vp8-video.mjr", 60},
    {"stock112-flagged-opus-audio.mjr", 201},
};

static guint
count_decrypted (GPtrArray *packets, const gchar *properties)
{
  GstHarness *h = test_harness ("perclitedec", properties);
  guint n;

  for (guint i = 0; i < packets->len; i++)
    fail_unless_equals_int (
        gst_harness_push (h, gst_buffer_new_wrapped_bytes (g_ptr_array_index (packets, i))),
        GST_FLOW_OK);
  n = gst_harness_buffers_received (h);
  test_harness_free (h);
  return n;
}

GST_START_TEST (every_packet_is_decrypted)
{
  g_autoptr (GPtrArray) packets = mjr_read (recordings[__i__].name);

  fail_unless_equals_int (packets->len, recordings[__i__].packets);
  fail_unless_equals_int (count_decrypted (packets, "key=" KEY_44), packets->len);
}
GST_END_TEST;

GST_START_TEST (no_packet_is_decrypted_with_another_key)
{
  g_autoptr (GPtrArray) packets = mjr_read (recordings[__i__].name);

  fail_unless_equals_int (count_decrypted (packets, "key=" OTHER_KEY_44), 0);
}
GST_END_TEST;

GST_START_TEST (a_recording_that_is_cut_off_gives_the_packets_before_the_cut)
{
  g_autoptr (GPtrArray) all = mjr_read (recordings[__i__].name);
  g_autofree gchar *path =
      g_build_filename (g_getenv ("PERCLITE_FIXTURES"), recordings[__i__].name, NULL);
  gchar *data;
  gsize size;
  guint last = 0;

  fail_unless (g_file_get_contents (path, &data, &size, NULL));
  for (gsize n = 0; n <= size; n += n < 1000 ? 1 : 97) {
    g_autoptr (GBytes) bytes = g_bytes_new (data, n);
    g_autoptr (GPtrArray) packets = mjr_parse (bytes);

    fail_unless_equals_int (packets != NULL, n >= 8);
    if (packets != NULL) {
      fail_unless (packets->len >= last);
      last = packets->len;
      for (guint i = 0; i < last; i++)
        assert_bytes_equal (g_ptr_array_index (packets, i), g_ptr_array_index (all, i));
    }
  }
  g_free (data);
}
GST_END_TEST;

static Suite *
recordings_suite (void)
{
  Suite *s = suite_create ("recordings");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, every_packet_is_decrypted, 0, G_N_ELEMENTS (recordings));
  tcase_add_loop_test (tc, no_packet_is_decrypted_with_another_key, 0, G_N_ELEMENTS (recordings));
  tcase_add_loop_test (tc, a_recording_that_is_cut_off_gives_the_packets_before_the_cut, 0,
      G_N_ELEMENTS (recordings));
  return s;
}

GST_CHECK_MAIN (recordings);
