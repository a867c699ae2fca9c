/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitesearch.h - what a decrypter may try, and what it has tried, to find key and rollover
 * counter of a packet. */

#pragma once

#include "perclitecandidates.h"

G_BEGIN_DECLS

/* What a new session costs. */
#define PERCLITE_SESSION_TOKENS 16

/**
 * PercliteShare:
 * @PERCLITE_SHARE_STREAM: for packets of a stream that is known, inner and outer SSRC: it may have
 *   another key now
 * @PERCLITE_SHARE_SENDER: for packets of which only the outer SSRC is that of a stream that is
 *   known: its sender may have another key, and with it another inner SSRC
 * @PERCLITE_SHARE_NEW: for all others, to try each key once
 * @PERCLITE_SHARE_SEARCH: for rollover counters, of which there are so many that a search takes
 *   whatever it can get
 *
 * What tokens are for. Rubbish takes all that there is for its kind, so each kind has its own. The
 * first two may also take from those that come after them.
 */
typedef enum {
  PERCLITE_SHARE_STREAM,
  PERCLITE_SHARE_SENDER,
  PERCLITE_SHARE_NEW,
  PERCLITE_SHARE_SEARCH,
} PercliteShare;

#define PERCLITE_N_SHARES 4

/**
 * PercliteBudget:
 * @left: tokens that may be spent now, in millionths
 * @share: whose they are for the packet in hand
 * @now: monotonic time of the last refill
 *
 * A token is the work of one try of a packet of common size. All shares together get
 * PERCLITE_TOKENS_PER_SECOND, and hold PERCLITE_TOKENS_MAX at most, which is how much can go into
 * one packet.
 */
typedef struct {
  guint64 left[PERCLITE_N_SHARES];
  PercliteShare share;
  gint64 now;
} PercliteBudget;

void perclite_budget_init (PercliteBudget *self);

/* Begins with a packet. */
void perclite_budget_refill (PercliteBudget *self, PercliteShare share);

/* Both return whether there were as many as N. */
gboolean perclite_budget_has (const PercliteBudget *self, guint n);
gboolean perclite_budget_take (PercliteBudget *self, guint n);

/**
 * PercliteProbes:
 *
 * Sessions for one SSRC under several keys that have not authenticated anything, to be tried with
 * any rollover counter. They are kept from packet to packet, so that rubbish does not cost a key
 * derivation each.
 */
typedef struct {
  guint32 ssrc;
  PercliteSrtp *sessions[PERCLITE_KEYRING_MAX_KEYS]; /* by slot */
} PercliteProbes;

void perclite_probes_clear (PercliteProbes *self);

/* Returns where the session for that SSRC and key is, or NULL when there is none and BUDGET does
 * not allow to make it. There are none for another SSRC from then on. */
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
 * The search for the rollover counter of one SSRC. There is one at a time: whoever sends many SSRCs
 * that never authenticate gets no memory and no more work for it.
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
 * Lower rollover counters come before higher ones, under all keys. perclite_search_tried() tells
 * that it was.
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
