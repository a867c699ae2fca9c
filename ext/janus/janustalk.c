/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A talk with one plugin of a server: a session with a handle of it, from the first word to the
 * last. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "januserror.h"
#include "janustalk.h"

/* How long leaving in order may take before the socket is just closed. */
#define LEAVE_MSECONDS 1000

struct _JanusTalk {
  JanusSignalling signalling;
  const gchar *plugin;
  const JanusTalkHandlers *handlers;
  gpointer user_data;

  JanusSession *session;
  guint64 handle_id;
  gboolean over; /* failed() was called, or we are leaving */

  const gchar *const *farewell;
  GSource *leave_timeout;
};

static void
on_event (const JanusMessage *message, gpointer user_data)
{
  JanusTalk *talk = user_data;

  /* What has no sender is of no handle: ours may be 0 still. */
  if (!talk->over && message->handle_id)
    talk->handlers->event (message, talk->user_data);
}

static void
on_lost (const GError *error, gpointer user_data)
{
  janus_talk_fail (user_data, error);
}

static const JanusSessionHandlers session_handlers = {on_event, on_lost};

JanusTalk *
janus_talk_new (const JanusSessionConfig *config, const gchar *plugin,
    const JanusTalkHandlers *handlers, gpointer user_data)
{
  JanusTalk *talk = g_new0 (JanusTalk, 1);

  talk->signalling = config->signalling;
  talk->plugin = plugin;
  talk->handlers = handlers;
  talk->user_data = user_data;
  talk->session = janus_session_new (config, &session_handlers, talk);
  return talk;
}

JanusSession *
janus_talk_get_session (JanusTalk *talk)
{
  return talk->session;
}

const gchar *
janus_talk_get_plugin (JanusTalk *talk)
{
  return talk->plugin;
}

guint64
janus_talk_get_handle (JanusTalk *talk)
{
  return talk->handle_id;
}

JanusSignalling
janus_talk_get_signalling (JanusTalk *talk)
{
  return talk->signalling;
}

gboolean
janus_talk_is_over (JanusTalk *talk)
{
  return talk->over;
}

void
janus_talk_fail (JanusTalk *talk, const GError *error)
{
  if (talk->over)
    return;
  talk->over = TRUE;
  talk->handlers->failed (error, talk->user_data);
}

gboolean
janus_talk_goes_on (JanusTalk *talk, const GError *error)
{
  if (error)
    janus_talk_fail (talk, error);
  return !talk->over;
}

GError *
janus_talk_get_error (const JanusMessage *message)
{
  if (message->type == JANUS_MESSAGE_HANGUP)
    return g_error_new (JANUS_ERROR, JANUS_ERROR_ICE, "Janus has hung up the media connection: %s",
        message->reason ? message->reason : "no reason given");
  if (message->type == JANUS_MESSAGE_DETACHED)
    return g_error_new_literal (
        JANUS_ERROR, JANUS_ERROR_CLOSED, "Janus has detached us from its plugin");
  return janus_message_get_error (message);
}

gboolean
janus_talk_has_handle (const JanusMessage *reply, GError **error)
{
  if (reply->data_id)
    return TRUE;
  g_set_error_literal (
      error, JANUS_ERROR, JANUS_ERROR_PROTOCOL, "Janus has attached us without a handle");
  return FALSE;
}

gboolean
janus_talk_has_sdp (const JanusMessage *reply, const gchar *type, GError **error)
{
  if (reply->sdp && g_strcmp0 (reply->jsep_type, type) == 0)
    return TRUE;
  g_set_error (error, JANUS_ERROR, JANUS_ERROR_PROTOCOL, "Janus has sent no SDP %s", type);
  return FALSE;
}

/* ---- Requests ---- */

void
janus_talk_send (JanusTalk *talk, JsonObject *body, const gchar *type, const gchar *sdp,
    gboolean encrypted, JanusReplyFunc func, gpointer user_data)
{
  janus_session_send (talk->session, talk->handle_id,
      janus_request_new_message (
          body, type, sdp, encrypted ? talk->signalling : JANUS_SIGNALLING_PLAIN),
      func, user_data);
}

void
janus_talk_trickle (JanusTalk *talk, const gchar *candidate, const gchar *mid, guint mline)
{
  janus_session_send (talk->session, talk->handle_id,
      janus_request_new_trickle (candidate, mid, mline), NULL, NULL);
}

static void
on_attached (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusTalk *talk = user_data;
  g_autoptr (GError) own_error = NULL;

  if (!janus_talk_goes_on (talk, error))
    return;
  if (!janus_talk_has_handle (reply, &own_error)) {
    janus_talk_fail (talk, own_error);
    return;
  }
  talk->handle_id = reply->data_id;
  talk->handlers->attached (talk->user_data);
}

static void
on_opened (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusTalk *talk = user_data;

  if (janus_talk_goes_on (talk, error))
    janus_session_attach (talk->session, talk->plugin, on_attached, talk);
}

void
janus_talk_begin (JanusTalk *talk)
{
  janus_session_open (talk->session, on_opened, talk);
}

/* ---- The end ---- */

static void
on_closed (gpointer user_data)
{
  JanusTalk *talk = user_data;

  talk->handlers->left (talk->user_data);
  g_free (talk);
}

static void
close_session (JanusTalk *talk)
{
  if (talk->leave_timeout) {
    g_source_destroy (talk->leave_timeout);
    g_clear_pointer (&talk->leave_timeout, g_source_unref);
  }
  janus_session_close (g_steal_pointer (&talk->session), on_closed, talk);
}

static gboolean
on_leave_timeout (gpointer user_data)
{
  close_session (user_data);
  return G_SOURCE_REMOVE;
}

/* Whatever became of the request before. */
static void
say_next (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusTalk *talk = user_data;
  const gchar *request = *talk->farewell;

  if (!request) {
    close_session (talk);
    return;
  }
  talk->farewell++;
  janus_talk_send (talk, janus_plugin_request (request), NULL, NULL, FALSE, say_next, talk);
}

void
janus_talk_leave (JanusTalk *talk, const gchar *const *farewell)
{
  gboolean was_over = talk->over;

  talk->over = TRUE;
  if (was_over || !talk->handle_id || !*farewell) {
    close_session (talk);
    return;
  }

  talk->farewell = farewell;
  talk->leave_timeout = g_timeout_source_new (LEAVE_MSECONDS);
  g_source_set_callback (talk->leave_timeout, on_leave_timeout, talk, NULL);
  g_source_attach (talk->leave_timeout, g_main_context_get_thread_default ());
  say_next (NULL, NULL, talk);
}
