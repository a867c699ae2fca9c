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
 * unless #GstJanusVideoRoomSink:allow-plaintext is set. Each packet is looked at, so nothing in between may
 * renumber packets. Codec headers that a payloader puts into its caps
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

#include "gstjanuspeer.h"
#include "gstjanusrecording.h"
#include "gstjanussdp.h"
#include "gstjanusstreams.h"
#include "gstjanusvideoroomsink.h"

GST_DEBUG_CATEGORY (gst_janus_video_room_sink_debug);
#define GST_CAT_DEFAULT gst_janus_video_room_sink_debug

#define DEFAULT_ALLOW_PLAINTEXT FALSE
#define DEFAULT_RECORD FALSE

/* After the last packet, how long its retransmission may be asked for before we leave. */
#define LINGER_MSECONDS 200

enum { PROP_0, PROP_ALLOW_PLAINTEXT, PROP_RECORD, PROP_RECORD_FILE, N_PROPS };

static GParamSpec *properties[N_PROPS];

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink_%u", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS ("application/x-rtp"));

struct _GstJanusVideoRoomSink {
  GstJanusBin parent;

  GstJanusStreams *streams;
  GstJanusRecording *recording;

  /* Of the signalling thread. */
  GstJanusPeer *peer;
  gboolean connected; /* media can flow */
  GSource *linger;
  GSource *warning; /* until the first packet */
};

G_DEFINE_TYPE_WITH_CODE (GstJanusVideoRoomSink, gst_janus_video_room_sink, GST_TYPE_JANUS_BIN,
    GST_DEBUG_CATEGORY_INIT (
        gst_janus_video_room_sink_debug, "janusvideoroomsink", 0, "Janus VideoRoom sink"));

GST_ELEMENT_REGISTER_DEFINE (
    janusvideoroomsink, "janusvideoroomsink", GST_RANK_NONE, GST_TYPE_JANUS_VIDEO_ROOM_SINK);

/* ---- Signalling thread ---- */

static void
fail_internal (GstJanusVideoRoomSink *self, const gchar *what)
{
  g_autoptr (GError) error = g_error_new_literal (GST_CORE_ERROR, GST_CORE_ERROR_FAILED, what);

  gst_janus_bin_fail (GST_JANUS_BIN (self), error);
}

static const GstJanusPeerHandlers peer_handlers;

static void
publish (GstJanusVideoRoomSink *self)
{
  GstJanusBin *bin = GST_JANUS_BIN (self);
  g_autoptr (GError) error = NULL;
  GstJanusIceConfig config;
  GstElement *webrtcbin;

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
    if (gst_janus_streams_connect (self->streams, webrtcbin, config.do_retransmission))
      gst_janus_peer_create_offer (self->peer);
    else
      fail_internal (self, "webrtcbin does not take the stream");
  }
  gst_janus_ice_config_clear (&config);
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
  g_autofree gchar *late = NULL, *what = NULL;

  if (gst_janus_bin_get_state (bin) != GST_JANUS_STATE_WAITING)
    return;

  if (gst_janus_streams_settle (self->streams, &late)) {
    gst_janus_clear_source (&self->warning);
    publish (self);
    return;
  }
  if (late) {
    gst_janus_clear_source (&self->warning);
    what = g_strdup_printf ("No packet has come to pad %s", late);
  }
  gst_janus_bin_set_deadline (bin, JANUS_ERROR_NO_DATA, what);
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

static void
tell_media (GstJanusVideoRoomSink *self, const GstSDPMessage *offer)
{
  g_autoptr (GPtrArray) media = g_ptr_array_new ();
  guint i;

  for (i = 0; i < gst_sdp_message_medias_len (offer); i++)
    g_ptr_array_add (
        media, (gpointer) gst_sdp_media_get_media (gst_sdp_message_get_media (offer, i)));
  g_ptr_array_add (media, NULL);
  gst_janus_recording_set_media (self->recording, (const gchar *const *) media->pdata);
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
  tell_media (GST_JANUS_VIDEO_ROOM_SINK (user_data), offer);
  janus_room_publish (room, text, gst_janus_sdp_has_media (offer, "audio"),
      gst_janus_sdp_has_media (offer, "video"),
      gst_janus_streams_are_encrypted (GST_JANUS_VIDEO_ROOM_SINK (user_data)->streams));
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

/* Lets media flow once it can, and is recorded if it is to be: a film shall be recorded from its beginning. */
static void
open_when_ready (GstJanusBin *bin)
{
  GstJanusVideoRoomSink *self = GST_JANUS_VIDEO_ROOM_SINK (bin);

  if (!self->connected || gst_janus_bin_get_state (bin) != GST_JANUS_STATE_NEGOTIATING ||
      !gst_janus_recording_is_settled (self->recording))
    return;
  gst_janus_bin_set_deadline (bin, 0, NULL);
  gst_janus_streams_open (self->streams);
  gst_janus_bin_set_state (bin, GST_JANUS_STATE_CONNECTED);
}

static void
on_connected (GstJanusPeer *peer, gpointer user_data)
{
  GstJanusVideoRoomSink *self = user_data;

  self->connected = TRUE;
  open_when_ready (user_data);
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
  gst_janus_recording_start (GST_JANUS_VIDEO_ROOM_SINK (user_data)->recording);
}

static void
on_recording (const gchar *file, const gchar *directory, gpointer user_data)
{
  gst_janus_recording_changed (GST_JANUS_VIDEO_ROOM_SINK (user_data)->recording, file, directory);
}

static void
update_recording (GstJanusBin *bin)
{
  gst_janus_recording_update (GST_JANUS_VIDEO_ROOM_SINK (bin)->recording);
}

static const JanusRoomHandlers room_handlers = {on_joined, on_publisher_joined, on_publisher_left,
    on_published, on_webrtcup, gst_janus_bin_on_failed, on_recording};

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

  gst_janus_clear_source (&self->linger);
  gst_janus_clear_source (&self->warning);
  g_clear_pointer (&self->peer, gst_janus_peer_close);
  self->connected = FALSE;
  gst_janus_recording_reset (self->recording);
  gst_janus_streams_reset (self->streams);
}

/* ---- Element ---- */

static GstPad *
gst_janus_video_room_sink_request_new_pad (
    GstElement *element, GstPadTemplate *templ, const gchar *name, const GstCaps *caps)
{
  GstJanusVideoRoomSink *self = GST_JANUS_VIDEO_ROOM_SINK (element);
  GstPad *pad = gst_janus_streams_add (self->streams, templ, name);

  if (pad && !gst_element_add_pad (element, pad)) {
    gst_janus_streams_remove (self->streams, pad);
    gst_object_unref (gst_object_ref_sink (pad));
    return NULL;
  }
  return pad;
}

static void
gst_janus_video_room_sink_release_pad (GstElement *element, GstPad *pad)
{
  GstJanusVideoRoomSink *self = GST_JANUS_VIDEO_ROOM_SINK (element);

  gst_pad_set_active (pad, FALSE);
  gst_janus_streams_remove (self->streams, pad);
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

  switch (prop_id) {
    case PROP_ALLOW_PLAINTEXT:
      gst_janus_streams_set_allow_plaintext (self->streams, g_value_get_boolean (value));
      break;
    case PROP_RECORD:
      gst_janus_recording_set_wanted (self->recording, g_value_get_boolean (value));
      gst_janus_bin_invoke (GST_JANUS_BIN (self), update_recording);
      break;
    case PROP_RECORD_FILE:
      gst_janus_recording_set_file (self->recording, g_value_get_string (value));
      gst_janus_bin_invoke (GST_JANUS_BIN (self), update_recording);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
}

static void
gst_janus_video_room_sink_get_property (
    GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstJanusVideoRoomSink *self = GST_JANUS_VIDEO_ROOM_SINK (object);

  switch (prop_id) {
    case PROP_ALLOW_PLAINTEXT:
      g_value_set_boolean (value, gst_janus_streams_get_allow_plaintext (self->streams));
      break;
    case PROP_RECORD:
      g_value_set_boolean (value, gst_janus_recording_get_wanted (self->recording));
      break;
    case PROP_RECORD_FILE:
      g_value_take_string (value, gst_janus_recording_dup_file (self->recording));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
}

static void
gst_janus_video_room_sink_finalize (GObject *object)
{
  GstJanusVideoRoomSink *self = GST_JANUS_VIDEO_ROOM_SINK (object);

  gst_janus_recording_free (self->recording);
  gst_janus_streams_free (self->streams);

  G_OBJECT_CLASS (gst_janus_video_room_sink_parent_class)->finalize (object);
}

static gboolean
gst_janus_video_room_sink_check_settings (GstJanusBin *bin, GError **error)
{
  GstJanusVideoRoomSink *self = GST_JANUS_VIDEO_ROOM_SINK (bin);
  const gchar *what = NULL;

  if (gst_janus_streams_is_empty (self->streams))
    what = "Nothing is linked to this element: it has no pads, and nothing to publish. Behind an "
           "element whose pads come later, such as mjrdemux, put a queue";
  else if (gst_janus_streams_get_allow_plaintext (self->streams) &&
           gst_janus_bin_get_signalling (bin) == GST_JANUS_SIGNALLING_PERC)
    what = "allow-plaintext=true contradicts signalling=perc, which tells the server that all is "
           "encrypted";
  if (what)
    g_set_error_literal (error, JANUS_ERROR, JANUS_ERROR_SETTINGS, what);
  return !what && gst_janus_recording_check (self->recording, error);
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
  /**
   * GstJanusVideoRoomSink:record:
   *
   * Can be switched on and off at any time. Each time that recording has begun or ended is told by an element
   * message "janus-recording", with the fields `recording` (boolean), `directory` (string; the server's, or
   * unset where it does not say) and `files` (strings).
   *
   * Since: 0.1
   */
  properties[PROP_RECORD] = g_param_spec_boolean ("record", "Record",
      "Have the server record what is published, encrypted as it is", DEFAULT_RECORD,
      (GParamFlags) (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
  /**
   * GstJanusVideoRoomSink:record-file:
   *
   * While something is recorded, another name begins other files.
   *
   * Since: 0.1
   */
  properties[PROP_RECORD_FILE] = g_param_spec_string ("record-file", "Record file",
      "What the names of the recorded files begin with, with or without a folder on the server; "
      "the server adds the medium "
      "and .mjr (unset: a name with room, feed and time)",
      NULL, (GParamFlags) (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_element_class_set_static_metadata (element_class, "Janus VideoRoom sink",
      "Sink/Network/WebRTC", "Publishes RTP streams into a VideoRoom of a Janus server",
      "gst-perclite developers");
}

static const GstJanusStreamsHandlers streams_handlers = {publish_when_ready, on_eos};

static void
gst_janus_video_room_sink_init (GstJanusVideoRoomSink *self)
{
  self->streams = gst_janus_streams_new (GST_JANUS_BIN (self), &streams_handlers);
  gst_janus_streams_set_allow_plaintext (self->streams, DEFAULT_ALLOW_PLAINTEXT);
  self->recording = gst_janus_recording_new (GST_JANUS_BIN (self), open_when_ready);

  /* Not a source, for all that webrtcbin receives. */
  gst_bin_set_suppressed_flags (
      GST_BIN (self), (GstElementFlags) (GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK));
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
}
