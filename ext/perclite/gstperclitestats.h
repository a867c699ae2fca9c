/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstperclitestats.h - the counters of an element, as GStreamer structures and messages. */

#pragma once

#include <gst/gst.h>

#include "perclitehealth.h"
#include "perclitekeyring.h"

G_BEGIN_DECLS

/**
 * GstPercliteStats:
 * @packets_in: RTP packets that came
 * @bytes_in: their bytes, headers included
 * @packets_out: RTP packets that were encrypted or decrypted
 * @bytes_out: their bytes, headers included
 * @drops: (not nullable): RTP packets that were not
 * @news: how often each kind was told
 * @suite: (not nullable): nick of the suite of the key, "" when there is none
 * @crypto: (not nullable): who computes, as perclite_srtp_get_crypto() tells; "" when there is no
 *   key
 * @n_keys: how many keys there are
 * @fingerprint: of the key that encrypts, or the first one that decrypts; "" when there is none
 */
typedef struct {
  guint64 packets_in;
  guint64 bytes_in;
  guint64 packets_out;
  guint64 bytes_out;
  PercliteDrops *drops;
  guint64 news[PERCLITE_N_NEWS];
  guint n_keys;
  const gchar *suite;
  const gchar *crypto;
  gchar fingerprint[17];
} GstPercliteStats;

void gst_perclite_stats_init (GstPercliteStats *stats);

/* Frees what @stats holds, not @stats. */
void gst_perclite_stats_clear (GstPercliteStats *stats);

/* Sets all counters to 0. */
void gst_perclite_stats_reset (GstPercliteStats *stats);

/**
 * gst_perclite_stats_set_key:
 * @key: (nullable): the key that is shown
 * @n_keys: how many there are
 */
void gst_perclite_stats_set_key (GstPercliteStats *stats, const PercliteKey *key, guint n_keys);

/**
 * gst_perclite_stats_append_stream:
 * @streams: (type GValue): a #GST_TYPE_ARRAY to append a structure on @stream to
 *
 * A #PercliteStreamFunc.
 */
void gst_perclite_stats_append_stream (const PercliteStream *stream, gpointer streams);

/**
 * gst_perclite_stats_to_structure:
 * @keys: the keys there are
 * @streams: (transfer full): a #GST_TYPE_ARRAY, cleared afterwards
 *
 * Returns: (transfer full): what the property stats of the elements documents
 */
GstStructure *gst_perclite_stats_to_structure (
    const GstPercliteStats *stats, const PercliteKeyring *keys, GValue *streams);

G_END_DECLS
