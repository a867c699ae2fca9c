/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a media connection that is up still brings media. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanushealth.h"
#include "gstjanusrollover.h"
#include "gstjanussilence.h"
#include "januserror.h"

#define LOOKS_PER_SECOND (1000 / GST_JANUS_HEALTH_MSECONDS)

struct _GstJanusHealth {
  GstElement *webrtcbin; /* not owned */
  GstJanusSilence *silence;
  GstJanusRollover *rollover;
  guint n_looks;
};

GstJanusHealth *
gst_janus_health_new (GstElement *webrtcbin)
{
  GstJanusHealth *self = g_new0 (GstJanusHealth, 1);

  self->webrtcbin = webrtcbin;
  self->silence = gst_janus_silence_new (webrtcbin);
  self->rollover = gst_janus_rollover_new ();
  return self;
}

void
gst_janus_health_free (GstJanusHealth *self)
{
  gst_janus_silence_free (self->silence);
  gst_janus_rollover_free (self->rollover);
  g_free (self);
}

GError *
gst_janus_health_find_fault (GstJanusHealth *self)
{
  gboolean playing = GST_STATE (self->webrtcbin) == GST_STATE_PLAYING;
  guint32 ssrc;

  if (self->n_looks++ % LOOKS_PER_SECOND == 0 &&
      gst_janus_silence_is_too_long (self->silence, playing))
    return g_error_new (JANUS_ERROR, JANUS_ERROR_ICE,
        "Nothing has come over the media connection for %d s", GST_JANUS_MAX_SILENCE_SECONDS);
  if (gst_janus_rollover_is_lost_in (self->rollover, self->webrtcbin, &ssrc))
    return g_error_new (JANUS_ERROR, JANUS_ERROR_SRTP,
        "What the server sends of a stream, SSRC %u, cannot be authenticated (SRTP)", ssrc);
  return NULL;
}
