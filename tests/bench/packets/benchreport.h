/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchreport.h - the results as tables. */

#pragma once

#include "benchmachine.h"
#include "benchresults.h"

G_BEGIN_DECLS

/* Returns: (transfer full): for a terminal, or as Markdown. */
gchar *bench_report_make (const BenchResults *results, const BenchPlan *plan,
    const BenchMachine *machine, gboolean markdown);

G_END_DECLS
