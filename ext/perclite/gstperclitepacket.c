/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstperclitepacket.c - RTP packets whose payload is taken out, and put back as another one. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstperclitepacket.h"

#include <string.h>

#include <gst/rtp/rtp.h>

/* RFC 3550, section 5.1 */
#define RTP_PADDING_BIT 0x20
#define RTP_EXTENSION_BIT 0x10
#define RTP_VERSION_AND_PADDING 0xe0
#define RTP_VERSION_2 0x80
#define RTP_CSRC_COUNT 0x0f
#define RTP_EXTENSION_HEADER_SIZE 4

/* RFC 5761, section 4: RTCP packets have 192 to 223 where RTP packets have marker and payload
 * type. */
#define RTCP_TYPE_MASK 0xe0
#define RTCP_TYPE 0xc0

/* libsrtp2 wants inner packets aligned to 4 bytes. */
#define ALIGN_4(n) (((n) + 3) & ~(gsize) 3)

/* GstRTPBuffer maps header, extension and payload each for itself, and may refuse some that are cut
 * into several memories. */
static gboolean
measure_with_rtp_buffer (GstPerclitePacket *self, GstBuffer *buffer)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  g_autoptr (GstBuffer) merged = NULL;

  if (!gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp)) {
    if (gst_buffer_n_memory (buffer) < 2)
      return FALSE;
    merged = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_MEMORY | GST_BUFFER_COPY_MERGE, 0, -1);
    if (merged == NULL || !gst_rtp_buffer_map (merged, GST_MAP_READ, &rtp))
      return FALSE;
  }
  self->header_size = gst_rtp_buffer_get_header_len (&rtp);
  self->payload_size = gst_rtp_buffer_get_payload_len (&rtp);
  gst_rtp_buffer_unmap (&rtp);
  gst_buffer_extract (buffer, 0, self->header, sizeof self->header);
  return TRUE;
}

/* The header of most packets tells its size at one look. Of what does not, that has padding, may be
 * RTCP, is no header, or is not all there in the first memory, GstRTPBuffer tells. */
static gboolean
measure_at_once (GstPerclitePacket *self, gsize size)
{
  const guint8 *bytes = self->map.data;
  gsize header_size;

  if (self->map.size < RTP_FIXED_HEADER_SIZE ||
      (bytes[0] & RTP_VERSION_AND_PADDING) != RTP_VERSION_2 ||
      (bytes[1] & RTCP_TYPE_MASK) == RTCP_TYPE)
    return FALSE;
  header_size = RTP_FIXED_HEADER_SIZE + 4 * (gsize) (bytes[0] & RTP_CSRC_COUNT);
  if (bytes[0] & RTP_EXTENSION_BIT) {
    if (self->map.size < header_size + RTP_EXTENSION_HEADER_SIZE)
      return FALSE;
    header_size +=
        RTP_EXTENSION_HEADER_SIZE + 4 * (gsize) GST_READ_UINT16_BE (bytes + header_size + 2);
  }
  if (self->map.size < header_size)
    return FALSE;
  self->header_size = header_size;
  self->payload_size = size - header_size;
  memcpy (self->header, bytes, sizeof self->header);
  return TRUE;
}

static void
unmap (GstPerclitePacket *self)
{
  if (self->map.memory != NULL)
    gst_memory_unmap (self->map.memory, &self->map);
  self->map.memory = NULL;
}

/* Nobody else has the only memory, and no pool gets it back with its bytes at another place. */
static gboolean
may_change (GstBuffer *buffer, GstMemory *memory, guint n)
{
  return n == 1 && buffer->pool == NULL && !GST_MEMORY_IS_READONLY (memory) &&
         gst_memory_is_writable (memory);
}

gboolean
gst_perclite_packet_open (GstPerclitePacket *self, GstBuffer *buffer, gboolean encrypting)
{
  guint n = gst_buffer_n_memory (buffer);
  gboolean at_once = FALSE;

  self->buffer = buffer;
  self->encrypting = encrypting;
  self->memory = NULL;
  self->map.memory = NULL;
  self->in_place = FALSE;
  if (n > 0) {
    GstMemory *memory = gst_buffer_peek_memory (buffer, 0);

    self->in_place = !encrypting && may_change (buffer, memory, n);
    if (gst_memory_map (memory, &self->map, self->in_place ? GST_MAP_READWRITE : GST_MAP_READ))
      at_once = measure_at_once (self, n > 1 ? gst_buffer_get_size (buffer) : self->map.size);
    else
      self->map.memory = NULL;
  }
  if (!at_once) {
    self->in_place = FALSE;
    unmap (self);
    if (!measure_with_rtp_buffer (self, buffer)) {
      memset (self->header, 0, sizeof self->header);
      self->header_size = self->payload_size = 0;
      self->ssrc = 0;
      return FALSE;
    }
  }
  self->ssrc = perclite_read_ssrc (self->header);
  self->in_place = self->in_place && self->header_size <= sizeof self->moved;
  return TRUE;
}

/* Decrypts where the payload is, moved by no more than it takes to be aligned:
 *
 *   before          outer header  | PEH (11) | ciphertext | trailer
 *   aligned         .. | ? | PEH (11)        | ciphertext | trailer | left over
 *   after           ..    outer header       | payload              | left over
 */
static void
begin_in_place (GstPerclitePacket *self)
{
  guint8 *payload = self->map.data + self->header_size;

  memcpy (self->moved, self->map.data, self->header_size);
  self->inner = (guint8 *) ((guintptr) (payload - 1) & ~(guintptr) 3);
  memmove (self->inner + 1, payload, self->payload_size);
  self->start = self->inner + PERCLITE_INNER_HEADER_SIZE - self->header_size;
}

static void
copy_from (GstPerclitePacket *self, gsize offset, guint8 *to, gsize size)
{
  if (self->map.memory != NULL && offset + size <= self->map.size)
    memcpy (to, self->map.data + offset, size);
  else
    gst_buffer_extract (self->buffer, offset, to, size);
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
gst_perclite_packet_begin (GstPerclitePacket *self, GstPercliteSlab *slab)
{
  gboolean encrypting = self->encrypting;
  gsize in_offset = encrypting ? PERCLITE_INNER_HEADER_SIZE : 1;
  gsize out_offset = encrypting ? 1 : PERCLITE_INNER_HEADER_SIZE;
  gsize room = encrypting ? PERCLITE_TRAILER_MAX_SIZE : 0;
  gsize inner = ALIGN_4 (self->header_size - out_offset);
  guint8 *bytes;

  if (self->in_place) {
    begin_in_place (self);
    return TRUE;
  }
  self->memory =
      gst_perclite_slab_take (slab, inner + in_offset + self->payload_size + room, &bytes);
  if (self->memory == NULL)
    return FALSE;
  self->inner = bytes + inner;
  self->offset = inner + out_offset - self->header_size;
  self->start = bytes + self->offset;
  copy_from (self, self->header_size, self->inner + in_offset, self->payload_size);
  return TRUE;
}

static void
finish (GstPerclitePacket *self)
{
  if (self->in_place)
    memcpy (self->start, self->moved, self->header_size);
  else
    copy_from (self, 0, self->start, self->header_size);
  self->start[0] &= (guint8) ~RTP_PADDING_BIT;
}

void
gst_perclite_packet_close (GstPerclitePacket *self, gboolean ok, gsize payload_size)
{
  gsize size = self->header_size + payload_size;

  if (ok) {
    finish (self);
    self->payload_size = payload_size;
  }
  if (ok && self->in_place) {
    GstMemory *memory = self->map.memory;
    gssize offset = self->start - self->map.data;

    unmap (self);
    /* It is the only one that the buffer has. */
    gst_memory_resize (memory, offset, size);
    return;
  }
  unmap (self);
  if (ok) {
    gst_perclite_slab_trim (self->memory, self->offset, size);
    gst_buffer_replace_all_memory (self->buffer, self->memory);
  } else if (self->memory != NULL) {
    gst_memory_unref (self->memory);
  }
  self->memory = NULL;
}
