/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pad of a source, in front of a pad of webrtcbin: what becomes of its data is its own affair. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* All in any thread. */
typedef struct {
  /* Whether data is to be pushed; else it is dropped. */
  gboolean (*takes_data) (gpointer user_data);
  /* A keyframe is wanted downstream: gst_janus_pad_take_keyframe_wish() will tell of which pad. */
  void (*keyframe_wanted) (gpointer user_data);
  /* Nothing of PAD has been decrypted downstream for SECONDS; told once until something is. */
  void (*undecrypted) (GstPad *pad, guint seconds, gpointer user_data);
} GstJanusPadHandlers;

/* When to tell of it. */
#define GST_JANUS_UNDECRYPTED_SECONDS 10

/* A pad in front of TARGET, which is medium MLINE of its connection, with its sticky events, and active. USER_DATA
 * and HANDLERS must outlive it. Floating. */
GstPad *gst_janus_pad_new (const gchar *name, GstStaticPadTemplate *templ, GstPad *target,
    guint mline, const GstJanusPadHandlers *handlers, gpointer user_data);

guint gst_janus_pad_get_mline (GstPad *pad);
/* Whether a keyframe was asked for since the last call. */
gboolean gst_janus_pad_take_keyframe_wish (GstPad *pad);

G_END_DECLS
