/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* janusvideoroomsrc: receives a publisher of a VideoRoom of a Janus server, as RTP streams. */

#pragma once

#include "gstjanussrc.h"

G_BEGIN_DECLS

#define GST_TYPE_JANUS_VIDEO_ROOM_SRC (gst_janus_video_room_src_get_type ())
G_DECLARE_FINAL_TYPE (
    GstJanusVideoRoomSrc, gst_janus_video_room_src, GST, JANUS_VIDEO_ROOM_SRC, GstJanusSrc)

GST_ELEMENT_REGISTER_DECLARE (janusvideoroomsrc);

G_END_DECLS
