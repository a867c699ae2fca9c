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

#include "gstjanuspad.h"
#include "gstjanuspeer.h"
#include "gstjanussdp.h"
#include "gstjanusvideoroomsrc.h"

GST_DEBUG_CATEGORY_STATIC (gst_janus_video_room_src_debug);
#define GST_CAT_DEFAULT gst_janus_video_room_src_debug

#define DEFAULT_LATENCY 200

/* A decoder may ask with every packet; the publisher's encoder shall not hear of it more often than this. */
#define KEYFRAME_INTERVAL_MSECONDS 250

/* Added to the jitter buffer's latency, how long the last packets may still be under way when the publisher
 * is seen to leave. */
#define LINGER_MSECONDS 50

enum { PROP_0, PROP_FEED_DISPLAY_NAME, PROP_LATENCY, N_PROPS };

static GParamSpec *properties[N_PROPS];

static GstStaticPadTemplate video_template = GST_STATIC_PAD_TEMPLATE (
    "video_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS ("application/x-rtp"));
static GstStaticPadTemplate audio_template = GST_STATIC_PAD_TEMPLATE (
    "audio_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS ("application/x-rtp"));

#define BLOCK_KEY "janus-block"

struct _GstJanusVideoRoomSrc {
  GstJanusBin parent;

  GMutex lock;
  gchar *feed_display_name;
  guint latency;
  GList *pads;    /* owned by the element */
  GQueue pending; /* webrtcbin's pads that have data and are not shown yet */
  guint n_video, n_audio;
  gboolean ended;       /* EOS was sent, nothing comes after it */
  gchar *feed_in_words; /* of the feed that is received, for people */

  /* Of the signalling thread. */
  JanusSubscription *subscription;
  GstJanusPeer *peer;
  gchar *feed;
  GPtrArray *mids; /* per m-line */
  guint n_media;   /* m-lines that will have a pad */
  GSource *keyframe_timer;
  GSource *linger;
};

G_DEFINE_TYPE_WITH_CODE (GstJanusVideoRoomSrc, gst_janus_video_room_src, GST_TYPE_JANUS_BIN,
    GST_DEBUG_CATEGORY_INIT (
        gst_janus_video_room_src_debug, "janusvideoroomsrc", 0, "Janus VideoRoom source"));

GST_ELEMENT_REGISTER_DEFINE (
    janusvideoroomsrc, "janusvideoroomsrc", GST_RANK_NONE, GST_TYPE_JANUS_VIDEO_ROOM_SRC);

static GList *
ref_pads (GstJanusVideoRoomSrc *self)
{
  GList *pads;

  g_mutex_lock (&self->lock);
  pads = g_list_copy_deep (self->pads, (GCopyFunc) gst_object_ref, NULL);
  g_mutex_unlock (&self->lock);
  return pads;
}

/* ---- Keyframes: signalling thread ---- */

static void request_keyframes (GstJanusBin *bin);

static gboolean
on_keyframe_timer (gpointer user_data)
{
  GstJanusVideoRoomSrc *self = user_data;

  g_clear_pointer (&self->keyframe_timer, g_source_unref);
  request_keyframes (user_data);
  return G_SOURCE_REMOVE;
}

static void
request_keyframes (GstJanusBin *bin)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (bin);
  GList *pads, *l;

  /* What is asked for while the timer runs is asked of the publisher when it ends. */
  if (!self->subscription || self->keyframe_timer)
    return;

  pads = ref_pads (self);
  for (l = pads; l; l = l->next) {
    guint mline = gst_janus_pad_get_mline (l->data);

    if (gst_janus_pad_take_keyframe_wish (l->data)) {
      const gchar *mid =
          self->mids && mline < self->mids->len ? g_ptr_array_index (self->mids, mline) : NULL;

      GST_DEBUG_OBJECT (l->data, "asking the publisher for a keyframe");
      janus_subscription_request_keyframe (self->subscription, mid);
      if (!self->keyframe_timer)
        self->keyframe_timer = gst_janus_bin_add_timeout (
            GST_JANUS_BIN (self), KEYFRAME_INTERVAL_MSECONDS, on_keyframe_timer);
    }
  }
  g_list_free_full (pads, gst_object_unref);
}

/* ---- The end ---- */

/* Any thread that may push. */
static void
push_eos (GstElement *element, gpointer unused)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (element);
  GList *pads, *l;
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->ended;
  self->ended = TRUE;
  g_mutex_unlock (&self->lock);
  if (ended)
    return;

  pads = ref_pads (self);
  for (l = pads; l; l = l->next)
    gst_pad_push_event (l->data, gst_event_new_eos ());
  /* Whoever waits for EOS behind pads that do not exist would wait for ever. */
  if (!pads)
    gst_janus_bin_fail_soon (
        GST_JANUS_BIN (self), g_error_new_literal (JANUS_ERROR, JANUS_ERROR_NO_FEED,
                                  "Ended before any media of a publisher came"));
  g_list_free_full (pads, gst_object_unref);
}

static gboolean
on_lingered (gpointer user_data)
{
  gst_janus_bin_set_state (user_data, GST_JANUS_STATE_ENDED);
  /* Pushing may block, which the signalling must not. */
  gst_element_call_async (GST_ELEMENT (user_data), push_eos, NULL, NULL);
  return G_SOURCE_REMOVE;
}

static void
on_publisher_left (const gchar *id, gpointer user_data)
{
  GstJanusVideoRoomSrc *self = user_data;
  g_autoptr (GError) error = NULL;
  gboolean has_pads;
  guint latency;

  if (g_strcmp0 (id, self->feed) != 0 || self->linger)
    return;

  g_mutex_lock (&self->lock);
  has_pads = self->pads != NULL;
  latency = self->latency;
  g_mutex_unlock (&self->lock);

  if (has_pads) {
    GST_INFO_OBJECT (self, "feed %s has left", id);
    gst_janus_bin_set_deadline (user_data, 0, NULL);
    self->linger =
        gst_janus_bin_add_timeout (GST_JANUS_BIN (self), latency + LINGER_MSECONDS, on_lingered);
  } else {
    error = g_error_new (JANUS_ERROR, JANUS_ERROR_NO_FEED,
        "Feed %s has left the room before any of its media came", id);
    gst_janus_bin_fail (user_data, error);
  }
}

/* ---- Pads: webrtcbin's threads, unless said otherwise ---- */

static gboolean
on_takes_data (gpointer user_data)
{
  GstJanusVideoRoomSrc *self = user_data;
  gboolean ended;

  g_mutex_lock (&self->lock);
  ended = self->ended;
  g_mutex_unlock (&self->lock);
  return !ended;
}

static void
on_keyframe_wanted (gpointer user_data)
{
  gst_janus_bin_invoke (user_data, request_keyframes);
}

static void
on_undecrypted (GstPad *pad, guint seconds, gpointer user_data)
{
  GstJanusVideoRoomSrc *self = user_data;
  g_autofree gchar *feed = NULL;

  g_mutex_lock (&self->lock);
  feed = g_strdup (self->feed_in_words);
  g_mutex_unlock (&self->lock);
  GST_ELEMENT_WARNING (self, STREAM, DECRYPT,
      ("Nothing of %s has been decrypted for %u s on pad %s. Get the key of its publisher, and "
       "check that it encrypts",
          feed, seconds, GST_PAD_NAME (pad)),
      (NULL));
}

static const GstJanusPadHandlers pad_handlers = {on_takes_data, on_keyframe_wanted, on_undecrypted};

/* Takes the lock. */
static GstPad *
find_pad (GstJanusVideoRoomSrc *self, guint mline)
{
  GstPad *pad = NULL;
  GList *l;

  g_mutex_lock (&self->lock);
  for (l = self->pads; l && !pad; l = l->next) {
    if (gst_janus_pad_get_mline (l->data) == mline)
      pad = l->data;
  }
  g_mutex_unlock (&self->lock);
  return pad;
}

/* Shows TARGET, a pad of webrtcbin with CAPS, as a pad of ours. Signalling thread. */
static void
expose (GstJanusVideoRoomSrc *self, GstPad *target, GstCaps *caps)
{
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  g_autofree gchar *name = NULL;
  const gchar *media = gst_structure_get_string (gst_caps_get_structure (caps, 0), "media");
  gboolean video = g_strcmp0 (media, "video") == 0;
  guint mline;
  GstPad *pad;
  gboolean ended;

  g_object_get (target, "transceiver", &transceiver, NULL);
  g_object_get (transceiver, "mlineindex", &mline, NULL);
  pad = find_pad (self, mline);
  if (pad) {
    GST_INFO_OBJECT (pad, "goes on with another SSRC");
    gst_ghost_pad_set_target (GST_GHOST_PAD (pad), target);
    return;
  }

  g_mutex_lock (&self->lock);
  name = video ? g_strdup_printf ("video_%u", self->n_video++)
               : g_strdup_printf ("audio_%u", self->n_audio++);
  g_mutex_unlock (&self->lock);
  pad = gst_janus_pad_new (
      name, video ? &video_template : &audio_template, target, mline, &pad_handlers, self);
  g_mutex_lock (&self->lock);
  self->pads = g_list_append (self->pads, pad);
  ended = self->ended;
  g_mutex_unlock (&self->lock);
  gst_element_add_pad (GST_ELEMENT (self), pad);
  /* What push_eos() has missed. */
  if (ended)
    gst_pad_push_event (pad, gst_event_new_eos ());
}

/* Tells that these are all: whoever waits for another medium does so in vain. */
static void
tell_no_more_pads (GstJanusVideoRoomSrc *self)
{
  guint n_pads;

  g_mutex_lock (&self->lock);
  n_pads = g_list_length (self->pads);
  g_mutex_unlock (&self->lock);
  if (n_pads == self->n_media)
    gst_element_no_more_pads (GST_ELEMENT (self));
}

/* Shows the pads that wait for it. One after the other, because whoever links pads as they appear, as
 * gst-launch-1.0 does, is not prepared for two at a time. */
static void
expose_pending (GstJanusBin *bin)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (bin);
  GstPad *target;

  do {
    g_mutex_lock (&self->lock);
    target = g_queue_pop_head (&self->pending);
    g_mutex_unlock (&self->lock);
    if (target) {
      g_autoptr (GstCaps) caps = gst_pad_get_current_caps (target);
      gulong block_id = GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (target), BLOCK_KEY));

      if (caps)
        expose (self, target, caps);
      else
        GST_WARNING_OBJECT (target, "data came before caps");
      tell_no_more_pads (self);
      gst_pad_remove_probe (target, block_id);
      gst_object_unref (target);
    }
  } while (target);
}

/* The first packet of a medium: by now its caps are known. It waits until the pad is there. */
static GstPadProbeReturn
on_target_data (GstPad *target, GstPadProbeInfo *info, gpointer user_data)
{
  GstJanusVideoRoomSrc *self = user_data;

  g_mutex_lock (&self->lock);
  if (!g_queue_find (&self->pending, target))
    g_queue_push_tail (&self->pending, gst_object_ref (target));
  g_mutex_unlock (&self->lock);
  gst_janus_bin_invoke (GST_JANUS_BIN (self), expose_pending);
  return GST_PAD_PROBE_OK;
}

static void
on_pad_added (GstElement *webrtcbin, GstPad *target, GstJanusVideoRoomSrc *self)
{
  gulong block_id;

  if (!GST_PAD_IS_SRC (target))
    return;
  block_id = gst_pad_add_probe (target,
      GST_PAD_PROBE_TYPE_BLOCK | GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
      on_target_data, gst_object_ref (self), gst_object_unref);
  /* Nothing flows before this handler returns. */
  g_object_set_data (G_OBJECT (target), BLOCK_KEY, GSIZE_TO_POINTER (block_id));
}

static void
on_new_transceiver (
    GstElement *webrtcbin, GstWebRTCRTPTransceiver *transceiver, GstJanusVideoRoomSrc *self)
{
  GstJanusIceConfig config;

  gst_janus_bin_get_ice_config (GST_JANUS_BIN (self), &config);
  /* Later is too late for a receiver. */
  g_object_set (transceiver, "do-nack", config.do_retransmission, NULL);
  gst_janus_ice_config_clear (&config);
}

/* ---- Signalling thread ---- */

static void
on_described (GstJanusPeer *peer, const GstSDPMessage *sdp, gpointer user_data)
{
  GstJanusVideoRoomSrc *self = user_data;
  g_autofree gchar *text = gst_sdp_message_as_text (sdp);
  guint i;

  GST_LOG_OBJECT (self, "answer:\n%s", text);
  g_clear_pointer (&self->mids, g_ptr_array_unref);
  self->mids = g_ptr_array_new_with_free_func (g_free);
  for (i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    g_ptr_array_add (self->mids, g_strdup (gst_janus_sdp_get_mid (sdp, i)));
  self->n_media = gst_janus_sdp_count_media (sdp);
  janus_subscription_start (self->subscription, text);
}

static void
on_candidate (
    GstJanusPeer *peer, const gchar *candidate, const gchar *mid, guint mline, gpointer user_data)
{
  janus_subscription_trickle (
      GST_JANUS_VIDEO_ROOM_SRC (user_data)->subscription, candidate, mid, mline);
}

static void
on_connected (GstJanusPeer *peer, gpointer user_data)
{
  gst_janus_bin_set_deadline (user_data, 0, NULL);
  gst_janus_bin_set_state (user_data, GST_JANUS_STATE_CONNECTED);
}

static void
fail_unless_left (GstJanusVideoRoomSrc *self, const GError *error)
{
  /* A connection may break off because its publisher leaves. */
  if (!self->linger)
    gst_janus_bin_fail (GST_JANUS_BIN (self), error);
}

static void
on_peer_failed (GstJanusPeer *peer, const GError *error, gpointer user_data)
{
  fail_unless_left (user_data, error);
}

static const GstJanusPeerHandlers peer_handlers = {
    on_described, on_candidate, on_connected, on_peer_failed};

static void
on_offered (const gchar *sdp, const GPtrArray *streams, gpointer user_data)
{
  GstJanusVideoRoomSrc *self = user_data;
  g_autoptr (GError) error = NULL;
  GstJanusIceConfig config;
  GstElement *webrtcbin;

  GST_LOG_OBJECT (self, "offer:\n%s", sdp);
  gst_janus_bin_get_ice_config (user_data, &config);
  self->peer = gst_janus_peer_new (
      gst_janus_bin_get_context (user_data), &config, &peer_handlers, self, &error);
  gst_janus_ice_config_clear (&config);
  if (self->peer) {
    webrtcbin = gst_janus_peer_get_webrtcbin (self->peer);
    g_mutex_lock (&self->lock);
    g_object_set (webrtcbin, "latency", self->latency, NULL);
    g_mutex_unlock (&self->lock);
    g_signal_connect_object (
        webrtcbin, "pad-added", G_CALLBACK (on_pad_added), self, (GConnectFlags) 0);
    g_signal_connect_object (
        webrtcbin, "on-new-transceiver", G_CALLBACK (on_new_transceiver), self, (GConnectFlags) 0);
    gst_bin_add (GST_BIN (self), webrtcbin);
    gst_element_sync_state_with_parent (webrtcbin);
    gst_janus_peer_accept_offer (self->peer, sdp, &error);
  }
  if (error)
    gst_janus_bin_fail (user_data, error);
}

static void
on_subscription_failed (const GError *error, gpointer user_data)
{
  fail_unless_left (user_data, error);
}

static const JanusSubscriptionHandlers subscription_handlers = {on_offered, on_subscription_failed};

static void
on_joined (const gchar *id, gpointer user_data)
{
  GstJanusVideoRoomSrc *self = user_data;
  g_autofree gchar *feed = gst_janus_bin_dup_feed_id (user_data);
  g_autofree gchar *what = NULL;

  gst_janus_bin_on_joined (id, user_data);
  g_mutex_lock (&self->lock);
  if (feed)
    what = g_strdup_printf ("Feed %s has not appeared in the room", feed);
  else if (self->feed_display_name)
    what =
        g_strdup_printf ("Nobody named \"%s\" has published in the room", self->feed_display_name);
  else
    what = g_strdup ("Nobody has published in the room");
  g_mutex_unlock (&self->lock);
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
  g_mutex_lock (&self->lock);
  wanted = !self->feed_display_name || g_strcmp0 (self->feed_display_name, publisher->display) == 0;
  g_mutex_unlock (&self->lock);
  return wanted;
}

static void
on_publisher_joined (const JanusPublisher *publisher, gpointer user_data)
{
  GstJanusVideoRoomSrc *self = user_data;

  if (self->subscription || !is_wanted (self, publisher))
    return;
  self->feed = g_strdup (publisher->id);
  g_mutex_lock (&self->lock);
  g_free (self->feed_in_words);
  self->feed_in_words =
      publisher->display ? g_strdup_printf ("feed %s (\"%s\")", publisher->id, publisher->display)
                         : g_strdup_printf ("feed %s", publisher->id);
  g_mutex_unlock (&self->lock);
  gst_janus_bin_set_active_feed (user_data, publisher->id);
  gst_janus_bin_set_state (user_data, GST_JANUS_STATE_NEGOTIATING);
  gst_janus_bin_set_deadline (user_data, JANUS_ERROR_ICE, "No media connection with the server");
  self->subscription = janus_room_subscribe (
      gst_janus_bin_get_room (user_data), publisher->id, &subscription_handlers, self);
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

static void
gst_janus_video_room_src_stop (GstJanusBin *bin)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (bin);

  gst_janus_clear_source (&self->keyframe_timer);
  gst_janus_clear_source (&self->linger);
  /* The room ends its subscriptions itself. */
  self->subscription = NULL;
  g_clear_pointer (&self->peer, gst_janus_peer_close);
  g_clear_pointer (&self->feed, g_free);
  g_clear_pointer (&self->mids, g_ptr_array_unref);
}

/* ---- Element ---- */

static void
remove_pads (GstJanusVideoRoomSrc *self)
{
  GList *pads, *l;

  g_mutex_lock (&self->lock);
  g_queue_clear_full (&self->pending, gst_object_unref);
  pads = g_steal_pointer (&self->pads);
  self->n_video = self->n_audio = 0;
  self->ended = FALSE;
  g_mutex_unlock (&self->lock);
  for (l = pads; l; l = l->next) {
    gst_pad_set_active (l->data, FALSE);
    gst_element_remove_pad (GST_ELEMENT (self), l->data);
  }
  g_list_free (pads);
}

static GstStateChangeReturn
gst_janus_video_room_src_change_state (GstElement *element, GstStateChange transition)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (element);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    g_mutex_lock (&self->lock);
    self->ended = FALSE;
    g_mutex_unlock (&self->lock);
  }
  ret =
      GST_ELEMENT_CLASS (gst_janus_video_room_src_parent_class)->change_state (element, transition);

  /* Here nothing makes pads any more. */
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    remove_pads (self);
  return ret;
}

static gboolean
gst_janus_video_room_src_send_event (GstElement *element, GstEvent *event)
{
  /* The sources within webrtcbin would only go deaf. */
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    gst_event_unref (event);
    gst_element_call_async (element, push_eos, NULL, NULL);
    return TRUE;
  }
  return GST_ELEMENT_CLASS (gst_janus_video_room_src_parent_class)->send_event (element, event);
}

static void
gst_janus_video_room_src_set_property (
    GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (object);

  g_mutex_lock (&self->lock);
  switch (prop_id) {
    case PROP_FEED_DISPLAY_NAME:
      g_free (self->feed_display_name);
      self->feed_display_name = g_value_dup_string (value);
      break;
    case PROP_LATENCY:
      self->latency = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  g_mutex_unlock (&self->lock);
}

static void
gst_janus_video_room_src_get_property (
    GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (object);

  g_mutex_lock (&self->lock);
  switch (prop_id) {
    case PROP_FEED_DISPLAY_NAME:
      g_value_set_string (value, self->feed_display_name);
      break;
    case PROP_LATENCY:
      g_value_set_uint (value, self->latency);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
      break;
  }
  g_mutex_unlock (&self->lock);
}

static void
gst_janus_video_room_src_finalize (GObject *object)
{
  GstJanusVideoRoomSrc *self = GST_JANUS_VIDEO_ROOM_SRC (object);

  g_free (self->feed_display_name);
  g_free (self->feed_in_words);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (gst_janus_video_room_src_parent_class)->finalize (object);
}

static void
gst_janus_video_room_src_class_init (GstJanusVideoRoomSrcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstJanusBinClass *janus_class = GST_JANUS_BIN_CLASS (klass);

  object_class->set_property = gst_janus_video_room_src_set_property;
  object_class->get_property = gst_janus_video_room_src_get_property;
  object_class->finalize = gst_janus_video_room_src_finalize;
  element_class->change_state = gst_janus_video_room_src_change_state;
  element_class->send_event = gst_janus_video_room_src_send_event;
  janus_class->room_handlers = &room_handlers;
  janus_class->stop = gst_janus_video_room_src_stop;

  /**
   * GstJanusVideoRoomSrc:feed-display-name:
   *
   * Since: 0.1
   */
  properties[PROP_FEED_DISPLAY_NAME] = g_param_spec_string ("feed-display-name",
      "Feed display name",
      "Without feed-id: receive the first publisher of this display name (unset: the first)", NULL,
      (GParamFlags) (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
  /**
   * GstJanusVideoRoomSrc:latency:
   *
   * Since: 0.1
   */
  properties[PROP_LATENCY] = g_param_spec_uint ("latency", "Latency",
      "Milliseconds that the jitter buffer waits for late packets", 0, G_MAXUINT, DEFAULT_LATENCY,
      (GParamFlags) (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY));
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gst_element_class_add_static_pad_template (element_class, &video_template);
  gst_element_class_add_static_pad_template (element_class, &audio_template);
  gst_element_class_set_static_metadata (element_class, "Janus VideoRoom source",
      "Source/Network/WebRTC", "Receives a publisher of a VideoRoom of a Janus server",
      "gst-perclite developers");
}

static void
gst_janus_video_room_src_init (GstJanusVideoRoomSrc *self)
{
  g_mutex_init (&self->lock);
  self->latency = DEFAULT_LATENCY;

  gst_bin_set_suppressed_flags (
      GST_BIN (self), (GstElementFlags) (GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK));
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}
