/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitetrials.c (test) - what a decrypter tries is bounded, and hints spare it some. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "percliteinner.h"

GST_START_TEST (a_hint_is_tried_beyond_the_limit_and_without_search)
{
  static const guint limits[] = {0, 5, 100};
  const TestSuite *suite = &test_suites[__i__];
  g_autoptr (PercliteKeyring) ring = test_ring (suite, 0, 3, FALSE);
  g_autoptr (PercliteKey) key = test_key (suite, 2, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (limits); i++) {
    for (guint32 wrapped = 0; wrapped < 2; wrapped++) {
      g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, limits[i]);
      Inner inner;

      test_one_packet (key, SSRC, (guint64) (1000000 + wrapped) << 16 | 5, &inner);
      fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_AUTH_FAILED);
      perclite_decrypter_hint_roc (decrypter, SSRC, 1000000);
      perclite_decrypter_hint_roc (decrypter, SSRC + 1, 5);
      fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_OK);
      fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_REPLAYED);
    }
  }
}
GST_END_TEST;

GST_START_TEST (a_hint_finds_a_stream_that_was_lost)
{
  g_autoptr (PercliteKeyring) ring = test_ring (GCM, 0, 1, FALSE);
  g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, 0);
  g_auto (Sender) sender = {.ssrc = SSRC};
  Inner inner;

  sender_begin (&sender, GCM, 0, FALSE, 0);
  sender_pass (&sender, decrypter, 10);
  sender_begin (&sender, GCM, 0, FALSE, 77 * 65536);
  inner = sender_next (&sender);
  fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_REPLAYED);
  sender.index += 20000;
  inner = sender_next (&sender);
  fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_AUTH_FAILED);
  perclite_decrypter_hint_roc (decrypter, SSRC, 77);
  sender_pass (&sender, decrypter, 10);
  /* A hint that leads back leads nowhere. */
  perclite_decrypter_hint_roc (decrypter, SSRC, 0);
  g_array_remove_range (sender.sent, 10, 2);
  assert_no_replays (&sender, decrypter);
}
GST_END_TEST;

GST_START_TEST (of_many_hints_the_last_are_kept)
{
  g_autoptr (PercliteKeyring) ring = test_ring (GCM, 0, 1, FALSE);
  g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, 0);
  g_autoptr (PercliteKey) key = test_key (GCM, 0, FALSE);
  guint found = 0;

  for (guint32 ssrc = 0; ssrc < 1000; ssrc++)
    perclite_decrypter_hint_roc (decrypter, ssrc, 5);
  for (guint32 ssrc = 0; ssrc < 1000; ssrc++) {
    Inner inner;
    PercliteResult result;

    test_one_packet (key, ssrc, 5 * 65536, &inner);
    result = test_decrypt (decrypter, &inner, NULL);
    fail_unless_equals_int (result == PERCLITE_OK, ssrc >= 1000 - PERCLITE_MAX_ROC_HINTS);
    found += result == PERCLITE_OK;
  }
  fail_unless_equals_int (found, PERCLITE_MAX_ROC_HINTS);
}
GST_END_TEST;

GST_START_TEST (the_stream_that_was_silent_for_longest_gives_way)
{
  g_autoptr (PercliteKeyring) ring = test_ring (GCM, 0, 2, FALSE);
  g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, 0);
  g_autoptr (PercliteKey) key = test_key (GCM, 0, FALSE);
  Inner inner, damaged;

  perclite_decrypter_set_max_streams (decrypter, 3);
  for (guint32 ssrc = 1; ssrc <= 3; ssrc++) {
    test_one_packet (key, ssrc, 1, &inner);
    fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_OK);
  }
  /* 1 speaks again; what comes for 2 is not authentic. */
  test_one_packet (key, 1, 2, &inner);
  fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_OK);
  test_one_packet (key, 2, 2, &damaged);
  damaged.data[20] ^= 1;
  fail_unless_equals_int (test_decrypt (decrypter, &damaged, NULL), PERCLITE_AUTH_FAILED);

  test_one_packet (key, 4, 1, &inner);
  fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_OK);
  fail_unless_equals_int (test_count_streams (decrypter), 3);
  test_one_packet (key, 1, 2, &inner);
  fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_REPLAYED);
  test_one_packet (key, 3, 1, &inner);
  fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_REPLAYED);
  /* It was forgotten. */
  test_one_packet (key, 2, 1, &inner);
  fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_OK);

  perclite_decrypter_set_max_streams (decrypter, 1);
  fail_unless_equals_int (test_count_streams (decrypter), 1);
  fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_REPLAYED);
}
GST_END_TEST;

/* Whatever comes, and however long it takes. */
static void
assert_bounded (PercliteDecrypter *decrypter, gint64 start)
{
  guint64 seconds = (guint64) ((g_get_monotonic_time () - start) / G_USEC_PER_SEC);

  fail_unless (
      perclite_decrypter_get_trials (decrypter) <= (2 + seconds) * PERCLITE_TOKENS_PER_SECOND);
}

GST_START_TEST (rubbish_of_many_ssrcs_makes_no_streams_and_few_trials)
{
  gboolean with_mki = __i__;
  g_autoptr (PercliteKeyring) ring = test_ring (GCM, 0, 3, with_mki);
  g_autoptr (PercliteKey) plain = test_key (&test_suites[3], 20, FALSE);
  g_autoptr (PercliteDecrypter) decrypter = NULL;
  g_autoptr (GRand) rand = g_rand_new_with_seed (17);
  gint64 start = g_get_monotonic_time ();

  if (with_mki) {
    perclite_keyring_remove (
        ring, perclite_key_get_fingerprint (perclite_keyring_get_key (ring, 0)));
    fail_unless (perclite_keyring_add (ring, perclite_key_ref (plain), FALSE, NULL));
  }
  decrypter = test_decrypter (ring, LIMIT);
  perclite_decrypter_set_max_streams (decrypter, 64);
  for (guint i = 0; i < 100000; i++) {
    Inner inner;

    inner.size = 60;
    for (guint j = 0; j < inner.size; j += 4)
      GST_WRITE_UINT32_LE (inner.data + j, g_rand_int (rand));
    fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_AUTH_FAILED);
  }
  assert_bounded (decrypter, start);
  fail_unless_equals_int (test_count_streams (decrypter), 0);
}
GST_END_TEST;

GST_START_TEST (rubbish_in_a_known_stream_makes_few_trials_and_no_harm)
{
  g_autoptr (PercliteKeyring) ring = test_ring (GCM, 0, 16, FALSE);
  g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, LIMIT);
  g_autoptr (GRand) rand = g_rand_new_with_seed (18);
  g_auto (Sender) sender = {.ssrc = SSRC};
  gint64 start = g_get_monotonic_time ();

  sender_begin (&sender, GCM, 5, FALSE, 3 * 65536 + 65000);
  sender_pass (&sender, decrypter, 10);
  for (guint i = 0; i < 30000; i++) {
    Inner inner;

    inner.size = 60;
    for (guint j = 0; j < inner.size; j += 4)
      GST_WRITE_UINT32_LE (inner.data + j, g_rand_int (rand));
    GST_WRITE_UINT32_BE (inner.data + 8, SSRC);
    fail_if (test_decrypt (decrypter, &inner, NULL) == PERCLITE_OK);
    if (i % 100 == 0)
      sender_pass (&sender, decrypter, 3);
  }
  assert_bounded (decrypter, start);
  assert_no_replays (&sender, decrypter);
}
GST_END_TEST;

GST_START_TEST (a_search_for_one_stream_leaves_others_what_they_need)
{
  g_autoptr (PercliteKeyring) ring = test_ring (GCM, 0, 16, FALSE);
  g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, LIMIT);
  g_autoptr (PercliteKey) unknown = test_key (GCM, 20, FALSE);
  g_auto (Sender) sender = {.ssrc = SSRC};

  sender_begin (&sender, GCM, 0, FALSE, 5 * 65536);
  sender_pass (&sender, decrypter, 10);
  for (guint i = 0; i < 500; i++) {
    Inner inner;

    test_one_packet (unknown, 1, i, &inner);
    fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_AUTH_FAILED);
  }
  sender_begin (&sender, GCM, 15, FALSE, sender.index);
  sender_pass (&sender, decrypter, 10);
}
GST_END_TEST;

/* As test_decrypt(), under another outer SSRC. */
static PercliteResult
decrypt_from (PercliteDecrypter *decrypter, guint32 outer_ssrc, const Inner *inner)
{
  Inner copy = *inner;
  guint8 header[12];
  gsize payload_size;
  const PercliteKey *key;

  test_header (header, outer_ssrc, 0, 0);
  return perclite_decrypter_decrypt (
      decrypter, header, copy.data, copy.size - 1, &payload_size, &key);
}

static void
pour_rubbish (PercliteDecrypter *decrypter, GRand *rand, guint32 outer_ssrc, guint n)
{
  for (guint i = 0; i < n; i++) {
    Inner inner = {.size = 60};

    for (guint j = 0; j < inner.size; j += 4)
      GST_WRITE_UINT32_LE (inner.data + j, g_rand_int (rand));
    fail_unless_equals_int (decrypt_from (decrypter, outer_ssrc + i, &inner), PERCLITE_AUTH_FAILED);
  }
}

GST_START_TEST (rubbish_from_elsewhere_does_not_keep_a_sender_from_changing_its_key)
{
  g_autoptr (PercliteKeyring) ring = test_ring (GCM, 0, 16, FALSE);
  g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, LIMIT);
  g_autoptr (GRand) rand = g_rand_new_with_seed (19);

  for (guint32 n = 0; n < 16; n++) {
    g_autoptr (PercliteKey) key = test_key (GCM, n, FALSE);
    Inner inner;

    /* Each key comes with another inner SSRC. */
    test_one_packet (key, 100 + n, 1, &inner);
    fail_unless_equals_int (decrypt_from (decrypter, SSRC, &inner), PERCLITE_OK);
    pour_rubbish (decrypter, rand, 0, 3000);
  }
}
GST_END_TEST;

GST_START_TEST (when_rubbish_takes_all_each_key_has_its_turn)
{
  g_autoptr (PercliteKeyring) ring = test_ring (GCM, 0, 16, FALSE);
  g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, LIMIT);
  g_autoptr (GRand) rand = g_rand_new_with_seed (20);
  guint lost = 0;

  for (guint32 n = 0; n < 16; n++) {
    g_autoptr (PercliteKey) key = test_key (GCM, n, FALSE);
    Inner inner;

    pour_rubbish (decrypter, rand, SSRC, 3000);
    test_one_packet (key, 100 + n, 1, &inner);
    /* One of theirs for each of ours, under the same outer SSRC. */
    while (decrypt_from (decrypter, SSRC, &inner) != PERCLITE_OK) {
      pour_rubbish (decrypter, rand, SSRC, 1);
      fail_unless (++lost < 4000);
    }
  }
}
GST_END_TEST;

/* As many as fit into what a packet may take, going by its size. */
GST_START_TEST (the_larger_a_packet_the_fewer_tries_it_gets)
{
  static const gsize sizes[] = {60, 1200, 9000, 65000};
  const TestSuite *suite = &test_suites[__i__];
  gsize bytes_per_token = suite->tag_size == 16 ? 1500 : 512;
  g_autoptr (PercliteKeyring) ring = test_ring (suite, 0, 16, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (PercliteDecrypter) decrypter = test_decrypter (ring, LIMIT);
    g_autofree guint8 *inner = g_malloc0 (1 + sizes[i]);
    guint cost = 1 + (guint) ((1 + sizes[i]) / bytes_per_token);
    gint64 start = g_get_monotonic_time (), most;
    guint8 header[12];

    for (guint n = 0; n < 5; n++) {
      gsize payload_size;
      const PercliteKey *key;

      test_header (header, SSRC, 0, 0);
      GST_WRITE_UINT32_BE (inner + 8, 7);
      fail_unless_equals_int (
          perclite_decrypter_decrypt (decrypter, header, inner, sizes[i], &payload_size, &key),
          PERCLITE_AUTH_FAILED);
    }
    most = PERCLITE_TOKENS_MAX +
           PERCLITE_TOKENS_PER_SECOND * (g_get_monotonic_time () - start + 1000) / G_USEC_PER_SEC;
    fail_unless (perclite_decrypter_get_trials (decrypter) * cost <= (guint64) most);
    fail_unless (perclite_decrypter_get_trials (decrypter) >= 15);
  }
}
GST_END_TEST;

static Suite *
perclitetrials_suite (void)
{
  Suite *s = suite_create ("perclitetrials");
  TCase *tc;

  tc = tcase_create ("hints");
  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, a_hint_is_tried_beyond_the_limit_and_without_search, 0, N_TEST_SUITES);
  tcase_add_test (tc, a_hint_finds_a_stream_that_was_lost);
  tcase_add_test (tc, of_many_hints_the_last_are_kept);

  tc = tcase_create ("bounds");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, the_stream_that_was_silent_for_longest_gives_way);
  tcase_add_loop_test (tc, rubbish_of_many_ssrcs_makes_no_streams_and_few_trials, 0, 2);
  tcase_add_test (tc, rubbish_in_a_known_stream_makes_few_trials_and_no_harm);
  tcase_add_test (tc, a_search_for_one_stream_leaves_others_what_they_need);
  tcase_add_test (tc, rubbish_from_elsewhere_does_not_keep_a_sender_from_changing_its_key);
  tcase_add_test (tc, when_rubbish_takes_all_each_key_has_its_turn);
  tcase_add_loop_test (tc, the_larger_a_packet_the_fewer_tries_it_gets, 0, N_TEST_SUITES);
  return s;
}

GST_CHECK_MAIN (perclitetrials);
