/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitedrops.c - counts packets that were dropped, and limits how often one is told. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitedrops.h"

typedef struct {
  guint64 since_report;
  guint64 total;
  gint64 reported; /* when; of no meaning before the first report */
} Entry;

struct _PercliteDrops {
  guint64 totals[PERCLITE_N_DROPS];
  GHashTable *entries; /* guint64 of SSRC and reason -> Entry */
  Entry others[PERCLITE_N_DROPS];
};

typedef struct {
  const gchar *nick;
  const gchar *encrypting;
  const gchar *decrypting;
} DropInfo;

#define INTERNAL_TEXT                                                                          \
  "A packet was dropped because a cryptographic library failed, which most likely means that " \
  "memory is short."
#define KEY_LIMIT_TEXT                                                                           \
  "A packet was dropped because its key has been used for as many packets as it may; use a new " \
  "key."
#define EMPTY_TEXT "A packet without payload was dropped."
#define NONCE_USED_TEXT                                                                         \
  "A packet was dropped because its key has encrypted the same SSRC in another run, and to do " \
  "so twice would break the encryption; use inner-ssrc=random, another key, or another SSRC."
#define INVALID_RTP_TEXT                                                                   \
  "A buffer was dropped because it is no RTP packet; this element belongs between an RTP " \
  "payloader and an RTP depayloader."

static const DropInfo infos[PERCLITE_N_DROPS] = {
    [PERCLITE_DROP_INVALID_RTP] = {"invalid-rtp", INVALID_RTP_TEXT, INVALID_RTP_TEXT},
    [PERCLITE_DROP_EMPTY] = {"empty", EMPTY_TEXT, EMPTY_TEXT},
    [PERCLITE_DROP_TOO_SHORT] = {"too-short", "A packet that is too short was dropped.",
        "A packet was dropped because it is too short to be encrypted with PERC Lite; check that "
        "the sender encrypts, and that both have the same suite."},
    [PERCLITE_DROP_TOO_LARGE] = {"too-large",
        "A packet was dropped because it would not fit into a datagram when encrypted; lower the "
        "mtu of the payloader.",
        "A packet was dropped because it is larger than any datagram."},
    [PERCLITE_DROP_MISSING_KEY] = {"missing-key", "A packet was dropped because there is no key.",
        "A packet was dropped because there is no key for it."},
    [PERCLITE_DROP_AUTH_FAILED] = {"auth-failed", "A packet that is not authentic was dropped.",
        "A packet could not be decrypted and was dropped: it was damaged, or the key is wrong."},
    [PERCLITE_DROP_PLAINTEXT] = {"plaintext", "A packet that is not encrypted was dropped.",
        "A packet was dropped because it is not encrypted."},
    [PERCLITE_DROP_REPLAYED] = {"replayed",
        "A packet was dropped because its sequence number was encrypted before, or is too old to "
        "tell; the same sequence number must never be encrypted twice.",
        "A packet was dropped because it came a second time, or too late to tell; when the network "
        "reorders more than replay-window-size packets, raise that."},
    [PERCLITE_DROP_KEY_LIMIT] = {"key-limit", KEY_LIMIT_TEXT, KEY_LIMIT_TEXT},
    [PERCLITE_DROP_NONCE_USED] = {"nonce-used", NONCE_USED_TEXT, NONCE_USED_TEXT},
    [PERCLITE_DROP_INTERNAL] = {"internal", INTERNAL_TEXT, INTERNAL_TEXT},
};

const gchar *
perclite_drop_nick (PercliteDrop reason)
{
  g_return_val_if_fail ((guint) reason < PERCLITE_N_DROPS, NULL);

  return infos[reason].nick;
}

const gchar *
perclite_drop_text (PercliteDrop reason, gboolean encrypting)
{
  g_return_val_if_fail ((guint) reason < PERCLITE_N_DROPS, NULL);

  return encrypting ? infos[reason].encrypting : infos[reason].decrypting;
}

PercliteDrop
perclite_drop_from_result (PercliteResult result)
{
  switch (result) {
    case PERCLITE_TOO_SHORT:
      return PERCLITE_DROP_TOO_SHORT;
    case PERCLITE_NO_KEY:
      return PERCLITE_DROP_MISSING_KEY;
    case PERCLITE_AUTH_FAILED:
      return PERCLITE_DROP_AUTH_FAILED;
    case PERCLITE_REPLAYED:
    case PERCLITE_REPLAY_OLD:
      return PERCLITE_DROP_REPLAYED;
    case PERCLITE_KEY_LIMIT:
      return PERCLITE_DROP_KEY_LIMIT;
    case PERCLITE_NONCE_USED:
      return PERCLITE_DROP_NONCE_USED;
    case PERCLITE_OK:
    case PERCLITE_INTERNAL:
    default:
      return PERCLITE_DROP_INTERNAL;
  }
}

PercliteDrops *
perclite_drops_new (void)
{
  PercliteDrops *self = g_new0 (PercliteDrops, 1);

  self->entries = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  return self;
}

void
perclite_drops_free (PercliteDrops *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->entries);
  g_free (self);
}

void
perclite_drops_reset (PercliteDrops *self)
{
  GHashTable *entries = self->entries;

  g_hash_table_remove_all (entries);
  *self = (PercliteDrops){.entries = entries};
}

/* The table keeps the first that come: making room for others would let a flood of SSRCs turn into
 * a flood of reports. */
static Entry *
get_entry (PercliteDrops *self, guint32 ssrc, PercliteDrop reason)
{
  guint64 key = (guint64) ssrc << 8 | (guint64) reason;
  Entry *entry = g_hash_table_lookup (self->entries, &key);

  if (entry != NULL)
    return entry;
  if (g_hash_table_size (self->entries) >= PERCLITE_DROPS_MAX_ENTRIES)
    return &self->others[reason];

  entry = g_new0 (Entry, 1);
  g_hash_table_insert (self->entries, g_memdup2 (&key, sizeof key), entry);
  return entry;
}

gboolean
perclite_drops_add (
    PercliteDrops *self, guint32 ssrc, PercliteDrop reason, gint64 now, PercliteDropReport *report)
{
  Entry *entry;
  gboolean first;

  g_return_val_if_fail ((guint) reason < PERCLITE_N_DROPS, FALSE);

  first = self->totals[reason]++ == 0;
  entry = get_entry (self, ssrc, reason);
  entry->since_report++;
  entry->total++;
  if (entry->total > 1 && now - entry->reported < PERCLITE_DROPS_INTERVAL)
    return FALSE;

  *report = (PercliteDropReport){
      .ssrc = ssrc,
      .reason = reason,
      .many_ssrcs = entry == &self->others[reason],
      .first = first,
      .count = entry->since_report,
      .total = entry->total,
  };
  entry->since_report = 0;
  entry->reported = now;
  return TRUE;
}

guint64
perclite_drops_get_total (const PercliteDrops *self, PercliteDrop reason)
{
  guint64 total = 0;

  g_return_val_if_fail ((guint) reason <= PERCLITE_N_DROPS, 0);

  if (reason < PERCLITE_N_DROPS)
    return self->totals[reason];
  for (guint i = 0; i < PERCLITE_N_DROPS; i++)
    total += self->totals[i];
  return total;
}
