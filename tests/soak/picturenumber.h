/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A number in the corner of a picture, which survives encoding: by it one knows which pictures have
 * come, and when. */

#pragma once

#include <gst/video/video.h>

G_BEGIN_DECLS

/* The smallest picture that has room for it. */
#define PICTURE_NUMBER_WIDTH 128
#define PICTURE_NUMBER_HEIGHT 64

/* It begins anew after this. */
#define PICTURE_NUMBER_MAX 0xffffffu

/* FRAME is mapped, in a format with a plane of luma of 8 bits, and large enough; NUMBER is at most
 * PICTURE_NUMBER_MAX. */
void picture_number_write (GstVideoFrame *frame, guint32 number);
/* FALSE: there is none, or the picture is damaged. */
gboolean picture_number_read (GstVideoFrame *frame, guint32 *number);

G_END_DECLS
