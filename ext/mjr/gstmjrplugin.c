/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstmjrplugin.c - the plugin: mjrdemux, mjrmux, and the type of their files. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/base/base.h>

#include "gstmjrcaps.h"
#include "gstmjrdemux.h"
#include "gstmjrmux.h"
#include "mjrformat.h"

/* As many bytes as generation 0 needs, which begins like one of its frames. */
#define TYPE_SIZE 15

static void
find_type (GstTypeFind *find, gpointer user_data)
{
  guint size = 8;
  const guint8 *data = gst_type_find_peek (find, 0, TYPE_SIZE);

  /* An empty recording has but its first 8 bytes. */
  if (data != NULL)
    size = TYPE_SIZE;
  else
    data = gst_type_find_peek (find, 0, size);
  if (data != NULL && mjr_is_recording (data, size))
    gst_type_find_suggest_empty_simple (find, GST_TYPE_FIND_MAXIMUM, GST_MJR_MEDIA_TYPE);
}

static gboolean
register_type (GstPlugin *plugin)
{
  g_autoptr (GstCaps) caps = gst_caps_new_empty_simple (GST_MJR_MEDIA_TYPE);

  return gst_type_find_register (
      plugin, GST_MJR_MEDIA_TYPE, GST_RANK_PRIMARY, find_type, "mjr", caps, NULL, NULL);
}

static gboolean
plugin_init (GstPlugin *plugin)
{
  gboolean ret = FALSE;

  gst_mjr_register_tags ();
  ret |= GST_ELEMENT_REGISTER (mjrdemux, plugin);
  ret |= GST_ELEMENT_REGISTER (mjrmux, plugin);
  ret |= register_type (plugin);
  return ret;
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, mjr,
    "Recordings of the Janus server (.mjr)", plugin_init, VERSION, GST_LICENSE, GST_PACKAGE_NAME,
    GST_PACKAGE_ORIGIN)
