/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstperclitefilter.c - base class: keys, packets in and out, dropped packets, statistics. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstperclitefilter.h"

#include <gst/rtp/rtp.h>

#include "gstpercliteevent.h"
#include "gstperclitestats.h"

GST_DEBUG_CATEGORY_STATIC (gst_perclite_filter_debug);
#define GST_CAT_DEFAULT gst_perclite_filter_debug

/* No UDP datagram, and so no RTP packet, is larger. */
#define MAX_PACKET_SIZE 65535

#define RTP_FIXED_HEADER_SIZE 12
#define RTP_PADDING_BIT 0x20

/* libsrtp2 wants inner packets aligned to 4 bytes. */
#define ALIGN_4(n) (((n) + 3) & ~(gsize) 3)

enum {
  PROP_0,
  PROP_KEY,
  PROP_KEY_FILE,
  PROP_SUITE,
  PROP_STATS,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

typedef struct {
  GstPad *sinkpad;
  GstPad *srcpad;

  /* Written while no packets flow only, so the streaming thread reads them without the lock. */
  gboolean running;
  gsize tag_size;

  /* Guards everything below, and what the vmethods use. */
  GMutex lock;
  gchar *key;
  gchar *key_file;
  PercliteSuite suite;
  GstPercliteStats stats;
  GstStructure *final_stats; /* of the run that is over; NULL while running */
} GstPercliteFilterPrivate;

/* What is to know of an RTP packet. */
typedef struct {
  guint8 header[RTP_FIXED_HEADER_SIZE];
  gsize header_size; /* with CSRCs and extension */
  gsize payload_size;
  guint32 ssrc;
} Packet;

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (GstPercliteFilter, gst_perclite_filter, GST_TYPE_ELEMENT,
    G_ADD_PRIVATE (GstPercliteFilter) GST_DEBUG_CATEGORY_INIT (
        gst_perclite_filter_debug, "perclitefilter", 0, "Base class of the PERC Lite elements"))

#define PRIVATE(self) ((GstPercliteFilterPrivate *) gst_perclite_filter_get_instance_private (self))

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-rtp"));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("application/x-rtp"));

GType
gst_perclite_suite_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type)) {
    static GEnumValue values[PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_32 + 2];

    for (guint i = 0; i + 1 < G_N_ELEMENTS (values); i++) {
      values[i].value = (gint) i;
      values[i].value_name = perclite_suite_name ((PercliteSuite) i);
      values[i].value_nick = perclite_suite_nick ((PercliteSuite) i);
    }
    g_once_init_leave (&type, g_enum_register_static ("GstPercliteSuite", values));
  }
  return type;
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

/* Statistics */

/* Called with the lock held. */
static GstStructure *
collect_stats (GstPercliteFilter *self)
{
  GstPercliteFilterPrivate *priv = PRIVATE (self);
  GValue streams = G_VALUE_INIT;

  g_value_init (&streams, GST_TYPE_ARRAY);
  if (priv->running)
    GST_PERCLITE_FILTER_GET_CLASS (self)->foreach_stream (
        self, gst_perclite_stats_append_stream, &streams);
  return gst_perclite_stats_to_structure (&priv->stats, &streams);
}

/* Packets */

static gboolean
parse_packet (GstBuffer *buffer, Packet *packet)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  g_autoptr (GstBuffer) merged = NULL;

  *packet = (Packet){.ssrc = 0};
  if (!gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp)) {
    /* GStreamer 1.22 refuses some headers that are cut into several memories. */
    if (gst_buffer_n_memory (buffer) < 2)
      return FALSE;
    merged = gst_buffer_copy_region (buffer, GST_BUFFER_COPY_MEMORY | GST_BUFFER_COPY_MERGE, 0, -1);
    if (merged == NULL || !gst_rtp_buffer_map (merged, GST_MAP_READ, &rtp))
      return FALSE;
  }
  packet->header_size = gst_rtp_buffer_get_header_len (&rtp);
  packet->payload_size = gst_rtp_buffer_get_payload_len (&rtp);
  packet->ssrc = gst_rtp_buffer_get_ssrc (&rtp);
  gst_rtp_buffer_unmap (&rtp);

  /* GstRTPBuffer maps each part for itself; the copy knows nothing of how memories are cut. */
  gst_buffer_extract (buffer, 0, packet->header, sizeof packet->header);
  return TRUE;
}

/* Lays out one piece of memory so that the inner packet is aligned, and the outer header can be
 * written right before the new outer payload once the inner packet has served:
 *
 *   encrypting, before       | inner header (12) | payload | room for the tag
 *               after  outer header | PEH (11)   | ciphertext | tag
 *   decrypting, before     ? | PEH (11)          | ciphertext | tag
 *               after         outer header       | payload
 */
static GstBuffer *
transform_packet (
    GstPercliteFilter *self, GstBuffer *in, const Packet *packet, PercliteResult *result)
{
  GstPercliteFilterPrivate *priv = PRIVATE (self);
  GstPercliteFilterClass *klass = GST_PERCLITE_FILTER_GET_CLASS (self);
  GstAllocationParams params = {.align = 3};
  gsize in_offset = klass->encrypting ? PERCLITE_INNER_HEADER_SIZE : 1;
  gsize out_offset = klass->encrypting ? 1 : PERCLITE_INNER_HEADER_SIZE;
  gsize room = klass->encrypting ? priv->tag_size : 0;
  gsize inner = ALIGN_4 (packet->header_size - out_offset);
  gsize start = inner + out_offset - packet->header_size;
  gsize out_size = 0;
  GstBuffer *out;
  GstMapInfo map;

  *result = PERCLITE_INTERNAL;
  out = gst_buffer_new_allocate (NULL, inner + in_offset + packet->payload_size + room, &params);
  if (out == NULL)
    return NULL;
  if (!gst_buffer_map (out, &map, GST_MAP_WRITE)) {
    gst_buffer_unref (out);
    return NULL;
  }

  gst_buffer_extract (in, packet->header_size, map.data + inner + in_offset, packet->payload_size);

  g_mutex_lock (&priv->lock);
  *result =
      klass->transform (self, packet->header, map.data + inner, packet->payload_size, &out_size);
  g_mutex_unlock (&priv->lock);

  if (*result == PERCLITE_OK) {
    gst_buffer_extract (in, 0, map.data + start, packet->header_size);
    map.data[start] &= (guint8) ~RTP_PADDING_BIT;
  }
  gst_buffer_unmap (out, &map);

  if (*result != PERCLITE_OK) {
    gst_buffer_unref (out);
    return NULL;
  }
  gst_buffer_resize (out, (gssize) start, packet->header_size + out_size);
  gst_buffer_copy_into (
      out, in, GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS | GST_BUFFER_COPY_META, 0, -1);
  return out;
}

static gboolean
packet_fits (GstPercliteFilter *self, gsize in_size, const Packet *packet)
{
  gsize overhead = 0;

  if (GST_PERCLITE_FILTER_GET_CLASS (self)->encrypting)
    overhead = PERCLITE_PEH_SIZE + PRIVATE (self)->tag_size;
  return in_size <= MAX_PACKET_SIZE &&
         packet->header_size + packet->payload_size + overhead <= MAX_PACKET_SIZE;
}

/* Returns what is to be sent for @in, or %NULL when it is dropped, which then has been reported. */
static GstBuffer *
process_buffer (GstPercliteFilter *self, GstBuffer *in)
{
  GstPercliteFilterPrivate *priv = PRIVATE (self);
  gsize in_size = gst_buffer_get_size (in);
  PercliteDrop drop = PERCLITE_DROP_INVALID_RTP;
  PercliteDropReport report;
  PercliteResult result = PERCLITE_OK;
  gboolean due = FALSE;
  GstBuffer *out = NULL;
  Packet packet;

  if (parse_packet (in, &packet)) {
    if (!packet_fits (self, in_size, &packet)) {
      drop = PERCLITE_DROP_TOO_LARGE;
    } else {
      out = transform_packet (self, in, &packet, &result);
      drop = perclite_drop_from_result (result);
    }
  }

  g_mutex_lock (&priv->lock);
  priv->stats.packets_in++;
  priv->stats.bytes_in += in_size;
  if (out != NULL) {
    priv->stats.packets_out++;
    priv->stats.bytes_out += gst_buffer_get_size (out);
  } else {
    due =
        perclite_drops_add (priv->stats.drops, packet.ssrc, drop, g_get_monotonic_time (), &report);
  }
  g_mutex_unlock (&priv->lock);

  GST_LOG_OBJECT (self, "ssrc %08x pt %u seq %u ts %u: %" G_GSIZE_FORMAT " bytes, %s", packet.ssrc,
      packet.header[1] & 0x7f, GST_READ_UINT16_BE (packet.header + 2),
      GST_READ_UINT32_BE (packet.header + 4), in_size,
      out != NULL ? "passed on" : perclite_drop_nick (drop));
  if (due)
    gst_perclite_stats_post_drop (GST_ELEMENT (self), &report,
        GST_PERCLITE_FILTER_GET_CLASS (self)->encrypting, priv->stats.fingerprint);
  return out;
}

static GstFlowReturn
gst_perclite_filter_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstPercliteFilter *self = GST_PERCLITE_FILTER (parent);
  GstPercliteFilterPrivate *priv = PRIVATE (self);
  GstBuffer *out;

  if (!priv->running) {
    gst_buffer_unref (buffer);
    return GST_FLOW_NOT_NEGOTIATED;
  }

  out = process_buffer (self, buffer);
  gst_buffer_unref (buffer);
  return out != NULL ? gst_pad_push (priv->srcpad, out) : GST_FLOW_OK;
}

static GstFlowReturn
gst_perclite_filter_chain_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  GstPercliteFilter *self = GST_PERCLITE_FILTER (parent);
  GstPercliteFilterPrivate *priv = PRIVATE (self);
  guint n = gst_buffer_list_length (list);
  GstBufferList *out_list;

  if (!priv->running) {
    gst_buffer_list_unref (list);
    return GST_FLOW_NOT_NEGOTIATED;
  }

  out_list = gst_buffer_list_new_sized (n);
  for (guint i = 0; i < n; i++) {
    GstBuffer *out = process_buffer (self, gst_buffer_list_get (list, i));

    if (out != NULL)
      gst_buffer_list_add (out_list, out);
  }
  gst_buffer_list_unref (list);

  if (gst_buffer_list_length (out_list) == 0) {
    gst_buffer_list_unref (out_list);
    return GST_FLOW_OK;
  }
  return gst_pad_push_list (priv->srcpad, out_list);
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

static PercliteKey *
load_key (GstPercliteFilter *self, GError **error)
{
  GstPercliteFilterPrivate *priv = PRIVATE (self);
  g_autofree gchar *path = NULL;
  gchar *text;
  PercliteSuite suite;
  PercliteKey *key;

  g_mutex_lock (&priv->lock);
  text = g_strdup (priv->key);
  path = g_strdup (priv->key_file);
  suite = priv->suite;
  g_mutex_unlock (&priv->lock);

  key = perclite_key_new (text, path, suite, error);
  perclite_secret_free (text);
  return key;
}

static gint
resource_error_code (const GError *error)
{
  switch ((PercliteError) error->code) {
    case PERCLITE_ERROR_NOT_FOUND:
      return GST_RESOURCE_ERROR_NOT_FOUND;
    case PERCLITE_ERROR_READ:
      return GST_RESOURCE_ERROR_OPEN_READ;
    case PERCLITE_ERROR_SETTINGS:
    case PERCLITE_ERROR_MALFORMED:
    case PERCLITE_ERROR_SIZE:
    case PERCLITE_ERROR_UNSUPPORTED:
    default:
      return GST_RESOURCE_ERROR_SETTINGS;
  }
}

static gboolean
start (GstPercliteFilter *self)
{
  GstPercliteFilterPrivate *priv = PRIVATE (self);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *fingerprint = NULL;
  PercliteSuite suite = PERCLITE_SUITE_AUTO;
  gboolean started = FALSE;
  PercliteKey *key;

  key = load_key (self, &error);
  if (key != NULL) {
    suite = perclite_key_get_suite (key);
    fingerprint = perclite_key_fingerprint (key);
    started = GST_PERCLITE_FILTER_GET_CLASS (self)->start (self, key, &error);
  }
  if (!started) {
    gst_element_message_full (GST_ELEMENT (self), GST_MESSAGE_ERROR, GST_RESOURCE_ERROR,
        resource_error_code (error), g_strdup (error->message), NULL, __FILE__, GST_FUNCTION,
        __LINE__);
    return FALSE;
  }

  GST_DEBUG_OBJECT (self, "suite %s, key fingerprint %s", perclite_suite_nick (suite), fingerprint);

  g_mutex_lock (&priv->lock);
  gst_perclite_stats_reset (&priv->stats, suite, fingerprint);
  priv->tag_size = perclite_suite_tag_size (suite);
  g_clear_pointer (&priv->final_stats, gst_structure_free);
  priv->running = TRUE;
  g_mutex_unlock (&priv->lock);
  return TRUE;
}

static void
stop (GstPercliteFilter *self)
{
  GstPercliteFilterPrivate *priv = PRIVATE (self);

  g_mutex_lock (&priv->lock);
  if (priv->running) {
    priv->final_stats = collect_stats (self);
    priv->running = FALSE;
    GST_PERCLITE_FILTER_GET_CLASS (self)->stop (self);
  }
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
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !start (self))
    return GST_STATE_CHANGE_FAILURE;

  ret = GST_ELEMENT_CLASS (gst_perclite_filter_parent_class)->change_state (element, transition);

  /* After the pads are inactive, so that no packet is on its way. */
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY ||
      (transition == GST_STATE_CHANGE_READY_TO_PAUSED && ret == GST_STATE_CHANGE_FAILURE))
    stop (self);
  return ret;
}

/* Object */

static void
gst_perclite_filter_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstPercliteFilterPrivate *priv = PRIVATE (GST_PERCLITE_FILTER (object));
  gchar *old_key = NULL;

  g_mutex_lock (&priv->lock);
  switch (id) {
    case PROP_KEY:
      old_key = priv->key;
      priv->key = g_value_dup_string (value);
      break;
    case PROP_KEY_FILE:
      g_free (priv->key_file);
      priv->key_file = g_value_dup_string (value);
      break;
    case PROP_SUITE:
      priv->suite = (PercliteSuite) g_value_get_enum (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  g_mutex_unlock (&priv->lock);
  perclite_secret_free (old_key);
}

static void
gst_perclite_filter_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstPercliteFilter *self = GST_PERCLITE_FILTER (object);
  GstPercliteFilterPrivate *priv = PRIVATE (self);

  g_mutex_lock (&priv->lock);
  switch (id) {
    case PROP_KEY_FILE:
      g_value_set_string (value, priv->key_file);
      break;
    case PROP_SUITE:
      g_value_set_enum (value, (gint) priv->suite);
      break;
    case PROP_STATS:
      g_value_take_boxed (
          value, priv->final_stats ? gst_structure_copy (priv->final_stats) : collect_stats (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  g_mutex_unlock (&priv->lock);
}

static void
gst_perclite_filter_finalize (GObject *object)
{
  GstPercliteFilterPrivate *priv = PRIVATE (GST_PERCLITE_FILTER (object));

  perclite_secret_free (priv->key);
  g_free (priv->key_file);
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

  object_class->set_property = gst_perclite_filter_set_property;
  object_class->get_property = gst_perclite_filter_get_property;
  object_class->finalize = gst_perclite_filter_finalize;
  element_class->change_state = gst_perclite_filter_change_state;
  klass->sink_event = gst_perclite_filter_sink_event;

  /**
   * GstPercliteFilter:key:
   *
   * Master key and master salt, in base64. It can be set, but not read back. Other users of the
   * machine can read command lines, and GStreamer logs pipeline descriptions: prefer key-file there.
   *
   * Since: 0.1
   */
  properties[PROP_KEY] = g_param_spec_string ("key", "Key",
      "Key and salt in base64, as of: openssl rand -base64 44 (other users can read command lines: "
      "prefer key-file there)",
      NULL,
      G_PARAM_WRITABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS |
          GST_PARAM_MUTABLE_READY);

  /**
   * GstPercliteFilter:key-file:
   *
   * A file that holds what the property key takes, with white space around it or not. It is read
   * when the element goes from READY to PAUSED.
   *
   * Since: 0.1
   */
  properties[PROP_KEY_FILE] =
      g_param_spec_string ("key-file", "Key file", "File that holds key and salt in base64", NULL,
          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  /**
   * GstPercliteFilter:suite:
   *
   * How payloads are encrypted; sender and receiver must agree. AUTO takes what the size of the key
   * tells: aead-aes-256-gcm, aead-aes-128-gcm, or aes-cm-128-hmac-sha1-80.
   *
   * Since: 0.1
   */
  properties[PROP_SUITE] = g_param_spec_enum ("suite", "Suite",
      "SRTP protection profile of the payloads (auto: the one the size of the key tells)",
      GST_TYPE_PERCLITE_SUITE, PERCLITE_SUITE_AUTO,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  /**
   * GstPercliteFilter:stats:
   *
   * A #GstStructure "application/x-perclite-stats", of the run that goes on or the last one:
   *
   * - "packets-in", "bytes-in", "packets-out", "bytes-out" (guint64): whole RTP packets
   * - "dropped" (guint64): packets in that did not go out
   * - "drops" (#GstStructure): the same by reason, each a guint64: "invalid-rtp", "too-short",
   *   "too-large", "auth-failed", "replayed", "key-limit", "internal"
   * - "suite" (string): nick of the suite in use
   * - "fingerprint" (string): first 8 bytes of the SHA-256 of key and salt in hexadecimal; empty
   *   before there was a key
   * - "streams" (#GST_TYPE_ARRAY of #GstStructure): for each inner SSRC "ssrc" (guint, that of the
   *   outer packets), "inner-ssrc" (guint), "packets" and "bytes" (guint64, of payload in clear),
   *   "roc" (guint, how often the sequence number has wrapped)
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
  gst_type_mark_as_plugin_api (GST_TYPE_PERCLITE_SUITE, 0);
}
