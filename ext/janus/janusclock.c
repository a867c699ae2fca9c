/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clock of a server, as its sender reports have told it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/gst.h>

#include "janusclock.h"

#define MAX_AGE (10 * 60 * G_USEC_PER_SEC)

/* So little of the time that has passed may be the server's clock falling behind ours: one in 2000
 * is the most by which NTP slows down that of Linux (adjtimex(2), freq). With too short a round
 * trip Janus 1.1.2 keeps too little for some seconds, with none nothing; with one that is too long,
 * as after another machine has taken over or ours has slept, up to a second's packets, no more
 * (ice.c, nack_queue_ms). */
#define SLEW 2000

#define DLSR_RATE 65536 /* a second */

struct _JanusClock {
  GMutex lock;
  guint32 lsr; /* 0: nothing is known */
  gint64 came; /* microseconds */
};

JanusClock *
janus_clock_new (void)
{
  JanusClock *self = g_atomic_rc_box_new0 (JanusClock);

  g_mutex_init (&self->lock);
  return self;
}

JanusClock *
janus_clock_ref (JanusClock *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  JanusClock *self = data;

  g_mutex_clear (&self->lock);
}

void
janus_clock_unref (JanusClock *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

void
janus_clock_note (JanusClock *self, guint32 lsr, guint32 dlsr, gint64 now)
{
  gint64 came = now - (gint64) dlsr * G_USEC_PER_SEC / DLSR_RATE;

  if (lsr == 0)
    return;
  g_mutex_lock (&self->lock);
  /* What is told comes back when it is sent, a little later than it came. */
  if (self->lsr == 0 || (lsr != self->lsr && came > self->came)) {
    self->lsr = lsr;
    self->came = came;
  }
  g_mutex_unlock (&self->lock);
}

gboolean
janus_clock_tell (JanusClock *self, gint64 now, guint8 round_trip[JANUS_CLOCK_SIZE])
{
  gboolean known;
  gint64 age;

  g_mutex_lock (&self->lock);
  age = now - self->came;
  known = self->lsr != 0 && age >= 0 && age <= MAX_AGE;
  if (known) {
    age -= age / SLEW;
    GST_WRITE_UINT32_BE (round_trip, self->lsr);
    GST_WRITE_UINT32_BE (round_trip + 4, (guint32) (age * DLSR_RATE / G_USEC_PER_SEC));
  }
  g_mutex_unlock (&self->lock);
  return known;
}
