/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstmjrreorder.h - puts RTP packets back into the order of their sequence numbers. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstMjrReorder:
 *
 * A recording has packets as they arrived: one that was lost and sent again stands behind those
 * that were sent after it. Depayloaders take that for a loss. This keeps what follows a gap until
 * the gap is filled, or more packets than the window has are waiting.
 */
typedef struct _GstMjrReorder GstMjrReorder;

/* An RTP packet, and what its header says. */
typedef struct {
  GstBuffer *buffer;
  guint32 ssrc;
  guint16 seq;
  guint8 payload; /* type */
} GstMjrPacket;

/* With a @window of 0 packets pass as they come. */
GstMjrReorder *gst_mjr_reorder_new (guint window);
void gst_mjr_reorder_free (GstMjrReorder *self);

/**
 * gst_mjr_reorder_add:
 * @packet: whose buffer is taken
 *
 * After it, gst_mjr_reorder_take() is to be called until it returns %FALSE.
 */
void gst_mjr_reorder_add (GstMjrReorder *self, const GstMjrPacket *packet);

/**
 * gst_mjr_reorder_take:
 * @all: also those that wait for a missing one
 * @packet: (out): the next one, whose buffer is the caller's
 *
 * Returns: whether there is one
 */
gboolean gst_mjr_reorder_take (GstMjrReorder *self, gboolean all, GstMjrPacket *packet);

/* Forgets all packets and what was expected. */
void gst_mjr_reorder_flush (GstMjrReorder *self);

/* Packets that had come after one that belongs behind them. */
guint64 gst_mjr_reorder_get_reordered (const GstMjrReorder *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (GstMjrReorder, gst_mjr_reorder_free)

G_END_DECLS
