/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstmjrdemux.c - mjrdemux: takes the packets out of a recording of the Janus server. */

/**
 * SECTION:element-mjrdemux
 * @title: mjrdemux
 * @short_description: takes the RTP packets out of a recording of the Janus server (.mjr)
 * @see_also: mjrmux, perclitedec
 *
 * Reads what Janus has recorded, one stream per file: RTP packets, or the messages of a data
 * channel. The packets have the header that Janus gave them, and the payload that the publisher
 * sent: where that is encrypted end to end, perclitedec belongs behind this element, whether the
 * recording is flagged as encrypted or not.
 *
 * Times count from when Janus made the recorder, which for sound and picture of one publication is
 * the same moment: two recordings in one pipeline are in sync.
 *
 * ## Example pipeline
 * |[
 * gst-launch-1.0 filesrc location=rec-video.mjr ! mjrdemux ! perclitedec key-file=room.key ! rtpvp8depay ! webmmux name=m ! filesink location=out.webm   filesrc location=rec-audio.mjr ! mjrdemux ! perclitedec key-file=room.key ! rtpopusdepay ! m.
 * ]|
 * Makes a film of an encrypted session.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstmjrdemux.h"

#include "gstmjrcaps.h"
#include "gstmjrpump.h"

GST_DEBUG_CATEGORY (gst_mjr_demux_debug);
#define GST_CAT_DEFAULT gst_mjr_demux_debug

#define DEFAULT_FOLLOW FALSE
#define DEFAULT_DO_TIMESTAMP_SYNC TRUE
#define DEFAULT_ENCRYPTED FALSE
#define DEFAULT_REORDER_WINDOW 256

/* How often a recording that grows is looked at. */
#define FOLLOW_INTERVAL (100 * G_TIME_SPAN_MILLISECOND)

enum {
  PROP_0,
  PROP_FOLLOW,
  PROP_DO_TIMESTAMP_SYNC,
  PROP_REFERENCE_TIME,
  PROP_ENCRYPTED,
  PROP_REORDER_WINDOW,
  PROP_STATS,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

struct _GstMjrDemux {
  GstElement parent;

  GstPad *sinkpad;

  /* Guarded by the object lock. */
  gboolean follow;
  GstMjrStreamSettings settings;

  GstMjrPump pump;

  /* Wakes the streaming thread that waits for the recording to grow. */
  GMutex lock;
  GCond cond;
  gboolean flushing;
};

G_DEFINE_TYPE_WITH_CODE (GstMjrDemux, gst_mjr_demux, GST_TYPE_ELEMENT,
    GST_DEBUG_CATEGORY_INIT (gst_mjr_demux_debug, "mjrdemux", 0, "Janus recordings"))

GST_ELEMENT_REGISTER_DEFINE (mjrdemux, "mjrdemux", GST_RANK_NONE, GST_TYPE_MJR_DEMUX);

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS (GST_MJR_MEDIA_TYPE));

static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_SOMETIMES,
        GST_STATIC_CAPS (
            "application/x-rtp; text/x-raw, format=(string)utf8; application/octet-stream"));

/* Pull mode */

/* FALSE when woken up to stop. */
static gboolean
wait_for_growth (GstMjrDemux *self)
{
  gint64 until = g_get_monotonic_time () + FOLLOW_INTERVAL;
  gboolean flushing;

  g_mutex_lock (&self->lock);
  while (!self->flushing && g_cond_wait_until (&self->cond, &self->lock, until))
    continue;
  flushing = self->flushing;
  g_mutex_unlock (&self->lock);
  return !flushing;
}

static void
set_flushing (GstMjrDemux *self, gboolean flushing)
{
  g_mutex_lock (&self->lock);
  self->flushing = flushing;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->lock);
}

static void
gst_mjr_demux_loop (GstPad *pad)
{
  GstMjrDemux *self = GST_MJR_DEMUX (GST_PAD_PARENT (pad));
  GstFlowReturn ret = gst_mjr_pump_step (&self->pump);

  if (ret == GST_FLOW_OK)
    return;
  if (ret == GST_FLOW_CUSTOM_SUCCESS) {
    if (wait_for_growth (self)) {
      gst_mjr_window_seek (&self->pump.window, self->pump.window.position);
      return;
    }
    ret = GST_FLOW_FLUSHING;
  }

  GST_DEBUG_OBJECT (self, "pausing: %s", gst_flow_get_name (ret));
  gst_pad_pause_task (pad);
  if (ret == GST_FLOW_EOS) {
    gst_mjr_pump_finish (&self->pump);
  } else if (ret == GST_FLOW_NOT_LINKED || ret < GST_FLOW_EOS) {
    if (ret != GST_FLOW_CUSTOM_ERROR)
      GST_ELEMENT_FLOW_ERROR (self, ret);
    if (self->pump.stream.pad != NULL)
      gst_pad_push_event (self->pump.stream.pad, gst_event_new_eos ());
  }
}

static gboolean
seek (GstMjrDemux *self, GstEvent *event)
{
  guint32 seqnum = gst_event_get_seqnum (event);
  GstSeekType start_type, stop_type;
  gint64 start, stop;
  GstSeekFlags flags;
  GstSegment segment;
  GstFormat format;
  gdouble rate;
  gboolean ok;

  gst_event_parse_seek (event, &rate, &format, &flags, &start_type, &start, &stop_type, &stop);
  if (!self->pump.pull || format != GST_FORMAT_TIME || rate <= 0)
    return FALSE;

  if (flags & GST_SEEK_FLAG_FLUSH) {
    GstEvent *flush = gst_event_new_flush_start ();

    gst_event_set_seqnum (flush, seqnum);
    gst_pad_push_event (self->sinkpad, gst_event_ref (flush));
    gst_pad_push_event (self->pump.stream.pad, flush);
  }
  set_flushing (self, TRUE);
  if (!(flags & GST_SEEK_FLAG_FLUSH))
    gst_pad_pause_task (self->sinkpad);

  GST_PAD_STREAM_LOCK (self->sinkpad);
  set_flushing (self, FALSE);
  if (flags & GST_SEEK_FLAG_FLUSH) {
    GstEvent *flush = gst_event_new_flush_stop (TRUE);

    gst_event_set_seqnum (flush, seqnum);
    gst_pad_push_event (self->sinkpad, gst_event_ref (flush));
    gst_pad_push_event (self->pump.stream.pad, flush);
  }

  segment = self->pump.stream.segment;
  ok =
      gst_segment_do_seek (&segment, rate, format, flags, start_type, start, stop_type, stop, NULL);
  if (ok) {
    GST_OBJECT_LOCK (self);
    self->pump.stream.segment = segment;
    GST_OBJECT_UNLOCK (self);
    self->pump.stream.seqnum = seqnum;
    gst_mjr_pump_go_to (&self->pump, (gint64) segment.start);
    if (flags & GST_SEEK_FLAG_SEGMENT)
      gst_element_post_message (
          GST_ELEMENT (self), gst_message_new_segment_start (
                                  GST_OBJECT (self), GST_FORMAT_TIME, (gint64) segment.position));
  }
  gst_pad_start_task (self->sinkpad, (GstTaskFunction) gst_mjr_demux_loop, self->sinkpad, NULL);
  GST_PAD_STREAM_UNLOCK (self->sinkpad);
  return ok;
}

static gboolean
gst_mjr_demux_src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  gboolean ret;

  if (GST_EVENT_TYPE (event) != GST_EVENT_SEEK)
    return gst_pad_event_default (pad, parent, event);
  ret = seek (GST_MJR_DEMUX (parent), event);
  gst_event_unref (event);
  return ret;
}

static gboolean
gst_mjr_demux_src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  GstMjrDemux *self = GST_MJR_DEMUX (parent);
  GstClockTime duration, position;
  GstFormat format;

  GST_OBJECT_LOCK (self);
  duration = self->pump.stream.duration;
  position = gst_segment_to_stream_time (
      &self->pump.stream.segment, GST_FORMAT_TIME, self->pump.stream.segment.position);
  GST_OBJECT_UNLOCK (self);

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_DURATION:
      gst_query_parse_duration (query, &format, NULL);
      if (format != GST_FORMAT_TIME || !GST_CLOCK_TIME_IS_VALID (duration))
        return FALSE;
      gst_query_set_duration (query, format, (gint64) duration);
      return TRUE;
    case GST_QUERY_POSITION:
      gst_query_parse_position (query, &format, NULL);
      if (format != GST_FORMAT_TIME)
        return FALSE;
      gst_query_set_position (query, format, (gint64) position);
      return TRUE;
    case GST_QUERY_SEEKING:
      gst_query_parse_seeking (query, &format, NULL, NULL, NULL);
      gst_query_set_seeking (query, format, self->pump.pull && format == GST_FORMAT_TIME, 0,
          GST_CLOCK_TIME_IS_VALID (duration) ? (gint64) duration : -1);
      return TRUE;
    default:
      return gst_pad_query_default (pad, parent, query);
  }
}

static GstPad *
new_src_pad (void)
{
  GstPad *pad = gst_pad_new_from_static_template (&src_template, "src");

  gst_pad_set_event_function (pad, gst_mjr_demux_src_event);
  gst_pad_set_query_function (pad, gst_mjr_demux_src_query);
  return pad;
}

/* Push mode */

static GstFlowReturn
do_steps (GstMjrDemux *self)
{
  GstFlowReturn ret;

  while ((ret = gst_mjr_pump_step (&self->pump)) == GST_FLOW_OK)
    continue;
  if (ret == GST_FLOW_CUSTOM_SUCCESS)
    return GST_FLOW_OK;
  return ret == GST_FLOW_CUSTOM_ERROR ? GST_FLOW_ERROR : ret;
}

static GstFlowReturn
gst_mjr_demux_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstMjrDemux *self = GST_MJR_DEMUX (parent);

  gst_mjr_window_add (&self->pump.window, buffer);
  return do_steps (self);
}

static gboolean
gst_mjr_demux_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstMjrDemux *self = GST_MJR_DEMUX (parent);
  gboolean ret = TRUE;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_EOS:
      self->pump.window.end = MJR_END_REACHED;
      if (do_steps (self) == GST_FLOW_EOS)
        gst_mjr_pump_finish (&self->pump);
      else if (self->pump.stream.pad != NULL)
        ret = gst_pad_push_event (self->pump.stream.pad, gst_event_ref (event));
      break;
    case GST_EVENT_FLUSH_START:
    case GST_EVENT_FLUSH_STOP:
      /* Where upstream goes on is not known: packets are found again wherever that is. */
      if (GST_EVENT_TYPE (event) == GST_EVENT_FLUSH_STOP) {
        gst_mjr_pump_flush (&self->pump);
      }
      if (self->pump.stream.pad != NULL)
        ret = gst_pad_push_event (self->pump.stream.pad, gst_event_ref (event));
      break;
    default:
      /* They speak of the recording, not of what is in it. */
      break;
  }
  gst_event_unref (event);
  return ret;
}

/* Pads and states */

static gboolean
gst_mjr_demux_sink_activate (GstPad *pad, GstObject *parent)
{
  g_autoptr (GstQuery) query = gst_query_new_scheduling ();
  gboolean pull =
      gst_pad_peer_query (pad, query) && gst_query_has_scheduling_mode_with_flags (query,
                                             GST_PAD_MODE_PULL, GST_SCHEDULING_FLAG_SEEKABLE);

  return gst_pad_activate_mode (pad, pull ? GST_PAD_MODE_PULL : GST_PAD_MODE_PUSH, TRUE);
}

static gboolean
gst_mjr_demux_sink_activate_mode (GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  GstMjrDemux *self = GST_MJR_DEMUX (parent);
  GstMjrStreamSettings settings;
  gboolean follow;

  set_flushing (self, !active);
  if (!active)
    return mode == GST_PAD_MODE_PULL ? gst_pad_stop_task (pad) : TRUE;

  GST_OBJECT_LOCK (self);
  follow = self->follow;
  settings = self->settings;
  GST_OBJECT_UNLOCK (self);
  gst_mjr_pump_open (&self->pump, mode == GST_PAD_MODE_PULL, follow, &settings);
  if (!self->pump.pull)
    return TRUE;
  return gst_pad_start_task (pad, (GstTaskFunction) gst_mjr_demux_loop, pad, NULL);
}

static GstStateChangeReturn
gst_mjr_demux_change_state (GstElement *element, GstStateChange transition)
{
  GstMjrDemux *self = GST_MJR_DEMUX (element);
  GstStateChangeReturn ret;

  ret = GST_ELEMENT_CLASS (gst_mjr_demux_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY ||
      (transition == GST_STATE_CHANGE_READY_TO_PAUSED && ret == GST_STATE_CHANGE_FAILURE))
    gst_mjr_pump_close (&self->pump);
  return ret;
}

/* Object */

static GstStructure *
get_stats (GstMjrDemux *self)
{
  GstMjrStats stats;

  GST_OBJECT_LOCK (self);
  stats = self->pump.stats;
  GST_OBJECT_UNLOCK (self);
  return gst_structure_new ("application/x-mjrdemux-stats", "frames", G_TYPE_UINT64, stats.frames,
      "bytes", G_TYPE_UINT64, stats.bytes, "invalid", G_TYPE_UINT64, stats.invalid, "garbage-runs",
      G_TYPE_UINT64, stats.garbage_runs, "garbage-bytes", G_TYPE_UINT64, stats.garbage_bytes,
      "truncated-bytes", G_TYPE_UINT64, stats.truncated_bytes, "reordered", G_TYPE_UINT64,
      stats.reordered, "timestamp-resets", G_TYPE_UINT64, stats.timestamp_resets, NULL);
}

static void
gst_mjr_demux_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  GstMjrDemux *self = GST_MJR_DEMUX (object);

  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_FOLLOW:
      self->follow = g_value_get_boolean (value);
      break;
    case PROP_DO_TIMESTAMP_SYNC:
      self->settings.sync = g_value_get_boolean (value);
      break;
    case PROP_REFERENCE_TIME:
      self->settings.reference = (gint64) g_value_get_uint64 (value);
      break;
    case PROP_ENCRYPTED:
      self->settings.encrypted = g_value_get_boolean (value);
      break;
    case PROP_REORDER_WINDOW:
      self->settings.reorder_window = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_mjr_demux_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  GstMjrDemux *self = GST_MJR_DEMUX (object);

  if (id == PROP_STATS) {
    g_value_take_boxed (value, get_stats (self));
    return;
  }
  GST_OBJECT_LOCK (self);
  switch (id) {
    case PROP_FOLLOW:
      g_value_set_boolean (value, self->follow);
      break;
    case PROP_DO_TIMESTAMP_SYNC:
      g_value_set_boolean (value, self->settings.sync);
      break;
    case PROP_REFERENCE_TIME:
      g_value_set_uint64 (value, (guint64) self->settings.reference);
      break;
    case PROP_ENCRYPTED:
      g_value_set_boolean (value, self->settings.encrypted);
      break;
    case PROP_REORDER_WINDOW:
      g_value_set_uint (value, self->settings.reorder_window);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      break;
  }
  GST_OBJECT_UNLOCK (self);
}

static void
gst_mjr_demux_finalize (GObject *object)
{
  GstMjrDemux *self = GST_MJR_DEMUX (object);

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (gst_mjr_demux_parent_class)->finalize (object);
}

static void
gst_mjr_demux_init (GstMjrDemux *self)
{
  self->follow = DEFAULT_FOLLOW;
  self->settings = (GstMjrStreamSettings){
      .sync = DEFAULT_DO_TIMESTAMP_SYNC,
      .encrypted = DEFAULT_ENCRYPTED,
      .reorder_window = DEFAULT_REORDER_WINDOW,
  };
  g_mutex_init (&self->lock);
  g_cond_init (&self->cond);

  self->sinkpad = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_activate_function (self->sinkpad, gst_mjr_demux_sink_activate);
  gst_pad_set_activatemode_function (self->sinkpad, gst_mjr_demux_sink_activate_mode);
  gst_pad_set_chain_function (self->sinkpad, gst_mjr_demux_chain);
  gst_pad_set_event_function (self->sinkpad, gst_mjr_demux_sink_event);
  gst_element_add_pad (GST_ELEMENT (self), self->sinkpad);

  gst_mjr_pump_init (&self->pump, GST_ELEMENT (self), self->sinkpad, new_src_pad);
}

static void
gst_mjr_demux_class_init (GstMjrDemuxClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = gst_mjr_demux_set_property;
  object_class->get_property = gst_mjr_demux_get_property;
  object_class->finalize = gst_mjr_demux_finalize;
  element_class->change_state = gst_mjr_demux_change_state;

  /**
   * GstMjrDemux:follow:
   *
   * At the end of the file, wait for more: for a recording that is still being written. It ends
   * when upstream is told to end, as by gst-launch-1.0 -e. Only where upstream can be read at any
   * place.
   *
   * Since: 0.1
   */
  properties[PROP_FOLLOW] = g_param_spec_boolean ("follow", "Follow",
      "Go on with what is written to the file while it is read", DEFAULT_FOLLOW,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  /**
   * GstMjrDemux:do-timestamp-sync:
   *
   * Count times from reference-time, so that recordings are in sync with each other; otherwise from
   * the first packet of this one.
   *
   * Since: 0.1
   */
  properties[PROP_DO_TIMESTAMP_SYNC] = g_param_spec_boolean ("do-timestamp-sync", "Timestamp sync",
      "Count times from reference-time rather than from the first packet",
      DEFAULT_DO_TIMESTAMP_SYNC,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  /**
   * GstMjrDemux:reference-time:
   *
   * The moment that times count from, in microseconds since 1970, as s and u of the recordings
   * (janus-pp-rec -j shows them). 0 is the moment when Janus made the recorder, which is the same
   * for the streams of one publication. For streams that were published one after the other, set it
   * to the earliest s of them. Packets from before it are left out.
   *
   * Since: 0.1
   */
  properties[PROP_REFERENCE_TIME] = g_param_spec_uint64 ("reference-time", "Reference time",
      "What times count from, in microseconds since 1970 (0: when the recorder was made)", 0,
      G_GUINT64_CONSTANT (9007199254740992), 0,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  /**
   * GstMjrDemux:encrypted:
   *
   * Tell elements downstream that the stream is encrypted end to end even if the recording is not
   * flagged. Those of a VideoRoom with record = true are not, whatever is in them.
   *
   * Since: 0.1
   */
  properties[PROP_ENCRYPTED] = g_param_spec_boolean ("encrypted", "Encrypted",
      "The recording is encrypted even if it is not flagged", DEFAULT_ENCRYPTED,
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  /**
   * GstMjrDemux:reorder-window:
   *
   * Packets that were lost and sent again are recorded when they came. So many packets, or a second
   * of them, may come before one that belongs before them; 0 leaves the order as it was recorded.
   *
   * Since: 0.1
   */
  properties[PROP_REORDER_WINDOW] = g_param_spec_uint ("reorder-window", "Reorder window",
      "Packets that may be kept until one that belongs before them has come (0: none)", 0, 4096,
      DEFAULT_REORDER_WINDOW, G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  /**
   * GstMjrDemux:stats:
   *
   * A #GstStructure "application/x-mjrdemux-stats", of the run that goes on or the last one, with
   * these fields (guint64). After a seek what is read again counts again.
   *
   * - "frames", "bytes": in the recording, whatever they hold
   * - "invalid": frames that hold no RTP packet, or no text, and were left out
   * - "garbage-runs", "garbage-bytes": places where something else stood between frames, and its
   *   size
   * - "truncated-bytes": of a frame that is cut off at the end
   * - "reordered": packets that had come after one that belongs behind them
   * - "timestamp-resets": how often RTP timestamps went on from another value
   *
   * Since: 0.1
   */
  properties[PROP_STATS] =
      g_param_spec_boxed ("stats", "Statistics", "Frames, and what else was found in the recording",
          GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, N_PROPS, properties);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_add_static_pad_template (element_class, &src_template);
  gst_element_class_set_static_metadata (element_class, "Janus recording demuxer", "Codec/Demuxer",
      "Takes the RTP packets out of a recording of the Janus server (.mjr)",
      "The gst-perclite authors");
}
