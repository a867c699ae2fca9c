/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* callmedia.h - some seconds of encoded picture and sound, and a source that repeats them for
 * ever. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define CALL_MEDIA_RATE "width=1280,height=720,framerate=30/1"

/* @keyframes is the longest distance between pictures that need no other; decimal text. One thread:
 *   those of libvpx wait for each other busily, which is not what is to be measured. */
#define CALL_MEDIA_VP8(keyframes)                                                 \
  "vp8enc threads=1 deadline=1 cpu-used=-8 end-usage=cbr target-bitrate=2500000 " \
  "keyframe-max-dist=" keyframes

/* Encodes CALL_MEDIA_RATE in some 2.5 Mbit/s, and sound, into @path. */
void call_media_make (const gchar *path);

typedef struct _CallMedia CallMedia;

/* Reads them. */
CallMedia *call_media_new (const gchar *path);
void call_media_free (CallMedia *self);

/* Has the appsrc elements "video" and "audio" of @pipeline send them, again and again. @self has to
 * live longer. */
void call_media_attach (CallMedia *self, GstElement *pipeline);

G_END_DECLS
