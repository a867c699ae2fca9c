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

/* Most bytes of an MKI. libsrtp2 takes 128; nobody needs to tell that many keys apart. */
#define PERCLITE_MKI_MAX_SIZE 16

/* Most bytes that follow the ciphertext: the longest tag, and the longest MKI. */
#define PERCLITE_TRAILER_MAX_SIZE (16 + PERCLITE_MKI_MAX_SIZE)

/* Most characters of a key in base64, and of any text a key is read from in one piece. */
#define PERCLITE_KEY_TEXT_MAX_SIZE 1024

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
 * An SRTP master key followed by its master salt, the suite they are for, and the master key
 * identifier (MKI, RFC 3711, section 3.1) by which packets name it, if they do. It never changes
 * once it is made, may be used by several threads, and is counted by references. Its memory is
 * overwritten when the last one is gone.
 */
typedef struct _PercliteKey PercliteKey;

/**
 * perclite_key_new_from_text:
 * @text: key and salt in base64 (RFC 4648, section 4). Nothing else may stand in the text: no white
 *   space, no line ends, no characters of the URL-safe alphabet. The padding at the end may be
 *   left out.
 * @suite: the suite, or %PERCLITE_SUITE_AUTO for the one the size tells: 44 bytes
 *   AEAD_AES_256_GCM, 28 bytes AEAD_AES_128_GCM, 30 bytes AES_CM_128_HMAC_SHA1_80
 * @error: return location for a %PERCLITE_ERROR
 *
 * Returns: (transfer full) (nullable): the key, to be freed by perclite_key_unref(), or %NULL with
 *   @error set (%PERCLITE_ERROR_MALFORMED, %PERCLITE_ERROR_SIZE)
 */
PercliteKey *perclite_key_new_from_text (const gchar *text, PercliteSuite suite, GError **error);

/**
 * perclite_key_new_from_passphrase:
 * @passphrase: UTF-8, at least one character
 * @salt: UTF-8, at least one character: what tells apart those who happen to choose the same
 *   passphrase, such as the name of a room
 * @suite: the suite; %PERCLITE_SUITE_AUTO means AEAD_AES_256_GCM
 * @error: return location for a %PERCLITE_ERROR
 *
 * Derives master key and master salt with PBKDF2 (RFC 8018, section 5.2):
 *
 *   key || salt = PBKDF2-HMAC-SHA256 (P = NFC (passphrase), S = NFC (salt), c = 600000, dkLen)
 *
 * where NFC is Unicode's normalization form C, so that the same letters give the same key however a
 * keyboard composes them, both are encoded in UTF-8 without a terminating 0, and dkLen is
 * perclite_suite_key_size().
 *
 * Takes some tenths of a second, on purpose.
 *
 * Returns: (transfer full) (nullable): the key, to be freed by perclite_key_unref(), or %NULL with
 *   @error set (%PERCLITE_ERROR_SETTINGS for an empty one, %PERCLITE_ERROR_MALFORMED for what is
 *   not UTF-8)
 */
PercliteKey *perclite_key_new_from_passphrase (
    const gchar *passphrase, const gchar *salt, PercliteSuite suite, GError **error);

/**
 * perclite_key_with_mki:
 * @key: (transfer full): a key without MKI
 * @mki: @mki_size bytes
 * @mki_size: 1 to PERCLITE_MKI_MAX_SIZE
 *
 * Returns: (transfer full): the same key with that MKI
 */
PercliteKey *perclite_key_with_mki (PercliteKey *key, const guint8 *mki, gsize mki_size);

/**
 * perclite_secret_free:
 * @text: (transfer full) (nullable): a key as text
 *
 * Overwrites the text and frees it.
 */
void perclite_secret_free (gchar *text);

/**
 * perclite_key_ref:
 *
 * Returns: (transfer full): @key, with one more reference
 */
PercliteKey *perclite_key_ref (PercliteKey *key);

/**
 * perclite_key_unref:
 * @key: (nullable): a key
 *
 * Gives up a reference. With the last one the key is overwritten and freed.
 */
void perclite_key_unref (PercliteKey *key);

/**
 * perclite_key_equal:
 *
 * Returns: whether both have the same suite, bytes and MKI. Takes the same time whatever the bytes
 *   are.
 */
gboolean perclite_key_equal (const PercliteKey *a, const PercliteKey *b);

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
 * perclite_key_get_mki:
 * @size: (out): bytes of the MKI, 0 when there is none
 *
 * Returns: (transfer none): the MKI
 */
const guint8 *perclite_key_get_mki (const PercliteKey *key, gsize *size);

/**
 * perclite_key_get_trailer_size:
 *
 * Returns: bytes that follow the ciphertext of a packet under this key: authentication tag and MKI
 */
gsize perclite_key_get_trailer_size (const PercliteKey *key);

/**
 * perclite_key_get_fingerprint:
 *
 * What may be shown of a key: the first 8 bytes of the SHA-256 of master key and master salt. Two
 * people can compare it to see whether they have the same key. The MKI is no part of it.
 *
 * Returns: (transfer none): 16 lower case hexadecimal digits
 */
const gchar *perclite_key_get_fingerprint (const PercliteKey *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PercliteKey, perclite_key_unref)

G_END_DECLS
