/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* percliteencrypter.h - turns RTP payloads into PERC Lite payloads, and never uses a nonce
 * twice. */

#pragma once

#include "perclitesrtp.h"

G_BEGIN_DECLS

/**
 * PercliteInnerSsrc:
 * @PERCLITE_INNER_SSRC_RANDOM: a fresh random number per encrypter, key and outer SSRC
 * @PERCLITE_INNER_SSRC_PRESERVE: the outer SSRC
 *
 * Where the SSRC of the inner packet comes from. It is a part of the nonce, so the same key must
 * never see the same inner SSRC, rollover counter and sequence number twice.
 */
typedef enum {
  PERCLITE_INNER_SSRC_RANDOM,
  PERCLITE_INNER_SSRC_PRESERVE,
} PercliteInnerSsrc;

/* What RFC 3711, section 9.2 allows: so many packets under one master key. */
#define PERCLITE_KEY_LIFETIME_MAX (G_GUINT64_CONSTANT (1) << 48)

/* So many packets with one RTP timestamp are taken for one frame, after a key was set. A frame is
 * smaller, and a sender whose timestamp stands still must change its key, too. */
#define PERCLITE_FRAME_MAX_PACKETS 1000

/**
 * PercliteEncrypted:
 * @key_changed: this packet is the first of its outer SSRC under another key than the packets
 *   before
 * @limit_near: with this packet the key has 7/8 of its lifetime behind it; told once per key
 * @fingerprint: (transfer none): until the next packet: of the key that the packet has; when it was
 *   refused as %PERCLITE_KEY_LIMIT, of the key that is used up; %NULL when it failed otherwise
 *
 * What else happened with a packet.
 */
typedef struct {
  gboolean key_changed;
  gboolean limit_near;
  const gchar *fingerprint;
} PercliteEncrypted;

/* Not to be used by two threads at a time. */
typedef struct _PercliteEncrypter PercliteEncrypter;

/**
 * perclite_encrypter_new:
 * @key: (transfer none): the key
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
 * perclite_encrypter_set_lifetime:
 * @packets: how many packets one key may protect, 1 to PERCLITE_KEY_LIFETIME_MAX, which is what a
 *   new encrypter has. Counted for the key by this encrypter, over all its streams; also one that
 *   is set again after another goes on from where it was.
 */
void perclite_encrypter_set_lifetime (PercliteEncrypter *self, guint64 packets);

/**
 * perclite_encrypter_set_roc:
 * @roc: the rollover counter (RFC 3711, section 3.3.1) that outer SSRCs begin with which come from
 *   now on; 0 in a new encrypter
 *
 * For whoever goes on where an earlier process has stopped. An inner SSRC that replaces another one
 * begins with 0. No nonce comes twice, whatever is set: an outer SSRC that is known goes on from
 * where it is, and an inner SSRC is new to the process, or refused, before it begins anywhere.
 */
void perclite_encrypter_set_roc (PercliteEncrypter *self, guint32 roc);

/**
 * perclite_encrypter_set_key:
 * @key: (transfer none): the key from now on; one that is perclite_key_equal() to the one in use
 *   changes nothing
 *
 * Each stream goes over to the key with the first packet whose RTP timestamp differs from that of
 * the packet before, so that the packets of a frame have one key. It does so in the middle of a
 * frame if that has more than PERCLITE_FRAME_MAX_PACKETS, or if the key before is at the end of its
 * lifetime. A stream that has sent nothing since a key was set before, at least a second ago, does
 * not keep its key any longer: it goes over to the newest with its next packet.
 *
 * With %PERCLITE_INNER_SSRC_RANDOM the inner SSRC is another one afterwards, and its rollover
 * counter 0 again: any receiver that has the key finds in. With %PERCLITE_INNER_SSRC_PRESERVE both
 * go on, as RFC 3711, section 8.1 has it.
 *
 * Returns: %FALSE with @error set, and nothing changed, when libsrtp2 does not have the suite of
 *   the key
 */
gboolean perclite_encrypter_set_key (PercliteEncrypter *self, PercliteKey *key, GError **error);

/**
 * perclite_encrypter_get_trailer_size:
 *
 * Returns: most bytes that the next packet grows by at its end: those of the longer trailer, while
 *   there are two keys
 */
gsize perclite_encrypter_get_trailer_size (const PercliteEncrypter *self);

/**
 * perclite_encrypter_encrypt:
 * @outer_header: the first 12 bytes of the outer packet; its M, PT, SEQ, TS are taken over
 * @inner: memory aligned to 4 bytes, PERCLITE_INNER_HEADER_SIZE + @payload_size +
 *   perclite_encrypter_get_trailer_size() bytes long, with the payload at
 *   PERCLITE_INNER_HEADER_SIZE:
 *
 *       before   12 bytes of anything      | payload | trailer bytes of anything
 *       after    80 | PEH (11)             | ciphertext | trailer
 *
 * @payload_size: bytes of payload, without RTP padding; 0 to 65535
 * @size: (out): bytes of the outer payload, which is what follows the first byte of @inner; set on
 *   success only
 * @what: (out): what else happened; also set when it fails
 *
 * A sequence number that was encrypted before is refused as %PERCLITE_REPLAYED: it would use a
 * nonce twice. One that is so old that this is not known is refused as %PERCLITE_REPLAY_OLD, or,
 * with %PERCLITE_INNER_SSRC_RANDOM, begins another inner SSRC. Nor does an inner SSRC come twice
 * under a key within the process, whichever encrypter had it: with %PERCLITE_INNER_SSRC_RANDOM
 * another is chosen, with %PERCLITE_INNER_SSRC_PRESERVE the packet is refused as
 * %PERCLITE_NONCE_USED. A key at the end of its lifetime, or a stream at the last packet index, is
 * refused as %PERCLITE_KEY_LIMIT.
 *
 * Returns: %PERCLITE_OK, or why @inner holds rubbish that must not be sent
 */
PercliteResult perclite_encrypter_encrypt (PercliteEncrypter *self, const guint8 *outer_header,
    guint8 *inner, gsize payload_size, gsize *size, PercliteEncrypted *what);

/**
 * perclite_encrypter_foreach_stream:
 *
 * Calls @func for each outer SSRC that was encrypted, in no particular order.
 */
void perclite_encrypter_foreach_stream (
    PercliteEncrypter *self, PercliteStreamFunc func, gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PercliteEncrypter, perclite_encrypter_free)

G_END_DECLS
