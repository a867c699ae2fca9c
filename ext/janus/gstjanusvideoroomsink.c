/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* janusvideoroomsink: publishes RTP streams into a VideoRoom of a Janus server. */

/**
 * SECTION:element-janusvideoroomsink
 * @title: janusvideoroomsink
 * @see_also: janusvideoroomsrc, perclitenc
 *
 * Publishes RTP streams into a VideoRoom of a Janus WebRTC server, and does all the signalling for it. One
 * pad is one medium, in one layer: a server that cannot read a stream cannot choose among its layers.
 *
 * Streams have to be encrypted end to end: one that did not come through perclitenc is an error,
 * unless #GstJanusVideoRoomSink:allow-plaintext is set. Codec headers that a payloader puts into its caps
 * do not get into the SDP, where the server would see them: send them in band.
 *
 * A live stream is dropped until the connection is up, which then asks for a keyframe. A stream that is not
 * live, such as a file, waits for the connection, and then flows at the speed of the clock. At EOS the
 * element unpublishes and leaves before it lets the pipeline end.
 *
 * ## Example
 * |[
 * gst-launch-1.0 videotestsrc is-live=true ! videoconvert ! vp8enc deadline=1 ! rtpvp8pay pt=105 mtu=1170 ! perclitenc key-file=room.key ! janusvideoroomsink janus-endpoint=wss://sfu.example:8989/ room-id=1234 display-name=cam
 * ]| Publishes an encrypted test picture as "cam".
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdio.h>
#include <string.h>

#include <gst/rtp/rtp.h>
#include <gst/video/video.h>

#include "gstjanuspeer.h"
#include "gstjanussdp.h"
#include "gstjanusvideoroomsink.h"
#include "gstpercliteevent.h"

GST_DEBUG_CATEGORY_STATIC (gst_janus_video_room_sink_debug);
#define GST_CAT_DEFAULT gst_janus_video_room_sink_debug

#define DEFAULT_ALLOW_PLAINTEXT FALSE

/* After the last packet, how long its retransmission may be asked for before we leave. */
#define LINGER_MSECONDS 200

/* RFC 3550, section 5.1, and draft-murillo-perc-lite: bytes of the outer header, of the payload encryption
 * header, and of what the latter has from the former. */
#define HEADER_SIZE 12
#define PEH_SIZE 11
#define COPIED_SIZE 7

enum { PROP_0, PROP_ALLOW_PLAINTEXT, N_PROPS };

static GParamSpec *properties[N_PROPS];

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink_%u", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS ("application/x-rtp"));

#define STREAM_KEY "janus-stream"

/* One request pad, and owned by it: ghost pad -> gate -> clocksync -> webrtcbin. */
typedef struct {
  GstJanusVideoRoomSink *sink; /* not owned */
  GstPad *pad;
  GstPad *gate; /* the inside of the pad, where what waits for the connection is blocked */
  GstElement *sync;
  GstPad *sync_src;

  /* Under the sink's lock. */
  gboolean encrypted; /* the event of perclitenc has come */
  gboolean refused;   /* plaintext has come, and an error was posted */
  gboolean started;   /* data has come */
  gboolean eos;
  GstCaps *caps;
  gulong block_id; /* of a stream that is not live and waits for the gate */
} Stream;

struct _GstJanusVideoRoomSink {
  GstJanusBin parent;

  GMutex lock;
  GList *streams; /* of Stream, in the order of the m-lines */
  guint next_pad;
  gboolean allow_plaintext;
  gboolean published; /* no more streams can be added */
  gboolean gate_open; /* the connection is up */

  /* Of the signalling thread. */
  GstJanusPeer *peer;
  GSource *linger;
  GSource *warning; /* until the first packet */
};

G_DEFINE_TYPE_WITH_CODE (GstJanusVideoRoomSink, gst_janus_video_room_sink, GST_TYPE_JANUS_BIN,
    GST_DEBUG_CATEGORY_INIT (
        gst_janus_video_room_sink_debug, "janusvideoroomsink", 0, "Janus VideoRoom sink"));

GST_ELEMENT_REGISTER_DEFINE (
    janusvideoroomsink, "janusvideoroomsink", GST_RANK_NONE, GST_TYPE_JANUS_VIDEO_ROOM_SINK);

/* ---- Signalling thread ---- */

static gboolean
stream_is_video (Stream *stream)
{
  gboolean video;

  g_mutex_lock (&stream->sink->lock);
  video = stream->caps &&
          g_strcmp0 (gst_structure_get_string (gst_caps_get_structure (stream->caps, 0), "media"),
              "video") == 0;
  g_mutex_unlock (&stream->sink->lock);
  return video;
}

/* Makes webrtcbin's pad for STREAM and lets it know the caps. Without the lock. */
static gboolean
connect_stream (GstJanusVideoRoomSink *self, Stream *stream, const GstJanusIceConfig *config)
{
  GstElement *webrtcbin = gst_janus_peer_get_webrtcbin (self->peer);
  g_autoptr (GstPad) pad = gst_element_request_pad_simple (webrtcbin, "sink_%u");
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;

  if (!pad)
    return FALSE;

  g_object_get (pad, "transceiver", &transceiver, NULL);
  /* Without do-nack webrtcbin keeps nothing to send again, whatever the server asks for. */
  g_object_set (transceiver, "direction", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY, "do-nack",
      config->do_retransmission, NULL);
  if (gst_pad_link (stream->sync_src, pad) != GST_PAD_LINK_OK)
    return FALSE;
  /* Sticky events, the caps among them, go along with whatever comes next, and no buffer does until
   * the offer, which needs the caps, is answered. */
  gst_pad_push_event (
      stream->sync_src, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM,
                            gst_structure_new_empty ("application/x-janus-negotiate")));
  return TRUE;
}

static void
fail_internal (GstJanusVideoRoomSink *self, const gchar *what)
{
  g_autoptr (GError) error = g_error_new_literal (GST_CORE_ERROR, GST_CORE_ERROR_FAILED, what);

  gst_janus_bin_fail (GST_JANUS_BIN (self), error);
}

static const GstJanusPeerHandlers peer_handlers;

/* The streams' pads, each of which holds its Stream: a pad may be released at any time. */
static GList *
ref_pads (GstJanusVideoRoomSink *self)
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
publish (GstJanusVideoRoomSink *self)
{
  GstJanusBin *bin = GST_JANUS_BIN (self);
  g_autoptr (GError) error = NULL;
  GstJanusIceConfig config;
  GstElement *webrtcbin;
  gboolean connected = TRUE;
  GList *pads = ref_pads (self), *l;

  gst_janus_bin_set_state (bin, GST_JANUS_STATE_NEGOTIATING);
  gst_janus_bin_set_deadline (bin, JANUS_ERROR_ICE, "No media connection with the server");

  gst_janus_bin_get_ice_config (bin, &config);
  self->peer =
      gst_janus_peer_new (gst_janus_bin_get_context (bin), &config, &peer_handlers, self, &error);
  if (!self->peer) {
    gst_janus_bin_fail (bin, error);
  } else {
    webrtcbin = gst_janus_peer_get_webrtcbin (self->peer);
    gst_bin_add (GST_BIN (self), webrtcbin);
    gst_element_sync_state_with_parent (webrtcbin);
    for (l = pads; l && connected; l = l->next)
      connected = connect_stream (self, pad_get_stream (l->data), &config);
    if (connected)
      gst_janus_peer_create_offer (self->peer);
    else
      fail_internal (self, "webrtcbin does not take the stream");
  }
  gst_janus_ice_config_clear (&config);
  g_list_free_full (pads, gst_object_unref);
}

static gboolean
on_nothing_came (gpointer user_data)
{
  GstJanusVideoRoomSink *self = user_data;

  GST_ELEMENT_WARNING (self, STREAM, FAILED,
      ("No packet has come yet, on any pad: nothing is published. Check what is before this "
       "element."),
      (NULL));
  return G_SOURCE_REMOVE;
}

/* Publishes once we are in the room and every pad has shown what it brings. */
static void
publish_when_ready (GstJanusBin *bin)
{
  GstJanusVideoRoomSink *self = GST_JANUS_VIDEO_ROOM_SINK (bin);
  guint waiting = 0, started = 0;
  g_autofree gchar *late = NULL;
  gboolean ready;
  GList *l;

  if (gst_janus_bin_get_state (bin) != GST_JANUS_STATE_WAITING)
    return;

  g_mutex_lock (&self->lock);
  for (l = self->streams; l; l = l->next) {
    Stream *stream = l->data;

    if (stream->started && !stream->refused) {
      started++;
    } else {
      waiting++;
      g_free (late);
      late = g_strdup_printf ("No packet has come to pad %s", GST_PAD_NAME (stream->pad));
    }
  }
  ready = started > 0 && waiting == 0;
  self->published = ready;
  g_mutex_unlock (&self->lock);

  if (started > 0)
    gst_janus_clear_source (&self->warning);
  if (ready)
    publish (self);
  else
    gst_janus_bin_set_deadline (bin, JANUS_ERROR_TIMEOUT, started > 0 ? late : NULL);
}

static void
on_joined (const gchar *id, gpointer user_data)
{
  GstJanusVideoRoomSink *self = user_data;

  gst_janus_bin_on_joined (id, user_data);
  gst_janus_bin_set_active_feed (user_data, id);
  gst_janus_bin_set_state (user_data, GST_JANUS_STATE_WAITING);
  /* A camera may take its time: that is no error. */
  self->warning = gst_janus_bin_add_timeout (
      user_data, gst_janus_bin_get_timeout (user_data) * 1000, on_nothing_came);
  publish_when_ready (user_data);
}

static gboolean
all_encrypted (GstJanusVideoRoomSink *self)
{
  gboolean all = TRUE;
  GList *l;

  g_mutex_lock (&self->lock);
  for (l = self->streams; l; l = l->next)
    all &= ((Stream *) l->data)->encrypted;
  g_mutex_unlock (&self->lock);
  return all;
}

static void
on_described (GstJanusPeer *peer, const GstSDPMessage *sdp, gpointer user_data)
{
  JanusRoom *room = gst_janus_bin_get_room (user_data);
  GstSDPMessage *offer;
  g_autofree gchar *text = NULL;

  if (!room)
    return;
  gst_sdp_message_copy (sdp, &offer);
  if (gst_janus_bin_get_signalling (user_data) == GST_JANUS_SIGNALLING_PERC)
    gst_janus_sdp_unreject_bundled (offer);
  text = gst_sdp_message_as_text (offer);
  GST_LOG_OBJECT (user_data, "offer:\n%s", text);
  janus_room_publish (room, text, gst_janus_sdp_has_media (offer, "audio"),
      gst_janus_sdp_has_media (offer, "video"), all_encrypted (user_data));
  gst_sdp_message_free (offer);
}

static void
on_candidate (
    GstJanusPeer *peer, const gchar *candidate, const gchar *mid, guint mline, gpointer user_data)
{
  JanusRoom *room = gst_janus_bin_get_room (user_data);

  if (room)
    janus_room_trickle (room, candidate, mid, mline);
}

/* In case the codec is refused without the SDP's saying so. */
static GError *
check_streams (const GPtrArray *streams)
{
  guint i;

  for (i = 0; streams && i < streams->len; i++) {
    const JanusStream *stream = g_ptr_array_index (streams, i);

    if (!stream->active || g_strcmp0 (stream->codec, "none") == 0)
      return g_error_new (JANUS_ERROR, JANUS_ERROR_CODEC,
          "The room does not allow the codec of our %s (stream %u of %u)",
          stream->type ? stream->type : "media", i + 1, streams->len);
  }
  return NULL;
}

static void
on_published (const gchar *sdp, const GPtrArray *streams, gpointer user_data)
{
  GstJanusVideoRoomSink *self = user_data;
  g_autoptr (GError) error = NULL;

  GST_LOG_OBJECT (self, "answer:\n%s", sdp);
  if (gst_janus_peer_set_answer (self->peer, sdp, &error))
    error = check_streams (streams);
  if (error)
    gst_janus_bin_fail (user_data, error);
}

static void
on_connected (GstJanusPeer *peer, gpointer user_data)
{
  GstJanusVideoRoomSink *self = user_data;
  GList *pads, *l;

  gst_janus_bin_set_deadline (user_data, 0, NULL);
  g_mutex_lock (&self->lock);
  self->gate_open = TRUE;
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
  gst_janus_bin_set_state (user_data, GST_JANUS_STATE_CONNECTED);
}

static void
on_peer_failed (GstJanusPeer *peer, const GError *error, gpointer user_data)
{
  gst_janus_bin_fail (user_data, error);
}

static const GstJanusPeerHandlers peer_handlers = {
    on_described, on_candidate, on_connected, on_peer_failed};

static void
on_publisher_joined (const JanusPublisher *publisher, gpointer user_data)
{
  GST_LOG_OBJECT (user_data, "feed %s publishes too", publisher->id);
}

static void
on_publisher_left (const gchar *id, gpointer user_data)
{
  GST_LOG_OBJECT (user_data, "feed %s publishes no more", id);
}

static void
on_webrtcup (gpointer user_data)
{
  GST_DEBUG_OBJECT (user_data, "the server sees the connection up");
}

static const JanusRoomHandlers room_handlers = {on_joined, on_publisher_joined, on_publisher_left,
    on_published, on_webrtcup, gst_janus_bin_on_failed};

static void
on_left (GstJanusBin *bin)
{
  gst_element_post_message (GST_ELEMENT (bin), gst_message_new_eos (GST_OBJECT (bin)));
}

static gboolean
on_lingered (gpointer user_data)
{
  GstJanusBin *bin = user_data;

  if (gst_janus_bin_get_room (bin)) {
    if (gst_janus_bin_get_state (bin) != GST_JANUS_STATE_FAILED)
      gst_janus_bin_set_state (bin, GST_JANUS_STATE_ENDED);
    gst_janus_bin_leave (bin, on_left);
  }
  return G_SOURCE_REMOVE;
}

static void
on_eos (GstJanusBin *bin)
{
  GstJanusVideoRoomSink *self = GST_JANUS_VIDEO_ROOM_SINK (bin);

  if (self->linger)
    return;
  self->linger = gst_janus_bin_add_timeout (GST_JANUS_BIN (self), LINGER_MSECONDS, on_lingered);
}

static void
gst_janus_video_room_sink_stop (GstJanusBin *bin)
{
  GstJanusVideoRoomSink *self = GST_JANUS_VIDEO_ROOM_SINK (bin);
  GList *l;

  gst_janus_clear_source (&self->linger);
  gst_janus_clear_source (&self->warning);
  g_clear_pointer (&self->peer, gst_janus_peer_close);

  g_mutex_lock (&self->lock);
  self->published = FALSE;
  self->gate_open = FALSE;
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

/* The first packet of a stream. What is not live waits for the connection and keeps to the clock then. */
static void
stream_started (Stream *stream)
{
  GstJanusVideoRoomSink *self = stream->sink;
  gboolean live = upstream_is_live (stream->pad);

  GST_DEBUG_OBJECT (stream->pad, "the stream has started, %s", live ? "live" : "not live");
  g_object_set (stream->sync, "sync", !live, NULL);
  g_mutex_lock (&self->lock);
  if (!live && !self->gate_open && !stream->block_id)
    stream->block_id = gst_pad_add_probe (stream->gate,
        GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
        on_block, NULL, NULL);
  stream->started = TRUE;
  g_mutex_unlock (&self->lock);
  gst_janus_bin_invoke (GST_JANUS_BIN (self), publish_when_ready);
}

/* Not by an error flow, upon which upstream would post an error of its own that explains nothing. */
static void
fail_stream (Stream *stream, gint code, const gchar *format)
{
  gst_janus_bin_fail_soon (GST_JANUS_BIN (stream->sink),
      g_error_new (GST_STREAM_ERROR, code, format, GST_PAD_NAME (stream->pad)));
}

/* perclitenc copies the outer header's M, PT, SEQ and TS to the beginning of the payload: nothing that it has not
 * made has them there, be it in a stream that is said to be encrypted. */
static gboolean
looks_encrypted (GstBuffer *buffer)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  guint8 header[HEADER_SIZE];
  gboolean same;

  if (gst_buffer_extract (buffer, 0, header, HEADER_SIZE) != HEADER_SIZE ||
      !gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp))
    return FALSE;
  same = gst_rtp_buffer_get_payload_len (&rtp) >= PEH_SIZE &&
         memcmp (gst_rtp_buffer_get_payload (&rtp), header + 1, COPIED_SIZE) == 0;
  gst_rtp_buffer_unmap (&rtp);
  return same;
}

static gboolean
data_looks_encrypted (GstPadProbeInfo *info)
{
  guint i, n;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    return looks_encrypted (GST_PAD_PROBE_INFO_BUFFER (info));
  n = gst_buffer_list_length (GST_PAD_PROBE_INFO_BUFFER_LIST (info));
  for (i = 0; i < n; i++) {
    if (!looks_encrypted (gst_buffer_list_get (GST_PAD_PROBE_INFO_BUFFER_LIST (info), i)))
      return FALSE;
  }
  return TRUE;
}

static GstPadProbeReturn
on_data (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Stream *stream = user_data;
  GstJanusVideoRoomSink *self = stream->sink;
  gboolean looks = data_looks_encrypted (info), plaintext, refused, started, drop;

  g_mutex_lock (&self->lock);
  plaintext = !self->allow_plaintext && !(stream->encrypted && looks);
  refused = stream->refused;
  stream->refused |= plaintext;
  started = stream->started;
  g_mutex_unlock (&self->lock);

  if (plaintext) {
    if (!refused)
      fail_stream (stream, GST_STREAM_ERROR_WRONG_TYPE,
          "The stream on pad %s is not encrypted end to end: it did not come through perclitenc. "
          "Put \"perclitenc key-file=room.key\" between its payloader and this element, or set "
          "allow-plaintext=true to publish what the server can see and hear");
    return GST_PAD_PROBE_DROP;
  }
  if (!started)
    stream_started (stream);

  g_mutex_lock (&self->lock);
  drop = !self->gate_open && !stream->block_id;
  g_mutex_unlock (&self->lock);
  return drop ? GST_PAD_PROBE_DROP : GST_PAD_PROBE_OK;
}

static gboolean
same_codec (const GstCaps *a, const GstCaps *b)
{
  const GstStructure *s = gst_caps_get_structure (a, 0), *t = gst_caps_get_structure (b, 0);
  static const gchar *const fields[] = {"media", "encoding-name", "clock-rate", "payload"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (fields); i++) {
    const GValue *v = gst_structure_get_value (s, fields[i]);
    const GValue *w = gst_structure_get_value (t, fields[i]);

    if (!v || !w || gst_value_compare (v, w) != GST_VALUE_EQUAL)
      return FALSE;
  }
  return TRUE;
}

/* FALSE when CAPS are of another codec than those that were published. */
static gboolean
take_caps (Stream *stream, GstCaps *caps)
{
  GstJanusVideoRoomSink *self = stream->sink;
  gboolean fits;

  g_mutex_lock (&self->lock);
  fits = !self->published || !stream->caps || same_codec (stream->caps, caps);
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
streams_ended (GstJanusVideoRoomSink *self)
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
  GstJanusVideoRoomSink *self = stream->sink;
  gboolean all;

  g_mutex_lock (&self->lock);
  stream->eos = TRUE;
  all = streams_ended (self);
  g_mutex_unlock (&self->lock);
  return all;
}

static void
set_encrypted (Stream *stream, gboolean encrypted)
{
  g_mutex_lock (&stream->sink->lock);
  stream->encrypted = encrypted;
  g_mutex_unlock (&stream->sink->lock);
}

static GstPadProbeReturn
on_event (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Stream *stream = user_data;
  GstEvent *event = GST_PAD_PROBE_INFO_EVENT (info);
  GstCaps *caps;

  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_STREAM_START:
      /* Another stream, which has to say for itself that it is encrypted. */
      set_encrypted (stream, FALSE);
      break;
    case GST_EVENT_CUSTOM_DOWNSTREAM_STICKY:
      if (gst_event_has_name (event, GST_PERCLITE_ENCRYPTED_EVENT))
        set_encrypted (stream, TRUE);
      break;
    case GST_EVENT_CAPS:
      gst_event_parse_caps (event, &caps);
      if (!take_caps (stream, caps))
        return GST_PAD_PROBE_DROP;
      break;
    case GST_EVENT_EOS:
      /* webrtcbin has no use for it: the connection ends when all streams have. */
      if (take_eos (stream))
        gst_janus_bin_invoke (GST_JANUS_BIN (stream->sink), on_eos);
      return GST_PAD_PROBE_DROP;
    default:
      break;
  }
  return GST_PAD_PROBE_OK;
}

/* ---- Element ---- */

static void
stream_free (Stream *stream)
{
  gst_clear_caps (&stream->caps);
  gst_object_unref (stream->gate);
  gst_object_unref (stream->sync_src);
  gst_object_unref (stream->sync);
  g_free (stream);
}

static void
forget_stream (GstJanusVideoRoomSink *self, Stream *stream)
{
  gboolean all_ended;

  g_mutex_lock (&self->lock);
  self->streams = g_list_remove (self->streams, stream);
  all_ended = self->streams && streams_ended (self);
  g_mutex_unlock (&self->lock);
  /* Nothing waits for this one any more. */
  gst_janus_bin_invoke (GST_JANUS_BIN (self), all_ended ? on_eos : publish_when_ready);
  /* A bin that is disposed of has let go of its children before its pads. */
  if (gst_object_has_as_parent (GST_OBJECT (stream->sync), GST_OBJECT (self))) {
    gst_element_set_locked_state (stream->sync, TRUE);
    gst_element_set_state (stream->sync, GST_STATE_NULL);
    gst_bin_remove (GST_BIN (self), stream->sync);
  }
}

static GstPad *
gst_janus_video_room_sink_request_new_pad (
    GstElement *element, GstPadTemplate *templ, const gchar *name, const GstCaps *caps)
{
  GstJanusVideoRoomSink *self = GST_JANUS_VIDEO_ROOM_SINK (element);
  g_autofree gchar *pad_name = NULL;
  g_autoptr (GstPad) target = NULL;
  Stream *stream;
  guint number;

  g_mutex_lock (&self->lock);
  if (self->published) {
    g_mutex_unlock (&self->lock);
    GST_WARNING_OBJECT (self, "a stream cannot be added to those that are published already");
    return NULL;
  }
  if (!name || sscanf (name, "sink_%u", &number) != 1)
    number = self->next_pad;
  self->next_pad = MAX (self->next_pad, number) + 1;
  g_mutex_unlock (&self->lock);

  stream = g_new0 (Stream, 1);
  stream->sink = self;
  stream->sync = gst_element_factory_make ("clocksync", NULL);
  if (!stream->sync) {
    g_free (stream);
    GST_ELEMENT_ERROR (self, CORE, MISSING_PLUGIN,
        ("No element clocksync: GStreamer's coreelements plugin is missing"), (NULL));
    return NULL;
  }
  g_object_set (stream->sync, "sync", FALSE, "sync-to-first", TRUE, NULL);
  gst_bin_add (GST_BIN (self), gst_object_ref_sink (stream->sync));
  gst_element_sync_state_with_parent (stream->sync);
  stream->sync_src = gst_element_get_static_pad (stream->sync, "src");

  target = gst_element_get_static_pad (stream->sync, "sink");
  pad_name = g_strdup_printf ("sink_%u", number);
  stream->pad = gst_ghost_pad_new_from_template (pad_name, target, templ);
  stream->gate = GST_PAD (gst_proxy_pad_get_internal (GST_PROXY_PAD (stream->pad)));
  g_object_set_data_full (G_OBJECT (stream->pad), STREAM_KEY, stream, (GDestroyNotify) stream_free);
  gst_pad_add_probe (stream->pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
      on_data, stream, NULL);
  gst_pad_add_probe (stream->pad, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_event, stream, NULL);

  g_mutex_lock (&self->lock);
  self->streams = g_list_append (self->streams, stream);
  g_mutex_unlock (&self->lock);

  gst_pad_set_active (stream->pad, TRUE);
  if (!gst_element_add_pad (element, stream->pad)) {
    forget_stream (self, stream);
    gst_object_unref (gst_object_ref_sink (stream->pad));
    return NULL;
  }
  return stream->pad;
}

static void
gst_janus_video_room_sink_release_pad (GstElement *element, GstPad *pad)
{
  GstJanusVideoRoomSink *self = GST_JANUS_VIDEO_ROOM_SINK (element);

  gst_pad_set_active (pad, FALSE);
  forget_stream (self, pad_get_stream (pad));
  gst_element_remove_pad (element, pad);
}

static void
gst_janus_video_room_sink_handle_message (GstBin *bin, GstMessage *message)
{
  /* The sinks within webrtcbin have nothing to say on the end: we post EOS once we have left. */
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS) {
    gst_message_unref (message);
    return;
  }
  GST_BIN_CLASS (gst_janus_video_room_sink_parent_class)->handle_message (bin, message);
}

static void
gst_janus_video_room_sink_set_property (
    GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GstJanusVideoRoomSink *self = GST_JANUS_VIDEO_ROOM_SINK (object);

  if (prop_id == PROP_ALLOW_PLAINTEXT) {
    g_mutex_lock (&self->lock);
    self->allow_plaintext = g_value_get_boolean (value);
    g_mutex_unlock (&self->lock);
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
gst_janus_video_room_sink_get_property (
    GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstJanusVideoRoomSink *self = GST_JANUS_VIDEO_ROOM_SINK (object);

  if (prop_id == PROP_ALLOW_PLAINTEXT) {
    g_mutex_lock (&self->lock);
    g_value_set_boolean (value, self->allow_plaintext);
    g_mutex_unlock (&self->lock);
  } else {
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
  }
}

static void
gst_janus_video_room_sink_finalize (GObject *object)
{
  GstJanusVideoRoomSink *self = GST_JANUS_VIDEO_ROOM_SINK (object);

  g_list_free (self->streams);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (gst_janus_video_room_sink_parent_class)->finalize (object);
}

static gboolean
gst_janus_video_room_sink_check_settings (GstJanusBin *bin, GError **error)
{
  GstJanusVideoRoomSink *self = GST_JANUS_VIDEO_ROOM_SINK (bin);
  const gchar *what = NULL;

  g_mutex_lock (&self->lock);
  if (!self->streams)
    what = "Nothing is linked to this element: it has no pads, and nothing to publish";
  else if (self->allow_plaintext && gst_janus_bin_get_signalling (bin) == GST_JANUS_SIGNALLING_PERC)
    what = "allow-plaintext=true contradicts signalling=perc, which tells the server that all is "
           "encrypted";
  g_mutex_unlock (&self->lock);
  if (what)
    g_set_error_literal (error, JANUS_ERROR, JANUS_ERROR_SETTINGS, what);
  return !what;
}

static void
gst_janus_video_room_sink_class_init (GstJanusVideoRoomSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstJanusBinClass *janus_class = GST_JANUS_BIN_CLASS (klass);

  object_class->set_property = gst_janus_video_room_sink_set_property;
  object_class->get_property = gst_janus_video_room_sink_get_property;
  object_class->finalize = gst_janus_video_room_sink_finalize;
  element_class->request_new_pad = gst_janus_video_room_sink_request_new_pad;
  element_class->release_pad = gst_janus_video_room_sink_release_pad;
  GST_BIN_CLASS (klass)->handle_message = gst_janus_video_room_sink_handle_message;
  janus_class->publishes = TRUE;
  janus_class->room_handlers = &room_handlers;
  janus_class->stop = gst_janus_video_room_sink_stop;
  janus_class->check_settings = gst_janus_video_room_sink_check_settings;

  /**
   * GstJanusVideoRoomSink:allow-plaintext:
   *
   * Since: 0.1
   */
  properties[PROP_ALLOW_PLAINTEXT] = g_param_spec_boolean ("allow-plaintext", "Allow plaintext",
      "Also publish streams that did not come through perclitenc, which the server can see and "
      "hear",
      DEFAULT_ALLOW_PLAINTEXT,
      (GParamFlags) (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "Janus VideoRoom sink",
      "Sink/Network/WebRTC", "Publishes RTP streams into a VideoRoom of a Janus server",
      "gst-perclite developers");
}

static void
gst_janus_video_room_sink_init (GstJanusVideoRoomSink *self)
{
  g_mutex_init (&self->lock);
  self->allow_plaintext = DEFAULT_ALLOW_PLAINTEXT;

  /* Not a source, for all that webrtcbin receives. */
  gst_bin_set_suppressed_flags (
      GST_BIN (self), (GstElementFlags) (GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK));
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
}
