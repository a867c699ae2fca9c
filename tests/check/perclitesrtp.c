/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitesrtp.c (test) - the transform against known answers, OpenSSL alone, and libsrtp2
 * alone. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "percliteinner.h"

#include <openssl/evp.h>
#include <srtp2/crypto_types.h>
#include <srtp2/srtp.h>

#include "percliteauth.h"
#include "perclitecipher.h"

/* A packet of a session with another implementation, suite AEAD_AES_256_GCM, KEY_44, ROC 0. */
#define KNOWN_BEFORE                                                                               \
  "80e010e8a52b25f463d7cb4b90808524b107000e115800180018897ff4003addb5f14c4f113900001401f301203948" \
  "5f"                                                                                             \
  "7d7a00008b5460f988204676a1c7beb4630f7d68c61efad18c3df5a3187be2007bf380f271f9c013a0"
#define KNOWN_AFTER                                                                                \
  "80e010e8a52b25f463d7cb4be010e8a52b25f463d7cb4bc4ea370e6491ff87727ea5b75068b501def90a1e4d917f2e" \
  "99"                                                                                             \
  "bc54bfd2ef460a136853a8bae64c8ee5e781ca4483ec4ce726a9db733b4902ef1f935a13d51a467c794bff1fd246ce" \
  "b8"                                                                                             \
  "5437477b8f4ed1c9c6cb26d5fe5b0a44069c3c87"

/* What RFC 3711, section 4.3 derives from KEY_44 with the salt of RFC 7714, section 11. */
#define KNOWN_SESSION_KEY "ae901a8d67c35d4f8648b4d4e3bb53f19ea1e92f55759c453ba5206654c2db84"
#define KNOWN_SESSION_SALT "0ba5767c194d4ece9460aa1a"

static PercliteEncrypter *
new_encrypter (const TestSuite *suite, PercliteInnerSsrc mode)
{
  g_autoptr (PercliteKey) key = test_published_key (suite);
  PercliteEncrypter *encrypter = perclite_encrypter_new (key, mode, NULL);

  fail_unless (encrypter != NULL);
  return encrypter;
}

static PercliteDecrypter *
new_decrypter (const TestSuite *suite, guint window_size)
{
  g_autoptr (PercliteKeyring) ring = test_published_ring (suite);
  PercliteDecrypter *decrypter = perclite_decrypter_new (ring, window_size, NULL);

  fail_unless (decrypter != NULL);
  return decrypter;
}

static PercliteResult
encrypt (PercliteEncrypter *encrypter, const guint8 *header, Inner *inner, gsize payload_size,
    gsize *size)
{
  PercliteEncrypted what;

  return perclite_encrypter_encrypt (encrypter, header, inner->data, payload_size, size, &what);
}

static PercliteResult
decrypt (PercliteDecrypter *decrypter, const guint8 *header, Inner *inner, gsize size,
    gsize *payload_size)
{
  const PercliteKey *key;

  return perclite_decrypter_decrypt (decrypter, header, inner->data, size, payload_size, &key);
}

/* One plain session of libsrtp2 for any SSRC: the reference. */
static srtp_t
new_reference (const TestSuite *suite, srtp_ssrc_type_t type)
{
  g_autoptr (PercliteKey) key = perclite_key_new_from_text (suite->key, suite->suite, NULL);
  srtp_policy_t policy = {.ssrc = {.type = type}, .window_size = 4096};
  srtp_t session;

  policy.key = (unsigned char *) perclite_key_get_bytes (key);
  if (suite->suite == PERCLITE_SUITE_AEAD_AES_256_GCM) {
    srtp_crypto_policy_set_aes_gcm_256_16_auth (&policy.rtp);
    srtp_crypto_policy_set_aes_gcm_256_16_auth (&policy.rtcp);
  } else if (suite->suite == PERCLITE_SUITE_AEAD_AES_128_GCM) {
    srtp_crypto_policy_set_aes_gcm_128_16_auth (&policy.rtp);
    srtp_crypto_policy_set_aes_gcm_128_16_auth (&policy.rtcp);
  } else if (suite->suite == PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_80) {
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80 (&policy.rtp);
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80 (&policy.rtcp);
  } else {
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32 (&policy.rtp);
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80 (&policy.rtcp);
  }
  fail_unless_equals_int (srtp_create (&session, &policy), srtp_err_status_ok);
  return session;
}

GST_START_TEST (the_known_packet_is_encrypted_as_known)
{
  g_autoptr (PercliteEncrypter) encrypter =
      new_encrypter (&test_suites[0], PERCLITE_INNER_SSRC_PRESERVE);
  g_autoptr (GBytes) before = test_hex (KNOWN_BEFORE);
  g_autoptr (GBytes) after = test_hex (KNOWN_AFTER);
  const guint8 *plain = g_bytes_get_data (before, NULL);
  const guint8 *cipher = g_bytes_get_data (after, NULL);
  gsize payload_size = g_bytes_get_size (before) - 12, size = 0;
  Inner inner;

  memcpy (inner.data + 12, plain + 12, payload_size);
  fail_unless_equals_int (encrypt (encrypter, plain, &inner, payload_size, &size), PERCLITE_OK);
  fail_unless_equals_int (size, g_bytes_get_size (after) - 12);
  fail_unless (memcmp (inner.data + 1, cipher + 12, size) == 0);
}
GST_END_TEST;

GST_START_TEST (the_known_packet_is_decrypted_as_known)
{
  g_autoptr (PercliteDecrypter) decrypter = new_decrypter (&test_suites[0], 64);
  g_autoptr (GBytes) before = test_hex (KNOWN_BEFORE);
  g_autoptr (GBytes) after = test_hex (KNOWN_AFTER);
  const guint8 *plain = g_bytes_get_data (before, NULL);
  const guint8 *cipher = g_bytes_get_data (after, NULL);
  gsize size = g_bytes_get_size (after) - 12, payload_size = 0;
  Inner inner;

  memcpy (inner.data + 1, cipher + 12, size);
  fail_unless_equals_int (decrypt (decrypter, cipher, &inner, size, &payload_size), PERCLITE_OK);
  fail_unless_equals_int (payload_size, g_bytes_get_size (before) - 12);
  fail_unless (memcmp (inner.data, plain, 12 + payload_size) == 0);
}
GST_END_TEST;

/* RFC 7714, section 8.1: nonce = salt XOR (00 00 | SSRC | ROC | SEQ); section 9.2: the header is
 * the associated data. */
GST_START_TEST (the_known_packet_is_what_the_rfcs_say)
{
  g_autoptr (GBytes) key = test_hex (KNOWN_SESSION_KEY);
  g_autoptr (GBytes) salt = test_hex (KNOWN_SESSION_SALT);
  g_autoptr (GBytes) before = test_hex (KNOWN_BEFORE);
  g_autoptr (GBytes) after = test_hex (KNOWN_AFTER);
  const guint8 *plain = g_bytes_get_data (before, NULL);
  const guint8 *peh = (const guint8 *) g_bytes_get_data (after, NULL) + 12;
  gsize payload_size = g_bytes_get_size (before) - 12;
  guint8 header[12] = {0x80}, nonce[12], out[MAX_PAYLOAD];
  EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new ();
  int n;

  fail_unless_equals_int (g_bytes_get_size (after), 12 + 11 + payload_size + 16);
  memcpy (header + 1, peh, 11);

  memcpy (nonce, g_bytes_get_data (salt, NULL), 12);
  for (guint i = 0; i < 4; i++)
    nonce[2 + i] ^= header[8 + i];
  nonce[10] ^= header[2];
  nonce[11] ^= header[3];

  fail_unless_equals_int (
      EVP_DecryptInit_ex (ctx, EVP_aes_256_gcm (), NULL, g_bytes_get_data (key, NULL), nonce), 1);
  fail_unless_equals_int (EVP_DecryptUpdate (ctx, NULL, &n, header, sizeof header), 1);
  fail_unless_equals_int (EVP_DecryptUpdate (ctx, out, &n, peh + 11, (int) payload_size), 1);
  fail_unless_equals_int (
      EVP_CIPHER_CTX_ctrl (ctx, EVP_CTRL_AEAD_SET_TAG, 16, (void *) (peh + 11 + payload_size)), 1);
  fail_unless_equals_int (EVP_DecryptFinal_ex (ctx, out + payload_size, &n), 1);
  fail_unless (memcmp (out, plain + 12, payload_size) == 0);
  EVP_CIPHER_CTX_free (ctx);
}
GST_END_TEST;

/* Random packets of several SSRCs that wrap several times, reordered, some of them twice. */

#define N_SSRCS 5
#define N_RANDOM_PACKETS 6000

typedef struct {
  GRand *rand;
  guint32 ssrcs[N_SSRCS];
  guint32 indexes[N_SSRCS];
} Source;

static Source
new_source (guint32 seed)
{
  Source source = {.rand = g_rand_new_with_seed (seed)};

  for (guint i = 0; i < N_SSRCS; i++) {
    source.ssrcs[i] = g_rand_int (source.rand);
    source.indexes[i] = 60000 + 1000 * i;
  }
  return source;
}

/* Header and payload at @data; returns the size of the payload. */
static gsize
next_packet (Source *source, guint8 *data)
{
  guint which = (guint) g_rand_int_range (source->rand, 0, N_SSRCS);
  gsize size = (gsize) g_rand_int_range (source->rand, 0, 200);
  guint32 index;

  if (g_rand_int_range (source->rand, 0, 50) == 0)
    size = MAX_PAYLOAD;
  source->indexes[which] += (guint32) g_rand_int_range (source->rand, 0, 300);
  index = source->indexes[which];
  /* A quarter comes late, and now and then a second time. */
  if (g_rand_int_range (source->rand, 0, 4) == 0)
    index -= (guint32) g_rand_int_range (source->rand, 0, 200);

  data[0] = 0x80;
  data[1] = (guint8) g_rand_int (source->rand);
  GST_WRITE_UINT16_BE (data + 2, index & 0xffff);
  GST_WRITE_UINT32_BE (data + 4, g_rand_int (source->rand));
  GST_WRITE_UINT32_BE (data + 8, source->ssrcs[which]);
  for (gsize i = 0; i < size; i++)
    data[12 + i] = (guint8) g_rand_int (source->rand);
  return size;
}

static void
remember_roc (const PercliteStream *stream, gpointer user_data)
{
  guint32 *max = user_data;

  fail_unless (stream->packets > 0);
  *max = MAX (*max, stream->roc);
}

GST_START_TEST (encryption_equals_that_of_libsrtp2)
{
  const TestSuite *suite = &test_suites[__i__];
  g_autoptr (PercliteEncrypter) encrypter = new_encrypter (suite, PERCLITE_INNER_SSRC_PRESERVE);
  srtp_t reference = new_reference (suite, ssrc_any_outbound);
  Source source = new_source (100 + (guint32) __i__);
  guint refused = 0;
  guint32 roc = 0;

  for (guint i = 0; i < N_RANDOM_PACKETS; i++) {
    Inner expected, inner;
    gsize payload_size = next_packet (&source, expected.data), size = 0;
    int expected_size = (int) (12 + payload_size);
    guint8 header[12];
    PercliteResult result;
    srtp_err_status_t status;

    memcpy (header, expected.data, 12);
    memcpy (inner.data + 12, expected.data + 12, payload_size);
    status = srtp_protect (reference, expected.data, &expected_size);
    result = encrypt (encrypter, header, &inner, payload_size, &size);
    fail_unless_equals_int (result == PERCLITE_OK, status == srtp_err_status_ok);
    if (result != PERCLITE_OK) {
      fail_unless_equals_int (result, PERCLITE_REPLAYED);
      refused++;
      continue;
    }
    fail_unless_equals_int (size, (gsize) expected_size - 1);
    fail_unless_equals_int (size, 11 + payload_size + suite->tag_size);
    fail_unless (memcmp (inner.data + 1, expected.data + 1, size) == 0);
  }
  perclite_encrypter_foreach_stream (encrypter, remember_roc, &roc);
  fail_unless (roc >= 2);
  fail_unless (refused > 0 && refused < N_RANDOM_PACKETS / 4);
  srtp_dealloc (reference);
  g_rand_free (source.rand);
}
GST_END_TEST;

GST_START_TEST (decryption_equals_that_of_libsrtp2)
{
  const TestSuite *suite = &test_suites[__i__];
  g_autoptr (PercliteDecrypter) decrypter = new_decrypter (suite, 4096);
  srtp_t sender = NULL, reference = NULL;
  Source source;
  guint refused = 0;
  guint32 roc = 0;

  sender = new_reference (suite, ssrc_any_outbound);
  reference = new_reference (suite, ssrc_any_inbound);
  source = new_source (200 + (guint32) __i__);
  for (guint i = 0; i < N_RANDOM_PACKETS; i++) {
    Inner expected, inner;
    gsize sent_size = next_packet (&source, expected.data), payload_size = 0;
    int size = (int) (12 + sent_size), protected_size;
    guint8 outer[12] = {0};
    PercliteResult result;
    srtp_err_status_t status;

    if (srtp_protect (sender, expected.data, &size) != srtp_err_status_ok)
      continue;
    /* Some are damaged, some come twice. */
    if (g_rand_int_range (source.rand, 0, 10) == 0)
      expected.data[g_rand_int_range (source.rand, 1, size)] ^= 0x10;
    for (gint twice = g_rand_int_range (source.rand, 0, 10) == 0; twice >= 0; twice--) {
      Inner copy = expected;

      protected_size = size;
      memcpy (inner.data + 1, expected.data + 1, (gsize) size - 1);
      status = srtp_unprotect (reference, copy.data, &protected_size);
      result = decrypt (decrypter, outer, &inner, (gsize) size - 1, &payload_size);
      fail_unless_equals_int (result == PERCLITE_OK, status == srtp_err_status_ok);
      fail_unless_equals_int (result == PERCLITE_AUTH_FAILED, status == srtp_err_status_auth_fail);
      fail_unless_equals_int (result == PERCLITE_REPLAYED, status == srtp_err_status_replay_fail);
      if (result != PERCLITE_OK) {
        refused++;
        continue;
      }
      fail_unless_equals_int (payload_size, (gsize) protected_size - 12);
      fail_unless (memcmp (inner.data, copy.data, (gsize) protected_size) == 0);
    }
  }
  perclite_decrypter_foreach_stream (decrypter, remember_roc, &roc);
  fail_unless (roc >= 2);
  fail_unless (refused > 0);
  srtp_dealloc (sender);
  srtp_dealloc (reference);
  g_rand_free (source.rand);
}
GST_END_TEST;

GST_START_TEST (rubbish_makes_no_streams)
{
  const TestSuite *suite = &test_suites[__i__];
  g_autoptr (PercliteDecrypter) decrypter = new_decrypter (suite, 1024);
  GRand *rand = g_rand_new_with_seed (3);

  for (guint i = 0; i < 10000; i++) {
    guint8 outer[12] = {0};
    gsize size = 11 + suite->tag_size + (i & 63), payload_size;
    Inner inner;

    for (gsize k = 0; k <= size; k++)
      inner.data[k] = (guint8) g_rand_int (rand);
    /* The tag of 4 bytes is guessed once in 2^32 times: never, with this seed. */
    fail_unless_equals_int (
        decrypt (decrypter, outer, &inner, size, &payload_size), PERCLITE_AUTH_FAILED);
  }
  fail_unless_equals_int (test_count_streams (decrypter), 0);
  g_rand_free (rand);
}
GST_END_TEST;

GST_START_TEST (whatever_is_too_short_is_refused)
{
  const TestSuite *suite = &test_suites[__i__];
  g_autoptr (PercliteDecrypter) decrypter = new_decrypter (suite, 1024);
  guint8 outer[12] = {0};
  Inner inner = {0};

  for (gsize size = 0; size <= 11 + suite->tag_size; size++) {
    gsize payload_size;

    fail_unless_equals_int (decrypt (decrypter, outer, &inner, size, &payload_size),
        size < 11 + suite->tag_size ? PERCLITE_TOO_SHORT : PERCLITE_AUTH_FAILED);
  }
}
GST_END_TEST;

static void
collect_inner_ssrc (const PercliteStream *stream, gpointer user_data)
{
  fail_unless (g_hash_table_add (user_data, GUINT_TO_POINTER (stream->inner_ssrc)));
}

GST_START_TEST (random_inner_ssrcs_are_unique_and_never_those_of_the_run_before)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (guint run = 0; run < 3; run++) {
    g_autoptr (PercliteEncrypter) encrypter =
        new_encrypter (&test_suites[0], PERCLITE_INNER_SSRC_RANDOM);

    for (guint32 ssrc = 0; ssrc < 20; ssrc++) {
      guint8 header[12] = {0x80, 105};
      Inner inner;
      gsize size;

      GST_WRITE_UINT32_BE (header + 8, ssrc);
      fail_unless_equals_int (encrypt (encrypter, header, &inner, 0, &size), PERCLITE_OK);
    }
    perclite_encrypter_foreach_stream (encrypter, collect_inner_ssrc, seen);
  }
  fail_unless_equals_int (g_hash_table_size (seen), 60);
}
GST_END_TEST;

GST_START_TEST (packets_beyond_the_replay_window_are_refused)
{
  const TestSuite *suite = &test_suites[0];
  g_autoptr (PercliteEncrypter) encrypter = new_encrypter (suite, PERCLITE_INNER_SSRC_RANDOM);
  g_autoptr (PercliteDecrypter) decrypter = new_decrypter (suite, 64);
  static const struct {
    guint16 seq;
    PercliteResult result;
  } rows[] = {{1000, PERCLITE_OK}, {1000 - 63, PERCLITE_OK}, {1000 - 64, PERCLITE_REPLAY_OLD},
      {1000 - 63, PERCLITE_REPLAYED}, {1001, PERCLITE_OK}};
  g_autoptr (GHashTable) sent = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    guint8 header[12] = {0x80, 105};
    Inner *inner = g_hash_table_lookup (sent, GUINT_TO_POINTER (rows[i].seq));
    Inner copy;
    gsize size = 11 + suite->tag_size, payload_size;

    GST_WRITE_UINT16_BE (header + 2, rows[i].seq);
    if (inner == NULL) {
      inner = g_new0 (Inner, 1);
      g_hash_table_insert (sent, GUINT_TO_POINTER (rows[i].seq), inner);
      fail_unless_equals_int (encrypt (encrypter, header, inner, 0, &size), PERCLITE_OK);
    }
    copy = *inner;
    fail_unless_equals_int (
        decrypt (decrypter, header, &copy, size, &payload_size), rows[i].result);
  }
}
GST_END_TEST;

GST_START_TEST (window_sizes_from_64_to_32768_are_taken)
{
  static const guint sizes[] = {64, 1024, 32767, 32768};

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    perclite_decrypter_free (new_decrypter (&test_suites[0], sizes[i]));
}
GST_END_TEST;

/* A random walk over some rounds, with jumps to and fro. */
GST_START_TEST (the_guess_of_the_packet_index_is_that_of_libsrtp2)
{
  const TestSuite *suite = &test_suites[2];
  g_autoptr (PercliteKey) key = test_published_key (suite);
  g_autoptr (GRand) rand = g_rand_new_with_seed (99);

  for (guint run = 0; run < 20; run++) {
    g_autoptr (PercliteSrtp) srtp =
        perclite_srtp_new (key, NULL, PERCLITE_OUTBOUND, SSRC, 4096, NULL);
    srtp_t reference = new_reference (suite, ssrc_any_outbound);
    guint16 seq = (guint16) g_rand_int (rand);

    for (guint i = 0; i < 500; i++) {
      Inner inner, expected;
      guint64 index;
      gsize size = 12;
      int expected_size = 12;
      guint32 roc = 0;
      srtp_err_status_t status;
      PercliteResult result;

      seq = (guint16) (seq + g_rand_int_range (rand, -3000, i % 7 == 0 ? 60000 : 4000));
      test_header (inner.data, SSRC, seq, 0);
      test_header (expected.data, SSRC, seq, 0);
      fail_unless (perclite_srtp_guess (srtp, seq, &index));
      result = perclite_srtp_protect (srtp, inner.data, &size);
      status = srtp_protect (reference, expected.data, &expected_size);
      fail_unless_equals_int (result == PERCLITE_OK, status == srtp_err_status_ok);
      srtp_get_stream_roc (reference, SSRC, &roc);
      fail_unless_equals_int (perclite_srtp_get_index (srtp) >> 16, roc);
      if (result == PERCLITE_OK)
        fail_unless (memcmp (inner.data, expected.data, size) == 0);
      /* What is ahead is the newest then, and what is behind changes nothing. */
      fail_unless (result != PERCLITE_OK || index <= perclite_srtp_get_index (srtp));
    }
    fail_unless (perclite_srtp_get_index (srtp) >> 16 > 2);
    srtp_dealloc (reference);
  }
}
GST_END_TEST;

GST_START_TEST (nothing_is_protected_or_taken_beyond_the_last_rollover_counter)
{
  const TestSuite *suite = &test_suites[__i__];
  g_autoptr (PercliteKey) key = test_published_key (suite);
  g_autoptr (PercliteSrtp) sender = test_sender (key, SSRC, G_MAXUINT32);
  g_autoptr (PercliteSrtp) receiver =
      perclite_srtp_new (key, NULL, PERCLITE_INBOUND, SSRC, 1024, NULL);
  Inner inner, early;
  guint64 index;

  test_one_packet (key, SSRC, 5, &early);
  perclite_srtp_set_roc (receiver, G_MAXUINT32);
  for (guint seq = 65500; seq < 65536; seq++) {
    test_protect (sender, SSRC, (guint16) seq, &inner);
    fail_unless_equals_int (
        perclite_srtp_unprotect (receiver, inner.data, &inner.size), PERCLITE_OK);
  }
  fail_unless (perclite_srtp_get_index (sender) == PERCLITE_KEY_LIFETIME_MAX - 1);
  fail_if (perclite_srtp_guess (sender, 5, &index));

  test_header (inner.data, SSRC, 5, 0);
  inner.size = 12;
  fail_unless_equals_int (
      perclite_srtp_protect (sender, inner.data, &inner.size), PERCLITE_KEY_LIMIT);
  fail_unless_equals_int (
      perclite_srtp_unprotect (receiver, early.data, &early.size), PERCLITE_AUTH_FAILED);
  /* What is late is not beyond. */
  test_protect (sender, SSRC, 65400, &inner);
  fail_unless_equals_int (perclite_srtp_unprotect (receiver, inner.data, &inner.size), PERCLITE_OK);
}
GST_END_TEST;

/* RFC 3711, section 3.1: before the tag. RFC 7714, section 7: after the tag. */
GST_START_TEST (the_mki_is_where_the_rfcs_have_it)
{
  const TestSuite *suite = &test_suites[__i__];
  gboolean aead = suite->tag_size == 16;
  g_autoptr (PercliteKey) plain = test_key (suite, 7, FALSE);
  g_autoptr (PercliteKey) key = test_key (suite, 7, TRUE);
  g_autoptr (PercliteSrtp) receiver =
      perclite_srtp_new (key, NULL, PERCLITE_INBOUND, SSRC, 1024, NULL);
  Inner without, with, other;
  gsize mki_at = 12 + PAYLOAD_SIZE + (aead ? 16 : 0);

  test_one_packet (plain, SSRC, 1, &without);
  test_one_packet (key, SSRC, 1, &with);
  fail_unless_equals_int (without.size, 12 + PAYLOAD_SIZE + suite->tag_size);
  fail_unless_equals_int (with.size, without.size + 2);
  fail_unless_equals_int (with.data[mki_at], 0xab);
  fail_unless_equals_int (with.data[mki_at + 1], 7);
  /* Nothing else differs: the MKI is not authenticated. */
  fail_unless (memcmp (with.data, without.data, mki_at) == 0);
  fail_unless (memcmp (with.data + mki_at + 2, without.data + mki_at, without.size - mki_at) == 0);

  other = with;
  other.data[mki_at] ^= 1;
  fail_unless_equals_int (
      perclite_srtp_unprotect (receiver, other.data, &other.size), PERCLITE_AUTH_FAILED);
  fail_unless_equals_int (perclite_srtp_unprotect (receiver, with.data, &with.size), PERCLITE_OK);
  fail_unless_equals_int (with.size, 12 + PAYLOAD_SIZE);
  fail_unless_equals_int (with.data[12], 1);
}
GST_END_TEST;

GST_START_TEST (what_has_no_room_for_its_trailer_is_too_short)
{
  const TestSuite *suite = &test_suites[__i__];
  g_autoptr (PercliteKey) key = test_key (suite, 1, TRUE);
  g_autoptr (PercliteSrtp) receiver =
      perclite_srtp_new (key, NULL, PERCLITE_INBOUND_ANY, 0, 1024, NULL);
  Inner inner = {0};

  inner.data[0] = 0x80;
  for (gsize size = 0; size < 12 + suite->tag_size + 2; size++) {
    inner.size = size;
    fail_unless_equals_int (
        perclite_srtp_unprotect (receiver, inner.data, &inner.size), PERCLITE_TOO_SHORT);
  }
}
GST_END_TEST;

/* The tests run with either. */
GST_START_TEST (openssl_computes_unless_told_otherwise)
{
  gboolean kept = g_strcmp0 (g_getenv (PERCLITE_CRYPTO_VARIABLE), PERCLITE_CRYPTO_LIBSRTP) == 0;

  fail_unless_equals_string (
      perclite_srtp_get_crypto (), kept ? PERCLITE_CRYPTO_LIBSRTP : "openssl");
}
GST_END_TEST;

/* libsrtp2 tests what it is given with what it tests its own with, AES-GCM with a tag of 8 bytes
 * among it. */
GST_START_TEST (libsrtp2_finds_no_fault_with_openssl)
{
  static const srtp_cipher_type_t *const ciphers[] = {&perclite_aes_128_gcm, &perclite_aes_256_gcm,
      &perclite_aes_128_icm, &perclite_aes_192_icm, &perclite_aes_256_icm};

  perclite_srtp_get_crypto ();
  for (guint i = 0; i < G_N_ELEMENTS (ciphers); i++) {
    fail_unless_equals_int (srtp_cipher_type_self_test (ciphers[i]), srtp_err_status_ok);
    fail_unless_equals_int (
        srtp_replace_cipher_type (ciphers[i], ciphers[i]->id), srtp_err_status_ok);
  }
  fail_unless_equals_int (srtp_auth_type_self_test (&perclite_hmac_sha1), srtp_err_status_ok);
  fail_unless_equals_int (
      srtp_replace_auth_type (&perclite_hmac_sha1, SRTP_HMAC_SHA1), srtp_err_status_ok);
}
GST_END_TEST;

static srtp_cipher_type_t wrong_type;

static srtp_err_status_t
alloc_wrong (srtp_cipher_t **cipher, int key_size, int tag_size)
{
  srtp_err_status_t status = perclite_aes_256_gcm.alloc (cipher, key_size, tag_size);

  if (status == srtp_err_status_ok)
    (*cipher)->type = &wrong_type;
  return status;
}

static srtp_err_status_t
encrypt_wrongly (void *state, uint8_t *buffer, unsigned int *size)
{
  buffer[0] ^= 1;
  return perclite_aes_256_gcm.encrypt (state, buffer, size);
}

GST_START_TEST (libsrtp2_takes_nothing_that_computes_wrongly)
{
  perclite_srtp_get_crypto ();
  wrong_type = perclite_aes_256_gcm;
  wrong_type.alloc = alloc_wrong;
  fail_unless_equals_int (srtp_cipher_type_self_test (&wrong_type), srtp_err_status_ok);
  wrong_type.encrypt = encrypt_wrongly;
  fail_if (srtp_replace_cipher_type (&wrong_type, wrong_type.id) == srtp_err_status_ok);
}
GST_END_TEST;

static Suite *
perclitesrtp_suite (void)
{
  Suite *s = suite_create ("perclitesrtp");
  TCase *tc = tcase_create ("known-answers");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, the_known_packet_is_encrypted_as_known);
  tcase_add_test (tc, the_known_packet_is_decrypted_as_known);
  tcase_add_test (tc, the_known_packet_is_what_the_rfcs_say);

  tc = tcase_create ("behaviour");
  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, encryption_equals_that_of_libsrtp2, 0, N_TEST_SUITES);
  tcase_add_loop_test (tc, decryption_equals_that_of_libsrtp2, 0, N_TEST_SUITES);
  tcase_add_loop_test (tc, rubbish_makes_no_streams, 0, N_TEST_SUITES);
  tcase_add_loop_test (tc, whatever_is_too_short_is_refused, 0, N_TEST_SUITES);
  tcase_add_test (tc, random_inner_ssrcs_are_unique_and_never_those_of_the_run_before);
  tcase_add_test (tc, packets_beyond_the_replay_window_are_refused);
  tcase_add_test (tc, window_sizes_from_64_to_32768_are_taken);
  tcase_add_test (tc, the_guess_of_the_packet_index_is_that_of_libsrtp2);
  tcase_add_test (tc, openssl_computes_unless_told_otherwise);
  tcase_add_test (tc, libsrtp2_finds_no_fault_with_openssl);
  tcase_add_test (tc, libsrtp2_takes_nothing_that_computes_wrongly);
  tcase_add_loop_test (
      tc, nothing_is_protected_or_taken_beyond_the_last_rollover_counter, 0, N_TEST_SUITES);
  tcase_add_loop_test (tc, the_mki_is_where_the_rfcs_have_it, 0, N_TEST_SUITES);
  tcase_add_loop_test (tc, what_has_no_room_for_its_trailer_is_too_short, 0, N_TEST_SUITES);
  return s;
}

GST_CHECK_MAIN (perclitesrtp);
