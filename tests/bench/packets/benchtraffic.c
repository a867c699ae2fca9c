/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchtraffic.c - the RTP packets that all contenders get: the same ones, in the same order. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchtraffic.h"

#include <string.h>

/* So that the first wrap comes while everything is checked. */
#define FIRST_SEQ 65300

#define PAYLOAD_TYPE 96
#define TIMESTAMP_STEP 960

/* Odd, so that no two numbers of streams give the same SSRC. */
#define SSRC_FACTOR 2654435761u

BenchPackets *
bench_packets_new (guint max)
{
  BenchPackets *self = g_new0 (BenchPackets, 1);

  self->max = max;
  self->sizes = g_new0 (guint, max);
  self->bytes = g_malloc0 ((gsize) max * BENCH_SLOT_SIZE);
  return self;
}

void
bench_packets_free (BenchPackets *self)
{
  g_free (self->sizes);
  g_free (self->bytes);
  g_free (self);
}

void
bench_packets_copy (BenchPackets *self, const BenchPackets *from)
{
  g_assert (from->n <= self->max);
  self->n = from->n;
  for (guint i = 0; i < from->n; i++) {
    self->sizes[i] = from->sizes[i];
    memcpy (bench_packets_get (self, i), bench_packets_get (from, i), from->sizes[i]);
  }
}

static const guint8 *
payload_of (guint64 number)
{
  static guint8 noise[BENCH_PAYLOAD_MAX_SIZE + 4096];
  static gsize made = 0;

  if (g_once_init_enter (&made)) {
    guint32 state = 1;

    for (guint i = 0; i < sizeof noise; i++) {
      state = state * 1664525 + 1013904223;
      noise[i] = (guint8) (state >> 24);
    }
    g_once_init_leave (&made, 1);
  }
  return noise + number % 4096;
}

static void
write_header (const BenchTraffic *self, guint64 number, guint8 *header)
{
  guint32 ssrc = (guint32) (self->lane * self->n_ssrcs + number % self->n_ssrcs) * SSRC_FACTOR;
  guint32 timestamp;
  guint16 seq;

  number = number / self->n_ssrcs + FIRST_SEQ;
  seq = GUINT16_TO_BE ((guint16) number);
  timestamp = GUINT32_TO_BE ((guint32) number * TIMESTAMP_STEP);
  ssrc = GUINT32_TO_BE (ssrc);
  header[0] = 0x80;
  header[1] = PAYLOAD_TYPE;
  memcpy (header + 2, &seq, 2);
  memcpy (header + 4, &timestamp, 4);
  memcpy (header + 8, &ssrc, 4);
}

void
bench_traffic_fill (BenchTraffic *self, BenchPackets *packets, guint n)
{
  g_assert (n <= packets->max);
  packets->n = n;
  for (guint i = 0; i < n; i++) {
    guint8 *packet = bench_packets_get (packets, i);

    write_header (self, self->next, packet);
    memcpy (packet + BENCH_RTP_HEADER_SIZE, payload_of (self->next), self->payload_size);
    packets->sizes[i] = BENCH_RTP_HEADER_SIZE + self->payload_size;
    self->next++;
  }
}

gboolean
bench_traffic_check (const BenchTraffic *self, const BenchPackets *packets)
{
  guint64 number = self->next - packets->n;

  for (guint i = 0; i < packets->n; i++, number++) {
    const guint8 *packet = bench_packets_get (packets, i);
    guint8 header[BENCH_RTP_HEADER_SIZE];

    write_header (self, number, header);
    if (packets->sizes[i] != BENCH_RTP_HEADER_SIZE + self->payload_size ||
        memcmp (packet, header, sizeof header) != 0 ||
        memcmp (packet + BENCH_RTP_HEADER_SIZE, payload_of (number), self->payload_size) != 0)
      return FALSE;
  }
  return TRUE;
}
