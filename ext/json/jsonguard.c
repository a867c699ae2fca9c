/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* jsonguard.c - what has to be known of foreign JSON before json-glib reads it, and of what it has
 * read. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "jsonguard.h"

#include <string.h>

/* What JSON has outside of strings (RFC 8259, section 2). json-glib also reads comments and strings
 * in other quotes, in which this scan would not see what is nested. */
static gboolean
is_json_token (gchar c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr (" \t\r\n{}[]:,+-.", c));
}

/* Of what follows the first value json-glib would keep the last, and lose the memory of the
 * others. */
gboolean
json_guard_is_sane (const gchar *text, gsize size, guint max_depth)
{
  gboolean in_string = FALSE, closed = FALSE;
  guint depth = 0;

  for (gsize i = 0; i < size; i++) {
    if (in_string) {
      if (text[i] == '\\')
        i++;
      else if (text[i] == '"')
        in_string = FALSE;
    } else if (!is_json_token (text[i]) && text[i] != '"') {
      return FALSE;
    } else if (depth == 0 && !g_ascii_isspace (text[i]) &&
               (closed || (text[i] != '{' && text[i] != '['))) {
      return FALSE;
    } else if (text[i] == '"') {
      in_string = TRUE;
    } else if (text[i] == '{' || text[i] == '[') {
      if (++depth > max_depth)
        return FALSE;
    } else if ((text[i] == '}' || text[i] == ']') && depth > 0) {
      closed = --depth == 0;
    }
  }
  return TRUE;
}

JsonNode *
json_guard_get (JsonObject *object, const gchar *name, GType type)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != type)
    return NULL;
  return node;
}

const gchar *
json_guard_get_string (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_guard_get (object, name, G_TYPE_STRING);
  const gchar *text = node != NULL ? json_node_get_string (node) : NULL;

  return text != NULL && g_utf8_validate (text, -1, NULL) ? text : NULL;
}
