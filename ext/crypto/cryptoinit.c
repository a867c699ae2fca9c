/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* cryptoinit.c - how OpenSSL is initialized. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "cryptoinit.h"

#include <openssl/crypto.h>

/* By an exit handler OpenSSL frees what it keeps for each thread, and a thread that ends frees its
 * own: when both happen at the same time, the process dies of it after all its work is done.
 * GStreamer's threads do end then: they go back to GLib's pool when a pipeline stops, and nobody
 * can wait for those that the pool does not keep. Without the handler the kernel takes the memory,
 * as it does the rest. From OpenSSL 4.0 on there is none
 * (https://github.com/openssl/openssl/issues/6214). */
void
crypto_init (void)
{
  OPENSSL_init_crypto (OPENSSL_INIT_NO_ATEXIT, NULL);
}
