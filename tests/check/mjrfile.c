/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjrfile.c - reads the RTP packets out of a recording of the Janus server. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "mjrfile.h"

#include <string.h>

#define MAGIC_SIZE 8

typedef struct {
  GBytes *bytes;
  gsize pos;
} Reader;

/* The next @size bytes, or NULL when there are less. */
static const guint8 *
take (Reader *reader, gsize size)
{
  gsize total;
  const guint8 *data = g_bytes_get_data (reader->bytes, &total);

  if (size > total - reader->pos)
    return NULL;
  reader->pos += size;
  return data + reader->pos - size;
}

static gboolean
take_magic (Reader *reader, const gchar *magic)
{
  const guint8 *data = take (reader, strlen (magic));

  return data != NULL && memcmp (data, magic, strlen (magic)) == 0;
}

static gboolean
take_u16 (Reader *reader, gsize *value)
{
  const guint8 *data = take (reader, 2);

  if (data == NULL)
    return FALSE;
  *value = (gsize) data[0] << 8 | data[1];
  return TRUE;
}

GPtrArray *
mjr_parse (GBytes *bytes)
{
  Reader reader = {bytes, 0};
  const guint8 *magic = take (&reader, MAGIC_SIZE);
  GPtrArray *packets;
  gboolean second;
  gsize size;

  if (magic == NULL)
    return NULL;
  second = memcmp (magic, "MJR00002", MAGIC_SIZE) == 0;
  if (!second && memcmp (magic, "MJR00001", MAGIC_SIZE) != 0)
    return NULL;

  packets = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  /* The JSON is written with the first packet: a recording without any ends here. */
  if (!take_u16 (&reader, &size) || take (&reader, size) == NULL)
    return packets;

  for (;;) {
    if (second ? !take_magic (&reader, "MEET") || take (&reader, 4) == NULL
               : !take_magic (&reader, "MEETECHO"))
      break;
    if (!take_u16 (&reader, &size) || take (&reader, size) == NULL)
      break;
    g_ptr_array_add (packets, g_bytes_new_from_bytes (bytes, reader.pos - size, size));
  }
  return packets;
}

gchar *
mjr_parse_info (GBytes *bytes)
{
  Reader reader = {bytes, 0};
  const guint8 *text;
  gsize size;

  if (take (&reader, MAGIC_SIZE) == NULL || !take_u16 (&reader, &size))
    return NULL;
  text = take (&reader, size);
  return text != NULL ? g_strndup ((const gchar *) text, size) : NULL;
}

GPtrArray *
mjr_read (const gchar *name)
{
  g_autofree gchar *path = g_build_filename (g_getenv ("PERCLITE_FIXTURES"), name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GPtrArray *packets;
  gchar *data;
  gsize size;

  if (!g_file_get_contents (path, &data, &size, &error))
    g_error ("%s", error->message);
  bytes = g_bytes_new_take (data, size);
  packets = mjr_parse (bytes);
  g_assert (packets != NULL);
  return packets;
}
