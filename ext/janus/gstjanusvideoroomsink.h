/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* janusvideoroomsink: publishes RTP streams into a VideoRoom of a Janus server. */

#pragma once

#include "gstjanussink.h"

G_BEGIN_DECLS

#define GST_TYPE_JANUS_VIDEO_ROOM_SINK (gst_janus_video_room_sink_get_type ())
G_DECLARE_FINAL_TYPE (
    GstJanusVideoRoomSink, gst_janus_video_room_sink, GST, JANUS_VIDEO_ROOM_SINK, GstJanusSink)

GST_ELEMENT_REGISTER_DECLARE (janusvideoroomsink);

G_END_DECLS
