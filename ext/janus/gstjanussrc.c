/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the sources have in common: the media connections that come and go behind their pads. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanuspads.h"
#include "gstjanussrc.h"

GST_DEBUG_CATEGORY (gst_janus_src_debug);
#define GST_CAT_DEFAULT gst_janus_src_debug

#define DEFAULT_LATENCY 200

/* A decoder may ask with every packet; a publisher's encoder shall not hear of it more often than
 * this. */
#define KEYFRAME_INTERVAL_MSECONDS 250

enum { PROP_LATENCY = GST_JANUS_PROPS_OF_DIRECTION };

/* A pad of webrtcbin that has data and is not shown yet. */
typedef struct {
  GstJanusReception *reception;
  GstPad *target;
} Pending;

typedef struct {
  GstJanusPads *pads;

  GMutex lock;
  guint latency;
  GQueue pending; /* of Pending */

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
  GList *receptions, *l;
  guint mline;

  /* What is asked for while the timer runs is asked of the publisher when it ends. */
  if (priv->keyframe_timer)
    return;

  gst_janus_pads_pass_wishes_on (priv->pads);
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

/* ---- Pads ---- */

void
gst_janus_src_finish (GstJanusSrc *self, const gchar *what)
{
  GstJanusSrcPrivate *priv = PRIV (self);
  g_autoptr (GError) error = NULL;

  if (gst_janus_pads_is_empty (priv->pads)) {
    error = g_error_new (JANUS_ERROR, JANUS_ERROR_NO_FEED, "%s before any of its media came", what);
    gst_janus_bin_fail (GST_JANUS_BIN (self), error);
    return;
  }
  gst_janus_bin_set_state (GST_JANUS_BIN (self), GST_JANUS_STATE_ENDED);
  gst_janus_pads_end (priv->pads);
}

/* Shows the pads that wait for it. One after the other, because whoever links pads as they appear,
 * as gst-launch-1.0 does, is not prepared for two at a time. */
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
        gst_janus_pads_show (priv->pads, pending->reception, pending->target, caps);
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

void
gst_janus_src_remove_pads (GstJanusSrc *self, const gchar *id, gboolean eos)
{
  gst_janus_pads_remove_feed (PRIV (self)->pads, id, eos);
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

  gst_janus_pads_detach (priv->pads, reception);
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
clear_pending (GstJanusSrc *self)
{
  GstJanusSrcPrivate *priv = PRIV (self);

  g_mutex_lock (&priv->lock);
  g_queue_clear_full (&priv->pending, pending_free);
  g_mutex_unlock (&priv->lock);
}

static GstStateChangeReturn
gst_janus_src_change_state (GstElement *element, GstStateChange transition)
{
  GstJanusSrc *self = GST_JANUS_SRC (element);
  GstJanusSrcPrivate *priv = PRIV (self);
  GstStateChangeReturn ret;

  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    gst_janus_pads_begin (priv->pads);
  ret = GST_ELEMENT_CLASS (gst_janus_src_parent_class)->change_state (element, transition);

  /* Here nothing makes pads any more. */
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    clear_pending (self);
    gst_janus_pads_remove_all (priv->pads);
  }
  return ret;
}

static gboolean
gst_janus_src_send_event (GstElement *element, GstEvent *event)
{
  /* The sources within webrtcbin would only go deaf. */
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS) {
    gst_event_unref (event);
    gst_janus_pads_end (PRIV (GST_JANUS_SRC (element))->pads);
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
  clear_pending (self);
  gst_janus_pads_free (priv->pads);
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

  gst_janus_pads_add_templates (element_class);
  gst_type_mark_as_plugin_api (GST_TYPE_JANUS_SRC, (GstPluginAPIFlags) 0);
}

static void
gst_janus_src_init (GstJanusSrc *self)
{
  GstJanusSrcPrivate *priv = PRIV (self);

  priv->pads = gst_janus_pads_new (GST_JANUS_BIN (self), request_keyframes);
  g_mutex_init (&priv->lock);
  priv->latency = DEFAULT_LATENCY;

  gst_bin_set_suppressed_flags (
      GST_BIN (self), (GstElementFlags) (GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK));
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}
