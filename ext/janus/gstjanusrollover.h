/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether SRTP is in step with the server. If it is not, nothing of a stream is authentic any more,
 * for as long as the connection lasts.
 *
 * Both sides count how often the 16 bits of a sequence number have rolled over, and do not tell
 * each other (RFC 3711, section 3.3.1). Janus 1.1.2 numbers what it sends to a receiver from 1 on.
 * When the publisher sends something again that was lost before that, it becomes number 65535 or
 * less, after which Janus counts a rollover. A receiver that does not get this packet counts
 * none. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstJanusRollover GstJanusRollover;

/* Caller owns what is returned. */
GstJanusRollover *gst_janus_rollover_new (void);
void gst_janus_rollover_free (GstJanusRollover *self);

/* Takes the property "stats" of an srtpdec: of each stream `ssrc`, `recv-count` and
 * `recv-drop-count`. TRUE, once: that of *SSRC is out of step. Reports (SRTCP), which carry their
 * own count, are authentic all the same, and counted among the packets: of a stream with a few
 * packets a second it takes some seconds, and with one a second it is never seen. */
gboolean
gst_janus_rollover_is_lost (GstJanusRollover *self, const GstStructure *stats, guint32 *ssrc);

/* The same for what WEBRTCBIN receives. To be asked some times a second. */
gboolean
gst_janus_rollover_is_lost_in (GstJanusRollover *self, GstElement *webrtcbin, guint32 *ssrc);

G_END_DECLS
