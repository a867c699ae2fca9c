/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* janusrecordplaysrc: receives a recording of the Record & Play plugin of a Janus server, as RTP
 * streams. */

/**
 * SECTION:element-janusrecordplaysrc
 * @title: janusrecordplaysrc
 * @see_also: janusrecordplaysink, janusvideoroomsrc, perclitedec
 *
 * Has the Record & Play plugin of a Janus WebRTC server play a recording, and does all the
 * signalling for it. Pads `video_%u` and `audio_%u` appear with their full caps once media arrives,
 * as those of janusvideoroomsrc. At the end of the recording they get EOS.
 *
 * Which recording: the one with #GstJanusBin:recording-id, else the newest whose name is
 * #GstJanusBin:recording-name. With neither of them the error tells which there are. See also
 * #GstJanusRecordPlaySrc:recordings.
 *
 * ## Example
 * |[
 * gst-launch-1.0 janusrecordplaysrc name=s janus-endpoint=wss://sfu.example:8989/ recording-name=talk s. ! application/x-rtp,media=video ! perclitedec key-file=room.key ! rtpvp8depay ! vp8dec ! videoconvert ! autovideosink
 * ]| Shows the encrypted recording "talk".
 *
 * Since: 0.1
 */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanusrecordplaysrc.h"
#include "janusrecordplay.h"

GST_DEBUG_CATEGORY_STATIC (gst_janus_record_play_src_debug);
#define GST_CAT_DEFAULT gst_janus_record_play_src_debug

/* Of an error that names recordings. */
#define MAX_NAMED 20

enum { PROP_RECORDINGS = GST_JANUS_PROPS_OF_ELEMENT };

enum { SIGNAL_UPDATE_RECORDINGS, N_SIGNALS };

static GParamSpec *recordings_property;
static guint signals[N_SIGNALS];

struct _GstJanusRecordPlaySrc {
  GstJanusSrc parent;

  /* Under the object lock. */
  GValue recordings; /* a GST_TYPE_ARRAY of GstStructure */

  /* Of the signalling thread. */
  gboolean listening; /* the server lists its recordings if it is asked to */
  gboolean chosen;    /* which one to play */
  GstJanusReception *reception;
};

G_DEFINE_TYPE_WITH_CODE (GstJanusRecordPlaySrc, gst_janus_record_play_src, GST_TYPE_JANUS_SRC,
    GST_DEBUG_CATEGORY_INIT (
        gst_janus_record_play_src_debug, "janusrecordplaysrc", 0, "Janus Record & Play source"));

GST_ELEMENT_REGISTER_DEFINE (
    janusrecordplaysrc, "janusrecordplaysrc", GST_RANK_NONE, GST_TYPE_JANUS_RECORD_PLAY_SRC);

/* ---- Signalling thread ---- */

static void
choose (GstJanusRecordPlaySrc *self, const gchar *id, const gchar *name)
{
  GstJanusBin *bin = GST_JANUS_BIN (self);
  g_autofree gchar *in_words = name ? g_strdup_printf ("recording %s (\"%s\")", id, name)
                                    : g_strdup_printf ("recording %s", id);
  const GstJanusReceptionInfo info = {.in_words = in_words};

  self->chosen = TRUE;
  gst_janus_bin_set_active (bin, id);
  gst_janus_bin_set_state (bin, GST_JANUS_STATE_NEGOTIATING);
  self->reception = gst_janus_src_begin (GST_JANUS_SRC (self), &info, self);
  janus_record_play_play (gst_janus_bin_get_talk (bin), id);
}

static void
on_attached (gpointer user_data)
{
  GstJanusRecordPlaySrc *self = user_data;
  g_autofree gchar *id = NULL, *name = NULL;

  self->listening = TRUE;
  gst_janus_bin_set_deadline (user_data, 0, NULL);
  gst_janus_bin_set_state (user_data, GST_JANUS_STATE_WAITING);
  gst_janus_bin_get_recording (user_data, &id, &name);
  if (id)
    choose (self, id, NULL);
  else
    janus_record_play_list (gst_janus_bin_get_talk (user_data));
}

/* The recordings as GValue, for applications. */
static void
describe_recordings (const GPtrArray *recordings, GValue *list)
{
  guint i;

  g_value_init (list, GST_TYPE_ARRAY);
  for (i = 0; i < recordings->len; i++) {
    const JanusRecording *recording = g_ptr_array_index (recordings, i);
    GValue value = G_VALUE_INIT;

    g_value_init (&value, GST_TYPE_STRUCTURE);
    g_value_take_boxed (&value,
        gst_structure_new ("recording", "id", G_TYPE_STRING, recording->id, "name", G_TYPE_STRING,
            recording->name, "date", G_TYPE_STRING, recording->date, "audio-codec", G_TYPE_STRING,
            recording->audio_codec, "video-codec", G_TYPE_STRING, recording->video_codec, NULL));
    gst_value_array_append_and_take_value (list, &value);
  }
}

static void
tell_recordings (GstJanusRecordPlaySrc *self, const GPtrArray *recordings)
{
  GValue list = G_VALUE_INIT;
  GstStructure *structure;

  describe_recordings (recordings, &list);
  structure = gst_structure_new_empty ("janus-recordings");
  gst_structure_set_value (structure, "recordings", &list);
  GST_OBJECT_LOCK (self);
  g_value_unset (&self->recordings);
  self->recordings = list;
  GST_OBJECT_UNLOCK (self);

  g_object_notify_by_pspec (G_OBJECT (self), recordings_property);
  gst_element_post_message (
      GST_ELEMENT (self), gst_message_new_element (GST_OBJECT (self), structure));
}

/* The newest of NAME. Dates are such that the later is the greater text. */
static const JanusRecording *
find_recording (const GPtrArray *recordings, const gchar *name)
{
  const JanusRecording *newest = NULL;
  guint i;

  for (i = 0; i < recordings->len; i++) {
    const JanusRecording *recording = g_ptr_array_index (recordings, i);

    if (g_strcmp0 (recording->name, name) == 0 &&
        (!newest || g_strcmp0 (recording->date, newest->date) > 0))
      newest = recording;
  }
  return newest;
}

static gchar *
name_recordings (const GPtrArray *recordings)
{
  GString *text = g_string_new (NULL);
  guint i;

  for (i = 0; i < recordings->len && i < MAX_NAMED; i++) {
    const JanusRecording *recording = g_ptr_array_index (recordings, i);

    g_string_append_printf (text, "%s%s \"%s\"", i > 0 ? ", " : "", recording->id,
        recording->name ? recording->name : "");
  }
  if (i < recordings->len)
    g_string_append_printf (text, ", and %u more", recordings->len - i);
  return g_string_free (text, FALSE);
}

static void
on_listed (const GPtrArray *recordings, gpointer user_data)
{
  GstJanusRecordPlaySrc *self = user_data;
  const JanusRecording *recording;
  g_autofree gchar *id = NULL, *name = NULL, *all = NULL;
  g_autoptr (GError) error = NULL;

  tell_recordings (self, recordings);
  if (self->chosen || !gst_janus_bin_get_talk (user_data))
    return;

  gst_janus_bin_get_recording (user_data, &id, &name);
  recording = name ? find_recording (recordings, name) : NULL;
  if (recording) {
    choose (self, recording->id, name);
    return;
  }
  all = recordings->len > 0 ? name_recordings (recordings) : g_strdup ("none");
  error = name ? g_error_new (JANUS_ERROR, JANUS_ERROR_NO_RECORDING,
                     "The server has no recording of the name \"%s\", of these: %s", name, all)
               : g_error_new (JANUS_ERROR, JANUS_ERROR_NO_RECORDING,
                     "No recording is chosen. The server has these: %s", all);
  gst_janus_bin_fail (user_data, error);
}

static void
on_offered (const gchar *id, const gchar *sdp, const gchar *warning, gpointer user_data)
{
  GstJanusRecordPlaySrc *self = user_data;

  if (warning)
    GST_ELEMENT_WARNING (self, STREAM, FAILED,
        ("Part of recording %s is missing: the server says \"%s\"", id, warning), (NULL));
  if (self->reception)
    gst_janus_reception_take_offer (self->reception, sdp, gst_janus_src_get_latency (user_data));
}

static void
gst_janus_record_play_src_answer (GstJanusBin *bin, gpointer origin, const gchar *sdp)
{
  gpointer talk = gst_janus_bin_get_talk (bin);

  if (talk)
    janus_record_play_start (talk, sdp);
}

static void
gst_janus_record_play_src_trickle (
    GstJanusBin *bin, gpointer origin, const gchar *candidate, const gchar *mid, guint mline)
{
  gpointer talk = gst_janus_bin_get_talk (bin);

  if (talk)
    janus_record_play_trickle (talk, candidate, mid, mline);
}

static void
gst_janus_record_play_src_request_keyframe (GstJanusBin *bin, gpointer origin, const gchar *mid)
{
  GST_LOG_OBJECT (bin, "a recording has the keyframes that it has");
}

static void
gst_janus_record_play_src_connected (GstJanusBin *bin, gpointer origin)
{
  gst_janus_bin_set_state (bin, GST_JANUS_STATE_CONNECTED);
}

static void
gst_janus_record_play_src_failed (GstJanusBin *bin, gpointer origin, const GError *error)
{
  gst_janus_bin_fail (bin, error);
}

static void
gst_janus_record_play_src_ended (GstJanusBin *bin, gpointer origin)
{
  gst_janus_src_finish (GST_JANUS_SRC (bin), "The recording has ended");
}

static void
on_webrtcup (gpointer user_data)
{
  GstJanusRecordPlaySrc *self = user_data;

  GST_DEBUG_OBJECT (self, "the server sees the connection up");
  if (self->reception)
    gst_janus_reception_server_is_up (self->reception);
}

static void
on_done (gpointer user_data)
{
  GstJanusRecordPlaySrc *self = user_data;

  if (self->reception)
    gst_janus_reception_end (self->reception);
}

static const JanusRecordPlayHandlers record_play_handlers = {
    .attached = on_attached,
    .listed = on_listed,
    .offered = on_offered,
    .webrtcup = on_webrtcup,
    .done = on_done,
    .failed = gst_janus_bin_on_failed,
};

static gpointer
gst_janus_record_play_src_make_talk (GstJanusBin *bin, const GstJanusSettings *settings)
{
  return janus_record_play_new (&settings->session, &record_play_handlers, bin);
}

static void
gst_janus_record_play_src_begin_talk (gpointer talk)
{
  janus_record_play_begin (talk);
}

static guint
gst_janus_record_play_src_get_round_trip (gpointer talk)
{
  return janus_record_play_get_round_trip (talk);
}

static void
gst_janus_record_play_src_leave_talk (gpointer talk, GDestroyNotify done, gpointer data)
{
  janus_record_play_leave (talk, done, data);
}

static void
gst_janus_record_play_src_drop (GstJanusBin *bin)
{
  GstJanusRecordPlaySrc *self = GST_JANUS_RECORD_PLAY_SRC (bin);

  GST_JANUS_BIN_CLASS (gst_janus_record_play_src_parent_class)->drop (bin);

  self->reception = NULL;
  self->listening = self->chosen = FALSE;
}

static void
list_recordings (GstJanusBin *bin)
{
  if (GST_JANUS_RECORD_PLAY_SRC (bin)->listening)
    janus_record_play_list (gst_janus_bin_get_talk (bin));
}

/* ---- Element ---- */

static void
gst_janus_record_play_src_update_recordings (GstJanusRecordPlaySrc *self)
{
  gst_janus_bin_invoke (GST_JANUS_BIN (self), list_recordings);
}

static void
gst_janus_record_play_src_get_property (
    GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  GstJanusRecordPlaySrc *self = GST_JANUS_RECORD_PLAY_SRC (object);

  if (prop_id != PROP_RECORDINGS) {
    G_OBJECT_CLASS (gst_janus_record_play_src_parent_class)
        ->get_property (object, prop_id, value, pspec);
    return;
  }
  GST_OBJECT_LOCK (self);
  g_value_copy (&self->recordings, value);
  GST_OBJECT_UNLOCK (self);
}

static void
gst_janus_record_play_src_finalize (GObject *object)
{
  g_value_unset (&GST_JANUS_RECORD_PLAY_SRC (object)->recordings);

  G_OBJECT_CLASS (gst_janus_record_play_src_parent_class)->finalize (object);
}

static void
gst_janus_record_play_src_class_init (GstJanusRecordPlaySrcClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GstElementClass *element_class = GST_ELEMENT_CLASS (klass);
  GstJanusBinClass *janus_class = GST_JANUS_BIN_CLASS (klass);
  GstJanusSrcClass *src_class = GST_JANUS_SRC_CLASS (klass);

  object_class->get_property = gst_janus_record_play_src_get_property;
  object_class->finalize = gst_janus_record_play_src_finalize;
  gst_janus_bin_class_set_kind (janus_class, GST_JANUS_KIND_RECORD_PLAY);
  janus_class->make_talk = gst_janus_record_play_src_make_talk;
  janus_class->begin_talk = gst_janus_record_play_src_begin_talk;
  janus_class->get_round_trip = gst_janus_record_play_src_get_round_trip;
  janus_class->leave_talk = gst_janus_record_play_src_leave_talk;
  janus_class->drop = gst_janus_record_play_src_drop;
  src_class->answer = gst_janus_record_play_src_answer;
  src_class->trickle = gst_janus_record_play_src_trickle;
  src_class->request_keyframe = gst_janus_record_play_src_request_keyframe;
  src_class->connected = gst_janus_record_play_src_connected;
  src_class->failed = gst_janus_record_play_src_failed;
  src_class->ended = gst_janus_record_play_src_ended;

  /**
   * GstJanusRecordPlaySrc:recordings:
   *
   * What the server had when it was asked last: at the start without recording-id, and by
   * #GstJanusRecordPlaySrc::update-recordings. A list of structures with the fields `id`, `name`,
   * `date`, `audio-codec` and `video-codec` (strings, unset where the server does not tell). Also
   * posted as `recordings` of an element message "janus-recordings".
   *
   * Since: 0.1
   */
  recordings_property = gst_param_spec_array ("recordings", "Recordings",
      "The server's recordings, when it was asked last",
      g_param_spec_boxed ("recording", "Recording", "One of them", GST_TYPE_STRUCTURE,
          (GParamFlags) (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)),
      (GParamFlags) (G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (object_class, PROP_RECORDINGS, recordings_property);

  /**
   * GstJanusRecordPlaySrc::update-recordings:
   *
   * Asks the server for its recordings, which #GstJanusRecordPlaySrc:recordings has once it has
   * answered. Does nothing without a connection.
   *
   * Since: 0.1
   */
  signals[SIGNAL_UPDATE_RECORDINGS] = g_signal_new_class_handler ("update-recordings",
      G_TYPE_FROM_CLASS (klass), (GSignalFlags) (G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION),
      G_CALLBACK (gst_janus_record_play_src_update_recordings), NULL, NULL, NULL, G_TYPE_NONE, 0);

  gst_element_class_set_static_metadata (element_class, "Janus Record & Play source",
      "Source/Network/WebRTC", "Receives a recording that a Janus server plays",
      "gst-perclite developers");
}

static void
gst_janus_record_play_src_init (GstJanusRecordPlaySrc *self)
{
  g_value_init (&self->recordings, GST_TYPE_ARRAY);
}
