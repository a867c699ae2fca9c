/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The caps of what is published. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Whether A and B are of one codec and payload type. */
gboolean gst_janus_caps_same_codec (const GstCaps *a, const GstCaps *b);

/* CAPS, which it takes, with SSRC unless they name one, as those of payloaders do: else webrtcbin
 * would offer one by chance, and Janus drops what has another. */
GstCaps *gst_janus_caps_complete (GstCaps *caps, guint32 ssrc);

/* The SSRC of the first packet of what a probe has met, 0 when there is none. */
guint32 gst_janus_data_get_ssrc (GstPadProbeInfo *info);

G_END_DECLS
