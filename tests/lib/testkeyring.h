/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any number of keys, and the files they are in. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Key and salt of 44 bytes, in base64; another one for each number. */
char *test_key_text (guint number);
char *test_key_fingerprint (guint number);

/* Replaces a file as people are told to: at once, and readable by its owner alone. Aborts when that
 * fails. */
void test_key_write_file (const char *path, const char *text);

G_END_DECLS
