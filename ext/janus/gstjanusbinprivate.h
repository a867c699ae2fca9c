/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What gstjanusbin.c and gstjanustalking.c know of a Janus element, and nobody else. */

#pragma once

#include "gstjanusbin.h"
#include "gstjanusclosing.h"
#include "gstjanusfailure.h"
#include "gstjanusreconnect.h"
#include "gstjanusrun.h"

G_BEGIN_DECLS

/* A talk that is left before the run ends. */
typedef struct {
  GstJanusBin *self;
  GstJanusRun *run;
  void (*left) (GstJanusBin *self);
  gboolean stopped; /* the run has ended meanwhile, only its thread is left to end */
} GstJanusLeaving;

typedef struct {
  /* Settings, under the object lock. */
  GstJanusSettings settings;
  GstJanusState state;
  gchar *active; /* feed or recording */

  GstJanusRun *run;         /* set by state changes, read under the object lock elsewhere */
  GstJanusClosing *closing; /* for as long as the run */

  GstJanusFailure *failure;
  GstJanusReconnect *reconnect;
  JanusClock *clock; /* of the run, replaced by the next one */

  /* Of the signalling thread. */
  gpointer talk;
  GstJanusLeaving *leaving;
  gboolean due; /* the next attempt is, once the last one is left */
  GSource *deadline;
  GError *deadline_error;
  gboolean finds_ways_quickly; /* also beyond a run */
} GstJanusBinPrivate;

GstJanusBinPrivate *gst_janus_bin_get_private (GstJanusBin *self);

/* The following are for the signalling thread alone. */

/* Begins the first talk of a run. */
void gst_janus_bin_start_talk (GstJanusBin *self);
/* The run is over: ends what it talks, or is about to, and then the run's thread. */
void gst_janus_bin_stop_talk (GstJanusBin *self);
/* The time for the next attempt has come. */
void gst_janus_bin_try_again (GstJanusBin *self);

G_END_DECLS
