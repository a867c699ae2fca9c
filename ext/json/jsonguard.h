/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* jsonguard.h - what has to be known of foreign JSON before json-glib reads it, and of what it has
 * read. */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * json_guard_is_sane:
 * @text: @size bytes
 * @max_depth: how deep objects and arrays may be nested; json-glib reads recursively
 *
 * Returns: whether @text is one object or array, as far as its brackets go, without anything that
 *   JSON does not have outside of strings (RFC 8259, section 2). Whether it is JSON is for
 *   json-glib to say.
 */
gboolean json_guard_is_sane (const gchar *text, gsize size, guint max_depth);

/**
 * json_guard_get:
 *
 * Returns: (transfer none) (nullable): the member @name, or %NULL when it is missing or has another
 *   type than @type
 */
JsonNode *json_guard_get (JsonObject *object, const gchar *name, GType type);

/**
 * json_guard_get_string:
 *
 * Returns: (transfer none) (nullable): the member @name, or %NULL when it is missing, no string, or
 *   not UTF-8, which json-glib makes of half a surrogate pair
 */
const gchar *json_guard_get_string (JsonObject *object, const gchar *name);

G_END_DECLS
