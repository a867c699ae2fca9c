/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells when a packet that is missing will hardly come any more, long before a jitter buffer with much time gives it up. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/rtp/rtp.h>

#include "gstjanusmissing.h"

/* Janus 1.1.2 sends nothing a second time within 200 ms (MAX_NACK_IGNORE in ice.c), so this, and so many round-trip times, is what two attempts
 * take. What was lost twice on the way to Janus never comes, as Janus asks for it twice (SEQ_NACKED there). */
#define PATIENCE_MSECONDS 250
#define PATIENCE_ROUND_TRIPS 2

typedef struct {
  void (*in_vain) (gpointer user_data);
  gpointer user_data;
  GDestroyNotify destroy;

  gint newest;       /* sequence number that has come, or -1; atomic */
  GstClockTime told; /* when, in running time */
} Missing;

static void
missing_free (gpointer data)
{
  Missing *self = data;

  self->destroy (self->user_data);
  g_free (self);
}

static void
note_packet (Missing *self, GstBuffer *packet)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  gint newest = g_atomic_int_get (&self->newest);
  guint16 seqnum;

  if (!gst_rtp_buffer_map (packet, GST_MAP_READ, &rtp))
    return;
  seqnum = gst_rtp_buffer_get_seq (&rtp);
  gst_rtp_buffer_unmap (&rtp);
  if (newest < 0 || gst_rtp_buffer_compare_seqnum ((guint16) newest, seqnum) > 0)
    g_atomic_int_set (&self->newest, seqnum);
}

/* A jitter buffer asks also for what has not been sent yet: what it expects, which a stream whose pictures come irregularly does not fulfil. */
static gboolean
is_missing (Missing *self, guint16 seqnum)
{
  gint newest = g_atomic_int_get (&self->newest);

  return newest >= 0 && gst_rtp_buffer_compare_seqnum (seqnum, (guint16) newest) > 0;
}

/* REQUEST is made once more each time that a packet has not come. Its own "delay" is none when it is made before its time. */
static void
note_request (Missing *self, GstPad *pad, const GstStructure *request)
{
  g_autoptr (GstElement) jitterbuffer = gst_pad_get_parent_element (pad);
  guint seqnum, round_trip; /* milliseconds */
  GstClockTime due, now;    /* the packet */

  if (!jitterbuffer || !gst_structure_get (request, "seqnum", G_TYPE_UINT, &seqnum, "running-time",
                           G_TYPE_UINT64, &due, "avg-rtt", G_TYPE_UINT, &round_trip, NULL))
    return;
  now = gst_element_get_current_running_time (jitterbuffer);
  if (!GST_CLOCK_TIME_IS_VALID (now) || !GST_CLOCK_TIME_IS_VALID (due) || due < self->told ||
      !is_missing (self, (guint16) seqnum) ||
      now < due + (PATIENCE_MSECONDS + PATIENCE_ROUND_TRIPS * (guint64) round_trip) * GST_MSECOND)
    return;
  GST_DEBUG_OBJECT (jitterbuffer, "in vain: %" GST_PTR_FORMAT, request);
  self->told = now;
  self->in_vain (self->user_data);
}

static GstPadProbeReturn
on_passing (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    note_packet (user_data, GST_PAD_PROBE_INFO_BUFFER (info));
  else if (gst_event_has_name (GST_PAD_PROBE_INFO_EVENT (info), "GstRTPRetransmissionRequest"))
    note_request (user_data, pad, gst_event_get_structure (GST_PAD_PROBE_INFO_EVENT (info)));
  return GST_PAD_PROBE_OK;
}

void
gst_janus_missing_watch (GstElement *jitterbuffer, void (*in_vain) (gpointer user_data),
    gpointer user_data, GDestroyNotify destroy)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (jitterbuffer, "sink");
  Missing *self = g_new0 (Missing, 1);

  self->in_vain = in_vain;
  self->user_data = user_data;
  self->destroy = destroy;
  self->newest = -1;
  gst_pad_add_probe (pad,
      (GstPadProbeType) (GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_UPSTREAM), on_passing,
      self, missing_free);
}
