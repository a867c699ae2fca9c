/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* percliteauth.h - HMAC-SHA1 of OpenSSL in the form in which libsrtp2 takes it. */

#pragma once

#include <glib.h>
#include <srtp2/auth.h>

G_BEGIN_DECLS

/* For srtp_replace_auth_type(): RFC 2104 with SHA-1 and a key of up to 20 bytes. What the key does
 * to SHA-1 is computed once and copied for each packet, which saves two of its blocks. */
extern const srtp_auth_type_t perclite_hmac_sha1;

G_END_DECLS
