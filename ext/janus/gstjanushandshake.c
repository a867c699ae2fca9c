/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A media connection that comes up quickly on a link that loses packets. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanushandshake.h"

/* Further times. It is nine packets: if each were sent only twice, one connection in 45 would lack
 * one of them on a link that loses one in twenty. */
#define REPETITIONS 2

/* RFC 7983, section 7. */
static gboolean
is_dtls (GstBuffer *buffer)
{
  guint8 first = 0;

  gst_buffer_extract (buffer, 0, &first, 1);
  return first >= 20 && first <= 63;
}

/* REPEATING is of the streaming thread, which comes by here again with the copies. */
static GstPadProbeReturn
on_packet (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  gboolean *repeating = user_data;

  if (!*repeating && is_dtls (buffer)) {
    *repeating = TRUE;
    for (guint i = 0; i < REPETITIONS; i++)
      gst_pad_chain (pad, gst_buffer_copy (buffer));
    *repeating = FALSE;
  }
  return GST_PAD_PROBE_OK;
}

static void
on_element_added (GstBin *webrtcbin, GstBin *bin, GstElement *element, gpointer unused)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  g_autoptr (GstPad) pad = NULL;

  if (!factory || !g_str_equal (GST_OBJECT_NAME (factory), "nicesink"))
    return;
  pad = gst_element_get_static_pad (element, "sink");
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_packet, g_new0 (gboolean, 1), g_free);
}

void
gst_janus_handshake_repeat (GstElement *webrtcbin)
{
  g_signal_connect (webrtcbin, "deep-element-added", G_CALLBACK (on_element_added), NULL);
}
