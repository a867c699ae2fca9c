/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far sound and picture of a receiver are apart: of flashes and beeps that were made at the
 * same moments. */

#include "soaksync.h"

#define MAX_APART (G_USEC_PER_SEC / 4)

void
soak_sync_clear (SoakSync *self)
{
  g_clear_pointer (&self->apart, g_array_unref);
}

static void
pair (SoakSync *self)
{
  double apart;

  if (self->flash == G_MININT64 || self->beep == G_MININT64 ||
      ABS (self->beep - self->flash) > MAX_APART)
    return;
  apart = (double) (self->beep - self->flash) / 1000;
  g_array_append_val (self->apart, apart);
  self->flash = self->beep = G_MININT64;
}

void
soak_sync_add_flash (SoakSync *self, gint64 running)
{
  self->flash = running;
  pair (self);
}

void
soak_sync_add_beep (SoakSync *self, gint64 running)
{
  self->beep = running;
  pair (self);
}
