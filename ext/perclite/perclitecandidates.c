/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitecandidates.c - the keys of a decrypter, and which of them a packet may have. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitecandidates.h"

/* A tag of fewer bytes can be guessed, if there are enough tries. */
#define LONG_TAG_SIZE 8

/* Processors have had instructions for AES and GHASH for longer than for SHA-1, which takes three
 * times as long and more. */
#define GCM_BYTES_PER_TOKEN 1500
#define SHA1_BYTES_PER_TOKEN 512

static gboolean
is_aead (PercliteSuite suite)
{
  return suite == PERCLITE_SUITE_AEAD_AES_256_GCM || suite == PERCLITE_SUITE_AEAD_AES_128_GCM;
}

static void
candidate_free (PercliteCandidate *self)
{
  perclite_srtp_free (self->spare);
  perclite_session_keys_unref (self->common);
  perclite_key_unref (self->key);
  g_free (self);
}

static PercliteCandidate *
candidate_new (PercliteKey *key, guint window_size, GError **error)
{
  PercliteSuite suite = perclite_key_get_suite (key);
  g_autoptr (PercliteSessionKeys) common = perclite_session_keys_new ();
  PercliteSrtp *spare =
      perclite_srtp_new (key, common, PERCLITE_INBOUND_ANY, 0, window_size, error);
  PercliteCandidate *self;

  if (spare == NULL)
    return NULL;
  self = g_new0 (PercliteCandidate, 1);
  self->key = perclite_key_ref (key);
  self->common = g_steal_pointer (&common);
  self->spare = spare;
  self->trailer_size = perclite_key_get_trailer_size (key);
  self->mki = perclite_key_get_mki (key, &self->mki_size);
  /* RFC 3711, section 3.1 puts the MKI before the tag. RFC 7714, section 7 puts it last, after the
   * tag, which is a part of the ciphertext there. */
  self->mki_end = is_aead (suite) ? 0 : perclite_suite_tag_size (suite);
  self->spoils = is_aead (suite);
  self->short_tag = perclite_suite_tag_size (suite) < LONG_TAG_SIZE;
  self->bytes_per_token = is_aead (suite) ? GCM_BYTES_PER_TOKEN : SHA1_BYTES_PER_TOKEN;
  return self;
}

static PercliteCandidate *
find_equal (PercliteCandidate *const *candidates, guint n, const PercliteKey *key)
{
  for (guint i = 0; i < n; i++) {
    if (perclite_key_equal (candidates[i]->key, key))
      return candidates[i];
  }
  return NULL;
}

static guint
free_slot (PercliteCandidate *const *candidates, guint n)
{
  guint32 used = 0;
  guint slot = 0;

  for (guint i = 0; i < n; i++)
    used |= 1u << candidates[i]->slot;
  while (used & 1u << slot)
    slot++;
  return slot;
}

/* Those of KEYS that are no candidates yet. */
static gboolean
make_new_ones (const PercliteCandidates *self, const PercliteKeyring *keys, guint window_size,
    PercliteCandidate **made, guint *n_made, GError **error)
{
  for (guint i = 0; i < perclite_keyring_get_size (keys); i++) {
    PercliteKey *key = perclite_keyring_get_key (keys, i);

    if (find_equal (self->order, self->n, key) != NULL)
      continue;
    made[*n_made] = candidate_new (key, window_size, error);
    if (made[*n_made] == NULL)
      return FALSE;
    ++*n_made;
  }
  return TRUE;
}

static void
update_sizes (PercliteCandidates *self)
{
  gboolean alike = TRUE;

  self->min_trailer_size = self->n > 0 ? self->order[0]->trailer_size : 0;
  self->mki_size = 0;
  for (guint i = 0; i < self->n; i++) {
    const PercliteCandidate *candidate = self->order[i];

    self->min_trailer_size = MIN (self->min_trailer_size, candidate->trailer_size);
    self->mki_size = MAX (self->mki_size, candidate->mki_size);
    /* No two MKIs are the same, so at the same place there is one of them only. */
    alike = alike && candidate->mki_size > 0 && candidate->mki_end == self->order[0]->mki_end;
  }
  self->unique = alike || self->n <= 1;
}

gboolean
perclite_candidates_set (PercliteCandidates *self, const PercliteKeyring *keys, guint window_size,
    PercliteCandidateFunc drop, gpointer user_data, GError **error)
{
  PercliteCandidate *made[PERCLITE_KEYRING_MAX_KEYS];
  guint n_made = 0, n_kept = 0;

  if (!make_new_ones (self, keys, window_size, made, &n_made, error)) {
    while (n_made > 0)
      candidate_free (made[--n_made]);
    return FALSE;
  }

  for (guint i = 0; i < self->n; i++) {
    PercliteCandidate *candidate = self->order[i];

    if (perclite_keyring_contains (keys, candidate->key)) {
      self->order[n_kept++] = candidate;
    } else {
      drop (candidate, user_data);
      candidate_free (candidate);
    }
  }
  self->n = n_kept;
  for (guint i = 0; i < n_made; i++) {
    made[i]->slot = free_slot (self->order, self->n);
    self->order[self->n++] = made[i];
  }
  update_sizes (self);
  return TRUE;
}

void
perclite_candidates_clear (PercliteCandidates *self)
{
  while (self->n > 0)
    candidate_free (self->order[--self->n]);
}

void
perclite_candidates_to_front (PercliteCandidates *self, PercliteCandidate *candidate)
{
  guint i = 0;

  while (self->order[i] != candidate)
    i++;
  memmove (self->order + 1, self->order, i * sizeof self->order[0]);
  self->order[0] = candidate;
}

guint
perclite_candidates_select (const PercliteCandidates *self, const guint8 *inner, gsize size,
    PercliteCandidate *selected[PERCLITE_KEYRING_MAX_KEYS])
{
  guint n = 0;

  for (guint with_mki = self->mki_size > 0 ? 2 : 1; with_mki-- > 0;) {
    for (guint i = 0; i < self->n; i++) {
      PercliteCandidate *candidate = self->order[i];

      if ((candidate->mki_size > 0) == with_mki && perclite_candidate_fits (candidate, inner, size))
        selected[n++] = candidate;
    }
  }
  return n;
}
