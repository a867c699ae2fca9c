/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchcapacity.h - how many encrypted streams one core decrypts from memory. */

#pragma once

#include "benchresults.h"

G_BEGIN_DECLS

/* Of perclitedec and of srtpdec, by decrypting as many, in turn, for more or fewer cost another
 * time per packet. */
gboolean bench_capacity_run (BenchResults *results, const BenchPlan *plan, GError **error);

G_END_DECLS
