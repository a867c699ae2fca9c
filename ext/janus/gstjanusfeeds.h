/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All publishers of a room that may have to be received, and which of them are to be. */

#pragma once

#include "gstjanusfeed.h"
#include "gstjanusselection.h"

G_BEGIN_DECLS

/* All in the signalling thread. */
typedef struct {
  GstJanusSrc *src;             /* not owned */
  GstJanusSelection *selection; /* not owned */
  GQueue queue;                 /* of GstJanusFeed, in the order in which they have come; owned */
  GHashTable *by_id;            /* the same */
  gboolean crowd_told;          /* that not all are remembered */
  gboolean full_told;           /* that not all are received */
} GstJanusFeeds;

void gst_janus_feeds_init (GstJanusFeeds *self, GstJanusSrc *src, GstJanusSelection *selection);
void gst_janus_feeds_clear (GstJanusFeeds *self);

/* NULL: it is not known. */
GstJanusFeed *gst_janus_feeds_find (GstJanusFeeds *self, const gchar *id);
/* Finds PUBLISHER or adds it. NULL: it is none that would be received, or there are too many, which
 * is told once. */
GstJanusFeed *gst_janus_feeds_remember (GstJanusFeeds *self, const JanusPublisher *publisher);
void gst_janus_feeds_remove (GstJanusFeeds *self, GstJanusFeed *feed);
void gst_janus_feeds_remove_all (GstJanusFeeds *self);
/* The run is over: all is as at its beginning. */
void gst_janus_feeds_reset (GstJanusFeeds *self);

/* Whether one is received, or is to be; CONNECTED: has come to that, and goes on. */
gboolean gst_janus_feeds_is_busy (GstJanusFeeds *self, gboolean connected);
/* Whether FEED is the only one that could be received. */
gboolean gst_janus_feeds_is_only_one (GstJanusFeeds *self, const GstJanusFeed *feed);
/* Calls RECEIVE for each that is to be received and is not, in their order and as far as there is
 * room, which is told once where it ends. RECEIVE has to begin a reception. */
void gst_janus_feeds_fill (GstJanusFeeds *self, void (*receive) (GstJanusFeed *feed));

G_END_DECLS
