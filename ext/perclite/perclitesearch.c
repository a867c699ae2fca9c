/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitesearch.c - what a decrypter may try, and what it has tried, to find key and rollover counter of a packet. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitesearch.h"

#include "perclitedecrypter.h"

/* When a search whose SSRC is silent gives way to another. */
#define SEARCH_TIMEOUT (G_USEC_PER_SEC / 2)

void
perclite_budget_init (PercliteBudget *self)
{
  self->tokens = PERCLITE_TRIALS_PER_SECOND;
  self->now = g_get_monotonic_time ();
}

void
perclite_budget_refill (PercliteBudget *self, guint reserve)
{
  gint64 now = g_get_monotonic_time ();
  gint64 tokens = (now - self->now) * PERCLITE_TRIALS_PER_SECOND / G_USEC_PER_SEC;

  /* Times too short for a token add up. */
  if (tokens > 0) {
    self->tokens = (guint) MIN (self->tokens + tokens, PERCLITE_TRIALS_PER_SECOND);
    self->now = now;
  }
  self->reserve = reserve;
}

gboolean
perclite_budget_has (const PercliteBudget *self, guint n)
{
  return self->tokens >= self->reserve + n;
}

gboolean
perclite_budget_take (PercliteBudget *self, guint n)
{
  if (!perclite_budget_has (self, n))
    return FALSE;
  self->tokens -= n;
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
    *session = perclite_srtp_new (key->key, PERCLITE_INBOUND, ssrc, window_size, NULL);
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
