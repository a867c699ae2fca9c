/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a perclitenc or perclitedec makes of keys. */

#include "testkeys.h"

#include <gst/check/gstcheck.h>

/* Counts the structures of the array FIELD of the stats, those with FINGERPRINT only unless it is
 * NULL. */
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
