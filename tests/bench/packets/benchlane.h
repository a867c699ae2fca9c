/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchlane.h - an encrypter and a decrypter of one contender, and the packets between them. */

#pragma once

#include "benchcontender.h"

G_BEGIN_DECLS

/* So many packets are made, and then worked on in one go. Few enough to be still in the cache of a
 * core, as packets are that have just been made or received; enough for the clock not to count. */
#define BENCH_CHUNK 100

typedef struct _BenchLane BenchLane;

/**
 * bench_lane_new:
 * @number: another one than that of another lane with the same key
 * @chunk: packets that are made at a time
 */
BenchLane *bench_lane_new (const BenchContender *contender, const BenchCase *what, guint number,
    guint chunk, GError **error);

void bench_lane_free (BenchLane *self);

/**
 * bench_lane_verify:
 *
 * Encrypts packets and decrypts them again. Of encrypters with more than a thousand streams, it
 * decrypts the packets of so many.
 *
 * Returns: %FALSE with @error set unless they are as before
 */
gboolean bench_lane_verify (BenchLane *self, GError **error);

/**
 * bench_lane_verify_all:
 *
 * bench_lane_verify() until each stream has had a packet, and sequence numbers have wrapped if
 * there are few.
 */
gboolean bench_lane_verify_all (BenchLane *self, GError **error);

/**
 * bench_lane_prepare:
 *
 * Makes the packets for bench_lane_run(): for a decrypter, encrypted ones.
 */
gboolean bench_lane_prepare (BenchLane *self, GError **error);

/**
 * bench_lane_run:
 *
 * The work itself, to be timed.
 *
 * Returns: whether as many packets came out as went in
 */
gboolean bench_lane_run (BenchLane *self);

/* Sets the error for a bench_lane_run() that has lost packets. */
void bench_lane_set_lost (BenchLane *self, GError **error);

G_END_DECLS
