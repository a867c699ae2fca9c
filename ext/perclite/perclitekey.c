/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitekey.c - makes keys out of base64 text and passphrases; knows what each suite wants of
 * them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitekey.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

/* What a passphrase costs whoever tries many of them; OWASP's figure of 2023 for this function. */
#define PBKDF2_ITERATIONS 600000

#define FINGERPRINT_BYTES 8

struct _PercliteKey {
  gatomicrefcount references;
  PercliteSuite suite;
  guint8 bytes[PERCLITE_KEY_MAX_SIZE];
  guint8 mki[PERCLITE_MKI_MAX_SIZE];
  gsize mki_size; /* 0: none */
  gchar fingerprint[2 * FINGERPRINT_BYTES + 1];
};

typedef struct {
  const gchar *name;
  const gchar *nick;
  gsize key_size; /* master key + master salt */
  gsize tag_size;
} SuiteInfo;

/* Sizes: RFC 7714, sections 12 and 14; RFC 3711, sections 5.2, 8.2 and 9.5; RFC 4568, section
 * 6.2. */
static const SuiteInfo suites[] = {
    [PERCLITE_SUITE_AUTO] = {"AUTO", "auto", 0, 0},
    [PERCLITE_SUITE_AEAD_AES_256_GCM] = {"AEAD_AES_256_GCM", "aead-aes-256-gcm", 32 + 12, 16},
    [PERCLITE_SUITE_AEAD_AES_128_GCM] = {"AEAD_AES_128_GCM", "aead-aes-128-gcm", 16 + 12, 16},
    [PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_80] = {"AES_CM_128_HMAC_SHA1_80",
        "aes-cm-128-hmac-sha1-80", 16 + 14, 10},
    [PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_32] = {"AES_CM_128_HMAC_SHA1_32",
        "aes-cm-128-hmac-sha1-32", 16 + 14, 4},
};

/* The suite AUTO stands for when nothing tells more. */
#define DEFAULT_SUITE PERCLITE_SUITE_AEAD_AES_256_GCM

G_DEFINE_QUARK (perclite - error - quark, perclite_error)

static const SuiteInfo *
suite_info (PercliteSuite suite)
{
  static const SuiteInfo none = {NULL, NULL, 0, 0};

  return (guint) suite < G_N_ELEMENTS (suites) ? &suites[suite] : &none;
}

const gchar *
perclite_suite_nick (PercliteSuite suite)
{
  return suite_info (suite)->nick;
}

const gchar *
perclite_suite_name (PercliteSuite suite)
{
  return suite_info (suite)->name;
}

gsize
perclite_suite_key_size (PercliteSuite suite)
{
  return suite_info (suite)->key_size;
}

gsize
perclite_suite_tag_size (PercliteSuite suite)
{
  return suite_info (suite)->tag_size;
}

/* @found and @expected are sentences without their full stops. */
static void
set_key_error (GError **error, PercliteError code, PercliteSuite suite, const gchar *found,
    const gchar *expected)
{
  gsize size = perclite_suite_key_size (suite == PERCLITE_SUITE_AUTO ? DEFAULT_SUITE : suite);

  g_set_error (error, PERCLITE_ERROR, code,
      "%s. %s. A new key is made by: openssl rand -base64 %" G_GSIZE_FORMAT, found, expected, size);
}

static void
set_malformed (GError **error, PercliteSuite suite, const gchar *detail)
{
  g_autofree gchar *found = g_strdup_printf ("The key is not base64: %s", detail);

  set_key_error (error, PERCLITE_ERROR_MALFORMED, suite, found,
      "Expected is the base64 of key and salt, and nothing else");
}

static void
set_wrong_size (GError **error, PercliteSuite suite, gsize size)
{
  g_autofree gchar *found = g_strdup_printf ("The key has %" G_GSIZE_FORMAT " bytes", size);
  g_autofree gchar *expected = NULL;

  if (suite == PERCLITE_SUITE_AUTO) {
    GString *list = g_string_new ("Expected, salt included, are");

    for (guint i = PERCLITE_SUITE_AUTO + 1; i < G_N_ELEMENTS (suites); i++)
      g_string_append_printf (list, "%s %" G_GSIZE_FORMAT " (%s)", i > 1 ? "," : "",
          suites[i].key_size, suites[i].name);
    expected = g_string_free (list, FALSE);
  } else {
    expected = g_strdup_printf ("%s needs %" G_GSIZE_FORMAT ", salt included",
        perclite_suite_name (suite), perclite_suite_key_size (suite));
  }
  set_key_error (error, PERCLITE_ERROR_SIZE, suite, found, expected);
}

static gint
base64_value (gchar c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  if (c == '+')
    return 62;
  if (c == '/')
    return 63;
  return -1;
}

/* GLib's and OpenSSL's decoders skip what they do not know, and a key with a typing error would be
 * another key. RFC 4648, section 3.3 wants characters outside the alphabet refused; section 3.5
 * allows to refuse left over bits, which also only come from typing errors.
 *
 * Writes to @out, which takes PERCLITE_KEY_TEXT_MAX_SIZE bytes, and returns the number of bytes
 * written. */
static gboolean
decode_base64 (
    const gchar *text, gsize len, guint8 *out, gsize *out_size, PercliteSuite suite, GError **error)
{
  gsize digits = len, padding, size = 0;
  guint32 bits = 0;
  guint n_bits = 0;
  g_autofree gchar *found = NULL;

  while (digits > 0 && text[digits - 1] == '=')
    digits--;
  padding = len - digits;

  for (gsize i = 0; i < digits; i++) {
    gint value = base64_value (text[i]);

    if (value < 0) {
      found = g_strdup_printf ("character %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
                               " is none of A-Z, a-z, 0-9, + and /",
          i + 1, len);
      break;
    }
    bits = bits << 6 | (guint32) value;
    n_bits += 6;
    if (n_bits >= 8) {
      n_bits -= 8;
      out[size++] = (guint8) (bits >> n_bits);
      bits &= (1u << n_bits) - 1;
    }
  }

  if (found == NULL && digits % 4 == 1)
    found = g_strdup_printf ("no base64 has %" G_GSIZE_FORMAT " characters without its padding; "
                             "one is missing or too many",
        digits);
  else if (found == NULL && padding != 0 && (padding > 2 || len % 4 != 0))
    found = g_strdup_printf ("%" G_GSIZE_FORMAT " characters and %" G_GSIZE_FORMAT
                             " of padding do not make groups of four",
        digits, padding);
  else if (found == NULL && bits != 0)
    found = g_strdup_printf ("character %" G_GSIZE_FORMAT
                             ", the last, holds bits that belong to no byte; "
                             "the end is mistyped or cut off",
        digits);
  OPENSSL_cleanse (&bits, sizeof bits);

  if (found != NULL) {
    set_malformed (error, suite, found);
    return FALSE;
  }
  *out_size = size;
  return TRUE;
}

static PercliteSuite
suite_by_size (gsize size)
{
  /* In the order of the enum, so that 30 bytes mean the suite with the longer tag. */
  for (guint i = PERCLITE_SUITE_AUTO + 1; i < G_N_ELEMENTS (suites); i++) {
    if (suites[i].key_size == size)
      return (PercliteSuite) i;
  }
  return PERCLITE_SUITE_AUTO;
}

static void
write_fingerprint (PercliteKey *key)
{
  guint8 digest[SHA256_DIGEST_LENGTH] = {0};

  SHA256 (key->bytes, perclite_suite_key_size (key->suite), digest);
  for (guint i = 0; i < FINGERPRINT_BYTES; i++)
    g_snprintf (key->fingerprint + 2 * i, 3, "%02x", digest[i]);
  OPENSSL_cleanse (digest, sizeof digest);
}

static PercliteKey *
key_from_bytes (const guint8 *bytes, gsize size, PercliteSuite suite, GError **error)
{
  PercliteSuite actual = suite == PERCLITE_SUITE_AUTO ? suite_by_size (size) : suite;
  PercliteKey *key;

  if (actual == PERCLITE_SUITE_AUTO || size != perclite_suite_key_size (actual)) {
    set_wrong_size (error, suite, size);
    return NULL;
  }

  key = g_new0 (PercliteKey, 1);
  g_atomic_ref_count_init (&key->references);
  key->suite = actual;
  memcpy (key->bytes, bytes, size);
  write_fingerprint (key);
  return key;
}

static PercliteKey *
key_from_base64 (const gchar *text, gsize len, PercliteSuite suite, GError **error)
{
  guint8 bytes[PERCLITE_KEY_TEXT_MAX_SIZE];
  gsize size = 0;
  PercliteKey *key = NULL;

  if (len == 0) {
    set_malformed (error, suite, "it is empty");
    return NULL;
  }
  if (len > PERCLITE_KEY_TEXT_MAX_SIZE) {
    g_autofree gchar *found =
        g_strdup_printf ("%" G_GSIZE_FORMAT " characters are too many for any key", len);
    set_malformed (error, suite, found);
    return NULL;
  }

  if (decode_base64 (text, len, bytes, &size, suite, error))
    key = key_from_bytes (bytes, size, suite, error);
  OPENSSL_cleanse (bytes, sizeof bytes);
  return key;
}

PercliteKey *
perclite_key_new_from_text (const gchar *text, PercliteSuite suite, GError **error)
{
  g_return_val_if_fail (text != NULL, NULL);
  g_return_val_if_fail (perclite_suite_nick (suite) != NULL, NULL);

  return key_from_base64 (text, strlen (text), suite, error);
}

/* The same letters can be typed as different characters. What is ASCII has one form only, and is
 * not handed to GLib, which leaves copies behind. */
static gchar *
normalize (const gchar *text)
{
  return g_str_is_ascii (text) ? g_strdup (text) : g_utf8_normalize (text, -1, G_NORMALIZE_NFC);
}

PercliteKey *
perclite_key_new_from_passphrase (
    const gchar *passphrase, const gchar *salt, PercliteSuite suite, GError **error)
{
  guint8 bytes[PERCLITE_KEY_MAX_SIZE];
  gchar *password = NULL;
  g_autofree gchar *normal_salt = NULL;
  PercliteKey *key = NULL;
  int ok;

  g_return_val_if_fail (passphrase != NULL && salt != NULL, NULL);
  g_return_val_if_fail (perclite_suite_nick (suite) != NULL, NULL);

  if (*passphrase == '\0' || *salt == '\0') {
    g_set_error (error, PERCLITE_ERROR, PERCLITE_ERROR_SETTINGS,
        "The %s is empty. Set passphrase to a phrase that nobody guesses, and passphrase-salt to "
        "what all in the room have in common and others have not, such as the name of the room",
        *passphrase == '\0' ? "passphrase" : "passphrase-salt");
    return NULL;
  }
  password = g_utf8_validate (passphrase, -1, NULL) ? normalize (passphrase) : NULL;
  normal_salt = g_utf8_validate (salt, -1, NULL) ? normalize (salt) : NULL;
  if (password == NULL || normal_salt == NULL) {
    g_set_error (error, PERCLITE_ERROR, PERCLITE_ERROR_MALFORMED,
        "The %s is not UTF-8. Set it in UTF-8, so that all in the room derive the same key from it",
        password == NULL ? "passphrase" : "passphrase-salt");
    perclite_secret_free (password);
    return NULL;
  }

  if (suite == PERCLITE_SUITE_AUTO)
    suite = DEFAULT_SUITE;
  ok = PKCS5_PBKDF2_HMAC (password, (int) strlen (password), (const unsigned char *) normal_salt,
      (int) strlen (normal_salt), PBKDF2_ITERATIONS, EVP_sha256 (),
      (int) perclite_suite_key_size (suite), bytes);
  if (ok == 1)
    key = key_from_bytes (bytes, perclite_suite_key_size (suite), suite, error);
  else
    g_set_error (error, PERCLITE_ERROR, PERCLITE_ERROR_UNSUPPORTED,
        "OpenSSL cannot derive a key from the passphrase. Use an OpenSSL with PBKDF2 and SHA-256");
  OPENSSL_cleanse (bytes, sizeof bytes);
  perclite_secret_free (password);
  return key;
}

PercliteKey *
perclite_key_with_mki (PercliteKey *key, const guint8 *mki, gsize mki_size)
{
  PercliteKey *with_mki;

  g_return_val_if_fail (key != NULL && mki != NULL, key);
  g_return_val_if_fail (key->mki_size == 0, key);
  g_return_val_if_fail (mki_size > 0 && mki_size <= PERCLITE_MKI_MAX_SIZE, key);

  with_mki = g_memdup2 (key, sizeof *key);
  g_atomic_ref_count_init (&with_mki->references);
  memcpy (with_mki->mki, mki, mki_size);
  with_mki->mki_size = mki_size;
  perclite_key_unref (key);
  return with_mki;
}

void
perclite_secret_free (gchar *text)
{
  if (text == NULL)
    return;
  OPENSSL_cleanse (text, strlen (text));
  g_free (text);
}

PercliteKey *
perclite_key_ref (PercliteKey *key)
{
  g_return_val_if_fail (key != NULL, NULL);

  g_atomic_ref_count_inc (&key->references);
  return key;
}

void
perclite_key_unref (PercliteKey *key)
{
  if (key == NULL || !g_atomic_ref_count_dec (&key->references))
    return;
  OPENSSL_cleanse (key, sizeof *key);
  g_free (key);
}

gboolean
perclite_key_equal (const PercliteKey *a, const PercliteKey *b)
{
  g_return_val_if_fail (a != NULL && b != NULL, FALSE);

  /* What a suite has no use for is 0 in both. */
  return a->suite == b->suite && a->mki_size == b->mki_size &&
         CRYPTO_memcmp (a->mki, b->mki, sizeof a->mki) == 0 &&
         CRYPTO_memcmp (a->bytes, b->bytes, sizeof a->bytes) == 0;
}

PercliteSuite
perclite_key_get_suite (const PercliteKey *key)
{
  g_return_val_if_fail (key != NULL, PERCLITE_SUITE_AUTO);

  return key->suite;
}

const guint8 *
perclite_key_get_bytes (const PercliteKey *key)
{
  g_return_val_if_fail (key != NULL, NULL);

  return key->bytes;
}

const guint8 *
perclite_key_get_mki (const PercliteKey *key, gsize *size)
{
  g_return_val_if_fail (key != NULL && size != NULL, NULL);

  *size = key->mki_size;
  return key->mki;
}

gsize
perclite_key_get_trailer_size (const PercliteKey *key)
{
  g_return_val_if_fail (key != NULL, 0);

  return perclite_suite_tag_size (key->suite) + key->mki_size;
}

const gchar *
perclite_key_get_fingerprint (const PercliteKey *key)
{
  g_return_val_if_fail (key != NULL, NULL);

  return key->fingerprint;
}
