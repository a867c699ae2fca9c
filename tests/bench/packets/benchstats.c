/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchstats.c - what is said of several measurements of the same thing. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchstats.h"

#include <stdlib.h>

static int
compare (const void *a, const void *b)
{
  gdouble x = *(const gdouble *) a, y = *(const gdouble *) b;

  return (x > y) - (x < y);
}

/* Between two values if need be. */
static gdouble
quantile (const gdouble *sorted, guint n, gdouble part)
{
  gdouble place = part * (n - 1);
  guint below = (guint) place;
  guint above = MIN (below + 1, n - 1);

  return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
}

BenchStats
bench_stats_of (gdouble *values, guint n)
{
  g_assert (n > 0);
  qsort (values, n, sizeof *values, compare);
  return (BenchStats){
      .n = n,
      .min = values[0],
      .low = quantile (values, n, 0.25),
      .median = quantile (values, n, 0.5),
      .high = quantile (values, n, 0.75),
  };
}
