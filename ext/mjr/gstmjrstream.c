/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstmjrstream.c - the stream that comes out of mjrdemux: its times, its events, its packets. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstmjrstream.h"

#include "gstmjrcaps.h"
#include "gstpercliteevent.h"
#include "mjrformat.h"

GST_DEBUG_CATEGORY_EXTERN (gst_mjr_demux_debug);
#define GST_CAT_DEFAULT gst_mjr_demux_debug

#define RTP_HEADER_SIZE 12

/* Of the microseconds since 1970 before each message of a data channel. */
#define DATA_TIME_SIZE 8

#define TO_NANOSECONDS(microseconds) ((microseconds) *1000)

/* Microseconds since 1970 until 2255; no number of a recording is trusted beyond. */
#define MAX_TIME G_GINT64_CONSTANT (9007199254740992)

static gint64
find_reference (const MjrHeader *header, const GstMjrStreamSettings *settings)
{
  if (header->started == 0)
    return 0;
  if (!settings->sync)
    return header->started;
  if (settings->reference > 0)
    return settings->reference;
  /* Nobody writes before there is a recorder, but clocks are set back. */
  if (header->created > 0 && header->created < header->started)
    return header->created;
  return header->started;
}

void
gst_mjr_stream_open (GstMjrStream *self, GstElement *element, const MjrHeader *header,
    const GstMjrStreamSettings *settings)
{
  static GstStaticCaps unix_time = GST_STATIC_CAPS (GST_MJR_UNIX_TIME_CAPS);

  *self = (GstMjrStream){
      .element = element,
      .header = header,
      .timeline =
          {
              .clock_rate = gst_mjr_clock_rate (header),
              .has_arrival = header->generation == 2,
          },
      .reference = find_reference (header, settings),
      .encrypted = header->encrypted || settings->encrypted,
      .payload = -1,
      .duration = GST_CLOCK_TIME_NONE,
      .group_id = GST_GROUP_ID_INVALID,
      .segment_pending = TRUE,
      .discont = TRUE,
      .unix_time = gst_static_caps_get (&unix_time),
      .reorder =
          gst_mjr_reorder_new (header->media == MJR_MEDIA_DATA ? 0 : settings->reorder_window),
  };
  if (self->reference > 0)
    self->base = TO_NANOSECONDS (header->started - self->reference);
  gst_segment_init (&self->segment, GST_FORMAT_TIME);
}

void
gst_mjr_stream_close (GstMjrStream *self)
{
  g_clear_pointer (&self->reorder, gst_mjr_reorder_free);
  gst_clear_caps (&self->unix_time);
  if (self->pad != NULL) {
    gst_element_remove_pad (self->element, self->pad);
    self->pad = NULL;
  }
  self->header = NULL;
}

/* Places */

/* RFC 3550, section 5.1: what the header promises has to be there. */
static gboolean
is_rtp (const guint8 *data, gsize size)
{
  gsize header_size;

  if (size < RTP_HEADER_SIZE || data[0] >> 6 != 2)
    return FALSE;
  header_size = RTP_HEADER_SIZE + 4 * (data[0] & 0x0f);
  if (data[0] & 0x10) {
    if (size < header_size + 4)
      return FALSE;
    header_size += 4 + 4 * (gsize) mjr_read_u16 (data + header_size + 2);
  }
  return size >= header_size;
}

static gboolean
place_rtp (GstMjrStream *self, const guint8 *data, gsize size, guint32 arrival, GstMjrPlace *place)
{
  if (!is_rtp (data, size))
    return FALSE;
  place->payload = data[1] & 0x7f;
  place->seq = mjr_read_u16 (data + 2);
  place->ssrc = mjr_read_u32 (data + 8);
  place->pts = self->base + mjr_timeline_next (&self->timeline, mjr_read_u32 (data + 4), arrival);
  if (self->reference > 0) {
    if (self->timeline.has_arrival)
      place->wall = TO_NANOSECONDS (self->header->started) + (gint64) arrival * GST_MSECOND;
    else
      place->wall = TO_NANOSECONDS (self->reference) + place->pts;
  }
  return TRUE;
}

static gboolean
place_data (GstMjrStream *self, const guint8 *data, gsize size, GstMjrPlace *place)
{
  guint64 time;

  if (size < DATA_TIME_SIZE)
    return FALSE;
  time = (guint64) mjr_read_u32 (data) << 32 | mjr_read_u32 (data + 4);
  if (time > MAX_TIME || (g_str_equal (self->header->codec, "text") &&
                             !g_utf8_validate ((const gchar *) data + DATA_TIME_SIZE,
                                 (gssize) (size - DATA_TIME_SIZE), NULL)))
    return FALSE;
  if (self->reference == 0)
    self->reference = (gint64) time;
  place->skip = DATA_TIME_SIZE;
  place->wall = TO_NANOSECONDS ((gint64) time);
  place->pts = TO_NANOSECONDS ((gint64) time - self->reference);
  return TRUE;
}

gboolean
gst_mjr_stream_place (
    GstMjrStream *self, const guint8 *data, gsize size, guint32 arrival, GstMjrPlace *place)
{
  *place = (GstMjrPlace){.wall = 0};
  if (self->header->media == MJR_MEDIA_DATA)
    return place_data (self, data, size, place);
  return place_rtp (self, data, size, arrival, place);
}

/* Events */

static void
push_caps (GstMjrStream *self, gint payload)
{
  g_autoptr (GstCaps) caps = gst_mjr_header_to_caps (self->header, payload);

  self->payload = payload;
  gst_pad_push_event (self->pad, gst_event_new_caps (caps));
  /* Without suite and fingerprint: a recording does not tell them. */
  if (self->encrypted && self->header->media != MJR_MEDIA_DATA)
    gst_pad_push_event (self->pad, gst_event_new_custom (GST_EVENT_CUSTOM_DOWNSTREAM_STICKY,
                                       gst_structure_new (GST_PERCLITE_ENCRYPTED_EVENT, "recorded",
                                           G_TYPE_BOOLEAN, TRUE, NULL)));
}

void
gst_mjr_stream_expose (GstMjrStream *self, GstPad *pad, gint payload)
{
  g_autofree gchar *id = gst_pad_create_stream_id (pad, self->element, NULL);
  GstEvent *event = gst_event_new_stream_start (id);

  self->pad = pad;
  if (self->group_id == GST_GROUP_ID_INVALID)
    self->group_id = gst_util_group_id_next ();
  gst_event_set_group_id (event, self->group_id);
  if (self->header->media == MJR_MEDIA_DATA)
    gst_event_set_stream_flags (event, GST_STREAM_FLAG_SPARSE);

  gst_pad_use_fixed_caps (pad);
  gst_pad_set_active (pad, TRUE);
  gst_pad_push_event (pad, event);
  push_caps (self, payload);
  gst_element_add_pad (self->element, pad);
  gst_element_no_more_pads (self->element);
}

/* After a seek, or at the start. */
static void
push_segment (GstMjrStream *self)
{
  GstEvent *event;

  self->segment_pending = FALSE;
  event = gst_event_new_segment (&self->segment);
  if (self->seqnum != 0)
    gst_event_set_seqnum (event, self->seqnum);
  gst_pad_push_event (self->pad, event);
  gst_pad_push_event (
      self->pad, gst_event_new_tag (gst_mjr_header_to_tags (self->header, self->reference)));
}

/* Packets */

static GstFlowReturn
push_ready (GstMjrStream *self, gboolean all)
{
  GstFlowReturn ret = GST_FLOW_OK;
  GstMjrPacket packet;

  while (gst_mjr_reorder_take (self->reorder, all, &packet)) {
    if (ret != GST_FLOW_OK) {
      gst_buffer_unref (packet.buffer);
      continue;
    }
    if (self->header->media != MJR_MEDIA_DATA && packet.payload != self->payload)
      push_caps (self, packet.payload);
    if (self->segment_pending)
      push_segment (self);
    if (self->discont) {
      GST_BUFFER_FLAG_SET (packet.buffer, GST_BUFFER_FLAG_DISCONT);
      self->discont = FALSE;
    }
    GST_OBJECT_LOCK (self->element);
    self->segment.position = GST_BUFFER_PTS (packet.buffer);
    GST_OBJECT_UNLOCK (self->element);
    ret = gst_pad_push (self->pad, packet.buffer);
  }
  return ret;
}

GstFlowReturn
gst_mjr_stream_push (GstMjrStream *self, GstBuffer *buffer, const GstMjrPlace *place)
{
  const GstMjrPacket packet = {buffer, place->ssrc, place->seq, place->payload};

  GST_BUFFER_PTS (buffer) = (GstClockTime) place->pts;
  if (place->wall > 0)
    gst_buffer_add_reference_timestamp_meta (
        buffer, self->unix_time, (GstClockTime) place->wall, GST_CLOCK_TIME_NONE);
  gst_mjr_reorder_add (self->reorder, &packet);
  return push_ready (self, FALSE);
}

void
gst_mjr_stream_end (GstMjrStream *self)
{
  GstEvent *event;

  push_ready (self, TRUE);
  if (self->segment_pending)
    push_segment (self);
  if (self->segment.flags & GST_SEGMENT_FLAG_SEGMENT) {
    gint64 stop = (gint64) self->segment.stop;

    if (stop < 0)
      stop = (gint64) self->segment.position;
    gst_element_post_message (self->element,
        gst_message_new_segment_done (GST_OBJECT (self->element), GST_FORMAT_TIME, stop));
    event = gst_event_new_segment_done (GST_FORMAT_TIME, stop);
  } else {
    event = gst_event_new_eos ();
  }
  if (self->seqnum != 0)
    gst_event_set_seqnum (event, self->seqnum);
  gst_pad_push_event (self->pad, event);
}
