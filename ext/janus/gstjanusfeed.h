/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A publisher of a room that a source receives, or may have to. */

#pragma once

#include "gstjanussrc.h"
#include "janusretry.h"
#include "janusroom.h"

G_BEGIN_DECLS

/* A publisher that is in the room, or that has pads of its own still. */
typedef struct {
  GstJanusSrc *src; /* not owned */
  gchar *id;
  gchar *display;    /* or NULL */
  gchar *id_in_text; /* for people */
  gchar *in_words;   /* the same with its name */
  gchar *media;      /* what it publishes, or NULL: the server does not tell */
  gboolean present;  /* it publishes */
  gboolean given_up; /* what it publishes now cannot be received */
  JanusSubscription *subscription;
  GstJanusReception *reception;
  JanusRetry retry;
  guint n_missed; /* how often in a row the server has said that there is no such feed */
  GSource *timer; /* until the next attempt, or, if it is not present, until its pads go */
  gboolean told;  /* that it is received, or shall be */
  GList link;     /* in the order in which they have come */
} GstJanusFeed;

/* All in the signalling thread. */

GstJanusFeed *gst_janus_feed_new (GstJanusSrc *src, const gchar *id);
void gst_janus_feed_free (GstJanusFeed *feed);
/* It publishes now, or anew. Whether that is something else than before, while it has not left. */
gboolean gst_janus_feed_update (GstJanusFeed *feed, const JanusPublisher *publisher);
/* Posts "janus-feed" with STATE, and REASON or NULL. */
void gst_janus_feed_tell (GstJanusFeed *feed, const gchar *state, const gchar *reason);
/* Receives nothing of it any more. */
void gst_janus_feed_release (GstJanusFeed *feed);
/* Its connection is up, and that is told. */
void gst_janus_feed_succeed (GstJanusFeed *feed);
/* It has failed with ERROR, which is told: AGAIN (FEED) is called when to try again, or it is given
 * up. FALSE: it is not there at all, though the server lists it. */
gboolean gst_janus_feed_lose (GstJanusFeed *feed, const GError *error, GSourceFunc again);
/* With a connection for it alone. */
JanusPatience gst_janus_feed_get_patience (GstJanusFeed *feed);
/* Whether ERROR is of the one feed that it came of, and another might do. */
gboolean gst_janus_feed_is_at_fault (const GError *error);

G_END_DECLS
