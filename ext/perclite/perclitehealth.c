/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitehealth.c - whether the streams of a receiver decrypt, and what of it is worth telling. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitehealth.h"

/* Comparisons of two packets' headers, inside and outside. A match is one of 64 bits by chance. */
#define STEPS_OF_PLAINTEXT 3

/* No state, or none that was told. */
#define NOTHING PERCLITE_N_NEWS

/* What a payload would say if it were encrypted, and what its packet says. */
typedef struct {
  guint32 outer_ts;
  guint16 outer_seq;
  guint16 seq;
  guint32 ts;
  guint32 ssrc;
} Step;

typedef struct {
  guint32 ssrc;
  guint credit; /* packets that came, less those of others for which there was no place */

  guint64 dropped;        /* since the start */
  guint64 failures;       /* in a row */
  gint64 failing_since;   /* the first of them */
  PercliteNewsKind state; /* that it is in: one of the first four, or NOTHING */
  guint others;           /* failures in a row that speak for another one */

  PercliteNewsKind told; /* of the states */
  gint64 told_when;      /* or of its end */
  guint64 told_failures; /* dropped since it was told, for its end */
  gint64 upstream_when;  /* a state was told upstream */
  gint64 recovered_when;
  gint64 asked_when; /* for a key */

  guint64 replayed; /* since that was told */
  gint64 replayed_when;

  gchar fingerprint[17]; /* of the key that worked last */
  gchar told_fingerprint[17];
  gint64 key_when;

  gboolean has_step;
  Step step; /* of the last packet that failed */
  guint in_step;
  guint out_of_step;
} Stream;

struct _PercliteHealth {
  Stream streams[PERCLITE_HEALTH_MAX_STREAMS];
  guint32 ssrcs[PERCLITE_HEALTH_MAX_STREAMS]; /* theirs */
  guint n_streams;
  guint64 epoch; /* goes up when one that had decrypted does not, or with another key */

  gint64 news_since; /* when the second began that */
  guint n_news;      /* of these */
};

static const gchar *const nicks[PERCLITE_N_NEWS] = {
    [PERCLITE_NEWS_MISSING_KEY] = "missing-key",
    [PERCLITE_NEWS_DECRYPT_FAILED] = "decrypt-failed",
    [PERCLITE_NEWS_PLAINTEXT_RECEIVED] = "plaintext-received",
    [PERCLITE_NEWS_ALL_REPLAYED] = "all-replayed",
    [PERCLITE_NEWS_DECRYPT_RESUMED] = "decrypt-resumed",
    [PERCLITE_NEWS_REPLAYED] = "replayed",
    [PERCLITE_NEWS_KEY_CHANGED] = "key-changed",
    [PERCLITE_NEWS_LIMIT_NEAR] = "limit-near",
};

const gchar *
perclite_news_nick (PercliteNewsKind kind)
{
  g_return_val_if_fail ((guint) kind < PERCLITE_N_NEWS, NULL);

  return nicks[kind];
}

PercliteHealth *
perclite_health_new (void)
{
  PercliteHealth *self = g_new0 (PercliteHealth, 1);

  perclite_health_disturb (self);
  return self;
}

void
perclite_health_free (PercliteHealth *self)
{
  g_free (self);
}

static gboolean
has_decrypted (const Stream *stream)
{
  return stream->fingerprint[0] != '\0';
}

/*
 * The place of one that never decrypted, if there is any to be had. What decrypts takes the first;
 * of what does not, those stay of which most packets come (Misra and Gries, "Finding repeated
 * elements", 1982): made-up SSRCs do not keep a real one out.
 */
static Stream *
make_place (PercliteHealth *self, gboolean decrypts)
{
  for (guint i = 0; i < self->n_streams; i++) {
    Stream *stream = &self->streams[i];

    if (!has_decrypted (stream) && (decrypts || stream->credit == 0))
      return stream;
  }
  for (guint i = 0; i < self->n_streams; i++) {
    if (!has_decrypted (&self->streams[i]))
      self->streams[i].credit--;
  }
  return NULL;
}

/* NULL: there is no place. */
static Stream *
get_stream (PercliteHealth *self, guint32 ssrc, gboolean decrypts, gint64 now)
{
  Stream *stream;

  for (guint i = 0; i < self->n_streams; i++) {
    if (self->ssrcs[i] == ssrc)
      return &self->streams[i];
  }

  if (self->n_streams < PERCLITE_HEALTH_MAX_STREAMS)
    stream = &self->streams[self->n_streams++];
  else
    stream = make_place (self, decrypts);
  if (stream == NULL)
    return NULL;
  *stream = (Stream){
      .ssrc = ssrc,
      .state = NOTHING,
      .told = NOTHING,
      .told_when = now - PERCLITE_DROPS_INTERVAL,
      .upstream_when = now - PERCLITE_DROPS_INTERVAL,
      .recovered_when = now - PERCLITE_DROPS_INTERVAL,
      .asked_when = now - PERCLITE_DROPS_INTERVAL,
      .replayed_when = now - PERCLITE_DROPS_INTERVAL,
      .key_when = now - PERCLITE_DROPS_INTERVAL,
  };
  self->ssrcs[stream - self->streams] = ssrc;
  return stream;
}

/* Whether something may be told, or asked, which it is then. */
static gboolean
may_tell (PercliteHealth *self, gint64 now)
{
  if (now - self->news_since >= G_USEC_PER_SEC) {
    self->news_since = now;
    self->n_news = 0;
  }
  return self->n_news++ < PERCLITE_HEALTH_MAX_NEWS;
}

static gboolean
is_due (gint64 when, gint64 now)
{
  return now - when >= PERCLITE_DROPS_INTERVAL;
}

static void
add_news (PercliteDiagnosis *diagnosis, PercliteNewsKind kind, const Stream *stream,
    const guint8 *outer_header, guint64 count)
{
  PercliteNews *news = &diagnosis->news[diagnosis->n_news++];

  *news = (PercliteNews){
      .kind = kind,
      .ssrc = stream->ssrc,
      .payload_type = outer_header[PERCLITE_PT_OFFSET] & 0x7f,
      .count = count,
      .total = stream->dropped,
  };
  g_strlcpy (news->fingerprint, stream->fingerprint, sizeof news->fingerprint);
}

gboolean
perclite_health_is_calm (const PercliteHealth *self, const guint8 *outer_header,
    const gchar *fingerprint, const PercliteCalm *calm)
{
  return calm->epoch == self->epoch && calm->fingerprint == fingerprint &&
         calm->outer_ssrc == perclite_read_ssrc (outer_header);
}

void
perclite_health_disturb (PercliteHealth *self)
{
  g_return_if_fail (self != NULL);

  self->epoch++;
}

/* A stream for which there is no place will not get one before some other fails. */
static gboolean
is_steady (const Stream *stream)
{
  return stream == NULL ||
         (stream->told == NOTHING && strcmp (stream->told_fingerprint, stream->fingerprint) == 0);
}

static void
set_calm (const PercliteHealth *self, const Stream *stream, const guint8 *outer_header,
    const gchar *fingerprint, PercliteCalm *calm)
{
  *calm = (PercliteCalm){
      .epoch = is_steady (stream) ? self->epoch : 0,
      .fingerprint = fingerprint,
      .outer_ssrc = perclite_read_ssrc (outer_header),
  };
}

void
perclite_health_good (PercliteHealth *self, const guint8 *outer_header, const gchar *fingerprint,
    gint64 now, PercliteDiagnosis *diagnosis, PercliteCalm *calm)
{
  Stream *stream;

  g_return_if_fail (self != NULL && fingerprint != NULL);

  perclite_diagnosis_init (diagnosis, PERCLITE_N_DROPS);
  stream = get_stream (self, perclite_read_ssrc (outer_header), TRUE, now);
  if (stream == NULL) {
    set_calm (self, stream, outer_header, fingerprint, calm);
    return;
  }

  if (stream->state != NOTHING &&
      now - stream->recovered_when >= PERCLITE_HEALTH_RECOVERY_INTERVAL) {
    diagnosis->recovered = TRUE;
    stream->recovered_when = now;
    stream->upstream_when = now - PERCLITE_DROPS_INTERVAL;
  }
  stream->failures = 0;
  stream->others = 0;
  stream->state = NOTHING;
  stream->has_step = FALSE;
  stream->in_step = stream->out_of_step = 0;
  if (g_strcmp0 (stream->fingerprint, fingerprint) != 0) {
    /* What came under this outer SSRC with the key before may come back, and is no longer calm. */
    if (has_decrypted (stream))
      perclite_health_disturb (self);
    g_strlcpy (stream->fingerprint, fingerprint, sizeof stream->fingerprint);
  }

  if (stream->told != NOTHING && is_due (stream->told_when, now)) {
    add_news (
        diagnosis, PERCLITE_NEWS_DECRYPT_RESUMED, stream, outer_header, stream->told_failures);
    stream->told = NOTHING;
    stream->told_when = now;
    stream->told_failures = 0;
  }
  /* The first key is no change. */
  if (stream->told_fingerprint[0] == '\0') {
    g_strlcpy (stream->told_fingerprint, fingerprint, sizeof stream->told_fingerprint);
  } else if (g_strcmp0 (stream->told_fingerprint, fingerprint) != 0 &&
             is_due (stream->key_when, now)) {
    add_news (diagnosis, PERCLITE_NEWS_KEY_CHANGED, stream, outer_header, 1);
    g_strlcpy (stream->told_fingerprint, fingerprint, sizeof stream->told_fingerprint);
    stream->key_when = now;
  }
  set_calm (self, stream, outer_header, fingerprint, calm);
}

static Step
read_step (const guint8 *outer_header, const guint8 *payload)
{
  /* The first byte of the inner header is not sent. */
  const guint8 *inner = payload - 1;

  return (Step){
      .outer_ts = perclite_read_ts (outer_header),
      .outer_seq = perclite_read_seq (outer_header),
      .seq = perclite_read_seq (inner),
      .ts = perclite_read_ts (inner),
      .ssrc = perclite_read_ssrc (inner),
  };
}

/* Whether the payload looks like one with a payload encryption header, judged by the packet
 * before. */
static void
compare_steps (Stream *stream, const guint8 *outer_header, const guint8 *payload, gsize size)
{
  Step last = stream->step, now;
  guint32 outer_ts_delta, ts_delta;
  guint16 outer_seq_delta, seq_delta;
  gboolean has_last = stream->has_step;

  if (size < PERCLITE_PEH_SIZE) {
    stream->out_of_step++;
    stream->in_step = 0;
    return;
  }
  now = read_step (outer_header, payload);
  stream->step = now;
  stream->has_step = TRUE;

  /* No server has rewritten it. */
  if (now.seq == now.outer_seq && now.ts == now.outer_ts) {
    stream->in_step++;
    stream->out_of_step = 0;
    return;
  }
  if (!has_last)
    return;

  outer_ts_delta = now.outer_ts - last.outer_ts;
  ts_delta = now.ts - last.ts;
  outer_seq_delta = (guint16) (now.outer_seq - last.outer_seq);
  seq_delta = (guint16) (now.seq - last.seq);

  if (now.ssrc != last.ssrc || ts_delta != outer_ts_delta) {
    stream->out_of_step++;
    stream->in_step = 0;
  } else if (outer_ts_delta != 0 || (seq_delta == outer_seq_delta && seq_delta != 0)) {
    /* Else both packets are of one timestamp, and payloads may just be equal. */
    stream->in_step++;
    stream->out_of_step = 0;
  }
}

static gboolean
is_plaintext (const Stream *stream)
{
  return stream->out_of_step >= STEPS_OF_PLAINTEXT;
}

static PercliteNewsKind
name_failure (const Stream *stream, PercliteResult result)
{
  if (is_plaintext (stream))
    return PERCLITE_NEWS_PLAINTEXT_RECEIVED;
  return result == PERCLITE_NO_KEY ? PERCLITE_NEWS_MISSING_KEY : PERCLITE_NEWS_DECRYPT_FAILED;
}

static void
update_state (Stream *stream, PercliteResult result)
{
  gboolean shown = stream->in_step > 0 || is_plaintext (stream);
  PercliteNewsKind kind = name_failure (stream, result);

  if (stream->state == NOTHING) {
    if (stream->failures < PERCLITE_HEALTH_PATIENCE && (has_decrypted (stream) || !shown))
      return;
    stream->state = kind;
  } else if (kind == stream->state) {
    stream->others = 0;
  } else if (++stream->others >= PERCLITE_HEALTH_PATIENCE) {
    stream->state = kind;
    stream->others = 0;
  }
}

static gboolean
ask (PercliteHealth *self, Stream *stream, gint64 now)
{
  if (is_plaintext (stream) || !is_due (stream->asked_when, now) || !may_tell (self, now))
    return FALSE;
  stream->asked_when = now;
  return TRUE;
}

gboolean
perclite_health_ask (PercliteHealth *self, const guint8 *outer_header, gint64 now)
{
  Stream *stream = get_stream (self, perclite_read_ssrc (outer_header), FALSE, now);

  return stream != NULL && ask (self, stream, now);
}

/* Tells of a state that has begun, here and upstream. */
static void
tell_state (PercliteHealth *self, Stream *stream, const guint8 *outer_header, gint64 now,
    PercliteDiagnosis *diagnosis)
{
  if (stream->told != NOTHING)
    stream->told_failures++;
  if (stream->state == NOTHING)
    return;

  if (stream->state != stream->told && is_due (stream->told_when, now) && may_tell (self, now)) {
    add_news (diagnosis, stream->state, stream, outer_header, stream->failures);
    if (stream->told == NOTHING)
      stream->told_failures = stream->failures;
    stream->told = stream->state;
    stream->told_when = now;
  }
  if (is_due (stream->upstream_when, now)) {
    stream->upstream_when = now;
    diagnosis->failing = TRUE;
    diagnosis->failing_for = now - stream->failing_since;
  }
}

/* Replays are no failures of the key, until there is nothing else. */
static void
update_replays (PercliteHealth *self, Stream *stream, const guint8 *outer_header, gint64 now,
    PercliteDiagnosis *diagnosis)
{
  stream->replayed++;
  if (is_due (stream->replayed_when, now) && may_tell (self, now)) {
    add_news (diagnosis, PERCLITE_NEWS_REPLAYED, stream, outer_header, stream->replayed);
    stream->replayed = 0;
    stream->replayed_when = now;
  }
  if (stream->state == NOTHING && stream->failures >= PERCLITE_HEALTH_PATIENCE &&
      now - stream->failing_since >= PERCLITE_HEALTH_REPLAYS)
    stream->state = PERCLITE_NEWS_ALL_REPLAYED;
}

void
perclite_health_bad (PercliteHealth *self, const guint8 *outer_header, const guint8 *payload,
    gsize payload_size, PercliteResult result, gint64 now, PercliteDiagnosis *diagnosis)
{
  Stream *stream;

  g_return_if_fail (self != NULL && result != PERCLITE_OK);

  perclite_diagnosis_init (diagnosis, perclite_drop_from_result (result));
  stream = get_stream (self, perclite_read_ssrc (outer_header), FALSE, now);
  if (stream == NULL)
    return;
  if (has_decrypted (stream))
    perclite_health_disturb (self);

  stream->credit++;
  stream->dropped++;
  if (stream->failures++ == 0)
    stream->failing_since = now;
  switch (result) {
    case PERCLITE_NO_KEY:
    case PERCLITE_AUTH_FAILED:
    case PERCLITE_TOO_SHORT:
      compare_steps (stream, outer_header, payload, payload_size);
      update_state (stream, result);
      if (is_plaintext (stream))
        diagnosis->drop = PERCLITE_DROP_PLAINTEXT;
      break;
    case PERCLITE_REPLAYED:
    case PERCLITE_REPLAY_OLD:
      update_replays (self, stream, outer_header, now, diagnosis);
      break;
    case PERCLITE_OK:
    case PERCLITE_KEY_LIMIT:
    case PERCLITE_NONCE_USED:
    case PERCLITE_INTERNAL:
    default:
      break;
  }
  tell_state (self, stream, outer_header, now, diagnosis);
  if (stream->state == PERCLITE_NEWS_DECRYPT_FAILED)
    diagnosis->wants_key = ask (self, stream, now);
}
