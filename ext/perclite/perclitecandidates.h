/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitecandidates.h - the keys of a decrypter, and which of them a packet may have. */

#pragma once

#include "perclitekeyring.h"
#include "perclitesrtp.h"

G_BEGIN_DECLS

/**
 * PercliteCandidate:
 * @key: the key
 * @slot: its number as long as it is a candidate, less than PERCLITE_KEYRING_MAX_KEYS
 * @trailer_size: bytes of its trailer
 * @mki: @mki_size bytes, of which 0 means that it has none
 * @mki_end: bytes of a packet that follow its MKI
 * @spoils: whether a packet that does not authenticate is overwritten
 * @short_tag: whether its tag is short enough to be guessed one day
 * @bytes_per_token: how many bytes of a packet are as much work as what each try costs whatever its
 *   size
 * @common: what its sessions share
 * @spare: (nullable): takes any SSRC, and has taken none
 */
typedef struct {
  PercliteKey *key;
  guint slot;
  gsize trailer_size;
  const guint8 *mki;
  gsize mki_size;
  gsize mki_end;
  gboolean spoils;
  gboolean short_tag;
  gsize bytes_per_token;
  PercliteSessionKeys *common;
  PercliteSrtp *spare;
} PercliteCandidate;

/**
 * PercliteCandidates:
 * @order: @n of them, the one first that was last found to be the key of a packet
 * @min_trailer_size: of all trailers, 0 when there is none
 * @mki_size: of all MKIs, 0 when there is none
 * @unique: whether no packet can have more than one candidate
 */
typedef struct {
  PercliteCandidate *order[PERCLITE_KEYRING_MAX_KEYS];
  guint n;
  gsize min_trailer_size;
  gsize mki_size;
  gboolean unique;
} PercliteCandidates;

/* Called for a candidate that is about to be freed. */
typedef void (*PercliteCandidateFunc) (PercliteCandidate *candidate, gpointer user_data);

/**
 * perclite_candidates_set:
 * @keys: (transfer none): the keys from now on
 * @window_size: as for perclite_srtp_new()
 * @drop: (scope call): called for each that @keys does not have
 *
 * Those that @keys has too stay what and where they are; new ones come after them.
 *
 * Returns: %FALSE with @error set, and nothing changed, when libsrtp2 does not have the suite of a
 *   key
 */
gboolean perclite_candidates_set (PercliteCandidates *self, const PercliteKeyring *keys,
    guint window_size, PercliteCandidateFunc drop, gpointer user_data, GError **error);

void perclite_candidates_clear (PercliteCandidates *self);

/**
 * perclite_candidates_to_front:
 *
 * Remembers that @candidate was found to be the key of a packet.
 */
void perclite_candidates_to_front (PercliteCandidates *self, PercliteCandidate *candidate);

/**
 * perclite_candidates_select:
 * @inner: a packet of @size bytes
 * @selected: (out): those that the packet may have: first those whose MKI it carries, then those
 *   without MKI
 *
 * Returns: how many they are
 */
guint perclite_candidates_select (const PercliteCandidates *self, const guint8 *inner, gsize size,
    PercliteCandidate *selected[PERCLITE_KEYRING_MAX_KEYS]);

/**
 * perclite_candidate_fits:
 * @inner: a packet of @size bytes
 *
 * Returns: whether the packet is long enough for @self, and carries its MKI if it has one
 */
static inline gboolean
perclite_candidate_fits (const PercliteCandidate *self, const guint8 *inner, gsize size)
{
  if (size < PERCLITE_INNER_HEADER_SIZE + self->trailer_size)
    return FALSE;
  return self->mki_size == 0 ||
         memcmp (inner + size - self->mki_end - self->mki_size, self->mki, self->mki_size) == 0;
}

/**
 * perclite_candidate_cost:
 *
 * Returns: what a try of a packet of @size bytes costs, in tokens
 */
static inline guint
perclite_candidate_cost (const PercliteCandidate *self, gsize size)
{
  return 1 + (guint) (size / self->bytes_per_token);
}

G_END_DECLS
