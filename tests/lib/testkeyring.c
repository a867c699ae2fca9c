/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Any number of keys, and the files they are in. */

#include "testkeyring.h"

#define KEY_SIZE 44

static void
make_key (guint number, guint8 *bytes)
{
  for (guint i = 0; i < KEY_SIZE; i++)
    bytes[i] = (guint8) (number * 7 + i * 3 + (number >> 5));
  bytes[0] = (guint8) number;
  bytes[1] = (guint8) (number >> 8);
}

char *
test_key_text (guint number)
{
  guint8 bytes[KEY_SIZE];

  make_key (number, bytes);
  return g_base64_encode (bytes, sizeof bytes);
}

char *
test_key_fingerprint (guint number)
{
  guint8 bytes[KEY_SIZE];
  char *sum;

  make_key (number, bytes);
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, sizeof bytes);
  sum[16] = '\0';
  return sum;
}

void
test_key_write_file (const char *path, const char *text)
{
  g_autoptr (GError) error = NULL;

  if (!g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, &error))
    g_error ("%s", error->message);
}
