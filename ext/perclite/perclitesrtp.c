/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitesrtp.c - the SRTP of the inner packet. The only file that knows libsrtp2. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitesrtp.h"

#include <string.h>

#include <openssl/rand.h>
#include <srtp2/srtp.h>

/* V=2, no padding, no extension, no CSRC: what the byte that is not sent always is. */
#define INNER_FIRST_BYTE 0x80

#define SEQ_OFFSET 2
#define SSRC_OFFSET 8

/* What a new session costs, in tries of a rollover counter. */
#define SESSION_TOKENS 16

/* So many packets in a row of a known stream that do not authenticate may mean that its sender has gone on by
 * more packets than the guess of RFC 3711, appendix A, bridges. */
#define MAX_FAILURES 32

/* When a search whose SSRC is silent gives way to another. */
#define SEARCH_TIMEOUT (G_USEC_PER_SEC / 2)

/* How far packets may be out of order when they are encrypted. Payloaders keep their order, and an
 * element in between that does not will not hold back thousands of packets. */
#define ENCRYPTER_WINDOW_SIZE 4096

/* Two senders that share an SSRC by mistake must not make a new stream of every other packet. */
#define MIN_PACKETS_PER_INNER_SSRC 64

/* libsrtp2 2.5 takes window sizes below 2^15 only: the guess of the rollover counter (RFC 3711,
 * section 3.3.1) would be ambiguous beyond. */
#define MAX_WINDOW_SIZE 0x7fff

/* libsrtp2 keeps the streams of a session in a linked list. One session per SSRC in a hash table
 * finds them at once, however many there are. */
typedef struct {
  PercliteStream info; /* its ROC is that of the newest packet when decrypting */
  srtp_t session;
  guint16 seq;    /* of the newest packet, when decrypting */
  guint failures; /* packets in a row that did not authenticate */
} Stream;

struct _PercliteEncrypter {
  PercliteKey *key;
  PercliteInnerSsrc mode;
  GHashTable *streams;     /* outer SSRC -> Stream */
  GHashTable *inner_ssrcs; /* the set of those in use */
};

/* An SSRC whose rollover counter is looked for, among LIMIT from a first one on. There is one such search at a time: whoever sends many SSRCs
 * that never authenticate gets no memory and no more work for it. */
typedef struct {
  srtp_t session; /* of that SSRC, or NULL: none is looked for */
  guint32 ssrc;
  guint32 first_roc;
  guint32 next;       /* to be tried, counted from the first */
  gint64 last_packet; /* monotonic time */

  guint limit;
  guint tokens; /* tries that may be made now */
  gint64 refilled;
  guint64 trials;
  guint8 *packet; /* the packet to be tried, which a try may destroy */
} RocSearch;

struct _PercliteDecrypter {
  PercliteKey *key;
  guint window_size;
  GHashTable *streams; /* inner SSRC -> Stream */

  /* Takes any SSRC. Packets of SSRCs without a stream try this one, and only with the first that is
   * authentic it becomes the session of that SSRC. So rubbish with ever new SSRCs costs neither
   * memory nor a key derivation each. Made when needed. */
  srtp_t spare;

  RocSearch search;
};

static guint32
read_ssrc (const guint8 *header)
{
  guint32 ssrc;

  memcpy (&ssrc, header + SSRC_OFFSET, sizeof ssrc);
  return GUINT32_FROM_BE (ssrc);
}

static guint16
read_seq (const guint8 *header)
{
  return (guint16) (header[SEQ_OFFSET] << 8 | header[SEQ_OFFSET + 1]);
}

static void
stream_free (gpointer data)
{
  Stream *stream = data;

  srtp_dealloc (stream->session);
  g_free (stream);
}

static void
init_library (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once)) {
    /* Answers bad_param when somebody else in this process, such as GStreamer's srtp plugin, was
     * first, and is fine then. Should it have failed for good, srtp_create() will too. */
    srtp_init ();
    g_once_init_leave (&once, 1);
  }
}

static srtp_err_status_t
session_new (
    const PercliteKey *key, srtp_ssrc_type_t type, guint32 ssrc, guint window_size, srtp_t *session)
{
  /* libsrtp2 reads the key while it derives the session keys, and keeps no pointer to it: no copy
   * of the key is left in the policy. */
  srtp_policy_t policy = {
      .ssrc = {.type = type, .value = ssrc},
      .key = (unsigned char *) perclite_key_get_bytes (key),
      .window_size = MIN (window_size, MAX_WINDOW_SIZE),
      .allow_repeat_tx = 0,
  };

  switch (perclite_key_get_suite (key)) {
    case PERCLITE_SUITE_AEAD_AES_256_GCM:
      srtp_crypto_policy_set_aes_gcm_256_16_auth (&policy.rtp);
      break;
    case PERCLITE_SUITE_AEAD_AES_128_GCM:
      srtp_crypto_policy_set_aes_gcm_128_16_auth (&policy.rtp);
      break;
    case PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_80:
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80 (&policy.rtp);
      break;
    case PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_32:
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32 (&policy.rtp);
      break;
    case PERCLITE_SUITE_AUTO:
    default:
      g_return_val_if_reached (srtp_err_status_bad_param);
  }
  /* There is no inner RTCP. */
  srtp_crypto_policy_set_null_cipher_hmac_null (&policy.rtcp);

  return srtp_create (session, &policy);
}

static void
set_unsupported (GError **error, const PercliteKey *key, srtp_err_status_t status)
{
  g_set_error (error, PERCLITE_ERROR, PERCLITE_ERROR_UNSUPPORTED,
      "libsrtp2 cannot do %s (srtp_create answers %d). Use a libsrtp2 that was built with a "
      "cryptographic library (AES-GCM needs one), or another suite",
      perclite_suite_name (perclite_key_get_suite (key)), (int) status);
}

static PercliteResult
result_from_status (srtp_err_status_t status)
{
  switch (status) {
    case srtp_err_status_ok:
      return PERCLITE_OK;
    case srtp_err_status_auth_fail:
      return PERCLITE_AUTH_FAILED;
    case srtp_err_status_replay_fail:
      return PERCLITE_REPLAYED;
    case srtp_err_status_replay_old:
    case srtp_err_status_pkt_idx_old:
      return PERCLITE_REPLAY_OLD;
    case srtp_err_status_key_expired:
      return PERCLITE_KEY_LIMIT;
    default:
      return PERCLITE_INTERNAL;
  }
}

static Stream *
stream_new (
    GHashTable *streams, guint32 table_key, guint32 outer_ssrc, guint32 inner_ssrc, srtp_t session)
{
  Stream *stream = g_new0 (Stream, 1);

  stream->session = session;
  stream->info.outer_ssrc = outer_ssrc;
  stream->info.inner_ssrc = inner_ssrc;
  g_hash_table_insert (streams, GUINT_TO_POINTER (table_key), stream);
  return stream;
}

static void
foreach_stream (GHashTable *streams, PercliteStreamFunc func, gpointer user_data)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, streams);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    Stream *stream = value;
    uint32_t roc = 0;

    srtp_get_stream_roc (stream->session, stream->info.inner_ssrc, &roc);
    stream->info.roc = roc;
    func (&stream->info, user_data);
  }
}

/* Encryption */

PercliteEncrypter *
perclite_encrypter_new (PercliteKey *key, PercliteInnerSsrc mode, GError **error)
{
  g_autoptr (PercliteEncrypter) self = NULL;
  srtp_err_status_t status;
  srtp_t trial = NULL;

  g_return_val_if_fail (key != NULL, NULL);

  init_library ();

  self = g_new0 (PercliteEncrypter, 1);
  self->key = key;
  self->mode = mode;
  self->streams = g_hash_table_new_full (NULL, NULL, NULL, stream_free);
  self->inner_ssrcs = g_hash_table_new (NULL, NULL);

  /* Sessions are made with the first packet of each SSRC. That it can be done is better known
   * before. */
  status = session_new (key, ssrc_specific, 0, ENCRYPTER_WINDOW_SIZE, &trial);
  if (status != srtp_err_status_ok) {
    set_unsupported (error, key, status);
    return NULL;
  }
  srtp_dealloc (trial);
  return g_steal_pointer (&self);
}

void
perclite_encrypter_free (PercliteEncrypter *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->streams);
  g_hash_table_unref (self->inner_ssrcs);
  perclite_key_free (self->key);
  g_free (self);
}

/* RFC 3711, section 9.1: SSRCs must be unique among all the streams that share a master key. */
static gboolean
choose_inner_ssrc (PercliteEncrypter *self, guint32 outer_ssrc, guint32 *inner_ssrc)
{
  if (self->mode == PERCLITE_INNER_SSRC_PRESERVE) {
    *inner_ssrc = outer_ssrc;
    return TRUE;
  }
  do {
    if (RAND_bytes ((unsigned char *) inner_ssrc, sizeof *inner_ssrc) != 1)
      return FALSE;
  } while (g_hash_table_contains (self->inner_ssrcs, GUINT_TO_POINTER (*inner_ssrc)));
  return TRUE;
}

static Stream *
encrypter_get_stream (PercliteEncrypter *self, guint32 outer_ssrc)
{
  Stream *stream = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (outer_ssrc));
  guint32 inner_ssrc;
  srtp_t session = NULL;

  if (stream != NULL)
    return stream;

  if (!choose_inner_ssrc (self, outer_ssrc, &inner_ssrc))
    return NULL;
  if (session_new (self->key, ssrc_specific, inner_ssrc, ENCRYPTER_WINDOW_SIZE, &session) !=
      srtp_err_status_ok)
    return NULL;

  g_hash_table_add (self->inner_ssrcs, GUINT_TO_POINTER (inner_ssrc));
  return stream_new (self->streams, outer_ssrc, outer_ssrc, inner_ssrc, session);
}

/* Writes the inner header and protects the inner packet. */
static PercliteResult
protect (Stream *stream, const guint8 *outer_header, guint8 *inner, int *inner_size)
{
  guint32 inner_ssrc = GUINT32_TO_BE (stream->info.inner_ssrc);

  memcpy (inner, outer_header, SSRC_OFFSET);
  memcpy (inner + SSRC_OFFSET, &inner_ssrc, sizeof inner_ssrc);
  inner[0] = INNER_FIRST_BYTE;
  return result_from_status (srtp_protect (stream->session, inner, inner_size));
}

PercliteResult
perclite_encrypter_encrypt (PercliteEncrypter *self, const guint8 *outer_header, guint8 *inner,
    gsize payload_size, gsize *size)
{
  Stream *stream;
  guint32 outer_ssrc = read_ssrc (outer_header);
  int inner_size = (int) (PERCLITE_INNER_HEADER_SIZE + payload_size);
  PercliteResult result;

  g_return_val_if_fail (self != NULL, PERCLITE_INTERNAL);
  g_return_val_if_fail (((guintptr) inner & 3) == 0, PERCLITE_INTERNAL);
  g_return_val_if_fail (payload_size <= G_MAXUINT16, PERCLITE_INTERNAL);

  stream = encrypter_get_stream (self, outer_ssrc);
  if (stream == NULL)
    return PERCLITE_INTERNAL;
  result = protect (stream, outer_header, inner, &inner_size);

  /* A payloader that was restarted with its SSRC kept. Whether these numbers were used is not known any more, but
   * with another SSRC they were not. What was refused has not been touched (libsrtp2 looks first). */
  if (result == PERCLITE_REPLAY_OLD && self->mode == PERCLITE_INNER_SSRC_RANDOM &&
      stream->info.packets >= MIN_PACKETS_PER_INNER_SSRC) {
    g_hash_table_remove (self->streams, GUINT_TO_POINTER (outer_ssrc));
    stream = encrypter_get_stream (self, outer_ssrc);
    if (stream == NULL)
      return PERCLITE_INTERNAL;
    inner_size = (int) (PERCLITE_INNER_HEADER_SIZE + payload_size);
    result = protect (stream, outer_header, inner, &inner_size);
  }
  if (result != PERCLITE_OK)
    return result;

  *size = (gsize) inner_size - 1;
  stream->info.packets++;
  stream->info.bytes += payload_size;
  return PERCLITE_OK;
}

void
perclite_encrypter_foreach_stream (
    PercliteEncrypter *self, PercliteStreamFunc func, gpointer user_data)
{
  g_return_if_fail (self != NULL);

  foreach_stream (self->streams, func, user_data);
}

/* Decryption */

static srtp_err_status_t
decrypter_ensure_spare (PercliteDecrypter *self)
{
  if (self->spare != NULL)
    return srtp_err_status_ok;
  return session_new (self->key, ssrc_any_inbound, 0, self->window_size, &self->spare);
}

PercliteDecrypter *
perclite_decrypter_new (PercliteKey *key, guint window_size, GError **error)
{
  g_autoptr (PercliteDecrypter) self = NULL;
  srtp_err_status_t status;

  g_return_val_if_fail (key != NULL, NULL);

  init_library ();

  self = g_new0 (PercliteDecrypter, 1);
  self->key = key;
  self->window_size = window_size;
  self->streams = g_hash_table_new_full (NULL, NULL, NULL, stream_free);

  status = decrypter_ensure_spare (self);
  if (status != srtp_err_status_ok) {
    set_unsupported (error, key, status);
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
perclite_decrypter_free (PercliteDecrypter *self)
{
  if (self == NULL)
    return;
  if (self->spare != NULL)
    srtp_dealloc (self->spare);
  if (self->search.session != NULL)
    srtp_dealloc (self->search.session);
  g_free (self->search.packet);
  g_hash_table_unref (self->streams);
  perclite_key_free (self->key);
  g_free (self);
}

void
perclite_decrypter_set_roc_search (PercliteDecrypter *self, guint limit)
{
  g_return_if_fail (self != NULL);

  if (perclite_suite_tag_size (perclite_key_get_suite (self->key)) < 8)
    limit = MIN (limit, PERCLITE_ROC_LIMIT_SHORT_TAG);
  self->search.limit = limit;
  self->search.tokens = PERCLITE_ROC_TRIALS_PER_SECOND;
  self->search.refilled = g_get_monotonic_time ();
  if (limit > 0 && self->search.packet == NULL)
    self->search.packet = g_malloc (1 + G_MAXUINT16);
}

guint64
perclite_decrypter_get_roc_trials (const PercliteDecrypter *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->search.trials;
}

static void
refill_tokens (RocSearch *search, gint64 now)
{
  gint64 tokens = (now - search->refilled) * PERCLITE_ROC_TRIALS_PER_SECOND / G_USEC_PER_SEC;

  if (tokens > 0) {
    search->tokens = (guint) MIN (search->tokens + tokens, PERCLITE_ROC_TRIALS_PER_SECOND);
    search->refilled = now;
  }
}

static gboolean
search_is_over (const RocSearch *search)
{
  return search->next >= search->limit;
}

/* Makes SSRC the one whose rollover counter is looked for. FALSE: it is not its turn. */
static gboolean
search_begin (PercliteDecrypter *self, guint32 ssrc, guint32 first_roc, gint64 now)
{
  RocSearch *search = &self->search;

  if (search->session != NULL && (search->ssrc != ssrc || search->first_roc != first_roc)) {
    if (search->ssrc != ssrc && now - search->last_packet < SEARCH_TIMEOUT &&
        !search_is_over (search))
      return FALSE;
    g_clear_pointer (&search->session, srtp_dealloc);
  }
  if (search->session == NULL) {
    if (search->tokens < SESSION_TOKENS ||
        session_new (self->key, ssrc_specific, ssrc, self->window_size, &search->session) !=
            srtp_err_status_ok) {
      search->session = NULL;
      return FALSE;
    }
    search->tokens -= SESSION_TOKENS;
    search->ssrc = ssrc;
    search->first_roc = first_roc;
    search->next = 0;
  }
  /* All were tried: over again, this packet may have been damaged. */
  if (search_is_over (search))
    search->next = 0;
  search->last_packet = now;
  return TRUE;
}

/* Tries the packet kept in the search with rollover counters from FIRST_ROC on. On success the search's session
 * is the one that knows the counter. */
static PercliteResult
search_roc (PercliteDecrypter *self, guint8 *inner, int packet_size, int *inner_size, guint32 ssrc,
    guint32 first_roc)
{
  RocSearch *search = &self->search;
  gint64 now = g_get_monotonic_time ();
  PercliteResult result = PERCLITE_AUTH_FAILED;

  refill_tokens (search, now);
  if (!search_begin (self, ssrc, first_roc, now))
    return PERCLITE_AUTH_FAILED;

  while (result == PERCLITE_AUTH_FAILED && search->tokens > 0 && !search_is_over (search)) {
    guint32 roc = search->first_roc + search->next++;

    if (roc < search->first_roc)
      break;
    memcpy (inner, search->packet, (gsize) packet_size);
    *inner_size = packet_size;
    srtp_set_stream_roc (search->session, ssrc, roc);
    result = result_from_status (srtp_unprotect (search->session, inner, inner_size));
    search->tokens--;
    search->trials++;
  }
  return result;
}

/* A packet of an SSRC that has not authenticated yet. */
static PercliteResult
decrypt_unknown (
    PercliteDecrypter *self, guint8 *inner, int packet_size, int *inner_size, Stream **stream)
{
  guint32 ssrc = read_ssrc (inner);
  srtp_t *session = &self->spare;
  PercliteResult result;

  if (decrypter_ensure_spare (self) != srtp_err_status_ok)
    return PERCLITE_INTERNAL;
  if (self->search.limit > 0)
    memcpy (self->search.packet, inner, (gsize) packet_size);

  result = result_from_status (srtp_unprotect (self->spare, inner, inner_size));
  if (result == PERCLITE_AUTH_FAILED && self->search.limit > 0) {
    session = &self->search.session;
    result = search_roc (self, inner, packet_size, inner_size, ssrc, 1);
  }
  if (result == PERCLITE_OK)
    *stream = stream_new (self->streams, ssrc, 0, ssrc, g_steal_pointer (session));
  return result;
}

/* A packet of an SSRC that has authenticated before. */
static PercliteResult
decrypt_known (
    PercliteDecrypter *self, guint8 *inner, int packet_size, int *inner_size, Stream *stream)
{
  guint32 ssrc = stream->info.inner_ssrc;
  guint16 seq = read_seq (inner);
  gboolean search = self->search.limit > 0 && stream->failures >= MAX_FAILURES, failed;
  PercliteResult result;

  if (search)
    memcpy (self->search.packet, inner, (gsize) packet_size);
  result = result_from_status (srtp_unprotect (stream->session, inner, inner_size));
  /* What is far ahead is also taken for what is far behind. */
  failed = result == PERCLITE_AUTH_FAILED || result == PERCLITE_REPLAY_OLD;
  if (failed && search) {
    /* Only what is newer than everything before: the new session does not know what was seen. */
    guint32 first_roc = stream->info.roc + (seq > stream->seq ? 0 : 1);

    PercliteResult found = search_roc (self, inner, packet_size, inner_size, ssrc, first_roc);

    if (found == PERCLITE_OK) {
      srtp_dealloc (stream->session);
      stream->session = g_steal_pointer (&self->search.session);
      return PERCLITE_OK;
    }
  }
  if (failed && stream->failures < MAX_FAILURES)
    stream->failures++;
  return result;
}

/* Remembers which packet is the newest one of its stream, now that it is authentic. */
static void
stream_took (Stream *stream, guint16 seq)
{
  uint32_t roc = 0;

  srtp_get_stream_roc (stream->session, stream->info.inner_ssrc, &roc);
  /* One that is late by more than half of all numbers is of the round before. */
  if (stream->info.packets == 0 || roc != stream->info.roc ||
      (seq > stream->seq && seq - stream->seq < 0x8000))
    stream->seq = seq;
  stream->info.roc = roc;
  stream->failures = 0;
}

PercliteResult
perclite_decrypter_decrypt (PercliteDecrypter *self, const guint8 *outer_header, guint8 *inner,
    gsize size, gsize *payload_size)
{
  Stream *stream;
  guint16 seq;
  int packet_size = (int) (1 + size), inner_size = packet_size;
  PercliteResult result;

  g_return_val_if_fail (self != NULL, PERCLITE_INTERNAL);
  g_return_val_if_fail (((guintptr) inner & 3) == 0, PERCLITE_INTERNAL);
  g_return_val_if_fail (size <= G_MAXUINT16, PERCLITE_INTERNAL);

  if (size < PERCLITE_PEH_SIZE + perclite_suite_tag_size (perclite_key_get_suite (self->key)))
    return PERCLITE_TOO_SHORT;

  inner[0] = INNER_FIRST_BYTE;
  seq = read_seq (inner);
  stream = g_hash_table_lookup (self->streams, GUINT_TO_POINTER (read_ssrc (inner)));
  if (stream != NULL)
    result = decrypt_known (self, inner, packet_size, &inner_size, stream);
  else
    result = decrypt_unknown (self, inner, packet_size, &inner_size, &stream);
  if (result != PERCLITE_OK)
    return result;

  *payload_size = (gsize) inner_size - PERCLITE_INNER_HEADER_SIZE;
  stream_took (stream, seq);
  stream->info.outer_ssrc = read_ssrc (outer_header);
  stream->info.packets++;
  stream->info.bytes += *payload_size;
  return PERCLITE_OK;
}

void
perclite_decrypter_foreach_stream (
    PercliteDecrypter *self, PercliteStreamFunc func, gpointer user_data)
{
  g_return_if_fail (self != NULL);

  foreach_stream (self->streams, func, user_data);
}
