/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitesearch.c - what a decrypter may try, and what it has tried, to find key and rollover
 * counter of a packet. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitesearch.h"

#include "perclitedecrypter.h"

/* When a search whose SSRC is silent gives way to another. */
#define SEARCH_TIMEOUT (G_USEC_PER_SEC / 2)

/* Per second, and at most. With 16 keys in the ring, a stream that goes on under another one needs
 * sessions for 15, and two tries with each: that is less than the first. One that begins under
 * another inner SSRC needs no sessions. */
static const struct {
  guint rate;
  guint max;
} shares[PERCLITE_N_SHARES] = {
    [PERCLITE_SHARE_STREAM] = {512, 384},
    [PERCLITE_SHARE_SENDER] = {512, 256},
    [PERCLITE_SHARE_NEW] = {512, 384},
    [PERCLITE_SHARE_SEARCH] = {4096, 3072},
};

G_STATIC_ASSERT (PERCLITE_TOKENS_PER_SECOND == 512 + 512 + 512 + 4096);
G_STATIC_ASSERT (PERCLITE_TOKENS_MAX == 384 + 256 + 384 + 3072);

static guint64
millionths (guint tokens)
{
  return (guint64) tokens * G_USEC_PER_SEC;
}

void
perclite_budget_init (PercliteBudget *self)
{
  for (guint i = 0; i < PERCLITE_N_SHARES; i++)
    self->left[i] = millionths (shares[i].max);
  self->now = g_get_monotonic_time ();
}

void
perclite_budget_refill (PercliteBudget *self, PercliteShare share)
{
  gint64 now = g_get_monotonic_time ();
  guint64 passed = (guint64) (now - self->now);

  for (guint i = 0; i < PERCLITE_N_SHARES; i++)
    self->left[i] = MIN (self->left[i] + passed * shares[i].rate, millionths (shares[i].max));
  self->now = now;
  self->share = share;
}

/* The last of the shares that the packet in hand may take from, of which its own is the first. */
static guint
last_share (const PercliteBudget *self)
{
  return self->share < PERCLITE_SHARE_NEW ? PERCLITE_N_SHARES - 1 : self->share;
}

gboolean
perclite_budget_has (const PercliteBudget *self, guint n)
{
  guint64 left = 0;

  for (guint i = self->share; i <= last_share (self); i++)
    left += self->left[i];
  return left >= millionths (n);
}

gboolean
perclite_budget_take (PercliteBudget *self, guint n)
{
  guint64 wanted = millionths (n);

  if (!perclite_budget_has (self, n))
    return FALSE;
  /* What nobody else may take is kept for when the rest is gone. */
  for (guint i = last_share (self); wanted > 0; i--) {
    guint64 taken = MIN (wanted, self->left[i]);

    self->left[i] -= taken;
    wanted -= taken;
  }
  return TRUE;
}

void
perclite_probes_clear (PercliteProbes *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->sessions); i++)
    g_clear_pointer (&self->sessions[i], perclite_srtp_free);
}

PercliteSrtp **
perclite_probes_get (PercliteProbes *self, guint32 ssrc, const PercliteCandidate *key,
    guint window_size, PercliteBudget *budget)
{
  PercliteSrtp **session = &self->sessions[key->slot];

  if (self->ssrc != ssrc)
    perclite_probes_clear (self);
  self->ssrc = ssrc;
  if (*session == NULL && perclite_budget_take (budget, PERCLITE_SESSION_TOKENS))
    *session = perclite_srtp_new (key->key, key->common, PERCLITE_INBOUND, ssrc, window_size, NULL);
  return *session != NULL ? session : NULL;
}

void
perclite_probes_drop_key (PercliteProbes *self, const PercliteCandidate *key)
{
  g_clear_pointer (&self->sessions[key->slot], perclite_srtp_free);
}

void
perclite_search_stop (PercliteSearch *self)
{
  perclite_probes_clear (&self->probes);
  self->active = FALSE;
}

static void
begin_anew (PercliteSearch *self)
{
  memset (self->next, 0, sizeof self->next);
  self->over = FALSE;
}

gboolean
perclite_search_begin (PercliteSearch *self, guint32 ssrc, guint32 first_roc, gint64 now)
{
  gboolean same = self->active && self->ssrc == ssrc;

  if (self->active && !same && !self->over && now - self->last_packet < SEARCH_TIMEOUT)
    return FALSE;
  /* When all were tried, it begins anew: the packet may have been damaged. */
  if (!same || self->first_roc != first_roc || self->over)
    begin_anew (self);
  self->active = TRUE;
  self->ssrc = ssrc;
  self->first_roc = first_roc;
  self->last_packet = now;
  return TRUE;
}

static guint
key_limit (const PercliteSearch *self, const PercliteCandidate *key)
{
  guint64 left = G_GUINT64_CONSTANT (1) + G_MAXUINT32 - self->first_roc;
  guint limit = key->short_tag ? MIN (self->limit, PERCLITE_ROC_LIMIT_SHORT_TAG) : self->limit;

  return (guint) MIN (limit, left);
}

PercliteCandidate *
perclite_search_next (
    const PercliteSearch *self, PercliteCandidate *const *keys, guint n, guint32 *roc)
{
  PercliteCandidate *found = NULL;

  for (guint i = 0; i < n; i++) {
    guint next = self->next[keys[i]->slot];

    if (next < key_limit (self, keys[i]) && (found == NULL || next < self->next[found->slot]))
      found = keys[i];
  }
  if (found != NULL)
    *roc = self->first_roc + self->next[found->slot];
  return found;
}

void
perclite_search_tried (PercliteSearch *self, const PercliteCandidate *key)
{
  self->next[key->slot]++;
}

void
perclite_search_drop_key (PercliteSearch *self, const PercliteCandidate *key)
{
  perclite_probes_drop_key (&self->probes, key);
  self->next[key->slot] = 0;
}

typedef struct {
  guint32 ssrc;
  guint32 roc;
} Hint;

static GList *
find_hint (const PercliteHints *self, guint32 ssrc)
{
  GList *link = self->oldest_first.head;

  while (link != NULL && ((const Hint *) link->data)->ssrc != ssrc)
    link = link->next;
  return link;
}

void
perclite_hints_clear (PercliteHints *self)
{
  g_queue_clear_full (&self->oldest_first, g_free);
}

void
perclite_hints_drop (PercliteHints *self, guint32 ssrc)
{
  GList *link = find_hint (self, ssrc);

  if (link == NULL)
    return;
  g_free (link->data);
  g_queue_delete_link (&self->oldest_first, link);
}

void
perclite_hints_set (PercliteHints *self, guint32 ssrc, guint32 roc)
{
  Hint *hint = g_new (Hint, 1);

  perclite_hints_drop (self, ssrc);
  if (self->oldest_first.length >= PERCLITE_MAX_ROC_HINTS)
    g_free (g_queue_pop_head (&self->oldest_first));
  hint->ssrc = ssrc;
  hint->roc = roc;
  g_queue_push_tail (&self->oldest_first, hint);
}

gboolean
perclite_hints_get (const PercliteHints *self, guint32 ssrc, guint32 *roc)
{
  GList *link = find_hint (self, ssrc);

  if (link == NULL)
    return FALSE;
  *roc = ((const Hint *) link->data)->roc;
  return TRUE;
}
