/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What has to be done to SDPs between webrtcbin and Janus. Pure functions on GstSDPMessage. */

#pragma once

#include <gst/sdp/sdp.h>

G_BEGIN_DECLS

/* Takes out of OFFER's m-lines every attribute, and out of its a=fmtp lines every parameter, that
 * is not known to be harmless. Payloaders put codec headers there (sprop-parameter-sets of H.264,
 * configuration of Vorbis, ...): parts of the media, which the payload's encryption hides from the
 * server and its SDP would show. */
void gst_janus_sdp_clean_offer (GstSDPMessage *offer);

/* Gives m-lines of port 0 the port 9 ("discard"): bundle-only m-lines (RFC 9143, section 6) are
 * taken as rejected by servers of 2018. */
void gst_janus_sdp_unreject_bundled (GstSDPMessage *offer);

/* Makes ANSWER leave the first packet of the DTLS handshake to who made OFFER (a=setup, RFC 8842,
 * section 5.3), where it may. Janus drops what comes before its side of ICE is ready, which ours
 * often is sooner, and OpenSSL sends it again only after a second. */
void gst_janus_sdp_let_offerer_begin (GstSDPMessage *answer, const GstSDPMessage *offer);

/* Whether ANSWER takes every m-line of OFFER. If not, ERROR is a JANUS_ERROR_PROTOCOL when there
 * are more or fewer of them, else a JANUS_ERROR_CODEC that names the medium and its codec: Janus
 * says "ok" to a codec that the room does not allow, and answers its m-line with port 0 or
 * "inactive". */
gboolean gst_janus_sdp_check_answer (
    const GstSDPMessage *offer, const GstSDPMessage *answer, GError **error);

/* Whether SDP, an offer, has an m-line of MEDIA ("audio", "video") that is not inactive. */
gboolean gst_janus_sdp_has_media (const GstSDPMessage *sdp, const gchar *media);

/* How many m-lines of audio and video SDP has that are not inactive. */
guint gst_janus_sdp_count_media (const GstSDPMessage *sdp);

/* The m-line in which SDP, an offer, has the source SSRC (a=ssrc, RFC 5576). FALSE: in none. */
gboolean gst_janus_sdp_find_source (const GstSDPMessage *sdp, guint32 ssrc, guint *mline);

/* Whether lost packets of the source SSRC may be asked for: SDP, an offer, has it (a=ssrc, RFC
 * 5576) in an m-line that says so, by "nack" in an a=rtcp-fb line (RFC 4585, section 4.2). In an
 * offer that names no source at all, any m-line will do. */
gboolean gst_janus_sdp_takes_nacks (const GstSDPMessage *sdp, guint32 ssrc);

/* The mid of m-line MLINE, or NULL. */
const gchar *gst_janus_sdp_get_mid (const GstSDPMessage *sdp, guint mline);

G_END_DECLS
