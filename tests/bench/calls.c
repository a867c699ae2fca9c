/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a call costs its two sides, with end-to-end encryption and without, through a real Janus.
 *
 *     calls [--seconds=N] [--rounds=N] [--without-codecs] [--profile] [--json=FILE]
 *
 * A publisher of VP8 at 1280x720, 30 pictures a second, in some 2.5 Mbit/s, and Opus, and a
 * subscriber, each in a process of its own. Without encryption is the same pipeline, less
 * perclitenc and perclitedec. The runs alternate; the figures are medians. */

#include <glib/gstdio.h>
#include <gst/gst.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "callmedia.h"
#include "callside.h"
#include "figures.h"
#include "profile.h"
#include "testjanus.h"

typedef struct {
  CallSideKind sides[2];
} Call;

static const Call calls[] = {
    {{CALL_SIDE_PUBLISH_FILE, CALL_SIDE_RECEIVE_PACKET}},
    {{CALL_SIDE_PUBLISH_CODEC, CALL_SIDE_RECEIVE_CODEC}},
};

enum { PLAIN, ENCRYPTED, N_MODES };

/* By side of a call: its two, and the server. */
enum { PUBLISHER, SUBSCRIBER, SERVER, N_PARTIES };

static guint seconds = 10, rounds = 5, n_calls = G_N_ELEMENTS (calls);
static gboolean without_codecs, profile;
static gchar *directory, *media_file, *json_path;

static CallFigures *results[G_N_ELEMENTS (calls)][N_MODES][N_PARTIES]; /* by round */

static void
give_up (const gchar *what)
{
  fprintf (stderr, "%s\n", what);
  exit (1);
}

/* CPU time of another process in seconds: proc(5), utime and stime of stat. */
static double
cpu_of (const gchar *pid)
{
  g_autofree gchar *path = g_strdup_printf ("/proc/%s/stat", pid), *text = NULL;
  guint64 user, system;

  if (!g_file_get_contents (path, &text, NULL, NULL) ||
      sscanf (strrchr (text, ')'),
          ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT,
          &user, &system) != 2)
    give_up ("the server has gone");
  return (double) (user + system) / (double) sysconf (_SC_CLK_TCK);
}

static void
check (CallSideKind kind, const CallFigures *figures)
{
  if (figures->pictures < 27)
    fprintf (stderr, "%s: only %.0f pictures a second\n", call_side_name (kind), figures->pictures);
}

static void
print_share (const gchar *name, guint n, guint all)
{
  if (n * 1000 >= all)
    printf ("    %-28s %6.1f %%\n", name, 100.0 * n / all);
}

static void
add_shares (JsonBuilder *json, const gchar *title, GHashTable *samples, guint all)
{
  g_autoptr (GPtrArray) names = profile_rank (samples);

  json_builder_set_member_name (json, title);
  json_builder_begin_object (json);
  for (guint i = 0; i < names->len; i++) {
    const gchar *name = g_ptr_array_index (names, i);
    guint n = GPOINTER_TO_UINT (g_hash_table_lookup (samples, name));

    print_share (name, n, all);
    figures_add (json, name, 100.0 * n / all);
  }
  json_builder_end_object (json);
}

static void
show_profile (CallSideKind kind, const gchar *file, JsonBuilder *json)
{
  Profile *result = profile_read (file, "perclite");

  g_unlink (file);
  if (result == NULL) {
    printf (
        "\n%s: no profile, for perf is not installed or not permitted\n", call_side_name (kind));
    return;
  }
  json_builder_begin_object (json);
  figures_add_text (json, "side", call_side_name (kind));
  figures_add (json, "samples", result->samples);
  printf ("\n%s, %u samples; by plugin:\n", call_side_name (kind), result->samples);
  add_shares (json, "plugins", result->plugins, result->samples);
  printf ("  of these, perclite, by library at the top:\n");
  add_shares (json, "perclite", result->libraries, result->samples);
  json_builder_end_object (json);
  profile_free (result);
}

static void
sample (const Call *call, CallSide *sides[2], JsonBuilder *json)
{
  for (guint i = 0; i < 2; i++) {
    g_autofree gchar *file = g_strdup_printf ("%s/perf-%u", directory, i);
    g_autoptr (GSubprocess) perf = profile_record (call_side_get_pid (sides[i]), seconds, file);

    if (perf != NULL)
      g_subprocess_wait (perf, NULL, NULL);
    show_profile (call->sides[i], file, json);
  }
}

/* One call. With @json, of what its sides are sampled. */
static void
measure (TestJanus *janus, guint which, guint mode, guint round, JsonBuilder *json)
{
  const Call *call = &calls[which];
  const gchar *endpoint = test_janus_get_endpoint (janus);
  CallSide *sides[2];
  double server;

  for (guint i = 0; i < 2; i++) {
    sides[i] = call_side_new (call->sides[i], endpoint, media_file, mode == ENCRYPTED);
    call_side_wait_ready (sides[i]);
  }
  if (json != NULL) {
    sample (call, sides, json);
  } else {
    server = cpu_of (test_janus_get_pid (janus));
    for (guint i = 0; i < 2; i++)
      call_side_begin (sides[i], seconds);
    for (guint i = 0; i < 2; i++) {
      results[which][mode][i][round] = call_side_end (sides[i]);
      check (call->sides[i], &results[which][mode][i][round]);
    }
    /* Over the same media. */
    results[which][mode][SERVER][round].cpu =
        100 * (cpu_of (test_janus_get_pid (janus)) - server) /
        (seconds * results[which][mode][PUBLISHER][round].pictures / 30);
  }
  call_side_free (sides[SUBSCRIBER]);
  call_side_free (sides[PUBLISHER]);
}

static double
median (guint which, guint mode, guint party, gsize offset)
{
  g_autofree double *values = g_new (double, rounds);

  for (guint i = 0; i < rounds; i++)
    values[i] = G_STRUCT_MEMBER (double, &results[which][mode][party][i], offset);
  return figures_median (values, rounds);
}

#define MEDIAN(which, mode, party, field) \
  median (which, mode, party, G_STRUCT_OFFSET (CallFigures, field))

static void
show_party (guint which, guint party, JsonBuilder *json)
{
  const gchar *name = party == SERVER ? "Janus" : call_side_name (calls[which].sides[party]);
  double plain = MEDIAN (which, PLAIN, party, cpu),
         encrypted = MEDIAN (which, ENCRYPTED, party, cpu);

  printf ("%-26s %8.2f %10.2f %8.2f %8.1f %%", name, plain, encrypted, encrypted - plain,
      100 * (encrypted - plain) / encrypted);
  json_builder_begin_object (json);
  figures_add_text (json, "side", name);
  figures_add (json, "plain_cpu_percent", plain);
  figures_add (json, "encrypted_cpu_percent", encrypted);
  if (party != SERVER) {
    printf (" %9.0f %7.2f", MEDIAN (which, ENCRYPTED, party, packets),
        MEDIAN (which, ENCRYPTED, party, megabits));
    figures_add (json, "packets_per_second", MEDIAN (which, ENCRYPTED, party, packets));
    figures_add (json, "megabits_per_second", MEDIAN (which, ENCRYPTED, party, megabits));
    figures_add (json, "pictures_per_second", MEDIAN (which, ENCRYPTED, party, pictures));
  }
  printf ("\n");
  json_builder_end_object (json);
}

static void
show (JsonBuilder *json)
{
  printf ("\nCPU time of a second of media in percent of one core, medians of %u rounds of %u s\n",
      rounds, seconds);
  printf ("%-26s %8s %10s %8s %10s %9s %7s\n", "", "plain", "encrypted", "more", "of it",
      "packets/s", "Mbit/s");
  json_builder_set_member_name (json, "results");
  json_builder_begin_array (json);
  for (guint which = 0; which < n_calls; which++) {
    for (guint party = 0; party < N_PARTIES; party++)
      show_party (which, party, json);
  }
  json_builder_end_array (json);
}

static void
take_options (int argc, char **argv)
{
  const GOptionEntry entries[] = {
      {"seconds", 0, 0, G_OPTION_ARG_INT, &seconds, "of a measurement", "N"},
      {"rounds", 0, 0, G_OPTION_ARG_INT, &rounds, "how often to measure", "N"},
      {"without-codecs", 0, 0, G_OPTION_ARG_NONE, &without_codecs,
          "only the call in which nothing is encoded nor decoded", NULL},
      {"profile", 0, 0, G_OPTION_ARG_NONE, &profile, "tell where the time goes, too", NULL},
      {"json", 0, 0, G_OPTION_ARG_FILENAME, &json_path, "where to write the results", "FILE"},
      {NULL},
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error))
    give_up (error->message);
  if (seconds == 0 || rounds == 0)
    give_up ("nothing to measure");
  if (without_codecs)
    n_calls = 1;
}

static void
remove_files (void)
{
  g_unlink (media_file);
  g_rmdir (directory);
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TestJanus) janus = NULL;
  JsonBuilder *json;

  call_side_main (argc, argv);
  take_options (argc, argv);
  directory = g_dir_make_tmp ("perclite-bench-XXXXXX", &error);
  if (directory == NULL)
    give_up (error->message);
  media_file = g_build_filename (directory, "media.webm", NULL);
  atexit (remove_files);
  call_media_make (media_file);
  janus = test_janus_new (NULL, &error);
  if (janus == NULL)
    give_up (error->message);

  for (guint which = 0; which < n_calls; which++) {
    for (guint mode = 0; mode < N_MODES; mode++) {
      for (guint party = 0; party < N_PARTIES; party++)
        results[which][mode][party] = g_new0 (CallFigures, rounds);
    }
  }
  for (guint round = 0; round < rounds; round++) {
    for (guint which = 0; which < n_calls; which++) {
      for (guint mode = 0; mode < N_MODES; mode++)
        measure (janus, which, mode, round, NULL);
    }
  }

  json = figures_begin ("calls");
  show (json);
  if (profile) {
    json_builder_set_member_name (json, "profiles");
    json_builder_begin_array (json);
    for (guint which = 0; which < n_calls; which++)
      measure (janus, which, ENCRYPTED, 0, json);
    json_builder_end_array (json);
  }
  figures_end (json, json_path);
  return 0;
}
