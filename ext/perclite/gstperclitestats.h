/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstperclitestats.h - the counters of an element, as GStreamer structures and messages. */

#pragma once

#include <gst/gst.h>

#include "perclitedrops.h"
#include "perclitekey.h"
#include "perclitesrtp.h"

G_BEGIN_DECLS

/**
 * GstPercliteStats:
 * @packets_in: RTP packets that came
 * @bytes_in: their bytes, headers included
 * @packets_out: RTP packets that were encrypted or decrypted
 * @bytes_out: their bytes, headers included
 * @drops: (not nullable): RTP packets that were not
 * @suite: (not nullable): nick of the suite in use, "" before there was one
 * @fingerprint: (not nullable): of the key in use, "" before there was one
 */
typedef struct {
  guint64 packets_in;
  guint64 bytes_in;
  guint64 packets_out;
  guint64 bytes_out;
  PercliteDrops *drops;
  const gchar *suite;
  gchar *fingerprint;
} GstPercliteStats;

void gst_perclite_stats_init (GstPercliteStats *stats);

/* Frees what @stats holds, not @stats. */
void gst_perclite_stats_clear (GstPercliteStats *stats);

/* Sets all counters to 0. */
void
gst_perclite_stats_reset (GstPercliteStats *stats, PercliteSuite suite, const gchar *fingerprint);

/**
 * gst_perclite_stats_append_stream:
 * @streams: (type GValue): a #GST_TYPE_ARRAY to append a structure on @stream to
 *
 * A #PercliteStreamFunc.
 */
void gst_perclite_stats_append_stream (const PercliteStream *stream, gpointer streams);

/**
 * gst_perclite_stats_to_structure:
 * @streams: (transfer full): a #GST_TYPE_ARRAY, cleared afterwards
 *
 * Returns: (transfer full): what the property stats of the elements documents
 */
GstStructure *gst_perclite_stats_to_structure (const GstPercliteStats *stats, GValue *streams);

/**
 * gst_perclite_stats_post_drop:
 * @element: the element that dropped packets; no lock may be held
 * @report: what perclite_drops_add() found worth telling
 * @encrypting: whether @element encrypts
 * @fingerprint: of the key in use
 *
 * Posts an element message "perclite-packets-dropped" with the fields "ssrc" (guint, of the outer
 * packet dropped last), "reason" (string), "count" (guint64, since the last such message), "total"
 * (guint64, since the start), "many-ssrcs" (gboolean, whether the numbers are of all the SSRCs that
 * are not counted one by one) and "text" (string, for people).
 *
 * The first time in a run that packets are dropped for a reason, a warning with the same text
 * follows, which applications show without knowing of PERC Lite. Packets that came twice do not
 * warrant one: networks duplicate packets.
 */
void gst_perclite_stats_post_drop (GstElement *element, const PercliteDropReport *report,
    gboolean encrypting, const gchar *fingerprint);

G_END_DECLS
