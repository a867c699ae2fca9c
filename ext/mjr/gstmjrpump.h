/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstmjrpump.h - moves the packets of a recording from upstream to the stream of mjrdemux. */

#pragma once

#include <gst/gst.h>

#include "gstmjrindex.h"
#include "gstmjrstream.h"
#include "gstmjrwindow.h"
#include "mjrformat.h"

G_BEGIN_DECLS

/* What the property stats of mjrdemux tells. */
typedef struct {
  guint64 frames;
  guint64 bytes;
  guint64 invalid;
  guint64 garbage_runs;
  guint64 garbage_bytes;
  guint64 truncated_bytes;
  guint64 reordered;
  guint64 timestamp_resets;
} GstMjrStats;

/**
 * GstMjrPump:
 * @pull: whether upstream is read, rather than that it pushes
 * @stats: guarded by the object lock of the element
 * @stream: open once the header was read
 *
 * Of the streaming thread.
 */
typedef struct {
  GstElement *element;
  GstPad *sinkpad;
  GstPad *(*new_pad) (void);

  gboolean pull;
  GstMjrStreamSettings settings;
  MjrReader reader;
  GstMjrWindow window;
  GstMjrIndex index;
  GstMjrStream stream;
  gboolean in_garbage;
  GstMjrStats stats;
} GstMjrPump;

/* @new_pad makes the source pad. */
void gst_mjr_pump_init (
    GstMjrPump *self, GstElement *element, GstPad *sinkpad, GstPad *(*new_pad) (void) );

/* To be called when pads are activated, and after they were deactivated. */
void gst_mjr_pump_open (
    GstMjrPump *self, gboolean pull, gboolean follow, const GstMjrStreamSettings *settings);
void gst_mjr_pump_close (GstMjrPump *self);

/**
 * gst_mjr_pump_step:
 *
 * Reads the header, a frame, or what is between frames.
 *
 * Returns: %GST_FLOW_OK; %GST_FLOW_CUSTOM_SUCCESS when nothing goes on before there are more bytes;
 *   %GST_FLOW_CUSTOM_ERROR after an error that was posted; %GST_FLOW_EOS at the end, upon which
 *   gst_mjr_pump_finish() is to be called; or what others returned
 */
GstFlowReturn gst_mjr_pump_step (GstMjrPump *self);

/* Pushes what is left, and the end. */
void gst_mjr_pump_finish (GstMjrPump *self);

/* Goes on reading at, or before, the packet of this time. Pull mode. */
void gst_mjr_pump_go_to (GstMjrPump *self, gint64 pts);

/* Forgets all bytes that upstream has pushed; it goes on elsewhere. */
void gst_mjr_pump_flush (GstMjrPump *self);

G_END_DECLS
