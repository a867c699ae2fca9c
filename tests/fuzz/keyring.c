/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whatever stands in a key file: keys that keep what the headers promise, or an error that does not
 * show them. The first character is a digit for the suite that is asked for, 0 for that which the
 * size tells. */

#define _GNU_SOURCE /* memmem() */
#include <string.h>

#include "fuzz.h"
#include "perclitekeyring.h"

/* The words of an error have no run of so many letters and digits, but for fingerprints, which may
 * be shown. */
#define SECRET_SIZE 13
#define FINGERPRINT_SIZE 16
#define HEX_DIGITS "0123456789abcdef"

static gboolean
is_base64 (gchar c)
{
  return g_ascii_isalnum (c) || c == '+' || c == '/';
}

static void
check_error (const GError *error, const gchar *text, gsize size)
{
  const gchar *run;
  gsize run_size;

  fuzz_check_error (error, PERCLITE_ERROR);
  g_assert_true (error->code == PERCLITE_ERROR_MALFORMED || error->code == PERCLITE_ERROR_SIZE);

  for (run = error->message; *run; run += MAX (run_size, 1)) {
    for (run_size = 0; is_base64 (run[run_size]);)
      run_size++;
    if (run_size < SECRET_SIZE ||
        (run_size == FINGERPRINT_SIZE && strspn (run, HEX_DIGITS) == FINGERPRINT_SIZE))
      continue;
    g_assert_null (memmem (text, size, run, run_size));
  }
}

static void
check_key (const PercliteKey *key, PercliteSuite asked)
{
  PercliteSuite suite = perclite_key_get_suite (key);
  const gchar *fingerprint = perclite_key_get_fingerprint (key);
  gsize mki_size;

  g_assert_true (perclite_suite_key_size (suite) > 0);
  g_assert_true (asked == PERCLITE_SUITE_AUTO || asked == suite);
  g_assert_nonnull (perclite_key_get_mki (key, &mki_size));
  g_assert_cmpuint (mki_size, <=, PERCLITE_MKI_MAX_SIZE);
  g_assert_cmpuint (
      perclite_key_get_trailer_size (key), ==, perclite_suite_tag_size (suite) + mki_size);
  g_assert_cmpuint (perclite_key_get_trailer_size (key), <=, PERCLITE_TRAILER_MAX_SIZE);
  g_assert_cmpuint (strlen (fingerprint), ==, FINGERPRINT_SIZE);
  g_assert_cmpuint (strspn (fingerprint, HEX_DIGITS), ==, FINGERPRINT_SIZE);
  g_assert_true (perclite_key_equal (key, key));
}

/* Two keys of one ring. */
static void
check_different (const PercliteKey *a, const PercliteKey *b)
{
  gsize a_size, b_size;
  const guint8 *a_mki = perclite_key_get_mki (a, &a_size);
  const guint8 *b_mki = perclite_key_get_mki (b, &b_size);

  g_assert_false (perclite_key_equal (a, b));
  g_assert_false (perclite_key_get_suite (a) == perclite_key_get_suite (b) &&
                  g_str_equal (perclite_key_get_fingerprint (a), perclite_key_get_fingerprint (b)));
  if (a_size > 0 && b_size > 0) {
    g_assert_cmpuint (a_size, ==, b_size);
    g_assert_true (memcmp (a_mki, b_mki, a_size) != 0);
  }
}

/* A line that says KEY. */
static void
append_key (GString *text, const PercliteKey *key, gboolean sending)
{
  g_autofree gchar *base64 = g_base64_encode (
      perclite_key_get_bytes (key), perclite_suite_key_size (perclite_key_get_suite (key)));
  gsize i, mki_size;
  const guint8 *mki = perclite_key_get_mki (key, &mki_size);

  if (sending)
    g_string_append (text, "send ");
  if (mki_size > 0)
    g_string_append (text, "mki=");
  for (i = 0; i < mki_size; i++)
    g_string_append_printf (text, "%02x%s", mki[i], i + 1 == mki_size ? " " : "");
  g_string_append_printf (text, "%s\n", base64);
}

/* The ring, written down, is read as the same. */
static void
check_round_trip (const PercliteKeyring *ring, PercliteSuite asked)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (PercliteKeyring) read = NULL;
  PercliteKey *sending = perclite_keyring_get_sending (ring);
  guint i, n = perclite_keyring_get_size (ring);

  for (i = 0; i < n; i++) {
    PercliteKey *key = perclite_keyring_get_key (ring, i);

    append_key (text, key, key == sending);
  }
  read = perclite_keyring_new_from_text (text->str, text->len, asked, NULL);
  g_assert_nonnull (read);
  g_assert_cmpuint (perclite_keyring_get_size (read), ==, n);
  for (i = 0; i < n; i++)
    g_assert_true (perclite_key_equal (
        perclite_keyring_get_key (read, i), perclite_keyring_get_key (ring, i)));
  g_assert_true ((perclite_keyring_get_sending (read) != NULL) == (sending != NULL));
  if (sending)
    g_assert_true (perclite_key_equal (perclite_keyring_get_sending (read), sending));
}

/* Takes the keys out again, one by one, of a copy. */
static void
check_remove (const PercliteKeyring *ring)
{
  g_autoptr (PercliteKeyring) copy = perclite_keyring_copy (ring);

  while (perclite_keyring_get_size (copy) > 0) {
    guint n = perclite_keyring_get_size (copy);
    PercliteKey *key = perclite_key_ref (perclite_keyring_get_key (copy, n - 1));

    g_assert_true (perclite_keyring_remove (copy, perclite_key_get_fingerprint (key)));
    g_assert_false (perclite_keyring_remove (copy, perclite_key_get_fingerprint (key)));
    g_assert_false (perclite_keyring_contains (copy, key));
    g_assert_cmpuint (perclite_keyring_get_size (copy), <, n);
    perclite_key_unref (key);
  }
  g_assert_null (perclite_keyring_get_sending (copy));
}

static void
check_ring (const PercliteKeyring *ring, PercliteSuite asked)
{
  guint i, j, n = perclite_keyring_get_size (ring);
  PercliteKey *sending = perclite_keyring_get_sending (ring);

  g_assert_cmpuint (n, >=, 1);
  g_assert_cmpuint (n, <=, PERCLITE_KEYRING_MAX_KEYS);
  for (i = 0; i < n; i++) {
    PercliteKey *key = perclite_keyring_get_key (ring, i);

    check_key (key, asked);
    g_assert_true (perclite_keyring_contains (ring, key));
    for (j = 0; j < i; j++)
      check_different (key, perclite_keyring_get_key (ring, j));
  }
  g_assert_true (n > 1 || sending == perclite_keyring_get_key (ring, 0));
  g_assert_true (!sending || perclite_keyring_contains (ring, sending));
  check_round_trip (ring, asked);
  check_remove (ring);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (PercliteKeyring) ring = NULL;
  g_autoptr (PercliteKey) key = NULL;
  g_autoptr (GError) ring_error = NULL;
  g_autoptr (GError) line_error = NULL;
  const gchar *text = (const gchar *) data + 1;
  gboolean sending = FALSE;
  PercliteSuite suite;

  if (size == 0)
    return 0;
  suite = (guint8) (data[0] - '0') % (PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_32 + 1);
  size--;

  ring = perclite_keyring_new_from_text (text, size, suite, &ring_error);
  if (ring) {
    g_assert_null (ring_error);
    g_assert_cmpuint (size, <=, PERCLITE_KEYRING_TEXT_MAX_SIZE);
    check_ring (ring, suite);
  } else {
    check_error (ring_error, text, size);
  }

  key = perclite_keyring_parse_line (text, size, suite, &sending, &line_error);
  if (key) {
    g_assert_null (line_error);
    g_assert_true (sending == TRUE || sending == FALSE);
    check_key (key, suite);
  } else {
    check_error (line_error, text, size);
  }

  /* A line that is a key is also a text with this key alone. */
  if (key && size <= PERCLITE_KEYRING_TEXT_MAX_SIZE) {
    g_assert_nonnull (ring);
    g_assert_cmpuint (perclite_keyring_get_size (ring), ==, 1);
    g_assert_true (perclite_key_equal (perclite_keyring_get_key (ring, 0), key));
  }
  return 0;
}
