/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What can be set of a Janus element: the properties that several have. */

#pragma once

#include <gst/gst.h>

#include "janusretry.h"
#include "janusroom.h"

G_BEGIN_DECLS

/* What a media connection is made with; strings may be NULL. */
typedef struct {
  gchar *stun_server;
  gchar *turn_server;
  gint ice_transport_policy; /* GstWebRTCICETransportPolicy */
  gboolean do_retransmission;
} GstJanusIceConfig;

void gst_janus_ice_config_clear (GstJanusIceConfig *config);

/* Which plugin of the server an element talks with. */
typedef enum {
  GST_JANUS_KIND_ROOM,
  GST_JANUS_KIND_RECORD_PLAY,
} GstJanusKind;

typedef struct {
  gchar *id;
  gchar *name;
} GstJanusRecordingConfig;

typedef struct {
  GstJanusKind kind;
  JanusSessionConfig session;
  JanusRoomConfig room;
  GstJanusRecordingConfig recording;
  GstJanusIceConfig ice;
  JanusRetryConfig retry;
} GstJanusSettings;

/* Ids of the properties are below this. */
#define GST_JANUS_N_SETTINGS 32

/* Installs the properties that all have. */
void gst_janus_settings_install (GObjectClass *klass);
/* Installs those of KIND: to be called by the class of an element. */
void gst_janus_settings_install_kind (GObjectClass *klass, GstJanusKind kind);
/* Installs those of reconnecting: the same. */
void gst_janus_settings_install_reconnect (GObjectClass *klass);

void gst_janus_settings_init (GstJanusSettings *settings);
/* Of an element with the properties of reconnecting. */
void gst_janus_settings_init_reconnect (GstJanusSettings *settings);
void gst_janus_settings_clear (GstJanusSettings *settings);

/* The property ID; FALSE when it is none of these, or, for get, must not be read. Credentials
 * cannot be. */
gboolean gst_janus_settings_set (GstJanusSettings *settings, guint id, const GValue *value);
gboolean gst_janus_settings_get (const GstJanusSettings *settings, guint id, GValue *value);

/* Whether a session can be tried with them; ERROR is a JANUS_ERROR_SETTINGS. */
gboolean gst_janus_settings_check (const GstJanusSettings *settings, GError **error);

/* Server, and room if there is one, for people; to be freed. */
gchar *gst_janus_settings_describe (const GstJanusSettings *settings);
/* Adds what a message on the state says besides; ACTIVE is the feed or recording, or NULL. */
void gst_janus_settings_describe_state (
    const GstJanusSettings *settings, const gchar *active, GstStructure *structure);

G_END_DECLS
