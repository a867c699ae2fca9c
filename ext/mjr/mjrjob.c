/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjrjob.c - makes one movie, without decoding what is in it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "mjrjob.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

struct _MjrJob {
  const MjrMovie *movie;
  MjrJobFunc func;
  gpointer user_data;
  gchar *path;
  gchar *part; /* where it is written to until it is complete; NULL afterwards */
  GstElement *pipeline;
  GPtrArray *decrypters; /* of GstElement */
  guint watch;
  gint *frames; /* by track; atomic */
};

/* From RTP to what muxers take. Parsers find what muxers need to know in the stream itself. Some
 * senders put a marker behind the parameter sets, as if these were a picture: with them taken out
 * of the stream a keyframe is in one piece all the same. */
static const struct {
  const gchar *codec;
  const gchar *chain;
  gboolean webm;
} codecs[] = {
    {"opus", "rtpopusdepay ! opusparse", TRUE},
    {"vp8", "rtpvp8depay", TRUE},
    {"vp9", "rtpvp9depay ! vp9parse", TRUE},
    {"h264", "rtph264depay ! video/x-h264,stream-format=avc,alignment=au ! h264parse", FALSE},
    {"h265", "rtph265depay ! video/x-h265,stream-format=hvc1,alignment=au ! h265parse", FALSE},
    {"pcmu", "rtppcmudepay", FALSE},
    {"pcma", "rtppcmadepay", FALSE},
};

static gsize
find_codec (const MjrTrack *track, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (codecs); i++) {
    if (strcmp (codecs[i].codec, track->header->codec) == 0)
      return i;
  }
  g_set_error (error, MJR_ERROR, MJR_ERROR_CODEC,
      "%s is of codec %s, of which no movie can be made", track->path, track->header->codec);
  return G_N_ELEMENTS (codecs);
}

static GstPadProbeReturn
count_frame (GstPad *pad, GstPadProbeInfo *info, gpointer frames)
{
  g_atomic_int_inc ((gint *) frames);
  return GST_PAD_PROBE_OK;
}

/* Properties are set rather than described, so that no path is read as a part of a description. */
static GstElement *
make (MjrJob *job, const gchar *factory, GError **error)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
        "There is no element %s: install the plugin that has it", factory);
    return NULL;
  }
  gst_bin_add (GST_BIN (job->pipeline), element);
  return element;
}

static void
link_pad (GstElement *demux, GstPad *pad, GstElement *next)
{
  g_autoptr (GstPad) sinkpad = gst_element_get_static_pad (next, "sink");

  gst_pad_link (pad, sinkpad);
}

static gboolean
add_track (MjrJob *job, guint i, const MjrJobSettings *settings, GstElement *mux, GError **error)
{
  const MjrTrack *track = g_ptr_array_index (job->movie->tracks, i);
  gsize codec = find_codec (track, error);
  GstElement *src, *demux, *chain, *decrypter = NULL;
  g_autoptr (GstPad) pad = NULL;

  if (codec == G_N_ELEMENTS (codecs) || (src = make (job, "filesrc", error)) == NULL ||
      (demux = make (job, "mjrdemux", error)) == NULL)
    return FALSE;
  g_object_set (src, "location", track->path, NULL);
  g_object_set (demux, "reference-time", (guint64) job->movie->reference, NULL);
  gst_element_link (src, demux);

  chain = gst_parse_bin_from_description (codecs[codec].chain, TRUE, error);
  if (chain == NULL)
    return FALSE;
  gst_bin_add (GST_BIN (job->pipeline), chain);
  if (settings->key_file != NULL) {
    if ((decrypter = make (job, "perclitedec", error)) == NULL)
      return FALSE;
    g_object_set (decrypter, "key-file", settings->key_file, NULL);
    if (settings->suite != NULL)
      gst_util_set_object_arg (G_OBJECT (decrypter), "suite", settings->suite);
    g_ptr_array_add (job->decrypters, gst_object_ref (decrypter));
    gst_element_link (decrypter, chain);
  }
  g_signal_connect (
      demux, "pad-added", G_CALLBACK (link_pad), decrypter != NULL ? decrypter : chain);

  pad = gst_element_get_static_pad (chain, "src");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, count_frame, &job->frames[i], NULL);
  if (!gst_element_link (chain, mux)) {
    g_set_error (error, MJR_ERROR, MJR_ERROR_CODEC,
        "%s is of codec %s, which this kind of file does not take: try --format=mkv", track->path,
        track->header->codec);
    return FALSE;
  }
  return TRUE;
}

/* The end */

/* Packets that came twice, and those without payload, are no loss. */
static guint64
count_dropped (MjrJob *job)
{
  static const gchar *const reasons[] = {"auth-failed", "missing-key", "plaintext", "too-short"};
  guint64 all = 0;

  for (guint i = 0; i < job->decrypters->len; i++) {
    g_autoptr (GstStructure) stats = NULL, drops = NULL;

    g_object_get (g_ptr_array_index (job->decrypters, i), "stats", &stats, NULL);
    gst_structure_get (stats, "drops", GST_TYPE_STRUCTURE, &drops, NULL);
    for (guint r = 0; r < G_N_ELEMENTS (reasons); r++) {
      guint64 dropped = 0;

      gst_structure_get_uint64 (drops, reasons[r], &dropped);
      all += dropped;
    }
  }
  return all;
}

/* Tracks of which nothing is in the movie, although there was something. */
static GError *
check_tracks (MjrJob *job)
{
  gint all = 0;

  for (guint i = 0; i < job->movie->tracks->len; i++) {
    const MjrTrack *track = g_ptr_array_index (job->movie->tracks, i);

    all += job->frames[i];
    if (job->frames[i] == 0 && count_dropped (job) > 0)
      return g_error_new (MJR_ERROR, MJR_ERROR_EMPTY,
          "Nothing of %s could be decrypted: the key is another, or it is not encrypted",
          track->path);
  }
  if (all == 0)
    return g_error_new (MJR_ERROR, MJR_ERROR_EMPTY, "There is nothing in the recordings");
  return NULL;
}

static void
finish (MjrJob *job, const GError *error)
{
  g_autoptr (GError) own = NULL;

  if (error == NULL)
    error = own = check_tracks (job);
  gst_element_set_state (job->pipeline, GST_STATE_NULL);
  if (error == NULL && g_rename (job->part, job->path) != 0)
    error = own = g_error_new (G_IO_ERROR, g_io_error_from_errno (errno), "Cannot write %s: %s",
        job->path, g_strerror (errno));
  if (error == NULL)
    g_clear_pointer (&job->part, g_free);
  job->func (job, error, job->user_data);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  MjrJob *job = user_data;
  g_autoptr (GError) error = NULL;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, NULL);
  else if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_EOS)
    return G_SOURCE_CONTINUE;
  job->watch = 0;
  finish (job, error);
  return G_SOURCE_REMOVE;
}

/* The start */

static const gchar *
choose_format (const MjrMovie *movie, const gchar *format)
{
  if (strcmp (format, "auto") != 0)
    return format;
  for (guint i = 0; i < movie->tracks->len; i++) {
    gsize codec = find_codec (g_ptr_array_index (movie->tracks, i), NULL);

    if (codec < G_N_ELEMENTS (codecs) && !codecs[codec].webm)
      return "mkv";
  }
  return "webm";
}

static gboolean
build (MjrJob *job, const MjrJobSettings *settings, const gchar *format, GError **error)
{
  const gchar *muxer = strcmp (format, "webm") == 0  ? "webmmux"
                       : strcmp (format, "mp4") == 0 ? "mp4mux"
                                                     : "matroskamux";
  GstElement *mux = make (job, muxer, error);
  GstElement *sink = mux != NULL ? make (job, "filesink", error) : NULL;

  if (sink == NULL)
    return FALSE;
  g_object_set (sink, "location", job->part, NULL);
  gst_element_link (mux, sink);
  for (guint i = 0; i < job->movie->tracks->len; i++) {
    if (!add_track (job, i, settings, mux, error))
      return FALSE;
  }
  return TRUE;
}

MjrJob *
mjr_job_new (const MjrMovie *movie, const MjrJobSettings *settings, MjrJobFunc func,
    gpointer user_data, GError **error)
{
  const gchar *format = choose_format (movie, settings->format);
  g_autofree gchar *name = g_strdup_printf ("%s.%s", movie->name, format);
  MjrJob *job = g_new0 (MjrJob, 1);
  g_autoptr (GstBus) bus = NULL;

  job->movie = movie;
  job->func = func;
  job->user_data = user_data;
  job->path = g_build_filename (settings->directory, name, NULL);
  job->part = g_strconcat (job->path, ".part", NULL);
  job->frames = g_new0 (gint, movie->tracks->len);
  job->decrypters = g_ptr_array_new_with_free_func (gst_object_unref);
  job->pipeline = gst_object_ref_sink (gst_pipeline_new (NULL));
  if (!build (job, settings, format, error)) {
    mjr_job_free (job);
    return NULL;
  }
  bus = gst_element_get_bus (job->pipeline);
  job->watch = gst_bus_add_watch (bus, on_message, job);
  /* What fails here is told by a message. */
  gst_element_set_state (job->pipeline, GST_STATE_PLAYING);
  return job;
}

void
mjr_job_free (MjrJob *job)
{
  if (job->watch != 0)
    g_source_remove (job->watch);
  gst_element_set_state (job->pipeline, GST_STATE_NULL);
  gst_object_unref (job->pipeline);
  g_ptr_array_unref (job->decrypters);
  if (job->part != NULL)
    g_unlink (job->part);
  g_free (job->frames);
  g_free (job->part);
  g_free (job->path);
  g_free (job);
}

gboolean
mjr_job_knows_suite (const gchar *suite)
{
  GstElement *element = gst_element_factory_make ("perclitedec", NULL);
  GParamSpec *pspec;
  gboolean known;

  /* That it is missing is told when it is needed. */
  if (element == NULL)
    return TRUE;
  pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), "suite");
  known = g_enum_get_value_by_nick (G_PARAM_SPEC_ENUM (pspec)->enum_class, suite) != NULL;
  gst_object_unref (element);
  return known;
}

guint64
mjr_job_get_undecrypted (MjrJob *job)
{
  return count_dropped (job);
}

const gchar *
mjr_job_get_path (const MjrJob *job)
{
  return job->path;
}

gdouble
mjr_job_get_progress (MjrJob *job)
{
  gint64 position = 0, duration = 0;

  if (!gst_element_query_position (job->pipeline, GST_FORMAT_TIME, &position) ||
      !gst_element_query_duration (job->pipeline, GST_FORMAT_TIME, &duration) || duration <= 0)
    return 0;
  return CLAMP ((gdouble) position / (gdouble) duration, 0, 1);
}

gchar *
mjr_job_describe (MjrJob *job)
{
  guint64 dropped = count_dropped (job);
  gint frames[] = {0, 0};
  gchar *text, *more;

  for (guint i = 0; i < job->movie->tracks->len; i++) {
    const MjrTrack *track = g_ptr_array_index (job->movie->tracks, i);

    frames[track->header->media] += job->frames[i];
  }
  text =
      g_strdup_printf ("%d pictures, %d sounds", frames[MJR_MEDIA_VIDEO], frames[MJR_MEDIA_AUDIO]);
  if (dropped == 0)
    return text;
  more =
      g_strdup_printf ("%s, %" G_GUINT64_FORMAT " packets could not be decrypted", text, dropped);
  g_free (text);
  return more;
}
