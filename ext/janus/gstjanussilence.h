/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a media connection has fallen silent: webrtcbin 1.22 does not notice when the other side
 * is gone. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Janus reports (RTCP) on whatever flows, in either direction, each second, and each 5 seconds in
 * its version of 2018. */
#define GST_JANUS_MAX_SILENCE_SECONDS 10

typedef struct _GstJanusSilence GstJanusSilence;

/* Watches WEBRTCBIN, from before it has a description until it is gone. Caller owns what is
 * returned. */
GstJanusSilence *gst_janus_silence_new (GstElement *webrtcbin);
void gst_janus_silence_free (GstJanusSilence *self);

/* To be asked each second. TRUE: media was sent or has come over the connection, and nothing has
 * come for GST_JANUS_MAX_SILENCE_SECONDS. Not PLAYING: nothing is received anyway. */
gboolean gst_janus_silence_is_too_long (GstJanusSilence *self, gboolean playing);

G_END_DECLS
