/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstpercliteplugin.c - the plugin: perclitenc and perclitedec. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "cryptoinit.h"
#include "gstperclitedec.h"
#include "gstpercliteenc.h"

static gboolean
plugin_init (GstPlugin *plugin)
{
  gboolean ret = FALSE;

  crypto_init ();
  ret |= GST_ELEMENT_REGISTER (perclitenc, plugin);
  ret |= GST_ELEMENT_REGISTER (perclitedec, plugin);
  return ret;
}

GST_PLUGIN_DEFINE (GST_VERSION_MAJOR, GST_VERSION_MINOR, perclite,
    "End-to-end encryption of RTP payloads (PERC Lite)", plugin_init, VERSION, GST_LICENSE,
    GST_PACKAGE_NAME, GST_PACKAGE_ORIGIN)
