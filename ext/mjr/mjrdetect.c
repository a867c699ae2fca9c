/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjrdetect.c - whether packets are encrypted with PERC Lite, told without the key. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "mjrdetect.h"

#include "mjrformat.h"

/* The fixed RTP header, and what an encrypted payload begins with: the same without its first
 * byte. */
#define RTP_HEADER_SIZE 12
#define PEH_SIZE 11

void
mjr_detector_add (MjrDetector *self, const guint8 *packet, gsize size)
{
  const guint8 *peh;
  MjrDetector last = *self;
  gsize header_size = RTP_HEADER_SIZE;

  if (size < header_size)
    return;
  header_size += 4 * (gsize) (packet[0] & 0x0f);
  if (packet[0] & 0x10 && size >= header_size + 4)
    header_size += 4 + 4 * (gsize) mjr_read_u16 (packet + header_size + 2);
  if (size < header_size + PEH_SIZE)
    return;
  peh = packet + header_size;

  self->started = TRUE;
  self->seq[0] = mjr_read_u16 (packet + 2);
  self->timestamp[0] = mjr_read_u32 (packet + 4);
  self->ssrc[0] = mjr_read_u32 (packet + 8);
  self->seq[1] = mjr_read_u16 (peh + 1);
  self->timestamp[1] = mjr_read_u32 (peh + 3);
  self->ssrc[1] = mjr_read_u32 (peh + 7);
  if (!last.started || self->ssrc[0] != last.ssrc[0])
    return;

  self->pairs++;
  if (self->ssrc[1] == last.ssrc[1] &&
      (guint16) (self->seq[0] - last.seq[0]) == (guint16) (self->seq[1] - last.seq[1]) &&
      self->timestamp[0] - last.timestamp[0] == self->timestamp[1] - last.timestamp[1])
    self->alike++;
}

/* Most of them: Janus gives packets other numbers when a recording is resumed. */
gboolean
mjr_detector_is_encrypted (const MjrDetector *self)
{
  return self->alike > 0 && self->alike >= self->pairs / 2;
}
