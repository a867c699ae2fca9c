/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a media connection that is up still brings media. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstJanusHealth GstJanusHealth;

/* Watches WEBRTCBIN, from before it has a description until it is gone. Caller owns what is
 * returned. */
GstJanusHealth *gst_janus_health_new (GstElement *webrtcbin);
void gst_janus_health_free (GstJanusHealth *self);

/* How often to ask, once the connection is up. */
#define GST_JANUS_HEALTH_MSECONDS 250

/* A JANUS_ERROR that the caller owns, or NULL: nothing is wrong that was not told. */
GError *gst_janus_health_find_fault (GstJanusHealth *self);

G_END_DECLS
