/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rewrites ICE candidates in SDP. */

#include "candidates.h"

#include <string.h>

/* RFC 8839, section 5.1:
 *   candidate-attribute = "candidate" ":" foundation SP component-id SP transport SP priority SP
 *                         connection-address SP port SP cand-type ... */
enum { TRANSPORT = 2, ADDRESS = 4, PORT = 5, N_NEEDED = 6 };

char *
candidate_map (const char *candidate, CandidateMap map, gpointer data)
{
  g_auto (GStrv) fields = g_strsplit (candidate, " ", -1);
  guint64 port;

  if (map == NULL || g_strv_length (fields) < N_NEEDED)
    return NULL;
  if (g_ascii_strcasecmp (fields[TRANSPORT], "udp") != 0)
    return NULL;
  if (!g_ascii_string_to_unsigned (fields[PORT], 10, 1, G_MAXUINT16, &port, NULL))
    return NULL;

  port = map (fields[ADDRESS], (guint16) port, data);
  if (port == 0)
    return NULL;
  g_free (fields[PORT]);
  fields[PORT] = g_strdup_printf ("%u", (guint) port);
  return g_strjoinv (" ", fields);
}

char *
candidates_map_sdp (const char *sdp, CandidateMap map, gpointer data)
{
  g_auto (GStrv) lines = g_strsplit (sdp, "\n", -1);
  g_autoptr (GString) result = g_string_sized_new (strlen (sdp));

  /* A "\r" at the end of a line belongs to its last field, and stays with it. */
  for (guint i = 0; lines[i] != NULL; i++) {
    const char *end = lines[i + 1] != NULL ? "\n" : "";
    g_autofree char *mapped = NULL;

    if (!g_str_has_prefix (lines[i], "a=candidate:")) {
      g_string_append_printf (result, "%s%s", lines[i], end);
      continue;
    }
    mapped = candidate_map (lines[i] + strlen ("a="), map, data);
    if (mapped != NULL)
      g_string_append_printf (result, "a=%s%s", mapped, end);
  }
  return g_string_free (g_steal_pointer (&result), FALSE);
}
