/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchrun.h - has all contenders measured, in turns, so that whatever else the machine does hits
 * them alike. */

#pragma once

#include "benchresults.h"

G_BEGIN_DECLS

/* Fails when one packet is lost, or changed, anywhere: there are no figures then. Tells on standard
 * error how far it is. */
gboolean bench_run (BenchResults *results, const BenchPlan *plan, GError **error);

G_END_DECLS
