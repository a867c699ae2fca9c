/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gstpercliteslab.c - memory for packets, which is used again when it comes back. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstpercliteslab.h"

#define ALIGNMENT 16

/* What is shared of a block, or too large for one, is one without a place in the slab. */
typedef struct _Block Block;
struct _Block {
  GstMemory memory;
  Block *next; /* free one */
  guint8 *data;
};

/* The bytes follow. */
#define HEAD_SIZE ((sizeof (Block) + ALIGNMENT - 1) & ~(gsize) (ALIGNMENT - 1))

/* Blocks have one reference on the slab each, whether they are in use or free: those that are free
 * go when it is closed, the others when they come back. */
struct _GstPercliteSlab {
  GstAllocator parent;

  /* Of the thread that takes. */
  Block *free;
  guint n_blocks;

  /* Free, too, or CLOSED. Any thread pushes a block; only one takes, and all of them at once: so
   * none can come back to the top while somebody looks at what is below it. */
  Block *returned;
};

#define CLOSED ((Block *) 1)

G_DEFINE_TYPE (GstPercliteSlab, gst_perclite_slab, GST_TYPE_ALLOCATOR)

static Block *
exchange_returned (GstPercliteSlab *self, Block *with)
{
  Block *block;

  do
    block = g_atomic_pointer_get (&self->returned);
  while (!g_atomic_pointer_compare_and_exchange (&self->returned, block, with));
  return block;
}

/* The last reference to a block in use is gone. Nothing is to be looked at after the block is free:
 * it may be in use again, and the slab be closed. */
static gboolean
block_dispose (GstMiniObject *object)
{
  Block *block = (Block *) object;
  GstPercliteSlab *self = (GstPercliteSlab *) block->memory.allocator;
  Block *top;

  do {
    top = g_atomic_pointer_get (&self->returned);
    if (top == CLOSED)
      return TRUE;
    block->next = top;
  } while (!g_atomic_pointer_compare_and_exchange (&self->returned, top, block));
  return FALSE;
}

static Block *
block_new (GstPercliteSlab *self, gsize size)
{
  /* g_malloc() aligns to no less than 16 where pointers have 8 bytes; where not, this does. */
  Block *block = g_try_malloc (HEAD_SIZE + size + ALIGNMENT - 1);

  if (block == NULL)
    return NULL;
  block->data =
      (guint8 *) (((guintptr) block + HEAD_SIZE + ALIGNMENT - 1) & ~(guintptr) (ALIGNMENT - 1));
  gst_memory_init (
      &block->memory, 0, GST_ALLOCATOR_CAST (self), NULL, size, ALIGNMENT - 1, 0, size);
  return block;
}

static Block *
take_block (GstPercliteSlab *self)
{
  Block *block;

  if (self->free == NULL)
    self->free = exchange_returned (self, NULL);
  block = self->free;
  if (block != NULL) {
    self->free = block->next;
    gst_memory_ref (&block->memory);
    /* What whoever had it before has set does not hold any more. */
    GST_MINI_OBJECT_FLAGS (block) = GST_MINI_OBJECT_FLAG_LOCKABLE;
    return block;
  }
  block = block_new (self, GST_PERCLITE_SLAB_BLOCK_SIZE);
  if (block != NULL && self->n_blocks < GST_PERCLITE_SLAB_MAX_BLOCKS) {
    self->n_blocks++;
    GST_MINI_OBJECT_CAST (block)->dispose = block_dispose;
  }
  return block;
}

GstMemory *
gst_perclite_slab_take (GstPercliteSlab *self, gsize size, guint8 **data)
{
  Block *block = size <= GST_PERCLITE_SLAB_BLOCK_SIZE ? take_block (self) : block_new (self, size);

  if (block == NULL)
    return NULL;
  gst_perclite_slab_trim (&block->memory, 0, size);
  *data = block->data;
  return &block->memory;
}

static void
free_all (Block *block)
{
  while (block != NULL) {
    Block *next = block->next;

    GST_MINI_OBJECT_CAST (block)->dispose = NULL;
    gst_memory_unref (gst_memory_ref (&block->memory));
    block = next;
  }
}

void
gst_perclite_slab_close (GstPercliteSlab *self)
{
  free_all (g_steal_pointer (&self->free));
  free_all (exchange_returned (self, CLOSED));
  gst_object_unref (self);
}

static void
gst_perclite_slab_free (GstAllocator *allocator, GstMemory *memory)
{
  g_free (memory);
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
