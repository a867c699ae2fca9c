/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchelement.c - an element at work as in a pipeline: between a pad that pushes and a pad that
 * takes. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchelement.h"

#include <gst/rtp/rtp.h>

/* So many payloads are parts of one frame. */
#define FRAME_PACKETS 10

struct _BenchElement {
  GstElement *element;
  GstBus *bus;
  GstPad *source; /* pushes into the element */
  GstPad *sink;   /* takes what it puts out */
  guint list_size;
  guint n_memories;

  GPtrArray *loaded; /* buffers or lists */

  /* Of the run: */
  gboolean keep;
  guint n_out;
  GPtrArray *kept; /* buffers */
};

static GstFlowReturn
on_buffer (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  BenchElement *self = gst_pad_get_element_private (pad);

  self->n_out++;
  if (self->keep)
    g_ptr_array_add (self->kept, buffer);
  else
    gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static GstFlowReturn
on_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  BenchElement *self = gst_pad_get_element_private (pad);
  guint n = gst_buffer_list_length (list);

  self->n_out += n;
  for (guint i = 0; self->keep && i < n; i++)
    g_ptr_array_add (self->kept, gst_buffer_ref (gst_buffer_list_get (list, i)));
  gst_buffer_list_unref (list);
  return GST_FLOW_OK;
}

GstElement *
bench_element_make (const gchar *factory, GError **error)
{
  GstElement *element = gst_element_factory_make (factory, NULL);

  if (element == NULL)
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_MISSING_PLUGIN,
        "There is no element %s. It is in %s", factory,
        g_str_has_prefix (factory, "srtp") ? "gstreamer1.0-plugins-bad"
                                           : "this project: see GST_PLUGIN_PATH");
  return element;
}

/* Of a place in an array, from which it may have been taken. */
static void
free_object (gpointer object)
{
  if (object != NULL)
    gst_mini_object_unref (object);
}

static gboolean
link_pads (BenchElement *self, const gchar *sink_name, const gchar *source_name)
{
  g_autoptr (GstPad) sink = gst_element_get_static_pad (self->element, sink_name);
  g_autoptr (GstPad) source = NULL;

  if (sink == NULL)
    sink = gst_element_request_pad_simple (self->element, sink_name);
  source = gst_element_get_static_pad (self->element, source_name);
  return sink != NULL && source != NULL && gst_pad_link (self->source, sink) == GST_PAD_LINK_OK &&
         gst_pad_link (source, self->sink) == GST_PAD_LINK_OK;
}

static gboolean
push_events (BenchElement *self, const gchar *caps_name)
{
  g_autoptr (GstCaps) caps = gst_caps_new_simple (caps_name, "media", G_TYPE_STRING, "video",
      "clock-rate", G_TYPE_INT, 90000, "payload", G_TYPE_INT, 96, NULL);
  GstSegment segment;

  gst_segment_init (&segment, GST_FORMAT_TIME);
  return gst_pad_push_event (self->source, gst_event_new_stream_start ("bench")) &&
         gst_pad_push_event (self->source, gst_event_new_caps (caps)) &&
         gst_pad_push_event (self->source, gst_event_new_segment (&segment));
}

BenchElement *
bench_element_new (GstElement *element, const gchar *sink_name, const gchar *source_name,
    const gchar *caps, guint list_size, guint n_memories, GError **error)
{
  BenchElement *self = g_new0 (BenchElement, 1);

  self->element = gst_object_ref_sink (element);
  self->bus = gst_bus_new ();
  gst_element_set_bus (element, self->bus);
  self->list_size = list_size;
  self->n_memories = n_memories;
  self->loaded = g_ptr_array_new_with_free_func (free_object);
  self->kept = g_ptr_array_new_with_free_func (free_object);

  self->source = gst_pad_new ("source", GST_PAD_SRC);
  self->sink = gst_pad_new ("sink", GST_PAD_SINK);
  gst_pad_set_element_private (self->sink, self);
  gst_pad_set_chain_function (self->sink, on_buffer);
  gst_pad_set_chain_list_function (self->sink, on_list);
  gst_pad_set_active (self->source, TRUE);
  gst_pad_set_active (self->sink, TRUE);

  if (!link_pads (self, sink_name, source_name) ||
      gst_element_set_state (element, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE ||
      !push_events (self, caps)) {
    g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_STATE_CHANGE, "%s does not start",
        GST_OBJECT_NAME (element));
    g_clear_pointer (&self, bench_element_close);
  }
  return self;
}

void
bench_element_close (gpointer stage)
{
  BenchElement *self = stage;

  gst_element_set_state (self->element, GST_STATE_NULL);
  gst_pad_set_active (self->source, FALSE);
  gst_pad_set_active (self->sink, FALSE);
  gst_object_unref (self->source);
  gst_object_unref (self->sink);
  gst_element_set_bus (self->element, NULL);
  gst_object_unref (self->bus);
  gst_object_unref (self->element);
  g_ptr_array_unref (self->loaded);
  g_ptr_array_unref (self->kept);
  g_free (self);
}

static GstBuffer *
make_whole (const guint8 *packet, guint size)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, size, NULL);

  gst_buffer_fill (buffer, 0, packet, size);
  return buffer;
}

/* What follows the headers of up to FRAME_PACKETS packets, in one memory. */
static GstMemory *
make_frame (const BenchPackets *packets, guint first)
{
  guint n = MIN (FRAME_PACKETS, packets->n - first);
  GstMemory *frame;
  GstMapInfo map;
  gsize size = 0, at = 0;

  for (guint i = first; i < first + n; i++)
    size += packets->sizes[i] - BENCH_RTP_HEADER_SIZE;
  frame = gst_allocator_alloc (NULL, size, NULL);
  gst_memory_map (frame, &map, GST_MAP_WRITE);
  for (guint i = first; i < first + n; i++) {
    gsize part = packets->sizes[i] - BENCH_RTP_HEADER_SIZE;

    memcpy (map.data + at, bench_packets_get (packets, i) + BENCH_RTP_HEADER_SIZE, part);
    at += part;
  }
  gst_memory_unmap (frame, &map);
  return frame;
}

static GstBuffer *
make_parted (const guint8 *packet, guint size, GstMemory *frame, gsize *at)
{
  gsize part = size - BENCH_RTP_HEADER_SIZE;
  GstBuffer *buffer = gst_rtp_buffer_new_allocate (0, 0, 0);

  gst_buffer_fill (buffer, 0, packet, BENCH_RTP_HEADER_SIZE);
  gst_buffer_append_memory (buffer, gst_memory_share (frame, (gssize) *at, (gssize) part));
  *at += part;
  return buffer;
}

static void
add_loaded (BenchElement *self, GstBuffer *buffer, guint i)
{
  if (self->list_size == 1) {
    g_ptr_array_add (self->loaded, buffer);
    return;
  }
  if (i % self->list_size == 0)
    g_ptr_array_add (self->loaded, gst_buffer_list_new_sized (self->list_size));
  gst_buffer_list_add (g_ptr_array_index (self->loaded, self->loaded->len - 1), buffer);
}

void
bench_element_load (gpointer stage, const BenchPackets *packets)
{
  BenchElement *self = stage;
  GstMemory *frame = NULL;
  gsize at = 0;

  g_ptr_array_set_size (self->loaded, 0);
  for (guint i = 0; i < packets->n; i++) {
    const guint8 *packet = bench_packets_get (packets, i);
    GstBuffer *buffer;

    if (self->n_memories == 1) {
      buffer = make_whole (packet, packets->sizes[i]);
    } else {
      if (i % FRAME_PACKETS == 0) {
        g_clear_pointer (&frame, gst_memory_unref);
        frame = make_frame (packets, i);
        at = 0;
      }
      buffer = make_parted (packet, packets->sizes[i], frame, &at);
    }
    GST_BUFFER_PTS (buffer) = i * GST_MSECOND;
    add_loaded (self, buffer, i);
  }
  g_clear_pointer (&frame, gst_memory_unref);
}

/* Pushing takes what is pushed, so nothing of it is the array's any more. */
guint
bench_element_run (gpointer stage, gboolean keep)
{
  BenchElement *self = stage;
  gpointer *objects = self->loaded->pdata;
  guint n = self->loaded->len;
  GstFlowReturn flow = GST_FLOW_OK;

  self->n_out = 0;
  self->keep = keep;
  for (guint i = 0; i < n && flow == GST_FLOW_OK; i++) {
    gpointer object = g_steal_pointer (&objects[i]);

    if (self->list_size == 1)
      flow = gst_pad_push (self->source, object);
    else
      flow = gst_pad_push_list (self->source, object);
  }
  return flow == GST_FLOW_OK ? self->n_out : 0;
}

void
bench_element_collect (gpointer stage, BenchPackets *packets)
{
  BenchElement *self = stage;

  g_assert (self->kept->len <= packets->max);
  packets->n = self->kept->len;
  for (guint i = 0; i < packets->n; i++)
    packets->sizes[i] = (guint) gst_buffer_extract (
        g_ptr_array_index (self->kept, i), 0, bench_packets_get (packets, i), BENCH_SLOT_SIZE);
  g_ptr_array_set_size (self->kept, 0);
}
