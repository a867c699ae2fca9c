/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstmjrcaps.h - what the header of a recording says, as caps and tags, and the reverse. */

#pragma once

#include <gst/gst.h>

#include "mjrheader.h"

G_BEGIN_DECLS

/* Media type of the recordings themselves. */
#define GST_MJR_MEDIA_TYPE "application/x-janus-mjr"

/* Tag, boolean: whether the recording is flagged as encrypted, whatever became of it since. */
#define GST_MJR_TAG_ENCRYPTED "mjr-encrypted"

/* Field of application/x-rtp caps, boolean: the same. */
#define GST_MJR_CAPS_ENCRYPTED "mjr-encrypted"

/* The times of a GstReferenceTimestampMeta with these caps are nanoseconds since 1970. */
#define GST_MJR_UNIX_TIME_CAPS "timestamp/x-unix"

void gst_mjr_register_tags (void);

/* Ticks a second of the RTP timestamps; 0 for recordings of data. */
guint gst_mjr_clock_rate (const MjrHeader *header);

/**
 * gst_mjr_header_to_caps:
 * @payload: payload type of the packets, or -1 when there are none
 *
 * Returns: (transfer full): caps of what is in the recording
 */
GstCaps *gst_mjr_header_to_caps (const MjrHeader *header, gint payload);

/**
 * gst_mjr_header_to_tags:
 * @start: wall clock time of the start in microseconds since 1970; 0: not known
 *
 * Returns: (transfer full): tags
 */
GstTagList *gst_mjr_header_to_tags (const MjrHeader *header, gint64 start);

/**
 * gst_mjr_header_from_caps:
 *
 * Returns: (transfer full) (nullable): a header for RTP packets with these caps; %NULL when Janus
 *   has no name for their codec
 */
MjrHeader *gst_mjr_header_from_caps (guint generation, const GstCaps *caps);

G_END_DECLS
