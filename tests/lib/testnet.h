/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The address tests may use, and ports on it that nobody else gets. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The address of the test's private network (netns.sh), or 127.0.0.1 outside of one. */
const char *test_net_address (void);

/* Finds a free TCP port and keeps it reserved for as long as the returned socket lives. A server
 * that sets SO_REUSEADDR can listen on it nevertheless. */
GSocket *test_net_reserve_port (guint16 *port, GError **error);

G_END_DECLS
