/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether the packets of a stream are encrypted end to end, judged by what of them is in the
 * clear. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include <gst/rtp/rtp.h>

#include "gstjanusguard.h"

/* RFC 3550, section 5.1, and draft-murillo-perc-lite: bytes of the outer header, and of the payload
 * encryption header, which is a header without its first byte. */
#define HEADER_SIZE 12
#define PEH_SIZE 11

/* A frame of more packets than this would be one of more than a megabyte. */
#define MAX_HELD 1024

void
gst_janus_guard_set (GstJanusGuard *self, gboolean encrypted, gboolean recorded)
{
  *self = (GstJanusGuard){.encrypted = encrypted, .recorded = encrypted && recorded};
}

/* The outer header of BUFFER, and the beginning of its payload as if it were one. */
static gboolean
read_headers (GstBuffer *buffer, guint8 *outer, guint8 *inner)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  gboolean enough;

  if (!gst_rtp_buffer_map (buffer, GST_MAP_READ, &rtp))
    return FALSE;
  enough = gst_rtp_buffer_get_payload_len (&rtp) >= PEH_SIZE;
  if (enough) {
    memcpy (outer, rtp.data[0], HEADER_SIZE);
    inner[0] = outer[0];
    memcpy (inner + 1, gst_rtp_buffer_get_payload (&rtp), PEH_SIZE);
  }
  gst_rtp_buffer_unmap (&rtp);
  return enough;
}

static GstJanusStep
read_step (const guint8 *outer, const guint8 *inner)
{
  guint16 seq = GST_READ_UINT16_BE (outer + 2);
  guint32 ts = GST_READ_UINT32_BE (outer + 4);

  return (GstJanusStep){
      .outer_ts = ts,
      .seq_offset = (guint16) (GST_READ_UINT16_BE (inner + 2) - seq),
      .ts_offset = GST_READ_UINT32_BE (inner + 4) - ts,
      .ssrc = GST_READ_UINT32_BE (inner + 8),
  };
}

static gboolean
steps_match (const GstJanusStep *a, const GstJanusStep *b)
{
  return a->seq_offset == b->seq_offset && a->ts_offset == b->ts_offset && a->ssrc == b->ssrc;
}

static GstJanusVerdict
judge_recorded (GstJanusGuard *self, const guint8 *outer, const guint8 *inner)
{
  GstJanusStep step = read_step (outer, inner), last = self->step;
  gboolean known = self->known, matches = (known || self->n_held > 0) && steps_match (&step, &last);
  guint n_held = self->n_held;

  self->step = step;
  self->known = FALSE;
  self->n_held = 0;
  /* No server touches the marker. */
  if (((outer[1] ^ inner[1]) & 0x80) || (n_held > 0 && !matches) || n_held == MAX_HELD)
    return GST_JANUS_GUARD_REFUSE;
  /* Plaintexts of one frame may be equal, or count up as sequence numbers do, but do not tell the
   * time. */
  if (matches && (known || step.outer_ts != last.outer_ts)) {
    self->known = TRUE;
    return GST_JANUS_GUARD_PASS;
  }
  self->n_held = n_held + 1;
  return GST_JANUS_GUARD_HOLD;
}

GstJanusVerdict
gst_janus_guard_judge (GstJanusGuard *self, GstBuffer *buffer)
{
  guint8 outer[HEADER_SIZE], inner[HEADER_SIZE];

  if (!self->encrypted || !read_headers (buffer, outer, inner))
    return GST_JANUS_GUARD_REFUSE;
  if (self->recorded)
    return judge_recorded (self, outer, inner);
  /* M, PT, SEQ and TS; the SSRC inside is another. */
  return memcmp (outer + 1, inner + 1, 7) == 0 ? GST_JANUS_GUARD_PASS : GST_JANUS_GUARD_REFUSE;
}
