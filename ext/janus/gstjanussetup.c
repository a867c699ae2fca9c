/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long a media connection may get no further while it is set up. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanussetup.h"
#include "januserror.h"

struct _GstJanusSetup {
  GstJanusBin *bin; /* not owned */
  JanusPatience patience;
  void (*stuck) (const GError *error, gpointer user_data);
  gpointer user_data;

  gint64 began; /* g_get_monotonic_time() */
  gboolean has_way;
  gboolean ended;
  GSource *timer;
};

GstJanusSetup *
gst_janus_setup_new (GstJanusBin *bin, const JanusPatience *patience,
    void (*stuck) (const GError *error, gpointer user_data), gpointer user_data)
{
  GstJanusSetup *self = g_new0 (GstJanusSetup, 1);

  self->bin = bin;
  self->patience = *patience;
  if (!gst_janus_bin_finds_ways_quickly (bin))
    self->patience.way = 0;
  self->stuck = stuck;
  self->user_data = user_data;
  return self;
}

void
gst_janus_setup_free (GstJanusSetup *self)
{
  gst_janus_clear_source (&self->timer);
  g_free (self);
}

static gboolean
on_stuck (gpointer user_data)
{
  GstJanusSetup *self = user_data;
  guint patience = self->has_way ? self->patience.handshake : self->patience.way;
  g_autoptr (GError) error =
      g_error_new (JANUS_ERROR, self->has_way ? JANUS_ERROR_HANDSHAKE : JANUS_ERROR_NO_WAY,
          self->has_way ? "The DTLS handshake with the server has not ended within %u.%02u s"
                        : "ICE has found no way to the server within %u.%02u s",
          patience / 1000, patience % 1000 / 10);

  gst_janus_clear_source (&self->timer);
  /* By which SELF may end. */
  self->stuck (error, self->user_data);
  return G_SOURCE_REMOVE;
}

static void
wait (GstJanusSetup *self, guint patience)
{
  gst_janus_clear_source (&self->timer);
  if (patience > 0)
    self->timer = gst_janus_bin_add_timeout_for (self->bin, patience, on_stuck, self);
}

void
gst_janus_setup_begin (GstJanusSetup *self)
{
  if (self->has_way || self->ended)
    return;
  self->began = g_get_monotonic_time ();
  wait (self, self->patience.way);
}

void
gst_janus_setup_has_way (GstJanusSetup *self)
{
  if (self->has_way || self->ended)
    return;
  self->has_way = TRUE;
  gst_janus_bin_set_finds_ways_quickly (self->bin,
      self->began > 0 &&
          g_get_monotonic_time () - self->began < self->patience.quick * G_TIME_SPAN_MILLISECOND);
  wait (self, self->patience.handshake);
}

void
gst_janus_setup_end (GstJanusSetup *self)
{
  self->ended = TRUE;
  gst_janus_clear_source (&self->timer);
}
