/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstmjrwindow.h - the bytes of a recording, as they come from upstream in push mode or pull
 * mode. */

#pragma once

#include <gst/base/base.h>

#include "mjrformat.h"

G_BEGIN_DECLS

/**
 * GstMjrWindow:
 * @position: of the window in the recording, in bytes
 * @end: what is known of the bytes behind all those that upstream gave
 * @follow: whether the recording may still grow; in pull mode
 *
 * In push mode it holds what upstream has pushed, in pull mode a block of the recording.
 */
typedef struct {
  GstPad *pad;
  guint64 position;
  MjrEnd end;
  gboolean follow;

  /*< private >*/
  GstAdapter *adapter; /* push mode */
  GstBuffer *block;    /* pull mode */
  GstMapInfo map;
  guint64 block_position;
} GstMjrWindow;

void gst_mjr_window_open (GstMjrWindow *self, GstPad *pad, gboolean pull, gboolean follow);
void gst_mjr_window_close (GstMjrWindow *self);

/* In push mode: what came from upstream; @buffer is taken. */
void gst_mjr_window_add (GstMjrWindow *self, GstBuffer *buffer);

/* Forgets all bytes, and goes to another place; in push mode upstream has to go there, too. */
void gst_mjr_window_seek (GstMjrWindow *self, guint64 position);

/**
 * gst_mjr_window_get:
 * @need: how many bytes are wanted
 * @size: (out): how many there are; less than @need when no more are there yet, and @end tells why
 *
 * Returns: %GST_FLOW_OK with @data set, to bytes that are valid until the next call of any
 *   function; or what upstream answered
 */
GstFlowReturn gst_mjr_window_get (GstMjrWindow *self, gsize need, const guint8 **data, gsize *size);

/* What is known of the bytes behind the @size bytes that gst_mjr_window_get() gave. */
MjrEnd gst_mjr_window_get_end (GstMjrWindow *self, gsize size);

/* Goes on by @size bytes that gst_mjr_window_get() gave. */
void gst_mjr_window_skip (GstMjrWindow *self, gsize size);

/* The same, and returns them without their first @skip bytes as a buffer. */
GstBuffer *gst_mjr_window_take (GstMjrWindow *self, gsize skip, gsize size);

G_END_DECLS
