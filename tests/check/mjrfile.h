/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjrfile.h - reads the RTP packets out of a recording of the Janus server. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * mjr_parse:
 * @bytes: a whole file, of format MJR00001 or MJR00002 (big endian):
 *
 *       "MJR00001" u16 length JSON, then "MEETECHO" u16 length RTP ...
 *       "MJR00002" u16 length JSON, then "MEET" u32 milliseconds u16 length RTP ...
 *
 * Returns: (transfer full) (element-type GBytes): the packets up to the end or to the first that is
 *   cut off; %NULL when this is no such file
 */
GPtrArray *mjr_parse (GBytes *bytes);

/**
 * mjr_parse_info:
 * @bytes: as for mjr_parse()
 *
 * Returns: (transfer full): the JSON, or %NULL when there is none
 */
gchar *mjr_parse_info (GBytes *bytes);

/**
 * mjr_read:
 *
 * The same for the file @name of the directory of recordings; fails the test when it cannot be
 * read.
 */
GPtrArray *mjr_read (const gchar *name);

G_END_DECLS
