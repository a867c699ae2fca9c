/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchmemory.c - what streams cost when they begin, what they keep, and that nothing grows
 * afterwards. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchmemory.h"

#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

#include "benchlane.h"
#include "benchmeasure.h"
#include "benchstats.h"

static gdouble
resident_bytes (void)
{
  glong total = 0, resident = 0;
  FILE *file;

  /* What is free again, but only within the process. */
  malloc_trim (0);
  file = fopen ("/proc/self/statm", "r");
  if (file == NULL || fscanf (file, "%ld %ld", &total, &resident) != 2)
    resident = 0;
  if (file != NULL)
    fclose (file);
  return (gdouble) resident * (gdouble) sysconf (_SC_PAGESIZE);
}

/* For a decrypter, the encrypter has to know all streams before, so that its growth is not counted.
 * The packets of that time the decrypter never sees. */
static gboolean
prepare_encrypter (BenchLane *lane, const BenchCase *what, guint n_chunks, GError **error)
{
  for (guint i = 0; what->direction == BENCH_DECRYPT && i < n_chunks; i++) {
    if (!bench_lane_prepare (lane, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
bench_memory_streams (const BenchContender *contender, const BenchCase *what, gdouble *first_ns,
    gdouble *bytes, GError **error)
{
  guint n_chunks = what->n_ssrcs / BENCH_CHUNK;
  g_autofree gdouble *times = g_new0 (gdouble, n_chunks);
  BenchLane *lane = bench_lane_new (contender, what, 0, BENCH_CHUNK, error);
  gboolean ok;
  gdouble before;

  if (lane == NULL)
    return FALSE;
  ok = prepare_encrypter (lane, what, n_chunks, error);
  before = resident_bytes ();
  for (guint i = 0; ok && i < n_chunks; i++) {
    gint64 start;

    ok = bench_lane_prepare (lane, error);
    start = bench_cpu_time ();
    if (ok && !bench_lane_run (lane)) {
      bench_lane_set_lost (lane, error);
      ok = FALSE;
    }
    times[i] = (gdouble) (bench_cpu_time () - start) / BENCH_CHUNK;
  }
  *bytes = (resident_bytes () - before) / (n_chunks * BENCH_CHUNK);
  *first_ns = bench_stats_of (times, n_chunks).median;
  bench_lane_free (lane);
  return ok;
}

gboolean
bench_memory_soak (const BenchContender *contender, const BenchCase *what, guint64 packets,
    gdouble *early, gdouble *late, gdouble *ns, GError **error)
{
  BenchLane *lane = bench_lane_new (contender, what, 0, BENCH_CHUNK, error);
  guint64 n_chunks = MAX (packets / BENCH_CHUNK, 10);
  gint64 start = bench_cpu_time ();
  gboolean ok = lane != NULL;

  for (guint64 i = 0; ok && i < n_chunks; i++) {
    if (i == n_chunks / 10)
      *early = resident_bytes () / 1024;
    ok = bench_lane_verify (lane, error);
  }
  *late = resident_bytes () / 1024;
  *ns = (gdouble) (bench_cpu_time () - start) / (gdouble) (n_chunks * BENCH_CHUNK);
  g_clear_pointer (&lane, bench_lane_free);
  return ok;
}
