/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes the RTCP of a bundled connection count for each of its media at a Janus server. Pure
 * functions. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Janus (ice.c, "Is this audio or video?") gives the whole of a compound RTCP packet to the medium
 * of its first report block, or else of its first feedback message; of that block it reads nothing
 * but the first, and of several NACKs one. Without help all of them go to one of audio and video:
 * the other's round-trip time stays unknown, so its packets are not kept for retransmission, and
 * its NACKs are looked up among the wrong packets, or not at all.
 *
 * So this makes a compound for each source that report blocks (RFC 3550, section 6.4.1) or feedback
 * messages (RFC 4585, section 6.1) speak of, in the order in which they come: the report with its
 * block, or without any, the descriptions, and its feedback. The first one has whatever else there
 * is.
 *
 * A block that does not tell the round-trip time (LSR is 0), as no report of its source has come
 * yet, gets LSR and DLSR of one that does. RFC 3550 means those of the same source; but one server
 * with one clock reports of all sources of a connection, and Janus makes nothing but the time of
 * the two (rtcp.c). So it knows that for all media with its first report on any that comes, and not
 * a second later. Where none of a compound has it, that is the last one of the server on any
 * connection (janusclock.h).
 *
 * DATA: SIZE bytes of one compound RTCP packet. ROUND_TRIP (nullable): LSR, which is not 0, and
 * DLSR of such a report, JANUS_CLOCK_SIZE bytes. Returns (transfer full) an array of GByteArray, or
 * NULL when DATA is to stay as it is: it is on one source or none, and needs no ROUND_TRIP, or it
 * is malformed. */
GPtrArray *gst_janus_rtcp_split (const guint8 *data, gsize size, const guint8 *round_trip);

/* What a report tells of a source that it has received (RFC 3550, section 6.4.1). */
typedef struct {
  guint32 ssrc;
  gint lost; /* packets that have not come, in all; negative where some came twice */
  /* Of its own last report, as janusclock.h has them: they tell it the round-trip time, unless LSR
   * is 0. */
  guint32 lsr, dlsr;
} GstJanusReport;

/* Reads the first report block of DATA, SIZE bytes of compound RTCP. FALSE: it begins with no
 * report, or with one that has no block, or is malformed. */
gboolean gst_janus_rtcp_read_report (const guint8 *data, gsize size, GstJanusReport *report);

G_END_DECLS
