/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* figures.c - what measurements of whole pipelines share: medians, CPU time, and a file of
 * results. */

#include "figures.h"

#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static gint
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

double
figures_median (double *values, guint n)
{
  qsort (values, n, sizeof values[0], compare);
  return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static gint64
to_nanoseconds (const struct timeval *t)
{
  return ((gint64) t->tv_sec * G_USEC_PER_SEC + t->tv_usec) * 1000;
}

gint64
figures_cpu_time (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return to_nanoseconds (&usage.ru_utime) + to_nanoseconds (&usage.ru_stime);
}

/* "model name" of the first processor. */
static gchar *
find_cpu (void)
{
  g_autofree gchar *text = NULL;
  const gchar *found;

  if (g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL) &&
      (found = strstr (text, "model name")) != NULL && (found = strchr (found, ':')) != NULL)
    return g_strndup (found + 2, strcspn (found + 2, "\n"));
  return g_strdup ("unknown");
}

JsonBuilder *
figures_begin (const gchar *benchmark)
{
  JsonBuilder *builder = json_builder_new ();
  g_autofree gchar *cpu = find_cpu (), *gst = gst_version_string ();

  json_builder_begin_object (builder);
  figures_add_text (builder, "benchmark", benchmark);
  json_builder_set_member_name (builder, "machine");
  json_builder_begin_object (builder);
  figures_add_text (builder, "cpu", cpu);
  figures_add (builder, "processors", g_get_num_processors ());
  figures_add_text (builder, "gstreamer", gst);
  json_builder_end_object (builder);
  return builder;
}

void
figures_end (JsonBuilder *builder, const gchar *path)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) root = NULL;

  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  json_generator_set_root (generator, root);
  json_generator_set_pretty (generator, TRUE);
  if (path != NULL && !json_generator_to_file (generator, path, &error)) {
    fprintf (stderr, "%s: %s\n", path, error->message);
    exit (1);
  }
  g_object_unref (builder);
}

void
figures_add (JsonBuilder *builder, const gchar *name, double value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

void
figures_add_text (JsonBuilder *builder, const gchar *name, const gchar *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}
