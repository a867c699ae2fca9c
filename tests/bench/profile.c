/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* profile.c - which elements a process spends its time in, as perf samples it.
 *
 * The stacks are unwound by the tables that every library has; there need not be symbols.
 * perf-script(1) prints each sample as one line a frame, the top first, "address symbol (library)",
 * and an empty line. */

#include "profile.h"

#include <string.h>

GSubprocess *
profile_record (const gchar *pid, guint seconds, const gchar *file)
{
  g_autofree gchar *time = g_strdup_printf ("%u", seconds);

  return g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_SILENCE,
      NULL, "perf", "record", "-q", "-e", "cpu-clock", "-F", "3997", "--call-graph", "dwarf,16384",
      "-o", file, "-p", pid, "--", "sleep", time, NULL);
}

static void
count (GHashTable *samples, const gchar *name)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (samples, name));

  g_hash_table_replace (samples, g_strdup (name), GUINT_TO_POINTER (n + 1));
}

/* "libnice.so.10" of "  7f00 symbol (/usr/lib/libnice.so.10.12.1)"; "kernel" of all that is of
 * it. */
static gchar *
read_library (const gchar *line)
{
  const gchar *open = strrchr (line, '('), *close = strrchr (line, ')');
  g_autofree gchar *path = NULL;

  if (open == NULL || close == NULL || close < open)
    return NULL;
  path = g_strndup (open + 1, (gsize) (close - open - 1));
  if (path[0] != '/')
    return g_strdup (
        strstr (path, "kernel") != NULL || strstr (path, "vdso") != NULL ? "kernel" : "unknown");
  return g_path_get_basename (path);
}

/* Libraries have a version at their end, plugins have none. */
static gchar *
read_plugin (const gchar *library)
{
  if (!g_str_has_prefix (library, "libgst") || !g_str_has_suffix (library, ".so"))
    return NULL;
  return g_strndup (library + strlen ("libgst"), strlen (library) - strlen ("libgst.so"));
}

static gboolean
is_general (const gchar *library)
{
  static const gchar *const general[] = {"kernel", "unknown", "libc.so", "libglib", "libgobject",
      "libgio", "libgst", "libm.so", "ld-linux", "libpthread", "libstdc++", NULL};

  for (guint i = 0; general[i] != NULL; i++) {
    if (g_str_has_prefix (library, general[i]))
      return TRUE;
  }
  return FALSE;
}

static void
take_stack (Profile *self, GPtrArray *stack, const gchar *plugin)
{
  g_autofree gchar *found = NULL;

  if (stack->len == 0)
    return;
  self->samples++;
  for (guint i = 0; i < stack->len && found == NULL; i++)
    found = read_plugin (g_ptr_array_index (stack, i));
  for (guint i = 0; i < stack->len && found == NULL; i++) {
    if (!is_general (g_ptr_array_index (stack, i)))
      found = g_strdup (g_ptr_array_index (stack, i));
  }
  count (self->plugins, found != NULL ? found : "others");
  if (g_strcmp0 (found, plugin) == 0)
    count (self->libraries, g_ptr_array_index (stack, 0));
}

Profile *
profile_read (const gchar *file, const gchar *plugin)
{
  g_autoptr (GSubprocess) script =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL,
          "perf", "script", "-i", file, "-F", "ip,sym,dso", NULL);
  g_autoptr (GPtrArray) stack = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDataInputStream) lines = NULL;
  Profile *self;
  gchar *line;

  if (script == NULL)
    return NULL;
  self = g_new0 (Profile, 1);
  self->plugins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->libraries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (script));
  while ((line = g_data_input_stream_read_line (lines, NULL, NULL, NULL)) != NULL) {
    gchar *library = read_library (line);

    if (library != NULL) {
      g_ptr_array_add (stack, library);
    } else {
      take_stack (self, stack, plugin);
      g_ptr_array_set_size (stack, 0);
    }
    g_free (line);
  }
  take_stack (self, stack, plugin);
  g_subprocess_wait (script, NULL, NULL);
  if (self->samples == 0)
    g_clear_pointer (&self, profile_free);
  return self;
}

void
profile_free (Profile *self)
{
  g_hash_table_unref (self->plugins);
  g_hash_table_unref (self->libraries);
  g_free (self);
}

static gint
compare (gconstpointer a, gconstpointer b, gpointer user_data)
{
  guint x = GPOINTER_TO_UINT (g_hash_table_lookup (user_data, *(gchar *const *) a));
  guint y = GPOINTER_TO_UINT (g_hash_table_lookup (user_data, *(gchar *const *) b));

  return x < y ? 1 : x > y ? -1 : 0;
}

GPtrArray *
profile_rank (GHashTable *samples)
{
  GPtrArray *names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, samples);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (names, name);

  g_ptr_array_sort_with_data (names, compare, samples);
  return names;
}
