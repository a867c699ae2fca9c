/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom of a room a source receives: what is set of that, and whether somebody fits. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

typedef struct _GstJanusSelection GstJanusSelection;

GstJanusSelection *gst_janus_selection_new (void);
void gst_janus_selection_free (GstJanusSelection *self);

/* Installs the properties, with ids from FIRST_ID on. */
void gst_janus_selection_install (GObjectClass *klass, guint first_id);
/* Property number INDEX of them, in any thread; FALSE when there is none. */
gboolean gst_janus_selection_set (GstJanusSelection *self, guint index, const GValue *value);
gboolean gst_janus_selection_get (GstJanusSelection *self, guint index, GValue *value);

/* FEED_ID, here and below, is what the property feed-id is, or NULL. Whether they go together;
 * ERROR is a JANUS_ERROR_SETTINGS. Any thread. */
gboolean gst_janus_selection_check (GstJanusSelection *self, const gchar *feed_id, GError **error);
gboolean gst_janus_selection_get_eos_on_leave (GstJanusSelection *self);

/* The following are for the signalling thread alone. */

/* A connection begins: takes what is set now. */
void gst_janus_selection_begin (GstJanusSelection *self);
/* Whether several are received, each with pads of its own. */
gboolean gst_janus_selection_is_many (GstJanusSelection *self);
/* If so, how many at a time at the most. */
guint gst_janus_selection_get_max (GstJanusSelection *self);
/* Whether the publisher ID of DISPLAY, or NULL, is one to receive. */
gboolean gst_janus_selection_fits (
    GstJanusSelection *self, const gchar *feed_id, const gchar *id, const gchar *display);
/* That nobody is there, as the beginning of a sentence. */
gchar *gst_janus_selection_describe_absence (GstJanusSelection *self, const gchar *feed_id);

G_END_DECLS
