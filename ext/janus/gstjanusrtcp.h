/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes the receiver reports of a bundled connection count for each of its media at a Janus server. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Janus (ice.c, "Is this audio or video?") gives the whole of a compound RTCP packet to the medium of its
 * first report block. Without help all of them go to one of audio and video: the other's round-trip time
 * stays unknown, so its packets are not kept for retransmission, and its NACKs are looked up among the
 * wrong packets.
 *
 * The order of report blocks means nothing (RFC 3550, section 6.4.1). So this puts first the block of
 * the source that a feedback message of the same compound speaks of, or, without one, each source's in
 * turn: the TURN-th block, counted round.
 *
 * DATA: SIZE bytes of one compound RTCP packet, changed in place. Anything malformed is left alone. */
void gst_janus_rtcp_order_report_blocks (guint8 *data, gsize size, guint turn);

/* Does this to all RTCP that RTPBIN, the one within a webrtcbin, sends from now on. */
void gst_janus_rtcp_attach (GstElement *rtpbin);

G_END_DECLS
