/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchtargets.h - what the elements are meant to reach, and whether they do. */

#pragma once

#include "benchresults.h"

G_BEGIN_DECLS

/**
 * BenchTarget:
 * @text: what is wanted
 * @at_least: whether @limit is the least, or else the most
 * @limit: the ratio that is wanted
 * @figure: what it is, in the case where it is worst
 * @where: which case that is
 * @reached: whether that is well
 */
typedef struct {
  gchar *text;
  gboolean at_least;
  gdouble limit;
  gdouble figure;
  gchar *where;
  gboolean reached;
} BenchTarget;

/* Returns: (transfer full) (element-type BenchTarget): those for which there are figures. */
GPtrArray *bench_targets_new (const BenchResults *results, const BenchPlan *plan);

G_END_DECLS
