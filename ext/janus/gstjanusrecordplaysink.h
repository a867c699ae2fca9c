/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* janusrecordplaysink: has RTP streams recorded by the Record & Play plugin of a Janus server. */

#pragma once

#include "gstjanussink.h"

G_BEGIN_DECLS

#define GST_TYPE_JANUS_RECORD_PLAY_SINK (gst_janus_record_play_sink_get_type ())
G_DECLARE_FINAL_TYPE (
    GstJanusRecordPlaySink, gst_janus_record_play_sink, GST, JANUS_RECORD_PLAY_SINK, GstJanusSink)

GST_ELEMENT_REGISTER_DECLARE (janusrecordplaysink);

G_END_DECLS
