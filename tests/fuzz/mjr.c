/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Recordings of Janus, read by the core and by mjrdemux in push and pull mode; what comes out is
 * written again by mjrmux.
 *
 * The first byte is not of the recording: it tells how large the pieces are in which it comes. */

#include <string.h>

#include "fuzz.h"
#include "gstmjrcaps.h"
#include "gstmjrdemux.h"
#include "gstmjrmux.h"
#include "mjrformat.h"

/* Reads a recording to its end. A hostile one must cost neither endless steps nor bytes that are
 * not there. */
static void
read_core (const guint8 *data, gsize size, gsize piece)
{
  MjrReader reader = {NULL};
  gsize at = 0, window = piece;

  for (;;) {
    gsize n = MIN (window, size - at);
    MjrEnd end = n < size - at ? MJR_END_NOT_YET : MJR_END_REACHED;
    g_autofree guint8 *copy = g_memdup2 (data + at, n);
    g_autoptr (GError) error = NULL;
    MjrStep step;
    MjrResult result = mjr_reader_next (&reader, copy, n, end, &step, &error);

    if (result == MJR_MORE) {
      g_assert_true (end == MJR_END_NOT_YET && step.need > n && step.need <= MJR_MAX_WINDOW);
      window = step.need;
      continue;
    }
    if (result == MJR_END || result == MJR_BROKEN) {
      g_assert_true (error == NULL || result == MJR_BROKEN);
      if (result == MJR_BROKEN)
        fuzz_check_error (error, MJR_ERROR);
      break;
    }
    g_assert_true (step.consumed > 0 && step.consumed <= n);
    g_assert_true (result != MJR_FRAME || step.payload <= step.consumed);
    if (result == MJR_HEADER) {
      g_autofree gchar *json = mjr_header_to_json (reader.header);

      g_assert_true (strlen (json) <= MJR_JSON_MAX_SIZE);
    }
    at += step.consumed;
    window = piece;
  }
  mjr_reader_clear (&reader);
}

/* A recording in memory, for pull mode. */
typedef struct {
  const guint8 *data;
  gsize size;
} File;

static GstFlowReturn
get_range (GstPad *pad, GstObject *parent, guint64 offset, guint size, GstBuffer **buffer)
{
  const File *file = gst_pad_get_element_private (pad);

  if (offset >= file->size)
    return GST_FLOW_EOS;
  *buffer = gst_buffer_new_memdup (file->data + offset, MIN (size, (gsize) (file->size - offset)));
  return GST_FLOW_OK;
}

static gboolean
file_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  const File *file = gst_pad_get_element_private (pad);

  switch (GST_QUERY_TYPE (query)) {
    case GST_QUERY_SCHEDULING:
      gst_query_set_scheduling (query, GST_SCHEDULING_FLAG_SEEKABLE, 1, -1, 0);
      gst_query_add_scheduling_mode (query, GST_PAD_MODE_PULL);
      return TRUE;
    case GST_QUERY_DURATION:
      gst_query_set_duration (query, GST_FORMAT_BYTES, (gint64) file->size);
      return TRUE;
    default:
      return FALSE;
  }
}

static gboolean
activate_mode (GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active)
{
  return TRUE;
}

static GstFlowReturn
drop (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static gboolean
drop_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  GstElement *bin = gst_pad_get_element_private (pad);

  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    gst_element_post_message (bin, gst_message_new_eos (GST_OBJECT (bin)));
  gst_event_unref (event);
  return TRUE;
}

/* What is no RTP goes past mjrmux. */
static void
link_pad (GstElement *demux, GstPad *pad, GstElement *mux)
{
  g_autoptr (GstPad) mux_sink = gst_element_get_static_pad (mux, "sink");
  g_autoptr (GstPad) mux_src = gst_element_get_static_pad (mux, "src");
  g_autoptr (GstPad) sink = gst_pad_get_peer (mux_src);

  if (gst_pad_link (pad, mux_sink) == GST_PAD_LINK_OK)
    return;
  gst_pad_unlink (mux_src, sink);
  gst_pad_link_full (pad, sink, GST_PAD_LINK_CHECK_NOTHING);
}

static GstElement *
make (GType type, GstBin *bin)
{
  GstElement *element = g_object_new (type, NULL);

  gst_bin_add (bin, element);
  return element;
}

static void
read_elements (const guint8 *data, gsize size, gsize piece, gboolean pull)
{
  File file = {data, size};
  g_autoptr (GstElement) bin = gst_object_ref_sink (gst_pipeline_new (NULL));
  g_autoptr (GstBus) bus = gst_element_get_bus (bin);
  GstElement *demux = make (GST_TYPE_MJR_DEMUX, GST_BIN (bin));
  GstElement *mux = make (GST_TYPE_MJR_MUX, GST_BIN (bin));
  g_autoptr (GstPad) demux_sink = gst_element_get_static_pad (demux, "sink");
  g_autoptr (GstPad) mux_src = gst_element_get_static_pad (mux, "src");
  g_autoptr (GstPad) src = gst_object_ref_sink (gst_pad_new ("src", GST_PAD_SRC));
  g_autoptr (GstPad) sink = gst_object_ref_sink (gst_pad_new ("sink", GST_PAD_SINK));

  gst_pad_set_element_private (src, &file);
  gst_pad_set_element_private (sink, bin);
  if (pull) {
    gst_pad_set_getrange_function (src, get_range);
    gst_pad_set_query_function (src, file_query);
    gst_pad_set_activatemode_function (src, activate_mode);
  }
  gst_pad_set_chain_function (sink, drop);
  gst_pad_set_event_function (sink, drop_event);
  gst_pad_link_full (src, demux_sink, GST_PAD_LINK_CHECK_NOTHING);
  gst_pad_link_full (mux_src, sink, GST_PAD_LINK_CHECK_NOTHING);
  g_signal_connect (demux, "pad-added", G_CALLBACK (link_pad), mux);
  gst_pad_set_active (sink, TRUE);
  if (!pull)
    gst_pad_set_active (src, TRUE);
  gst_element_set_state (bin, GST_STATE_PAUSED);

  if (pull) {
    g_autoptr (GstMessage) message =
        gst_bus_timed_pop_filtered (bus, 10 * GST_SECOND, GST_MESSAGE_ERROR | GST_MESSAGE_EOS);

    g_assert_nonnull (message);
  } else {
    GstSegment segment;
    GstFlowReturn ret = GST_FLOW_OK;

    gst_segment_init (&segment, GST_FORMAT_BYTES);
    gst_pad_push_event (src, gst_event_new_stream_start ("fuzz"));
    gst_pad_push_event (src, gst_event_new_segment (&segment));
    for (gsize at = 0; at < size && ret == GST_FLOW_OK; at += piece)
      ret = gst_pad_push (src, gst_buffer_new_memdup (data + at, MIN (piece, size - at)));
    gst_pad_push_event (src, gst_event_new_eos ());
  }
  gst_element_set_state (bin, GST_STATE_NULL);
  gst_pad_set_active (src, FALSE);
  gst_pad_set_active (sink, FALSE);
  gst_pad_unlink (src, demux_sink);
  {
    g_autoptr (GstPad) peer = gst_pad_get_peer (sink);

    if (peer != NULL)
      gst_pad_unlink (peer, sink);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static gsize registered = 0;
  gsize piece;

  if (g_once_init_enter (&registered)) {
    gst_mjr_register_tags ();
    g_once_init_leave (&registered, 1);
  }
  if (size == 0)
    return 0;
  piece = 1 + data[0] * 16u;
  read_core (data + 1, size - 1, piece);
  read_elements (data + 1, size - 1, piece, FALSE);
  read_elements (data + 1, size - 1, piece, TRUE);
  return 0;
}
