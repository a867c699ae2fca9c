/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The enumerations among the properties of the Janus elements. */

#pragma once

#include <gst/gst.h>

#include "janusmessage.h"

G_BEGIN_DECLS

/**
 * GstJanusSignalling:
 * @GST_JANUS_SIGNALLING_E2EE: Janus 1.x, saying that the media is end-to-end encrypted
 * @GST_JANUS_SIGNALLING_PERC: the PERC Lite branch of 2018
 * @GST_JANUS_SIGNALLING_PLAIN: Janus, without a word on encryption
 *
 * Since: 0.1
 */
typedef enum {
  GST_JANUS_SIGNALLING_E2EE = JANUS_SIGNALLING_E2EE,
  GST_JANUS_SIGNALLING_PERC = JANUS_SIGNALLING_PERC,
  GST_JANUS_SIGNALLING_PLAIN = JANUS_SIGNALLING_PLAIN,
} GstJanusSignalling;

#define GST_TYPE_JANUS_SIGNALLING (gst_janus_signalling_get_type ())
GType gst_janus_signalling_get_type (void);

/**
 * GstJanusState:
 * @GST_JANUS_STATE_DISCONNECTED: no session
 * @GST_JANUS_STATE_CONNECTING: connecting to the server and joining the room
 * @GST_JANUS_STATE_WAITING: in the room, waiting for streams to publish or for the feed to appear
 * @GST_JANUS_STATE_NEGOTIATING: setting up the media connection
 * @GST_JANUS_STATE_CONNECTED: media flows
 * @GST_JANUS_STATE_ENDED: the streams, or the feed, have ended
 * @GST_JANUS_STATE_FAILED: an error was posted
 * @GST_JANUS_STATE_LOST: the session has ended, or could not be begun
 * @GST_JANUS_STATE_RETRYING: waiting for the next attempt
 *
 * Since: 0.1
 */
typedef enum {
  GST_JANUS_STATE_DISCONNECTED,
  GST_JANUS_STATE_CONNECTING,
  GST_JANUS_STATE_WAITING,
  GST_JANUS_STATE_NEGOTIATING,
  GST_JANUS_STATE_CONNECTED,
  GST_JANUS_STATE_ENDED,
  GST_JANUS_STATE_FAILED,
  GST_JANUS_STATE_LOST,
  GST_JANUS_STATE_RETRYING,
} GstJanusState;

#define GST_TYPE_JANUS_STATE (gst_janus_state_get_type ())
GType gst_janus_state_get_type (void);

G_END_DECLS
