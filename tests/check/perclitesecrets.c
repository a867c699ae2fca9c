/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitesecrets.c - a key is nowhere to be seen: properties, logs, messages, statistics,
 * graphs. */

#define _GNU_SOURCE /* memmem() */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitetest.h"

#include <string.h>

#include <glib/gstdio.h>
#include <openssl/rand.h>

/* A key nobody else has: parts of the published ones may be anywhere. */
static guint8 secret[44];
static gchar *secret_base64;
static gchar *secret_hex;

static GMutex log_lock;
static GString *log_text;

static void
collect_log (GstDebugCategory *category, GstDebugLevel level, const gchar *file,
    const gchar *function, gint line, GObject *object, GstDebugMessage *message, gpointer user_data)
{
  /* Before the lock: to write an object out may log something itself. */
  const gchar *text = gst_debug_message_get (message);

  g_mutex_lock (&log_lock);
  g_string_append (log_text, text);
  g_string_append_c (log_text, '\n');
  g_mutex_unlock (&log_lock);
}

static void
setup (void)
{
  GString *hex = g_string_new (NULL);

  fail_unless_equals_int (RAND_bytes (secret, sizeof secret), 1);
  secret_base64 = g_base64_encode (secret, sizeof secret);
  for (guint i = 0; i < sizeof secret; i++)
    g_string_append_printf (hex, "%02x", secret[i]);
  secret_hex = g_string_free (hex, FALSE);

  log_text = g_string_new (NULL);
  gst_debug_remove_log_function (gst_debug_log_default);
  gst_debug_add_log_function (collect_log, NULL, NULL);
  gst_debug_set_default_threshold (GST_LEVEL_MEMDUMP);
}

static void
teardown (void)
{
  gst_debug_set_default_threshold (GST_LEVEL_NONE);
  gst_debug_remove_log_function (collect_log);
  g_string_free (log_text, TRUE);
  g_free (secret_base64);
  g_free (secret_hex);
}

/* As bytes, which may be anywhere in what is no text. */
static void
assert_no_raw_secret (const gchar *data, gsize size)
{
  for (gsize i = 0; i + 8 <= sizeof secret; i++)
    fail_unless (memmem (data, size, secret + i, 8) == NULL, "the key is there as it is");
}

static void
assert_no_secret (const gchar *text)
{
  g_autofree gchar *lower = g_ascii_strdown (text, -1);

  assert_not_leaked (text, secret_base64);
  assert_not_leaked (lower, secret_hex);
}

static void
assert_no_secret_in_message (GstMessage *message)
{
  const GstStructure *s = gst_message_get_structure (message);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *debug = NULL;

  if (s != NULL) {
    g_autofree gchar *text = gst_structure_to_string (s);
    assert_no_secret (text);
  }
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_WARNING)
    gst_message_parse_warning (message, &error, &debug);
  else if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    gst_message_parse_error (message, &error, &debug);
  if (error != NULL)
    assert_no_secret (error->message);
  if (debug != NULL)
    assert_no_secret (debug);
}

/* An RTP packet every buffer, without a payloader. */
static void
on_handoff (GstElement *source, GstBuffer *buffer, GstPad *pad, gpointer user_data)
{
  static guint16 seq = 0;
  g_autoptr (GstBuffer) packet = test_simple_packet (1, seq++);
  g_autoptr (GBytes) bytes = test_buffer_bytes (packet);

  gst_buffer_fill (buffer, 0, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
}

/* Runs packets through an encrypter and a decrypter, of the same key or not. */
static void
run_pipeline (const gchar *enc_property, const gchar *enc_value, const gchar *dec_key)
{
  GstElement *pipeline = gst_pipeline_new (NULL);
  GstElement *source = gst_element_factory_make ("fakesrc", NULL);
  GstElement *enc = gst_element_factory_make ("perclitenc", NULL);
  GstElement *dec = gst_element_factory_make ("perclitedec", NULL);
  GstElement *sink = gst_element_factory_make ("fakesink", NULL);
  g_autoptr (GstBus) bus = gst_element_get_bus (pipeline);
  g_autoptr (GstMessage) message = NULL;
  GstElement *both[] = {enc, dec};

  g_object_set (source, "sizetype", 2, "sizemax", 112, "num-buffers", 50, "signal-handoffs", TRUE,
      "format", GST_FORMAT_TIME, NULL);
  g_signal_connect (source, "handoff", G_CALLBACK (on_handoff), NULL);
  g_object_set (enc, enc_property, enc_value, NULL);
  g_object_set (dec, "key", dec_key, NULL);
  gst_bin_add_many (GST_BIN (pipeline), source, enc, dec, sink, NULL);
  fail_unless (gst_element_link_many (source, enc, dec, sink, NULL));

  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  do {
    gst_clear_message (&message);
    message = gst_bus_timed_pop (bus, 20 * GST_SECOND);
    fail_unless (message != NULL);
    assert_no_secret_in_message (message);
  } while (!(GST_MESSAGE_TYPE (message) & (GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));

  {
    g_autofree gchar *dot =
        gst_debug_bin_to_dot_data (GST_BIN (pipeline), GST_DEBUG_GRAPH_SHOW_ALL);
    assert_no_secret (dot);
  }
  for (guint i = 0; i < G_N_ELEMENTS (both); i++) {
    g_autoptr (GstStructure) stats = test_stats (both[i]);
    g_autofree gchar *text = gst_structure_to_string (stats);
    g_autoptr (GstPad) pad = gst_element_get_static_pad (both[i], "src");
    g_autoptr (GstCaps) caps = gst_pad_get_current_caps (pad);
    g_autofree gchar *caps_text = caps ? gst_caps_to_string (caps) : g_strdup ("");

    assert_no_secret (text);
    assert_no_secret (caps_text);
  }
  gst_element_set_state (pipeline, GST_STATE_NULL);
  gst_object_unref (pipeline);

  fail_unless (strstr (log_text->str, "perclite") != NULL);
  assert_no_secret (log_text->str);
  assert_no_raw_secret (log_text->str, log_text->len);
}

GST_START_TEST (a_run_does_not_show_the_key)
{
  run_pipeline ("key", secret_base64, secret_base64);
}
GST_END_TEST;

GST_START_TEST (a_run_with_a_wrong_key_shows_neither)
{
  run_pipeline ("key", secret_base64, KEY_44);
  assert_not_leaked (log_text->str, KEY_44);
}
GST_END_TEST;

GST_START_TEST (a_key_that_is_refused_is_not_shown)
{
  /* One character too many. */
  g_autofree gchar *longer = g_strconcat (secret_base64, "A", NULL);

  run_pipeline ("key", longer, secret_base64);
}
GST_END_TEST;

GST_START_TEST (a_key_file_does_not_show_its_key)
{
  g_autofree gchar *path = NULL;
  int fd = g_file_open_tmp ("perclite-XXXXXX", &path, NULL);

  fail_unless (fd >= 0);
  g_close (fd, NULL);
  fail_unless (g_file_set_contents (path, secret_base64, -1, NULL));
  run_pipeline ("key-file", path, secret_base64);
  g_unlink (path);
}
GST_END_TEST;

GST_START_TEST (keys_that_come_and_go_while_packets_flow_are_not_shown)
{
  GstHarness *e = test_harness ("perclitenc", "key=" KEY_44);
  GstHarness *d = test_harness ("perclitedec", "key=" KEY_44);
  g_autofree gchar *line = g_strconcat ("send mki=01 ", secret_base64, NULL), *added = NULL;
  GstMessage *message;

  for (guint i = 0; i < 40; i++) {
    g_autofree gchar *fingerprint = NULL, *other = NULL;
    gboolean removed;

    gst_clear_buffer (&(GstBuffer *){test_pass (d, test_pass (e, test_simple_packet (1, i)))});
    if (i == 10)
      g_signal_emit_by_name (e->element, "add-key", line, &fingerprint);
    if (i == 20)
      g_signal_emit_by_name (d->element, "add-key", line, &added);
    if (i == 25) {
      /* Refused, for it is there with an MKI. */
      g_signal_emit_by_name (d->element, "add-key", secret_base64, &other);
      fail_unless (other == NULL);
    }
    if (i == 30) {
      g_signal_emit_by_name (d->element, "remove-key", added, &removed);
      fail_unless (removed);
    }
  }
  while ((message = test_pop_message (d->element, GST_MESSAGE_ANY)) != NULL) {
    assert_no_secret_in_message (message);
    gst_message_unref (message);
  }
  assert_no_secret (log_text->str);
  assert_no_raw_secret (log_text->str, log_text->len);
  test_harness_free (e);
  test_harness_free (d);
}
GST_END_TEST;

GST_START_TEST (a_passphrase_and_its_key_are_not_shown)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PercliteKey) key = perclite_key_new_from_passphrase (
      secret_base64, "salt", PERCLITE_SUITE_AEAD_AES_256_GCM, &error);
  GstHarness *e = test_harness ("perclitenc", "key=" KEY_44);

  g_object_set (e->element, "key", NULL, "passphrase-salt", "salt", NULL);
  g_object_set (e->element, "passphrase", secret_base64, NULL);
  gst_clear_buffer (&(GstBuffer *){test_pass (e, test_simple_packet (1, 1))});
  {
    g_autoptr (GstStructure) stats = test_stats (e->element);
    g_autofree gchar *text = gst_structure_to_string (stats);

    assert_no_secret (text);
    fail_unless (strstr (text, perclite_key_get_fingerprint (key)) != NULL);
  }
  assert_no_secret (log_text->str);
  memcpy (secret, perclite_key_get_bytes (key), sizeof secret);
  assert_no_raw_secret (log_text->str, log_text->len);
  test_harness_free (e);
}
GST_END_TEST;

/* What the tool prints with -v and -m, what it logs with all categories at the highest level, and
 * its graphs. */
GST_START_TEST (gst_launch_does_not_show_a_key_file)
{
  g_autofree gchar *dir = g_dir_make_tmp ("perclite-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (dir, "room.key", NULL);
  g_autofree gchar *log = g_build_filename (dir, "log", NULL);
  g_autofree gchar *output = NULL, *errors = NULL, *file = NULL;
  g_autofree gchar *line = g_strdup_printf ("gst-launch-1.0 -v -m audiotestsrc num-buffers=20 ! "
                                            "mulawenc ! rtppcmupay ! perclitenc key-file=%s ! "
                                            "perclitedec key-file=%s ! fakesink",
      path, path);
  g_auto (GStrv) argv = g_strsplit (line, " ", -1);
  g_auto (GStrv) environment = g_get_environ ();
  g_autoptr (GDir) opened = NULL;
  const gchar *name;
  guint graphs = 0;
  gsize size;
  gint status;

  g_file_set_contents (path, secret_base64, -1, NULL);
  environment = g_environ_setenv (environment, "GST_DEBUG", "*:9", TRUE);
  environment = g_environ_setenv (environment, "GST_DEBUG_FILE", log, TRUE);
  environment = g_environ_setenv (environment, "GST_DEBUG_DUMP_DOT_DIR", dir, TRUE);
  fail_unless (g_spawn_sync (
      NULL, argv, environment, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, &errors, &status, NULL));
  fail_unless (g_spawn_check_wait_status (status, NULL), "%s", errors);
  fail_unless (strstr (output, "fingerprint = ") != NULL);
  assert_no_secret (output);
  assert_no_secret (errors);
  fail_unless (g_file_get_contents (log, &file, &size, NULL));
  assert_no_secret (file);
  assert_no_raw_secret (file, size);

  g_unlink (path);
  g_unlink (log);
  opened = g_dir_open (dir, 0, NULL);
  while ((name = g_dir_read_name (opened)) != NULL) {
    g_autofree gchar *graph = g_build_filename (dir, name, NULL);
    g_autofree gchar *text = NULL;

    fail_unless (g_file_get_contents (graph, &text, NULL, NULL));
    assert_no_secret (text);
    graphs++;
    g_unlink (graph);
  }
  fail_unless (graphs > 0);
  g_rmdir (dir);
}
GST_END_TEST;

GST_START_TEST (secrets_can_be_written_but_not_read)
{
  static const gchar *const factories[] = {"perclitenc", "perclitedec"};
  static const gchar *const names[] = {"key", "passphrase"};

  for (guint i = 0; i < G_N_ELEMENTS (factories) * G_N_ELEMENTS (names); i++) {
    GstElement *element = gst_element_factory_make (factories[i / 2], NULL);
    GParamSpec *pspec = g_object_class_find_property (G_OBJECT_GET_CLASS (element), names[i % 2]);

    fail_unless (pspec->flags & G_PARAM_WRITABLE);
    fail_if (pspec->flags & G_PARAM_READABLE);
    fail_unless (pspec->flags & GST_PARAM_MUTABLE_PLAYING);
    gst_object_unref (element);
  }
}
GST_END_TEST;

static Suite *
perclitesecrets_suite (void)
{
  Suite *s = suite_create ("perclitesecrets");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, a_run_does_not_show_the_key);
  tcase_add_test (tc, a_run_with_a_wrong_key_shows_neither);
  tcase_add_test (tc, a_key_that_is_refused_is_not_shown);
  tcase_add_test (tc, a_key_file_does_not_show_its_key);
  tcase_add_test (tc, keys_that_come_and_go_while_packets_flow_are_not_shown);
  tcase_add_test (tc, a_passphrase_and_its_key_are_not_shown);
  tcase_add_test (tc, gst_launch_does_not_show_a_key_file);
  tcase_add_test (tc, secrets_can_be_written_but_not_read);
  return s;
}

GST_CHECK_MAIN (perclitesecrets);
