/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitesrtp.h - the SRTP of the inner packet: one stream under one key. */

#pragma once

#include <string.h>

#include "perclitekey.h"
#include "perclitesessionkeys.h"

G_BEGIN_DECLS

/*
 * The layout, from draft-murillo-perc-lite-01 and the implementations that shipped. All numbers are
 * in network byte order.
 *
 *   inner packet   = 80 | M,PT (1) | SEQ (2) | TS (4) | SSRC (4) | payload
 *   protected      = SRTP of the inner packet (RFC 3711, RFC 7714): a trailer longer, which is the
 *                    authentication tag and, if the key has one, the MKI
 *   outer payload  = all of it but the first byte, which is 0x80 always
 *
 * Both directions work in place in memory that the caller has aligned to 4 bytes, as libsrtp2
 * demands. A caller that leaves room for the outer header before it gets by with one allocation.
 */

/* V=2, no padding, no extension, no CSRC: what the byte that is not sent always is. */
#define PERCLITE_INNER_FIRST_BYTE 0x80

/* Bytes of the inner RTP header; the first of them is not sent. */
#define PERCLITE_INNER_HEADER_SIZE 12

/* Bytes of the inner RTP header that are sent: the payload encryption header. */
#define PERCLITE_PEH_SIZE (PERCLITE_INNER_HEADER_SIZE - 1)

/* Where the fields of an RTP header are, inner or outer (RFC 3550, section 5.1). */
#define PERCLITE_PT_OFFSET 1
#define PERCLITE_SEQ_OFFSET 2
#define PERCLITE_TS_OFFSET 4
#define PERCLITE_SSRC_OFFSET 8

/**
 * PercliteResult:
 * @PERCLITE_OK: done
 * @PERCLITE_TOO_SHORT: fewer bytes than the payload encryption header and the trailer have
 * @PERCLITE_NO_KEY: there is no key, or none with the MKI of the packet
 * @PERCLITE_AUTH_FAILED: another key, another suite, another rollover counter, or not PERC Lite
 * @PERCLITE_REPLAYED: this inner SSRC has had this sequence number
 * @PERCLITE_REPLAY_OLD: the sequence number is older than the replay window reaches back
 * @PERCLITE_KEY_LIMIT: the key has protected as many packets as it may
 * @PERCLITE_NONCE_USED: this key has had this inner SSRC before
 * @PERCLITE_INTERNAL: libsrtp2 or OpenSSL failed, e.g. for lack of memory
 */
typedef enum {
  PERCLITE_OK,
  PERCLITE_TOO_SHORT,
  PERCLITE_NO_KEY,
  PERCLITE_AUTH_FAILED,
  PERCLITE_REPLAYED,
  PERCLITE_REPLAY_OLD,
  PERCLITE_KEY_LIMIT,
  PERCLITE_NONCE_USED,
  PERCLITE_INTERNAL,
} PercliteResult;

/**
 * PercliteDirection:
 * @PERCLITE_OUTBOUND: protects packets of one SSRC
 * @PERCLITE_INBOUND: unprotects packets of one SSRC
 * @PERCLITE_INBOUND_ANY: unprotects packets of any SSRC; takes the SSRC of the first authentic
 *   packet as its own, costs neither memory nor a key derivation for those that are not, and knows
 *   no rollover counter but 0 at the start
 */
typedef enum {
  PERCLITE_OUTBOUND,
  PERCLITE_INBOUND,
  PERCLITE_INBOUND_ANY,
} PercliteDirection;

/*
 * libsrtp2 computes with OpenSSL's AES and SHA-1, which are given to it by
 * srtp_replace_cipher_type() and srtp_replace_auth_type() with the first session, unless this
 * environment variable has this value; it keeps its own in place of those that it finds wrong. That
 * is so for the whole process from then on, for all who use libsrtp2 in it.
 */
#define PERCLITE_CRYPTO_VARIABLE "GST_PERCLITE_CRYPTO"
#define PERCLITE_CRYPTO_LIBSRTP "libsrtp2"

/**
 * perclite_srtp_get_crypto:
 *
 * Returns: (transfer none): whose AES and SHA-1 it is: "openssl" when all are, or "libsrtp2", with
 *   those it was built with
 */
const gchar *perclite_srtp_get_crypto (void);

/* Not to be used by two threads at a time. */
typedef struct _PercliteSrtp PercliteSrtp;

/**
 * perclite_srtp_new:
 * @key: (transfer none): the key; with its MKI, if it has one, on the wire
 * @common: (transfer none) (nullable): what sessions under the same key share that are used by one
 *   thread at a time
 * @ssrc: the inner SSRC; of no meaning for %PERCLITE_INBOUND_ANY
 * @window_size: how many packets the replay protection looks back, 64 to 32768; libsrtp2 makes
 *   32767 of the last
 * @error: return location for a %PERCLITE_ERROR
 *
 * Returns: (transfer full) (nullable): to be freed by perclite_srtp_free(), or %NULL with @error
 *   set when libsrtp2 does not have the suite of the key, or no memory
 *   (%PERCLITE_ERROR_UNSUPPORTED)
 */
PercliteSrtp *perclite_srtp_new (const PercliteKey *key, PercliteSessionKeys *common,
    PercliteDirection direction, guint32 ssrc, guint window_size, GError **error);

void perclite_srtp_free (PercliteSrtp *self);

/**
 * perclite_srtp_protect:
 * @inner: memory aligned to 4 bytes: inner header and payload, and room for the trailer
 * @size: (inout): bytes of @inner, without and then with the trailer
 *
 * What is refused as %PERCLITE_REPLAYED or %PERCLITE_REPLAY_OLD has not been touched.
 */
PercliteResult perclite_srtp_protect (PercliteSrtp *self, guint8 *inner, gsize *size);

/**
 * perclite_srtp_unprotect:
 * @inner: memory aligned to 4 bytes: inner header, ciphertext, trailer
 * @size: (inout): bytes of @inner, with and then without the trailer
 *
 * Changes nothing but @inner unless it succeeds. What fails as %PERCLITE_AUTH_FAILED may have been
 * overwritten; what is refused as %PERCLITE_REPLAYED or %PERCLITE_REPLAY_OLD has not been touched,
 * and may not be authentic.
 */
PercliteResult perclite_srtp_unprotect (PercliteSrtp *self, guint8 *inner, gsize *size);

/**
 * perclite_srtp_set_roc:
 * @roc: the rollover counter (RFC 3711, section 3.3.1) of the packet that comes next, which must be
 *   the first that succeeds
 *
 * Must not be called with %PERCLITE_INBOUND_ANY, which libsrtp2 refuses.
 */
void perclite_srtp_set_roc (PercliteSrtp *self, guint32 roc);

/**
 * perclite_srtp_get_index:
 *
 * Returns: the packet index (RFC 3711, section 3.3.1: 2^16 times the rollover counter, and the
 *   sequence number) of the newest packet; 0 when there was none
 */
guint64 perclite_srtp_get_index (const PercliteSrtp *self);

/**
 * perclite_srtp_guess:
 * @index: (out): the packet index that a packet with @seq has, as RFC 3711, appendix A guesses it
 *
 * Returns: %FALSE when it would be beyond the last rollover counter, where nothing can be protected
 *   any more: as %PERCLITE_KEY_LIMIT, and as %PERCLITE_AUTH_FAILED when unprotecting
 */
gboolean perclite_srtp_guess (const PercliteSrtp *self, guint16 seq, guint64 *index);

/**
 * PercliteStream:
 * @outer_ssrc: SSRC of the outer packet; the last one seen, when decrypting
 * @inner_ssrc: SSRC of the inner packet
 * @packets: packets that were processed successfully
 * @bytes: bytes of their unencrypted payloads
 * @roc: rollover counter: how often the sequence number has wrapped (RFC 3711, section 3.3.1)
 * @fingerprint: (transfer none): of the key that the newest of them had
 *
 * What is to be told of a stream.
 */
typedef struct {
  guint32 outer_ssrc;
  guint32 inner_ssrc;
  guint64 packets;
  guint64 bytes;
  guint32 roc;
  const gchar *fingerprint;
} PercliteStream;

typedef void (*PercliteStreamFunc) (const PercliteStream *stream, gpointer user_data);

static inline guint16
perclite_read_seq (const guint8 *header)
{
  return (guint16) (header[PERCLITE_SEQ_OFFSET] << 8 | header[PERCLITE_SEQ_OFFSET + 1]);
}

static inline guint32
perclite_read_uint32 (const guint8 *bytes)
{
  guint32 value;

  memcpy (&value, bytes, sizeof value);
  return GUINT32_FROM_BE (value);
}

static inline guint32
perclite_read_ts (const guint8 *header)
{
  return perclite_read_uint32 (header + PERCLITE_TS_OFFSET);
}

static inline guint32
perclite_read_ssrc (const guint8 *header)
{
  return perclite_read_uint32 (header + PERCLITE_SSRC_OFFSET);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PercliteSrtp, perclite_srtp_free)

G_END_DECLS
