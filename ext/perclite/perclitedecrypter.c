/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitedecrypter.c - turns PERC Lite payloads back into RTP payloads, whichever key and rollover
 * counter they have. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitedecrypter.h"

#include "perclitesearch.h"
#include "perclitestreams.h"

/* So many packets in a row of a known stream that do not authenticate may mean that its sender has
 * gone on by more packets than the guess of RFC 3711, appendix A, bridges. */
#define MAX_FAILURES 32

struct _PercliteDecrypter {
  PercliteCandidates keys;
  PercliteStreams streams;
  guint window_size;

  PercliteBudget budget;
  PercliteProbes probes; /* of the last SSRC that needed any, besides those of the search */
  PercliteSearch search;
  PercliteHints hints;
  guint64 trials;
  PercliteInbound *last; /* of the packet that was decrypted last */
  guint8 *copy;          /* of the packet in hand; NULL until there is need for one */
};

/* A packet on its way through the tries. */
typedef struct {
  guint8 *inner;
  gsize inner_size; /* with its trailer */
  gsize size;       /* what the last try has left of it */
  guint32 outer_ssrc;
  guint32 ssrc;
  guint16 seq;

  gboolean may_go_on; /* it may need more than one try */
  gboolean saved;
  gboolean spoilt;
  guint tries;

  PercliteCandidate *key; /* what it was decrypted with */
  PercliteSrtp *session;  /* to be taken into its stream, if it is new there */
} Packet;

PercliteDecrypter *
perclite_decrypter_new (const PercliteKeyring *keys, guint window_size, GError **error)
{
  PercliteDecrypter *self = g_new0 (PercliteDecrypter, 1);

  self->window_size = window_size;
  perclite_streams_init (&self->streams);
  perclite_budget_init (&self->budget);
  if (!perclite_decrypter_set_keys (self, keys, error)) {
    perclite_decrypter_free (self);
    return NULL;
  }
  return self;
}

void
perclite_decrypter_free (PercliteDecrypter *self)
{
  if (self == NULL)
    return;
  perclite_search_stop (&self->search);
  perclite_probes_clear (&self->probes);
  perclite_hints_clear (&self->hints);
  perclite_streams_clear (&self->streams);
  perclite_candidates_clear (&self->keys);
  g_free (self->copy);
  g_free (self);
}

static void
drop_key (PercliteCandidate *key, gpointer user_data)
{
  PercliteDecrypter *self = user_data;

  perclite_streams_drop_key (&self->streams, key);
  perclite_search_drop_key (&self->search, key);
  perclite_probes_drop_key (&self->probes, key);
}

gboolean
perclite_decrypter_set_keys (PercliteDecrypter *self, const PercliteKeyring *keys, GError **error)
{
  g_return_val_if_fail (self != NULL && keys != NULL, FALSE);

  g_clear_pointer (&self->copy, g_free);
  return perclite_candidates_set (&self->keys, keys, self->window_size, drop_key, self, error);
}

void
perclite_decrypter_set_roc_search (PercliteDecrypter *self, guint limit)
{
  g_return_if_fail (self != NULL);

  self->search.limit = limit;
}

void
perclite_decrypter_set_max_streams (PercliteDecrypter *self, guint max)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (max > 0);

  perclite_streams_set_max (&self->streams, max);
}

void
perclite_decrypter_hint_roc (PercliteDecrypter *self, guint32 inner_ssrc, guint32 roc)
{
  g_return_if_fail (self != NULL);

  perclite_hints_set (&self->hints, inner_ssrc, roc);
}

PercliteCalm *
perclite_decrypter_get_calm (PercliteDecrypter *self)
{
  g_return_val_if_fail (self != NULL && self->last != NULL, NULL);

  return &self->last->calm;
}

const guint8 *
perclite_decrypter_get_mki (
    const PercliteDecrypter *self, const guint8 *payload, gsize size, gsize *mki_size)
{
  g_return_val_if_fail (self != NULL, NULL);

  *mki_size = 0;
  for (guint i = 0; i < self->keys.n; i++) {
    const PercliteCandidate *key = self->keys.order[i];

    if (key->mki_size > 0 && size >= PERCLITE_PEH_SIZE + key->trailer_size) {
      *mki_size = key->mki_size;
      return payload + size - key->mki_end - key->mki_size;
    }
  }
  return NULL;
}

guint64
perclite_decrypter_get_trials (const PercliteDecrypter *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->trials;
}

void
perclite_decrypter_foreach_stream (
    PercliteDecrypter *self, PercliteStreamFunc func, gpointer user_data)
{
  g_return_if_fail (self != NULL);

  perclite_streams_foreach (&self->streams, func, user_data);
}

/* Tries */

static void
save (PercliteDecrypter *self, Packet *packet)
{
  if (self->copy == NULL)
    self->copy = g_malloc (1 + G_MAXUINT16);
  memcpy (self->copy, packet->inner, packet->inner_size);
  packet->saved = TRUE;
}

/* To be called before more than one try is made. */
static void
begin_paying (PercliteDecrypter *self, const Packet *packet, const PercliteInbound *stream)
{
  PercliteShare share = PERCLITE_SHARE_NEW;

  if (stream != NULL && stream->info.outer_ssrc == packet->outer_ssrc)
    share = PERCLITE_SHARE_STREAM;
  else if (perclite_streams_has_outer (&self->streams, packet->outer_ssrc))
    share = PERCLITE_SHARE_SENDER;
  perclite_budget_refill (&self->budget, share);
}

/* The first try is what a packet costs anyway; each further one has to be paid for. */
static PercliteResult
try_session (PercliteDecrypter *self, Packet *packet, PercliteCandidate *key, PercliteSrtp *session)
{
  PercliteResult result;

  g_return_val_if_fail (!packet->spoilt || packet->saved, PERCLITE_INTERNAL);

  if (packet->tries > 0) {
    if (!perclite_budget_take (&self->budget, perclite_candidate_cost (key, packet->inner_size)))
      return PERCLITE_AUTH_FAILED;
    self->trials++;
  }
  packet->tries++;

  if (packet->spoilt)
    memcpy (packet->inner, self->copy, packet->inner_size);
  else if (key->spoils && packet->may_go_on && !packet->saved)
    save (self, packet);

  packet->size = packet->inner_size;
  result = perclite_srtp_unprotect (session, packet->inner, &packet->size);
  if (result == PERCLITE_OK)
    packet->key = key;
  else
    packet->spoilt = key->spoils;
  return result;
}

/* As try_session(), with a session that has not authenticated anything. */
static PercliteResult
try_new_session (
    PercliteDecrypter *self, Packet *packet, PercliteCandidate *key, PercliteSrtp **session)
{
  PercliteResult result = try_session (self, packet, key, *session);

  if (result == PERCLITE_OK)
    packet->session = g_steal_pointer (session);
  return result;
}

/* Rollover counter 0 costs no key derivation: the spare takes any SSRC. */
static PercliteResult
try_spare (PercliteDecrypter *self, Packet *packet, PercliteCandidate *key)
{
  if (key->spare == NULL)
    key->spare =
        perclite_srtp_new (key->key, key->common, PERCLITE_INBOUND_ANY, 0, self->window_size, NULL);
  if (key->spare == NULL)
    return PERCLITE_INTERNAL;
  return try_new_session (self, packet, key, &key->spare);
}

/*
 * A session that knows nothing of what was seen must not take what another one of the same SSRC and
 * key has taken. So it is tried with what is newer only. More than that: the context itself has
 * failed with its guess, which is the only index with this sequence number within half a round of
 * its newest packet. So the new session begins more than half a round after it, and its replay
 * window, which is shorter, does not reach back to what was seen.
 */
static gboolean
is_new (const PercliteInbound *stream, const PercliteCandidate *key, guint32 roc, guint16 seq)
{
  const PercliteContext *context = stream != NULL ? perclite_inbound_find (stream, key) : NULL;
  guint64 index = (guint64) roc << 16 | seq, guess;

  if (context == NULL)
    return TRUE;
  return index > perclite_srtp_get_index (context->srtp) &&
         !(perclite_srtp_guess (context->srtp, seq, &guess) && guess == index);
}

static PercliteResult
try_roc (PercliteDecrypter *self, Packet *packet, const PercliteInbound *stream,
    PercliteCandidate *key, guint32 roc)
{
  PercliteSrtp **session;

  if (!is_new (stream, key, roc, packet->seq))
    return PERCLITE_AUTH_FAILED;
  if (roc == 0)
    return try_spare (self, packet, key);
  session =
      perclite_probes_get (&self->probes, packet->ssrc, key, self->window_size, &self->budget);
  if (session == NULL)
    return PERCLITE_AUTH_FAILED;
  perclite_srtp_set_roc (*session, roc);
  return try_new_session (self, packet, key, session);
}

/* When rubbish has taken what the tries of all keys cost, the first of them would be the only one
 * that is ever tried. So each of the others has its turn then; by chance, for what comes between
 * the packets of a stream may have a rhythm of its own. The first, which was found last, remains
 * the likeliest. */
static void
give_turns (PercliteDecrypter *self, const Packet *packet, PercliteCandidate **keys, guint n)
{
  PercliteCandidate *turned[PERCLITE_KEYRING_MAX_KEYS];
  guint cost = 0, first;

  for (guint i = 1; i < n; i++)
    cost += perclite_candidate_cost (keys[i], packet->inner_size);
  if (n < 2 || perclite_budget_has (&self->budget, cost) || g_random_boolean ())
    return;
  first = (guint) g_random_int_range (1, (gint32) n);
  for (guint i = 0; i < n; i++)
    turned[i] = keys[(first + i) % n];
  memcpy (keys, turned, n * sizeof *keys);
}

static PercliteResult
try_hint (PercliteDecrypter *self, Packet *packet, const PercliteInbound *stream,
    PercliteCandidate *const *keys, guint n)
{
  PercliteResult result = PERCLITE_AUTH_FAILED;
  guint32 roc;

  if (!perclite_hints_get (&self->hints, packet->ssrc, &roc))
    return PERCLITE_AUTH_FAILED;
  for (guint i = 0; i < n && result != PERCLITE_OK; i++) {
    result = try_roc (self, packet, stream, keys[i], roc);
    /* The sequence number may have wrapped since. */
    if (result != PERCLITE_OK && roc < G_MAXUINT32)
      result = try_roc (self, packet, stream, keys[i], roc + 1);
  }
  return result;
}

/* Tries rollover counters from FIRST_ROC on, all keys with each, as far as the budget allows. The
 * next packet goes on. */
static PercliteResult
try_search (PercliteDecrypter *self, Packet *packet, const PercliteInbound *stream,
    PercliteCandidate *const *keys, guint n, guint32 first_roc)
{
  PercliteSearch *search = &self->search;
  PercliteCandidate *key;
  guint32 roc;

  if (search->limit == 0 ||
      !perclite_search_begin (search, packet->ssrc, first_roc, self->budget.now))
    return PERCLITE_AUTH_FAILED;

  self->budget.share = PERCLITE_SHARE_SEARCH;
  while ((key = perclite_search_next (search, keys, n, &roc)) != NULL) {
    if (is_new (stream, key, roc, packet->seq)) {
      PercliteSrtp **session = perclite_probes_get (
          &search->probes, packet->ssrc, key, self->window_size, &self->budget);

      if (session == NULL ||
          !perclite_budget_has (&self->budget, perclite_candidate_cost (key, packet->inner_size)))
        return PERCLITE_AUTH_FAILED;
      perclite_srtp_set_roc (*session, roc);
      if (try_new_session (self, packet, key, session) == PERCLITE_OK)
        return PERCLITE_OK;
    }
    perclite_search_tried (search, key);
  }
  search->over = TRUE;
  return PERCLITE_AUTH_FAILED;
}

/* Packets */

/* What was found for PACKET is what its stream has from now on. */
static PercliteInbound *
take_found (PercliteDecrypter *self, Packet *packet, PercliteInbound *stream)
{
  if (stream == NULL)
    stream = perclite_streams_add (&self->streams, packet->ssrc);
  perclite_inbound_take (stream, packet->key, packet->session);
  perclite_candidates_to_front (&self->keys, packet->key);
  perclite_hints_drop (&self->hints, packet->ssrc);
  /* What else was made for this SSRC has no use any more. */
  if (self->probes.ssrc == packet->ssrc)
    perclite_probes_clear (&self->probes);
  if (self->search.ssrc == packet->ssrc)
    perclite_search_stop (&self->search);
  return stream;
}

/* A packet of an SSRC that has not authenticated yet. */
static PercliteResult
decrypt_unknown (PercliteDecrypter *self, Packet *packet, PercliteInbound **stream)
{
  PercliteCandidate *keys[PERCLITE_KEYRING_MAX_KEYS];
  guint n = perclite_candidates_select (&self->keys, packet->inner, packet->inner_size, keys);
  PercliteResult result = PERCLITE_AUTH_FAILED;

  if (n == 0)
    return PERCLITE_NO_KEY;
  packet->may_go_on = n > 1 || self->search.limit > 0 || self->hints.oldest_first.length > 0;
  if (packet->may_go_on) {
    begin_paying (self, packet, NULL);
    give_turns (self, packet, keys, n);
  }

  for (guint i = 0; i < n && result == PERCLITE_AUTH_FAILED; i++)
    result = try_spare (self, packet, keys[i]);
  if (result == PERCLITE_AUTH_FAILED)
    result = try_hint (self, packet, NULL, keys, n);
  if (result == PERCLITE_AUTH_FAILED)
    result = try_search (self, packet, NULL, keys, n, 1);
  if (result == PERCLITE_OK)
    *stream = take_found (self, packet, NULL);
  return result;
}

/* Tries what has authenticated the stream before. */
static PercliteResult
try_contexts (PercliteDecrypter *self, Packet *packet, PercliteInbound *stream)
{
  PercliteResult first = PERCLITE_AUTH_FAILED;

  /* Those whose MKI the packet carries come first. */
  for (guint with_mki = self->keys.mki_size > 0 ? 2 : 1; with_mki-- > 0;) {
    for (PercliteContext *context = stream->contexts; context != NULL; context = context->next) {
      guint64 newest = perclite_srtp_get_index (context->srtp);
      PercliteResult result;

      if ((context->key->mki_size > 0) != with_mki ||
          !perclite_candidate_fits (context->key, packet->inner, packet->inner_size))
        continue;
      if (packet->tries == 1)
        begin_paying (self, packet, stream);
      result = try_session (self, packet, context->key, context->srtp);
      if (result == PERCLITE_OK) {
        /* What comes late, after the key has changed, does not change it back. */
        if (context != stream->contexts && perclite_srtp_get_index (context->srtp) > newest)
          perclite_inbound_to_front (stream, context);
        return PERCLITE_OK;
      }
      if (first == PERCLITE_AUTH_FAILED)
        first = result;
    }
  }
  return first;
}

/* Tries a new key of the sender at once: RFC 3711, section 8.1 lets the packet index go on, and a
 * sender that was restarted begins with rollover counter 0. */
static PercliteResult
try_other_keys (PercliteDecrypter *self, Packet *packet, const PercliteInbound *stream,
    PercliteCandidate *const *keys, guint n)
{
  guint64 guess;
  gboolean has_guess = perclite_srtp_guess (stream->contexts->srtp, packet->seq, &guess);
  PercliteResult result = PERCLITE_AUTH_FAILED;

  for (guint i = 0; i < n && result != PERCLITE_OK; i++) {
    if (has_guess)
      result = try_roc (self, packet, stream, keys[i], (guint32) (guess >> 16));
    if (result != PERCLITE_OK && !(has_guess && guess >> 16 == 0))
      result = try_roc (self, packet, stream, keys[i], 0);
  }
  return result;
}

/* A packet of an SSRC that has authenticated before, and that no context takes. */
static PercliteResult
decrypt_changed (PercliteDecrypter *self, Packet *packet, PercliteInbound *stream)
{
  PercliteCandidate *keys[PERCLITE_KEYRING_MAX_KEYS];
  const guint8 *original = packet->saved ? self->copy : packet->inner;
  guint n = perclite_candidates_select (&self->keys, original, packet->inner_size, keys);
  PercliteResult result;

  if (n == 0)
    return PERCLITE_NO_KEY;
  begin_paying (self, packet, stream);
  give_turns (self, packet, keys, n);
  result = try_other_keys (self, packet, stream, keys, n);
  if (result != PERCLITE_OK)
    result = try_hint (self, packet, stream, keys, n);
  if (result != PERCLITE_OK && stream->failures >= MAX_FAILURES)
    result = try_search (self, packet, stream, keys, n,
        (guint32) (perclite_srtp_get_index (stream->contexts->srtp) >> 16));
  if (result == PERCLITE_OK)
    take_found (self, packet, stream);
  return result;
}

/* A packet of an SSRC that has authenticated before. */
static PercliteResult
decrypt_known (PercliteDecrypter *self, Packet *packet, PercliteInbound *stream)
{
  PercliteResult result;

  packet->may_go_on = !self->keys.unique || stream->failures > 0;
  result = try_contexts (self, packet, stream);
  if (result == PERCLITE_OK)
    return PERCLITE_OK;

  /* An MKI may tell at once that it is another key. */
  packet->may_go_on |= packet->tries == 0;
  if (packet->may_go_on) {
    PercliteResult changed = decrypt_changed (self, packet, stream);

    if (changed == PERCLITE_OK || changed == PERCLITE_NO_KEY)
      return changed;
  }
  /* What is far ahead is also taken for what is far behind. */
  if ((result == PERCLITE_AUTH_FAILED || result == PERCLITE_REPLAY_OLD) &&
      stream->failures < MAX_FAILURES)
    stream->failures++;
  return result;
}

PercliteResult
perclite_decrypter_decrypt (PercliteDecrypter *self, const guint8 *outer_header, guint8 *inner,
    gsize size, gsize *payload_size, const PercliteKey **key)
{
  Packet packet = {.inner = inner, .inner_size = 1 + size};
  PercliteInbound *stream;
  PercliteResult result;

  g_return_val_if_fail (self != NULL, PERCLITE_INTERNAL);
  g_return_val_if_fail (size <= G_MAXUINT16, PERCLITE_INTERNAL);

  if (size < PERCLITE_PEH_SIZE + self->keys.min_trailer_size)
    return PERCLITE_TOO_SHORT;

  inner[0] = PERCLITE_INNER_FIRST_BYTE;
  packet.outer_ssrc = perclite_read_ssrc (outer_header);
  packet.ssrc = perclite_read_ssrc (inner);
  packet.seq = perclite_read_seq (inner);
  stream = perclite_streams_lookup (&self->streams, packet.ssrc);
  if (stream != NULL)
    result = decrypt_known (self, &packet, stream);
  else
    result = decrypt_unknown (self, &packet, &stream);
  if (result != PERCLITE_OK)
    return result;

  *payload_size = packet.size - PERCLITE_INNER_HEADER_SIZE;
  *key = packet.key->key;
  self->last = stream;
  stream->failures = 0;
  stream->info.outer_ssrc = packet.outer_ssrc;
  stream->info.packets++;
  stream->info.bytes += *payload_size;
  perclite_streams_touch (&self->streams, stream);
  return PERCLITE_OK;
}
