/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A session with a Janus server over one WebSocket: transactions, keepalive, and events.
 *
 * Knows nothing of GStreamer nor of rooms. A session belongs to the thread whose thread-default
 * main context was current when it was made; every function is called, and every callback arrives,
 * there. */

#pragma once

#include "janusmessage.h"

G_BEGIN_DECLS

typedef struct _JanusSession JanusSession;

typedef struct {
  gchar *endpoint; /* ws:// or wss:// URL */
  gchar *api_secret;
  gchar *token;
  gchar
      *ca_file;  /* PEM file of certificate authorities to trust instead of the system's, or NULL */
  guint timeout; /* seconds within which each request must be answered */
  JanusSignalling signalling;
} JanusSessionConfig;

/* Overwrites and frees *SECRET, a string or NULL, and sets it to NULL. */
void janus_secret_clear (gchar **secret);

/* Either REPLY, a success, an acknowledgement or an event of the plugin, or ERROR is set. */
typedef void (*JanusReplyFunc) (const JanusMessage *reply, const GError *error, gpointer user_data);

typedef struct {
  /* What the server says unasked. */
  void (*event) (const JanusMessage *message, gpointer user_data);
  /* The session is over, not by our will. Comes once, and nothing comes after it: requests without
   * an answer are forgotten. The callback may close the session. */
  void (*lost) (const GError *error, gpointer user_data);
} JanusSessionHandlers;

/* Copies CONFIG; HANDLERS must outlive the session. */
JanusSession *janus_session_new (
    const JanusSessionConfig *config, const JanusSessionHandlers *handlers, gpointer user_data);

/* Connects and creates the session. A failure comes by FUNC alone, not by lost(). */
void janus_session_open (JanusSession *session, JanusReplyFunc func, gpointer user_data);

/* Sends REQUEST (taken) to HANDLE_ID, 0 for the session itself, and calls FUNC once with the
 * answer: with the plugin's event where it is a "message", with the acknowledgement where Janus
 * gives nothing else. FUNC may be NULL. */
void janus_session_send (JanusSession *session, guint64 handle_id, JsonObject *request,
    JanusReplyFunc func, gpointer user_data);

/* Attaches to PLUGIN, such as "janus.plugin.videoroom"; the reply's data_id is the new handle. */
void janus_session_attach (
    JanusSession *session, const gchar *plugin, JanusReplyFunc func, gpointer user_data);

/* The shortest time that the server has taken to answer or to acknowledge a request, in
 * milliseconds: that of a round trip to it, or a little more. 0: less than one, or not known
 * yet. */
guint janus_session_get_round_trip (JanusSession *session);

/* Ends the session in order and frees it: what was sent before goes out first, then "destroy" and
 * the closing handshake. No callback comes any more, but for DONE, once the socket is closed or
 * after a second. DONE may be NULL. */
void janus_session_close (JanusSession *session, GDestroyNotify done, gpointer user_data);

G_END_DECLS
