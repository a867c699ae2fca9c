/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* callside.c - one side of a call that is measured, in a process of its own, and how it is told
 * what to do.
 *
 * The process says "ready" when media flows, is told "SECONDS", says what it has measured, and so
 * on until its standard input ends. */

#include "callside.h"

#include <gst/gst.h>
#include <gio/gio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "callmedia.h"
#include "figures.h"
#include "testjanus.h"

#define ROLE "--call-side"
#define KEY "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ="

/* Far more than a connection takes. */
#define PATIENCE (60 * GST_SECOND)

/* Pictures that have to come before media counts as flowing. */
#define FIRST_PICTURES 30

struct _CallSide {
  CallSideKind kind;
  GSubprocess *process;
  GDataInputStream *from;
};

#define VP8_PAY "rtpvp8pay pt=105 mtu=1170 picture-id-mode=15-bit"

static const gchar *const names[CALL_N_SIDES] = {
    [CALL_SIDE_PUBLISH_FILE] = "publisher, encoded before",
    [CALL_SIDE_PUBLISH_CODEC] = "publisher that encodes",
    [CALL_SIDE_RECEIVE_PACKET] = "subscriber, not decoding",
    [CALL_SIDE_RECEIVE_CODEC] = "subscriber that decodes",
};

static gboolean
is_publisher (CallSideKind kind)
{
  return kind == CALL_SIDE_PUBLISH_FILE || kind == CALL_SIDE_PUBLISH_CODEC;
}

static void give_up (const gchar *format, ...) G_GNUC_PRINTF (1, 2) G_GNUC_NORETURN;

static void
give_up (const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  vfprintf (stderr, format, args);
  va_end (args);
  fputc ('\n', stderr);
  exit (1);
}

const gchar *
call_side_name (CallSideKind kind)
{
  return names[kind];
}

/* ---- The process that measures ---- */

/* Written by streaming threads. */
typedef struct {
  gsize packets;  /* atomic */
  gsize bytes;    /* atomic */
  gsize pictures; /* atomic */
} Count;

typedef struct {
  gint64 cpu, time;
  Count count;
} Moment;

static gchar *
describe (CallSideKind kind, const gchar *endpoint, gboolean encrypted)
{
  const gchar *crypt = "", *options = "allow-plaintext=true signalling=plain";
  g_autofree gchar *server =
      g_strdup_printf ("janus-endpoint=%s room-id=" TEST_ROOM_OPEN " feed-id=777", endpoint);

  if (encrypted) {
    crypt = is_publisher (kind) ? "perclitenc key=" KEY " ! " : "perclitedec key=" KEY " ! ";
    options = "";
  }
  switch (kind) {
    case CALL_SIDE_PUBLISH_FILE:
      return g_strdup_printf ("janusvideoroomsink name=sfu %s %s  "
                              "appsrc name=video ! queue ! " VP8_PAY " name=v ! %s sfu.sink_0  "
                              "appsrc name=audio ! queue ! rtpopuspay name=a ! %s sfu.sink_1",
          server, options, crypt, crypt);
    case CALL_SIDE_PUBLISH_CODEC:
      return g_strdup_printf (
          "janusvideoroomsink name=sfu %s %s  "
          "videotestsrc is-live=true ! video/x-raw," CALL_MEDIA_RATE " ! " CALL_MEDIA_VP8 (
              "300") " ! " VP8_PAY " name=v ! %s sfu.sink_0  "
                     "audiotestsrc is-live=true ! opusenc ! rtpopuspay name=a ! %s sfu.sink_1",
          server, options, crypt, crypt);
    default:
      return g_strdup_printf ("janusvideoroomsrc name=s %s  "
                              "s. ! application/x-rtp,media=video ! identity name=v silent=true ! "
                              "%s rtpvp8depay ! %s fakesink name=pictures async=false  "
                              "s. ! application/x-rtp,media=audio ! identity name=a silent=true ! "
                              "%s rtpopusdepay ! %s fakesink async=false",
          server, crypt, kind == CALL_SIDE_RECEIVE_CODEC ? "vp8dec threads=1 !" : "", crypt,
          kind == CALL_SIDE_RECEIVE_CODEC ? "opusdec !" : "");
  }
}

static void
count_packet (Count *count, GstBuffer *buffer)
{
  g_atomic_pointer_add (&count->packets, 1);
  g_atomic_pointer_add (&count->bytes, gst_buffer_get_size (buffer));
}

static GstPadProbeReturn
on_packets (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBufferList *list;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER) {
    count_packet (user_data, GST_PAD_PROBE_INFO_BUFFER (info));
    return GST_PAD_PROBE_OK;
  }
  list = GST_PAD_PROBE_INFO_BUFFER_LIST (info);
  for (guint i = 0; i < gst_buffer_list_length (list); i++)
    count_packet (user_data, gst_buffer_list_get (list, i));
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_picture (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Count *count = user_data;

  g_atomic_pointer_add (&count->pictures, 1);
  return GST_PAD_PROBE_OK;
}

static void
watch (GstElement *pipeline, const gchar *name, const gchar *pad_name, GstPadProbeCallback callback,
    Count *count)
{
  g_autoptr (GstElement) element = gst_bin_get_by_name (GST_BIN (pipeline), name);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, pad_name);

  gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, callback, count, NULL);
}

/* Waits for a message of @types at most so long; an error or the end are those of the
 * measurement. */
static GstMessage *
look_at_bus (GstElement *pipeline, GstMessageType types, GstClockTime wait)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  GstMessage *message =
      gst_bus_timed_pop_filtered (bus, wait, types | GST_MESSAGE_ERROR | GST_MESSAGE_EOS);
  g_autoptr (GError) error = NULL;

  if (message == NULL || GST_MESSAGE_TYPE (message) == types)
    return message;
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
    give_up ("the other side has gone");
  gst_message_parse_error (message, &error, NULL);
  give_up ("%s: %s", GST_MESSAGE_SRC_NAME (message), error->message);
}

static gboolean
flows (GstElement *pipeline, CallSideKind kind, Count *count)
{
  g_autoptr (GstMessage) message = look_at_bus (pipeline, GST_MESSAGE_ELEMENT, 20 * GST_MSECOND);
  const GstStructure *s = message != NULL ? gst_message_get_structure (message) : NULL;

  if (is_publisher (kind))
    return s != NULL && gst_structure_has_name (s, "janus-state") &&
           g_strcmp0 (gst_structure_get_string (s, "state"), "connected") == 0;
  return (gsize) g_atomic_pointer_get (&count->pictures) >= FIRST_PICTURES;
}

static Moment
now (Count *count)
{
  return (Moment){figures_cpu_time (), g_get_monotonic_time (),
      {(gsize) g_atomic_pointer_get (&count->packets), (gsize) g_atomic_pointer_get (&count->bytes),
          (gsize) g_atomic_pointer_get (&count->pictures)}};
}

static void
measure (GstElement *pipeline, Count *count, guint seconds)
{
  Moment a = now (count), b;
  double pictures, media;

  look_at_bus (pipeline, GST_MESSAGE_UNKNOWN, seconds * GST_SECOND);
  b = now (count);
  pictures = (double) (b.count.pictures - a.count.pictures);
  media = MAX (pictures, 1) / 30;
  printf ("%.4f %.2f %.4f %.2f\n", (double) (b.cpu - a.cpu) / 1e7 / media,
      (double) (b.count.packets - a.count.packets) / media,
      (double) (b.count.bytes - a.count.bytes) * 8 / 1e6 / media,
      pictures * G_USEC_PER_SEC / (double) (b.time - a.time));
  fflush (stdout);
}

static void
run_side (CallSideKind kind, const gchar *endpoint, const gchar *media, gboolean encrypted)
{
  g_autofree gchar *text = describe (kind, endpoint, encrypted);
  g_autoptr (GError) error = NULL;
  GstElement *pipeline = gst_parse_launch (text, &error);
  gint64 deadline = g_get_monotonic_time () + GST_TIME_AS_USECONDS (PATIENCE);
  CallMedia *file = NULL;
  Count count = {0};
  gchar line[32];

  if (pipeline == NULL || error != NULL)
    give_up ("%s: %s", text, error->message);
  if (kind == CALL_SIDE_PUBLISH_FILE) {
    file = call_media_new (media);
    call_media_attach (file, pipeline);
  }
  watch (pipeline, "v", "src", on_packets, &count);
  watch (pipeline, "a", "src", on_packets, &count);
  watch (pipeline, is_publisher (kind) ? "v" : "pictures", "sink", on_picture, &count);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while (!flows (pipeline, kind, &count)) {
    if (g_get_monotonic_time () > deadline)
      give_up ("%s: nothing flows", names[kind]);
  }
  puts ("ready");
  fflush (stdout);

  while (fgets (line, sizeof line, stdin) != NULL)
    measure (pipeline, &count, (guint) g_ascii_strtoull (line, NULL, 10));
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
  g_clear_pointer (&file, call_media_free);
}

void
call_side_main (int argc, char **argv)
{
  if (argc != 6 || strcmp (argv[1], ROLE) != 0)
    return;
  gst_init (NULL, NULL);
  run_side ((CallSideKind) atoi (argv[2]), argv[3], argv[4], atoi (argv[5]));
  exit (0);
}

/* ---- The process that is told ---- */

CallSide *
call_side_new (CallSideKind kind, const gchar *endpoint, const gchar *media, gboolean encrypted)
{
  CallSide *self = g_new0 (CallSide, 1);
  g_autofree gchar *number = g_strdup_printf ("%d", kind);
  g_autoptr (GError) error = NULL;

  self->kind = kind;
  self->process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
      &error, "/proc/self/exe", ROLE, number, endpoint, media, encrypted ? "1" : "0", NULL);
  if (self->process == NULL)
    give_up ("%s", error->message);
  self->from = g_data_input_stream_new (g_subprocess_get_stdout_pipe (self->process));
  return self;
}

void
call_side_free (CallSide *self)
{
  g_output_stream_close (g_subprocess_get_stdin_pipe (self->process), NULL, NULL);
  g_subprocess_wait (self->process, NULL, NULL);
  g_object_unref (self->from);
  g_object_unref (self->process);
  g_free (self);
}

static gchar *
read_line (CallSide *self)
{
  gchar *line = g_data_input_stream_read_line (self->from, NULL, NULL, NULL);

  if (line == NULL)
    give_up ("%s: has failed", names[self->kind]);
  return line;
}

void
call_side_wait_ready (CallSide *self)
{
  g_free (read_line (self));
}

void
call_side_begin (CallSide *self, guint seconds)
{
  g_autofree gchar *line = g_strdup_printf ("%u\n", seconds);

  g_output_stream_write_all (
      g_subprocess_get_stdin_pipe (self->process), line, strlen (line), NULL, NULL, NULL);
}

CallFigures
call_side_end (CallSide *self)
{
  g_autofree gchar *line = read_line (self);
  CallFigures figures;

  if (sscanf (line, "%lf %lf %lf %lf", &figures.cpu, &figures.packets, &figures.megabits,
          &figures.pictures) != 4)
    give_up ("%s: %s", names[self->kind], line);
  return figures;
}

const gchar *
call_side_get_pid (CallSide *self)
{
  return g_subprocess_get_identifier (self->process);
}
