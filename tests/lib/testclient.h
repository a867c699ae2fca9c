/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A blocking Janus client, for tests that ask the server what it sees. */
#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct _TestClient TestClient;

/* All optional. */
typedef struct {
  const char *ca_file;    /* for wss:// */
  const char *api_secret; /* added to each message */
  const char *token;      /* added to each message */
} TestClientOptions;

/* Every call blocks, with a main context of its own, for at most ten seconds. A client keeps no
 * session alive: Janus forgets one that is silent for the session timeout. Not thread-safe. */

/* Connects, and does nothing else. */
TestClient *
test_client_connect (const char *endpoint, const TestClientOptions *options, GError **error);
void test_client_free (TestClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestClient, test_client_free)

/* Creates a session (if there is none yet) and a handle of @plugin, which later messages are
 * addressed to. */
gboolean test_client_attach (TestClient *client, const char *plugin, GError **error);

/* Sends the JSON @message, with transaction, ids and secrets added, and returns the whole reply:
 * what comes with the same transaction and is not an "ack" - which is all there is to "trickle" and
 * "keepalive", and then it. Any other message that arrives is kept for test_client_next_event().
 * Janus' own refusal ("janus":"error") is a GError with Janus' code, in the domain
 * TEST_CLIENT_ERROR. */
JsonObject *test_client_send (TestClient *client, const char *message, GError **error);

/* Sends the plugin request @body and returns the plugin's answer (plugindata.data). A plugin's
 * refusal is such an answer, with "error_code" and "error" in it. */
JsonObject *test_client_request (TestClient *client, const char *body, GError **error);

/* The next message that answered no request. */
JsonObject *test_client_next_event (TestClient *client, GError **error);

#define TEST_CLIENT_ERROR (test_client_error_quark ())
GQuark test_client_error_quark (void);

G_END_DECLS
