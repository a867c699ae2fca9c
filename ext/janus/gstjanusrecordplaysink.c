/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* janusrecordplaysink: has RTP streams recorded by the Record & Play plugin of a Janus server. */

/**
 * SECTION:element-janusrecordplaysink
 * @title: janusrecordplaysink
 * @see_also: janusrecordplaysrc, janusvideoroomsink, perclitenc
 *
 * Has RTP streams recorded by the Record & Play plugin of a Janus WebRTC server, and does all the
 * signalling for it: one pad for sound, one for the picture. The recording is what was sent,
 * encrypted, and is flagged as such.
 *
 * Streams have to be encrypted end to end, as for janusvideoroomsink: see there for that, and for
 * what becomes of streams that are live and of such that are not. At EOS the element ends the
 * recording before it lets the pipeline end.
 *
 * ## Example
 * |[
 * gst-launch-1.0 -e videotestsrc is-live=true ! videoconvert ! vp8enc deadline=1 ! rtpvp8pay pt=105 mtu=1170 ! perclitenc key-file=room.key ! janusrecordplaysink janus-endpoint=wss://sfu.example:8989/ recording-name=talk
 * ]| Records an encrypted test picture as "talk".
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanusrecordplaysink.h"
#include "janusrecordplay.h"

GST_DEBUG_CATEGORY_STATIC (gst_janus_record_play_sink_debug);
#define GST_CAT_DEFAULT gst_janus_record_play_sink_debug

struct _GstJanusRecordPlaySink {
  GstJanusSink parent;
};

G_DEFINE_TYPE_WITH_CODE (GstJanusRecordPlaySink, gst_janus_record_play_sink, GST_TYPE_JANUS_SINK,
    GST_DEBUG_CATEGORY_INIT (
        gst_janus_record_play_sink_debug, "janusrecordplaysink", 0, "Janus Record & Play sink"));

GST_ELEMENT_REGISTER_DEFINE (
    janusrecordplaysink, "janusrecordplaysink", GST_RANK_NONE, GST_TYPE_JANUS_RECORD_PLAY_SINK);

/* ---- Signalling thread ---- */

static void
on_attached (gpointer user_data)
{
  gst_janus_sink_start (user_data);
}

static void
gst_janus_record_play_sink_publish (
    GstJanusSink *sink, const GstSDPMessage *offer, const gchar *text, gboolean encrypted)
{
  GstJanusBin *bin = GST_JANUS_BIN (sink);
  g_autofree gchar *id = NULL, *name = NULL;

  gst_janus_bin_get_recording (bin, &id, &name);
  /* The plugin wants one. */
  if (!name) {
    g_autoptr (GDateTime) now = g_date_time_new_now_local ();

    name = g_date_time_format (now, "%Y-%m-%d %H:%M:%S");
  }
  janus_record_play_record (gst_janus_bin_get_talk (bin), id, name, text, encrypted);
}

static void
gst_janus_record_play_sink_trickle (
    gpointer talk, const gchar *candidate, const gchar *mid, guint mline)
{
  janus_record_play_trickle (talk, candidate, mid, mline);
}

static void
on_recording (const gchar *id, const gchar *sdp, gpointer user_data)
{
  GST_INFO_OBJECT (user_data, "recorded as %s", id);
  gst_janus_bin_set_active (user_data, id);
  gst_janus_sink_take_answer (user_data, sdp, NULL);
}

static void
on_webrtcup (gpointer user_data)
{
  GST_DEBUG_OBJECT (user_data, "the server sees the connection up");
  gst_janus_sink_server_is_up (user_data);
}

static const JanusRecordPlayHandlers record_play_handlers = {
    .attached = on_attached,
    .recording = on_recording,
    .webrtcup = on_webrtcup,
    .failed = gst_janus_bin_on_failed,
};

static gpointer
gst_janus_record_play_sink_make_talk (GstJanusBin *bin, const GstJanusSettings *settings)
{
  return janus_record_play_new (&settings->session, &record_play_handlers, bin);
}

static void
gst_janus_record_play_sink_begin_talk (gpointer talk)
{
  janus_record_play_begin (talk);
}

static guint
gst_janus_record_play_sink_get_round_trip (gpointer talk)
{
  return janus_record_play_get_round_trip (talk);
}

static void
gst_janus_record_play_sink_leave_talk (gpointer talk, GDestroyNotify done, gpointer data)
{
  janus_record_play_leave (talk, done, data);
}

/* ---- Element ---- */

static void
gst_janus_record_play_sink_class_init (GstJanusRecordPlaySinkClass *klass)
{
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstJanusBinClass *janus_class = GST_JANUS_BIN_CLASS (klass);
  GstJanusSinkClass *sink_class = GST_JANUS_SINK_CLASS (klass);

  gst_janus_bin_class_set_kind (janus_class, GST_JANUS_KIND_RECORD_PLAY);
  janus_class->make_talk = gst_janus_record_play_sink_make_talk;
  janus_class->begin_talk = gst_janus_record_play_sink_begin_talk;
  janus_class->get_round_trip = gst_janus_record_play_sink_get_round_trip;
  janus_class->leave_talk = gst_janus_record_play_sink_leave_talk;
  sink_class->publish = gst_janus_record_play_sink_publish;
  sink_class->trickle = gst_janus_record_play_sink_trickle;

  gst_element_class_set_static_metadata (element_class, "Janus Record & Play sink",
      "Sink/Network/WebRTC", "Has RTP streams recorded by a Janus server",
      "gst-perclite developers");
}

static void
gst_janus_record_play_sink_init (GstJanusRecordPlaySink *self)
{
}
