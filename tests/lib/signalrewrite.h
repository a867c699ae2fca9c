/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Changes Janus messages so that all media of a client goes through a relay. */
#pragma once

#include "candidates.h"

G_BEGIN_DECLS

/* What goes on to the server in place of the client's @text: without any candidate of the client,
 * so that the server learns where the client is from the packets the relay brings. NULL if nothing
 * goes on; then @ack is what Janus would have answered. */
char *signal_rewrite_from_client (const char *text, char **ack);

/* What goes on to the client in place of the server's @text: with the candidates mapped. */
char *signal_rewrite_from_server (const char *text, CandidateMap map, gpointer data);

/* Whether the server tells by @text that its side of a media connection is up. */
gboolean signal_is_server_up (const char *text);

G_END_DECLS
