/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tells when a packet that is missing will hardly come any more, long before a jitter buffer with
 * much time gives it up. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/rtp/rtp.h>

#include "gstjanusmissing.h"

GST_DEBUG_CATEGORY_STATIC (gst_janus_missing_debug);
#define GST_CAT_DEFAULT gst_janus_missing_debug

/* Janus 1.1.2 sends nothing a second time within 200 ms (MAX_NACK_IGNORE in ice.c), and is asked
 * again about every 40 ms: so much later, and a round-trip time, what it was asked for twice has
 * come. What was lost twice on the way to Janus never comes, as Janus asks for it twice (SEQ_NACKED
 * there). */
#define PATIENCE (260 * GST_MSECOND)

/* Before anything has come that was asked for. */
#define UNKNOWN_ROUND_TRIP (250 * GST_MSECOND)

/* Of so many that have come the quickest was an answer to the first request, if not one that was
 * merely late. */
#define N_SAMPLES 8

/* Packets that are asked for at a time. More need not be remembered: whatever helps these helps
 * those that are missing with them. */
#define N_REQUESTS 64

/* A request that was not made again for so long is over, whether the jitter buffer has given up or
 * was emptied: sequence numbers come again. */
#define OVER (2 * GST_SECOND)

typedef struct {
  guint16 seqnum;
  gboolean open;
  GstClockTime first, last; /* when it was asked for, running time */
} Request;

typedef struct {
  void (*in_vain) (gpointer user_data);
  gpointer user_data;
  GDestroyNotify destroy;

  GMutex lock;
  Request requests[N_REQUESTS];
  gint n_open;                     /* atomic where it is read without the lock */
  GstClockTime samples[N_SAMPLES]; /* round-trip times and more */
  guint n_samples;
  GstClockTime told; /* when, running time */
} Missing;

static void
missing_free (gpointer data)
{
  Missing *self = data;

  self->destroy (self->user_data);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static GstClockTime
get_round_trip (const Missing *self)
{
  GstClockTime least = GST_CLOCK_TIME_NONE;
  guint i;

  if (self->n_samples == 0)
    return UNKNOWN_ROUND_TRIP;
  for (i = 0; i < MIN (self->n_samples, N_SAMPLES); i++)
    least = MIN (least, self->samples[i]);
  return least;
}

static Request *
find_request (Missing *self, guint16 seqnum)
{
  guint i;

  for (i = 0; i < N_REQUESTS; i++) {
    if (self->requests[i].open && self->requests[i].seqnum == seqnum)
      return &self->requests[i];
  }
  return NULL;
}

static void
close_request (Missing *self, Request *request)
{
  request->open = FALSE;
  g_atomic_int_add (&self->n_open, -1);
}

static gboolean
is_over (const Request *request, GstClockTime now)
{
  return now >= request->last + OVER || now < request->last;
}

static void
forget_what_is_over (Missing *self, GstClockTime now)
{
  guint i;

  for (i = 0; i < N_REQUESTS; i++) {
    if (self->requests[i].open && is_over (&self->requests[i], now))
      close_request (self, &self->requests[i]);
  }
}

/* Returns NULL where it is one too many. */
static Request *
open_request (Missing *self, guint16 seqnum, GstClockTime now)
{
  guint i;

  for (i = 0; i < N_REQUESTS; i++) {
    if (!self->requests[i].open) {
      self->requests[i] = (Request){.seqnum = seqnum, .open = TRUE, .first = now};
      g_atomic_int_inc (&self->n_open);
      return &self->requests[i];
    }
  }
  return NULL;
}

/* Whether it has been in vain up to now. */
static gboolean
note_request (Missing *self, guint16 seqnum, GstClockTime now)
{
  Request *request;

  /* Running time may begin anew. */
  if (now < self->told)
    self->told = 0;
  forget_what_is_over (self, now);
  request = find_request (self, seqnum);
  if (!request)
    request = open_request (self, seqnum, now);
  if (!request)
    return FALSE;
  request->last = now;
  if (request->first <= self->told || now < request->first + PATIENCE + get_round_trip (self))
    return FALSE;
  self->told = now;
  return TRUE;
}

static void
note_answer (Missing *self, guint16 seqnum, GstClockTime now)
{
  Request *request;

  forget_what_is_over (self, now);
  request = find_request (self, seqnum);
  if (!request)
    return;
  if (now > request->first)
    self->samples[self->n_samples++ % N_SAMPLES] = now - request->first;
  close_request (self, request);
}

/* ---- What passes the sink pad ---- */

static GstClockTime
get_now (GstPad *pad)
{
  g_autoptr (GstElement) jitterbuffer = gst_pad_get_parent_element (pad);

  return jitterbuffer ? gst_element_get_current_running_time (jitterbuffer) : GST_CLOCK_TIME_NONE;
}

static void
on_packet (Missing *self, GstPad *pad, GstBuffer *packet)
{
  GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
  GstClockTime now;
  guint16 seqnum;

  if (g_atomic_int_get (&self->n_open) == 0 || !gst_rtp_buffer_map (packet, GST_MAP_READ, &rtp))
    return;
  seqnum = gst_rtp_buffer_get_seq (&rtp);
  gst_rtp_buffer_unmap (&rtp);
  now = get_now (pad);
  if (!GST_CLOCK_TIME_IS_VALID (now))
    return;
  g_mutex_lock (&self->lock);
  note_answer (self, seqnum, now);
  g_mutex_unlock (&self->lock);
}

static void
on_request (Missing *self, GstPad *pad, const GstStructure *event)
{
  GstClockTime now = get_now (pad);
  gboolean in_vain;
  guint seqnum;

  if (!GST_CLOCK_TIME_IS_VALID (now) || !gst_structure_get_uint (event, "seqnum", &seqnum))
    return;
  g_mutex_lock (&self->lock);
  in_vain = note_request (self, (guint16) seqnum, now);
  g_mutex_unlock (&self->lock);
  if (in_vain) {
    GST_DEBUG_OBJECT (pad, "in vain: %" GST_PTR_FORMAT, event);
    self->in_vain (self->user_data);
  }
}

static GstPadProbeReturn
on_passing (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  if (info->type & GST_PAD_PROBE_TYPE_BUFFER)
    on_packet (user_data, pad, GST_PAD_PROBE_INFO_BUFFER (info));
  else if (gst_event_has_name (GST_PAD_PROBE_INFO_EVENT (info), "GstRTPRetransmissionRequest"))
    on_request (user_data, pad, gst_event_get_structure (GST_PAD_PROBE_INFO_EVENT (info)));
  return GST_PAD_PROBE_OK;
}

void
gst_janus_missing_watch (GstElement *jitterbuffer, void (*in_vain) (gpointer user_data),
    gpointer user_data, GDestroyNotify destroy)
{
  g_autoptr (GstPad) pad = gst_element_get_static_pad (jitterbuffer, "sink");
  Missing *self = g_new0 (Missing, 1);
  static gsize once = 0;

  if (g_once_init_enter (&once)) {
    GST_DEBUG_CATEGORY_INIT (gst_janus_missing_debug, "janusmissing", 0, "Missing packets");
    g_once_init_leave (&once, 1);
  }
  self->in_vain = in_vain;
  self->user_data = user_data;
  self->destroy = destroy;
  g_mutex_init (&self->lock);
  gst_pad_add_probe (pad,
      (GstPadProbeType) (GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_UPSTREAM), on_passing,
      self, missing_free);
}
