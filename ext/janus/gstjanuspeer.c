/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One media connection with Janus: a webrtcbin, told and heard from the signalling thread. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanusfeedback.h"
#include "gstjanushandshake.h"
#include "gstjanushealth.h"
#include "gstjanusice.h"
#include "gstjanusnegotiation.h"
#include "gstjanuspeer.h"
#include "gstjanussdp.h"
#include "gstjanussetup.h"

#define PEER_KEY "janus-peer"

/* The negotiation, signal handlers, and what is under way to the context each hold a reference. */
struct _GstJanusPeer {
  GMainContext *context;
  const GstJanusPeerHandlers *handlers;
  gpointer user_data;
  GstElement *webrtcbin;
  gboolean do_retransmission;
  JanusPatience patience;
  GstJanusNegotiation *negotiation; /* until it is closed, and webrtcbin stopped */

  /* Of the context's thread alone. */
  GstJanusBin *bin; /* until it is closed */
  GstSDPMessage *local;
  GPtrArray *early_candidates; /* those that came before the description was told */
  gboolean we_are_up;
  gboolean server_is_up; /* its handshake may end later than ours */
  gboolean connected;    /* both have been at the same time; from then on the health counts */
  gboolean gathered;
  gboolean answers;           /* offers */
  GstJanusFeedback *feedback; /* the same */
  GstJanusHealth *health;
  GSource *health_timer;
  GstJanusSetup *setup;

  gint closed; /* atomic */
};

static GstJanusPeer *
peer_ref (GstJanusPeer *peer)
{
  return g_atomic_rc_box_acquire (peer);
}

static void
peer_clear (gpointer data)
{
  GstJanusPeer *peer = data;

  gst_object_unref (peer->webrtcbin);
  gst_janus_setup_free (peer->setup);
  gst_janus_health_free (peer->health);
  g_clear_pointer (&peer->local, gst_sdp_message_free);
  g_ptr_array_unref (peer->early_candidates);
  g_main_context_unref (peer->context);
}

static void
peer_unref (gpointer peer)
{
  g_atomic_rc_box_release_full (peer, peer_clear);
}

static void
peer_unref_closure (gpointer peer, GClosure *closure)
{
  peer_unref (peer);
}

/* What webrtcbin's threads have to tell. */
typedef struct {
  GstJanusPeer *peer;
  void (*tell) (GstJanusPeer *peer, gpointer news, guint number);
  gpointer news;
  GDestroyNotify free_news;
  guint number;
} Telling;

static gboolean
on_telling (gpointer data)
{
  Telling *telling = data;

  if (!g_atomic_int_get (&telling->peer->closed))
    telling->tell (telling->peer, telling->news, telling->number);
  return G_SOURCE_REMOVE;
}

static void
telling_free (gpointer data)
{
  Telling *telling = data;

  if (telling->news)
    telling->free_news (telling->news);
  peer_unref (telling->peer);
  g_free (telling);
}

/* Takes NEWS. In the order of the calls. */
static void
peer_tell (GstJanusPeer *peer, void (*tell) (GstJanusPeer *, gpointer, guint), gpointer news,
    GDestroyNotify free_news, guint number)
{
  Telling *telling = g_new (Telling, 1);
  GSource *source = g_idle_source_new ();

  telling->peer = peer_ref (peer);
  telling->tell = tell;
  telling->news = news;
  telling->free_news = free_news;
  telling->number = number;
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, on_telling, telling, telling_free);
  g_source_attach (source, peer->context);
  g_source_unref (source);
}

static void
tell_failed (GstJanusPeer *peer, gpointer error, guint number)
{
  peer->handlers->failed (peer, error, peer->user_data);
}

typedef struct {
  gchar *text; /* NULL: that was the last */
  guint mline;
} Candidate;

static void
candidate_free (gpointer data)
{
  Candidate *candidate = data;

  g_free (candidate->text);
  g_free (candidate);
}

static void
tell_candidate (GstJanusPeer *peer, gpointer text, guint mline)
{
  if (peer->gathered)
    return;
  if (!peer->local) {
    Candidate *candidate = g_new (Candidate, 1);

    candidate->text = g_strdup (text);
    candidate->mline = mline;
    g_ptr_array_add (peer->early_candidates, candidate);
    return;
  }
  peer->gathered = !text;
  peer->handlers->candidate (
      peer, text, gst_janus_sdp_get_mid (peer->local, mline), mline, peer->user_data);
}

static void
tell_incomplete (GstJanusPeer *peer, gpointer unused, guint mline)
{
  peer->handlers->incomplete (peer, mline, peer->user_data);
}

static void
tell_described (GstJanusPeer *peer, gpointer sdp, guint number)
{
  guint i;

  gst_sdp_message_copy (sdp, &peer->local);
  peer->handlers->described (peer, peer->local, peer->user_data);
  if (peer->answers)
    gst_janus_setup_begin (peer->setup);
  for (i = 0; i < peer->early_candidates->len; i++) {
    const Candidate *candidate = g_ptr_array_index (peer->early_candidates, i);

    tell_candidate (peer, candidate->text, candidate->mline);
  }
  g_ptr_array_set_size (peer->early_candidates, 0);
}

static gboolean
on_health_timer (gpointer user_data)
{
  GstJanusPeer *peer = user_data;
  g_autoptr (GError) error = gst_janus_health_find_fault (peer->health);

  if (!error)
    return G_SOURCE_CONTINUE;
  if (error->code == JANUS_ERROR_SRTP && peer->patience.handshake == 0) {
    gst_janus_bin_warn (peer->bin, error, "It is missing from now on: start again to have it.");
    return G_SOURCE_CONTINUE;
  }
  gst_janus_clear_source (&peer->health_timer);
  peer->handlers->failed (peer, error, peer->user_data);
  return G_SOURCE_REMOVE;
}

static void
on_negotiation_described (GstSDPMessage *sdp, gpointer peer)
{
  peer_tell (peer, tell_described, sdp, (GDestroyNotify) gst_sdp_message_free, 0);
}

static void
on_negotiation_failed (GError *error, gpointer peer)
{
  peer_tell (peer, tell_failed, error, (GDestroyNotify) g_error_free, 0);
}

static const GstJanusNegotiationHandlers negotiation_handlers = {
    on_negotiation_described, on_negotiation_failed};

static GstWebRTCPeerConnectionState
get_connection_state (GstElement *webrtcbin)
{
  GstWebRTCPeerConnectionState state;

  g_object_get (webrtcbin, "connection-state", &state, NULL);
  return state;
}

static gboolean
has_way (GstJanusPeer *peer)
{
  GstWebRTCICEConnectionState state;

  g_object_get (peer->webrtcbin, "ice-connection-state", &state, NULL);
  return state == GST_WEBRTC_ICE_CONNECTION_STATE_CONNECTED ||
         state == GST_WEBRTC_ICE_CONNECTION_STATE_COMPLETED;
}

static void
on_stuck (const GError *error, gpointer user_data)
{
  GstJanusPeer *peer = user_data;

  /* It may not be, and we are about to be told. */
  if (peer->server_is_up &&
      get_connection_state (peer->webrtcbin) == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED)
    return;
  if (g_error_matches (error, JANUS_ERROR, JANUS_ERROR_NO_WAY) && has_way (peer))
    gst_janus_setup_has_way (peer->setup);
  else
    peer->handlers->failed (peer, error, peer->user_data);
}

static void
tell_ice_is_up (GstJanusPeer *peer, gpointer news, guint number)
{
  gst_janus_setup_has_way (peer->setup);
}

/* Janus drops what comes before its own part is done: of a publisher the first keyframe. */
static void
connect_when_both_are_up (GstJanusPeer *peer)
{
  if (!peer->we_are_up || !peer->server_is_up || peer->connected)
    return;
  peer->connected = TRUE;
  gst_janus_setup_end (peer->setup);
  peer->health_timer =
      gst_janus_bin_add_timeout_for (peer->bin, GST_JANUS_HEALTH_MSECONDS, on_health_timer, peer);
  peer->handlers->connected (peer, peer->user_data);
}

static void
tell_state (GstJanusPeer *peer, gpointer news, guint state)
{
  g_autoptr (GError) error = NULL;

  peer->we_are_up = state == GST_WEBRTC_PEER_CONNECTION_STATE_CONNECTED;
  connect_when_both_are_up (peer);
  if (state == GST_WEBRTC_PEER_CONNECTION_STATE_FAILED) {
    error = g_error_new (JANUS_ERROR, JANUS_ERROR_ICE, "The media connection %s",
        peer->connected ? "has broken off" : "cannot be set up");
    peer->handlers->failed (peer, error, peer->user_data);
  }
}

static void
on_ice_candidate (GstElement *webrtcbin, guint mline, const gchar *candidate, gpointer user_data)
{
  gboolean is_last = !candidate || !*candidate;

  peer_tell (user_data, tell_candidate, is_last ? NULL : g_strdup (candidate), g_free, mline);
}

static void
on_gathering_state (GstElement *webrtcbin, GParamSpec *pspec, gpointer user_data)
{
  GstWebRTCICEGatheringState state;

  g_object_get (webrtcbin, "ice-gathering-state", &state, NULL);
  if (state == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE)
    peer_tell (user_data, tell_candidate, NULL, NULL, 0);
}

static void
on_ice_state (GstElement *webrtcbin, GParamSpec *pspec, gpointer user_data)
{
  if (has_way (user_data))
    peer_tell (user_data, tell_ice_is_up, NULL, NULL, 0);
}

static void
on_connection_state (GstElement *webrtcbin, GParamSpec *pspec, gpointer user_data)
{
  peer_tell (user_data, tell_state, NULL, NULL, get_connection_state (webrtcbin));
}

static void
peer_connect (GstJanusPeer *peer, const gchar *signal, GCallback callback)
{
  g_signal_connect_data (
      peer->webrtcbin, signal, callback, peer_ref (peer), peer_unref_closure, (GConnectFlags) 0);
}

GstJanusPeer *
gst_janus_peer_new (GstJanusBin *bin, const GstJanusIceConfig *config,
    const JanusPatience *patience, const GstJanusPeerHandlers *handlers, gpointer user_data,
    GError **error)
{
  GstElement *webrtcbin = gst_element_factory_make ("webrtcbin", NULL);
  GstJanusPeer *peer;

  if (!webrtcbin) {
    g_set_error_literal (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
        "No element webrtcbin: install GStreamer's bad plugins (gstreamer1.0-plugins-bad) and "
        "libnice's (gstreamer1.0-nice)");
    return NULL;
  }
  gst_object_ref_sink (webrtcbin);

  if (!gst_janus_ice_configure (
          webrtcbin, config, gst_janus_bin_get_round_trip (bin), patience->idle, error)) {
    gst_object_unref (webrtcbin);
    return NULL;
  }
  gst_janus_handshake_repeat (webrtcbin);

  peer = g_atomic_rc_box_new0 (GstJanusPeer);
  peer->bin = bin;
  peer->patience = *patience;
  peer->context = g_main_context_ref (gst_janus_bin_get_context (bin));
  peer->handlers = handlers;
  peer->user_data = user_data;
  peer->webrtcbin = webrtcbin;
  peer->do_retransmission = config->do_retransmission;
  peer->negotiation =
      gst_janus_negotiation_new (webrtcbin, &negotiation_handlers, peer_ref (peer), peer_unref);
  peer->setup = gst_janus_setup_new (bin, patience, on_stuck, peer);
  peer->health = gst_janus_health_new (webrtcbin);
  peer->early_candidates = g_ptr_array_new_with_free_func (candidate_free);
  g_object_set_data_full (G_OBJECT (webrtcbin), PEER_KEY, peer_ref (peer), peer_unref);
  peer_connect (peer, "on-ice-candidate", G_CALLBACK (on_ice_candidate));
  peer_connect (peer, "notify::ice-gathering-state", G_CALLBACK (on_gathering_state));
  peer_connect (peer, "notify::ice-connection-state", G_CALLBACK (on_ice_state));
  peer_connect (peer, "notify::connection-state", G_CALLBACK (on_connection_state));
  return peer;
}

static gpointer
dup_peer (gpointer peer, gpointer unused)
{
  return peer ? peer_ref (peer) : NULL;
}

/* The peer that OBJECT is part of, or NULL. */
static GstJanusPeer *
find_peer (GstObject *object)
{
  g_autoptr (GstObject) ancestor = gst_object_ref (object);
  GstJanusPeer *peer = NULL;

  while (ancestor && !(peer = g_object_dup_data (G_OBJECT (ancestor), PEER_KEY, dup_peer, NULL))) {
    GstObject *parent = gst_object_get_parent (ancestor);

    gst_object_unref (ancestor);
    ancestor = parent;
  }
  return peer;
}

gboolean
gst_janus_peer_take_error (GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  GstJanusPeer *peer;

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR || !GST_MESSAGE_SRC (message))
    return FALSE;
  peer = find_peer (GST_MESSAGE_SRC (message));
  if (!peer)
    return FALSE;
  gst_message_parse_error (message, &error, NULL);
  peer_tell (peer, tell_failed,
      g_error_new (
          JANUS_ERROR, JANUS_ERROR_MEDIA, "The media connection has failed: %s", error->message),
      (GDestroyNotify) g_error_free, 0);
  peer_unref (peer);
  return TRUE;
}

static void
stop_webrtcbin (gpointer data)
{
  GstJanusPeer *peer = data;

  gst_janus_negotiation_settle (peer->negotiation);
  gst_element_set_state (peer->webrtcbin, GST_STATE_NULL);
  g_clear_pointer (&peer->negotiation, gst_janus_negotiation_unref);
  peer_unref (peer);
}

void
gst_janus_peer_close (GstJanusPeer *peer)
{
  g_autoptr (GstObject) bin = gst_object_get_parent (GST_OBJECT (peer->webrtcbin));
  g_autoptr (GstClock) clock = NULL;

  g_atomic_int_set (&peer->closed, TRUE);
  gst_janus_negotiation_stop (peer->negotiation);
  gst_janus_clear_source (&peer->health_timer);
  gst_janus_setup_end (peer->setup);
  g_clear_pointer (&peer->feedback, gst_janus_feedback_detach);
  g_signal_handlers_disconnect_matched (
      peer->webrtcbin, G_SIGNAL_MATCH_DATA, 0, 0, NULL, NULL, peer);
  if (bin) {
    /* Before it is stopped: no state change of the bin shall wait for that. */
    gst_element_set_locked_state (peer->webrtcbin, TRUE);
    clock = gst_element_get_clock (peer->webrtcbin);
    gst_bin_remove (GST_BIN (bin), peer->webrtcbin);
    /* Which that has taken away, and GStreamer 1.22 complains when feedback comes that has no
     * time. */
    gst_element_set_clock (peer->webrtcbin, clock);
    gst_janus_bin_close_later (GST_JANUS_BIN (bin), stop_webrtcbin, peer_ref (peer));
  } else {
    g_clear_pointer (&peer->negotiation, gst_janus_negotiation_unref);
  }
  g_object_set_data (G_OBJECT (peer->webrtcbin), PEER_KEY, NULL);
  peer_unref (peer);
}

void
gst_janus_peer_server_is_up (GstJanusPeer *peer)
{
  peer->server_is_up = TRUE;
  connect_when_both_are_up (peer);
}

GstElement *
gst_janus_peer_get_webrtcbin (GstJanusPeer *peer)
{
  return peer->webrtcbin;
}

void
gst_janus_peer_create_offer (GstJanusPeer *peer)
{
  gst_janus_negotiation_create_offer (peer->negotiation);
}

static GstSDPMessage *
parse_sdp (const gchar *text, GError **error)
{
  GstSDPMessage *sdp = NULL;

  /* Of an empty one GStreamer thinks that we have made a mistake. */
  if (*text && gst_sdp_message_new_from_text (text, &sdp) == GST_SDP_OK)
    return sdp;
  g_set_error_literal (
      error, JANUS_ERROR, JANUS_ERROR_PROTOCOL, "The server has sent an SDP that cannot be read");
  return NULL;
}

gboolean
gst_janus_peer_set_answer (GstJanusPeer *peer, const gchar *text, GError **error)
{
  GstSDPMessage *sdp = parse_sdp (text, error);

  if (!sdp)
    return FALSE;
  if (!gst_janus_sdp_check_answer (peer->local, sdp, error)) {
    gst_sdp_message_free (sdp);
    return FALSE;
  }
  gst_janus_negotiation_take_answer (peer->negotiation, sdp);
  gst_janus_setup_begin (peer->setup);
  return TRUE;
}

static void
on_incomplete (guint mline, gpointer peer)
{
  peer_tell (peer, tell_incomplete, NULL, NULL, mline);
}

gboolean
gst_janus_peer_accept_offer (GstJanusPeer *peer, const gchar *text, GError **error)
{
  GstSDPMessage *sdp = parse_sdp (text, error);
  g_autoptr (GstElement) rtpbin = NULL;

  if (!sdp)
    return FALSE;
  if (!gst_janus_sdp_has_media (sdp, "audio") && !gst_janus_sdp_has_media (sdp, "video")) {
    g_set_error_literal (
        error, JANUS_ERROR, JANUS_ERROR_NO_MEDIA, "The feed has neither sound nor picture");
    gst_sdp_message_free (sdp);
    return FALSE;
  }
  peer->answers = TRUE;
  rtpbin = gst_bin_get_by_name (GST_BIN (peer->webrtcbin), "rtpbin");
  if (rtpbin)
    peer->feedback = gst_janus_feedback_attach (rtpbin, sdp, gst_janus_bin_get_clock (peer->bin),
        peer->do_retransmission, on_incomplete, peer);
  gst_janus_negotiation_take_offer (peer->negotiation, sdp);
  return TRUE;
}
