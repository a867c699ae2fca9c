/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstpercliteslab.c - memory for packets, which is used again when it comes back. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstpercliteslab.h"

#define ALIGNMENT 16

/* What is shared of a block is one without bytes of its own. */
typedef struct _Block Block;
struct _Block {
  GstMemory memory;
  Block *next; /* free one */
  guint8 *data;
  gboolean kept; /* when it is freed */
};

/* The bytes follow. */
#define HEAD_SIZE ((sizeof (Block) + ALIGNMENT - 1) & ~(gsize) (ALIGNMENT - 1))

struct _GstPercliteSlab {
  GstAllocator parent;

  Block *free; /* of the thread that takes */

  /* Free, too, of any thread. Blocks are pushed one by one and taken off all at once: so none can come back to the top
   * while somebody looks at what is below it. */
  Block *returned;
  gint n_free; /* in both */
};

G_DEFINE_TYPE (GstPercliteSlab, gst_perclite_slab, GST_TYPE_ALLOCATOR)

static Block *
take_returned (GstPercliteSlab *self)
{
  Block *block;

  do
    block = g_atomic_pointer_get (&self->returned);
  while (block != NULL && !g_atomic_pointer_compare_and_exchange (&self->returned, block, NULL));
  return block;
}

static Block *
block_new (gsize size)
{
  /* g_malloc() aligns to no less than 16 where pointers have 8 bytes; where not, this does. */
  Block *block = g_try_malloc (HEAD_SIZE + size + ALIGNMENT - 1);

  if (block == NULL)
    return NULL;
  block->data =
      (guint8 *) (((guintptr) block + HEAD_SIZE + ALIGNMENT - 1) & ~(guintptr) (ALIGNMENT - 1));
  return block;
}

static Block *
take_free (GstPercliteSlab *self)
{
  Block *block;

  if (self->free == NULL)
    self->free = take_returned (self);
  block = self->free;
  if (block == NULL)
    return block_new (GST_PERCLITE_SLAB_BLOCK_SIZE);
  self->free = block->next;
  g_atomic_int_add (&self->n_free, -1);
  return block;
}

GstMemory *
gst_perclite_slab_take (GstPercliteSlab *self, gsize size, guint8 **data)
{
  gboolean kept = size <= GST_PERCLITE_SLAB_BLOCK_SIZE;
  Block *block = kept ? take_free (self) : block_new (size);

  if (block == NULL)
    return NULL;
  block->kept = kept;
  gst_memory_init (&block->memory, 0, GST_ALLOCATOR (self), NULL, size, ALIGNMENT - 1, 0, size);
  *data = block->data;
  return &block->memory;
}

static void
gst_perclite_slab_free (GstAllocator *allocator, GstMemory *memory)
{
  GstPercliteSlab *self = GST_PERCLITE_SLAB (allocator);
  Block *block = (Block *) memory;
  Block *top;

  if (!block->kept) {
    g_free (block);
    return;
  }
  if (g_atomic_int_add (&self->n_free, 1) >= GST_PERCLITE_SLAB_MAX_FREE) {
    g_atomic_int_add (&self->n_free, -1);
    g_free (block);
    return;
  }
  do {
    top = g_atomic_pointer_get (&self->returned);
    block->next = top;
  } while (!g_atomic_pointer_compare_and_exchange (&self->returned, top, block));
}

static gpointer
gst_perclite_slab_map (GstMemory *memory, gsize max_size, GstMapFlags flags)
{
  return ((Block *) memory)->data;
}

static void
gst_perclite_slab_unmap (GstMemory *memory)
{
}

static GstMemory *
gst_perclite_slab_share (GstMemory *memory, gssize offset, gssize size)
{
  GstMemory *parent = memory->parent != NULL ? memory->parent : memory;
  Block *block = g_new (Block, 1);

  if (size == -1)
    size = (gssize) memory->size - offset;
  block->data = ((Block *) memory)->data;
  block->kept = FALSE;
  gst_memory_init (&block->memory,
      GST_MINI_OBJECT_FLAGS (parent) | GST_MINI_OBJECT_FLAG_LOCK_READONLY, memory->allocator,
      parent, memory->maxsize, memory->align, (gsize) ((gssize) memory->offset + offset),
      (gsize) size);
  return &block->memory;
}

static GstMemory *
gst_perclite_slab_alloc (GstAllocator *allocator, gsize size, GstAllocationParams *params)
{
  g_return_val_if_reached (NULL);
}

static void
free_all (Block *block)
{
  while (block != NULL) {
    Block *next = block->next;

    g_free (block);
    block = next;
  }
}

static void
gst_perclite_slab_finalize (GObject *object)
{
  GstPercliteSlab *self = GST_PERCLITE_SLAB (object);

  free_all (self->free);
  free_all (self->returned);

  G_OBJECT_CLASS (gst_perclite_slab_parent_class)->finalize (object);
}

static void
gst_perclite_slab_init (GstPercliteSlab *self)
{
  GstAllocator *allocator = GST_ALLOCATOR (self);

  allocator->mem_type = "PercliteSlab";
  allocator->mem_map = gst_perclite_slab_map;
  allocator->mem_unmap = gst_perclite_slab_unmap;
  allocator->mem_share = gst_perclite_slab_share;
  GST_OBJECT_FLAG_SET (self, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

static void
gst_perclite_slab_class_init (GstPercliteSlabClass *klass)
{
  GstAllocatorClass *allocator_class = GST_ALLOCATOR_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = gst_perclite_slab_finalize;
  allocator_class->alloc = gst_perclite_slab_alloc;
  allocator_class->free = gst_perclite_slab_free;
}

GstPercliteSlab *
gst_perclite_slab_new (void)
{
  GstPercliteSlab *self = g_object_new (GST_TYPE_PERCLITE_SLAB, NULL);

  gst_object_ref_sink (self);
  return self;
}
