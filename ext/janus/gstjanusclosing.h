/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is closed in threads of their own, since that may have to wait: a webrtcbin ends only once
 * whatever it pushes downstream is taken, and downstream may not take it until the whole pipeline
 * is stopped. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstJanusClosing GstJanusClosing;

/* Of one run of BIN. */
GstJanusClosing *gst_janus_closing_new (GstBin *bin);

/* Calls CLOSE (DATA) in a thread, which keeps BIN alive, and not while a state change of BIN is
 * under way: that may have looked at its children before DATA was none of them any more, and would
 * wait for one that waits for downstream. */
void gst_janus_closing_add (GstJanusClosing *self, GDestroyNotify close, gpointer data);

/* BIN is stopped, and what is downstream has let go of everything: there is nothing to wait for any
 * more. */
void gst_janus_closing_stop (GstJanusClosing *self);

/* Waits until all is closed, for some seconds at the most, and frees SELF as soon as it is. */
void gst_janus_closing_finish (GstJanusClosing *self);

G_END_DECLS
