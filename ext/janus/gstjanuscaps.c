/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The caps of what is published. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanuscaps.h"

gboolean
gst_janus_caps_same_codec (const GstCaps *a, const GstCaps *b)
{
  const GstStructure *s = gst_caps_get_structure (a, 0), *t = gst_caps_get_structure (b, 0);
  static const gchar *const fields[] = {"media", "encoding-name", "clock-rate", "payload"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (fields); i++) {
    const GValue *v = gst_structure_get_value (s, fields[i]);
    const GValue *w = gst_structure_get_value (t, fields[i]);

    if (!v || !w || gst_value_compare (v, w) != GST_VALUE_EQUAL)
      return FALSE;
  }
  return TRUE;
}

GstCaps *
gst_janus_caps_complete (GstCaps *caps, guint32 ssrc)
{
  if (!gst_structure_has_field (gst_caps_get_structure (caps, 0), "ssrc")) {
    caps = gst_caps_make_writable (caps);
    gst_caps_set_simple (caps, "ssrc", G_TYPE_UINT, ssrc, NULL);
  }
  return caps;
}

guint32
gst_janus_data_get_ssrc (GstPadProbeInfo *info)
{
  guint8 ssrc[4] = {0};
  GstBuffer *buffer = NULL;

  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  else if (gst_buffer_list_length (GST_PAD_PROBE_INFO_BUFFER_LIST (info)) > 0)
    buffer = gst_buffer_list_get (GST_PAD_PROBE_INFO_BUFFER_LIST (info), 0);
  if (buffer)
    gst_buffer_extract (buffer, 8, ssrc, sizeof ssrc);
  return GST_READ_UINT32_BE (ssrc);
}
