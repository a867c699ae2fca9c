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
  guint uses;
  GList link; /* its place among those that nobody uses */
} Entry;

static GMutex lock;
static GHashTable *entries;          /* the set of Entry */
static GQueue unused = G_QUEUE_INIT; /* the one first that was released first */
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

static guint64
get_fingerprint (const PercliteKey *key)
{
  return g_ascii_strtoull (perclite_key_get_fingerprint (key), NULL, 16);
}

static Entry *
find (const PercliteKey *key, guint32 inner_ssrc)
{
  Entry entry = {.fingerprint = get_fingerprint (key), .inner_ssrc = inner_ssrc};

  return entries != NULL ? g_hash_table_lookup (entries, &entry) : NULL;
}

static void
remember (const PercliteKey *key, guint32 inner_ssrc, guint64 owner)
{
  Entry *entry = g_new0 (Entry, 1);

  if (entries == NULL)
    entries = g_hash_table_new_full (entry_hash, entry_equal, g_free, NULL);
  entry->fingerprint = get_fingerprint (key);
  entry->inner_ssrc = inner_ssrc;
  entry->owner = owner;
  entry->uses = 1;
  entry->link.data = entry;
  g_hash_table_add (entries, entry);
}

static void
use_again (Entry *entry)
{
  if (entry->uses++ == 0)
    g_queue_unlink (&unused, &entry->link);
}

PercliteNonces
perclite_nonces_claim (const PercliteKey *key, guint32 inner_ssrc, guint64 owner)
{
  Entry *entry;
  PercliteNonces result;

  g_return_val_if_fail (key != NULL, PERCLITE_NONCES_TAKEN);

  g_mutex_lock (&lock);
  entry = find (key, inner_ssrc);
  if (entry == NULL) {
    remember (key, inner_ssrc, owner);
    result = PERCLITE_NONCES_FRESH;
  } else if (entry->owner == owner) {
    use_again (entry);
    result = PERCLITE_NONCES_OWN;
  } else {
    result = PERCLITE_NONCES_TAKEN;
  }
  g_mutex_unlock (&lock);
  return result;
}

void
perclite_nonces_release (const PercliteKey *key, guint32 inner_ssrc)
{
  Entry *entry;

  g_return_if_fail (key != NULL);

  g_mutex_lock (&lock);
  entry = find (key, inner_ssrc);
  if (entry != NULL && entry->uses > 0 && --entry->uses == 0) {
    g_queue_push_tail_link (&unused, &entry->link);
    if (unused.length > PERCLITE_NONCES_MAX)
      g_hash_table_remove (entries, g_queue_pop_head_link (&unused)->data);
  }
  g_mutex_unlock (&lock);
}
