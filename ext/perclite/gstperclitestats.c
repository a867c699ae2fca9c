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
      .fingerprint = g_strdup (""),
  };
}

void
gst_perclite_stats_clear (GstPercliteStats *stats)
{
  g_clear_pointer (&stats->drops, perclite_drops_free);
  g_clear_pointer (&stats->fingerprint, g_free);
}

void
gst_perclite_stats_reset (GstPercliteStats *stats, PercliteSuite suite, const gchar *fingerprint)
{
  PercliteDrops *drops = stats->drops;

  perclite_drops_reset (drops);
  g_free (stats->fingerprint);
  *stats = (GstPercliteStats){
      .drops = drops,
      .suite = perclite_suite_nick (suite),
      .fingerprint = g_strdup (fingerprint),
  };
}

void
gst_perclite_stats_append_stream (const PercliteStream *stream, gpointer streams)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, GST_TYPE_STRUCTURE);
  g_value_take_boxed (&value,
      gst_structure_new ("application/x-perclite-stream", "ssrc", G_TYPE_UINT, stream->outer_ssrc,
          "inner-ssrc", G_TYPE_UINT, stream->inner_ssrc, "packets", G_TYPE_UINT64, stream->packets,
          "bytes", G_TYPE_UINT64, stream->bytes, "roc", G_TYPE_UINT, stream->roc, NULL));
  gst_value_array_append_and_take_value (streams, &value);
}

GstStructure *
gst_perclite_stats_to_structure (const GstPercliteStats *stats, GValue *streams)
{
  g_autoptr (GstStructure) drops = gst_structure_new_empty ("application/x-perclite-drops");
  GstStructure *structure;

  for (guint i = 0; i < PERCLITE_N_DROPS; i++)
    gst_structure_set (drops, perclite_drop_nick ((PercliteDrop) i), G_TYPE_UINT64,
        perclite_drops_get_total (stats->drops, (PercliteDrop) i), NULL);

  structure = gst_structure_new ("application/x-perclite-stats", "packets-in", G_TYPE_UINT64,
      stats->packets_in, "bytes-in", G_TYPE_UINT64, stats->bytes_in, "packets-out", G_TYPE_UINT64,
      stats->packets_out, "bytes-out", G_TYPE_UINT64, stats->bytes_out, "dropped", G_TYPE_UINT64,
      perclite_drops_get_total (stats->drops, PERCLITE_N_DROPS), "drops", GST_TYPE_STRUCTURE, drops,
      "suite", G_TYPE_STRING, stats->suite, "fingerprint", G_TYPE_STRING, stats->fingerprint, NULL);
  gst_structure_take_value (structure, "streams", streams);
  return structure;
}

void
gst_perclite_stats_post_drop (GstElement *element, const PercliteDropReport *report,
    gboolean encrypting, const gchar *fingerprint)
{
  const gchar *nick = perclite_drop_nick (report->reason);
  const gchar *text = perclite_drop_text (report->reason, encrypting);

  gst_element_post_message (
      element, gst_message_new_element (GST_OBJECT (element),
                   gst_structure_new ("perclite-packets-dropped", "ssrc", G_TYPE_UINT, report->ssrc,
                       "reason", G_TYPE_STRING, nick, "count", G_TYPE_UINT64, report->count,
                       "total", G_TYPE_UINT64, report->total, "many-ssrcs", G_TYPE_BOOLEAN,
                       report->many_ssrcs, "text", G_TYPE_STRING, text, NULL)));

  if (report->first && report->reason != PERCLITE_DROP_REPLAYED)
    gst_element_message_full (element, GST_MESSAGE_WARNING, GST_STREAM_ERROR,
        encrypting ? GST_STREAM_ERROR_FAILED : GST_STREAM_ERROR_DECRYPT, g_strdup (text),
        g_strdup_printf (
            "%s, SSRC %08x, fingerprint of the key in use %s; later ones are counted in "
            "the property stats",
            nick, report->ssrc, fingerprint),
        __FILE__, GST_FUNCTION, __LINE__);
}
