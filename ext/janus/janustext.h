/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text that others have written, made fit for a line of a log or of a terminal. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What a name is cut after, in bytes. */
#define JANUS_TEXT_MAX_NAME 64

/* TEXT with what could end a line, move a cursor, or show letters in another order written as \xHH
 * or \u{HHHH}, and bytes that are no UTF-8 as \xHH. At most MAX bytes of it, the last three of them
 * dots if it was longer. TEXT may be NULL, and is then empty. To be freed. */
gchar *janus_text_escape (const gchar *text, gsize max);

G_END_DECLS
