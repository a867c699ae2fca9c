/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A server with a room that is as a test wants it, for what a real Janus does only by accident or
 * never. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _FakeRoom FakeRoom;

/* Lets everyone in. It runs in a thread of its own; all functions may be called from any thread.
 * Ids are numbers. */
FakeRoom *fake_room_new (GError **error);
void fake_room_free (FakeRoom *room);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeRoom, fake_room_free)

const char *fake_room_get_endpoint (FakeRoom *room);

/* The array "publishers" that whoever joins from now on is told, in JSON. */
void fake_room_set_publishers (FakeRoom *room, const char *publishers);
/* An event of the room, in JSON, that whoever joins from now on is told before the join is
 * answered. They add up. */
void fake_room_add_early_event (FakeRoom *room, const char *event);
/* The offer that whoever subscribes to @feed from now on gets. Without one, there is no such feed
 * (428). */
void fake_room_set_offer (FakeRoom *room, gint64 feed, const char *sdp);

/* Tells everyone in the room @event, in JSON. */
void fake_room_tell (FakeRoom *room, const char *event);
/* Closes all connections. */
void fake_room_hang_up (FakeRoom *room);

/* How often somebody has subscribed to @feed. */
guint fake_room_count_subscriptions (FakeRoom *room, gint64 feed);

G_END_DECLS
