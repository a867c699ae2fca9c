/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The JSON of Janus' API: every message that we send is built here, every one that we get is read
 * here.
 *
 * Sources: the "JavaScript, REST and WebSocket" API page and the VideoRoom plugin's page of the
 * Janus documentation, https://janus.conf.meetecho.com/docs/ . Pure functions, no I/O, no state. */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* How the server is told that the payload is end-to-end encrypted. */
typedef enum {
  JANUS_SIGNALLING_E2EE,  /* Janus 1.x: "e2ee": true beside each SDP */
  JANUS_SIGNALLING_PERC,  /* the PERC Lite branch of 2018: "perc": true when a handle is attached */
  JANUS_SIGNALLING_PLAIN, /* not at all */
} JanusSignalling;

/* Ids of rooms and feeds are numbers up to 2^53, or strings on servers with string_ids. They are
 * carried as text here; STRING_IDS in the functions below says how they go onto the wire. */

typedef enum {
  JANUS_MESSAGE_OTHER, /* nothing we know: ignored */
  JANUS_MESSAGE_SUCCESS,
  JANUS_MESSAGE_ACK,
  JANUS_MESSAGE_ERROR, /* of the core, or of the plugin */
  JANUS_MESSAGE_EVENT, /* of the plugin */
  JANUS_MESSAGE_WEBRTCUP,
  JANUS_MESSAGE_HANGUP,
  JANUS_MESSAGE_DETACHED,
  JANUS_MESSAGE_TIMEOUT,
} JanusMessageType;

/* One medium of a publisher or of a subscription. */
typedef struct {
  gchar *type;     /* "audio", "video", "data" */
  gchar *mid;      /* of the connection that the message speaks of */
  gchar *codec;    /* "none" when the room allows none of those offered */
  gboolean active; /* FALSE: disabled, or inactive */
} JanusStream;

typedef struct {
  gchar *id;
  gchar *display; /* or NULL */
  GPtrArray *streams;
} JanusPublisher;

/* A room as others see it. */
typedef struct {
  gchar *id;
  gchar *rec_dir;       /* the server's folder for its recordings, or NULL */
  gboolean lock_record; /* only who has the room's secret decides what is recorded */
} JanusRoomInfo;

/* A recording of the Record & Play plugin; strings may be NULL but for `id`. */
typedef struct {
  gchar *id;
  gchar *name;
  gchar *date;
  gchar *audio_codec;
  gchar *video_codec;
} JanusRecording;

typedef struct {
  JanusMessageType type;
  gchar *transaction; /* of the request that this answers, or NULL */
  guint64 session_id; /* 0: none */
  guint64 handle_id;  /* the sender, 0: none */
  guint64 data_id;    /* of a success: the id of the session or handle made */
  gint error_code;
  gchar *reason; /* of an error, a hangup; fit for a log */

  /* The VideoRoom plugin's part, NULL where absent. */
  gchar *videoroom; /* "joined", "event", "attached", "updated", "destroyed", ... */
  gchar *id;        /* "joined": our own feed id */
  guint64 private_id;
  GPtrArray *publishers; /* of JanusPublisher */
  GPtrArray *streams;    /* of JanusStream */
  GPtrArray *rooms;      /* of JanusRoomInfo: the answer to "list" */
  gchar *unpublished;    /* id of a feed, or "ok" for our own */
  gchar *leaving;
  gchar *kicked;

  /* The Record & Play plugin's part, NULL where absent. */
  gchar *recordplay; /* "event", "list", ... */
  gchar *status; /* "recording", "preparing", "playing", "stopped", or "done": what was asked for is
                    over */
  gchar *recording;      /* id of the recording that the status is of */
  gchar *warning;        /* fit for a log */
  GPtrArray *recordings; /* of JanusRecording: the answer to "list" */

  gchar *jsep_type; /* "offer", "answer" */
  gchar *sdp;
  gboolean e2ee;
} JanusMessage;

/* Reads one text message of SIZE bytes. NULL and ERROR (JANUS_ERROR_PROTOCOL) when it is no JSON
 * object, is nested deeper than any message of Janus, or has no "janus" in it. Wrong types of
 * single members make them count as absent. */
JanusMessage *janus_message_parse (const gchar *text, gsize size, GError **error);
void janus_message_free (JanusMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (JanusMessage, janus_message_free)

/* The error that MESSAGE is, as a JANUS_REFUSAL with Janus' code and text, or NULL. */
GError *janus_message_get_error (const JanusMessage *message);

/* A request of the core: "create", "keepalive", "attach", "hangup", "detach", "destroy". Caller
 * owns it. */
JsonObject *janus_request_new (const gchar *janus);
JsonObject *janus_request_new_attach (const gchar *plugin, JanusSignalling signalling);
/* Takes BODY. SDP may be NULL; TYPE is then ignored. */
JsonObject *janus_request_new_message (
    JsonObject *body, const gchar *type, const gchar *sdp, JanusSignalling signalling);
/* CANDIDATE of NULL: there are no more. */
JsonObject *janus_request_new_trickle (const gchar *candidate, const gchar *mid, guint mline);

/* Adds what every request has; 0 and NULL leave a member out. */
void janus_request_address (JsonObject *request, const gchar *transaction, guint64 session_id,
    guint64 handle_id, const gchar *api_secret, const gchar *token);
/* Holds secrets when API_SECRET, TOKEN or a PIN is in it: never log it. */
gchar *janus_request_to_text (JsonObject *request);

/* Bodies for the VideoRoom plugin. NULL leaves a member out. */
JsonObject *janus_videoroom_join_publisher (const gchar *room, const gchar *feed,
    const gchar *display, const gchar *pin, const gchar *token, gboolean string_ids);
/* A subscription to all media of FEED. In JANUS_SIGNALLING_PERC as that older API has it. */
JsonObject *janus_videoroom_join_subscriber (const gchar *room, const gchar *feed, const gchar *pin,
    guint64 private_id, gboolean string_ids, JanusSignalling signalling);
JsonObject *janus_videoroom_publish (gboolean audio, gboolean video);
/* Has what we publish recorded in files that begin with FILE, or, without RECORD, no longer. Of
 * itself it neither starts what goes on already, nor another file. */
JsonObject *janus_videoroom_record (gboolean record, const gchar *file);
/* One without arguments, for any plugin: "start", "unpublish", "leave", "list", "stop". */
JsonObject *janus_plugin_request (const gchar *request);
/* Makes Janus ask the publisher behind our subscription to medium MID for a keyframe: its answer to
 * being told to send what it sends already. Works where an RTCP PLI does not (Janus before 1.3
 * loses those that come without report blocks). */
JsonObject *janus_videoroom_keyframe (const gchar *mid, JanusSignalling signalling);

/* Bodies for the Record & Play plugin, whose ids are numbers. NULL leaves ID out. */
JsonObject *janus_recordplay_record (const gchar *id, const gchar *name);
JsonObject *janus_recordplay_play (const gchar *id);

/* Whether TEXT is an id that can be sent: a whole number from 0 to 2^53, or any non-empty string
 * with STRING_IDS. */
gboolean janus_id_is_valid (const gchar *text, gboolean string_ids);

G_END_DECLS
