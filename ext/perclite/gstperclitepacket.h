/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstperclitepacket.h - RTP packets taken apart, and put together again with another payload. */

#pragma once

#include <gst/gst.h>

#include "perclitesrtp.h"

G_BEGIN_DECLS

#define RTP_FIXED_HEADER_SIZE 12

/* What is to know of an RTP packet. */
typedef struct {
  guint8 header[RTP_FIXED_HEADER_SIZE];
  gsize header_size; /* with CSRCs and extension */
  gsize payload_size;
  guint32 ssrc;
} GstPerclitePacket;

/**
 * gst_perclite_packet_parse:
 * @packet: (out): all 0 when @buffer is no RTP packet
 *
 * Returns: whether @buffer is an RTP packet (RFC 3550, appendix A.1)
 */
gboolean gst_perclite_packet_parse (GstBuffer *buffer, GstPerclitePacket *packet);

/* A packet in the making. */
typedef struct {
  GstBuffer *buffer;
  GstMapInfo map;
  guint8 *inner; /* the inner packet, aligned to 4 bytes */
  gsize start;   /* of the outer packet that is to be */
} GstPercliteWork;

/**
 * gst_perclite_work_begin:
 * @in: the packet that came
 * @packet: what it is
 * @encrypting: whether @inner is to be a payload with room for the inner header before it and for the longest trailer
 *   behind it, or an encrypted payload with room for one byte before it
 *
 * Returns: %FALSE when there is no memory
 */
gboolean gst_perclite_work_begin (
    GstPercliteWork *self, GstBuffer *in, const GstPerclitePacket *packet, gboolean encrypting);

/**
 * gst_perclite_work_end:
 * @payload_size: bytes of the payload that @inner was made into; ignored unless @ok
 *
 * Returns: (transfer full) (nullable): the header of @in and the new payload, with the metadata of @in; %NULL unless @ok
 */
GstBuffer *gst_perclite_work_end (GstPercliteWork *self, GstBuffer *in,
    const GstPerclitePacket *packet, gboolean ok, gsize payload_size);

G_END_DECLS
