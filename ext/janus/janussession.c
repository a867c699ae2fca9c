/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A session with a Janus server over one WebSocket: transactions, keepalive, and events. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include <libsoup/soup.h>

#include "januserror.h"
#include "janussession.h"
#include "janustext.h"

/* Without it Janus accepts the connection and ignores every message. */
static const gchar *const subprotocols[] = {"janus-protocol", NULL};

/* Janus drops a session after 60 s without a message (session_timeout); that may be configured
 * lower. */
#define KEEPALIVE_SECONDS 20

/* How long the closing handshake may take. */
#define CLOSE_MSECONDS 1000

/* Of what others say of a failure. */
#define MAX_REASON 1024

/* A room of hundreds of publishers fits. */
#define MAX_MESSAGE_SIZE (1024 * 1024)
/* What comes until a message is complete: frames have heads, and pings may come between. */
#define MAX_UNFINISHED_SIZE (MAX_MESSAGE_SIZE + 64 * 1024)

/* What a connection attempt holds: it outlives a session that is closed meanwhile. */
typedef struct {
  JanusSession *session; /* NULL once the session is gone */
} Connecting;

struct _JanusSession {
  JanusSessionConfig config;
  const JanusSessionHandlers *handlers;
  gpointer user_data;

  GMainContext *context;
  GCancellable *cancellable;
  SoupSession *soup;
  SoupWebsocketConnection *socket;
  GInputStream *input; /* of the socket, if what comes is counted */
  gsize unfinished;    /* what has come since the last message */
  GSource *refusal;    /* of a message that is too large */
  guint64 id;
  guint64 last_transaction;
  GHashTable *transactions; /* id -> Transaction */
  GSource *keepalive;
  gint64 round_trip; /* the shortest, in microseconds, or -1 */
  gboolean over;     /* lost() was called, or we are closing */

  /* Opening, until answered. */
  JanusReplyFunc opened;
  gpointer opened_data;
  GSource *open_timeout;
  GError *open_error;
  Connecting *connecting;

  /* Closing. */
  GDestroyNotify closed;
  gpointer closed_data;
  GSource *close_timeout;
};

typedef struct {
  JanusSession *session;
  gchar *id;
  JanusReplyFunc func;
  gpointer user_data;
  gboolean ack_is_answer;
  gint64 sent; /* g_get_monotonic_time() */
  GSource *timeout;
} Transaction;

static void
clear_source (GSource **source)
{
  if (*source) {
    g_source_destroy (*source);
    g_clear_pointer (source, g_source_unref);
  }
}

static GSource *
add_timeout (JanusSession *session, guint mseconds, GSourceFunc func, gpointer data)
{
  GSource *source = g_timeout_source_new (mseconds);

  g_source_set_callback (source, func, data, NULL);
  g_source_attach (source, session->context);
  return source;
}

void
janus_secret_clear (gchar **secret)
{
  if (*secret)
    explicit_bzero (*secret, strlen (*secret));
  g_clear_pointer (secret, g_free);
}

static void
transaction_free (Transaction *transaction)
{
  clear_source (&transaction->timeout);
  g_free (transaction->id);
  g_free (transaction);
}

static void
janus_session_free (JanusSession *session)
{
  clear_source (&session->keepalive);
  clear_source (&session->open_timeout);
  clear_source (&session->close_timeout);
  clear_source (&session->refusal);
  g_clear_error (&session->open_error);
  if (session->connecting)
    session->connecting->session = NULL;
  g_hash_table_unref (session->transactions);
  if (session->input)
    g_signal_handlers_disconnect_by_data (session->input, session);
  if (session->socket)
    g_signal_handlers_disconnect_by_data (session->socket, session);
  g_clear_object (&session->input);
  g_clear_object (&session->socket);
  soup_session_abort (session->soup);
  g_object_unref (session->soup);
  g_object_unref (session->cancellable);
  g_main_context_unref (session->context);
  g_free (session->config.endpoint);
  janus_secret_clear (&session->config.api_secret);
  janus_secret_clear (&session->config.token);
  g_free (session->config.ca_file);
  g_free (session);
}

JanusSession *
janus_session_new (
    const JanusSessionConfig *config, const JanusSessionHandlers *handlers, gpointer user_data)
{
  JanusSession *session = g_new0 (JanusSession, 1);

  session->config = *config;
  session->config.endpoint = g_strdup (config->endpoint);
  session->config.api_secret = g_strdup (config->api_secret);
  session->config.token = g_strdup (config->token);
  session->config.ca_file = g_strdup (config->ca_file);
  session->handlers = handlers;
  session->user_data = user_data;
  session->context = g_main_context_ref_thread_default ();
  session->cancellable = g_cancellable_new ();
  session->round_trip = -1;
  session->soup = soup_session_new ();
  session->transactions =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) transaction_free);
  return session;
}

/* Opening ends, well or not. After a failure nothing comes any more, lost() neither. */
static void
open_answered (JanusSession *session, const JanusMessage *reply, const GError *error)
{
  JanusReplyFunc func = session->opened;

  clear_source (&session->open_timeout);
  session->opened = NULL;
  if (error) {
    session->over = TRUE;
    g_hash_table_remove_all (session->transactions);
  }
  if (func)
    func (reply, error, session->opened_data);
}

static void
session_lost (JanusSession *session, const GError *error)
{
  if (session->over)
    return;
  if (session->opened) {
    open_answered (session, NULL, error);
    return;
  }
  session->over = TRUE;
  clear_source (&session->keepalive);
  g_hash_table_remove_all (session->transactions);
  session->handlers->lost (error, session->user_data);
}

static gboolean
on_transaction_timeout (gpointer data)
{
  Transaction *transaction = data;
  JanusSession *session = transaction->session;
  JanusReplyFunc func = transaction->func;
  gpointer user_data = transaction->user_data;
  g_autoptr (GError) error = g_error_new (JANUS_ERROR, JANUS_ERROR_TIMEOUT,
      "%s has not answered for %u s", session->config.endpoint, session->config.timeout);

  g_hash_table_remove (session->transactions, transaction->id);
  if (func)
    func (NULL, error, user_data);
  else
    session_lost (session, error);
  return G_SOURCE_REMOVE;
}

static void
send_text (JanusSession *session, JsonObject *request, const gchar *transaction, guint64 handle_id)
{
  gchar *text;

  janus_request_address (request, transaction, session->id, handle_id, session->config.api_secret,
      session->config.token);
  text = janus_request_to_text (request);
  if (session->socket &&
      soup_websocket_connection_get_state (session->socket) == SOUP_WEBSOCKET_STATE_OPEN)
    soup_websocket_connection_send_text (session->socket, text);
  janus_secret_clear (&text);
}

void
janus_session_send (JanusSession *session, guint64 handle_id, JsonObject *request,
    JanusReplyFunc func, gpointer user_data)
{
  Transaction *transaction;
  const gchar *janus = json_object_get_string_member (request, "janus");

  if (session->over) {
    json_object_unref (request);
    return;
  }

  transaction = g_new0 (Transaction, 1);
  transaction->session = session;
  transaction->id = g_strdup_printf ("%" G_GUINT64_FORMAT, ++session->last_transaction);
  transaction->func = func;
  transaction->user_data = user_data;
  transaction->ack_is_answer = g_str_equal (janus, "trickle") || g_str_equal (janus, "keepalive");
  transaction->timeout =
      add_timeout (session, session->config.timeout * 1000, on_transaction_timeout, transaction);
  transaction->sent = g_get_monotonic_time ();
  g_hash_table_insert (session->transactions, transaction->id, transaction);

  send_text (session, request, transaction->id, handle_id);
  json_object_unref (request);
}

void
janus_session_attach (
    JanusSession *session, const gchar *plugin, JanusReplyFunc func, gpointer user_data)
{
  janus_session_send (
      session, 0, janus_request_new_attach (plugin, session->config.signalling), func, user_data);
}

guint
janus_session_get_round_trip (JanusSession *session)
{
  return (guint) (MAX (session->round_trip, 0) / 1000);
}

/* Janus acknowledges at once what a plugin answers later, by an event. */
static void
measure (JanusSession *session, const Transaction *transaction, JanusMessageType type)
{
  gint64 took = g_get_monotonic_time () - transaction->sent;

  if (type != JANUS_MESSAGE_ACK && type != JANUS_MESSAGE_SUCCESS)
    return;
  if (session->round_trip < 0 || took < session->round_trip)
    session->round_trip = took;
}

static void
on_text (JanusSession *session, const gchar *text, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JanusMessage) message = janus_message_parse (text, size, &error);
  Transaction *transaction = NULL;

  if (!message) {
    session_lost (session, error);
    return;
  }

  if (message->transaction)
    transaction = g_hash_table_lookup (session->transactions, message->transaction);

  if (transaction) {
    JanusReplyFunc func = transaction->func;
    gpointer user_data = transaction->user_data;

    measure (session, transaction, message->type);
    /* The event that answers may come before the acknowledgement, which then finds no
     * transaction. */
    if (message->type == JANUS_MESSAGE_ACK && !transaction->ack_is_answer)
      return;
    g_hash_table_remove (session->transactions, message->transaction);
    error = janus_message_get_error (message);
    if (func)
      func (error ? NULL : message, error, user_data);
    else if (error && error->code == JANUS_REFUSAL_NO_SUCH_SESSION)
      session_lost (session, error);
    return;
  }

  if (message->type == JANUS_MESSAGE_TIMEOUT) {
    error = g_error_new_literal (JANUS_ERROR, JANUS_ERROR_CLOSED,
        "The server has dropped the session: it heard nothing from us for its session_timeout");
    session_lost (session, error);
  } else if (message->type != JANUS_MESSAGE_ACK) {
    session->handlers->event (message, session->user_data);
  }
}

static void
on_message (SoupWebsocketConnection *socket, gint type, GBytes *bytes, JanusSession *session)
{
  gsize size;
  const gchar *text = g_bytes_get_data (bytes, &size);

  session->unfinished = 0;
  if (type == SOUP_WEBSOCKET_DATA_TEXT && !session->over)
    on_text (session, text, size);
}

static gboolean
on_refusal (gpointer data)
{
  JanusSession *session = data;
  g_autoptr (GError) error = g_error_new (JANUS_ERROR, JANUS_ERROR_CLOSED,
      "%s has sent a message that is too large, of more than %d bytes", session->config.endpoint,
      MAX_MESSAGE_SIZE);

  session_lost (session, error);
  return G_SOURCE_REMOVE;
}

/* Not told from within libsoup, which is reading, nor only once the other side has agreed to
 * close. */
static void
refuse_message (JanusSession *session)
{
  if (!session->refusal)
    session->refusal = add_timeout (session, 0, on_refusal, session);
}

static void
on_socket_error (SoupWebsocketConnection *socket, GError *error, JanusSession *session)
{
  if (g_error_matches (error, SOUP_WEBSOCKET_ERROR, SOUP_WEBSOCKET_CLOSE_TOO_BIG))
    refuse_message (session);
}

static void
on_read_data (GInputStream *input, guint size, JanusSession *session)
{
  session->unfinished += size;
  if (session->unfinished <= MAX_UNFINISHED_SIZE ||
      soup_websocket_connection_get_state (session->socket) != SOUP_WEBSOCKET_STATE_OPEN)
    return;
  soup_websocket_connection_close (session->socket, SOUP_WEBSOCKET_CLOSE_TOO_BIG, NULL);
  refuse_message (session);
}

/* libsoup bounds a frame, and since 3.8 a message of several frames. Before, its stream tells what
 * it has read. */
static void
limit_messages (JanusSession *session)
{
  SoupWebsocketConnection *socket = session->socket;
  GInputStream *input =
      g_io_stream_get_input_stream (soup_websocket_connection_get_io_stream (socket));
  const guint64 most = MAX_MESSAGE_SIZE;
  GSignalQuery query;

  soup_websocket_connection_set_max_incoming_payload_size (socket, most);
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (socket), "max-total-message-size")) {
    g_object_set (socket, "max-total-message-size", most, NULL);
    return;
  }
  g_signal_query (g_signal_lookup ("read-data", G_OBJECT_TYPE (input)), &query);
  if (query.signal_id && query.n_params == 1 && query.param_types[0] == G_TYPE_UINT) {
    session->input = g_object_ref (input);
    g_signal_connect (input, "read-data", G_CALLBACK (on_read_data), session);
  }
}

static gboolean
finish_close (gpointer data)
{
  JanusSession *session = data;
  GDestroyNotify closed = session->closed;
  gpointer closed_data = session->closed_data;

  janus_session_free (session);
  if (closed)
    closed (closed_data);
  return G_SOURCE_REMOVE;
}

static void
on_closed (SoupWebsocketConnection *socket, JanusSession *session)
{
  g_autoptr (GError) error = NULL;

  if (session->close_timeout) {
    finish_close (session);
    return;
  }
  error = g_error_new (JANUS_ERROR, JANUS_ERROR_CLOSED, "%s has closed the connection%s",
      session->config.endpoint,
      soup_websocket_connection_get_close_code (socket) == SOUP_WEBSOCKET_CLOSE_TOO_BIG
          ? ": what we have sent is too large for it"
          : "");
  session_lost (session, error);
}

static gboolean
on_keepalive (gpointer data)
{
  JanusSession *session = data;

  janus_session_send (session, 0, janus_request_new ("keepalive"), NULL, NULL);
  return G_SOURCE_CONTINUE;
}

static void
on_created (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusSession *session = user_data;
  g_autoptr (GError) own_error = NULL;

  if (reply && !reply->data_id) {
    own_error = g_error_new_literal (
        JANUS_ERROR, JANUS_ERROR_PROTOCOL, "The server has made a session without an id");
    reply = NULL;
    error = own_error;
  }
  if (reply) {
    session->id = reply->data_id;
    session->keepalive = add_timeout (session, KEEPALIVE_SECONDS * 1000, on_keepalive, session);
  }
  open_answered (session, reply, error);
}

/* Whether ERROR is that one of both certificates will not do. All else that ends a handshake may be
 * a balancer in front of a server that is not there yet. */
static gboolean
is_of_certificate (const GError *error)
{
  return g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE) ||
         g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_CERTIFICATE_REQUIRED);
}

/* ERROR of libsoup or GIO in words that name the server and the reason. */
static GError *
describe_connect_error (JanusSession *session, const GError *error)
{
  const gchar *endpoint = session->config.endpoint;
  g_autofree gchar *reason = janus_text_escape (error->message, MAX_REASON);

  /* Some of them are sentences, and the element makes one of ours. */
  if (g_str_has_suffix (reason, "."))
    reason[strlen (reason) - 1] = '\0';

  if (error->domain == G_TLS_ERROR)
    return g_error_new (JANUS_ERROR,
        is_of_certificate (error) ? JANUS_ERROR_TLS : JANUS_ERROR_UNREACHABLE,
        "No secure connection to %s: %s", endpoint, reason);
  if (error->domain == SOUP_WEBSOCKET_ERROR)
    return g_error_new (JANUS_ERROR, JANUS_ERROR_UNREACHABLE,
        "%s answers, but is no WebSocket of Janus: %s", endpoint, reason);
  return g_error_new (
      JANUS_ERROR, JANUS_ERROR_UNREACHABLE, "Cannot reach %s: %s", endpoint, reason);
}

static void
on_connected (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Connecting *connecting = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SoupWebsocketConnection) socket =
      soup_session_websocket_connect_finish (SOUP_SESSION (source), result, &error);
  JanusSession *session = connecting->session;

  if (!session)
    return;
  session->connecting = NULL;
  if (session->close_timeout) {
    finish_close (session);
    return;
  }
  if (session->over)
    return;

  if (!socket) {
    g_autoptr (GError) described = describe_connect_error (session, error);

    open_answered (session, NULL, described);
    return;
  }

  session->socket = g_steal_pointer (&socket);
  limit_messages (session);
  g_signal_connect (session->socket, "error", G_CALLBACK (on_socket_error), session);
  g_signal_connect (session->socket, "message", G_CALLBACK (on_message), session);
  g_signal_connect (session->socket, "closed", G_CALLBACK (on_closed), session);
  janus_session_send (session, 0, janus_request_new ("create"), on_created, session);
}

static gboolean
on_open_timeout (gpointer data)
{
  JanusSession *session = data;
  g_autoptr (GError) error = g_error_new (JANUS_ERROR, JANUS_ERROR_TIMEOUT,
      "No connection to %s within %u s", session->config.endpoint, session->config.timeout);

  g_cancellable_cancel (session->cancellable);
  open_answered (session, NULL, error);
  return G_SOURCE_REMOVE;
}

/* A failure before anything was sent is told from the main loop too: the caller gets no callback
 * while it is still calling. */
static gboolean
on_open_failed (gpointer data)
{
  JanusSession *session = data;
  g_autoptr (GError) error = g_steal_pointer (&session->open_error);

  open_answered (session, NULL, error);
  return G_SOURCE_REMOVE;
}

void
janus_session_open (JanusSession *session, JanusReplyFunc func, gpointer user_data)
{
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GError) error = NULL;

  session->opened = func;
  session->opened_data = user_data;

  message = soup_message_new (SOUP_METHOD_GET, session->config.endpoint);
  if (!message) {
    session->open_error = g_error_new (
        JANUS_ERROR, JANUS_ERROR_SETTINGS, "janus-endpoint=%s is no URL", session->config.endpoint);
  } else if (session->config.ca_file) {
    /* GIO takes absolute names only. */
    g_autofree gchar *path = g_canonicalize_filename (session->config.ca_file, NULL);
    g_autoptr (GTlsDatabase) database = g_tls_file_database_new (path, &error);

    if (database)
      soup_session_set_tls_database (session->soup, database);
    else
      session->open_error = g_error_new (JANUS_ERROR, JANUS_ERROR_SETTINGS,
          "Cannot read ssl-ca-file=%s: %s", session->config.ca_file, error->message);
  }
  if (session->open_error) {
    session->open_timeout = add_timeout (session, 0, on_open_failed, session);
    return;
  }

  session->open_timeout =
      add_timeout (session, session->config.timeout * 1000, on_open_timeout, session);
  session->connecting = g_new0 (Connecting, 1);
  session->connecting->session = session;
  soup_session_websocket_connect_async (session->soup, message, NULL, (char **) subprotocols,
      G_PRIORITY_DEFAULT, session->cancellable, on_connected, session->connecting);
}

void
janus_session_close (JanusSession *session, GDestroyNotify done, gpointer user_data)
{
  guint wait = 0;

  session->over = TRUE;
  session->closed = done;
  session->closed_data = user_data;
  clear_source (&session->keepalive);
  clear_source (&session->open_timeout);
  g_hash_table_remove_all (session->transactions);
  g_cancellable_cancel (session->cancellable);

  if (session->socket &&
      soup_websocket_connection_get_state (session->socket) == SOUP_WEBSOCKET_STATE_OPEN) {
    if (session->id) {
      g_autoptr (JsonObject) request = janus_request_new ("destroy");

      send_text (session, request, "destroy", 0);
    }
    soup_websocket_connection_close (session->socket, SOUP_WEBSOCKET_CLOSE_NORMAL, NULL);
    wait = CLOSE_MSECONDS;
  }
  /* A cancelled attempt holds its socket until on_connected(). */
  if (session->connecting)
    wait = CLOSE_MSECONDS;
  session->close_timeout = add_timeout (session, wait, finish_close, session);
}
