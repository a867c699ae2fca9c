/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchmeasure.c - nanoseconds per packet of one contender in one case. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchmeasure.h"

#include <time.h>

#include <gio/gio.h>

#include "benchlane.h"
#include "benchstats.h"

/* One chunk in so many is decrypted and compared instead of timed. */
#define VERIFY_EVERY 16

/* Threads that are timed by wall time start together, so each time there has to be enough to do. */
#define WALL_CHUNK 2000

#define MAX_THREADS 2

struct _BenchMeasure {
  BenchCase what;
  guint n_lanes;
  BenchLane *lanes[MAX_THREADS];
};

/* What the threads of a round share. */
typedef struct {
  guint n_threads;
  guint n_batches;
  gint arrived; /* atomic */
  gint failed;  /* atomic */
  gint64 *begins[MAX_THREADS];
  gint64 *ends[MAX_THREADS];
} Race;

typedef struct {
  Race *race;
  guint number;
  BenchLane *lane;
  GError *error;
} Racer;

static gint64
clock_ns (clockid_t clock)
{
  struct timespec t;

  clock_gettime (clock, &t);
  return (gint64) t.tv_sec * 1000000000 + t.tv_nsec;
}

gint64
bench_cpu_time (void)
{
  return clock_ns (CLOCK_THREAD_CPUTIME_ID);
}

BenchMeasure *
bench_measure_new (const BenchContender *contender, const BenchCase *what, GError **error)
{
  BenchMeasure *self = g_new0 (BenchMeasure, 1);
  guint n = MAX (what->wall_threads, 1);

  self->what = *what;
  while (self->n_lanes < n) {
    BenchLane *lane = bench_lane_new (
        contender, what, self->n_lanes, what->wall_threads > 0 ? WALL_CHUNK : BENCH_CHUNK, error);

    if (lane == NULL)
      goto failed;
    self->lanes[self->n_lanes++] = lane;
    if (!bench_lane_verify_all (lane, error))
      goto failed;
  }
  return self;

failed:
  bench_measure_free (self);
  return NULL;
}

void
bench_measure_free (BenchMeasure *self)
{
  for (guint i = 0; i < self->n_lanes; i++)
    bench_lane_free (self->lanes[i]);
  g_free (self);
}

/* CPU time: the first chunk of a round warms up. */
static gboolean
measure_cpu (BenchLane *lane, guint milliseconds, gdouble *ns, GError **error)
{
  gint64 spent = 0;
  guint64 chunks = 0;

  for (guint i = 0; spent < (gint64) milliseconds * 1000000; i++) {
    gint64 start;
    gboolean ok;

    if (i % VERIFY_EVERY == 0) {
      if (!bench_lane_verify (lane, error))
        return FALSE;
      continue;
    }
    if (!bench_lane_prepare (lane, error))
      return FALSE;
    start = bench_cpu_time ();
    ok = bench_lane_run (lane);
    spent += bench_cpu_time () - start;
    if (!ok) {
      bench_lane_set_lost (lane, error);
      return FALSE;
    }
    chunks++;
  }
  *ns = (gdouble) spent / (gdouble) (chunks * BENCH_CHUNK);
  return TRUE;
}

/* Wall time. Waits busily, so that all really start at the same time; a thread that has failed lets
 * nobody wait. */
static void
wait_for_others (Race *race, guint batch)
{
  g_atomic_int_inc (&race->arrived);
  while (g_atomic_int_get (&race->arrived) < (gint) (race->n_threads * (batch + 1)) &&
         !g_atomic_int_get (&race->failed))
    g_thread_yield ();
}

static gpointer
run_racer (gpointer data)
{
  Racer *self = data;
  Race *race = self->race;

  for (guint i = 0; i < race->n_batches && !g_atomic_int_get (&race->failed); i++) {
    gboolean ok = bench_lane_prepare (self->lane, &self->error);

    if (ok) {
      wait_for_others (race, i);
      race->begins[self->number][i] = clock_ns (CLOCK_MONOTONIC);
      ok = bench_lane_run (self->lane);
      race->ends[self->number][i] = clock_ns (CLOCK_MONOTONIC);
      if (!ok)
        bench_lane_set_lost (self->lane, &self->error);
    }
    if (!ok)
      g_atomic_int_set (&race->failed, 1);
  }
  return NULL;
}

/* The median over the batches of the time from the first start to the last end. */
static gdouble
judge_race (const Race *race)
{
  g_autofree gdouble *times = g_new0 (gdouble, race->n_batches);

  for (guint i = 0; i < race->n_batches; i++) {
    gint64 begin = race->begins[0][i], end = race->ends[0][i];

    for (guint k = 1; k < race->n_threads; k++) {
      begin = MIN (begin, race->begins[k][i]);
      end = MAX (end, race->ends[k][i]);
    }
    times[i] = (gdouble) (end - begin) / (race->n_threads * WALL_CHUNK);
  }
  return bench_stats_of (times, race->n_batches).median;
}

static gboolean
measure_wall (BenchMeasure *self, guint milliseconds, gdouble *ns, GError **error)
{
  Race race = {.n_threads = self->n_lanes, .n_batches = MAX (milliseconds / 2, 1)};
  Racer racers[MAX_THREADS] = {{.race = &race}};
  GThread *threads[MAX_THREADS];
  gboolean ok = TRUE;

  for (guint i = 0; i < race.n_threads; i++) {
    race.begins[i] = g_new0 (gint64, race.n_batches);
    race.ends[i] = g_new0 (gint64, race.n_batches);
    racers[i] = (Racer){.race = &race, .number = i, .lane = self->lanes[i]};
  }
  for (guint i = 0; i < race.n_threads; i++)
    threads[i] = g_thread_new ("lane", run_racer, &racers[i]);
  for (guint i = 0; i < race.n_threads; i++) {
    g_thread_join (threads[i]);
    if (racers[i].error == NULL)
      continue;
    if (ok)
      g_propagate_error (error, racers[i].error);
    else
      g_error_free (racers[i].error);
    ok = FALSE;
  }
  if (ok)
    *ns = judge_race (&race);
  for (guint i = 0; i < race.n_threads; i++) {
    g_free (race.begins[i]);
    g_free (race.ends[i]);
  }
  return ok;
}

gboolean
bench_measure_round (BenchMeasure *self, guint milliseconds, gdouble *ns, GError **error)
{
  return self->what.wall_threads > 0 ? measure_wall (self, milliseconds, ns, error)
                                     : measure_cpu (self->lanes[0], milliseconds, ns, error);
}
