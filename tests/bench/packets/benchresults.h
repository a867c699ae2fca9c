/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchresults.h - all that was measured in a run. */

#pragma once

#include "benchcontender.h"
#include "benchplan.h"
#include "benchstats.h"

G_BEGIN_DECLS

/**
 * BenchCell:
 * @samples: nanoseconds per packet, one per round
 * @stats: of @samples; set by bench_results_finish()
 */
typedef struct {
  BenchCase what;
  BenchContenderId who;
  GArray *samples;
  BenchStats stats;
} BenchCell;

/* What a stream costs when it begins, and what it keeps. */
typedef struct {
  gboolean known;
  gdouble first_ns;
  gdouble bytes;
} BenchNewStream;

#define BENCH_N_MEDIA 2

/* A kind of stream, as one has many of. */
typedef struct {
  const gchar *title;
  const gchar *nick;
  guint payload_size;
  guint packets_per_second;
} BenchMedium;

extern const BenchMedium bench_media[BENCH_N_MEDIA];

/**
 * BenchCapacity:
 * @streams: as many as one core decrypts
 * @load: what part of the core they took when they were measured
 * @at_least: it could be more, but more were not tried
 */
typedef struct {
  gboolean known;
  guint streams;
  gdouble load;
  gdouble ns;
  gboolean at_least;
} BenchCapacity;

typedef struct {
  gboolean known;
  guint64 packets;
  gdouble early_kib;
  gdouble late_kib;
  gdouble ns;
} BenchSoak;

typedef struct {
  GPtrArray *cells;
  BenchNewStream new_streams[BENCH_N_CONTENDERS][2];
  BenchCapacity capacities[BENCH_N_CONTENDERS][BENCH_N_MEDIA];
  BenchSoak soak;
} BenchResults;

BenchResults *bench_results_new (void);

void bench_results_free (BenchResults *self);

void
bench_results_add (BenchResults *self, const BenchCase *what, BenchContenderId who, gdouble ns);

/* When there is nothing to be added any more. */
void bench_results_finish (BenchResults *self);

/* Returns: (nullable): what was measured of that. */
const BenchCell *
bench_results_get (const BenchResults *self, const BenchCase *what, BenchContenderId who);

/* Returns: (nullable): the same, or of the nearest that the contender can do
 *   (bench_contender_nearest()). */
const BenchCell *
bench_results_nearest (const BenchResults *self, const BenchCase *what, BenchContenderId who);

/* Whether the long run has not grown by more than a megabyte after its first tenth. */
gboolean bench_soak_is_flat (const BenchSoak *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchResults, bench_results_free)

G_END_DECLS
