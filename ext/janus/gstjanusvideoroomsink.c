/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* janusvideoroomsink: publishes RTP streams into a VideoRoom of a Janus server. */

/**
 * SECTION:element-janusvideoroomsink
 * @title: janusvideoroomsink
 * @see_also: janusvideoroomsrc, perclitenc
 *
 * Publishes RTP streams into a VideoRoom of a Janus WebRTC server, and does all the signalling for
 * it. One pad is one medium, in one layer: a server that cannot read a stream cannot choose among
 * its layers.
 *
 * Streams have to be encrypted end to end: one that did not come through perclitenc is an error,
 * unless #GstJanusSink:allow-plaintext is set. Each packet is looked at, so nothing in between may
 * renumber packets. Codec headers that a payloader puts into its caps
 * do not get into the SDP, where the server would see them: send them in band.
 *
 * A live stream is dropped until the connection is up, which then asks for a keyframe. A stream
 * that is not live, such as a file, waits for the connection, and then flows at the speed of the
 * clock. At EOS the element unpublishes and leaves before it lets the pipeline end.
 *
 * When the connection is lost, it is made again, unless #GstJanusBin:reconnect is off: upstream
 * goes on meanwhile, what it sends is dropped, and the publisher comes back under its feed id.
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

#include "gstjanusrecording.h"
#include "gstjanussdp.h"
#include "gstjanusvideoroomsink.h"
#include "janusroom.h"

GST_DEBUG_CATEGORY_STATIC (gst_janus_video_room_sink_debug);
#define GST_CAT_DEFAULT gst_janus_video_room_sink_debug

#define DEFAULT_RECORD FALSE

enum { PROP_RECORD = GST_JANUS_PROPS_OF_ELEMENT, PROP_RECORD_FILE };

struct _GstJanusVideoRoomSink {
  GstJanusSink parent;

  GstJanusRecording *recording;
};

G_DEFINE_TYPE_WITH_CODE (GstJanusVideoRoomSink, gst_janus_video_room_sink, GST_TYPE_JANUS_SINK,
    GST_DEBUG_CATEGORY_INIT (
        gst_janus_video_room_sink_debug, "janusvideoroomsink", 0, "Janus VideoRoom sink"));

GST_ELEMENT_REGISTER_DEFINE (
    janusvideoroomsink, "janusvideoroomsink", GST_RANK_NONE, GST_TYPE_JANUS_VIDEO_ROOM_SINK);

/* ---- Signalling thread ---- */

static void
on_joined (const gchar *id, gpointer user_data)
{
  GST_INFO_OBJECT (user_data, "in the room as %s", id);
  gst_janus_bin_set_active (user_data, id);
  gst_janus_sink_start (user_data);
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
gst_janus_video_room_sink_publish (
    GstJanusSink *sink, const GstSDPMessage *offer, const gchar *text, gboolean encrypted)
{
  tell_media (GST_JANUS_VIDEO_ROOM_SINK (sink), offer);
  janus_room_publish (gst_janus_bin_get_talk (GST_JANUS_BIN (sink)), text,
      gst_janus_sdp_has_media (offer, "audio"), gst_janus_sdp_has_media (offer, "video"),
      encrypted);
}

static void
gst_janus_video_room_sink_trickle (
    gpointer room, const gchar *candidate, const gchar *mid, guint mline)
{
  janus_room_trickle (room, candidate, mid, mline);
}

static void
on_published (const gchar *sdp, const GPtrArray *streams, gpointer user_data)
{
  gst_janus_sink_take_answer (user_data, sdp, streams);
}

/* A film shall be recorded from its beginning. */
static void
gst_janus_video_room_sink_connected (GstJanusSink *sink)
{
  gst_janus_recording_start (GST_JANUS_VIDEO_ROOM_SINK (sink)->recording);
}

static gboolean
gst_janus_video_room_sink_may_open (GstJanusSink *sink)
{
  return gst_janus_recording_is_settled (GST_JANUS_VIDEO_ROOM_SINK (sink)->recording);
}

static void
on_recording_settled (GstJanusBin *bin)
{
  gst_janus_sink_open_when_ready (GST_JANUS_SINK (bin));
}

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
  gst_janus_sink_server_is_up (user_data);
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

static gpointer
gst_janus_video_room_sink_make_talk (GstJanusBin *bin, const GstJanusSettings *settings)
{
  return janus_room_new (&settings->session, &settings->room, &room_handlers, bin);
}

static void
gst_janus_video_room_sink_begin_talk (gpointer room)
{
  janus_room_join (room);
}

static guint
gst_janus_video_room_sink_get_round_trip (gpointer room)
{
  return janus_room_get_round_trip (room);
}

static void
gst_janus_video_room_sink_leave_talk (gpointer room, GDestroyNotify done, gpointer data)
{
  janus_room_leave (room, done, data);
}

static void
gst_janus_video_room_sink_drop (GstJanusBin *bin)
{
  GST_JANUS_BIN_CLASS (gst_janus_video_room_sink_parent_class)->drop (bin);

  gst_janus_recording_lose (GST_JANUS_VIDEO_ROOM_SINK (bin)->recording);
}

static void
gst_janus_video_room_sink_stop (GstJanusBin *bin)
{
  GST_JANUS_BIN_CLASS (gst_janus_video_room_sink_parent_class)->stop (bin);

  gst_janus_recording_reset (GST_JANUS_VIDEO_ROOM_SINK (bin)->recording);
}

/* ---- Element ---- */

static gboolean
gst_janus_video_room_sink_check_settings (GstJanusBin *bin, GError **error)
{
  return GST_JANUS_BIN_CLASS (gst_janus_video_room_sink_parent_class)
             ->check_settings (bin, error) &&
         gst_janus_recording_check (GST_JANUS_VIDEO_ROOM_SINK (bin)->recording, error);
}

static void
gst_janus_video_room_sink_set_property (
    GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GstJanusVideoRoomSink *self = GST_JANUS_VIDEO_ROOM_SINK (object);

  switch (prop_id) {
    case PROP_RECORD:
      gst_janus_recording_set_wanted (self->recording, g_value_get_boolean (value));
      gst_janus_bin_invoke (GST_JANUS_BIN (self), update_recording);
      break;
    case PROP_RECORD_FILE:
      gst_janus_recording_set_file (self->recording, g_value_get_string (value));
      gst_janus_bin_invoke (GST_JANUS_BIN (self), update_recording);
      break;
    default:
      G_OBJECT_CLASS (gst_janus_video_room_sink_parent_class)
          ->set_property (object, prop_id, value, pspec);
      break;
  }
}

static void
gst_janus_video_room_sink_get_property (
    GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstJanusVideoRoomSink *self = GST_JANUS_VIDEO_ROOM_SINK (object);

  switch (prop_id) {
    case PROP_RECORD:
      g_value_set_boolean (value, gst_janus_recording_get_wanted (self->recording));
      break;
    case PROP_RECORD_FILE:
      g_value_take_string (value, gst_janus_recording_dup_file (self->recording));
      break;
    default:
      G_OBJECT_CLASS (gst_janus_video_room_sink_parent_class)
          ->get_property (object, prop_id, value, pspec);
      break;
  }
}

static void
gst_janus_video_room_sink_finalize (GObject *object)
{
  gst_janus_recording_free (GST_JANUS_VIDEO_ROOM_SINK (object)->recording);

  G_OBJECT_CLASS (gst_janus_video_room_sink_parent_class)->finalize (object);
}

static void
gst_janus_video_room_sink_class_init (GstJanusVideoRoomSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstJanusBinClass *janus_class = GST_JANUS_BIN_CLASS (klass);
  GstJanusSinkClass *sink_class = GST_JANUS_SINK_CLASS (klass);

  object_class->set_property = gst_janus_video_room_sink_set_property;
  object_class->get_property = gst_janus_video_room_sink_get_property;
  object_class->finalize = gst_janus_video_room_sink_finalize;
  gst_janus_bin_class_set_kind (janus_class, GST_JANUS_KIND_ROOM);
  gst_janus_bin_class_set_reconnecting (janus_class);
  janus_class->make_talk = gst_janus_video_room_sink_make_talk;
  janus_class->begin_talk = gst_janus_video_room_sink_begin_talk;
  janus_class->get_round_trip = gst_janus_video_room_sink_get_round_trip;
  janus_class->leave_talk = gst_janus_video_room_sink_leave_talk;
  janus_class->drop = gst_janus_video_room_sink_drop;
  janus_class->stop = gst_janus_video_room_sink_stop;
  janus_class->check_settings = gst_janus_video_room_sink_check_settings;
  sink_class->publish = gst_janus_video_room_sink_publish;
  sink_class->trickle = gst_janus_video_room_sink_trickle;
  sink_class->connected = gst_janus_video_room_sink_connected;
  sink_class->may_open = gst_janus_video_room_sink_may_open;

  /**
   * GstJanusVideoRoomSink:record:
   *
   * Can be switched on and off at any time. Each time that recording has begun or ended is told by
   * an element message "janus-recording", with the fields `recording` (boolean), `directory`
   * (string; the server's, or unset where it does not say) and `files` (strings).
   *
   * Since: 0.1
   */
  g_object_class_install_property (object_class, PROP_RECORD,
      g_param_spec_boolean ("record", "Record",
          "Have the server record what is published, encrypted as it is", DEFAULT_RECORD,
          (GParamFlags) (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)));
  /**
   * GstJanusVideoRoomSink:record-file:
   *
   * While something is recorded, another name begins other files.
   *
   * Since: 0.1
   */
  g_object_class_install_property (object_class, PROP_RECORD_FILE,
      g_param_spec_string ("record-file", "Record file",
          "What the names of the recorded files begin with, with or without a folder on the "
          "server; "
          "the server adds the medium "
          "and .mjr (unset: a name with room, feed and time)",
          NULL,
          (GParamFlags) (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)));

  gst_element_class_set_static_metadata (element_class, "Janus VideoRoom sink",
      "Sink/Network/WebRTC", "Publishes RTP streams into a VideoRoom of a Janus server",
      "gst-perclite developers");
}

static void
gst_janus_video_room_sink_init (GstJanusVideoRoomSink *self)
{
  self->recording = gst_janus_recording_new (GST_JANUS_BIN (self), on_recording_settled);
}
