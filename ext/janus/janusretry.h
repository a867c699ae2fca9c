/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a session that has ended is tried again, and when.
 *
 * Pure but for what it remembers: no clock, no chance, no I/O of its own. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Times in nanoseconds. */
typedef struct {
  gboolean enabled;
  gint max_attempts; /* in a row; negative: for ever */
  guint64 min_delay; /* before the first attempt, doubled before each one that follows */
  guint64 max_delay;
  gboolean when_kicked;
  gboolean id_is_ours; /* the id in the room was asked for by the user, and no other will do */
} JanusRetryConfig;

/* What an error says of the next attempt. */
typedef enum {
  JANUS_RETRY_NEVER,   /* it would end the same way: a wrong PIN, a codec that is refused */
  JANUS_RETRY_HEALS,   /* servers come back, networks too */
  JANUS_RETRY_UNLUCKY, /* the server is there, only a packet was lost that matters: the next is
                          likely to work */
  JANUS_RETRY_PROVEN,  /* only what has worked before can work again: a certificate, a token */
  JANUS_RETRY_KICKED,  /* it was somebody's will */
  JANUS_RETRY_TAKEN, /* somebody has our id, most likely a session of ours that the server believes
                        alive */
} JanusRetryKind;

typedef enum {
  JANUS_RETRY_GIVE_UP,
  JANUS_RETRY_AGAIN,
  JANUS_RETRY_AGAIN_AS_ANOTHER,   /* without the id that we had */
  JANUS_RETRY_AGAIN_THOUGH_TAKEN, /* with it, though somebody else seems to have it */
} JanusRetryVerdict;

/* How long an id that is taken is waited for, in nanoseconds: longer than a server keeps a session
 * that it does not hear of any more (session_timeout, 60 s unless it is configured otherwise). */
#define JANUS_RETRY_TAKEN_PATIENCE (G_GUINT64_CONSTANT (90) * 1000 * 1000 * 1000)

/* To be set to JANUS_RETRY_INIT. */
typedef struct {
  gboolean proven; /* it has worked once */
  guint attempts;  /* in a row */
  guint unlucky;   /* as many of the last ones were that alone */
  guint missed;    /* ways since the last connection that were not found in time, */
  guint stuck;     /* handshakes */
  guint blocked;   /* and ways that were not found at all */
  gint64 up_at;    /* since when it works, or -1 */
  gint64 taken_at; /* since when the id is taken, or -1 */
} JanusRetry;

/* How long a media connection may get no further while it is set up, before another is tried, in
 * milliseconds; 0: as long as it takes. */
typedef struct {
  guint way;       /* until ICE has found one, if it mostly finds one quickly */
  guint handshake; /* then the whole of DTLS */
  guint idle;      /* the other side, once all that ICE has tried on ours has failed */
  guint quick;     /* a way that was found within it was; never 0 */
} JanusPatience;

#define JANUS_RETRY_INIT ((JanusRetry){.up_at = -1, .taken_at = -1})

/* Forgets the attempts that were, but not what they have shown of ways to the server. */
void janus_retry_reset (JanusRetry *retry);

JanusRetryKind janus_retry_get_kind (const GError *error);

/* A connection is up, at NOW (nanoseconds of any monotonic clock), since then or before. */
void janus_retry_succeeded (JanusRetry *retry, gint64 now);

/* It has ended, or an attempt has failed, with ERROR. Unless the verdict is to give up, the next
 * attempt is number `attempts` and due in *DELAY nanoseconds. CHANCE, from 0 to 1, spreads it over
 * the upper half of what it is at the most, so that not all clients of a server come back at once.
 * Attempts count anew once a connection has held for max_delay; whoever is but unlucky waits a
 * quarter, the first two times, and not for all the attempts that came before. */
JanusRetryVerdict janus_retry_failed (JanusRetry *retry, const JanusRetryConfig *config,
    const GError *error, gint64 now, gdouble chance, guint64 *delay);

/* That of the connection that is about to be made, to a server to which a round trip takes
 * ROUND_TRIP milliseconds. None is given up early that is the last attempt. */
JanusPatience janus_retry_get_patience (
    const JanusRetry *retry, const JanusRetryConfig *config, guint round_trip);

G_END_DECLS
