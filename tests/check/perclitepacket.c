/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitepacket.c (test) - RTP packets are measured as GstRTPBuffer measures them, and change in
 * place only where nobody else looks. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include <gst/rtp/rtp.h>

#include "gstperclitepacket.h"
#include "perclitetest.h"

static GstPercliteSlab *slab;

static void
setup (void)
{
  slab = gst_perclite_slab_new ();
}

static void
teardown (void)
{
  g_clear_pointer (&slab, gst_perclite_slab_close);
}

/* In one memory, so that nothing is refused for how it is cut. */
static gboolean
measure_with_gst (GBytes *bytes, gsize *header_size, gsize *payload_size)
{
  g_autoptr (GstBuffer) buffer = gst_buffer_new_wrapped_bytes (bytes);
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  if (!gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp))
    return FALSE;
  *header_size = gst_rtp_buffer_get_header_len (&rtp);
  *payload_size = gst_rtp_buffer_get_payload_len (&rtp);
  gst_rtp_buffer_unmap (&rtp);
  return TRUE;
}

static void
assert_measured_alike (GBytes *bytes, const gsize *cuts)
{
  g_autoptr (GstBuffer) buffer = test_cut_buffer (bytes, cuts);
  gsize header_size = 0, payload_size = 0;
  gboolean expected = measure_with_gst (bytes, &header_size, &payload_size);

  for (guint encrypting = 0; encrypting < 2; encrypting++) {
    GstPerclitePacket packet;
    gboolean is_rtp = gst_perclite_packet_open (&packet, buffer, encrypting != 0);

    fail_unless_equals_int (is_rtp, expected);
    fail_unless_equals_uint64 (packet.header_size, header_size);
    fail_unless_equals_uint64 (packet.payload_size, payload_size);
    if (!is_rtp)
      continue;
    fail_unless (memcmp (packet.header, g_bytes_get_data (bytes, NULL), sizeof packet.header) == 0);
    gst_perclite_packet_close (&packet, FALSE, 0);
  }
  assert_buffer_bytes (buffer, bytes);
}

GST_START_TEST (packets_are_measured_as_gstreamer_measures_them)
{
  static const gsize whole[] = {0}, header_apart[] = {12, 0}, in_the_header[] = {5, 9, 0},
                     in_the_extension[] = {14, 0};
  static const gsize *const cuts[] = {whole, header_apart, in_the_header, in_the_extension};
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);

  for (guint i = 0; i < 20000; i++) {
    guint8 bytes[120];
    gsize size = (gsize) g_rand_int_range (rand, 1, sizeof bytes);
    g_autoptr (GBytes) packet = NULL;

    for (gsize j = 0; j < sizeof bytes; j++)
      bytes[j] = (guint8) g_rand_int (rand);
    /* Most are RTP, and most extensions short. */
    if (g_rand_int_range (rand, 0, 10) > 0)
      bytes[0] = (guint8) ((bytes[0] & 0x33) | 0x80);
    if (g_rand_boolean (rand)) {
      gsize extension = 12 + 4 * (gsize) (bytes[0] & 15);

      bytes[extension + 2] = 0;
      bytes[extension + 3] &= 7;
    }
    packet = g_bytes_new (bytes, size);
    assert_measured_alike (packet, cuts[i % G_N_ELEMENTS (cuts)]);
  }
}
GST_END_TEST;

/* As a decrypter does it: the payload loses the payload encryption header and a tag. */
static void
decrypt (GstPerclitePacket *packet, GstBuffer *buffer, gsize tag_size)
{
  fail_unless (gst_perclite_packet_open (packet, buffer, FALSE));
  fail_unless (gst_perclite_packet_begin (packet, slab));
  fail_unless_equals_int ((guintptr) packet->inner & 3, 0);
  gst_perclite_packet_close (packet, TRUE, packet->payload_size - PERCLITE_PEH_SIZE - tag_size);
}

static void
assert_decrypted (GstBuffer *buffer, GBytes *before, gsize header_size, gsize tag_size)
{
  g_autoptr (GBytes) after = test_buffer_bytes (buffer);
  gsize size, before_size;
  const guint8 *bytes = g_bytes_get_data (after, &size);
  const guint8 *were = g_bytes_get_data (before, &before_size);

  fail_unless_equals_uint64 (size, before_size - PERCLITE_PEH_SIZE - tag_size);
  fail_unless (memcmp (bytes, were, header_size) == 0);
  fail_unless (memcmp (bytes + header_size, were + header_size + PERCLITE_PEH_SIZE,
                   size - header_size) == 0);
}

static const guint8 *
data_of (GstBuffer *buffer)
{
  GstMapInfo map;

  fail_unless (gst_buffer_map (buffer, &map, GST_MAP_READ));
  gst_buffer_unmap (buffer, &map);
  return map.data;
}

GST_START_TEST (what_nobody_else_has_is_decrypted_where_it_is)
{
  for (guint words = 0; words < 40; words++) {
    TestPacket shape = {.ssrc = 7, .seq = 1, .extension_words = words, .payload_size = 300};
    g_autoptr (GBytes) before = test_packet_bytes (&shape);
    g_autoptr (GstBuffer) buffer =
        gst_buffer_new_memdup (g_bytes_get_data (before, NULL), g_bytes_get_size (before));
    GstMemory *memory = gst_buffer_peek_memory (buffer, 0);
    const guint8 *data = data_of (buffer), *now;
    gsize header_size = 12 + (words > 0 ? 4 + 4 * words : 0);
    GstPerclitePacket packet;

    decrypt (&packet, buffer, 16);
    assert_decrypted (buffer, before, header_size, 16);
    if (header_size > GST_PERCLITE_PACKET_MAX_MOVED_HEADER)
      continue;
    now = data_of (buffer);
    fail_unless (gst_buffer_peek_memory (buffer, 0) == memory);
    fail_unless (now >= data && now < data + PERCLITE_INNER_HEADER_SIZE);
  }
}
GST_END_TEST;

GST_START_TEST (any_alignment_will_do)
{
  for (gsize offset = 0; offset < 8; offset++) {
    TestPacket shape = {.ssrc = 7, .seq = 1, .payload_size = 300};
    g_autoptr (GBytes) before = test_packet_bytes (&shape);
    g_autoptr (GstBuffer) buffer = gst_buffer_new_allocate (NULL, 1000, NULL);
    gsize size;
    const guint8 *bytes = g_bytes_get_data (before, &size);
    GstPerclitePacket packet;

    gst_buffer_fill (buffer, offset, bytes, size);
    gst_buffer_resize (buffer, (gssize) offset, (gssize) size);
    decrypt (&packet, buffer, 10);
    assert_decrypted (buffer, before, 12, 10);
  }
}
GST_END_TEST;

GST_START_TEST (what_others_have_too_stays_as_it_is)
{
  TestPacket shape = {.ssrc = 7, .seq = 1, .payload_size = 300};
  g_autoptr (GBytes) before = test_packet_bytes (&shape);
  g_autoptr (GstBuffer) original = test_packet_buffer (&shape);
  g_autoptr (GstBuffer) buffer = gst_buffer_copy (original);
  g_autoptr (GstBuffer) part = gst_buffer_copy_region (original, GST_BUFFER_COPY_ALL, 0, 200);
  g_autoptr (GBytes) part_before = test_buffer_bytes (part);
  GstPerclitePacket packet;

  decrypt (&packet, buffer, 16);
  assert_decrypted (buffer, before, 12, 16);
  assert_buffer_bytes (original, before);
  decrypt (&packet, part, 16);
  assert_decrypted (part, part_before, 12, 16);
  assert_buffer_bytes (original, before);
}
GST_END_TEST;

GST_START_TEST (read_only_memory_is_not_written_to)
{
  TestPacket shape = {.ssrc = 7, .seq = 1, .payload_size = 300};
  g_autoptr (GBytes) before = test_packet_bytes (&shape);
  g_autoptr (GstBuffer) buffer = gst_buffer_new_wrapped_bytes (before);
  g_autoptr (GBytes) untouched =
      g_bytes_new (g_bytes_get_data (before, NULL), g_bytes_get_size (before));
  GstPerclitePacket packet;

  decrypt (&packet, buffer, 16);
  assert_decrypted (buffer, untouched, 12, 16);
  assert_bytes_equal (before, untouched);
}
GST_END_TEST;

/* A pool expects the bytes at the place where it had put them. */
GST_START_TEST (a_pool_gets_back_what_it_gave)
{
  GstBufferPool *pool = gst_buffer_pool_new ();
  GstStructure *config = gst_buffer_pool_get_config (pool);

  gst_buffer_pool_config_set_params (config, NULL, 312, 1, 1);
  fail_unless (gst_buffer_pool_set_config (pool, config));
  fail_unless (gst_buffer_pool_set_active (pool, TRUE));
  for (guint i = 0; i < 10; i++) {
    TestPacket shape = {.ssrc = 7, .seq = (guint16) i, .payload_size = 300};
    g_autoptr (GBytes) before = test_packet_bytes (&shape);
    g_autoptr (GstBuffer) buffer = NULL;
    GstPerclitePacket packet;

    fail_unless_equals_int (gst_buffer_pool_acquire_buffer (pool, &buffer, NULL), GST_FLOW_OK);
    fail_unless_equals_uint64 (gst_buffer_get_size (buffer), 312);
    gst_buffer_fill (buffer, 0, g_bytes_get_data (before, NULL), 312);
    decrypt (&packet, buffer, 16);
    assert_decrypted (buffer, before, 12, 16);
  }
  gst_buffer_pool_set_active (pool, FALSE);
  gst_object_unref (pool);
}
GST_END_TEST;

GST_START_TEST (padding_does_not_come_out)
{
  TestPacket shape = {.ssrc = 7, .seq = 1, .payload_size = 300, .padding = 9};
  TestPacket without = {.ssrc = 7, .seq = 1, .payload_size = 300};
  g_autoptr (GBytes) expected = test_packet_bytes (&without);
  g_autoptr (GstBuffer) buffer = test_packet_buffer (&shape);
  GstPerclitePacket packet;

  decrypt (&packet, buffer, 16);
  assert_decrypted (buffer, expected, 12, 16);
}
GST_END_TEST;

GST_START_TEST (a_packet_that_is_given_up_needs_no_memory)
{
  TestPacket shape = {.ssrc = 7, .seq = 1, .payload_size = 300};
  g_autoptr (GstBuffer) buffer = test_packet_buffer (&shape);

  for (guint encrypting = 0; encrypting < 2; encrypting++) {
    GstPerclitePacket packet;
    GstMapInfo map;

    fail_unless (gst_perclite_packet_open (&packet, buffer, encrypting != 0));
    fail_unless (gst_perclite_packet_begin (&packet, slab));
    gst_perclite_packet_close (&packet, FALSE, 0);
    /* Nothing is left mapped. */
    fail_unless (gst_buffer_map (buffer, &map, GST_MAP_WRITE));
    gst_buffer_unmap (buffer, &map);
  }
}
GST_END_TEST;

static Suite *
perclitepacket_suite (void)
{
  Suite *s = suite_create ("perclitepacket");
  TCase *tc = tcase_create ("packet");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, packets_are_measured_as_gstreamer_measures_them);
  tcase_add_test (tc, what_nobody_else_has_is_decrypted_where_it_is);
  tcase_add_test (tc, any_alignment_will_do);
  tcase_add_test (tc, what_others_have_too_stays_as_it_is);
  tcase_add_test (tc, read_only_memory_is_not_written_to);
  tcase_add_test (tc, a_pool_gets_back_what_it_gave);
  tcase_add_test (tc, padding_does_not_come_out);
  tcase_add_test (tc, a_packet_that_is_given_up_needs_no_memory);
  return s;
}

GST_CHECK_MAIN (perclitepacket);
