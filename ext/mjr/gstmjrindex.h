/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstmjrindex.h - where in a recording a time is to be found. */

#pragma once

#include <gst/gst.h>

#include "mjrtimeline.h"

G_BEGIN_DECLS

/**
 * GstMjrIndexEntry:
 * @position: of a frame, in bytes
 * @pts: time of that frame, in nanoseconds
 * @timeline: before that frame
 */
typedef struct {
  guint64 position;
  gint64 pts;
  MjrTimeline timeline;
} GstMjrIndexEntry;

/**
 * GstMjrIndex:
 *
 * Frames that were passed, some of them: never more than some hundred kilobytes, however long the
 * recording.
 */
typedef struct {
  GArray *entries;
  guint64 interval;
} GstMjrIndex;

void gst_mjr_index_open (GstMjrIndex *self);
void gst_mjr_index_close (GstMjrIndex *self);

/* To be called for each frame that is passed; @entry is noted if it is far enough from the last. */
void gst_mjr_index_pass (GstMjrIndex *self, const GstMjrIndexEntry *entry);

/* Where to go on reading for @pts; %NULL when no frame was passed. */
const GstMjrIndexEntry *gst_mjr_index_find (const GstMjrIndex *self, gint64 pts);

G_END_DECLS
