/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* janusvideoroomsrc: receives a publisher of a VideoRoom of a Janus server, as RTP streams. */

/**
 * SECTION:element-janusvideoroomsrc
 * @title: janusvideoroomsrc
 * @see_also: janusvideoroomsink, perclitedec
 *
 * Receives one publisher of a VideoRoom of a Janus WebRTC server, and does all the signalling for it. Pads
 * `video_%u` and `audio_%u` appear with their full caps once media arrives; one that is not linked is
 * dropped and disturbs nobody. Which publisher: the one with #GstJanusBin:feed-id, else the first whose
 * display name is #GstJanusVideoRoomSrc:feed-display-name, else the first. It is waited for, up to
 * #GstJanusBin:timeout. When it leaves, the pads get EOS.
 *
 * A keyframe that a decoder asks for is asked of the publisher through the signalling, since Janus before
 * 1.3 ignores the RTCP way.
 *
 * ## Example
 * |[
 * gst-launch-1.0 janusvideoroomsrc name=s janus-endpoint=wss://sfu.example:8989/ room-id=1234 feed-id=777 s. ! application/x-rtp,media=video ! perclitedec key-file=room.key ! rtpvp8depay ! vp8dec ! videoconvert ! autovideosink s. ! application/x-rtp,media=audio ! perclitedec key-file=room.key ! rtpopusdepay ! opusdec ! audioconvert ! autoaudiosink
 * ]| Shows and plays the encrypted feed 777.
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanusvideoroomsrc.h"
#include "janusroom.h"

GST_DEBUG_CATEGORY_STATIC (gst_janus_video_room_src_debug);
#define GST_CAT_DEFAULT gst_janus_video_room_src_debug

enum { PROP_FEED_DISPLAY_NAME = GST_JANUS_PROPS_OF_ELEMENT };

struct _GstJanusVideoRoomSrc {
  GstJanusSrc parent;

  /* Under the object lock. */
  gchar *feed_display_name;

  /* Of the signalling thread. */
  JanusSubscription *subscription;
  gchar *feed;
};

G_DEFINE_TYPE_WITH_CODE (GstJanusVideoRoomSrc, gst_janus_video_room_src, GST_TYPE_JANUS_SRC,
    GST_DEBUG_CATEGORY_INIT (
        gst_janus_video_room_src_debug, "janusvideoroomsrc", 0, "Janus VideoRoom source"));

GST_ELEMENT_REGISTER_DEFINE (
    janusvideoroomsrc, "janusvideoroomsrc", GST_RANK_NONE, GST_TYPE_JANUS_VIDEO_ROOM_SRC);

/* ---- Signalling thread ---- */

static void
gst_janus_video_room_src_answer (GstJanusSrc *src, const gchar *sdp)
{
  janus_subscription_start (GST_JANUS_VIDEO_ROOM_SRC (src)->subscription, sdp);
}

static void
gst_janus_video_room_src_trickle (
    GstJanusSrc *src, const gchar *candidate, const gchar *mid, guint mline)
{
  janus_subscription_trickle (GST_JANUS_VIDEO_ROOM_SRC (src)->subscription, candidate, mid, mline);
}

static void
gst_janus_video_room_src_request_keyframe (GstJanusSrc *src, const gchar *mid)
{
  GST_DEBUG_OBJECT (src, "asking the publisher for a keyframe");
  janus_subscription_request_keyframe (GST_JANUS_VIDEO_ROOM_SRC (src)->subscription, mid);
}

static void
on_offered (const gchar *sdp, const GPtrArray *streams, gpointer user_data)
{
  gst_janus_src_take_offer (user_data, sdp);
}

static void
on_subscription_failed (const GError *error, gpointer user_data)
{
  gst_janus_src_fail_unless_ended (user_data, error);
}

static void
on_subscription_up (gpointer user_data)
{
  gst_janus_src_server_is_up (user_data);
}

static const JanusSubscriptionHandlers subscription_handlers = {
    on_offered, on_subscription_failed, on_subscription_up};

static void
on_joined (const gchar *id, gpointer user_data)
{
  GstJanusVideoRoomSrc *self = user_data;
  g_autofree gchar *feed = gst_janus_bin_dup_feed_id (user_data);
  g_autofree gchar *what = NULL;

  GST_INFO_OBJECT (self, "in the room as %s", id);
  GST_OBJECT_LOCK (self);
  if (feed)
    what = g_strdup_printf ("Feed %s has not appeared in the room", feed);
  else if (self->feed_display_name)
    what =
        g_strdup_printf ("Nobody named \"%s\" has published in the room", self->feed_display_name);
  else
    what = g_strdup ("Nobody has published in the room");
  GST_OBJECT_UNLOCK (self);
  gst_janus_bin_set_state (user_data, GST_JANUS_STATE_WAITING);
  gst_janus_bin_set_deadline (user_data, JANUS_ERROR_NO_FEED, what);
}

static gboolean
is_wanted (GstJanusVideoRoomSrc *self, const JanusPublisher *publisher)
{
  g_autofree gchar *feed = gst_janus_bin_dup_feed_id (GST_JANUS_BIN (self));
  gboolean wanted;

  if (feed)
    return g_strcmp0 (feed, publisher->id) == 0;
  GST_OBJECT_LOCK (self);
  wanted = !self->feed_display_name || g_strcmp0 (self->feed_display_name, publisher->display) == 0;
  GST_OBJECT_UNLOCK (self);
  return wanted;
}

static void
on_publisher_joined (const JanusPublisher *publisher, gpointer user_data)
{
  GstJanusVideoRoomSrc *self = user_data;
  g_autofree gchar *in_words = NULL;

  if (self->subscription || !is_wanted (self, publisher))
    return;
  self->feed = g_strdup (publisher->id);
  in_words = publisher->display
                 ? g_strdup_printf ("feed %s (\"%s\")", publisher->id, publisher->display)
                 : g_strdup_printf ("feed %s", publisher->id);
  gst_janus_src_negotiate (user_data, publisher->id, in_words);
  self->subscription = janus_room_subscribe (
      gst_janus_bin_get_talk (user_data), publisher->id, &subscription_handlers, self);
}

static void
on_publisher_left (const gchar *id, gpointer user_data)
{
  GstJanusVideoRoomSrc *self = user_data;
  g_autofree gchar *what = NULL;

  if (g_strcmp0 (id, self->feed) != 0)
    return;
  what = g_strdup_printf ("Feed %s has left the room", id);
  gst_janus_src_end (user_data, what);
}

static void
on_published (const gchar *sdp, const GPtrArray *streams, gpointer user_data)
{
  GST_WARNING_OBJECT (user_data, "the server takes us for a publisher");
}

static void
on_webrtcup (gpointer user_data)
{
  GST_DEBUG_OBJECT (user_data, "the server sees the connection up");
}

static const JanusRoomHandlers room_handlers = {on_joined, on_publisher_joined, on_publisher_left,
    on_published, on_webrtcup, gst_janus_bin_on_failed};

static gpointer
gst_janus_video_room_src_make_talk (GstJanusBin *bin, const GstJanusSettings *settings)
{
  JanusRoomConfig config = settings->room;

  /* That is of somebody else. */
  config.feed = NULL;
  return janus_room_new (&settings->session, &config, &room_handlers, bin);
}

static void
gst_janus_video_room_src_begin_talk (gpointer room)
{
  janus_room_join (room);
}

static void
gst_janus_video_room_src_leave_talk (gpointer room, GDestroyNotify done, gpointer data)
{
  janus_room_leave (room, done, data);
}

static void
gst_janus_video_room_src_stop (GstJanusBin *bin)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (bin);

  GST_JANUS_BIN_CLASS (gst_janus_video_room_src_parent_class)->stop (bin);

  /* The room ends its subscriptions itself. */
  self->subscription = NULL;
  g_clear_pointer (&self->feed, g_free);
}

/* ---- Element ---- */

static void
gst_janus_video_room_src_set_property (
    GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (object);

  if (prop_id != PROP_FEED_DISPLAY_NAME) {
    G_OBJECT_CLASS (gst_janus_video_room_src_parent_class)
        ->set_property (object, prop_id, value, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  g_free (self->feed_display_name);
  self->feed_display_name = g_value_dup_string (value);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_janus_video_room_src_get_property (
    GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (object);

  if (prop_id != PROP_FEED_DISPLAY_NAME) {
    G_OBJECT_CLASS (gst_janus_video_room_src_parent_class)
        ->get_property (object, prop_id, value, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  g_value_set_string (value, self->feed_display_name);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_janus_video_room_src_finalize (GObject *object)
{
  g_free (GST_JANUS_VIDEO_ROOM_SRC (object)->feed_display_name);

  G_OBJECT_CLASS (gst_janus_video_room_src_parent_class)->finalize (object);
}

static void
gst_janus_video_room_src_class_init (GstJanusVideoRoomSrcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstJanusBinClass *janus_class = GST_JANUS_BIN_CLASS (klass);
  GstJanusSrcClass *src_class = GST_JANUS_SRC_CLASS (klass);

  object_class->set_property = gst_janus_video_room_src_set_property;
  object_class->get_property = gst_janus_video_room_src_get_property;
  object_class->finalize = gst_janus_video_room_src_finalize;
  gst_janus_bin_class_set_kind (janus_class, GST_JANUS_KIND_ROOM);
  janus_class->make_talk = gst_janus_video_room_src_make_talk;
  janus_class->begin_talk = gst_janus_video_room_src_begin_talk;
  janus_class->leave_talk = gst_janus_video_room_src_leave_talk;
  janus_class->stop = gst_janus_video_room_src_stop;
  src_class->answer = gst_janus_video_room_src_answer;
  src_class->trickle = gst_janus_video_room_src_trickle;
  src_class->request_keyframe = gst_janus_video_room_src_request_keyframe;

  /**
   * GstJanusVideoRoomSrc:feed-display-name:
   *
   * Since: 0.1
   */
  g_object_class_install_property (object_class, PROP_FEED_DISPLAY_NAME,
      g_param_spec_string ("feed-display-name", "Feed display name",
          "Without feed-id: receive the first publisher of this display name (unset: the first)",
          NULL,
          (GParamFlags) (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)));

  gst_element_class_set_static_metadata (element_class, "Janus VideoRoom source",
      "Source/Network/WebRTC", "Receives a publisher of a VideoRoom of a Janus server",
      "gst-perclite developers");
}

static void
gst_janus_video_room_src_init (GstJanusVideoRoomSrc *self)
{
}
