/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchplan.h - what is measured, and how often. */

#pragma once

#include "benchcontender.h"

G_BEGIN_DECLS

#define BENCH_N_SSRCS 3
#define BENCH_N_PAYLOADS 2
#define BENCH_N_LISTS 2

extern const guint bench_payloads[BENCH_N_PAYLOADS];
extern const guint bench_lists[BENCH_N_LISTS];

/**
 * BenchPlan:
 * @rounds: of each measurement
 * @milliseconds: that the timed part of a round takes
 * @ssrcs: how many streams there are, from few to many
 * @new_streams: how many are begun, to see what that costs
 * @capacity_max: how many streams are tried at the most, to see how many one core decrypts
 * @capacity_ms: that a round of those takes
 * @soak: how many packets the long run has
 */
typedef struct {
  guint rounds;
  guint milliseconds;
  guint ssrcs[BENCH_N_SSRCS];
  guint new_streams;
  guint capacity_max;
  guint capacity_ms;
  guint64 soak;
} BenchPlan;

/* All of it, or, if QUICK, as little as shows that everything works. */
BenchPlan bench_plan_make (gboolean quick);

/* One stream, single buffers of one memory, one thread. */
BenchCase bench_plan_base (BenchDirection direction, guint suite, guint payload_size);

/**
 * BenchSection:
 * @cases: (element-type BenchCase): what is measured in turns, round by round
 * @apart: each case in processes of its own, and not all of a contender in one: what many streams
 *   cost others in the same process is not to be measured
 */
typedef struct {
  GArray *cases;
  gboolean apart;
} BenchSection;

/**
 * bench_plan_sections:
 *
 * Returns: (transfer full) (element-type BenchSection): all that is measured
 */
GPtrArray *bench_plan_sections (const BenchPlan *self);

G_END_DECLS
