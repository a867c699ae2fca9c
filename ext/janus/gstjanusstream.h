/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One stream that a sink takes in: what comes on its pad, in its streaming thread, up to where the
 * connection may begin. For gstjanusstreams.c alone. */

#pragma once

#include "gstjanusguard.h"
#include "gstjanusstreams.h"

G_BEGIN_DECLS

/* One request pad, and owned by it: ghost pad -> gate -> clocksync -> webrtcbin. */
typedef struct {
  GstJanusStreams *streams; /* not owned */
  GstPad *pad;
  GstPad *gate; /* the inside of the pad, where what waits for the connection is blocked */
  GstElement *sync;
  GstPad *sync_src;

  /* Of its streaming thread. */
  guint32 ssrc; /* of the first packet */
  GstJanusGuard guard;
  GQueue held; /* buffers that the guard has not judged yet */

  /* Under the lock of all. */
  gboolean encrypted; /* the event of perclitenc has come */
  gboolean refused;   /* plaintext has come, and an error was posted */
  gboolean started;   /* data has come */
  gboolean eos;
  GstCaps *caps;
  gulong block_id; /* of a stream that is not live and waits for the gate */
} GstJanusStream;

/* What all of them share. */
struct _GstJanusStreams {
  GstJanusBin *bin; /* not owned */
  const GstJanusStreamsHandlers *handlers;

  GMutex lock;
  GList *streams; /* of GstJanusStream, in the order of the m-lines */
  guint next_pad;
  gboolean allow_plaintext;
  gboolean settled;   /* no more streams can be added */
  gboolean gate_open; /* the connection is up */
  gboolean was_open;  /* or has been in this run */
  guint64 n_dropped;  /* packets */
};

/* A stream of STREAMS by a pad NAME of TEMPL, with its clocksync in the bin. NULL: there is no
 * clocksync, which is told as an error. Its pad owns it. */
GstJanusStream *
gst_janus_stream_new (GstJanusStreams *streams, GstPadTemplate *templ, const gchar *name);
/* Of a pad that it was made with. */
GstJanusStream *gst_janus_stream_of_pad (gpointer pad);
/* Takes its clocksync out of the bin. */
void gst_janus_stream_remove (GstJanusStream *self);

/* Whether all of SELF have ended. With the lock. */
gboolean gst_janus_streams_ended (GstJanusStreams *self);

G_END_DECLS
