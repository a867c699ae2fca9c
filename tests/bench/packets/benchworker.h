/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchworker.h - a process that measures one contender, told what to do line by line. */

#pragma once

#include "benchcontender.h"

G_BEGIN_DECLS

/**
 * bench_worker_run:
 *
 * Reads commands on standard input and answers each with a line on standard output, until the input
 * ends:
 *
 *   open NUMBER CASE            begins a measurement, as in bench_case_to_text()
 *   round NUMBER MILLISECONDS   a round of it: nanoseconds per packet
 *   streams CASE                first packet of a stream in nanoseconds, bytes per stream
 *   soak PACKETS CASE           KiB early, KiB at the end, nanoseconds per packet
 *
 * The answer is "ok", with the numbers that belong to it, or "error" and a text.
 *
 * Returns: the exit status
 */
int bench_worker_run (const BenchContender *contender);

G_END_DECLS
