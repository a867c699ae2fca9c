/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a receiver behind a real Janus is told when it has not the sender's key, and that it
 * recovers when it gets it. */

#include <signal.h>
#include <string.h>

#include <gst/check/gstcheck.h>

#include "testcall.h"
#include "testfiles.h"
#include "testkeys.h"

/* Keyframes come when they are asked for, and never again by themselves. */
#define VIDEO                                                                             \
  "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=30/1 ! vp8enc " \
  "deadline=1 keyframe-max-dist=1000000 ! identity name=frames ! rtpvp8pay "              \
  "pt=105 mtu=1170"
#define SINK "janusvideoroomsink name=sfu feed-id=777 display-name=cam janus-endpoint=%s room-id="
#define SRC "janusvideoroomsrc name=s feed-id=777 janus-endpoint=%s room-id="
#define DECODE " ! rtpvp8depay ! vp8dec name=decoder ! fakesink name=v async=false"

/* Two seconds of pictures: the keyframe that the server asks for when somebody comes has gone
 * by. */
#define MANY 60

/* A publisher of VIDEO whose perclitenc has PROPERTIES, and its being up. */
static GstElement *
publish (TestJanus *janus, const gchar *properties)
{
  GstElement *pipeline = test_play (VIDEO " ! perclitenc name=enc %s ! " SINK TEST_ROOM_E2EE,
      properties, test_janus_get_endpoint (janus));

  test_wait_state (pipeline, "sfu", "connected");
  return pipeline;
}

static void
assert_fingerprint (GstMessage *message, GstElement *pipeline, const gchar *name)
{
  g_autoptr (GstElement) element = test_get_element (pipeline, name);
  g_autofree gchar *fingerprint = NULL;

  g_object_get (element, "fingerprint", &fingerprint, NULL);
  assert_equals_string (
      gst_structure_get_string (gst_message_get_structure (message), "fingerprint"), fingerprint);
}

/* A receiver of it whose perclitedec has PROPERTIES, in NULL. */
static GstElement *
subscriber_new (TestJanus *janus, const gchar *properties)
{
  return test_pipeline (SRC TEST_ROOM_E2EE " ! perclitedec name=dec %s" DECODE,
      test_janus_get_endpoint (janus), properties);
}

static void
add_key (GstElement *pipeline, const gchar *name, const gchar *line)
{
  g_autoptr (GstElement) element = test_get_element (pipeline, name);
  g_autofree gchar *fingerprint = NULL;

  g_signal_emit_by_name (element, "add-key", line, &fingerprint);
  fail_unless (fingerprint != NULL);
}

typedef struct {
  GstElement *pipeline;
  const gchar *element;
  const gchar *field;
  guint64 wanted;
} StatCheck;

static gboolean
stat_is_reached (gpointer data)
{
  StatCheck *check = data;

  return test_get_stat (check->pipeline, check->element, check->field) >= check->wanted;
}

static void
wait_stat (GstElement *pipeline, const gchar *element, const gchar *field, guint64 wanted)
{
  StatCheck check = {pipeline, element, field, wanted};

  test_wait_until (stat_is_reached, &check);
}

GST_START_TEST (a_bot_with_the_wrong_key_is_told_and_sees_pictures_as_soon_as_it_has_the_right_one)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = publish (janus, "key=" KEY);
  GstElement *bot = subscriber_new (janus, "key=" OTHER_KEY);
  TestCount *sent = test_count (publisher, "frames");
  TestCount *decoder = test_count (bot, "decoder"), *pictures = test_count (bot, "v");
  gint requests_of_dec = 0, requests_of_decoder = 0, keyframes;
  g_autoptr (GstMessage) failed = NULL, resumed = NULL;

  test_count_keyframe_requests (bot, "dec", "sink", &requests_of_dec);
  test_count_keyframe_requests (bot, "dec", "src", &requests_of_decoder);
  gst_element_set_state (bot, GST_STATE_PLAYING);

  failed = test_wait_element_message (bot, "perclite-decrypt-failed");
  assert_fingerprint (failed, bot, "dec");
  test_wait_text (bot, GST_MESSAGE_WARNING, "dec", "cannot be decrypted. Wrong key?");
  wait_stat (bot, "dec", "dropped", MANY);
  assert_equals_int (g_atomic_int_get (&decoder->buffers), 0);
  assert_equals_int (g_atomic_int_get (&requests_of_dec), 0);
  assert_equals_uint64 (test_get_stat (bot, "dec", "packets-out"), 0);
  assert_equals_uint64 (test_get_event_count (bot, "dec", "plaintext-received"), 0);

  keyframes = g_atomic_int_get (&sent->keyframes);
  add_key (bot, "dec", KEY);
  resumed = test_wait_element_message (bot, "perclite-decrypt-resumed");
  assert_fingerprint (resumed, publisher, "enc");
  test_wait_text (bot, GST_MESSAGE_INFO, "dec", "is decrypted again");
  test_wait_buffers (bot, pictures, 10);
  fail_unless (g_atomic_int_get (&requests_of_dec) > g_atomic_int_get (&requests_of_decoder));
  fail_unless (g_atomic_int_get (&sent->keyframes) > keyframes);
  test_end (bot);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (a_wrong_key_for_10_seconds_is_a_warning_that_names_the_feed_once)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = publish (janus, "key=" KEY);
  GstElement *bot = subscriber_new (janus, "key=" OTHER_KEY);
  g_autoptr (GstBus) bus = gst_element_get_bus (bot);
  GstMessage *message;

  gst_element_set_state (bot, GST_STATE_PLAYING);
  test_wait_text (bot, GST_MESSAGE_WARNING, "s", "feed 777 (\"cam\") has been decrypted for 1");

  /* The state goes on for seconds, and is told upstream every second. */
  wait_stat (bot, "dec", "dropped", test_get_stat (bot, "dec", "dropped") + 3 * MANY);
  while ((message = gst_bus_pop_filtered (bus, GST_MESSAGE_WARNING))) {
    fail_if (g_str_equal (GST_MESSAGE_SRC_NAME (message), "s"), "told twice");
    gst_message_unref (message);
  }
  test_end (bot);
  test_end (publisher);
}
GST_END_TEST;

static GstElement *
publish_plaintext (TestJanus *janus, const gchar *source)
{
  GstElement *pipeline =
      test_play ("%s ! " SINK TEST_ROOM_OPEN " allow-plaintext=true signalling=plain", source,
          test_janus_get_endpoint (janus));

  test_wait_state (pipeline, "sfu", "connected");
  return pipeline;
}

static void
check_plaintext (const gchar *source)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = publish_plaintext (janus, source);
  GstElement *bot = test_play (SRC TEST_ROOM_OPEN " signalling=plain ! perclitedec name=dec "
                                                  "key=" KEY " ! fakesink async=false",
      test_janus_get_endpoint (janus));
  g_autoptr (GstMessage) message = test_wait_element_message (bot, "perclite-plaintext-received");

  test_wait_text (bot, GST_MESSAGE_WARNING, "dec", "is not encrypted end to end");
  wait_stat (bot, "dec", "dropped", 3 * MANY);
  assert_equals_uint64 (test_get_event_count (bot, "dec", "plaintext-received"), 1);
  assert_equals_uint64 (test_get_event_count (bot, "dec", "decrypt-failed"), 0);
  assert_equals_uint64 (test_get_event_count (bot, "dec", "missing-key"), 0);
  assert_equals_uint64 (test_get_stat (bot, "dec", "packets-out"), 0);
  test_end (bot);
  test_end (publisher);
}

GST_START_TEST (plaintext_is_noticed_and_not_taken_for_a_wrong_key)
{
  check_plaintext (VIDEO);
}
GST_END_TEST;

GST_START_TEST (plaintext_sound_is_noticed_and_not_taken_for_a_wrong_key)
{
  check_plaintext (OPUS_SOURCE);
}
GST_END_TEST;

typedef struct {
  GstElement *element;
  guint key;
} KeyCheck;

static gboolean
is_used (gpointer data)
{
  KeyCheck *check = data;

  return test_key_is_used (check->element, check->key);
}

/* The line of a key ring for key NUMBER, with its number as MKI if WITH_MKI. */
static gchar *
key_line (guint number, const gchar *mark, gboolean with_mki)
{
  g_autofree gchar *text = test_key_text (number);

  return with_mki ? g_strdup_printf ("%smki=%02x %s", mark, number, text)
                  : g_strconcat (mark, text, NULL);
}

/* Rotates the keys of a publisher up to LAST, each of which is used for a while; then only that one
 * is left. */
static GstElement *
publish_and_rotate (TestJanus *janus, guint last, gboolean with_mki)
{
  GstElement *pipeline = test_pipeline (
      VIDEO " ! perclitenc name=enc ! " SINK TEST_ROOM_E2EE, test_janus_get_endpoint (janus));
  g_autoptr (GstElement) enc = test_get_element (pipeline, "enc");
  guint i;

  for (i = 1; i <= last; i++) {
    KeyCheck check = {enc, i};
    g_autofree gchar *line = key_line (i, "send ", with_mki);

    add_key (pipeline, "enc", line);
    if (i == 1) {
      gst_element_set_state (pipeline, GST_STATE_PLAYING);
      test_wait_state (pipeline, "sfu", "connected");
    } else {
      g_autofree gchar *old = test_key_fingerprint (i - 1);
      gboolean removed = FALSE;

      g_signal_emit_by_name (enc, "remove-key", old, &removed);
      fail_unless (removed);
    }
    test_wait_until (is_used, &check);
    wait_stat (pipeline, "enc", "packets-out", test_get_stat (pipeline, "enc", "packets-out") + 10);
  }
  return pipeline;
}

static void
check_late_joiner (gboolean with_mki)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = publish_and_rotate (janus, 5, with_mki);
  g_autofree gchar *line = key_line (5, "", with_mki);
  GstElement *joiner = subscriber_new (janus, "");
  TestCount *pictures = test_count (joiner, "v");

  add_key (joiner, "dec", line);
  gst_element_set_state (joiner, GST_STATE_PLAYING);
  test_wait_buffers (joiner, pictures, 10);
  assert_equals_uint64 (test_get_stat (joiner, "dec", "dropped"), 0);
  test_end (joiner);
  test_end (publisher);
}

GST_START_TEST (a_late_joiner_needs_only_the_newest_key)
{
  check_late_joiner (FALSE);
}
GST_END_TEST;

GST_START_TEST (a_late_joiner_needs_only_the_newest_key_also_with_mkis)
{
  check_late_joiner (TRUE);
}
GST_END_TEST;

/* An application that has all the keys. */
typedef struct {
  gint requests; /* atomic */
  gint mki;      /* atomic: the last one that was asked for, -1 for none */
  gint answer;   /* atomic: the number of the key that is asked for when no MKI is, 0 for none */
} Application;

static gchar *
on_request_key (GstElement *element, guint ssrc, GBytes *mki, gpointer user_data)
{
  Application *application = user_data;
  gint number = g_atomic_int_get (&application->answer);

  g_atomic_int_set (
      &application->mki, mki ? ((const guint8 *) g_bytes_get_data (mki, NULL))[0] : -1);
  if (mki)
    number = g_atomic_int_get (&application->mki);
  g_atomic_int_inc (&application->requests);
  return number > 0 ? test_key_text ((guint) number) : NULL;
}

static GstElement *
subscribe_with_application (TestJanus *janus, Application *application, const gchar *line)
{
  GstElement *pipeline = subscriber_new (janus, "");
  g_autoptr (GstElement) dec = test_get_element (pipeline, "dec");

  g_signal_connect (dec, "request-key", G_CALLBACK (on_request_key), application);
  if (line)
    add_key (pipeline, "dec", line);
  return pipeline;
}

GST_START_TEST (a_late_joiner_without_any_key_asks_for_it)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = publish_and_rotate (janus, 3, FALSE);
  Application application = {.answer = 3};
  GstElement *joiner = subscribe_with_application (janus, &application, NULL);
  TestCount *pictures = test_count (joiner, "v");

  gst_element_set_state (joiner, GST_STATE_PLAYING);
  test_wait_buffers (joiner, pictures, 10);
  assert_equals_int (g_atomic_int_get (&application.requests), 1);
  assert_equals_int (g_atomic_int_get (&application.mki), -1);
  assert_equals_uint64 (test_get_stat (joiner, "dec", "dropped"), 0);
  assert_equals_uint64 (test_get_event_count (joiner, "dec", "missing-key"), 0);
  test_end (joiner);
  test_end (publisher);
}
GST_END_TEST;

/* The application answers with the key alone; which MKI it has is known. */
GST_START_TEST (a_late_joiner_asks_for_the_key_that_packets_name)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = publish_and_rotate (janus, 3, TRUE);
  Application application = {.answer = 0};
  g_autofree gchar *old = key_line (1, "", TRUE);
  GstElement *joiner = subscribe_with_application (janus, &application, old);
  TestCount *pictures = test_count (joiner, "v");

  gst_element_set_state (joiner, GST_STATE_PLAYING);
  test_wait_buffers (joiner, pictures, 10);
  assert_equals_int (g_atomic_int_get (&application.requests), 1);
  assert_equals_int (g_atomic_int_get (&application.mki), 3);
  assert_equals_uint64 (test_get_stat (joiner, "dec", "dropped"), 0);
  test_end (joiner);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (a_key_that_rotated_unnoticed_is_asked_for_while_playing)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = publish_and_rotate (janus, 1, FALSE);
  Application application = {.answer = 2};
  g_autofree gchar *old_line = key_line (1, "", FALSE), *new_line = key_line (2, "send ", FALSE);
  GstElement *bot = subscribe_with_application (janus, &application, old_line);
  g_autoptr (GstElement) dec = test_get_element (bot, "dec");
  TestCount *pictures = test_count (bot, "v");
  KeyCheck check = {dec, 2};

  gst_element_set_state (bot, GST_STATE_PLAYING);
  test_wait_buffers (bot, pictures, 10);
  assert_equals_int (g_atomic_int_get (&application.requests), 0);

  add_key (publisher, "enc", new_line);
  test_wait_until (is_used, &check);
  test_wait_buffers (bot, pictures, g_atomic_int_get (&pictures->buffers) + 10);
  assert_equals_int (g_atomic_int_get (&application.requests), 1);
  test_end (bot);
  test_end (publisher);
}
GST_END_TEST;

GST_START_TEST (a_key_that_is_removed_decrypts_nothing_any_more)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = publish (janus, "key=" KEY);
  GstElement *bot = subscriber_new (janus, "key=" KEY);
  g_autoptr (GstElement) dec = test_get_element (bot, "dec");
  TestCount *pictures = test_count (bot, "v");
  g_autofree gchar *fingerprint = NULL;
  gboolean removed = FALSE;
  guint64 out;

  gst_element_set_state (bot, GST_STATE_PLAYING);
  test_wait_buffers (bot, pictures, 10);
  g_object_get (dec, "fingerprint", &fingerprint, NULL);
  g_signal_emit_by_name (dec, "remove-key", fingerprint, &removed);
  fail_unless (removed);
  out = test_get_stat (bot, "dec", "packets-out");
  {
    g_autoptr (GstMessage) message = test_wait_element_message (bot, "perclite-missing-key");

    test_wait_text (bot, GST_MESSAGE_WARNING, "dec", "its key is missing");
  }
  wait_stat (bot, "dec", "dropped", MANY);
  assert_equals_uint64 (test_get_stat (bot, "dec", "packets-out"), out);
  test_end (bot);
  test_end (publisher);
}
GST_END_TEST;

/* Reads lines until one begins with BEGINNING and has TEXT in it. */
static void
wait_line (GDataInputStream *output, const gchar *beginning, const gchar *text)
{
  g_autoptr (GString) all = g_string_new (NULL);
  gchar *line;

  while ((line = g_data_input_stream_read_line (output, NULL, NULL, NULL))) {
    gboolean found = g_str_has_prefix (line, beginning) && strstr (line, text) != NULL;

    g_string_append_printf (all, "%s\n", line);
    g_free (line);
    if (found)
      return;
  }
  fail ("gst-launch-1.0 has ended without \"%s\":\n%s", text, all->str);
}

GST_START_TEST (gst_launch_shows_a_line_for_a_wrong_key_and_one_for_the_right_one)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = publish (janus, "key=" KEY);
  g_autofree gchar *directory = g_dir_make_tmp ("perclite-keys-XXXXXX", NULL);
  g_autofree gchar *path = g_build_filename (directory, "room.key", NULL);
  g_autofree gchar *endpoint =
      g_strconcat ("janus-endpoint=", test_janus_get_endpoint (janus), NULL);
  g_autofree gchar *key_file = g_strconcat ("key-file=", path, NULL);
  /* A test that fails shows what has been said until then. */
  const gchar *const argv[] = {"timeout", "60", "gst-launch-1.0", "-m", "janusvideoroomsrc",
      endpoint, "room-id=" TEST_ROOM_E2EE, "feed-id=777", "!", "perclitedec", key_file, "!",
      "rtpvp8depay", "!", "vp8dec", "!", "fakesink", "async=false", NULL};
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GDataInputStream) output = NULL;
  g_autoptr (GError) error = NULL;

  test_key_write_file (path, OTHER_KEY "\n");
  process = g_subprocess_newv (
      argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE, &error);
  fail_unless (process != NULL, "%s", error ? error->message : "");
  output = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  wait_line (output, "Got message", "perclite-decrypt-failed");
  wait_line (output, "WARNING: from element", "cannot be decrypted. Wrong key?");
  test_key_write_file (path, KEY "\n");
  wait_line (output, "Got message", "perclite-decrypt-resumed");
  wait_line (output, "INFO:", "");
  wait_line (output, "Stream ", "is decrypted again");

  g_subprocess_send_signal (process, SIGINT);
  fail_unless (g_subprocess_wait (process, NULL, NULL));
  test_files_remove (directory);
  test_end (publisher);
}
GST_END_TEST;

static Suite *
keystates_suite (void)
{
  Suite *s = suite_create ("keystates");
  TCase *tc = tcase_create ("keystates");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (
      tc, a_bot_with_the_wrong_key_is_told_and_sees_pictures_as_soon_as_it_has_the_right_one);
  tcase_add_test (tc, a_wrong_key_for_10_seconds_is_a_warning_that_names_the_feed_once);
  tcase_add_test (tc, plaintext_is_noticed_and_not_taken_for_a_wrong_key);
  tcase_add_test (tc, plaintext_sound_is_noticed_and_not_taken_for_a_wrong_key);
  tcase_add_test (tc, a_late_joiner_needs_only_the_newest_key);
  tcase_add_test (tc, a_late_joiner_needs_only_the_newest_key_also_with_mkis);
  tcase_add_test (tc, a_late_joiner_without_any_key_asks_for_it);
  tcase_add_test (tc, a_late_joiner_asks_for_the_key_that_packets_name);
  tcase_add_test (tc, a_key_that_rotated_unnoticed_is_asked_for_while_playing);
  tcase_add_test (tc, a_key_that_is_removed_decrypts_nothing_any_more);
  tcase_add_test (tc, gst_launch_shows_a_line_for_a_wrong_key_and_one_for_the_right_one);
  return s;
}

GST_CHECK_MAIN (keystates);
