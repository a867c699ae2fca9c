/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstperclitepacket.c - RTP packets taken apart, and put together again with another payload. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstperclitepacket.h"

#include <gst/rtp/rtp.h>

#define RTP_PADDING_BIT 0x20

/* libsrtp2 wants inner packets aligned to 4 bytes. */
#define ALIGN_4(n) (((n) + 3) & ~(gsize) 3)

gboolean
gst_perclite_packet_parse (GstBuffer *buffer, GstPerclitePacket *packet)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  g_autoptr (GstBuffer) merged = NULL;

  *packet = (GstPerclitePacket){.ssrc = 0};
  if (!gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp)) {
    /* GStreamer 1.22 refuses some headers that are cut into several memories. */
    if (gst_buffer_n_memory (buffer) < 2)
      return FALSE;
    merged = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_MEMORY | GST_BUFFER_COPY_MERGE, 0, -1);
    if (merged == NULL || !gst_rtp_buffer_map (merged, GST_MAP_READ, &rtp))
      return FALSE;
  }
  packet->header_size = gst_rtp_buffer_get_header_len (&rtp);
  packet->payload_size = gst_rtp_buffer_get_payload_len (&rtp);
  packet->ssrc = gst_rtp_buffer_get_ssrc (&rtp);
  gst_rtp_buffer_unmap (&rtp);

  /* GstRTPBuffer maps each part for itself; the copy knows nothing of how memories are cut. */
  gst_buffer_extract (buffer, 0, packet->header, sizeof packet->header);
  return TRUE;
}

/* Lays out one piece of memory so that the inner packet is aligned, and the outer header can be
 * written right before the new outer payload once the inner packet has served:
 *
 *   encrypting, before       | inner header (12) | payload | room for the trailer
 *               after  outer header | PEH (11)   | ciphertext | trailer
 *   decrypting, before     ? | PEH (11)          | ciphertext | trailer
 *               after         outer header       | payload
 */
gboolean
gst_perclite_work_begin (
    GstPercliteWork *self, GstBuffer *in, const GstPerclitePacket *packet, gboolean encrypting)
{
  GstAllocationParams params = {.align = 3};
  gsize in_offset = encrypting ? PERCLITE_INNER_HEADER_SIZE : 1;
  gsize out_offset = encrypting ? 1 : PERCLITE_INNER_HEADER_SIZE;
  gsize room = encrypting ? PERCLITE_TRAILER_MAX_SIZE : 0;
  gsize inner = ALIGN_4 (packet->header_size - out_offset);

  self->buffer =
      gst_buffer_new_allocate (NULL, inner + in_offset + packet->payload_size + room, &params);
  if (self->buffer == NULL)
    return FALSE;
  if (!gst_buffer_map (self->buffer, &self->map, GST_MAP_WRITE)) {
    gst_clear_buffer (&self->buffer);
    return FALSE;
  }
  self->inner = self->map.data + inner;
  self->start = inner + out_offset - packet->header_size;
  gst_buffer_extract (in, packet->header_size, self->inner + in_offset, packet->payload_size);
  return TRUE;
}

GstBuffer *
gst_perclite_work_end (GstPercliteWork *self, GstBuffer *in, const GstPerclitePacket *packet,
    gboolean ok, gsize payload_size)
{
  GstBuffer *out = g_steal_pointer (&self->buffer);

  if (ok) {
    gst_buffer_extract (in, 0, self->map.data + self->start, packet->header_size);
    self->map.data[self->start] &= (guint8) ~RTP_PADDING_BIT;
  }
  gst_buffer_unmap (out, &self->map);
  if (!ok) {
    gst_buffer_unref (out);
    return NULL;
  }

  gst_buffer_resize (out, (gssize) self->start, packet->header_size + payload_size);
  gst_buffer_copy_into (
      out, in, GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS | GST_BUFFER_COPY_META, 0, -1);
  return out;
}
