/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitedecrypter.h - turns PERC Lite payloads back into RTP payloads, whichever key and rollover
 * counter they have. */

#pragma once

#include "perclitehealth.h"
#include "perclitekeyring.h"
#include "perclitesrtp.h"

G_BEGIN_DECLS

/*
 * A packet says neither its rollover counter (RFC 3711, section 3.3.1) nor, without MKI, its key.
 * Both are found by trial: the authentication tag decides, and nothing changes unless it agrees.
 *
 *  - An MKI selects its key. Without one, the key that the stream had last is tried first, then
 *   those that worked last.
 *  - A stream that has not authenticated yet is tried with rollover counter 0, with that of a hint
 *    if there is one, and then with each up to a limit, under each key that may be. Low counters
 *    come first, under all keys.
 *  - A stream that does not authenticate any more, because its sender has another key now, is tried
 *    with the other keys at once, with the counter that RFC 3711, appendix A guesses, and with 0.
 *    After some packets that fail, it is searched from the last counter on.
 *
 * Each packet has one try, as it has when nothing is to be found out. All further ones are paid for
 * by their work, with tokens of which there are PERCLITE_TOKENS_PER_SECOND, whatever comes; a
 * search that needs more goes on with the next packets of its SSRC. Streams that are known, their
 * senders, SSRCs that are new, and the search have tokens of their own, so that rubbish of one kind
 * leaves the others theirs. A sender that changes its key has a new inner SSRC, as a rule, but
 * under the same outer SSRC: by that one it is known. Where there are not enough tokens for all the
 * keys, each has its turn to be the first.
 *
 * There is one search at a time: whoever sends many SSRCs that never authenticate gets no memory
 * and no more work for it. Each try is also a chance to guess the tag: with a tag of 4 bytes no
 * more than PERCLITE_ROC_LIMIT_SHORT_TAG counters are tried under a key, so that 28 of its 32 bits
 * remain for each.
 */

/* One token pays for some 3.5 us: one try of a packet of up to 1500 bytes with AES-GCM, or of up to
 * 512 bytes with HMAC-SHA1. These are 2 % of one core, and 3 % at worst, going by size and
 * suite. */
#define PERCLITE_TOKENS_PER_SECOND 5632

/* That is how long one packet takes at most, about 14 ms. */
#define PERCLITE_TOKENS_MAX 4096

#define PERCLITE_ROC_LIMIT_SHORT_TAG 15

/* How many hints on rollover counters are kept; older ones give way. */
#define PERCLITE_MAX_ROC_HINTS 64

/* Not to be used by two threads at a time. */
typedef struct _PercliteDecrypter PercliteDecrypter;

/**
 * perclite_decrypter_new:
 * @keys: (transfer none): the keys; a ring without any will do
 * @window_size: how many packets the replay protection looks back, 64 to 32768
 * @error: return location for a %PERCLITE_ERROR
 *
 * Searches nothing, and keeps as many streams as come, until told otherwise.
 *
 * Returns: (transfer full) (nullable): to be freed by perclite_decrypter_free(), or %NULL with
 *   @error set when libsrtp2 does not have the suite of a key (%PERCLITE_ERROR_UNSUPPORTED)
 */
PercliteDecrypter *
perclite_decrypter_new (const PercliteKeyring *keys, guint window_size, GError **error);

void perclite_decrypter_free (PercliteDecrypter *self);

/**
 * perclite_decrypter_set_keys:
 * @keys: (transfer none): the keys from now on
 *
 * Streams whose key is still there go on. What a key that is not there any more has encrypted
 * cannot be decrypted from here on, and nothing of that key is kept.
 *
 * Returns: %FALSE with @error set, and nothing changed, when libsrtp2 does not have the suite of a
 *   key
 */
gboolean
perclite_decrypter_set_keys (PercliteDecrypter *self, const PercliteKeyring *keys, GError **error);

/**
 * perclite_decrypter_set_roc_search:
 * @limit: how many rollover counters to try, 0 for none
 */
void perclite_decrypter_set_roc_search (PercliteDecrypter *self, guint limit);

/**
 * perclite_decrypter_set_max_streams:
 * @max: how many inner SSRCs to know at a time, at least 1; the one that was silent for longest
 *   gives way. That it is forgotten means that its packets would be accepted once more.
 */
void perclite_decrypter_set_max_streams (PercliteDecrypter *self, guint max);

/**
 * perclite_decrypter_hint_roc:
 * @inner_ssrc: the stream
 * @roc: tried before any search, and the one after it, as the sequence number may have wrapped
 *   since; also when there is no search, and when it is above the limit
 *
 * For whoever knows the rollover counter, as from the statistics of the sender. A stream that is
 * known and authenticates has no use for it.
 */
void perclite_decrypter_hint_roc (PercliteDecrypter *self, guint32 inner_ssrc, guint32 roc);

/**
 * perclite_decrypter_decrypt:
 * @outer_header: the first 12 bytes of the outer packet; its SSRC is for the statistics, and tells
 *   whose tokens a packet may take
 * @inner: memory aligned to 4 bytes, 1 + @size bytes long, with the outer payload at 1:
 *
 *       before   1 byte of anything | PEH (11) | ciphertext | trailer
 *       after    inner header (12)             | payload    | rubbish
 *
 * @size: bytes of the outer payload, without RTP padding; 0 to 65535
 * @payload_size: (out): bytes of payload at PERCLITE_INNER_HEADER_SIZE; set on success only
 * @key: (out) (transfer none): the key that worked; set on success only, and valid until the keys
 *   are set
 *
 * %PERCLITE_NO_KEY means that no key was even tried: the ring has none, or it has keys with MKI
 * only and the packet another MKI.
 *
 * Returns: %PERCLITE_OK, or why @inner holds rubbish that nobody must take for a payload
 */
PercliteResult perclite_decrypter_decrypt (PercliteDecrypter *self, const guint8 *outer_header,
    guint8 *inner, gsize size, gsize *payload_size, const PercliteKey **key);

/**
 * perclite_decrypter_get_calm:
 *
 * Returns: (transfer none): what is kept for the inner SSRC of the packet that was decrypted last,
 *   with the stream; valid until the next packet, and until something is set
 */
PercliteCalm *perclite_decrypter_get_calm (PercliteDecrypter *self);

/**
 * perclite_decrypter_get_mki:
 * @payload: an outer payload of @size bytes, as it came
 * @mki_size: (out): bytes of the MKI; 0 when the keys have none, or the payload is too short for
 *   one
 *
 * Returns: (transfer none) (nullable): where the MKI of the payload would be, going by that of the
 *   keys
 */
const guint8 *perclite_decrypter_get_mki (
    const PercliteDecrypter *self, const guint8 *payload, gsize size, gsize *mki_size);

/**
 * perclite_decrypter_get_trials:
 *
 * Returns: how many tries were made so far beyond the one that each packet costs
 */
guint64 perclite_decrypter_get_trials (const PercliteDecrypter *self);

/**
 * perclite_decrypter_foreach_stream:
 *
 * Calls @func for each inner SSRC that is known, in no particular order.
 */
void perclite_decrypter_foreach_stream (
    PercliteDecrypter *self, PercliteStreamFunc func, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PercliteDecrypter, perclite_decrypter_free)

G_END_DECLS
