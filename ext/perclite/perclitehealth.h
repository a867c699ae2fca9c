/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitehealth.h - whether the streams of a receiver decrypt, and what of it is worth telling. */

#pragma once

#include "perclitedrops.h"

G_BEGIN_DECLS

/**
 * PercliteNewsKind:
 * @PERCLITE_NEWS_MISSING_KEY: a stream needs a key that is not there
 * @PERCLITE_NEWS_DECRYPT_FAILED: a stream is encrypted, but with none of the keys that are there
 * @PERCLITE_NEWS_PLAINTEXT_RECEIVED: a stream is not encrypted
 * @PERCLITE_NEWS_ALL_REPLAYED: nothing comes of a stream but what came before, or is too late to
 *   tell
 * @PERCLITE_NEWS_DECRYPT_RESUMED: a stream of which one of the above was told decrypts
 * @PERCLITE_NEWS_REPLAYED: packets came twice, or too late to tell
 * @PERCLITE_NEWS_KEY_CHANGED: a stream goes on with another key
 * @PERCLITE_NEWS_LIMIT_NEAR: a key is nearly used up
 *
 * The first four are states of a stream, told when they begin.
 */
typedef enum {
  PERCLITE_NEWS_MISSING_KEY,
  PERCLITE_NEWS_DECRYPT_FAILED,
  PERCLITE_NEWS_PLAINTEXT_RECEIVED,
  PERCLITE_NEWS_ALL_REPLAYED,
  PERCLITE_NEWS_DECRYPT_RESUMED,
  PERCLITE_NEWS_REPLAYED,
  PERCLITE_NEWS_KEY_CHANGED,
  PERCLITE_NEWS_LIMIT_NEAR,
  PERCLITE_N_NEWS,
} PercliteNewsKind;

/**
 * PercliteNews:
 * @ssrc: SSRC of the outer packet
 * @payload_type: of the outer packet
 * @fingerprint: of the key: the one that worked, or the one that had worked before; "" if there was
 *   none
 * @mki: by which the packet names a key that is missing, in hexadecimal; "" if it is not known
 * @count: packets that this is about: those that failed in a row so far, or since the last such
 *   news
 * @total: packets of the stream that were dropped since the start
 *
 * Something to tell of a stream.
 */
typedef struct {
  PercliteNewsKind kind;
  guint32 ssrc;
  guint8 payload_type;
  gchar fingerprint[17];
  gchar mki[2 * PERCLITE_MKI_MAX_SIZE + 1];
  guint64 count;
  guint64 total;
} PercliteNews;

/* Most news that one packet makes. */
#define PERCLITE_MAX_NEWS 2

/**
 * PercliteDiagnosis:
 * @drop: why the packet is dropped; of no meaning for one that is not
 * @news: what is to tell
 * @n_news: how many of them
 * @wants_key: the stream has not one of the keys, and it is time to ask the application for its
 * @failing: the stream does not decrypt, which is to be told upstream; not more often than every
 *   PERCLITE_DROPS_INTERVAL
 * @failing_for: microseconds since the first packet that failed, when @failing
 * @recovered: a stream that did not decrypt does, which is to be told upstream
 * @used_up: fingerprint of the key that is used up, when that is why the packet is dropped
 *
 * What a packet means for its stream.
 */
typedef struct {
  PercliteDrop drop;
  PercliteNews news[PERCLITE_MAX_NEWS];
  guint n_news;
  gboolean wants_key;
  gboolean failing;
  gint64 failing_for;
  gboolean recovered;
  gchar used_up[17];
} PercliteDiagnosis;

/* Says nothing but @drop, and costs no more than that takes. */
static inline void
perclite_diagnosis_init (PercliteDiagnosis *self, PercliteDrop drop)
{
  self->drop = drop;
  self->n_news = 0;
  self->wants_key = FALSE;
  self->failing = FALSE;
  self->failing_for = 0;
  self->recovered = FALSE;
  self->used_up[0] = '\0';
}

/* How many outer SSRCs are told apart. When there are more, those that decrypt take the place of
 * one that never did, and so do those of which more packets come. Of the others nothing is told but
 * the packets that were dropped. */
#define PERCLITE_HEALTH_MAX_STREAMS 64

/* Of all streams together so much is told in a second, whoever makes up SSRCs. */
#define PERCLITE_HEALTH_MAX_NEWS 64

/* Microseconds between two recoveries of a stream: each asks for a keyframe. */
#define PERCLITE_HEALTH_RECOVERY_INTERVAL (G_USEC_PER_SEC / 4)

/* After so many microseconds with nothing but replays those are no accident of the network. */
#define PERCLITE_HEALTH_REPLAYS (2 * G_USEC_PER_SEC)

/* So many packets in a row fail before a stream counts as one that does not decrypt: after the last
 * that did, networks and servers may damage some; of one that never did, as long as it does not
 * show what it is. As many in a row make one failure another: a short MKI, or the look of
 * plaintext, may also come by chance. */
#define PERCLITE_HEALTH_PATIENCE 8

/* Not to be used by two threads at a time. */
typedef struct _PercliteHealth PercliteHealth;

PercliteHealth *perclite_health_new (void);
void perclite_health_free (PercliteHealth *self);

/**
 * PercliteCalm:
 * @epoch: in which it was found out; 0 in one that knows nothing, and all else 0
 * @fingerprint: of the key
 * @outer_ssrc: of the stream
 *
 * That there is nothing to tell of a stream as long as all goes well. To be kept with what belongs
 * to one stream, so that it need not be looked up for each packet, however many streams there are.
 */
typedef struct {
  guint64 epoch;
  const gchar *fingerprint;
  guint32 outer_ssrc;
} PercliteCalm;

/**
 * perclite_health_is_calm:
 * @outer_header: the first 12 bytes of a packet that was decrypted
 * @fingerprint: of the key that it had; the same string for the same key, until
 *   perclite_health_disturb()
 * @calm: what perclite_health_good() left
 *
 * Returns: whether perclite_health_good() would have nothing to tell or to remember, and need not
 *   be called
 */
gboolean perclite_health_is_calm (const PercliteHealth *self, const guint8 *outer_header,
    const gchar *fingerprint, const PercliteCalm *calm);

/**
 * perclite_health_disturb:
 *
 * Forgets all calm there is. To be called when keys go, for the strings of other ones may take the
 * place of theirs.
 */
void perclite_health_disturb (PercliteHealth *self);

/**
 * perclite_health_good:
 * @outer_header: the first 12 bytes of a packet that was decrypted
 * @fingerprint: of the key that it had
 * @now: g_get_monotonic_time() or another clock in microseconds
 * @diagnosis: (out): what it means; may be that the stream decrypts again, or has another key
 * @calm: (out): whether there will be anything to tell of the packets that follow
 */
void perclite_health_good (PercliteHealth *self, const guint8 *outer_header,
    const gchar *fingerprint, gint64 now, PercliteDiagnosis *diagnosis, PercliteCalm *calm);

/**
 * perclite_health_bad:
 * @outer_header: the first 12 bytes of a packet that was not decrypted
 * @payload: its payload as it came, or the beginning of it
 * @payload_size: bytes of @payload
 * @result: why, not %PERCLITE_OK
 * @now: as for perclite_health_good()
 * @diagnosis: (out): what it means
 *
 * A wrong key and plaintext are told apart by the payload encryption header, which is in the clear:
 * its SSRC stays and its timestamp grows as the one outside, whatever servers have added to that;
 * the first 11 bytes of a plaintext do neither. Two packets show the first, four the second.
 */
void perclite_health_bad (PercliteHealth *self, const guint8 *outer_header, const guint8 *payload,
    gsize payload_size, PercliteResult result, gint64 now, PercliteDiagnosis *diagnosis);

/**
 * perclite_health_ask:
 * @outer_header: the first 12 bytes of a packet for which there is no key (%PERCLITE_NO_KEY)
 *
 * To be called before perclite_health_bad(), so that an application can help before anything is
 * told.
 *
 * Returns: whether it is time to ask the application for the key of the stream: not more often than
 *   every PERCLITE_DROPS_INTERVAL
 */
gboolean perclite_health_ask (PercliteHealth *self, const guint8 *outer_header, gint64 now);

/**
 * perclite_news_nick:
 *
 * Returns: (transfer none): the name in messages and statistics, e.g. "decrypt-failed"
 */
const gchar *perclite_news_nick (PercliteNewsKind kind);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PercliteHealth, perclite_health_free)

G_END_DECLS
