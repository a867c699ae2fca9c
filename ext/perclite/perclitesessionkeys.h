/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitesessionkeys.h - the contexts of OpenSSL that streams under one master key have in
 * common. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/*
 * Session keys come from the master key and its salt alone (RFC 3711, section 4.3: SSRC and packet
 * index are no part of what they are derived from, with a key derivation rate of 0). So all streams
 * under a master key have the same, and what OpenSSL makes of them, a kilobyte and more, need not
 * be there for each: 10,000 streams would take turns in the caches of the processor. Nothing in it
 * lives longer than a packet but the key.
 */

/* What streams of one master key and of one thread at a time share. */
typedef struct _PercliteSessionKeys PercliteSessionKeys;

/**
 * perclite_session_keys_new:
 *
 * Returns: (transfer full): without any keys; to be freed by perclite_session_keys_unref()
 */
PercliteSessionKeys *perclite_session_keys_new (void);

PercliteSessionKeys *perclite_session_keys_ref (PercliteSessionKeys *self);
void perclite_session_keys_unref (PercliteSessionKeys *self);

/**
 * perclite_session_keys_enter:
 * @self: (nullable) (transfer none): what is shared from here on by what this thread makes; %NULL
 *   for nothing
 *
 * libsrtp2 asks for ciphers without saying for whom.
 *
 * Returns: (nullable) (transfer none): what was shared before
 */
PercliteSessionKeys *perclite_session_keys_enter (PercliteSessionKeys *self);

/* One key with its context. */
typedef struct _PercliteSessionKey PercliteSessionKey;

typedef struct _PercliteSessionKeyKind PercliteSessionKeyKind;

/**
 * PercliteSessionKeyKind:
 * @size: bytes of a key, up to PERCLITE_SESSION_KEY_MAX_SIZE
 * @algorithm: for whoever makes it
 * @make: returns a context for the key, or %NULL when there is none to be had
 * @free: frees it, and leaves nothing of the key
 *
 * What a key is for.
 */
struct _PercliteSessionKeyKind {
  gsize size;
  guint algorithm;
  gpointer (*make) (const PercliteSessionKeyKind *kind, const guint8 *key);
  GDestroyNotify free;
};

#define PERCLITE_SESSION_KEY_MAX_SIZE 32

/**
 * perclite_session_key_get:
 * @kind: what it is for; kinds are told apart by their address
 * @key: its bytes
 *
 * Returns: (transfer full) (nullable): the one there is in what this thread shares, or another; to
 *   be freed by perclite_session_key_unref(), by whichever thread may use those that it shares with
 */
PercliteSessionKey *
perclite_session_key_get (const PercliteSessionKeyKind *kind, const guint8 *key);

void perclite_session_key_unref (PercliteSessionKey *self);

/* What make() of its kind has returned. */
gpointer perclite_session_key_get_context (const PercliteSessionKey *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PercliteSessionKeys, perclite_session_keys_unref)

G_END_DECLS
