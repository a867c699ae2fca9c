/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitekeys.c (test) - keys that change, come and go while packets flow. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitetest.h"

#include <glib/gstdio.h>
#include <gst/video/video.h>
#include <string.h>
#include <sys/stat.h>

#include "gstpercliteevent.h"

#define SSRC 0x1a2b3c4d
#define FINGERPRINT_44 (test_suites[0].fingerprint)

static gchar *dir, *path;

static void
setup (void)
{
  dir = g_dir_make_tmp ("perclite-XXXXXX", NULL);
  path = g_build_filename (dir, "room.key", NULL);
}

static void
teardown (void)
{
  g_unlink (path);
  g_rmdir (dir);
  g_free (path);
  g_free (dir);
}

/* As whoever rotates keys should: the file is replaced in one step. */
static void
write_key_file (gint mode, const gchar *text)
{
  g_autofree gchar *new_path = g_strconcat (path, ".new", NULL);

  fail_unless (
      g_file_set_contents_full (new_path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, mode, NULL));
  fail_unless_equals_int (g_chmod (new_path, (mode_t) mode), 0);
  fail_unless_equals_int (g_rename (new_path, path), 0);
}

static GstBuffer *
packet (guint16 seq, guint32 ts)
{
  TestPacket p = {.ssrc = SSRC, .seq = seq, .ts = ts, .pt = 105, .payload_size = 50};

  return test_packet_buffer (&p);
}

static gchar *
add_key (GstHarness *h, const gchar *line)
{
  gchar *fingerprint = NULL;

  g_signal_emit_by_name (h->element, "add-key", line, &fingerprint);
  return fingerprint;
}

static gboolean
remove_key (GstHarness *h, const gchar *fingerprint)
{
  gboolean removed;

  g_signal_emit_by_name (h->element, "remove-key", fingerprint, &removed);
  return removed;
}

static gchar *
get_fingerprint (GstHarness *h)
{
  gchar *fingerprint;

  g_object_get (h->element, "fingerprint", &fingerprint, NULL);
  return fingerprint;
}

/* Encrypts packet SEQ, and says whether H decrypts it. */
static gboolean
passes (GstHarness *e, GstHarness *d, guint16 seq)
{
  GstBuffer *encrypted = test_pass (e, packet (seq, seq * 3000u));
  g_autoptr (GstBuffer) plain = NULL;

  fail_unless (encrypted != NULL);
  plain = test_pass (d, encrypted);
  return plain != NULL;
}

/* A harness of FACTORY with the key file. */
static GstHarness *
harness_with_file (const gchar *factory)
{
  g_autofree gchar *properties = g_strconcat ("key-file=", path, NULL);

  return test_harness (factory, properties);
}

static void
wait_for_fingerprint (GstHarness *h, const gchar *wanted)
{
  for (guint i = 0; i < 2000; i++) {
    g_autofree gchar *fingerprint = get_fingerprint (h);

    if (g_str_equal (fingerprint, wanted))
      return;
    g_usleep (10000);
  }
  fail ("the key %s has not come", wanted);
}

GST_START_TEST (another_key_begins_with_another_timestamp)
{
  GstHarness *e = test_harness ("perclitenc", "key=" KEY_44);
  GstHarness *old = test_harness ("perclitedec", "key=" KEY_44);
  GstHarness *new = test_harness ("perclitedec", "key=" OTHER_KEY_44);
  static const struct {
    guint16 seq;
    guint32 ts;
    gboolean is_new;
  } steps[] = {
      {1, 3000, FALSE}, {2, 3000, FALSE}, {3, 3000, FALSE}, {4, 6000, TRUE}, {5, 6000, TRUE}};

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    GstBuffer *encrypted = test_pass (e, packet (steps[i].seq, steps[i].ts));
    g_autoptr (GstBuffer) by_old = test_pass (old, gst_buffer_copy_deep (encrypted));
    g_autoptr (GstBuffer) by_new = test_pass (new, encrypted);

    fail_unless ((by_old != NULL) == !steps[i].is_new, "packet %u", steps[i].seq);
    fail_unless ((by_new != NULL) == steps[i].is_new, "packet %u", steps[i].seq);
    if (i == 0)
      g_object_set (e->element, "key", OTHER_KEY_44, NULL);
  }
  test_harness_free (e);
  test_harness_free (old);
  test_harness_free (new);
}
GST_END_TEST;

GST_START_TEST (a_key_change_is_told_and_marked_before_its_first_packet)
{
  GstHarness *e = test_harness ("perclitenc", "key=" KEY_44 " keyframe-on-key-change=true");
  g_autofree gchar *fingerprint = NULL;
  g_autoptr (GstMessage) message = NULL;
  const gchar *marked = NULL;
  gboolean keyframe = FALSE;
  GstEvent *event, *mark = NULL;

  gst_buffer_unref (test_pass (e, packet (1, 3000)));
  g_object_set (e->element, "key", OTHER_KEY_44, NULL);
  fingerprint = get_fingerprint (e);
  gst_buffer_unref (test_pass (e, packet (2, 6000)));

  while ((event = gst_harness_try_pull_event (e)) != NULL) {
    if (gst_event_has_name (event, GST_PERCLITE_ENCRYPTED_EVENT))
      gst_event_replace (&mark, event);
    gst_event_unref (event);
  }
  marked = gst_structure_get_string (gst_event_get_structure (mark), "fingerprint");
  fail_unless_equals_string (marked, fingerprint);
  gst_event_unref (mark);

  message = test_pop_message (e->element, GST_MESSAGE_ELEMENT);
  fail_unless (gst_message_has_name (message, "perclite-key-changed"));
  fail_unless_equals_string (
      gst_structure_get_string (gst_message_get_structure (message), "fingerprint"), fingerprint);

  while ((event = gst_harness_try_pull_upstream_event (e)) != NULL) {
    keyframe |= gst_video_event_is_force_key_unit (event);
    gst_event_unref (event);
  }
  fail_unless (keyframe);
  test_harness_free (e);
}
GST_END_TEST;

GST_START_TEST (keyframes_are_not_asked_for_unless_told)
{
  GstHarness *e = test_harness ("perclitenc", "key=" KEY_44);
  GstEvent *event;

  gst_buffer_unref (test_pass (e, packet (1, 3000)));
  g_object_set (e->element, "key", OTHER_KEY_44, NULL);
  gst_buffer_unref (test_pass (e, packet (2, 6000)));
  while ((event = gst_harness_try_pull_upstream_event (e)) != NULL) {
    fail_if (gst_video_event_is_force_key_unit (event));
    gst_event_unref (event);
  }
  test_harness_free (e);
}
GST_END_TEST;

GST_START_TEST (a_list_is_cut_where_the_key_changes)
{
  GstHarness *e = test_harness ("perclitenc", "key=" KEY_44);
  GstHarness *d = test_harness ("perclitedec", "key=" KEY_44);
  GstBufferList *list = gst_buffer_list_new ();
  g_autofree gchar *added = add_key (d, OTHER_KEY_44);

  gst_buffer_unref (test_pass (e, packet (1, 3000)));
  g_object_set (e->element, "key", OTHER_KEY_44, NULL);
  for (guint16 seq = 2; seq < 6; seq++)
    gst_buffer_list_add (list, packet (seq, seq < 4 ? 3000 : 6000));
  fail_unless_equals_int (gst_pad_push_list (e->srcpad, list), GST_FLOW_OK);
  for (guint16 seq = 2; seq < 6; seq++) {
    g_autoptr (GstBuffer) plain = test_pass (d, gst_harness_pull (e));

    fail_unless (plain != NULL);
  }
  test_harness_free (e);
  test_harness_free (d);
}
GST_END_TEST;

GST_START_TEST (a_key_change_in_a_list_is_told_though_nobody_takes_the_packets)
{
  GstHarness *e = test_harness ("perclitenc", "key=" KEY_44);
  GstBufferList *list = gst_buffer_list_new ();
  g_autoptr (GstMessage) message = NULL;

  gst_buffer_unref (test_pass (e, packet (1, 3000)));
  g_object_set (e->element, "key", OTHER_KEY_44, NULL);
  gst_buffer_list_add (list, packet (2, 3000));
  gst_buffer_list_add (list, packet (3, 6000));
  gst_pad_set_active (e->sinkpad, FALSE);
  fail_unless_equals_int (gst_pad_push_list (e->srcpad, list), GST_FLOW_FLUSHING);
  gst_pad_set_active (e->sinkpad, TRUE);
  message = test_pop_message (e->element, GST_MESSAGE_ELEMENT);
  fail_unless (message != NULL);
  fail_unless (gst_message_has_name (message, "perclite-key-changed"));
  test_harness_free (e);
}
GST_END_TEST;

GST_START_TEST (a_key_that_was_set_again_repeats_no_nonce)
{
  GstHarness *e = test_harness ("perclitenc", "key=" KEY_44);
  g_autoptr (GHashTable) seen =
      g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref, NULL);

  /* Two keys in turn, and the same numbers again and again, as of a payloader that is restarted
   * with a fixed SSRC. */
  for (guint i = 0; i < 2000; i++) {
    g_autoptr (GstBuffer) encrypted = NULL;
    g_autoptr (GBytes) bytes = NULL;

    g_object_set (e->element, "key", i % 2 ? KEY_44 : OTHER_KEY_44, NULL);
    encrypted = test_pass (e, packet ((guint16) (i % 200 * 50), i));
    if (encrypted == NULL)
      continue;
    bytes = test_buffer_bytes (encrypted);
    /* Key, inner sequence number and inner SSRC: the rollover counter of all is 0. */
    {
      const guint8 *data = g_bytes_get_data (bytes, NULL);
      guint8 nonce[7] = {(guint8) (i % 2)};

      memcpy (nonce + 1, data + 12 + 1, 2);
      memcpy (nonce + 3, data + 12 + 7, 4);
      fail_unless (g_hash_table_add (seen, g_bytes_new (nonce, sizeof nonce)), "packet %u", i);
    }
  }
  fail_unless (g_hash_table_size (seen) > 200);
  test_harness_free (e);
}
GST_END_TEST;

GST_START_TEST (a_replaced_key_file_rotates_both_sides_without_a_loss)
{
  GstHarness *e, *d;
  guint16 seq = 1;

  write_key_file (0600, "send " KEY_44 "  # the one in use\n" OTHER_KEY_44 "\n");
  e = harness_with_file ("perclitenc");
  d = harness_with_file ("perclitedec");

  for (guint i = 0; i < 4; i++) {
    g_autofree gchar *before = get_fingerprint (e);

    for (guint n = 0; n < 20; n++, seq++)
      fail_unless (passes (e, d, seq), "packet %u", seq);
    write_key_file (0600, i % 2 ? "send " KEY_44 "\n" OTHER_KEY_44 : KEY_44 "\nsend " OTHER_KEY_44);
    for (guint n = 0; n < 1000; n++) {
      g_autofree gchar *now = get_fingerprint (e);

      fail_unless (passes (e, d, seq), "packet %u", seq);
      seq++;
      if (!g_str_equal (now, before))
        break;
      g_usleep (10000);
    }
  }
  fail_unless_equals_uint64 (test_stat (d->element, "dropped"), 0);
  {
    g_autoptr (GstStructure) stats = test_stats (e->element);
    g_autoptr (GstStructure) events = NULL;
    guint64 changes;

    gst_structure_get (stats, "events", GST_TYPE_STRUCTURE, &events, NULL);
    gst_structure_get_uint64 (events, "key-changed", &changes);
    fail_unless (changes >= 3);
  }
  test_harness_free (e);
  test_harness_free (d);
}
GST_END_TEST;

GST_START_TEST (a_malformed_replacement_changes_nothing_and_is_told)
{
  GstHarness *e;
  g_autoptr (GstMessage) warning = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *fingerprint = NULL;

  write_key_file (0600, KEY_44);
  e = harness_with_file ("perclitenc");
  write_key_file (0600, "send " OTHER_KEY_44 "\nsend " KEY_44);
  {
    g_autoptr (GstBus) bus = gst_element_get_bus (e->element);

    warning = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND, GST_MESSAGE_WARNING);
  }
  fail_unless (warning != NULL);
  gst_message_parse_warning (warning, &error, NULL);
  fail_unless (strstr (error->message, "line 2") != NULL, "%s", error->message);
  fail_unless (strstr (error->message, "stay in use") != NULL, "%s", error->message);
  assert_not_leaked (error->message, OTHER_KEY_44);
  fingerprint = get_fingerprint (e);
  fail_unless_equals_string (fingerprint, FINGERPRINT_44);

  /* And what is right afterwards is taken. */
  write_key_file (0600, KEY_28);
  wait_for_fingerprint (e, test_suites[1].fingerprint);
  test_harness_free (e);
}
GST_END_TEST;

GST_START_TEST (a_replacement_that_is_refused_leaves_the_fingerprint_of_what_is_used)
{
  GstHarness *e;
  g_autofree gchar *fingerprint = NULL, *added = NULL;
  g_autoptr (GstMessage) warning = NULL;

  write_key_file (0600, KEY_44);
  e = harness_with_file ("perclitenc");
  write_key_file (0600, OTHER_KEY_44 "\n" KEY_28);
  {
    g_autoptr (GstBus) bus = gst_element_get_bus (e->element);

    warning = gst_bus_timed_pop_filtered (bus, 20 * GST_SECOND, GST_MESSAGE_WARNING);
  }
  fail_unless (warning != NULL);
  fingerprint = get_fingerprint (e);
  fail_unless_equals_string (fingerprint, FINGERPRINT_44);
  added = add_key (e, "send " KEY_30);
  fail_unless (added != NULL);
  test_harness_free (e);
}
GST_END_TEST;

static void
on_fingerprint (GstElement *element, GParamSpec *pspec, gpointer user_data)
{
  g_autofree gchar *other = g_strconcat (path, ".other", NULL);

  g_signal_handlers_disconnect_by_func (element, on_fingerprint, user_data);
  g_object_set (element, "key-file", other, NULL);
}

/* The fingerprint of a line of a key ring. */
static gchar *
fingerprint_of (const gchar *text)
{
  g_autoptr (PercliteKey) key = perclite_key_new_from_text (text, PERCLITE_SUITE_AUTO, NULL);

  return g_strdup (perclite_key_get_fingerprint (key));
}

GST_START_TEST (who_is_told_of_a_new_key_may_set_another_file)
{
  GstHarness *e, *other_element;
  g_autofree gchar *other = g_strconcat (path, ".other", NULL), *second = fingerprint_of (KEY_28);
  g_autofree gchar *third = fingerprint_of (KEY_30);

  write_key_file (0600, KEY_44);
  fail_unless (g_file_set_contents_full (other, KEY_28, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  e = harness_with_file ("perclitenc");
  other_element = harness_with_file ("perclitenc");
  g_signal_connect (e->element, "notify::fingerprint", G_CALLBACK (on_fingerprint), NULL);
  write_key_file (0600, OTHER_KEY_44);
  wait_for_fingerprint (e, second);

  /* And files are looked at as before. */
  write_key_file (0600, KEY_30);
  wait_for_fingerprint (other_element, third);
  fail_unless (g_file_set_contents_full (other, KEY_30, -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  wait_for_fingerprint (e, third);
  test_harness_free (e);
  test_harness_free (other_element);
  g_unlink (other);
}
GST_END_TEST;

GST_START_TEST (a_pipe_is_left_to_the_start)
{
  GstHarness *e = test_harness ("perclitenc", "key=" KEY_44);
  g_autoptr (GstElement) idle = gst_object_ref_sink (gst_element_factory_make ("perclitenc", NULL));
  g_autofree gchar *fingerprint = NULL, *none = NULL;

  fail_unless_equals_int (mkfifo (path, 0600), 0);
  g_object_set (idle, "key-file", path, NULL);
  g_object_get (idle, "fingerprint", &none, NULL);
  fail_unless_equals_string (none, "");

  g_object_set (e->element, "key", NULL, NULL);
  g_object_set (e->element, "key-file", path, NULL);
  fingerprint = get_fingerprint (e);
  fail_unless (test_count_messages (e->element, GST_MESSAGE_WARNING) >= 1);
  test_harness_free (e);
}
GST_END_TEST;

GST_START_TEST (a_key_is_not_kept_when_nothing_needs_it)
{
  g_autoptr (GstElement) e = gst_object_ref_sink (gst_element_factory_make ("perclitenc", NULL));
  g_autofree gchar *fingerprint = NULL;

  g_object_set (e, "key", KEY_44, NULL);
  gst_element_set_state (e, GST_STATE_PAUSED);
  gst_element_set_state (e, GST_STATE_READY);
  g_object_set (e, "key", NULL, NULL);
  g_object_get (e, "fingerprint", &fingerprint, NULL);
  fail_unless_equals_string (fingerprint, "");
  gst_element_set_state (e, GST_STATE_NULL);
}
GST_END_TEST;

GST_START_TEST (a_file_that_everybody_can_read_is_warned_of_once)
{
  GstHarness *e;

  write_key_file (0644, KEY_44);
  e = harness_with_file ("perclitenc");
  fail_unless_equals_int (test_count_messages (e->element, GST_MESSAGE_WARNING), 1);
  write_key_file (0644, OTHER_KEY_44);
  {
    GstHarness *other = test_harness ("perclitenc", "key=" OTHER_KEY_44);
    g_autofree gchar *fingerprint = get_fingerprint (other);

    wait_for_fingerprint (e, fingerprint);
    test_harness_free (other);
  }
  fail_unless_equals_int (test_count_messages (e->element, GST_MESSAGE_WARNING), 0);
  test_harness_free (e);

  write_key_file (0640, KEY_44);
  e = harness_with_file ("perclitedec");
  fail_unless_equals_int (test_count_messages (e->element, GST_MESSAGE_WARNING), 0);
  test_harness_free (e);
}
GST_END_TEST;

GST_START_TEST (a_ring_without_a_mark_decrypts_but_does_not_encrypt)
{
  g_autoptr (GstElement) e = gst_object_ref_sink (gst_element_factory_make ("perclitenc", NULL));
  g_autoptr (GstBus) bus = gst_bus_new ();
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;
  GstHarness *d, *with_key;

  write_key_file (0600, KEY_44 "\n" OTHER_KEY_44 "\n");
  gst_element_set_bus (e, bus);
  g_object_set (e, "key-file", path, NULL);
  fail_unless_equals_int (gst_element_set_state (e, GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  message = gst_bus_pop_filtered (bus, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (strstr (error->message, "\"send\"") != NULL, "%s", error->message);
  gst_element_set_state (e, GST_STATE_NULL);
  gst_element_set_bus (e, NULL);

  d = harness_with_file ("perclitedec");
  with_key = test_harness ("perclitenc", "key=" OTHER_KEY_44);
  fail_unless (passes (with_key, d, 1));
  test_harness_free (d);
  test_harness_free (with_key);
}
GST_END_TEST;

GST_START_TEST (a_removed_key_decrypts_nothing_from_then_on)
{
  GstHarness *e = test_harness ("perclitenc", "key=" KEY_44);
  GstHarness *d = test_harness ("perclitedec", "key=" KEY_44);
  g_autofree gchar *added = add_key (d, OTHER_KEY_44);

  fail_unless (passes (e, d, 1));
  fail_unless (remove_key (d, FINGERPRINT_44));
  fail_if (remove_key (d, FINGERPRINT_44));
  fail_if (passes (e, d, 2));
  g_free (add_key (d, KEY_44));
  fail_unless (passes (e, d, 3));
  test_harness_free (e);
  test_harness_free (d);
}
GST_END_TEST;

GST_START_TEST (the_key_that_encrypts_is_not_removed)
{
  GstHarness *e = test_harness ("perclitenc", "key=" KEY_44);
  g_autofree gchar *added = NULL;

  fail_if (remove_key (e, FINGERPRINT_44));
  fail_unless_equals_int (test_count_messages (e->element, GST_MESSAGE_WARNING), 1);
  added = add_key (e, "send " OTHER_KEY_44);
  fail_unless (remove_key (e, FINGERPRINT_44));
  test_harness_free (e);
}
GST_END_TEST;

GST_START_TEST (a_key_that_is_refused_is_told_without_showing_it)
{
  GstHarness *d = test_harness ("perclitedec", "key=" KEY_44);
  g_autoptr (GstMessage) warning = NULL;
  g_autoptr (GError) error = NULL;

  fail_unless (add_key (d, "mki=0 " OTHER_KEY_44) == NULL);
  warning = test_pop_message (d->element, GST_MESSAGE_WARNING);
  gst_message_parse_warning (warning, &error, NULL);
  fail_unless (strstr (error->message, "not added") != NULL, "%s", error->message);
  assert_not_leaked (error->message, OTHER_KEY_44);
  test_harness_free (d);
}
GST_END_TEST;

/* What the application was asked, and what it answers. */
typedef struct {
  guint n;
  guint ssrc;
  GBytes *mki;
  const gchar *answer;
} Request;

static gchar *
on_request_key (GstElement *element, guint ssrc, GBytes *mki, Request *request)
{
  request->n++;
  request->ssrc = ssrc;
  g_clear_pointer (&request->mki, g_bytes_unref);
  request->mki = mki ? g_bytes_ref (mki) : NULL;
  return g_strdup (request->answer);
}

/* A decrypter without a key, whose application is asked. */
static GstHarness *
asking_decrypter (Request *request)
{
  GstElement *element = gst_element_factory_make ("perclitedec", NULL);
  GstHarness *h;

  g_signal_connect (element, "request-key", G_CALLBACK (on_request_key), request);
  h = gst_harness_new_with_element (element, "sink", "src");
  gst_object_unref (element);
  gst_harness_set_src_caps_str (h, TEST_CAPS);
  return h;
}

GST_START_TEST (a_key_that_is_asked_for_saves_the_first_packet)
{
  Request request = {.answer = KEY_44};
  GstHarness *d = asking_decrypter (&request);
  GstHarness *e = test_harness ("perclitenc", "key=" KEY_44);

  fail_unless (passes (e, d, 1));
  fail_unless (passes (e, d, 2));
  fail_unless_equals_int (request.n, 1);
  fail_unless_equals_int (request.ssrc, SSRC);
  fail_unless (request.mki == NULL);
  fail_unless_equals_uint64 (test_stat (d->element, "dropped"), 0);
  test_harness_free (e);
  gst_harness_teardown (d);
}
GST_END_TEST;

GST_START_TEST (who_has_no_key_either_is_not_asked_with_every_packet)
{
  Request request = {.answer = NULL};
  GstHarness *d = asking_decrypter (&request);
  GstHarness *e = test_harness ("perclitenc", "key=" KEY_44);
  gint64 start = g_get_monotonic_time (), seconds;

  for (guint16 seq = 1; seq <= 200; seq++)
    fail_if (passes (e, d, seq));
  seconds = (g_get_monotonic_time () - start) / G_USEC_PER_SEC;
  fail_unless (request.n >= 1 && request.n <= 2 + seconds, "%u", request.n);
  fail_unless_equals_uint64 (test_drops (d->element, "missing-key"), 200);
  test_harness_free (e);
  gst_harness_teardown (d);
}
GST_END_TEST;

GST_START_TEST (a_key_is_asked_for_by_its_mki)
{
  Request request = {.answer = "send " OTHER_KEY_44};
  GstHarness *d = asking_decrypter (&request);
  GstHarness *e = test_harness ("perclitenc", "key=" KEY_44);
  g_autofree gchar *fingerprint = add_key (e, "send mki=0bad " OTHER_KEY_44);
  g_autofree gchar *other = add_key (d, "mki=0001 " KEY_44);

  fail_unless (passes (e, d, 1));
  fail_unless_equals_int (request.n, 1);
  fail_unless_equals_int (g_bytes_get_size (request.mki), 2);
  fail_unless (memcmp (g_bytes_get_data (request.mki, NULL), "\x0b\xad", 2) == 0);
  fail_unless (passes (e, d, 2));
  g_bytes_unref (request.mki);
  test_harness_free (e);
  gst_harness_teardown (d);
}
GST_END_TEST;

GST_START_TEST (an_encrypter_asks_before_it_starts)
{
  Request request = {.answer = KEY_44};
  GstElement *element = gst_object_ref_sink (gst_element_factory_make ("perclitenc", NULL));

  g_signal_connect (element, "request-key", G_CALLBACK (on_request_key), &request);
  fail_unless (gst_element_set_state (element, GST_STATE_PAUSED) != GST_STATE_CHANGE_FAILURE);
  fail_unless_equals_int (request.n, 1);
  fail_unless_equals_int (request.ssrc, 0);
  gst_element_set_state (element, GST_STATE_NULL);
  gst_object_unref (element);
}
GST_END_TEST;

GST_START_TEST (the_same_passphrase_is_the_same_key_however_it_is_typed)
{
  /* "é" as one character, and as "e" with an accent. */
  GstHarness *e = test_harness ("perclitenc", "passphrase=caf\xc3\xa9 passphrase-salt=room");
  GstHarness *d = test_harness ("perclitedec", "passphrase=cafe\xcc\x81 passphrase-salt=room");

  fail_unless (passes (e, d, 1));
  test_harness_free (e);
  test_harness_free (d);
}
GST_END_TEST;

GST_START_TEST (a_fingerprint_can_be_compared_before_anything_plays)
{
  g_autoptr (GstElement) e = gst_object_ref_sink (gst_element_factory_make ("perclitenc", NULL));
  g_autofree gchar *none = NULL, *one = NULL;

  g_object_get (e, "fingerprint", &none, NULL);
  fail_unless_equals_string (none, "");
  g_object_set (e, "key", KEY_44, NULL);
  g_object_get (e, "fingerprint", &one, NULL);
  fail_unless_equals_string (one, FINGERPRINT_44);
}
GST_END_TEST;

static void
on_soft_limit (GstElement *element, guint ssrc, guint *told)
{
  ++*told;
  fail_unless_equals_int (ssrc, SSRC);
  g_object_set (element, "key", OTHER_KEY_44, NULL);
}

GST_START_TEST (a_key_that_nears_its_limit_is_told_in_time_to_change_it)
{
  GstHarness *e = test_harness ("perclitenc", "key=" KEY_44 " key-lifetime=80");
  guint told = 0;

  g_signal_connect (e->element, "soft-limit", G_CALLBACK (on_soft_limit), &told);
  for (guint16 seq = 1; seq <= 140; seq++)
    gst_buffer_unref (test_pass (e, packet (seq, seq)));
  /* With packet 70 of the first key; the second has had 70 then. */
  fail_unless (told >= 1 && told <= 2);
  fail_unless_equals_uint64 (test_stat (e->element, "dropped"), 0);
  test_harness_free (e);
}
GST_END_TEST;

GST_START_TEST (a_key_at_its_limit_is_an_error)
{
  GstHarness *e = test_harness ("perclitenc", "key=" KEY_44 " key-lifetime=8");
  g_autoptr (GstMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  for (guint16 seq = 1; seq <= 8; seq++)
    gst_buffer_unref (test_pass (e, packet (seq, seq)));
  fail_unless_equals_int (gst_harness_push (e, packet (9, 9)), GST_FLOW_ERROR);
  message = test_pop_message (e->element, GST_MESSAGE_ERROR);
  gst_message_parse_error (message, &error, NULL);
  fail_unless (strstr (error->message, "used up") != NULL, "%s", error->message);
  fail_unless (gst_harness_try_pull (e) == NULL);
  test_harness_free (e);
}
GST_END_TEST;

GST_START_TEST (what_a_list_has_before_the_limit_is_still_sent)
{
  GstHarness *e = test_harness ("perclitenc", "key=" KEY_44 " key-lifetime=8");
  GstBufferList *list = gst_buffer_list_new ();

  for (guint16 seq = 1; seq <= 10; seq++)
    gst_buffer_list_add (list, packet (seq, seq));
  fail_unless_equals_int (gst_pad_push_list (e->srcpad, list), GST_FLOW_ERROR);
  fail_unless_equals_uint64 (test_stat (e->element, "packets-out"), 8);
  fail_unless_equals_int (gst_harness_buffers_in_queue (e), 8);
  test_harness_free (e);
}
GST_END_TEST;

static Suite *
perclitekeys_suite (void)
{
  Suite *suite = suite_create ("perclitekeys");
  TCase *tcase = tcase_create ("keys");

  suite_add_tcase (suite, tcase);
  tcase_add_checked_fixture (tcase, setup, teardown);
  tcase_add_test (tcase, another_key_begins_with_another_timestamp);
  tcase_add_test (tcase, a_key_change_is_told_and_marked_before_its_first_packet);
  tcase_add_test (tcase, keyframes_are_not_asked_for_unless_told);
  tcase_add_test (tcase, a_list_is_cut_where_the_key_changes);
  tcase_add_test (tcase, a_key_change_in_a_list_is_told_though_nobody_takes_the_packets);
  tcase_add_test (tcase, a_key_that_was_set_again_repeats_no_nonce);
  tcase_add_test (tcase, a_replaced_key_file_rotates_both_sides_without_a_loss);
  tcase_add_test (tcase, a_malformed_replacement_changes_nothing_and_is_told);
  tcase_add_test (tcase, a_replacement_that_is_refused_leaves_the_fingerprint_of_what_is_used);
  tcase_add_test (tcase, who_is_told_of_a_new_key_may_set_another_file);
  tcase_add_test (tcase, a_pipe_is_left_to_the_start);
  tcase_add_test (tcase, a_key_is_not_kept_when_nothing_needs_it);
  tcase_add_test (tcase, a_file_that_everybody_can_read_is_warned_of_once);
  tcase_add_test (tcase, a_ring_without_a_mark_decrypts_but_does_not_encrypt);
  tcase_add_test (tcase, a_removed_key_decrypts_nothing_from_then_on);
  tcase_add_test (tcase, the_key_that_encrypts_is_not_removed);
  tcase_add_test (tcase, a_key_that_is_refused_is_told_without_showing_it);
  tcase_add_test (tcase, a_key_that_is_asked_for_saves_the_first_packet);
  tcase_add_test (tcase, who_has_no_key_either_is_not_asked_with_every_packet);
  tcase_add_test (tcase, a_key_is_asked_for_by_its_mki);
  tcase_add_test (tcase, an_encrypter_asks_before_it_starts);
  tcase_add_test (tcase, the_same_passphrase_is_the_same_key_however_it_is_typed);
  tcase_add_test (tcase, a_fingerprint_can_be_compared_before_anything_plays);
  tcase_add_test (tcase, a_key_that_nears_its_limit_is_told_in_time_to_change_it);
  tcase_add_test (tcase, a_key_at_its_limit_is_an_error);
  tcase_add_test (tcase, what_a_list_has_before_the_limit_is_still_sent);
  return suite;
}

GST_CHECK_MAIN (perclitekeys);
