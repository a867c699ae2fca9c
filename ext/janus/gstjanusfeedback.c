/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a connection tells Janus of what it has received, and when it may ask for something again. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdio.h>

#include "gstjanusfeedback.h"
#include "gstjanusrtcp.h"
#include "gstjanussdp.h"

/* The least time between reports, and what of the bandwidth they may take: that of RFC 3550, section 6.2, or, while a medium waits for its first
 * report that tells the round-trip time, bits per second, since the session knows no bandwidth yet. They may be as often as this (RFC
 * 4585, section 3.5.3: T_rr_interval may be anything). */
#define INTERVAL GST_SECOND
#define BANDWIDTH 0.05
#define EAGER_INTERVAL (100 * GST_MSECOND)
#define EAGER_BANDWIDTH 32000.0

/* So many such reports, in case that one is lost. */
#define ENOUGH_REPORTS 2

/* Handlers and probes of the rtpbin hold a reference each. */
struct _GstJanusFeedback {
  GstSDPMessage *offer;
  gboolean do_retransmission;

  GMutex lock;
  GHashTable *sessions; /* their numbers in the rtpbin -> GObject */
  GHashTable *waiting;  /* SSRC -> Waiting */
  void (*incomplete) (gpointer user_data);
  gpointer user_data;
};

/* A medium for which nothing is asked yet. */
typedef struct {
  GstElement *jitterbuffer;
  guint reports; /* that tell the round-trip time */
} Waiting;

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
feedback_new (const GstSDPMessage *offer, gboolean do_retransmission)
{
  GstJanusFeedback *self = g_atomic_rc_box_new0 (GstJanusFeedback);

  gst_sdp_message_copy (offer, &self->offer);
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
set_pace (GObject *session, GstClockTime interval, gdouble bandwidth)
{
  g_object_set (session, "rtcp-min-interval", interval, "rtcp-fraction", bandwidth, NULL);
}

/* Under a lock of RTPBIN, which is not to be asked for anything. webrtcbin has had its say before. */
static void
on_new_jitterbuffer (
    GstElement *rtpbin, GstElement *jitterbuffer, guint id, guint ssrc, gpointer user_data)
{
  GstJanusFeedback *self = user_data;
  g_autoptr (GObject) session = NULL;
  Waiting *waiting;

  g_object_set (jitterbuffer, "do-retransmission", FALSE, NULL);
  if (!self->do_retransmission || !gst_janus_sdp_takes_nacks (self->offer, ssrc))
    return;
  waiting = g_new0 (Waiting, 1);
  waiting->jitterbuffer = gst_object_ref (jitterbuffer);
  g_mutex_lock (&self->lock);
  g_hash_table_replace (self->waiting, GUINT_TO_POINTER (ssrc), waiting);
  session = g_hash_table_lookup (self->sessions, GUINT_TO_POINTER (id));
  if (session)
    g_object_ref (session);
  g_mutex_unlock (&self->lock);
  if (session)
    set_pace (session, EAGER_INTERVAL, EAGER_BANDWIDTH);
}

/* A report on SSRC is sent that tells the round-trip time, and how many packets are lost. */
static void
count_report (Sender *sender, guint32 ssrc, gint lost)
{
  GstJanusFeedback *self = sender->feedback;
  g_autoptr (GstElement) jitterbuffer = NULL;
  gboolean all = FALSE;
  Waiting *waiting;

  g_mutex_lock (&self->lock);
  waiting = g_hash_table_lookup (self->waiting, GUINT_TO_POINTER (ssrc));
  if (waiting && ++waiting->reports >= ENOUGH_REPORTS) {
    jitterbuffer = gst_object_ref (waiting->jitterbuffer);
    g_hash_table_remove (self->waiting, GUINT_TO_POINTER (ssrc));
    all = g_hash_table_size (self->waiting) == 0;
    if (lost > 0 && self->incomplete)
      self->incomplete (self->user_data);
  }
  g_mutex_unlock (&self->lock);
  if (jitterbuffer) {
    GST_DEBUG_OBJECT (jitterbuffer, "the server can send again what is lost of %08x", ssrc);
    g_object_set (jitterbuffer, "do-retransmission", TRUE, NULL);
  }
  if (all)
    set_pace (sender->session, INTERVAL, BANDWIDTH);
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
  GstBuffer *buffer = GST_PAD_PROBE_INFO_BUFFER (info);
  g_autoptr (GPtrArray) parts = NULL;
  gboolean tells = FALSE;
  guint32 ssrc = 0;
  gint lost = 0;
  GstMapInfo map;

  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return GST_PAD_PROBE_OK;
  parts = gst_janus_rtcp_split (map.data, map.size);
  tells = !parts && gst_janus_rtcp_tells_round_trip (map.data, map.size, &ssrc, &lost);
  gst_buffer_unmap (buffer, &map);
  if (tells)
    count_report (user_data, ssrc, lost);
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
  set_pace (session, INTERVAL, BANDWIDTH);
  /* Whoever sends here has shown who it is, by DTLS: nothing is held back until more has come, which of a stream of retransmissions may take
   * long. */
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
gst_janus_feedback_attach (GstElement *rtpbin, const GstSDPMessage *offer,
    gboolean do_retransmission, void (*incomplete) (gpointer user_data), gpointer user_data)
{
  GstJanusFeedback *self = feedback_new (offer, do_retransmission);

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
  g_mutex_unlock (&self->lock);
  feedback_unref (self);
}
