/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The streams that a sink takes in: what comes on its pads, whether it may go out, and when.
 *
 * Each is a pad of the bin with a clocksync behind it, which is linked to a webrtcbin for as long
 * as there is one. What is not encrypted gets no further than the pad. Until the connection is up,
 * live data is dropped and other data waits. Later connections come and go behind the clocksync:
 * what comes in between is dropped there, at the speed at which it would have been sent, and
 * upstream never sees any of it. */

#pragma once

#include "gstjanusbin.h"

G_BEGIN_DECLS

typedef struct _GstJanusStreams GstJanusStreams;

typedef struct {
  /* Both in the signalling thread. Some stream has begun, or its pad has gone. */
  void (*changed) (GstJanusBin *bin);
  /* All streams have ended. */
  void (*ended) (GstJanusBin *bin);
} GstJanusStreamsHandlers;

/* BIN owns what is returned. HANDLERS must outlive it. */
GstJanusStreams *gst_janus_streams_new (GstJanusBin *bin, const GstJanusStreamsHandlers *handlers);
void gst_janus_streams_free (GstJanusStreams *self);

/* The following may be called in any thread. */

void gst_janus_streams_set_allow_plaintext (GstJanusStreams *self, gboolean allow);
gboolean gst_janus_streams_get_allow_plaintext (GstJanusStreams *self);

/* A new pad of TEMPL, to be added to the bin, or NULL once the streams are settled. NAME may be
 * NULL. */
GstPad *gst_janus_streams_add (GstJanusStreams *self, GstPadTemplate *templ, const gchar *name);
/* To be called before PAD is removed from the bin. */
void gst_janus_streams_remove (GstJanusStreams *self, GstPad *pad);

gboolean gst_janus_streams_is_empty (GstJanusStreams *self);
/* Whether all are said to be encrypted. */
gboolean gst_janus_streams_are_encrypted (GstJanusStreams *self);

/* TRUE once every pad has shown what it brings; no pad can be added then. Else LATE is the name of
 * one that has not, if others have, or NULL; to be freed. */
gboolean gst_janus_streams_settle (GstJanusStreams *self, gchar **late);

/* Links all streams to sink pads of WEBRTCBIN, in their order, and lets it know their caps. */
gboolean gst_janus_streams_connect (
    GstJanusStreams *self, GstElement *webrtcbin, gboolean do_retransmission);
/* The connection is up: lets data flow, and asks for keyframes where some were dropped. */
void gst_janus_streams_open (GstJanusStreams *self);
/* The connection is lost, and what data goes to will be taken away: drops it from now on. */
void gst_janus_streams_close (GstJanusStreams *self);
/* Packets that were dropped for lack of a connection. Any thread. */
guint64 gst_janus_streams_get_n_dropped (GstJanusStreams *self);
/* The run is over. */
void gst_janus_streams_reset (GstJanusStreams *self);

G_END_DECLS
