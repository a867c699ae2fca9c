/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One participant of a soak, in a process of its own: does what it is told, and tells what it sees.
 *
 * It is told, in lines: "leave" and "return" (a publisher), "end". It tells, in lines, with times
 * of g_get_monotonic_time(), and running times in microseconds, too:
 *
 *     sent NUMBER TIME BEEPS       a picture has been made; BEEPS is 1 when a beep begins with it,
 *                                  else 0
 *     received NUMBER TIME RUNNING a picture has been decoded
 *     damaged TIME                 a picture has been decoded whose number cannot be read
 *     beep RUNNING                 has been heard
 *     state STATE TIME             of the Janus element
 *     warning TEXT
 *     error TEXT                   and that was the end */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Milliseconds that a receiver waits for a packet: Janus may send it five times. */
#define SOAK_LATENCY 1000

typedef enum {
  SOAK_SIDE_PUBLISH, /* as feed 777 */
  SOAK_SIDE_FOLLOW,  /* receives that feed */
  SOAK_SIDE_ALL,     /* receives whoever is there */
  SOAK_N_SIDES
} SoakSide;

const gchar *soak_side_name (SoakSide side);

/* What this process is if its first argument says so: to be called first in main(). Returns if it
 * does not. */
void soak_side_main (int argc, char **argv);

/* The arguments, which NULL ends, of a process that is SIDE in ROOM at ENDPOINT, with the key ring
 * in KEY_FILE. */
gchar **soak_side_make_arguments (
    SoakSide side, const gchar *endpoint, const gchar *room, const gchar *key_file);

G_END_DECLS
