/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstmjrdemux.h - mjrdemux: takes the packets out of a recording of the Janus server. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_MJR_DEMUX (gst_mjr_demux_get_type ())
G_DECLARE_FINAL_TYPE (GstMjrDemux, gst_mjr_demux, GST, MJR_DEMUX, GstElement)

GST_ELEMENT_REGISTER_DECLARE (mjrdemux);

G_END_DECLS
