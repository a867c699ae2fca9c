/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a packet costs that mjrdemux takes out of a recording, beside others that cut the same
 * packets out of a file.
 *
 *     mjr [--seconds=N] [--rounds=N] [--json=FILE]
 *
 * The recordings, of 2.5 Mbit/s VP8 and Opus, are made first, by mjrmux. All is read from the page
 * cache. */

#include <glib/gstdio.h>
#include <gst/app/app.h>
#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figures.h"

#define RTP_HEADER_SIZE 12

/* One file's worth of packets. */
typedef struct {
  const gchar *name;
  const gchar *caps;
  guint per_second; /* frames */
  guint per_frame;  /* packets */
  guint ticks;      /* of the RTP timestamp from frame to frame */
  gsize size;       /* of a packet */
} Medium;

static const Medium media[] = {
    {"video", "application/x-rtp, media=video, encoding-name=VP8, clock-rate=90000, payload=96", 30,
        9, 3000, 1170},
    {"audio",
        "application/x-rtp, media=audio, encoding-name=OPUS, clock-rate=48000, "
        "payload=111, encoding-params=(string)2",
        50, 1, 960, 190},
};

/* How a file of packets is written, and read again. */
typedef struct {
  const gchar *name;
  const gchar *suffix;
  void (*write_start) (FILE *file);
  void (*write_packet) (FILE *file, const guint8 *packet, gsize size, GstClockTime pts);
  const gchar *reader; /* between filesrc and fakesink; NULL: none */
} Peer;

static guint seconds = 3600, rounds = 5;
static gchar *directory;

static void
give_up (const gchar *what)
{
  fprintf (stderr, "%s\n", what);
  exit (1);
}

/* Packets */

static void
make_packet (const Medium *medium, guint frame, guint i, guint8 *packet)
{
  guint seq = frame * medium->per_frame + i;

  memset (packet, 0, RTP_HEADER_SIZE);
  packet[0] = 0x80;
  packet[1] = (guint8) (medium->size > 1000 ? 96 : 111);
  if (i + 1 == medium->per_frame)
    packet[1] |= 0x80;
  GST_WRITE_UINT16_BE (packet + 2, (guint16) seq);
  GST_WRITE_UINT32_BE (packet + 4, frame * medium->ticks);
  GST_WRITE_UINT32_BE (packet + 8, 0x1234abcd);
  memset (packet + RTP_HEADER_SIZE, (gint) (seq * 7), medium->size - RTP_HEADER_SIZE);
}

static guint
count_packets (const Medium *medium)
{
  return seconds * medium->per_second * medium->per_frame;
}

static GstClockTime
time_of (const Medium *medium, guint frame)
{
  return gst_util_uint64_scale_int (frame, GST_SECOND, (gint) medium->per_second);
}

static gchar *
path_of (const Medium *medium, const gchar *suffix)
{
  return g_strdup_printf ("%s/%s.%s", directory, medium->name, suffix);
}

/* Pipelines */

static void
wait_eos (GstElement *pipeline)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (
      bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);

  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_EOS) {
    GST_DEBUG_BIN_TO_DOT_FILE (GST_BIN (pipeline), GST_DEBUG_GRAPH_SHOW_ALL, "mjr");
    fprintf (stderr, "%s: ", GST_MESSAGE_SRC_NAME (message));
    give_up ("an error or a warning instead of the end");
  }
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
  if (pipeline == NULL || error != NULL) {
    fprintf (stderr, "%s: ", text);
    give_up (error->message);
  }
  return pipeline;
}

static void
end (GstElement *pipeline)
{
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);
}

/* Files */

static void
record (const Medium *medium)
{
  g_autofree gchar *path = path_of (medium, "mjr");
  GstElement *pipeline =
      parse ("appsrc name=in format=time block=true max-bytes=1000000 caps=\"%s\" ! mjrmux ! "
             "filesink location=%s",
          medium->caps, path);
  g_autoptr (GstElement) in = gst_bin_get_by_name (GST_BIN (pipeline), "in");

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  for (guint frame = 0; frame < seconds * medium->per_second; frame++) {
    for (guint i = 0; i < medium->per_frame; i++) {
      guint8 *packet = g_malloc (medium->size);
      GstBuffer *buffer = gst_buffer_new_wrapped (packet, medium->size);

      make_packet (medium, frame, i, packet);
      GST_BUFFER_PTS (buffer) = time_of (medium, frame);
      gst_app_src_push_buffer (GST_APP_SRC (in), buffer);
    }
  }
  gst_app_src_end_of_stream (GST_APP_SRC (in));
  wait_eos (pipeline);
  end (pipeline);
}

/* libpcap's file format, of raw IPv4 with UDP. */
static void
write_pcap_start (FILE *file)
{
  const guint32 start[] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 101};

  fwrite (start, sizeof start, 1, file);
}

static void
write_pcap_packet (FILE *file, const guint8 *packet, gsize size, GstClockTime pts)
{
  const guint32 whole = (guint32) (size + 28);
  const guint32 record[] = {
      (guint32) (pts / GST_SECOND), (guint32) (pts % GST_SECOND / GST_USECOND), whole, whole};
  guint8 ip[28] = {0x45, 0, (guint8) (whole >> 8), (guint8) whole, 0, 0, 0, 0, 64, 17, 0, 0, 127, 0,
      0, 1, 127, 0, 0, 1, 0x13, 0x88, 0x13, 0x88};

  GST_WRITE_UINT16_BE (ip + 24, (guint16) (size + 8));
  fwrite (record, sizeof record, 1, file);
  fwrite (ip, sizeof ip, 1, file);
  fwrite (packet, size, 1, file);
}

static void
write_nothing (FILE *file)
{
}

/* RFC 4571. */
static void
write_framed_packet (FILE *file, const guint8 *packet, gsize size, GstClockTime pts)
{
  const guint8 prefix[2] = {(guint8) (size >> 8), (guint8) size};

  fwrite (prefix, sizeof prefix, 1, file);
  fwrite (packet, size, 1, file);
}

static const Peer peers[] = {
    {"filesrc alone", "mjr", NULL, NULL, NULL},
    {"mjrdemux", "mjr", NULL, NULL, "mjrdemux"},
    {"mjrdemux, pushed", "mjr", NULL, NULL, "queue ! mjrdemux"},
    {"pcapparse", "pcap", write_pcap_start, write_pcap_packet, "pcapparse caps=application/x-rtp"},
    {"rtpstreamdepay", "rfc4571", write_nothing, write_framed_packet,
        "application/x-rtp-stream ! rtpstreamdepay"},
};

static void
write_file (const Medium *medium, const Peer *peer)
{
  g_autofree gchar *path = path_of (medium, peer->suffix);
  g_autofree guint8 *packet = g_malloc (medium->size);
  FILE *file = fopen (path, "wb");

  if (file == NULL)
    give_up ("cannot write a file to read");
  peer->write_start (file);
  for (guint frame = 0; frame < seconds * medium->per_second; frame++) {
    for (guint i = 0; i < medium->per_frame; i++) {
      make_packet (medium, frame, i, packet);
      peer->write_packet (file, packet, medium->size, time_of (medium, frame));
    }
  }
  if (fclose (file) != 0)
    give_up ("cannot write a file to read");
}

/* Measuring */

typedef struct {
  guint64 packets;
} Count;

static GstPadProbeReturn
on_data (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Count *count = user_data;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    count->packets++;
  else
    count->packets += gst_buffer_list_length (GST_PAD_PROBE_INFO_BUFFER_LIST (info));
  return GST_PAD_PROBE_OK;
}

/* CPU time of a packet in nanoseconds. */
static double
measure (const Medium *medium, const Peer *peer)
{
  g_autofree gchar *path = path_of (medium, peer->suffix);
  GstElement *pipeline = parse ("filesrc name=in blocksize=262144 location=%s %s %s ! fakesink "
                                "name=out sync=false",
      path, peer->reader ? "!" : "", peer->reader ? peer->reader : "");
  g_autoptr (GstElement) out = gst_bin_get_by_name (GST_BIN (pipeline), "out");
  g_autoptr (GstPad) pad = gst_element_get_static_pad (out, "sink");
  Count count = {0};
  gint64 spent;

  gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, on_data, &count, NULL);
  spent = figures_cpu_time ();
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  wait_eos (pipeline);
  spent = figures_cpu_time () - spent;
  end (pipeline);
  if (peer->reader != NULL && count.packets != count_packets (medium)) {
    fprintf (
        stderr, "%" G_GUINT64_FORMAT " of %u packets: ", count.packets, count_packets (medium));
    give_up (peer->name);
  }
  return (double) spent / count_packets (medium);
}

static void
compare (const Medium *medium, JsonBuilder *json)
{
  double *times[G_N_ELEMENTS (peers)];
  double floor = 0;

  for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
    times[i] = g_new (double, rounds);
  for (guint round = 0; round < rounds; round++) {
    for (guint i = 0; i < G_N_ELEMENTS (peers); i++)
      times[i][round] = measure (medium, &peers[i]);
  }

  printf ("\n%u packets of %" G_GSIZE_FORMAT " bytes: %s of %u s\n", count_packets (medium),
      medium->size, medium->name, seconds);
  printf ("%-18s %10s %12s %16s\n", "", "ns/packet", "less filesrc", "packets/s of CPU");
  for (guint i = 0; i < G_N_ELEMENTS (peers); i++) {
    double ns = figures_median (times[i], rounds);

    if (i == 0)
      floor = ns;
    printf ("%-18s %10.0f %12.0f %16.0f\n", peers[i].name, ns, ns - floor, 1e9 / ns);
    json_builder_begin_object (json);
    figures_add_text (json, "reader", peers[i].name);
    figures_add_text (json, "medium", medium->name);
    figures_add (json, "packets", count_packets (medium));
    figures_add (json, "packet_size", (double) medium->size);
    figures_add (json, "ns_per_packet", ns);
    json_builder_end_object (json);
    g_free (times[i]);
  }
}

static void
remove_files (void)
{
  for (guint m = 0; m < G_N_ELEMENTS (media); m++) {
    for (guint i = 0; i < G_N_ELEMENTS (peers); i++) {
      g_autofree gchar *path = path_of (&media[m], peers[i].suffix);

      g_unlink (path);
    }
  }
  g_rmdir (directory);
}

int
main (int argc, char **argv)
{
  g_autofree gchar *json_path = NULL;
  const GOptionEntry entries[] = {
      {"seconds", 0, 0, G_OPTION_ARG_INT, &seconds, "length of the recordings", "N"},
      {"rounds", 0, 0, G_OPTION_ARG_INT, &rounds, "how often each is read", "N"},
      {"json", 0, 0, G_OPTION_ARG_FILENAME, &json_path, "where to write the results", "FILE"},
      {NULL},
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  JsonBuilder *json;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error))
    give_up (error->message);
  directory = g_dir_make_tmp ("perclite-bench-XXXXXX", &error);
  if (directory == NULL)
    give_up (error->message);
  atexit (remove_files);

  json = figures_begin ("mjr");
  json_builder_set_member_name (json, "results");
  json_builder_begin_array (json);
  for (guint m = 0; m < G_N_ELEMENTS (media); m++) {
    record (&media[m]);
    for (guint i = 0; i < G_N_ELEMENTS (peers); i++) {
      if (peers[i].write_packet != NULL)
        write_file (&media[m], &peers[i]);
    }
    compare (&media[m], json);
  }
  json_builder_end_array (json);
  figures_end (json, json_path);
  return 0;
}
