/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A media connection that comes up quickly on a link that loses packets. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Has WEBRTCBIN send each packet of its DTLS handshake three times, from before it connects on.
 * GStreamer's DTLS makes packets of 256 bytes, some five for a certificate, and OpenSSL waits a
 * second for any that is lost, then two, then four: of a link that loses one in twenty, every third
 * connection. The other side ignores what it has had before (RFC 6347, section 4.1.2.6). */
void gst_janus_handshake_repeat (GstElement *webrtcbin);

G_END_DECLS
