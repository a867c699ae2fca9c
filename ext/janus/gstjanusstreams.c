/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The streams that a sink takes in: what comes on its pads, whether it may go out, and when. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdio.h>

#include <gst/video/video.h>

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "gstjanusstream.h"

GST_DEBUG_CATEGORY_EXTERN (gst_janus_sink_debug);
#define GST_CAT_DEFAULT gst_janus_sink_debug

/* ---- Pads ---- */

/* The streams' pads, each of which holds its stream: a pad may be released at any time. */
static GList *
ref_pads (GstJanusStreams *self)
{
  GList *l, *pads = NULL;

  g_mutex_lock (&self->lock);
  for (l = self->streams; l; l = l->next)
    pads = g_list_append (pads, gst_object_ref (((GstJanusStream *) l->data)->pad));
  g_mutex_unlock (&self->lock);
  return pads;
}

void
gst_janus_streams_remove (GstJanusStreams *self, GstPad *pad)
{
  GstJanusStream *stream = gst_janus_stream_of_pad (pad);
  gboolean all_ended;

  g_mutex_lock (&self->lock);
  self->streams = g_list_remove (self->streams, stream);
  all_ended = self->streams && gst_janus_streams_ended (self);
  g_mutex_unlock (&self->lock);
  /* Nothing waits for this one any more. */
  gst_janus_bin_invoke (self->bin, all_ended ? self->handlers->ended : self->handlers->changed);
  gst_janus_stream_remove (stream);
}

GstPad *
gst_janus_streams_add (GstJanusStreams *self, GstPadTemplate *templ, const gchar *name)
{
  g_autofree gchar *pad_name = NULL;
  GstJanusStream *stream;
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

  pad_name = g_strdup_printf ("sink_%u", number);
  stream = gst_janus_stream_new (self, templ, pad_name);
  if (!stream)
    return NULL;

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
    all &= ((GstJanusStream *) l->data)->encrypted;
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
    GstJanusStream *stream = l->data;

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
connect_stream (GstJanusStream *stream, GstElement *webrtcbin, gboolean do_retransmission)
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
    connected = connect_stream (gst_janus_stream_of_pad (l->data), webrtcbin, do_retransmission);
  g_list_free_full (pads, gst_object_unref);
  return connected;
}

static gboolean
stream_is_video (GstJanusStream *stream)
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
    GstJanusStream *stream = gst_janus_stream_of_pad (l->data);
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
    GstJanusStream *stream = l->data;

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
