/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjrtimeline.c - the RTP timestamps and arrival times of a recording, as one line of time. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "mjrtimeline.h"

#define SECOND G_GINT64_CONSTANT (1000000000)
#define MILLISECOND (SECOND / 1000)

/* No packet is reordered by more, and no sender's clock leaps ahead of time by more. */
#define MAX_LEAP (5 * SECOND)

/* Without arrival times, more than this is a reset rather than a pause. */
#define MAX_PAUSE (3600 * SECOND)

/* The least lag of this much time is that of a packet that did not have to queue. */
#define BLOCK (4 * SECOND)

/* How much of a lag is made up for in a block: 500 ppm, more than clocks of computers differ by. */
#define MAX_SLEW (2 * MILLISECOND)

/* What has come to here goes no further: no recording is a year long, and sums must not
 * overflow. */
#define MAX_TIME (365 * 86400 * SECOND)

/* A lag that all packets of a block have, larger than queues of the network are: a pause that the
 * timestamps do not show. Janus' recorder makes such ones when it is paused and resumed. */
#define MAX_LAG SECOND

static gint64
to_time (const MjrTimeline *self, gint64 ticks)
{
  return ticks / self->clock_rate * SECOND + ticks % self->clock_rate * SECOND / self->clock_rate;
}

static gboolean
is_reset (const MjrTimeline *self, gint64 advance, gint64 waited)
{
  if (advance < -MAX_LEAP)
    return TRUE;
  return self->has_arrival ? advance - MAX (waited, 0) > MAX_LEAP : advance > MAX_PAUSE;
}

static void
start_block (MjrTimeline *self, gint64 time)
{
  self->block_end = time + BLOCK;
  self->block_lag = G_MAXINT64;
}

static void
follow_arrival (MjrTimeline *self, gint64 time)
{
  gint64 lag = self->arrival - time;

  if (time >= self->block_end && self->block_lag != G_MAXINT64) {
    gint64 least = MIN (self->block_lag, lag);

    self->origin += least > MAX_LAG ? least : CLAMP (least, -MAX_SLEW, MAX_SLEW);
    start_block (self, time);
  } else {
    self->block_lag = MIN (self->block_lag, lag);
  }
}

gint64
mjr_timeline_next (MjrTimeline *self, guint32 timestamp, guint32 arrival)
{
  gint64 waited, advance, time;
  gint32 ticks;

  if (!self->started) {
    self->started = TRUE;
    self->last_timestamp = timestamp;
    self->last_arrival = arrival;
    self->step = 20 * MILLISECOND;
    start_block (self, 0);
    return 0;
  }

  if (self->last > MAX_TIME || ABS (self->arrival) > MAX_TIME)
    return self->last;

  /* Both are numbers of 32 bits that wrap: what is within half of them counts as ahead. */
  ticks = (gint32) (timestamp - self->last_timestamp);
  waited = (gint32) (arrival - self->last_arrival) * MILLISECOND;
  advance = to_time (self, ticks);
  self->last_timestamp = timestamp;
  self->last_arrival = arrival;
  self->arrival += waited;

  if (is_reset (self, advance, waited)) {
    self->resets++;
    self->ticks = 0;
    self->origin = self->last + MAX (self->has_arrival ? waited : 0, self->step);
    time = self->origin;
    start_block (self, time);
  } else {
    self->ticks += ticks;
    time = self->origin + to_time (self, self->ticks);
    if (ticks > 0 && ticks < (gint32) self->clock_rate)
      self->step = advance;
  }
  if (self->has_arrival)
    follow_arrival (self, time);
  self->last = time;
  return time;
}
