/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchplan.c - what is measured, and how often. Not everything with everything: all suites with
 * all sizes and lists, and from AES-256-GCM the number of memories, of streams and of threads. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchplan.h"

const guint bench_payloads[BENCH_N_PAYLOADS] = {160, 1200};
const guint bench_lists[BENCH_N_LISTS] = {1, 10};

BenchPlan
bench_plan_make (gboolean quick)
{
  static const BenchPlan full = {
      .rounds = 21,
      .milliseconds = 10,
      .ssrcs = {1, 100, 10000},
      .new_streams = 10000,
      .capacity_max = 60000,
      .capacity_ms = 50,
      .soak = 20000000,
  };
  static const BenchPlan smoke = {
      .rounds = 2,
      .milliseconds = 2,
      .ssrcs = {1, 10, 500},
      .new_streams = 500,
      .capacity_max = 500,
      .capacity_ms = 5,
      .soak = 50000,
  };

  return quick ? smoke : full;
}

BenchCase
bench_plan_base (BenchDirection direction, guint suite, guint payload_size)
{
  return (BenchCase){
      .direction = direction,
      .suite = &bench_suites[suite],
      .payload_size = payload_size,
      .list_size = 1,
      .n_memories = 1,
      .n_ssrcs = 1,
  };
}

static void
section_free (gpointer data)
{
  BenchSection *section = data;

  g_array_unref (section->cases);
  g_free (section);
}

static GArray *
new_section (GPtrArray *sections, gboolean apart)
{
  BenchSection *section = g_new0 (BenchSection, 1);

  section->cases = g_array_new (FALSE, FALSE, sizeof (BenchCase));
  section->apart = apart;
  g_ptr_array_add (sections, section);
  return section->cases;
}

static void
add_packets (GArray *section, BenchDirection direction, guint payload_size)
{
  for (guint list = 0; list < BENCH_N_LISTS; list++) {
    BenchCase what;

    for (guint suite = 0; suite < BENCH_N_SUITES; suite++) {
      what = bench_plan_base (direction, suite, payload_size);
      what.list_size = bench_lists[list];
      g_array_append_val (section, what);
    }
    what = bench_plan_base (direction, BENCH_GCM_256, payload_size);
    what.list_size = bench_lists[list];
    what.n_memories = 2;
    g_array_append_val (section, what);
  }
}

static void
add_ssrcs (GArray *section, const BenchPlan *plan, BenchDirection direction, guint payload_size)
{
  for (guint i = 0; i < BENCH_N_SSRCS; i++) {
    BenchCase what = bench_plan_base (direction, BENCH_GCM_256, payload_size);

    what.n_ssrcs = plan->ssrcs[i];
    g_array_append_val (section, what);
  }
}

static void
add_threads (GArray *section, BenchDirection direction, guint payload_size)
{
  for (guint threads = 1; threads <= 2; threads++) {
    BenchCase what = bench_plan_base (direction, BENCH_GCM_256, payload_size);

    what.wall_threads = threads;
    g_array_append_val (section, what);
  }
}

GPtrArray *
bench_plan_sections (const BenchPlan *self)
{
  GPtrArray *sections = g_ptr_array_new_with_free_func (section_free);
  GArray *packets = new_section (sections, FALSE);
  GArray *threads = new_section (sections, FALSE);

  for (guint direction = BENCH_ENCRYPT; direction <= BENCH_DECRYPT; direction++) {
    for (guint i = 0; i < BENCH_N_PAYLOADS; i++) {
      add_packets (packets, (BenchDirection) direction, bench_payloads[i]);
      add_threads (threads, (BenchDirection) direction, bench_payloads[i]);
      /* A section each, for many streams take much memory. */
      add_ssrcs (new_section (sections, TRUE), self, (BenchDirection) direction, bench_payloads[i]);
    }
  }
  return sections;
}
