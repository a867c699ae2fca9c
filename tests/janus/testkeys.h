/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any number of keys, the files they are in, and what a perclitenc or perclitedec makes of them. */

#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Key and salt of 44 bytes, in base64; another one for each number. */
gchar *test_key_text (guint number);
gchar *test_key_fingerprint (guint number);

/* Replaces a file as people are told to: at once, and readable by its owner alone. */
void test_key_write_file (const gchar *path, const gchar *text);

/* What the stats of an element say: how many keys it has, whether the key of that number is one of them, and whether a
 * stream has it. */
guint test_key_count (GstElement *element);
gboolean test_key_is_there (GstElement *element, guint number);
gboolean test_key_is_used (GstElement *element, guint number);

G_END_DECLS
