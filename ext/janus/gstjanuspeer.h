/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One media connection with Janus: a webrtcbin, told and heard from the signalling thread.
 *
 * webrtcbin answers in threads of its own. Everything here comes back in the main context that the
 * peer was made with, and nothing does after gst_janus_peer_close(). */

#pragma once

#include <gst/gst.h>
#include <gst/sdp/sdp.h>

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "gstjanusbin.h"

G_BEGIN_DECLS

typedef struct _GstJanusPeer GstJanusPeer;

typedef struct {
  /* Our description is made and set: SDP is to be sent. */
  void (*described) (GstJanusPeer *peer, const GstSDPMessage *sdp, gpointer user_data);
  /* A candidate to be trickled, after described(); NULL: that was the last. */
  void (*candidate) (GstJanusPeer *peer, const gchar *candidate, const gchar *mid, guint mline,
      gpointer user_data);
  /* Both sides have finished: whatever is sent arrives. */
  void (*connected) (GstJanusPeer *peer, gpointer user_data);
  /* Only a keyframe helps the m-line: see gstjanusfeedback.h. Of who accepts offers. */
  void (*incomplete) (GstJanusPeer *peer, guint mline, gpointer user_data);
  /* ERROR is a JANUS_ERROR. */
  void (*failed) (GstJanusPeer *peer, const GError *error, gpointer user_data);
} GstJanusPeerHandlers;

/* Makes the connection and its webrtcbin, which the caller adds to BIN. With PATIENCE it fails
 * where another attempt would be quicker; without, it goes on, also without a stream that has got
 * lost. NULL and ERROR when GStreamer has no webrtcbin or no libnice. BIN and HANDLERS must outlive
 * the peer. */
GstJanusPeer *gst_janus_peer_new (GstJanusBin *bin, const GstJanusIceConfig *config,
    const JanusPatience *patience, const GstJanusPeerHandlers *handlers, gpointer user_data,
    GError **error);
/* Tells nothing any more, takes webrtcbin out of its bin, a GstJanusBin, and releases the peer;
 * webrtcbin stops a little later. */
void gst_janus_peer_close (GstJanusPeer *peer);

/* For the bin that a webrtcbin is in: whether MESSAGE is an error from within it, which its peer
 * tells by failed() then. Any thread. */
gboolean gst_janus_peer_take_error (GstMessage *message);

/* The server says that media can flow. May call connected() before it returns. */
void gst_janus_peer_server_is_up (GstJanusPeer *peer);

/* Borrowed. */
GstElement *gst_janus_peer_get_webrtcbin (GstJanusPeer *peer);

/* Makes an offer for the webrtcbin's sink pads, cleaned of codec headers, and comes back by
 * described(). */
void gst_janus_peer_create_offer (GstJanusPeer *peer);
/* Takes Janus' answer. FALSE and ERROR when it is no SDP, or does not take every stream. */
gboolean gst_janus_peer_set_answer (GstJanusPeer *peer, const gchar *sdp, GError **error);
/* Takes Janus' offer and comes back by described() with the answer. FALSE and ERROR when it is no
 * SDP, or offers nothing. */
gboolean gst_janus_peer_accept_offer (GstJanusPeer *peer, const gchar *sdp, GError **error);

G_END_DECLS
