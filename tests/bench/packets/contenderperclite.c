/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* contenderperclite.c - perclitenc and perclitedec. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchcontender.h"
#include "benchelement.h"

#define DEFAULT_MAX_STREAMS 1024

static gpointer
perclite_open (const BenchCase *what, BenchDirection direction, GError **error)
{
  const BenchSuite *suite = what->suite;
  g_autofree gchar *key = g_base64_encode (bench_master_key (), suite->key_size + suite->salt_size);
  GstElement *element =
      bench_element_make (direction == BENCH_ENCRYPT ? "perclitenc" : "perclitedec", error);

  if (element == NULL)
    return NULL;
  g_object_set (element, "key", key, NULL);
  gst_util_set_object_arg (G_OBJECT (element), "suite", suite->nick);
  if (direction == BENCH_DECRYPT)
    g_object_set (element, "max-streams", MAX (DEFAULT_MAX_STREAMS, what->n_ssrcs), NULL);
  return bench_element_new (
      element, "sink", "src", "application/x-rtp", what->list_size, what->n_memories, error);
}

const BenchContender bench_contender_perclite = {
    .name = "perclite",
    .titles = {"perclitenc", "perclitedec"},
    .has_memories = TRUE,
    .has_lists = {TRUE, TRUE},
    .has_streams = TRUE,
    .open = perclite_open,
    .load = bench_element_load,
    .run = bench_element_run,
    .collect = bench_element_collect,
    .close = bench_element_close,
};
