/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The tests' own bad link: what it loses, what it never loses, and what it changes in messages. */

#include <gst/check/gstcheck.h>
#include <string.h>

#include "signalrewrite.h"
#include "testnet.h"
#include "testwait.h"
#include "udprelay.h"

#define N_PACKETS 1000
#define BOUND_MS 30000

/* First bytes of packets of each kind. */
static const guint8 heads[PACKET_N_KINDS][2] = {[PACKET_STUN] = {0, 1},
    [PACKET_DTLS] = {22, 254},
    [PACKET_RTP] = {0x80, 0x80 | 96},
    [PACKET_RTCP] = {0x81, 205},
    [PACKET_OTHER] = {64, 0}};

/* A client and a server with a relay between them, all in one context. */
typedef struct {
  GMainContext *context;
  UdpRelay *relay;
  GSocket *client;
  GSocket *server;
  GSocketAddress *gate;
  LinkCounts counts;
  guint64 wanted;
} Fixture;

static GSocket *
make_socket (void)
{
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string (test_net_address (), 0);
  GSocket *socket =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, NULL);

  fail_unless (socket != NULL && g_socket_bind (socket, any, FALSE, NULL));
  /* Only so that a broken test ends. */
  g_socket_set_timeout (socket, 10);
  return socket;
}

static guint16
get_port (GSocket *socket)
{
  g_autoptr (GSocketAddress) local = g_socket_get_local_address (socket, NULL);

  return g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (local));
}

static void
set_up (Fixture *f, guint32 seed)
{
  guint16 port, server_port;

  memset (f, 0, sizeof *f);
  f->context = g_main_context_new ();
  f->relay = udp_relay_new (f->context, seed);
  f->client = make_socket ();
  f->server = make_socket ();
  server_port = get_port (f->server);
  port = udp_relay_open (f->relay, test_net_address (), server_port, NULL);
  fail_unless (port != 0 && port != server_port);
  fail_unless_equals_int (udp_relay_open (f->relay, test_net_address (), server_port, NULL), port);
  f->gate = g_inet_socket_address_new_from_string (test_net_address (), port);
}

static void
tear_down (Fixture *f)
{
  udp_relay_free (f->relay);
  g_object_unref (f->client);
  g_object_unref (f->server);
  g_object_unref (f->gate);
  g_main_context_unref (f->context);
}

static gboolean
is_all_seen (gpointer data)
{
  Fixture *f = data;
  guint64 seen = 0;

  udp_relay_get_counts (f->relay, &f->counts);
  for (guint d = 0; d < LINK_N_DIRECTIONS; d++) {
    for (guint k = 0; k < PACKET_N_KINDS; k++)
      seen += f->counts.forwarded[d][k] + f->counts.dropped[d][k];
  }
  return seen >= f->wanted;
}

/* Sends one packet of @kind to the server, numbered, and waits until the relay has seen it. */
static void
send_packet (Fixture *f, PacketKind kind, guint8 number)
{
  guint8 packet[3] = {heads[kind][0], heads[kind][1], number};

  f->wanted++;
  fail_unless_equals_int (
      g_socket_send_to (f->client, f->gate, (const char *) packet, sizeof packet, NULL, NULL),
      sizeof packet);
  fail_unless (test_wait (f->context, is_all_seen, f, BOUND_MS));
}

/* The packets of a kind that get through of many, as a text of the last digits of their numbers. */
static char *
get_survivors (guint32 seed, double loss, PacketKind kind)
{
  Fixture f;
  GString *survivors = g_string_new (NULL);

  set_up (&f, seed);
  udp_relay_set (f.relay, 0, loss, 0);
  for (guint i = 0; i < N_PACKETS; i++) {
    guint64 before = f.counts.forwarded[LINK_TO_SERVER][kind];

    send_packet (&f, kind, (guint8) i);
    if (f.counts.forwarded[LINK_TO_SERVER][kind] > before) {
      guint8 packet[16];

      fail_unless_equals_int (
          g_socket_receive (f.server, (char *) packet, sizeof packet, NULL, NULL), 3);
      fail_unless_equals_int (packet[2], (guint8) i);
      g_string_append_printf (survivors, "%u,", i);
    }
  }
  fail_unless_equals_uint64 (
      f.counts.forwarded[LINK_TO_SERVER][kind] + f.counts.dropped[LINK_TO_SERVER][kind], N_PACKETS);
  tear_down (&f);
  return g_string_free (survivors, FALSE);
}

GST_START_TEST (media_is_lost_as_the_seed_says)
{
  g_autofree char *all = get_survivors (1, 0, PACKET_RTP);
  g_autofree char *one = get_survivors (1, 0.05, PACKET_RTP);
  g_autofree char *again = get_survivors (1, 0.05, PACKET_RTCP);
  g_autofree char *other = get_survivors (2, 0.05, PACKET_RTP);

  fail_unless_equals_string (one, again);
  fail_if (g_str_equal (one, all));
  fail_if (g_str_equal (one, other));
}
GST_END_TEST;

GST_START_TEST (connections_are_spared)
{
  static const PacketKind spared[] = {PACKET_STUN, PACKET_DTLS, PACKET_OTHER};
  g_autofree char *all = get_survivors (1, 0, PACKET_RTP);

  for (guint i = 0; i < G_N_ELEMENTS (spared); i++) {
    g_autofree char *survivors = get_survivors (1, 1, spared[i]);

    fail_unless_equals_string (survivors, all);
  }
}
GST_END_TEST;

GST_START_TEST (a_link_can_be_cut)
{
  Fixture f;

  set_up (&f, 1);
  udp_relay_set (f.relay, 1, 1, 0);
  udp_relay_set_droppable (f.relay, PACKET_MASK_ALL);
  for (guint k = 0; k < PACKET_N_KINDS; k++)
    send_packet (&f, k, 0);
  for (guint k = 0; k < PACKET_N_KINDS; k++)
    fail_unless_equals_uint64 (f.counts.dropped[LINK_TO_SERVER][k], 1);
  tear_down (&f);
}
GST_END_TEST;

GST_START_TEST (packets_can_be_damaged)
{
  Fixture f;
  guint8 packet[16];

  set_up (&f, 1);
  udp_relay_set_damaged (f.relay, PACKET_MASK (PACKET_RTP));
  for (guint i = 0; i < 2; i++) {
    send_packet (&f, i == 0 ? PACKET_RTP : PACKET_RTCP, 6);
    fail_unless_equals_int (
        g_socket_receive (f.server, (char *) packet, sizeof packet, NULL, NULL), 3);
    fail_unless_equals_int (packet[2], i == 0 ? 7 : 6);
  }
  tear_down (&f);
}
GST_END_TEST;

static gboolean
is_readable (gpointer data)
{
  return (g_socket_condition_check (data, G_IO_IN) & G_IO_IN) != 0;
}

/* Lets the relay work until @socket has a packet, and returns its number. */
static guint8
receive_number (Fixture *f, GSocket *socket, GSocketAddress **from)
{
  guint8 packet[16];

  /* The context does not watch the socket, but wakes up for the relay, which comes just before
   * it. */
  fail_unless (test_wait (f->context, is_readable, socket, BOUND_MS));
  fail_unless_equals_int (
      g_socket_receive_from (socket, from, (char *) packet, sizeof packet, NULL, NULL), 3);
  return packet[2];
}

GST_START_TEST (a_delay_keeps_the_order)
{
  Fixture f;

  set_up (&f, 1);
  udp_relay_set (f.relay, 0, 0, 50);
  send_packet (&f, PACKET_RTP, 1);
  /* A shorter way than that of the first. */
  udp_relay_set (f.relay, 0, 0, 0);
  send_packet (&f, PACKET_RTP, 2);
  fail_unless_equals_int (receive_number (&f, f.server, NULL), 1);
  fail_unless_equals_int (receive_number (&f, f.server, NULL), 2);
  tear_down (&f);
}
GST_END_TEST;

GST_START_TEST (answers_find_their_client)
{
  Fixture f;
  GSocket *clients[2];

  set_up (&f, 1);
  clients[0] = f.client;
  clients[1] = make_socket ();
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++) {
    g_autoptr (GSocketAddress) from = NULL;
    guint8 answer[3] = {heads[PACKET_RTP][0], heads[PACKET_RTP][1], (guint8) (10 + i)};

    f.client = clients[i];
    send_packet (&f, PACKET_RTP, (guint8) i);
    fail_unless_equals_int (receive_number (&f, f.server, &from), (int) i);
    g_socket_send_to (f.server, from, (const char *) answer, sizeof answer, NULL, NULL);
  }
  for (guint i = 0; i < G_N_ELEMENTS (clients); i++) {
    g_autoptr (GSocketAddress) from = NULL;

    fail_unless_equals_int (receive_number (&f, clients[i], &from), (int) (10 + i));
    fail_unless_equals_int (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (from)),
        g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (f.gate)));
  }
  g_object_unref (clients[1]);
  f.client = clients[0];
  tear_down (&f);
}
GST_END_TEST;

static guint16
map_port (const char *address, guint16 port, gpointer data)
{
  fail_unless_equals_string (address, "10.77.0.1");
  return port + 1;
}

GST_START_TEST (only_candidates_are_changed)
{
  g_autofree char *mapped = candidates_map_sdp ("v=0\r\nm=audio 9 X 111\r\n"
                                                "a=candidate:1 1 udp 2 10.77.0.1 4000 typ host\r\n"
                                                "a=candidate:2 1 tcp 2 10.77.0.1 9 typ host\r\n"
                                                "a=end-of-candidates\r\n",
      map_port, NULL);
  g_autofree char *removed =
      candidates_map_sdp ("a=candidate:1 1 udp 2 10.77.0.1 4000 typ host\r\na=mid:0", NULL, NULL);

  fail_unless_equals_string (mapped, "v=0\r\nm=audio 9 X 111\r\n"
                                     "a=candidate:1 1 udp 2 10.77.0.1 4001 typ host\r\n"
                                     "a=end-of-candidates\r\n");
  fail_unless_equals_string (removed, "a=mid:0");
}
GST_END_TEST;

GST_START_TEST (messages_keep_the_rest)
{
  g_autofree char *ack = NULL;
  g_autofree char *offer = signal_rewrite_from_client (
      "{\"janus\":\"message\",\"session_id\":9007199254740991,\"jsep\":{\"type\":\"offer\","
      "\"sdp\":\"a=candidate:1 1 udp 2 10.77.0.1 5 typ host\\r\\na=mid:0\\r\\n\",\"e2ee\":true}}",
      &ack);
  g_autofree char *answer = signal_rewrite_from_server (
      "{\"janus\":\"event\",\"jsep\":{\"sdp\":\"a=candidate:1 1 udp 2 10.77.0.1 5 typ host\"}}",
      map_port, NULL);
  g_autofree char *trickle = signal_rewrite_from_client (
      "{\"janus\":\"trickle\",\"transaction\":\"t\",\"session_id\":5,\"handle_id\":6,"
      "\"candidate\":{\"candidate\":\"candidate:...\",\"sdpMLineIndex\":0}}",
      &ack);
  g_autofree char *last = NULL;
  g_autofree char *unused = NULL;

  fail_unless_equals_string (offer,
      "{\"janus\":\"message\",\"session_id\":9007199254740991,\"jsep\":{\"type\":\"offer\","
      "\"sdp\":\"a=mid:0\\r\\n\",\"e2ee\":true}}");
  fail_unless_equals_string (answer,
      "{\"janus\":\"event\",\"jsep\":{\"sdp\":\"a=candidate:1 1 udp 2 10.77.0.1 6 typ host\"}}");
  fail_unless (trickle == NULL);
  fail_unless_equals_string (ack, "{\"janus\":\"ack\",\"session_id\":5,\"transaction\":\"t\"}");

  last = signal_rewrite_from_client (
      "{\"janus\":\"trickle\",\"candidates\":[{\"candidate\":\"candidate:...\"},"
      "{\"completed\":true}]}",
      &unused);
  fail_unless_equals_string (last, "{\"janus\":\"trickle\",\"candidate\":{\"completed\":true}}");
}
GST_END_TEST;

static Suite *
lossylink_suite (void)
{
  Suite *suite = suite_create ("lossylink");
  TCase *tests = tcase_create ("general");

  /* Only so that a broken test ends. */
  tcase_set_timeout (tests, 60);
  suite_add_tcase (suite, tests);
  tcase_add_test (tests, media_is_lost_as_the_seed_says);
  tcase_add_test (tests, connections_are_spared);
  tcase_add_test (tests, a_link_can_be_cut);
  tcase_add_test (tests, packets_can_be_damaged);
  tcase_add_test (tests, a_delay_keeps_the_order);
  tcase_add_test (tests, answers_find_their_client);
  tcase_add_test (tests, only_candidates_are_changed);
  tcase_add_test (tests, messages_keep_the_rest);
  return suite;
}

GST_CHECK_MAIN (lossylink);
