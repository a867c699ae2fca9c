/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstpercliteenc.c - perclitenc: encrypts RTP payloads end to end. */

/**
 * SECTION:element-perclitenc
 * @title: perclitenc
 * @short_description: encrypts RTP payloads end to end (PERC Lite)
 * @see_also: perclitedec, srtpenc
 *
 * Encrypts the payload of each RTP packet with a key that only the participants have, as in
 * draft-murillo-perc-lite-01. The header stays as it is, so a media server forwards the packets but
 * cannot read them. It belongs behind the payloader and before anything that makes redundant
 * packets, such as webrtcbin.
 *
 * Packets get larger by 15 to 27 bytes, according to the suite: lower the mtu of the payloader by
 * as much when it matters.
 *
 * ## Example pipeline
 * |[
 * openssl rand -base64 44 > room.key
 * gst-launch-1.0 videotestsrc num-buffers=100 ! vp8enc deadline=1 ! rtpvp8pay pt=105 mtu=1170 ! perclitenc key-file=room.key ! perclitedec key-file=room.key ! rtpvp8depay ! vp8dec ! autovideosink
 * ]|
 * Encrypts a picture, and decrypts it again.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstpercliteenc.h"

GST_DEBUG_CATEGORY_STATIC (gst_perclite_enc_debug);
#define GST_CAT_DEFAULT gst_perclite_enc_debug

#define DEFAULT_INNER_SSRC PERCLITE_INNER_SSRC_RANDOM

enum {
  PROP_0,
  PROP_INNER_SSRC,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

struct _GstPercliteEnc {
  GstPercliteFilter parent;

  /* Guarded by the object lock. */
  PercliteInnerSsrc inner_ssrc;

  /* Guarded by the lock of the filter while packets flow. */
  PercliteEncrypter *encrypter;

  /* Whether downstream is still to be told that this stream is encrypted. Of the streaming thread. */
  gboolean mark_pending;
};

G_DEFINE_TYPE_WITH_CODE (GstPercliteEnc, gst_perclite_enc, GST_TYPE_PERCLITE_FILTER,
    GST_DEBUG_CATEGORY_INIT (gst_perclite_enc_debug, "perclitenc", 0, "PERC Lite encrypter"))

GST_ELEMENT_REGISTER_DEFINE (perclitenc, "perclitenc", GST_RANK_NONE, GST_TYPE_PERCLITE_ENC);

GType
gst_perclite_inner_ssrc_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {PERCLITE_INNER_SSRC_RANDOM, "A fresh random SSRC for each run and stream", "random"},
      {PERCLITE_INNER_SSRC_PRESERVE,
          "The SSRC of the packet (unsafe unless no key ever sees the same SSRC again)",
          "preserve"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstPercliteInnerSsrc", values));
  return type;
}

static gboolean
gst_perclite_enc_start (GstPercliteFilter *filter, PercliteKey *key, GError **error)
{
  GstPercliteEnc *self = GST_PERCLITE_ENC (filter);
  PercliteInnerSsrc mode;

  GST_OBJECT_LOCK (self);
  mode = self->inner_ssrc;
  GST_OBJECT_UNLOCK (self);

  self->mark_pending = TRUE;
  self->encrypter = perclite_encrypter_new (key, mode, error);
  return self->encrypter != NULL;
}

static void
gst_perclite_enc_stop (GstPercliteFilter *filter)
{
  g_clear_pointer (&GST_PERCLITE_ENC (filter)->encrypter, perclite_encrypter_free);
}

static PercliteResult
gst_perclite_enc_transform (GstPercliteFilter *filter, const guint8 *outer_header, guint8 *inner,
    gsize size, gsize *out_size)
{
  return perclite_encrypter_encrypt (
      GST_PERCLITE_ENC (filter)->encrypter, outer_header, inner, size, out_size);
}

static void
gst_perclite_enc_foreach_stream (
    GstPercliteFilter *filter, PercliteStreamFunc func, gpointer user_data)
{
  perclite_encrypter_foreach_stream (GST_PERCLITE_ENC (filter)->encrypter, func, user_data);
}

static void
push_mark (GstPercliteEnc *self)
{
  self->mark_pending = FALSE;
  gst_perclite_filter_push_encrypted_event (GST_PERCLITE_FILTER (self));
}

static gboolean
gst_perclite_enc_sink_event (GstPercliteFilter *filter, GstEvent *event)
{
  GstPercliteEnc *self = GST_PERCLITE_ENC (filter);
  GstEventType type = GST_EVENT_TYPE (event);
  gboolean ret;

  /* A stream without caps has a segment at least. */
  if (type == GST_EVENT_SEGMENT && self->mark_pending)
    push_mark (self);

  ret = GST_PERCLITE_FILTER_CLASS (gst_perclite_enc_parent_class)->sink_event (filter, event);

  if (type == GST_EVENT_STREAM_START)
    self->mark_pending = TRUE;
  else if (type == GST_EVENT_CAPS)
    push_mark (self);
  return ret;
}

static void
gst_perclite_enc_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstPercliteEnc *self = GST_PERCLITE_ENC (object);

  switch (id) {
    case PROP_INNER_SSRC:
      GST_OBJECT_LOCK (self);
      self->inner_ssrc = (PercliteInnerSsrc) g_value_get_enum (value);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_perclite_enc_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstPercliteEnc *self = GST_PERCLITE_ENC (object);

  switch (id) {
    case PROP_INNER_SSRC:
      GST_OBJECT_LOCK (self);
      g_value_set_enum (value, (gint) self->inner_ssrc);
      GST_OBJECT_UNLOCK (self);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_perclite_enc_init (GstPercliteEnc *self)
{
  self->inner_ssrc = DEFAULT_INNER_SSRC;
}

static void
gst_perclite_enc_class_init (GstPercliteEncClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstPercliteFilterClass *filter_class = GST_PERCLITE_FILTER_CLASS (klass);

  object_class->set_property = gst_perclite_enc_set_property;
  object_class->get_property = gst_perclite_enc_get_property;

  filter_class->encrypting = TRUE;
  filter_class->start = gst_perclite_enc_start;
  filter_class->stop = gst_perclite_enc_stop;
  filter_class->transform = gst_perclite_enc_transform;
  filter_class->foreach_stream = gst_perclite_enc_foreach_stream;
  filter_class->sink_event = gst_perclite_enc_sink_event;

  /**
   * GstPercliteEnc:inner-ssrc:
   *
   * The SSRC inside the encrypted payload, which receivers do not compare with the one outside. It
   * is a part of the nonce: when a pipeline with a fixed SSRC is started again, or two senders with
   * the same key have the same SSRC, nonces repeat, and with them confidentiality and authenticity
   * are lost. The default prevents that.
   *
   * Since: 0.1
   */
  properties[PROP_INNER_SSRC] = g_param_spec_enum ("inner-ssrc", "Inner SSRC",
      "SSRC inside the encrypted payload. DANGER: preserve breaks the encryption as soon as the "
      "same key sees the same SSRC again, as after a restart with a fixed ssrc",
      GST_TYPE_PERCLITE_INNER_SSRC, DEFAULT_INNER_SSRC,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  gst_element_class_set_static_metadata (element_class, "PERC Lite encrypter",
      "Filter/Network/SRTP", "Encrypts RTP payloads end to end (draft-murillo-perc-lite)",
      "The gst-perclite authors");

  gst_type_mark_as_plugin_api (GST_TYPE_PERCLITE_INNER_SSRC, 0);
}
