/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the sources have in common: streams come in over one media connection. */

#pragma once

#include "gstjanusbin.h"

G_BEGIN_DECLS

#define GST_TYPE_JANUS_SRC (gst_janus_src_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstJanusSrc, gst_janus_src, GST, JANUS_SRC, GstJanusBin)

/* All of these run in the signalling thread, once there was an offer. */
struct _GstJanusSrcClass {
  GstJanusBinClass parent_class;

  /* Sends SDP, the answer to the offer. */
  void (*answer) (GstJanusSrc *self, const gchar *sdp);
  void (*trickle) (GstJanusSrc *self, const gchar *candidate, const gchar *mid, guint mline);
  /* Somebody downstream wants a keyframe of the medium MID of our connection, or NULL. */
  void (*request_keyframe) (GstJanusSrc *self, const gchar *mid);
};

/* All for the signalling thread. */

/* ID was asked for, and will be offered. IN_WORDS is what it is for people. */
void gst_janus_src_negotiate (GstJanusSrc *self, const gchar *id, const gchar *in_words);
void gst_janus_src_take_offer (GstJanusSrc *self, const gchar *sdp);
/* The server says that media can flow. */
void gst_janus_src_server_is_up (GstJanusSrc *self);
/* All has come, but for what is under way: EOS is to follow. Or nothing has: an error, WHAT "before any of its media came". */
void gst_janus_src_end (GstJanusSrc *self, const gchar *what);
void gst_janus_src_fail_unless_ended (GstJanusSrc *self, const GError *error);

G_END_DECLS
