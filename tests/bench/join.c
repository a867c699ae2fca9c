/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long a receiver takes from its start to its first packet and its first decoded frame, through
 * a real Janus: with end-to-end encryption and without, in turns.
 *
 *     join [--joins=N] [--json=FILE] */

#include <gst/check/gstcheck.h>

#include "figures.h"
#include "lossylink.h"
#include "testcall.h"

#define ENCRYPTED_FEED "777"
#define PLAIN_FEED "778"

static guint joins = 20;
static gchar *json_path;

typedef struct {
  guint round_trip; /* milliseconds, of media and of signalling */
  guint latency;    /* of the jitter buffer, in milliseconds */
} Case;

static const Case cases[] = {{0, 200}, {0, 50}, {40, 200}, {40, 50}};

/* In milliseconds since the start; 0: not yet. Written by streaming threads. */
typedef struct {
  gint64 start;
  gint packet; /* atomic */
  gint frame;  /* atomic */
} Moments;

typedef struct {
  double *packet, *frame;
} Times;

static gint
since (const Moments *moments)
{
  return MAX (1, (gint) ((g_get_monotonic_time () - moments->start) / 1000));
}

static GstPadProbeReturn
on_packet (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Moments *moments = user_data;

  g_atomic_int_compare_and_exchange (&moments->packet, 0, since (moments));
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_frame (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Moments *moments = user_data;

  g_atomic_int_compare_and_exchange (&moments->frame, 0, since (moments));
  return GST_PAD_PROBE_OK;
}

static void
watch (GstElement *pipeline, const gchar *name, GstPadProbeCallback callback, Moments *moments)
{
  g_autoptr (GstElement) element = test_get_element (pipeline, name);
  g_autoptr (GstPad) pad = gst_element_get_static_pad (element, "sink");

  gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST, callback, moments, NULL);
}

static void
join (const gchar *endpoint, guint latency, gboolean encrypted, double *packet, double *frame)
{
  GstElement *subscriber =
      test_pipeline ("janusvideoroomsrc janus-endpoint=%s room-id=" TEST_ROOM_OPEN
                     " latency=%u feed-id=%s ! identity name=packets ! %s rtpvp8depay ! vp8dec ! "
                     "fakesink name=frames",
          endpoint, latency, encrypted ? ENCRYPTED_FEED : PLAIN_FEED,
          encrypted ? "perclitedec key=" KEY " !" : "");
  TestCount *count = test_count (subscriber, "frames");
  Moments moments = {g_get_monotonic_time (), 0, 0};

  watch (subscriber, "packets", on_packet, &moments);
  watch (subscriber, "frames", on_frame, &moments);
  gst_element_set_state (subscriber, GST_STATE_PLAYING);
  test_wait_buffers (subscriber, count, 1);
  test_end (subscriber);
  *packet = moments.packet;
  *frame = moments.frame;
}

/* Of sorted times. A DTLS flight that is lost costs a second, which makes two heaps of them: the
 * quarter is in the middle of the lower one. */
static double
quarter (const double *values)
{
  return values[joins / 4];
}

static void
show (JsonBuilder *json, const Case *c, Times *encrypted, Times *plain)
{
  double with = figures_median (encrypted->frame, joins);
  double without = figures_median (plain->frame, joins);
  double more = quarter (encrypted->frame) - quarter (plain->frame);

  g_print ("%10u %8u | %7.0f %7.0f %7.0f | %7.0f %7.0f %7.0f | %+4.0f\n", c->round_trip, c->latency,
      figures_median (encrypted->packet, joins), with, quarter (encrypted->frame),
      figures_median (plain->packet, joins), without, quarter (plain->frame), more);
  json_builder_begin_object (json);
  figures_add (json, "round_trip_ms", c->round_trip);
  figures_add (json, "latency_ms", c->latency);
  figures_add (json, "encrypted_first_packet_ms", figures_median (encrypted->packet, joins));
  figures_add (json, "plain_first_packet_ms", figures_median (plain->packet, joins));
  figures_add (json, "encrypted_first_frame_ms", with);
  figures_add (json, "plain_first_frame_ms", without);
  figures_add (json, "encrypted_first_frame_quarter_ms", quarter (encrypted->frame));
  figures_add (json, "plain_first_frame_quarter_ms", quarter (plain->frame));
  json_builder_end_object (json);
}

static Times
times_new (void)
{
  return (Times){g_new (double, joins), g_new (double, joins)};
}

static void
times_clear (Times *times)
{
  g_free (times->packet);
  g_free (times->frame);
}

GST_START_TEST (first_frames)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  g_autoptr (LossyLink) link = lossy_link_new (test_janus_get_endpoint (janus), 1, &error);
  GstElement *encrypted =
      test_publish (janus, VP8_SOURCE, TEST_ROOM_OPEN, "feed-id=" ENCRYPTED_FEED);
  GstElement *plain = test_play (VP8_SOURCE
      " ! janusvideoroomsink name=sfu janus-endpoint=%s room-id=" TEST_ROOM_OPEN
      " feed-id=" PLAIN_FEED " allow-plaintext=true signalling=plain",
      test_janus_get_endpoint (janus));
  JsonBuilder *json = figures_begin ("join");

  fail_unless (link != NULL, "%s", error != NULL ? error->message : "");
  test_wait_state (plain, "sfu", "connected");
  json_builder_set_member_name (json, "results");
  json_builder_begin_array (json);
  g_print (
      "Milliseconds from start on, %u joins each: first packet, median; first frame, median and "
      "quarter\n",
      joins);
  g_print ("%10s %8s | %23s | %23s |\n", "", "", "encrypted", "plain");
  g_print ("%10s %8s | %7s %7s %7s | %7s %7s %7s | %s\n", "round trip", "latency", "packet",
      "frame", "quarter", "packet", "frame", "quarter", "more");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    Times with = times_new (), without = times_new ();
    const gchar *endpoint =
        cases[i].round_trip == 0 ? test_janus_get_endpoint (janus) : lossy_link_get_endpoint (link);

    lossy_link_set (link, 0, 0, cases[i].round_trip / 2);
    lossy_link_set_signal_delay (link, cases[i].round_trip / 2);
    for (guint k = 0; k < joins; k++) {
      join (endpoint, cases[i].latency, TRUE, &with.packet[k], &with.frame[k]);
      join (endpoint, cases[i].latency, FALSE, &without.packet[k], &without.frame[k]);
    }
    show (json, &cases[i], &with, &without);
    times_clear (&with);
    times_clear (&without);
  }
  json_builder_end_array (json);
  figures_end (json, json_path);
  test_end (plain);
  test_end (encrypted);
}
GST_END_TEST;

static Suite *
join_suite (void)
{
  Suite *s = suite_create ("join");
  TCase *tc = tcase_create ("join");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 1200);
  tcase_add_test (tc, first_frames);
  return s;
}

int
main (int argc, char **argv)
{
  const GOptionEntry entries[] = {
      {"joins", 0, 0, G_OPTION_ARG_INT, &joins, "of each kind in each case", "N"},
      {"json", 0, 0, G_OPTION_ARG_FILENAME, &json_path, "where to write the results", "FILE"},
      {NULL},
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || joins == 0) {
    g_printerr ("%s\n", error != NULL ? error->message : "nothing to measure");
    return 1;
  }
  gst_check_init (&argc, &argv);
  return gst_check_run_suite (join_suite (), "join", __FILE__);
}
