/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitekey.h - the suites of PERC Lite, and the keys that belong to them. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * PercliteSuite:
 * @PERCLITE_SUITE_AUTO: take the suite that the size of the key tells
 * @PERCLITE_SUITE_AEAD_AES_256_GCM: RFC 7714, section 14.2
 * @PERCLITE_SUITE_AEAD_AES_128_GCM: RFC 7714, section 14.2
 * @PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_80: RFC 4568, section 6.2.1
 * @PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_32: RFC 4568, section 6.2.2
 *
 * The SRTP protection profile of the inner packet.
 */
typedef enum {
  PERCLITE_SUITE_AUTO,
  PERCLITE_SUITE_AEAD_AES_256_GCM,
  PERCLITE_SUITE_AEAD_AES_128_GCM,
  PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_80,
  PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_32,
} PercliteSuite;

/* Most bytes that a key and its salt have together, in any suite. */
#define PERCLITE_KEY_MAX_SIZE 44

/**
 * perclite_suite_nick:
 *
 * Returns: (transfer none): the IANA name in lower case with dashes, e.g. "aead-aes-256-gcm", or
 *   "auto"; %NULL for anything that is not a suite
 */
const gchar *perclite_suite_nick (PercliteSuite suite);

/**
 * perclite_suite_name:
 *
 * Returns: (transfer none): the name as registered by IANA for SRTP, e.g. "AEAD_AES_256_GCM", or
 *   "AUTO"; %NULL for anything that is not a suite
 */
const gchar *perclite_suite_name (PercliteSuite suite);

/**
 * perclite_suite_key_size:
 *
 * Returns: bytes of master key and master salt together (28 to 44); 0 for %PERCLITE_SUITE_AUTO
 */
gsize perclite_suite_key_size (PercliteSuite suite);

/**
 * perclite_suite_tag_size:
 *
 * Returns: bytes of the authentication tag (4 to 16); 0 for %PERCLITE_SUITE_AUTO
 */
gsize perclite_suite_tag_size (PercliteSuite suite);

/**
 * PERCLITE_ERROR:
 *
 * The domain of every error of this directory. The messages say what was found, what was expected
 * and what to do. They hold sizes, positions and file names, never a character of a key.
 */
#define PERCLITE_ERROR (perclite_error_quark ())
GQuark perclite_error_quark (void);

/**
 * PercliteError:
 * @PERCLITE_ERROR_SETTINGS: no key at all, or more than one
 * @PERCLITE_ERROR_MALFORMED: the text is not base64
 * @PERCLITE_ERROR_SIZE: no suite, or not the suite that was asked for, has keys of this size
 * @PERCLITE_ERROR_NOT_FOUND: there is no such file
 * @PERCLITE_ERROR_READ: the file cannot be read, or cannot be a key file
 * @PERCLITE_ERROR_UNSUPPORTED: libsrtp2 does not have the suite
 */
typedef enum {
  PERCLITE_ERROR_SETTINGS,
  PERCLITE_ERROR_MALFORMED,
  PERCLITE_ERROR_SIZE,
  PERCLITE_ERROR_NOT_FOUND,
  PERCLITE_ERROR_READ,
  PERCLITE_ERROR_UNSUPPORTED,
} PercliteError;

/**
 * PercliteKey:
 *
 * An SRTP master key followed by its master salt, and the suite they are for. It never changes
 * once it is made. Its memory is overwritten when it is freed.
 */
typedef struct _PercliteKey PercliteKey;

/**
 * perclite_key_new_from_text:
 * @text: key and salt in base64 (RFC 4648, section 4). Nothing else may stand in the text: no white
 *   space, no line ends, no characters of the URL-safe alphabet. The padding at the end may be
 *   left away.
 * @suite: the suite, or %PERCLITE_SUITE_AUTO for the one the size tells: 44 bytes
 *   AEAD_AES_256_GCM, 28 bytes AEAD_AES_128_GCM, 30 bytes AES_CM_128_HMAC_SHA1_80
 * @error: return location for a %PERCLITE_ERROR
 *
 * Returns: (transfer full) (nullable): the key, to be freed by perclite_key_free(), or %NULL with
 *   @error set (%PERCLITE_ERROR_MALFORMED, %PERCLITE_ERROR_SIZE)
 */
PercliteKey *perclite_key_new_from_text (const gchar *text, PercliteSuite suite, GError **error);

/**
 * perclite_key_new_from_file:
 * @path: a file, in the encoding of file names, that holds what perclite_key_new_from_text() takes.
 *   White space around it is ignored; all together may be 1024 bytes long. A pipe will do.
 * @suite: as for perclite_key_new_from_text()
 * @error: return location for a %PERCLITE_ERROR
 *
 * Blocks until the file is read.
 *
 * Returns: (transfer full) (nullable): the key, to be freed by perclite_key_free(), or %NULL with
 *   @error set
 */
PercliteKey *perclite_key_new_from_file (const gchar *path, PercliteSuite suite, GError **error);

/**
 * perclite_key_new:
 * @text: (nullable): what perclite_key_new_from_text() takes
 * @path: (nullable): what perclite_key_new_from_file() takes
 * @suite: as for both
 * @error: return location for a %PERCLITE_ERROR
 *
 * Makes a key of the one of @text and @path that is not %NULL. That neither of them is set, or both,
 * is an error whose message calls them key and key-file (%PERCLITE_ERROR_SETTINGS).
 *
 * Returns: (transfer full) (nullable): the key, to be freed by perclite_key_free(), or %NULL with
 *   @error set
 */
PercliteKey *
perclite_key_new (const gchar *text, const gchar *path, PercliteSuite suite, GError **error);

/**
 * perclite_secret_free:
 * @text: (transfer full) (nullable): a key as text
 *
 * Overwrites the text and frees it.
 */
void perclite_secret_free (gchar *text);

/**
 * perclite_key_free:
 * @key: (nullable): a key
 *
 * Overwrites the key and frees it.
 */
void perclite_key_free (PercliteKey *key);

/**
 * perclite_key_get_suite:
 *
 * Returns: the suite of the key, never %PERCLITE_SUITE_AUTO
 */
PercliteSuite perclite_key_get_suite (const PercliteKey *key);

/**
 * perclite_key_get_bytes:
 *
 * Returns: (transfer none): master key, then master salt: perclite_suite_key_size() bytes
 */
const guint8 *perclite_key_get_bytes (const PercliteKey *key);

/**
 * perclite_key_fingerprint:
 *
 * What may be shown of a key: the first 8 bytes of the SHA-256 of master key and master salt. Two
 * people can compare it to see whether they have the same key.
 *
 * Returns: (transfer full): 16 lower case hexadecimal digits
 */
gchar *perclite_key_fingerprint (const PercliteKey *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PercliteKey, perclite_key_free)

G_END_DECLS
