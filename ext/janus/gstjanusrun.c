/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The signalling thread of one run, from PAUSED back to READY, with a main context of its own. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "gstjanusrun.h"

/* More than the second that leaving and the second that closing take at most. */
#define MAX_LEAVE_TIME (3 * G_TIME_SPAN_SECOND)

/* The thread holds one reference, the element the other: a thread that has not finished in time is
 * left to itself. */
struct _GstJanusRun {
  GMainContext *context;
  GMainLoop *loop;
  GThread *thread;

  GMutex lock;
  GCond cond;
  gboolean waited_for; /* what gst_janus_run_invoke_and_wait() asked for is done */
  gboolean finished;
};

static void
run_clear (gpointer data)
{
  GstJanusRun *run = data;

  g_main_loop_unref (run->loop);
  g_main_context_unref (run->context);
  g_mutex_clear (&run->lock);
  g_cond_clear (&run->cond);
}

static gpointer
run_thread (gpointer data)
{
  GstJanusRun *run = data;

  g_main_context_push_thread_default (run->context);
  g_main_loop_run (run->loop);
  g_main_context_pop_thread_default (run->context);

  g_mutex_lock (&run->lock);
  run->finished = TRUE;
  g_cond_broadcast (&run->cond);
  g_mutex_unlock (&run->lock);
  g_atomic_rc_box_release_full (run, run_clear);
  return NULL;
}

GstJanusRun *
gst_janus_run_start (void)
{
  GstJanusRun *run = g_atomic_rc_box_new0 (GstJanusRun);

  run->context = g_main_context_new ();
  run->loop = g_main_loop_new (run->context, FALSE);
  g_mutex_init (&run->lock);
  g_cond_init (&run->cond);
  run->thread = g_thread_new ("janus", run_thread, g_atomic_rc_box_acquire (run));
  return run;
}

GMainContext *
gst_janus_run_get_context (GstJanusRun *run)
{
  return run->context;
}

void
gst_janus_run_invoke (GstJanusRun *run, GSourceFunc func, gpointer data, GDestroyNotify destroy)
{
  GSource *source = g_idle_source_new ();

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, func, data, destroy);
  g_source_attach (source, run->context);
  g_source_unref (source);
}

typedef struct {
  GstJanusRun *run;
  GSourceFunc func;
  gpointer data;
} Wait;

static gboolean
on_waited_for (gpointer data)
{
  Wait *wait = data;
  GstJanusRun *run = wait->run;

  wait->func (wait->data);
  g_mutex_lock (&run->lock);
  run->waited_for = TRUE;
  g_cond_broadcast (&run->cond);
  g_mutex_unlock (&run->lock);
  return G_SOURCE_REMOVE;
}

void
gst_janus_run_invoke_and_wait (GstJanusRun *run, GSourceFunc func, gpointer data)
{
  Wait wait = {run, func, data};

  /* Only the waiting thread makes this TRUE or reads it before asking. */
  if (run->waited_for)
    return;
  if (run->thread == g_thread_self ()) {
    on_waited_for (&wait);
    return;
  }
  gst_janus_run_invoke (run, on_waited_for, &wait, NULL);
  g_mutex_lock (&run->lock);
  while (!run->waited_for)
    g_cond_wait (&run->cond, &run->lock);
  g_mutex_unlock (&run->lock);
}

void
gst_janus_run_quit (gpointer run)
{
  g_main_loop_quit (((GstJanusRun *) run)->loop);
}

void
gst_janus_run_finish (GstJanusRun *run)
{
  gint64 deadline = g_get_monotonic_time () + MAX_LEAVE_TIME;
  gboolean is_own = run->thread == g_thread_self (), finished;

  g_mutex_lock (&run->lock);
  while (!run->finished && !is_own && g_cond_wait_until (&run->cond, &run->lock, deadline))
    ;
  finished = run->finished;
  g_mutex_unlock (&run->lock);

  if (finished)
    g_thread_join (run->thread);
  else
    g_thread_unref (run->thread);
  g_atomic_rc_box_release_full (run, run_clear);
}
