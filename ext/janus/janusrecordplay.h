/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A guest of the Record & Play plugin: has something recorded, or a recording played.
 *
 * The conversation with the plugin, without any media: SDPs go in and come out. Threads as in
 * janussession.h: everything in one main context. */

#pragma once

#include "janussession.h"

G_BEGIN_DECLS

typedef struct _JanusRecordPlay JanusRecordPlay;

/* What answers a request may be NULL for whoever never asks. */
typedef struct {
  /* The plugin listens. */
  void (*attached) (gpointer user_data);
  /* The server's recordings, of JanusRecording. */
  void (*listed) (const GPtrArray *recordings, gpointer user_data);
  /* Janus records what we offered, as ID: its answer. */
  void (*recording) (const gchar *id, const gchar *sdp, gpointer user_data);
  /* Janus offers recording ID. WARNING tells what of it is missing, or is NULL. */
  void (*offered) (const gchar *id, const gchar *sdp, const gchar *warning, gpointer user_data);
  /* The server says that media can flow. */
  void (*webrtcup) (gpointer user_data);
  /* The recording was played to its end, unless failed() comes after this: the connection may have
   * ended it. */
  void (*done) (gpointer user_data);
  /* Once; nothing comes after it. */
  void (*failed) (const GError *error, gpointer user_data);
} JanusRecordPlayHandlers;

/* Copies CONFIG; HANDLERS must outlive what is returned. */
JanusRecordPlay *janus_record_play_new (
    const JanusSessionConfig *config, const JanusRecordPlayHandlers *handlers, gpointer user_data);

/* Connects to the server. */
void janus_record_play_begin (JanusRecordPlay *self);

/* Once attached. A recording that goes on is not listed. */
void janus_record_play_list (JanusRecordPlay *self);
/* Records what the offer SDP says as NAME. ID may be NULL: the server chooses. Not ENCRYPTED: the
 * server is not told that it were, whatever the signalling. */
void janus_record_play_record (JanusRecordPlay *self, const gchar *id, const gchar *name,
    const gchar *sdp, gboolean encrypted);
/* Asks for recording ID to be offered. */
void janus_record_play_play (JanusRecordPlay *self, const gchar *id);
/* Answers the offer. */
void janus_record_play_start (JanusRecordPlay *self, const gchar *sdp);
/* A candidate of the connection; NULL: that was the last. */
void janus_record_play_trickle (
    JanusRecordPlay *self, const gchar *candidate, const gchar *mid, guint mline);

/* As janus_session_get_round_trip(). */
guint janus_record_play_get_round_trip (JanusRecordPlay *self);

/* Stops what goes on and frees it. No callback comes any more, but DONE, within about two seconds
 * even if the server is dead. DONE may be NULL. */
void janus_record_play_leave (JanusRecordPlay *self, GDestroyNotify done, gpointer user_data);

G_END_DECLS
