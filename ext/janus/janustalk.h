/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A talk with one plugin of a server: a session with a handle of it, from the first word to the
 * last.
 *
 * What the talks with all plugins have in common. Threads as in janussession.h: everything in one
 * main context. */

#pragma once

#include "janussession.h"

G_BEGIN_DECLS

typedef struct _JanusTalk JanusTalk;

typedef struct {
  /* The plugin listens. */
  void (*attached) (gpointer user_data);
  /* What the server says unasked, to any handle of the session. */
  void (*event) (const JanusMessage *message, gpointer user_data);
  /* Once; nothing comes after it. */
  void (*failed) (const GError *error, gpointer user_data);
  /* janus_talk_leave() is done: the talk is freed after this. */
  void (*left) (gpointer user_data);
} JanusTalkHandlers;

/* Copies CONFIG; PLUGIN and HANDLERS must outlive the talk. */
JanusTalk *janus_talk_new (const JanusSessionConfig *config, const gchar *plugin,
    const JanusTalkHandlers *handlers, gpointer user_data);

/* Connects, and attaches to the plugin. */
void janus_talk_begin (JanusTalk *talk);

/* Ends in order: the plugin is sent each of FAREWELL, names of requests that a NULL ends, once it
 * has answered the one before, and the session is destroyed. No callback comes any more, but
 * left(), within about two seconds even if the server is dead. FAREWELL must outlive the talk, and
 * is left out if that has failed. */
void janus_talk_leave (JanusTalk *talk, const gchar *const *farewell);

JanusSession *janus_talk_get_session (JanusTalk *talk);
const gchar *janus_talk_get_plugin (JanusTalk *talk);
/* 0: not attached yet. */
guint64 janus_talk_get_handle (JanusTalk *talk);
JanusSignalling janus_talk_get_signalling (JanusTalk *talk);
/* Whether failed() was called, or it is being left. */
gboolean janus_talk_is_over (JanusTalk *talk);

/* Tells that the talk has failed, once. */
void janus_talk_fail (JanusTalk *talk, const GError *error);
/* To be asked first by the answer to each request. FALSE: it failed, which is told, or the talk is
 * over and nobody wants the answer any more. */
gboolean janus_talk_goes_on (JanusTalk *talk, const GError *error);

/* A request to the plugin; takes BODY. TYPE and SDP may be NULL; not ENCRYPTED: the server is not
 * told that the media were, whatever the signalling. */
void janus_talk_send (JanusTalk *talk, JsonObject *body, const gchar *type, const gchar *sdp,
    gboolean encrypted, JanusReplyFunc func, gpointer user_data);
/* A candidate of the handle's connection; NULL: that was the last. */
void janus_talk_trickle (JanusTalk *talk, const gchar *candidate, const gchar *mid, guint mline);

/* What a handle's MESSAGE means for it, where plugins do not differ: an error, or NULL. */
GError *janus_talk_get_error (const JanusMessage *message);
/* FALSE and ERROR: an answer that makes no sense. */
gboolean janus_talk_has_handle (const JanusMessage *reply, GError **error);
gboolean janus_talk_has_sdp (const JanusMessage *reply, const gchar *type, GError **error);

G_END_DECLS
