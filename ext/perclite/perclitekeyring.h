/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitekeyring.h - up to 16 keys, one of which is for sending, and the text files they come
 * from. */

#pragma once

#include "perclitekey.h"

G_BEGIN_DECLS

#define PERCLITE_KEYRING_MAX_KEYS 16

/* Bytes of a key ring's text: room for 16 keys with MKI, and for as much comment as people
 * write. */
#define PERCLITE_KEYRING_TEXT_MAX_SIZE 16384

/**
 * PercliteKeyring:
 *
 * Up to PERCLITE_KEYRING_MAX_KEYS different keys, in an order. Not to be used by two threads at a
 * time.
 *
 * No two of them have the same fingerprint, and no two the same MKI. MKIs within a ring have one
 * size (RFC 3711, section 3.1: the size of the MKI is fixed); keys without any may stand beside
 * them.
 *
 * Nor do they have the same bytes for two suites: the two that differ in the size of the tag only
 * make the same session keys of them, so one would take once more, its tag cut short, what the
 * other has seen.
 */
typedef struct _PercliteKeyring PercliteKeyring;

PercliteKeyring *perclite_keyring_new (void);
PercliteKeyring *perclite_keyring_copy (const PercliteKeyring *self);
void perclite_keyring_free (PercliteKeyring *self);

/**
 * perclite_keyring_add:
 * @key: (transfer full): a key; also taken in case of an error
 * @sending: whether it is the one to encrypt with from now on, instead of any other
 *
 * Appends a key. One that is there already stays where it is, and may become the sending one.
 *
 * Returns: %FALSE with @error set (%PERCLITE_ERROR_SETTINGS) when the ring is full, when the MKI
 *   belongs to another key of it or has another size than its others, or when the same bytes are
 *   there with another MKI or for another suite
 */
gboolean
perclite_keyring_add (PercliteKeyring *self, PercliteKey *key, gboolean sending, GError **error);

/**
 * perclite_keyring_remove:
 *
 * Removes the key with that fingerprint.
 *
 * Returns: whether there was one
 */
gboolean perclite_keyring_remove (PercliteKeyring *self, const gchar *fingerprint);

guint perclite_keyring_get_size (const PercliteKeyring *self);

/**
 * perclite_keyring_get_key:
 * @index: less than perclite_keyring_get_size()
 *
 * Returns: (transfer none): a key
 */
PercliteKey *perclite_keyring_get_key (const PercliteKeyring *self, guint index);

/**
 * perclite_keyring_contains:
 *
 * Returns: whether the ring has a key that is perclite_key_equal()
 */
gboolean perclite_keyring_contains (const PercliteKeyring *self, const PercliteKey *key);

/**
 * perclite_keyring_get_sending:
 *
 * Returns: (transfer none) (nullable): the key marked for sending, or the only one; %NULL if
 *   several keys are there and none is marked, or no key at all
 */
PercliteKey *perclite_keyring_get_sending (const PercliteKeyring *self);

/**
 * perclite_keyring_parse_line:
 * @line: @size bytes, without line end:
 *
 *       line  = *blank [ "send" 1*blank ] [ "mki=" 1*16( 2HEXDIG ) 1*blank ] key *blank [ "#"
 *             comment ]
 *       key   = base64 as for perclite_key_new_from_text()
 *       blank = space or tab
 *
 * @suite: as for perclite_key_new_from_text()
 * @sending: (out): whether "send" stands there
 *
 * Returns: (transfer full) (nullable): the key, or %NULL with @error set
 *   (%PERCLITE_ERROR_MALFORMED, %PERCLITE_ERROR_SIZE)
 */
PercliteKey *perclite_keyring_parse_line (
    const gchar *line, gsize size, PercliteSuite suite, gboolean *sending, GError **error);

/**
 * perclite_keyring_new_from_text:
 * @text: lines as of perclite_keyring_parse_line(), ended by LF or CR LF; those that are empty, or
 *   have a comment only, are skipped. At most one is marked with "send", and no key stands there
 *   twice.
 * @size: bytes of @text, at most PERCLITE_KEYRING_TEXT_MAX_SIZE
 * @suite: the suite of all keys, or %PERCLITE_SUITE_AUTO for what the size of each tells
 *
 * Returns: (transfer full) (nullable): at least one key, or %NULL with @error set, which names the
 *   line (%PERCLITE_ERROR_MALFORMED, %PERCLITE_ERROR_SIZE)
 */
PercliteKeyring *
perclite_keyring_new_from_text (const gchar *text, gsize size, PercliteSuite suite, GError **error);

/**
 * perclite_keyring_new_from_file:
 * @path: a file, in the encoding of file names, with what perclite_keyring_new_from_text() takes. A
 *   pipe will do.
 * @suite: as there
 * @exposed: (out) (optional): whether the file is a regular one that every user of the machine can
 *   read or change
 *
 * Blocks until the file is read.
 *
 * Returns: (transfer full) (nullable): at least one key, or %NULL with @error set, which names the
 *   file
 */
PercliteKeyring *perclite_keyring_new_from_file (
    const gchar *path, PercliteSuite suite, gboolean *exposed, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PercliteKeyring, perclite_keyring_free)

G_END_DECLS
