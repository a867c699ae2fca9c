/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstmjrmux.h - mjrmux: makes a recording of the Janus server out of RTP packets. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_MJR_MUX (gst_mjr_mux_get_type ())
G_DECLARE_FINAL_TYPE (GstMjrMux, gst_mjr_mux, GST, MJR_MUX, GstElement)

GST_ELEMENT_REGISTER_DECLARE (mjrmux);

G_END_DECLS
