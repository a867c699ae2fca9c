/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long a media connection may get no further while it is set up. */

#pragma once

#include "gstjanusbin.h"
#include "janusretry.h"

G_BEGIN_DECLS

typedef struct _GstJanusSetup GstJanusSetup;

/* For the signalling thread of BIN. STUCK (ERROR, USER_DATA) is called once, when it has taken
 * longer than PATIENCE: then another connection is likely to be quicker. ERROR is a JANUS_ERROR.
 *
 * For a way there is a limit only if the last one that BIN found was quick: behind a NAT, to a
 * server with addresses that lead nowhere, or by a relay ICE takes seconds each time. */
GstJanusSetup *gst_janus_setup_new (GstJanusBin *bin, const JanusPatience *patience,
    void (*stuck) (const GError *error, gpointer user_data), gpointer user_data);
void gst_janus_setup_free (GstJanusSetup *self);

/* Each side has what it needs to find a way to the other. */
void gst_janus_setup_begin (GstJanusSetup *self);
/* ICE has found one, and the DTLS handshake begins. May be told more than once. */
void gst_janus_setup_has_way (GstJanusSetup *self);
/* It has ended, on both sides. */
void gst_janus_setup_end (GstJanusSetup *self);

G_END_DECLS
