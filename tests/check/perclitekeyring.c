/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitekeyring.c (test) - rings of keys, and the text they come from. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitekeyring.h"
#include "perclitetest.h"

#include <string.h>

/* 45 bytes: no suite has them. */
#define KEY_45 "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1"

static PercliteKey *
key_of (const gchar *text)
{
  return perclite_key_new_from_text (text, PERCLITE_SUITE_AUTO, NULL);
}

static PercliteKey *
key_with_mki (const gchar *text, const gchar *mki)
{
  return perclite_key_with_mki (key_of (text), (const guint8 *) mki, strlen (mki));
}

/* One of many different keys. */
static gchar *
numbered_text (guint8 number)
{
  guint8 bytes[28] = {number};

  return g_base64_encode (bytes, sizeof bytes);
}

static PercliteKey *
numbered_key (guint8 number)
{
  g_autofree gchar *text = numbered_text (number);

  return key_of (text);
}

static const gchar *
fingerprint_at (const PercliteKeyring *ring, guint index)
{
  return perclite_key_get_fingerprint (perclite_keyring_get_key (ring, index));
}

/* The ring */

static void
assert_add_refused (PercliteKeyring *ring, PercliteKey *key, const gchar *found)
{
  g_autoptr (GError) error = NULL;
  guint size = perclite_keyring_get_size (ring);
  PercliteKey *sending = perclite_keyring_get_sending (ring);

  fail_if (perclite_keyring_add (ring, key, TRUE, &error));
  fail_unless (g_error_matches (error, PERCLITE_ERROR, PERCLITE_ERROR_SETTINGS));
  fail_unless (strstr (error->message, found) != NULL, "no '%s' in: %s", found, error->message);
  fail_unless_equals_int (perclite_keyring_get_size (ring), size);
  fail_unless (perclite_keyring_get_sending (ring) == sending);
}

GST_START_TEST (a_key_alone_is_for_sending_and_of_several_only_the_marked)
{
  g_autoptr (PercliteKeyring) ring = perclite_keyring_new ();

  fail_unless (perclite_keyring_get_sending (ring) == NULL);
  fail_unless (perclite_keyring_add (ring, key_of (KEY_44), FALSE, NULL));
  fail_unless (perclite_keyring_get_sending (ring) == perclite_keyring_get_key (ring, 0));
  fail_unless (perclite_keyring_add (ring, key_of (KEY_28), FALSE, NULL));
  fail_unless (perclite_keyring_get_sending (ring) == NULL);
  fail_unless (perclite_keyring_add (ring, key_of (KEY_30), TRUE, NULL));
  fail_unless (perclite_keyring_get_sending (ring) == perclite_keyring_get_key (ring, 2));
  fail_unless (perclite_keyring_add (ring, key_of (OTHER_KEY_44), TRUE, NULL));
  fail_unless (perclite_keyring_get_sending (ring) == perclite_keyring_get_key (ring, 3));
}
GST_END_TEST;

GST_START_TEST (a_key_that_is_there_stays_in_its_place_and_may_become_the_sending_one)
{
  g_autoptr (PercliteKeyring) ring = perclite_keyring_new ();

  fail_unless (perclite_keyring_add (ring, key_of (KEY_44), FALSE, NULL));
  fail_unless (perclite_keyring_add (ring, key_of (KEY_28), TRUE, NULL));
  fail_unless (perclite_keyring_add (ring, key_of (KEY_44), FALSE, NULL));
  fail_unless_equals_int (perclite_keyring_get_size (ring), 2);
  fail_unless (perclite_keyring_get_sending (ring) == perclite_keyring_get_key (ring, 1));
  fail_unless (perclite_keyring_add (ring, key_of (KEY_44), TRUE, NULL));
  fail_unless_equals_int (perclite_keyring_get_size (ring), 2);
  fail_unless (perclite_keyring_get_sending (ring) == perclite_keyring_get_key (ring, 0));
}
GST_END_TEST;

GST_START_TEST (a_full_ring_takes_only_what_it_has)
{
  g_autoptr (PercliteKeyring) ring = perclite_keyring_new ();

  for (guint8 i = 0; i < PERCLITE_KEYRING_MAX_KEYS; i++)
    fail_unless (perclite_keyring_add (ring, numbered_key (i), FALSE, NULL));
  assert_add_refused (ring, key_of (KEY_44), "16 keys already");
  fail_unless (perclite_keyring_add (ring, numbered_key (7), TRUE, NULL));
  fail_unless (perclite_keyring_get_sending (ring) == perclite_keyring_get_key (ring, 7));
}
GST_END_TEST;

GST_START_TEST (mkis_are_different_and_have_one_size)
{
  g_autoptr (PercliteKeyring) ring = perclite_keyring_new ();

  fail_unless (perclite_keyring_add (ring, key_of (KEY_44), FALSE, NULL));
  fail_unless (perclite_keyring_add (ring, key_with_mki (KEY_28, "ab"), TRUE, NULL));
  assert_add_refused (ring, key_with_mki (KEY_30, "ab"), "the same MKI");
  assert_add_refused (ring, key_with_mki (KEY_30, "a"), "MKIs of one size");
  assert_add_refused (ring, key_with_mki (KEY_28, "cd"), "with another MKI");
  assert_add_refused (ring, key_of (KEY_28), "or without one");
  assert_add_refused (ring, key_with_mki (KEY_44, "cd"), "with another MKI");
  fail_unless (perclite_keyring_add (ring, key_with_mki (KEY_30, "ac"), FALSE, NULL));
  fail_unless_equals_int (perclite_keyring_get_size (ring), 3);
}
GST_END_TEST;

/* A packet of the longer tag would be one of the shorter as well, once its tag is cut. */
GST_START_TEST (the_same_bytes_are_refused_for_two_suites)
{
  g_autoptr (PercliteKeyring) ring = perclite_keyring_new ();
  g_autoptr (PercliteKey) short_tag =
      perclite_key_new_from_text (KEY_30, PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_32, NULL);

  fail_unless (perclite_keyring_add (ring, key_of (KEY_30), TRUE, NULL));
  assert_add_refused (ring, perclite_key_ref (short_tag), "already, for AES_CM_128_HMAC_SHA1_80");
  assert_add_refused (
      ring, perclite_key_with_mki (perclite_key_ref (short_tag), (const guint8 *) "m", 1), "suite");
  fail_unless_equals_int (perclite_keyring_get_size (ring), 1);

  fail_unless (perclite_keyring_remove (ring, fingerprint_at (ring, 0)));
  fail_unless (perclite_keyring_add (ring, perclite_key_ref (short_tag), FALSE, NULL));
  assert_add_refused (ring, key_of (KEY_30), "already, for AES_CM_128_HMAC_SHA1_32");
}
GST_END_TEST;

GST_START_TEST (removed_keys_are_gone_and_the_others_keep_their_order)
{
  g_autoptr (PercliteKeyring) ring = perclite_keyring_new ();
  g_autofree gchar *removed_fingerprint = NULL;
  g_autoptr (PercliteKey) removed = numbered_key (1);

  for (guint8 i = 0; i < 4; i++)
    fail_unless (perclite_keyring_add (ring, numbered_key (i), i == 1, NULL));
  removed_fingerprint = g_strdup (fingerprint_at (ring, 1));

  fail_unless (perclite_keyring_contains (ring, removed));
  fail_unless (perclite_keyring_remove (ring, removed_fingerprint));
  fail_if (perclite_keyring_remove (ring, removed_fingerprint));
  fail_if (perclite_keyring_remove (ring, ""));
  fail_if (perclite_keyring_contains (ring, removed));
  fail_unless_equals_int (perclite_keyring_get_size (ring), 3);
  fail_unless (perclite_keyring_get_sending (ring) == NULL);
  for (guint i = 0; i < 3; i++) {
    g_autoptr (PercliteKey) expected = numbered_key ((guint8) (i == 0 ? 0 : i + 1));
    fail_unless (perclite_key_equal (perclite_keyring_get_key (ring, i), expected));
  }
}
GST_END_TEST;

GST_START_TEST (a_copy_is_a_ring_of_its_own_with_the_same_keys)
{
  PercliteKeyring *ring = perclite_keyring_new ();
  g_autoptr (PercliteKeyring) copy = NULL;
  g_autoptr (PercliteKey) sending = key_of (KEY_28);

  fail_unless (perclite_keyring_add (ring, key_of (KEY_44), FALSE, NULL));
  fail_unless (perclite_keyring_add (ring, key_of (KEY_28), TRUE, NULL));
  copy = perclite_keyring_copy (ring);
  fail_unless (perclite_keyring_remove (ring, fingerprint_at (ring, 0)));
  perclite_keyring_free (ring);
  perclite_keyring_free (NULL);

  fail_unless_equals_int (perclite_keyring_get_size (copy), 2);
  fail_unless (perclite_key_equal (perclite_keyring_get_sending (copy), sending));
}
GST_END_TEST;

/* Lines and text */

GST_START_TEST (lines_of_the_grammar_are_taken)
{
  static const struct {
    const gchar *line;
    gboolean sending;
    const gchar *mki; /* in hexadecimal digits */
  } rows[] = {
      {KEY_44, FALSE, ""},
      {" \t" KEY_44 "\t ", FALSE, ""},
      {KEY_44 "#comment", FALSE, ""},
      {KEY_44 " # comment with \xc3\xa4, send, mki=00 and #", FALSE, ""},
      {KEY_44 " #\xff\x01", FALSE, ""},
      {"send " KEY_44, TRUE, ""},
      {" send \t " KEY_44 " #", TRUE, ""},
      {"mki=00 " KEY_44, FALSE, "00"},
      {"send mki=00112233445566778899aAbBcCdDeEfF " KEY_44, TRUE,
          "00112233445566778899aabbccddeeff"},
      {"\tsend\tmki=0a0B\t" KEY_44 "\t#", TRUE, "0a0b"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    gboolean sending = !rows[i].sending;
    g_autoptr (PercliteKey) key = perclite_keyring_parse_line (
        rows[i].line, strlen (rows[i].line), PERCLITE_SUITE_AUTO, &sending, &error);
    g_autoptr (GBytes) expected = test_hex (rows[i].mki);
    g_autoptr (GBytes) actual = NULL;
    const guint8 *mki;
    gsize size;

    fail_unless (key != NULL, "'%s': %s", rows[i].line, error ? error->message : "");
    fail_unless_equals_int (sending, rows[i].sending);
    mki = perclite_key_get_mki (key, &size);
    actual = g_bytes_new (mki, size);
    assert_bytes_equal (actual, expected);
    fail_unless_equals_string (perclite_key_get_fingerprint (key), test_suites[0].fingerprint);
  }
}
GST_END_TEST;

/* With the terminating 0 not counted, so that others may be inside. */
#define TEXT(s) s, sizeof (s) - 1

typedef struct {
  const gchar *text;
  gsize size;
  PercliteError code;
  const gchar *found;
} Refused;

static const Refused refused_lines[] = {
    {TEXT (""), PERCLITE_ERROR_MALFORMED, "it is empty"},
    {TEXT (" \t "), PERCLITE_ERROR_MALFORMED, "it is empty"},
    {TEXT ("# comment"), PERCLITE_ERROR_MALFORMED, "it is empty"},
    {TEXT ("send"), PERCLITE_ERROR_MALFORMED, "no key behind \"send\""},
    {TEXT ("send # " KEY_44), PERCLITE_ERROR_MALFORMED, "no key behind \"send\""},
    {TEXT ("mki=00"), PERCLITE_ERROR_MALFORMED, "no key behind \"mki=\""},
    {TEXT ("send mki=00 #"), PERCLITE_ERROR_MALFORMED, "no key behind \"mki=\""},
    {TEXT (KEY_45), PERCLITE_ERROR_SIZE, "has 45 bytes"},
    {TEXT ("send" KEY_44), PERCLITE_ERROR_SIZE, "has 47 bytes"},
    {TEXT (KEY_44 " x"), PERCLITE_ERROR_MALFORMED, "at character 62 of 62"},
    {TEXT (KEY_44 " " KEY_28), PERCLITE_ERROR_MALFORMED, "at character 62 of 101"},
    {TEXT ("MTIz NDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw"), PERCLITE_ERROR_MALFORMED,
        "at character 6 of 41"},
    {TEXT ("send send " KEY_44), PERCLITE_ERROR_MALFORMED, "is no comment"},
    {TEXT ("SEND " KEY_44), PERCLITE_ERROR_MALFORMED, "is no comment"},
    {TEXT ("mki=00 send " KEY_44), PERCLITE_ERROR_MALFORMED, "is no comment"},
    {TEXT ("mki=00 mki=01 " KEY_44), PERCLITE_ERROR_MALFORMED, "is no comment"},
    {TEXT ("mki 00 " KEY_44), PERCLITE_ERROR_MALFORMED, "is no comment"},
    {TEXT (KEY_44 " mki=00"), PERCLITE_ERROR_MALFORMED, "is no comment"},
    {TEXT ("mki= " KEY_44), PERCLITE_ERROR_MALFORMED, "0 hexadecimal digits"},
    {TEXT ("mki=0 " KEY_44), PERCLITE_ERROR_MALFORMED, "1 hexadecimal digits"},
    {TEXT ("mki=001 " KEY_44), PERCLITE_ERROR_MALFORMED, "3 hexadecimal digits"},
    {TEXT ("mki=00112233445566778899aabbccddeeff00 " KEY_44), PERCLITE_ERROR_MALFORMED,
        "34 hexadecimal digits"},
    {TEXT ("mki=0x00 " KEY_44), PERCLITE_ERROR_MALFORMED, "Character 2 of the MKI"},
    {TEXT ("mki=0\xc3\xa9 " KEY_44), PERCLITE_ERROR_MALFORMED, "Character 2 of the MKI"},
    {TEXT ("mki=00" KEY_44), PERCLITE_ERROR_MALFORMED, "of the MKI is no hexadecimal digit"},
    {TEXT ("mki=00# " KEY_44), PERCLITE_ERROR_MALFORMED, "no key behind \"mki=\""},
    {TEXT ("\xef\xbb\xbf" KEY_44), PERCLITE_ERROR_MALFORMED, "character 1 of 63"},
    {TEXT ("\xc2\xa0" KEY_44), PERCLITE_ERROR_MALFORMED, "character 1 of 62"},
    {TEXT (KEY_44 "\f"), PERCLITE_ERROR_MALFORMED, "character 60 of 61"},
    {TEXT (KEY_44 "\0"), PERCLITE_ERROR_MALFORMED, "Character 61 of 61 is a zero byte"},
    {TEXT ("\0" KEY_44), PERCLITE_ERROR_MALFORMED, "Character 1 of 61 is a zero byte"},
    {TEXT (KEY_44 "#\0"), PERCLITE_ERROR_MALFORMED, "Character 62 of 62 is a zero byte"},
    {TEXT (KEY_44 "\n"), PERCLITE_ERROR_MALFORMED, "line end in the middle"},
    {TEXT (KEY_44 "\r" KEY_44), PERCLITE_ERROR_MALFORMED, "line end in the middle"},
    {TEXT (KEY_44 "#\r" KEY_28), PERCLITE_ERROR_MALFORMED, "line end in the middle"},
};

GST_START_TEST (lines_outside_the_grammar_are_refused)
{
  const Refused *row = &refused_lines[__i__];
  /* Exactly as many bytes, for tools that see whoever reads more. */
  g_autofree gchar *line = g_memdup2 (row->text, row->size);
  g_autoptr (GError) error = NULL;
  gboolean sending;

  fail_unless (
      perclite_keyring_parse_line (line, row->size, PERCLITE_SUITE_AUTO, &sending, &error) == NULL);
  fail_unless (g_error_matches (error, PERCLITE_ERROR, row->code), "%s", error->message);
  fail_unless (strstr (error->message, row->found) != NULL, "%s", error->message);
  assert_not_leaked (error->message, KEY_45);
}
GST_END_TEST;

GST_START_TEST (a_line_cut_anywhere_is_taken_or_refused_but_never_read_beyond)
{
  static const gchar whole[] = "send mki=0a0b " KEY_44 " # comment";
  const gsize key_end = strlen ("send mki=0a0b " KEY_44);

  for (gsize size = 0; size <= sizeof whole; size++) {
    g_autofree gchar *line = g_memdup2 (whole, size);
    g_autoptr (GError) error = NULL;
    gboolean sending;
    g_autoptr (PercliteKey) key =
        perclite_keyring_parse_line (line, size, PERCLITE_SUITE_AEAD_AES_256_GCM, &sending, &error);

    /* The last is the terminating 0; one character of padding may be missing. */
    fail_unless_equals_int (key != NULL, size >= key_end - 1 && size < sizeof whole);
    fail_unless_equals_int (key == NULL, error != NULL);
  }
}
GST_END_TEST;

GST_START_TEST (text_of_many_lines_makes_a_ring)
{
  static const gchar text[] = "# keys of the room\r\n\r\n"
                              "\t \n"
                              "mki=01 " KEY_44 " # until Monday\r\n"
                              "   # \xc3\xbc\n"
                              "send mki=02 " OTHER_KEY_44 "\n" KEY_28 "\r\n\n\n";
  static const gchar *const keys[] = {KEY_44, OTHER_KEY_44, KEY_28};
  g_autoptr (GError) error = NULL;
  g_autoptr (PercliteKeyring) ring =
      perclite_keyring_new_from_text (TEXT (text), PERCLITE_SUITE_AUTO, &error);

  fail_unless (ring != NULL, "%s", error ? error->message : "");
  fail_unless_equals_int (perclite_keyring_get_size (ring), 3);
  fail_unless (perclite_keyring_get_sending (ring) == perclite_keyring_get_key (ring, 1));
  for (guint i = 0; i < G_N_ELEMENTS (keys); i++) {
    g_autoptr (PercliteKey) key = key_of (keys[i]);
    fail_unless_equals_string (fingerprint_at (ring, i), perclite_key_get_fingerprint (key));
  }
}
GST_END_TEST;

static const Refused refused_texts[] = {
    {TEXT (""), PERCLITE_ERROR_MALFORMED, "it is empty"},
    {TEXT (" \n\t\r\n\f"), PERCLITE_ERROR_MALFORMED, "it is empty"},
    {TEXT ("# nothing\n\n#"), PERCLITE_ERROR_MALFORMED, "only comments"},
    {TEXT (KEY_44 "\n" KEY_44), PERCLITE_ERROR_MALFORMED, "line 2: The key with the fingerprint"},
    {TEXT ("mki=01 " KEY_44 "\nmki=01 " KEY_44), PERCLITE_ERROR_MALFORMED, "Remove one of the"},
    {TEXT (KEY_44 "\n\nmki=01 " KEY_44), PERCLITE_ERROR_MALFORMED, "line 3: "},
    {TEXT ("mki=01 " KEY_44 "\nmki=01 " KEY_28), PERCLITE_ERROR_MALFORMED, "the same MKI"},
    {TEXT ("mki=01 " KEY_44 "\nmki=0102 " KEY_28), PERCLITE_ERROR_MALFORMED, "line 2: The MKI"},
    {TEXT ("\n\nsend " KEY_44 "\n#\nsend " KEY_28), PERCLITE_ERROR_MALFORMED, "line 5: A line"},
    {TEXT (KEY_44 "\n" KEY_45 "\n"), PERCLITE_ERROR_SIZE, "line 2: The key has 45 bytes"},
    {TEXT ("\n\r\n \n" KEY_44 "\nmki=1 " KEY_28), PERCLITE_ERROR_MALFORMED, "line 5: The MKI has"},
    {TEXT (KEY_44 "\n# \0\n"), PERCLITE_ERROR_MALFORMED, "line 2: Character 3 of 3 is a zero byte"},
    {TEXT ("# old line ends\r" KEY_44 "\r"), PERCLITE_ERROR_MALFORMED, "line end in the middle"},
    {TEXT (KEY_44 "\r\r\n" KEY_28), PERCLITE_ERROR_MALFORMED, "line 1: Character 61 of 61"},
    {TEXT (KEY_44 "\n\f\n" KEY_28), PERCLITE_ERROR_MALFORMED, "line 2: The key is not base64"},
    /* What shells of Windows write: UTF-16. */
    {TEXT ("\xff\xfeM\0T\0I\0z\0\r\0\n\0"), PERCLITE_ERROR_MALFORMED, "zero byte"},
};

GST_START_TEST (text_that_is_no_ring_is_refused_at_its_line)
{
  const Refused *row = &refused_texts[__i__];
  g_autofree gchar *text = g_memdup2 (row->text, row->size);
  g_autoptr (GError) error = NULL;

  fail_unless (
      perclite_keyring_new_from_text (text, row->size, PERCLITE_SUITE_AUTO, &error) == NULL);
  fail_unless (g_error_matches (error, PERCLITE_ERROR, row->code), "%s", error->message);
  fail_unless (strstr (error->message, row->found) != NULL, "%s", error->message);
  assert_not_leaked (error->message, KEY_45);
}
GST_END_TEST;

GST_START_TEST (sixteen_keys_are_taken_and_seventeen_refused)
{
  g_autoptr (GString) text = g_string_new ("# all\n");
  g_autoptr (PercliteKeyring) ring = NULL;
  g_autoptr (GError) error = NULL;

  for (guint8 i = 0; i < 17; i++) {
    g_autofree gchar *key = numbered_text (i);

    if (i == 16)
      ring = perclite_keyring_new_from_text (text->str, text->len, PERCLITE_SUITE_AUTO, NULL);
    g_string_append_printf (text, "%smki=%02x %s\n", i == 9 ? "send " : "", i, key);
  }
  fail_unless_equals_int (perclite_keyring_get_size (ring), 16);
  fail_unless (perclite_keyring_get_sending (ring) == perclite_keyring_get_key (ring, 9));
  fail_unless (
      perclite_keyring_new_from_text (text->str, text->len, PERCLITE_SUITE_AUTO, &error) == NULL);
  fail_unless (g_error_matches (error, PERCLITE_ERROR, PERCLITE_ERROR_MALFORMED));
  fail_unless (g_str_has_prefix (error->message, "line 18: "), "%s", error->message);
}
GST_END_TEST;

GST_START_TEST (text_may_have_16384_bytes_and_no_more)
{
  g_autofree gchar *text = g_strnfill (PERCLITE_KEYRING_TEXT_MAX_SIZE + 1, '#');
  g_autoptr (PercliteKeyring) ring = NULL;
  g_autoptr (GError) error = NULL;

  memcpy (text, KEY_44 " ", strlen (KEY_44 " "));
  ring = perclite_keyring_new_from_text (text, 16384, PERCLITE_SUITE_AUTO, NULL);
  fail_unless (ring != NULL);
  fail_unless (perclite_keyring_new_from_text (text, 16385, PERCLITE_SUITE_AUTO, &error) == NULL);
  fail_unless (strstr (error->message, "16385 bytes are too many") != NULL);
}
GST_END_TEST;

GST_START_TEST (a_suite_that_is_asked_for_is_that_of_all_keys)
{
  static const gchar text[] = KEY_30 "\n" KEY_44;
  g_autoptr (GError) error = NULL;
  g_autoptr (PercliteKeyring) ring =
      perclite_keyring_new_from_text (TEXT (KEY_30), PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_32, NULL);

  fail_unless_equals_int (perclite_key_get_suite (perclite_keyring_get_key (ring, 0)),
      PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_32);
  fail_unless (perclite_keyring_new_from_text (
                   TEXT (text), PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_32, &error) == NULL);
  fail_unless (g_error_matches (error, PERCLITE_ERROR, PERCLITE_ERROR_SIZE));
  fail_unless (
      strstr (error->message, "line 2: The key has 44 bytes. AES_CM_128_HMAC_SHA1_32 needs 30"));
}
GST_END_TEST;

/* Any bytes at all, from the characters that mean something: nothing crashes, and errors come
 * without keys. */
GST_START_TEST (random_text_is_taken_or_refused_with_an_error)
{
  static const gchar *const parts[] = {"send", " ", "\t", "mki=", "0a", "f", "#", "\n", "\r\n",
      "\r", KEY_44, KEY_28, OTHER_KEY_44, "=", "\xc3\xa4", "\f", "mki=00 ", "send "};
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  guint taken = 0;

  for (guint i = 0; i < 3000; i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    g_autoptr (PercliteKeyring) ring = NULL;
    g_autoptr (GError) error = NULL;
    g_autofree gchar *exact = NULL;

    for (gint n = g_rand_int_range (random, 0, 12); n > 0; n--)
      g_string_append (text, parts[g_rand_int_range (random, 0, G_N_ELEMENTS (parts))]);
    exact = g_memdup2 (text->str, text->len);
    ring = perclite_keyring_new_from_text (exact, text->len, PERCLITE_SUITE_AUTO, &error);
    fail_unless_equals_int (ring == NULL, error != NULL);
    if (error != NULL) {
      assert_not_leaked (error->message, KEY_44);
      assert_not_leaked (error->message, OTHER_KEY_44);
    } else {
      taken++;
      fail_unless (perclite_keyring_get_size (ring) > 0);
    }
  }
  fail_unless (taken > 0);
}
GST_END_TEST;

static Suite *
perclitekeyring_suite (void)
{
  Suite *s = suite_create ("perclitekeyring");
  TCase *tc = tcase_create ("ring");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, a_key_alone_is_for_sending_and_of_several_only_the_marked);
  tcase_add_test (tc, a_key_that_is_there_stays_in_its_place_and_may_become_the_sending_one);
  tcase_add_test (tc, a_full_ring_takes_only_what_it_has);
  tcase_add_test (tc, mkis_are_different_and_have_one_size);
  tcase_add_test (tc, the_same_bytes_are_refused_for_two_suites);
  tcase_add_test (tc, removed_keys_are_gone_and_the_others_keep_their_order);
  tcase_add_test (tc, a_copy_is_a_ring_of_its_own_with_the_same_keys);

  tc = tcase_create ("text");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, lines_of_the_grammar_are_taken);
  tcase_add_loop_test (tc, lines_outside_the_grammar_are_refused, 0, G_N_ELEMENTS (refused_lines));
  tcase_add_test (tc, a_line_cut_anywhere_is_taken_or_refused_but_never_read_beyond);
  tcase_add_test (tc, text_of_many_lines_makes_a_ring);
  tcase_add_loop_test (
      tc, text_that_is_no_ring_is_refused_at_its_line, 0, G_N_ELEMENTS (refused_texts));
  tcase_add_test (tc, sixteen_keys_are_taken_and_seventeen_refused);
  tcase_add_test (tc, text_may_have_16384_bytes_and_no_more);
  tcase_add_test (tc, a_suite_that_is_asked_for_is_that_of_all_keys);
  tcase_add_test (tc, random_text_is_taken_or_refused_with_an_error);
  return s;
}

GST_CHECK_MAIN (perclitekeyring);
