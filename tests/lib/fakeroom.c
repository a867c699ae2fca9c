/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A server with a room that is as a test wants it, for what a real Janus does only by accident or
 * never. */

#include "fakeroom.h"

#include <json-glib/json-glib.h>
#include <libsoup/soup.h>

#include "testnet.h"

#define PROTOCOL "janus-protocol"

struct _FakeRoom {
  char *endpoint;

  GMutex lock;
  char *publishers;
  GPtrArray *early;
  GHashTable *offers;        /* gint64 -> SDP */
  GHashTable *subscriptions; /* gint64 -> how many */

  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  SoupServer *server;
  GPtrArray *guests;
  gint64 last_id;
};

typedef struct {
  FakeRoom *room;
  SoupWebsocketConnection *connection;
  gint64 handle; /* in the room with it, or 0 */
} Guest;

static void
guest_free (gpointer data)
{
  Guest *guest = data;

  g_signal_handlers_disconnect_by_data (guest->connection, guest);
  g_object_unref (guest->connection);
  g_free (guest);
}

/* ---- What it says ---- */

/* The further members, in JSON, are @members. */
static void
say (Guest *guest, const char *janus, const char *transaction, const char *members)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (soup_websocket_connection_get_state (guest->connection) != SOUP_WEBSOCKET_STATE_OPEN)
    return;
  g_string_append_printf (text, "{\"janus\":\"%s\"", janus);
  if (transaction != NULL)
    g_string_append_printf (text, ",\"transaction\":\"%s\"", transaction);
  g_string_append_printf (text, "%s%s}", *members != '\0' ? "," : "", members);
  soup_websocket_connection_send_text (guest->connection, text->str);
}

static void
say_event (
    Guest *guest, gint64 handle, const char *transaction, const char *event, const char *jsep)
{
  g_autofree char *members =
      g_strdup_printf ("\"sender\":%" G_GINT64_FORMAT ",\"plugindata\":{\"data\":%s}%s%s", handle,
          event, jsep != NULL ? ",\"jsep\":" : "", jsep != NULL ? jsep : "");

  say (guest, "event", transaction, members);
}

static void
say_made (Guest *guest, const char *transaction)
{
  g_autofree char *data =
      g_strdup_printf ("\"data\":{\"id\":%" G_GINT64_FORMAT "}", ++guest->room->last_id);

  say (guest, "success", transaction, data);
}

static char *
make_offer (const char *sdp)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) jsep = json_object_new ();

  json_object_set_string_member (jsep, "type", "offer");
  json_object_set_string_member (jsep, "sdp", sdp);
  json_node_set_object (node, jsep);
  return json_to_string (node, FALSE);
}

/* ---- What it hears: the room is locked ---- */

static void
on_join (Guest *guest, gint64 handle, const char *transaction)
{
  FakeRoom *room = guest->room;
  g_autofree char *joined = g_strdup_printf (
      "{\"videoroom\":\"joined\",\"id\":1000000,\"publishers\":%s}", room->publishers);

  guest->handle = handle;
  for (guint i = 0; i < room->early->len; i++)
    say_event (guest, handle, NULL, g_ptr_array_index (room->early, i), NULL);
  say_event (guest, handle, transaction, joined, NULL);
}

static void
on_subscribe (Guest *guest, gint64 handle, const char *transaction, JsonObject *body)
{
  FakeRoom *room = guest->room;
  JsonArray *streams = json_object_get_array_member (body, "streams");
  gint64 feed = json_object_get_int_member (json_array_get_object_element (streams, 0), "feed");
  const char *sdp = g_hash_table_lookup (room->offers, &feed);
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (room->subscriptions, &feed));

  g_hash_table_insert (
      room->subscriptions, g_memdup2 (&feed, sizeof feed), GUINT_TO_POINTER (n + 1));
  if (sdp != NULL) {
    g_autofree char *offer = make_offer (sdp);

    say_event (guest, handle, transaction, "{\"videoroom\":\"attached\"}", offer);
  } else {
    say_event (guest, handle, transaction,
        "{\"videoroom\":\"event\",\"error_code\":428,\"error\":\"No such feed\"}", NULL);
  }
}

static void
on_request (Guest *guest, gint64 handle, const char *transaction, JsonObject *body)
{
  const char *type = json_object_get_string_member_with_default (body, "ptype", "");

  if (g_str_equal (type, "publisher"))
    on_join (guest, handle, transaction);
  else if (g_str_equal (type, "subscriber"))
    on_subscribe (guest, handle, transaction, body);
  else
    say_event (guest, handle, transaction, "{\"videoroom\":\"event\"}", NULL);
}

static void
on_message (SoupWebsocketConnection *connection, gint type, GBytes *bytes, gpointer data)
{
  Guest *guest = data;
  g_autoptr (JsonNode) node = json_from_string (g_bytes_get_data (bytes, NULL), NULL);
  JsonObject *message = json_node_get_object (node);
  const char *janus = json_object_get_string_member (message, "janus");
  const char *transaction = json_object_get_string_member (message, "transaction");

  if (g_str_equal (janus, "create") || g_str_equal (janus, "attach")) {
    say_made (guest, transaction);
  } else if (g_str_equal (janus, "message")) {
    g_mutex_lock (&guest->room->lock);
    on_request (guest, json_object_get_int_member (message, "handle_id"), transaction,
        json_object_get_object_member (message, "body"));
    g_mutex_unlock (&guest->room->lock);
  } else if (g_str_equal (janus, "trickle") || g_str_equal (janus, "keepalive")) {
    say (guest, "ack", transaction, "");
  } else {
    say (guest, "success", transaction, "");
  }
}

static void
on_closed (SoupWebsocketConnection *connection, gpointer data)
{
  g_ptr_array_remove (((Guest *) data)->room->guests, data);
}

static void
on_guest (SoupServer *server, SoupServerMessage *message, const char *path,
    SoupWebsocketConnection *connection, gpointer data)
{
  Guest *guest = g_new0 (Guest, 1);

  guest->room = data;
  guest->connection = g_object_ref (connection);
  g_ptr_array_add (guest->room->guests, guest);
  g_signal_connect (connection, "message", G_CALLBACK (on_message), guest);
  g_signal_connect (connection, "closed", G_CALLBACK (on_closed), guest);
}

/* ---- From any thread ---- */

/* What is done in the server's thread. */
typedef struct {
  FakeRoom *room;
  void (*func) (Guest *guest, const char *text);
  char *text;
} Order;

static gboolean
on_order (gpointer data)
{
  Order *order = data;

  for (guint i = 0; i < order->room->guests->len; i++)
    order->func (g_ptr_array_index (order->room->guests, i), order->text);
  return G_SOURCE_REMOVE;
}

static void
order_free (gpointer data)
{
  Order *order = data;

  g_free (order->text);
  g_free (order);
}

static void
invoke (FakeRoom *room, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, destroy);
  g_source_attach (source, room->context);
  g_source_unref (source);
}

/* Does @func for each guest. */
static void
order (FakeRoom *room, void (*func) (Guest *guest, const char *text), const char *text)
{
  Order *order = g_new0 (Order, 1);

  order->room = room;
  order->func = func;
  order->text = g_strdup (text);
  invoke (room, on_order, order, order_free);
}

static void
tell (Guest *guest, const char *event)
{
  if (guest->handle != 0)
    say_event (guest, guest->handle, NULL, event, NULL);
}

void
fake_room_tell (FakeRoom *room, const char *event)
{
  order (room, tell, event);
}

static void
hang_up (Guest *guest, const char *unused)
{
  guest->handle = 0;
  soup_websocket_connection_close (guest->connection, SOUP_WEBSOCKET_CLOSE_GOING_AWAY, NULL);
}

void
fake_room_hang_up (FakeRoom *room)
{
  order (room, hang_up, NULL);
}

void
fake_room_set_publishers (FakeRoom *room, const char *publishers)
{
  g_mutex_lock (&room->lock);
  g_free (room->publishers);
  room->publishers = g_strdup (publishers);
  g_mutex_unlock (&room->lock);
}

void
fake_room_add_early_event (FakeRoom *room, const char *event)
{
  g_mutex_lock (&room->lock);
  g_ptr_array_add (room->early, g_strdup (event));
  g_mutex_unlock (&room->lock);
}

void
fake_room_set_offer (FakeRoom *room, gint64 feed, const char *sdp)
{
  g_mutex_lock (&room->lock);
  g_hash_table_insert (room->offers, g_memdup2 (&feed, sizeof feed), g_strdup (sdp));
  g_mutex_unlock (&room->lock);
}

guint
fake_room_count_subscriptions (FakeRoom *room, gint64 feed)
{
  guint n;

  g_mutex_lock (&room->lock);
  n = GPOINTER_TO_UINT (g_hash_table_lookup (room->subscriptions, &feed));
  g_mutex_unlock (&room->lock);
  return n;
}

const char *
fake_room_get_endpoint (FakeRoom *room)
{
  return room->endpoint;
}

/* ---- The whole ---- */

static gboolean
listen_for_guests (FakeRoom *room, GError **error)
{
  char *protocols[] = {(char *) PROTOCOL, NULL};
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string (test_net_address (), 0);
  GSList *uris;

  room->server = g_object_new (SOUP_TYPE_SERVER, NULL);
  soup_server_add_websocket_handler (room->server, "/", NULL, protocols, on_guest, room, NULL);
  if (!soup_server_listen (room->server, any, 0, error))
    return FALSE;
  uris = soup_server_get_uris (room->server);
  room->endpoint =
      g_strdup_printf ("ws://%s:%d/", test_net_address (), g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return TRUE;
}

static gpointer
run (gpointer data)
{
  FakeRoom *room = data;

  g_main_context_push_thread_default (room->context);
  g_main_loop_run (room->loop);
  g_ptr_array_set_size (room->guests, 0);
  soup_server_disconnect (room->server);
  while (g_main_context_iteration (room->context, FALSE))
    ;
  g_main_context_pop_thread_default (room->context);
  return NULL;
}

FakeRoom *
fake_room_new (GError **error)
{
  g_autoptr (FakeRoom) room = g_new0 (FakeRoom, 1);
  gboolean listening;

  g_mutex_init (&room->lock);
  room->publishers = g_strdup ("[]");
  room->early = g_ptr_array_new_with_free_func (g_free);
  room->offers = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  room->subscriptions = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  room->guests = g_ptr_array_new_with_free_func (guest_free);
  room->context = g_main_context_new ();
  room->loop = g_main_loop_new (room->context, FALSE);

  /* Set up here and not in the thread, which has nobody to tell of an error. */
  g_main_context_push_thread_default (room->context);
  listening = listen_for_guests (room, error);
  g_main_context_pop_thread_default (room->context);
  if (!listening)
    return NULL;
  room->thread = g_thread_new ("fake-room", run, room);
  return g_steal_pointer (&room);
}

static gboolean
on_quit (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

void
fake_room_free (FakeRoom *room)
{
  if (room->thread != NULL) {
    invoke (room, on_quit, room->loop, NULL);
    g_thread_join (room->thread);
  }
  g_clear_object (&room->server);
  g_ptr_array_unref (room->guests);
  g_ptr_array_unref (room->early);
  g_hash_table_unref (room->offers);
  g_hash_table_unref (room->subscriptions);
  g_main_loop_unref (room->loop);
  g_main_context_unref (room->context);
  g_mutex_clear (&room->lock);
  g_free (room->publishers);
  g_free (room->endpoint);
  g_free (room);
}
