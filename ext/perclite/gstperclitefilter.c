/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstperclitefilter.c - base class: packets in and out, dropped packets, statistics. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstperclitefilter.h"

#include <string.h>

#include "gstpercliteevent.h"
#include "gstperclitemessages.h"
#include "gstperclitepacket.h"
#include "gstperclitestats.h"

GST_DEBUG_CATEGORY_STATIC (gst_perclite_filter_debug);
#define GST_CAT_DEFAULT gst_perclite_filter_debug

/* No UDP datagram, and so no RTP packet, is larger. */
#define MAX_PACKET_SIZE 65535

enum {
  PROP_0,
  PROP_STATS,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

/* What became of a packet. */
typedef struct {
  GstPerclitePacket packet;
  PercliteDiagnosis diagnosis;
  gboolean report_due;
  PercliteDropReport report;
} Outcome;

typedef struct {
  GstPad *sinkpad;
  GstPad *srcpad;
  GstPercliteSlab *slab; /* while running, of the streaming thread */

  /* Written while no packets flow only, so the streaming thread reads it without the lock. */
  gboolean running;

  /* Guards everything below, and what the vmethods use. */
  GMutex lock;
  GstPercliteStats stats;
  GstStructure *final_stats; /* of the run that is over; NULL while running */
} GstPercliteFilterPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (GstPercliteFilter, gst_perclite_filter, GST_TYPE_PERCLITE_KEYED,
    G_ADD_PRIVATE (GstPercliteFilter) GST_DEBUG_CATEGORY_INIT (
        gst_perclite_filter_debug, "perclitefilter", 0, "Base class of the PERC Lite elements"))

#define PRIVATE(self) ((GstPercliteFilterPrivate *) gst_perclite_filter_get_instance_private (self))

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-rtp"));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-rtp"));

void
gst_perclite_filter_lock (GstPercliteFilter *self)
{
  g_mutex_lock (&PRIVATE (self)->lock);
}

void
gst_perclite_filter_unlock (GstPercliteFilter *self)
{
  g_mutex_unlock (&PRIVATE (self)->lock);
}

void
gst_perclite_filter_push_encrypted_event (GstPercliteFilter *self)
{
  GstPercliteFilterPrivate *priv = PRIVATE (self);
  GstStructure *structure;

  g_mutex_lock (&priv->lock);
  structure = gst_structure_new (GST_PERCLITE_ENCRYPTED_EVENT, "suite", G_TYPE_STRING,
      priv->stats.suite, "fingerprint", G_TYPE_STRING, priv->stats.fingerprint, NULL);
  g_mutex_unlock (&priv->lock);
  gst_pad_push_event (
      priv->srcpad, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_STICKY, structure));
}

void
gst_perclite_filter_push_upstream (GstPercliteFilter *self, GstEvent *event)
{
  gst_pad_push_event (PRIVATE (self)->sinkpad, event);
}

/* Statistics */

/* Called with the lock of the keys and that of the filter held. */
static GstStructure *
collect_stats (GstPercliteFilter *self, const PercliteKeyring *keys)
{
  GstPercliteFilterPrivate *priv = PRIVATE (self);
  GValue streams = G_VALUE_INIT;

  g_value_init (&streams, GST_TYPE_ARRAY);
  if (priv->running)
    GST_PERCLITE_FILTER_GET_CLASS (self)->foreach_stream (
        self, gst_perclite_stats_append_stream, &streams);
  return gst_perclite_stats_to_structure (&priv->stats, keys, &streams);
}

static GstStructure *
get_stats (GstPercliteFilter *self)
{
  GstPercliteFilterPrivate *priv = PRIVATE (self);
  const PercliteKeyring *keys = gst_perclite_keyed_lock (GST_PERCLITE_KEYED (self));
  GstStructure *stats;

  g_mutex_lock (&priv->lock);
  stats = priv->final_stats ? gst_structure_copy (priv->final_stats) : collect_stats (self, keys);
  g_mutex_unlock (&priv->lock);
  gst_perclite_keyed_unlock (GST_PERCLITE_KEYED (self));
  return stats;
}

static gboolean
is_encrypting (GstPercliteFilter *self)
{
  return GST_PERCLITE_KEYED_GET_CLASS (self)->encrypting;
}

/* Packets */

/* Called with the lock held. */
static gboolean
packet_fits (GstPercliteFilter *self, gsize in_size, const GstPerclitePacket *packet)
{
  GstPercliteFilterClass *klass = GST_PERCLITE_FILTER_GET_CLASS (self);
  gsize overhead = klass->trailer_size ? PERCLITE_PEH_SIZE + klass->trailer_size (self) : 0;

  return in_size <= MAX_PACKET_SIZE &&
         packet->header_size + packet->payload_size + overhead <= MAX_PACKET_SIZE;
}

/* Called with the lock held, which it gives up while it asks for a missing key. */
static PercliteResult
run_task (GstPercliteFilter *self, GstPercliteTask *task, guint32 ssrc)
{
  GstPercliteFilterPrivate *priv = PRIVATE (self);
  GstPercliteFilterClass *klass = GST_PERCLITE_FILTER_GET_CLASS (self);
  PercliteResult result = klass->transform (self, task);
  guint8 mki[PERCLITE_MKI_MAX_SIZE];
  gsize mki_size = 0;

  if (result == PERCLITE_NO_KEY && gst_perclite_keyed_can_request (GST_PERCLITE_KEYED (self)) &&
      klass->may_request (self, task, mki, &mki_size)) {
    g_mutex_unlock (&priv->lock);
    gst_perclite_keyed_request (GST_PERCLITE_KEYED (self), ssrc, mki, mki_size);
    g_mutex_lock (&priv->lock);
    result = klass->transform (self, task);
  }
  klass->diagnose (self, task, result);
  return result;
}

/* Called with the lock held. */
static gboolean
transform_packet (GstPercliteFilter *self, GstPerclitePacket *packet, PercliteDiagnosis *diagnosis)
{
  GstPercliteTask task = {
      .outer_header = packet->header,
      .size = packet->payload_size,
      .diagnosis = diagnosis,
  };
  PercliteResult result = PERCLITE_INTERNAL;

  if (gst_perclite_packet_begin (packet, PRIVATE (self)->slab)) {
    task.inner = packet->inner;
    result = run_task (self, &task, packet->ssrc);
  }
  gst_perclite_packet_close (packet, result == PERCLITE_OK, task.out_size);
  return result == PERCLITE_OK;
}

/* Returns whether @buffer, which is writable, is now what is to be sent. If not, it is dropped, and
 * has been counted. */
static gboolean
process_buffer (GstPercliteFilter *self, GstBuffer *buffer, Outcome *outcome)
{
  GstPercliteFilterPrivate *priv = PRIVATE (self);
  GstPerclitePacket *packet = &outcome->packet;
  PercliteDiagnosis *diagnosis = &outcome->diagnosis;
  gsize in_size = gst_buffer_get_size (buffer);
  gboolean is_rtp = gst_perclite_packet_open (packet, buffer, is_encrypting (self));
  gboolean ok = FALSE;

  perclite_diagnosis_init (diagnosis, PERCLITE_DROP_INTERNAL);
  outcome->report_due = FALSE;

  g_mutex_lock (&priv->lock);
  if (!is_rtp) {
    diagnosis->drop = PERCLITE_DROP_INVALID_RTP;
  } else if (packet_fits (self, in_size, packet)) {
    ok = transform_packet (self, packet, diagnosis);
  } else {
    gst_perclite_packet_close (packet, FALSE, 0);
    diagnosis->drop = PERCLITE_DROP_TOO_LARGE;
  }

  priv->stats.packets_in++;
  priv->stats.bytes_in += in_size;
  for (guint i = 0; i < diagnosis->n_news; i++)
    priv->stats.news[diagnosis->news[i].kind]++;
  if (ok) {
    priv->stats.packets_out++;
    priv->stats.bytes_out += packet->header_size + packet->payload_size;
  } else {
    outcome->report_due = perclite_drops_add (priv->stats.drops, packet->ssrc, diagnosis->drop,
        g_get_monotonic_time (), &outcome->report);
  }
  g_mutex_unlock (&priv->lock);

  GST_LOG_OBJECT (self, "ssrc %08x pt %u seq %u ts %u: %" G_GSIZE_FORMAT " bytes, %s", packet->ssrc,
      packet->header[1] & 0x7f, GST_READ_UINT16_BE (packet->header + 2),
      GST_READ_UINT32_BE (packet->header + 4), in_size,
      ok ? "passed on" : perclite_drop_nick (diagnosis->drop));
  return ok;
}

static gboolean
is_worth_telling (const Outcome *outcome)
{
  const PercliteDiagnosis *diagnosis = &outcome->diagnosis;

  return outcome->report_due || diagnosis->n_news > 0 || diagnosis->wants_key ||
         diagnosis->failing || diagnosis->recovered || diagnosis->drop == PERCLITE_DROP_KEY_LIMIT;
}

/* Posts, signals, and sends events, so it is called without lock. */
static GstFlowReturn
tell (GstPercliteFilter *self, const Outcome *outcome)
{
  GstPercliteFilterPrivate *priv = PRIVATE (self);
  GstPercliteFilterClass *klass = GST_PERCLITE_FILTER_GET_CLASS (self);
  const PercliteDiagnosis *diagnosis = &outcome->diagnosis;
  gchar fingerprint[sizeof priv->stats.fingerprint];
  guint n_keys;

  g_mutex_lock (&priv->lock);
  memcpy (fingerprint, priv->stats.fingerprint, sizeof fingerprint);
  n_keys = priv->stats.n_keys;
  g_mutex_unlock (&priv->lock);

  if (outcome->report_due)
    gst_perclite_post_drop (GST_ELEMENT (self), &outcome->report, is_encrypting (self),
        outcome->packet.header[PERCLITE_PT_OFFSET] & 0x7f, fingerprint);
  for (guint i = 0; i < diagnosis->n_news; i++)
    gst_perclite_post_news (GST_ELEMENT (self), &diagnosis->news[i], fingerprint, n_keys);
  klass->handle (self, diagnosis);
  if (diagnosis->wants_key && gst_perclite_keyed_can_request (GST_PERCLITE_KEYED (self)))
    gst_perclite_keyed_request (GST_PERCLITE_KEYED (self), outcome->packet.ssrc, NULL, 0);

  if (!is_encrypting (self) || diagnosis->drop != PERCLITE_DROP_KEY_LIMIT)
    return GST_FLOW_OK;
  GST_ELEMENT_ERROR (self, STREAM, FAILED,
      ("The key %s is used up: it has encrypted as many packets as it may. Use another key",
          diagnosis->used_up),
      (NULL));
  return GST_FLOW_ERROR;
}

static GstFlowReturn
gst_perclite_filter_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstPercliteFilter *self = GST_PERCLITE_FILTER_CAST (parent);
  GstPercliteFilterPrivate *priv = PRIVATE (self);
  GstFlowReturn flow = GST_FLOW_OK;
  Outcome outcome;
  gboolean ok;

  if (!priv->running) {
    gst_buffer_unref (buffer);
    return GST_FLOW_NOT_NEGOTIATED;
  }

  buffer = gst_buffer_make_writable (buffer);
  ok = process_buffer (self, buffer, &outcome);
  if (is_worth_telling (&outcome))
    flow = tell (self, &outcome);
  if (ok)
    return gst_pad_push (priv->srcpad, buffer);
  gst_buffer_unref (buffer);
  return flow;
}

/* Pushes the list, which is taken, unless it is empty. */
static GstFlowReturn
push_list (GstPercliteFilter *self, GstBufferList *list)
{
  if (gst_buffer_list_length (list) > 0)
    return gst_pad_push_list (PRIVATE (self)->srcpad, list);
  gst_buffer_list_unref (list);
  return GST_FLOW_OK;
}

/* Takes the first N buffers off the list, and pushes them. */
static GstFlowReturn
push_first (GstPercliteFilter *self, GstBufferList *list, guint n)
{
  GstBufferList *first = gst_buffer_list_new_sized (MAX (n, 1));

  for (guint i = 0; i < n; i++)
    gst_buffer_list_add (first, gst_buffer_ref (gst_buffer_list_get (list, i)));
  gst_buffer_list_remove (list, 0, n);
  return push_list (self, first);
}

static GstFlowReturn
gst_perclite_filter_chain_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  GstPercliteFilter *self = GST_PERCLITE_FILTER_CAST (parent);
  GstFlowReturn flow = GST_FLOW_OK;

  if (!PRIVATE (self)->running) {
    gst_buffer_list_unref (list);
    return GST_FLOW_NOT_NEGOTIATED;
  }

  list = gst_buffer_list_make_writable (list);
  for (guint i = 0; i < gst_buffer_list_length (list) && flow == GST_FLOW_OK;) {
    Outcome outcome;
    gboolean ok = process_buffer (self, gst_buffer_list_get_writable (list, i), &outcome);

    /* News of an encrypter go downstream too, where they belong behind the packets before; and
     * nothing follows the end of its key. */
    if (is_encrypting (self) &&
        (outcome.diagnosis.n_news > 0 || outcome.diagnosis.drop == PERCLITE_DROP_KEY_LIMIT)) {
      flow = push_first (self, list, i);
      i = 0;
    }
    if (is_worth_telling (&outcome)) {
      GstFlowReturn told = tell (self, &outcome);

      /* Told once or never, whoever did not want the packets before. */
      flow = flow == GST_FLOW_OK ? told : flow;
    }
    if (ok)
      i++;
    else
      gst_buffer_list_remove (list, i, 1);
  }

  if (flow == GST_FLOW_OK)
    return push_list (self, list);
  gst_buffer_list_unref (list);
  return flow;
}

static gboolean
gst_perclite_filter_sink_event (GstPercliteFilter *self, GstEvent *event)
{
  GstPercliteFilterPrivate *priv = PRIVATE (self);

  /* What comes out is in clear, or encrypted once more, for which there will be an event of our
   * own. */
  if (GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_DOWNSTREAM_STICKY &&
      gst_event_has_name (event, GST_PERCLITE_ENCRYPTED_EVENT)) {
    gst_event_unref (event);
    return TRUE;
  }
  return gst_pad_event_default (priv->sinkpad, GST_OBJECT (self), event);
}

static gboolean
gst_perclite_filter_sink_event_func (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstPercliteFilter *self = GST_PERCLITE_FILTER (parent);

  return GST_PERCLITE_FILTER_GET_CLASS (self)->sink_event (self, event);
}

/* States */

static void
update_stats_key (GstPercliteFilter *self, const PercliteKeyring *keys)
{
  gst_perclite_stats_set_key (&PRIVATE (self)->stats, gst_perclite_keyed_get_main_key (keys),
      perclite_keyring_get_size (keys));
}

static gboolean
gst_perclite_filter_start (GstPercliteKeyed *keyed, const PercliteKeyring *keys, GError **error)
{
  GstPercliteFilter *self = GST_PERCLITE_FILTER (keyed);
  GstPercliteFilterPrivate *priv = PRIVATE (self);
  gboolean ok;

  g_mutex_lock (&priv->lock);
  ok = GST_PERCLITE_FILTER_GET_CLASS (self)->begin (self, keys, error);
  if (ok) {
    gst_perclite_stats_reset (&priv->stats);
    update_stats_key (self, keys);
    g_clear_pointer (&priv->final_stats, gst_structure_free);
    priv->slab = gst_perclite_slab_new ();
    priv->running = TRUE;
  }
  g_mutex_unlock (&priv->lock);
  return ok;
}

static gboolean
gst_perclite_filter_set_keys (GstPercliteKeyed *keyed, const PercliteKeyring *keys, GError **error)
{
  GstPercliteFilter *self = GST_PERCLITE_FILTER (keyed);
  GstPercliteFilterPrivate *priv = PRIVATE (self);
  gboolean ok;

  g_mutex_lock (&priv->lock);
  ok = GST_PERCLITE_FILTER_GET_CLASS (self)->change_keys (self, keys, error);
  if (ok)
    update_stats_key (self, keys);
  g_mutex_unlock (&priv->lock);
  return ok;
}

static void
gst_perclite_filter_stop (GstPercliteKeyed *keyed, const PercliteKeyring *keys)
{
  GstPercliteFilter *self = GST_PERCLITE_FILTER (keyed);
  GstPercliteFilterPrivate *priv = PRIVATE (self);

  g_mutex_lock (&priv->lock);
  priv->final_stats = collect_stats (self, keys);
  priv->running = FALSE;
  GST_PERCLITE_FILTER_GET_CLASS (self)->end (self);
  g_clear_pointer (&priv->slab, gst_perclite_slab_close);
  g_mutex_unlock (&priv->lock);
  /* Which only the next start takes away. */
  GST_INFO_OBJECT (self, "%" GST_PTR_FORMAT, priv->final_stats);
}

static GstStateChangeReturn
gst_perclite_filter_change_state (GstElement *element, GstStateChange transition)
{
  GstPercliteFilter *self = GST_PERCLITE_FILTER (element);
  GstStateChangeReturn ret;

  /* Before the pads are active, so that nothing passes without a key. */
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED &&
      !gst_perclite_keyed_start (GST_PERCLITE_KEYED (self)))
    return GST_STATE_CHANGE_FAILURE;

  ret = GST_ELEMENT_CLASS (gst_perclite_filter_parent_class)->change_state (element, transition);

  /* After the pads are inactive, so that no packet is on its way. */
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY ||
      (transition == GST_STATE_CHANGE_READY_TO_PAUSED && ret == GST_STATE_CHANGE_FAILURE))
    gst_perclite_keyed_stop (GST_PERCLITE_KEYED (self));
  return ret;
}

/* Object */

static void
gst_perclite_filter_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id) {
    case PROP_STATS:
      g_value_take_boxed (value, get_stats (GST_PERCLITE_FILTER (object)));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
}

static void
gst_perclite_filter_finalize (GObject *object)
{
  GstPercliteFilterPrivate *priv = PRIVATE (GST_PERCLITE_FILTER (object));

  gst_perclite_stats_clear (&priv->stats);
  g_clear_pointer (&priv->final_stats, gst_structure_free);
  g_mutex_clear (&priv->lock);

  G_OBJECT_CLASS (gst_perclite_filter_parent_class)->finalize (object);
}

static void
gst_perclite_filter_init (GstPercliteFilter *self)
{
  GstPercliteFilterPrivate *priv = PRIVATE (self);

  g_mutex_init (&priv->lock);
  gst_perclite_stats_init (&priv->stats);

  /* Caps pass as they are: neither payload type nor clock rate change. The allocation query must
   * not pass, for the packets downstream are other ones than those upstream. */
  priv->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (priv->sinkpad, gst_perclite_filter_chain);
  gst_pad_set_chain_list_function (priv->sinkpad, gst_perclite_filter_chain_list);
  gst_pad_set_event_function (priv->sinkpad, gst_perclite_filter_sink_event_func);
  GST_PAD_SET_PROXY_CAPS (priv->sinkpad);
  gst_element_add_pad (GST_ELEMENT (self), priv->sinkpad);

  priv->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  GST_PAD_SET_PROXY_CAPS (priv->srcpad);
  gst_element_add_pad (GST_ELEMENT (self), priv->srcpad);
}

static void
gst_perclite_filter_class_init (GstPercliteFilterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstPercliteKeyedClass *keyed_class = GST_PERCLITE_KEYED_CLASS (klass);

  object_class->get_property = gst_perclite_filter_get_property;
  object_class->finalize = gst_perclite_filter_finalize;
  element_class->change_state = gst_perclite_filter_change_state;
  keyed_class->start = gst_perclite_filter_start;
  keyed_class->set_keys = gst_perclite_filter_set_keys;
  keyed_class->stop = gst_perclite_filter_stop;
  klass->sink_event = gst_perclite_filter_sink_event;

  /**
   * GstPercliteFilter:stats:
   *
   * A #GstStructure "application/x-perclite-stats", of the run that goes on or the last one:
   *
   * - "packets-in", "bytes-in", "packets-out", "bytes-out" (guint64): whole RTP packets
   * - "dropped" (guint64): packets in that did not go out
   * - "drops" (#GstStructure): the same by reason, each a guint64: "invalid-rtp", "too-short",
   *   "too-large", "empty", "missing-key", "auth-failed", "plaintext", "replayed", "key-limit",
   *   "nonce-used", "internal"
   * - "events" (#GstStructure): how often each was told, as a guint64: "missing-key",
   *   "decrypt-failed", "plaintext-received", "all-replayed", "decrypt-resumed", "replayed",
   *   "key-changed", "limit-near"
   * - "suite" (string): nick of the suite in use
   * - "crypto" (string): whose AES and SHA-1 libsrtp2 computes with, "openssl" or "libsrtp2" for
   *   its own
   * - "fingerprint" (string): as the property
   * - "keys" (#GST_TYPE_ARRAY of #GstStructure): for each key "fingerprint" (string), "suite"
   *   (string), "mki" (string, in hexadecimal), "sending" (gboolean)
   * - "streams" (#GST_TYPE_ARRAY of #GstStructure): for each inner SSRC "ssrc" (guint, that of the
   *   outer packets), "inner-ssrc" (guint), "packets" and "bytes" (guint64, of payload in clear),
   *   "roc" (guint, how often the sequence number has wrapped), "fingerprint" (string)
   *
   * Since: 0.1
   */
  properties[PROP_STATS] = g_param_spec_boxed ("stats", "Statistics",
      "Packets, drops by reason, suite, fingerprint of the key, streams", GST_TYPE_STRUCTURE,
      G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);

  gst_type_mark_as_plugin_api (GST_TYPE_PERCLITE_FILTER, 0);
}
