/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchstats.h - what is said of several measurements of the same thing. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BenchStats:
 * @low: a quarter of the values are below it
 * @high: a quarter of the values are above it
 */
typedef struct {
  guint n;
  gdouble min;
  gdouble low;
  gdouble median;
  gdouble high;
} BenchStats;

/* Sorts @values, of which there is at least one. */
BenchStats bench_stats_of (gdouble *values, guint n);

G_END_DECLS
