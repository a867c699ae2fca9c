/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a server has recorded, and what tests want to know of it. */

#include <gst/check/gstharness.h>
#include <json-glib/json-glib.h>

#include "mjrfile.h"
#include "testcall.h"
#include "testrecording.h"

TestRecording *
test_recording_read (const gchar *path)
{
  TestRecording *recording = g_new0 (TestRecording, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gchar *data = NULL;
  gsize size = 0;

  fail_unless (g_file_get_contents (path, &data, &size, &error), "%s", error ? error->message : "");
  bytes = g_bytes_new_take (data, size);
  recording->info = mjr_parse_info (bytes);
  recording->packets = mjr_parse (bytes);
  fail_unless (recording->packets != NULL, "%s is no recording", path);
  return recording;
}

void
test_recording_free (TestRecording *recording)
{
  g_free (recording->info);
  g_ptr_array_unref (recording->packets);
  g_free (recording);
}

gboolean
test_recording_is_flagged (TestRecording *recording)
{
  g_autoptr (JsonNode) node = recording->info ? json_from_string (recording->info, NULL) : NULL;

  fail_unless (node && JSON_NODE_HOLDS_OBJECT (node), "no JSON: %s", recording->info);
  return json_object_get_boolean_member_with_default (json_node_get_object (node), "e", FALSE);
}

guint
test_recording_decode (TestRecording *recording, const gchar *caps, const gchar *decoder)
{
  g_autofree gchar *launch = g_strdup_printf ("perclitedec name=dec key=" KEY " ! %s", decoder);
  GstHarness *harness = gst_harness_new_parse (launch);
  g_autoptr (GstElement) dec = gst_bin_get_by_name (GST_BIN (harness->element), "dec");
  g_autoptr (GstStructure) stats = NULL;
  guint64 dropped = G_MAXUINT64;
  guint i, n;

  gst_harness_set_src_caps_str (harness, caps);
  for (i = 0; i < recording->packets->len; i++) {
    GBytes *bytes = g_ptr_array_index (recording->packets, i);

    gst_harness_push (harness, gst_buffer_new_wrapped_bytes (bytes));
  }
  gst_harness_push_event (harness, gst_event_new_eos ());
  n = gst_harness_buffers_received (harness);
  g_object_get (dec, "stats", &stats, NULL);
  fail_unless (gst_structure_get_uint64 (stats, "dropped", &dropped));
  assert_equals_uint64 (dropped, 0);
  gst_harness_teardown (harness);
  return n;
}
