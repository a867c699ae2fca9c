/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstperclitedec.c - perclitedec: decrypts RTP payloads that perclitenc encrypted. */

/**
 * SECTION:element-perclitedec
 * @title: perclitedec
 * @short_description: decrypts RTP payloads that were encrypted end to end (PERC Lite)
 * @see_also: perclitenc, srtpdec
 *
 * Decrypts the payload of each RTP packet, as in draft-murillo-perc-lite-01. Nothing but authentic
 * payloads ever leaves it: packets that cannot be decrypted, or come twice, are dropped, counted and
 * reported, and the stream goes on. It belongs behind anything that restores lost packets, such as
 * webrtcbin, and before the depayloader.
 *
 * ## Example pipeline
 * |[
 * openssl rand -base64 44 > room.key
 * gst-launch-1.0 audiotestsrc num-buffers=500 ! opusenc ! rtpopuspay ! perclitenc key-file=room.key ! perclitedec key-file=room.key ! rtpopusdepay ! opusdec ! autoaudiosink
 * ]|
 * Encrypts a tone, and decrypts it again.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstperclitedec.h"

GST_DEBUG_CATEGORY_STATIC (gst_perclite_dec_debug);
#define GST_CAT_DEFAULT gst_perclite_dec_debug

#define DEFAULT_REPLAY_WINDOW_SIZE 1024
#define DEFAULT_ROC_SEARCH_LIMIT 4096

enum {
  PROP_0,
  PROP_REPLAY_WINDOW_SIZE,
  PROP_ROC_SEARCH_LIMIT,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

struct _GstPercliteDec {
  GstPercliteFilter parent;

  /* Guarded by the object lock. */
  guint replay_window_size;
  guint roc_search_limit;

  /* Guarded by the lock of the filter while packets flow. */
  PercliteDecrypter *decrypter;
};

G_DEFINE_TYPE_WITH_CODE (GstPercliteDec, gst_perclite_dec, GST_TYPE_PERCLITE_FILTER,
    GST_DEBUG_CATEGORY_INIT (gst_perclite_dec_debug, "perclitedec", 0, "PERC Lite decrypter"))

GST_ELEMENT_REGISTER_DEFINE (perclitedec, "perclitedec", GST_RANK_NONE, GST_TYPE_PERCLITE_DEC);

static gboolean
gst_perclite_dec_start (GstPercliteFilter *filter, PercliteKey *key, GError **error)
{
  GstPercliteDec *self = GST_PERCLITE_DEC (filter);
  guint window_size, roc_search_limit;

  GST_OBJECT_LOCK (self);
  window_size = self->replay_window_size;
  roc_search_limit = self->roc_search_limit;
  GST_OBJECT_UNLOCK (self);

  self->decrypter = perclite_decrypter_new (key, window_size, error);
  if (self->decrypter == NULL)
    return FALSE;
  perclite_decrypter_set_roc_search (self->decrypter, roc_search_limit);
  return TRUE;
}

static void
gst_perclite_dec_stop (GstPercliteFilter *filter)
{
  g_clear_pointer (&GST_PERCLITE_DEC (filter)->decrypter, perclite_decrypter_free);
}

static PercliteResult
gst_perclite_dec_transform (GstPercliteFilter *filter, const guint8 *outer_header, guint8 *inner,
    gsize size, gsize *out_size)
{
  return perclite_decrypter_decrypt (
      GST_PERCLITE_DEC (filter)->decrypter, outer_header, inner, size, out_size);
}

static void
gst_perclite_dec_foreach_stream (
    GstPercliteFilter *filter, PercliteStreamFunc func, gpointer user_data)
{
  perclite_decrypter_foreach_stream (GST_PERCLITE_DEC (filter)->decrypter, func, user_data);
}

static void
gst_perclite_dec_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstPercliteDec *self = GST_PERCLITE_DEC (object);

  switch (id) {
    case PROP_REPLAY_WINDOW_SIZE:
      GST_OBJECT_LOCK (self);
      self->replay_window_size = g_value_get_uint (value);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_ROC_SEARCH_LIMIT:
      GST_OBJECT_LOCK (self);
      self->roc_search_limit = g_value_get_uint (value);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_perclite_dec_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstPercliteDec *self = GST_PERCLITE_DEC (object);

  switch (id) {
    case PROP_REPLAY_WINDOW_SIZE:
      GST_OBJECT_LOCK (self);
      g_value_set_uint (value, self->replay_window_size);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_ROC_SEARCH_LIMIT:
      GST_OBJECT_LOCK (self);
      g_value_set_uint (value, self->roc_search_limit);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_perclite_dec_init (GstPercliteDec *self)
{
  self->replay_window_size = DEFAULT_REPLAY_WINDOW_SIZE;
  self->roc_search_limit = DEFAULT_ROC_SEARCH_LIMIT;
}

static void
gst_perclite_dec_class_init (GstPercliteDecClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstPercliteFilterClass *filter_class = GST_PERCLITE_FILTER_CLASS (klass);

  object_class->set_property = gst_perclite_dec_set_property;
  object_class->get_property = gst_perclite_dec_get_property;

  filter_class->encrypting = FALSE;
  filter_class->start = gst_perclite_dec_start;
  filter_class->stop = gst_perclite_dec_stop;
  filter_class->transform = gst_perclite_dec_transform;
  filter_class->foreach_stream = gst_perclite_dec_foreach_stream;

  /**
   * GstPercliteDec:replay-window-size:
   *
   * How many packets behind the newest one of its stream a packet may be and still be accepted.
   * Older ones are dropped, because whether they came before is not known any more.
   *
   * Since: 0.1
   */
  properties[PROP_REPLAY_WINDOW_SIZE] = g_param_spec_uint ("replay-window-size",
      "Replay window size", "How many packets the replay protection looks back", 64, 0x8000,
      DEFAULT_REPLAY_WINDOW_SIZE,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  /**
   * GstPercliteDec:roc-search-limit:
   *
   * A sequence number wraps every 65536 packets, and how often it has is not on the wire. Up to this many
   * times, a receiver that joins later finds out by trial. At 50 packets a second 4096 are 62 days, at
   * 500 packets a second 6 days. With aes-cm-128-hmac-sha1-32, whose tag is short, 15 is the most.
   *
   * Since: 0.1
   */
  properties[PROP_ROC_SEARCH_LIMIT] = g_param_spec_uint ("roc-search-limit", "ROC search limit",
      "How many wraps of the sequence number a receiver may have missed when it joins (0: none)", 0,
      G_MAXUINT16, DEFAULT_ROC_SEARCH_LIMIT,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  gst_element_class_set_static_metadata (element_class, "PERC Lite decrypter",
      "Filter/Network/SRTP", "Decrypts RTP payloads end to end (draft-murillo-perc-lite)",
      "The gst-perclite authors");
}
