/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchremote.c - the other end of a benchworker. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchremote.h"

#include <gio/gio.h>

struct _BenchRemote {
  const BenchContender *contender;
  GSubprocess *process;
  GDataInputStream *from;
};

BenchRemote *
bench_remote_new (const BenchContender *contender, GError **error)
{
  g_autofree gchar *self_path = g_file_read_link ("/proc/self/exe", error);
  BenchRemote *self;
  GSubprocess *process;

  if (self_path == NULL)
    return NULL;
  process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, error,
      self_path, "--worker", contender->name, NULL);
  if (process == NULL)
    return NULL;
  self = g_new0 (BenchRemote, 1);
  self->contender = contender;
  self->process = process;
  self->from = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  return self;
}

void
bench_remote_free (BenchRemote *self)
{
  g_output_stream_close (g_subprocess_get_stdin_pipe (self->process), NULL, NULL);
  g_subprocess_wait (self->process, NULL, NULL);
  g_object_unref (self->from);
  g_object_unref (self->process);
  g_free (self);
}

static gboolean
read_answer (BenchRemote *self, const gchar *line, gdouble *answers, guint n, GError **error)
{
  if (line == NULL) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE, "The worker for %s has ended",
        self->contender->name);
    return FALSE;
  }
  if (!g_str_has_prefix (line, "ok")) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s: %s", self->contender->name,
        g_str_has_prefix (line, "error ") ? line + 6 : line);
    return FALSE;
  }
  line += 2;
  for (guint i = 0; i < n; i++) {
    gchar *end;

    answers[i] = g_ascii_strtod (line, &end);
    if (end == line) {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "%s: an answer without its numbers",
          self->contender->name);
      return FALSE;
    }
    line = end;
  }
  return TRUE;
}

gboolean
bench_remote_ask (
    BenchRemote *self, gdouble *answers, guint n, GError **error, const gchar *format, ...)
{
  GOutputStream *to = g_subprocess_get_stdin_pipe (self->process);
  g_autofree gchar *line = NULL;
  g_autofree gchar *command = NULL;
  g_autofree gchar *reply = NULL;
  va_list arguments;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  command = g_strconcat (line, "\n", NULL);
  if (!g_output_stream_write_all (to, command, strlen (command), NULL, NULL, error) ||
      !g_output_stream_flush (to, NULL, error))
    return FALSE;
  reply = g_data_input_stream_read_line (self->from, NULL, NULL, error);
  if (reply == NULL && error != NULL && *error != NULL)
    return FALSE;
  return read_answer (self, reply, answers, n, error);
}
