/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchcapacity.c - how many encrypted streams one core decrypts from memory. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchcapacity.h"

#include <math.h>

#include "benchremote.h"

#define FIRST_STREAMS 500
#define ROUNDS 5

#define MAX_TRIES 7

/* The next try is at most so many times as many, because what srtpdec costs grows with the
 * square. */
#define MAX_STEP 3.0

/* After a try that takes longer there is none with more, for what a library does when a stream
 * begins may grow in the same way. */
#define MAX_TRY_SECONDS 20

/* Near enough to a whole core. */
#define LOAD_MIN 0.96
#define LOAD_AIM 0.98

/* A search: tries that come nearer, as if the load grew with a power of the number of streams,
 * which it nearly does: the first power where a packet costs always the same, the second where it
 * costs as much as there are streams. */
typedef struct {
  BenchContenderId who;
  guint medium;
  guint max;
  guint milliseconds;
  guint streams;
  gdouble power;
  guint last_streams;
  gdouble last_load;
  gboolean done;
} Search;

static void
start (Search *self, guint medium, const BenchPlan *plan)
{
  self->medium = medium;
  self->max = plan->capacity_max;
  self->milliseconds = plan->capacity_ms;
  self->streams = MIN (FIRST_STREAMS, self->max);
  self->power = 1;
}

static gboolean
try_streams (const Search *self, gdouble *ns, GError **error)
{
  const BenchMedium *medium = &bench_media[self->medium];
  BenchCase what = bench_plan_base (BENCH_DECRYPT, BENCH_GCM_256, medium->payload_size);
  g_autoptr (BenchRemote) remote = bench_remote_new (bench_contender_get (self->who), error);
  g_autofree gchar *text = NULL;
  gdouble times[ROUNDS];

  what.n_ssrcs = self->streams;
  text = bench_case_to_text (&what);
  if (remote == NULL || !bench_remote_ask (remote, NULL, 0, error, "open 0 %s", text))
    return FALSE;
  for (guint i = 0; i < ROUNDS; i++) {
    if (!bench_remote_ask (remote, &times[i], 1, error, "round 0 %u", self->milliseconds))
      return FALSE;
  }
  *ns = bench_stats_of (times, ROUNDS).median;
  return TRUE;
}

/* How many to try next, after so many took that part of a core. */
static void
go_on (Search *self, gdouble load)
{
  gdouble factor;

  if (self->last_streams != 0 && self->last_streams != self->streams)
    self->power =
        CLAMP (log (load / self->last_load) / log ((gdouble) self->streams / self->last_streams),
            1.0, 2.0);
  self->last_streams = self->streams;
  self->last_load = load;
  factor = CLAMP (pow (LOAD_AIM / load, 1 / self->power), 1 / MAX_STEP, MAX_STEP);
  self->streams = CLAMP ((guint) (factor * self->streams), 1, self->max);
}

static gboolean
step (Search *self, BenchCapacity *best, GError **error)
{
  gint64 start = g_get_monotonic_time ();
  gboolean is_last;
  gdouble ns, load;

  if (!try_streams (self, &ns, error))
    return FALSE;
  is_last = self->streams == self->max ||
            g_get_monotonic_time () - start > MAX_TRY_SECONDS * G_USEC_PER_SEC;
  load = self->streams * ns * bench_media[self->medium].packets_per_second / 1e9;
  if (load <= 1 && self->streams > best->streams)
    *best = (BenchCapacity){
        .known = TRUE,
        .streams = self->streams,
        .load = load,
        .ns = ns,
        .at_least = is_last && load < LOAD_MIN,
    };
  self->done = (load >= LOAD_MIN && load <= 1) || (load < 1 && is_last);
  if (!self->done)
    go_on (self, load);
  return TRUE;
}

gboolean
bench_capacity_run (BenchResults *results, const BenchPlan *plan, GError **error)
{
  for (guint medium = 0; medium < BENCH_N_MEDIA; medium++) {
    Search searches[] = {{.who = BENCH_PERCLITE}, {.who = BENCH_SRTP}};

    g_printerr ("Streams of one core: %s\n", bench_media[medium].title);
    for (guint k = 0; k < G_N_ELEMENTS (searches); k++)
      start (&searches[k], medium, plan);
    for (guint i = 0; i < MAX_TRIES; i++) {
      for (guint k = 0; k < G_N_ELEMENTS (searches); k++) {
        Search *search = &searches[k];

        if (!search->done && !step (search, &results->capacities[search->who][medium], error))
          return FALSE;
      }
    }
  }
  return TRUE;
}
