/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Janus' Admin API over HTTP: what only the server's own bookkeeping knows. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Posts @request to the Admin API at @endpoint, with the secret and a transaction added, and
 * returns the whole reply. @session and @handle select what is asked about; 0 is none. */
JsonObject *test_admin_request (const char *endpoint, const char *secret, gint64 session,
    gint64 handle, const char *request, GError **error);

/* The "info" of all handles of all sessions, as "handle_info" describes them. */
JsonArray *test_admin_handles (const char *endpoint, const char *secret, GError **error);

G_END_DECLS
