/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstpercliteenc.h - perclitenc: encrypts RTP payloads end to end. */

#pragma once

#include "gstperclitefilter.h"

G_BEGIN_DECLS

#define GST_TYPE_PERCLITE_INNER_SSRC (gst_perclite_inner_ssrc_get_type ())
GType gst_perclite_inner_ssrc_get_type (void);

#define GST_TYPE_PERCLITE_ENC (gst_perclite_enc_get_type ())
G_DECLARE_FINAL_TYPE (GstPercliteEnc, gst_perclite_enc, GST, PERCLITE_ENC, GstPercliteFilter)

GST_ELEMENT_REGISTER_DECLARE (perclitenc);

G_END_DECLS
