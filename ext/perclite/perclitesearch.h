/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitesearch.h - what a decrypter may try, and what it has tried, to find key and rollover counter of a packet. */

#pragma once

#include "perclitecandidates.h"

G_BEGIN_DECLS

/* What a new session costs, in tries. */
#define PERCLITE_SESSION_TOKENS 16

/* What is left for others. Streams that are known and change their keys come before SSRCs that are not known, and the
 * search, which takes whatever it can get, comes last: with rubbish it would leave them nothing. The first is enough for
 * one stream and 16 keys. */
#define PERCLITE_RESERVE_FOR_KNOWN 512
#define PERCLITE_RESERVE_FOR_ALL 768

/**
 * PercliteBudget:
 * @tokens: tries that may be made now
 * @reserve: tokens that are not for the packet in hand
 * @now: monotonic time of the last refill
 *
 * Gets PERCLITE_TRIALS_PER_SECOND tokens per second, and holds as many at most.
 */
typedef struct {
  guint tokens;
  guint reserve;
  gint64 now;
} PercliteBudget;

void perclite_budget_init (PercliteBudget *self);

/* Begins with a packet. */
void perclite_budget_refill (PercliteBudget *self, guint reserve);

/* Both return whether there were as many as N. */
gboolean perclite_budget_has (const PercliteBudget *self, guint n);
gboolean perclite_budget_take (PercliteBudget *self, guint n);

/**
 * PercliteProbes:
 *
 * Sessions for one SSRC under several keys that have not authenticated anything, to be tried with any rollover counter. They
 * are kept from packet to packet, so that rubbish does not cost a key derivation each.
 */
typedef struct {
  guint32 ssrc;
  PercliteSrtp *sessions[PERCLITE_KEYRING_MAX_KEYS]; /* by slot */
} PercliteProbes;

void perclite_probes_clear (PercliteProbes *self);

/* Returns where the session for that SSRC and key is, or NULL when there is none and BUDGET does not allow to make it. There
 * are none for another SSRC from then on. */
PercliteSrtp **perclite_probes_get (PercliteProbes *self, guint32 ssrc,
    const PercliteCandidate *key, guint window_size, PercliteBudget *budget);

/**
 * PercliteSearch:
 * @limit: how many rollover counters to try, 0 for none
 * @active: whether there is a search
 * @ssrc: what it is for
 * @probes: its sessions
 * @over: whether everything was tried for its last packet
 * @first_roc: of those that are tried
 * @next: by slot, which is tried next with that key, counted from the first
 * @last_packet: monotonic time
 *
 * The search for the rollover counter of one SSRC. There is one at a time: whoever sends many SSRCs that never authenticate gets no
 * memory and no more work for it.
 */
typedef struct {
  guint limit;
  gboolean active;
  guint32 ssrc;
  PercliteProbes probes;
  gboolean over;
  guint32 first_roc;
  guint next[PERCLITE_KEYRING_MAX_KEYS];
  gint64 last_packet;
} PercliteSearch;

/* Ends the search that is going on. */
void perclite_search_stop (PercliteSearch *self);

/**
 * perclite_search_begin:
 *
 * Makes @ssrc the one that is searched for, or goes on with it.
 *
 * Returns: whether it is its turn
 */
gboolean perclite_search_begin (PercliteSearch *self, guint32 ssrc, guint32 first_roc, gint64 now);

/**
 * perclite_search_next:
 * @keys: @n keys that the packet may have
 * @roc: (out): the rollover counter to try with it
 *
 * Lower rollover counters come before higher ones, under all keys. perclite_search_tried() tells that it was.
 *
 * Returns: (nullable): the key to try next, or %NULL when all were tried
 */
PercliteCandidate *perclite_search_next (
    const PercliteSearch *self, PercliteCandidate *const *keys, guint n, guint32 *roc);

void perclite_search_tried (PercliteSearch *self, const PercliteCandidate *key);

/* Nothing of that key is kept. */
void perclite_search_drop_key (PercliteSearch *self, const PercliteCandidate *key);
void perclite_probes_drop_key (PercliteProbes *self, const PercliteCandidate *key);

/**
 * PercliteHints:
 *
 * Rollover counters that somebody knows, PERCLITE_MAX_ROC_HINTS of them at most.
 */
typedef struct {
  GQueue oldest_first;
} PercliteHints;

void perclite_hints_clear (PercliteHints *self);
void perclite_hints_set (PercliteHints *self, guint32 ssrc, guint32 roc);
gboolean perclite_hints_get (const PercliteHints *self, guint32 ssrc, guint32 *roc);
void perclite_hints_drop (PercliteHints *self, guint32 ssrc);

G_END_DECLS
