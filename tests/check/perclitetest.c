/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitetest.c - what the tests of PERC Lite share: keys, RTP packets, harnesses. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitetest.h"

#include <string.h>

const TestSuite test_suites[N_TEST_SUITES] = {
    {PERCLITE_SUITE_AEAD_AES_256_GCM, "aead-aes-256-gcm", "AEAD_AES_256_GCM", KEY_44, 44, 16,
        "96d58110d3c31077"},
    {PERCLITE_SUITE_AEAD_AES_128_GCM, "aead-aes-128-gcm", "AEAD_AES_128_GCM", KEY_28, 28, 16,
        "a915246d9c819217"},
    {PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_80, "aes-cm-128-hmac-sha1-80", "AES_CM_128_HMAC_SHA1_80",
        KEY_30, 30, 10, "f54e5c8f810648e7"},
    {PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_32, "aes-cm-128-hmac-sha1-32", "AES_CM_128_HMAC_SHA1_32",
        KEY_30, 30, 4, "f54e5c8f810648e7"},
};

static void
append_u16 (GByteArray *array, guint16 value)
{
  guint8 bytes[2];

  GST_WRITE_UINT16_BE (bytes, value);
  g_byte_array_append (array, bytes, sizeof bytes);
}

static void
append_u32 (GByteArray *array, guint32 value)
{
  guint8 bytes[4];

  GST_WRITE_UINT32_BE (bytes, value);
  g_byte_array_append (array, bytes, sizeof bytes);
}

GBytes *
test_packet_bytes (const TestPacket *packet)
{
  GByteArray *array = g_byte_array_new ();
  guint8 byte;

  byte = (guint8) (0x80 | (packet->padding ? 0x20 : 0) | (packet->extension_words ? 0x10 : 0) |
                   packet->csrcs);
  g_byte_array_append (array, &byte, 1);
  byte = (guint8) ((packet->marker ? 0x80 : 0) | packet->pt);
  g_byte_array_append (array, &byte, 1);
  append_u16 (array, packet->seq);
  append_u32 (array, packet->ts);
  append_u32 (array, packet->ssrc);
  for (guint i = 0; i < packet->csrcs; i++)
    append_u32 (array, 0xc5c00000 + i);
  if (packet->extension_words) {
    /* RFC 8285, section 4.2: one-byte headers; one element of 4 bytes, and padding. */
    append_u16 (array, 0xbede);
    append_u16 (array, (guint16) packet->extension_words);
    for (guint i = 0; i < packet->extension_words; i++)
      append_u32 (array, i == 0 ? 0x12aabbcc : 0);
  }
  for (gsize i = 0; i < packet->payload_size; i++) {
    byte = (guint8) (packet->ssrc * 7 + packet->seq * 31u + i * 13);
    g_byte_array_append (array, &byte, 1);
  }
  for (guint i = 0; i < packet->padding; i++) {
    byte = (guint8) (i + 1 == packet->padding ? packet->padding : 0);
    g_byte_array_append (array, &byte, 1);
  }
  return g_byte_array_free_to_bytes (array);
}

GstBuffer *
test_packet_buffer (const TestPacket *packet)
{
  g_autoptr (GBytes) bytes = test_packet_bytes (packet);

  return gst_buffer_new_wrapped_bytes (bytes);
}

GstBuffer *
test_simple_packet (guint32 ssrc, guint16 seq)
{
  return test_packet_buffer (
      &(TestPacket){.ssrc = ssrc, .seq = seq, .ts = 3000u * seq, .pt = 105, .payload_size = 100});
}

GstBuffer *
test_cut_buffer (GBytes *bytes, const gsize *cuts)
{
  GstBuffer *buffer = gst_buffer_new ();
  gsize size = g_bytes_get_size (bytes), offset = 0;

  while (offset < size) {
    gsize n = *cuts ? MIN (*cuts, size - offset) : size - offset;
    g_autoptr (GBytes) part = g_bytes_new_from_bytes (bytes, offset, n);
    gsize part_size;
    gconstpointer data = g_bytes_get_data (part, &part_size);
    gpointer copy = g_memdup2 (data, part_size);

    /* A copy, so that no neighbour is there to be read by mistake. */
    gst_buffer_append_memory (
        buffer, gst_memory_new_wrapped (0, copy, part_size, 0, part_size, copy, g_free));
    offset += n;
    if (*cuts)
      cuts++;
  }
  return buffer;
}

GBytes *
test_hex (const gchar *hex)
{
  GByteArray *array = g_byte_array_new ();

  for (; hex[0] && hex[1]; hex += 2) {
    guint8 byte = (guint8) (g_ascii_xdigit_value (hex[0]) << 4 | g_ascii_xdigit_value (hex[1]));
    g_byte_array_append (array, &byte, 1);
  }
  return g_byte_array_free_to_bytes (array);
}

GBytes *
test_buffer_bytes (GstBuffer *buffer)
{
  gpointer data;
  gsize size;

  gst_buffer_extract_dup (buffer, 0, gst_buffer_get_size (buffer), &data, &size);
  return g_bytes_new_take (data, size);
}

void
assert_bytes_equal (GBytes *a, GBytes *b)
{
  gsize a_size, b_size;
  gconstpointer a_data = g_bytes_get_data (a, &a_size);
  gconstpointer b_data = g_bytes_get_data (b, &b_size);

  fail_unless_equals_int (a_size, b_size);
  fail_unless (a_size == 0 || memcmp (a_data, b_data, a_size) == 0);
}

void
assert_buffer_bytes (GstBuffer *buffer, GBytes *bytes)
{
  g_autoptr (GBytes) got = NULL;

  fail_unless (buffer != NULL);
  got = test_buffer_bytes (buffer);
  assert_bytes_equal (got, bytes);
}

GstHarness *
test_harness (const gchar *factory, const gchar *properties)
{
  GstElement *element = gst_element_factory_make (factory, NULL);
  g_auto (GStrv) pairs = g_strsplit (properties, " ", -1);
  g_autoptr (GstBus) bus = gst_bus_new ();
  GstHarness *h;

  fail_unless (element != NULL, "no element %s", factory);
  for (gchar **pair = pairs; *pair; pair++) {
    gchar *value = strchr (*pair, '=');

    if (value == NULL)
      continue;
    *value++ = '\0';
    gst_util_set_object_arg (G_OBJECT (element), *pair, value);
  }
  gst_element_set_bus (element, bus);
  h = gst_harness_new_with_element (element, "sink", "src");
  gst_object_unref (element);
  gst_harness_set_src_caps_str (h, TEST_CAPS);
  return h;
}

void
test_harness_free (GstHarness *h)
{
  gst_element_set_bus (h->element, NULL);
  gst_harness_teardown (h);
}

GstBuffer *
test_pass (GstHarness *h, GstBuffer *in)
{
  fail_unless_equals_int (gst_harness_push (h, in), GST_FLOW_OK);
  return gst_harness_try_pull (h);
}

GstStructure *
test_stats (GstElement *element)
{
  GstStructure *stats = NULL;

  g_object_get (element, "stats", &stats, NULL);
  fail_unless (gst_structure_has_name (stats, "application/x-perclite-stats"));
  return stats;
}

guint64
test_stat (GstElement *element, const gchar *field)
{
  g_autoptr (GstStructure) stats = test_stats (element);
  guint64 value = 0;

  fail_unless (gst_structure_get_uint64 (stats, field, &value), "no field %s", field);
  return value;
}

guint64
test_drops (GstElement *element, const gchar *reason)
{
  g_autoptr (GstStructure) stats = test_stats (element);
  g_autoptr (GstStructure) drops = NULL;
  guint64 value = 0;

  fail_unless (gst_structure_get (stats, "drops", GST_TYPE_STRUCTURE, &drops, NULL));
  fail_unless (gst_structure_get_uint64 (drops, reason, &value), "no reason %s", reason);
  return value;
}

GstMessage *
test_pop_message (GstElement *element, GstMessageType type)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (element);

  return gst_bus_pop_filtered (bus, type);
}

guint
test_count_messages (GstElement *element, GstMessageType type)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (element);
  GstMessage *message;
  guint n = 0;

  while ((message = gst_bus_pop (bus)) != NULL) {
    if (GST_MESSAGE_TYPE (message) & type)
      n++;
    gst_message_unref (message);
  }
  return n;
}

void
assert_not_leaked (const gchar *text, const gchar *secret)
{
  for (gsize i = 0; i + 8 <= strlen (secret); i++) {
    g_autofree gchar *part = g_strndup (secret + i, 8);

    fail_if (strstr (text, part) != NULL, "a part of the key is in: %s", text);
  }
}
