/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitekey.c (test) - keys from text and passphrases: what is taken, what is refused, with which
 * words. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitekey.h"
#include "perclitetest.h"

#include <string.h>

/* 45 bytes: no suite has them. */
#define KEY_45 "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1"

static void
assert_refused (const gchar *text, PercliteSuite suite, PercliteError code, const gchar *found)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PercliteKey) key = perclite_key_new_from_text (text, suite, &error);
  g_autofree gchar *command = g_strdup_printf ("openssl rand -base64 %d",
      (int) (suite == PERCLITE_SUITE_AUTO ? 44 : perclite_suite_key_size (suite)));

  fail_unless (key == NULL);
  fail_unless (g_error_matches (error, PERCLITE_ERROR, code), "%s", error->message);
  fail_unless (strstr (error->message, found) != NULL, "no '%s' in: %s", found, error->message);
  fail_unless (strstr (error->message, command) != NULL, "no command in: %s", error->message);
  assert_not_leaked (error->message, text);
}

GST_START_TEST (a_key_of_the_right_size_is_taken_by_each_suite)
{
  const TestSuite *suite = &test_suites[__i__];
  g_autoptr (GError) error = NULL;
  g_autoptr (PercliteKey) key = perclite_key_new_from_text (suite->key, suite->suite, &error);

  fail_unless (key != NULL, "%s", error ? error->message : "");
  fail_unless_equals_int (perclite_key_get_suite (key), suite->suite);
  fail_unless (strncmp ((const gchar *) perclite_key_get_bytes (key),
                   "12345678901234567890123456789012345678901234", suite->key_size) == 0);
  fail_unless_equals_string (perclite_key_get_fingerprint (key), suite->fingerprint);
}
GST_END_TEST;

GST_START_TEST (suites_have_the_names_and_sizes_of_their_rfcs)
{
  const TestSuite *suite = &test_suites[__i__];

  fail_unless_equals_string (perclite_suite_nick (suite->suite), suite->nick);
  fail_unless_equals_string (perclite_suite_name (suite->suite), suite->name);
  fail_unless_equals_int (perclite_suite_key_size (suite->suite), suite->key_size);
  fail_unless_equals_int (perclite_suite_tag_size (suite->suite), suite->tag_size);
}
GST_END_TEST;

GST_START_TEST (a_suite_that_is_none_has_no_name_and_no_size)
{
  fail_unless (perclite_suite_nick ((PercliteSuite) 99) == NULL);
  fail_unless (perclite_suite_name ((PercliteSuite) -1) == NULL);
  fail_unless_equals_int (perclite_suite_key_size ((PercliteSuite) 99), 0);
  fail_unless_equals_int (perclite_suite_key_size (PERCLITE_SUITE_AUTO), 0);
}
GST_END_TEST;

GST_START_TEST (auto_takes_the_suite_the_size_tells)
{
  static const struct {
    const gchar *key;
    PercliteSuite suite;
  } rows[] = {
      {KEY_44, PERCLITE_SUITE_AEAD_AES_256_GCM},
      {KEY_28, PERCLITE_SUITE_AEAD_AES_128_GCM},
      {KEY_30, PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_80},
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (PercliteKey) key =
        perclite_key_new_from_text (rows[i].key, PERCLITE_SUITE_AUTO, NULL);
    fail_unless_equals_int (perclite_key_get_suite (key), rows[i].suite);
  }
}
GST_END_TEST;

GST_START_TEST (sizes_of_no_suite_are_refused_with_those_there_are)
{
  for (gsize size = 1; size <= 64; size++) {
    guint8 bytes[64] = {0};
    g_autofree gchar *text = g_base64_encode (bytes, size);
    g_autoptr (GError) error = NULL;
    g_autoptr (PercliteKey) key = perclite_key_new_from_text (text, PERCLITE_SUITE_AUTO, &error);

    fail_unless_equals_int (key != NULL, size == 28 || size == 30 || size == 44);
    fail_unless (key != NULL || g_error_matches (error, PERCLITE_ERROR, PERCLITE_ERROR_SIZE));
  }
  assert_refused (KEY_45, PERCLITE_SUITE_AUTO, PERCLITE_ERROR_SIZE, "has 45 bytes");
  assert_refused (KEY_45, PERCLITE_SUITE_AUTO, PERCLITE_ERROR_SIZE, "44 (AEAD_AES_256_GCM)");
  assert_refused (KEY_45, PERCLITE_SUITE_AUTO, PERCLITE_ERROR_SIZE, "28 (AEAD_AES_128_GCM)");
  assert_refused (KEY_45, PERCLITE_SUITE_AUTO, PERCLITE_ERROR_SIZE, "30 (AES_CM_128_HMAC_SHA1_80)");
}
GST_END_TEST;

GST_START_TEST (a_key_of_another_suite_is_refused)
{
  const TestSuite *suite = &test_suites[__i__];
  g_autofree gchar *expected = g_strdup_printf ("%s needs %d", suite->name, (int) suite->key_size);

  for (guint i = 0; i < N_TEST_SUITES; i++) {
    if (test_suites[i].key_size == suite->key_size)
      continue;
    assert_refused (test_suites[i].key, suite->suite, PERCLITE_ERROR_SIZE, expected);
  }
}
GST_END_TEST;

GST_START_TEST (text_that_is_not_base64_is_refused_at_its_position)
{
  /* Each in place of one character; - and _ are of the URL-safe alphabet. */
  static const gchar strangers[] = "-_ \t\n\r.,:;\"'\\=\x7f\x80\xff";

  /* Up to the last digit: an = in its place is padding. */
  for (gsize pos = 0; pos < strlen (KEY_44) - 2; pos++) {
    for (const gchar *c = strangers; *c; c++) {
      g_autofree gchar *text = g_strdup (KEY_44);
      g_autofree gchar *found = g_strdup_printf ("character %d of 60", (int) pos + 1);

      text[pos] = *c;
      assert_refused (text, PERCLITE_SUITE_AUTO, PERCLITE_ERROR_MALFORMED, found);
    }
  }
}
GST_END_TEST;

GST_START_TEST (malformed_text_is_refused)
{
  static const gchar *const rows[][2] = {
      {"", "is empty"},
      {"=", "do not make groups of four"},
      {"====", "do not make groups of four"},
      {KEY_44 "=", "do not make groups of four"},
      {KEY_44 "====", "do not make groups of four"},
      {KEY_30 "=", "do not make groups of four"},
      {" " KEY_44, "character 1 of 61"},
      {KEY_44 " ", "character 60 of 61"},
      {KEY_44 "\n", "character 60 of 61"},
      {KEY_44 KEY_44, "character 60 of 120"},
      {"MTIzN", "one is missing or too many"},
      /* The last digit of the key with one more bit set. */
      {"MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzR=",
          "bits that belong to no byte"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_refused (rows[i][0], PERCLITE_SUITE_AUTO, PERCLITE_ERROR_MALFORMED, rows[i][1]);
}
GST_END_TEST;

GST_START_TEST (text_beyond_all_measure_is_refused)
{
  g_autofree gchar *text = g_strnfill (100000, 'A');

  assert_refused (text, PERCLITE_SUITE_AUTO, PERCLITE_ERROR_MALFORMED, "100000 characters");
}
GST_END_TEST;

GST_START_TEST (missing_padding_is_tolerated)
{
  g_autofree gchar *text_44 = g_strndup (KEY_44, strlen (KEY_44) - 1);
  g_autofree gchar *text_28 = g_strndup (KEY_28, strlen (KEY_28) - 2);
  g_autofree gchar *half_28 = g_strndup (KEY_28, strlen (KEY_28) - 1);
  g_autoptr (PercliteKey) key_44 = perclite_key_new_from_text (text_44, 0, NULL);
  g_autoptr (PercliteKey) key_28 = perclite_key_new_from_text (text_28, 0, NULL);

  fail_unless_equals_int (perclite_key_get_suite (key_44), PERCLITE_SUITE_AEAD_AES_256_GCM);
  fail_unless_equals_int (perclite_key_get_suite (key_28), PERCLITE_SUITE_AEAD_AES_128_GCM);
  assert_refused (half_28, PERCLITE_SUITE_AUTO, PERCLITE_ERROR_MALFORMED, "groups of four");
}
GST_END_TEST;

GST_START_TEST (fingerprints_tell_keys_apart)
{
  g_autoptr (PercliteKey) a = perclite_key_new_from_text (KEY_44, PERCLITE_SUITE_AUTO, NULL);
  g_autoptr (PercliteKey) b = perclite_key_new_from_text (OTHER_KEY_44, PERCLITE_SUITE_AUTO, NULL);
  const gchar *fa = perclite_key_get_fingerprint (a);
  const gchar *fb = perclite_key_get_fingerprint (b);

  fail_unless_equals_int (strlen (fa), 16);
  fail_unless_equals_int (strlen (fb), 16);
  fail_if (g_str_equal (fa, fb));
}
GST_END_TEST;

GST_START_TEST (references_keep_a_key_alive)
{
  PercliteKey *key = perclite_key_new_from_text (KEY_44, PERCLITE_SUITE_AUTO, NULL);
  PercliteKey *same = perclite_key_ref (key);

  fail_unless (same == key);
  perclite_key_unref (key);
  fail_unless_equals_string (perclite_key_get_fingerprint (same), test_suites[0].fingerprint);
  perclite_key_unref (same);
  perclite_key_unref (NULL);
}
GST_END_TEST;

GST_START_TEST (keys_are_equal_when_suite_and_bytes_and_mki_are)
{
  g_autoptr (PercliteKey) a = perclite_key_new_from_text (KEY_30, PERCLITE_SUITE_AUTO, NULL);
  g_autoptr (PercliteKey) same = perclite_key_new_from_text (KEY_30, PERCLITE_SUITE_AUTO, NULL);
  g_autoptr (PercliteKey) suite =
      perclite_key_new_from_text (KEY_30, PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_32, NULL);
  g_autoptr (PercliteKey) b = perclite_key_new_from_text (KEY_44, PERCLITE_SUITE_AUTO, NULL);
  g_autoptr (PercliteKey) c = perclite_key_new_from_text (OTHER_KEY_44, PERCLITE_SUITE_AUTO, NULL);

  fail_unless (perclite_key_equal (a, a));
  fail_unless (perclite_key_equal (a, same));
  fail_if (perclite_key_equal (a, suite));
  fail_if (perclite_key_equal (a, b));
  fail_if (perclite_key_equal (b, c));
}
GST_END_TEST;

GST_START_TEST (an_mki_makes_another_key_with_a_longer_trailer)
{
  const TestSuite *suite = &test_suites[__i__];
  static const guint8 mki[PERCLITE_MKI_MAX_SIZE] = {0, 1, 2, 3};
  g_autoptr (PercliteKey) plain = perclite_key_new_from_text (suite->key, suite->suite, NULL);
  gsize size = 99;

  perclite_key_get_mki (plain, &size);
  fail_unless_equals_int (size, 0);
  fail_unless_equals_int (perclite_key_get_trailer_size (plain), suite->tag_size);

  for (gsize n = 1; n <= PERCLITE_MKI_MAX_SIZE; n++) {
    g_autoptr (PercliteKey) key = perclite_key_with_mki (perclite_key_ref (plain), mki, n);
    g_autoptr (PercliteKey) shorter = perclite_key_with_mki (perclite_key_ref (plain), mki, 1);

    fail_unless (memcmp (perclite_key_get_mki (key, &size), mki, n) == 0);
    fail_unless_equals_int (size, n);
    fail_unless_equals_int (perclite_key_get_trailer_size (key), suite->tag_size + n);
    fail_unless_equals_string (perclite_key_get_fingerprint (key), suite->fingerprint);
    fail_unless_equals_int (perclite_key_get_suite (key), suite->suite);
    fail_if (perclite_key_equal (plain, key));
    fail_unless_equals_int (perclite_key_equal (shorter, key), n == 1);
  }
}
GST_END_TEST;

/* Passphrases. The keys are WebCrypto's: PBKDF2 with SHA-256 and 600000 iterations of the texts in
 * NFC; Python's hashlib has the same. */

#define ASCII_PASSPHRASE "correct horse battery staple"
#define ASCII_SALT "standup"

/* An A with ring and an o with diaeresis, the sign of ohm (which is the letter omega in NFC), and a
 * character beyond 16 bits. */
#define NFC_PASSPHRASE "Stra\u00dfe nach \u00c5ngstr\u00f6m \u03a9 \U0001f511"
#define NFC_SALT "K\u00fcche"
#define NFD_PASSPHRASE "Stra\u00dfe nach A\u030angstro\u0308m \u03a9 \U0001f511"
#define NFD_SALT "Ku\u0308che"
#define SIGNS_PASSPHRASE "Stra\u00dfe nach \u212bngstr\u00f6m \u2126 \U0001f511"

typedef struct {
  const gchar *passphrase;
  const gchar *salt;
  PercliteSuite suite;
  const gchar *key;
  const gchar *fingerprint;
} Derived;

static const Derived derived[] = {
    {ASCII_PASSPHRASE, ASCII_SALT, PERCLITE_SUITE_AUTO,
        "sbdsgD5lRgtbn/p84BxHCpaYibNXLGBLMbH+jiHCXxXpgUomanAdLHSJyMs=", "663382558111849f"},
    {ASCII_PASSPHRASE, ASCII_SALT, PERCLITE_SUITE_AEAD_AES_128_GCM,
        "sbdsgD5lRgtbn/p84BxHCpaYibNXLGBLMbH+jg==", "48e2542275f8f86d"},
    {ASCII_PASSPHRASE, ASCII_SALT, PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_80,
        "sbdsgD5lRgtbn/p84BxHCpaYibNXLGBLMbH+jiHC", "36bc1454f54a1587"},
    {ASCII_PASSPHRASE, ASCII_SALT, PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_32,
        "sbdsgD5lRgtbn/p84BxHCpaYibNXLGBLMbH+jiHC", "36bc1454f54a1587"},
    {NFC_PASSPHRASE, NFC_SALT, PERCLITE_SUITE_AEAD_AES_256_GCM,
        "7wIbFY9RB0V5edkj6etzXUJ+mK3kCBqR4iMDKLehSy3047f2stJlAWTHrIg=", "256f976c3e297120"},
    {NFD_PASSPHRASE, NFD_SALT, PERCLITE_SUITE_AEAD_AES_256_GCM,
        "7wIbFY9RB0V5edkj6etzXUJ+mK3kCBqR4iMDKLehSy3047f2stJlAWTHrIg=", "256f976c3e297120"},
    {SIGNS_PASSPHRASE, NFC_SALT, PERCLITE_SUITE_AEAD_AES_256_GCM,
        "7wIbFY9RB0V5edkj6etzXUJ+mK3kCBqR4iMDKLehSy3047f2stJlAWTHrIg=", "256f976c3e297120"},
};

GST_START_TEST (a_passphrase_gives_the_key_that_a_browser_derives)
{
  const Derived *row = &derived[__i__];
  g_autoptr (GError) error = NULL;
  g_autoptr (PercliteKey) key =
      perclite_key_new_from_passphrase (row->passphrase, row->salt, row->suite, &error);
  g_autoptr (PercliteKey) expected = perclite_key_new_from_text (row->key, row->suite, NULL);

  fail_unless (key != NULL, "%s", error ? error->message : "");
  fail_unless (perclite_key_equal (key, expected));
  fail_unless_equals_string (perclite_key_get_fingerprint (key), row->fingerprint);
}
GST_END_TEST;

GST_START_TEST (passphrase_and_salt_both_make_the_key)
{
  static const gchar *const rows[][2] = {
      {ASCII_PASSPHRASE " ", ASCII_SALT},
      {ASCII_PASSPHRASE, "Standup"},
  };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_hash_table_add (seen, g_strdup (derived[0].fingerprint));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (PercliteKey) key =
        perclite_key_new_from_passphrase (rows[i][0], rows[i][1], PERCLITE_SUITE_AUTO, NULL);

    fail_unless (g_hash_table_add (seen, g_strdup (perclite_key_get_fingerprint (key))));
  }
}
GST_END_TEST;

GST_START_TEST (a_passphrase_that_is_empty_or_not_utf8_is_refused)
{
  static const struct {
    const gchar *passphrase, *salt;
    PercliteError code;
    const gchar *found;
  } rows[] = {
      {"", ASCII_SALT, PERCLITE_ERROR_SETTINGS, "The passphrase is empty"},
      {ASCII_PASSPHRASE, "", PERCLITE_ERROR_SETTINGS, "The passphrase-salt is empty"},
      {ASCII_PASSPHRASE "\xff", ASCII_SALT, PERCLITE_ERROR_MALFORMED,
          "The passphrase is not UTF-8"},
      {ASCII_PASSPHRASE "\xed\xa0\x80", ASCII_SALT, PERCLITE_ERROR_MALFORMED, "is not UTF-8"},
      {ASCII_PASSPHRASE "\xc0\x80", ASCII_SALT, PERCLITE_ERROR_MALFORMED, "is not UTF-8"},
      {ASCII_PASSPHRASE "\xc3", ASCII_SALT, PERCLITE_ERROR_MALFORMED, "is not UTF-8"},
      {ASCII_PASSPHRASE,
          "K\xfc"
          "che",
          PERCLITE_ERROR_MALFORMED, "The passphrase-salt is not UTF-8"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;

    fail_unless (perclite_key_new_from_passphrase (
                     rows[i].passphrase, rows[i].salt, PERCLITE_SUITE_AUTO, &error) == NULL);
    fail_unless (g_error_matches (error, PERCLITE_ERROR, rows[i].code), "%s", error->message);
    fail_unless (strstr (error->message, rows[i].found) != NULL, "%s", error->message);
    assert_not_leaked (error->message, ASCII_PASSPHRASE);
  }
}
GST_END_TEST;

static Suite *
perclitekey_suite (void)
{
  Suite *s = suite_create ("perclitekey");
  TCase *tc = tcase_create ("text");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, a_key_of_the_right_size_is_taken_by_each_suite, 0, N_TEST_SUITES);
  tcase_add_loop_test (tc, suites_have_the_names_and_sizes_of_their_rfcs, 0, N_TEST_SUITES);
  tcase_add_test (tc, a_suite_that_is_none_has_no_name_and_no_size);
  tcase_add_test (tc, auto_takes_the_suite_the_size_tells);
  tcase_add_test (tc, sizes_of_no_suite_are_refused_with_those_there_are);
  tcase_add_loop_test (tc, a_key_of_another_suite_is_refused, 0, N_TEST_SUITES);
  tcase_add_test (tc, text_that_is_not_base64_is_refused_at_its_position);
  tcase_add_test (tc, malformed_text_is_refused);
  tcase_add_test (tc, text_beyond_all_measure_is_refused);
  tcase_add_test (tc, missing_padding_is_tolerated);
  tcase_add_test (tc, fingerprints_tell_keys_apart);
  tcase_add_test (tc, references_keep_a_key_alive);
  tcase_add_test (tc, keys_are_equal_when_suite_and_bytes_and_mki_are);
  tcase_add_loop_test (tc, an_mki_makes_another_key_with_a_longer_trailer, 0, N_TEST_SUITES);

  tc = tcase_create ("passphrase");
  suite_add_tcase (s, tc);
  tcase_add_loop_test (
      tc, a_passphrase_gives_the_key_that_a_browser_derives, 0, G_N_ELEMENTS (derived));
  tcase_add_test (tc, passphrase_and_salt_both_make_the_key);
  tcase_add_test (tc, a_passphrase_that_is_empty_or_not_utf8_is_refused);
  return s;
}

GST_CHECK_MAIN (perclitekey);
