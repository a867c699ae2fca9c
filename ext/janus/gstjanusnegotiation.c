/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The exchange of descriptions with a webrtcbin, which makes and takes them in threads of its
 * own. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>

#include "gstjanusnegotiation.h"
#include "gstjanussdp.h"
#include "januserror.h"

/* How long webrtcbin may take to finish what it does. */
#define MAX_SETTLE_TIME G_TIME_SPAN_SECOND

/* Promises hold a reference each. */
struct _GstJanusNegotiation {
  GstElement *webrtcbin;
  const GstJanusNegotiationHandlers *handlers;
  gpointer user_data;
  GDestroyNotify destroy;

  gint stopped; /* atomic */

  GMutex lock;
  GCond settled;
  guint pending; /* what webrtcbin was asked and has not answered, under the lock */
};

GstJanusNegotiation *
gst_janus_negotiation_new (GstElement *webrtcbin, const GstJanusNegotiationHandlers *handlers,
    gpointer user_data, GDestroyNotify destroy)
{
  GstJanusNegotiation *self = g_atomic_rc_box_new0 (GstJanusNegotiation);

  self->webrtcbin = gst_object_ref (webrtcbin);
  self->handlers = handlers;
  self->user_data = user_data;
  self->destroy = destroy;
  g_mutex_init (&self->lock);
  g_cond_init (&self->settled);
  return self;
}

static void
clear (gpointer data)
{
  GstJanusNegotiation *self = data;

  g_mutex_clear (&self->lock);
  g_cond_clear (&self->settled);
  gst_object_unref (self->webrtcbin);
  self->destroy (self->user_data);
}

void
gst_janus_negotiation_unref (GstJanusNegotiation *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

static void
destroy_notify (gpointer self)
{
  gst_janus_negotiation_unref (self);
}

static void
begin (GstJanusNegotiation *self)
{
  g_mutex_lock (&self->lock);
  self->pending++;
  g_mutex_unlock (&self->lock);
}

/* After whatever follows from the answer was begun. */
static void
end (GstJanusNegotiation *self)
{
  g_mutex_lock (&self->lock);
  self->pending--;
  g_cond_signal (&self->settled);
  g_mutex_unlock (&self->lock);
}

void
gst_janus_negotiation_stop (GstJanusNegotiation *self)
{
  g_atomic_int_set (&self->stopped, TRUE);
}

/* Elements that webrtcbin's thread adds to it while its state is set to NULL are never stopped
 * (1.22). */
void
gst_janus_negotiation_settle (GstJanusNegotiation *self)
{
  gint64 deadline = g_get_monotonic_time () + MAX_SETTLE_TIME;

  g_mutex_lock (&self->lock);
  while (self->pending > 0 && g_cond_wait_until (&self->settled, &self->lock, deadline))
    ;
  g_mutex_unlock (&self->lock);
}

/* FALSE: nothing is to follow. PROMISE was answered by an error, which is told, or never will be,
 * or we are stopped. */
static gboolean
promise_succeeded (GstPromise *promise, GstJanusNegotiation *self)
{
  const GstStructure *reply;
  g_autoptr (GError) error = NULL;

  if (gst_promise_wait (promise) != GST_PROMISE_RESULT_REPLIED || g_atomic_int_get (&self->stopped))
    return FALSE;
  reply = gst_promise_get_reply (promise);
  if (!reply || !gst_structure_get (reply, "error", G_TYPE_ERROR, &error, NULL))
    return TRUE;
  self->handlers->failed (g_error_new (JANUS_ERROR, JANUS_ERROR_PROTOCOL,
                              "No agreement on the media with the server: %s", error->message),
      self->user_data);
  return FALSE;
}

/* webrtcbin takes a reference of its own to the promise; ours is for FUNC to drop. */
static void
create_description (GstJanusNegotiation *self, const gchar *action, GstPromiseChangeFunc func)
{
  begin (self);
  g_signal_emit_by_name (self->webrtcbin, action, NULL,
      gst_promise_new_with_change_func (func, g_atomic_rc_box_acquire (self), destroy_notify));
}

/* A description that webrtcbin is to take. */
typedef struct {
  GstJanusNegotiation *negotiation;
  GstWebRTCSessionDescription *description;
  void (*taken) (GstJanusNegotiation *self, const GstWebRTCSessionDescription *description);
} Setting;

static void
setting_free (gpointer data)
{
  Setting *setting = data;

  gst_webrtc_session_description_free (setting->description);
  gst_janus_negotiation_unref (setting->negotiation);
  g_free (setting);
}

static void
on_description_set (GstPromise *promise, gpointer user_data)
{
  g_autoptr (GstPromise) owned = promise;
  Setting *setting = user_data;

  if (promise_succeeded (owned, setting->negotiation) && setting->taken)
    setting->taken (setting->negotiation, setting->description);
  end (setting->negotiation);
}

/* Takes SDP. TAKEN is called, in one of webrtcbin's threads, unless it fails, which is told. */
static void
set_description (GstJanusNegotiation *self, const gchar *action, GstWebRTCSDPType type,
    GstSDPMessage *sdp,
    void (*taken) (GstJanusNegotiation *self, const GstWebRTCSessionDescription *description))
{
  Setting *setting = g_new (Setting, 1);

  setting->negotiation = g_atomic_rc_box_acquire (self);
  setting->description = gst_webrtc_session_description_new (type, sdp);
  setting->taken = taken;
  begin (self);
  g_signal_emit_by_name (self->webrtcbin, action, setting->description,
      gst_promise_new_with_change_func (on_description_set, setting, setting_free));
}

/* Only now: the answer to what we send must not come before webrtcbin has taken what we sent. */
static void
local_taken (GstJanusNegotiation *self, const GstWebRTCSessionDescription *description)
{
  GstSDPMessage *copy;

  gst_sdp_message_copy (description->sdp, &copy);
  self->handlers->described (copy, self->user_data);
}

/* The description in PROMISE's reply, cleaned, becomes ours. */
static void
take_description (GstPromise *promise, GstJanusNegotiation *self, const gchar *name)
{
  g_autoptr (GstPromise) owned = promise;
  g_autoptr (GstWebRTCSessionDescription) description = NULL;
  g_autoptr (GstWebRTCSessionDescription) remote = NULL;
  GstSDPMessage *sdp;

  if (!promise_succeeded (owned, self) ||
      !gst_structure_get (gst_promise_get_reply (owned), name, GST_TYPE_WEBRTC_SESSION_DESCRIPTION,
          &description, NULL))
    return;

  gst_sdp_message_copy (description->sdp, &sdp);
  gst_janus_sdp_clean_offer (sdp);
  g_object_get (self->webrtcbin, "pending-remote-description", &remote, NULL);
  if (remote && description->type == GST_WEBRTC_SDP_TYPE_ANSWER)
    gst_janus_sdp_let_offerer_begin (sdp, remote->sdp);
  set_description (self, "set-local-description", description->type, sdp, local_taken);
}

static void
on_offer_created (GstPromise *promise, gpointer user_data)
{
  take_description (promise, user_data, "offer");
  end (user_data);
}

static void
on_answer_created (GstPromise *promise, gpointer user_data)
{
  take_description (promise, user_data, "answer");
  end (user_data);
}

void
gst_janus_negotiation_create_offer (GstJanusNegotiation *self)
{
  create_description (self, "create-offer", on_offer_created);
}

void
gst_janus_negotiation_take_answer (GstJanusNegotiation *self, GstSDPMessage *sdp)
{
  set_description (self, "set-remote-description", GST_WEBRTC_SDP_TYPE_ANSWER, sdp, NULL);
}

static void
offer_taken (GstJanusNegotiation *self, const GstWebRTCSessionDescription *description)
{
  create_description (self, "create-answer", on_answer_created);
}

void
gst_janus_negotiation_take_offer (GstJanusNegotiation *self, GstSDPMessage *sdp)
{
  set_description (self, "set-remote-description", GST_WEBRTC_SDP_TYPE_OFFER, sdp, offer_taken);
}
