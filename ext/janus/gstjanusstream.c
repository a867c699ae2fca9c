/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One stream that a sink takes in: what comes on its pad, in its streaming thread, up to where the
 * connection may begin. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanuscaps.h"
#include "gstjanusstream.h"
#include "gstpercliteevent.h"

GST_DEBUG_CATEGORY_EXTERN (gst_janus_sink_debug);
#define GST_CAT_DEFAULT gst_janus_sink_debug

#define STREAM_KEY "janus-stream"

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

/* The first data of a stream. What is not live waits for the connection and keeps to the clock
 * then. */
static void
stream_started (GstJanusStream *stream)
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

/* Not by an error flow, upon which upstream would post an error of its own that explains
 * nothing. */
static void
fail_stream (GstJanusStream *stream, gint code, const gchar *format)
{
  gst_janus_bin_fail_soon (stream->streams->bin,
      g_error_new (GST_STREAM_ERROR, code, format, GST_PAD_NAME (stream->pad)));
}

/* Plaintext has come. */
static void
refuse (GstJanusStream *stream)
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

/* N packets that may go out have come. Whether they can, or are to wait or to be dropped later;
 * else they are to be dropped now. */
static gboolean
take_data (GstJanusStream *stream, guint n)
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
  GstJanusStream *stream = user_data;
  GstJanusStreams *self = stream->streams;
  gboolean open;

  g_mutex_lock (&self->lock);
  open = self->gate_open;
  if (!open)
    self->n_dropped += count_packets (info);
  g_mutex_unlock (&self->lock);
  return open ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

/* What happens to the connection is not upstream's affair: by an error flow a source would stop for
 * good. */
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
clear_held (GstJanusStream *stream)
{
  g_queue_clear_full (&stream->held, (GDestroyNotify) gst_buffer_unref);
}

/* Of a stream whose packets show by the next ones what they are. Takes BUFFER. */
static GstFlowReturn
take_recorded (GstJanusStream *stream, GstBuffer *buffer)
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
take_recorded_data (GstJanusStream *stream, GstPadProbeInfo *info)
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
data_is_encrypted (GstJanusStream *stream, GstPadProbeInfo *info)
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
  GstJanusStream *stream = user_data;

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
take_caps (GstJanusStream *stream, GstCaps *caps)
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
gboolean
gst_janus_streams_ended (GstJanusStreams *self)
{
  gboolean all = TRUE;
  GList *l;

  for (l = self->streams; l; l = l->next)
    all &= ((GstJanusStream *) l->data)->eos;
  return all;
}

/* Whether STREAM's end is the end of all. */
static gboolean
take_eos (GstJanusStream *stream)
{
  GstJanusStreams *self = stream->streams;
  gboolean all;

  g_mutex_lock (&self->lock);
  stream->eos = TRUE;
  all = gst_janus_streams_ended (self);
  g_mutex_unlock (&self->lock);
  return all;
}

static void
set_encrypted (GstJanusStream *stream, gboolean encrypted, gboolean recorded)
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
  GstJanusStream *stream = user_data;
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

/* ---- The whole ---- */

GstJanusStream *
gst_janus_stream_of_pad (gpointer pad)
{
  return g_object_get_data (G_OBJECT (pad), STREAM_KEY);
}

static void
stream_free (GstJanusStream *stream)
{
  gst_clear_caps (&stream->caps);
  clear_held (stream);
  gst_object_unref (stream->gate);
  gst_object_unref (stream->sync_src);
  gst_object_unref (stream->sync);
  g_free (stream);
}

GstJanusStream *
gst_janus_stream_new (GstJanusStreams *streams, GstPadTemplate *templ, const gchar *name)
{
  GstJanusStream *stream = g_new0 (GstJanusStream, 1);
  g_autoptr (GstPad) target = NULL;

  stream->streams = streams;
  stream->sync = gst_element_factory_make ("clocksync", NULL);
  if (!stream->sync) {
    g_free (stream);
    GST_ELEMENT_ERROR (streams->bin, CORE, MISSING_PLUGIN,
        ("No element clocksync: GStreamer's coreelements plugin is missing"), (NULL));
    return NULL;
  }
  g_object_set (stream->sync, "sync", FALSE, "sync-to-first", TRUE, NULL);
  gst_bin_add (GST_BIN (streams->bin), gst_object_ref_sink (stream->sync));
  gst_element_sync_state_with_parent (stream->sync);
  stream->sync_src = gst_element_get_static_pad (stream->sync, "src");
  gst_pad_add_probe (stream->sync_src, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
      on_synced_data, stream, NULL);

  target = gst_element_get_static_pad (stream->sync, "sink");
  stream->pad = gst_ghost_pad_new_from_template (name, target, templ);
  stream->gate = GST_PAD (gst_proxy_pad_get_internal (GST_PROXY_PAD (stream->pad)));
  g_object_set_data_full (G_OBJECT (stream->pad), STREAM_KEY, stream, (GDestroyNotify) stream_free);
  gst_pad_set_chain_function (stream->pad, on_buffer);
  gst_pad_set_chain_list_function (stream->pad, on_buffer_list);
  gst_pad_add_probe (stream->pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
      on_data, stream, NULL);
  gst_pad_add_probe (stream->pad,
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_EVENT_FLUSH, on_event, stream, NULL);
  return stream;
}

void
gst_janus_stream_remove (GstJanusStream *self)
{
  GstJanusBin *bin = self->streams->bin;

  /* A bin that is disposed of has let go of its children before its pads. */
  if (!gst_object_has_as_parent (GST_OBJECT (self->sync), GST_OBJECT (bin)))
    return;
  gst_element_set_locked_state (self->sync, TRUE);
  gst_element_set_state (self->sync, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (bin), self->sync);
}
