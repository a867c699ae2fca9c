/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a run has failed with for good: told once, and when somebody listens. */

#pragma once

#include "gstjanusbin.h"

G_BEGIN_DECLS

typedef struct _GstJanusFailure GstJanusFailure;

/* BIN owns what is returned. */
GstJanusFailure *gst_janus_failure_new (GstJanusBin *bin);
void gst_janus_failure_free (GstJanusFailure *self);

/* A run begins. */
void gst_janus_failure_reset (GstJanusFailure *self);
/* Signalling thread: the run has failed with ERROR. */
void gst_janus_failure_set (GstJanusFailure *self, const GError *error);
/* Signalling thread: the run ends. */
void gst_janus_failure_stop (GstJanusFailure *self);

/* The following may be called in any thread. */

gboolean gst_janus_failure_is_set (GstJanusFailure *self);
/* Whether the element plays; tells what it has failed with before, once. */
void gst_janus_failure_set_playing (GstJanusFailure *self, gboolean playing);

G_END_DECLS
