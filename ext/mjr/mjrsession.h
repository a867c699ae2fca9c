/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjrsession.h - which recordings belong together, and what can be made of them. */

#pragma once

#include "mjrheader.h"

G_BEGIN_DECLS

/* A recording: a file with one stream. */
typedef struct {
  gchar *path;
  MjrHeader *header;
} MjrTrack;

/**
 * MjrMovie:
 * @name: what the names of the recordings have in common
 * @tracks: (element-type MjrTrack): of one publication
 * @reference: the earliest moment at which one of the recorders was made, in microseconds since
 *   1970
 */
typedef struct {
  gchar *name;
  GPtrArray *tracks;
  gint64 reference;
} MjrMovie;

/* Called with the path of a recording that is left out, and why; @failed tells that something may
 * be in it, but cannot be read. */
typedef void (*MjrSkipFunc) (
    const gchar *path, const gchar *reason, gboolean failed, gpointer user_data);

/**
 * mjr_session_find:
 * @paths: files and directories; of a directory, all that ends in .mjr
 * @skip: what to tell of recordings that hold neither sound nor pictures
 *
 * Janus puts the kind of the stream at the end of a name, and before it what tells the publication.
 * Those that differ in nothing else are one movie. So are sound and picture that differ in the time
 * as well, which a VideoRoom puts there for each stream, if their recorders were made within two
 * seconds, and two such files that are all of @paths, whatever their names.
 *
 * Returns: (transfer full) (element-type MjrMovie): by name
 */
GPtrArray *
mjr_session_find (gchar *const *paths, MjrSkipFunc skip, gpointer user_data, GError **error);

/* Whether any recording is flagged as encrypted, or looks so. */
gboolean mjr_movie_is_encrypted (const MjrMovie *movie);

G_END_DECLS
