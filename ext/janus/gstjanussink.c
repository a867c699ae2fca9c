/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the sinks have in common: streams go out over one media connection. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanuspeer.h"
#include "gstjanussdp.h"
#include "gstjanussink.h"
#include "gstjanusstreams.h"

GST_DEBUG_CATEGORY (gst_janus_sink_debug);
#define GST_CAT_DEFAULT gst_janus_sink_debug

#define DEFAULT_ALLOW_PLAINTEXT FALSE

/* After the last packet, how long its retransmission may be asked for before we leave. */
#define LINGER_MSECONDS 200

enum { PROP_ALLOW_PLAINTEXT = GST_JANUS_PROPS_OF_DIRECTION };

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE (
    "sink_%u", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS ("application/x-rtp"));

typedef struct {
  GstJanusStreams *streams;

  /* Of the signalling thread. */
  GstJanusPeer *peer;
  gboolean connected;
  GSource *linger;
  GSource *warning; /* until the first packet */
} GstJanusSinkPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_CODE (GstJanusSink, gst_janus_sink, GST_TYPE_JANUS_BIN,
    G_ADD_PRIVATE (GstJanusSink)
        GST_DEBUG_CATEGORY_INIT (gst_janus_sink_debug, "janussink", 0, "Janus sinks"));

#define PRIV(self) ((GstJanusSinkPrivate *) gst_janus_sink_get_instance_private (self))

/* ---- Signalling thread ---- */

static void
fail_internal (GstJanusSink *self, const gchar *what)
{
  g_autoptr (GError) error = g_error_new_literal (GST_CORE_ERROR, GST_CORE_ERROR_FAILED, what);

  gst_janus_bin_fail (GST_JANUS_BIN (self), error);
}

static const GstJanusPeerHandlers peer_handlers;

static void
publish (GstJanusSink *self)
{
  GstJanusSinkPrivate *priv = PRIV (self);
  GstJanusBin *bin = GST_JANUS_BIN (self);
  g_autoptr (GError) error = NULL;
  JanusPatience patience = gst_janus_bin_get_patience (bin);
  GstJanusIceConfig config;
  GstElement *webrtcbin;

  gst_janus_bin_set_state (bin, GST_JANUS_STATE_NEGOTIATING);
  gst_janus_bin_set_deadline (bin, JANUS_ERROR_ICE, "No media connection with the server");

  gst_janus_bin_get_ice_config (bin, &config);
  priv->peer = gst_janus_peer_new (bin, &config, &patience, &peer_handlers, self, &error);
  if (!priv->peer) {
    gst_janus_bin_fail (bin, error);
  } else {
    webrtcbin = gst_janus_peer_get_webrtcbin (priv->peer);
    gst_bin_add (GST_BIN (self), webrtcbin);
    gst_element_sync_state_with_parent (webrtcbin);
    if (gst_janus_streams_connect (priv->streams, webrtcbin, config.do_retransmission))
      gst_janus_peer_create_offer (priv->peer);
    else
      fail_internal (self, "webrtcbin does not take the stream");
  }
  gst_janus_ice_config_clear (&config);
}

static gboolean
on_nothing_came (gpointer user_data)
{
  GstJanusSink *self = user_data;

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
  GstJanusSink *self = GST_JANUS_SINK (bin);
  GstJanusSinkPrivate *priv = PRIV (self);
  g_autofree gchar *late = NULL, *what = NULL;

  if (gst_janus_bin_get_state (bin) != GST_JANUS_STATE_WAITING)
    return;

  if (gst_janus_streams_settle (priv->streams, &late)) {
    gst_janus_clear_source (&priv->warning);
    publish (self);
    return;
  }
  if (late) {
    gst_janus_clear_source (&priv->warning);
    what = g_strdup_printf ("No packet has come to pad %s", late);
  }
  gst_janus_bin_set_deadline (bin, JANUS_ERROR_NO_DATA, what);
}

void
gst_janus_sink_start (GstJanusSink *self)
{
  GstJanusBin *bin = GST_JANUS_BIN (self);

  gst_janus_bin_set_deadline (bin, 0, NULL);
  gst_janus_bin_set_state (bin, GST_JANUS_STATE_WAITING);
  /* A camera may take its time: that is no error. */
  PRIV (self)->warning =
      gst_janus_bin_add_timeout (bin, gst_janus_bin_get_timeout (bin) * 1000, on_nothing_came);
  publish_when_ready (bin);
}

static void
on_described (GstJanusPeer *peer, const GstSDPMessage *sdp, gpointer user_data)
{
  GstJanusSink *self = user_data;
  GstSDPMessage *offer;
  g_autofree gchar *text = NULL;

  if (!gst_janus_bin_get_talk (user_data))
    return;
  gst_sdp_message_copy (sdp, &offer);
  if (gst_janus_bin_get_signalling (user_data) == GST_JANUS_SIGNALLING_PERC)
    gst_janus_sdp_unreject_bundled (offer);
  text = gst_sdp_message_as_text (offer);
  GST_LOG_OBJECT (user_data, "offer:\n%s", text);
  GST_JANUS_SINK_GET_CLASS (self)->publish (
      self, offer, text, gst_janus_streams_are_encrypted (PRIV (self)->streams));
  gst_sdp_message_free (offer);
}

static void
on_candidate (
    GstJanusPeer *peer, const gchar *candidate, const gchar *mid, guint mline, gpointer user_data)
{
  gpointer talk = gst_janus_bin_get_talk (user_data);

  if (talk)
    GST_JANUS_SINK_GET_CLASS (user_data)->trickle (talk, candidate, mid, mline);
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
          "The server does not allow the codec of our %s (stream %u of %u)",
          stream->type ? stream->type : "media", i + 1, streams->len);
  }
  return NULL;
}

void
gst_janus_sink_take_answer (GstJanusSink *self, const gchar *sdp, const GPtrArray *streams)
{
  g_autoptr (GError) error = NULL;

  GST_LOG_OBJECT (self, "answer:\n%s", sdp);
  if (gst_janus_peer_set_answer (PRIV (self)->peer, sdp, &error))
    error = check_streams (streams);
  if (error)
    gst_janus_bin_fail (GST_JANUS_BIN (self), error);
}

void
gst_janus_sink_open_when_ready (GstJanusSink *self)
{
  GstJanusSinkPrivate *priv = PRIV (self);
  GstJanusBin *bin = GST_JANUS_BIN (self);

  if (!priv->connected || gst_janus_bin_get_state (bin) != GST_JANUS_STATE_NEGOTIATING ||
      !GST_JANUS_SINK_GET_CLASS (self)->may_open (self))
    return;
  gst_janus_bin_set_deadline (bin, 0, NULL);
  gst_janus_streams_open (priv->streams);
  gst_janus_bin_set_state (bin, GST_JANUS_STATE_CONNECTED);
}

void
gst_janus_sink_server_is_up (GstJanusSink *self)
{
  GstJanusSinkPrivate *priv = PRIV (self);

  if (priv->peer)
    gst_janus_peer_server_is_up (priv->peer);
}

static void
on_connected (GstJanusPeer *peer, gpointer user_data)
{
  GstJanusSink *self = user_data;
  GstJanusSinkPrivate *priv = PRIV (self);

  priv->connected = TRUE;
  if (GST_JANUS_SINK_GET_CLASS (self)->connected)
    GST_JANUS_SINK_GET_CLASS (self)->connected (self);
  gst_janus_sink_open_when_ready (self);
}

static void
on_peer_failed (GstJanusPeer *peer, const GError *error, gpointer user_data)
{
  gst_janus_bin_fail (user_data, error);
}

static const GstJanusPeerHandlers peer_handlers = {.described = on_described,
    .candidate = on_candidate,
    .connected = on_connected,
    .failed = on_peer_failed};

static void
gst_janus_sink_drop (GstJanusBin *bin)
{
  GstJanusSink *self = GST_JANUS_SINK (bin);
  GstJanusSinkPrivate *priv = PRIV (self);

  gst_janus_clear_source (&priv->warning);
  /* Before that which the data goes to. */
  gst_janus_streams_close (priv->streams);
  g_clear_pointer (&priv->peer, gst_janus_peer_close);
  priv->connected = FALSE;
}

static void
on_left (GstJanusBin *bin)
{
  gst_element_post_message (GST_ELEMENT (bin), gst_message_new_eos (GST_OBJECT (bin)));
}

static gboolean
on_lingered (gpointer user_data)
{
  GstJanusBin *bin = user_data;

  if (gst_janus_bin_get_state (bin) != GST_JANUS_STATE_FAILED)
    gst_janus_bin_set_state (bin, GST_JANUS_STATE_ENDED);
  gst_janus_bin_stop_retrying (bin);
  if (gst_janus_bin_get_talk (bin))
    gst_janus_bin_leave (bin, on_left);
  else
    on_left (bin);
  /* Nothing comes over the connection any more, which is no loss. */
  gst_janus_sink_drop (bin);
  return G_SOURCE_REMOVE;
}

static void
on_eos (GstJanusBin *bin)
{
  GstJanusSink *self = GST_JANUS_SINK (bin);
  GstJanusSinkPrivate *priv = PRIV (self);

  if (priv->linger)
    return;
  priv->linger = gst_janus_bin_add_timeout (GST_JANUS_BIN (self), LINGER_MSECONDS, on_lingered);
}

static void
gst_janus_sink_stop (GstJanusBin *bin)
{
  GstJanusSink *self = GST_JANUS_SINK (bin);
  GstJanusSinkPrivate *priv = PRIV (self);

  gst_janus_clear_source (&priv->linger);
  gst_janus_streams_reset (priv->streams);
}

static void
gst_janus_sink_add_stats (GstJanusBin *bin, GstStructure *stats)
{
  GstJanusSink *self = GST_JANUS_SINK (bin);
  GstJanusSinkPrivate *priv = PRIV (self);

  gst_structure_set (stats, "packets-dropped", G_TYPE_UINT64,
      gst_janus_streams_get_n_dropped (priv->streams), NULL);
}

/* ---- Element ---- */

static GstPad *
gst_janus_sink_request_new_pad (
    GstElement *element, GstPadTemplate *templ, const gchar *name, const GstCaps *caps)
{
  GstJanusSink *self = GST_JANUS_SINK (element);
  GstJanusSinkPrivate *priv = PRIV (self);
  GstPad *pad = gst_janus_streams_add (priv->streams, templ, name);

  if (pad && !gst_element_add_pad (element, pad)) {
    gst_janus_streams_remove (priv->streams, pad);
    gst_object_unref (gst_object_ref_sink (pad));
    return NULL;
  }
  return pad;
}

static void
gst_janus_sink_release_pad (GstElement *element, GstPad *pad)
{
  GstJanusSink *self = GST_JANUS_SINK (element);
  GstJanusSinkPrivate *priv = PRIV (self);

  gst_pad_set_active (pad, FALSE);
  gst_janus_streams_remove (priv->streams, pad);
  gst_element_remove_pad (element, pad);
}

static void
gst_janus_sink_handle_message (GstBin *bin, GstMessage *message)
{
  /* The sinks within webrtcbin have nothing to say on the end: we post EOS once we have left. */
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS) {
    gst_message_unref (message);
    return;
  }
  GST_BIN_CLASS (gst_janus_sink_parent_class)->handle_message (bin, message);
}

static void
gst_janus_sink_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_ALLOW_PLAINTEXT)
    gst_janus_streams_set_allow_plaintext (
        PRIV (GST_JANUS_SINK (object))->streams, g_value_get_boolean (value));
  else
    G_OBJECT_CLASS (gst_janus_sink_parent_class)->set_property (object, prop_id, value, pspec);
}

static void
gst_janus_sink_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_ALLOW_PLAINTEXT)
    g_value_set_boolean (
        value, gst_janus_streams_get_allow_plaintext (PRIV (GST_JANUS_SINK (object))->streams));
  else
    G_OBJECT_CLASS (gst_janus_sink_parent_class)->get_property (object, prop_id, value, pspec);
}

static void
gst_janus_sink_finalize (GObject *object)
{
  GstJanusSink *self = GST_JANUS_SINK (object);
  GstJanusSinkPrivate *priv = PRIV (self);

  gst_janus_streams_free (priv->streams);

  G_OBJECT_CLASS (gst_janus_sink_parent_class)->finalize (object);
}

static gboolean
gst_janus_sink_check_settings (GstJanusBin *bin, GError **error)
{
  GstJanusSink *self = GST_JANUS_SINK (bin);
  GstJanusSinkPrivate *priv = PRIV (self);
  const gchar *what = NULL;

  if (gst_janus_streams_is_empty (priv->streams))
    what = "Nothing is linked to this element: it has no pads, and nothing to publish. Behind an "
           "element whose pads come later, such as mjrdemux, put a queue";
  else if (gst_janus_streams_get_allow_plaintext (priv->streams) &&
           gst_janus_bin_get_signalling (bin) == GST_JANUS_SIGNALLING_PERC)
    what = "allow-plaintext=true contradicts signalling=perc, which tells the server that all is "
           "encrypted";
  if (what)
    g_set_error_literal (error, JANUS_ERROR, JANUS_ERROR_SETTINGS, what);
  return !what;
}

static gboolean
gst_janus_sink_may_open (GstJanusSink *self)
{
  return TRUE;
}

static void
gst_janus_sink_class_init (GstJanusSinkClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstJanusBinClass *janus_class = GST_JANUS_BIN_CLASS (klass);

  object_class->set_property = gst_janus_sink_set_property;
  object_class->get_property = gst_janus_sink_get_property;
  object_class->finalize = gst_janus_sink_finalize;
  element_class->request_new_pad = gst_janus_sink_request_new_pad;
  element_class->release_pad = gst_janus_sink_release_pad;
  GST_BIN_CLASS (klass)->handle_message = gst_janus_sink_handle_message;
  janus_class->drop = gst_janus_sink_drop;
  janus_class->stop = gst_janus_sink_stop;
  janus_class->add_stats = gst_janus_sink_add_stats;
  janus_class->check_settings = gst_janus_sink_check_settings;
  klass->may_open = gst_janus_sink_may_open;

  /**
   * GstJanusSink:allow-plaintext:
   *
   * Since: 0.1
   */
  g_object_class_install_property (object_class, PROP_ALLOW_PLAINTEXT,
      g_param_spec_boolean ("allow-plaintext", "Allow plaintext",
          "Also publish streams that did not come through perclitenc, which the server can see and "
          "hear",
          DEFAULT_ALLOW_PLAINTEXT,
          (GParamFlags) (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)));

  gst_element_class_add_static_pad_template (element_class, &sink_template);
  gst_type_mark_as_plugin_api (GST_TYPE_JANUS_SINK, (GstPluginAPIFlags) 0);
}

static const GstJanusStreamsHandlers streams_handlers = {publish_when_ready, on_eos};

static void
gst_janus_sink_init (GstJanusSink *self)
{
  GstJanusSinkPrivate *priv = PRIV (self);
  priv->streams = gst_janus_streams_new (GST_JANUS_BIN (self), &streams_handlers);
  gst_janus_streams_set_allow_plaintext (priv->streams, DEFAULT_ALLOW_PLAINTEXT);

  /* Not a source, for all that webrtcbin receives. */
  gst_bin_set_suppressed_flags (
      GST_BIN (self), (GstElementFlags) (GST_ELEMENT_FLAG_SOURCE | GST_ELEMENT_FLAG_SINK));
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SINK);
}
