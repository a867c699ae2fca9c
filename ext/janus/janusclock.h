/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clock of a server, as its sender reports have told it, for connections with it that have got
 * none yet. Any thread. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _JanusClock JanusClock;

/* LSR and DLSR of a report block (RFC 3550, section 6.4.1), each 4 bytes, big-endian: the middle 32
 * of the 64 bits of the NTP timestamp of a sender report, and the time since it came, in 1/65536
 * seconds. */
#define JANUS_CLOCK_SIZE 8

/* Caller owns what is returned, which knows nothing. */
JanusClock *janus_clock_new (void);
JanusClock *janus_clock_ref (JanusClock *self);
void janus_clock_unref (JanusClock *self);

/* Takes a report that has come DLSR before NOW, in microseconds of any clock that does not jump.
 * None with an LSR of 0, which means that none has come. */
void janus_clock_note (JanusClock *self, guint32 lsr, guint32 dlsr, gint64 now);
/* Tells the newest report noted, as it is at NOW. FALSE: there is none, or it is too old to tell
 * what time the server has by now. A round-trip time that is made of what is told is rather too
 * long than too short. */
gboolean janus_clock_tell (JanusClock *self, gint64 now, guint8 round_trip[JANUS_CLOCK_SIZE]);

G_END_DECLS
