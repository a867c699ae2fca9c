/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the packets of a stream are encrypted end to end, judged by what of them is in the clear.
 *
 * perclitenc puts a payload encryption header in front of what it encrypts
 * (draft-murillo-perc-lite): what the packet's own header had been, from M and PT to SSRC.
 * Plaintext has something else there. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef enum {
  GST_JANUS_GUARD_PASS,   /* encrypted */
  GST_JANUS_GUARD_HOLD,   /* not to be told yet: the next packets will show */
  GST_JANUS_GUARD_REFUSE, /* not encrypted */
} GstJanusVerdict;

/* What is inside of a packet, less what is outside. */
typedef struct {
  guint32 outer_ts;
  guint16 seq_offset;
  guint32 ts_offset;
  guint32 ssrc;
} GstJanusStep;

/* All zero: of a stream that nobody says to be encrypted. Not to be used by two threads at a
 * time. */
typedef struct {
  gboolean encrypted;
  gboolean recorded;
  gboolean known;    /* `step` was shown by packets of two frames */
  guint n_held;      /* packets in a row that are held back */
  GstJanusStep step; /* of the last packet */
} GstJanusGuard;

/* What GST_PERCLITE_ENCRYPTED_EVENT says of the packets that follow. */
void gst_janus_guard_set (GstJanusGuard *self, gboolean encrypted, gboolean recorded);

/* Packets for which this is GST_JANUS_GUARD_HOLD are to be kept back until it is something else,
 * which is then the verdict on all of them.
 *
 * Of a stream that comes right from perclitenc, each packet has the same inside and outside. That
 * of a recorded one does not, as servers renumber packets: but by the same for all of them, up to
 * where a publisher or a server has begun anew. So packets pass if they are renumbered as those
 * before, or as those of the next frame. */
GstJanusVerdict gst_janus_guard_judge (GstJanusGuard *self, GstBuffer *buffer);

G_END_DECLS
