/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The words in which errors of the signalling are told. */

#include <gst/check/gstcheck.h>

#include "gstjanuspost.h"
#include "januserror.h"

/* What is told of an error with CODE of DOMAIN and TEXT, as an error, or as a warning with what is
 * done. */
static gchar *
tell (GQuark domain, gint code, const gchar *text, const gchar *what_is_done)
{
  g_autoptr (GError) error = g_error_new_literal (domain, code, text);
  g_autoptr (GError) told = NULL;
  g_autofree gchar *debug = NULL;
  GstElement *element = gst_bin_new (NULL);
  g_autoptr (GstBus) bus = gst_bus_new ();
  GstMessage *message;

  gst_element_set_bus (element, bus);
  if (what_is_done)
    gst_janus_post_warning (element, error, what_is_done, "where");
  else
    gst_janus_post_error (element, error, "where");
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR | GST_MESSAGE_WARNING);
  fail_unless (message != NULL);
  if (what_is_done)
    gst_message_parse_warning (message, &told, &debug);
  else
    gst_message_parse_error (message, &told, &debug);
  fail_unless (g_str_has_suffix (debug, "where"));
  gst_message_unref (message);
  gst_element_set_bus (element, NULL);
  gst_object_unref (element);
  return g_strdup (told->message);
}

GST_START_TEST (a_text_is_one_sentence_whether_it_has_an_end_or_not)
{
  static const gchar *const texts[] = {"It has failed", "It has failed."};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree gchar *error = tell (JANUS_ERROR, JANUS_ERROR_CLOSED, texts[i], NULL);
    g_autofree gchar *warning = tell (JANUS_ERROR, JANUS_ERROR_CLOSED, texts[i], "Trying again.");
    g_autofree gchar *foreign =
        tell (GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED, texts[i], "Trying again.");

    assert_equals_string (error, "It has failed.");
    assert_equals_string (warning, "It has failed. Trying again.");
    assert_equals_string (foreign, "It has failed. Trying again.");
  }
}
GST_END_TEST;

GST_START_TEST (what_fails_on_our_side_is_not_blamed_on_the_network)
{
  g_autofree gchar *media = tell (JANUS_ERROR, JANUS_ERROR_MEDIA,
      "The media connection has failed: Internal data stream error.", "Trying again.");
  g_autofree gchar *ice = tell (JANUS_ERROR, JANUS_ERROR_ICE, "No media connection", NULL);

  fail_if (strstr (media, "UDP") || strstr (media, "firewall"), "%s", media);
  fail_if (strstr (media, ".."), "%s", media);
  fail_unless (g_str_has_suffix (media, ". Trying again."), "%s", media);
  fail_unless (strstr (ice, "no UDP goes through") != NULL, "%s", ice);
}
GST_END_TEST;

static Suite *
januspost_suite (void)
{
  Suite *s = suite_create ("januspost");
  TCase *tc = tcase_create ("januspost");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, a_text_is_one_sentence_whether_it_has_an_end_or_not);
  tcase_add_test (tc, what_fails_on_our_side_is_not_blamed_on_the_network);
  return s;
}

GST_CHECK_MAIN (januspost);
