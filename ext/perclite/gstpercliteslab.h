/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstpercliteslab.h - memory for packets, which is used again when it comes back. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Bytes of a block: those of an Ethernet frame, and what encryption and alignment add. */
#define GST_PERCLITE_SLAB_BLOCK_SIZE 1600

/* So many blocks there are at most. What is needed beyond comes and goes as other memory does. */
#define GST_PERCLITE_SLAB_MAX_BLOCKS 512

#define GST_TYPE_PERCLITE_SLAB (gst_perclite_slab_get_type ())
G_DECLARE_FINAL_TYPE (GstPercliteSlab, gst_perclite_slab, GST, PERCLITE_SLAB, GstAllocator)

/**
 * gst_perclite_slab_new:
 *
 * Returns: (transfer full): to be freed by gst_perclite_slab_close()
 */
GstPercliteSlab *gst_perclite_slab_new (void);

/**
 * gst_perclite_slab_close:
 * @self: (transfer full): a slab; what was taken from it remains valid
 *
 * To be called by one thread at a time with gst_perclite_slab_take().
 */
void gst_perclite_slab_close (GstPercliteSlab *self);

/**
 * gst_perclite_slab_take:
 * @size: bytes, 1 or more; more than GST_PERCLITE_SLAB_BLOCK_SIZE come from no block
 * @data: (out): the bytes, aligned to 16; to be written to before the memory is given to anybody
 *   else
 *
 * To be called by one thread at a time. Any thread may free what was taken, and none waits for
 * another.
 *
 * Returns: (transfer full) (nullable): memory of @size bytes, or %NULL when there is none to be had
 */
GstMemory *gst_perclite_slab_take (GstPercliteSlab *self, gsize size, guint8 **data);

/**
 * gst_perclite_slab_trim:
 * @memory: what was taken and not yet given to anybody else
 *
 * Leaves @size bytes from @offset on, both within what was asked for.
 */
static inline void
gst_perclite_slab_trim (GstMemory *memory, gsize offset, gsize size)
{
  memory->offset = offset;
  memory->size = size;
}

G_END_DECLS
