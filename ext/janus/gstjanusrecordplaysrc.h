/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* janusrecordplaysrc: receives a recording of the Record & Play plugin of a Janus server, as RTP
 * streams. */

#pragma once

#include "gstjanussrc.h"

G_BEGIN_DECLS

#define GST_TYPE_JANUS_RECORD_PLAY_SRC (gst_janus_record_play_src_get_type ())
G_DECLARE_FINAL_TYPE (
    GstJanusRecordPlaySrc, gst_janus_record_play_src, GST, JANUS_RECORD_PLAY_SRC, GstJanusSrc)

GST_ELEMENT_REGISTER_DECLARE (janusrecordplaysrc);

G_END_DECLS
