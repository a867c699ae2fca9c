/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is set of a Janus element, for whoever needs it, and what is posted with it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanusbin.h"
#include "gstjanuspost.h"

GstJanusSignalling
gst_janus_bin_get_signalling (GstJanusBin *self)
{
  const GstJanusSettings *settings = gst_janus_bin_lock_settings (self);
  GstJanusSignalling signalling = (GstJanusSignalling) settings->session.signalling;

  gst_janus_bin_unlock_settings (self);
  return signalling;
}

guint
gst_janus_bin_get_timeout (GstJanusBin *self)
{
  const GstJanusSettings *settings = gst_janus_bin_lock_settings (self);
  guint timeout = settings->session.timeout;

  gst_janus_bin_unlock_settings (self);
  return timeout;
}

gchar *
gst_janus_bin_dup_feed_id (GstJanusBin *self)
{
  const GstJanusSettings *settings = gst_janus_bin_lock_settings (self);
  gchar *feed = g_strdup (settings->room.feed);

  gst_janus_bin_unlock_settings (self);
  return feed;
}

void
gst_janus_bin_get_retry_config (GstJanusBin *self, JanusRetryConfig *config)
{
  const GstJanusSettings *settings = gst_janus_bin_lock_settings (self);

  *config = settings->retry;
  config->id_is_ours = settings->room.feed != NULL;
  gst_janus_bin_unlock_settings (self);
}

void
gst_janus_bin_get_recording (GstJanusBin *self, gchar **id, gchar **name)
{
  const GstJanusSettings *settings = gst_janus_bin_lock_settings (self);

  *id = g_strdup (settings->recording.id);
  *name = g_strdup (settings->recording.name);
  gst_janus_bin_unlock_settings (self);
}

void
gst_janus_bin_get_ice_config (GstJanusBin *self, GstJanusIceConfig *config)
{
  const GstJanusSettings *settings = gst_janus_bin_lock_settings (self);

  *config = settings->ice;
  config->stun_server = g_strdup (config->stun_server);
  config->turn_server = g_strdup (config->turn_server);
  gst_janus_bin_unlock_settings (self);
}

gchar *
gst_janus_bin_describe (GstJanusBin *self)
{
  const GstJanusSettings *settings = gst_janus_bin_lock_settings (self);
  gchar *where = gst_janus_settings_describe (settings);

  gst_janus_bin_unlock_settings (self);
  return where;
}

void
gst_janus_bin_post_error (GstJanusBin *self, const GError *error)
{
  g_autofree gchar *where = gst_janus_bin_describe (self);

  gst_janus_post_error (GST_ELEMENT (self), error, where);
}

void
gst_janus_bin_warn (GstJanusBin *self, const GError *error, const gchar *what_is_done)
{
  g_autofree gchar *where = gst_janus_bin_describe (self);

  gst_janus_post_warning (GST_ELEMENT (self), error, what_is_done, where);
}
