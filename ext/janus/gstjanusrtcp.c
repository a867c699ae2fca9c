/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes the RTCP of a bundled connection count for each of its media at a Janus server. Pure
 * functions. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "gstjanusrtcp.h"
#include "janusclock.h"

/* RFC 3550, section 6.4 and 6.5: packet types and sizes in bytes; RFC 4585, section 6.1 for
 * feedback. */
#define RTCP_SR 200
#define RTCP_RR 201
#define RTCP_SDES 202
#define RTCP_RTPFB 205
#define RTCP_PSFB 206
#define HEADER_SIZE 4
#define SSRC_SIZE 4
#define SENDER_INFO_SIZE 20
#define REPORT_BLOCK_SIZE 24
#define LOST_OFFSET 5
#define LSR_OFFSET 16
#define DLSR_OFFSET 20

/* One packet of a compound. */
typedef struct {
  gsize offset, size; /* bytes */
  guint type;
  guint count; /* of what it is made of, by type */
} Packet;

/* The packet at OFFSET. FALSE: there is none, or it is malformed, and then OFFSET is not the
 * end. */
static gboolean
read_packet (const guint8 *data, gsize size, gsize offset, Packet *packet)
{
  if (size - offset < HEADER_SIZE)
    return FALSE;
  packet->offset = offset;
  packet->size = HEADER_SIZE + 4 * (gsize) GST_READ_UINT16_BE (data + offset + 2);
  packet->type = data[offset + 1];
  packet->count = data[offset] & 0x1f;
  return data[offset] >> 6 == 2 && packet->size <= size - offset;
}

static gboolean
is_report (const Packet *packet)
{
  return packet->type == RTCP_SR || packet->type == RTCP_RR;
}

static gboolean
is_feedback (const Packet *packet)
{
  return packet->type == RTCP_RTPFB || packet->type == RTCP_PSFB;
}

/* Where the blocks of a report are. FALSE: it has no room for them. */
static gboolean
find_blocks (const Packet *report, gsize *offset)
{
  gsize blocks = HEADER_SIZE + SSRC_SIZE + (report->type == RTCP_SR ? SENDER_INFO_SIZE : 0);

  *offset = report->offset + blocks;
  return blocks + (gsize) report->count * REPORT_BLOCK_SIZE <= report->size;
}

/* The source that a feedback message speaks of. FALSE: it has no room for it. */
static gboolean
read_media_ssrc (const guint8 *data, const Packet *feedback, guint32 *ssrc)
{
  if (feedback->size < HEADER_SIZE + 2 * SSRC_SIZE)
    return FALSE;
  *ssrc = GST_READ_UINT32_BE (data + feedback->offset + HEADER_SIZE + SSRC_SIZE);
  return TRUE;
}

static void
add_source (GArray *sources, guint32 ssrc)
{
  guint i;

  for (i = 0; i < sources->len; i++) {
    if (g_array_index (sources, guint32, i) == ssrc)
      return;
  }
  g_array_append_val (sources, ssrc);
}

/* What DATA speaks of, each once. NULL: it is malformed. */
static GArray *
list_sources (const guint8 *data, gsize size)
{
  g_autoptr (GArray) sources = g_array_new (FALSE, FALSE, sizeof (guint32));
  gsize offset = 0, blocks;
  Packet packet;
  guint32 ssrc;
  guint i;

  for (; read_packet (data, size, offset, &packet); offset += packet.size) {
    if (is_report (&packet)) {
      if (!find_blocks (&packet, &blocks))
        return NULL;
      for (i = 0; i < packet.count; i++)
        add_source (sources, GST_READ_UINT32_BE (data + blocks + (gsize) i * REPORT_BLOCK_SIZE));
    } else if (is_feedback (&packet)) {
      if (!read_media_ssrc (data, &packet, &ssrc))
        return NULL;
      add_source (sources, ssrc);
    }
  }
  return offset == size ? g_steal_pointer (&sources) : NULL;
}

static gboolean
tells_round_trip (const guint8 *block)
{
  return GST_READ_UINT32_BE (block + LSR_OFFSET) != 0;
}

/* A block of DATA, which is well-formed, that tells the round-trip time, or one that does not.
 * NULL: there is none. */
static const guint8 *
find_block (const guint8 *data, gsize size, gboolean telling)
{
  gsize offset = 0, blocks;
  Packet packet;
  guint i;

  for (; read_packet (data, size, offset, &packet); offset += packet.size) {
    if (!is_report (&packet) || !find_blocks (&packet, &blocks))
      continue;
    for (i = 0; i < packet.count; i++) {
      const guint8 *block = data + blocks + (gsize) i * REPORT_BLOCK_SIZE;

      if (tells_round_trip (block) == telling)
        return block;
    }
  }
  return NULL;
}

/* Of REPORT only what is on SSRC: its blocks, with ROUND_TRIP where they do not tell it, and none
 * of what profiles may have put behind them. */
static void
append_report (GByteArray *part, const guint8 *data, const Packet *report, guint32 ssrc,
    const guint8 *round_trip)
{
  guint start = part->len, count = 0, i;
  gsize blocks;

  find_blocks (report, &blocks);
  g_byte_array_append (part, data + report->offset, (guint) (blocks - report->offset));
  for (i = 0; i < report->count; i++) {
    const guint8 *block = data + blocks + (gsize) i * REPORT_BLOCK_SIZE;

    if (GST_READ_UINT32_BE (block) != ssrc)
      continue;
    g_byte_array_append (part, block, REPORT_BLOCK_SIZE);
    if (round_trip && !tells_round_trip (block))
      memcpy (
          part->data + part->len - REPORT_BLOCK_SIZE + LSR_OFFSET, round_trip, JANUS_CLOCK_SIZE);
    count++;
  }
  /* Version 2, no padding. */
  part->data[start] = (guint8) (2 << 6 | count);
  GST_WRITE_UINT16_BE (part->data + start + 2, (part->len - start) / 4 - 1);
}

/* What of DATA, which is well-formed, is on SSRC. */
static GByteArray *
extract (const guint8 *data, gsize size, guint32 ssrc, const guint8 *round_trip, gboolean is_first)
{
  GByteArray *part = g_byte_array_new ();
  gsize offset = 0;
  Packet packet;
  guint32 media_ssrc;
  gboolean wanted;

  for (; read_packet (data, size, offset, &packet); offset += packet.size) {
    if (is_report (&packet)) {
      append_report (part, data, &packet, ssrc, round_trip);
      continue;
    }
    if (is_feedback (&packet))
      wanted = read_media_ssrc (data, &packet, &media_ssrc) && media_ssrc == ssrc;
    else
      wanted = is_first || packet.type == RTCP_SDES;
    if (wanted)
      g_byte_array_append (part, data + packet.offset, (guint) packet.size);
  }
  return part;
}

GPtrArray *
gst_janus_rtcp_split (const guint8 *data, gsize size, const guint8 *round_trip)
{
  g_autoptr (GArray) sources = list_sources (data, size);
  const guint8 *block;
  GPtrArray *parts;
  guint i;

  if (!sources)
    return NULL;
  block = find_block (data, size, TRUE);
  if (block)
    round_trip = block + LSR_OFFSET;
  if (sources->len < 2 && !(round_trip && find_block (data, size, FALSE)))
    return NULL;
  parts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_byte_array_unref);
  for (i = 0; i < sources->len; i++)
    g_ptr_array_add (
        parts, extract (data, size, g_array_index (sources, guint32, i), round_trip, i == 0));
  return parts;
}

gboolean
gst_janus_rtcp_read_report (const guint8 *data, gsize size, GstJanusReport *report)
{
  gsize offset;
  Packet packet;

  if (!read_packet (data, size, 0, &packet) || !is_report (&packet) || packet.count == 0 ||
      !find_blocks (&packet, &offset))
    return FALSE;
  report->ssrc = GST_READ_UINT32_BE (data + offset);
  /* 24 bits, with a sign. */
  report->lost = (gint) (GST_READ_UINT24_BE (data + offset + LOST_OFFSET) ^ 0x800000) - 0x800000;
  report->lsr = GST_READ_UINT32_BE (data + offset + LSR_OFFSET);
  report->dlsr = GST_READ_UINT32_BE (data + offset + DLSR_OFFSET);
  return TRUE;
}
