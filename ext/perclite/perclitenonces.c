/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitenonces.c - which inner SSRCs the process has encrypted with, under which key. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitenonces.h"

typedef struct {
  guint64 fingerprint;
  guint64 owner;
  guint32 inner_ssrc;
} Entry;

static GMutex lock;
static GHashTable *entries; /* the set of Entry */
static GQueue oldest_first = G_QUEUE_INIT;
static guint64 last_owner;

static guint
entry_hash (gconstpointer data)
{
  const Entry *entry = data;

  return (guint) entry->fingerprint ^ entry->inner_ssrc;
}

static gboolean
entry_equal (gconstpointer a, gconstpointer b)
{
  const Entry *x = a, *y = b;

  return x->fingerprint == y->fingerprint && x->inner_ssrc == y->inner_ssrc;
}

guint64
perclite_nonces_new_owner (void)
{
  guint64 owner;

  g_mutex_lock (&lock);
  owner = ++last_owner;
  g_mutex_unlock (&lock);
  return owner;
}

static void
remember (const Entry *entry)
{
  Entry *copy = g_memdup2 (entry, sizeof *entry);

  if (g_hash_table_size (entries) >= PERCLITE_NONCES_MAX)
    g_hash_table_remove (entries, g_queue_pop_head (&oldest_first));
  g_hash_table_add (entries, copy);
  g_queue_push_tail (&oldest_first, copy);
}

PercliteNonces
perclite_nonces_claim (const PercliteKey *key, guint32 inner_ssrc, guint64 owner)
{
  Entry entry = {.owner = owner, .inner_ssrc = inner_ssrc};
  const Entry *known;
  PercliteNonces result = PERCLITE_NONCES_FRESH;

  g_return_val_if_fail (key != NULL, PERCLITE_NONCES_TAKEN);

  entry.fingerprint = g_ascii_strtoull (perclite_key_get_fingerprint (key), NULL, 16);
  g_mutex_lock (&lock);
  if (entries == NULL)
    entries = g_hash_table_new_full (entry_hash, entry_equal, g_free, NULL);
  known = g_hash_table_lookup (entries, &entry);
  if (known == NULL)
    remember (&entry);
  else
    result = known->owner == owner ? PERCLITE_NONCES_OWN : PERCLITE_NONCES_TAKEN;
  g_mutex_unlock (&lock);
  return result;
}
