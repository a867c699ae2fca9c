/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchresults.c - all that was measured in a run. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchresults.h"

#define SOAK_GROWTH_KIB 1024

const BenchMedium bench_media[BENCH_N_MEDIA] = {
    {"Opus, 50 packets a second", "opus", 160, 50},
    {"video, 500 packets a second", "video", 1200, 500},
};

static void
cell_free (gpointer data)
{
  BenchCell *cell = data;

  g_array_unref (cell->samples);
  g_free (cell);
}

BenchResults *
bench_results_new (void)
{
  BenchResults *self = g_new0 (BenchResults, 1);

  self->cells = g_ptr_array_new_with_free_func (cell_free);
  return self;
}

void
bench_results_free (BenchResults *self)
{
  g_ptr_array_unref (self->cells);
  g_free (self);
}

static BenchCell *
find (const BenchResults *self, const BenchCase *what, BenchContenderId who)
{
  for (guint i = 0; i < self->cells->len; i++) {
    BenchCell *cell = g_ptr_array_index (self->cells, i);

    if (cell->who == who && bench_case_equal (&cell->what, what))
      return cell;
  }
  return NULL;
}

/* A case that is in two sections has the samples of both. */
void
bench_results_add (BenchResults *self, const BenchCase *what, BenchContenderId who, gdouble ns)
{
  BenchCell *cell = find (self, what, who);

  if (cell == NULL) {
    cell = g_new0 (BenchCell, 1);
    cell->what = *what;
    cell->who = who;
    cell->samples = g_array_new (FALSE, FALSE, sizeof (gdouble));
    g_ptr_array_add (self->cells, cell);
  }
  g_array_append_val (cell->samples, ns);
}

void
bench_results_finish (BenchResults *self)
{
  for (guint i = 0; i < self->cells->len; i++) {
    BenchCell *cell = g_ptr_array_index (self->cells, i);

    cell->stats = bench_stats_of ((gdouble *) (gpointer) cell->samples->data, cell->samples->len);
  }
}

const BenchCell *
bench_results_get (const BenchResults *self, const BenchCase *what, BenchContenderId who)
{
  return find (self, what, who);
}

const BenchCell *
bench_results_nearest (const BenchResults *self, const BenchCase *what, BenchContenderId who)
{
  BenchCase nearest = bench_contender_nearest (bench_contender_get (who), what);

  return find (self, &nearest, who);
}

gboolean
bench_soak_is_flat (const BenchSoak *self)
{
  return self->late_kib - self->early_kib <= SOAK_GROWTH_KIB;
}
