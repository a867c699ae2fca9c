/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstperclitedec.c - perclitedec: decrypts RTP payloads that perclitenc encrypted. */

/**
 * SECTION:element-perclitedec
 * @title: perclitedec
 * @short_description: decrypts RTP payloads that were encrypted end to end (PERC Lite)
 * @see_also: perclitenc, srtpdec
 *
 * Decrypts the payload of each RTP packet, as in draft-murillo-perc-lite-01. Nothing but authentic
 * payloads ever leaves it: packets that cannot be decrypted, or come twice, are dropped, counted
 * and reported, and the stream goes on. It belongs behind anything that restores lost packets, such
 * as webrtcbin, and before the depayloader.
 *
 * ## Example pipeline
 * |[
 * (umask 077; openssl rand -base64 44 >room.key)
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

#include <string.h>

#include <gst/video/video.h>

#include "gstpercliteevent.h"
#include "perclitedecrypter.h"

GST_DEBUG_CATEGORY_STATIC (gst_perclite_dec_debug);
#define GST_CAT_DEFAULT gst_perclite_dec_debug

#define DEFAULT_REPLAY_WINDOW_SIZE 1024
#define DEFAULT_ROC_SEARCH_LIMIT 4096
#define DEFAULT_MAX_STREAMS 1024

enum {
  PROP_0,
  PROP_REPLAY_WINDOW_SIZE,
  PROP_ROC_SEARCH_LIMIT,
  PROP_MAX_STREAMS,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

enum {
  SIGNAL_HINT_ROC,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

struct _GstPercliteDec {
  GstPercliteFilter parent;

  /* Guarded by the lock of the filter. */
  guint replay_window_size;
  guint roc_search_limit;
  guint max_streams;
  PercliteDecrypter *decrypter; /* while packets flow */
  PercliteHealth *health;

  /* Whether a keyframe is of any use. Of the streaming thread. */
  gboolean is_video;
};

/* For each packet: without looking whether it is one. */
#define GST_PERCLITE_DEC_CAST(object) ((GstPercliteDec *) (object))

G_DEFINE_TYPE_WITH_CODE (GstPercliteDec, gst_perclite_dec, GST_TYPE_PERCLITE_FILTER,
    GST_DEBUG_CATEGORY_INIT (gst_perclite_dec_debug, "perclitedec", 0, "PERC Lite decrypter"))

GST_ELEMENT_REGISTER_DEFINE (perclitedec, "perclitedec", GST_RANK_NONE, GST_TYPE_PERCLITE_DEC);

static gboolean
gst_perclite_dec_begin (GstPercliteFilter *filter, const PercliteKeyring *keys, GError **error)
{
  GstPercliteDec *self = GST_PERCLITE_DEC (filter);

  self->decrypter = perclite_decrypter_new (keys, self->replay_window_size, error);
  if (self->decrypter == NULL)
    return FALSE;
  perclite_decrypter_set_roc_search (self->decrypter, self->roc_search_limit);
  perclite_decrypter_set_max_streams (self->decrypter, self->max_streams);
  self->health = perclite_health_new ();
  return TRUE;
}

static void
gst_perclite_dec_end (GstPercliteFilter *filter)
{
  GstPercliteDec *self = GST_PERCLITE_DEC (filter);

  g_clear_pointer (&self->decrypter, perclite_decrypter_free);
  g_clear_pointer (&self->health, perclite_health_free);
}

static gboolean
gst_perclite_dec_change_keys (
    GstPercliteFilter *filter, const PercliteKeyring *keys, GError **error)
{
  GstPercliteDec *self = GST_PERCLITE_DEC (filter);

  perclite_health_disturb (self->health);
  return perclite_decrypter_set_keys (self->decrypter, keys, error);
}

static PercliteResult
gst_perclite_dec_transform (GstPercliteFilter *filter, GstPercliteTask *task)
{
  /* What fails may be overwritten, and its beginning tells why it failed. */
  task->peh_size = MIN (task->size, sizeof task->peh);
  memcpy (task->peh, task->inner + 1, task->peh_size);
  return perclite_decrypter_decrypt (GST_PERCLITE_DEC_CAST (filter)->decrypter, task->outer_header,
      task->inner, task->size, &task->out_size, &task->key);
}

static gboolean
gst_perclite_dec_may_request (
    GstPercliteFilter *filter, const GstPercliteTask *task, guint8 *mki, gsize *mki_size)
{
  GstPercliteDec *self = GST_PERCLITE_DEC (filter);
  const guint8 *found;

  if (!perclite_health_ask (self->health, task->outer_header, g_get_monotonic_time ()))
    return FALSE;
  found = perclite_decrypter_get_mki (self->decrypter, task->inner + 1, task->size, mki_size);
  if (*mki_size > 0)
    memcpy (mki, found, *mki_size);
  return TRUE;
}

/* For want of a key the packet has not been touched, so its MKI can be told. */
static void
add_mki (GstPercliteDec *self, GstPercliteTask *task)
{
  gsize size;
  const guint8 *mki =
      perclite_decrypter_get_mki (self->decrypter, task->inner + 1, task->size, &size);

  for (guint n = 0; n < task->diagnosis->n_news; n++) {
    gchar *hex = task->diagnosis->news[n].mki;

    for (gsize i = 0; i < size; i++)
      g_snprintf (hex + 2 * i, 3, "%02x", mki[i]);
  }
}

static void
gst_perclite_dec_diagnose (GstPercliteFilter *filter, GstPercliteTask *task, PercliteResult result)
{
  GstPercliteDec *self = GST_PERCLITE_DEC_CAST (filter);
  const gchar *fingerprint;
  PercliteCalm *calm;

  if (task->size == 0) {
    perclite_diagnosis_init (task->diagnosis, PERCLITE_DROP_EMPTY);
    return;
  }
  if (result != PERCLITE_OK) {
    perclite_health_bad (self->health, task->outer_header, task->peh, task->peh_size, result,
        g_get_monotonic_time (), task->diagnosis);
    if (result == PERCLITE_NO_KEY)
      add_mki (self, task);
    return;
  }
  fingerprint = perclite_key_get_fingerprint (task->key);
  calm = perclite_decrypter_get_calm (self->decrypter);
  if (perclite_health_is_calm (self->health, task->outer_header, fingerprint, calm))
    perclite_diagnosis_init (task->diagnosis, PERCLITE_N_DROPS);
  else
    perclite_health_good (self->health, task->outer_header, fingerprint, g_get_monotonic_time (),
        task->diagnosis, calm);
}

static void
push_decryption_event (GstPercliteFilter *filter, gboolean failing, GstClockTime since)
{
  gst_perclite_filter_push_upstream (
      filter, gst_event_new_custom (GST_EVENT_CUSTOM_UPSTREAM,
                  gst_structure_new (GST_PERCLITE_DECRYPTION_EVENT, "failing", G_TYPE_BOOLEAN,
                      failing, "duration", G_TYPE_UINT64, since, NULL)));
}

static void
gst_perclite_dec_handle (GstPercliteFilter *filter, const PercliteDiagnosis *diagnosis)
{
  if (diagnosis->failing)
    push_decryption_event (
        filter, TRUE, (GstClockTime) diagnosis->failing_for * (GST_SECOND / G_USEC_PER_SEC));

  if (!diagnosis->recovered)
    return;
  push_decryption_event (filter, FALSE, 0);
  /* What was missed is what the next pictures build on. */
  if (GST_PERCLITE_DEC (filter)->is_video)
    gst_perclite_filter_push_upstream (
        filter, gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
}

static gboolean
gst_perclite_dec_sink_event (GstPercliteFilter *filter, GstEvent *event)
{
  GstCaps *caps;

  if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
    gst_event_parse_caps (event, &caps);
    GST_PERCLITE_DEC (filter)->is_video =
        g_strcmp0 (gst_structure_get_string (gst_caps_get_structure (caps, 0), "media"), "video") ==
        0;
  }
  return GST_PERCLITE_FILTER_CLASS (gst_perclite_dec_parent_class)->sink_event (filter, event);
}

static void
gst_perclite_dec_foreach_stream (
    GstPercliteFilter *filter, PercliteStreamFunc func, gpointer user_data)
{
  perclite_decrypter_foreach_stream (GST_PERCLITE_DEC (filter)->decrypter, func, user_data);
}

static void
gst_perclite_dec_hint_roc (GstPercliteDec *self, guint inner_ssrc, guint roc)
{
  GstPercliteFilter *filter = GST_PERCLITE_FILTER (self);

  gst_perclite_filter_lock (filter);
  if (self->decrypter != NULL)
    perclite_decrypter_hint_roc (self->decrypter, inner_ssrc, roc);
  gst_perclite_filter_unlock (filter);
}

static void
gst_perclite_dec_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstPercliteDec *self = GST_PERCLITE_DEC (object);
  GstPercliteFilter *filter = GST_PERCLITE_FILTER (object);

  gst_perclite_filter_lock (filter);
  switch (id) {
    case PROP_REPLAY_WINDOW_SIZE:
      self->replay_window_size = g_value_get_uint (value);
      break;
    case PROP_ROC_SEARCH_LIMIT:
      self->roc_search_limit = g_value_get_uint (value);
      if (self->decrypter != NULL)
        perclite_decrypter_set_roc_search (self->decrypter, self->roc_search_limit);
      break;
    case PROP_MAX_STREAMS:
      self->max_streams = g_value_get_uint (value);
      if (self->decrypter != NULL)
        perclite_decrypter_set_max_streams (self->decrypter, self->max_streams);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  gst_perclite_filter_unlock (filter);
}

static void
gst_perclite_dec_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstPercliteDec *self = GST_PERCLITE_DEC (object);
  GstPercliteFilter *filter = GST_PERCLITE_FILTER (object);

  gst_perclite_filter_lock (filter);
  switch (id) {
    case PROP_REPLAY_WINDOW_SIZE:
      g_value_set_uint (value, self->replay_window_size);
      break;
    case PROP_ROC_SEARCH_LIMIT:
      g_value_set_uint (value, self->roc_search_limit);
      break;
    case PROP_MAX_STREAMS:
      g_value_set_uint (value, self->max_streams);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  gst_perclite_filter_unlock (filter);
}

static void
gst_perclite_dec_init (GstPercliteDec *self)
{
  self->replay_window_size = DEFAULT_REPLAY_WINDOW_SIZE;
  self->roc_search_limit = DEFAULT_ROC_SEARCH_LIMIT;
  self->max_streams = DEFAULT_MAX_STREAMS;
}

static void
gst_perclite_dec_class_init (GstPercliteDecClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstPercliteFilterClass *filter_class = GST_PERCLITE_FILTER_CLASS (klass);

  object_class->set_property = gst_perclite_dec_set_property;
  object_class->get_property = gst_perclite_dec_get_property;

  GST_PERCLITE_KEYED_CLASS (klass)->encrypting = FALSE;
  filter_class->begin = gst_perclite_dec_begin;
  filter_class->end = gst_perclite_dec_end;
  filter_class->change_keys = gst_perclite_dec_change_keys;
  filter_class->transform = gst_perclite_dec_transform;
  filter_class->may_request = gst_perclite_dec_may_request;
  filter_class->diagnose = gst_perclite_dec_diagnose;
  filter_class->handle = gst_perclite_dec_handle;
  filter_class->sink_event = gst_perclite_dec_sink_event;
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
   * A sequence number wraps every 65536 packets, and how often it has is not on the wire. Up to
   * this many times, a receiver that joins later finds out by trial. At 50 packets a second 4096
   * are 1491 hours (62 days), at 500 packets a second 149 hours. With aes-cm-128-hmac-sha1-32,
   * whose tag is short, 15 is the most.
   *
   * Since: 0.1
   */
  properties[PROP_ROC_SEARCH_LIMIT] = g_param_spec_uint ("roc-search-limit", "ROC search limit",
      "How many wraps of the sequence number a receiver may have missed when it joins (0: none)", 0,
      G_MAXUINT16, DEFAULT_ROC_SEARCH_LIMIT,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);

  /**
   * GstPercliteDec:max-streams:
   *
   * How many inner SSRCs to know at a time. Only authentic packets make one known; the one that was
   * silent for longest gives way, and with it the memory of which of its packets came.
   *
   * Since: 0.1
   */
  properties[PROP_MAX_STREAMS] = g_param_spec_uint ("max-streams", "Most streams",
      "How many inner SSRCs to know at a time; the one that was silent for longest gives way", 1,
      G_MAXUINT16, DEFAULT_MAX_STREAMS,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  /**
   * GstPercliteDec::hint-roc:
   * @self: the element
   * @inner_ssrc: a stream, as "inner-ssrc" in the stats of the sender
   * @roc: its rollover counter, as "roc" there
   *
   * Tells how often the sequence number of a stream has wrapped, so that it is found without a
   * search, also above roc-search-limit. Of no use for a stream that decrypts already, and
   * forgotten when the element goes to READY.
   *
   * Since: 0.1
   */
  signals[SIGNAL_HINT_ROC] = g_signal_new_class_handler ("hint-roc", G_TYPE_FROM_CLASS (klass),
      G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION, G_CALLBACK (gst_perclite_dec_hint_roc), NULL, NULL, NULL,
      G_TYPE_NONE, 2, G_TYPE_UINT, G_TYPE_UINT);

  gst_element_class_set_static_metadata (element_class, "PERC Lite decrypter",
      "Filter/Network/SRTP", "Decrypts RTP payloads end to end (draft-murillo-perc-lite)",
      "The gst-perclite authors");
}
