/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The enumerations among the properties of the Janus elements. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanusenums.h"

GType
gst_janus_signalling_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {GST_JANUS_SIGNALLING_E2EE, "Janus 1.x, end-to-end encrypted", "e2ee"},
      {GST_JANUS_SIGNALLING_PERC, "Janus of the PERC Lite branch of 2018", "perc"},
      {GST_JANUS_SIGNALLING_PLAIN, "Janus, without a word on encryption", "plain"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstJanusSignalling", values));
  return type;
}

GType
gst_janus_state_get_type (void)
{
  static gsize type = 0;
  static const GEnumValue values[] = {
      {GST_JANUS_STATE_DISCONNECTED, "No session", "disconnected"},
      {GST_JANUS_STATE_CONNECTING, "Connecting and joining the room", "connecting"},
      {GST_JANUS_STATE_WAITING, "In the room, waiting for streams or for the feed", "waiting"},
      {GST_JANUS_STATE_NEGOTIATING, "Setting up the media connection", "negotiating"},
      {GST_JANUS_STATE_CONNECTED, "Media flows", "connected"},
      {GST_JANUS_STATE_ENDED, "The streams or the feed have ended", "ended"},
      {GST_JANUS_STATE_FAILED, "Failed", "failed"},
      {GST_JANUS_STATE_LOST, "The session has ended, or could not be begun", "lost"},
      {GST_JANUS_STATE_RETRYING, "Waiting for the next attempt", "retrying"},
      {0, NULL, NULL},
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("GstJanusState", values));
  return type;
}
