/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a perclitenc or perclitedec makes of keys. */

#pragma once

#include <gst/gst.h>

#include "testkeyring.h"

G_BEGIN_DECLS

/* What the stats of an element say: how many keys it has, whether the key of that number is one of
 * them, and whether a stream has it. */
guint test_key_count (GstElement *element);
gboolean test_key_is_there (GstElement *element, guint number);
gboolean test_key_is_used (GstElement *element, guint number);

G_END_DECLS
