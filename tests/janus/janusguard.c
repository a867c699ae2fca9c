/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is encrypted is told from what is not by the beginnings of the packets. */

#include <string.h>

#include <gst/check/gstcheck.h>
#include <gst/rtp/rtp.h>

#include "gstjanusguard.h"

#define PAYLOAD_SIZE 40

/* Inside: what a publisher has made. Outside: what became of it. */
typedef struct {
  guint16 seq, outer_seq;
  guint32 ts, outer_ts;
  guint32 ssrc;
  gboolean marker, outer_marker;
} Packet;

static GstBuffer *
make_buffer (const Packet *packet)
{
  GstBuffer *buffer = gst_rtp_buffer_new_allocate (PAYLOAD_SIZE, 0, 0);
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  guint8 *payload;

  fail_unless (gst_rtp_buffer_map (buffer, GST_MAP_READWRITE, &rtp));
  gst_rtp_buffer_set_payload_type (&rtp, 96);
  gst_rtp_buffer_set_marker (&rtp, packet->outer_marker);
  gst_rtp_buffer_set_seq (&rtp, packet->outer_seq);
  gst_rtp_buffer_set_timestamp (&rtp, packet->outer_ts);
  payload = gst_rtp_buffer_get_payload (&rtp);
  memset (payload, 0x5a, PAYLOAD_SIZE);
  payload[0] = (guint8) (packet->marker << 7 | 105);
  GST_WRITE_UINT16_BE (payload + 1, packet->seq);
  GST_WRITE_UINT32_BE (payload + 3, packet->ts);
  GST_WRITE_UINT32_BE (payload + 7, packet->ssrc);
  gst_rtp_buffer_unmap (&rtp);
  return buffer;
}

static GstJanusVerdict
judge (GstJanusGuard *guard, const Packet *packet)
{
  g_autoptr (GstBuffer) buffer = make_buffer (packet);

  return gst_janus_guard_judge (guard, buffer);
}

/* The packet N of a recording: renumbered, over the ends of all counters. */
static Packet
recorded (guint n)
{
  return (Packet){
      .seq = (guint16) (65530 + n),
      .outer_seq = (guint16) (100 + n),
      .ts = 4294960000u + n / 2 * 3000,
      .outer_ts = 7 + n / 2 * 3000,
      .ssrc = 0xabcdef01,
      .marker = n % 2,
      .outer_marker = n % 2,
  };
}

static GstJanusGuard
guard_of_recording (void)
{
  GstJanusGuard guard = {FALSE};

  gst_janus_guard_set (&guard, TRUE, TRUE);
  return guard;
}

/* A guard that has seen packets up to 9. The first two are of one frame. */
static GstJanusGuard
guard_amid_recording (void)
{
  GstJanusGuard guard = guard_of_recording ();
  guint i;

  for (i = 0; i < 10; i++) {
    Packet packet = recorded (i);

    assert_equals_int (
        judge (&guard, &packet), i < 2 ? GST_JANUS_GUARD_HOLD : GST_JANUS_GUARD_PASS);
  }
  return guard;
}

GST_START_TEST (what_nobody_calls_encrypted_is_refused)
{
  GstJanusGuard guard = {FALSE};
  Packet packet = {.seq = 5, .outer_seq = 5};

  assert_equals_int (judge (&guard, &packet), GST_JANUS_GUARD_REFUSE);
  gst_janus_guard_set (&guard, FALSE, TRUE);
  packet = recorded (0);
  assert_equals_int (judge (&guard, &packet), GST_JANUS_GUARD_REFUSE);
  packet = recorded (1);
  assert_equals_int (judge (&guard, &packet), GST_JANUS_GUARD_REFUSE);
}
GST_END_TEST;

GST_START_TEST (what_is_not_recorded_has_to_be_the_same_inside_and_outside)
{
  GstJanusGuard guard = {FALSE};
  g_autoptr (GstBuffer) buffer = NULL;
  Packet packet = {.seq = 5, .outer_seq = 5, .ts = 9, .outer_ts = 9};
  guint8 payload_type = 96;

  gst_janus_guard_set (&guard, TRUE, FALSE);
  /* The payload types differ. */
  assert_equals_int (judge (&guard, &packet), GST_JANUS_GUARD_REFUSE);
  buffer = make_buffer (&packet);
  gst_buffer_fill (buffer, 12, &payload_type, 1);
  assert_equals_int (gst_janus_guard_judge (&guard, buffer), GST_JANUS_GUARD_PASS);
}
GST_END_TEST;

GST_START_TEST (a_recording_passes_whole_once_its_second_frame_has_come)
{
  GstJanusGuard guard = guard_amid_recording ();
  Packet packet = recorded (12), late = recorded (11);

  assert_equals_int (judge (&guard, &packet), GST_JANUS_GUARD_PASS);
  assert_equals_int (judge (&guard, &late), GST_JANUS_GUARD_PASS);
  assert_equals_int (judge (&guard, &late), GST_JANUS_GUARD_PASS);
}
GST_END_TEST;

GST_START_TEST (where_a_recording_is_numbered_anew_two_frames_show_it)
{
  GstJanusGuard guard = guard_amid_recording ();
  guint i;

  for (i = 10; i < 16; i++) {
    Packet packet = recorded (i);

    packet.outer_seq += 1000;
    packet.ssrc = 0x11223344;
    assert_equals_int (
        judge (&guard, &packet), i < 12 ? GST_JANUS_GUARD_HOLD : GST_JANUS_GUARD_PASS);
  }
}
GST_END_TEST;

GST_START_TEST (one_packet_out_of_step_is_refused)
{
  static const Packet changes[] = {{.seq = 1}, {.ts = 1}, {.ssrc = 1}, {.seq = 1, .ts = 90}};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (changes); i++) {
    GstJanusGuard guard = guard_amid_recording ();
    Packet packet = recorded (10), next = recorded (11);

    packet.seq += changes[i].seq;
    packet.ts += changes[i].ts;
    packet.ssrc += changes[i].ssrc;
    assert_equals_int (judge (&guard, &packet), GST_JANUS_GUARD_HOLD);
    assert_equals_int (judge (&guard, &next), GST_JANUS_GUARD_REFUSE);
  }
}
GST_END_TEST;

GST_START_TEST (another_marker_inside_is_refused)
{
  GstJanusGuard guard = guard_amid_recording ();
  Packet packet = recorded (10);

  packet.marker = !packet.marker;
  assert_equals_int (judge (&guard, &packet), GST_JANUS_GUARD_REFUSE);
}
GST_END_TEST;

/* Whatever is in them, such packets match each other. */
GST_START_TEST (packets_that_come_twice_show_nothing)
{
  GstJanusGuard guard = guard_of_recording ();
  Packet packet = recorded (0), other = recorded (2);
  guint i;

  for (i = 0; i < 1024; i++)
    assert_equals_int (judge (&guard, &packet), GST_JANUS_GUARD_HOLD);
  assert_equals_int (judge (&guard, &packet), GST_JANUS_GUARD_REFUSE);

  guard = guard_of_recording ();
  assert_equals_int (judge (&guard, &packet), GST_JANUS_GUARD_HOLD);
  assert_equals_int (judge (&guard, &packet), GST_JANUS_GUARD_HOLD);
  assert_equals_int (judge (&guard, &other), GST_JANUS_GUARD_PASS);
}
GST_END_TEST;

/* Payloads that stay the same, count up by themselves, or are random. */
GST_START_TEST (plaintext_never_passes_as_a_recording)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (4711);
  guint kind, i;

  for (kind = 0; kind < 4; kind++) {
    GstJanusGuard guard = guard_of_recording ();
    gboolean refused = FALSE;

    for (i = 0; i < 1000; i++) {
      Packet packet = recorded (i);
      GstJanusVerdict verdict;

      packet.marker = packet.outer_marker = 0;
      packet.ssrc = 0;
      packet.ts = 0;
      packet.seq = 0;
      if (kind == 1) {
        packet.seq = (guint16) i;
      } else if (kind == 2) {
        packet.seq = (guint16) i;
        packet.ts = packet.ssrc = i;
      } else if (kind == 3) {
        packet.seq = (guint16) g_rand_int (random);
        packet.ts = g_rand_int (random);
      }
      verdict = judge (&guard, &packet);
      fail_unless (verdict != GST_JANUS_GUARD_PASS, "kind %u, packet %u", kind, i);
      refused |= verdict == GST_JANUS_GUARD_REFUSE;
    }
    fail_unless (refused, "kind %u", kind);
  }
}
GST_END_TEST;

GST_START_TEST (what_is_too_short_is_refused)
{
  GstJanusGuard guard = guard_amid_recording ();
  Packet packet = recorded (10);
  guint size;

  for (size = 0; size < 12 + 11; size++) {
    g_autoptr (GstBuffer) buffer = make_buffer (&packet);

    gst_buffer_set_size (buffer, size);
    assert_equals_int (gst_janus_guard_judge (&guard, buffer), GST_JANUS_GUARD_REFUSE);
  }
}
GST_END_TEST;

static Suite *
janusguard_suite (void)
{
  Suite *s = suite_create ("janusguard");
  TCase *tc = tcase_create ("janusguard");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, what_nobody_calls_encrypted_is_refused);
  tcase_add_test (tc, what_is_not_recorded_has_to_be_the_same_inside_and_outside);
  tcase_add_test (tc, a_recording_passes_whole_once_its_second_frame_has_come);
  tcase_add_test (tc, where_a_recording_is_numbered_anew_two_frames_show_it);
  tcase_add_test (tc, one_packet_out_of_step_is_refused);
  tcase_add_test (tc, another_marker_inside_is_refused);
  tcase_add_test (tc, packets_that_come_twice_show_nothing);
  tcase_add_test (tc, plaintext_never_passes_as_a_recording);
  tcase_add_test (tc, what_is_too_short_is_refused);
  return s;
}

GST_CHECK_MAIN (janusguard);
