/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjrtimeline.h - the RTP timestamps and arrival times of a recording, as one line of time. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MjrTimeline:
 * @resets: how often the RTP timestamps went on from another value
 *
 * A zeroed one with @clock_rate and @has_arrival set is at the start. It is a plain value: a copy
 * of it goes on from where it was made.
 *
 * RTP timestamps (RFC 3550, section 5.1) say when a packet was made, relative to another: they
 * place it. They wrap, and go on from another value when the sender starts anew; and the clock they
 * count runs as fast as a sound card happens to. Arrival times, where the recording has them, say
 * what became of the time in between: over a reset, over a pause that the timestamps do not show,
 * and in the long run, at up to 0.5 ms a second.
 */
typedef struct {
  guint clock_rate;
  gboolean has_arrival;
  guint resets;

  /*< private >*/
  gboolean started;
  guint32 last_timestamp;
  guint32 last_arrival;
  gint64 ticks;   /* of the last packet, since the first one or the last reset */
  gint64 origin;  /* time of tick 0, in nanoseconds */
  gint64 arrival; /* of the last packet, in nanoseconds */
  gint64 step;    /* between the times of the last two packets that differ */
  gint64 last;    /* time of the last packet */
  gint64 block_end;
  gint64 block_lag; /* least of arrival minus time in the current block */
} MjrTimeline;

/**
 * mjr_timeline_next:
 * @timestamp: of the RTP header
 * @arrival: in milliseconds since the first packet; not looked at without has_arrival
 *
 * Returns: when the packet was made, in nanoseconds since the first one; less than 0 for one that
 *   was made before that
 */
gint64 mjr_timeline_next (MjrTimeline *timeline, guint32 timestamp, guint32 arrival);

G_END_DECLS
