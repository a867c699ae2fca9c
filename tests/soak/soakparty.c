/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The process of a participant, as seen from outside: what it says, how it is told what to do, what
 * it takes, and whether it still lives. */

#include "soakparty.h"

#include <stdio.h>
#include <string.h>

struct _SoakParty {
  SoakSide side;
  GSubprocess *process;
  GDataInputStream *from;
  GCancellable *cancellable;
  SoakLineFunc heard;
  gpointer user_data;
  GArray *samples;
  gboolean silent; /* it says nothing any more */
  gboolean ended;
};

static void read_line (SoakParty *self);

static void
on_line (GObject *stream, GAsyncResult *result, gpointer user_data)
{
  SoakParty *self;
  g_autoptr (GError) error = NULL;
  g_autofree gchar *line =
      g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (stream), result, NULL, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  self = user_data;
  if (!line) {
    self->silent = TRUE;
    return;
  }
  self->heard (self, line, self->user_data);
  read_line (self);
}

static void
read_line (SoakParty *self)
{
  g_data_input_stream_read_line_async (
      self->from, G_PRIORITY_DEFAULT, self->cancellable, on_line, self);
}

static void
on_ended (GObject *process, GAsyncResult *result, gpointer user_data)
{
  SoakParty *self;
  g_autoptr (GError) error = NULL;

  if (!g_subprocess_wait_finish (G_SUBPROCESS (process), result, &error))
    return;
  self = user_data;
  self->ended = TRUE;
}

SoakParty *
soak_party_new (SoakSide side, const gchar *endpoint, const gchar *room, const gchar *key_file,
    SoakLineFunc heard, gpointer user_data, GError **error)
{
  g_auto (GStrv) arguments = soak_side_make_arguments (side, endpoint, room, key_file);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      (GSubprocessFlags) (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE));
  GSubprocess *process;
  SoakParty *self;

  /* Each thread of its own would take memory from another arena of the C library, which then look
   * as if something leaked. */
  g_subprocess_launcher_setenv (launcher, "MALLOC_ARENA_MAX", "1", TRUE);
  process = g_subprocess_launcher_spawnv (launcher, (const gchar *const *) arguments, error);

  if (!process)
    return NULL;
  self = g_new0 (SoakParty, 1);
  self->side = side;
  self->process = process;
  self->heard = heard;
  self->user_data = user_data;
  self->samples = g_array_new (FALSE, FALSE, sizeof (SoakSample));
  self->cancellable = g_cancellable_new ();
  self->from = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_subprocess_wait_async (process, self->cancellable, on_ended, self);
  read_line (self);
  return self;
}

void
soak_party_free (SoakParty *self)
{
  /* What it would call is not called any more, but its answers have to be waited for. */
  g_cancellable_cancel (self->cancellable);
  g_subprocess_force_exit (self->process);
  g_subprocess_wait (self->process, NULL, NULL);
  g_object_unref (self->cancellable);
  g_object_unref (self->from);
  g_object_unref (self->process);
  g_array_unref (self->samples);
  g_free (self);
}

SoakSide
soak_party_get_side (SoakParty *self)
{
  return self->side;
}

void
soak_party_tell (SoakParty *self, const gchar *command)
{
  g_autofree gchar *line = g_strconcat (command, "\n", NULL);

  /* To one that has died it cannot be told; that is noticed elsewhere. */
  g_output_stream_write_all (
      g_subprocess_get_stdin_pipe (self->process), line, strlen (line), NULL, NULL, NULL);
}

static guint
count_entries (const gchar *pid, const gchar *name)
{
  g_autofree gchar *path = g_strdup_printf ("/proc/%s/%s", pid, name);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir && g_dir_read_name (dir))
    n++;
  return n;
}

void
soak_party_sample (SoakParty *self)
{
  const gchar *pid = g_subprocess_get_identifier (self->process);
  SoakSample sample = {.time = g_get_monotonic_time ()};
  g_autofree gchar *path = NULL, *text = NULL;
  const gchar *found;

  if (!pid)
    return;
  path = g_strdup_printf ("/proc/%s/status", pid);
  if (!g_file_get_contents (path, &text, NULL, NULL) || !(found = strstr (text, "\nVmRSS:")) ||
      sscanf (found, "\nVmRSS: %u", &sample.memory) != 1)
    return;
  sample.descriptors = count_entries (pid, "fd");
  sample.threads = count_entries (pid, "task");
  g_array_append_val (self->samples, sample);
}

const GArray *
soak_party_get_samples (SoakParty *self)
{
  return self->samples;
}

gboolean
soak_party_has_ended (SoakParty *self, gint *status)
{
  if (!self->ended || !self->silent)
    return FALSE;
  *status = g_subprocess_get_if_exited (self->process)
                ? g_subprocess_get_exit_status (self->process)
                : -g_subprocess_get_term_sig (self->process);
  return TRUE;
}
