/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One participant of a soak, in a process of its own: does what it is told, and tells what it
 * sees. */

#include "soakside.h"

#include <gst/gst.h>
#include <gst/video/video.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "picturenumber.h"

#define ROLE "--soak-side"

#define RATE 30

/* For who must never be off air: see docs/outages.md. */
#define IMPATIENCE "reconnect-max-delay=500000000 "

/* Keyframes come when they are asked for, and never by themselves. */
#define PUBLISHER                                                                           \
  "janusvideoroomsink name=janus janus-endpoint=%s room-id=%s feed-id=777 "                 \
  "display-name=cam " IMPATIENCE "videotestsrc is-live=true name=pictures ! "               \
  "video/x-raw,format=I420,width=320,height=240,framerate=" G_STRINGIFY (                   \
      RATE) "/1 ! "                                                                         \
            "vp8enc deadline=1 threads=1 target-bitrate=500000 keyframe-max-dist=1000000 "  \
            "min-force-key-unit-interval=100000000 ! rtpvp8pay pt=105 mtu=1170 ! "          \
            "perclitenc key-file=%s ! janus.  "                                             \
            "audiotestsrc is-live=true wave=ticks ! audioconvert ! opusenc ! rtpopuspay ! " \
            "perclitenc key-file=%s ! janus."
#define RECEIVER                                                                     \
  "janusvideoroomsrc name=janus janus-endpoint=%s room-id=%s latency=" G_STRINGIFY ( \
      SOAK_LATENCY) " " IMPATIENCE "%s"
#define VIDEO                                                                             \
  "perclitedec key-file=%s ! rtpvp8depay wait-for-keyframe=true request-keyframe=true ! " \
  "vp8dec threads=1 max-errors=-1 ! video/x-raw,format=I420 ! "                           \
  "fakesink name=pictures sync=false async=false"
#define AUDIO                                                                          \
  "perclitedec key-file=%s ! rtpopusdepay ! opusdec ! audioconvert ! audioresample ! " \
  "audio/x-raw,format=S16LE,rate=48000,channels=1 ! "                                  \
  "fakesink name=sound sync=false async=false"

#define SOUND_RATE 48000
/* What is no silence, and after how much silence the next beep begins. */
#define LOUD 3000
#define SILENT_SAMPLES (SOUND_RATE / 4)

typedef struct {
  SoakSide side;
  const gchar *key_file;
  GstElement *pipeline;
  GMainLoop *loop;
  gint status;

  /* Of streaming threads. */
  guint32 number; /* of the next picture */
  guint silent;   /* samples */
} Side;

static const gchar *const names[SOAK_N_SIDES] = {
    [SOAK_SIDE_PUBLISH] = "publisher",
    [SOAK_SIDE_FOLLOW] = "receiver of one",
    [SOAK_SIDE_ALL] = "receiver of all",
};

const gchar *
soak_side_name (SoakSide side)
{
  return names[side];
}

static void tell (const gchar *format, ...) G_GNUC_PRINTF (1, 2);

/* Any thread. */
static void
tell (const gchar *format, ...)
{
  va_list args;
  g_autofree gchar *text = NULL;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  flockfile (stdout);
  puts (text);
  fflush (stdout);
  funlockfile (stdout);
}

static void
give_up (Side *self, const gchar *text)
{
  tell ("error %s", text);
  self->status = 1;
  g_main_loop_quit (self->loop);
}

/* ---- Pictures and sound ---- */

/* In microseconds. */
static guint64
get_running_time (GstPad *pad, GstBuffer *buffer)
{
  g_autoptr (GstEvent) event = gst_pad_get_sticky_event (pad, GST_EVENT_SEGMENT, 0);
  const GstSegment *segment;

  gst_event_parse_segment (event, &segment);
  return GST_TIME_AS_USECONDS (
      gst_segment_to_running_time (segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer)));
}

static gboolean
map_picture (GstPad *pad, GstBuffer *buffer, GstMapFlags flags, GstVideoFrame *frame)
{
  g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
  GstVideoInfo info;

  return caps && gst_video_info_from_caps (&info, caps) &&
         gst_video_frame_map (frame, &info, buffer, flags);
}

static GstPadProbeReturn
on_picture_made (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Side *self = user_data;
  GstVideoFrame frame;

  info->data = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  if (!map_picture (pad, info->data, GST_MAP_READWRITE, &frame))
    return GST_PAD_PROBE_DROP;
  tell ("sent %u %" G_GINT64_FORMAT " %d", self->number, g_get_monotonic_time (),
      GST_BUFFER_OFFSET (GST_PAD_PROBE_INFO_BUFFER (info)) % RATE == 0);
  picture_number_write (&frame, self->number++);
  gst_video_frame_unmap (&frame);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_picture_decoded (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstVideoFrame frame;
  guint32 number;
  gboolean found;

  if (!map_picture (pad, GST_PAD_PROBE_INFO_BUFFER (info), GST_MAP_READ, &frame))
    return GST_PAD_PROBE_OK;
  found = picture_number_read (&frame, &number);
  gst_video_frame_unmap (&frame);
  if (found)
    tell ("received %u %" G_GINT64_FORMAT " %" G_GUINT64_FORMAT, number, g_get_monotonic_time (),
        get_running_time (pad, GST_PAD_PROBE_INFO_BUFFER (info)));
  else
    tell ("damaged %" G_GINT64_FORMAT, g_get_monotonic_time ());
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_sound_decoded (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Side *self = user_data;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return GST_PAD_PROBE_OK;
  for (gsize i = 0; i < map.size / sizeof (gint16); i++) {
    gboolean loud = ABS ((gint) ((const gint16 *) map.data)[i]) > LOUD;

    if (loud && self->silent >= SILENT_SAMPLES)
      tell ("beep %" G_GUINT64_FORMAT,
          get_running_time (pad, buffer) + i * G_USEC_PER_SEC / SOUND_RATE);
    self->silent = loud ? 0 : self->silent + 1;
  }
  gst_buffer_unmap (buffer, &map);
  return GST_PAD_PROBE_OK;
}

static void
watch (GstElement *bin, const gchar *name, const gchar *pad_name, GstPadProbeCallback callback,
    Side *self)
{
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (bin), name);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, pad_name);

  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, callback, self, NULL);
}

/* ---- Receivers ---- */

/* As an application does: a branch for each pad, for as long as the pad is there. */
static void
on_pad_added (GstElement *src, GstPad *pad, gpointer user_data)
{
  Side *self = user_data;
  gboolean video = g_str_has_prefix (GST_PAD_NAME (pad), "video");
  g_autofree gchar *text = g_strdup_printf (video ? VIDEO : AUDIO, self->key_file);
  g_autoptr (GError) error = NULL;
  GstElement *branch = gst_parse_bin_from_description (text, TRUE, &error);
  g_autoptr (GstPad) sink = NULL;

  if (!branch) {
    give_up (self, error->message);
    return;
  }
  watch (branch, video ? "pictures" : "sound", "sink",
      video ? on_picture_decoded : on_sound_decoded, self);
  gst_bin_add (GST_BIN (self->pipeline), branch);
  sink = gst_element_get_static_pad (branch, "sink");
  gst_element_sync_state_with_parent (branch);
  if (gst_pad_link (pad, sink) != GST_PAD_LINK_OK)
    give_up (self, "a branch cannot be linked");
  g_object_set_data (G_OBJECT (pad), "branch", branch);
}

static void
on_pad_removed (GstElement *src, GstPad *pad, gpointer user_data)
{
  Side *self = user_data;
  GstElement *branch = g_object_get_data (G_OBJECT (pad), "branch");

  if (!branch)
    return;
  gst_element_set_locked_state (branch, TRUE);
  gst_element_set_state (branch, GST_STATE_NULL);
  gst_bin_remove (GST_BIN (self->pipeline), branch);
}

/* ---- What it tells of itself ---- */

static void
tell_error (Side *self, GstMessage *message)
{
  g_autoptr (GError) error = NULL;
  g_autofree gchar *text = NULL;

  gst_message_parse_error (message, &error, NULL);
  text = g_strdup_printf ("%s: %s", GST_MESSAGE_SRC_NAME (message), error->message);
  give_up (self, text);
}

static gboolean
on_message (GstBus *bus, GstMessage *message, gpointer user_data)
{
  Side *self = user_data;
  const GstStructure *s = gst_message_get_structure (message);
  g_autoptr (GError) error = NULL;

  switch (GST_MESSAGE_TYPE (message)) {
    case GST_MESSAGE_ERROR:
      tell_error (self, message);
      break;
    case GST_MESSAGE_WARNING:
      gst_message_parse_warning (message, &error, NULL);
      tell ("warning %s: %s", GST_MESSAGE_SRC_NAME (message), error->message);
      break;
    case GST_MESSAGE_ELEMENT:
      if (gst_structure_has_name (s, "janus-state"))
        tell ("state %s %" G_GINT64_FORMAT, gst_structure_get_string (s, "state"),
            g_get_monotonic_time ());
      break;
    case GST_MESSAGE_EOS:
      g_main_loop_quit (self->loop);
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

static void
obey (Side *self, const gchar *command)
{
  if (g_str_equal (command, "leave")) {
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  } else if (g_str_equal (command, "return")) {
    if (gst_element_set_state (self->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
      give_up (self, "cannot return");
  } else if (g_str_equal (command, "end")) {
    if (!gst_element_send_event (self->pipeline, gst_event_new_eos ()))
      give_up (self, "cannot end");
  }
}

static gboolean
on_command (GIOChannel *channel, GIOCondition condition, gpointer user_data)
{
  Side *self = user_data;
  g_autofree gchar *line = NULL;

  if (g_io_channel_read_line (channel, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL) {
    g_main_loop_quit (self->loop);
    return G_SOURCE_REMOVE;
  }
  obey (self, g_strchomp (line));
  return G_SOURCE_CONTINUE;
}

/* ---- The process ---- */

static gchar *
describe (SoakSide side, const gchar *endpoint, const gchar *room, const gchar *key_file)
{
  switch (side) {
    case SOAK_SIDE_PUBLISH:
      return g_strdup_printf (PUBLISHER, endpoint, room, key_file, key_file);
    case SOAK_SIDE_FOLLOW:
      return g_strdup_printf (RECEIVER "  janus. ! application/x-rtp,media=video ! " VIDEO
                                       "  janus. ! application/x-rtp,media=audio ! " AUDIO,
          endpoint, room, "feed-id=777", key_file, key_file);
    default:
      return g_strdup_printf (RECEIVER, endpoint, room, "feeds=all");
  }
}

static GstElement *
make_pipeline (Side *self, const gchar *text, GError **error)
{
  GstElement *pipeline = gst_parse_launch (text, error);
  g_autoptr (GstElement) janus = NULL;

  if (!pipeline)
    return NULL;
  if (!GST_IS_PIPELINE (pipeline)) {
    GstElement *inner = pipeline;

    pipeline = gst_pipeline_new (NULL);
    gst_bin_add (GST_BIN (pipeline), inner);
  }
  if (self->side == SOAK_SIDE_PUBLISH) {
    watch (pipeline, "pictures", "src", on_picture_made, self);
  } else if (self->side == SOAK_SIDE_FOLLOW) {
    watch (pipeline, "pictures", "sink", on_picture_decoded, self);
    watch (pipeline, "sound", "sink", on_sound_decoded, self);
  } else {
    janus = gst_bin_get_by_name (GST_BIN (pipeline), "janus");
    g_signal_connect (janus, "pad-added", G_CALLBACK (on_pad_added), self);
    g_signal_connect (janus, "pad-removed", G_CALLBACK (on_pad_removed), self);
  }
  return pipeline;
}

static gint
run_side (Side *self, const gchar *text)
{
  g_autoptr (GIOChannel) commands = g_io_channel_unix_new (0);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstBus) bus = NULL;

  self->loop = g_main_loop_new (NULL, FALSE);
  self->pipeline = make_pipeline (self, text, &error);
  if (!self->pipeline) {
    tell ("error %s", error->message);
    return 1;
  }
  bus = gst_element_get_bus (self->pipeline);
  gst_bus_add_watch (bus, on_message, self);
  g_io_add_watch (commands, (GIOCondition) (G_IO_IN | G_IO_HUP), on_command, self);
  if (gst_element_set_state (self->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    give_up (self, "cannot begin");
  else
    g_main_loop_run (self->loop);

  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_bus_remove_watch (bus);
  gst_object_unref (self->pipeline);
  g_main_loop_unref (self->loop);
  return self->status;
}

void
soak_side_main (int argc, char **argv)
{
  Side self = {0};
  g_autofree gchar *text = NULL;

  if (argc != 6 || strcmp (argv[1], ROLE) != 0)
    return;
  gst_init (NULL, NULL);
  self.side = (SoakSide) CLAMP (atoi (argv[2]), 0, SOAK_N_SIDES - 1);
  self.key_file = argv[5];
  text = describe (self.side, argv[3], argv[4], argv[5]);
  exit (run_side (&self, text));
}

gchar **
soak_side_make_arguments (
    SoakSide side, const gchar *endpoint, const gchar *room, const gchar *key_file)
{
  g_autofree gchar *number = g_strdup_printf ("%d", side);
  const gchar *const arguments[] = {"/proc/self/exe", ROLE, number, endpoint, room, key_file, NULL};

  return g_strdupv ((gchar **) arguments);
}
