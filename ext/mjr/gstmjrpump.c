/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstmjrpump.c - moves the packets of a recording from upstream to the stream of mjrdemux. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstmjrpump.h"

GST_DEBUG_CATEGORY_EXTERN (gst_mjr_demux_debug);
#define GST_CAT_DEFAULT gst_mjr_demux_debug

void
gst_mjr_pump_init (
    GstMjrPump *self, GstElement *element, GstPad *sinkpad, GstPad *(*new_pad) (void) )
{
  *self = (GstMjrPump){.element = element, .sinkpad = sinkpad, .new_pad = new_pad};
  self->stream.duration = GST_CLOCK_TIME_NONE;
}

void
gst_mjr_pump_open (
    GstMjrPump *self, gboolean pull, gboolean follow, const GstMjrStreamSettings *settings)
{
  self->pull = pull;
  self->settings = *settings;
  self->in_garbage = FALSE;
  gst_mjr_window_open (&self->window, self->sinkpad, pull, follow);
  gst_mjr_index_open (&self->index);
  GST_OBJECT_LOCK (self->element);
  self->stats = (GstMjrStats){.frames = 0};
  GST_OBJECT_UNLOCK (self->element);
}

void
gst_mjr_pump_close (GstMjrPump *self)
{
  gst_mjr_stream_close (&self->stream);
  mjr_reader_clear (&self->reader);
  gst_mjr_window_close (&self->window);
  gst_mjr_index_close (&self->index);
}

static void
post_error (GstMjrPump *self, const GError *error)
{
  gint code = GST_STREAM_ERROR_DEMUX;

  if (g_error_matches (error, MJR_ERROR, MJR_ERROR_WRONG_TYPE))
    code = GST_STREAM_ERROR_WRONG_TYPE;
  else if (g_error_matches (error, MJR_ERROR, MJR_ERROR_CODEC))
    code = GST_STREAM_ERROR_CODEC_NOT_FOUND;
  gst_element_message_full (self->element, GST_MESSAGE_ERROR, GST_STREAM_ERROR, code,
      g_strdup_printf ("%s.", error->message), NULL, __FILE__, GST_FUNCTION, __LINE__);
}

static void
open_stream (GstMjrPump *self)
{
  gst_mjr_stream_open (&self->stream, self->element, self->reader.header, &self->settings);
  GST_DEBUG_OBJECT (self->element, "generation %u, codec %s, first packet at %" GST_STIME_FORMAT,
      self->reader.header->generation, self->reader.header->codec,
      GST_STIME_ARGS (self->stream.base));
}

/* Finds the last frame, as long as it is within as many bytes as a reader may ask for. @data is the
 * first. */
static void
find_duration (GstMjrPump *self, const guint8 *data, gint64 pts)
{
  const MjrHeader *header = self->reader.header;
  g_autoptr (GstBuffer) tail = NULL;
  GstMjrStream probe = self->stream;
  gint64 total, start, last = pts;
  GstMapInfo map;
  MjrResult result;
  MjrStep step;

  if (!gst_pad_peer_query_duration (self->sinkpad, GST_FORMAT_BYTES, &total))
    return;
  start = MAX ((gint64) self->window.position, total - MJR_MAX_WINDOW);
  if (start >= total || gst_pad_pull_range (self->sinkpad, (guint64) start, (guint) (total - start),
                            &tail) != GST_FLOW_OK)
    return;
  if (!gst_buffer_map (tail, &map, GST_MAP_READ))
    return;
  for (gsize at = 0; (result = mjr_reader_next (&self->reader, map.data + at, map.size - at,
                          MJR_END_REACHED, &step, NULL)) == MJR_FRAME ||
                     result == MJR_GARBAGE;
       at += step.consumed) {
    const guint8 *packet = map.data + at + step.payload;
    GstMjrPlace place;

    if (result != MJR_FRAME ||
        !gst_mjr_stream_place (&probe, packet, step.consumed - step.payload, step.arrival, &place))
      continue;
    if (header->media == MJR_MEDIA_DATA)
      last = place.pts;
    else if (header->generation == 2)
      last = self->stream.base + step.arrival * (gint64) GST_MSECOND;
    else
      last = pts + (gint64) gst_util_uint64_scale_int (
                       mjr_read_u32 (packet + 4) - mjr_read_u32 (data + 4), GST_SECOND,
                       (gint) self->stream.timeline.clock_rate);
  }
  gst_buffer_unmap (tail, &map);

  GST_OBJECT_LOCK (self->element);
  self->stream.duration = (GstClockTime) MAX (last, 0);
  self->stream.segment.duration = self->stream.duration;
  GST_OBJECT_UNLOCK (self->element);
}

/* @data is the frame that @step is about, in the window. */
static GstFlowReturn
handle_frame (GstMjrPump *self, const guint8 *data, const MjrStep *step)
{
  const guint8 *packet = data + step->payload;
  gsize size = step->consumed - step->payload;
  const GstSegment *segment = &self->stream.segment;
  GstMjrIndexEntry entry = {self->window.position, 0, self->stream.timeline};
  GstMjrPlace place;
  gboolean valid = gst_mjr_stream_place (&self->stream, packet, size, step->arrival, &place);

  GST_OBJECT_LOCK (self->element);
  self->stats.frames++;
  self->stats.bytes += size;
  self->stats.invalid += valid ? 0 : 1;
  self->stats.timestamp_resets = self->stream.timeline.resets;
  self->stats.reordered = gst_mjr_reorder_get_reordered (self->stream.reorder);
  GST_OBJECT_UNLOCK (self->element);
  if (!valid) {
    GST_DEBUG_OBJECT (self->element, "a frame of %" G_GSIZE_FORMAT " bytes is no packet", size);
    gst_mjr_window_skip (&self->window, step->consumed);
    return GST_FLOW_OK;
  }

  if (self->stream.pad == NULL) {
    if (self->pull && !self->window.follow)
      find_duration (self, packet, place.pts);
    gst_mjr_stream_expose (&self->stream, self->new_pad (), place.payload);
  }
  if (self->pull) {
    entry.pts = place.pts;
    gst_mjr_index_pass (&self->index, &entry);
  }
  if (place.pts < (gint64) segment->start) {
    gst_mjr_window_skip (&self->window, step->consumed);
    return GST_FLOW_OK;
  }
  if (GST_CLOCK_TIME_IS_VALID (segment->stop) && place.pts >= (gint64) segment->stop)
    return GST_FLOW_EOS;
  return gst_mjr_stream_push (&self->stream,
      gst_mjr_window_take (&self->window, step->payload + place.skip, step->consumed), &place);
}

static void
handle_garbage (GstMjrPump *self, gsize size)
{
  gboolean first;

  GST_OBJECT_LOCK (self->element);
  first = self->stats.garbage_bytes == 0;
  if (!self->in_garbage)
    self->stats.garbage_runs++;
  self->stats.garbage_bytes += size;
  GST_OBJECT_UNLOCK (self->element);
  self->stream.discont = TRUE;

  if (first)
    GST_ELEMENT_WARNING (self->element, STREAM, DEMUX,
        ("The recording is damaged: bytes that belong to no packet are skipped."),
        ("at byte %" G_GUINT64_FORMAT "; later ones are counted in the property stats",
            self->window.position));
  gst_mjr_window_skip (&self->window, size);
}

static void
handle_end (GstMjrPump *self, gsize truncated)
{
  GST_OBJECT_LOCK (self->element);
  self->stats.truncated_bytes = truncated;
  GST_OBJECT_UNLOCK (self->element);
  if (truncated > 0)
    GST_ELEMENT_WARNING (self->element, STREAM, DEMUX,
        ("The recording is cut off: its last %" G_GSIZE_FORMAT " bytes are no whole packet.",
            truncated),
        ("all that is before them is there"));
}

GstFlowReturn
gst_mjr_pump_step (GstMjrPump *self)
{
  g_autoptr (GError) error = NULL;
  gsize need = MJR_PREFIX_SIZE, size;
  GstFlowReturn ret;
  const guint8 *data;
  MjrResult result;
  MjrStep step;

  for (;;) {
    MjrEnd end;

    ret = gst_mjr_window_get (&self->window, need, &data, &size);
    if (ret != GST_FLOW_OK)
      return ret;
    end = gst_mjr_window_get_end (&self->window, size);
    result = mjr_reader_next (&self->reader, data, size, end, &step, &error);
    if (result != MJR_MORE)
      break;
    if (size < need)
      return GST_FLOW_CUSTOM_SUCCESS;
    need = step.need;
  }

  ret = GST_FLOW_OK;
  switch (result) {
    case MJR_HEADER:
      gst_mjr_window_skip (&self->window, step.consumed);
      open_stream (self);
      break;
    case MJR_FRAME:
      ret = handle_frame (self, data, &step);
      break;
    case MJR_GARBAGE:
      handle_garbage (self, step.consumed);
      break;
    case MJR_END:
      handle_end (self, step.consumed);
      ret = GST_FLOW_EOS;
      break;
    case MJR_BROKEN:
    default:
      post_error (self, error);
      ret = GST_FLOW_CUSTOM_ERROR;
      break;
  }
  self->in_garbage = result == MJR_GARBAGE;
  return ret;
}

void
gst_mjr_pump_finish (GstMjrPump *self)
{
  /* A header and nothing else is a stream, too. */
  if (self->stream.pad == NULL)
    gst_mjr_stream_expose (&self->stream, self->new_pad (), -1);
  gst_mjr_stream_end (&self->stream);
}

void
gst_mjr_pump_go_to (GstMjrPump *self, gint64 pts)
{
  const GstMjrIndexEntry *entry = gst_mjr_index_find (&self->index, pts);
  guint resets = self->stream.timeline.resets;

  /* Without one, nothing was read but the header, if that. */
  if (entry != NULL) {
    gst_mjr_window_seek (&self->window, entry->position);
    self->stream.timeline = entry->timeline;
    self->stream.timeline.resets = resets;
  }
  gst_mjr_reorder_flush (self->stream.reorder);
  self->stream.segment_pending = TRUE;
  self->stream.discont = TRUE;
}

void
gst_mjr_pump_flush (GstMjrPump *self)
{
  gst_mjr_window_seek (&self->window, 0);
  if (self->stream.reorder != NULL)
    gst_mjr_reorder_flush (self->stream.reorder);
  self->stream.segment_pending = TRUE;
  self->stream.discont = TRUE;
}
