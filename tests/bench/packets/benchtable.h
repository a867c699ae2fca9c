/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchtable.h - a table for people, as text for a terminal and as Markdown. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _BenchTable BenchTable;

/**
 * bench_table_new:
 * @title: in plain words
 * @columns: (array zero-terminated=1): their heads; the first ones are of words
 * @n_words: how many are. The others are of numbers, which end below each other
 */
BenchTable *bench_table_new (const gchar *title, const gchar *const *columns, guint n_words);

void bench_table_free (BenchTable *self);

/**
 * bench_table_add:
 * @cells: (transfer full) (array zero-terminated=1): as many as there are columns
 */
void bench_table_add (BenchTable *self, gchar **cells);

void bench_table_to_text (const BenchTable *self, GString *text);

void bench_table_to_markdown (const BenchTable *self, GString *text);

G_END_DECLS
