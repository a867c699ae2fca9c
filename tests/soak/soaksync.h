/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far sound and picture of a receiver are apart: of flashes and beeps that were made at the
 * same moments. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* To be set to SOAK_SYNC_INIT. */
typedef struct {
  gint64 flash, beep; /* the last, without a partner; or G_MININT64 */
  GArray *apart;      /* of double: milliseconds by which the beeps came later */
} SoakSync;

#define SOAK_SYNC_INIT \
  ((SoakSync){G_MININT64, G_MININT64, g_array_new (FALSE, FALSE, sizeof (double))})

void soak_sync_clear (SoakSync *self);

/* RUNNING is in microseconds. What is farther apart than a quarter of a second does not belong
 * together. */
void soak_sync_add_flash (SoakSync *self, gint64 running);
void soak_sync_add_beep (SoakSync *self, gint64 running);

G_END_DECLS
