/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitedrops.h - counts packets that were dropped, and limits how often one is told. */

#pragma once

#include <glib.h>

#include "perclitesrtp.h"

G_BEGIN_DECLS

/**
 * PercliteDrop:
 * @PERCLITE_DROP_INVALID_RTP: not an RTP packet (RFC 3550, appendix A.1)
 * @PERCLITE_DROP_EMPTY: padding and nothing else, by which browsers probe the way
 * @PERCLITE_DROP_TOO_SHORT: too short to be PERC Lite
 * @PERCLITE_DROP_TOO_LARGE: no UDP datagram would take it, before or after
 * @PERCLITE_DROP_MISSING_KEY: there is no key for it
 * @PERCLITE_DROP_AUTH_FAILED: the authentication tag is wrong
 * @PERCLITE_DROP_PLAINTEXT: the same, and its stream shows no sign of being encrypted
 * @PERCLITE_DROP_REPLAYED: a sequence number came twice, or too late to know whether it did
 * @PERCLITE_DROP_KEY_LIMIT: the key is used up
 * @PERCLITE_DROP_NONCE_USED: the key has had the SSRC in another run
 * @PERCLITE_DROP_INTERNAL: a library failed
 * @PERCLITE_N_DROPS: how many reasons there are
 *
 * Why a packet was dropped.
 */
typedef enum {
  PERCLITE_DROP_INVALID_RTP,
  PERCLITE_DROP_EMPTY,
  PERCLITE_DROP_TOO_SHORT,
  PERCLITE_DROP_TOO_LARGE,
  PERCLITE_DROP_MISSING_KEY,
  PERCLITE_DROP_AUTH_FAILED,
  PERCLITE_DROP_PLAINTEXT,
  PERCLITE_DROP_REPLAYED,
  PERCLITE_DROP_KEY_LIMIT,
  PERCLITE_DROP_NONCE_USED,
  PERCLITE_DROP_INTERNAL,
  PERCLITE_N_DROPS,
} PercliteDrop;

/* How many pairs of SSRC and reason are told apart. What comes after them, as from a sender who
 * makes up SSRCs, is counted together per reason. */
#define PERCLITE_DROPS_MAX_ENTRIES 64

/* Microseconds between two reports on the same SSRC and reason. */
#define PERCLITE_DROPS_INTERVAL G_USEC_PER_SEC

/**
 * PercliteDropReport:
 * @ssrc: SSRC of the packet that was dropped last
 * @reason: why
 * @many_ssrcs: the numbers are of all SSRCs that found no place of their own
 * @first: no packet was dropped for this reason before
 * @count: packets since the last report
 * @total: packets since the start
 */
typedef struct {
  guint32 ssrc;
  PercliteDrop reason;
  gboolean many_ssrcs;
  gboolean first;
  guint64 count;
  guint64 total;
} PercliteDropReport;

typedef struct _PercliteDrops PercliteDrops;

/* Not to be used by two threads at a time. */
PercliteDrops *perclite_drops_new (void);
void perclite_drops_free (PercliteDrops *self);

/**
 * perclite_drops_reset:
 *
 * Forgets everything.
 */
void perclite_drops_reset (PercliteDrops *self);

/**
 * perclite_drops_add:
 * @ssrc: SSRC of the outer packet, 0 when it has none
 * @reason: why it was dropped
 * @now: g_get_monotonic_time() or another clock in microseconds
 * @report: (out): set when %TRUE is returned
 *
 * Counts a packet.
 *
 * Returns: whether @report is due: with the first packet of an SSRC and reason, then not more often
 *   than every PERCLITE_DROPS_INTERVAL
 */
gboolean perclite_drops_add (
    PercliteDrops *self, guint32 ssrc, PercliteDrop reason, gint64 now, PercliteDropReport *report);

/**
 * perclite_drops_get_total:
 *
 * Returns: packets dropped for @reason; for all reasons, when it is %PERCLITE_N_DROPS
 */
guint64 perclite_drops_get_total (const PercliteDrops *self, PercliteDrop reason);

/**
 * perclite_drop_nick:
 *
 * Returns: (transfer none): the name of the reason in statistics and messages, e.g. "auth-failed"
 */
const gchar *perclite_drop_nick (PercliteDrop reason);

/**
 * perclite_drop_from_result:
 * @result: anything but %PERCLITE_OK
 *
 * Returns: the reason to drop a packet with that result
 */
PercliteDrop perclite_drop_from_result (PercliteResult result);

/**
 * perclite_drop_text:
 * @encrypting: whether the packet was to be encrypted rather than decrypted
 *
 * Returns: (transfer none): a sentence for people: what happened and what to do
 */
const gchar *perclite_drop_text (PercliteDrop reason, gboolean encrypting);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PercliteDrops, perclite_drops_free)

G_END_DECLS
