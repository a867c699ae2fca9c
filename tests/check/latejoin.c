/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* latejoin.c (test) - receivers that start after the sender's sequence number has wrapped. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "percliteinner.h"

#include <srtp2/srtp.h>

/* A protected inner packet of that rollover counter, by libsrtp2 alone. */
static void
make_packet (const TestSuite *suite, guint32 roc, guint16 seq, Inner *inner)
{
  g_autoptr (PercliteKey) key = perclite_key_new_from_text (suite->key, suite->suite, NULL);
  srtp_policy_t policy = {.ssrc = {.type = ssrc_specific, .value = SSRC}, .window_size = 128};
  srtp_t session;
  int size = 12 + PAYLOAD_SIZE;

  policy.key = (unsigned char *) perclite_key_get_bytes (key);
  switch (suite->suite) {
    case PERCLITE_SUITE_AEAD_AES_256_GCM:
      srtp_crypto_policy_set_aes_gcm_256_16_auth (&policy.rtp);
      break;
    case PERCLITE_SUITE_AEAD_AES_128_GCM:
      srtp_crypto_policy_set_aes_gcm_128_16_auth (&policy.rtp);
      break;
    case PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_80:
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80 (&policy.rtp);
      break;
    default:
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32 (&policy.rtp);
      break;
  }
  srtp_crypto_policy_set_null_cipher_hmac_null (&policy.rtcp);
  fail_unless_equals_int (srtp_create (&session, &policy), srtp_err_status_ok);
  fail_unless_equals_int (srtp_set_stream_roc (session, SSRC, roc), srtp_err_status_ok);

  test_header (inner->data, SSRC, seq, 3000);
  memset (inner->data + 12, (guint8) seq, PAYLOAD_SIZE);
  fail_unless_equals_int (srtp_protect (session, inner->data, &size), srtp_err_status_ok);
  srtp_dealloc (session);
  inner->size = (gsize) size;
}

static PercliteDecrypter *
new_decrypter (const TestSuite *suite, guint limit)
{
  g_autoptr (PercliteKeyring) ring = test_published_ring (suite);

  return test_decrypter (ring, limit);
}

static PercliteResult
decrypt (PercliteDecrypter *decrypter, const TestSuite *suite, guint32 roc, guint16 seq)
{
  Inner inner;

  make_packet (suite, roc, seq, &inner);
  return test_decrypt (decrypter, &inner, NULL);
}

GST_START_TEST (the_first_packet_decrypts_whatever_its_rollover_counter)
{
  static const guint32 rocs[] = {0, 1, 2, 15, 300, 3000};
  const TestSuite *suite = &test_suites[__i__];

  for (guint i = 0; i < G_N_ELEMENTS (rocs); i++) {
    for (guint j = 0; j < 4; j++) {
      static const guint16 seqs[] = {0, 1, 40000, 65535};
      g_autoptr (PercliteDecrypter) decrypter = new_decrypter (suite, 4096);
      gboolean reachable = suite->tag_size >= 8 || rocs[i] <= PERCLITE_ROC_LIMIT_SHORT_TAG;

      fail_unless_equals_int (decrypt (decrypter, suite, rocs[i], seqs[j]),
          reachable ? PERCLITE_OK : PERCLITE_AUTH_FAILED);
    }
  }
}
GST_END_TEST;

GST_START_TEST (the_first_packet_of_common_size_decrypts_after_900_wraps)
{
  static const gsize sizes[] = {40, 1200, 1400};
  g_autoptr (PercliteKey) key = test_published_key (GCM);
  guint32 inner[500]; /* aligned */

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    g_autoptr (PercliteDecrypter) decrypter = new_decrypter (GCM, 4096);
    g_autoptr (PercliteSrtp) sender = test_sender (key, SSRC, 900);
    gsize size = PERCLITE_INNER_HEADER_SIZE + sizes[i], payload_size = 0;
    const PercliteKey *found;
    guint8 header[12];

    memset (inner, 0, sizeof inner);
    test_header ((guint8 *) inner, SSRC, 5, 3000);
    test_header (header, SSRC, 5, 3000);
    fail_unless_equals_int (perclite_srtp_protect (sender, (guint8 *) inner, &size), PERCLITE_OK);
    fail_unless_equals_int (perclite_decrypter_decrypt (decrypter, header, (guint8 *) inner,
                                size - 1, &payload_size, &found),
        PERCLITE_OK);
    fail_unless_equals_int (payload_size, sizes[i]);
  }
}
GST_END_TEST;

static void
remember_roc (const PercliteStream *stream, gpointer user_data)
{
  *(guint32 *) user_data = stream->roc;
}

GST_START_TEST (what_was_found_goes_on_and_is_protected_from_replays)
{
  const TestSuite *suite = &test_suites[__i__];
  g_autoptr (PercliteDecrypter) decrypter = new_decrypter (suite, 4096);
  guint32 roc = 0;
  guint64 trials;

  fail_unless_equals_int (decrypt (decrypter, suite, 9, 65534), PERCLITE_OK);
  trials = perclite_decrypter_get_trials (decrypter);
  fail_unless_equals_int (decrypt (decrypter, suite, 9, 65534), PERCLITE_REPLAYED);
  fail_unless_equals_int (decrypt (decrypter, suite, 9, 65533), PERCLITE_OK);
  fail_unless_equals_int (decrypt (decrypter, suite, 9, 65535), PERCLITE_OK);
  fail_unless_equals_int (decrypt (decrypter, suite, 10, 0), PERCLITE_OK);
  perclite_decrypter_foreach_stream (decrypter, remember_roc, &roc);
  fail_unless_equals_int (roc, 10);
  fail_unless_equals_uint64 (perclite_decrypter_get_trials (decrypter), trials);
}
GST_END_TEST;

GST_START_TEST (nothing_is_searched_beyond_the_limit)
{
  const TestSuite *suite = &test_suites[0];
  g_autoptr (PercliteDecrypter) off = new_decrypter (suite, 0);
  g_autoptr (PercliteDecrypter) on = new_decrypter (suite, 5);

  fail_unless_equals_int (decrypt (off, suite, 1, 7), PERCLITE_AUTH_FAILED);
  fail_unless_equals_uint64 (perclite_decrypter_get_trials (off), 0);
  fail_unless_equals_int (decrypt (on, suite, 6, 7), PERCLITE_AUTH_FAILED);
  fail_unless_equals_uint64 (perclite_decrypter_get_trials (on), 5);
  fail_unless_equals_int (decrypt (on, suite, 5, 7), PERCLITE_OK);
}
GST_END_TEST;

GST_START_TEST (a_stream_goes_on_after_a_gap_of_any_size)
{
  /* The last is more than a search with a short tag may bridge. */
  static const guint32 gaps[] = {1000, 33000, 40000, 65535, 66000, 98304, 131072, 1000000};
  const TestSuite *suite = &test_suites[__i__];

  for (guint i = 0; i < 2 * (G_N_ELEMENTS (gaps) - (suite->tag_size < 8 ? 1 : 0)); i++) {
    g_autoptr (PercliteDecrypter) decrypter = new_decrypter (suite, 4096);
    guint32 index = (i % 2) * 5 * 65536 + 64000, oldest;
    guint refused = 0;

    for (guint j = 0; j < 100; j++, index++)
      fail_unless_equals_int (
          decrypt (decrypter, suite, index >> 16, (guint16) index), PERCLITE_OK);
    oldest = index - 100;
    index += gaps[i / 2];
    while (decrypt (decrypter, suite, index >> 16, (guint16) index) != PERCLITE_OK) {
      index++;
      fail_unless (++refused < 100, "gap of %u", gaps[i / 2]);
    }
    /* What was seen before the gap is not taken again, and what comes next is. */
    fail_if (decrypt (decrypter, suite, oldest >> 16, (guint16) oldest) == PERCLITE_OK);
    fail_unless_equals_int (
        decrypt (decrypter, suite, index >> 16, (guint16) index), PERCLITE_REPLAYED);
    index++;
    fail_unless_equals_int (decrypt (decrypter, suite, index >> 16, (guint16) index), PERCLITE_OK);
  }
}
GST_END_TEST;

GST_START_TEST (replays_of_a_stream_that_is_silent_are_never_taken)
{
  const TestSuite *suite = &test_suites[0];
  g_autoptr (PercliteDecrypter) decrypter = new_decrypter (suite, 4096);

  for (guint32 i = 60000; i < 70000; i++)
    fail_unless_equals_int (decrypt (decrypter, suite, i >> 16, (guint16) i), PERCLITE_OK);
  for (guint round = 0; round < 3; round++) {
    for (guint32 i = 60000; i < 70000; i += 50)
      fail_if (decrypt (decrypter, suite, i >> 16, (guint16) i) == PERCLITE_OK);
  }
}
GST_END_TEST;

GST_START_TEST (a_sender_whose_numbers_jump_back_goes_on_with_another_inner_ssrc)
{
  GstHarness *enc = test_harness ("perclitenc", "key=" KEY_44);
  GstHarness *dec = test_harness ("perclitedec", "key=" KEY_44);

  for (guint32 i = 0; i < 6000; i++) {
    GstBuffer *out =
        test_pass (enc, test_simple_packet (SSRC, (guint16) (i < 3000 ? 30000 + i : i)));

    fail_unless (out != NULL, "packet %u", i);
    out = test_pass (dec, out);
    fail_unless (out != NULL, "packet %u", i);
    gst_buffer_unref (out);
  }
  test_harness_free (enc);
  test_harness_free (dec);
}
GST_END_TEST;

GST_START_TEST (two_senders_of_one_ssrc_do_not_make_streams_without_end)
{
  GstHarness *enc = test_harness ("perclitenc", "key=" KEY_44);
  g_autoptr (GHashTable) inner_ssrcs = g_hash_table_new (NULL, NULL);

  for (guint32 i = 0; i < 4000; i++) {
    GstBuffer *out = test_pass (
        enc, test_simple_packet (SSRC, (guint16) (i % 2 ? 1000 + i / 2 : 30000 + i / 2)));

    if (out != NULL) {
      guint32 inner_ssrc;

      /* After the outer header, and 7 bytes of the payload encryption header. */
      gst_buffer_extract (out, 12 + 7, &inner_ssrc, sizeof inner_ssrc);
      g_hash_table_add (inner_ssrcs, GUINT_TO_POINTER (inner_ssrc));
      gst_buffer_unref (out);
    }
  }
  fail_unless (g_hash_table_size (inner_ssrcs) <= 4000 / 32);
  test_harness_free (enc);
}
GST_END_TEST;

GST_START_TEST (rubbish_cannot_buy_more_than_its_share_of_trials)
{
  const TestSuite *suite = &test_suites[0];
  g_autoptr (PercliteDecrypter) decrypter = new_decrypter (suite, 4096);
  g_autoptr (GRand) rand = g_rand_new_with_seed (4711);
  gint64 start = g_get_monotonic_time (), seconds;
  guint32 roc = G_MAXUINT32;

  for (guint i = 0; i < 50000; i++) {
    Inner inner;

    inner.size = 68;
    for (guint j = 0; j < inner.size; j++)
      inner.data[j] = (guint8) g_rand_int (rand);
    fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_AUTH_FAILED);
  }
  seconds = (g_get_monotonic_time () - start) / G_USEC_PER_SEC + 1;
  fail_unless (perclite_decrypter_get_trials (decrypter) <=
               (guint64) (1 + seconds) * PERCLITE_TOKENS_PER_SECOND);
  perclite_decrypter_foreach_stream (decrypter, remember_roc, &roc);
  fail_unless_equals_int (roc, G_MAXUINT32); /* there is no stream */
}
GST_END_TEST;

GST_START_TEST (perclitedec_joins_a_stream_that_has_wrapped)
{
  GstHarness *enc = test_harness ("perclitenc", "key=" KEY_44);
  GstHarness *dec = test_harness ("perclitedec", "key=" KEY_44);
  GstHarness *early = test_harness ("perclitedec", "key=" KEY_44 " roc-search-limit=0");
  GstBuffer *out;

  for (guint32 i = 65000; i < 65000 + 2 * 65536; i += 1000)
    gst_buffer_unref (test_pass (enc, test_simple_packet (SSRC, (guint16) i)));

  out = test_pass (enc, test_simple_packet (SSRC, (guint16) (65000 + 2 * 65536)));
  fail_unless (out != NULL);
  fail_unless (test_pass (early, gst_buffer_ref (out)) == NULL);
  out = test_pass (dec, out);
  fail_unless (out != NULL);
  gst_buffer_unref (out);
  fail_unless_equals_uint64 (test_stat (dec->element, "dropped"), 0);

  test_harness_free (enc);
  test_harness_free (dec);
  test_harness_free (early);
}
GST_END_TEST;

static Suite *
latejoin_suite (void)
{
  Suite *s = suite_create ("latejoin");
  TCase *tc = tcase_create ("latejoin");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (
      tc, the_first_packet_decrypts_whatever_its_rollover_counter, 0, N_TEST_SUITES);
  tcase_add_test (tc, the_first_packet_of_common_size_decrypts_after_900_wraps);
  tcase_add_loop_test (tc, what_was_found_goes_on_and_is_protected_from_replays, 0, N_TEST_SUITES);
  tcase_add_loop_test (tc, a_stream_goes_on_after_a_gap_of_any_size, 0, N_TEST_SUITES);
  tcase_add_test (tc, replays_of_a_stream_that_is_silent_are_never_taken);
  tcase_add_test (tc, a_sender_whose_numbers_jump_back_goes_on_with_another_inner_ssrc);
  tcase_add_test (tc, two_senders_of_one_ssrc_do_not_make_streams_without_end);
  tcase_add_test (tc, nothing_is_searched_beyond_the_limit);
  tcase_add_test (tc, rubbish_cannot_buy_more_than_its_share_of_trials);
  tcase_add_test (tc, perclitedec_joins_a_stream_that_has_wrapped);
  return s;
}

GST_CHECK_MAIN (latejoin);
