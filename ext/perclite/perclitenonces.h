/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitenonces.h - which inner SSRCs the process has encrypted with, under which key. */

#pragma once

#include "perclitekey.h"

G_BEGIN_DECLS

/*
 * RFC 3711, section 9.1: SSRCs must be unique among all the streams that share a master key, as the
 * nonce is made of SSRC and packet index. Two encrypters of a process that happen to have the same
 * key cannot know of each other, so this is kept for the process: by fingerprint, so nothing of a
 * key stays behind. The suite is no part of it: AES_CM_128_HMAC_SHA1_80 and AES_CM_128_HMAC_SHA1_32
 * make the same key stream out of one key.
 */

/* So many are remembered beside those that are in use; of these, the ones that were released first
 * are forgotten first. */
#define PERCLITE_NONCES_MAX 65536

/**
 * PercliteNonces:
 * @PERCLITE_NONCES_FRESH: nobody had it; it is the owner's now
 * @PERCLITE_NONCES_OWN: the owner had it before, or has it
 * @PERCLITE_NONCES_TAKEN: another owner had it
 */
typedef enum {
  PERCLITE_NONCES_FRESH,
  PERCLITE_NONCES_OWN,
  PERCLITE_NONCES_TAKEN,
} PercliteNonces;

/**
 * perclite_nonces_new_owner:
 *
 * Returns: a number that no other owner has had
 */
guint64 perclite_nonces_new_owner (void);

/**
 * perclite_nonces_claim:
 *
 * May be called from any thread. Unless it is taken, it is in use until perclite_nonces_release()
 * was called as often.
 *
 * Returns: whether @owner may encrypt with @inner_ssrc under @key
 */
PercliteNonces perclite_nonces_claim (const PercliteKey *key, guint32 inner_ssrc, guint64 owner);

/**
 * perclite_nonces_release:
 *
 * May be called from any thread, by whoever has claimed it. It remains the owner's as long as it is
 * remembered.
 */
void perclite_nonces_release (const PercliteKey *key, guint32 inner_ssrc);

G_END_DECLS
