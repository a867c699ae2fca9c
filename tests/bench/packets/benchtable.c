/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchtable.c - a table for people, as text for a terminal and as Markdown. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchtable.h"

struct _BenchTable {
  gchar *title;
  gchar **columns;
  guint n_columns;
  guint n_words;
  GPtrArray *rows;
};

BenchTable *
bench_table_new (const gchar *title, const gchar *const *columns, guint n_words)
{
  BenchTable *self = g_new0 (BenchTable, 1);

  self->title = g_strdup (title);
  self->columns = g_strdupv ((gchar **) columns);
  self->n_columns = g_strv_length (self->columns);
  self->n_words = n_words;
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  return self;
}

void
bench_table_free (BenchTable *self)
{
  g_free (self->title);
  g_strfreev (self->columns);
  g_ptr_array_unref (self->rows);
  g_free (self);
}

void
bench_table_add (BenchTable *self, gchar **cells)
{
  g_assert (g_strv_length (cells) == self->n_columns);
  g_ptr_array_add (self->rows, cells);
}

static gsize
width_of (const BenchTable *self, guint column)
{
  gsize width = (gsize) g_utf8_strlen (self->columns[column], -1);

  for (guint i = 0; i < self->rows->len; i++) {
    gchar **row = g_ptr_array_index (self->rows, i);

    width = MAX (width, (gsize) g_utf8_strlen (row[column], -1));
  }
  return width;
}

static void
append_padded (const BenchTable *self, GString *text, gchar **cells)
{
  for (guint i = 0; i < self->n_columns; i++) {
    gsize missing = width_of (self, i) - (gsize) g_utf8_strlen (cells[i], -1);

    if (i < self->n_words)
      g_string_append (text, cells[i]);
    g_string_append_printf (text, "%*s", (int) missing, "");
    if (i >= self->n_words)
      g_string_append (text, cells[i]);
    g_string_append (text, i + 1 < self->n_columns ? "  " : "\n");
  }
}

void
bench_table_to_text (const BenchTable *self, GString *text)
{
  g_string_append_printf (text, "\n%s\n\n", self->title);
  append_padded (self, text, self->columns);
  for (guint i = 0; i < self->rows->len; i++)
    append_padded (self, text, g_ptr_array_index (self->rows, i));
}

static void
append_row (GString *text, gchar **cells)
{
  g_autofree gchar *row = g_strjoinv (" | ", cells);

  g_string_append_printf (text, "| %s |\n", row);
}

void
bench_table_to_markdown (const BenchTable *self, GString *text)
{
  g_string_append_printf (text, "### %s\n\n", self->title);
  append_row (text, self->columns);
  g_string_append (text, "|");
  for (guint i = 0; i < self->n_columns; i++)
    g_string_append (text, i < self->n_words ? "---|" : "---:|");
  g_string_append (text, "\n");
  for (guint i = 0; i < self->rows->len; i++)
    append_row (text, g_ptr_array_index (self->rows, i));
  g_string_append (text, "\n");
}
