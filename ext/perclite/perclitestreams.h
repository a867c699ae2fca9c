/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitestreams.h - the inner SSRCs that a decrypter knows, and what they were decrypted with. */

#pragma once

#include "perclitecandidates.h"
#include "perclitehealth.h"

G_BEGIN_DECLS

/**
 * PercliteContext:
 *
 * The session of one SSRC under one key that has authenticated packets of it.
 */
typedef struct _PercliteContext PercliteContext;
struct _PercliteContext {
  PercliteCandidate *key;
  PercliteSrtp *srtp;
  PercliteContext *next;
};

/**
 * PercliteInbound:
 * @info: what is to be told of the stream, but for what its contexts know
 * @contexts: at least one, and one per key; the one first that had the newest packet
 * @failures: packets in a row that did not authenticate
 * @calm: for whoever watches over its packets
 * @link: its place among those that were silent for longer or shorter
 *
 * One inner SSRC.
 */
typedef struct {
  PercliteStream info;
  PercliteContext *contexts;
  guint failures;
  PercliteCalm calm;
  GList link;
} PercliteInbound;

/**
 * PercliteStreams:
 * @table: inner SSRC -> PercliteInbound
 * @by_silence: the one first that had the last authentic packet
 * @max: how many there may be
 */
typedef struct {
  GHashTable *table;
  GQueue by_silence;
  guint max;
} PercliteStreams;

void perclite_streams_init (PercliteStreams *self);
void perclite_streams_clear (PercliteStreams *self);

/* Forgets those that were silent for longest, until there are no more than MAX. */
void perclite_streams_set_max (PercliteStreams *self, guint max);

/* The SSRC must not be known. Unless a context follows at once, it must not stay. */
PercliteInbound *perclite_streams_add (PercliteStreams *self, guint32 inner_ssrc);

/* So many streams are looked at for an outer SSRC. */
#define PERCLITE_STREAMS_OUTER_MAX 64

/* Returns whether one of the streams that had the last authentic packets had one under that outer
 * SSRC. */
gboolean perclite_streams_has_outer (const PercliteStreams *self, guint32 outer_ssrc);

/* Nothing of that key is kept. */
void perclite_streams_drop_key (PercliteStreams *self, const PercliteCandidate *key);

void perclite_streams_foreach (PercliteStreams *self, PercliteStreamFunc func, gpointer user_data);

/* Returns the context for that key, or NULL. */
PercliteContext *perclite_inbound_find (const PercliteInbound *self, const PercliteCandidate *key);

/* Takes SRTP, which has the newest packet, as the session for that key instead of any other. */
void perclite_inbound_take (PercliteInbound *self, PercliteCandidate *key, PercliteSrtp *srtp);

/* Remembers that CONTEXT had the newest packet. */
void perclite_inbound_to_front (PercliteInbound *self, PercliteContext *context);

static inline PercliteInbound *
perclite_streams_lookup (const PercliteStreams *self, guint32 inner_ssrc)
{
  return g_hash_table_lookup (self->table, GUINT_TO_POINTER (inner_ssrc));
}

/* Remembers that STREAM is not silent. */
static inline void
perclite_streams_touch (PercliteStreams *self, PercliteInbound *stream)
{
  if (self->by_silence.head == &stream->link)
    return;
  g_queue_unlink (&self->by_silence, &stream->link);
  g_queue_push_head_link (&self->by_silence, &stream->link);
}

G_END_DECLS
