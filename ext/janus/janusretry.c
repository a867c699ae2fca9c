/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a session that has ended is tried again, and when. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "januserror.h"
#include "janusretry.h"

/* After this a connection is better begun anew, which takes a few round trips: Janus 1.1.2 sends
 * what the link has lost of a DTLS handshake again after 1 s, then after 2 s more and 4 s more
 * (OpenSSL), and cannot be asked for it earlier; and libnice repeats a check of its own that was
 * lost after 0.5 s, and after 1 s more, and waits 5 s for the other side once all have failed. On a
 * link that loses packets a second handshake is as quick as the first one should have been; the
 * first has time for what Janus repeats once, and for the round trips: two are the handshake's, and
 * one may go by until Janus has a way, too. From the third on each handshake has twice as long, for
 * machines on which it does take that long. A way has time for what libnice repeats once, the
 * second time for what it repeats twice, and then as long as it takes; and for up to five round
 * trips (gstjanusice.c). The other side is given all the time that libnice does at the second
 * time. */
static const guint way_mseconds[] = {850, 1850};
/* Less than the first of these, so that a way that is as quick again is found in time. */
#define QUICK_WAY_MSECONDS 800
#define WAY_ROUND_TRIPS 5
#define HANDSHAKE_MSECONDS 1250
#define HANDSHAKE_ROUND_TRIPS 3
#define IDLE_MSECONDS 2000
/* No server is further away, it is only slow to answer. */
#define MAX_ROUND_TRIP_MSECONDS 2000
#define MAX_DOUBLINGS 3

/* Of the usual delay, after the first two of bad luck in a row: the server is there, only has it to
 * have forgotten the session before. If it is but slow, with others that have come at the same
 * time, the next ones wait longer. */
#define UNLUCKY_SHARE 4
#define MAX_QUICK 2

static JanusRetryKind
get_kind_of_error (gint code)
{
  switch (code) {
    case JANUS_ERROR_UNREACHABLE:
    case JANUS_ERROR_TIMEOUT:
    case JANUS_ERROR_CLOSED:
    case JANUS_ERROR_NO_MEDIA:
    case JANUS_ERROR_ICE:
    case JANUS_ERROR_MEDIA:
    case JANUS_ERROR_DESTROYED:
      return JANUS_RETRY_HEALS;
    case JANUS_ERROR_NO_WAY:
    case JANUS_ERROR_HANDSHAKE:
    case JANUS_ERROR_SRTP:
      return JANUS_RETRY_UNLUCKY;
    case JANUS_ERROR_TLS:
    case JANUS_ERROR_PROTOCOL:
      return JANUS_RETRY_PROVEN;
    case JANUS_ERROR_KICKED:
      return JANUS_RETRY_KICKED;
    default:
      return JANUS_RETRY_NEVER;
  }
}

/* What a refusal says of the next attempt; first match wins. A restart of the server ends what is
 * the matter with the state of a session, and brings back what it was started with: rooms and
 * tokens that were made at run time have to be made again, and the server lets nobody in before.
 * Whatever is not here has another reason at the server, if the same request was taken before. */
static const struct {
  gint code;
  const gchar *text; /* part of Janus' text, where one code has several meanings, or NULL */
  JanusRetryKind kind;
} refusals[] = {
    {JANUS_REFUSAL_NO_SUCH_ROOM, NULL, JANUS_RETRY_HEALS},
    {JANUS_REFUSAL_NO_SUCH_FEED, NULL, JANUS_RETRY_HEALS},
    {JANUS_REFUSAL_ROOM_FULL, NULL, JANUS_RETRY_HEALS},
    {JANUS_REFUSAL_INVALID_SDP, "no stream", JANUS_RETRY_HEALS},
    {JANUS_REFUSAL_NO_SUCH_SESSION, NULL, JANUS_RETRY_HEALS},
    {JANUS_REFUSAL_NO_SUCH_HANDLE, NULL, JANUS_RETRY_HEALS},
    {JANUS_REFUSAL_PLUGIN_ATTACH, NULL, JANUS_RETRY_HEALS},
    {JANUS_REFUSAL_PLUGIN_MESSAGE, NULL, JANUS_RETRY_HEALS},
    {JANUS_REFUSAL_SESSION_CONFLICT, NULL, JANUS_RETRY_HEALS},
    {JANUS_REFUSAL_WEBRTC_STATE, NULL, JANUS_RETRY_HEALS},
    {JANUS_REFUSAL_NO_MORE_SESSIONS, NULL, JANUS_RETRY_HEALS},
    {JANUS_REFUSAL_UNKNOWN, NULL, JANUS_RETRY_HEALS},
    {JANUS_REFUSAL_UNKNOWN_PLUGIN, NULL, JANUS_RETRY_HEALS},
    {JANUS_REFUSAL_ID_EXISTS, NULL, JANUS_RETRY_TAKEN},
    {JANUS_REFUSAL_UNAUTHORIZED, "kicked", JANUS_RETRY_KICKED},
    {JANUS_REFUSAL_UNAUTHORIZED, "allowed list", JANUS_RETRY_PROVEN},
    {JANUS_REFUSAL_UNAUTHORIZED, "token", JANUS_RETRY_PROVEN},
    {JANUS_REFUSAL_UNAUTHORIZED, "private_id", JANUS_RETRY_PROVEN},
    {JANUS_REFUSAL_UNAUTHORIZED, NULL, JANUS_RETRY_NEVER},
    {JANUS_REFUSAL_NO_SUCH_RECORDING, NULL, JANUS_RETRY_NEVER},
    {JANUS_REFUSAL_BROKEN_RECORDING, NULL, JANUS_RETRY_NEVER},
    {JANUS_REFUSAL_RECORDING_EXISTS, NULL, JANUS_RETRY_NEVER},
    {JANUS_REFUSAL_INVALID_REQUEST, NULL, JANUS_RETRY_NEVER},
    {JANUS_REFUSAL_MISSING_ELEMENT, NULL, JANUS_RETRY_NEVER},
    {JANUS_REFUSAL_INVALID_ELEMENT, NULL, JANUS_RETRY_NEVER},
    {JANUS_REFUSAL_PERC_ONLY, NULL, JANUS_RETRY_NEVER},
    {JANUS_REFUSAL_E2EE_MIXED, NULL, JANUS_RETRY_NEVER},
    {JANUS_REFUSAL_INVALID_ELEMENT_TYPE, NULL, JANUS_RETRY_NEVER},
};

static JanusRetryKind
get_kind_of_refusal (const GError *error)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (refusals); i++) {
    if (refusals[i].code == error->code &&
        (!refusals[i].text || strstr (error->message, refusals[i].text)))
      return refusals[i].kind;
  }
  return JANUS_RETRY_PROVEN;
}

void
janus_retry_reset (JanusRetry *retry)
{
  guint missed = retry->missed;

  *retry = JANUS_RETRY_INIT;
  retry->missed = missed;
}

JanusRetryKind
janus_retry_get_kind (const GError *error)
{
  if (error->domain == JANUS_ERROR)
    return get_kind_of_error (error->code);
  if (error->domain == JANUS_REFUSAL)
    return get_kind_of_refusal (error);
  return JANUS_RETRY_NEVER;
}

void
janus_retry_succeeded (JanusRetry *retry, gint64 now)
{
  retry->proven = TRUE;
  retry->missed = retry->stuck = retry->blocked = 0;
  if (retry->up_at < 0)
    retry->up_at = now;
  retry->taken_at = -1;
}

static gboolean
may_heal (const JanusRetry *retry, const JanusRetryConfig *config, JanusRetryKind kind)
{
  switch (kind) {
    case JANUS_RETRY_HEALS:
    case JANUS_RETRY_UNLUCKY:
    case JANUS_RETRY_TAKEN:
      return TRUE;
    case JANUS_RETRY_PROVEN:
      return retry->proven;
    case JANUS_RETRY_KICKED:
      return config->when_kicked;
    case JANUS_RETRY_NEVER:
    default:
      return FALSE;
  }
}

/* Whether our id has been taken for longer than a forgotten session of ours could hold it. */
static gboolean
is_lost_for_good (JanusRetry *retry, JanusRetryKind kind, gint64 now)
{
  if (kind != JANUS_RETRY_TAKEN) {
    retry->taken_at = -1;
    return FALSE;
  }
  if (retry->taken_at < 0)
    retry->taken_at = now;
  return now - retry->taken_at >= (gint64) JANUS_RETRY_TAKEN_PATIENCE;
}

static guint64
get_delay (guint attempt, const JanusRetryConfig *config, gdouble chance)
{
  guint64 most = MIN (config->min_delay, config->max_delay);

  while (attempt > 1 && most > 0 && most < config->max_delay) {
    most = most > config->max_delay / 2 ? config->max_delay : most * 2;
    attempt--;
  }
  return most - (guint64) ((gdouble) (most / 2) * (1.0 - chance));
}

static gboolean
may_try (const JanusRetry *retry, const JanusRetryConfig *config)
{
  return config->enabled &&
         (config->max_attempts < 0 || retry->attempts < (guint) config->max_attempts);
}

/* Where in the row of delays the next attempt is, from 1 on. */
static guint
get_step (const JanusRetry *retry, gboolean is_hopeless)
{
  if (is_hopeless)
    return G_MAXUINT;
  return retry->unlucky > 0 ? retry->unlucky : retry->attempts;
}

JanusRetryVerdict
janus_retry_failed (JanusRetry *retry, const JanusRetryConfig *config, const GError *error,
    gint64 now, gdouble chance, guint64 *delay)
{
  JanusRetryKind kind = janus_retry_get_kind (error);
  gboolean is_lost;

  if (retry->up_at >= 0 && (guint64) (now - retry->up_at) >= config->max_delay)
    retry->attempts = retry->unlucky = 0;
  retry->up_at = -1;
  retry->unlucky = kind == JANUS_RETRY_UNLUCKY ? retry->unlucky + 1 : 0;
  retry->missed += g_error_matches (error, JANUS_ERROR, JANUS_ERROR_NO_WAY);
  retry->stuck += g_error_matches (error, JANUS_ERROR, JANUS_ERROR_HANDSHAKE);
  retry->blocked += g_error_matches (error, JANUS_ERROR, JANUS_ERROR_ICE);

  is_lost = is_lost_for_good (retry, kind, now);
  if (!may_try (retry, config) || !may_heal (retry, config, kind) ||
      (is_lost && config->id_is_ours && !retry->proven))
    return JANUS_RETRY_GIVE_UP;
  retry->attempts++;
  *delay = get_delay (get_step (retry, is_lost && config->id_is_ours), config, chance);
  if (retry->unlucky > 0 && retry->unlucky <= MAX_QUICK)
    *delay /= UNLUCKY_SHARE;
  if (!is_lost)
    return JANUS_RETRY_AGAIN;
  return config->id_is_ours ? JANUS_RETRY_AGAIN_THOUGH_TAKEN : JANUS_RETRY_AGAIN_AS_ANOTHER;
}

JanusPatience
janus_retry_get_patience (const JanusRetry *retry, const JanusRetryConfig *config, guint round_trip)
{
  JanusPatience patience = {0};
  guint handshake;

  round_trip = MIN (round_trip, MAX_ROUND_TRIP_MSECONDS);
  patience.quick = QUICK_WAY_MSECONDS + WAY_ROUND_TRIPS * round_trip;
  if (!may_try (retry, config))
    return patience;
  if (retry->missed < G_N_ELEMENTS (way_mseconds))
    patience.way = way_mseconds[retry->missed] + WAY_ROUND_TRIPS * round_trip;
  handshake = HANDSHAKE_MSECONDS + HANDSHAKE_ROUND_TRIPS * round_trip;
  patience.handshake = handshake << CLAMP ((gint) retry->stuck - 1, 0, MAX_DOUBLINGS);
  if (retry->blocked == 0)
    patience.idle = IDLE_MSECONDS;
  return patience;
}
