/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The streams that a sink takes in: what comes on its pads, whether it may go out, and when. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdio.h>

#include <gst/video/video.h>

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "gstjanuscaps.h"
#include "gstjanusguard.h"
#include "gstjanusstreams.h"
#include "gstpercliteevent.h"

GST_DEBUG_CATEGORY_EXTERN (gst_janus_sink_debug);
#define GST_CAT_DEFAULT gst_janus_sink_debug

#define STREAM_KEY "janus-stream"

/* One request pad, and owned by it: ghost pad -> gate -> clocksync -> webrtcbin. */
typedef struct {
  GstJanusStreams *streams; /* not owned */
  GstPad *pad;
  GstPad *gate; /* the inside of the pad, where what waits for the connection is blocked */
  GstElement *sync;
  GstPad *sync_src;

  /* Of its streaming thread. */
  guint32 ssrc; /* of the first packet */
  GstJanusGuard guard;
  GQueue held; /* buffers that the guard has not judged yet */

  /* Under the lock of all. */
  gboolean encrypted; /* the event of perclitenc has come */
  gboolean refused;   /* plaintext has come, and an error was posted */
  gboolean started;   /* data has come */
  gboolean eos;
  GstCaps *caps;
  gulong block_id; /* of a stream that is not live and waits for the gate */
} Stream;

struct _GstJanusStreams {
  GstJanusBin *bin; /* not owned */
  const GstJanusStreamsHandlers *handlers;

  GMutex lock;
  GList *streams; /* of Stream, in the order of the m-lines */
  guint next_pad;
  gboolean allow_plaintext;
  gboolean settled;   /* no more streams can be added */
  gboolean gate_open; /* the connection is up */
  gboolean was_open;  /* or has been in this run */
  guint64 n_dropped;  /* packets */
};

/* ---- Streaming threads ---- */

static GstPadProbeReturn
on_block (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  return GST_PAD_PROBE_OK;
}

static gboolean
upstream_is_live (GstPad *pad)
{
  GstQuery *query = gst_query_new_latency ();
  gboolean live = TRUE;

  if (gst_pad_peer_query (pad, query))
    gst_query_parse_latency (query, &live, NULL, NULL);
  gst_query_unref (query);
  return live;
}

/* The first data of a stream. What is not live waits for the connection and keeps to the clock then. */
static void
stream_started (Stream *stream)
{
  GstJanusStreams *self = stream->streams;
  gboolean live = upstream_is_live (stream->pad);
  GstCaps *caps = gst_pad_get_current_caps (stream->pad);

  if (caps) {
    caps = gst_janus_caps_complete (caps, stream->ssrc);
    gst_pad_push_event (stream->gate, gst_event_new_caps (caps));
    gst_caps_unref (caps);
  }
  GST_DEBUG_OBJECT (stream->pad, "the stream has started, %s", live ? "live" : "not live");
  g_object_set (stream->sync, "sync", !live, NULL);
  g_mutex_lock (&self->lock);
  if (!live && !self->was_open && !stream->block_id)
    stream->block_id = gst_pad_add_probe (stream->gate,
        GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
        on_block, NULL, NULL);
  stream->started = TRUE;
  g_mutex_unlock (&self->lock);
  gst_janus_bin_invoke (self->bin, self->handlers->changed);
}

/* Not by an error flow, upon which upstream would post an error of its own that explains nothing. */
static void
fail_stream (Stream *stream, gint code, const gchar *format)
{
  gst_janus_bin_fail_soon (stream->streams->bin,
      g_error_new (GST_STREAM_ERROR, code, format, GST_PAD_NAME (stream->pad)));
}

/* Plaintext has come. */
static void
refuse (Stream *stream)
{
  gboolean refused;

  g_mutex_lock (&stream->streams->lock);
  refused = stream->refused;
  stream->refused = TRUE;
  g_mutex_unlock (&stream->streams->lock);
  if (!refused)
    fail_stream (stream, GST_STREAM_ERROR_WRONG_TYPE,
        "The stream on pad %s is not encrypted end to end: it did not come through perclitenc. "
        "Put \"perclitenc key-file=room.key\" between its payloader and this element, or set "
        "allow-plaintext=true to publish what the server can see and hear");
}

static guint
count_packets (GstPadProbeInfo *info)
{
  return info->type & GST_PAD_PROBE_TYPE_BUFFER
             ? 1
             : gst_buffer_list_length (GST_PAD_PROBE_INFO_BUFFER_LIST (info));
}

/* N packets that may go out have come. Whether they can, or are to wait or to be dropped later; else they are to be dropped
 * now. */
static gboolean
take_data (Stream *stream, guint n)
{
  GstJanusStreams *self = stream->streams;
  gboolean started, flows;

  g_mutex_lock (&self->lock);
  started = stream->started;
  g_mutex_unlock (&self->lock);
  if (!started)
    stream_started (stream);

  g_mutex_lock (&self->lock);
  flows = self->was_open || stream->block_id;
  if (!flows)
    self->n_dropped += n;
  g_mutex_unlock (&self->lock);
  return flows;
}

/* Behind the clocksync: a film goes on while the connection is lost, and no faster. */
static GstPadProbeReturn
on_synced_data (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Stream *stream = user_data;
  GstJanusStreams *self = stream->streams;
  gboolean open;

  g_mutex_lock (&self->lock);
  open = self->gate_open;
  if (!open)
    self->n_dropped += count_packets (info);
  g_mutex_unlock (&self->lock);
  return open ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

/* What happens to the connection is not upstream's affair: by an error flow a source would stop for good. */
static GstFlowReturn
contain (GstPad *pad, GstFlowReturn flow)
{
  if (flow != GST_FLOW_OK)
    GST_DEBUG_OBJECT (pad, "the connection says %s", gst_flow_get_name (flow));
  return GST_PAD_IS_FLUSHING (pad) ? GST_FLOW_FLUSHING : GST_FLOW_OK;
}

static GstFlowReturn
on_buffer (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  return contain (pad, gst_proxy_pad_chain_default (pad, parent, buffer));
}

static GstFlowReturn
on_buffer_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  return contain (pad, gst_proxy_pad_chain_list_default (pad, parent, list));
}

static void
clear_held (Stream *stream)
{
  g_queue_clear_full (&stream->held, (GDestroyNotify) gst_buffer_unref);
}

/* Of a stream whose packets show by the next ones what they are. Takes BUFFER. */
static GstFlowReturn
take_recorded (Stream *stream, GstBuffer *buffer)
{
  GstJanusVerdict verdict = gst_janus_guard_judge (&stream->guard, buffer);
  GstFlowReturn flow = GST_FLOW_OK;

  g_queue_push_tail (&stream->held, buffer);
  if (verdict == GST_JANUS_GUARD_HOLD)
    return GST_FLOW_OK;
  if (verdict == GST_JANUS_GUARD_REFUSE)
    refuse (stream);
  else if (take_data (stream, g_queue_get_length (&stream->held)))
    while (flow == GST_FLOW_OK && !g_queue_is_empty (&stream->held))
      flow = contain (stream->pad, gst_pad_push (stream->gate, g_queue_pop_head (&stream->held)));
  clear_held (stream);
  return flow;
}

static GstPadProbeReturn
take_recorded_data (Stream *stream, GstPadProbeInfo *info)
{
  GstFlowReturn flow = GST_FLOW_OK;
  guint i, n;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    flow = take_recorded (stream, GST_PAD_PROBE_INFO_BUFFER (info));
  } else {
    g_autoptr (GstBufferList) list = GST_PAD_PROBE_INFO_BUFFER_LIST (info);

    n = gst_buffer_list_length (list);
    for (i = 0; i < n && flow == GST_FLOW_OK; i++)
      flow = take_recorded (stream, gst_buffer_ref (gst_buffer_list_get (list, i)));
  }
  GST_PAD_PROBE_INFO_DATA (info) = NULL;
  GST_PAD_PROBE_INFO_FLOW_RETURN (info) = flow;
  return GST_PAD_PROBE_HANDLED;
}

static gboolean
data_is_encrypted (Stream *stream, GstPadProbeInfo *info)
{
  guint i, n;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    return gst_janus_guard_judge (&stream->guard, GST_PAD_PROBE_INFO_BUFFER (info)) ==
           GST_JANUS_GUARD_PASS;
  n = gst_buffer_list_length (GST_PAD_PROBE_INFO_BUFFER_LIST (info));
  for (i = 0; i < n; i++) {
    if (gst_janus_guard_judge (&stream->guard,
            gst_buffer_list_get (GST_PAD_PROBE_INFO_BUFFER_LIST (info), i)) != GST_JANUS_GUARD_PASS)
      return FALSE;
  }
  return TRUE;
}

static GstPadProbeReturn
on_data (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Stream *stream = user_data;

  if (!stream->ssrc)
    stream->ssrc = gst_janus_data_get_ssrc (info);
  if (!gst_janus_streams_get_allow_plaintext (stream->streams)) {
    if (stream->guard.recorded)
      return take_recorded_data (stream, info);
    if (!data_is_encrypted (stream, info)) {
      refuse (stream);
      return GST_PAD_PROBE_DROP;
    }
  }
  return take_data (stream, count_packets (info)) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

/* FALSE when CAPS are of another codec than those that were published. */
static gboolean
take_caps (Stream *stream, GstCaps *caps)
{
  GstJanusStreams *self = stream->streams;
  gboolean fits;

  g_mutex_lock (&self->lock);
  fits = !self->settled || !stream->caps || gst_janus_caps_same_codec (stream->caps, caps);
  if (fits)
    gst_caps_replace (&stream->caps, caps);
  g_mutex_unlock (&self->lock);

  if (!fits) {
    GST_WARNING_OBJECT (stream->pad, "new caps %" GST_PTR_FORMAT, caps);
    fail_stream (stream, GST_STREAM_ERROR_FORMAT,
        "The stream on pad %s changes its codec or payload type while it is published. Stop and "
        "start the pipeline for that");
  }
  return fits;
}

/* With the lock. */
static gboolean
streams_ended (GstJanusStreams *self)
{
  gboolean all = TRUE;
  GList *l;

  for (l = self->streams; l; l = l->next)
    all &= ((Stream *) l->data)->eos;
  return all;
}

/* Whether STREAM's end is the end of all. */
static gboolean
take_eos (Stream *stream)
{
  GstJanusStreams *self = stream->streams;
  gboolean all;

  g_mutex_lock (&self->lock);
  stream->eos = TRUE;
  all = streams_ended (self);
  g_mutex_unlock (&self->lock);
  return all;
}

static void
set_encrypted (Stream *stream, gboolean encrypted, gboolean recorded)
{
  gst_janus_guard_set (&stream->guard, encrypted, recorded);
  clear_held (stream);
  g_mutex_lock (&stream->streams->lock);
  stream->encrypted = encrypted;
  g_mutex_unlock (&stream->streams->lock);
}

static GstPadProbeReturn
on_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Stream *stream = user_data;
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  gboolean recorded = FALSE;
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      /* Another stream, which has to say for itself that it is encrypted. */
      set_encrypted (stream, FALSE, FALSE);
      stream->ssrc = 0;
      break;
    case GST_EVENT_CUSTOM_DOWNSTREAM_STICKY:
      if (gst_event_has_name (event, GST_PERCLITE_ENCRYPTED_EVENT)) {
        gst_structure_get_boolean (gst_event_get_structure (event), "recorded", &recorded);
        set_encrypted (stream, TRUE, recorded);
      }
      break;
    case GST_EVENT_FLUSH_STOP:
      set_encrypted (stream, stream->guard.encrypted, stream->guard.recorded);
      break;
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      if (!take_caps (stream, caps))
        return GST_PAD_PROBE_DROP;
      if (stream->ssrc) {
        caps = gst_janus_caps_complete (gst_caps_ref (caps), stream->ssrc);
        GST_PAD_PROBE_INFO_DATA (info) = gst_event_new_caps (caps);
        gst_caps_unref (caps);
        gst_event_unref (event);
      }
      break;
    case GST_EVENT_EOS:
      /* webrtcbin has no use for it: the connection ends when all streams have. */
      if (take_eos (stream))
        gst_janus_bin_invoke (stream->streams->bin, stream->streams->handlers->ended);
      return GST_PAD_PROBE_DROP;
    default:
      break;
  }
  return GST_PAD_PROBE_OK;
}

/* ---- Pads ---- */

/* The streams' pads, each of which holds its Stream: a pad may be released at any time. */
static GList *
ref_pads (GstJanusStreams *self)
{
  GList *l, *pads = NULL;

  g_mutex_lock (&self->lock);
  for (l = self->streams; l; l = l->next)
    pads = g_list_append (pads, gst_object_ref (((Stream *) l->data)->pad));
  g_mutex_unlock (&self->lock);
  return pads;
}

static Stream *
pad_get_stream (gpointer pad)
{
  return g_object_get_data (G_OBJECT (pad), STREAM_KEY);
}

static void
stream_free (Stream *stream)
{
  gst_clear_caps (&stream->caps);
  clear_held (stream);
  gst_object_unref (stream->gate);
  gst_object_unref (stream->sync_src);
  gst_object_unref (stream->sync);
  g_free (stream);
}

void
gst_janus_streams_remove (GstJanusStreams *self, GstPad *pad)
{
  Stream *stream = pad_get_stream (pad);
  gboolean all_ended;

  g_mutex_lock (&self->lock);
  self->streams = g_list_remove (self->streams, stream);
  all_ended = self->streams && streams_ended (self);
  g_mutex_unlock (&self->lock);
  /* Nothing waits for this one any more. */
  gst_janus_bin_invoke (self->bin, all_ended ? self->handlers->ended : self->handlers->changed);
  /* A bin that is disposed of has let go of its children before its pads. */
  if (gst_object_has_as_parent (GST_OBJECT (stream->sync), GST_OBJECT (self->bin))) {
    gst_element_set_locked_state (stream->sync, TRUE);
    gst_element_set_state (stream->sync, GST_STATE_NULL);
    gst_bin_remove (GST_BIN (self->bin), stream->sync);
  }
}

GstPad *
gst_janus_streams_add (GstJanusStreams *self, GstPadTemplate *templ, const gchar *name)
{
  g_autofree gchar *pad_name = NULL;
  g_autoptr (GstPad) target = NULL;
  Stream *stream;
  guint number;

  g_mutex_lock (&self->lock);
  if (self->settled) {
    g_mutex_unlock (&self->lock);
    GST_WARNING_OBJECT (self->bin, "a stream cannot be added to those that are published already");
    return NULL;
  }
  if (!name || sscanf (name, "sink_%u", &number) != 1)
    number = self->next_pad;
  self->next_pad = MAX (self->next_pad, number) + 1;
  g_mutex_unlock (&self->lock);

  stream = g_new0 (Stream, 1);
  stream->streams = self;
  stream->sync = gst_element_factory_make ("clocksync", NULL);
  if (!stream->sync) {
    g_free (stream);
    GST_ELEMENT_ERROR (self->bin, CORE, MISSING_PLUGIN,
        ("No element clocksync: GStreamer's coreelements plugin is missing"), (NULL));
    return NULL;
  }
  g_object_set (stream->sync, "sync", FALSE, "sync-to-first", TRUE, NULL);
  gst_bin_add (GST_BIN (self->bin), gst_object_ref_sink (stream->sync));
  gst_element_sync_state_with_parent (stream->sync);
  stream->sync_src = gst_element_get_static_pad (stream->sync, "src");
  gst_pad_add_probe (stream->sync_src, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
      on_synced_data, stream, NULL);

  target = gst_element_get_static_pad (stream->sync, "sink");
  pad_name = g_strdup_printf ("sink_%u", number);
  stream->pad = gst_ghost_pad_new_from_template (pad_name, target, templ);
  stream->gate = GST_PAD (gst_proxy_pad_get_internal (GST_PROXY_PAD (stream->pad)));
  g_object_set_data_full (G_OBJECT (stream->pad), STREAM_KEY, stream, (GDestroyNotify) stream_free);
  gst_pad_set_chain_function (stream->pad, on_buffer);
  gst_pad_set_chain_list_function (stream->pad, on_buffer_list);
  gst_pad_add_probe (stream->pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
      on_data, stream, NULL);
  gst_pad_add_probe (stream->pad,
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_EVENT_FLUSH, on_event, stream, NULL);

  g_mutex_lock (&self->lock);
  self->streams = g_list_append (self->streams, stream);
  g_mutex_unlock (&self->lock);

  gst_pad_set_active (stream->pad, TRUE);
  return stream->pad;
}

/* ---- Signalling thread ---- */

gboolean
gst_janus_streams_is_empty (GstJanusStreams *self)
{
  gboolean empty;

  g_mutex_lock (&self->lock);
  empty = !self->streams;
  g_mutex_unlock (&self->lock);
  return empty;
}

gboolean
gst_janus_streams_are_encrypted (GstJanusStreams *self)
{
  gboolean all = TRUE;
  GList *l;

  g_mutex_lock (&self->lock);
  for (l = self->streams; l; l = l->next)
    all &= ((Stream *) l->data)->encrypted;
  g_mutex_unlock (&self->lock);
  return all;
}

gboolean
gst_janus_streams_settle (GstJanusStreams *self, gchar **late)
{
  const gchar *missing = NULL;
  gboolean some = FALSE;
  GList *l;

  g_mutex_lock (&self->lock);
  for (l = self->streams; l; l = l->next) {
    Stream *stream = l->data;

    if (stream->started && !stream->refused)
      some = TRUE;
    else
      missing = GST_PAD_NAME (stream->pad);
  }
  self->settled = some && !missing;
  *late = some ? g_strdup (missing) : NULL;
  g_mutex_unlock (&self->lock);
  return some && !missing;
}

/* Makes webrtcbin's pad for STREAM and lets it know the caps. Without the lock. */
static gboolean
connect_stream (Stream *stream, GstElement *webrtcbin, gboolean do_retransmission)
{
  g_autoptr (GstPad) pad = gst_element_request_pad_simple (webrtcbin, "sink_%u");
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;

  if (!pad)
    return FALSE;

  g_object_get (pad, "transceiver", &transceiver, NULL);
  /* Without do-nack webrtcbin keeps nothing to send again, whatever the server asks for. */
  g_object_set (transceiver, "direction", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY, "do-nack",
      do_retransmission, NULL);
  if (gst_pad_link (stream->sync_src, pad) != GST_PAD_LINK_OK)
    return FALSE;
  /* Sticky events, the caps among them, go along with whatever comes next, and no buffer does until
   * the offer, which needs the caps, is answered. */
  gst_pad_push_event (
      stream->sync_src, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
                            gst_structure_new_empty ("application/x-janus-negotiate")));
  return TRUE;
}

gboolean
gst_janus_streams_connect (GstJanusStreams *self, GstElement *webrtcbin, gboolean do_retransmission)
{
  GList *pads = ref_pads (self), *l;
  gboolean connected = TRUE;

  for (l = pads; l && connected; l = l->next)
    connected = connect_stream (pad_get_stream (l->data), webrtcbin, do_retransmission);
  g_list_free_full (pads, gst_object_unref);
  return connected;
}

static gboolean
stream_is_video (Stream *stream)
{
  gboolean video;

  g_mutex_lock (&stream->streams->lock);
  video = stream->caps &&
          g_strcmp0 (gst_structure_get_string (gst_caps_get_structure (stream->caps, 0), "media"),
              "video") == 0;
  g_mutex_unlock (&stream->streams->lock);
  return video;
}

void
gst_janus_streams_open (GstJanusStreams *self)
{
  GList *pads, *l;

  g_mutex_lock (&self->lock);
  self->gate_open = self->was_open = TRUE;
  g_mutex_unlock (&self->lock);

  pads = ref_pads (self);
  for (l = pads; l; l = l->next) {
    Stream *stream = pad_get_stream (l->data);
    gulong block_id;

    g_mutex_lock (&self->lock);
    block_id = stream->block_id;
    stream->block_id = 0;
    g_mutex_unlock (&self->lock);
    if (block_id)
      gst_pad_remove_probe (stream->gate, block_id);
    else if (stream_is_video (stream))
      /* What a decoder needs first was dropped. */
      gst_pad_push_event (
          stream->pad, gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
  }
  g_list_free_full (pads, gst_object_unref);
}

void
gst_janus_streams_close (GstJanusStreams *self)
{
  g_mutex_lock (&self->lock);
  self->gate_open = FALSE;
  g_mutex_unlock (&self->lock);
}

guint64
gst_janus_streams_get_n_dropped (GstJanusStreams *self)
{
  guint64 n_dropped;

  g_mutex_lock (&self->lock);
  n_dropped = self->n_dropped;
  g_mutex_unlock (&self->lock);
  return n_dropped;
}

void
gst_janus_streams_reset (GstJanusStreams *self)
{
  GList *l;

  g_mutex_lock (&self->lock);
  self->settled = FALSE;
  self->gate_open = self->was_open = FALSE;
  for (l = self->streams; l; l = l->next) {
    Stream *stream = l->data;

    /* Not what the sticky events of a stream have said: it may go on. */
    stream->refused = FALSE;
    stream->started = FALSE;
    stream->eos = FALSE;
    if (stream->block_id) {
      gst_pad_remove_probe (stream->gate, stream->block_id);
      stream->block_id = 0;
    }
  }
  g_mutex_unlock (&self->lock);
}

/* ---- The whole ---- */

void
gst_janus_streams_set_allow_plaintext (GstJanusStreams *self, gboolean allow)
{
  g_mutex_lock (&self->lock);
  self->allow_plaintext = allow;
  g_mutex_unlock (&self->lock);
}

gboolean
gst_janus_streams_get_allow_plaintext (GstJanusStreams *self)
{
  gboolean allow;

  g_mutex_lock (&self->lock);
  allow = self->allow_plaintext;
  g_mutex_unlock (&self->lock);
  return allow;
}

GstJanusStreams *
gst_janus_streams_new (GstJanusBin *bin, const GstJanusStreamsHandlers *handlers)
{
  GstJanusStreams *self = g_new0 (GstJanusStreams, 1);

  self->bin = bin;
  self->handlers = handlers;
  g_mutex_init (&self->lock);
  return self;
}

void
gst_janus_streams_free (GstJanusStreams *self)
{
  g_list_free (self->streams);
  g_mutex_clear (&self->lock);
  g_free (self);
}
