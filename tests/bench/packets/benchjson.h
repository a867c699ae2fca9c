/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchjson.h - the results for programs. */

#pragma once

#include "benchmachine.h"
#include "benchresults.h"

G_BEGIN_DECLS

/* Returns: (transfer full): a JSON text, in which all times are nanoseconds per packet. */
gchar *
bench_json_make (const BenchResults *results, const BenchPlan *plan, const BenchMachine *machine);

G_END_DECLS
