/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether SRTP is in step with the server. If it is not, nothing of a stream is authentic any more, for as long as the connection lasts. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanusrollover.h"

/* So many packets that are not authentic, each that is making up for some: a report comes each second, and a stranger who knows a stream must not
 * end it by a few packets. */
#define ENOUGH 16
#define WORTH 4

/* Anyone can make up streams. */
#define MAX_STREAMS 256

struct _GstJanusRollover {
  GHashTable *streams; /* SSRC -> Stream */
};

typedef struct {
  guint n_received, n_dropped;
  guint score;
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

/* NULL: there are too many. */
static Stream *
get_stream (GstJanusRollover *self, guint32 ssrc)
{
  Stream *stream = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (ssrc));

  if (!stream && g_hash_table_size (self->streams) < MAX_STREAMS) {
    stream = g_new0 (Stream, 1);
    g_hash_table_insert (self->streams, GUINT_TO_POINTER (ssrc), stream);
  }
  return stream;
}

static gboolean
stream_is_lost (Stream *stream, guint n_received, guint n_dropped)
{
  guint received, bad;
  guint64 worth;

  if (!stream)
    return FALSE;
  received = n_received - stream->n_received;
  bad = MIN (n_dropped - stream->n_dropped, received);
  worth = (guint64) WORTH * (received - bad);
  stream->n_received = n_received;
  stream->n_dropped = n_dropped;
  stream->score += bad;
  stream->score -= (guint) MIN (stream->score, worth);
  return stream->score >= ENOUGH;
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

    if (gst_structure_get (s, "ssrc", G_TYPE_UINT, ssrc, "recv-count", G_TYPE_UINT, &n_received,
            "recv-drop-count", G_TYPE_UINT, &n_dropped, NULL) &&
        stream_is_lost (get_stream (self, *ssrc), n_received, n_dropped))
      return TRUE;
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
