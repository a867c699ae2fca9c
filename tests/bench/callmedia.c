/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* callmedia.c - some seconds of encoded picture and sound, and a source that repeats them for
 * ever. */

#include "callmedia.h"

#include <gst/app/app.h>
#include <stdio.h>
#include <stdlib.h>

#define SECONDS 2
#define PICTURE (GST_SECOND / 30)
#define SOUND (20 * GST_MSECOND)

typedef struct {
  const gchar *name; /* of the appsrc */
  GstClockTime duration;
  GPtrArray *frames; /* of GstBuffer */
  GstCaps *caps;
  guint64 next;
} Track;

struct _CallMedia {
  Track video, audio;
};

static void
give_up (const gchar *what, const GError *error)
{
  fprintf (stderr, "%s: %s\n", what, error != NULL ? error->message : "failed");
  exit (1);
}

static GstElement *parse (const gchar *format, ...) G_GNUC_PRINTF (1, 2);

static GstElement *
parse (const gchar *format, ...)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;
  GstElement *pipeline;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  pipeline = gst_parse_launch (text, &error);
  if (pipeline == NULL || error != NULL)
    give_up (text, error);
  return pipeline;
}

static void
run_to_end (GstElement *pipeline, const gchar *path)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  message =
      gst_bus_timed_pop_filtered (bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    give_up (path, NULL);
}

static void
end (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

void
call_media_make (const gchar *path)
{
  GstElement *pipeline = parse (
      "videotestsrc num-buffers=%d ! video/x-raw," CALL_MEDIA_RATE " ! " CALL_MEDIA_VP8 (
          "30") " ! queue ! webmmux name=m ! filesink location=%s  audiotestsrc num-buffers=%d "
                "samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=1 ! opusenc ! queue ! m.",
      (gint) (SECONDS * GST_SECOND / PICTURE), path, (gint) (SECONDS * GST_SECOND / SOUND));

  run_to_end (pipeline, path);
  end (pipeline);
}

static GstFlowReturn
on_frame (GstAppSink *sink, gpointer user_data)
{
  g_autoptr (GstSample) sample = gst_app_sink_pull_sample (sink);
  Track *track = user_data;

  gst_caps_replace (&track->caps, gst_sample_get_caps (sample));
  g_ptr_array_add (track->frames, gst_buffer_ref (gst_sample_get_buffer (sample)));
  return GST_FLOW_OK;
}

static void
read_track (GstElement *pipeline, Track *track)
{
  g_autoptr (GstElement) sink = gst_bin_get_by_name (GST_BIN (pipeline), track->name);
  GstAppSinkCallbacks callbacks = {.new_sample = on_frame};

  track->frames = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  gst_app_sink_set_callbacks (GST_APP_SINK (sink), &callbacks, track, NULL);
}

CallMedia *
call_media_new (const gchar *path)
{
  CallMedia *self = g_new0 (CallMedia, 1);
  GstElement *pipeline = parse ("filesrc location=%s ! matroskademux name=d  "
                                "d.video_0 ! queue ! appsink name=video sync=false  "
                                "d.audio_0 ! queue ! appsink name=audio sync=false",
      path);

  self->video = (Track){.name = "video", .duration = PICTURE};
  self->audio = (Track){.name = "audio", .duration = SOUND};
  read_track (pipeline, &self->video);
  read_track (pipeline, &self->audio);
  run_to_end (pipeline, path);
  end (pipeline);
  return self;
}

static void
track_clear (Track *track)
{
  g_ptr_array_unref (track->frames);
  gst_clear_caps (&track->caps);
}

void
call_media_free (CallMedia *self)
{
  track_clear (&self->video);
  track_clear (&self->audio);
  g_free (self);
}

static void
on_need_data (GstAppSrc *source, guint size, gpointer user_data)
{
  Track *track = user_data;
  GstBuffer *frame =
      gst_buffer_copy (g_ptr_array_index (track->frames, track->next % track->frames->len));

  GST_BUFFER_PTS (frame) = track->next * track->duration;
  GST_BUFFER_DTS (frame) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION (frame) = track->duration;
  track->next++;
  gst_app_src_push_buffer (source, frame);
}

static void
attach_track (GstElement *pipeline, Track *track)
{
  g_autoptr (GstElement) source = gst_bin_get_by_name (GST_BIN (pipeline), track->name);
  GstAppSrcCallbacks callbacks = {.need_data = on_need_data};

  g_object_set (source, "caps", track->caps, "format", GST_FORMAT_TIME, NULL);
  gst_app_src_set_callbacks (GST_APP_SRC (source), &callbacks, track, NULL);
}

void
call_media_attach (CallMedia *self, GstElement *pipeline)
{
  attach_track (pipeline, &self->video);
  attach_track (pipeline, &self->audio);
}
