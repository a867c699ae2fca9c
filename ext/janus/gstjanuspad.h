/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A pad of a source: it stays while the webrtcbins behind it come and go, and what becomes of its
 * data is its own affair. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_JANUS_PAD (gst_janus_pad_get_type ())
G_DECLARE_FINAL_TYPE (GstJanusPad, gst_janus_pad, GST, JANUS_PAD, GstGhostPad)

/* Strings may be NULL, but for the last. */
typedef struct {
  const gchar *id;      /* of a feed */
  const gchar *display; /* the feed's name */
  const gchar *in_words;
} GstJanusPadSource;

/* All in any thread. */
typedef struct {
  /* Data has come. Whether it is to be pushed; else it is dropped. */
  gboolean (*takes_data) (GstJanusPad *pad, gpointer user_data);
  /* A keyframe is wanted downstream: gst_janus_pad_take_keyframe_wish() will tell of which pad. */
  void (*keyframe_wanted) (gpointer user_data);
  /* Nothing of PAD has been decrypted downstream for SECONDS; told once until something is. */
  void (*undecrypted) (GstJanusPad *pad, const gchar *in_words, guint seconds, gpointer user_data);
  /* What is linked to PAD does not take CODEC, of which data is dropped; told once until the caps
   * are others. */
  void (*refused) (GstJanusPad *pad, const gchar *in_words, const gchar *codec, gpointer user_data);
} GstJanusPadHandlers;

/* When to tell of it. */
#define GST_JANUS_UNDECRYPTED_SECONDS 10

/* A pad for medium number INDEX of its kind, in front of nothing yet, which OWNER (not owned) will
 * have. HANDLERS must outlive the pad, USER_DATA the owner. Floating. */
GstJanusPad *gst_janus_pad_new (const gchar *name, GstStaticPadTemplate *templ, guint index,
    GstElement *owner, const GstJanusPadHandlers *handlers, gpointer user_data);

/* The following are for the signalling thread alone. */

/* Where data comes from next: from TARGET, which is medium MLINE of what ORIGIN (not owned, only
 * compared) stands for and SOURCE describes. Sticky events of TARGET come along, so that the pad
 * may be linked by its caps. */
void gst_janus_pad_attach (GstJanusPad *pad, GstPad *target, gconstpointer origin, guint mline,
    const GstJanusPadSource *source);
/* Nothing comes any more, until it is attached again. */
void gst_janus_pad_detach (GstJanusPad *pad);
gconstpointer gst_janus_pad_get_origin (GstJanusPad *pad);
guint gst_janus_pad_get_mline (GstJanusPad *pad);
guint gst_janus_pad_get_index (GstJanusPad *pad);
/* Whether a keyframe was asked for since the last call. */
gboolean gst_janus_pad_take_keyframe_wish (GstJanusPad *pad);

G_END_DECLS
