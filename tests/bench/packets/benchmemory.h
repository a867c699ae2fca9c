/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchmemory.h - what streams cost when they begin, what they keep, and that nothing grows
 * afterwards. */

#pragma once

#include "benchcontender.h"

G_BEGIN_DECLS

/**
 * bench_memory_streams:
 * @what: of which direction, with how many streams
 * @first_ns: (out): time of the first packet of a stream, in nanoseconds: the median
 * @bytes: (out): by which a stream has made the process grow
 *
 * To be called in a process that has done nothing else before.
 */
gboolean bench_memory_streams (const BenchContender *contender, const BenchCase *what,
    gdouble *first_ns, gdouble *bytes, GError **error);

/**
 * bench_memory_soak:
 * @packets: how many are encrypted, and decrypted, and compared
 * @early: (out): memory of the process after a tenth of them, in KiB
 * @late: (out): at the end
 * @ns: (out): time of a packet, both directions and all that goes with it
 */
gboolean bench_memory_soak (const BenchContender *contender, const BenchCase *what, guint64 packets,
    gdouble *early, gdouble *late, gdouble *ns, GError **error);

G_END_DECLS
