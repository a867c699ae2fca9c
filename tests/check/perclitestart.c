/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitestart.c - without a proper key the elements do not start, and say why. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitetest.h"

#include <string.h>

static const gchar *const factories[] = {"perclitenc", "perclitedec"};

/* Sets @properties, a NULL-terminated list of names and values, and goes to PAUSED. */
static void
assert_start_fails (const gchar *const *properties, gint code, const gchar *found)
{
  for (guint i = 0; i < G_N_ELEMENTS (factories); i++) {
    g_autoptr (GstBus) bus = gst_bus_new ();
    g_autoptr (GstMessage) message = NULL;
    g_autoptr (GError) error = NULL;
    g_autofree gchar *debug = NULL;
    GstElement *element = gst_element_factory_make (factories[i], NULL);

    gst_element_set_bus (element, bus);
    for (const gchar *const *p = properties; *p; p += 2)
      gst_util_set_object_arg (G_OBJECT (element), p[0], p[1]);

    fail_unless_equals_int (
        gst_element_set_state (element, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
    message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
    fail_unless (message != NULL);
    gst_message_parse_error (message, &error, &debug);
    fail_unless (g_error_matches (error, GST_RESOURCE_ERROR, code), "%s", error->message);
    fail_unless (strstr (error->message, found) != NULL, "no '%s' in: %s", found, error->message);
    fail_unless (strstr (error->message, "openssl rand -base64 ") != NULL, "no command in: %s",
        error->message);
    fail_unless (gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR) == NULL);
    for (const gchar *const *p = properties; *p; p += 2) {
      if (g_str_equal (p[0], "key")) {
        assert_not_leaked (error->message, p[1]);
        assert_not_leaked (debug, p[1]);
      }
    }

    /* A remedy, and it starts. */
    g_object_set (element, "key", KEY_44, "key-file", NULL, NULL);
    gst_util_set_object_arg (G_OBJECT (element), "suite", "auto");
    fail_unless (gst_element_set_state (element, GST_STATE_PAUSED) != GST_STATE_CHANGE_FAILURE);
    gst_element_set_state (element, GST_STATE_NULL);
    gst_element_set_bus (element, NULL);
    gst_object_unref (element);
  }
}

#define PROPERTIES(...) ((const gchar *const[]){__VA_ARGS__, NULL})

GST_START_TEST (no_key)
{
  static const gchar *const none[] = {NULL};

  assert_start_fails (none, GST_RESOURCE_ERROR_SETTINGS, "There is no key");
}
GST_END_TEST;

GST_START_TEST (both_key_and_key_file)
{
  assert_start_fails (PROPERTIES ("key", KEY_44, "key-file", "/dev/null"),
      GST_RESOURCE_ERROR_SETTINGS, "both key and key-file are set");
}
GST_END_TEST;

GST_START_TEST (a_key_that_is_not_base64)
{
  assert_start_fails (PROPERTIES ("key", "MTIzNDU2Nzg5-DEyMzQ1Njc4OTAxMjM0NTY3ODkw"),
      GST_RESOURCE_ERROR_SETTINGS, "character 13 of 40");
}
GST_END_TEST;

GST_START_TEST (a_key_of_no_size)
{
  assert_start_fails (
      PROPERTIES ("key", "MTIzNDU2Nzg5"), GST_RESOURCE_ERROR_SETTINGS, "has 9 bytes");
}
GST_END_TEST;

GST_START_TEST (a_key_of_another_suite)
{
  assert_start_fails (PROPERTIES ("key", KEY_30, "suite", "aead-aes-128-gcm"),
      GST_RESOURCE_ERROR_SETTINGS, "has 30 bytes. AEAD_AES_128_GCM needs 28");
}
GST_END_TEST;

GST_START_TEST (no_such_key_file)
{
  assert_start_fails (PROPERTIES ("key-file", "/nonexistent/room.key"),
      GST_RESOURCE_ERROR_NOT_FOUND, "\"/nonexistent/room.key\" cannot be opened");
}
GST_END_TEST;

GST_START_TEST (a_key_file_that_is_a_directory)
{
  assert_start_fails (
      PROPERTIES ("key-file", "/tmp"), GST_RESOURCE_ERROR_OPEN_READ, "\"/tmp\" is a directory");
}
GST_END_TEST;

GST_START_TEST (a_key_file_without_a_key)
{
  assert_start_fails (
      PROPERTIES ("key-file", "/dev/null"), GST_RESOURCE_ERROR_SETTINGS, "it is empty");
}
GST_END_TEST;

GST_START_TEST (packets_do_not_pass_before_there_is_a_key)
{
  for (guint i = 0; i < G_N_ELEMENTS (factories); i++) {
    GstElement *element = gst_element_factory_make (factories[i], NULL);
    g_autoptr (GstPad) sink = gst_element_get_static_pad (element, "sink");
    g_autoptr (GstPad) src = gst_element_get_static_pad (element, "src");
    GstBufferList *list = gst_buffer_list_new ();
    GstSegment segment;

    gst_pad_set_active (src, TRUE);
    gst_pad_set_active (sink, TRUE);
    gst_pad_send_event (sink, gst_event_new_stream_start ("s"));
    gst_segment_init (&segment, GST_FORMAT_TIME);
    gst_pad_send_event (sink, gst_event_new_segment (&segment));
    gst_buffer_list_add (list, test_simple_packet (1, 1));
    fail_unless_equals_int (
        gst_pad_chain (sink, test_simple_packet (1, 1)), GST_FLOW_NOT_NEGOTIATED);
    fail_unless_equals_int (gst_pad_chain_list (sink, list), GST_FLOW_NOT_NEGOTIATED);
    gst_pad_set_active (sink, FALSE);
    gst_pad_set_active (src, FALSE);
    gst_object_unref (element);
  }
}
GST_END_TEST;

GST_START_TEST (rank_and_class_keep_the_elements_from_being_plugged_by_themselves)
{
  for (guint i = 0; i < G_N_ELEMENTS (factories); i++) {
    g_autoptr (GstElementFactory) factory = gst_element_factory_find (factories[i]);

    fail_unless_equals_int (
        gst_plugin_feature_get_rank (GST_PLUGIN_FEATURE (factory)), GST_RANK_NONE);
    fail_unless_equals_string (
        gst_element_factory_get_metadata (factory, GST_ELEMENT_METADATA_KLASS),
        "Filter/Network/SRTP");
  }
}
GST_END_TEST;

static Suite *
perclitestart_suite (void)
{
  Suite *s = suite_create ("perclitestart");
  TCase *tc = tcase_create ("start-fails-with");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, no_key);
  tcase_add_test (tc, both_key_and_key_file);
  tcase_add_test (tc, a_key_that_is_not_base64);
  tcase_add_test (tc, a_key_of_no_size);
  tcase_add_test (tc, a_key_of_another_suite);
  tcase_add_test (tc, no_such_key_file);
  tcase_add_test (tc, a_key_file_that_is_a_directory);
  tcase_add_test (tc, a_key_file_without_a_key);

  tc = tcase_create ("before-the-start");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, packets_do_not_pass_before_there_is_a_key);
  tcase_add_test (tc, rank_and_class_keep_the_elements_from_being_plugged_by_themselves);
  return s;
}

GST_CHECK_MAIN (perclitestart);
