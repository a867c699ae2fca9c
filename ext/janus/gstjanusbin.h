/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the Janus elements have in common: properties, the signalling thread, states, and errors. */

#pragma once

#include <gst/gst.h>

#include "gstjanusenums.h"
#include "gstjanussettings.h"
#include "janusclock.h"
#include "januserror.h"

G_BEGIN_DECLS

#define GST_TYPE_JANUS_BIN (gst_janus_bin_get_type ())
G_DECLARE_DERIVABLE_TYPE (GstJanusBin, gst_janus_bin, GST, JANUS_BIN, GstBin)

struct _GstJanusBinClass {
  GstBinClass parent_class;

  GstJanusKind kind;
  gboolean reconnects;

  /* All of these run in the signalling thread, and are set by every element. */

  /* Makes what is to talk with the server, of SETTINGS, which are locked. What it hears is told
   * with SELF. */
  gpointer (*make_talk) (GstJanusBin *self, const GstJanusSettings *settings);
  /* Begins TALK, tells how long a round trip to the server takes (janussession.h), and ends it in
   * order and calls DONE (DATA), after which nothing is told. */
  void (*begin_talk) (gpointer talk);
  guint (*get_round_trip) (gpointer talk);
  void (*leave_talk) (gpointer talk, GDestroyNotify done, gpointer data);
  /* The connection is lost, or the run is over: drop what belongs to the connection. The talk is
   * left afterwards, do not use it any more. Another connection may follow. */
  void (*drop) (GstJanusBin *self);
  /* The run is over: drop what belongs to it, after drop(). Optional. */
  void (*stop) (GstJanusBin *self);

  /* Runs before anything is started, in the thread that changes the state. */
  gboolean (*check_settings) (GstJanusBin *self, GError **error);
  /* Adds what the element counts. Any thread. Optional. */
  void (*add_stats) (GstJanusBin *self, GstStructure *stats);
};

/* Properties of subclasses have ids from these on. */
#define GST_JANUS_PROPS_OF_DIRECTION (2 * GST_JANUS_N_SETTINGS)
#define GST_JANUS_PROPS_OF_ELEMENT (3 * GST_JANUS_N_SETTINGS)

/* Gives KLASS, that of an element, its kind and the properties of that. */
void gst_janus_bin_class_set_kind (GstJanusBinClass *klass, GstJanusKind kind);
/* Gives it the properties of an element that reconnects, after that. */
void gst_janus_bin_class_set_reconnecting (GstJanusBinClass *klass);

/* For the handlers of talks. USER_DATA is the GstJanusBin. */
void gst_janus_bin_on_failed (const GError *error, gpointer user_data);

/* Calls FUNC (SELF) in the signalling thread soon, unless the run, or all that it was for, ends
 * before. Any thread. */
void gst_janus_bin_invoke (GstJanusBin *self, void (*func) (GstJanusBin *self));

/* gst_janus_bin_fail() from any thread; takes ERROR. */
void gst_janus_bin_fail_soon (GstJanusBin *self, GError *error);

/* The following are for the signalling thread alone. */

/* What make_talk() has made; NULL once it is being left. */
gpointer gst_janus_bin_get_talk (GstJanusBin *self);
GMainContext *gst_janus_bin_get_context (GstJanusBin *self);
/* Sets the property and posts the message. */
void gst_janus_bin_set_state (GstJanusBin *self, GstJanusState state);
/* The same, with the fields of DETAILS, which it takes, in the message. */
void gst_janus_bin_set_state_with (GstJanusBin *self, GstJanusState state, GstStructure *details);
GstJanusState gst_janus_bin_get_state (GstJanusBin *self);
/* The feed or recording that is published, recorded or received now. */
void gst_janus_bin_set_active (GstJanusBin *self, const gchar *id);
/* Fails with WHAT, a sentence without its end, unless another deadline is set or this one cleared
 * (NULL) within the timeout property. DOMAIN_CODE is a JanusError. */
void gst_janus_bin_set_deadline (GstJanusBin *self, gint code, const gchar *what);
/* Calls FUNC (SELF), or FUNC (DATA), in MSECONDS. To be cleared before the run ends. */
GSource *gst_janus_bin_add_timeout (GstJanusBin *self, guint mseconds, GSourceFunc func);
GSource *
gst_janus_bin_add_timeout_for (GstJanusBin *self, guint mseconds, GSourceFunc func, gpointer data);
void gst_janus_clear_source (GSource **source);
/* To the server, in milliseconds; 0 while there is no talk. */
guint gst_janus_bin_get_round_trip (GstJanusBin *self);
/* The server's, as connections of this run have learnt it: borrowed. Of the signalling thread. */
JanusClock *gst_janus_bin_get_clock (GstJanusBin *self);
/* With the media connection that is about to be made, if it is all that the connection is for. */
JanusPatience gst_janus_bin_get_patience (GstJanusBin *self);
/* Whether ICE found the last way to the server without trying for long: then it most likely does so
 * again. Not before it has found one. */
void gst_janus_bin_set_finds_ways_quickly (GstJanusBin *self, gboolean quickly);
gboolean gst_janus_bin_finds_ways_quickly (GstJanusBin *self);
/* Leaves the talk before the run ends, and then calls LEFT (SELF) unless the run has ended
 * meanwhile. */
void gst_janus_bin_leave (GstJanusBin *self, void (*left) (GstJanusBin *self));
/* Calls CLOSE (DATA), which may take long, in another thread: see gstjanusclosing.h. */
void gst_janus_bin_close_later (GstJanusBin *self, GDestroyNotify close, gpointer data);
/* All that a connection is for works, though it may not have come to GST_JANUS_STATE_CONNECTED. */
void gst_janus_bin_succeed (GstJanusBin *self);
/* No connection is there, and another will be tried. */
gboolean gst_janus_bin_is_retrying (GstJanusBin *self);
/* There is no need of another any more. */
void gst_janus_bin_stop_retrying (GstJanusBin *self);
/* The connection is lost by ERROR: another is tried, or, if that makes no sense, ERROR is posted,
 * with what its reader can do, once a run. */
void gst_janus_bin_fail (GstJanusBin *self, const GError *error);

/* The following may be called in any thread. */

/* Under the object lock until they are unlocked: copy what is needed. */
const GstJanusSettings *gst_janus_bin_lock_settings (GstJanusBin *self);
void gst_janus_bin_unlock_settings (GstJanusBin *self);

GstJanusSignalling gst_janus_bin_get_signalling (GstJanusBin *self);
guint gst_janus_bin_get_timeout (GstJanusBin *self);
gchar *gst_janus_bin_dup_feed_id (GstJanusBin *self);
void gst_janus_bin_get_retry_config (GstJanusBin *self, JanusRetryConfig *config);
/* Server, and room if there is one, for people; to be freed. */
gchar *gst_janus_bin_describe (GstJanusBin *self);
/* Posts ERROR, unlike gst_janus_bin_fail(), and with what its reader can do. */
void gst_janus_bin_post_error (GstJanusBin *self, const GError *error);
/* Posts ERROR as a warning, with a sentence on what is done about it. */
void gst_janus_bin_warn (GstJanusBin *self, const GError *error, const gchar *what_is_done);
void gst_janus_bin_get_recording (GstJanusBin *self, gchar **id, gchar **name);
void gst_janus_bin_get_ice_config (GstJanusBin *self, GstJanusIceConfig *config);

G_END_DECLS
