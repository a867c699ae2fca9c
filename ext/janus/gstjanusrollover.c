/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether SRTP is in step with the server. If it is not, nothing of a stream is authentic any more,
 * for as long as the connection lasts. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanusrollover.h"

/* So many more packets that are not authentic than those that are. A report comes each second, and
 * what is lost may still come late. */
#define ENOUGH 16

struct _GstJanusRollover {
  GHashTable *streams; /* SSRC -> Stream */
};

typedef struct {
  guint n_received, n_dropped;
  guint score;
  gboolean told;
} Stream;

GstJanusRollover *
gst_janus_rollover_new (void)
{
  GstJanusRollover *self = g_new0 (GstJanusRollover, 1);

  self->streams = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return self;
}

void
gst_janus_rollover_free (GstJanusRollover *self)
{
  g_hash_table_unref (self->streams);
  g_free (self);
}

/* NULL: nothing of it was authentic yet, so somebody may have made it up. */
static Stream *
get_stream (GstJanusRollover *self, guint32 ssrc, gboolean is_proven)
{
  Stream *stream = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (ssrc));

  if (!stream && is_proven) {
    stream = g_new0 (Stream, 1);
    g_hash_table_insert (self->streams, GUINT_TO_POINTER (ssrc), stream);
  }
  return stream;
}

static void
stream_take (Stream *stream, guint n_received, guint n_dropped)
{
  stream->n_received = n_received;
  stream->n_dropped = n_dropped;
}

/* Not at the first look that shows it. */
static gboolean
stream_is_lost (Stream *stream, guint n_received, guint n_dropped)
{
  gboolean was_enough = stream->score >= ENOUGH;
  guint good, bad;

  /* Counted anew. */
  if (n_received < stream->n_received || n_dropped < stream->n_dropped)
    stream_take (stream, 0, 0);
  bad = MIN (n_dropped - stream->n_dropped, n_received - stream->n_received);
  good = n_received - stream->n_received - bad;
  stream_take (stream, n_received, n_dropped);

  stream->score += bad;
  stream->score -= MIN (stream->score, good);
  return was_enough && bad > good;
}

gboolean
gst_janus_rollover_is_lost (GstJanusRollover *self, const GstStructure *stats, guint32 *ssrc)
{
  const GValue *streams = gst_structure_get_value (stats, "streams");
  guint i;

  if (!streams || !GST_VALUE_HOLDS_ARRAY (streams))
    return FALSE;
  for (i = 0; i < gst_value_array_get_size (streams); i++) {
    const GstStructure *s = gst_value_get_structure (gst_value_array_get_value (streams, i));
    guint n_received, n_dropped;
    Stream *stream;

    if (gst_structure_get (s, "ssrc", G_TYPE_UINT, ssrc, "recv-count", G_TYPE_UINT, &n_received,
            "recv-drop-count", G_TYPE_UINT, &n_dropped, NULL) &&
        (stream = get_stream (self, *ssrc, n_received > n_dropped)) &&
        stream_is_lost (stream, n_received, n_dropped) && !stream->told)
      return stream->told = TRUE;
  }
  return FALSE;
}

gboolean
gst_janus_rollover_is_lost_in (GstJanusRollover *self, GstElement *webrtcbin, guint32 *ssrc)
{
  GstIterator *decoders =
      gst_bin_iterate_all_by_element_factory_name (GST_BIN (webrtcbin), "srtpdec");
  GValue item = G_VALUE_INIT;
  gboolean is_lost = FALSE;

  /* One that is being added is looked at the next time. */
  while (!is_lost && gst_iterator_next (decoders, &item) == GST_ITERATOR_OK) {
    g_autoptr (GstStructure) stats = NULL;

    g_object_get (g_value_get_object (&item), "stats", &stats, NULL);
    is_lost = stats && gst_janus_rollover_is_lost (self, stats, ssrc);
    g_value_reset (&item);
  }
  g_value_unset (&item);
  gst_iterator_free (decoders);
  return is_lost;
}
