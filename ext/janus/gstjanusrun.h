/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The signalling thread of one run, from PAUSED back to READY, with a main context of its own.
 *
 * Nothing in it ever waits for the network, so a state change may wait for what it asks of the
 * thread. Leaving a room does take the network, and goes on in the thread after the element has let
 * go of it. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _GstJanusRun GstJanusRun;

GstJanusRun *gst_janus_run_start (void);
GMainContext *gst_janus_run_get_context (GstJanusRun *run);

/* Calls FUNC (DATA) in the thread soon, in the order of these calls. Any thread. */
void
gst_janus_run_invoke (GstJanusRun *run, GSourceFunc func, gpointer data, GDestroyNotify destroy);
/* The same, once in a run, and waits for it; a second call returns at once. In the run's own thread
 * FUNC is called at once. */
void gst_janus_run_invoke_and_wait (GstJanusRun *run, GSourceFunc func, gpointer data);

/* Ends the thread of RUN, a GstJanusRun, after what is being done. From the run's thread. */
void gst_janus_run_quit (gpointer run);

/* Waits for the thread's end, for as long as a room takes to be left at the most, and frees RUN. In
 * the run's own thread there is nothing to wait for. */
void gst_janus_run_finish (GstJanusRun *run);

G_END_DECLS
