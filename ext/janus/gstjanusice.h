/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a media connection finds its way: what webrtcbin and its ICE agent are told. */

#pragma once

#include <gst/gst.h>

#include "gstjanussettings.h"

G_BEGIN_DECLS

/* Tells a new WEBRTCBIN. ROUND_TRIP is how long one to the server takes, in milliseconds; PATIENCE
 * how long it may wait for the other side, in milliseconds, once all of its own checks have failed:
 * Janus has told all of its addresses by then; 0: as long as libnice does. FALSE and ERROR when a
 * server of CONFIG is none. */
gboolean gst_janus_ice_configure (GstElement *webrtcbin, const GstJanusIceConfig *config,
    guint round_trip, guint patience, GError **error);

G_END_DECLS
