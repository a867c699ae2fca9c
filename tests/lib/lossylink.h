/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A link to a Janus that loses and delays packets. */
#pragma once

#include <gio/gio.h>

#include "udprelay.h"

G_BEGIN_DECLS

typedef struct _LossyLink LossyLink;

/* A WebSocket proxy in front of the Janus at @upstream (ws://...), which makes all media of its
 * clients go through a relay for UDP. It loses nothing until it is told to, and then, unless
 * lossy_link_set_droppable() says otherwise, only RTP and RTCP: connections still come up. Which
 * packets are lost follows from @seed. It runs in a thread of its own; all functions may be called
 * from any thread. */
LossyLink *lossy_link_new (const char *upstream, guint32 seed, GError **error);
void lossy_link_free (LossyLink *link);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LossyLink, lossy_link_free)

/* For clients to use in the place of Janus' own: ws://IP:PORT/ */
const char *lossy_link_get_endpoint (LossyLink *link);

/* Loss is a fraction from 0 to 1 of the packets in one direction; each direction has the delay. */
void lossy_link_set (LossyLink *link, double to_client_loss, double to_server_loss, guint delay_ms);

/* What the delay of signalling is, in each direction; none until this is called. */
void lossy_link_set_signal_delay (LossyLink *link, guint delay_ms);

/* How often clients hear that the server's side of a connection is up, "webrtcup"; once until this
 * is called. */
void lossy_link_set_server_ups (LossyLink *link, guint times);

/* The kinds of packets that may be lost: PACKET_MASK (kind) | ... With PACKET_MASK_ALL and a loss
 * of 1 the link is cut. */
void lossy_link_set_droppable (LossyLink *link, guint mask);

/* The kinds of packets that come with another last bit than they were sent with; none until this is
 * called. */
void lossy_link_set_damaged (LossyLink *link, guint mask);

/* Every other RTP packet is late toward the server, and those that the server thereupon numbers as
 * from before the first, which has number 1, are lost toward clients. */
void lossy_link_set_stragglers (LossyLink *link, gboolean stragglers);

/* Of the sender reports toward clients only those of one source come: of the first from now on. */
void lossy_link_set_one_reporter (LossyLink *link, gboolean one_reporter);

void lossy_link_get_counts (LossyLink *link, LinkCounts *counts);

G_END_DECLS
