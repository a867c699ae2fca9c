/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The exchange of descriptions with a webrtcbin, which makes and takes them in threads of its
 * own. */

#pragma once

#include <gst/gst.h>
#include <gst/sdp/sdp.h>

G_BEGIN_DECLS

typedef struct _GstJanusNegotiation GstJanusNegotiation;

/* Both in any thread, also before the function that begins it returns. */
typedef struct {
  /* Our description is made and set: SDP, which is the callee's, is to be sent. */
  void (*described) (GstSDPMessage *sdp, gpointer user_data);
  /* ERROR, which is the callee's, is a JANUS_ERROR. */
  void (*failed) (GError *error, gpointer user_data);
} GstJanusNegotiationHandlers;

/* DESTROY (USER_DATA) is called when nothing is told any more, in any thread. HANDLERS must outlive
 * it. */
GstJanusNegotiation *gst_janus_negotiation_new (GstElement *webrtcbin,
    const GstJanusNegotiationHandlers *handlers, gpointer user_data, GDestroyNotify destroy);
void gst_janus_negotiation_unref (GstJanusNegotiation *self);

/* Makes an offer for the webrtcbin's sink pads, cleaned of codec headers, and comes back by
 * described(). */
void gst_janus_negotiation_create_offer (GstJanusNegotiation *self);
/* Takes SDP. */
void gst_janus_negotiation_take_answer (GstJanusNegotiation *self, GstSDPMessage *sdp);
/* The same, and comes back by described() with the answer. */
void gst_janus_negotiation_take_offer (GstJanusNegotiation *self, GstSDPMessage *sdp);

/* From now on nothing follows from what webrtcbin answers, but for what an answer has begun that it
 * has given already. */
void gst_janus_negotiation_stop (GstJanusNegotiation *self);
/* Waits until webrtcbin has answered, before which it must not be stopped: a matter of
 * milliseconds, as it does not wait for the network, and never more than a second. */
void gst_janus_negotiation_settle (GstJanusNegotiation *self);

G_END_DECLS
