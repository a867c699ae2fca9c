/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest of the Record & Play plugin: has something recorded, or a recording played. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "januserror.h"
#include "janusrecordplay.h"
#include "janustalk.h"

#define PLUGIN "janus.plugin.recordplay"

struct _JanusRecordPlay {
  const JanusRecordPlayHandlers *handlers;
  gpointer user_data;

  JanusTalk *talk;
  gboolean busy; /* something is to be stopped */
  gboolean playing;
  gboolean done;

  GDestroyNotify left;
  gpointer left_data;
};

static void
on_attached (gpointer user_data)
{
  JanusRecordPlay *self = user_data;

  self->handlers->attached (self->user_data);
}

/* The plugin closes the connection when all is played. It says "done" of any connection that ends,
 * before the core tells why it has. */
static gboolean
is_done (JanusRecordPlay *self, const JanusMessage *message)
{
  return self->playing && (g_strcmp0 (message->status, "done") == 0 ||
                              (message->type == JANUS_MESSAGE_HANGUP &&
                                  g_strcmp0 (message->reason, "Close PC") == 0));
}

static void
on_event (const JanusMessage *message, gpointer user_data)
{
  JanusRecordPlay *self = user_data;
  g_autoptr (GError) error = NULL;

  if (message->handle_id != janus_talk_get_handle (self->talk))
    return;
  if (message->type == JANUS_MESSAGE_WEBRTCUP) {
    self->handlers->webrtcup (self->user_data);
  } else if (is_done (self, message)) {
    if (!self->done) {
      self->done = TRUE;
      self->handlers->done (self->user_data);
    }
  } else if ((error = janus_talk_get_error (message))) {
    janus_talk_fail (self->talk, error);
  }
}

static void
on_failed (const GError *error, gpointer user_data)
{
  JanusRecordPlay *self = user_data;

  self->handlers->failed (error, self->user_data);
}

static void
on_left (gpointer user_data)
{
  JanusRecordPlay *self = user_data;

  if (self->left)
    self->left (self->left_data);
  g_free (self);
}

static const JanusTalkHandlers talk_handlers = {on_attached, on_event, on_failed, on_left};

JanusRecordPlay *
janus_record_play_new (
    const JanusSessionConfig *config, const JanusRecordPlayHandlers *handlers, gpointer user_data)
{
  JanusRecordPlay *self = g_new0 (JanusRecordPlay, 1);

  self->handlers = handlers;
  self->user_data = user_data;
  self->talk = janus_talk_new (config, PLUGIN, &talk_handlers, self);
  return self;
}

void
janus_record_play_begin (JanusRecordPlay *self)
{
  janus_talk_begin (self->talk);
}

static void
fail_protocol (JanusRecordPlay *self, const gchar *what)
{
  g_autoptr (GError) error = g_error_new_literal (JANUS_ERROR, JANUS_ERROR_PROTOCOL, what);

  janus_talk_fail (self->talk, error);
}

static void
on_listed (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusRecordPlay *self = user_data;

  if (!janus_talk_goes_on (self->talk, error))
    return;
  if (reply->recordings)
    self->handlers->listed (reply->recordings, self->user_data);
  else
    fail_protocol (self, "Janus has listed no recordings when it was asked to");
}

void
janus_record_play_list (JanusRecordPlay *self)
{
  janus_talk_send (self->talk, janus_plugin_request ("list"), NULL, NULL, FALSE, on_listed, self);
}

/* Whether REPLY has what both offers and answers have; else that is told. */
static gboolean
is_complete (JanusRecordPlay *self, const JanusMessage *reply, const gchar *type)
{
  g_autoptr (GError) error = NULL;

  if (!reply->recording)
    fail_protocol (self, "Janus tells of a recording without an id");
  else if (!janus_talk_has_sdp (reply, type, &error))
    janus_talk_fail (self->talk, error);
  return !janus_talk_is_over (self->talk);
}

static void
on_recording (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusRecordPlay *self = user_data;

  if (janus_talk_goes_on (self->talk, error) && is_complete (self, reply, "answer"))
    self->handlers->recording (reply->recording, reply->sdp, self->user_data);
}

void
janus_record_play_record (
    JanusRecordPlay *self, const gchar *id, const gchar *name, const gchar *sdp, gboolean encrypted)
{
  self->busy = TRUE;
  janus_talk_send (
      self->talk, janus_recordplay_record (id, name), "offer", sdp, encrypted, on_recording, self);
}

static void
on_offered (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusRecordPlay *self = user_data;

  if (janus_talk_goes_on (self->talk, error) && is_complete (self, reply, "offer"))
    self->handlers->offered (reply->recording, reply->sdp, reply->warning, self->user_data);
}

void
janus_record_play_play (JanusRecordPlay *self, const gchar *id)
{
  self->busy = TRUE;
  janus_talk_send (self->talk, janus_recordplay_play (id), NULL, NULL, FALSE, on_offered, self);
}

/* Of which only a refusal matters. */
static void
on_started (const JanusMessage *reply, const GError *error, gpointer user_data)
{
  JanusRecordPlay *self = user_data;

  janus_talk_goes_on (self->talk, error);
}

void
janus_record_play_start (JanusRecordPlay *self, const gchar *sdp)
{
  self->playing = TRUE;
  janus_talk_send (
      self->talk, janus_plugin_request ("start"), "answer", sdp, TRUE, on_started, self);
}

void
janus_record_play_trickle (
    JanusRecordPlay *self, const gchar *candidate, const gchar *mid, guint mline)
{
  janus_talk_trickle (self->talk, candidate, mid, mline);
}

guint
janus_record_play_get_round_trip (JanusRecordPlay *self)
{
  return janus_session_get_round_trip (janus_talk_get_session (self->talk));
}

void
janus_record_play_leave (JanusRecordPlay *self, GDestroyNotify done, gpointer user_data)
{
  static const gchar *const farewell[] = {"stop", NULL};

  self->left = done;
  self->left_data = user_data;
  janus_talk_leave (self->talk, self->busy && !self->done ? farewell : farewell + 1);
}
