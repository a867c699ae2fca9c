/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchsvg.h - the results as a picture. */

#pragma once

#include "benchresults.h"

G_BEGIN_DECLS

/* Returns: (transfer full): an SVG text: a bar per contender, for single buffers with
 * AES-256-GCM. */
gchar *bench_svg_make (const BenchResults *results);

G_END_DECLS
