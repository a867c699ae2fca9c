/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstmjrstream.h - the stream that comes out of mjrdemux: its times, its events, its packets. */

#pragma once

#include <gst/gst.h>

#include "gstmjrreorder.h"
#include "mjrheader.h"
#include "mjrtimeline.h"

G_BEGIN_DECLS

/**
 * GstMjrPlace:
 * @pts: time in the stream in nanoseconds; less than 0 before its start
 * @wall: time of day in nanoseconds since 1970 at which the packet arrived; 0: not known
 * @skip: bytes of the frame before what is to be pushed
 *
 * Where a packet belongs.
 */
typedef struct {
  gint64 pts;
  gint64 wall;
  gsize skip;
  guint32 ssrc;
  guint16 seq;
  guint8 payload;
} GstMjrPlace;

/**
 * GstMjrStream:
 *
 * Of the streaming thread, but for @segment and @duration, which the object lock of the element
 * guards against queries.
 */
typedef struct {
  GstElement *element;
  GstPad *pad; /* NULL before gst_mjr_stream_expose() */
  const MjrHeader *header;
  MjrTimeline timeline;
  gint64 reference; /* wall clock time of the start, in microseconds since 1970; 0: not known */
  gint64 base;      /* time of the first packet, in nanoseconds */
  gboolean encrypted;
  gint payload;
  GstSegment segment;
  GstClockTime duration;
  guint32 seqnum; /* of the seek that the segment answers, or 0 */
  guint group_id;
  gboolean segment_pending;
  gboolean discont;
  GstCaps *unix_time; /* GST_MJR_UNIX_TIME_CAPS */
  GstMjrReorder *reorder;
} GstMjrStream;

/**
 * GstMjrStreamSettings:
 * @sync: count from a reference rather than from the first packet
 * @reference: in microseconds since 1970; 0: when the recorder was made
 * @encrypted: mark the stream as encrypted even if the recording is not flagged
 * @reorder_window: as for gst_mjr_reorder_new()
 */
typedef struct {
  gboolean sync;
  gint64 reference;
  gboolean encrypted;
  guint reorder_window;
} GstMjrStreamSettings;

/* @header has to live as long as the stream. */
void gst_mjr_stream_open (GstMjrStream *self, GstElement *element, const MjrHeader *header,
    const GstMjrStreamSettings *settings);

/* Removes the pad. */
void gst_mjr_stream_close (GstMjrStream *self);

/**
 * gst_mjr_stream_place:
 * @data: what is in a frame
 * @place: (out): where it belongs
 *
 * Goes on to this frame.
 *
 * Returns: %FALSE if it cannot be pushed, because it is not RTP, or not text
 */
gboolean gst_mjr_stream_place (
    GstMjrStream *self, const guint8 *data, gsize size, guint32 arrival, GstMjrPlace *place);

/* Makes the pad; @pad is taken. Its events go out with the first packet, or the end. */
void gst_mjr_stream_expose (GstMjrStream *self, GstPad *pad, gint payload);

/* Pushes a packet, which is taken, or keeps it until those before it have come. */
GstFlowReturn gst_mjr_stream_push (GstMjrStream *self, GstBuffer *buffer, const GstMjrPlace *place);

/* Pushes all that waits, and an EOS event, or what ends a segment seek. */
void gst_mjr_stream_end (GstMjrStream *self);

G_END_DECLS
