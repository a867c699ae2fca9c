/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitecipher.h - AES of OpenSSL in the form in which libsrtp2 takes it. */

#pragma once

#include <glib.h>
#include <srtp2/cipher.h>

G_BEGIN_DECLS

/*
 * For srtp_replace_cipher_type(). Debian's libsrtp2 has its AES from NSS, which sets up a context
 * with each packet; these keep a context that has the key, so a packet brings its nonce only.
 *
 * What they are given: a key with its salt behind it, of which AES-GCM reads the key only (RFC
 * 7714, section 8.1: the nonce comes with its salt already in it), and AES-CM reads 14 bytes of
 * salt also (RFC 3711, section 4.1.1). They work in place, and wipe what they know of the key when
 * they go.
 */

/* AES-GCM with a tag of 16 or 8 bytes (RFC 7714). */
extern const srtp_cipher_type_t perclite_aes_128_gcm;
extern const srtp_cipher_type_t perclite_aes_256_gcm;

/* The counter mode of RFC 3711, section 4.1.1, and RFC 6188. It also derives the session keys, for
 * AES-GCM too, of whatever size the master key is. */
extern const srtp_cipher_type_t perclite_aes_128_icm;
extern const srtp_cipher_type_t perclite_aes_192_icm;
extern const srtp_cipher_type_t perclite_aes_256_icm;

G_END_DECLS
