/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One publication or recording that comes in: a media connection from its offer to its last
 * packet. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanusfeedback.h"
#include "gstjanuspeer.h"
#include "gstjanusreception.h"
#include "gstjanussdp.h"

GST_DEBUG_CATEGORY_EXTERN (gst_janus_src_debug);
#define GST_CAT_DEFAULT gst_janus_src_debug

/* Added to the jitter buffer's latency, how long nothing must have come before the end is told: the
 * last packets may still be under way. And how often that is waited for, in case it never stops. */
#define LINGER_MSECONDS 50
#define MAX_LINGERS 40

#define BLOCK_KEY "janus-block"

/* Handlers of webrtcbin's signals, and probes, hold a reference each. */
struct _GstJanusReception {
  GstJanusBin *bin; /* not owned */
  const GstJanusReceptionHandlers *handlers;
  GstJanusReceptionInfo info;
  gpointer origin;

  gint n_taken; /* atomic: buffers and lists that have come */

  /* Of the signalling thread. */
  gboolean closed;
  GstJanusPeer *peer;
  guint latency;
  GPtrArray *mids;   /* per m-line */
  GPtrArray *kinds;  /* the same: "audio", "video" */
  GArray *keyframes; /* the same, gboolean: one is wanted */
  guint n_media;
  gboolean connected;
  GSource *deadline;
  GSource *linger;
  guint n_lingers;
  gint n_taken_before;
};

GstJanusReception *
gst_janus_reception_ref (GstJanusReception *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  GstJanusReception *self = data;

  g_free (self->info.id);
  g_free (self->info.display);
  g_free (self->info.in_words);
  g_ptr_array_unref (self->mids);
  g_ptr_array_unref (self->kinds);
  g_array_unref (self->keyframes);
}

void
gst_janus_reception_unref (GstJanusReception *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

static void
destroy_notify (gpointer self)
{
  gst_janus_reception_unref (self);
}

static void
unref_closure (gpointer self, GClosure *closure)
{
  gst_janus_reception_unref (self);
}

/* A connection may break off because what it was for has ended. */
static void
fail (GstJanusReception *self, const GError *error)
{
  if (!self->linger)
    self->handlers->failed (self->bin, self->origin, error);
}

static gboolean
on_deadline (gpointer user_data)
{
  GstJanusReception *self = user_data;
  g_autoptr (GError) error = g_error_new (JANUS_ERROR, JANUS_ERROR_ICE,
      "No media connection with the server within %u s", gst_janus_bin_get_timeout (self->bin));

  gst_janus_clear_source (&self->deadline);
  fail (self, error);
  return G_SOURCE_REMOVE;
}

GstJanusReception *
gst_janus_reception_new (GstJanusBin *bin, const GstJanusReceptionHandlers *handlers,
    const GstJanusReceptionInfo *info, gpointer origin)
{
  GstJanusReception *self = g_atomic_rc_box_new0 (GstJanusReception);

  self->bin = bin;
  self->handlers = handlers;
  self->info.id = g_strdup (info->id);
  self->info.display = g_strdup (info->display);
  self->info.in_words = g_strdup (info->in_words);
  self->info.own_pads = info->own_pads;
  self->info.patience = info->patience;
  self->origin = origin;
  self->mids = g_ptr_array_new_with_free_func (g_free);
  self->kinds = g_ptr_array_new_with_free_func (g_free);
  self->keyframes = g_array_new (FALSE, TRUE, sizeof (gboolean));
  self->deadline = gst_janus_bin_add_timeout_for (
      bin, gst_janus_bin_get_timeout (bin) * 1000, on_deadline, self);
  return self;
}

void
gst_janus_reception_close (GstJanusReception *self)
{
  self->closed = TRUE;
  gst_janus_clear_source (&self->deadline);
  gst_janus_clear_source (&self->linger);
  g_clear_pointer (&self->peer, gst_janus_peer_close);
  gst_janus_reception_unref (self);
}

/* ---- webrtcbin's threads ---- */

/* The first packet of a medium: by now its caps are known. It waits until the pad is there. */
static GstPadProbeReturn
on_first_data (GstPad *target, GstPadProbeInfo *info, gpointer user_data)
{
  GstJanusReception *self = user_data;

  self->handlers->target_added (self->bin, self, target);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_data (GstPad *target, GstPadProbeInfo *info, gpointer user_data)
{
  g_atomic_int_inc (&((GstJanusReception *) user_data)->n_taken);
  return GST_PAD_PROBE_OK;
}

static void
on_pad_added (GstElement *webrtcbin, GstPad *target, gpointer user_data)
{
  const GstPadProbeType data = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST;
  gulong block_id;

  if (!GST_PAD_IS_SRC (target))
    return;
  block_id = gst_pad_add_probe (target, GST_PAD_PROBE_TYPE_BLOCK | data, on_first_data,
      gst_janus_reception_ref (user_data), destroy_notify);
  gst_pad_add_probe (target, data, on_data, gst_janus_reception_ref (user_data), destroy_notify);
  /* Nothing flows before this handler returns. */
  g_object_set_data (G_OBJECT (target), BLOCK_KEY, GSIZE_TO_POINTER (block_id));
}

static void
on_new_transceiver (GstElement *webrtcbin, GstWebRTCRTPTransceiver *transceiver, gpointer user_data)
{
  GstJanusIceConfig config;

  gst_janus_bin_get_ice_config (((GstJanusReception *) user_data)->bin, &config);
  /* Later is too late for a receiver. */
  g_object_set (transceiver, "do-nack", config.do_retransmission, NULL);
  gst_janus_ice_config_clear (&config);
}

/* ---- Signalling thread ---- */

static void
on_described (GstJanusPeer *peer, const GstSDPMessage *sdp, gpointer user_data)
{
  GstJanusReception *self = user_data;
  g_autofree gchar *text = gst_sdp_message_as_text (sdp);
  guint i;

  GST_LOG_OBJECT (self->bin, "answer:\n%s", text);
  for (i = 0; i < gst_sdp_message_medias_len (sdp); i++) {
    g_ptr_array_add (self->mids, g_strdup (gst_janus_sdp_get_mid (sdp, i)));
    g_ptr_array_add (
        self->kinds, g_strdup (gst_sdp_media_get_media (gst_sdp_message_get_media (sdp, i))));
  }
  g_array_set_size (self->keyframes, self->mids->len);
  self->n_media = gst_janus_sdp_count_media (sdp);
  self->handlers->answer (self->bin, self->origin, text);
}

static void
on_candidate (
    GstJanusPeer *peer, const gchar *candidate, const gchar *mid, guint mline, gpointer user_data)
{
  GstJanusReception *self = user_data;

  self->handlers->trickle (self->bin, self->origin, candidate, mid, mline);
}

static void
on_connected (GstJanusPeer *peer, gpointer user_data)
{
  GstJanusReception *self = user_data;

  self->connected = TRUE;
  /* It has ended, or has taken too long. */
  if (self->linger || !self->deadline)
    return;
  gst_janus_clear_source (&self->deadline);
  self->handlers->connected (self->bin, self->origin);
}

static void
on_failed (GstJanusPeer *peer, const GError *error, gpointer user_data)
{
  fail (user_data, error);
}

static void
on_incomplete (GstJanusPeer *peer, guint mline, gpointer user_data)
{
  GstJanusReception *self = user_data;
  guint i;

  for (i = 0; i < self->kinds->len; i++) {
    if ((mline == i || mline == GST_JANUS_FEEDBACK_ANY) &&
        g_strcmp0 (g_ptr_array_index (self->kinds, i), "video") == 0)
      gst_janus_reception_wish_keyframe (self, i);
  }
  self->handlers->keyframes_wished (self->bin);
}

static const GstJanusPeerHandlers peer_handlers = {
    on_described, on_candidate, on_connected, on_incomplete, on_failed};

static void
connect_signal (GstJanusReception *self, GstElement *webrtcbin, const gchar *name, GCallback func)
{
  g_signal_connect_data (
      webrtcbin, name, func, gst_janus_reception_ref (self), unref_closure, (GConnectFlags) 0);
}

void
gst_janus_reception_take_offer (GstJanusReception *self, const gchar *sdp, guint latency)
{
  g_autoptr (GError) error = NULL;
  GstJanusIceConfig config;
  GstElement *webrtcbin;

  GST_LOG_OBJECT (self->bin, "offer:\n%s", sdp);
  self->latency = latency;
  gst_janus_bin_get_ice_config (self->bin, &config);
  self->peer =
      gst_janus_peer_new (self->bin, &config, &self->info.patience, &peer_handlers, self, &error);
  gst_janus_ice_config_clear (&config);
  if (self->peer) {
    webrtcbin = gst_janus_peer_get_webrtcbin (self->peer);
    g_object_set (webrtcbin, "latency", latency, NULL);
    connect_signal (self, webrtcbin, "pad-added", G_CALLBACK (on_pad_added));
    connect_signal (self, webrtcbin, "on-new-transceiver", G_CALLBACK (on_new_transceiver));
    gst_bin_add (GST_BIN (self->bin), webrtcbin);
    gst_element_sync_state_with_parent (webrtcbin);
    gst_janus_peer_accept_offer (self->peer, sdp, &error);
  }
  if (error)
    fail (self, error);
}

void
gst_janus_reception_server_is_up (GstJanusReception *self)
{
  if (self->peer)
    gst_janus_peer_server_is_up (self->peer);
}

static gboolean
on_lingered (gpointer user_data)
{
  GstJanusReception *self = user_data;
  gint n_taken = g_atomic_int_get (&self->n_taken);
  gboolean more = n_taken != self->n_taken_before;

  self->n_taken_before = n_taken;
  if (more && ++self->n_lingers < MAX_LINGERS)
    return G_SOURCE_CONTINUE;
  self->handlers->ended (self->bin, self->origin);
  return G_SOURCE_REMOVE;
}

void
gst_janus_reception_end (GstJanusReception *self)
{
  if (self->linger)
    return;
  gst_janus_clear_source (&self->deadline);
  self->n_taken_before = g_atomic_int_get (&self->n_taken);
  self->linger =
      gst_janus_bin_add_timeout_for (self->bin, self->latency + LINGER_MSECONDS, on_lingered, self);
}

const GstJanusReceptionInfo *
gst_janus_reception_get_info (GstJanusReception *self)
{
  return &self->info;
}

gpointer
gst_janus_reception_get_origin (GstJanusReception *self)
{
  return self->origin;
}

gboolean
gst_janus_reception_is_closed (GstJanusReception *self)
{
  return self->closed;
}

gboolean
gst_janus_reception_is_ending (GstJanusReception *self)
{
  return self->linger != NULL;
}

gboolean
gst_janus_reception_is_connected (GstJanusReception *self)
{
  return self->connected;
}

const gchar *
gst_janus_reception_get_mid (GstJanusReception *self, guint mline)
{
  return mline < self->mids->len ? g_ptr_array_index (self->mids, mline) : NULL;
}

void
gst_janus_reception_wish_keyframe (GstJanusReception *self, guint mline)
{
  if (mline < self->keyframes->len)
    g_array_index (self->keyframes, gboolean, mline) = TRUE;
}

gboolean
gst_janus_reception_take_keyframe_wish (GstJanusReception *self, guint *mline)
{
  guint i;

  for (i = 0; i < self->keyframes->len; i++) {
    if (g_array_index (self->keyframes, gboolean, i)) {
      g_array_index (self->keyframes, gboolean, i) = FALSE;
      *mline = i;
      return TRUE;
    }
  }
  return FALSE;
}

guint
gst_janus_reception_get_index (GstJanusReception *self, guint mline)
{
  guint i, index = 0;

  for (i = 0; i < mline && mline < self->kinds->len; i++) {
    if (g_strcmp0 (g_ptr_array_index (self->kinds, i), g_ptr_array_index (self->kinds, mline)) == 0)
      index++;
  }
  return index;
}

guint
gst_janus_reception_get_n_media (GstJanusReception *self)
{
  return self->n_media;
}

void
gst_janus_reception_unblock (GstJanusReception *self, GstPad *target)
{
  gst_pad_remove_probe (
      target, GPOINTER_TO_SIZE (g_object_get_data (G_OBJECT (target), BLOCK_KEY)));
}
