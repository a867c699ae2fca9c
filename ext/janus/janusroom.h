/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A participant of a VideoRoom: joins, publishes, sees others come and go, subscribes to them.
 *
 * The conversation with the VideoRoom plugin, without any media: SDPs go in and come out. Threads
 * as in janussession.h: everything in one main context. */

#pragma once

#include "janussession.h"

G_BEGIN_DECLS

typedef struct _JanusRoom JanusRoom;
typedef struct _JanusSubscription JanusSubscription;

/* Strings may be NULL but for `room`. */
typedef struct {
  gchar *room;
  gchar *feed; /* the id to have in the room; NULL: the server chooses */
  gchar *display;
  gchar *pin;
  gchar *token;
  gboolean string_ids;
} JanusRoomConfig;

typedef struct {
  /* We are in the room, as feed ID. */
  void (*joined) (const gchar *id, gpointer user_data);
  /* Somebody publishes: already, or from now on. Comes again for the same feed when what it
   * publishes changes, and may otherwise. */
  void (*publisher_joined) (const JanusPublisher *publisher, gpointer user_data);
  /* Feed ID does not publish any more. May come twice. */
  void (*publisher_left) (const gchar *id, gpointer user_data);
  /* Janus takes what we publish: its answer, and what it makes of each medium (or NULL). */
  void (*published) (const gchar *sdp, const GPtrArray *streams, gpointer user_data);
  /* The server says that media can flow. */
  void (*webrtcup) (gpointer user_data);
  /* Once; nothing comes after it. */
  void (*failed) (const GError *error, gpointer user_data);
  /* What we publish is recorded from now on, in files that begin with FILE in the server's folder
   * DIRECTORY (NULL: it does not say), or (FILE of NULL) no longer. */
  void (*recording) (const gchar *file, const gchar *directory, gpointer user_data);
  /* All publishers that the server tells of at once have been told. Optional. */
  void (*publishers_told) (gpointer user_data);
} JanusRoomHandlers;

typedef struct {
  /* Janus offers the feed's media. */
  void (*offered) (const gchar *sdp, const GPtrArray *streams, gpointer user_data);
  /* Once; nothing comes after it. The publisher's own leaving comes by publisher_left() of the
   * room. */
  void (*failed) (const GError *error, gpointer user_data);
  /* The server says that media can flow. Optional. */
  void (*webrtcup) (gpointer user_data);
} JanusSubscriptionHandlers;

/* Copies both configurations; HANDLERS must outlive the room. */
JanusRoom *janus_room_new (const JanusSessionConfig *session_config, const JanusRoomConfig *config,
    const JanusRoomHandlers *handlers, gpointer user_data);

/* Connects to the server and joins. */
void janus_room_join (JanusRoom *room);

/* Publishes what the offer SDP says, once joined. Not ENCRYPTED: the server is not told that it
 * were, whatever the signalling. */
void janus_room_publish (
    JanusRoom *room, const gchar *sdp, gboolean audio, gboolean video, gboolean encrypted);
/* A candidate of the publishing connection; NULL: that was the last. */
void janus_room_trickle (JanusRoom *room, const gchar *candidate, const gchar *mid, guint mline);

/* Records what is published, in files that begin with FILE, or (NULL) no longer: to be called once
 * webrtcup() has come, and again once recording() has. Whatever is recorded before ends: Janus
 * flags recordings as encrypted that were begun after it was told so, and not those that a room
 * begins by itself. A refusal fails the room. */
void janus_room_record (JanusRoom *room, const gchar *file);

/* As janus_session_get_round_trip(). */
guint janus_room_get_round_trip (JanusRoom *room);

/* Leaves in order (what is published is unpublished first, then the room left, the session
 * destroyed) and frees ROOM with its subscriptions. No callback comes any more, but DONE, within
 * about two seconds even if the server is dead. DONE may be NULL. */
void janus_room_leave (JanusRoom *room, GDestroyNotify done, gpointer user_data);

/* Subscribes to all media of FEED on a handle of its own. */
JanusSubscription *janus_room_subscribe (JanusRoom *room, const gchar *feed,
    const JanusSubscriptionHandlers *handlers, gpointer user_data);
/* Answers the offer. */
void janus_subscription_start (JanusSubscription *subscription, const gchar *sdp);
void janus_subscription_trickle (
    JanusSubscription *subscription, const gchar *candidate, const gchar *mid, guint mline);
/* Asks the publisher for a keyframe of medium MID (of our own connection). */
void janus_subscription_request_keyframe (JanusSubscription *subscription, const gchar *mid);
/* Ends and frees it; no callback comes any more. */
void janus_subscription_end (JanusSubscription *subscription);

G_END_DECLS
