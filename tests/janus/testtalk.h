/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A session, a participant of a room and a subscription, which count what they are told, and fail
 * the test when it is told out of turn. */
#pragma once

#include <gst/check/gstcheck.h>

#include "janusroom.h"
#include "testwait.h"

G_BEGIN_DECLS

/* So that a broken test ends. */
#define BOUND_MS 60000

/* Where everything of a test happens; of setup() and teardown(), its fixture. */
extern GMainContext *context;

void setup (void);
void teardown (void);

/* What is due, without waiting for more. */
void drain (void);

/* Whether the guint at DATA is not 0. */
gboolean is_set (gpointer data);

#define wait_for(counter) \
  fail_unless (test_wait (context, is_set, &(counter), BOUND_MS), "%s has not come", #counter)

/* ERROR is this one, and says something. */
void check_error (const GError *error, GQuark domain, gint code);

/* ---- A session ---- */

typedef struct {
  JanusSession *session;
  guint64 id;     /* of the last thing made */
  GError *error;  /* the last */
  guint opened;   /* answers to opening */
  guint answered; /* answers to later requests */
  guint lost, events, closed;
  gboolean gone; /* closing: no callback may come */
} Talk;

extern const JanusSessionHandlers talk_handlers;

Talk *talk_new (const JanusSessionConfig *config);
/* Begins to open, no more. */
Talk *talk_start (const JanusSessionConfig *config);
/* The same, and waits until it is open. */
Talk *talk_open (const gchar *endpoint);
/* For requests, of which DATA is the Talk: counts an answer. */
void talk_on_answer (const JanusMessage *reply, const GError *error, gpointer data);
/* Closes the session, and waits until it is closed. */
void talk_close (Talk *talk);
/* Opening fails so, which is told by its answer alone, once. */
void check_open_fails (const JanusSessionConfig *config, GQuark domain, gint code);

/* ---- A participant of a room ---- */

typedef struct {
  JanusRoom *room;
  gchar *id;
  gchar *answer;
  gchar *codec; /* of the first stream published, or NULL */
  gboolean active;
  GError *error;
  guint joined, publishers, published, webrtcup, failed, left;
  gboolean gone; /* leaving: no callback may come */
  gboolean leave_in_failed, leave_in_joined;
} Guest;

extern const JanusRoomHandlers guest_handlers;

Guest *guest_new (const JanusSessionConfig *session, const JanusRoomConfig *config);
/* Begins to join, no more. */
Guest *guest_start (const gchar *endpoint, const JanusRoomConfig *config);
/* The same, with nothing set but the room. */
Guest *guest_knock (const gchar *endpoint, const gchar *room);
/* The same, and waits until it is in the room. */
Guest *guest_join (const gchar *endpoint, const gchar *room);
void guest_start_leaving (Guest *guest);
/* Waits until GUEST, which is leaving, has left. */
void guest_end (Guest *guest);
/* Both. */
void guest_leave (Guest *guest);
/* GUEST fails so, with TEXT in what is said of it, which is told once. */
void check_fails_saying (Guest *guest, GQuark domain, gint code, const gchar *text);
/* The same, whatever is said of it. */
void check_fails (Guest *guest, GQuark domain, gint code);

/* ---- A subscription ---- */

typedef struct {
  JanusSubscription *subscription;
  GError *error;
  guint offered, failed;
  gboolean gone;
  gboolean end_in_callback;
} Listener;

void listener_subscribe (Listener *listener, Guest *guest, const gchar *feed);
void listener_end (Listener *listener);

/* ---- A server of our own ---- */

/* Calls INCOMING for each connection to ENDPOINT, which is written. */
GSocketService *serve (GCallback incoming, gpointer data, gchar **endpoint);
void serve_no_more (GSocketService *service);

G_END_DECLS
