/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchmeasure.h - nanoseconds per packet of one contender in one case. */

#pragma once

#include "benchcontender.h"

G_BEGIN_DECLS

typedef struct _BenchMeasure BenchMeasure;

/**
 * bench_measure_new:
 *
 * Makes encrypters and decrypters, and checks that they work on all streams of the case.
 */
BenchMeasure *
bench_measure_new (const BenchContender *contender, const BenchCase *what, GError **error);

void bench_measure_free (BenchMeasure *self);

/**
 * bench_measure_round:
 * @milliseconds: about so long the timed part of it takes
 * @ns: (out): of a packet. With threads: of wall time, divided by the packets of all of them
 *
 * Returns: %FALSE with @error set if a packet was lost or changed
 */
gboolean bench_measure_round (BenchMeasure *self, guint milliseconds, gdouble *ns, GError **error);

/* CPU time of this thread, in nanoseconds. */
gint64 bench_cpu_time (void);

G_END_DECLS
