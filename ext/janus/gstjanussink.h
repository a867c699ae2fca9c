/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the sinks have in common: streams go out over one media connection. */

#pragma once

#include <gst/sdp/sdp.h>

#include "gstjanusbin.h"

G_BEGIN_DECLS

#define GST_TYPE_JANUS_SINK (gst_janus_sink_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstJanusSink, gst_janus_sink, GST, JANUS_SINK, GstJanusBin)

/* All of these run in the signalling thread. */
struct _GstJanusSinkClass {
  GstJanusBinClass parent_class;

  /* Sends OFFER, which is TEXT, to the server, and says whether all streams are ENCRYPTED. Its
   * answer goes to gst_janus_sink_take_answer(). */
  void (*publish) (
      GstJanusSink *self, const GstSDPMessage *offer, const gchar *text, gboolean encrypted);
  void (*trickle) (gpointer talk, const gchar *candidate, const gchar *mid, guint mline);
  /* Media can flow. Optional. */
  void (*connected) (GstJanusSink *self);
  /* Whether it may; when that changes, gst_janus_sink_open_when_ready() is to be called.
   * Optional. */
  gboolean (*may_open) (GstJanusSink *self);
};

/* All for the signalling thread. */

/* The server has let us in: publishes as soon as there is something to publish. */
void gst_janus_sink_start (GstJanusSink *self);
/* STREAMS tells what becomes of each m-line, or is NULL. */
void gst_janus_sink_take_answer (GstJanusSink *self, const gchar *sdp, const GPtrArray *streams);
/* The server says that media can flow. */
void gst_janus_sink_server_is_up (GstJanusSink *self);
void gst_janus_sink_open_when_ready (GstJanusSink *self);

G_END_DECLS
