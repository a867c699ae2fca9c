/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The plugin "janus". */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/gst.h>

#include "cryptoinit.h"
#include "gstjanusrecordplaysink.h"
#include "gstjanusrecordplaysrc.h"
#include "gstjanusvideoroomsink.h"
#include "gstjanusvideoroomsrc.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  gboolean ret = FALSE;

  crypto_init ();
  ret |= GST_ELEMENT_REGISTER (janusrecordplaysink, plugin);
  ret |= GST_ELEMENT_REGISTER (janusrecordplaysrc, plugin);
  ret |= GST_ELEMENT_REGISTER (janusvideoroomsink, plugin);
  ret |= GST_ELEMENT_REGISTER (janusvideoroomsrc, plugin);
  return ret;
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, janus,
    "Publish to and receive from a Janus WebRTC server: its VideoRoom, its Record & Play",
    plugin_init, VERSION, GST_LICENSE, GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)
