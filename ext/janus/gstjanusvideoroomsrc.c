/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* janusvideoroomsrc: receives publishers of a VideoRoom of a Janus server, as RTP streams. */

/**
 * SECTION:element-janusvideoroomsrc
 * @title: janusvideoroomsrc
 * @see_also: janusvideoroomsink, perclitedec
 *
 * Receives publishers of a VideoRoom of a Janus WebRTC server, and does all the signalling for it.
 * Pads `video_%u` and `audio_%u` appear with their full caps once media arrives; one that is not
 * linked is dropped and disturbs nobody.
 *
 * Which publisher: the one with #GstJanusBin:feed-id, else the first whose display name is
 * #GstJanusVideoRoomSrc:feed-display-name, else the first. It is waited for. When it leaves, its
 * pads stay, and go on when it returns, unless #GstJanusVideoRoomSrc:eos-on-leave is set. Running
 * time goes on meanwhile: downstream sees a gap.
 *
 * With #GstJanusVideoRoomSrc:feeds set, all those publishers are received, each by a connection of
 * its own, and each with pads of its own that come and go with it. Properties and caps of a pad
 * tell whose it is.
 *
 * When the connection to the server is lost, it is made again, unless #GstJanusBin:reconnect is
 * off.
 *
 * A keyframe that a decoder asks for is asked of the publisher through the signalling, since Janus
 * before 1.3 ignores the RTCP way.
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

#include "gstjanusfeeds.h"
#include "gstjanuspost.h"
#include "gstjanusvideoroomsrc.h"

GST_DEBUG_CATEGORY_STATIC (gst_janus_video_room_src_debug);
#define GST_CAT_DEFAULT gst_janus_video_room_src_debug

enum { PROP_OF_SELECTION = GST_JANUS_PROPS_OF_ELEMENT };

struct _GstJanusVideoRoomSrc {
  GstJanusSrc parent;

  GstJanusSelection *selection;

  /* Of the signalling thread. */
  gboolean over; /* EOS was sent */
  gboolean left; /* the one publisher has, and that was told */
  GstJanusFeeds feeds;
  const gchar *loss; /* why the connection is lost, while it is dropped for that */
  GSource *patience; /* until it is told that there is nobody */
  GSource *settling; /* until we know who is in the room */
};

G_DEFINE_TYPE_WITH_CODE (GstJanusVideoRoomSrc, gst_janus_video_room_src, GST_TYPE_JANUS_SRC,
    GST_DEBUG_CATEGORY_INIT (
        gst_janus_video_room_src_debug, "janusvideoroomsrc", 0, "Janus VideoRoom source"));

GST_ELEMENT_REGISTER_DEFINE (
    janusvideoroomsrc, "janusvideoroomsrc", GST_RANK_NONE, GST_TYPE_JANUS_VIDEO_ROOM_SRC);

static gboolean
get_eos_on_leave (GstJanusVideoRoomSrc *self)
{
  return gst_janus_selection_get_eos_on_leave (self->selection);
}

static gboolean
is_many (GstJanusVideoRoomSrc *self)
{
  return gst_janus_selection_is_many (self->selection);
}

static gboolean
is_busy (GstJanusVideoRoomSrc *self)
{
  return gst_janus_feeds_is_busy (&self->feeds, FALSE);
}

/* ---- Whom to receive: signalling thread ---- */

static gboolean
on_out_of_patience (gpointer user_data)
{
  GstJanusVideoRoomSrc *self = user_data;
  g_autofree gchar *feed_id = gst_janus_bin_dup_feed_id (user_data);
  g_autofree gchar *what = gst_janus_selection_describe_absence (self->selection, feed_id);
  g_autoptr (GError) error = g_error_new (JANUS_ERROR, JANUS_ERROR_NO_FEED, "%s within %u s", what,
      gst_janus_bin_get_timeout (user_data));

  gst_janus_clear_source (&self->patience);
  if (get_eos_on_leave (self))
    gst_janus_bin_fail (user_data, error);
  else
    gst_janus_bin_warn (user_data, error, "Waiting on.");
  return G_SOURCE_REMOVE;
}

/* In the room, without anything to receive. */
static void
wait_for_feed (GstJanusVideoRoomSrc *self)
{
  GstJanusBin *bin = GST_JANUS_BIN (self);

  gst_janus_bin_set_active (bin, NULL);
  gst_janus_bin_set_state (bin, GST_JANUS_STATE_WAITING);
  /* An empty room is nothing unusual for who receives all, and what is left out was told of. */
  if (!is_many (self) && self->feeds.queue.length == 0 && !self->patience)
    self->patience =
        gst_janus_bin_add_timeout (bin, gst_janus_bin_get_timeout (bin) * 1000, on_out_of_patience);
}

/* ---- One feed: signalling thread ---- */

static void
feed_failed (GstJanusFeed *feed, const GError *error)
{
  GstJanusSrcClass *klass = GST_JANUS_SRC_GET_CLASS (feed->src);

  if (!feed->reception || !gst_janus_reception_is_ending (feed->reception))
    klass->failed (GST_JANUS_BIN (feed->src), feed, error);
}

static void
on_offered (const gchar *sdp, const GPtrArray *streams, gpointer user_data)
{
  GstJanusFeed *feed = user_data;

  gst_janus_reception_take_offer (feed->reception, sdp, gst_janus_src_get_latency (feed->src));
}

static void
on_subscription_failed (const GError *error, gpointer user_data)
{
  feed_failed (user_data, error);
}

static void
on_subscription_up (gpointer user_data)
{
  gst_janus_reception_server_is_up (((GstJanusFeed *) user_data)->reception);
}

static const JanusSubscriptionHandlers subscription_handlers = {
    on_offered, on_subscription_failed, on_subscription_up};

static void
feed_receive (GstJanusFeed *feed)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (feed->src);
  GstJanusBin *bin = GST_JANUS_BIN (self);
  const GstJanusReceptionInfo info = {feed->id, feed->display, feed->in_words, is_many (self),
      is_many (self) ? gst_janus_feed_get_patience (feed) : gst_janus_bin_get_patience (bin)};

  gst_janus_clear_source (&feed->timer);
  gst_janus_clear_source (&self->patience);
  if (!is_many (self))
    gst_janus_bin_set_active (bin, feed->id);
  if (!gst_janus_feeds_is_busy (&self->feeds, TRUE))
    gst_janus_bin_set_state (bin, GST_JANUS_STATE_NEGOTIATING);
  gst_janus_feed_tell (feed, "negotiating", NULL);
  feed->reception = gst_janus_src_begin (GST_JANUS_SRC (self), &info, feed);
  feed->subscription =
      janus_room_subscribe (gst_janus_bin_get_talk (bin), feed->id, &subscription_handlers, feed);
}

/* Receives whom there is reason to. */
static void
receive_wanted (GstJanusVideoRoomSrc *self)
{
  if (!self->over)
    gst_janus_feeds_fill (&self->feeds, feed_receive);
}

/* One less is received, or could be. */
static void
go_on (GstJanusVideoRoomSrc *self)
{
  receive_wanted (self);
  if (!self->over && !is_busy (self))
    wait_for_feed (self);
}

static gboolean
on_feed_retry (gpointer user_data)
{
  GstJanusFeed *feed = user_data;
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (feed->src);

  gst_janus_clear_source (&feed->timer);
  /* Of one publisher only, another may have come instead. */
  if (is_many (self) || (!self->over && !is_busy (self)))
    feed_receive (feed);
  return G_SOURCE_REMOVE;
}

/* It is not there any more, and all that was under way has come. */
static void
forget_feed (GstJanusFeed *feed)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (feed->src);

  gst_janus_feed_release (feed);
  /* Whoever was never received has neither pads nor anybody who knows of it. */
  if (feed->told) {
    gst_janus_feed_tell (feed, "left", NULL);
    if (is_many (self))
      gst_janus_src_remove_pads (feed->src, feed->id, get_eos_on_leave (self));
  }
  gst_janus_feeds_remove (&self->feeds, feed);
}

/* It has not come back in time. */
static gboolean
on_feed_forgotten (gpointer user_data)
{
  forget_feed (user_data);
  return G_SOURCE_REMOVE;
}

/* One participant's failure stays that participant's. */
static void
lose_feed (GstJanusFeed *feed, const GError *error)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (feed->src);

  if (!gst_janus_feed_lose (feed, error, on_feed_retry)) {
    GST_INFO_OBJECT (self, "%s is not there, until it is told of anew", feed->in_words);
    forget_feed (feed);
  }
  go_on (self);
}

/* Whether there is another to receive, or whoever has set us up would rather wait for one than see
 * us fail. */
static gboolean
may_leave_out (GstJanusVideoRoomSrc *self, const GstJanusFeed *feed)
{
  g_autofree gchar *feed_id = gst_janus_bin_dup_feed_id (GST_JANUS_BIN (self));
  JanusRetryConfig config;

  gst_janus_bin_get_retry_config (GST_JANUS_BIN (self), &config);
  return !feed_id && (!gst_janus_feeds_is_only_one (&self->feeds, feed) ||
                         (config.enabled && !get_eos_on_leave (self)));
}

/* All of them are lost together: drop() tells. */
static void
lose (GstJanusVideoRoomSrc *self, const GError *error)
{
  self->loss = error->message;
  gst_janus_bin_fail (GST_JANUS_BIN (self), error);
  self->loss = NULL;
}

/* For who looks at a terminal or a journal; of several publishers the messages "janus-feed"
 * tell. */
static void
tell_of_one (GstJanusVideoRoomSrc *self, const GstJanusFeed *feed, const gchar *what)
{
  g_autofree gchar *text = g_strdup_printf ("F%s %s", feed->in_words + 1, what);

  if (!is_many (self))
    gst_janus_post_info (GST_ELEMENT (self), text);
}

/* ---- What connections tell: signalling thread ---- */

static void
gst_janus_video_room_src_answer (GstJanusBin *bin, gpointer origin, const gchar *sdp)
{
  janus_subscription_start (((GstJanusFeed *) origin)->subscription, sdp);
}

static void
gst_janus_video_room_src_trickle (
    GstJanusBin *bin, gpointer origin, const gchar *candidate, const gchar *mid, guint mline)
{
  janus_subscription_trickle (((GstJanusFeed *) origin)->subscription, candidate, mid, mline);
}

static void
gst_janus_video_room_src_request_keyframe (GstJanusBin *bin, gpointer origin, const gchar *mid)
{
  GST_DEBUG_OBJECT (bin, "asking %s for a keyframe", ((GstJanusFeed *) origin)->in_words);
  janus_subscription_request_keyframe (((GstJanusFeed *) origin)->subscription, mid);
}

static void
gst_janus_video_room_src_connected (GstJanusBin *bin, gpointer origin)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (bin);
  GstJanusFeed *feed = origin;

  gst_janus_feed_succeed (feed);
  if (self->left)
    tell_of_one (self, feed, "is received now");
  self->left = FALSE;
  gst_janus_bin_set_state (bin, GST_JANUS_STATE_CONNECTED);
}

static void
gst_janus_video_room_src_failed (GstJanusBin *bin, gpointer origin, const GError *error)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (bin);

  if (is_many (self) || (gst_janus_feed_is_at_fault (error) && may_leave_out (self, origin)))
    lose_feed (origin, error);
  else
    lose (self, error);
}

/* Its last packet has come. */
static void
gst_janus_video_room_src_ended (GstJanusBin *bin, gpointer origin)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (bin);
  GstJanusFeed *feed = origin;
  g_autofree gchar *what = g_strdup_printf ("Feed %s has left the room", feed->id_in_text);

  GST_INFO_OBJECT (self, "%s", what);
  self->over = !is_many (self) && get_eos_on_leave (self);
  if (!self->over)
    tell_of_one (self, feed, "has left the room. Waiting for its return");
  self->left = TRUE;
  forget_feed (feed);
  if (self->over) {
    gst_janus_src_finish (GST_JANUS_SRC (self), what);
    return;
  }
  go_on (self);
}

/* ---- What the room tells: signalling thread ---- */

/* By now the room has told who was there before us. */
static gboolean
on_settled (gpointer user_data)
{
  GstJanusVideoRoomSrc *self = user_data;
  GList *l;

  gst_janus_clear_source (&self->settling);
  if (is_many (self) || !is_busy (self))
    gst_janus_bin_succeed (user_data);
  /* Who was there before the connection was lost may come back as well, later than we. */
  for (l = self->feeds.queue.head; l; l = l->next) {
    GstJanusFeed *feed = l->data;

    if (!feed->present && !feed->reception && !feed->timer)
      feed->timer = gst_janus_bin_add_timeout_for (
          user_data, gst_janus_bin_get_timeout (user_data) * 1000, on_feed_forgotten, feed);
  }
  return G_SOURCE_REMOVE;
}

static void
on_joined (const gchar *id, gpointer user_data)
{
  GstJanusVideoRoomSrc *self = user_data;

  GST_INFO_OBJECT (self, "in the room as %s", id);
  gst_janus_bin_set_deadline (user_data, 0, NULL);
  wait_for_feed (self);
  self->settling = gst_janus_bin_add_timeout (user_data, 0, on_settled);
}

static void
on_publisher_joined (const JanusPublisher *publisher, gpointer user_data)
{
  GstJanusVideoRoomSrc *self = user_data;
  GstJanusFeed *feed = gst_janus_feeds_remember (&self->feeds, publisher);

  if (!feed)
    return;
  if (!feed->present) {
    gst_janus_clear_source (&feed->timer);
    if (feed->reception)
      gst_janus_feed_tell (feed, "left", NULL);
    /* What it sent before is over: the rest of it would only keep us from what it sends now. */
    gst_janus_feed_release (feed);
  }
  if (gst_janus_feed_update (feed, publisher) && feed->reception) {
    /* Pads stay, and more of them come. */
    GST_INFO_OBJECT (self, "%s publishes something else now", feed->in_words);
    gst_janus_feed_release (feed);
    feed_receive (feed);
  }
}

static void
on_publishers_told (gpointer user_data)
{
  receive_wanted (user_data);
}

static void
on_publisher_left (const gchar *id, gpointer user_data)
{
  GstJanusVideoRoomSrc *self = user_data;
  GstJanusFeed *feed = gst_janus_feeds_find (&self->feeds, id);

  if (!feed || !feed->present)
    return;
  feed->present = FALSE;
  gst_janus_clear_source (&feed->timer);
  if (feed->reception) {
    gst_janus_reception_end (feed->reception);
    return;
  }
  forget_feed (feed);
  go_on (self);
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

static void
on_room_failed (const GError *error, gpointer user_data)
{
  lose (user_data, error);
}

static const JanusRoomHandlers room_handlers = {on_joined, on_publisher_joined, on_publisher_left,
    on_published, on_webrtcup, on_room_failed, NULL, on_publishers_told};

static gpointer
gst_janus_video_room_src_make_talk (GstJanusBin *bin, const GstJanusSettings *settings)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (bin);
  JanusRoomConfig config = settings->room;

  gst_janus_selection_begin (self->selection);
  /* That is of somebody else. */
  config.feed = NULL;
  return janus_room_new (&settings->session, &config, &room_handlers, bin);
}

static void
gst_janus_video_room_src_begin_talk (gpointer room)
{
  janus_room_join (room);
}

static guint
gst_janus_video_room_src_get_round_trip (gpointer room)
{
  return janus_room_get_round_trip (room);
}

static void
gst_janus_video_room_src_leave_talk (gpointer room, GDestroyNotify done, gpointer data)
{
  janus_room_leave (room, done, data);
}

static void
gst_janus_video_room_src_drop (GstJanusBin *bin)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (bin);
  GList *l;

  GST_JANUS_BIN_CLASS (gst_janus_video_room_src_parent_class)->drop (bin);

  gst_janus_clear_source (&self->patience);
  gst_janus_clear_source (&self->settling);
  for (l = self->feeds.queue.head; l; l = l->next) {
    GstJanusFeed *feed = l->data;

    if (feed->reception && self->loss)
      gst_janus_feed_tell (feed, "lost", self->loss);
    /* The room ends its subscriptions itself, and what is received has been closed. */
    feed->subscription = NULL;
    feed->reception = NULL;
    feed->present = FALSE;
    gst_janus_clear_source (&feed->timer);
  }
  /* Those that have pads of their own may come back to them. */
  if (!is_many (self))
    gst_janus_feeds_remove_all (&self->feeds);
}

static void
gst_janus_video_room_src_stop (GstJanusBin *bin)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (bin);

  self->over = self->left = FALSE;
  gst_janus_feeds_reset (&self->feeds);
}

/* ---- Element ---- */

static gboolean
gst_janus_video_room_src_check_settings (GstJanusBin *bin, GError **error)
{
  g_autofree gchar *feed_id = gst_janus_bin_dup_feed_id (bin);

  return gst_janus_selection_check (GST_JANUS_VIDEO_ROOM_SRC (bin)->selection, feed_id, error);
}

static void
gst_janus_video_room_src_set_property (
    GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (object);

  if (prop_id < PROP_OF_SELECTION)
    G_OBJECT_CLASS (gst_janus_video_room_src_parent_class)
        ->set_property (object, prop_id, value, pspec);
  else if (!gst_janus_selection_set (self->selection, prop_id - PROP_OF_SELECTION, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
gst_janus_video_room_src_get_property (
    GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (object);

  if (prop_id < PROP_OF_SELECTION)
    G_OBJECT_CLASS (gst_janus_video_room_src_parent_class)
        ->get_property (object, prop_id, value, pspec);
  else if (!gst_janus_selection_get (self->selection, prop_id - PROP_OF_SELECTION, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
gst_janus_video_room_src_finalize (GObject *object)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (object);

  gst_janus_selection_free (self->selection);
  gst_janus_feeds_clear (&self->feeds);

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
  gst_janus_bin_class_set_reconnecting (janus_class);
  janus_class->make_talk = gst_janus_video_room_src_make_talk;
  janus_class->begin_talk = gst_janus_video_room_src_begin_talk;
  janus_class->get_round_trip = gst_janus_video_room_src_get_round_trip;
  janus_class->leave_talk = gst_janus_video_room_src_leave_talk;
  janus_class->drop = gst_janus_video_room_src_drop;
  janus_class->stop = gst_janus_video_room_src_stop;
  janus_class->check_settings = gst_janus_video_room_src_check_settings;
  src_class->answer = gst_janus_video_room_src_answer;
  src_class->trickle = gst_janus_video_room_src_trickle;
  src_class->request_keyframe = gst_janus_video_room_src_request_keyframe;
  src_class->connected = gst_janus_video_room_src_connected;
  src_class->failed = gst_janus_video_room_src_failed;
  src_class->ended = gst_janus_video_room_src_ended;

  gst_janus_selection_install (object_class, PROP_OF_SELECTION);
  gst_element_class_set_static_metadata (element_class, "Janus VideoRoom source",
      "Source/Network/WebRTC", "Receives publishers of a VideoRoom of a Janus server",
      "gst-perclite developers");
}

static void
gst_janus_video_room_src_init (GstJanusVideoRoomSrc *self)
{
  self->selection = gst_janus_selection_new ();
  gst_janus_feeds_init (&self->feeds, GST_JANUS_SRC (self), self->selection);
}
