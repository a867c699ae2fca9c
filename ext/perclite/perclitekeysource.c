/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitekeysource.c - where the keys of an element come from: settings, files, passphrases, and
 * keys added by hand. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitekeysource.h"

#include <string.h>

struct _PercliteKeySourceState {
  PercliteKeyring *set; /* of the setting */
  PercliteKeyring *added;
  PercliteKey *marked;   /* the one that was added for sending, or NULL */
  PercliteKeyring *keys; /* both */
};

struct _PercliteKeySource {
  gchar *key;
  gchar *key_file;
  gchar *passphrase;
  gchar *passphrase_salt;
  PercliteSuite suite;

  PercliteKey *derived; /* of the passphrase, its salt and the suite; NULL after one has changed */
  PercliteKeySourceState now;
};

PercliteKeySource *
perclite_key_source_new (void)
{
  PercliteKeySource *self = g_new0 (PercliteKeySource, 1);

  self->now.set = perclite_keyring_new ();
  self->now.added = perclite_keyring_new ();
  self->now.keys = perclite_keyring_new ();
  return self;
}

static void
clear_state (PercliteKeySourceState *state)
{
  perclite_keyring_free (state->set);
  perclite_keyring_free (state->added);
  perclite_key_unref (state->marked);
  perclite_keyring_free (state->keys);
}

void
perclite_key_source_free (PercliteKeySource *self)
{
  if (self == NULL)
    return;
  perclite_secret_free (self->key);
  g_free (self->key_file);
  perclite_secret_free (self->passphrase);
  g_free (self->passphrase_salt);
  perclite_key_unref (self->derived);
  clear_state (&self->now);
  g_free (self);
}

void
perclite_key_source_set_key (PercliteKeySource *self, const gchar *text)
{
  perclite_secret_free (self->key);
  self->key = g_strdup (text);
}

void
perclite_key_source_set_key_file (PercliteKeySource *self, const gchar *path)
{
  g_free (self->key_file);
  self->key_file = g_strdup (path);
}

const gchar *
perclite_key_source_get_key_file (const PercliteKeySource *self)
{
  return self->key_file;
}

void
perclite_key_source_set_passphrase (PercliteKeySource *self, const gchar *passphrase)
{
  perclite_secret_free (self->passphrase);
  self->passphrase = g_strdup (passphrase);
  g_clear_pointer (&self->derived, perclite_key_unref);
}

void
perclite_key_source_set_passphrase_salt (PercliteKeySource *self, const gchar *salt)
{
  g_free (self->passphrase_salt);
  self->passphrase_salt = g_strdup (salt);
  g_clear_pointer (&self->derived, perclite_key_unref);
}

const gchar *
perclite_key_source_get_passphrase_salt (const PercliteKeySource *self)
{
  return self->passphrase_salt;
}

void
perclite_key_source_set_suite (PercliteKeySource *self, PercliteSuite suite)
{
  if (self->suite == suite)
    return;
  self->suite = suite;
  g_clear_pointer (&self->derived, perclite_key_unref);
}

PercliteSuite
perclite_key_source_get_suite (const PercliteKeySource *self)
{
  return self->suite;
}

static guint
count_settings (const PercliteKeySource *self)
{
  return (self->key != NULL) + (self->key_file != NULL) + (self->passphrase != NULL);
}

static PercliteKeyring *
ring_of_one (PercliteKey *key)
{
  g_autoptr (PercliteKeyring) ring = NULL;

  if (key == NULL)
    return NULL;
  ring = perclite_keyring_new ();
  return perclite_keyring_add (ring, key, TRUE, NULL) ? g_steal_pointer (&ring) : NULL;
}

static PercliteKeyring *
load_passphrase (PercliteKeySource *self, GError **error)
{
  if (self->passphrase_salt == NULL) {
    g_set_error (error, PERCLITE_ERROR, PERCLITE_ERROR_SETTINGS,
        "There is a passphrase, but no passphrase-salt. Set it to what all in the room have in "
        "common and others have not, such as the name of the room");
    return NULL;
  }
  if (self->derived == NULL)
    self->derived = perclite_key_new_from_passphrase (
        self->passphrase, self->passphrase_salt, self->suite, error);
  return self->derived != NULL ? ring_of_one (perclite_key_ref (self->derived)) : NULL;
}

static PercliteKeyring *
load_file (PercliteKeySource *self, gboolean *exposed, GError **error)
{
  g_autoptr (PercliteKey) key = NULL;

  /* Errors name the file. */
  if (!g_file_test (self->key_file, G_FILE_TEST_EXISTS))
    key = perclite_key_new_from_text (self->key_file, PERCLITE_SUITE_AUTO, NULL);
  if (key != NULL) {
    g_set_error (error, PERCLITE_ERROR, PERCLITE_ERROR_SETTINGS,
        "There is a key where key-file should name a file. Put the key into a file that only you "
        "can "
        "read, and set key-file to its name");
    return NULL;
  }
  return perclite_keyring_new_from_file (self->key_file, self->suite, exposed, error);
}

static PercliteKeyring *
load_setting (PercliteKeySource *self, gboolean *exposed, GError **error)
{
  switch (count_settings (self)) {
    case 0:
      return perclite_keyring_new ();
    case 1:
      break;
    default:
      g_set_error (error, PERCLITE_ERROR, PERCLITE_ERROR_SETTINGS,
          "There are two keys: both %s and %s are set. Set one of them only. A new key is made by: "
          "openssl rand -base64 44",
          self->key != NULL ? "key" : "key-file",
          self->passphrase != NULL ? "passphrase" : "key-file");
      return NULL;
  }
  if (self->key != NULL)
    return ring_of_one (perclite_key_new_from_text (self->key, self->suite, error));
  if (self->key_file != NULL)
    return load_file (self, exposed, error);
  return load_passphrase (self, error);
}

/* Both rings in one. MARKED is to be the sending key, else what the setting has for one. */
static PercliteKeyring *
join (const PercliteKeyring *set, const PercliteKeyring *added, PercliteKey *marked, GError **error)
{
  g_autoptr (PercliteKeyring) keys = perclite_keyring_copy (set);
  PercliteKey *sending = marked != NULL ? marked : perclite_keyring_get_sending (set);

  for (guint i = 0; i < perclite_keyring_get_size (added); i++) {
    PercliteKey *key = perclite_keyring_get_key (added, i);

    if (!perclite_keyring_add (keys, perclite_key_ref (key), FALSE, error))
      return NULL;
  }
  if (sending != NULL && !perclite_keyring_add (keys, perclite_key_ref (sending), TRUE, error))
    return NULL;
  return g_steal_pointer (&keys);
}

static void
set_keys (PercliteKeySource *self, PercliteKeyring *keys)
{
  perclite_keyring_free (self->now.keys);
  self->now.keys = keys;
}

gboolean
perclite_key_source_load (PercliteKeySource *self, gboolean *exposed, GError **error)
{
  PercliteKeyring *set, *keys;

  g_return_val_if_fail (self != NULL && exposed != NULL, FALSE);

  *exposed = FALSE;
  set = load_setting (self, exposed, error);
  if (set == NULL)
    return FALSE;
  keys = join (set, self->now.added, self->now.marked, error);
  if (keys == NULL) {
    perclite_keyring_free (set);
    return FALSE;
  }
  perclite_keyring_free (self->now.set);
  self->now.set = set;
  set_keys (self, keys);
  return TRUE;
}

void
perclite_key_source_unload (PercliteKeySource *self)
{
  g_return_if_fail (self != NULL);

  perclite_keyring_free (self->now.set);
  self->now.set = perclite_keyring_new ();
  /* Fewer keys than went together go together. */
  set_keys (self, join (self->now.set, self->now.added, self->now.marked, NULL));
}

PercliteKeySourceState *
perclite_key_source_save (const PercliteKeySource *self)
{
  PercliteKeySourceState *state = g_new0 (PercliteKeySourceState, 1);

  state->set = perclite_keyring_copy (self->now.set);
  state->added = perclite_keyring_copy (self->now.added);
  state->marked = self->now.marked != NULL ? perclite_key_ref (self->now.marked) : NULL;
  state->keys = perclite_keyring_copy (self->now.keys);
  return state;
}

void
perclite_key_source_state_free (PercliteKeySourceState *state)
{
  if (state == NULL)
    return;
  clear_state (state);
  g_free (state);
}

void
perclite_key_source_restore (PercliteKeySource *self, PercliteKeySourceState *state)
{
  g_return_if_fail (self != NULL && state != NULL);

  clear_state (&self->now);
  self->now = *state;
  g_free (state);
}

/* The key as the joined ring has it. */
static PercliteKey *
find_equal (const PercliteKeyring *keys, const PercliteKey *key)
{
  for (guint i = 0; i < perclite_keyring_get_size (keys); i++) {
    PercliteKey *other = perclite_keyring_get_key (keys, i);

    if (perclite_key_equal (other, key))
      return other;
  }
  g_return_val_if_reached (NULL);
}

const gchar *
perclite_key_source_add (
    PercliteKeySource *self, const gchar *line, const guint8 *mki, gsize mki_size, GError **error)
{
  g_autoptr (PercliteKeyring) added = NULL;
  g_autoptr (PercliteKey) key = NULL;
  PercliteKeyring *keys;
  gboolean sending = FALSE;
  gsize own_mki_size;

  g_return_val_if_fail (self != NULL && line != NULL, NULL);

  key = perclite_keyring_parse_line (line, strlen (line), self->suite, &sending, error);
  if (key == NULL)
    return NULL;
  perclite_key_get_mki (key, &own_mki_size);
  if (mki_size > 0 && own_mki_size == 0)
    key = perclite_key_with_mki (g_steal_pointer (&key), mki, mki_size);
  added = perclite_keyring_copy (self->now.added);
  if (!perclite_keyring_add (added, perclite_key_ref (key), FALSE, error))
    return NULL;
  keys = join (self->now.set, added, sending ? key : self->now.marked, error);
  if (keys == NULL)
    return NULL;

  perclite_keyring_free (self->now.added);
  self->now.added = g_steal_pointer (&added);
  if (sending) {
    perclite_key_unref (self->now.marked);
    self->now.marked = perclite_key_ref (key);
  }
  set_keys (self, keys);
  return perclite_key_get_fingerprint (find_equal (keys, key));
}

gboolean
perclite_key_source_remove (PercliteKeySource *self, const gchar *fingerprint)
{
  g_autofree gchar *wanted = g_strdup (fingerprint); /* which may be one of a key that goes */
  gboolean was_set, was_added;

  g_return_val_if_fail (self != NULL && fingerprint != NULL, FALSE);

  was_set = perclite_keyring_remove (self->now.set, wanted);
  was_added = perclite_keyring_remove (self->now.added, wanted);
  if (!was_set && !was_added)
    return FALSE;
  if (self->now.marked != NULL &&
      g_strcmp0 (perclite_key_get_fingerprint (self->now.marked), wanted) == 0)
    g_clear_pointer (&self->now.marked, perclite_key_unref);
  /* Fewer keys than went together go together. */
  set_keys (self, join (self->now.set, self->now.added, self->now.marked, NULL));
  return TRUE;
}

const PercliteKeyring *
perclite_key_source_get_keys (const PercliteKeySource *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->now.keys;
}
