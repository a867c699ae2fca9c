/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjrdetect.h - whether packets are encrypted with PERC Lite, told without the key. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * MjrDetector:
 *
 * Payloads of draft-murillo-perc-lite-01 begin with sequence number, timestamp and SSRC of the
 * inner packet. From one packet of a stream to the next these go on as those of the outer header
 * do, which with anything else there, some 64 bits of it, is as good as impossible. A zeroed one is
 * at the start.
 */
typedef struct {
  guint pairs;
  guint alike;

  /*< private >*/
  gboolean started;
  guint16 seq[2]; /* outer, inner */
  guint32 timestamp[2];
  guint32 ssrc[2];
} MjrDetector;

/* An RTP packet of the stream. */
void mjr_detector_add (MjrDetector *self, const guint8 *packet, gsize size);

/* FALSE, too, when there were no two packets in a row. */
gboolean mjr_detector_is_encrypted (const MjrDetector *self);

G_END_DECLS
