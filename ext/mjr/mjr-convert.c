/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* mjr-convert.c - mjr-convert: makes movies of the recordings of a session. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "mjrjob.h"

/* What scripts can tell apart. */
enum {
  EXIT_OK,     /* all that there was is a movie now */
  EXIT_FAILED, /* some of it is not */
  EXIT_USAGE,
};

typedef struct {
  GMainLoop *loop;
  MjrJobSettings settings;
  GPtrArray *movies;
  GPtrArray *jobs; /* those that run */
  guint next;      /* movie */
  guint done;
  guint failed;
  gint max_jobs;
  gboolean quiet;
  gboolean on_terminal;
  gboolean interrupted;
} App;

static void
clear_line (App *app)
{
  if (app->on_terminal)
    g_printerr ("\r\033[K");
}

static void
on_skip (const gchar *path, const gchar *reason, gboolean failed, gpointer user_data)
{
  App *app = user_data;

  app->failed += failed;
  g_printerr ("%s: left out: %s\n", path, reason);
}

static void start_jobs (App *app);

static void
fail (App *app, const MjrMovie *movie, const gchar *reason)
{
  clear_line (app);
  g_printerr ("%s: %s\n", movie->name, reason);
  app->failed++;
  app->done++;
}

static void
on_done (MjrJob *job, const GError *error, gpointer user_data)
{
  App *app = user_data;

  clear_line (app);
  app->done++;
  if (error != NULL) {
    g_printerr ("%s: %s\n", mjr_job_get_path (job), error->message);
    app->failed++;
  } else if (!app->quiet) {
    g_autofree gchar *text = mjr_job_describe (job);

    g_print ("%s: %s\n", mjr_job_get_path (job), text);
  }
  if (error == NULL && mjr_job_get_undecrypted (job) > 0) {
    g_printerr (
        "%s: not all of it: put all keys of that time into the key file\n", mjr_job_get_path (job));
    app->failed++;
  }
  g_ptr_array_remove_fast (app->jobs, job);
  start_jobs (app);
}

static void
start_jobs (App *app)
{
  while (app->next < app->movies->len && (gint) app->jobs->len < app->max_jobs) {
    const MjrMovie *movie = g_ptr_array_index (app->movies, app->next++);
    g_autoptr (GError) error = NULL;
    MjrJob *job;

    if (app->settings.key_file == NULL && mjr_movie_is_encrypted (movie)) {
      fail (app, movie, "The recording is encrypted: --key-file is needed");
      continue;
    }
    job = mjr_job_new (movie, &app->settings, on_done, app, &error);
    if (job != NULL)
      g_ptr_array_add (app->jobs, job);
    else
      fail (app, movie, error->message);
  }
  if (app->jobs->len == 0)
    g_main_loop_quit (app->loop);
}

static gboolean
show_progress (gpointer user_data)
{
  App *app = user_data;
  gdouble sum = app->done;

  for (guint i = 0; i < app->jobs->len; i++)
    sum += mjr_job_get_progress (g_ptr_array_index (app->jobs, i));
  g_printerr ("\r\033[K%u of %u movies, %.0f %%", app->done, app->movies->len,
      100 * sum / MAX (app->movies->len, 1));
  return G_SOURCE_CONTINUE;
}

static gboolean
on_interrupt (gpointer user_data)
{
  App *app = user_data;

  if (!app->interrupted) {
    clear_line (app);
    g_printerr ("Interrupted: what was not finished is removed\n");
    app->interrupted = TRUE;
    app->failed++;
    g_main_loop_quit (app->loop);
  }
  /* A second one, while files are being removed, is not to do what it does by itself. */
  return G_SOURCE_CONTINUE;
}

static gboolean
has_directory (gchar *const *paths)
{
  for (; *paths != NULL; paths++) {
    if (g_file_test (*paths, G_FILE_TEST_IS_DIR))
      return TRUE;
  }
  return FALSE;
}

static gint
run (App *app, gchar *const *paths)
{
  g_autoptr (GError) error = NULL;
  gint status;

  app->movies = mjr_session_find (paths, on_skip, app, &error);
  if (app->movies == NULL) {
    g_printerr ("%s\n", error->message);
    return EXIT_FAILED;
  }
  /* Who has misspelt a name shall not lose what he has already. */
  if (app->failed > 0 && !has_directory (paths)) {
    g_ptr_array_unref (app->movies);
    return EXIT_FAILED;
  }
  if (app->movies->len == 0)
    g_printerr ("There are no recordings that could become a movie\n");
  if (g_mkdir_with_parents (app->settings.directory, 0777) != 0) {
    g_printerr ("Cannot make %s: %s\n", app->settings.directory, g_strerror (errno));
    return EXIT_FAILED;
  }

  app->jobs = g_ptr_array_new_with_free_func ((GDestroyNotify) mjr_job_free);
  app->loop = g_main_loop_new (NULL, FALSE);
  g_unix_signal_add (SIGHUP, on_interrupt, app);
  g_unix_signal_add (SIGINT, on_interrupt, app);
  g_unix_signal_add (SIGTERM, on_interrupt, app);
  if (app->on_terminal)
    g_timeout_add (200, show_progress, app);
  start_jobs (app);
  if (app->jobs->len > 0)
    g_main_loop_run (app->loop);
  clear_line (app);
  status = app->failed > 0 || app->movies->len == 0 ? EXIT_FAILED : EXIT_OK;
  g_ptr_array_unref (app->jobs);
  g_ptr_array_unref (app->movies);
  g_main_loop_unref (app->loop);
  return status;
}

int
main (int argc, char **argv)
{
  App app = {.max_jobs = (gint) g_get_num_processors ()};
  g_auto (GStrv) paths = NULL;
  g_autoptr (GError) error = NULL;
  const GOptionEntry entries[] = {
      {"key-file", 'k', 0, G_OPTION_ARG_FILENAME, &app.settings.key_file,
          "File that holds key and salt in base64", "FILE"},
      {"suite", 's', 0, G_OPTION_ARG_STRING, &app.settings.suite,
          "Suite of the encryption, if the size of the key does not tell it", "SUITE"},
      {"output", 'o', 0, G_OPTION_ARG_FILENAME, &app.settings.directory,
          "Directory for the movies (default: the current one)", "DIRECTORY"},
      {"format", 'f', 0, G_OPTION_ARG_STRING, &app.settings.format,
          "webm, mkv, mp4, or auto (default): webm where it takes the codecs, or mkv", "FORMAT"},
      {"jobs", 'j', 0, G_OPTION_ARG_INT, &app.max_jobs,
          "Movies to be made at the same time (default: one per core)", "N"},
      {"quiet", 'q', 0, G_OPTION_ARG_NONE, &app.quiet, "Tell only of what fails", NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &paths, NULL, "FILE|DIRECTORY..."},
      {NULL},
  };
  g_autoptr (GOptionContext) context =
      g_option_context_new ("- make a movie of each publication that Janus has recorded");
  gint status = EXIT_USAGE;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("%s\n", error->message);
  } else if (paths == NULL || app.max_jobs < 1) {
    g_printerr ("mjr-convert --key-file=room.key FILE|DIRECTORY...; see mjr-convert --help\n");
  } else if (app.settings.format != NULL &&
             !g_strv_contains (
                 (const gchar *[]){"auto", "webm", "mkv", "mp4", NULL}, app.settings.format)) {
    g_printerr ("There is no format %s: webm, mkv, mp4 and auto are\n", app.settings.format);
  } else if (app.settings.suite != NULL && !mjr_job_knows_suite (app.settings.suite)) {
    g_printerr ("There is no suite %s: see gst-inspect-1.0 perclitedec\n", app.settings.suite);
  } else {
    if (app.settings.format == NULL)
      app.settings.format = g_strdup ("auto");
    if (app.settings.directory == NULL)
      app.settings.directory = g_strdup (".");
    app.on_terminal = !app.quiet && isatty (STDERR_FILENO);
    status = run (&app, paths);
  }
  g_free (app.settings.key_file);
  g_free (app.settings.suite);
  g_free (app.settings.directory);
  g_free (app.settings.format);
  return status;
}
