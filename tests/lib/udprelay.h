/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Relays UDP packets between clients and a server, and loses and delays some of them. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum { LINK_TO_SERVER, LINK_TO_CLIENT, LINK_N_DIRECTIONS } LinkDirection;

/* By the first bytes of a packet, RFC 7983 and RFC 5761. */
typedef enum {
  PACKET_STUN,
  PACKET_DTLS,
  PACKET_RTP,
  PACKET_RTCP,
  PACKET_OTHER,
  PACKET_N_KINDS
} PacketKind;

#define PACKET_MASK(kind) (1u << (kind))
#define PACKET_MASK_MEDIA (PACKET_MASK (PACKET_RTP) | PACKET_MASK (PACKET_RTCP))
#define PACKET_MASK_ALL ((1u << PACKET_N_KINDS) - 1)

typedef struct {
  guint64 forwarded[LINK_N_DIRECTIONS][PACKET_N_KINDS];
  guint64 dropped[LINK_N_DIRECTIONS][PACKET_N_KINDS];
} LinkCounts;

typedef struct _UdpRelay UdpRelay;

/* The relay works in @context. Which packets are lost follows from @seed and from their order in
 * each direction. */
UdpRelay *udp_relay_new (GMainContext *context, guint32 seed);
void udp_relay_free (UdpRelay *relay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (UdpRelay, udp_relay_free)

/* The port of @address (one of this machine) at which clients reach the server's @address and
 * @port, or 0. The same pair always has the same port. Only from the thread of the context. */
guint16 udp_relay_open (UdpRelay *relay, const char *address, guint16 port, GError **error);

/* From any thread. */
void udp_relay_set (UdpRelay *relay, double to_client_loss, double to_server_loss, guint delay_ms);
void udp_relay_set_droppable (UdpRelay *relay, guint mask);
void udp_relay_set_damaged (UdpRelay *relay, guint mask);
void udp_relay_set_stragglers (UdpRelay *relay, gboolean stragglers);
void udp_relay_set_one_reporter (UdpRelay *relay, gboolean one_reporter);
void udp_relay_get_counts (UdpRelay *relay, LinkCounts *counts);

G_END_DECLS
