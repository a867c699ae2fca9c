/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes the receiver reports of a bundled connection count for each of its media at a Janus server. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "gstjanusrtcp.h"

/* RFC 3550, section 6.4: packet types and sizes in bytes; RFC 4585, section 6.1 for feedback. */
#define RTCP_SR 200
#define RTCP_RR 201
#define RTCP_RTPFB 205
#define RTCP_PSFB 206
#define HEADER_SIZE 4
#define SENDER_SSRC_SIZE 4
#define SENDER_INFO_SIZE 20
#define REPORT_BLOCK_SIZE 24

void
gst_janus_rtcp_order_report_blocks (guint8 *data, gsize size, guint turn)
{
  guint8 *blocks = NULL;
  guint n_blocks = 0, first, i;
  const guint8 *media_ssrc = NULL;
  gsize offset = 0;

  while (size - offset >= HEADER_SIZE) {
    guint8 *packet = data + offset;
    gsize packet_size = HEADER_SIZE + 4 * (gsize) GST_READ_UINT16_BE (packet + 2);
    gsize blocks_offset = HEADER_SIZE + SENDER_SSRC_SIZE;
    guint count = packet[0] & 0x1f;

    if (packet[0] >> 6 != 2 || packet_size > size - offset)
      return;

    if (packet[1] == RTCP_SR)
      blocks_offset += SENDER_INFO_SIZE;
    if ((packet[1] == RTCP_SR || packet[1] == RTCP_RR) && !blocks) {
      if (blocks_offset + (gsize) count * REPORT_BLOCK_SIZE > packet_size)
        return;
      blocks = packet + blocks_offset;
      n_blocks = count;
    } else if ((packet[1] == RTCP_RTPFB || packet[1] == RTCP_PSFB) && !media_ssrc) {
      if (packet_size < HEADER_SIZE + 2 * SENDER_SSRC_SIZE)
        return;
      media_ssrc = packet + HEADER_SIZE + SENDER_SSRC_SIZE;
    }
    offset += packet_size;
  }

  if (offset != size || n_blocks < 2)
    return;

  first = turn % n_blocks;
  for (i = 0; media_ssrc && i < n_blocks; i++) {
    if (memcmp (blocks + (gsize) i * REPORT_BLOCK_SIZE, media_ssrc, 4) == 0)
      first = i;
  }
  if (first != 0) {
    guint8 swap[REPORT_BLOCK_SIZE];

    memcpy (swap, blocks, REPORT_BLOCK_SIZE);
    memcpy (blocks, blocks + (gsize) first * REPORT_BLOCK_SIZE, REPORT_BLOCK_SIZE);
    memcpy (blocks + (gsize) first * REPORT_BLOCK_SIZE, swap, REPORT_BLOCK_SIZE);
  }
}

static GstPadProbeReturn
on_rtcp (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  guint *turn = user_data;
  GstBuffer *buffer = gst_buffer_make_writable (GST_PAD_PROBE_INFO_BUFFER (info));
  GstMapInfo map;

  if (gst_buffer_map (buffer, &map, GST_MAP_READWRITE)) {
    gst_janus_rtcp_order_report_blocks (map.data, map.size, (*turn)++);
    gst_buffer_unmap (buffer, &map);
  }
  GST_PAD_PROBE_INFO_DATA (info) = buffer;
  return GST_PAD_PROBE_OK;
}

static void
on_pad_added (GstElement *rtpbin, GstPad *pad, gpointer user_data)
{
  if (g_str_has_prefix (GST_PAD_NAME (pad), "send_rtcp_src_"))
    gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_rtcp, g_new0 (guint, 1), g_free);
}

void
gst_janus_rtcp_attach (GstElement *rtpbin)
{
  g_signal_connect (rtpbin, "pad-added", G_CALLBACK (on_pad_added), NULL);
}
