/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Small helpers for the files of a test. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The last @lines lines of a text file; empty if it cannot be read. */
char *test_files_tail (const char *path, guint lines);

/* Removes a directory and everything in it. */
void test_files_remove (const char *path);

G_END_DECLS
