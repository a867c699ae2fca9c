/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstperclitepacket.h - RTP packets whose payload is taken out, and put back as another one. */

#pragma once

#include <gst/gst.h>

#include "gstpercliteslab.h"
#include "perclitesrtp.h"

G_BEGIN_DECLS

#define RTP_FIXED_HEADER_SIZE 12

/* A longer header is not moved, but copied with its payload. */
#define GST_PERCLITE_PACKET_MAX_MOVED_HEADER 128

/**
 * GstPerclitePacket:
 * @header: the fixed part of the RTP header
 * @header_size: bytes of all of it, with CSRCs and extension
 * @payload_size: bytes of the payload, without padding; after it is closed, of the new one
 * @ssrc: as in @header
 * @inner: the inner packet, aligned to 4 bytes; after gst_perclite_packet_begin()
 *
 * A packet in hand. All 0 when it is no RTP packet.
 */
typedef struct {
  guint8 header[RTP_FIXED_HEADER_SIZE];
  gsize header_size;
  gsize payload_size;
  guint32 ssrc;
  guint8 *inner;

  /*< private >*/
  GstBuffer *buffer;
  gboolean encrypting;
  GstMapInfo map;    /* of the first memory, if it has all of the header */
  gboolean in_place; /* the payload may change where it is */
  GstMemory *memory; /* where the packet is made otherwise */
  guint8 *start;     /* of the outer packet that is to be */
  gsize offset;      /* where that begins in @memory */
  guint8 moved[GST_PERCLITE_PACKET_MAX_MOVED_HEADER];
} GstPerclitePacket;

/**
 * gst_perclite_packet_open:
 * @self: (out):
 * @buffer: a buffer that is writable, and stays where it is until the packet is closed
 * @encrypting: whether the payload is to be encrypted, or is encrypted
 *
 * Returns: whether @buffer is an RTP packet (RFC 3550, appendix A.1); only then it has to be closed
 */
gboolean gst_perclite_packet_open (GstPerclitePacket *self, GstBuffer *buffer, gboolean encrypting);

/**
 * gst_perclite_packet_begin:
 * @slab: where memory for it comes from
 *
 * Makes @inner: a payload with room for the inner header before it and for the longest trailer
 * behind it, or an encrypted payload with room for one byte before it.
 *
 * Returns: %FALSE when there is no memory
 */
gboolean gst_perclite_packet_begin (GstPerclitePacket *self, GstPercliteSlab *slab);

/**
 * gst_perclite_packet_close:
 * @ok: whether the packet begun is to be; if not, the buffer has rubbish, or what it had
 * @payload_size: bytes of the payload that @inner was made into; of no meaning unless @ok
 *
 * Afterwards the buffer has the header that it had and the new payload, without padding, and all
 * else as it was.
 */
void gst_perclite_packet_close (GstPerclitePacket *self, gboolean ok, gsize payload_size);

G_END_DECLS
