/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells when a packet that is missing will hardly come any more, long before a jitter buffer with much time gives it up. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Calls IN_VAIN (USER_DATA) when JITTERBUFFER, an rtpjitterbuffer, has asked for a packet for longer than two attempts of Janus take, and goes on
 * asking; once for all that should have come before that moment, since whatever helps one of them helps all. Not for packets that may not have
 * been sent yet. In a thread of JITTERBUFFER, under none of its locks. DESTROY (USER_DATA) is called with the end of JITTERBUFFER. */
void gst_janus_missing_watch (GstElement *jitterbuffer, void (*in_vain) (gpointer user_data),
    gpointer user_data, GDestroyNotify destroy);

G_END_DECLS
