/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitewatch.c - one thread that looks at the files of all watches in turn. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitewatch.h"

#include <sys/stat.h>

#define INTERVAL (G_USEC_PER_SEC / 4)

/* What tells a file from the one that was there before. No part is enough alone: a file that is
 * moved to the path keeps its time of modification, the number of an inode is given to the next
 * file, and most keys have the same size. */
typedef struct {
  gboolean exists;
  dev_t device;
  ino_t inode;
  off_t size;
  struct timespec modified;
  struct timespec changed;
} FileState;

struct _PercliteWatch {
  gchar *path;
  PercliteWatchFunc func;
  gpointer user_data;
  FileState state; /* of the thread's */
  gboolean freed;  /* by its own function */
};

static GMutex lock;

/* The rest is guarded by the lock. */
static GQueue watches = G_QUEUE_INIT; /* of PercliteWatch; the one to look at next is the first */
static GThread *thread;               /* NULL when there is no watch */
static GCond thread_changed;
static PercliteWatch *busy; /* the one whose file is looked at, or whose function runs */
static GCond busy_changed;

static FileState
look (const gchar *path)
{
  FileState state = {0};
  struct stat st;

  /* A pipe does not change, it is read; and its times are of no use. */
  if (stat (path, &st) != 0 || !S_ISREG (st.st_mode))
    return state;
  state.exists = TRUE;
  state.device = st.st_dev;
  state.inode = st.st_ino;
  state.size = st.st_size;
  state.modified = st.st_mtim;
  state.changed = st.st_ctim;
  return state;
}

static gboolean
same_time (struct timespec a, struct timespec b)
{
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static gboolean
same_file (const FileState *a, const FileState *b)
{
  return a->exists == b->exists && a->device == b->device && a->inode == b->inode &&
         a->size == b->size && same_time (a->modified, b->modified) &&
         same_time (a->changed, b->changed);
}

static void
destroy (PercliteWatch *self)
{
  g_free (self->path);
  g_free (self);
}

/* Without the lock: the file system, or the function, may take its time. */
static void
check (PercliteWatch *watch)
{
  FileState state = look (watch->path);
  gboolean call = state.exists && !same_file (&state, &watch->state);

  watch->state = state;
  if (call)
    watch->func (watch->user_data);
}

/* Looks at every watch there is, or more than once at some when others go meanwhile. With the
 * lock. */
static void
check_all (void)
{
  gboolean nobody_waits = FALSE;

  for (guint left = watches.length; left > 0 && watches.length > 0; left--) {
    PercliteWatch *watch = g_queue_pop_head (&watches);

    g_queue_push_tail (&watches, watch);
    busy = watch;
    g_mutex_unlock (&lock);
    check (watch);
    g_mutex_lock (&lock);
    busy = NULL;
    g_cond_broadcast (&busy_changed);
    if (watch->freed) {
      destroy (watch);
      nobody_waits = TRUE;
    }
  }
  /* Who frees the last one waits for the end of the thread, unless that was its own function. */
  if (nobody_waits && watches.length == 0 && thread == g_thread_self ())
    g_thread_unref (g_steal_pointer (&thread));
}

static gpointer
run (gpointer data)
{
  g_mutex_lock (&lock);
  while (thread == g_thread_self ()) {
    gint64 next = g_get_monotonic_time () + INTERVAL;

    while (thread == g_thread_self () && g_cond_wait_until (&thread_changed, &lock, next))
      ;
    if (thread == g_thread_self ())
      check_all ();
  }
  g_mutex_unlock (&lock);
  return NULL;
}

PercliteWatch *
perclite_watch_new (const gchar *path, PercliteWatchFunc func, gpointer user_data)
{
  PercliteWatch *self;

  g_return_val_if_fail (path != NULL && func != NULL, NULL);

  self = g_new0 (PercliteWatch, 1);
  self->path = g_strdup (path);
  self->func = func;
  self->user_data = user_data;
  self->state = look (path);

  g_mutex_lock (&lock);
  g_queue_push_tail (&watches, self);
  if (thread == NULL)
    thread = g_thread_new ("perclite-watch", run, NULL);
  g_mutex_unlock (&lock);
  return self;
}

void
perclite_watch_free (PercliteWatch *self)
{
  GThread *ended = NULL;

  if (self == NULL)
    return;

  g_mutex_lock (&lock);
  g_queue_remove (&watches, self);
  if (busy == self && thread == g_thread_self ()) {
    self->freed = TRUE;
    g_mutex_unlock (&lock);
    return;
  }
  while (busy == self)
    g_cond_wait (&busy_changed, &lock);

  /* While a function runs, the watch it belongs to is in the queue, or its perclite_watch_free()
   * waits above and comes here later. So this never waits for a function of another watch, which
   * may need a lock of our caller or be our caller. */
  if (watches.length == 0 && busy == NULL) {
    ended = g_steal_pointer (&thread);
    g_cond_broadcast (&thread_changed);
  }
  g_mutex_unlock (&lock);

  if (ended != NULL)
    g_thread_join (ended);
  destroy (self);
}
