/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A blocking Janus client, for tests that ask the server what it sees. */

#include "testclient.h"

#include <libsoup/soup.h>

#include "testwait.h"

#define BOUND_MS 10000

struct _TestClient {
  GMainContext *context;
  SoupSession *session;
  SoupWebsocketConnection *connection;
  GQueue incoming; /* of JsonObject */

  char *api_secret;
  char *token;
  guint transactions;
  gint64 session_id;
  gint64 handle_id;
};

/* What test_wait() waits for: a message of @transaction, or any at all that is no answer. */
typedef struct {
  TestClient *client;
  const char *transaction;
  gboolean takes_ack;
  JsonObject *found;
} Expectation;

typedef struct {
  SoupWebsocketConnection *connection;
  GError *error;
  gboolean done;
} Upgrade;

G_DEFINE_QUARK (test - client - error - quark, test_client_error)

static void
on_message (SoupWebsocketConnection *connection, gint type, GBytes *message, gpointer data)
{
  TestClient *client = data;
  gsize size;
  const char *text = g_bytes_get_data (message, &size);
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;

  if (!json_parser_load_from_data (parser, text, size, NULL))
    return;
  root = json_parser_get_root (parser);
  if (root != NULL && JSON_NODE_HOLDS_OBJECT (root))
    g_queue_push_tail (&client->incoming, json_node_dup_object (root));
}

static void
on_upgrade (GObject *source, GAsyncResult *result, gpointer data)
{
  Upgrade *upgrade = data;

  upgrade->connection =
      soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &upgrade->error);
  upgrade->done = TRUE;
}

static gboolean
is_upgraded (gpointer data)
{
  return ((Upgrade *) data)->done;
}

static gboolean
is_closed (gpointer data)
{
  return soup_websocket_connection_get_state (data) == SOUP_WEBSOCKET_STATE_CLOSED;
}

/* Takes the expected message out of the queue. The event of a request may come before its ack, so
 * the ack of a request says nothing and is thrown away. */
static gboolean
is_met_or_hopeless (gpointer data)
{
  Expectation *expectation = data;
  TestClient *client = expectation->client;

  for (GList *link = client->incoming.head, *next; link != NULL; link = next) {
    JsonObject *message = link->data;
    const char *kind = json_object_get_string_member_with_default (message, "janus", "");
    const char *transaction =
        json_object_get_string_member_with_default (message, "transaction", NULL);

    next = link->next;
    if (g_str_equal (kind, "ack") && !expectation->takes_ack) {
      g_queue_delete_link (&client->incoming, link);
      json_object_unref (message);
    } else if (g_strcmp0 (transaction, expectation->transaction) == 0) {
      g_queue_delete_link (&client->incoming, link);
      expectation->found = message;
      return TRUE;
    }
  }
  return is_closed (client->connection);
}

static JsonObject *
await (TestClient *client, const char *transaction, gboolean takes_ack, GError **error)
{
  Expectation expectation = {client, transaction, takes_ack, NULL};

  g_main_context_push_thread_default (client->context);
  test_wait (client->context, is_met_or_hopeless, &expectation, BOUND_MS);
  g_main_context_pop_thread_default (client->context);

  if (expectation.found == NULL) {
    gboolean closed = is_closed (client->connection);

    g_set_error (error, G_IO_ERROR, closed ? G_IO_ERROR_CLOSED : G_IO_ERROR_TIMED_OUT,
        closed ? "Janus closed the connection" : "Janus did not answer");
  }
  return expectation.found;
}

/* Whether an ack is all that Janus answers. */
static gboolean
is_answered_by_ack (JsonObject *message)
{
  const char *kind = json_object_get_string_member_with_default (message, "janus", "");

  return g_str_equal (kind, "trickle") || g_str_equal (kind, "keepalive");
}

static void
add_addressing (TestClient *client, JsonObject *message, const char *transaction)
{
  json_object_set_string_member (message, "transaction", transaction);
  if (client->session_id != 0 && !json_object_has_member (message, "session_id"))
    json_object_set_int_member (message, "session_id", client->session_id);
  if (client->handle_id != 0 && !json_object_has_member (message, "handle_id"))
    json_object_set_int_member (message, "handle_id", client->handle_id);
  if (client->api_secret != NULL)
    json_object_set_string_member (message, "apisecret", client->api_secret);
  if (client->token != NULL)
    json_object_set_string_member (message, "token", client->token);
}

/* The id in an answer to "create" or "attach", 0 after an error. */
static gint64
request_id (TestClient *client, const char *message, GError **error)
{
  g_autoptr (JsonObject) reply = test_client_send (client, message, error);

  if (reply == NULL)
    return 0;
  return json_object_get_int_member (json_object_get_object_member (reply, "data"), "id");
}

TestClient *
test_client_connect (const char *endpoint, const TestClientOptions *options, GError **error)
{
  char *protocols[] = {(char *) "janus-protocol", NULL};
  g_autoptr (TestClient) client = g_new0 (TestClient, 1);
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, endpoint);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Upgrade upgrade = {NULL, NULL, FALSE};

  g_queue_init (&client->incoming);
  client->context = g_main_context_new ();
  g_main_context_push_thread_default (client->context);
  /* Without a proxy resolver: a proxy of the environment has no way into the private network. */
  client->session = g_object_new (SOUP_TYPE_SESSION, "proxy-resolver", NULL, NULL);

  if (options != NULL) {
    client->api_secret = g_strdup (options->api_secret);
    client->token = g_strdup (options->token);
    if (options->ca_file != NULL) {
      g_autoptr (GTlsDatabase) trusted = g_tls_file_database_new (options->ca_file, &upgrade.error);

      if (trusted == NULL)
        goto out;
      soup_session_set_tls_database (client->session, trusted);
    }
  }

  soup_session_websocket_connect_async (client->session, message, NULL, protocols,
      G_PRIORITY_DEFAULT, cancellable, on_upgrade, &upgrade);
  if (!test_wait (client->context, is_upgraded, &upgrade, BOUND_MS)) {
    /* The callback has to run before its data goes out of scope. */
    g_cancellable_cancel (cancellable);
    while (!upgrade.done)
      g_main_context_iteration (client->context, TRUE);
  }

  client->connection = upgrade.connection;
  if (client->connection != NULL) {
    soup_websocket_connection_set_max_incoming_payload_size (client->connection, 0);
    g_signal_connect (client->connection, "message", G_CALLBACK (on_message), client);
  }

out:
  g_main_context_pop_thread_default (client->context);
  if (client->connection != NULL)
    return g_steal_pointer (&client);
  g_propagate_error (error, upgrade.error);
  return NULL;
}

void
test_client_free (TestClient *client)
{
  if (client->connection != NULL) {
    /* Without waiting for the server: it may be dead, or frozen by the test. */
    g_main_context_push_thread_default (client->context);
    if (soup_websocket_connection_get_state (client->connection) == SOUP_WEBSOCKET_STATE_OPEN)
      soup_websocket_connection_close (client->connection, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
    while (g_main_context_iteration (client->context, FALSE))
      ;
    g_signal_handlers_disconnect_by_data (client->connection, client);
    g_object_unref (client->connection);
    g_main_context_pop_thread_default (client->context);
  }
  g_clear_object (&client->session);
  /* What is still to be dispatched would keep the context, and the context that. */
  while (g_main_context_iteration (client->context, FALSE))
    ;
  g_queue_clear_full (&client->incoming, (GDestroyNotify) json_object_unref);
  g_main_context_unref (client->context);
  g_free (client->api_secret);
  g_free (client->token);
  g_free (client);
}

gboolean
test_client_attach (TestClient *client, const char *plugin, GError **error)
{
  g_autofree char *attach = g_strdup_printf ("{\"janus\":\"attach\",\"plugin\":\"%s\"}", plugin);

  client->handle_id = 0;
  if (client->session_id == 0)
    client->session_id = request_id (client, "{\"janus\":\"create\"}", error);
  if (client->session_id != 0)
    client->handle_id = request_id (client, attach, error);
  return client->handle_id != 0;
}

JsonObject *
test_client_send (TestClient *client, const char *message, GError **error)
{
  g_autofree char *transaction = g_strdup_printf ("test-%u", ++client->transactions);
  g_autoptr (JsonNode) node = json_from_string (message, error);
  g_autoptr (JsonObject) reply = NULL;
  g_autofree char *text = NULL;

  if (node == NULL)
    return NULL;

  if (soup_websocket_connection_get_state (client->connection) != SOUP_WEBSOCKET_STATE_OPEN) {
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED, "Janus closed the connection");
    return NULL;
  }

  add_addressing (client, json_node_get_object (node), transaction);
  text = json_to_string (node, FALSE);
  soup_websocket_connection_send_text (client->connection, text);

  reply = await (client, transaction, is_answered_by_ack (json_node_get_object (node)), error);
  if (reply == NULL)
    return NULL;
  if (g_str_equal (json_object_get_string_member_with_default (reply, "janus", ""), "error")) {
    JsonObject *refusal = json_object_get_object_member (reply, "error");

    g_set_error_literal (error, TEST_CLIENT_ERROR,
        (int) json_object_get_int_member_with_default (refusal, "code", 0),
        json_object_get_string_member_with_default (refusal, "reason", "unknown"));
    return NULL;
  }
  return g_steal_pointer (&reply);
}

JsonObject *
test_client_request (TestClient *client, const char *body, GError **error)
{
  g_autofree char *message = g_strdup_printf ("{\"janus\":\"message\",\"body\":%s}", body);
  g_autoptr (JsonObject) reply = test_client_send (client, message, error);
  JsonObject *plugindata;

  if (reply == NULL)
    return NULL;
  if (!json_object_has_member (reply, "plugindata")) {
    g_set_error_literal (
        error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "Janus' answer is not from a plugin");
    return NULL;
  }
  plugindata = json_object_get_object_member (reply, "plugindata");
  return json_object_ref (json_object_get_object_member (plugindata, "data"));
}

JsonObject *
test_client_next_event (TestClient *client, GError **error)
{
  return await (client, NULL, FALSE, error);
}
