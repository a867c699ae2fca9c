/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitedecrypter.c (test) - finding key and rollover counter, whatever the sender does with
 * them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "percliteinner.h"

static guint
key_number (const TestSuite *suite, const PercliteKey *key)
{
  for (guint n = 0; n < 32; n++) {
    g_autoptr (PercliteKey) plain = test_key (suite, n, FALSE);
    g_autoptr (PercliteKey) with_mki = test_key (suite, n, TRUE);

    if (perclite_key_equal (key, plain) || perclite_key_equal (key, with_mki))
      return n;
  }
  return G_MAXUINT;
}

GST_START_TEST (without_keys_nothing_is_tried)
{
  g_autoptr (PercliteKeyring) ring = perclite_keyring_new ();
  g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, LIMIT);
  g_autoptr (PercliteKey) key = test_key (GCM, 1, FALSE);
  Inner inner;

  test_one_packet (key, SSRC, 7, &inner);
  fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_NO_KEY);
  fail_unless (perclite_keyring_add (ring, perclite_key_ref (key), FALSE, NULL));
  fail_unless (perclite_decrypter_set_keys (decrypter, ring, NULL));
  fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_OK);
}
GST_END_TEST;

GST_START_TEST (the_first_packet_decrypts_under_the_last_of_16_keys)
{
  static const guint32 rocs[] = {0, 1, 15, 100};
  const TestSuite *suite = &test_suites[__i__];
  g_autoptr (PercliteKeyring) ring = test_ring (suite, 0, 16, FALSE);
  g_autoptr (PercliteKey) key = test_key (suite, 15, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (rocs); i++) {
    g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, LIMIT);
    gboolean reachable = suite->tag_size >= 8 || rocs[i] <= PERCLITE_ROC_LIMIT_SHORT_TAG;
    const PercliteKey *found;
    Inner inner;

    test_one_packet (key, SSRC, (guint64) rocs[i] << 16 | 999, &inner);
    fail_unless_equals_int (
        test_decrypt (decrypter, &inner, &found), reachable ? PERCLITE_OK : PERCLITE_AUTH_FAILED);
    if (reachable) {
      PercliteStream stream;

      fail_unless (perclite_key_equal (found, key));
      perclite_decrypter_foreach_stream (decrypter, test_copy_stream, &stream);
      fail_unless_equals_int (stream.roc, rocs[i]);
      fail_unless_equals_string (stream.fingerprint, perclite_key_get_fingerprint (key));
    }
  }
}
GST_END_TEST;

GST_START_TEST (the_key_found_last_is_tried_first)
{
  g_autoptr (PercliteKeyring) ring = test_ring (GCM, 0, 16, FALSE);
  g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, 0);
  g_autoptr (PercliteKey) key = test_key (GCM, 15, FALSE);

  for (guint32 ssrc = 1; ssrc < 50; ssrc++) {
    Inner inner;

    test_one_packet (key, ssrc, 7, &inner);
    fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_OK);
  }
  fail_unless_equals_int (perclite_decrypter_get_trials (decrypter), 15);
}
GST_END_TEST;

GST_START_TEST (suites_may_be_mixed)
{
  g_autoptr (PercliteKeyring) ring = perclite_keyring_new ();
  g_autoptr (PercliteDecrypter) decrypter = NULL;

  for (guint i = 0; i < N_TEST_SUITES; i++)
    fail_unless (perclite_keyring_add (ring, test_key (&test_suites[i], i, FALSE), FALSE, NULL));
  decrypter = test_decrypter (ring, LIMIT);
  for (guint round = 0; round < 3; round++) {
    for (guint i = 0; i < N_TEST_SUITES; i++) {
      g_autoptr (PercliteKey) key = test_key (&test_suites[i], i, FALSE);
      const PercliteKey *found;
      Inner inner;

      test_one_packet (key, 100 + i, 3 * 65536 + round, &inner);
      fail_unless_equals_int (test_decrypt (decrypter, &inner, &found), PERCLITE_OK);
      fail_unless (perclite_key_equal (found, key));
    }
  }
  /* What is too short for one may be long enough for another. */
  for (gsize size = 0; size < 40; size++) {
    Inner inner = {.size = 1 + size};

    fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL),
        size < 11 + 4 ? PERCLITE_TOO_SHORT : PERCLITE_AUTH_FAILED);
  }
}
GST_END_TEST;

GST_START_TEST (an_mki_selects_its_key)
{
  const TestSuite *suite = &test_suites[__i__];
  g_autoptr (PercliteKeyring) ring = test_ring (suite, 0, 16, TRUE);
  g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, LIMIT);
  const PercliteKey *found;
  Inner inner;

  for (guint n = 0; n < 16; n++) {
    g_autoptr (PercliteKey) key = test_key (suite, n, TRUE);

    test_one_packet (key, 100 + n, 7, &inner);
    fail_unless_equals_int (test_decrypt (decrypter, &inner, &found), PERCLITE_OK);
    fail_unless_equals_int (key_number (suite, found), n);
    /* So it does in a stream that is known. */
    test_one_packet (key, 100, 8 + n, &inner);
    fail_unless_equals_int (test_decrypt (decrypter, &inner, &found), PERCLITE_OK);
    fail_unless_equals_int (key_number (suite, found), n);
  }
  fail_unless_equals_int (perclite_decrypter_get_trials (decrypter), 0);
}
GST_END_TEST;

GST_START_TEST (an_unknown_mki_is_no_key)
{
  const TestSuite *suite = &test_suites[__i__];
  g_autoptr (PercliteKeyring) ring = test_ring (suite, 0, 3, TRUE);
  g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, LIMIT);
  g_autoptr (PercliteKey) known = test_key (suite, 1, TRUE);
  g_autoptr (PercliteKey) unknown = test_key (suite, 4, TRUE);
  Inner inner;

  test_one_packet (unknown, SSRC, 7, &inner);
  fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_NO_KEY);
  test_one_packet (known, SSRC, 7, &inner);
  fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_OK);
  for (guint i = 8; i < 100; i++) {
    test_one_packet (unknown, SSRC, i, &inner);
    fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_NO_KEY);
  }
  fail_unless_equals_int (perclite_decrypter_get_trials (decrypter), 0);
}
GST_END_TEST;

GST_START_TEST (keys_without_mki_are_tried_when_the_mki_is_chance)
{
  const TestSuite *suite = &test_suites[__i__];
  g_autoptr (PercliteKeyring) ring = perclite_keyring_new ();
  g_autoptr (PercliteDecrypter) decrypter = NULL;
  g_autoptr (PercliteKey) plain = test_key (suite, 9, FALSE);
  gsize mki_end = suite->tag_size == 16 ? 0 : suite->tag_size;
  guint8 mki;
  Inner inner;

  /* A packet whose byte at the place of the MKI happens to be that of another key. */
  test_one_packet (plain, SSRC, 7, &inner);
  mki = inner.data[inner.size - mki_end - 1];
  fail_unless (perclite_keyring_add (
      ring, perclite_key_with_mki (test_key (suite, 1, FALSE), &mki, 1), FALSE, NULL));
  fail_unless (perclite_keyring_add (ring, perclite_key_ref (plain), FALSE, NULL));
  decrypter = test_decrypter (ring, 0);
  fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_OK);
}
GST_END_TEST;

/* RFC 3711, section 8.1: the packet index goes on. */
GST_START_TEST (a_new_key_in_a_stream_loses_no_packet)
{
  static const guint64 indexes[] = {10, 65530, 70000, 5 * 65536 + 65530, 900 * 65536};
  const TestSuite *suite = &test_suites[__i__ % N_TEST_SUITES];
  gboolean with_mki = __i__ >= N_TEST_SUITES;

  for (guint i = 0; i < G_N_ELEMENTS (indexes); i++) {
    g_autoptr (PercliteKeyring) ring = test_ring (suite, 0, 16, with_mki);
    g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, 0);
    g_auto (Sender) sender = {.ssrc = SSRC};
    PercliteStream stream;

    perclite_decrypter_hint_roc (decrypter, SSRC, (guint32) (indexes[i] >> 16));
    sender_begin (&sender, suite, 3, with_mki, indexes[i]);
    sender_pass (&sender, decrypter, 20);
    for (guint n = 0; n < 6; n++) {
      sender_begin (&sender, suite, 15 - n % 4, with_mki, sender.index);
      sender_pass (&sender, decrypter, 20);
    }
    perclite_decrypter_foreach_stream (decrypter, test_copy_stream, &stream);
    fail_unless_equals_int (stream.packets, 140);
    fail_unless_equals_int (stream.roc, (sender.index - 1) >> 16);
    fail_unless_equals_int (test_count_streams (decrypter), 1);
    assert_no_replays (&sender, decrypter);
  }
}
GST_END_TEST;

GST_START_TEST (a_sender_that_begins_anew_with_a_new_key_loses_no_packet)
{
  const TestSuite *suite = &test_suites[__i__ % N_TEST_SUITES];
  gboolean with_mki = __i__ >= N_TEST_SUITES;
  g_autoptr (PercliteKeyring) ring = test_ring (suite, 0, 16, with_mki);
  g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, LIMIT);
  g_auto (Sender) sender = {.ssrc = SSRC};

  sender_begin (&sender, suite, 3, with_mki, 7 * 65536 + 300);
  sender_pass (&sender, decrypter, 100);
  /* The same sequence numbers, which the old key's replay window knows; others; and the next
   * ones. */
  sender_begin (&sender, suite, 15, with_mki, 300);
  sender_pass (&sender, decrypter, 100);
  sender_begin (&sender, suite, 7, with_mki, 40000);
  sender_pass (&sender, decrypter, 100);
  sender_begin (&sender, suite, 8, with_mki, 400);
  sender_pass (&sender, decrypter, 100);
  assert_no_replays (&sender, decrypter);
}
GST_END_TEST;

GST_START_TEST (late_packets_of_the_old_key_decrypt)
{
  const TestSuite *suite = &test_suites[__i__];
  g_autoptr (PercliteKeyring) ring = test_ring (suite, 0, 4, FALSE);
  g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, LIMIT);
  g_auto (Sender) sender = {.ssrc = SSRC};
  Inner late[10];
  PercliteStream stream;
  g_autoptr (PercliteKey) new_key = test_key (suite, 3, FALSE);
  const PercliteKey *found;

  sender_begin (&sender, suite, 1, FALSE, 2 * 65536 + 65500);
  sender_pass (&sender, decrypter, 30);
  for (guint i = 0; i < G_N_ELEMENTS (late); i++)
    late[i] = sender_next (&sender);
  sender_pass (&sender, decrypter, 1);
  sender_begin (&sender, suite, 3, FALSE, sender.index);
  for (guint i = 0; i < G_N_ELEMENTS (late); i++) {
    sender_pass (&sender, decrypter, 5);
    fail_unless_equals_int (test_decrypt (decrypter, &late[i], &found), PERCLITE_OK);
    fail_unless_equals_int (key_number (suite, found), 1);
    fail_unless_equals_int (test_decrypt (decrypter, &late[i], NULL), PERCLITE_REPLAYED);
  }
  /* They do not make the old key the one of the stream. */
  perclite_decrypter_foreach_stream (decrypter, test_copy_stream, &stream);
  fail_unless_equals_string (stream.fingerprint, perclite_key_get_fingerprint (new_key));
  assert_no_replays (&sender, decrypter);
}
GST_END_TEST;

/* The old context guesses a rollover counter that is long past. */
GST_START_TEST (a_key_that_comes_back_after_many_packets_decrypts_at_once)
{
  const TestSuite *suite = &test_suites[__i__];
  g_autoptr (PercliteKeyring) ring = test_ring (suite, 0, 2, FALSE);
  g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, 0);
  g_auto (Sender) sender = {.ssrc = SSRC};

  sender_begin (&sender, suite, 0, FALSE, 65000);
  sender_pass (&sender, decrypter, 600);
  sender_begin (&sender, suite, 1, FALSE, sender.index);
  for (guint i = 0; i < 20; i++) {
    sender_pass (&sender, decrypter, 1);
    sender.index += 20000;
  }
  sender_begin (&sender, suite, 0, FALSE, sender.index);
  sender_pass (&sender, decrypter, 600);
  assert_no_replays (&sender, decrypter);
}
GST_END_TEST;

GST_START_TEST (a_new_key_far_ahead_is_found_after_some_packets)
{
  g_autoptr (PercliteKeyring) ring = test_ring (GCM, 0, 4, FALSE);
  g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, LIMIT);
  g_auto (Sender) sender = {.ssrc = SSRC};
  guint lost = 0;

  sender_begin (&sender, GCM, 0, FALSE, 65536);
  sender_pass (&sender, decrypter, 10);
  sender_begin (&sender, GCM, 3, FALSE, 40 * 65536 + 12345);
  while (lost < 100) {
    Inner inner = sender_next (&sender);

    if (test_decrypt (decrypter, &inner, NULL) == PERCLITE_OK)
      break;
    lost++;
  }
  fail_unless_equals_int (lost, 32);
  sender_pass (&sender, decrypter, 10);
  /* Those that were lost were not taken, so they are late now, and no replays. */
  g_array_remove_range (sender.sent, 10, lost);
  assert_no_replays (&sender, decrypter);
}
GST_END_TEST;

GST_START_TEST (a_removed_key_is_gone_at_once)
{
  gboolean with_mki = __i__;
  g_autoptr (PercliteKeyring) both = test_ring (GCM, 0, 2, with_mki);
  g_autoptr (PercliteKeyring) one = test_ring (GCM, 1, 1, with_mki);
  g_autoptr (PercliteDecrypter) decrypter = test_decrypter (both, LIMIT);
  g_auto (Sender) rotated = {.ssrc = SSRC}, old = {.ssrc = SSRC + 1};
  PercliteResult expected = with_mki ? PERCLITE_NO_KEY : PERCLITE_AUTH_FAILED;
  PercliteStream stream;
  Inner inner, late;

  sender_begin (&old, GCM, 0, with_mki, 100);
  sender_pass (&old, decrypter, 10);
  sender_begin (&rotated, GCM, 0, with_mki, 100);
  sender_pass (&rotated, decrypter, 10);
  late = sender_next (&rotated);
  sender_begin (&rotated, GCM, 1, with_mki, rotated.index);
  sender_pass (&rotated, decrypter, 10);
  fail_unless_equals_int (test_count_streams (decrypter), 2);

  fail_unless (perclite_decrypter_set_keys (decrypter, one, NULL));
  fail_unless_equals_int (test_count_streams (decrypter), 1);
  inner = sender_next (&old);
  fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), expected);
  fail_unless_equals_int (test_decrypt (decrypter, &late, NULL), expected);
  /* A stream whose key is still there goes on. */
  sender_pass (&rotated, decrypter, 10);
  perclite_decrypter_foreach_stream (decrypter, test_copy_stream, &stream);
  fail_unless_equals_int (stream.packets, 30);
  assert_no_replays (&rotated, decrypter);
}
GST_END_TEST;

GST_START_TEST (keys_that_come_and_go_leave_the_others_alone)
{
  g_autoptr (PercliteKeyring) ring = test_ring (GCM, 0, 1, FALSE);
  g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, LIMIT);
  g_auto (Sender) sender = {.ssrc = SSRC};

  sender_begin (&sender, GCM, 0, FALSE, 5 * 65536);
  sender_pass (&sender, decrypter, 10);
  for (guint n = 1; n < 31; n++) {
    g_autoptr (PercliteKeyring) now = test_ring (GCM, n % 16, 15, FALSE);
    g_autoptr (PercliteKey) passing = test_key (GCM, n % 16 + 7, FALSE);
    Inner inner;

    perclite_keyring_add (now, test_key (GCM, 0, FALSE), FALSE, NULL);
    fail_unless (perclite_decrypter_set_keys (decrypter, now, NULL));
    sender_pass (&sender, decrypter, 10);
    test_one_packet (passing, 1000 + n, 7, &inner);
    fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_OK);
  }
  assert_no_replays (&sender, decrypter);
}
GST_END_TEST;

GST_START_TEST (two_streams_change_their_keys_at_the_same_time)
{
  g_autoptr (PercliteKeyring) ring = test_ring (GCM, 0, 16, FALSE);
  g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, 0);
  g_auto (Sender) audio = {.ssrc = SSRC}, video = {.ssrc = SSRC + 1};

  perclite_decrypter_hint_roc (decrypter, audio.ssrc, 3);
  perclite_decrypter_hint_roc (decrypter, video.ssrc, 9);
  sender_begin (&audio, GCM, 0, FALSE, 3 * 65536);
  sender_begin (&video, GCM, 0, FALSE, 9 * 65536);
  for (guint n = 0; n < 4; n++) {
    for (guint i = 0; i < 10; i++) {
      sender_pass (&audio, decrypter, 1);
      sender_pass (&video, decrypter, 2);
    }
    sender_begin (&audio, GCM, 15 - n, FALSE, audio.index);
    sender_begin (&video, GCM, 15 - n, FALSE, video.index);
  }
  assert_no_replays (&audio, decrypter);
  assert_no_replays (&video, decrypter);
}
GST_END_TEST;

GST_START_TEST (a_packet_that_is_not_taken_is_tried_as_it_came)
{
  /* AES-GCM has overwritten the packet when the tag turns out wrong, so the keys after it must get
   * a copy. */
  g_autoptr (PercliteKeyring) ring = perclite_keyring_new ();
  g_autoptr (PercliteDecrypter) decrypter = NULL;
  g_auto (Sender) sender = {.ssrc = SSRC};

  for (guint i = 0; i < 12; i++)
    fail_unless (perclite_keyring_add (
        ring, test_key (&test_suites[i % N_TEST_SUITES], i, FALSE), FALSE, NULL));
  decrypter = test_decrypter (ring, LIMIT);
  sender_begin (&sender, GCM, 0, FALSE, 0);
  for (guint i = 0; i < 60; i++) {
    guint n = i * 7 % 12;

    sender_begin (&sender, &test_suites[n % N_TEST_SUITES], n, FALSE, sender.index);
    sender_pass (&sender, decrypter, 2);
  }
  assert_no_replays (&sender, decrypter);
}
GST_END_TEST;

static Suite *
perclitedecrypter_suite (void)
{
  Suite *s = suite_create ("perclitedecrypter");
  TCase *tc = tcase_create ("keys");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, without_keys_nothing_is_tried);
  tcase_add_loop_test (tc, the_first_packet_decrypts_under_the_last_of_16_keys, 0, N_TEST_SUITES);
  tcase_add_test (tc, the_key_found_last_is_tried_first);
  tcase_add_test (tc, suites_may_be_mixed);
  tcase_add_loop_test (tc, an_mki_selects_its_key, 0, N_TEST_SUITES);
  tcase_add_loop_test (tc, an_unknown_mki_is_no_key, 0, N_TEST_SUITES);
  tcase_add_loop_test (tc, keys_without_mki_are_tried_when_the_mki_is_chance, 0, N_TEST_SUITES);
  tcase_add_loop_test (tc, a_removed_key_is_gone_at_once, 0, 2);
  tcase_add_test (tc, keys_that_come_and_go_leave_the_others_alone);

  tc = tcase_create ("rotation");
  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, a_new_key_in_a_stream_loses_no_packet, 0, 2 * N_TEST_SUITES);
  tcase_add_loop_test (
      tc, a_sender_that_begins_anew_with_a_new_key_loses_no_packet, 0, 2 * N_TEST_SUITES);
  tcase_add_loop_test (tc, late_packets_of_the_old_key_decrypt, 0, N_TEST_SUITES);
  tcase_add_loop_test (
      tc, a_key_that_comes_back_after_many_packets_decrypts_at_once, 0, N_TEST_SUITES);
  tcase_add_test (tc, a_new_key_far_ahead_is_found_after_some_packets);
  tcase_add_test (tc, two_streams_change_their_keys_at_the_same_time);
  tcase_add_test (tc, a_packet_that_is_not_taken_is_tried_as_it_came);
  return s;
}

GST_CHECK_MAIN (perclitedecrypter);
