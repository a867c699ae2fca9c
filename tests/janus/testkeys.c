/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any number of keys, the files they are in, and what a perclitenc or perclitedec makes of them. */

#include "testkeys.h"

#include <gst/check/gstcheck.h>

#define KEY_SIZE 44

static void
make_key (guint number, guint8 *bytes)
{
  for (guint i = 0; i < KEY_SIZE; i++)
    bytes[i] = (guint8) (number * 7 + i * 3 + (number >> 5));
  bytes[0] = (guint8) number;
  bytes[1] = (guint8) (number >> 8);
}

gchar *
test_key_text (guint number)
{
  guint8 bytes[KEY_SIZE];

  make_key (number, bytes);
  return g_base64_encode (bytes, sizeof bytes);
}

gchar *
test_key_fingerprint (guint number)
{
  guint8 bytes[KEY_SIZE];
  gchar *sum;

  make_key (number, bytes);
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, sizeof bytes);
  sum[16] = '\0';
  return sum;
}

void
test_key_write_file (const gchar *path, const gchar *text)
{
  g_autoptr (GError) error = NULL;

  fail_unless (
      g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error), "%s",
      error ? error->message : "");
}

/* Counts the structures of the array FIELD of the stats, those with FINGERPRINT only unless it is NULL. */
static guint
count_structures (GstElement *element, const gchar *field, const gchar *fingerprint)
{
  g_autoptr (GstStructure) stats = NULL;
  const GValue *array;
  guint n = 0;

  g_object_get (element, "stats", &stats, NULL);
  array = gst_structure_get_value (stats, field);
  fail_unless (array != NULL, "no %s in stats", field);
  for (guint i = 0; i < gst_value_array_get_size (array); i++) {
    const GstStructure *s = gst_value_get_structure (gst_value_array_get_value (array, i));

    if (!fingerprint || g_strcmp0 (gst_structure_get_string (s, "fingerprint"), fingerprint) == 0)
      n++;
  }
  return n;
}

guint
test_key_count (GstElement *element)
{
  return count_structures (element, "keys", NULL);
}

gboolean
test_key_is_there (GstElement *element, guint number)
{
  g_autofree gchar *fingerprint = test_key_fingerprint (number);

  return count_structures (element, "keys", fingerprint) > 0;
}

gboolean
test_key_is_used (GstElement *element, guint number)
{
  g_autofree gchar *fingerprint = test_key_fingerprint (number);

  return count_structures (element, "streams", fingerprint) > 0;
}
