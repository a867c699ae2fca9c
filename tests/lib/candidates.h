/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rewrites ICE candidates in SDP. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The port to put in the place of @port of @address, or 0 to remove the candidate. */
typedef guint16 (*CandidateMap) (const char *address, guint16 port, gpointer data);

/* A copy of the candidate ("candidate:..." and what follows) with its port mapped. NULL if it is to
 * be removed: also when it is not a UDP candidate at all. */
char *candidate_map (const char *candidate, CandidateMap map, gpointer data);

/* A copy of @sdp with its candidates mapped; all of them are removed when @map is NULL. All else
 * stays. */
char *candidates_map_sdp (const char *sdp, CandidateMap map, gpointer data);

G_END_DECLS
