/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitestreams.c - the inner SSRCs that a decrypter knows, and what they were decrypted with. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitestreams.h"

static void
context_free (PercliteContext *context)
{
  perclite_srtp_free (context->srtp);
  g_free (context);
}

static void
inbound_free (gpointer data)
{
  PercliteInbound *stream = data;

  while (stream->contexts != NULL) {
    PercliteContext *context = stream->contexts;

    stream->contexts = context->next;
    context_free (context);
  }
  g_free (stream);
}

/* libsrtp2 keeps the streams of a session in a linked list. One session per SSRC in a hash table
 * finds them at once, however many there are. */
void
perclite_streams_init (PercliteStreams *self)
{
  self->table = g_hash_table_new_full (NULL, NULL, NULL, inbound_free);
  g_queue_init (&self->by_silence);
  self->max = G_MAXUINT;
}

void
perclite_streams_clear (PercliteStreams *self)
{
  g_hash_table_unref (self->table);
}

static void
forget_all_but (PercliteStreams *self, guint n)
{
  while (self->by_silence.length > n) {
    PercliteInbound *stream = g_queue_pop_tail_link (&self->by_silence)->data;

    g_hash_table_remove (self->table, GUINT_TO_POINTER (stream->info.inner_ssrc));
  }
}

void
perclite_streams_set_max (PercliteStreams *self, guint max)
{
  self->max = max;
  forget_all_but (self, max);
}

PercliteInbound *
perclite_streams_add (PercliteStreams *self, guint32 inner_ssrc)
{
  PercliteInbound *stream = g_new0 (PercliteInbound, 1);

  forget_all_but (self, self->max - 1);
  stream->info.inner_ssrc = inner_ssrc;
  stream->link.data = stream;
  g_queue_push_head_link (&self->by_silence, &stream->link);
  g_hash_table_insert (self->table, GUINT_TO_POINTER (inner_ssrc), stream);
  return stream;
}

/* Needs neither a clock nor anything to be kept up to date with each packet: who was silent is at
 * the tail. */
gboolean
perclite_streams_has_outer (const PercliteStreams *self, guint32 outer_ssrc)
{
  guint left = PERCLITE_STREAMS_OUTER_MAX;

  for (const GList *l = self->by_silence.head; l != NULL && left-- > 0; l = l->next) {
    if (((const PercliteInbound *) l->data)->info.outer_ssrc == outer_ssrc)
      return TRUE;
  }
  return FALSE;
}

/* The pointer that points to the context for KEY, or to the NULL at the end. */
static PercliteContext **
find_place (PercliteInbound *self, const PercliteCandidate *key)
{
  PercliteContext **place = &self->contexts;

  while (*place != NULL && (*place)->key != key)
    place = &(*place)->next;
  return place;
}

void
perclite_streams_drop_key (PercliteStreams *self, const PercliteCandidate *key)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->table);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    PercliteInbound *stream = value;
    PercliteContext **place = find_place (stream, key);
    PercliteContext *context = *place;

    if (context == NULL)
      continue;
    *place = context->next;
    context_free (context);
    if (stream->contexts == NULL) {
      g_queue_unlink (&self->by_silence, &stream->link);
      g_hash_table_iter_remove (&iter);
    }
  }
}

void
perclite_streams_foreach (PercliteStreams *self, PercliteStreamFunc func, gpointer user_data)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->table);
  while (g_hash_table_iter_next (&iter, NULL, &value)) {
    PercliteInbound *stream = value;
    const PercliteContext *newest = stream->contexts;

    stream->info.roc = (guint32) (perclite_srtp_get_index (newest->srtp) >> 16);
    stream->info.fingerprint = perclite_key_get_fingerprint (newest->key->key);
    func (&stream->info, user_data);
  }
}

PercliteContext *
perclite_inbound_find (const PercliteInbound *self, const PercliteCandidate *key)
{
  PercliteContext *context = self->contexts;

  while (context != NULL && context->key != key)
    context = context->next;
  return context;
}

void
perclite_inbound_to_front (PercliteInbound *self, PercliteContext *context)
{
  *find_place (self, context->key) = context->next;
  context->next = self->contexts;
  self->contexts = context;
}

void
perclite_inbound_take (PercliteInbound *self, PercliteCandidate *key, PercliteSrtp *srtp)
{
  PercliteContext *context = perclite_inbound_find (self, key);

  if (context == NULL) {
    context = g_new0 (PercliteContext, 1);
    context->key = key;
    context->next = self->contexts;
    self->contexts = context;
  } else {
    perclite_srtp_free (context->srtp);
    perclite_inbound_to_front (self, context);
  }
  context->srtp = srtp;
}
