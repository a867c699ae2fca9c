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
 * (umask 077; openssl rand -base64 44 >room.key)
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

#include <gst/video/video.h>

GST_DEBUG_CATEGORY_STATIC (gst_perclite_enc_debug);
#define GST_CAT_DEFAULT gst_perclite_enc_debug

#define DEFAULT_INNER_SSRC PERCLITE_INNER_SSRC_RANDOM

#define DEFAULT_KEYFRAME_ON_KEY_CHANGE FALSE

enum {
  PROP_0,
  PROP_INNER_SSRC,
  PROP_KEY_LIFETIME,
  PROP_KEYFRAME_ON_KEY_CHANGE,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

enum {
  SIGNAL_SOFT_LIMIT,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

struct _GstPercliteEnc {
  GstPercliteFilter parent;

  /* Guarded by the lock of the filter. */
  PercliteInnerSsrc inner_ssrc;
  guint64 key_lifetime;
  gboolean keyframe_on_key_change;
  PercliteEncrypter *encrypter; /* while packets flow */

  /* Whether downstream is still to be told that this stream is encrypted. Of the streaming
   * thread. */
  gboolean mark_pending;
};

/* For each packet: without looking whether it is one. */
#define GST_PERCLITE_ENC_CAST(object) ((GstPercliteEnc *) (object))

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
gst_perclite_enc_begin (GstPercliteFilter *filter, const PercliteKeyring *keys, GError **error)
{
  GstPercliteEnc *self = GST_PERCLITE_ENC (filter);

  self->mark_pending = TRUE;
  self->encrypter =
      perclite_encrypter_new (perclite_keyring_get_sending (keys), self->inner_ssrc, error);
  if (self->encrypter == NULL)
    return FALSE;
  perclite_encrypter_set_lifetime (self->encrypter, self->key_lifetime);
  return TRUE;
}

static void
gst_perclite_enc_end (GstPercliteFilter *filter)
{
  g_clear_pointer (&GST_PERCLITE_ENC (filter)->encrypter, perclite_encrypter_free);
}

static gboolean
gst_perclite_enc_change_keys (
    GstPercliteFilter *filter, const PercliteKeyring *keys, GError **error)
{
  PercliteKey *key = perclite_keyring_get_sending (keys);

  if (key != NULL)
    return perclite_encrypter_set_key (GST_PERCLITE_ENC (filter)->encrypter, key, error);
  g_set_error (error, PERCLITE_ERROR, PERCLITE_ERROR_SETTINGS,
      "No key is marked as the one to encrypt with. Put \"send\" before it in the key file");
  return FALSE;
}

static PercliteResult
gst_perclite_enc_transform (GstPercliteFilter *filter, GstPercliteTask *task)
{
  return perclite_encrypter_encrypt (GST_PERCLITE_ENC_CAST (filter)->encrypter, task->outer_header,
      task->inner, task->size, &task->out_size, &task->encrypted);
}

static void
add_news (GstPercliteTask *task, PercliteNewsKind kind)
{
  PercliteNews *news = &task->diagnosis->news[task->diagnosis->n_news++];

  *news = (PercliteNews){
      .kind = kind,
      .ssrc = perclite_read_ssrc (task->outer_header),
      .payload_type = task->outer_header[PERCLITE_PT_OFFSET] & 0x7f,
      .count = 1,
  };
  g_strlcpy (news->fingerprint, task->encrypted.fingerprint, sizeof news->fingerprint);
}

static void
gst_perclite_enc_diagnose (GstPercliteFilter *filter, GstPercliteTask *task, PercliteResult result)
{
  PercliteDiagnosis *diagnosis = task->diagnosis;

  perclite_diagnosis_init (diagnosis, PERCLITE_N_DROPS);
  if (result != PERCLITE_OK) {
    diagnosis->drop = perclite_drop_from_result (result);
    if (result == PERCLITE_KEY_LIMIT && task->encrypted.fingerprint != NULL)
      g_strlcpy (diagnosis->used_up, task->encrypted.fingerprint, sizeof diagnosis->used_up);
    return;
  }
  if (task->encrypted.key_changed)
    add_news (task, PERCLITE_NEWS_KEY_CHANGED);
  if (task->encrypted.limit_near)
    add_news (task, PERCLITE_NEWS_LIMIT_NEAR);
}

static gsize
gst_perclite_enc_trailer_size (GstPercliteFilter *filter)
{
  return perclite_encrypter_get_trailer_size (GST_PERCLITE_ENC_CAST (filter)->encrypter);
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

static void
gst_perclite_enc_handle (GstPercliteFilter *filter, const PercliteDiagnosis *diagnosis)
{
  GstPercliteEnc *self = GST_PERCLITE_ENC (filter);
  gboolean keyframe;

  for (guint i = 0; i < diagnosis->n_news; i++) {
    switch (diagnosis->news[i].kind) {
      case PERCLITE_NEWS_KEY_CHANGED:
        push_mark (self);
        gst_perclite_filter_lock (filter);
        keyframe = self->keyframe_on_key_change;
        gst_perclite_filter_unlock (filter);
        if (keyframe)
          gst_perclite_filter_push_upstream (
              filter, gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
        break;
      case PERCLITE_NEWS_LIMIT_NEAR:
        g_signal_emit (self, signals[SIGNAL_SOFT_LIMIT], 0, diagnosis->news[i].ssrc);
        break;
      default:
        break;
    }
  }
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
  GstPercliteFilter *filter = GST_PERCLITE_FILTER (object);

  gst_perclite_filter_lock (filter);
  switch (id) {
    case PROP_INNER_SSRC:
      self->inner_ssrc = (PercliteInnerSsrc) g_value_get_enum (value);
      break;
    case PROP_KEY_LIFETIME:
      self->key_lifetime = g_value_get_uint64 (value);
      if (self->encrypter != NULL)
        perclite_encrypter_set_lifetime (self->encrypter, self->key_lifetime);
      break;
    case PROP_KEYFRAME_ON_KEY_CHANGE:
      self->keyframe_on_key_change = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  gst_perclite_filter_unlock (filter);
}

static void
gst_perclite_enc_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstPercliteEnc *self = GST_PERCLITE_ENC (object);
  GstPercliteFilter *filter = GST_PERCLITE_FILTER (object);

  gst_perclite_filter_lock (filter);
  switch (id) {
    case PROP_INNER_SSRC:
      g_value_set_enum (value, (gint) self->inner_ssrc);
      break;
    case PROP_KEY_LIFETIME:
      g_value_set_uint64 (value, self->key_lifetime);
      break;
    case PROP_KEYFRAME_ON_KEY_CHANGE:
      g_value_set_boolean (value, self->keyframe_on_key_change);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  gst_perclite_filter_unlock (filter);
}

static void
gst_perclite_enc_init (GstPercliteEnc *self)
{
  self->inner_ssrc = DEFAULT_INNER_SSRC;
  self->key_lifetime = PERCLITE_KEY_LIFETIME_MAX;
  self->keyframe_on_key_change = DEFAULT_KEYFRAME_ON_KEY_CHANGE;
}

static void
gst_perclite_enc_class_init (GstPercliteEncClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstPercliteFilterClass *filter_class = GST_PERCLITE_FILTER_CLASS (klass);

  object_class->set_property = gst_perclite_enc_set_property;
  object_class->get_property = gst_perclite_enc_get_property;

  GST_PERCLITE_KEYED_CLASS (klass)->encrypting = TRUE;
  filter_class->begin = gst_perclite_enc_begin;
  filter_class->end = gst_perclite_enc_end;
  filter_class->change_keys = gst_perclite_enc_change_keys;
  filter_class->transform = gst_perclite_enc_transform;
  filter_class->diagnose = gst_perclite_enc_diagnose;
  filter_class->trailer_size = gst_perclite_enc_trailer_size;
  filter_class->foreach_stream = gst_perclite_enc_foreach_stream;
  filter_class->handle = gst_perclite_enc_handle;
  filter_class->sink_event = gst_perclite_enc_sink_event;

  /**
   * GstPercliteEnc:inner-ssrc:
   *
   * The SSRC inside the encrypted payload, which receivers do not compare with the one outside. It
   * is a part of the nonce: when a pipeline with a fixed SSRC is started again, or two senders with
   * the same key have the same SSRC, nonces repeat, and with them confidentiality and authenticity
   * are lost. The default prevents that. With preserve, a second run within the same process is
   * refused its packets if it has both the key and the SSRC of a run before.
   *
   * Since: 0.1
   */
  properties[PROP_INNER_SSRC] = g_param_spec_enum ("inner-ssrc", "Inner SSRC",
      "SSRC inside the encrypted payload. DANGER: preserve breaks the encryption as soon as the "
      "same key sees the same SSRC again, as after a restart with a fixed ssrc",
      GST_TYPE_PERCLITE_INNER_SSRC, DEFAULT_INNER_SSRC,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  /**
   * GstPercliteEnc:key-lifetime:
   *
   * How many packets one key may encrypt, over all streams of this element. The default is what RFC
   * 3711, section 9.2 allows. With 7/8 of it soft-limit is emitted, at its end an error posted and
   * nothing sent any more.
   *
   * Since: 0.1
   */
  properties[PROP_KEY_LIFETIME] =
      g_param_spec_uint64 ("key-lifetime", "Key lifetime", "How many packets one key may encrypt",
          1, PERCLITE_KEY_LIFETIME_MAX, PERCLITE_KEY_LIFETIME_MAX,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstPercliteEnc:keyframe-on-key-change:
   *
   * Whether to ask the encoder for a keyframe when a stream goes over to another key. Receivers
   * that have both keys do not need it; those that get the new one only see a picture at once.
   *
   * Since: 0.1
   */
  properties[PROP_KEYFRAME_ON_KEY_CHANGE] =
      g_param_spec_boolean ("keyframe-on-key-change", "Keyframe on key change",
          "Ask the encoder for a keyframe when the key changes", DEFAULT_KEYFRAME_ON_KEY_CHANGE,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * GstPercliteEnc::soft-limit:
   * @self: the element
   * @ssrc: SSRC of the packet that reached it
   *
   * A key has 7/8 of its key-lifetime behind it: time to set another one. Emitted by the streaming
   * thread, once per key.
   *
   * Since: 0.1
   */
  signals[SIGNAL_SOFT_LIMIT] = g_signal_new ("soft-limit", G_TYPE_FROM_CLASS (klass),
      G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT);

  gst_element_class_set_static_metadata (element_class, "PERC Lite encrypter",
      "Filter/Network/SRTP", "Encrypts RTP payloads end to end (draft-murillo-perc-lite)",
      "The gst-perclite authors");

  gst_type_mark_as_plugin_api (GST_TYPE_PERCLITE_INNER_SSRC, 0);
}
