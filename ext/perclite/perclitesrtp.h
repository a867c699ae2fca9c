/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitesrtp.h - turns RTP payloads into PERC Lite payloads and back. */

#pragma once

#include <glib.h>

#include "perclitekey.h"

G_BEGIN_DECLS

/*
 * The layout, from draft-murillo-perc-lite-01 and the implementations that shipped. All numbers are
 * in network byte order.
 *
 *   inner packet   = 80 | M,PT (1) | SEQ (2) | TS (4) | SSRC (4) | payload
 *   protected      = SRTP of the inner packet (RFC 3711, RFC 7714), an authentication tag longer
 *   outer payload  = all of it but the first byte, which is 0x80 always
 *
 * Both directions work in place in memory that the caller has aligned to 4 bytes, as libsrtp2
 * demands. A caller that leaves room for the outer header before it gets by with one allocation.
 */

/* Bytes of the inner RTP header; the first of them is not sent. */
#define PERCLITE_INNER_HEADER_SIZE 12

/* Bytes of the inner RTP header that are sent: the payload encryption header. */
#define PERCLITE_PEH_SIZE (PERCLITE_INNER_HEADER_SIZE - 1)

/**
 * PercliteResult:
 * @PERCLITE_OK: done
 * @PERCLITE_TOO_SHORT: fewer bytes than the payload encryption header and the tag have
 * @PERCLITE_AUTH_FAILED: another key, another suite, another rollover counter, or not PERC Lite
 * @PERCLITE_REPLAYED: this inner SSRC has had this sequence number
 * @PERCLITE_REPLAY_OLD: the sequence number is older than the replay window reaches back
 * @PERCLITE_KEY_LIMIT: the key has protected as many packets as it may (2^48)
 * @PERCLITE_INTERNAL: libsrtp2 or OpenSSL failed, e.g. for lack of memory
 */
typedef enum {
  PERCLITE_OK,
  PERCLITE_TOO_SHORT,
  PERCLITE_AUTH_FAILED,
  PERCLITE_REPLAYED,
  PERCLITE_REPLAY_OLD,
  PERCLITE_KEY_LIMIT,
  PERCLITE_INTERNAL,
} PercliteResult;

/**
 * PercliteInnerSsrc:
 * @PERCLITE_INNER_SSRC_RANDOM: a fresh random number per encrypter and outer SSRC
 * @PERCLITE_INNER_SSRC_PRESERVE: the outer SSRC
 *
 * Where the SSRC of the inner packet comes from. It is a part of the nonce, so the same key must
 * never see the same inner SSRC, rollover counter and sequence number twice.
 */
typedef enum {
  PERCLITE_INNER_SSRC_RANDOM,
  PERCLITE_INNER_SSRC_PRESERVE,
} PercliteInnerSsrc;

/**
 * PercliteStream:
 * @outer_ssrc: SSRC of the outer packet; the last one seen, when decrypting
 * @inner_ssrc: SSRC of the inner packet
 * @packets: packets that were processed successfully
 * @bytes: bytes of their unencrypted payloads
 * @roc: rollover counter: how often the sequence number has wrapped (RFC 3711, section 3.3.1)
 */
typedef struct {
  guint32 outer_ssrc;
  guint32 inner_ssrc;
  guint64 packets;
  guint64 bytes;
  guint32 roc;
} PercliteStream;

typedef void (*PercliteStreamFunc) (const PercliteStream *stream, gpointer user_data);

/* Neither of them may be used by two threads at a time. */
typedef struct _PercliteEncrypter PercliteEncrypter;
typedef struct _PercliteDecrypter PercliteDecrypter;

/**
 * perclite_encrypter_new:
 * @key: (transfer full): the key
 * @mode: where inner SSRCs come from
 * @error: return location for a %PERCLITE_ERROR
 *
 * Returns: (transfer full) (nullable): to be freed by perclite_encrypter_free(), or %NULL with
 *   @error set when libsrtp2 does not have the suite of the key (%PERCLITE_ERROR_UNSUPPORTED)
 */
PercliteEncrypter *
perclite_encrypter_new (PercliteKey *key, PercliteInnerSsrc mode, GError **error);

void perclite_encrypter_free (PercliteEncrypter *self);

/**
 * perclite_encrypter_encrypt:
 * @outer_header: the first 12 bytes of the outer packet; its M, PT, SEQ, TS are taken over
 * @inner: memory aligned to 4 bytes, PERCLITE_INNER_HEADER_SIZE + @payload_size + tag bytes long,
 *   with the payload at PERCLITE_INNER_HEADER_SIZE:
 *
 *       before   12 bytes of anything      | payload | tag bytes of anything
 *       after    80 | PEH (11)             | ciphertext | tag
 *
 * @payload_size: bytes of payload, without RTP padding; 0 to 65535
 * @size: (out): bytes of the outer payload, which is what follows the first byte of @inner; set on
 *   success only
 *
 * A sequence number that was encrypted before is refused as %PERCLITE_REPLAYED: it would use a
 * nonce twice. One that is so old that this is not known is refused as %PERCLITE_REPLAY_OLD, or, with
 * %PERCLITE_INNER_SSRC_RANDOM, begins another inner SSRC.
 *
 * Returns: %PERCLITE_OK, or why @inner holds rubbish that must not be sent
 */
PercliteResult perclite_encrypter_encrypt (PercliteEncrypter *self, const guint8 *outer_header,
    guint8 *inner, gsize payload_size, gsize *size);

/**
 * perclite_encrypter_foreach_stream:
 *
 * Calls @func for each outer SSRC that was encrypted, in no particular order.
 */
void perclite_encrypter_foreach_stream (
    PercliteEncrypter *self, PercliteStreamFunc func, gpointer user_data);

/**
 * perclite_decrypter_new:
 * @key: (transfer full): the key
 * @window_size: how many packets the replay protection looks back, 64 to 32768
 * @error: return location for a %PERCLITE_ERROR
 *
 * Returns: (transfer full) (nullable): to be freed by perclite_decrypter_free(), or %NULL with
 *   @error set when libsrtp2 does not have the suite of the key (%PERCLITE_ERROR_UNSUPPORTED)
 */
PercliteDecrypter *perclite_decrypter_new (PercliteKey *key, guint window_size, GError **error);

void perclite_decrypter_free (PercliteDecrypter *self);

/**
 * perclite_decrypter_decrypt:
 * @outer_header: the first 12 bytes of the outer packet; its SSRC is for the statistics
 * @inner: memory aligned to 4 bytes, 1 + @size bytes long, with the outer payload at 1:
 *
 *       before   1 byte of anything | PEH (11) | ciphertext | tag
 *       after    inner header (12)             | payload    | rubbish
 *
 * @size: bytes of the outer payload, without RTP padding; 0 to 65535
 * @payload_size: (out): bytes of payload at PERCLITE_INNER_HEADER_SIZE; set on success only
 *
 * Returns: %PERCLITE_OK, or why @inner holds rubbish that nobody must take for a payload
 */
PercliteResult perclite_decrypter_decrypt (PercliteDecrypter *self, const guint8 *outer_header,
    guint8 *inner, gsize size, gsize *payload_size);

/**
 * perclite_decrypter_set_roc_search:
 * @limit: how many rollover counters to try, 0 for none (which is what a new decrypter does)
 *
 * The rollover counter is not on the wire (RFC 3711, section 3.3.1), so that a receiver which starts
 * after the sender's sequence number has wrapped cannot know it, nor can one that has missed more than
 * half of all sequence numbers in a row. With a limit, packets of an SSRC that has not authenticated yet are
 * tried with each rollover counter from 0 to @limit, those of a stream that does not authenticate any
 * more with @limit of them from the last one on, and the authentication tag decides.
 *
 * Each try is as much work as a packet, so there are at most PERCLITE_ROC_TRIALS_PER_SECOND of them,
 * whatever comes; a search that needs more goes on with the next packets of its SSRC. Each try is also
 * a chance to guess the tag: with a tag of 4 bytes no more than PERCLITE_ROC_LIMIT_SHORT_TAG counters
 * are tried, so that 28 of its 32 bits remain.
 */
void perclite_decrypter_set_roc_search (PercliteDecrypter *self, guint limit);

/* About 1.5 % of one core, at 3.5 us a try. */
#define PERCLITE_ROC_TRIALS_PER_SECOND 4096
#define PERCLITE_ROC_LIMIT_SHORT_TAG 15

/**
 * perclite_decrypter_get_roc_trials:
 *
 * Returns: how many rollover counters other than 0 were tried so far
 */
guint64 perclite_decrypter_get_roc_trials (const PercliteDecrypter *self);

/**
 * perclite_decrypter_foreach_stream:
 *
 * Calls @func for each inner SSRC of which a packet was authentic, in no particular order.
 */
void perclite_decrypter_foreach_stream (
    PercliteDecrypter *self, PercliteStreamFunc func, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PercliteEncrypter, perclite_encrypter_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PercliteDecrypter, perclite_decrypter_free)

G_END_DECLS
