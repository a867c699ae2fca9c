/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* percliteencrypter.c - turns RTP payloads into PERC Lite payloads, and never uses a nonce
 * twice. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "percliteencrypter.h"

#include <openssl/rand.h>

#include "perclitenonces.h"

/* How far packets may be out of order when they are encrypted. Payloaders keep their order, and an
 * element in between that does not will not hold back hundreds of packets. libsrtp2 moves all of
 * the window with each packet. */
#define WINDOW_SIZE 256

/* Two senders that share an SSRC by mistake must not make a new inner SSRC of every other
 * packet. */
#define MIN_PACKETS_PER_INNER_SSRC 64

/* How many keys are remembered after their last stream, so that one that comes back does not get
 * its lifetime twice. */
#define MAX_LIVES 16

/* No frame takes longer. */
#define SILENCE_TIME G_USEC_PER_SEC

/* What is known of a key besides its streams: nothing secret. Its lifetime is one of the master key
 * (RFC 3711, section 9.2), whatever suite and MKI it has. */
typedef struct {
  gchar *fingerprint;
  guint64 packets;
  guint streams; /* that use it now */
  gboolean limit_told;
} Life;

/* One session per SSRC in a hash table: libsrtp2 keeps the streams of a session in a linked
 * list. */
typedef struct {
  PercliteStream info;
  PercliteKey *key; /* NULL, as the session, when it was silent while keys changed */
  Life *life;
  PercliteSrtp *srtp;
  guint64 last_index;  /* the newest, when there is no session */
  guint64 first_index; /* what is older may have been encrypted under the key before */
  guint32 ts;          /* of the newest packet */
  guint offered;       /* packets that were to be encrypted with this inner SSRC */
  guint held;          /* packets that had this key still, because of their timestamp */
  gboolean sent;       /* a packet, since streams were last looked through */
} Stream;

struct _PercliteEncrypter {
  PercliteKey *key;            /* the newest */
  PercliteSessionKeys *common; /* of its streams */
  Life *life;                  /* its life */
  PercliteInnerSsrc mode;
  guint64 owner;
  guint64 lifetime;
  guint32 first_roc;
  gint64 looked_through; /* monotonic time */
  gsize trailer_size;
  GQueue lives;        /* the last one set first */
  GHashTable *streams; /* outer SSRC -> Stream */
};

static void
life_free (gpointer data)
{
  Life *life = data;

  g_free (life->fingerprint);
  g_free (life);
}

/* Finds or makes the life of KEY, and forgets the oldest of those that are too many and not in
 * use. */
static Life *
get_life (PercliteEncrypter *self, const PercliteKey *key)
{
  const gchar *fingerprint = perclite_key_get_fingerprint (key);
  Life *life = NULL;

  for (GList *l = self->lives.head; l != NULL && life == NULL; l = l->next) {
    if (g_str_equal (((Life *) l->data)->fingerprint, fingerprint))
      life = l->data;
  }
  if (life == NULL) {
    life = g_new0 (Life, 1);
    life->fingerprint = g_strdup (fingerprint);
  }
  g_queue_remove (&self->lives, life);
  g_queue_push_head (&self->lives, life);

  for (GList *l = self->lives.tail; l != self->lives.head && self->lives.length > MAX_LIVES;) {
    GList *newer = l->prev;

    if (((Life *) l->data)->streams == 0) {
      life_free (l->data);
      g_queue_delete_link (&self->lives, l);
    }
    l = newer;
  }
  return life;
}

/* The stream keeps nothing that is secret. */
static void
stream_drop_session (Stream *stream)
{
  if (stream->srtp == NULL)
    return;
  stream->last_index = perclite_srtp_get_index (stream->srtp);
  perclite_nonces_release (stream->key, stream->info.inner_ssrc);
  g_clear_pointer (&stream->srtp, perclite_srtp_free);
  g_clear_pointer (&stream->key, perclite_key_unref);
}

static void
stream_leave_key (Stream *stream)
{
  stream_drop_session (stream);
  if (stream->life != NULL)
    stream->life->streams--;
  stream->life = NULL;
}

/* Of the newest packet. */
static guint64
stream_get_index (const Stream *stream)
{
  return stream->srtp != NULL ? perclite_srtp_get_index (stream->srtp) : stream->last_index;
}

static void
stream_free (gpointer data)
{
  Stream *stream = data;

  stream_leave_key (stream);
  g_free (stream);
}

static gboolean
key_is_possible (const PercliteKey *key, GError **error)
{
  /* Sessions are made with the first packet of each SSRC. That it can be done is better known
   * before. */
  g_autoptr (PercliteSrtp) trial =
      perclite_srtp_new (key, NULL, PERCLITE_OUTBOUND, 0, WINDOW_SIZE, error);

  return trial != NULL;
}

PercliteEncrypter *
perclite_encrypter_new (PercliteKey *key, PercliteInnerSsrc mode, GError **error)
{
  PercliteEncrypter *self;

  g_return_val_if_fail (key != NULL, NULL);

  if (!key_is_possible (key, error))
    return NULL;

  self = g_new0 (PercliteEncrypter, 1);
  self->key = perclite_key_ref (key);
  self->common = perclite_session_keys_new ();
  self->mode = mode;
  self->owner = perclite_nonces_new_owner ();
  self->lifetime = PERCLITE_KEY_LIFETIME_MAX;
  self->trailer_size = perclite_key_get_trailer_size (key);
  g_queue_init (&self->lives);
  self->life = get_life (self, key);
  self->streams = g_hash_table_new_full (NULL, NULL, NULL, stream_free);
  return self;
}

void
perclite_encrypter_free (PercliteEncrypter *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->streams);
  g_queue_clear_full (&self->lives, life_free);
  perclite_session_keys_unref (self->common);
  perclite_key_unref (self->key);
  g_free (self);
}

void
perclite_encrypter_set_lifetime (PercliteEncrypter *self, guint64 packets)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (packets > 0 && packets <= PERCLITE_KEY_LIFETIME_MAX);

  self->lifetime = packets;
}

void
perclite_encrypter_set_roc (PercliteEncrypter *self, guint32 roc)
{
  g_return_if_fail (self != NULL);

  self->first_roc = roc;
}

static void
update_trailer_size (PercliteEncrypter *self)
{
  GHashTableIter iter;
  gpointer value;

  self->trailer_size = perclite_key_get_trailer_size (self->key);
  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    const Stream *stream = value;

    if (stream->key != NULL)
      self->trailer_size = MAX (self->trailer_size, perclite_key_get_trailer_size (stream->key));
  }
}

/* Streams that were silent since the last time, over some change of the key, do not keep theirs. */
static void
drop_silent_sessions (PercliteEncrypter *self)
{
  GHashTableIter iter;
  gpointer value;
  gint64 now = g_get_monotonic_time ();

  if (self->looked_through != 0 && now - self->looked_through < SILENCE_TIME)
    return;
  self->looked_through = now;
  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Stream *stream = value;

    if (!stream->sent && stream->key != self->key)
      stream_drop_session (stream);
    stream->sent = FALSE;
  }
}

gboolean
perclite_encrypter_set_key (PercliteEncrypter *self, PercliteKey *key, GError **error)
{
  GHashTableIter iter;
  gpointer value;

  g_return_val_if_fail (self != NULL && key != NULL, FALSE);

  if (perclite_key_equal (key, self->key))
    return TRUE;
  if (!key_is_possible (key, error))
    return FALSE;

  perclite_key_unref (self->key);
  self->key = perclite_key_ref (key);
  perclite_session_keys_unref (self->common);
  self->common = perclite_session_keys_new ();
  self->life = get_life (self, key);

  /* A stream that has not left this key yet need not leave it any more: it is known by its address
   * from here on. */
  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Stream *stream = value;

    if (stream->key != NULL && perclite_key_equal (stream->key, key)) {
      perclite_key_unref (stream->key);
      stream->key = perclite_key_ref (key);
      stream->held = 0;
    }
  }
  drop_silent_sessions (self);
  update_trailer_size (self);
  return TRUE;
}

gsize
perclite_encrypter_get_trailer_size (const PercliteEncrypter *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->trailer_size;
}

static gboolean
is_used_up (const PercliteEncrypter *self, const Life *life)
{
  return life->packets >= self->lifetime;
}

/* RFC 3711, section 9.1: SSRCs must be unique among all the streams that share a master key. */
static PercliteResult
choose_inner_ssrc (PercliteEncrypter *self, guint32 outer_ssrc, guint32 *inner_ssrc)
{
  if (self->mode == PERCLITE_INNER_SSRC_PRESERVE) {
    *inner_ssrc = outer_ssrc;
    /* Whatever this encrypter had under the key is older than the stream's first index. */
    return perclite_nonces_claim (self->key, outer_ssrc, self->owner) == PERCLITE_NONCES_TAKEN
               ? PERCLITE_NONCE_USED
               : PERCLITE_OK;
  }
  for (;;) {
    PercliteNonces claimed;

    if (RAND_bytes ((unsigned char *) inner_ssrc, sizeof *inner_ssrc) != 1)
      return PERCLITE_INTERNAL;
    claimed = perclite_nonces_claim (self->key, *inner_ssrc, self->owner);
    if (claimed == PERCLITE_NONCES_FRESH)
      return PERCLITE_OK;
    if (claimed == PERCLITE_NONCES_OWN)
      perclite_nonces_release (self->key, *inner_ssrc);
  }
}

/* Gives STREAM, which may have no session yet, one under the newest key. Nothing changes unless it
 * succeeds. */
static PercliteResult
stream_begin (PercliteEncrypter *self, Stream *stream, guint32 roc, PercliteEncrypted *what)
{
  guint32 inner_ssrc;
  PercliteSrtp *srtp;
  PercliteResult result;

  if (is_used_up (self, self->life)) {
    what->fingerprint = self->life->fingerprint;
    return PERCLITE_KEY_LIMIT;
  }
  result = choose_inner_ssrc (self, stream->info.outer_ssrc, &inner_ssrc);
  if (result != PERCLITE_OK)
    return result;
  srtp =
      perclite_srtp_new (self->key, self->common, PERCLITE_OUTBOUND, inner_ssrc, WINDOW_SIZE, NULL);
  if (srtp == NULL) {
    perclite_nonces_release (self->key, inner_ssrc);
    return PERCLITE_INTERNAL;
  }

  perclite_srtp_set_roc (srtp, roc);
  stream_leave_key (stream);
  stream->srtp = srtp;
  stream->key = perclite_key_ref (self->key);
  stream->life = self->life;
  stream->life->streams++;
  stream->info.inner_ssrc = inner_ssrc;
  stream->info.fingerprint = stream->life->fingerprint;
  stream->first_index = 0;
  stream->offered = 0;
  stream->held = 0;
  return PERCLITE_OK;
}

/* Whether the newest key is another one than that of STREAM. One that it has not any more is told
 * by what is left of it. */
static gboolean
key_is_another (const PercliteEncrypter *self, const Stream *stream)
{
  return stream->key != NULL ? stream->key != self->key : stream->life != self->life;
}

/* A sequence that goes on with another inner SSRC needs no rollover counter: any receiver begins
 * with 0. */
static PercliteResult
stream_begin_again (PercliteEncrypter *self, Stream *stream, PercliteEncrypted *what)
{
  gboolean changes = key_is_another (self, stream);
  PercliteResult result = stream_begin (self, stream, 0, what);

  if (result == PERCLITE_OK && changes) {
    what->key_changed = TRUE;
    update_trailer_size (self);
  }
  return result;
}

/* Goes over to the newest key; unless inner SSRCs are random, with a packet that is newer than all
 * before. */
static PercliteResult
stream_change_key (PercliteEncrypter *self, Stream *stream, guint64 index, PercliteEncrypted *what)
{
  guint64 newest = stream_get_index (stream);
  gboolean changes = key_is_another (self, stream);
  PercliteResult result;

  if (self->mode == PERCLITE_INNER_SSRC_RANDOM)
    return stream_begin_again (self, stream, what);

  /* RFC 3711, section 8.1: the packet index goes on under the new key. And it never goes back to
   * where it was before, so that a key may come back. */
  result = stream_begin (self, stream, (guint32) (index >> 16), what);
  if (result != PERCLITE_OK)
    return result;
  stream->first_index = newest + 1;
  what->key_changed = changes;
  update_trailer_size (self);
  return PERCLITE_OK;
}

/* As stream_prepare(), for one that was silent and has no session. */
static PercliteResult
stream_wake_up (
    PercliteEncrypter *self, Stream *stream, const guint8 *header, PercliteEncrypted *what)
{
  guint16 seq = perclite_read_seq (header);
  gint64 newest = (gint64) stream->last_index;
  gint64 index = newest + (gint16) (seq - (guint16) newest);

  if (self->mode == PERCLITE_INNER_SSRC_RANDOM)
    return stream_begin_again (self, stream, what);

  /* As RFC 3711, appendix A guesses it: the one next to the newest. There is no round before the
   * first. */
  if (index < 0)
    index = seq;
  if (index >> 16 > G_MAXUINT32)
    return PERCLITE_KEY_LIMIT;
  if (index <= newest)
    return PERCLITE_REPLAY_OLD;
  return stream_change_key (self, stream, (guint64) index, what);
}

/* As stream_prepare(), for one whose key was replaced. */
static PercliteResult
stream_prepare_change (PercliteEncrypter *self, Stream *stream, const guint8 *header, guint64 index,
    PercliteEncrypted *what)
{
  gboolean late = index <= perclite_srtp_get_index (stream->srtp);
  gboolean used_up = is_used_up (self, stream->life);

  /* What comes late belongs to a frame before, whose packets have one key. */
  if (late && (!used_up || self->mode == PERCLITE_INNER_SSRC_PRESERVE))
    return used_up || index < stream->first_index ? PERCLITE_REPLAY_OLD : PERCLITE_OK;
  if (used_up || perclite_read_ts (header) != stream->ts ||
      ++stream->held > PERCLITE_FRAME_MAX_PACKETS)
    return stream_change_key (self, stream, index, what);
  return PERCLITE_OK;
}

/* Sees to it that STREAM has the session for the packet. */
static PercliteResult
stream_prepare (
    PercliteEncrypter *self, Stream *stream, const guint8 *header, PercliteEncrypted *what)
{
  guint64 index;

  if (G_UNLIKELY (stream->srtp == NULL))
    return stream_wake_up (self, stream, header, what);
  if (!perclite_srtp_guess (stream->srtp, perclite_read_seq (header), &index)) {
    /* RFC 3711, section 3.3.1: the packet index has 48 bits, and must not wrap under a key. */
    if (self->mode == PERCLITE_INNER_SSRC_PRESERVE)
      return PERCLITE_KEY_LIMIT;
    return stream_begin_again (self, stream, what);
  }
  if (G_UNLIKELY (stream->key != self->key))
    return stream_prepare_change (self, stream, header, index, what);
  return index < stream->first_index ? PERCLITE_REPLAY_OLD : PERCLITE_OK;
}

static PercliteResult
get_stream (PercliteEncrypter *self, const guint8 *header, Stream **stream, PercliteEncrypted *what)
{
  guint32 outer_ssrc = perclite_read_ssrc (header);
  g_autofree Stream *new_stream = NULL;
  PercliteResult result;

  *stream = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (outer_ssrc));
  if (*stream != NULL)
    return stream_prepare (self, *stream, header, what);

  new_stream = g_new0 (Stream, 1);
  new_stream->info.outer_ssrc = outer_ssrc;
  result = stream_begin (self, new_stream, self->first_roc, what);
  if (result != PERCLITE_OK)
    return result;
  *stream = g_steal_pointer (&new_stream);
  g_hash_table_insert (self->streams, GUINT_TO_POINTER (outer_ssrc), *stream);
  return PERCLITE_OK;
}

/* Writes the inner header and protects the inner packet, unless the key is at its end. */
static PercliteResult
protect (PercliteEncrypter *self, Stream *stream, const guint8 *header, guint8 *inner, gsize *size)
{
  guint32 inner_ssrc = GUINT32_TO_BE (stream->info.inner_ssrc);

  if (is_used_up (self, stream->life))
    return PERCLITE_KEY_LIMIT;
  memcpy (inner, header, PERCLITE_SSRC_OFFSET);
  memcpy (inner + PERCLITE_SSRC_OFFSET, &inner_ssrc, sizeof inner_ssrc);
  inner[0] = PERCLITE_INNER_FIRST_BYTE;
  stream->offered++;
  return perclite_srtp_protect (stream->srtp, inner, size);
}

static void
stream_took (PercliteEncrypter *self, Stream *stream, const guint8 *header, gsize payload_size,
    PercliteEncrypted *what)
{
  Life *life = stream->life;

  what->fingerprint = stream->info.fingerprint;
  stream->sent = TRUE;
  /* What comes late does not end the frame that the newest packet belongs to. */
  if ((guint16) perclite_srtp_get_index (stream->srtp) == perclite_read_seq (header))
    stream->ts = perclite_read_ts (header);
  stream->info.packets++;
  stream->info.bytes += payload_size;
  life->packets++;
  if (G_UNLIKELY (life->packets >= self->lifetime - self->lifetime / 8) && !life->limit_told) {
    life->limit_told = TRUE;
    what->limit_near = TRUE;
  }
}

PercliteResult
perclite_encrypter_encrypt (PercliteEncrypter *self, const guint8 *outer_header, guint8 *inner,
    gsize payload_size, gsize *size, PercliteEncrypted *what)
{
  Stream *stream;
  gsize inner_size = PERCLITE_INNER_HEADER_SIZE + payload_size;
  PercliteResult result;

  g_return_val_if_fail (self != NULL, PERCLITE_INTERNAL);
  g_return_val_if_fail (payload_size <= G_MAXUINT16, PERCLITE_INTERNAL);

  *what = (PercliteEncrypted){.fingerprint = NULL};
  result = get_stream (self, outer_header, &stream, what);
  if (result == PERCLITE_OK)
    result = protect (self, stream, outer_header, inner, &inner_size);

  /* A payloader that was restarted with its SSRC kept. Whether these numbers were used is not known
   * any more, but with another SSRC they were not. What was refused has not been touched. */
  if (result == PERCLITE_REPLAY_OLD && self->mode == PERCLITE_INNER_SSRC_RANDOM &&
      stream->offered >= MIN_PACKETS_PER_INNER_SSRC) {
    result = stream_begin_again (self, stream, what);
    if (result == PERCLITE_OK)
      result = protect (self, stream, outer_header, inner, &inner_size);
  }
  if (result != PERCLITE_OK) {
    if (result == PERCLITE_KEY_LIMIT && what->fingerprint == NULL)
      what->fingerprint = stream->info.fingerprint;
    return result;
  }

  *size = inner_size - 1;
  stream_took (self, stream, outer_header, payload_size, what);
  return PERCLITE_OK;
}

void
perclite_encrypter_foreach_stream (
    PercliteEncrypter *self, PercliteStreamFunc func, gpointer user_data)
{
  GHashTableIter iter;
  gpointer value;

  g_return_if_fail (self != NULL);

  g_hash_table_iter_init (&iter, self->streams);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Stream *stream = value;

    stream->info.roc = (guint32) (stream_get_index (stream) >> 16);
    func (&stream->info, user_data);
  }
}
