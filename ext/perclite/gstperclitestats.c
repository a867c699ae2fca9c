/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstperclitestats.c - the counters of an element, as GStreamer structures and messages. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstperclitestats.h"

void
gst_perclite_stats_init (GstPercliteStats *stats)
{
  *stats = (GstPercliteStats){
      .drops = perclite_drops_new (),
      .suite = "",
      .crypto = "",
  };
}

void
gst_perclite_stats_clear (GstPercliteStats *stats)
{
  g_clear_pointer (&stats->drops, perclite_drops_free);
}

void
gst_perclite_stats_reset (GstPercliteStats *stats)
{
  PercliteDrops *drops = stats->drops;

  perclite_drops_reset (drops);
  *stats = (GstPercliteStats){
      .drops = drops,
      .suite = "",
      .crypto = "",
  };
}

void
gst_perclite_stats_set_key (GstPercliteStats *stats, const PercliteKey *key, guint n_keys)
{
  const gchar *fingerprint = key != NULL ? perclite_key_get_fingerprint (key) : "";

  stats->n_keys = n_keys;
  stats->suite = key != NULL ? perclite_suite_nick (perclite_key_get_suite (key)) : "";
  stats->crypto = key != NULL ? perclite_srtp_get_crypto () : "";
  g_strlcpy (stats->fingerprint, fingerprint, sizeof stats->fingerprint);
}

void
gst_perclite_stats_append_stream (const PercliteStream *stream, gpointer streams)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value,
      gst_structure_new ("application/x-perclite-stream", "ssrc", G_TYPE_UINT, stream->outer_ssrc,
          "inner-ssrc", G_TYPE_UINT, stream->inner_ssrc, "packets", G_TYPE_UINT64, stream->packets,
          "bytes", G_TYPE_UINT64, stream->bytes, "roc", G_TYPE_UINT, stream->roc, "fingerprint",
          G_TYPE_STRING, stream->fingerprint, NULL));
  gst_value_array_append_and_take_value (streams, &value);
}

static void
append_key (GValue *keys, const PercliteKeyring *ring, const PercliteKey *key)
{
  GValue value = G_VALUE_INIT;
  gchar mki_hex[2 * PERCLITE_MKI_MAX_SIZE + 1] = "";
  gsize mki_size = 0;
  const guint8 *mki = perclite_key_get_mki (key, &mki_size);

  for (gsize i = 0; i < mki_size; i++)
    g_snprintf (mki_hex + 2 * i, 3, "%02x", mki[i]);

  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (
      &value, gst_structure_new ("application/x-perclite-key", "fingerprint", G_TYPE_STRING,
                  perclite_key_get_fingerprint (key), "suite", G_TYPE_STRING,
                  perclite_suite_nick (perclite_key_get_suite (key)), "mki", G_TYPE_STRING, mki_hex,
                  "sending", G_TYPE_BOOLEAN, key == perclite_keyring_get_sending (ring), NULL));
  gst_value_array_append_and_take_value (keys, &value);
}

GstStructure *
gst_perclite_stats_to_structure (
    const GstPercliteStats *stats, const PercliteKeyring *ring, GValue *streams)
{
  g_autoptr (GstStructure) drops = gst_structure_new_empty ("application/x-perclite-drops");
  g_autoptr (GstStructure) events = gst_structure_new_empty ("application/x-perclite-events");
  GstStructure *structure;
  GValue keys = G_VALUE_INIT;

  for (guint i = 0; i < PERCLITE_N_DROPS; i++)
    gst_structure_set (drops, perclite_drop_nick ((PercliteDrop) i), G_TYPE_UINT64,
        perclite_drops_get_total (stats->drops, (PercliteDrop) i), NULL);
  for (guint i = 0; i < PERCLITE_N_NEWS; i++)
    gst_structure_set (
        events, perclite_news_nick ((PercliteNewsKind) i), G_TYPE_UINT64, stats->news[i], NULL);

  g_value_init (&keys, GST_TYPE_ARRAY);
  for (guint i = 0; i < perclite_keyring_get_size (ring); i++)
    append_key (&keys, ring, perclite_keyring_get_key (ring, i));

  structure = gst_structure_new ("application/x-perclite-stats", "packets-in", G_TYPE_UINT64,
      stats->packets_in, "bytes-in", G_TYPE_UINT64, stats->bytes_in, "packets-out", G_TYPE_UINT64,
      stats->packets_out, "bytes-out", G_TYPE_UINT64, stats->bytes_out, "dropped", G_TYPE_UINT64,
      perclite_drops_get_total (stats->drops, PERCLITE_N_DROPS), "drops", GST_TYPE_STRUCTURE, drops,
      "events", GST_TYPE_STRUCTURE, events, "suite", G_TYPE_STRING, stats->suite, "crypto",
      G_TYPE_STRING, stats->crypto, "fingerprint", G_TYPE_STRING, stats->fingerprint, NULL);
  gst_structure_take_value (structure, "keys", &keys);
  gst_structure_take_value (structure, "streams", streams);
  return structure;
}
