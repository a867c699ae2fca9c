/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* figures.h - what measurements of whole pipelines share: medians, CPU time, and a file of
 * results. */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Of @n values, at least one, which are sorted by it. */
double figures_median (double *values, guint n);

/* What this process has used on all its CPUs so far, in nanoseconds. */
gint64 figures_cpu_time (void);

/* Writes the object that @builder has begun, "benchmark" and "machine" in it, and ends here, as
 * JSON into @path; does nothing but end it when @path is NULL. Exits with 1 when it cannot. */
JsonBuilder *figures_begin (const gchar *benchmark);
void figures_end (JsonBuilder *builder, const gchar *path);

void figures_add (JsonBuilder *builder, const gchar *name, double value);
void figures_add_text (JsonBuilder *builder, const gchar *name, const gchar *value);

G_END_DECLS
