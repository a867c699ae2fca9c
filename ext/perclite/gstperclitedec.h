/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstperclitedec.h - perclitedec: decrypts RTP payloads that perclitenc encrypted. */

#pragma once

#include "gstperclitefilter.h"

G_BEGIN_DECLS

#define GST_TYPE_PERCLITE_DEC (gst_perclite_dec_get_type ())
G_DECLARE_FINAL_TYPE (GstPercliteDec, gst_perclite_dec, GST, PERCLITE_DEC, GstPercliteFilter)

GST_ELEMENT_REGISTER_DECLARE (perclitedec);

G_END_DECLS
