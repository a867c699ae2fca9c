/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchworker.c - a process that measures one contender, told what to do line by line. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchworker.h"

#include <stdio.h>
#include <string.h>

#include <gio/gio.h>

#include "benchmeasure.h"
#include "benchmemory.h"

#define LINE_MAX_SIZE 256
#define MAX_ANSWERS 3

typedef struct {
  const BenchContender *contender;
  GHashTable *measures; /* by number */
  gdouble answers[MAX_ANSWERS];
  guint n_answers;
} BenchWorker;

static gboolean
bad_command (GError **error)
{
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "no such command");
  return FALSE;
}

static gboolean
do_open (BenchWorker *self, const gchar *arguments, GError **error)
{
  BenchMeasure *measure;
  BenchCase what;
  guint number;
  int at = 0;

  if (sscanf (arguments, "%u %n", &number, &at) != 1 ||
      !bench_case_from_text (&what, arguments + at))
    return bad_command (error);
  measure = bench_measure_new (self->contender, &what, error);
  if (measure == NULL)
    return FALSE;
  g_hash_table_insert (self->measures, GUINT_TO_POINTER (number), measure);
  return TRUE;
}

static gboolean
do_round (BenchWorker *self, const gchar *arguments, GError **error)
{
  BenchMeasure *measure = NULL;
  guint number, milliseconds;

  if (sscanf (arguments, "%u %u", &number, &milliseconds) == 2)
    measure = g_hash_table_lookup (self->measures, GUINT_TO_POINTER (number));
  if (measure == NULL)
    return bad_command (error);
  self->n_answers = 1;
  return bench_measure_round (measure, milliseconds, &self->answers[0], error);
}

static gboolean
do_streams (BenchWorker *self, const gchar *arguments, GError **error)
{
  BenchCase what;

  if (!bench_case_from_text (&what, arguments))
    return bad_command (error);
  self->n_answers = 2;
  return bench_memory_streams (self->contender, &what, &self->answers[0], &self->answers[1], error);
}

static gboolean
do_soak (BenchWorker *self, const gchar *arguments, GError **error)
{
  BenchCase what;
  guint64 packets;
  int at = 0;

  if (sscanf (arguments, "%" G_GUINT64_FORMAT " %n", &packets, &at) != 1 ||
      !bench_case_from_text (&what, arguments + at))
    return bad_command (error);
  self->n_answers = 3;
  return bench_memory_soak (self->contender, &what, packets, &self->answers[0], &self->answers[1],
      &self->answers[2], error);
}

static gboolean
obey (BenchWorker *self, const gchar *line, GError **error)
{
  static const struct {
    const gchar *name;
    gboolean (*func) (BenchWorker *self, const gchar *arguments, GError **error);
  } commands[] = {
      {"open ", do_open},
      {"round ", do_round},
      {"streams ", do_streams},
      {"soak ", do_soak},
  };

  self->n_answers = 0;
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++) {
    if (g_str_has_prefix (line, commands[i].name))
      return commands[i].func (self, line + strlen (commands[i].name), error);
  }
  return bad_command (error);
}

static void
answer (const BenchWorker *self, const GError *error)
{
  gchar number[G_ASCII_DTOSTR_BUF_SIZE];

  fputs (error == NULL ? "ok" : "error ", stdout);
  if (error != NULL)
    fputs (error->message, stdout);
  for (guint i = 0; error == NULL && i < self->n_answers; i++)
    printf (" %s", g_ascii_dtostr (number, sizeof number, self->answers[i]));
  putchar ('\n');
  fflush (stdout);
}

int
bench_worker_run (const BenchContender *contender)
{
  BenchWorker self = {.contender = contender};
  g_autoptr (GError) begin_error = NULL;
  gchar line[LINE_MAX_SIZE];

  self.measures = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) bench_measure_free);
  if (contender->begin != NULL)
    contender->begin (&begin_error);
  while (fgets (line, sizeof line, stdin) != NULL) {
    g_autoptr (GError) error = NULL;

    g_strchomp (line);
    if (begin_error == NULL)
      obey (&self, line, &error);
    answer (&self, begin_error != NULL ? begin_error : error);
  }
  g_hash_table_unref (self.measures);
  return 0;
}
