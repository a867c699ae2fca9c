/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process of a participant, as seen from outside: what it says, how it is told what to do, what
 * it takes, and whether it still lives. */

#pragma once

#include <gio/gio.h>

#include "soakside.h"

G_BEGIN_DECLS

typedef struct _SoakParty SoakParty;

/* LINE is without its end, and only for the call. */
typedef void (*SoakLineFunc) (SoakParty *party, const gchar *line, gpointer user_data);

/* What a process takes. */
typedef struct {
  gint64 time;  /* of g_get_monotonic_time() */
  guint memory; /* KiB: what of it is in memory (VmRSS of proc(5)) */
  guint descriptors;
  guint threads;
} SoakSample;

/* Starts it; HEARD is called in the thread-default main context. NULL: it cannot be started. */
SoakParty *soak_party_new (SoakSide side, const gchar *endpoint, const gchar *room,
    const gchar *key_file, SoakLineFunc heard, gpointer user_data, GError **error);
/* Kills it if it still lives. */
void soak_party_free (SoakParty *self);

SoakSide soak_party_get_side (SoakParty *self);
void soak_party_tell (SoakParty *self, const gchar *command);

/* Adds to what soak_party_get_samples() returns: an array of SoakSample, which belongs to SELF. */
void soak_party_sample (SoakParty *self);
const GArray *soak_party_get_samples (SoakParty *self);

/* Whether it has ended, and all it has said is heard; then also how: 0, an exit status, or,
 * negative, a signal. */
gboolean soak_party_has_ended (SoakParty *self, gint *status);

G_END_DECLS
