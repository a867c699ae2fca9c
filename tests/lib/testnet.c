/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The address tests may use, and ports on it that nobody else gets. */

#include "testnet.h"

const char *
test_net_address (void)
{
  const char *address = g_getenv ("PERCLITE_TEST_ADDRESS");

  return address != NULL && *address != '\0' ? address : "127.0.0.1";
}

GSocket *
test_net_reserve_port (guint16 *port, GError **error)
{
  g_autoptr (GSocketAddress) any = g_inet_socket_address_new_from_string (test_net_address (), 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GSocket) reservation = g_socket_new (
      g_socket_address_get_family (any), G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);

  if (reservation == NULL)
    return NULL;

  /* Linux lets two sockets that both allow reuse be bound to one port as long as only one of them
   * listens. So the port can be handed to a server without the moment in between where anyone else
   * could get it; and while a server is down for a restart, its port stays its own. */
  if (!g_socket_bind (reservation, any, TRUE, error))
    return NULL;

  bound = g_socket_get_local_address (reservation, error);
  if (bound == NULL)
    return NULL;

  *port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  return g_steal_pointer (&reservation);
}
