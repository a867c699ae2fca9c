/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchtraffic.h - the RTP packets that all contenders get: the same ones, in the same order. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define BENCH_RTP_HEADER_SIZE 12
#define BENCH_PAYLOAD_MAX_SIZE 1200

/* With room for what encryption adds, and aligned as libsrtp2 wants packets. */
#define BENCH_SLOT_SIZE 1280

/**
 * BenchPackets:
 * @n: how many there are
 * @sizes: bytes of each
 *
 * Packets one after the other in memory, a slot of BENCH_SLOT_SIZE bytes for each.
 */
typedef struct {
  guint n;
  guint max;
  guint *sizes;
  guint8 *bytes;
} BenchPackets;

BenchPackets *bench_packets_new (guint max);

void bench_packets_free (BenchPackets *self);

void bench_packets_copy (BenchPackets *self, const BenchPackets *from);

static inline guint8 *
bench_packets_get (const BenchPackets *self, guint i)
{
  return self->bytes + (gsize) i * BENCH_SLOT_SIZE;
}

/**
 * BenchTraffic:
 * @lane: two of different lanes have no SSRC in common
 *
 * Streams whose packets come in turn, with sequence numbers that go on, and wrap soon.
 */
typedef struct {
  guint lane;
  guint n_ssrcs;
  guint payload_size;
  guint64 next;
} BenchTraffic;

/* The next @n packets, in place of what was there. */
void bench_traffic_fill (BenchTraffic *self, BenchPackets *packets, guint n);

/* Returns: whether @packets are those that the last bench_traffic_fill() made. */
gboolean bench_traffic_check (const BenchTraffic *self, const BenchPackets *packets);

G_END_DECLS
