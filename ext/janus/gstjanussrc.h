/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the sources have in common: the media connections that come and go behind their pads. */

#pragma once

#include "gstjanusreception.h"

G_BEGIN_DECLS

#define GST_TYPE_JANUS_SRC (gst_janus_src_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstJanusSrc, gst_janus_src, GST, JANUS_SRC, GstJanusBin)

/* All of these run in the signalling thread. ORIGIN is what the reception was begun with. */
struct _GstJanusSrcClass {
  GstJanusBinClass parent_class;

  /* Sends SDP, the answer to the offer. */
  void (*answer) (GstJanusBin *bin, gpointer origin, const gchar *sdp);
  void (*trickle) (
      GstJanusBin *bin, gpointer origin, const gchar *candidate, const gchar *mid, guint mline);
  /* Somebody downstream wants a keyframe of the medium MID of our connection, or NULL. */
  void (*request_keyframe) (GstJanusBin *bin, gpointer origin, const gchar *mid);
  /* Media can flow. */
  void (*connected) (GstJanusBin *bin, gpointer origin);
  /* The connection is of no use any more. */
  void (*failed) (GstJanusBin *bin, gpointer origin, const GError *error);
  /* gst_janus_reception_end() is done. */
  void (*ended) (GstJanusBin *bin, gpointer origin);
};

/* All for the signalling thread. */

/* What INFO says was asked for, and will be offered: gst_janus_reception_take_offer() with the
 * latency of this source. */
GstJanusReception *
gst_janus_src_begin (GstJanusSrc *self, const GstJanusReceptionInfo *info, gpointer origin);
guint gst_janus_src_get_latency (GstJanusSrc *self);
/* Nothing comes of it any more; its pads stay. Releases it. */
void gst_janus_src_close (GstJanusSrc *self, GstJanusReception *reception);
/* Removes the pads that are feed ID's own, after EOS if that is wanted. */
void gst_janus_src_remove_pads (GstJanusSrc *self, const gchar *id, gboolean eos);
/* All has come: EOS on all pads. Or nothing has: an error, WHAT "before any of its media came". */
void gst_janus_src_finish (GstJanusSrc *self, const gchar *what);

G_END_DECLS
