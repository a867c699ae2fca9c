/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjrsession.c - which recordings belong together, and what can be made of them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "mjrsession.h"

#include <gio/gio.h>
#include <string.h>

#include "mjrdetect.h"
#include "mjrformat.h"

/* Janus makes the recorders of one publication within some hundred microseconds. */
#define SAME_PUBLICATION (2 * G_USEC_PER_SEC)

/* As much as a header and some packets may have. */
#define START_SIZE (256 * 1024)

static void
track_free (MjrTrack *track)
{
  g_free (track->path);
  mjr_header_free (track->header);
  g_free (track);
}

static void
movie_free (MjrMovie *movie)
{
  g_free (movie->name);
  g_ptr_array_unref (movie->tracks);
  g_free (movie);
}

/* The header of a recording. It counts as flagged also if it should be, as those of a VideoRoom
 * that records. */
static MjrHeader *
read_header (const gchar *path, GError **error)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, error);
  g_autofree guint8 *start = g_malloc (START_SIZE);
  MjrDetector detector = {.pairs = 0};
  MjrReader reader = {NULL};
  MjrResult result;
  MjrStep step;
  gsize size, at = 0;

  if (stream == NULL ||
      !g_input_stream_read_all (G_INPUT_STREAM (stream), start, START_SIZE, &size, NULL, error))
    return NULL;
  while ((result = mjr_reader_next (
              &reader, start + at, size - at, MJR_END_REACHED, &step, error)) < MJR_END) {
    if (result == MJR_FRAME)
      mjr_detector_add (&detector, start + at + step.payload, step.consumed - step.payload);
    at += step.consumed;
  }
  if (reader.header != NULL && mjr_detector_is_encrypted (&detector))
    reader.header->encrypted = TRUE;
  return reader.header;
}

/* "videoroom-1234-user-77-170-audio-0.mjr" is of "videoroom-1234-user-77-170", "rec-5-video.mjr" of
 * "rec-5". */
static gchar *
movie_name (const gchar *path)
{
  g_autofree gchar *base = g_path_get_basename (path);
  g_autoptr (GRegex) regex =
      g_regex_new ("(-(audio|video|data)(-[0-9]+)?)?\\.mjr$", G_REGEX_OPTIMIZE, 0, NULL);

  return g_regex_replace_literal (regex, base, -1, 0, "", 0, NULL);
}

static MjrMovie *
get_movie (GPtrArray *movies, const gchar *path)
{
  g_autofree gchar *name = movie_name (path);
  MjrMovie *movie;

  for (guint i = 0; i < movies->len; i++) {
    movie = g_ptr_array_index (movies, i);
    if (strcmp (movie->name, name) == 0)
      return movie;
  }
  movie = g_new0 (MjrMovie, 1);
  movie->name = g_steal_pointer (&name);
  movie->tracks = g_ptr_array_new_with_free_func ((GDestroyNotify) track_free);
  g_ptr_array_add (movies, movie);
  return movie;
}

static void
add_file (GPtrArray *movies, const gchar *path, MjrSkipFunc skip, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  MjrHeader *header = read_header (path, &error);
  MjrMovie *movie;
  MjrTrack *track;

  if (header == NULL || header->media == MJR_MEDIA_DATA) {
    skip (path, header == NULL ? error->message : "It holds messages, not sound or pictures",
        header == NULL && !g_error_matches (error, MJR_ERROR, MJR_ERROR_EMPTY), user_data);
    g_clear_pointer (&header, mjr_header_free);
    return;
  }
  movie = get_movie (movies, path);
  track = g_new0 (MjrTrack, 1);
  track->path = g_strdup (path);
  track->header = header;
  g_ptr_array_add (movie->tracks, track);
  if (header->created > 0 && (movie->reference == 0 || header->created < movie->reference))
    movie->reference = header->created;
}

static gboolean
add_directory (
    GPtrArray *movies, const gchar *path, MjrSkipFunc skip, gpointer user_data, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, error);
  const gchar *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree gchar *file = g_build_filename (path, name, NULL);

    if (g_str_has_suffix (name, ".mjr"))
      add_file (movies, file, skip, user_data);
  }
  return TRUE;
}

static gboolean
has_medium (const MjrMovie *movie, MjrMedia medium)
{
  for (guint i = 0; i < movie->tracks->len; i++) {
    if (((const MjrTrack *) g_ptr_array_index (movie->tracks, i))->header->media == medium)
      return TRUE;
  }
  return FALSE;
}

/* "videoroom-1234-user-77" of "videoroom-1234-user-77-1795389881237626", where a VideoRoom has put
 * the time in microseconds, of each stream for itself; NULL when there is none. */
static gchar *
name_without_time (const gchar *name)
{
  g_autoptr (GRegex) regex = g_regex_new ("^(.+)-[0-9]{15,}$", G_REGEX_OPTIMIZE, 0, NULL);
  g_autoptr (GMatchInfo) match = NULL;

  return g_regex_match (regex, name, 0, &match) ? g_match_info_fetch (match, 1) : NULL;
}

/* Sound and picture of somebody that were recorded from the same moment on. */
static gboolean
belong_together (const MjrMovie *a, const MjrMovie *b, gboolean any_names)
{
  g_autofree gchar *name_a = name_without_time (a->name), *name_b = name_without_time (b->name);
  gint64 apart = a->reference - b->reference;

  if (a->reference == 0 || b->reference == 0 || apart > SAME_PUBLICATION ||
      apart < -SAME_PUBLICATION)
    return FALSE;
  if ((has_medium (a, MJR_MEDIA_AUDIO) && has_medium (b, MJR_MEDIA_AUDIO)) ||
      (has_medium (a, MJR_MEDIA_VIDEO) && has_medium (b, MJR_MEDIA_VIDEO)))
    return FALSE;
  return any_names || (name_a != NULL && g_strcmp0 (name_a, name_b) == 0);
}

static void
take_over (MjrMovie *movie, MjrMovie *other)
{
  while (other->tracks->len > 0)
    g_ptr_array_add (movie->tracks, g_ptr_array_steal_index (other->tracks, 0));
  movie->reference = MIN (movie->reference, other->reference);
}

static void
join_movies (GPtrArray *movies, gboolean any_names)
{
  for (guint i = 0; i < movies->len; i++) {
    for (guint j = movies->len; j-- > i + 1;) {
      MjrMovie *movie = g_ptr_array_index (movies, i), *other = g_ptr_array_index (movies, j);

      if (belong_together (movie, other, any_names)) {
        take_over (movie, other);
        g_ptr_array_remove_index (movies, j);
      }
    }
  }
}

static gint
compare_movies (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(MjrMovie *const *) a)->name, (*(MjrMovie *const *) b)->name);
}

/* Pictures first, then by name, so that the result is always the same. */
static gint
compare_tracks (gconstpointer a, gconstpointer b)
{
  const MjrTrack *first = *(MjrTrack *const *) a, *second = *(MjrTrack *const *) b;

  if (first->header->media != second->header->media)
    return first->header->media == MJR_MEDIA_VIDEO ? -1 : 1;
  return strcmp (first->path, second->path);
}

GPtrArray *
mjr_session_find (gchar *const *paths, MjrSkipFunc skip, gpointer user_data, GError **error)
{
  g_autoptr (GPtrArray) movies = g_ptr_array_new_with_free_func ((GDestroyNotify) movie_free);
  guint n = g_strv_length ((gchar **) paths);

  for (; *paths != NULL; paths++) {
    if (!g_file_test (*paths, G_FILE_TEST_IS_DIR))
      add_file (movies, *paths, skip, user_data);
    else if (!add_directory (movies, *paths, skip, user_data, error))
      return NULL;
  }
  g_ptr_array_sort (movies, compare_movies);
  /* Of two files that were named, one with sound and one with pictures, there is no doubt. */
  join_movies (movies, n == 2 && movies->len == 2);
  for (guint i = 0; i < movies->len; i++)
    g_ptr_array_sort (((MjrMovie *) g_ptr_array_index (movies, i))->tracks, compare_tracks);
  return g_steal_pointer (&movies);
}

gboolean
mjr_movie_is_encrypted (const MjrMovie *movie)
{
  for (guint i = 0; i < movie->tracks->len; i++) {
    if (((MjrTrack *) g_ptr_array_index (movie->tracks, i))->header->encrypted)
      return TRUE;
  }
  return FALSE;
}
