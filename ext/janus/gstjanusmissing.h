/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells when a packet that is missing will hardly come any more, long before a jitter buffer with
 * much time gives it up. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Calls IN_VAIN (USER_DATA) when JITTERBUFFER, an rtpjitterbuffer that asks only for what is
 * missing (its rtx-next-seqnum is FALSE), has asked for a packet for longer than two attempts of
 * Janus take, and goes on asking; once for all that it has asked for until then, since whatever
 * helps one of them helps all. In a thread of JITTERBUFFER, of which IN_VAIN must not ask anything.
 * DESTROY (USER_DATA) is called with the end of JITTERBUFFER. */
void gst_janus_missing_watch (GstElement *jitterbuffer, void (*in_vain) (gpointer user_data),
    gpointer user_data, GDestroyNotify destroy);

G_END_DECLS
