/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a media connection finds its way: what webrtcbin and its ICE agent are told. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "gstjanusice.h"
#include "januserror.h"

/* On a long way libnice (0.1.21) mostly comes to no end where it is the one to nominate: it begins
 * a check anew for each that comes from the server, which does the same, and half a second later
 * has forgotten the one before, on which no answer can have come yet. At a pace that is slower than
 * a round trip it does neither. But then all else waits for that pace, too: the first check, the
 * one that nominates, and the next address, where one does not answer. */
#define LONG_ROUND_TRIP_MSECONDS 450
#define SLOWEST_PACE_MSECONDS 2500

/* Not by the property, which anyone could read, and a graph shows. */
static gboolean
add_turn_server (GstElement *webrtcbin, const gchar *server, GError **error)
{
  gboolean added = FALSE;

  g_signal_emit_by_name (webrtcbin, "add-turn-server", server, &added);
  if (!added)
    g_set_error_literal (error, JANUS_ERROR, JANUS_ERROR_SETTINGS,
        "turn-server= is not of the form turn(s)://username:password@host:port");
  return added;
}

static void
set_if_there (GObject *agent, const gchar *property, guint value)
{
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (agent), property))
    g_object_set (agent, property, value, NULL);
}

static void
configure_agent (GstElement *webrtcbin, guint round_trip, guint patience)
{
  g_autoptr (GObject) ice = NULL, agent = NULL;
  guint pace = 0;

  g_object_get (webrtcbin, "ice-agent", &ice, NULL);
  if (ice && g_object_class_find_property (G_OBJECT_GET_CLASS (ice), "agent"))
    g_object_get (ice, "agent", &agent, NULL);
  if (!agent)
    return;
  /* libnice would look for a router to open ports in, and talk to the whole network for that. */
  set_if_there (agent, "upnp", FALSE);
  if (round_trip > LONG_ROUND_TRIP_MSECONDS) {
    pace = MIN (round_trip + round_trip / 4, SLOWEST_PACE_MSECONDS);
    set_if_there (agent, "stun-pacing-timer", pace);
  }
  /* The tick in which it begins to wait counts already. */
  if (patience > 0)
    set_if_there (agent, "idle-timeout", patience + pace);
}

gboolean
gst_janus_ice_configure (GstElement *webrtcbin, const GstJanusIceConfig *config, guint round_trip,
    guint patience, GError **error)
{
  g_object_set (webrtcbin, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE,
      "ice-transport-policy", config->ice_transport_policy, NULL);
  if (config->stun_server)
    g_object_set (webrtcbin, "stun-server", config->stun_server, NULL);
  configure_agent (webrtcbin, round_trip, patience);
  return !config->turn_server || add_turn_server (webrtcbin, config->turn_server, error);
}
