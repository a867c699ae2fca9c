/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstmjrmux.c - mjrmux: makes a recording of the Janus server out of RTP packets. */

/**
 * SECTION:element-mjrmux
 * @title: mjrmux
 * @short_description: makes a recording of the Janus server (.mjr) out of RTP packets
 * @see_also: mjrdemux, perclitenc, perclitedec
 *
 * Writes one stream of RTP packets as Janus' recorder does, for janus-pp-rec and the Record & Play
 * plugin. The recording is flagged as encrypted if what comes is: behind perclitenc, or behind the
 * mjrdemux of a flagged recording, unless perclitedec is between. Nothing that was written is
 * changed later, so that a recording is valid up to wherever it was cut off.
 *
 * ## Example pipeline
 * |[
 * gst-launch-1.0 filesrc location=rec-video.mjr ! mjrdemux ! perclitedec key-file=room.key ! mjrmux ! filesink location=plain.mjr
 * ]|
 * Decrypts a recording.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstmjrmux.h"

#include <string.h>

#include "gstmjrcaps.h"
#include "gstpercliteevent.h"
#include "mjrformat.h"

GST_DEBUG_CATEGORY_STATIC (gst_mjr_mux_debug);
#define GST_CAT_DEFAULT gst_mjr_mux_debug

#define DEFAULT_GENERATION 2

/* Janus' readers skip what is larger. */
#define JANUS_MAX_PACKET_SIZE 1500

enum {
  PROP_0,
  PROP_GENERATION,
  PROP_DESCRIPTION,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

struct _GstMjrMux {
  GstElement parent;

  GstPad *sinkpad;
  GstPad *srcpad;

  /* Guarded by the object lock. */
  guint generation;
  gchar *description;

  /* Of the streaming thread. */
  MjrHeader *header; /* NULL before there were caps */
  gboolean encrypted;
  gchar *tag_description;
  GstSegment segment;
  gboolean start_pending; /* whether downstream needs caps and segment */
  guint64 written;        /* bytes */
  gboolean started;       /* whether the header was written */
  gboolean large_warned;  /* whether a packet was too large for Janus */
  gint64 first; /* time of the first packet, in nanoseconds, on the clock that @timing tells */
  enum {
    TIMING_WALL,    /* of GstReferenceTimestampMeta */
    TIMING_RUNNING, /* of the segment */
    TIMING_SYSTEM,  /* of the system, for packets without any time */
  } timing;
};

G_DEFINE_TYPE_WITH_CODE (GstMjrMux, gst_mjr_mux, GST_TYPE_ELEMENT,
    GST_DEBUG_CATEGORY_INIT (gst_mjr_mux_debug, "mjrmux", 0, "Janus recordings"))

GST_ELEMENT_REGISTER_DEFINE (mjrmux, "mjrmux", GST_RANK_NONE, GST_TYPE_MJR_MUX);

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
        GST_STATIC_CAPS (
            "application/x-rtp, media=(string){ audio, video }, clock-rate=(int)[ 1, MAX ]"));

static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE (
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_MJR_MEDIA_TYPE));

/* Times */

/* Nanoseconds since 1970 at which the packet arrived; 0 when it does not say. */
static gint64
wall_time (GstBuffer *packet)
{
  static GstStaticCaps unix_time = GST_STATIC_CAPS (GST_MJR_UNIX_TIME_CAPS);
  g_autoptr (GstCaps) caps = gst_static_caps_get (&unix_time);
  const GstReferenceTimestampMeta *meta = gst_buffer_get_reference_timestamp_meta (packet, caps);

  return meta != NULL && meta->timestamp <= G_MAXINT64 ? (gint64) meta->timestamp : 0;
}

/* -1 when the packet has none. */
static gint64
running_time (GstMjrMux *self, GstBuffer *packet)
{
  GstClockTime pts = GST_BUFFER_PTS (packet);

  if (!GST_CLOCK_TIME_IS_VALID (pts) || self->segment.format != GST_FORMAT_TIME)
    return -1;
  return (gint64) gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, pts);
}

static gint64
packet_time (GstMjrMux *self, GstBuffer *packet)
{
  switch (self->timing) {
    case TIMING_WALL:
      return wall_time (packet);
    case TIMING_RUNNING:
      return running_time (self, packet);
    case TIMING_SYSTEM:
    default:
      return g_get_monotonic_time () * GST_USECOND;
  }
}

/* Milliseconds since the first packet. */
static guint32
arrival (GstMjrMux *self, GstBuffer *packet)
{
  gint64 elapsed = packet_time (self, packet) - self->first;

  return (guint32) CLAMP (elapsed / (gint64) GST_MSECOND, 0, G_MAXUINT32);
}

/* When the recorder was made is the moment from which running times count: that is how recordings
 * of one pipeline, and those of one session that went through mjrdemux, keep their sync. */
static void
set_start (GstMjrMux *self, GstBuffer *first)
{
  gint64 wall = wall_time (first) / (gint64) GST_USECOND;
  gint64 running = running_time (self, first);

  self->timing = wall > 0 ? TIMING_WALL : running >= 0 ? TIMING_RUNNING : TIMING_SYSTEM;
  self->first = packet_time (self, first);
  self->header->started = wall > 0 ? wall : g_get_real_time ();
  self->header->created = self->header->started - MAX (running, 0) / (gint64) GST_USECOND;
  if (self->header->created <= 0)
    self->header->created = self->header->started;
}

/* Packets */

static GstFlowReturn
push (GstMjrMux *self, GstBuffer *buffer)
{
  if (self->start_pending) {
    g_autoptr (GstCaps) caps = gst_caps_new_empty_simple (GST_MJR_MEDIA_TYPE);
    GstSegment segment;

    /* After a flush the recording goes on where it was. */
    gst_segment_init (&segment, GST_FORMAT_BYTES);
    segment.start = segment.time = segment.position = self->written;
    gst_pad_push_event (self->srcpad, gst_event_new_caps (caps));
    gst_pad_push_event (self->srcpad, gst_event_new_segment (&segment));
    self->start_pending = FALSE;
  }
  self->written += gst_buffer_get_size (buffer);
  return gst_pad_push (self->srcpad, buffer);
}

static GBytes *
make_header (GstMjrMux *self, GstBuffer *first)
{
  GST_OBJECT_LOCK (self);
  g_free (self->header->description);
  self->header->description =
      g_strdup (self->description != NULL ? self->description : self->tag_description);
  GST_OBJECT_UNLOCK (self);
  self->header->encrypted = self->encrypted;
  set_start (self, first);
  return mjr_write_header (self->header);
}

/* In one piece, the header with the first packet, so that there is never the one without the other.
 * And in one memory: GStreamer's filesink collects 64 KiB, and of more than 1024 memories, to which
 * small packets in several of them come, it loses the buffer that is on both sides of that
 * limit. */
static GstBuffer *
make_frame (GstMjrMux *self, GBytes *header, GstBuffer *packet, gsize size)
{
  gsize header_size = header != NULL ? g_bytes_get_size (header) : 0;
  gsize frame_size = header_size + MJR_PREFIX_SIZE + size;
  guint8 *data = g_malloc (frame_size);
  GstBuffer *frame = gst_buffer_new_wrapped (data, frame_size);

  if (header != NULL)
    memcpy (data, g_bytes_get_data (header, NULL), header_size);
  mjr_write_prefix (
      data + header_size, self->header->generation, arrival (self, packet), (guint16) size);
  gst_buffer_extract (packet, 0, data + header_size + MJR_PREFIX_SIZE, size);
  GST_BUFFER_PTS (frame) = GST_BUFFER_PTS (packet);
  return frame;
}

static gboolean
fits (GstMjrMux *self, gsize size)
{
  if (size > JANUS_MAX_PACKET_SIZE && !self->large_warned) {
    self->large_warned = TRUE;
    GST_ELEMENT_WARNING (self, STREAM, MUX,
        ("Packets are larger than 1500 bytes, which Janus leaves out when it reads the recording."),
        ("one of %" G_GSIZE_FORMAT " bytes; lower the mtu of the payloader", size));
  }
  return size > 0 && size <= G_MAXUINT16;
}

static GstFlowReturn
gst_mjr_mux_chain (GstPad *pad, GstObject *parent, GstBuffer *packet)
{
  GstMjrMux *self = GST_MJR_MUX (parent);
  gsize size = gst_buffer_get_size (packet);
  g_autoptr (GBytes) header = NULL;
  GstBuffer *frame;

  if (self->header == NULL) {
    gst_buffer_unref (packet);
    return GST_FLOW_NOT_NEGOTIATED;
  }
  if (!fits (self, size)) {
    GST_DEBUG_OBJECT (self, "dropping a packet of %" G_GSIZE_FORMAT " bytes", size);
    gst_buffer_unref (packet);
    return GST_FLOW_OK;
  }

  if (!self->started)
    header = make_header (self, packet);
  frame = make_frame (self, header, packet, size);
  gst_buffer_unref (packet);
  self->started = TRUE;
  return push (self, frame);
}

/* Events */

static gboolean
set_caps (GstMjrMux *self, GstEvent *event)
{
  GstCaps *caps;
  MjrHeader *header;
  guint generation;

  gst_event_parse_caps (event, &caps);
  GST_OBJECT_LOCK (self);
  generation = self->generation;
  GST_OBJECT_UNLOCK (self);
  header = gst_mjr_header_from_caps (generation, caps);
  if (header == NULL) {
    GST_ELEMENT_ERROR (self, STREAM, CODEC_NOT_FOUND,
        ("Janus has no recordings of this codec. It has of Opus, G.711, G.722, L16, VP8, VP9, "
         "H264, H265 "
         "and AV1."),
        ("%" GST_PTR_FORMAT, caps));
    return FALSE;
  }
  /* The header is written once: another codec cannot follow, but another payload type can. */
  if (self->started && g_strcmp0 (header->codec, self->header->codec) != 0) {
    GST_ELEMENT_ERROR (self, STREAM, MUX,
        ("The codec has changed from %s to %s: a recording is of one codec.", self->header->codec,
            header->codec),
        (NULL));
    mjr_header_free (header);
    return FALSE;
  }
  if (self->started) {
    mjr_header_free (header);
    return TRUE;
  }
  g_clear_pointer (&self->header, mjr_header_free);
  self->header = header;
  return TRUE;
}

static void
take_tags (GstMjrMux *self, GstEvent *event)
{
  GstTagList *tags;
  gchar *description;

  gst_event_parse_tag (event, &tags);
  if (gst_tag_list_get_string (tags, GST_TAG_DESCRIPTION, &description)) {
    g_free (self->tag_description);
    self->tag_description = description;
  }
}

static void
push_empty (GstMjrMux *self)
{
  const gchar *magic = mjr_magic (self->header->generation);

  self->started = TRUE;
  push (self, gst_buffer_new_memdup (magic, strlen (magic)));
}

static gboolean
gst_mjr_mux_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstMjrMux *self = GST_MJR_MUX (parent);
  gboolean ret = TRUE;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      self->encrypted = FALSE;
      return gst_pad_event_default (pad, parent, event);
    case GST_EVENT_CAPS:
      ret = set_caps (self, event);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &self->segment);
      break;
    case GST_EVENT_TAG:
      take_tags (self, event);
      break;
    case GST_EVENT_CUSTOM_DOWNSTREAM_STICKY:
      if (!gst_event_has_name (event, GST_PERCLITE_ENCRYPTED_EVENT))
        return gst_pad_event_default (pad, parent, event);
      self->encrypted = TRUE;
      break;
    case GST_EVENT_EOS:
      /* As Janus leaves a recording without packets. */
      if (!self->started && self->header != NULL)
        push_empty (self);
      return gst_pad_event_default (pad, parent, event);
    case GST_EVENT_FLUSH_STOP:
      gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
      self->start_pending = TRUE;
      return gst_pad_event_default (pad, parent, event);
    case GST_EVENT_GAP:
      break;
    default:
      return gst_pad_event_default (pad, parent, event);
  }
  gst_event_unref (event);
  return ret;
}

/* States */

static void
reset (GstMjrMux *self)
{
  g_clear_pointer (&self->header, mjr_header_free);
  g_clear_pointer (&self->tag_description, g_free);
  gst_segment_init (&self->segment, GST_FORMAT_UNDEFINED);
  self->encrypted = FALSE;
  self->started = FALSE;
  self->start_pending = TRUE;
  self->written = 0;
  self->large_warned = FALSE;
}

static GstStateChangeReturn
gst_mjr_mux_change_state (GstElement *element, GstStateChange transition)
{
  GstStateChangeReturn ret =
      GST_ELEMENT_CLASS (gst_mjr_mux_parent_class)->change_state (element, transition);

  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    reset (GST_MJR_MUX (element));
  return ret;
}

/* Object */

static void
gst_mjr_mux_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstMjrMux *self = GST_MJR_MUX (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_GENERATION:
      self->generation = g_value_get_uint (value);
      break;
    case PROP_DESCRIPTION:
      g_free (self->description);
      self->description = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_mjr_mux_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstMjrMux *self = GST_MJR_MUX (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_GENERATION:
      g_value_set_uint (value, self->generation);
      break;
    case PROP_DESCRIPTION:
      g_value_set_string (value, self->description);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_mjr_mux_finalize (GObject *object)
{
  GstMjrMux *self = GST_MJR_MUX (object);

  reset (self);
  g_free (self->description);
  G_OBJECT_CLASS (gst_mjr_mux_parent_class)->finalize (object);
}

static void
gst_mjr_mux_init (GstMjrMux *self)
{
  self->generation = DEFAULT_GENERATION;
  reset (self);

  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sinkpad, gst_mjr_mux_chain);
  gst_pad_set_event_function (self->sinkpad, gst_mjr_mux_sink_event);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);

  self->srcpad = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_use_fixed_caps (self->srcpad);
  gst_element_add_pad (GST_ELEMENT (self), self->srcpad);
}

static void
gst_mjr_mux_class_init (GstMjrMuxClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = gst_mjr_mux_set_property;
  object_class->get_property = gst_mjr_mux_get_property;
  object_class->finalize = gst_mjr_mux_finalize;
  element_class->change_state = gst_mjr_mux_change_state;

  /**
   * GstMjrMux:generation:
   *
   * 2 is what Janus writes since 2021, and has the time of arrival of each packet; 1 is what it
   * wrote from 2016 on.
   *
   * Since: 0.1
   */
  properties[PROP_GENERATION] = g_param_spec_uint ("generation", "Generation",
      "Generation of the format: 2 (MJR00002) or 1 (MJR00001)", 1, 2, DEFAULT_GENERATION,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  /**
   * GstMjrMux:description:
   *
   * A text for the header of the recording; that of the tag description, if this is not set.
   *
   * Since: 0.1
   */
  properties[PROP_DESCRIPTION] = g_param_spec_string ("description", "Description",
      "Text for the header of the recording (default: what the tags say)", NULL,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Janus recording muxer", "Codec/Muxer",
      "Makes a recording of the Janus server (.mjr) out of RTP packets",
      "The gst-perclite authors");
}
