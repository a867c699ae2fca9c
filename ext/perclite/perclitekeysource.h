/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitekeysource.h - where the keys of an element come from: settings, files, passphrases, and
 * keys added by hand. */

#pragma once

#include "perclitekeyring.h"

G_BEGIN_DECLS

/**
 * PercliteKeySource:
 *
 * The keys of one setting - a key, a file or a passphrase - and keys that were added to them. Not
 * to be used by two threads at a time.
 */
typedef struct _PercliteKeySource PercliteKeySource;

PercliteKeySource *perclite_key_source_new (void);
void perclite_key_source_free (PercliteKeySource *self);

/*
 * Settings. They take effect with perclite_key_source_load().
 *
 *   key              what perclite_key_new_from_text() takes
 *   key file         what perclite_keyring_new_from_file() takes
 *   passphrase       what perclite_key_new_from_passphrase() takes, together with
 *   passphrase salt
 *   suite            of all of them
 *
 * All are (nullable); %NULL means not set.
 */
void perclite_key_source_set_key (PercliteKeySource *self, const gchar *text);
void perclite_key_source_set_key_file (PercliteKeySource *self, const gchar *path);
const gchar *perclite_key_source_get_key_file (const PercliteKeySource *self);
void perclite_key_source_set_passphrase (PercliteKeySource *self, const gchar *passphrase);
void perclite_key_source_set_passphrase_salt (PercliteKeySource *self, const gchar *salt);
const gchar *perclite_key_source_get_passphrase_salt (const PercliteKeySource *self);
void perclite_key_source_set_suite (PercliteKeySource *self, PercliteSuite suite);
PercliteSuite perclite_key_source_get_suite (const PercliteKeySource *self);

/**
 * perclite_key_source_load:
 * @exposed: (out): whether keys were read from a file that every user of the machine can read or
 *   change
 * @error: return location for a %PERCLITE_ERROR
 *
 * Makes the keys of the setting anew; those that were added by hand stay. A file is read whenever
 * this is called, a passphrase derived only when it or its salt has changed. Nothing set means no
 * keys but those added.
 *
 * Returns: %FALSE with @error set, and the keys as they were, when more than one of key, file and
 *   passphrase is set, when one is malformed, or when they are too many together with those added
 */
gboolean perclite_key_source_load (PercliteKeySource *self, gboolean *exposed, GError **error);

/**
 * perclite_key_source_unload:
 *
 * Forgets the keys of the setting until it is loaded again; those that were added by hand stay.
 */
void perclite_key_source_unload (PercliteKeySource *self);

/**
 * PercliteKeySourceState:
 *
 * The keys of a source at some time.
 */
typedef struct _PercliteKeySourceState PercliteKeySourceState;

/**
 * perclite_key_source_save:
 *
 * Returns: (transfer full): the keys as they are, to be freed by perclite_key_source_state_free()
 */
PercliteKeySourceState *perclite_key_source_save (const PercliteKeySource *self);
void perclite_key_source_state_free (PercliteKeySourceState *state);

/**
 * perclite_key_source_restore:
 * @state: (transfer full): what perclite_key_source_save() has returned
 *
 * Undoes what has happened to the keys since; settings stay as they are.
 */
void perclite_key_source_restore (PercliteKeySource *self, PercliteKeySourceState *state);

/**
 * perclite_key_source_add:
 * @line: what perclite_keyring_parse_line() takes
 * @mki: (nullable): the MKI of the key, if none stands in the line
 * @mki_size: bytes of @mki, 0 for none
 *
 * Adds a key to those of the setting.
 *
 * Returns: (transfer none) (nullable): the fingerprint of the key, or %NULL with @error set
 */
const gchar *perclite_key_source_add (
    PercliteKeySource *self, const gchar *line, const guint8 *mki, gsize mki_size, GError **error);

/**
 * perclite_key_source_remove:
 *
 * Removes the keys with that fingerprint, wherever they come from. A file or a passphrase may bring
 * one back when it is loaded again.
 *
 * Returns: whether there was one
 */
gboolean perclite_key_source_remove (PercliteKeySource *self, const gchar *fingerprint);

/**
 * perclite_key_source_get_keys:
 *
 * Returns: (transfer none): all keys; valid until something of this changes. The sending key is the
 *   last one that was added as such, else that of the setting.
 */
const PercliteKeyring *perclite_key_source_get_keys (const PercliteKeySource *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PercliteKeySource, perclite_key_source_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PercliteKeySourceState, perclite_key_source_state_free)

G_END_DECLS
