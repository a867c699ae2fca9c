/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitekey.c - makes keys out of base64 text and files; knows what each suite wants of them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitekey.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>

/* Enough for any key in base64 with room for white space around it. */
#define MAX_TEXT_SIZE 1024

#define FINGERPRINT_BYTES 8

struct _PercliteKey {
  PercliteSuite suite;
  guint8 bytes[PERCLITE_KEY_MAX_SIZE];
};

typedef struct {
  const gchar *name;
  const gchar *nick;
  gsize key_size; /* master key + master salt */
  gsize tag_size;
} SuiteInfo;

/* Sizes: RFC 7714, sections 12 and 14; RFC 3711, sections 5.2, 8.2 and 9.5; RFC 4568, section 6.2. */
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

static void
set_file_error (
    GError **error, PercliteError code, const gchar *path, PercliteSuite suite, const gchar *detail)
{
  g_autofree gchar *name = g_filename_display_name (path);
  g_autofree gchar *found = g_strdup_printf ("The key file \"%s\" %s", name, detail);

  set_key_error (error, code, suite, found, "Expected is a file with the key in base64");
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
 * Writes to @out, which takes MAX_TEXT_SIZE bytes, and returns the number of bytes written. */
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
  key->suite = actual;
  memcpy (key->bytes, bytes, size);
  return key;
}

static PercliteKey *
key_from_base64 (const gchar *text, gsize len, PercliteSuite suite, GError **error)
{
  guint8 bytes[MAX_TEXT_SIZE];
  gsize size = 0;
  PercliteKey *key = NULL;

  if (len == 0) {
    set_malformed (error, suite, "it is empty");
    return NULL;
  }
  if (len > MAX_TEXT_SIZE) {
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

/* Reads at most @max bytes; returns how many, or -1 with errno set. */
static gssize
read_all (int fd, gchar *buffer, gsize max)
{
  gsize size = 0;

  while (size < max) {
    gssize n = read (fd, buffer + size, max - size);

    if (n == 0)
      break;
    if (n > 0)
      size += (gsize) n;
    else if (errno != EINTR)
      return -1;
  }
  return (gssize) size;
}

/* read() straight into memory of ours: stdio and GIO would leave copies of the key in buffers that
 * nobody cleanses. */
PercliteKey *
perclite_key_new_from_file (const gchar *path, PercliteSuite suite, GError **error)
{
  gchar text[MAX_TEXT_SIZE + 1]; /* one more, to see that there is more */
  const gchar *start = text;
  struct stat st;
  gssize size = -1;
  gint saved_errno;
  int fd;
  PercliteKey *key = NULL;
  g_autofree gchar *found = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (perclite_suite_nick (suite) != NULL, NULL);

  fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) {
    saved_errno = errno;
    found = g_strdup_printf ("cannot be opened: %s", g_strerror (saved_errno));
    set_file_error (error, saved_errno == ENOENT ? PERCLITE_ERROR_NOT_FOUND : PERCLITE_ERROR_READ,
        path, suite, found);
    return NULL;
  }

  if (fstat (fd, &st) == 0 && S_ISDIR (st.st_mode)) {
    g_close (fd, NULL);
    set_file_error (error, PERCLITE_ERROR_READ, path, suite, "is a directory");
    return NULL;
  }

  size = read_all (fd, text, sizeof text);
  saved_errno = errno;
  g_close (fd, NULL);

  if (size < 0) {
    found = g_strdup_printf ("cannot be read: %s", g_strerror (saved_errno));
    set_file_error (error, PERCLITE_ERROR_READ, path, suite, found);
  } else if (size > MAX_TEXT_SIZE) {
    found =
        g_strdup_printf ("holds more than %d bytes, which is too much for a key", MAX_TEXT_SIZE);
    set_file_error (error, PERCLITE_ERROR_READ, path, suite, found);
  } else {
    while (size > 0 && g_ascii_isspace (text[size - 1]))
      size--;
    while (size > 0 && g_ascii_isspace (*start)) {
      start++;
      size--;
    }
    key = key_from_base64 (start, (gsize) size, suite, error);
    if (key == NULL) {
      g_autofree gchar *name = g_filename_display_name (path);
      g_prefix_error (error, "In the key file \"%s\": ", name);
    }
  }
  OPENSSL_cleanse (text, sizeof text);
  return key;
}

PercliteKey *
perclite_key_new (const gchar *text, const gchar *path, PercliteSuite suite, GError **error)
{
  static const gchar expected[] = "Set either key-file, to a file with the key in base64, or key, "
                                  "to the base64 itself";

  if (text != NULL && path == NULL)
    return perclite_key_new_from_text (text, suite, error);
  if (path != NULL && text == NULL)
    return perclite_key_new_from_file (path, suite, error);

  set_key_error (error, PERCLITE_ERROR_SETTINGS, suite,
      text == NULL ? "There is no key" : "There are two keys: both key and key-file are set",
      expected);
  return NULL;
}

void
perclite_secret_free (gchar *text)
{
  if (text == NULL)
    return;
  OPENSSL_cleanse (text, strlen (text));
  g_free (text);
}

void
perclite_key_free (PercliteKey *key)
{
  if (key == NULL)
    return;
  OPENSSL_cleanse (key, sizeof *key);
  g_free (key);
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

gchar *
perclite_key_fingerprint (const PercliteKey *key)
{
  guint8 digest[SHA256_DIGEST_LENGTH];
  GString *hex;

  g_return_val_if_fail (key != NULL, NULL);

  SHA256 (key->bytes, perclite_suite_key_size (key->suite), digest);
  hex = g_string_sized_new (2 * FINGERPRINT_BYTES + 1);
  for (guint i = 0; i < FINGERPRINT_BYTES; i++)
    g_string_append_printf (hex, "%02x", digest[i]);
  OPENSSL_cleanse (digest, sizeof digest);
  return g_string_free (hex, FALSE);
}
