/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* percliteslab.c (test) - memory for packets comes back, from whichever thread. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include <gst/check/gstcheck.h>

#include "gstpercliteslab.h"

static GstMemory *
take (GstPercliteSlab *slab, gsize size, guint8 **data)
{
  GstMemory *memory = gst_perclite_slab_take (slab, size, data);

  fail_unless (memory != NULL);
  memset (*data, 0xa5, size);
  return memory;
}

GST_START_TEST (memory_has_the_size_asked_for_and_is_aligned)
{
  static const gsize sizes[] = {
      1, 12, 1200, GST_PERCLITE_SLAB_BLOCK_SIZE, GST_PERCLITE_SLAB_BLOCK_SIZE + 1, 65535 + 64};
  GstPercliteSlab *slab = gst_perclite_slab_new ();

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++) {
    guint8 *data;
    GstMemory *memory = take (slab, sizes[i], &data);
    GstMapInfo map;

    fail_unless_equals_int ((guintptr) data & 15, 0);
    fail_unless (gst_memory_map (memory, &map, GST_MAP_READWRITE));
    fail_unless (map.data == data);
    fail_unless_equals_uint64 (map.size, sizes[i]);
    gst_memory_unmap (memory, &map);
    gst_memory_unref (memory);
  }
  gst_perclite_slab_close (slab);
}
GST_END_TEST;

GST_START_TEST (what_comes_back_is_used_again)
{
  GstPercliteSlab *slab = gst_perclite_slab_new ();
  guint8 *first, *again;

  gst_memory_unref (take (slab, 100, &first));
  for (guint i = 0; i < 100; i++) {
    gst_memory_unref (take (slab, 1 + i * 10, &again));
    fail_unless (again == first);
  }
  gst_perclite_slab_close (slab);
}
GST_END_TEST;

GST_START_TEST (what_was_set_before_does_not_hold_any_more)
{
  GstPercliteSlab *slab = gst_perclite_slab_new ();
  guint8 *first, *again;
  GstMemory *memory = take (slab, 100, &first);

  GST_MINI_OBJECT_FLAG_SET (memory, GST_MEMORY_FLAG_READONLY);
  gst_memory_unref (memory);
  memory = take (slab, 100, &again);
  fail_unless (again == first);
  fail_if (GST_MEMORY_IS_READONLY (memory));
  gst_memory_unref (memory);
  gst_perclite_slab_close (slab);
}
GST_END_TEST;

GST_START_TEST (two_in_use_are_never_the_same)
{
  GstPercliteSlab *slab = gst_perclite_slab_new ();
  g_autoptr (GHashTable) in_use = g_hash_table_new (NULL, NULL);
  GstMemory *memories[3 * GST_PERCLITE_SLAB_MAX_BLOCKS];

  for (guint round = 0; round < 3; round++) {
    for (guint i = 0; i < G_N_ELEMENTS (memories); i++) {
      guint8 *data;

      memories[i] = take (slab, 1500, &data);
      fail_unless (g_hash_table_add (in_use, data));
    }
    for (guint i = 0; i < G_N_ELEMENTS (memories); i++)
      gst_memory_unref (memories[i]);
    g_hash_table_remove_all (in_use);
  }
  gst_perclite_slab_close (slab);
}
GST_END_TEST;

GST_START_TEST (memory_outlives_the_slab)
{
  GstPercliteSlab *slab = gst_perclite_slab_new ();
  GWeakRef gone;
  guint8 *data;
  GstMemory *memory = take (slab, 1000, &data);

  g_weak_ref_init (&gone, slab);
  gst_perclite_slab_close (slab);
  memset (data, 1, 1000);
  gst_memory_unref (memory);
  fail_unless (g_weak_ref_get (&gone) == NULL);
  g_weak_ref_clear (&gone);
}
GST_END_TEST;

GST_START_TEST (a_part_can_be_shared_and_keeps_the_whole)
{
  GstPercliteSlab *slab = gst_perclite_slab_new ();
  guint8 *data, *other;
  GstMemory *memory = take (slab, 1000, &data), *part, *part_of_part, *copy;
  GstMapInfo map;

  for (guint i = 0; i < 1000; i++)
    data[i] = (guint8) i;
  gst_perclite_slab_trim (memory, 10, 900);
  part = gst_memory_share (memory, 100, 200);
  part_of_part = gst_memory_share (part, 50, -1);
  copy = gst_memory_copy (part, 0, -1);
  fail_if (gst_memory_map (part, &map, GST_MAP_WRITE));
  gst_memory_unref (memory);
  gst_memory_unref (part);

  gst_memory_unref (take (slab, 1000, &other));
  fail_if (other == data, "it was given away while a part of it was in use");
  fail_unless (gst_memory_map (part_of_part, &map, GST_MAP_READ));
  fail_unless_equals_uint64 (map.size, 150);
  fail_unless_equals_int (map.data[0], 160);
  fail_unless_equals_int (map.data[149], (160 + 149) & 0xff);
  gst_memory_unmap (part_of_part, &map);
  fail_unless (gst_memory_map (copy, &map, GST_MAP_READ));
  fail_unless_equals_uint64 (map.size, 200);
  fail_unless_equals_int (map.data[0], 110);
  gst_memory_unmap (copy, &map);

  gst_memory_unref (part_of_part);
  gst_memory_unref (copy);
  gst_perclite_slab_close (slab);
}
GST_END_TEST;

#define N_THREADS 4
#define N_BLOCKS 100000

static gpointer
give_back (gpointer queue)
{
  for (;;) {
    GstMemory *memory = g_async_queue_pop (queue);
    GstMapInfo map;

    if (memory == queue)
      return NULL;
    fail_unless (gst_memory_map (memory, &map, GST_MAP_READ));
    /* Nobody else has written to it. */
    fail_unless (memcmp (map.data, map.data + map.size / 2, map.size / 2) == 0);
    gst_memory_unmap (memory, &map);
    gst_memory_unref (memory);
  }
}

GST_START_TEST (any_thread_may_give_back)
{
  GstPercliteSlab *slab = gst_perclite_slab_new ();
  GAsyncQueue *queue = g_async_queue_new ();
  GThread *threads[N_THREADS];

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new (NULL, give_back, queue);
  for (guint i = 0; i < N_BLOCKS; i++) {
    guint8 *data;
    GstMemory *memory = gst_perclite_slab_take (slab, 8, &data);

    memcpy (data, &i, 4);
    memcpy (data + 4, &i, 4);
    g_async_queue_push (queue, memory);
  }
  gst_perclite_slab_close (slab);
  for (guint i = 0; i < N_THREADS; i++)
    g_async_queue_push (queue, queue);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_async_queue_unref (queue);
}
GST_END_TEST;

static Suite *
percliteslab_suite (void)
{
  Suite *s = suite_create ("percliteslab");
  TCase *tc = tcase_create ("slab");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, memory_has_the_size_asked_for_and_is_aligned);
  tcase_add_test (tc, what_comes_back_is_used_again);
  tcase_add_test (tc, what_was_set_before_does_not_hold_any_more);
  tcase_add_test (tc, two_in_use_are_never_the_same);
  tcase_add_test (tc, memory_outlives_the_slab);
  tcase_add_test (tc, a_part_can_be_shared_and_keeps_the_whole);
  tcase_add_test (tc, any_thread_may_give_back);
  return s;
}

GST_CHECK_MAIN (percliteslab);
