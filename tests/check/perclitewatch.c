/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitewatch.c (test) - changes of files are told, once each, and not after the end of the
 * watch. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitewatch.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gst/check/gstcheck.h>
#include <glib/gstdio.h>

/* So long a call may take at the most; nothing takes so long unless it never comes. */
#define PATIENCE (30 * G_USEC_PER_SEC)

/* Calls of a watch's function. */
typedef struct {
  GMutex lock;
  GCond cond;
  guint calls;
  GThread *thread; /* of the last */
} Calls;

static gchar *dir;
static gchar *path;
static gchar *probe_path;

static void
setup (void)
{
  dir = g_dir_make_tmp ("perclitewatch-XXXXXX", NULL);
  fail_unless (dir != NULL);
  path = g_build_filename (dir, "room.key", NULL);
  probe_path = g_build_filename (dir, "probe", NULL);
}

/* There is nothing in the directory but what the tests name. */
static void
teardown (void)
{
  static const gchar *const names[] = {
      "room.key", "probe", "new", "current", "a/room.key", "b/room.key", "a", "b"};

  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree gchar *name = g_build_filename (dir, names[i], NULL);
    g_remove (name);
  }
  fail_unless (g_rmdir (dir) == 0);
  g_clear_pointer (&probe_path, g_free);
  g_clear_pointer (&path, g_free);
  g_clear_pointer (&dir, g_free);
}

static void
count (gpointer user_data)
{
  Calls *calls = user_data;

  g_mutex_lock (&calls->lock);
  calls->calls++;
  calls->thread = g_thread_self ();
  g_cond_broadcast (&calls->cond);
  g_mutex_unlock (&calls->lock);
}

static guint
calls_so_far (Calls *calls)
{
  guint n;

  g_mutex_lock (&calls->lock);
  n = calls->calls;
  g_mutex_unlock (&calls->lock);
  return n;
}

static void
await_calls (Calls *calls, guint n)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&calls->lock);
  while (calls->calls < n)
    fail_unless (
        g_cond_wait_until (&calls->cond, &calls->lock, end), "%u calls, not %u", calls->calls, n);
  g_mutex_unlock (&calls->lock);
}

/* In place, as an editor or a shell does it. */
static void
write_in_place (const gchar *name, const gchar *content)
{
  int fd = g_open (name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

  fail_unless (fd >= 0);
  fail_unless (write (fd, content, strlen (content)) == (gssize) strlen (content));
  close (fd);
}

/* Returns after every watch there is has been looked at since the call: watches are looked at in
 * turn, so a younger one that has been called twice has seen the older ones pass at least once. */
static void
await_round (void)
{
  Calls calls = {0};
  PercliteWatch *probe;

  g_remove (probe_path);
  probe = perclite_watch_new (probe_path, count, &calls);
  for (guint i = 1; i <= 2; i++) {
    g_autofree gchar *content = g_strnfill (i, 'x');

    write_in_place (probe_path, content);
    await_calls (&calls, i);
  }
  perclite_watch_free (probe);
}

static void
replace (const gchar *content)
{
  g_autofree gchar *new_path = g_build_filename (dir, "new", NULL);

  write_in_place (new_path, content);
  fail_unless (g_rename (new_path, path) == 0);
}

GST_START_TEST (a_file_that_stays_as_it_is_makes_no_call)
{
  Calls calls = {0};
  PercliteWatch *watch;

  write_in_place (path, "a");
  watch = perclite_watch_new (path, count, &calls);
  await_round ();
  await_round ();
  fail_unless_equals_int (calls_so_far (&calls), 0);
  perclite_watch_free (watch);
}
GST_END_TEST;

GST_START_TEST (a_file_that_is_read_makes_no_call)
{
  Calls calls = {0};
  PercliteWatch *watch;
  g_autofree gchar *content = NULL;

  write_in_place (path, "a");
  watch = perclite_watch_new (path, count, &calls);
  fail_unless (g_file_get_contents (path, &content, NULL, NULL));
  await_round ();
  fail_unless_equals_int (calls_so_far (&calls), 0);
  perclite_watch_free (watch);
}
GST_END_TEST;

GST_START_TEST (each_replacement_of_the_file_makes_one_call)
{
  Calls calls = {0};
  PercliteWatch *watch;

  write_in_place (path, "a");
  watch = perclite_watch_new (path, count, &calls);
  for (guint i = 1; i <= 3; i++) {
    replace ("b"); /* of the same size each time */
    await_calls (&calls, i);
    await_round ();
    fail_unless_equals_int (calls_so_far (&calls), i);
  }
  perclite_watch_free (watch);
}
GST_END_TEST;

GST_START_TEST (a_replacement_of_the_same_age_and_size_makes_a_call)
{
  Calls calls = {0};
  PercliteWatch *watch;
  g_autofree gchar *new_path = g_build_filename (dir, "new", NULL);
  const struct timespec times[2] = {{1000000000, 0}, {1000000000, 0}};

  write_in_place (path, "a");
  write_in_place (new_path, "b");
  fail_unless (utimensat (AT_FDCWD, path, times, 0) == 0);
  fail_unless (utimensat (AT_FDCWD, new_path, times, 0) == 0);
  watch = perclite_watch_new (path, count, &calls);
  fail_unless (g_rename (new_path, path) == 0);
  await_calls (&calls, 1);
  perclite_watch_free (watch);
}
GST_END_TEST;

GST_START_TEST (a_file_that_is_written_in_place_makes_a_call)
{
  Calls calls = {0};
  PercliteWatch *watch;

  write_in_place (path, "a");
  watch = perclite_watch_new (path, count, &calls);
  write_in_place (path, "longer");
  await_calls (&calls, 1);
  await_round ();
  perclite_watch_free (watch);
}
GST_END_TEST;

GST_START_TEST (a_file_that_disappears_makes_no_call_and_its_return_makes_one)
{
  Calls calls = {0};
  PercliteWatch *watch;
  g_autofree gchar *away = g_build_filename (dir, "new", NULL);

  write_in_place (path, "a");
  watch = perclite_watch_new (path, count, &calls);
  fail_unless (g_rename (path, away) == 0);
  await_round ();
  fail_unless_equals_int (calls_so_far (&calls), 0);
  fail_unless (g_rename (away, path) == 0);
  await_calls (&calls, 1);
  await_round ();
  fail_unless_equals_int (calls_so_far (&calls), 1);
  perclite_watch_free (watch);
}
GST_END_TEST;

GST_START_TEST (a_file_that_is_made_later_makes_a_call)
{
  Calls calls = {0};
  PercliteWatch *watch = perclite_watch_new (path, count, &calls);

  await_round ();
  fail_unless_equals_int (calls_so_far (&calls), 0);
  write_in_place (path, "a");
  await_calls (&calls, 1);
  perclite_watch_free (watch);
}
GST_END_TEST;

GST_START_TEST (a_pipe_or_directory_at_the_path_makes_no_call)
{
  Calls calls = {0};
  PercliteWatch *watch = perclite_watch_new (path, count, &calls);

  fail_unless (mkfifo (path, 0600) == 0);
  await_round ();
  fail_unless (g_remove (path) == 0);
  fail_unless (g_mkdir (path, 0700) == 0);
  await_round ();
  fail_unless_equals_int (calls_so_far (&calls), 0);
  perclite_watch_free (watch);
}
GST_END_TEST;

/* As Kubernetes replaces secrets: the file is a link through a link to a directory, and the latter
 * is replaced. */
GST_START_TEST (a_link_that_is_swapped_in_the_middle_of_the_path_makes_a_call)
{
  static const gchar *const versions[] = {"a", "b"};
  g_autofree gchar *current = g_build_filename (dir, "current", NULL);
  g_autofree gchar *new_link = g_build_filename (dir, "new", NULL);
  Calls calls = {0};
  PercliteWatch *watch;

  for (guint i = 0; i < 2; i++) {
    g_autofree gchar *version = g_build_filename (dir, versions[i], NULL);
    g_autofree gchar *file = g_build_filename (version, "room.key", NULL);

    fail_unless (g_mkdir (version, 0700) == 0);
    write_in_place (file, versions[i]);
  }
  fail_unless (symlink ("a", current) == 0);
  fail_unless (symlink ("current/room.key", path) == 0);
  watch = perclite_watch_new (path, count, &calls);
  await_round ();
  fail_unless_equals_int (calls_so_far (&calls), 0);

  for (guint i = 1; i <= 4; i++) {
    fail_unless (symlink (versions[i % 2], new_link) == 0);
    fail_unless (g_rename (new_link, current) == 0);
    await_calls (&calls, i);
  }
  await_round ();
  fail_unless_equals_int (calls_so_far (&calls), 4);
  perclite_watch_free (watch);
}
GST_END_TEST;

GST_START_TEST (all_watches_are_told_by_one_thread_that_is_not_ours)
{
  Calls calls[20] = {0};
  PercliteWatch *watches[G_N_ELEMENTS (calls)];

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    watches[i] = perclite_watch_new (path, count, &calls[i]);
  replace ("a");
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++) {
    await_calls (&calls[i], 1);
    fail_unless (calls[i].thread == calls[0].thread);
  }
  fail_unless (calls[0].thread != g_thread_self ());
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    perclite_watch_free (watches[i]);
  perclite_watch_free (NULL);
}
GST_END_TEST;

/* By name: tools that look for errors have threads of their own. */
static guint
count_threads (void)
{
  g_autoptr (GDir) tasks = g_dir_open ("/proc/self/task", 0, NULL);
  const gchar *id;
  guint n = 0;

  fail_unless (tasks != NULL);
  while ((id = g_dir_read_name (tasks)) != NULL) {
    g_autofree gchar *file = g_build_filename ("/proc/self/task", id, "comm", NULL);
    g_autofree gchar *name = NULL;

    /* It may have ended meanwhile. */
    if (g_file_get_contents (file, &name, NULL, NULL))
      n += g_str_equal (name, "perclite-watch\n");
  }
  return n;
}

/* A thread names itself when it runs, and the kernel may list it some time after it has been
 * joined. */
static void
await_threads (guint n)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  while (count_threads () != n)
    fail_unless (g_get_monotonic_time () < end, "%u threads, not %u", count_threads (), n);
}

GST_START_TEST (the_thread_comes_with_the_first_watch_and_goes_with_the_last)
{
  for (guint i = 0; i < 100; i++) {
    Calls calls = {0};
    PercliteWatch *a = perclite_watch_new (path, count, &calls);
    PercliteWatch *b = perclite_watch_new (dir, count, &calls);

    await_threads (1);
    perclite_watch_free (a);
    fail_unless_equals_int (count_threads (), 1);
    perclite_watch_free (b);
    await_threads (0);
  }
}
GST_END_TEST;

/* A function that runs until it may end. */
typedef struct {
  GMutex lock;
  GCond cond;
  gboolean runs;
  gboolean may_end;
  gboolean ended;
  PercliteWatch *other; /* to be freed by the function */
} Slow;

static void
run_until_it_may_end (gpointer user_data)
{
  Slow *slow = user_data;

  g_mutex_lock (&slow->lock);
  slow->runs = TRUE;
  g_cond_broadcast (&slow->cond);
  while (!slow->may_end)
    g_cond_wait (&slow->cond, &slow->lock);
  g_clear_pointer (&slow->other, perclite_watch_free);
  slow->ended = TRUE;
  g_mutex_unlock (&slow->lock);
}

static void
await_run (Slow *slow)
{
  gint64 end = g_get_monotonic_time () + PATIENCE;

  g_mutex_lock (&slow->lock);
  while (!slow->runs)
    fail_unless (g_cond_wait_until (&slow->cond, &slow->lock, end));
  g_mutex_unlock (&slow->lock);
}

static gpointer
let_end (gpointer user_data)
{
  Slow *slow = user_data;

  g_mutex_lock (&slow->lock);
  slow->may_end = TRUE;
  g_cond_broadcast (&slow->cond);
  g_mutex_unlock (&slow->lock);
  return NULL;
}

static gpointer
free_watch (gpointer watch)
{
  perclite_watch_free (watch);
  return NULL;
}

GST_START_TEST (free_waits_for_the_function_that_runs)
{
  Slow slow = {0};
  PercliteWatch *watch = perclite_watch_new (path, run_until_it_may_end, &slow);
  GThread *helper;

  write_in_place (path, "a");
  await_run (&slow);
  helper = g_thread_new ("helper", let_end, &slow);
  perclite_watch_free (watch);
  fail_unless (slow.ended);
  g_thread_join (helper);
}
GST_END_TEST;

/* Otherwise whoever holds a lock that the slow function waits for could not free any watch. */
GST_START_TEST (free_does_not_wait_for_the_function_of_another_watch)
{
  Slow slow = {0};
  Calls calls = {0};
  PercliteWatch *watch = perclite_watch_new (path, run_until_it_may_end, &slow);
  PercliteWatch *other = perclite_watch_new (path, count, &calls);
  GThread *helper;

  write_in_place (path, "a");
  await_run (&slow);
  helper = g_thread_new ("helper", free_watch, watch);
  perclite_watch_free (other);
  let_end (&slow);
  g_thread_join (helper);
  fail_unless (slow.ended);
}
GST_END_TEST;

GST_START_TEST (a_function_may_free_another_watch_while_its_own_is_freed)
{
  Slow slow = {0};
  Calls calls = {0};
  PercliteWatch *watch = perclite_watch_new (path, run_until_it_may_end, &slow);
  GThread *helper;

  slow.other = perclite_watch_new (probe_path, count, &calls);
  write_in_place (path, "a");
  await_run (&slow);
  helper = g_thread_new ("helper", free_watch, watch);
  let_end (&slow);
  g_thread_join (helper);
  fail_unless (slow.ended);
  fail_unless (slow.other == NULL);
  await_threads (0);
}
GST_END_TEST;

/* Watches come and go in several threads while their file changes; none is called after its end. */
typedef struct {
  GMutex lock;
  gboolean alive;
  guint calls;
} Life;

static void
count_while_alive (gpointer user_data)
{
  Life *life = user_data;

  g_mutex_lock (&life->lock);
  fail_unless (life->alive);
  life->calls++;
  g_mutex_unlock (&life->lock);
}

static gint busy_threads; /* atomic */

static gpointer
watch_again_and_again (gpointer user_data)
{
  const gint64 end = g_get_monotonic_time () + 3 * G_USEC_PER_SEC;
  guint calls = 0;

  for (guint i = 0; g_get_monotonic_time () < end; i++) {
    Life *life = g_new0 (Life, 1);
    PercliteWatch *watch;

    g_mutex_init (&life->lock);
    life->alive = TRUE;
    watch = perclite_watch_new (path, count_while_alive, life);
    /* Some long enough for a look, or two. */
    g_usleep (i % 4 == 0 ? g_random_int_range (1, 400000) : g_random_int_range (1, 2000));
    perclite_watch_free (watch);
    life->alive = FALSE;
    calls += life->calls;
    g_mutex_clear (&life->lock);
    g_free (life);
  }
  g_atomic_int_add (&busy_threads, -1);
  return GUINT_TO_POINTER (calls);
}

GST_START_TEST (watches_are_freed_by_several_threads_while_calls_flow)
{
  GThread *threads[6];
  guint calls = 0;

  g_atomic_int_set (&busy_threads, G_N_ELEMENTS (threads));
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("watcher", watch_again_and_again, NULL);
  for (guint i = 0; g_atomic_int_get (&busy_threads) > 0; i++) {
    replace (i % 2 ? "a" : "b");
    g_usleep (500);
  }
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    calls += GPOINTER_TO_UINT (g_thread_join (threads[i]));
  fail_unless (calls > 0);
}
GST_END_TEST;

static Suite *
perclitewatch_suite (void)
{
  Suite *s = suite_create ("perclitewatch");
  TCase *tc = tcase_create ("changes");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, a_file_that_stays_as_it_is_makes_no_call);
  tcase_add_test (tc, a_file_that_is_read_makes_no_call);
  tcase_add_test (tc, each_replacement_of_the_file_makes_one_call);
  tcase_add_test (tc, a_replacement_of_the_same_age_and_size_makes_a_call);
  tcase_add_test (tc, a_file_that_is_written_in_place_makes_a_call);
  tcase_add_test (tc, a_file_that_disappears_makes_no_call_and_its_return_makes_one);
  tcase_add_test (tc, a_file_that_is_made_later_makes_a_call);
  tcase_add_test (tc, a_pipe_or_directory_at_the_path_makes_no_call);
  tcase_add_test (tc, a_link_that_is_swapped_in_the_middle_of_the_path_makes_a_call);

  tc = tcase_create ("threads");
  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, teardown);
  tcase_add_test (tc, all_watches_are_told_by_one_thread_that_is_not_ours);
  tcase_add_test (tc, the_thread_comes_with_the_first_watch_and_goes_with_the_last);
  tcase_add_test (tc, free_waits_for_the_function_that_runs);
  tcase_add_test (tc, free_does_not_wait_for_the_function_of_another_watch);
  tcase_add_test (tc, a_function_may_free_another_watch_while_its_own_is_freed);
  tcase_add_test (tc, watches_are_freed_by_several_threads_while_calls_flow);
  return s;
}

GST_CHECK_MAIN (perclitewatch);
