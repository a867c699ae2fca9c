/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a session that has ended is tried again, and when. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "januserror.h"
#include "janusretry.h"

static JanusRetryKind
get_kind_of_error (gint code)
{
  switch (code) {
    case JANUS_ERROR_UNREACHABLE:
    case JANUS_ERROR_TIMEOUT:
    case JANUS_ERROR_CLOSED:
    case JANUS_ERROR_NO_MEDIA:
    case JANUS_ERROR_ICE:
    case JANUS_ERROR_DESTROYED:
      return JANUS_RETRY_HEALS;
    case JANUS_ERROR_TLS:
    case JANUS_ERROR_PROTOCOL:
      return JANUS_RETRY_PROVEN;
    case JANUS_ERROR_KICKED:
      return JANUS_RETRY_KICKED;
    default:
      return JANUS_RETRY_NEVER;
  }
}

static JanusRetryKind
get_kind_of_refusal (gint code)
{
  switch (code) {
    case JANUS_REFUSAL_NO_SUCH_ROOM:
    case JANUS_REFUSAL_NO_SUCH_FEED:
    case JANUS_REFUSAL_ROOM_FULL:
    case JANUS_REFUSAL_NO_SUCH_SESSION:
    case JANUS_REFUSAL_NO_SUCH_HANDLE:
    case JANUS_REFUSAL_SESSION_CONFLICT:
    case JANUS_REFUSAL_NO_MORE_SESSIONS:
    case JANUS_REFUSAL_UNKNOWN:
      return JANUS_RETRY_HEALS;
    case JANUS_REFUSAL_ID_EXISTS:
      return JANUS_RETRY_TAKEN;
    default:
      return JANUS_RETRY_NEVER;
  }
}

JanusRetryKind
janus_retry_get_kind (const GError *error)
{
  if (error->domain == JANUS_ERROR)
    return get_kind_of_error (error->code);
  if (error->domain == JANUS_REFUSAL)
    return get_kind_of_refusal (error->code);
  return JANUS_RETRY_NEVER;
}

void
janus_retry_succeeded (JanusRetry *retry, gint64 now)
{
  retry->proven = TRUE;
  retry->up_at = now;
  retry->taken_at = -1;
}

static gboolean
may_heal (const JanusRetry *retry, const JanusRetryConfig *config, JanusRetryKind kind)
{
  switch (kind) {
    case JANUS_RETRY_HEALS:
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

JanusRetryVerdict
janus_retry_failed (JanusRetry *retry, const JanusRetryConfig *config, const GError *error,
    gint64 now, gdouble chance, guint64 *delay)
{
  JanusRetryKind kind = janus_retry_get_kind (error);
  gboolean as_another;

  if (retry->up_at >= 0 && (guint64) (now - retry->up_at) >= config->max_delay)
    retry->attempts = 0;
  retry->up_at = -1;

  as_another = is_lost_for_good (retry, kind, now);
  if (!config->enabled || !may_heal (retry, config, kind) || (as_another && config->id_is_ours) ||
      (config->max_attempts >= 0 && retry->attempts >= (guint) config->max_attempts))
    return JANUS_RETRY_GIVE_UP;
  retry->attempts++;
  *delay = get_delay (retry->attempts, config, chance);
  return as_another ? JANUS_RETRY_AGAIN_AS_ANOTHER : JANUS_RETRY_AGAIN;
}
