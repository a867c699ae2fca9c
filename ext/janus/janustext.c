/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text that others have written, made fit for a line of a log or of a terminal. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "janustext.h"

static const gchar cut[] = "...";

static gboolean
is_harmless (gunichar c)
{
  switch (g_unichar_type (c)) {
    case G_UNICODE_CONTROL: /* line ends, escape sequences */
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SURROGATE:
      return FALSE;
    case G_UNICODE_FORMAT:
      /* Those that change the direction of what follows, which may be ours. The joiners are part of
       * words. */
      return c == 0x200C || c == 0x200D;
    default:
      return TRUE;
  }
}

/* What the character at *TEXT, which it is put behind, is to be shown as; at most 16 bytes with the
 * end. */
static void
take_piece (const gchar **text, gchar piece[16])
{
  gunichar c = g_utf8_get_char_validated (*text, -1);
  gsize size;

  if (c == (gunichar) -1 || c == (gunichar) -2) {
    g_snprintf (piece, 16, "\\x%02x", (guint) (guchar) * *text);
    (*text)++;
    return;
  }
  size = (gsize) (g_utf8_next_char (*text) - *text);
  if (is_harmless (c)) {
    memcpy (piece, *text, size);
    piece[size] = '\0';
  } else {
    g_snprintf (piece, 16, c < 0x80 ? "\\x%02x" : "\\u{%04x}", (guint) c);
  }
  *text += size;
}

gchar *
janus_text_escape (const gchar *text, gsize max)
{
  g_autoptr (GString) escaped = g_string_new (NULL);
  const gsize dots = MIN (max, strlen (cut));
  gsize fits = 0; /* of what is there, so that dots can follow */
  gchar piece[16];

  while (text && *text && escaped->len <= max) {
    take_piece (&text, piece);
    g_string_append (escaped, piece);
    if (escaped->len <= max - dots)
      fits = escaped->len;
  }
  if (escaped->len > max) {
    g_string_truncate (escaped, fits);
    g_string_append_len (escaped, cut, (gssize) dots);
  }
  return g_string_free (g_steal_pointer (&escaped), FALSE);
}
