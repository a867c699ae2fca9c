/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a connection tells Janus of what it has received, and when it may ask for something
 * again. */

#pragma once

#include <gst/sdp/sdp.h>

#include "janusclock.h"

G_BEGIN_DECLS

/* For RTPBIN, the one within a webrtcbin that is about to receive what OFFER offers. Has all RTCP
 * that it sends count for each medium at Janus: see gstjanusrtcp.h. With DO_RETRANSMISSION lost
 * packets are asked for, but only
 *
 * - of media whose m-line takes NACKs: webrtcbin 1.22 gives all media of a connection what holds
 *   for the last one;
 * - as soon as Janus can have them. It keeps what it sends once it knows the round-trip time of a
 *   medium, by a report of ours on one of its own, which it sends every second. So the first
 *   reports are sent soon, and nothing is asked before. Where CLOCK knows the server's, mostly
 *   from a connection before, they are on that until a report comes;
 * - if they are lost. Of itself a jitter buffer of GStreamer 1.22 asks also for what it expects and
 *   has not come yet, and gives that up after its latency: of a screen on which nothing moves for
 *   so long the first packet of the next picture. The price: what is lost last before a pause is
 *   asked for only after it.
 *
 * INCOMPLETE (MLINE, USER_DATA) is called, in a thread of RTPBIN and under a lock, when nothing but
 * a keyframe helps the medium of the m-line, or, if that is GST_JANUS_FEEDBACK_ANY, one of those
 * with video. The decoder asks for one only when the jitter buffer has given up what is lost:
 *
 * - when it has lost something while nothing can be asked for, and once more if anything was lost
 *   until then, as from now on a keyframe will come whole;
 * - when it has asked in vain for longer than two attempts of Janus take. It was most likely lost
 *   on the way to Janus.
 *
 * Returns what gst_janus_feedback_detach() takes, which ends that. */
typedef struct _GstJanusFeedback GstJanusFeedback;

#define GST_JANUS_FEEDBACK_ANY G_MAXUINT

GstJanusFeedback *gst_janus_feedback_attach (GstElement *rtpbin, const GstSDPMessage *offer,
    JanusClock *clock, gboolean do_retransmission,
    void (*incomplete) (guint mline, gpointer user_data), gpointer user_data);
void gst_janus_feedback_detach (GstJanusFeedback *self);

G_END_DECLS
