/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Relays UDP packets between clients and a server, and loses and delays some of them. */

#include "udprelay.h"

#include <sys/socket.h>

#include "delayline.h"

#define MAX_PACKET 65536
/* Room for a burst that arrives while the thread does not run, or the relay would lose more than it
 * was told to. */
#define SOCKET_BUFFER (1 << 20)

/* Of what was sent before number 1, but comes after it. */
#define FIRST_STRAGGLER 0xff00
#define LATE_MS 100

struct _UdpRelay {
  GMainContext *context;
  DelayLine *delay_line, *late_line;
  GHashTable *gates; /* of the server's "address port" */

  GMutex lock; /* for what follows */
  GRand *random[LINK_N_DIRECTIONS];
  double loss[LINK_N_DIRECTIONS];
  guint droppable;
  guint damaged;
  gboolean stragglers;
  guint n_to_server;
  gboolean one_reporter;
  guint32 reporter; /* 0: none yet */
  guint delay_ms;
  LinkCounts counts;
};

/* Where clients find one address of the server. */
typedef struct {
  UdpRelay *relay;
  GSocketAddress *server;
  GSocket *socket;
  GSource *source;
  GHashTable *peers; /* of the client's "address port" */
} Gate;

/* One client behind a gate. It has a socket of its own toward the server, which tells clients apart
 * by it. */
typedef struct {
  Gate *gate;
  GSocketAddress *client;
  GSocket *socket;
  GSource *source;
} Peer;

static char *
make_key (GSocketAddress *address)
{
  GInetSocketAddress *inet = G_INET_SOCKET_ADDRESS (address);
  g_autofree char *host = g_inet_address_to_string (g_inet_socket_address_get_address (inet));

  return g_strdup_printf ("%s %u", host, g_inet_socket_address_get_port (inet));
}

static PacketKind
classify (const guint8 *data, gsize size)
{
  if (size < 2)
    return PACKET_OTHER;
  if (data[0] <= 3)
    return PACKET_STUN;
  if (data[0] >= 20 && data[0] <= 63)
    return PACKET_DTLS;
  /* RFC 5761, section 4: RTCP packet types are where RTP has the marker bit and payload types 64 to
   * 95, which RTP leaves alone when both share a port. */
  if (data[0] >= 128 && data[0] <= 191)
    return data[1] >= 192 && data[1] <= 223 ? PACKET_RTCP : PACKET_RTP;
  return PACKET_OTHER;
}

/* RFC 3550, section 5.1. */
static guint
get_sequence_number (const guint8 *data, gsize size)
{
  return size < 4 ? 0 : (guint) (data[2] << 8 | data[3]);
}

/* Whether it is a sender report (RFC 3550, section 6.4.1) of another source than the one whose was
 * the first. */
static gboolean
is_of_another_reporter (UdpRelay *relay, const guint8 *data, gsize size)
{
  guint32 ssrc;

  if (size < 8 || data[1] != 200)
    return FALSE;
  ssrc = (guint32) data[4] << 24 | (guint32) data[5] << 16 | (guint32) data[6] << 8 | data[7];
  if (relay->reporter == 0)
    relay->reporter = ssrc;
  return ssrc != relay->reporter;
}

static void
relay_packet (UdpRelay *relay, LinkDirection direction, GSocket *socket, GSocketAddress *to,
    guint8 *data, gsize size)
{
  PacketKind kind = classify (data, size);
  gboolean dropped = FALSE, late = FALSE;
  guint delay_ms;

  g_mutex_lock (&relay->lock);
  /* One random number for each packet that may be lost, whatever the loss is at the moment: so the
   * fate of a packet depends on nothing but its number. */
  if (relay->droppable & PACKET_MASK (kind))
    dropped = g_rand_double (relay->random[direction]) < relay->loss[direction];
  if (relay->stragglers && kind == PACKET_RTP && direction == LINK_TO_SERVER)
    late = relay->n_to_server++ % 2 == 1;
  else if (relay->stragglers && kind == PACKET_RTP)
    dropped |= get_sequence_number (data, size) >= FIRST_STRAGGLER;
  if (relay->one_reporter && kind == PACKET_RTCP && direction == LINK_TO_CLIENT)
    dropped |= is_of_another_reporter (relay, data, size);
  if (dropped)
    relay->counts.dropped[direction][kind]++;
  else
    relay->counts.forwarded[direction][kind]++;
  /* In what authenticates it, if anything does. */
  if (size > 0 && relay->damaged & PACKET_MASK (kind))
    data[size - 1] ^= 1;
  delay_ms = relay->delay_ms;
  g_mutex_unlock (&relay->lock);

  if (!dropped)
    delay_line_push (late ? relay->late_line : relay->delay_line, delay_ms + (late ? LATE_MS : 0),
        socket, to, data, size);
}

static GSocket *
make_socket (GSocketAddress *server, GError **error)
{
  GInetAddress *host = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (server));
  g_autoptr (GSocketAddress) local = g_inet_socket_address_new (host, 0);
  g_autoptr (GSocket) socket = g_socket_new (
      g_socket_address_get_family (local), G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, error);

  if (socket == NULL || !g_socket_bind (socket, local, FALSE, error))
    return NULL;
  g_socket_set_blocking (socket, FALSE);
  g_socket_set_option (socket, SOL_SOCKET, SO_RCVBUF, SOCKET_BUFFER, NULL);
  return g_steal_pointer (&socket);
}

static GSource *
watch (UdpRelay *relay, GSocket *socket, GSocketSourceFunc callback, gpointer data)
{
  GSource *source = g_socket_create_source (socket, G_IO_IN, NULL);

  g_source_set_callback (source, G_SOURCE_FUNC (callback), data, NULL);
  g_source_attach (source, relay->context);
  return source;
}

static void
unwatch (GSource **source)
{
  if (*source == NULL)
    return;
  g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static void
peer_free (Peer *peer)
{
  unwatch (&peer->source);
  g_clear_object (&peer->socket);
  g_clear_object (&peer->client);
  g_free (peer);
}

static void
gate_free (Gate *gate)
{
  unwatch (&gate->source);
  g_hash_table_unref (gate->peers);
  g_clear_object (&gate->socket);
  g_clear_object (&gate->server);
  g_free (gate);
}

static gboolean
on_server_packet (GSocket *socket, GIOCondition condition, gpointer data)
{
  Peer *peer = data;
  char packet[MAX_PACKET];
  gssize size;

  /* Any error ends the round: an unreachable port is reported once and then forgotten by the
   * socket. */
  while ((size = g_socket_receive (socket, packet, sizeof packet, NULL, NULL)) >= 0)
    relay_packet (peer->gate->relay, LINK_TO_CLIENT, peer->gate->socket, peer->client,
        (guint8 *) packet, size);
  return G_SOURCE_CONTINUE;
}

static Peer *
find_peer (Gate *gate, GSocketAddress *client)
{
  g_autofree char *key = make_key (client);
  Peer *peer = g_hash_table_lookup (gate->peers, key);
  g_autoptr (GSocket) socket = NULL;

  if (peer != NULL)
    return peer;

  socket = make_socket (gate->server, NULL);
  if (socket == NULL || !g_socket_connect (socket, gate->server, NULL, NULL))
    return NULL;

  peer = g_new0 (Peer, 1);
  peer->gate = gate;
  peer->client = g_object_ref (client);
  peer->socket = g_steal_pointer (&socket);
  peer->source = watch (gate->relay, peer->socket, on_server_packet, peer);
  g_hash_table_insert (gate->peers, g_steal_pointer (&key), peer);
  return peer;
}

static gboolean
on_client_packet (GSocket *socket, GIOCondition condition, gpointer data)
{
  Gate *gate = data;
  char packet[MAX_PACKET];

  for (;;) {
    g_autoptr (GSocketAddress) client = NULL;
    gssize size = g_socket_receive_from (socket, &client, packet, sizeof packet, NULL, NULL);
    Peer *peer;

    if (size < 0)
      break;
    peer = find_peer (gate, client);
    if (peer != NULL)
      relay_packet (gate->relay, LINK_TO_SERVER, peer->socket, NULL, (guint8 *) packet, size);
  }
  return G_SOURCE_CONTINUE;
}

static Gate *
find_gate (UdpRelay *relay, GSocketAddress *server, GError **error)
{
  g_autofree char *key = make_key (server);
  Gate *gate = g_hash_table_lookup (relay->gates, key);
  GSocket *socket;

  if (gate != NULL)
    return gate;
  socket = make_socket (server, error);
  if (socket == NULL)
    return NULL;

  gate = g_new0 (Gate, 1);
  gate->relay = relay;
  gate->server = g_object_ref (server);
  gate->socket = socket;
  gate->peers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) peer_free);
  gate->source = watch (relay, gate->socket, on_client_packet, gate);
  g_hash_table_insert (relay->gates, g_steal_pointer (&key), gate);
  return gate;
}

UdpRelay *
udp_relay_new (GMainContext *context, guint32 seed)
{
  UdpRelay *relay = g_new0 (UdpRelay, 1);

  relay->context = g_main_context_ref (context);
  relay->delay_line = delay_line_new (context);
  relay->late_line = delay_line_new (context);
  relay->gates =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) gate_free);
  g_mutex_init (&relay->lock);
  relay->droppable = PACKET_MASK_MEDIA;
  /* One generator for each direction: how the two interleave must not matter. */
  for (guint d = 0; d < LINK_N_DIRECTIONS; d++)
    relay->random[d] = g_rand_new_with_seed (seed + d);
  return relay;
}

void
udp_relay_free (UdpRelay *relay)
{
  g_hash_table_unref (relay->gates);
  delay_line_free (relay->delay_line);
  delay_line_free (relay->late_line);
  for (guint d = 0; d < LINK_N_DIRECTIONS; d++)
    g_rand_free (relay->random[d]);
  g_mutex_clear (&relay->lock);
  g_main_context_unref (relay->context);
  g_free (relay);
}

guint16
udp_relay_open (UdpRelay *relay, const char *address, guint16 port, GError **error)
{
  g_autoptr (GSocketAddress) server = g_inet_socket_address_new_from_string (address, port);
  g_autoptr (GSocketAddress) local = NULL;
  Gate *gate;

  if (server == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s: not an IP address", address);
    return 0;
  }
  gate = find_gate (relay, server, error);
  if (gate == NULL)
    return 0;
  local = g_socket_get_local_address (gate->socket, error);
  return local != NULL ? g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local)) : 0;
}

void
udp_relay_set (UdpRelay *relay, double to_client_loss, double to_server_loss, guint delay_ms)
{
  g_mutex_lock (&relay->lock);
  relay->loss[LINK_TO_CLIENT] = to_client_loss;
  relay->loss[LINK_TO_SERVER] = to_server_loss;
  relay->delay_ms = delay_ms;
  g_mutex_unlock (&relay->lock);
}

void
udp_relay_set_droppable (UdpRelay *relay, guint mask)
{
  g_mutex_lock (&relay->lock);
  relay->droppable = mask;
  g_mutex_unlock (&relay->lock);
}

void
udp_relay_set_damaged (UdpRelay *relay, guint mask)
{
  g_mutex_lock (&relay->lock);
  relay->damaged = mask;
  g_mutex_unlock (&relay->lock);
}

void
udp_relay_set_one_reporter (UdpRelay *relay, gboolean one_reporter)
{
  g_mutex_lock (&relay->lock);
  relay->one_reporter = one_reporter;
  relay->reporter = 0;
  g_mutex_unlock (&relay->lock);
}

void
udp_relay_set_stragglers (UdpRelay *relay, gboolean stragglers)
{
  g_mutex_lock (&relay->lock);
  relay->stragglers = stragglers;
  g_mutex_unlock (&relay->lock);
}

void
udp_relay_get_counts (UdpRelay *relay, LinkCounts *counts)
{
  g_mutex_lock (&relay->lock);
  *counts = relay->counts;
  g_mutex_unlock (&relay->lock);
}
