/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A certificate for the servers of a test. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Makes a key and a self-signed certificate for 127.0.0.1 and the test's address, by the openssl
 * command. */
gboolean test_cert_make (const char *certificate, const char *key, GError **error);

G_END_DECLS
