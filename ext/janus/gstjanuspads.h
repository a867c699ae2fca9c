/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pads of a source: which medium goes on with which, and the end on all of them. */

#pragma once

#include "gstjanusreception.h"

G_BEGIN_DECLS

typedef struct _GstJanusPads GstJanusPads;

void gst_janus_pads_add_templates (GstElementClass *klass);

/* The pads of BIN, none yet; owned by it, and to be freed with it. KEYFRAME_WANTED is called in the
 * signalling thread when gst_janus_pads_pass_wishes_on() has something to do. */
GstJanusPads *gst_janus_pads_new (GstJanusBin *bin, void (*keyframe_wanted) (GstJanusBin *bin));
void gst_janus_pads_free (GstJanusPads *self);

/* Another run begins. */
void gst_janus_pads_begin (GstJanusPads *self);
/* Removes all, when nothing makes any more. */
void gst_janus_pads_remove_all (GstJanusPads *self);

/* Any thread. EOS on all pads, those that come later included, and no data after it. An error if
 * there are none: whoever waits for EOS would wait for ever. */
void gst_janus_pads_end (GstJanusPads *self);
gboolean gst_janus_pads_is_empty (GstJanusPads *self);

/* The following are for the signalling thread. */

/* Shows TARGET, a pad of webrtcbin with CAPS, as a pad of BIN: the one that RECEPTION's medium had
 * before, one that is free and was of the like, or else a new one. */
void gst_janus_pads_show (
    GstJanusPads *self, GstJanusReception *reception, GstPad *target, GstCaps *caps);
/* Nothing comes of RECEPTION any more; its pads stay. */
void gst_janus_pads_detach (GstJanusPads *self, GstJanusReception *reception);
/* Removes the pads that are feed ID's own, after EOS if that is wanted. */
void gst_janus_pads_remove_feed (GstJanusPads *self, const gchar *id, gboolean eos);
/* The keyframes that decoders wish become wishes of the receptions that they decode. */
void gst_janus_pads_pass_wishes_on (GstJanusPads *self);

G_END_DECLS
