/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between the loss of a connection and the next attempt: tells why and when, waits, and counts. */

#pragma once

#include "gstjanusbin.h"
#include "janusretry.h"

G_BEGIN_DECLS

typedef struct _GstJanusReconnect GstJanusReconnect;

/* BIN owns what is returned. AGAIN (BIN) is called in the signalling thread when the time for an
 * attempt has come. */
GstJanusReconnect *gst_janus_reconnect_new (GstJanusBin *bin, void (*again) (GstJanusBin *bin));
void gst_janus_reconnect_free (GstJanusReconnect *self);

/* A run begins; no thread of it is there yet. */
void gst_janus_reconnect_reset (GstJanusReconnect *self);

/* The following are for the signalling thread alone. */

/* The connection is lost, or an attempt has failed, with ERROR. Unless the verdict is to give up,
 * that is told, and gst_janus_reconnect_wait() is to follow. WHERE is for debugging. */
JanusRetryVerdict gst_janus_reconnect_lose (GstJanusReconnect *self, const JanusRetryConfig *config,
    const GError *error, const gchar *where);
/* Waits for the next attempt. */
void gst_janus_reconnect_wait (GstJanusReconnect *self);
gboolean gst_janus_reconnect_is_waiting (GstJanusReconnect *self);
/* There will be no attempt. */
void gst_janus_reconnect_stop (GstJanusReconnect *self);
/* The connection is up. */
void gst_janus_reconnect_succeed (GstJanusReconnect *self);

/* Of the next media connection, to a server to which a round trip takes ROUND_TRIP milliseconds. */
JanusPatience gst_janus_reconnect_get_patience (
    GstJanusReconnect *self, const JanusRetryConfig *config, guint round_trip);

/* Adds the counts to STATS. Any thread. */
void gst_janus_reconnect_add_stats (GstJanusReconnect *self, GstStructure *stats);

G_END_DECLS
