/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a run has failed with for good: told once, and when somebody listens. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanusfailure.h"

/* How long an error waits for PLAYING. */
#define HOLD_BACK_MSECONDS 1000

struct _GstJanusFailure {
  GstJanusBin *bin; /* not owned */

  GMutex lock;
  GError *error;
  gboolean told; /* while the element played */
  gboolean playing;

  GSource *held_back; /* of the signalling thread: an error waits for PLAYING */
};

GstJanusFailure *
gst_janus_failure_new (GstJanusBin *bin)
{
  GstJanusFailure *self = g_new0 (GstJanusFailure, 1);

  self->bin = bin;
  g_mutex_init (&self->lock);
  return self;
}

void
gst_janus_failure_free (GstJanusFailure *self)
{
  g_clear_error (&self->error);
  g_mutex_clear (&self->lock);
  g_free (self);
}

void
gst_janus_failure_reset (GstJanusFailure *self)
{
  g_mutex_lock (&self->lock);
  g_clear_error (&self->error);
  self->told = FALSE;
  g_mutex_unlock (&self->lock);
}

gboolean
gst_janus_failure_is_set (GstJanusFailure *self)
{
  gboolean is_set;

  g_mutex_lock (&self->lock);
  is_set = self->error != NULL;
  g_mutex_unlock (&self->lock);
  return is_set;
}

/* Posts what the run has failed with if the element has not played since. */
static gboolean
on_held_back_long_enough (gpointer user_data)
{
  GstJanusFailure *self = user_data;
  gboolean told;

  g_mutex_lock (&self->lock);
  told = self->told;
  g_mutex_unlock (&self->lock);
  if (!told)
    gst_janus_bin_post_error (self->bin, self->error);
  return G_SOURCE_REMOVE;
}

void
gst_janus_failure_set (GstJanusFailure *self, const GError *error)
{
  gboolean playing;

  g_mutex_lock (&self->lock);
  self->error = g_error_copy (error);
  playing = self->told = self->playing;
  g_mutex_unlock (&self->lock);
  if (playing) {
    gst_janus_bin_post_error (self->bin, error);
    return;
  }
  /* gst-launch-1.0 misses an error that is posted before its main loop runs, and would hang: it
   * sets PLAYING from there. Whoever stays in PAUSED is told a little later, which may be too early
   * for it, too, if what else is in the pipeline is slow: in PLAYING it is told again. */
  self->held_back =
      gst_janus_bin_add_timeout_for (self->bin, HOLD_BACK_MSECONDS, on_held_back_long_enough, self);
}

void
gst_janus_failure_stop (GstJanusFailure *self)
{
  gst_janus_clear_source (&self->held_back);
}

void
gst_janus_failure_set_playing (GstJanusFailure *self, gboolean playing)
{
  g_autoptr (GError) error = NULL;

  g_mutex_lock (&self->lock);
  self->playing = playing;
  if (playing && self->error && !self->told) {
    error = g_error_copy (self->error);
    self->told = TRUE;
  }
  g_mutex_unlock (&self->lock);
  if (error)
    gst_janus_bin_post_error (self->bin, error);
}
