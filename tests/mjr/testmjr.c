/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* testmjr.c - what the tests of recordings share: the recordings, made ones, and pipelines. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "testmjr.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

#include "gstpercliteevent.h"

const TestRecording test_recordings[N_TEST_RECORDINGS] = {
    {"branch043-vp8-video.mjr", 1, TRUE, TRUE, 126, 1795390041819440, 1795390041890799},
    {"branch043-opus-audio.mjr", 1, FALSE, TRUE, 419, 1795390041819370, 1795390041890841},
    {"stock112-room-vp8-video.mjr", 2, TRUE, FALSE, 125, 1795389881237626, 1795389881308563},
    {"stock112-room-opus-audio.mjr", 2, FALSE, FALSE, 417, 1795389881237776, 1795389881308583},
    {"stock112-flagged-vp8-video.mjr", 2, TRUE, TRUE, 60, 1795389915535363, 1795389915556429},
    {"stock112-flagged-opus-audio.mjr", 2, FALSE, TRUE, 201, 1795389915535818, 1795389915557202},
};

gchar *
test_recording_path (const TestRecording *recording)
{
  return g_build_filename (g_getenv ("PERCLITE_FIXTURES"), recording->name, NULL);
}

GBytes *
test_recording_bytes (const TestRecording *recording)
{
  g_autofree gchar *path = test_recording_path (recording);

  return test_read (path);
}

GBytes *
test_read (const gchar *path)
{
  g_autoptr (GError) error = NULL;
  gchar *data;
  gsize size;

  if (!g_file_get_contents (path, &data, &size, &error))
    g_error ("%s", error->message);
  return g_bytes_new_take (data, size);
}

/* Made recordings */

GByteArray *
test_mjr_new (guint generation, const gchar *json)
{
  GByteArray *mjr = g_byte_array_new ();
  gsize size = strlen (json);
  const guint8 bytes[2] = {(guint8) (size >> 8), (guint8) size};

  g_byte_array_append (
      mjr, (const guint8 *) (generation == 0 ? "MEETECHO" : mjr_magic (generation)), 8);
  g_byte_array_append (mjr, bytes, 2);
  g_byte_array_append (mjr, (const guint8 *) json, (guint) size);
  return mjr;
}

GByteArray *
test_mjr_new_simple (guint generation, const gchar *type, const gchar *codec)
{
  g_autofree gchar *json = g_strdup_printf (
      "{\"t\": \"%s\", \"c\": \"%s\", \"s\": %" G_GINT64_FORMAT ", \"u\": %" G_GINT64_FORMAT "}",
      type, codec, TEST_CREATED, TEST_STARTED);

  return test_mjr_new (generation, json);
}

void
test_mjr_add (GByteArray *mjr, guint generation, guint32 arrival, gconstpointer data, gsize size)
{
  guint8 prefix[MJR_PREFIX_SIZE];

  mjr_write_prefix (prefix, generation, arrival, (guint16) size);
  g_byte_array_append (mjr, prefix, sizeof prefix);
  g_byte_array_append (mjr, data, (guint) size);
}

void
test_mjr_add_rtp (GByteArray *mjr, guint generation, guint32 arrival, guint16 seq,
    guint32 timestamp, gsize payload)
{
  gsize size = 20 + payload;
  g_autofree guint8 *packet = g_malloc0 (size);

  packet[0] = 0x80;
  packet[1] = 96;
  GST_WRITE_UINT16_BE (packet + 2, seq);
  GST_WRITE_UINT32_BE (packet + 4, timestamp);
  GST_WRITE_UINT32_BE (packet + 8, TEST_SSRC);
  GST_WRITE_UINT32_BE (packet + 12, seq);
  GST_WRITE_UINT32_BE (packet + 16, timestamp);
  test_mjr_add (mjr, generation, arrival, packet, size);
}

void
test_mjr_add_text (
    GByteArray *mjr, guint generation, guint32 arrival, gint64 time, const gchar *text)
{
  gsize size = 8 + strlen (text);
  g_autofree guint8 *data = g_malloc (size);

  GST_WRITE_UINT64_BE (data, (guint64) time);
  memcpy (data + 8, text, strlen (text));
  test_mjr_add (mjr, generation, arrival, data, size);
}

/* Files */

static gchar *directory;

static void
remove_directory (void)
{
  GDir *dir = g_dir_open (directory, 0, NULL);
  const gchar *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *path = g_build_filename (directory, name, NULL);

    g_unlink (path);
  }
  g_clear_pointer (&dir, g_dir_close);
  g_rmdir (directory);
  g_free (directory);
}

gchar *
test_file (const gchar *name, gconstpointer data, gsize size)
{
  gchar *path;

  if (directory == NULL) {
    directory = g_dir_make_tmp ("mjr-XXXXXX", NULL);
    fail_unless (directory != NULL);
    atexit (remove_directory);
  }
  path = g_build_filename (directory, name, NULL);
  fail_unless (g_file_set_contents (path, data, (gssize) size, NULL));
  return path;
}

gchar *
test_mjr_file (const GByteArray *mjr)
{
  return test_file ("made.mjr", mjr->data, mjr->len);
}

/* Pipelines */

static GstPadProbeReturn
on_data (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  TestRun *run = user_data;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    g_ptr_array_add (run->buffers, gst_buffer_ref (GST_PAD_PROBE_INFO_BUFFER (info)));
  else
    g_ptr_array_add (run->events, gst_event_ref (GST_PAD_PROBE_INFO_EVENT (info)));
  return GST_PAD_PROBE_OK;
}

static TestRun *
run_new (const gchar *description)
{
  TestRun *run = g_new0 (TestRun, 1);
  g_autoptr (GstElement) out = NULL;
  g_autoptr (GstPad) pad = NULL;
  g_autoptr (GError) error = NULL;

  run->pipeline = gst_parse_launch (description, &error);
  fail_unless (error == NULL, "%s: %s", description, error ? error->message : "");
  gst_object_ref_sink (run->pipeline);
  run->buffers = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_buffer_unref);
  run->events = g_ptr_array_new_with_free_func ((GDestroyNotify) gst_event_unref);
  out = gst_bin_get_by_name (GST_BIN (run->pipeline), "out");
  g_object_set (out, "sync", FALSE, NULL);
  pad = gst_element_get_static_pad (out, "sink");
  gst_pad_add_probe (
      pad, GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, on_data, run, NULL);
  return run;
}

TestRun *
test_run_new (const gchar *description, ...)
{
  g_autofree gchar *text = NULL;
  va_list args;

  va_start (args, description);
  text = g_strdup_vprintf (description, args);
  va_end (args);
  return run_new (text);
}

/* Handles messages until one of @types. */
static void
run_until (TestRun *run, GstMessageType types)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (run->pipeline);
  gboolean done = FALSE;

  while (!done) {
    g_autoptr (GstMessage) message = gst_bus_timed_pop_filtered (
        bus, 60 * GST_SECOND, types | GST_MESSAGE_WARNING | GST_MESSAGE_ERROR);
    GError *error = NULL;

    fail_unless (message != NULL, "nothing happens");
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING) {
      gst_message_parse_warning (message, &error, NULL);
      run->warnings++;
      g_free (run->warning);
      run->warning = g_strdup (error->message);
      g_error_free (error);
      continue;
    }
    if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
      gst_message_parse_error (message, &run->error, NULL);
    done = TRUE;
  }
}

void
test_run_to_end (TestRun *run)
{
  gst_element_set_state (run->pipeline, GST_STATE_PLAYING);
  run_until (run, GST_MESSAGE_EOS);
}

void
test_run_to_pause (TestRun *run)
{
  gst_element_set_state (run->pipeline, GST_STATE_PAUSED);
  run_until (run, GST_MESSAGE_ASYNC_DONE);
}

TestRun *
test_run (const gchar *description, ...)
{
  g_autofree gchar *text = NULL;
  TestRun *run;
  va_list args;

  va_start (args, description);
  text = g_strdup_vprintf (description, args);
  va_end (args);
  run = run_new (text);
  test_run_to_end (run);
  return run;
}

void
test_run_free (TestRun *run)
{
  gst_element_set_state (run->pipeline, GST_STATE_NULL);
  gst_object_unref (run->pipeline);
  g_ptr_array_unref (run->buffers);
  g_ptr_array_unref (run->events);
  g_clear_error (&run->error);
  g_free (run->warning);
  g_free (run);
}

GBytes *
test_run_bytes (const TestRun *run, guint i)
{
  gpointer data;
  gsize size;

  fail_unless (i < run->buffers->len);
  gst_buffer_extract_dup (g_ptr_array_index (run->buffers, i), 0, G_MAXSIZE, &data, &size);
  return g_bytes_new_take (data, size);
}

GBytes *
test_run_all_bytes (const TestRun *run)
{
  GByteArray *all = g_byte_array_new ();

  for (guint i = 0; i < run->buffers->len; i++) {
    g_autoptr (GBytes) bytes = test_run_bytes (run, i);

    g_byte_array_append (all, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
  }
  return g_byte_array_free_to_bytes (all);
}

GstClockTime
test_run_pts (const TestRun *run, guint i)
{
  fail_unless (i < run->buffers->len);
  return GST_BUFFER_PTS (g_ptr_array_index (run->buffers, i));
}

GstEvent *
test_run_event (const TestRun *run, GstEventType type)
{
  for (guint i = run->events->len; i > 0; i--) {
    GstEvent *event = g_ptr_array_index (run->events, i - 1);

    if (GST_EVENT_TYPE (event) == type)
      return event;
  }
  return NULL;
}

const GstStructure *
test_run_caps (const TestRun *run)
{
  GstEvent *event = test_run_event (run, GST_EVENT_CAPS);
  GstCaps *caps;

  fail_unless (event != NULL);
  gst_event_parse_caps (event, &caps);
  return gst_caps_get_structure (caps, 0);
}

gboolean
test_run_is_marked (const TestRun *run)
{
  GstEvent *event = test_run_event (run, GST_EVENT_CUSTOM_DOWNSTREAM_STICKY);

  return event != NULL && gst_event_has_name (event, GST_PERCLITE_ENCRYPTED_EVENT);
}

guint64
test_run_stat (const TestRun *run, const gchar *field)
{
  g_autoptr (GstElement) demux = gst_bin_get_by_name (GST_BIN (run->pipeline), "demux");
  g_autoptr (GstStructure) stats = NULL;
  guint64 value = 0;

  g_object_get (demux, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, field, &value), "no field %s", field);
  return value;
}

gint64
test_run_query (const TestRun *run, gboolean duration)
{
  gint64 value = -1;

  if (duration)
    gst_element_query_duration (run->pipeline, GST_FORMAT_TIME, &value);
  else
    gst_element_query_position (run->pipeline, GST_FORMAT_TIME, &value);
  return value;
}

void
assert_same_run (const TestRun *a, const TestRun *b)
{
  fail_unless_equals_int (a->buffers->len, b->buffers->len);
  for (guint i = 0; i < a->buffers->len; i++) {
    g_autoptr (GBytes) a_bytes = test_run_bytes (a, i);
    g_autoptr (GBytes) b_bytes = test_run_bytes (b, i);

    fail_unless (g_bytes_equal (a_bytes, b_bytes), "buffer %u differs", i);
    fail_unless_equals_uint64 (test_run_pts (a, i), test_run_pts (b, i));
  }
  fail_unless_equals_int (a->warnings, b->warnings);
}
