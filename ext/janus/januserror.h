/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors of the Janus signalling, and what a person can do about each. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What goes wrong on our side of the connection. */
#define JANUS_ERROR (janus_error_quark ())

typedef enum {
  JANUS_ERROR_SETTINGS,     /* a property is missing or malformed */
  JANUS_ERROR_UNREACHABLE,  /* no TCP connection, no TLS, or no WebSocket upgrade */
  JANUS_ERROR_TLS,          /* a certificate that is not trusted */
  JANUS_ERROR_TIMEOUT,      /* no answer in time */
  JANUS_ERROR_CLOSED,       /* the connection or the session ended */
  JANUS_ERROR_PROTOCOL,     /* an answer that makes no sense */
  JANUS_ERROR_CODEC,        /* the room takes none of a medium's codecs */
  JANUS_ERROR_NO_FEED,      /* the feed to subscribe to did not appear */
  JANUS_ERROR_NO_MEDIA,     /* the feed has none */
  JANUS_ERROR_NO_DATA,      /* a stream to be published gives nothing */
  JANUS_ERROR_ICE,          /* no media connection */
  JANUS_ERROR_NO_WAY,       /* none for media yet, which was found sooner before */
  JANUS_ERROR_HANDSHAKE,    /* a way for media, and no keys for it */
  JANUS_ERROR_SRTP,         /* what comes is not authentic */
  JANUS_ERROR_MEDIA,        /* what carries the media has failed on our side */
  JANUS_ERROR_KICKED,       /* removed from the room */
  JANUS_ERROR_DESTROYED,    /* the room was destroyed */
  JANUS_ERROR_RECORD,       /* the server will not record */
  JANUS_ERROR_NO_RECORDING, /* the server has no such recording */
} JanusError;

/* A refusal by the server. The error's code is Janus' own: 4xx, from apierror.h of Janus for the
 * core and from the heads of janus_videoroom.c and janus_recordplay.c for the plugins. */
#define JANUS_REFUSAL (janus_refusal_quark ())

enum {
  JANUS_REFUSAL_UNAUTHORIZED_CORE = 403,
  JANUS_REFUSAL_UNAUTHORIZED_PLUGIN = 405, /* the token is not for this plugin */
  JANUS_REFUSAL_NO_SUCH_RECORDING = 416,
  JANUS_REFUSAL_BROKEN_RECORDING = 417,
  JANUS_REFUSAL_RECORDING_EXISTS = 420,
  JANUS_REFUSAL_INVALID_REQUEST = 423,
  JANUS_REFUSAL_NO_SUCH_ROOM = 426,
  JANUS_REFUSAL_NO_SUCH_FEED = 428,
  JANUS_REFUSAL_MISSING_ELEMENT = 429,
  JANUS_REFUSAL_INVALID_ELEMENT = 430,
  JANUS_REFUSAL_PERC_ONLY = 431,
  JANUS_REFUSAL_ROOM_FULL = 432,
  JANUS_REFUSAL_UNAUTHORIZED = 433,
  JANUS_REFUSAL_ID_EXISTS = 436,
  JANUS_REFUSAL_INVALID_SDP = 437, /* ours, or that of a feed that publishes nothing (yet) */
  JANUS_REFUSAL_E2EE_MIXED = 438,
  JANUS_REFUSAL_NO_SUCH_SESSION = 458,
  JANUS_REFUSAL_NO_SUCH_HANDLE = 459,
  JANUS_REFUSAL_NO_SUCH_PLUGIN = 460,
  JANUS_REFUSAL_PLUGIN_ATTACH = 461, /* the plugin is being stopped, or not ready */
  JANUS_REFUSAL_PLUGIN_MESSAGE =
      462, /* the plugin has not taken it, or the handle is being detached */
  JANUS_REFUSAL_INVALID_ELEMENT_TYPE = 467,
  JANUS_REFUSAL_SESSION_CONFLICT = 468,
  JANUS_REFUSAL_WEBRTC_STATE = 471, /* what was there before is being cleaned up */
  JANUS_REFUSAL_NO_MORE_SESSIONS = 472,
  JANUS_REFUSAL_UNKNOWN = 490, /* such as no network for the media */
  JANUS_REFUSAL_UNKNOWN_PLUGIN =
      499, /* the plugins' own, such as a session that is being destroyed */
};

GQuark janus_error_quark (void);
GQuark janus_refusal_quark (void);

/* What the reader of ERROR can do about it: a sentence, or "" where there is nothing to add. */
const gchar *janus_error_hint (const GError *error);

G_END_DECLS
