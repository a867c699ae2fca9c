/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitenc.c - what perclitenc makes of packets and events, and perclitedec makes of them
 * again. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstpercliteevent.h"
#include "perclitesrtp.h"
#include "perclitetest.h"

#include <gst/rtp/rtp.h>
#include <gst/video/video.h>
#include <string.h>

#define SSRC 0xfeedbeef

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

/* Encrypts, checks that nothing but the payload changed, decrypts, and checks for @expected. */
static void
assert_roundtrip (GstBuffer *in, GBytes *expected, gsize header_size, gsize tag_size)
{
  g_autoptr (GstBuffer) cipher = test_pass (enc, in);
  g_autoptr (GstBuffer) plain = NULL;
  g_autoptr (GBytes) bytes = NULL;
  const guint8 *got, *wanted = g_bytes_get_data (expected, NULL);
  gsize size = g_bytes_get_size (expected);

  fail_unless (cipher != NULL);
  fail_unless_equals_int (gst_buffer_get_size (cipher), size + 11 + tag_size);
  bytes = test_buffer_bytes (cipher);
  got = g_bytes_get_data (bytes, NULL);
  fail_unless (memcmp (got, wanted, header_size) == 0);
  /* M, PT, SEQ and TS are there twice. */
  fail_unless (memcmp (got + header_size, wanted + 1, 7) == 0);
  if (size - header_size >= 8)
    fail_if (memcmp (got + header_size + 11, wanted + header_size, size - header_size) == 0);

  plain = test_pass (dec, g_steal_pointer (&cipher));
  assert_buffer_bytes (plain, expected);
}

GST_START_TEST (packets_of_each_suite_come_back)
{
  const TestSuite *suite = &test_suites[__i__];
  g_autofree gchar *properties = g_strdup_printf ("key=%s suite=%s", suite->key, suite->nick);
  GstHarness *e = test_harness ("perclitenc", properties);
  GstHarness *d = test_harness ("perclitedec", properties);
  GstHarness *saved_enc = enc, *saved_dec = dec;

  enc = e;
  dec = d;
  for (guint16 i = 0; i < 50; i++) {
    TestPacket packet = {
        .ssrc = SSRC, .seq = i, .ts = i, .pt = 105, .marker = i & 1, .payload_size = 29u * i};
    g_autoptr (GBytes) bytes = test_packet_bytes (&packet);

    assert_roundtrip (gst_buffer_new_wrapped_bytes (bytes), bytes, 12, suite->tag_size);
  }
  enc = saved_enc;
  dec = saved_dec;
  test_harness_free (e);
  test_harness_free (d);
}
GST_END_TEST;

GST_START_TEST (packets_of_every_shape_come_back)
{
  guint16 seq = 0;

  for (guint csrcs = 0; csrcs <= 15; csrcs += 5) {
    for (guint words = 0; words <= 4; words += 2) {
      for (guint padding = 0; padding <= 255; padding += 51) {
        for (gsize size = 0; size <= 1200; size += 400) {
          TestPacket packet = {.ssrc = SSRC,
              .seq = seq++,
              .ts = 77,
              .pt = 111,
              .csrcs = csrcs,
              .extension_words = words,
              .padding = padding,
              .payload_size = size};
          TestPacket stripped = packet;
          g_autoptr (GBytes) bytes = test_packet_bytes (&packet);
          g_autoptr (GBytes) expected = NULL;

          stripped.padding = 0;
          expected = test_packet_bytes (&stripped);
          assert_roundtrip (gst_buffer_new_wrapped_bytes (bytes), expected,
              12 + 4 * csrcs + (words ? 4 + 4 * words : 0), 16);
        }
      }
    }
  }
}
GST_END_TEST;

GST_START_TEST (packets_in_many_memories_come_back)
{
  static const gsize cuts[][6] = {
      {12}, {1, 1, 1, 1, 1}, {11}, {13}, {12, 8, 8, 1, 7}, {40, 1}, {12, 8, 4}, {31, 2}};

  for (guint i = 0; i < G_N_ELEMENTS (cuts); i++) {
    TestPacket packet = {.ssrc = SSRC,
        .seq = (guint16) i,
        .pt = 105,
        .csrcs = 2,
        .extension_words = 2,
        .payload_size = 333};
    g_autoptr (GBytes) bytes = test_packet_bytes (&packet);

    assert_roundtrip (test_cut_buffer (bytes, cuts[i]), bytes, 12 + 8 + 12, 16);
  }
}
GST_END_TEST;

GST_START_TEST (encrypted_packets_in_many_memories_are_decrypted)
{
  static const gsize cuts[] = {12, 9, 3, 60, 0};
  g_autoptr (GstBuffer) in = test_simple_packet (SSRC, 1);
  g_autoptr (GBytes) expected = test_buffer_bytes (in);
  g_autoptr (GstBuffer) cipher = test_pass (enc, gst_buffer_ref (in));
  g_autoptr (GBytes) bytes = test_buffer_bytes (cipher);
  g_autoptr (GstBuffer) plain = test_pass (dec, test_cut_buffer (bytes, cuts));

  assert_buffer_bytes (plain, expected);
}
GST_END_TEST;

GST_START_TEST (flags_times_offsets_and_metas_are_kept)
{
  g_autoptr (GstBuffer) in = test_simple_packet (SSRC, 1);
  g_autoptr (GstCaps) reference = gst_caps_new_empty_simple ("timestamp/x-test");
  g_autoptr (GstBuffer) out = NULL;
  GstReferenceTimestampMeta *meta;

  GST_BUFFER_PTS (in) = 11;
  GST_BUFFER_DTS (in) = 22;
  GST_BUFFER_DURATION (in) = 33;
  GST_BUFFER_OFFSET (in) = 44;
  GST_BUFFER_OFFSET_END (in) = 55;
  GST_BUFFER_FLAG_SET (in, GST_BUFFER_FLAG_DELTA_UNIT | GST_BUFFER_FLAG_MARKER);
  gst_buffer_add_reference_timestamp_meta (in, reference, 66, GST_CLOCK_TIME_NONE);

  out = test_pass (dec, test_pass (enc, gst_buffer_ref (in)));
  fail_unless_equals_uint64 (GST_BUFFER_PTS (out), 11);
  fail_unless_equals_uint64 (GST_BUFFER_DTS (out), 22);
  fail_unless_equals_uint64 (GST_BUFFER_DURATION (out), 33);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET (out), 44);
  fail_unless_equals_uint64 (GST_BUFFER_OFFSET_END (out), 55);
  fail_unless (GST_BUFFER_FLAG_IS_SET (out, GST_BUFFER_FLAG_DELTA_UNIT));
  fail_unless (GST_BUFFER_FLAG_IS_SET (out, GST_BUFFER_FLAG_MARKER));
  meta = gst_buffer_get_reference_timestamp_meta (out, reference);
  fail_unless (meta != NULL && meta->timestamp == 66);
}
GST_END_TEST;

GST_START_TEST (input_is_not_touched_even_when_others_hold_it)
{
  g_autoptr (GstBuffer) in = test_simple_packet (SSRC, 1);
  g_autoptr (GBytes) before = test_buffer_bytes (in);
  g_autoptr (GstBuffer) cipher = test_pass (enc, gst_buffer_ref (in));
  g_autoptr (GBytes) cipher_before = test_buffer_bytes (cipher);
  g_autoptr (GstBuffer) plain = test_pass (dec, gst_buffer_ref (cipher));

  assert_buffer_bytes (in, before);
  assert_buffer_bytes (cipher, cipher_before);
  assert_buffer_bytes (plain, before);
}
GST_END_TEST;

GST_START_TEST (sequence_numbers_may_wrap)
{
  for (guint32 i = 65000; i < 65000 + 3 * 65536; i += 37) {
    g_autoptr (GstBuffer) in = test_simple_packet (SSRC, (guint16) i);
    g_autoptr (GBytes) expected = test_buffer_bytes (in);
    g_autoptr (GstBuffer) plain = test_pass (dec, test_pass (enc, gst_buffer_ref (in)));

    assert_buffer_bytes (plain, expected);
  }
}
GST_END_TEST;

GST_START_TEST (packets_may_be_reordered_on_either_side)
{
  static const guint16 order[] = {65530, 65533, 65531, 65532, 1, 65535, 0, 65534, 3, 2};
  GstBuffer *cipher[G_N_ELEMENTS (order)];

  for (guint i = 0; i < G_N_ELEMENTS (order); i++)
    cipher[i] = test_pass (enc, test_simple_packet (SSRC, order[i]));
  /* Pairs change places once more. */
  for (guint i = 0; i < G_N_ELEMENTS (order); i++) {
    g_autoptr (GstBuffer) plain = test_pass (dec, cipher[i ^ 1]);

    fail_unless (plain != NULL);
  }
}
GST_END_TEST;

GST_START_TEST (a_sequence_number_is_never_encrypted_twice)
{
  g_autoptr (GstBuffer) one = test_pass (enc, test_simple_packet (SSRC, 5));
  g_autoptr (GstBuffer) another = test_pass (enc, test_simple_packet (SSRC + 1, 5));

  fail_unless (one != NULL);
  fail_unless (another != NULL);
  fail_unless (test_pass (enc, test_simple_packet (SSRC, 5)) == NULL);
  fail_unless_equals_uint64 (test_drops (enc->element, "replayed"), 1);
  fail_unless_equals_int (test_count_messages (enc->element, GST_MESSAGE_WARNING), 0);
}
GST_END_TEST;

GST_START_TEST (many_ssrcs_do_not_mix)
{
  for (guint16 seq = 0; seq < 4; seq++) {
    for (guint32 ssrc = 0; ssrc < 200; ssrc++) {
      g_autoptr (GstBuffer) in = test_simple_packet (ssrc * 0x01000193u, seq);
      g_autoptr (GBytes) expected = test_buffer_bytes (in);
      g_autoptr (GstBuffer) plain = test_pass (dec, test_pass (enc, gst_buffer_ref (in)));

      assert_buffer_bytes (plain, expected);
    }
  }
}
GST_END_TEST;

/* What a media server does: see RFC 7667, section 3.7. */
GST_START_TEST (outer_headers_may_be_rewritten_on_the_way)
{
  g_autoptr (GstBuffer) cipher = gst_buffer_make_writable (test_pass (
      enc, test_packet_buffer (&(TestPacket){
               .ssrc = SSRC, .seq = 9, .ts = 90, .pt = 105, .marker = TRUE, .payload_size = 50})));
  g_autoptr (GstBuffer) plain = NULL;
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;

  gst_rtp_buffer_map (cipher, GST_MAP_READWRITE, &rtp);
  gst_rtp_buffer_set_ssrc (&rtp, 4711);
  gst_rtp_buffer_set_seq (&rtp, 1234);
  gst_rtp_buffer_set_timestamp (&rtp, 5678);
  gst_rtp_buffer_set_payload_type (&rtp, 96);
  gst_rtp_buffer_unmap (&rtp);

  plain = test_pass (dec, gst_buffer_ref (cipher));
  fail_unless (plain != NULL);
  gst_rtp_buffer_map (plain, GST_MAP_READ, &rtp);
  fail_unless_equals_int (gst_rtp_buffer_get_ssrc (&rtp), 4711);
  fail_unless_equals_int (gst_rtp_buffer_get_seq (&rtp), 1234);
  fail_unless_equals_int (gst_rtp_buffer_get_timestamp (&rtp), 5678);
  fail_unless_equals_int (gst_rtp_buffer_get_payload_type (&rtp), 96);
  fail_unless (gst_rtp_buffer_get_marker (&rtp));
  fail_unless_equals_int (gst_rtp_buffer_get_payload_len (&rtp), 50);
  gst_rtp_buffer_unmap (&rtp);
}
GST_END_TEST;

/* Lists */

static GstPadProbeReturn
count_lists (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  guint *lists = user_data;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER_LIST)
    lists[0]++;
  else
    lists[1]++;
  return GST_PAD_PROBE_OK;
}

GST_START_TEST (a_list_stays_a_list_without_the_bad_packets)
{
  g_autoptr (GstPad) src = gst_element_get_static_pad (enc->element, "src");
  guint counts[2] = {0, 0};
  GstBufferList *list = gst_buffer_list_new ();
  GstBufferList *bad = gst_buffer_list_new ();

  gst_pad_add_probe (
      src, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, count_lists, counts, NULL);
  for (guint16 seq = 0; seq < 6; seq++)
    gst_buffer_list_add (
        list, seq == 3 ? gst_buffer_new_allocate (NULL, 5, NULL) : test_simple_packet (SSRC, seq));
  gst_buffer_list_add (bad, gst_buffer_new_allocate (NULL, 5, NULL));

  fail_unless_equals_int (gst_pad_push_list (enc->srcpad, list), GST_FLOW_OK);
  fail_unless_equals_int (gst_pad_push_list (enc->srcpad, bad), GST_FLOW_OK);
  fail_unless_equals_int (counts[0], 1);
  fail_unless_equals_int (counts[1], 0);
  for (guint16 seq = 0; seq < 6; seq++) {
    g_autoptr (GstBuffer) cipher = NULL;
    guint8 header[4];

    if (seq == 3)
      continue;
    cipher = gst_harness_try_pull (enc);
    fail_unless (cipher != NULL);
    gst_buffer_extract (cipher, 0, header, sizeof header);
    fail_unless_equals_int (GST_READ_UINT16_BE (header + 2), seq);
  }
  fail_unless (gst_harness_try_pull (enc) == NULL);
  fail_unless_equals_uint64 (test_drops (enc->element, "invalid-rtp"), 2);
}
GST_END_TEST;

/* Packets that cannot be encrypted */

GST_START_TEST (what_no_datagram_takes_is_dropped)
{
  TestPacket fits = {.ssrc = SSRC, .seq = 1, .payload_size = 65535 - 12 - 11 - 16};
  TestPacket too_large = {.ssrc = SSRC, .seq = 2, .payload_size = 65535 - 12 - 11 - 16 + 1};
  TestPacket huge = {.ssrc = SSRC, .seq = 3, .payload_size = 200000};
  g_autoptr (GstBuffer) cipher = test_pass (enc, test_packet_buffer (&fits));

  fail_unless_equals_int (gst_buffer_get_size (cipher), 65535);
  fail_unless (test_pass (enc, test_packet_buffer (&too_large)) == NULL);
  fail_unless (test_pass (enc, test_packet_buffer (&huge)) == NULL);
  fail_unless (test_pass (dec, test_packet_buffer (&huge)) == NULL);
  fail_unless_equals_uint64 (test_drops (enc->element, "too-large"), 2);
  fail_unless_equals_uint64 (test_drops (dec->element, "too-large"), 1);
}
GST_END_TEST;

GST_START_TEST (what_is_not_rtp_is_dropped)
{
  g_autoptr (GstMessage) message = NULL;
  TestPacket lying = {.ssrc = SSRC, .padding = 200, .payload_size = 10};
  g_autoptr (GBytes) whole = test_packet_bytes (&lying);
  g_autoptr (GBytes) start = g_bytes_new_from_bytes (whole, 0, 22);
  guint n = 0;

  for (gsize size = 0; size < 12; size++, n++)
    fail_unless (test_pass (enc, gst_buffer_new_allocate (NULL, size, NULL)) == NULL);
  for (guint version = 0; version < 4; version++) {
    GstBuffer *buffer = gst_buffer_make_writable (test_simple_packet (SSRC, 1));

    if (version == 2) {
      gst_buffer_unref (buffer);
      continue;
    }
    gst_buffer_memset (buffer, 0, (guint8) (version << 6), 1);
    fail_unless (test_pass (enc, buffer) == NULL);
    n++;
  }
  /* More padding than packet. */
  {
    GstBuffer *buffer = gst_buffer_make_writable (gst_buffer_new_wrapped_bytes (start));

    gst_buffer_memset (buffer, 21, 200, 1);
    fail_unless (test_pass (enc, buffer) == NULL);
    n++;
  }
  fail_unless_equals_uint64 (test_drops (enc->element, "invalid-rtp"), n);
  message = test_pop_message (enc->element, GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
}
GST_END_TEST;

/* Inner SSRCs */

static guint
only_inner_ssrc (GstElement *element)
{
  g_autoptr (GstStructure) stats = test_stats (element);
  const GValue *streams = gst_structure_get_value (stats, "streams");
  guint inner_ssrc;

  fail_unless_equals_int (gst_value_array_get_size (streams), 1);
  fail_unless (gst_structure_get_uint (
      gst_value_get_structure (gst_value_array_get_value (streams, 0)), "inner-ssrc", &inner_ssrc));
  return inner_ssrc;
}

GST_START_TEST (a_restarted_encrypter_does_not_repeat_its_nonces)
{
  g_autoptr (GstBuffer) before = test_pass (enc, test_simple_packet (SSRC, 1));
  g_autoptr (GBytes) before_bytes = test_buffer_bytes (before);
  g_autoptr (GstBuffer) after = NULL;
  g_autoptr (GBytes) after_bytes = NULL;
  guint before_ssrc = only_inner_ssrc (enc->element);

  gst_element_set_state (enc->element, GST_STATE_READY);
  gst_element_set_state (enc->element, GST_STATE_PLAYING);
  gst_harness_set_src_caps_str (enc, TEST_CAPS);
  gst_pad_push_event (enc->srcpad, gst_event_new_stream_start ("again"));
  after = test_pass (enc, test_simple_packet (SSRC, 1));
  after_bytes = test_buffer_bytes (after);

  fail_if (g_bytes_equal (before_bytes, after_bytes));
  fail_if (before_ssrc == only_inner_ssrc (enc->element));
  fail_if (before_ssrc == SSRC);
}
GST_END_TEST;

GST_START_TEST (the_inner_ssrc_is_preserved_on_demand)
{
  GstHarness *h = test_harness ("perclitenc", "key=" KEY_44 " inner-ssrc=preserve");
  g_autoptr (GstBuffer) cipher = test_pass (h, test_simple_packet (SSRC, 1));
  guint32 ssrc;

  /* The last 4 of the 11 bytes of the payload encryption header. */
  gst_buffer_extract (cipher, 12 + 7, &ssrc, sizeof ssrc);
  fail_unless_equals_int (GUINT32_FROM_BE (ssrc), SSRC);
  fail_unless_equals_int (only_inner_ssrc (h->element), SSRC);
  test_harness_free (h);
}
GST_END_TEST;

/* Events, caps, queries */

/* The marks among the sticky events of the harness, and whether the last event before them is
 * caps. */
static guint
count_marks (GstHarness *h, gboolean *after_caps)
{
  GstEvent *event;
  GstEventType before = GST_EVENT_UNKNOWN;
  guint n = 0;

  while ((event = gst_harness_try_pull_event (h)) != NULL) {
    if (gst_event_has_name (event, GST_PERCLITE_ENCRYPTED_EVENT)) {
      const GstStructure *s = gst_event_get_structure (event);

      fail_unless_equals_int (GST_EVENT_TYPE (event), GST_EVENT_CUSTOM_DOWNSTREAM_STICKY);
      fail_unless_equals_string (gst_structure_get_string (s, "suite"), "aead-aes-256-gcm");
      fail_unless_equals_string (
          gst_structure_get_string (s, "fingerprint"), test_suites[0].fingerprint);
      fail_unless_equals_int (gst_structure_n_fields (s), 2);
      *after_caps = before == GST_EVENT_CAPS;
      n++;
    }
    before = GST_EVENT_TYPE (event);
    gst_event_unref (event);
  }
  return n;
}

GST_START_TEST (the_stream_is_marked_as_encrypted_after_caps)
{
  gboolean after_caps = FALSE;

  gst_buffer_unref (test_pass (enc, test_simple_packet (SSRC, 1)));
  fail_unless_equals_int (count_marks (enc, &after_caps), 1);
  fail_unless (after_caps);

  gst_harness_set_src_caps_str (enc, TEST_CAPS ", x=(int)1");
  fail_unless (count_marks (enc, &after_caps) >= 1);
  fail_unless (after_caps);
}
GST_END_TEST;

GST_START_TEST (a_stream_without_caps_is_marked_before_its_segment)
{
  gboolean after_caps = FALSE;
  GstSegment segment;

  count_marks (enc, &after_caps);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (enc->srcpad, gst_event_new_stream_start ("another"));
  gst_pad_push_event (enc->srcpad, gst_event_new_segment (&segment));
  fail_unless_equals_int (count_marks (enc, &after_caps), 1);
}
GST_END_TEST;

static GstEvent *
new_mark (void)
{
  return gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_STICKY,
      gst_structure_new (GST_PERCLITE_ENCRYPTED_EVENT, "suite", G_TYPE_STRING, "foreign", NULL));
}

GST_START_TEST (marks_from_upstream_do_not_pass)
{
  gboolean after_caps;

  count_marks (enc, &after_caps);
  count_marks (dec, &after_caps);
  fail_unless (gst_harness_push_event (enc, new_mark ()));
  fail_unless (gst_harness_push_event (dec, new_mark ()));
  fail_unless_equals_int (count_marks (enc, &after_caps), 0);
  fail_unless_equals_int (count_marks (dec, &after_caps), 0);
}
GST_END_TEST;

GST_START_TEST (other_events_pass)
{
  GstEvent *event;

  fail_unless (gst_harness_push_event (
      enc, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty ("x"))));
  while ((event = gst_harness_try_pull_event (enc)) != NULL &&
         GST_EVENT_TYPE (event) != GST_EVENT_CUSTOM_DOWNSTREAM)
    gst_event_unref (event);
  fail_unless (event != NULL);
  gst_event_unref (event);
}
GST_END_TEST;

GST_START_TEST (caps_pass_unchanged)
{
  GstHarness *both[] = {enc, dec};

  for (guint i = 0; i < G_N_ELEMENTS (both); i++) {
    g_autoptr (GstCaps) caps = gst_pad_get_current_caps (both[i]->sinkpad);
    g_autoptr (GstCaps) expected = gst_caps_from_string (TEST_CAPS);

    fail_unless (gst_caps_is_equal (caps, expected));
  }
}
GST_END_TEST;

GST_START_TEST (what_downstream_accepts_is_known_upstream)
{
  g_autoptr (GstCaps) filter = gst_caps_from_string ("application/x-rtp, payload=(int)105");
  g_autoptr (GstCaps) other = gst_caps_from_string ("application/x-rtp, payload=(int)96");
  g_autoptr (GstCaps) caps = NULL;

  gst_harness_set_sink_caps (enc, gst_caps_ref (filter));
  caps = gst_pad_peer_query_caps (enc->srcpad, NULL);
  fail_unless (gst_caps_is_equal (caps, filter));
  fail_if (gst_pad_peer_query_accept_caps (enc->srcpad, other));
}
GST_END_TEST;

GST_START_TEST (keyframe_requests_go_upstream)
{
  GstHarness *both[] = {enc, dec};

  for (guint i = 0; i < G_N_ELEMENTS (both); i++) {
    GstEvent *event;

    while ((event = gst_harness_try_pull_upstream_event (both[i])) != NULL)
      gst_event_unref (event);
    fail_unless (gst_harness_push_upstream_event (
        both[i], gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 1)));
    event = gst_harness_try_pull_upstream_event (both[i]);
    fail_unless (event != NULL && gst_video_event_is_force_key_unit (event));
    gst_event_unref (event);
  }
}
GST_END_TEST;

GST_START_TEST (the_allocation_query_stops_here)
{
  g_autoptr (GstCaps) caps = gst_caps_from_string (TEST_CAPS);
  GstHarness *both[] = {enc, dec};

  for (guint i = 0; i < G_N_ELEMENTS (both); i++) {
    g_autoptr (GstQuery) query = gst_query_new_allocation (caps, TRUE);

    gst_harness_add_propose_allocation_meta (both[i], GST_VIDEO_META_API_TYPE, NULL);
    gst_pad_peer_query (both[i]->srcpad, query);
    fail_unless_equals_int (gst_query_get_n_allocation_metas (query), 0);
  }
}
GST_END_TEST;

GST_START_TEST (there_is_no_latency)
{
  gst_harness_set_upstream_latency (enc, 40 * GST_MSECOND);
  fail_unless_equals_uint64 (gst_harness_query_latency (enc), 40 * GST_MSECOND);
}
GST_END_TEST;

/* Statistics */

GST_START_TEST (stats_tell_what_happened_and_outlive_the_run)
{
  g_autoptr (GstStructure) stats = NULL;
  g_autoptr (GstStructure) playing = NULL;
  const GstStructure *stream;
  const GValue *streams;
  guint ssrc, roc;
  guint64 packets, bytes;

  for (guint32 i = 65530; i < 65540; i++)
    gst_buffer_unref (test_pass (enc, test_simple_packet (SSRC, (guint16) i)));
  fail_unless (test_pass (enc, gst_buffer_new_allocate (NULL, 3, NULL)) == NULL);

  playing = test_stats (enc->element);
  gst_element_set_state (enc->element, GST_STATE_NULL);
  stats = test_stats (enc->element);
  fail_unless (gst_structure_is_equal (playing, stats));

  fail_unless_equals_uint64 (test_stat (enc->element, "packets-in"), 11);
  fail_unless_equals_uint64 (test_stat (enc->element, "bytes-in"), 10 * 112 + 3);
  fail_unless_equals_uint64 (test_stat (enc->element, "packets-out"), 10);
  fail_unless_equals_uint64 (test_stat (enc->element, "bytes-out"), 10 * (112 + 27));
  fail_unless_equals_uint64 (test_stat (enc->element, "dropped"), 1);
  fail_unless_equals_uint64 (test_drops (enc->element, "invalid-rtp"), 1);
  fail_unless_equals_uint64 (test_drops (enc->element, "key-limit"), 0);
  fail_unless_equals_string (gst_structure_get_string (stats, "suite"), "aead-aes-256-gcm");
  fail_unless_equals_string (
      gst_structure_get_string (stats, "crypto"), perclite_srtp_get_crypto ());
  fail_unless_equals_string (
      gst_structure_get_string (stats, "fingerprint"), test_suites[0].fingerprint);

  streams = gst_structure_get_value (stats, "streams");
  fail_unless_equals_int (gst_value_array_get_size (streams), 1);
  stream = gst_value_get_structure (gst_value_array_get_value (streams, 0));
  fail_unless (gst_structure_get (stream, "ssrc", G_TYPE_UINT, &ssrc, "roc", G_TYPE_UINT, &roc,
      "packets", G_TYPE_UINT64, &packets, "bytes", G_TYPE_UINT64, &bytes, NULL));
  fail_unless_equals_int (ssrc, SSRC);
  fail_unless_equals_int (roc, 1);
  fail_unless_equals_uint64 (packets, 10);
  fail_unless_equals_uint64 (bytes, 1000);

  /* The next run begins anew. */
  gst_element_set_state (enc->element, GST_STATE_PLAYING);
  fail_unless_equals_uint64 (test_stat (enc->element, "packets-in"), 0);
  fail_unless_equals_uint64 (test_stat (enc->element, "dropped"), 0);
}
GST_END_TEST;

GST_START_TEST (before_the_first_run_stats_are_empty)
{
  GstElement *element = gst_element_factory_make ("perclitedec", NULL);
  g_autoptr (GstStructure) stats = test_stats (element);

  fail_unless_equals_string (gst_structure_get_string (stats, "fingerprint"), "");
  fail_unless_equals_uint64 (test_stat (element, "packets-in"), 0);
  fail_unless_equals_uint64 (test_drops (element, "auth-failed"), 0);
  gst_object_unref (element);
}
GST_END_TEST;

static gpointer
read_stats (gpointer stop)
{
  guint64 last = 0;

  while (!g_atomic_int_get ((gint *) stop)) {
    guint64 n = test_stat (enc->element, "packets-out");

    g_assert_cmpuint (n, >=, last);
    last = n;
  }
  return NULL;
}

GST_START_TEST (stats_may_be_read_while_packets_flow)
{
  gint stop = 0;
  GThread *thread = g_thread_new ("stats", read_stats, &stop);

  for (guint32 i = 0; i < 5000; i++)
    gst_buffer_unref (test_pass (enc, test_simple_packet (SSRC + i % 16, (guint16) i)));
  g_atomic_int_set (&stop, 1);
  g_thread_join (thread);
  fail_unless_equals_uint64 (test_stat (enc->element, "packets-out"), 5000);
}
GST_END_TEST;

static Suite *
perclitenc_suite (void)
{
  Suite *s = suite_create ("perclitenc");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_loop_test (tc, packets_of_each_suite_come_back, 0, N_TEST_SUITES);
  tcase_add_test (tc, packets_of_every_shape_come_back);
  tcase_add_test (tc, packets_in_many_memories_come_back);
  tcase_add_test (tc, encrypted_packets_in_many_memories_are_decrypted);
  tcase_add_test (tc, flags_times_offsets_and_metas_are_kept);
  tcase_add_test (tc, input_is_not_touched_even_when_others_hold_it);
  tcase_add_test (tc, sequence_numbers_may_wrap);
  tcase_add_test (tc, packets_may_be_reordered_on_either_side);
  tcase_add_test (tc, a_sequence_number_is_never_encrypted_twice);
  tcase_add_test (tc, many_ssrcs_do_not_mix);
  tcase_add_test (tc, outer_headers_may_be_rewritten_on_the_way);
  tcase_add_test (tc, a_list_stays_a_list_without_the_bad_packets);
  tcase_add_test (tc, what_no_datagram_takes_is_dropped);
  tcase_add_test (tc, what_is_not_rtp_is_dropped);
  tcase_add_test (tc, a_restarted_encrypter_does_not_repeat_its_nonces);
  tcase_add_test (tc, the_inner_ssrc_is_preserved_on_demand);
  tcase_add_test (tc, the_stream_is_marked_as_encrypted_after_caps);
  tcase_add_test (tc, a_stream_without_caps_is_marked_before_its_segment);
  tcase_add_test (tc, marks_from_upstream_do_not_pass);
  tcase_add_test (tc, other_events_pass);
  tcase_add_test (tc, caps_pass_unchanged);
  tcase_add_test (tc, what_downstream_accepts_is_known_upstream);
  tcase_add_test (tc, keyframe_requests_go_upstream);
  tcase_add_test (tc, the_allocation_query_stops_here);
  tcase_add_test (tc, there_is_no_latency);
  tcase_add_test (tc, stats_tell_what_happened_and_outlive_the_run);
  tcase_add_test (tc, before_the_first_run_stats_are_empty);
  tcase_add_test (tc, stats_may_be_read_while_packets_flow);
  return s;
}

GST_CHECK_MAIN (perclitenc);
