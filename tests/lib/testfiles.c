/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small helpers for the files of a test. */

#include "testfiles.h"

#include <string.h>
#include <glib/gstdio.h>

char *
test_files_tail (const char *path, guint lines)
{
  g_autofree char *text = NULL;
  gsize length = 0;
  const char *start;

  if (!g_file_get_contents (path, &text, &length, NULL))
    return g_strdup ("");

  start = text + length;
  /* The newline that ends the last line is not the end of one before it. */
  if (start > text && start[-1] == '\n')
    start--;
  while (start > text && (start[-1] != '\n' || --lines > 0))
    start--;
  return g_strdup (start);
}

void
test_files_remove (const char *path)
{
  g_autoptr (GDir) directory = NULL;
  const char *name;

  /* A link is removed itself, never what it leads to. */
  if (!g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    directory = g_dir_open (path, 0, NULL);
  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL) {
    g_autofree char *inner = g_build_filename (path, name, NULL);

    test_files_remove (inner);
  }
  g_remove (path);
}
