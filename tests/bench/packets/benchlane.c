/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchlane.c - an encrypter and a decrypter of one contender, and the packets between them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchlane.h"

#include <gio/gio.h>

/* Beyond the first wrap of a single stream. */
#define VERIFY_MIN 500

/* Of an encrypter that has more streams, these are decrypted again: to begin ten thousand takes
 * some decrypters minutes. */
#define CHECKED_STREAMS 1000

struct _BenchLane {
  const BenchContender *contender;
  BenchCase what;
  guint chunk;
  BenchTraffic traffic;
  gpointer stages[2];
  BenchPackets *plain;
  BenchPackets *encrypted;
  BenchPackets *decrypted;
};

BenchLane *
bench_lane_new (const BenchContender *contender, const BenchCase *what, guint number, guint chunk,
    GError **error)
{
  BenchLane *self = g_new0 (BenchLane, 1);
  BenchCase feeding = *what;

  feeding.list_size = feeding.n_memories = 1;
  self->contender = contender;
  self->what = *what;
  self->chunk = chunk;
  self->traffic = (BenchTraffic){
      .lane = number,
      .n_ssrcs = what->n_ssrcs,
      .payload_size = what->payload_size,
  };
  self->plain = bench_packets_new (chunk);
  self->encrypted = bench_packets_new (chunk);
  self->decrypted = bench_packets_new (chunk);
  for (guint i = BENCH_ENCRYPT; i <= BENCH_DECRYPT; i++) {
    self->stages[i] =
        contender->open (i == what->direction ? what : &feeding, (BenchDirection) i, error);
    if (self->stages[i] == NULL) {
      bench_lane_free (self);
      return NULL;
    }
  }
  return self;
}

void
bench_lane_free (BenchLane *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (self->stages); i++) {
    if (self->stages[i] != NULL)
      self->contender->close (self->stages[i]);
  }
  bench_packets_free (self->plain);
  bench_packets_free (self->encrypted);
  bench_packets_free (self->decrypted);
  g_free (self);
}

void
bench_lane_set_lost (BenchLane *self, GError **error)
{
  g_autofree gchar *text = bench_case_to_text (&self->what);

  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
      "%s has lost packets, so there is no figure (%s)",
      self->contender->titles[self->what.direction], text);
}

static gboolean
pass (BenchLane *self, BenchDirection direction, const BenchPackets *in, BenchPackets *out,
    GError **error)
{
  gpointer stage = self->stages[direction];

  self->contender->load (stage, in);
  if (self->contender->run (stage, TRUE) != in->n) {
    bench_lane_set_lost (self, error);
    return FALSE;
  }
  self->contender->collect (stage, out);
  return TRUE;
}

/* Streams come in turn, so the next packets are all of one kind or nearly so. */
static gboolean
next_are_checked (const BenchLane *self)
{
  return self->what.direction == BENCH_DECRYPT ||
         self->traffic.next % self->what.n_ssrcs < CHECKED_STREAMS;
}

gboolean
bench_lane_verify (BenchLane *self, GError **error)
{
  gboolean is_checked = next_are_checked (self);
  guint overhead;

  bench_traffic_fill (&self->traffic, self->plain, self->chunk);
  if (!pass (self, BENCH_ENCRYPT, self->plain, self->encrypted, error))
    return FALSE;
  overhead = self->encrypted->sizes[0] - self->plain->sizes[0];
  if (is_checked && !pass (self, BENCH_DECRYPT, self->encrypted, self->decrypted, error))
    return FALSE;
  if (overhead >= self->what.suite->tag_size &&
      (!is_checked || bench_traffic_check (&self->traffic, self->decrypted)))
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
      "%s does not give back what was encrypted, or does not encrypt with %s",
      self->contender->titles[BENCH_DECRYPT], self->what.suite->title);
  return FALSE;
}

gboolean
bench_lane_verify_all (BenchLane *self, GError **error)
{
  guint packets = MAX (self->what.n_ssrcs, VERIFY_MIN);

  for (guint done = 0; done < packets; done += self->chunk) {
    if (!bench_lane_verify (self, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
bench_lane_prepare (BenchLane *self, GError **error)
{
  const BenchPackets *packets = self->plain;

  bench_traffic_fill (&self->traffic, self->plain, self->chunk);
  if (self->what.direction == BENCH_DECRYPT) {
    if (!pass (self, BENCH_ENCRYPT, self->plain, self->encrypted, error))
      return FALSE;
    packets = self->encrypted;
  }
  self->contender->load (self->stages[self->what.direction], packets);
  return TRUE;
}

gboolean
bench_lane_run (BenchLane *self)
{
  return self->contender->run (self->stages[self->what.direction], FALSE) == self->chunk;
}
