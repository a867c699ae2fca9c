/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One publication or recording that comes in: a media connection from its offer to its last
 * packet. */

#pragma once

#include "gstjanusbin.h"

G_BEGIN_DECLS

typedef struct _GstJanusReception GstJanusReception;

/* What comes in. Strings may be NULL, but for IN_WORDS. */
typedef struct {
  gchar *id;         /* of a feed */
  gchar *display;    /* the feed's name */
  gchar *in_words;   /* the same, for people */
  gboolean own_pads; /* which no other feed gets */
  JanusPatience patience;
} GstJanusReceptionInfo;

/* All in the signalling thread, but for the last. ORIGIN is what the reception was made with. */
typedef struct {
  /* Our answer is to be sent. */
  void (*answer) (GstJanusBin *bin, gpointer origin, const gchar *sdp);
  void (*trickle) (
      GstJanusBin *bin, gpointer origin, const gchar *candidate, const gchar *mid, guint mline);
  /* Both sides have finished: whatever is sent arrives. */
  void (*connected) (GstJanusBin *bin, gpointer origin);
  /* gst_janus_reception_take_keyframe_wish() of some reception returns TRUE. */
  void (*keyframes_wished) (GstJanusBin *bin);
  void (*failed) (GstJanusBin *bin, gpointer origin, const GError *error);
  /* gst_janus_reception_end() is done: all has come. */
  void (*ended) (GstJanusBin *bin, gpointer origin);
  /* The first packet of a medium has come to TARGET, a pad of webrtcbin, which is blocked until
   * gst_janus_reception_unblock(). In one of webrtcbin's threads. */
  void (*target_added) (GstJanusBin *bin, GstJanusReception *self, GstPad *target);
} GstJanusReceptionHandlers;

/* For the signalling thread, unless said otherwise. Copies INFO; HANDLERS must outlive it. */
GstJanusReception *gst_janus_reception_new (GstJanusBin *bin,
    const GstJanusReceptionHandlers *handlers, const GstJanusReceptionInfo *info, gpointer origin);
/* Nothing is told any more, and nothing comes. Releases it. */
void gst_janus_reception_close (GstJanusReception *self);

/* Both in any thread. */
GstJanusReception *gst_janus_reception_ref (GstJanusReception *self);
void gst_janus_reception_unref (GstJanusReception *self);

/* Answers the offer SDP, with a jitter buffer of LATENCY milliseconds. */
void gst_janus_reception_take_offer (GstJanusReception *self, const gchar *sdp, guint latency);
/* The server says that media can flow. */
void gst_janus_reception_server_is_up (GstJanusReception *self);
/* Nothing more is sent: ended() comes as soon as what is under way has come. */
void gst_janus_reception_end (GstJanusReception *self);

const GstJanusReceptionInfo *gst_janus_reception_get_info (GstJanusReception *self);
gpointer gst_janus_reception_get_origin (GstJanusReception *self);
gboolean gst_janus_reception_is_closed (GstJanusReception *self);
gboolean gst_janus_reception_is_ending (GstJanusReception *self);
gboolean gst_janus_reception_is_connected (GstJanusReception *self);
/* Of our connection, or NULL. */
const gchar *gst_janus_reception_get_mid (GstJanusReception *self, guint mline);
/* A keyframe is wanted of a medium, which may have no pad yet. */
void gst_janus_reception_wish_keyframe (GstJanusReception *self, guint mline);
/* Whether one is wanted, which it is not any more then. */
gboolean gst_janus_reception_take_keyframe_wish (GstJanusReception *self, guint *mline);
/* How many media of the same kind come before it. */
guint gst_janus_reception_get_index (GstJanusReception *self, guint mline);
/* How many media there are. */
guint gst_janus_reception_get_n_media (GstJanusReception *self);
void gst_janus_reception_unblock (GstJanusReception *self, GstPad *target);

G_END_DECLS
