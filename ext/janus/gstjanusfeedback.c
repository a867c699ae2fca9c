/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a connection tells Janus of what it has received, and when it may ask for something
 * again. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdio.h>

#include "gstjanusfeedback.h"
#include "gstjanusmissing.h"
#include "gstjanusrtcp.h"
#include "gstjanussdp.h"

GST_DEBUG_CATEGORY_EXTERN (gst_janus_src_debug);
#define GST_CAT_DEFAULT gst_janus_src_debug

/* The least time between reports, and that while a medium waits for its first report that tells the
 * round-trip time (RFC 4585, section 3.5.3: T_rr_interval may be anything). */
#define INTERVAL GST_SECOND
#define EAGER_INTERVAL (100 * GST_MSECOND)

/* Bits per second that feedback may take: of this a session of GStreamer makes the time that has to
 * pass between two requests for lost packets (RFC 4585, section 3.5.2), some 20 ms. With the usual
 * 20th of the bandwidth (RFC 3550, section 6.2) that would be more than a second before it knows
 * the bandwidth, and 0.2 s for a stream of 500 kbit/s, in which most of what may be asked for is
 * not. Without loss there is hardly any feedback. */
#define BANDWIDTH 256000.0

/* After so many such reports the server most likely can send again what is lost. */
#define ENOUGH_REPORTS 2
/* So many are sent quickly. If all of them are lost, nothing is sent again before the next one, a
 * second later: of two that happens too often. */
#define EAGER_REPORTS 4

/* Handlers and probes of the rtpbin hold a reference each. */
struct _GstJanusFeedback {
  GstSDPMessage *offer;
  JanusClock *clock;
  gboolean do_retransmission;

  GMutex lock;
  GHashTable *sessions;                                 /* their numbers in the rtpbin -> GObject */
  GHashTable *waiting;                                  /* SSRC -> Waiting */
  void (*incomplete) (guint mline, gpointer user_data); /* NULL: detached */
  gpointer user_data;
};

/* A medium of which the server is not sure to know the round-trip time yet. */
typedef struct {
  GstElement *jitterbuffer;
  guint mline;
  guint reports; /* that tell the round-trip time */
  gint lost;     /* packets, by the last report */
} Waiting;

/* A medium for which something is asked. */
typedef struct {
  GstJanusFeedback *feedback;
  guint mline;
} Asker;

/* A pad that sends the RTCP of a session. */
typedef struct {
  GstJanusFeedback *feedback;
  GObject *session;
} Sender;

static void
waiting_free (gpointer data)
{
  Waiting *waiting = data;

  gst_object_unref (waiting->jitterbuffer);
  g_free (waiting);
}

static GstJanusFeedback *
feedback_new (const GstSDPMessage *offer, JanusClock *clock, gboolean do_retransmission)
{
  GstJanusFeedback *self = g_atomic_rc_box_new0 (GstJanusFeedback);

  gst_sdp_message_copy (offer, &self->offer);
  self->clock = janus_clock_ref (clock);
  self->do_retransmission = do_retransmission;
  g_mutex_init (&self->lock);
  self->sessions = g_hash_table_new_full (NULL, NULL, NULL, g_object_unref);
  self->waiting = g_hash_table_new_full (NULL, NULL, NULL, waiting_free);
  return self;
}

static void
feedback_clear (gpointer data)
{
  GstJanusFeedback *self = data;

  gst_sdp_message_free (self->offer);
  janus_clock_unref (self->clock);
  g_hash_table_unref (self->sessions);
  g_hash_table_unref (self->waiting);
  g_mutex_clear (&self->lock);
}

static void
feedback_unref (gpointer self)
{
  g_atomic_rc_box_release_full (self, feedback_clear);
}

static void
feedback_unref_closure (gpointer self, GClosure *closure)
{
  feedback_unref (self);
}

/* ---- When to ask ---- */

static void
set_interval (GObject *session, GstClockTime interval)
{
  g_object_set (session, "rtcp-min-interval", interval, NULL);
}

static void
asker_free (gpointer data)
{
  Asker *asker = data;

  feedback_unref (asker->feedback);
  g_free (asker);
}

static void
on_in_vain (gpointer user_data)
{
  Asker *asker = user_data;
  GstJanusFeedback *self = asker->feedback;

  g_mutex_lock (&self->lock);
  if (self->incomplete)
    self->incomplete (asker->mline, self->user_data);
  g_mutex_unlock (&self->lock);
}

static void
watch (GstJanusFeedback *self, GstElement *jitterbuffer, guint mline)
{
  Asker *asker = g_new0 (Asker, 1);

  asker->feedback = g_atomic_rc_box_acquire (self);
  asker->mline = mline;
  gst_janus_missing_watch (jitterbuffer, on_in_vain, asker, asker_free);
}

/* Under a lock of RTPBIN, which is not to be asked for anything. webrtcbin has had its say
 * before. */
static void
on_new_jitterbuffer (
    GstElement *rtpbin, GstElement *jitterbuffer, guint id, guint ssrc, gpointer user_data)
{
  GstJanusFeedback *self = user_data;
  g_autoptr (GObject) session = NULL;
  Waiting *waiting;
  guint mline;

  g_object_set (jitterbuffer, "do-retransmission", FALSE, "rtx-next-seqnum", FALSE, NULL);
  if (!self->do_retransmission || !gst_janus_sdp_takes_nacks (self->offer, ssrc))
    return;
  if (!gst_janus_sdp_find_source (self->offer, ssrc, &mline))
    mline = GST_JANUS_FEEDBACK_ANY;
  watch (self, jitterbuffer, mline);
  waiting = g_new0 (Waiting, 1);
  waiting->jitterbuffer = gst_object_ref (jitterbuffer);
  waiting->mline = mline;
  g_mutex_lock (&self->lock);
  if (self->incomplete)
    g_hash_table_replace (self->waiting, GUINT_TO_POINTER (ssrc), g_steal_pointer (&waiting));
  session = g_hash_table_lookup (self->sessions, GUINT_TO_POINTER (id));
  if (session)
    g_object_ref (session);
  g_mutex_unlock (&self->lock);
  g_clear_pointer (&waiting, waiting_free);
  GST_DEBUG_OBJECT (jitterbuffer, "%08x waits for a report on it", ssrc);
  if (session)
    set_interval (session, EAGER_INTERVAL);
}

/* Which is sent. Returns (transfer full, nullable) the jitter buffer of a medium for which may be
 * asked from now on. ALL: none is waiting any more. */
static GstElement *
count_report (GstJanusFeedback *self, const GstJanusReport *report, gboolean *all)
{
  Waiting *waiting = g_hash_table_lookup (self->waiting, GUINT_TO_POINTER (report->ssrc));
  GstElement *jitterbuffer = NULL;
  gboolean tells_round_trip = report->lsr != 0, is_incomplete;
  guint mline;

  if (!waiting)
    return NULL;
  is_incomplete = waiting->reports < ENOUGH_REPORTS && report->lost > waiting->lost;
  waiting->lost = report->lost;
  mline = waiting->mline;
  waiting->reports += tells_round_trip;
  if (tells_round_trip && waiting->reports == ENOUGH_REPORTS) {
    is_incomplete = report->lost > 0;
    jitterbuffer = gst_object_ref (waiting->jitterbuffer);
  }
  if (waiting->reports >= EAGER_REPORTS) {
    g_hash_table_remove (self->waiting, GUINT_TO_POINTER (report->ssrc));
    *all = g_hash_table_size (self->waiting) == 0;
  }
  if (is_incomplete && self->incomplete)
    self->incomplete (mline, self->user_data);
  return jitterbuffer;
}

static void
on_report (Sender *sender, const GstJanusReport *report)
{
  GstJanusFeedback *self = sender->feedback;
  g_autoptr (GstElement) jitterbuffer = NULL;
  gboolean all = FALSE;

  g_mutex_lock (&self->lock);
  jitterbuffer = count_report (self, report, &all);
  g_mutex_unlock (&self->lock);
  if (jitterbuffer) {
    GST_DEBUG_OBJECT (jitterbuffer, "the server can send again what is lost of %08x", report->ssrc);
    g_object_set (jitterbuffer, "do-retransmission", TRUE, NULL);
  }
  if (all)
    set_interval (sender->session, INTERVAL);
}

/* ---- What is sent ---- */

static GstPadProbeReturn
push_parts (GstPad *pad, GPtrArray *parts)
{
  guint i;

  for (i = 0; i < parts->len; i++) {
    GByteArray *part = g_ptr_array_index (parts, i);

    /* By which this probe is called again, with what is not to be split any more. */
    gst_pad_push (pad, gst_buffer_new_memdup (part->data, part->len));
  }
  return GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
on_rtcp (GstPad *pad, GstPadProbeInfo *info, gpointer user_data)
{
  Sender *sender = user_data;
  JanusClock *clock = sender->feedback->clock;
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  gint64 now = g_get_monotonic_time ();
  g_autoptr (GPtrArray) parts = NULL;
  guint8 round_trip[JANUS_CLOCK_SIZE];
  gboolean is_report = FALSE;
  GstJanusReport report;
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return GST_PAD_PROBE_OK;
  parts = gst_janus_rtcp_split (
      map.data, map.size, janus_clock_tell (clock, now, round_trip) ? round_trip : NULL);
  is_report = !parts && gst_janus_rtcp_read_report (map.data, map.size, &report);
  gst_buffer_unmap (buffer, &map);
  if (is_report) {
    janus_clock_note (clock, report.lsr, report.dlsr, now);
    on_report (sender, &report);
  }
  return parts ? push_parts (pad, parts) : GST_PAD_PROBE_OK;
}

static void
sender_free (gpointer data)
{
  Sender *sender = data;

  feedback_unref (sender->feedback);
  g_object_unref (sender->session);
  g_free (sender);
}

static void
on_pad_added (GstElement *rtpbin, GstPad *pad, gpointer user_data)
{
  GstJanusFeedback *self = user_data;
  GObject *session = NULL;
  Sender *sender;
  guint id;

  if (sscanf (GST_PAD_NAME (pad), "send_rtcp_src_%u", &id) != 1)
    return;
  g_signal_emit_by_name (rtpbin, "get-internal-session", id, &session);
  if (!session)
    return;
  set_interval (session, INTERVAL);
  g_object_set (session, "rtcp-fraction", BANDWIDTH, NULL);
  /* Whoever sends here has shown who it is, by DTLS: nothing is held back until more has come,
   * which of a stream of retransmissions may take long. */
  g_object_set (session, "probation", 0, NULL);
  g_mutex_lock (&self->lock);
  g_hash_table_replace (self->sessions, GUINT_TO_POINTER (id), g_object_ref (session));
  g_mutex_unlock (&self->lock);
  sender = g_new0 (Sender, 1);
  sender->feedback = g_atomic_rc_box_acquire (self);
  sender->session = session;
  gst_pad_add_probe (pad, GST_PAD_PROBE_TYPE_BUFFER, on_rtcp, sender, sender_free);
}

GstJanusFeedback *
gst_janus_feedback_attach (GstElement *rtpbin, const GstSDPMessage *offer, JanusClock *clock,
    gboolean do_retransmission, void (*incomplete) (guint mline, gpointer user_data),
    gpointer user_data)
{
  GstJanusFeedback *self = feedback_new (offer, clock, do_retransmission);

  self->incomplete = incomplete;
  self->user_data = user_data;
  g_signal_connect_data (rtpbin, "pad-added", G_CALLBACK (on_pad_added),
      g_atomic_rc_box_acquire (self), feedback_unref_closure, (GConnectFlags) 0);
  g_signal_connect_data (rtpbin, "new-jitterbuffer", G_CALLBACK (on_new_jitterbuffer),
      g_atomic_rc_box_acquire (self), feedback_unref_closure, (GConnectFlags) 0);
  return self;
}

void
gst_janus_feedback_detach (GstJanusFeedback *self)
{
  g_mutex_lock (&self->lock);
  self->incomplete = NULL;
  /* Jitter buffers, which hold SELF in turn. */
  g_hash_table_remove_all (self->waiting);
  g_mutex_unlock (&self->lock);
  feedback_unref (self);
}
