/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A link to a Janus that loses and delays packets. */

#include "lossylink.h"

#include <libsoup/soup.h>

#include "signalrewrite.h"
#include "testnet.h"

#define PROTOCOL "janus-protocol"

struct _LossyLink {
  char *upstream;
  char *endpoint;
  UdpRelay *relay;
  gint signal_delay; /* atomic: milliseconds */
  gint server_ups;   /* atomic */

  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  SoupServer *server;
  SoupSession *session;
  GPtrArray *pairs;
};

/* A client and its connection to Janus. It ends when both are closed. */
typedef struct {
  LossyLink *link;
  SoupWebsocketConnection *client;
  SoupWebsocketConnection *upstream; /* NULL until connected */
  GPtrArray *waiting;                /* what the client said before that */
  GCancellable *cancellable;         /* of connecting */
} Pair;

static guint16
on_candidate (const char *address, guint16 port, gpointer data)
{
  LossyLink *link = data;
  g_autoptr (GError) error = NULL;
  guint16 relayed = udp_relay_open (link->relay, address, port, &error);

  if (relayed == 0)
    g_printerr ("lossy link: no relay for %s port %u: %s\n", address, port, error->message);
  return relayed;
}

static void
clear_connection (SoupWebsocketConnection **connection, Pair *pair)
{
  if (*connection == NULL)
    return;
  g_signal_handlers_disconnect_by_data (*connection, pair);
  g_clear_object (connection);
}

static void
pair_free (Pair *pair)
{
  if (pair->cancellable != NULL)
    g_cancellable_cancel (pair->cancellable);
  g_clear_object (&pair->cancellable);
  clear_connection (&pair->client, pair);
  clear_connection (&pair->upstream, pair);
  g_ptr_array_unref (pair->waiting);
  g_free (pair);
}

static gboolean
is_over (SoupWebsocketConnection *connection)
{
  return connection == NULL ||
         soup_websocket_connection_get_state (connection) == SOUP_WEBSOCKET_STATE_CLOSED;
}

static void
send_text (SoupWebsocketConnection *connection, const char *text)
{
  if (soup_websocket_connection_get_state (connection) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (connection, text);
}

/* A message that is under way. */
typedef struct {
  SoupWebsocketConnection *connection;
  char *text;
} Late;

static gboolean
on_late (gpointer data)
{
  Late *late = data;

  send_text (late->connection, late->text);
  return G_SOURCE_REMOVE;
}

static void
late_free (gpointer data)
{
  Late *late = data;

  g_object_unref (late->connection);
  g_free (late->text);
  g_free (late);
}

/* Sources of one priority that are due come in the order in which they were attached. */
static void
send_after (LossyLink *link, guint n_delays, SoupWebsocketConnection *connection, const char *text)
{
  guint delay = n_delays * (guint) g_atomic_int_get (&link->signal_delay);
  g_autoptr (GSource) source = NULL;
  Late *late;

  if (delay == 0) {
    send_text (connection, text);
    return;
  }
  late = g_new (Late, 1);
  late->connection = g_object_ref (connection);
  late->text = g_strdup (text);
  source = g_timeout_source_new (delay);
  g_source_set_callback (source, on_late, late, late_free);
  g_source_attach (source, link->context);
}

static void
on_closed (SoupWebsocketConnection *connection, gpointer data)
{
  Pair *pair = data;
  SoupWebsocketConnection *other = connection == pair->client ? pair->upstream : pair->client;

  if (is_over (other))
    g_ptr_array_remove_fast (pair->link->pairs, pair);
  else if (soup_websocket_connection_get_state (other) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_close (other, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
}

static char *
dup_text (GBytes *message)
{
  gsize size;
  const char *text = g_bytes_get_data (message, &size);

  return g_strndup (text, size);
}

static void
on_client_message (SoupWebsocketConnection *client, gint type, GBytes *message, gpointer data)
{
  Pair *pair = data;
  g_autofree char *text = dup_text (message);
  g_autofree char *ack = NULL;
  g_autofree char *rewritten = signal_rewrite_from_client (text, &ack);

  if (rewritten == NULL)
    send_after (pair->link, 2, client, ack);
  else if (pair->upstream != NULL)
    send_after (pair->link, 1, pair->upstream, rewritten);
  else
    g_ptr_array_add (pair->waiting, g_steal_pointer (&rewritten));
}

static void
on_server_message (SoupWebsocketConnection *upstream, gint type, GBytes *message, gpointer data)
{
  Pair *pair = data;
  g_autofree char *text = dup_text (message);
  g_autofree char *rewritten = signal_rewrite_from_server (text, on_candidate, pair->link);
  gint times = signal_is_server_up (text) ? g_atomic_int_get (&pair->link->server_ups) : 1;

  while (times-- > 0)
    send_after (pair->link, 1, pair->client, rewritten);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  SoupWebsocketConnection *upstream =
      soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);
  Pair *pair = data;

  /* Then the pair is gone. */
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;

  g_clear_object (&pair->cancellable);
  if (upstream == NULL) {
    if (is_over (pair->client))
      g_ptr_array_remove_fast (pair->link->pairs, pair);
    else
      soup_websocket_connection_close (pair->client, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
    return;
  }

  pair->upstream = upstream;
  soup_websocket_connection_set_max_incoming_payload_size (upstream, 0);
  g_signal_connect (upstream, "message", G_CALLBACK (on_server_message), pair);
  g_signal_connect (upstream, "closed", G_CALLBACK (on_closed), pair);
  for (guint i = 0; i < pair->waiting->len; i++)
    send_after (pair->link, 1, upstream, g_ptr_array_index (pair->waiting, i));
}

static void
on_client (SoupServer *server, SoupServerMessage *request, const char *path,
    SoupWebsocketConnection *client, gpointer data)
{
  LossyLink *link = data;
  char *protocols[] = {(char *) PROTOCOL, NULL};
  g_autoptr (SoupMessage) message = soup_message_new (SOUP_METHOD_GET, link->upstream);
  Pair *pair = g_new0 (Pair, 1);

  pair->link = link;
  pair->client = g_object_ref (client);
  pair->waiting = g_ptr_array_new_with_free_func (g_free);
  pair->cancellable = g_cancellable_new ();
  g_ptr_array_add (link->pairs, pair);

  soup_websocket_connection_set_max_incoming_payload_size (client, 0);
  g_signal_connect (client, "message", G_CALLBACK (on_client_message), pair);
  g_signal_connect (client, "closed", G_CALLBACK (on_closed), pair);
  soup_session_websocket_connect_async (link->session, message, NULL, protocols, G_PRIORITY_DEFAULT,
      pair->cancellable, on_connected, pair);
}

static gboolean
listen_for_clients (LossyLink *link, GError **error)
{
  char *protocols[] = {(char *) PROTOCOL, NULL};
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string (test_net_address (), 0);
  GSList *uris;

  link->server = g_object_new (SOUP_TYPE_SERVER, NULL);
  soup_server_add_websocket_handler (link->server, "/", NULL, protocols, on_client, link, NULL);
  if (!soup_server_listen (link->server, any, 0, error))
    return FALSE;

  uris = soup_server_get_uris (link->server);
  link->endpoint =
      g_strdup_printf ("ws://%s:%d/", test_net_address (), g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return TRUE;
}

static gpointer
run (gpointer data)
{
  LossyLink *link = data;

  g_main_context_push_thread_default (link->context);
  g_main_loop_run (link->loop);

  g_ptr_array_set_size (link->pairs, 0);
  soup_server_disconnect (link->server);
  /* Connections that were being made notice that they are cancelled. */
  while (g_main_context_iteration (link->context, FALSE))
    ;
  g_main_context_pop_thread_default (link->context);
  return NULL;
}

LossyLink *
lossy_link_new (const char *upstream, guint32 seed, GError **error)
{
  g_autoptr (LossyLink) link = g_new0 (LossyLink, 1);
  gboolean listening;

  link->upstream = g_strdup (upstream);
  link->server_ups = 1;
  link->context = g_main_context_new ();
  link->loop = g_main_loop_new (link->context, FALSE);
  link->pairs = g_ptr_array_new_with_free_func ((GDestroyNotify) pair_free);
  link->relay = udp_relay_new (link->context, seed);

  /* Set up here and not in the thread, which has nobody to tell of an error. */
  g_main_context_push_thread_default (link->context);
  link->session = g_object_new (SOUP_TYPE_SESSION, "proxy-resolver", NULL, NULL);
  listening = listen_for_clients (link, error);
  g_main_context_pop_thread_default (link->context);

  if (!listening)
    return NULL;
  link->thread = g_thread_new ("lossy-link", run, link);
  return g_steal_pointer (&link);
}

static gboolean
on_quit (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

void
lossy_link_free (LossyLink *link)
{
  if (link->thread != NULL) {
    /* From within the loop: it may not run yet, and then quitting it would have no effect. */
    GSource *quit = g_idle_source_new ();

    g_source_set_callback (quit, on_quit, link->loop, NULL);
    g_source_attach (quit, link->context);
    g_source_unref (quit);
    g_thread_join (link->thread);
  }
  g_clear_object (&link->session);
  g_clear_object (&link->server);
  g_ptr_array_unref (link->pairs);
  udp_relay_free (link->relay);
  g_main_loop_unref (link->loop);
  g_main_context_unref (link->context);
  g_free (link->upstream);
  g_free (link->endpoint);
  g_free (link);
}

const char *
lossy_link_get_endpoint (LossyLink *link)
{
  return link->endpoint;
}

void
lossy_link_set (LossyLink *link, double to_client_loss, double to_server_loss, guint delay_ms)
{
  udp_relay_set (link->relay, to_client_loss, to_server_loss, delay_ms);
}

void
lossy_link_set_signal_delay (LossyLink *link, guint delay_ms)
{
  g_atomic_int_set (&link->signal_delay, (gint) delay_ms);
}

void
lossy_link_set_server_ups (LossyLink *link, guint times)
{
  g_atomic_int_set (&link->server_ups, (gint) times);
}

void
lossy_link_set_droppable (LossyLink *link, guint mask)
{
  udp_relay_set_droppable (link->relay, mask);
}

void
lossy_link_set_damaged (LossyLink *link, guint mask)
{
  udp_relay_set_damaged (link->relay, mask);
}

void
lossy_link_set_stragglers (LossyLink *link, gboolean stragglers)
{
  udp_relay_set_stragglers (link->relay, stragglers);
}

void
lossy_link_set_one_reporter (LossyLink *link, gboolean one_reporter)
{
  udp_relay_set_one_reporter (link->relay, one_reporter);
}

void
lossy_link_get_counts (LossyLink *link, LinkCounts *counts)
{
  udp_relay_get_counts (link->relay, counts);
}
