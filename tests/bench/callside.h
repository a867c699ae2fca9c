/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* callside.h - one side of a call that is measured, in a process of its own, and how it is told
 * what to do. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  CALL_SIDE_PUBLISH_FILE,   /* what was encoded before */
  CALL_SIDE_PUBLISH_CODEC,  /* a camera's pictures, encoded here */
  CALL_SIDE_RECEIVE_PACKET, /* no further than out of the packets */
  CALL_SIDE_RECEIVE_CODEC,  /* to decoded pictures and sound */
  CALL_N_SIDES
} CallSideKind;

/**
 * CallFigures:
 * @cpu: CPU time of a second of media, that is of 30 pictures and the sound to them, in percent of
 *   one core
 * @packets: RTP packets of a second of media
 * @megabits: what they are together, without headers below RTP
 * @pictures: in a second of time. Where these are fewer than 30, the machine has too much else to
 *   do.
 *
 * What was measured over the time of a measurement.
 */
typedef struct {
  double cpu;
  double packets;
  double megabits;
  double pictures;
} CallFigures;

typedef struct _CallSide CallSide;

const gchar *call_side_name (CallSideKind kind);

/* Starts a process for @kind at the Janus at @endpoint, with perclitenc or perclitedec or without;
 * @media is what call_media_make() has made. It ends, as this process does, at the latest with
 * call_side_free(). */
CallSide *
call_side_new (CallSideKind kind, const gchar *endpoint, const gchar *media, gboolean encrypted);
void call_side_free (CallSide *self);

/* Until media flows. Exits with 1 when none does. */
void call_side_wait_ready (CallSide *self);

/* Has it measure for @seconds from now on. */
void call_side_begin (CallSide *self, guint seconds);
CallFigures call_side_end (CallSide *self);

const gchar *call_side_get_pid (CallSide *self);

/* What such a process does instead of everything else: to be called first in main(). Returns if
 * this is none. */
void call_side_main (int argc, char **argv);

G_END_DECLS
