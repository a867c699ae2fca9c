/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the sources have in common: streams come in over one media connection. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanuspad.h"
#include "gstjanuspeer.h"
#include "gstjanussdp.h"
#include "gstjanussrc.h"

GST_DEBUG_CATEGORY_STATIC (gst_janus_src_debug);
#define GST_CAT_DEFAULT gst_janus_src_debug

#define DEFAULT_LATENCY 200

/* A decoder may ask with every packet; a publisher's encoder shall not hear of it more often than this. */
#define KEYFRAME_INTERVAL_MSECONDS 250

/* Added to the jitter buffer's latency, how long nothing must have come before the end is told: the last packets may
 * still be under way. And how often that is waited for, in case it never stops. */
#define LINGER_MSECONDS 50
#define MAX_LINGERS 40

enum { PROP_LATENCY = GST_JANUS_PROPS_OF_DIRECTION };

static GstStaticPadTemplate video_template = GST_STATIC_PAD_TEMPLATE (
    "video_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS ("application/x-rtp"));
static GstStaticPadTemplate audio_template = GST_STATIC_PAD_TEMPLATE (
    "audio_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS ("application/x-rtp"));

#define BLOCK_KEY "janus-block"

typedef struct {
  GMutex lock;
  guint latency;
  GList *pads;    /* owned by the element */
  GQueue pending; /* webrtcbin's pads that have data and are not shown yet */
  guint n_video, n_audio;
  gboolean ended;  /* EOS was sent, nothing comes after it */
  guint n_taken;   /* buffers and lists that were pushed */
  gchar *in_words; /* what is received, for people */

  /* Of the signalling thread. */
  GstJanusPeer *peer;
  GPtrArray *mids;    /* per m-line */
  guint n_media;      /* m-lines that will have a pad */
  gboolean connected; /* as we see it */
  gboolean server_is_up;
  GSource *keyframe_timer;
  GSource *linger;
  guint n_lingers;
  guint n_taken_before;
  gchar *end; /* why it is the end */
} GstJanusSrcPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (GstJanusSrc, gst_janus_src, GST_TYPE_JANUS_BIN,
    G_ADD_PRIVATE (GstJanusSrc)
        GST_DEBUG_CATEGORY_INIT (gst_janus_src_debug, "janussrc", 0, "Janus sources"));

#define PRIV(self) ((GstJanusSrcPrivate *) gst_janus_src_get_instance_private (self))

static GList *
ref_pads (GstJanusSrc *self)
{
  GstJanusSrcPrivate *priv = PRIV (self);
  GList *pads;

  g_mutex_lock (&priv->lock);
  pads = g_list_copy_deep (priv->pads, (GCopyFunc) gst_object_ref, NULL);
  g_mutex_unlock (&priv->lock);
  return pads;
}

/* ---- Keyframes: signalling thread ---- */

static void request_keyframes (GstJanusBin *bin);

static gboolean
on_keyframe_timer (gpointer user_data)
{
  GstJanusSrc *self = user_data;
  GstJanusSrcPrivate *priv = PRIV (self);

  g_clear_pointer (&priv->keyframe_timer, g_source_unref);
  request_keyframes (user_data);
  return G_SOURCE_REMOVE;
}

static void
request_keyframes (GstJanusBin *bin)
{
  GstJanusSrc *self = GST_JANUS_SRC (bin);
  GstJanusSrcPrivate *priv = PRIV (self);
  GList *pads, *l;

  /* What is asked for while the timer runs is asked of the publisher when it ends. */
  if (!gst_janus_bin_get_talk (bin) || !priv->peer || priv->keyframe_timer)
    return;

  pads = ref_pads (self);
  for (l = pads; l; l = l->next) {
    guint mline = gst_janus_pad_get_mline (l->data);

    if (gst_janus_pad_take_keyframe_wish (l->data)) {
      const gchar *mid =
          priv->mids && mline < priv->mids->len ? g_ptr_array_index (priv->mids, mline) : NULL;

      GST_JANUS_SRC_GET_CLASS (self)->request_keyframe (self, mid);
      if (!priv->keyframe_timer)
        priv->keyframe_timer = gst_janus_bin_add_timeout (
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
  GstJanusSrc *self = GST_JANUS_SRC (element);
  GstJanusSrcPrivate *priv = PRIV (self);
  GList *pads, *l;
  gboolean ended;

  g_mutex_lock (&priv->lock);
  ended = priv->ended;
  priv->ended = TRUE;
  g_mutex_unlock (&priv->lock);
  if (ended)
    return;

  pads = ref_pads (self);
  for (l = pads; l; l = l->next)
    gst_pad_push_event (l->data, gst_event_new_eos ());
  /* Whoever waits for EOS behind pads that do not exist would wait for ever. */
  if (!pads)
    gst_janus_bin_fail_soon (GST_JANUS_BIN (self),
        g_error_new_literal (JANUS_ERROR, JANUS_ERROR_NO_FEED, "Ended before any media came"));
  g_list_free_full (pads, gst_object_unref);
}

static gboolean
on_lingered (gpointer user_data)
{
  GstJanusSrc *self = user_data;
  GstJanusSrcPrivate *priv = PRIV (self);
  g_autoptr (GError) error = NULL;
  gboolean has_pads, more;

  g_mutex_lock (&priv->lock);
  has_pads = priv->pads != NULL;
  more = priv->n_taken != priv->n_taken_before;
  priv->n_taken_before = priv->n_taken;
  g_mutex_unlock (&priv->lock);

  if (more && ++priv->n_lingers < MAX_LINGERS)
    return G_SOURCE_CONTINUE;
  if (!has_pads) {
    error = g_error_new (
        JANUS_ERROR, JANUS_ERROR_NO_FEED, "%s before any of its media came", priv->end);
    gst_janus_bin_fail (user_data, error);
    return G_SOURCE_REMOVE;
  }
  gst_janus_bin_set_state (user_data, GST_JANUS_STATE_ENDED);
  /* Pushing may block, which the signalling must not. */
  gst_element_call_async (GST_ELEMENT (user_data), push_eos, NULL, NULL);
  return G_SOURCE_REMOVE;
}

void
gst_janus_src_end (GstJanusSrc *self, const gchar *what)
{
  GstJanusSrcPrivate *priv = PRIV (self);
  GstJanusBin *bin = GST_JANUS_BIN (self);

  if (priv->linger)
    return;
  GST_INFO_OBJECT (self, "%s", what);
  gst_janus_bin_set_deadline (bin, 0, NULL);
  priv->end = g_strdup (what);
  priv->n_lingers = 0;
  g_mutex_lock (&priv->lock);
  priv->n_taken_before = priv->n_taken;
  priv->linger = gst_janus_bin_add_timeout (bin, priv->latency + LINGER_MSECONDS, on_lingered);
  g_mutex_unlock (&priv->lock);
}

/* ---- Pads: webrtcbin's threads, unless said otherwise ---- */

static gboolean
on_takes_data (gpointer user_data)
{
  GstJanusSrc *self = user_data;
  GstJanusSrcPrivate *priv = PRIV (self);
  gboolean ended;

  g_mutex_lock (&priv->lock);
  ended = priv->ended;
  priv->n_taken++;
  g_mutex_unlock (&priv->lock);
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
  GstJanusSrc *self = user_data;
  GstJanusSrcPrivate *priv = PRIV (self);
  g_autofree gchar *what = NULL;

  g_mutex_lock (&priv->lock);
  what = g_strdup (priv->in_words);
  g_mutex_unlock (&priv->lock);
  GST_ELEMENT_WARNING (self, STREAM, DECRYPT,
      ("Nothing of %s has been decrypted for %u s on pad %s. Get the key of its publisher, and "
       "check that it encrypts",
          what, seconds, GST_PAD_NAME (pad)),
      (NULL));
}

static const GstJanusPadHandlers pad_handlers = {on_takes_data, on_keyframe_wanted, on_undecrypted};

/* Takes the lock. */
static GstPad *
find_pad (GstJanusSrc *self, guint mline)
{
  GstJanusSrcPrivate *priv = PRIV (self);
  GstPad *pad = NULL;
  GList *l;

  g_mutex_lock (&priv->lock);
  for (l = priv->pads; l && !pad; l = l->next) {
    if (gst_janus_pad_get_mline (l->data) == mline)
      pad = l->data;
  }
  g_mutex_unlock (&priv->lock);
  return pad;
}

/* Shows TARGET, a pad of webrtcbin with CAPS, as a pad of ours. Signalling thread. */
static void
expose (GstJanusSrc *self, GstPad *target, GstCaps *caps)
{
  GstJanusSrcPrivate *priv = PRIV (self);
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

  g_mutex_lock (&priv->lock);
  name = video ? g_strdup_printf ("video_%u", priv->n_video++)
               : g_strdup_printf ("audio_%u", priv->n_audio++);
  g_mutex_unlock (&priv->lock);
  pad = gst_janus_pad_new (
      name, video ? &video_template : &audio_template, target, mline, &pad_handlers, self);
  g_mutex_lock (&priv->lock);
  priv->pads = g_list_append (priv->pads, pad);
  ended = priv->ended;
  g_mutex_unlock (&priv->lock);
  gst_element_add_pad (GST_ELEMENT (self), pad);
  /* What push_eos() has missed. */
  if (ended)
    gst_pad_push_event (pad, gst_event_new_eos ());
}

/* Tells that these are all: whoever waits for another medium does so in vain. */
static void
tell_no_more_pads (GstJanusSrc *self)
{
  GstJanusSrcPrivate *priv = PRIV (self);
  guint n_pads;

  g_mutex_lock (&priv->lock);
  n_pads = g_list_length (priv->pads);
  g_mutex_unlock (&priv->lock);
  if (n_pads == priv->n_media)
    gst_element_no_more_pads (GST_ELEMENT (self));
}

/* Shows the pads that wait for it. One after the other, because whoever links pads as they appear, as
 * gst-launch-1.0 does, is not prepared for two at a time. */
static void
expose_pending (GstJanusBin *bin)
{
  GstJanusSrc *self = GST_JANUS_SRC (bin);
  GstJanusSrcPrivate *priv = PRIV (self);
  GstPad *target;

  do {
    g_mutex_lock (&priv->lock);
    target = g_queue_pop_head (&priv->pending);
    g_mutex_unlock (&priv->lock);
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
  GstJanusSrc *self = user_data;
  GstJanusSrcPrivate *priv = PRIV (self);

  g_mutex_lock (&priv->lock);
  if (!g_queue_find (&priv->pending, target))
    g_queue_push_tail (&priv->pending, gst_object_ref (target));
  g_mutex_unlock (&priv->lock);
  gst_janus_bin_invoke (GST_JANUS_BIN (self), expose_pending);
  return GST_PAD_PROBE_OK;
}

static void
on_pad_added (GstElement *webrtcbin, GstPad *target, GstJanusSrc *self)
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
on_new_transceiver (GstElement *webrtcbin, GstWebRTCRTPTransceiver *transceiver, GstJanusSrc *self)
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
  GstJanusSrc *self = user_data;
  GstJanusSrcPrivate *priv = PRIV (self);
  g_autofree gchar *text = gst_sdp_message_as_text (sdp);
  guint i;

  GST_LOG_OBJECT (self, "answer:\n%s", text);
  g_clear_pointer (&priv->mids, g_ptr_array_unref);
  priv->mids = g_ptr_array_new_with_free_func (g_free);
  for (i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    g_ptr_array_add (priv->mids, g_strdup (gst_janus_sdp_get_mid (sdp, i)));
  priv->n_media = gst_janus_sdp_count_media (sdp);
  GST_JANUS_SRC_GET_CLASS (self)->answer (self, text);
}

static void
on_candidate (
    GstJanusPeer *peer, const gchar *candidate, const gchar *mid, guint mline, gpointer user_data)
{
  GST_JANUS_SRC_GET_CLASS (user_data)->trickle (user_data, candidate, mid, mline);
}

/* Both sides have finished: from now on whatever is sent arrives. */
static void
tell_connected (GstJanusSrc *self)
{
  GstJanusSrcPrivate *priv = PRIV (self);

  if (!priv->connected || !priv->server_is_up)
    return;
  gst_janus_bin_set_deadline (GST_JANUS_BIN (self), 0, NULL);
  gst_janus_bin_set_state (GST_JANUS_BIN (self), GST_JANUS_STATE_CONNECTED);
}

static void
on_connected (GstJanusPeer *peer, gpointer user_data)
{
  PRIV (user_data)->connected = TRUE;
  tell_connected (user_data);
}

void
gst_janus_src_server_is_up (GstJanusSrc *self)
{
  PRIV (self)->server_is_up = TRUE;
  tell_connected (self);
}

void
gst_janus_src_fail_unless_ended (GstJanusSrc *self, const GError *error)
{
  GstJanusSrcPrivate *priv = PRIV (self);
  /* A connection may break off because what it was for has ended. */
  if (!priv->linger)
    gst_janus_bin_fail (GST_JANUS_BIN (self), error);
}

static void
on_peer_failed (GstJanusPeer *peer, const GError *error, gpointer user_data)
{
  gst_janus_src_fail_unless_ended (user_data, error);
}

static const GstJanusPeerHandlers peer_handlers = {
    on_described, on_candidate, on_connected, on_peer_failed};

void
gst_janus_src_negotiate (GstJanusSrc *self, const gchar *id, const gchar *in_words)
{
  GstJanusSrcPrivate *priv = PRIV (self);
  GstJanusBin *bin = GST_JANUS_BIN (self);

  g_mutex_lock (&priv->lock);
  g_free (priv->in_words);
  priv->in_words = g_strdup (in_words);
  g_mutex_unlock (&priv->lock);
  gst_janus_bin_set_active (bin, id);
  gst_janus_bin_set_state (bin, GST_JANUS_STATE_NEGOTIATING);
  gst_janus_bin_set_deadline (bin, JANUS_ERROR_ICE, "No media connection with the server");
}

void
gst_janus_src_take_offer (GstJanusSrc *self, const gchar *sdp)
{
  GstJanusSrcPrivate *priv = PRIV (self);
  GstJanusBin *bin = GST_JANUS_BIN (self);
  g_autoptr (GError) error = NULL;
  GstJanusIceConfig config;
  GstElement *webrtcbin;

  GST_LOG_OBJECT (self, "offer:\n%s", sdp);
  gst_janus_bin_get_ice_config (bin, &config);
  priv->peer =
      gst_janus_peer_new (gst_janus_bin_get_context (bin), &config, &peer_handlers, self, &error);
  gst_janus_ice_config_clear (&config);
  if (priv->peer) {
    webrtcbin = gst_janus_peer_get_webrtcbin (priv->peer);
    g_mutex_lock (&priv->lock);
    g_object_set (webrtcbin, "latency", priv->latency, NULL);
    g_mutex_unlock (&priv->lock);
    g_signal_connect_object (
        webrtcbin, "pad-added", G_CALLBACK (on_pad_added), self, (GConnectFlags) 0);
    g_signal_connect_object (
        webrtcbin, "on-new-transceiver", G_CALLBACK (on_new_transceiver), self, (GConnectFlags) 0);
    gst_bin_add (GST_BIN (self), webrtcbin);
    gst_element_sync_state_with_parent (webrtcbin);
    gst_janus_peer_accept_offer (priv->peer, sdp, &error);
  }
  if (error)
    gst_janus_bin_fail (bin, error);
}

static void
gst_janus_src_drop (GstJanusBin *bin)
{
  GstJanusSrc *self = GST_JANUS_SRC (bin);
  GstJanusSrcPrivate *priv = PRIV (self);

  gst_janus_clear_source (&priv->keyframe_timer);
  gst_janus_clear_source (&priv->linger);
  g_clear_pointer (&priv->peer, gst_janus_peer_close);
  g_clear_pointer (&priv->mids, g_ptr_array_unref);
  g_clear_pointer (&priv->end, g_free);
  priv->connected = priv->server_is_up = FALSE;
}

static void
gst_janus_src_stop (GstJanusBin *bin)
{
}

/* ---- Element ---- */

static void
remove_pads (GstJanusSrc *self)
{
  GstJanusSrcPrivate *priv = PRIV (self);
  GList *pads, *l;

  g_mutex_lock (&priv->lock);
  g_queue_clear_full (&priv->pending, gst_object_unref);
  pads = g_steal_pointer (&priv->pads);
  priv->n_video = priv->n_audio = 0;
  priv->ended = FALSE;
  g_mutex_unlock (&priv->lock);
  for (l = pads; l; l = l->next) {
    gst_pad_set_active (l->data, FALSE);
    gst_element_remove_pad (GST_ELEMENT (self), l->data);
  }
  g_list_free (pads);
}

static GstStateChangeReturn
gst_janus_src_change_state (GstElement *element, GstStateChange transition)
{
  GstJanusSrc *self = GST_JANUS_SRC (element);
  GstJanusSrcPrivate *priv = PRIV (self);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    g_mutex_lock (&priv->lock);
    priv->ended = FALSE;
    g_mutex_unlock (&priv->lock);
  }
  ret = GST_ELEMENT_CLASS (gst_janus_src_parent_class)->change_state (element, transition);

  /* Here nothing makes pads any more. */
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    remove_pads (self);
  return ret;
}

static gboolean
gst_janus_src_send_event (GstElement *element, GstEvent *event)
{
  /* The sources within webrtcbin would only go deaf. */
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    gst_event_unref (event);
    gst_element_call_async (element, push_eos, NULL, NULL);
    return TRUE;
  }
  return GST_ELEMENT_CLASS (gst_janus_src_parent_class)->send_event (element, event);
}

static void
gst_janus_src_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  GstJanusSrc *self = GST_JANUS_SRC (object);
  GstJanusSrcPrivate *priv = PRIV (self);

  if (prop_id != PROP_LATENCY) {
    G_OBJECT_CLASS (gst_janus_src_parent_class)->set_property (object, prop_id, value, pspec);
    return;
  }
  g_mutex_lock (&priv->lock);
  priv->latency = g_value_get_uint (value);
  g_mutex_unlock (&priv->lock);
}

static void
gst_janus_src_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstJanusSrc *self = GST_JANUS_SRC (object);
  GstJanusSrcPrivate *priv = PRIV (self);

  if (prop_id != PROP_LATENCY) {
    G_OBJECT_CLASS (gst_janus_src_parent_class)->get_property (object, prop_id, value, pspec);
    return;
  }
  g_mutex_lock (&priv->lock);
  g_value_set_uint (value, priv->latency);
  g_mutex_unlock (&priv->lock);
}

static void
gst_janus_src_finalize (GObject *object)
{
  GstJanusSrc *self = GST_JANUS_SRC (object);
  GstJanusSrcPrivate *priv = PRIV (self);

  g_free (priv->in_words);
  g_mutex_clear (&priv->lock);

  G_OBJECT_CLASS (gst_janus_src_parent_class)->finalize (object);
}

static void
gst_janus_src_class_init (GstJanusSrcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);

  object_class->set_property = gst_janus_src_set_property;
  object_class->get_property = gst_janus_src_get_property;
  object_class->finalize = gst_janus_src_finalize;
  element_class->change_state = gst_janus_src_change_state;
  element_class->send_event = gst_janus_src_send_event;
  GST_JANUS_BIN_CLASS (klass)->drop = gst_janus_src_drop;
  GST_JANUS_BIN_CLASS (klass)->stop = gst_janus_src_stop;

  /**
   * GstJanusSrc:latency:
   *
   * Since: 0.1
   */
  g_object_class_install_property (object_class, PROP_LATENCY,
      g_param_spec_uint ("latency", "Latency",
          "Milliseconds that the jitter buffer waits for late packets", 0, G_MAXUINT,
          DEFAULT_LATENCY,
          (GParamFlags) (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)));

  gst_element_class_add_static_pad_template (element_class, &video_template);
  gst_element_class_add_static_pad_template (element_class, &audio_template);
  gst_type_mark_as_plugin_api (GST_TYPE_JANUS_SRC, (GstPluginAPIFlags) 0);
}

static void
gst_janus_src_init (GstJanusSrc *self)
{
  GstJanusSrcPrivate *priv = PRIV (self);
  g_mutex_init (&priv->lock);
  priv->latency = DEFAULT_LATENCY;

  gst_bin_set_suppressed_flags (
      GST_BIN (self), (GstElementFlags) (GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK));
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}
