/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a publisher has the server record: begins and ends recordings as the properties say, one
 * step at a time. */

#pragma once

#include "gstjanusbin.h"
#include "janusroom.h"

G_BEGIN_DECLS

typedef struct _GstJanusRecording GstJanusRecording;

/* BIN owns what is returned. SETTLED (BIN) is called in the signalling thread whenever the
 * recording has become what it is to be. */
GstJanusRecording *gst_janus_recording_new (GstJanusBin *bin, void (*settled) (GstJanusBin *bin));
void gst_janus_recording_free (GstJanusRecording *self);

/* The following may be called in any thread. */

void gst_janus_recording_set_wanted (GstJanusRecording *self, gboolean wanted);
gboolean gst_janus_recording_get_wanted (GstJanusRecording *self);
/* FILE of NULL: a name is made up. */
void gst_janus_recording_set_file (GstJanusRecording *self, const gchar *file);
gchar *gst_janus_recording_dup_file (GstJanusRecording *self);

/* Whether the settings can be tried; ERROR is a JANUS_ERROR_SETTINGS. */
gboolean gst_janus_recording_check (GstJanusRecording *self, GError **error);

/* The following are for the signalling thread alone. */

/* What is published: a media type ("audio", "video") for each m-line, ending with NULL. */
void gst_janus_recording_set_media (GstJanusRecording *self, const gchar *const *media);
/* Media flows from now on: recording can begin. */
void gst_janus_recording_start (GstJanusRecording *self);
/* Asks the server for what is wanted, unless that is so, or cannot be yet. To be called when the
 * settings have changed. */
void gst_janus_recording_update (GstJanusRecording *self);
/* Whether the recording is what it is to be, also before it can begin if there is to be none. */
gboolean gst_janus_recording_is_settled (GstJanusRecording *self);
/* The server's answer, as in JanusRoomHandlers. */
void
gst_janus_recording_changed (GstJanusRecording *self, const gchar *file, const gchar *directory);
/* The connection is lost, and with it the recording. What the next one records goes into files of
 * another name. */
void gst_janus_recording_lose (GstJanusRecording *self);
/* The run is over. */
void gst_janus_recording_reset (GstJanusRecording *self);

G_END_DECLS
