/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitesessionkeys.c - the contexts of OpenSSL that streams under one master key have in
 * common. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitesessionkeys.h"

#include <string.h>

#include <openssl/crypto.h>

struct _PercliteSessionKeys {
  guint refs;
  PercliteSessionKey *first; /* those in use: two, and one more while keys are derived */
};

struct _PercliteSessionKey {
  guint refs;
  const PercliteSessionKeyKind *kind;
  guint8 bytes[PERCLITE_SESSION_KEY_MAX_SIZE];
  gpointer context;
  PercliteSessionKeys *keys; /* that have it; NULL when it is not shared */
  PercliteSessionKey *next;
};

static GPrivate current;

PercliteSessionKeys *
perclite_session_keys_new (void)
{
  PercliteSessionKeys *self = g_new0 (PercliteSessionKeys, 1);

  self->refs = 1;
  return self;
}

PercliteSessionKeys *
perclite_session_keys_ref (PercliteSessionKeys *self)
{
  self->refs++;
  return self;
}

void
perclite_session_keys_unref (PercliteSessionKeys *self)
{
  if (--self->refs == 0)
    g_free (self);
}

PercliteSessionKeys *
perclite_session_keys_enter (PercliteSessionKeys *self)
{
  PercliteSessionKeys *before = g_private_get (&current);

  g_private_set (&current, self);
  return before;
}

static PercliteSessionKey *
find (const PercliteSessionKeys *keys, const PercliteSessionKeyKind *kind, const guint8 *key)
{
  for (PercliteSessionKey *found = keys->first; found != NULL; found = found->next) {
    if (found->kind == kind && CRYPTO_memcmp (found->bytes, key, kind->size) == 0)
      return found;
  }
  return NULL;
}

PercliteSessionKey *
perclite_session_key_get (const PercliteSessionKeyKind *kind, const guint8 *key)
{
  PercliteSessionKeys *keys = g_private_get (&current);
  PercliteSessionKey *self = keys != NULL ? find (keys, kind, key) : NULL;
  gpointer context;

  g_return_val_if_fail (kind->size <= PERCLITE_SESSION_KEY_MAX_SIZE, NULL);

  if (self != NULL) {
    self->refs++;
    return self;
  }
  context = kind->make (kind, key);
  if (context == NULL)
    return NULL;
  self = g_new0 (PercliteSessionKey, 1);
  self->refs = 1;
  self->kind = kind;
  self->context = context;
  if (keys != NULL) {
    memcpy (self->bytes, key, kind->size);
    self->keys = perclite_session_keys_ref (keys);
    self->next = keys->first;
    keys->first = self;
  }
  return self;
}

static void
leave (PercliteSessionKey *self)
{
  PercliteSessionKey **place = &self->keys->first;

  while (*place != self)
    place = &(*place)->next;
  *place = self->next;
  perclite_session_keys_unref (self->keys);
}

void
perclite_session_key_unref (PercliteSessionKey *self)
{
  if (--self->refs > 0)
    return;
  if (self->keys != NULL)
    leave (self);
  self->kind->free (self->context);
  OPENSSL_cleanse (self, sizeof *self);
  g_free (self);
}

gpointer
perclite_session_key_get_context (const PercliteSessionKey *self)
{
  return self->context;
}
