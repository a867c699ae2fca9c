/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the sources have in common: pads, and the media connections that come and go behind them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "gstjanuspad.h"
#include "gstjanussrc.h"

GST_DEBUG_CATEGORY_STATIC (gst_janus_src_debug);
#define GST_CAT_DEFAULT gst_janus_src_debug

#define DEFAULT_LATENCY 200

/* A decoder may ask with every packet; a publisher's encoder shall not hear of it more often than this. */
#define KEYFRAME_INTERVAL_MSECONDS 250

enum { PROP_LATENCY = GST_JANUS_PROPS_OF_DIRECTION };

static GstStaticPadTemplate video_template = GST_STATIC_PAD_TEMPLATE (
    "video_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS ("application/x-rtp"));
static GstStaticPadTemplate audio_template = GST_STATIC_PAD_TEMPLATE (
    "audio_%u", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS ("application/x-rtp"));

/* A pad of webrtcbin that has data and is not shown yet. */
typedef struct {
  GstJanusReception *reception;
  GstPad *target;
} Pending;

typedef struct {
  GMutex lock;
  guint latency;
  GList *pads;    /* of GstJanusPad, owned by the element */
  GQueue pending; /* of Pending */
  guint n_video, n_audio;
  gboolean ended; /* EOS was sent, nothing comes after it */
  guint run;      /* counts them: what was asked of one is nothing to the next */

  /* Of the signalling thread. */
  GList *receptions;
  GSource *keyframe_timer;
} GstJanusSrcPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (GstJanusSrc, gst_janus_src, GST_TYPE_JANUS_BIN,
    G_ADD_PRIVATE (GstJanusSrc)
        GST_DEBUG_CATEGORY_INIT (gst_janus_src_debug, "janussrc", 0, "Janus sources"));

#define PRIV(self) ((GstJanusSrcPrivate *) gst_janus_src_get_instance_private (self))

static void
pending_free (gpointer data)
{
  Pending *pending = data;

  gst_janus_reception_unref (pending->reception);
  gst_object_unref (pending->target);
  g_free (pending);
}

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

/* Those of decoders become those of what they decode. */
static void
pass_wishes_on (GstJanusSrc *self)
{
  GList *pads = ref_pads (self), *l;

  for (l = pads; l; l = l->next) {
    GstJanusReception *reception = (GstJanusReception *) gst_janus_pad_get_origin (l->data);

    if (gst_janus_pad_take_keyframe_wish (l->data) && reception)
      gst_janus_reception_wish_keyframe (reception, gst_janus_pad_get_mline (l->data));
  }
  g_list_free_full (pads, gst_object_unref);
}

static void
request_keyframes (GstJanusBin *bin)
{
  GstJanusSrc *self = GST_JANUS_SRC (bin);
  GstJanusSrcPrivate *priv = PRIV (self);
  GList *receptions, *l;
  guint mline;

  /* What is asked for while the timer runs is asked of the publisher when it ends. */
  if (priv->keyframe_timer)
    return;

  pass_wishes_on (self);
  receptions = g_list_copy_deep (priv->receptions, (GCopyFunc) gst_janus_reception_ref, NULL);
  for (l = receptions; l; l = l->next) {
    while (gst_janus_reception_take_keyframe_wish (l->data, &mline)) {
      if (gst_janus_reception_is_closed (l->data) || gst_janus_reception_is_ending (l->data))
        continue;
      GST_JANUS_SRC_GET_CLASS (self)->request_keyframe (bin,
          gst_janus_reception_get_origin (l->data), gst_janus_reception_get_mid (l->data, mline));
      if (!priv->keyframe_timer)
        priv->keyframe_timer =
            gst_janus_bin_add_timeout (bin, KEYFRAME_INTERVAL_MSECONDS, on_keyframe_timer);
    }
  }
  g_list_free_full (receptions, (GDestroyNotify) gst_janus_reception_unref);
}

/* ---- The end ---- */

/* A pad by itself: one whose data is held up downstream, as by a muxer that waits for another, must not keep EOS from that other. */
static void
push_eos_to_pad (GstElement *element, gpointer pad)
{
  gst_pad_push_event (pad, gst_event_new_eos ());
}

/* RUN is the one that is to end. */
static void
push_eos (GstElement *element, gpointer run)
{
  GstJanusSrc *self = GST_JANUS_SRC (element);
  GstJanusSrcPrivate *priv = PRIV (self);
  GList *pads, *l;
  gboolean ended;

  g_mutex_lock (&priv->lock);
  ended = priv->ended || priv->run != GPOINTER_TO_UINT (run);
  if (!ended)
    priv->ended = TRUE;
  g_mutex_unlock (&priv->lock);
  if (ended)
    return;

  pads = ref_pads (self);
  for (l = pads; l; l = l->next)
    gst_element_call_async (element, push_eos_to_pad, gst_object_ref (l->data), gst_object_unref);
  /* Whoever waits for EOS behind pads that do not exist would wait for ever. */
  if (!pads)
    gst_janus_bin_fail_soon (GST_JANUS_BIN (self),
        g_error_new_literal (JANUS_ERROR, JANUS_ERROR_NO_FEED, "Ended before any media came"));
  g_list_free_full (pads, gst_object_unref);
}

/* Pushing may block, which neither the signalling nor whoever sends an event must. */
static void
push_eos_soon (GstJanusSrc *self)
{
  GstJanusSrcPrivate *priv = PRIV (self);
  guint run;

  g_mutex_lock (&priv->lock);
  run = priv->run;
  g_mutex_unlock (&priv->lock);
  gst_element_call_async (GST_ELEMENT (self), push_eos, GUINT_TO_POINTER (run), NULL);
}

void
gst_janus_src_finish (GstJanusSrc *self, const gchar *what)
{
  GstJanusSrcPrivate *priv = PRIV (self);
  g_autoptr (GError) error = NULL;
  gboolean has_pads;

  g_mutex_lock (&priv->lock);
  has_pads = priv->pads != NULL;
  g_mutex_unlock (&priv->lock);
  if (!has_pads) {
    error = g_error_new (JANUS_ERROR, JANUS_ERROR_NO_FEED, "%s before any of its media came", what);
    gst_janus_bin_fail (GST_JANUS_BIN (self), error);
    return;
  }
  gst_janus_bin_set_state (GST_JANUS_BIN (self), GST_JANUS_STATE_ENDED);
  push_eos_soon (self);
}

/* ---- Pads ---- */

static gboolean
on_takes_data (GstJanusPad *pad, gpointer user_data)
{
  GstJanusSrc *self = user_data;
  GstJanusSrcPrivate *priv = PRIV (self);
  gboolean ended;

  g_mutex_lock (&priv->lock);
  ended = priv->ended;
  g_mutex_unlock (&priv->lock);
  return !ended;
}

static void
on_keyframe_wanted (gpointer user_data)
{
  gst_janus_bin_invoke (user_data, request_keyframes);
}

static void
on_undecrypted (GstJanusPad *pad, const gchar *in_words, guint seconds, gpointer user_data)
{
  GST_ELEMENT_WARNING (user_data, STREAM, DECRYPT,
      ("Nothing of %s has been decrypted for %u s on pad %s. Get the key of its publisher, and "
       "check that it encrypts",
          in_words, seconds, GST_PAD_NAME (pad)),
      (NULL));
}

static void
on_refused (GstJanusPad *pad, const gchar *in_words, const gchar *codec, gpointer user_data)
{
  GST_ELEMENT_WARNING (user_data, STREAM, WRONG_TYPE,
      ("What is linked to pad %s does not take the %s of %s, which is dropped. Link what does, or "
       "have its publisher send what it did before",
          GST_PAD_NAME (pad), codec, in_words),
      (NULL));
}

static const GstJanusPadHandlers pad_handlers = {
    on_takes_data, on_keyframe_wanted, on_undecrypted, on_refused};

/* The pad that RECEPTION's m-line goes on with: its own, or one that is free and was of the like. */
static GstJanusPad *
find_pad (GstJanusSrc *self, GstJanusReception *reception, guint mline, GstStaticPadTemplate *templ)
{
  const GstJanusReceptionInfo *info = gst_janus_reception_get_info (reception);
  guint index = gst_janus_reception_get_index (reception, mline);
  GstJanusPad *found = NULL;
  GList *pads = ref_pads (self), *l;

  for (l = pads; l && !found; l = l->next) {
    gconstpointer origin = gst_janus_pad_get_origin (l->data);
    g_autofree gchar *id = NULL;

    g_object_get (l->data, "feed-id", &id, NULL);
    if (origin ? origin == reception && gst_janus_pad_get_mline (l->data) == mline
               : g_str_equal (
                     GST_PAD_TEMPLATE_NAME_TEMPLATE (GST_PAD_PAD_TEMPLATE (GST_PAD (l->data))),
                     templ->name_template) &&
                     gst_janus_pad_get_index (l->data) == index &&
                     (!info->own_pads || g_strcmp0 (id, info->id) == 0))
      found = l->data;
  }
  /* The element has it still: pads go in this thread, or when it is done. */
  g_list_free_full (pads, gst_object_unref);
  return found;
}

/* Tells that these are all: whoever waits for another medium does so in vain. */
static void
tell_no_more_pads (GstJanusSrc *self, GstJanusReception *reception)
{
  GList *pads = ref_pads (self), *l;
  guint n_pads = 0;

  for (l = pads; l; l = l->next)
    n_pads += gst_janus_pad_get_origin (l->data) == reception;
  g_list_free_full (pads, gst_object_unref);
  /* Others may come where each has pads of its own. */
  if (n_pads == gst_janus_reception_get_n_media (reception) &&
      !gst_janus_reception_get_info (reception)->own_pads)
    gst_element_no_more_pads (GST_ELEMENT (self));
}

static void
add_pad (GstJanusSrc *self, GstJanusReception *reception, GstPad *target, guint mline,
    GstStaticPadTemplate *templ, const GstJanusPadSource *source)
{
  GstJanusSrcPrivate *priv = PRIV (self);
  g_autofree gchar *name = NULL;
  GstJanusPad *pad;
  gboolean ended;

  g_mutex_lock (&priv->lock);
  name = templ == &video_template ? g_strdup_printf ("video_%u", priv->n_video++)
                                  : g_strdup_printf ("audio_%u", priv->n_audio++);
  g_mutex_unlock (&priv->lock);
  pad = gst_janus_pad_new (
      name, templ, gst_janus_reception_get_index (reception, mline), &pad_handlers, self);
  gst_janus_pad_attach (pad, target, reception, mline, source);
  g_mutex_lock (&priv->lock);
  priv->pads = g_list_append (priv->pads, pad);
  ended = priv->ended;
  g_mutex_unlock (&priv->lock);
  gst_element_add_pad (GST_ELEMENT (self), GST_PAD (pad));
  /* What push_eos() has missed. */
  if (ended)
    gst_pad_push_event (GST_PAD (pad), gst_event_new_eos ());
  tell_no_more_pads (self, reception);
}

/* Shows TARGET, a pad of webrtcbin with CAPS, as a pad of ours. */
static void
expose (GstJanusSrc *self, GstJanusReception *reception, GstPad *target, GstCaps *caps)
{
  const GstJanusReceptionInfo *info = gst_janus_reception_get_info (reception);
  const GstJanusPadSource source = {info->id, info->display, info->in_words};
  const gchar *media = gst_structure_get_string (gst_caps_get_structure (caps, 0), "media");
  GstStaticPadTemplate *templ = g_strcmp0 (media, "video") == 0 ? &video_template : &audio_template;
  g_autoptr (GstWebRTCRTPTransceiver) transceiver = NULL;
  guint mline;
  GstJanusPad *pad;

  g_object_get (target, "transceiver", &transceiver, NULL);
  g_object_get (transceiver, "mlineindex", &mline, NULL);
  pad = find_pad (self, reception, mline, templ);
  if (pad) {
    GST_INFO_OBJECT (pad, "goes on with another SSRC");
    gst_janus_pad_attach (pad, target, reception, mline, &source);
  } else {
    add_pad (self, reception, target, mline, templ, &source);
  }
}

/* Shows the pads that wait for it. One after the other, because whoever links pads as they appear, as
 * gst-launch-1.0 does, is not prepared for two at a time. */
static void
expose_pending (GstJanusBin *bin)
{
  GstJanusSrc *self = GST_JANUS_SRC (bin);
  GstJanusSrcPrivate *priv = PRIV (self);
  Pending *pending;

  do {
    g_mutex_lock (&priv->lock);
    pending = g_queue_pop_head (&priv->pending);
    g_mutex_unlock (&priv->lock);
    if (pending && !gst_janus_reception_is_closed (pending->reception)) {
      g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pending->target);

      if (caps)
        expose (self, pending->reception, pending->target, caps);
      else
        GST_WARNING_OBJECT (pending->target, "data came before caps");
      gst_janus_reception_unblock (pending->reception, pending->target);
    }
    if (pending)
      pending_free (pending);
  } while (pending);
}

static void
on_target_added (GstJanusBin *bin, GstJanusReception *reception, GstPad *target)
{
  GstJanusSrcPrivate *priv = PRIV (GST_JANUS_SRC (bin));
  Pending *pending = g_new (Pending, 1);

  pending->reception = gst_janus_reception_ref (reception);
  pending->target = gst_object_ref (target);
  g_mutex_lock (&priv->lock);
  g_queue_push_tail (&priv->pending, pending);
  g_mutex_unlock (&priv->lock);
  gst_janus_bin_invoke (bin, expose_pending);
}

static void
remove_pad (GstElement *element, gpointer pad)
{
  gst_pad_set_active (pad, FALSE);
  gst_element_remove_pad (element, pad);
}

static void
end_and_remove_pad (GstElement *element, gpointer pad)
{
  push_eos_to_pad (element, pad);
  remove_pad (element, pad);
}

void
gst_janus_src_remove_pads (GstJanusSrc *self, const gchar *id, gboolean eos)
{
  GstJanusSrcPrivate *priv = PRIV (self);
  GList *pads = ref_pads (self), *l;

  for (l = pads; l; l = l->next) {
    g_autofree gchar *pad_id = NULL;

    g_object_get (l->data, "feed-id", &pad_id, NULL);
    if (g_strcmp0 (pad_id, id) != 0)
      continue;
    g_mutex_lock (&priv->lock);
    priv->pads = g_list_remove (priv->pads, l->data);
    g_mutex_unlock (&priv->lock);
    /* Pushing may block, which the signalling must not. */
    gst_element_call_async (GST_ELEMENT (self), eos ? end_and_remove_pad : remove_pad,
        gst_object_ref (l->data), gst_object_unref);
  }
  g_list_free_full (pads, gst_object_unref);
}

/* ---- Connections: signalling thread ---- */

static void
on_answer (GstJanusBin *bin, gpointer origin, const gchar *sdp)
{
  GST_JANUS_SRC_GET_CLASS (bin)->answer (bin, origin, sdp);
}

static void
on_candidate (
    GstJanusBin *bin, gpointer origin, const gchar *candidate, const gchar *mid, guint mline)
{
  GST_JANUS_SRC_GET_CLASS (bin)->trickle (bin, origin, candidate, mid, mline);
}

static void
on_connected (GstJanusBin *bin, gpointer origin)
{
  GST_JANUS_SRC_GET_CLASS (bin)->connected (bin, origin);
}

static void
on_failed (GstJanusBin *bin, gpointer origin, const GError *error)
{
  GST_JANUS_SRC_GET_CLASS (bin)->failed (bin, origin, error);
}

static void
on_ended (GstJanusBin *bin, gpointer origin)
{
  GST_JANUS_SRC_GET_CLASS (bin)->ended (bin, origin);
}

static const GstJanusReceptionHandlers reception_handlers = {
    on_answer, on_candidate, on_connected, request_keyframes, on_failed, on_ended, on_target_added};

GstJanusReception *
gst_janus_src_begin (GstJanusSrc *self, const GstJanusReceptionInfo *info, gpointer origin)
{
  GstJanusSrcPrivate *priv = PRIV (self);
  GstJanusReception *reception =
      gst_janus_reception_new (GST_JANUS_BIN (self), &reception_handlers, info, origin);

  priv->receptions = g_list_prepend (priv->receptions, reception);
  return reception;
}

guint
gst_janus_src_get_latency (GstJanusSrc *self)
{
  GstJanusSrcPrivate *priv = PRIV (self);
  guint latency;

  g_mutex_lock (&priv->lock);
  latency = priv->latency;
  g_mutex_unlock (&priv->lock);
  return latency;
}

void
gst_janus_src_close (GstJanusSrc *self, GstJanusReception *reception)
{
  GstJanusSrcPrivate *priv = PRIV (self);
  GList *pads = ref_pads (self), *l;

  for (l = pads; l; l = l->next) {
    if (gst_janus_pad_get_origin (l->data) == reception)
      gst_janus_pad_detach (l->data);
  }
  g_list_free_full (pads, gst_object_unref);
  priv->receptions = g_list_remove (priv->receptions, reception);
  gst_janus_reception_close (reception);
}

static void
gst_janus_src_drop (GstJanusBin *bin)
{
  GstJanusSrc *self = GST_JANUS_SRC (bin);
  GstJanusSrcPrivate *priv = PRIV (self);

  gst_janus_clear_source (&priv->keyframe_timer);
  while (priv->receptions)
    gst_janus_src_close (self, priv->receptions->data);
}

/* ---- Element ---- */

static void
remove_all_pads (GstJanusSrc *self)
{
  GstJanusSrcPrivate *priv = PRIV (self);
  GList *pads, *l;

  g_mutex_lock (&priv->lock);
  g_queue_clear_full (&priv->pending, pending_free);
  pads = g_steal_pointer (&priv->pads);
  priv->n_video = priv->n_audio = 0;
  priv->ended = FALSE;
  priv->run++;
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
    remove_all_pads (self);
  return ret;
}

static gboolean
gst_janus_src_send_event (GstElement *element, GstEvent *event)
{
  /* The sources within webrtcbin would only go deaf. */
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    gst_event_unref (event);
    push_eos_soon (GST_JANUS_SRC (element));
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

  /* What a connection has brought while it was being closed. */
  g_queue_clear_full (&priv->pending, pending_free);
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
