/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstmjrwindow.c - the bytes of a recording, as they come from upstream in push mode or pull
 * mode. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstmjrwindow.h"

/* A packet keeps the whole block that it is a part of. */
#define BLOCK_SIZE (256 * 1024)

void
gst_mjr_window_open (GstMjrWindow *self, GstPad *pad, gboolean pull, gboolean follow)
{
  *self = (GstMjrWindow){
      .pad = pad,
      .follow = follow && pull,
      .adapter = pull ? NULL : gst_adapter_new (),
  };
}

static void
drop_block (GstMjrWindow *self)
{
  if (self->block == NULL)
    return;
  gst_buffer_unmap (self->block, &self->map);
  gst_clear_buffer (&self->block);
}

void
gst_mjr_window_close (GstMjrWindow *self)
{
  drop_block (self);
  g_clear_object (&self->adapter);
}

void
gst_mjr_window_add (GstMjrWindow *self, GstBuffer *buffer)
{
  gst_adapter_push (self->adapter, buffer);
}

void
gst_mjr_window_seek (GstMjrWindow *self, guint64 position)
{
  if (self->adapter != NULL)
    gst_adapter_clear (self->adapter);
  drop_block (self);
  self->position = position;
  self->end = MJR_END_NOT_YET;
}

/* Mapping no more than is needed, or is in one piece anyway, saves copies. */
static GstFlowReturn
get_pushed (GstMjrWindow *self, gsize need, const guint8 **data, gsize *size)
{
  gsize available = gst_adapter_available (self->adapter);

  *size = MAX (MIN (need, available), gst_adapter_available_fast (self->adapter));
  *data = *size > 0 ? gst_adapter_map (self->adapter, *size) : NULL;
  return GST_FLOW_OK;
}

/* Whether a byte that was there still is: upstream answers the same at the end of a recording that
 * may grow and when it was told to end. */
static gboolean
upstream_goes_on (GstMjrWindow *self)
{
  GstBuffer *byte = NULL;
  GstFlowReturn ret = GST_FLOW_OK;

  if (self->position > 0)
    ret = gst_pad_pull_range (self->pad, self->position - 1, 1, &byte);
  gst_clear_buffer (&byte);
  return ret != GST_FLOW_EOS;
}

static GstFlowReturn
pull_block (GstMjrWindow *self, gsize need)
{
  guint wanted = (guint) MAX (need, BLOCK_SIZE);
  GstBuffer *block = NULL;
  GstFlowReturn ret;

  drop_block (self);
  ret = gst_pad_pull_range (self->pad, self->position, wanted, &block);
  if (ret != GST_FLOW_OK && ret != GST_FLOW_EOS)
    return ret;
  self->block_position = self->position;
  self->end = self->follow ? MJR_END_SO_FAR : MJR_END_REACHED;
  if (ret == GST_FLOW_EOS && self->follow && !upstream_goes_on (self))
    self->end = MJR_END_REACHED;
  if (ret == GST_FLOW_OK) {
    if (!gst_buffer_map (block, &self->map, GST_MAP_READ)) {
      gst_buffer_unref (block);
      return GST_FLOW_ERROR;
    }
    self->block = block;
    if (self->map.size >= wanted)
      self->end = MJR_END_NOT_YET;
  }
  return GST_FLOW_OK;
}

static gsize
in_block (const GstMjrWindow *self)
{
  if (self->block == NULL)
    return 0;
  return self->map.size - (gsize) (self->position - self->block_position);
}

static GstFlowReturn
get_pulled (GstMjrWindow *self, gsize need, const guint8 **data, gsize *size)
{
  if (in_block (self) < need && self->end == MJR_END_NOT_YET) {
    GstFlowReturn ret = pull_block (self, need);

    if (ret != GST_FLOW_OK)
      return ret;
  }
  *size = in_block (self);
  *data = *size > 0 ? self->map.data + (self->position - self->block_position) : NULL;
  return GST_FLOW_OK;
}

GstFlowReturn
gst_mjr_window_get (GstMjrWindow *self, gsize need, const guint8 **data, gsize *size)
{
  if (self->adapter != NULL)
    return get_pushed (self, need, data, size);
  return get_pulled (self, need, data, size);
}

MjrEnd
gst_mjr_window_get_end (GstMjrWindow *self, gsize size)
{
  if (self->adapter != NULL && size < gst_adapter_available (self->adapter))
    return MJR_END_NOT_YET;
  return self->end;
}

void
gst_mjr_window_skip (GstMjrWindow *self, gsize size)
{
  self->position += size;
  if (self->adapter != NULL) {
    gst_adapter_unmap (self->adapter);
    gst_adapter_flush (self->adapter, size);
  }
}

GstBuffer *
gst_mjr_window_take (GstMjrWindow *self, gsize skip, gsize size)
{
  gsize offset = (gsize) (self->position - self->block_position) + skip;
  GstBuffer *buffer;

  if (self->adapter == NULL) {
    buffer = gst_buffer_copy_region (self->block, GST_BUFFER_COPY_MEMORY, offset, size - skip);
    self->position += size;
    return buffer;
  }
  gst_mjr_window_skip (self, skip);
  self->position += size - skip;
  if (size == skip)
    return gst_buffer_new ();
  return gst_adapter_take_buffer (self->adapter, size - skip);
}
