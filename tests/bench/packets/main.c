/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* main.c - bench-packets: what encryption costs per packet, of this project's elements and of their
 * peers, in one run. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <locale.h>
#include <signal.h>
#include <stdio.h>

#include <glib/gstdio.h>
#include <gst/gst.h>

#include "benchjson.h"
#include "benchreport.h"
#include "benchrun.h"
#include "benchsvg.h"
#include "benchworker.h"

static gchar *option_worker, *option_out;
static gboolean option_quick;
static gint option_rounds;
static gint64 option_soak;

static const GOptionEntry entries[] = {
    {"quick", 0, 0, G_OPTION_ARG_NONE, &option_quick,
        "Show that everything works, in some seconds; the figures say little", NULL},
    {"out", 0, 0, G_OPTION_ARG_FILENAME, &option_out,
        "Write performance.json, performance.md and performance.svg there", "DIRECTORY"},
    {"rounds", 0, 0, G_OPTION_ARG_INT, &option_rounds, "How often everything is measured",
        "ROUNDS"},
    {"soak", 0, 0, G_OPTION_ARG_INT64, &option_soak, "How many packets the long run has",
        "PACKETS"},
    {"worker", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &option_worker, NULL, NULL},
    {NULL},
};

/* Takes TEXT. */
static gboolean
write_file (const gchar *name, gchar *text, GError **error)
{
  g_autofree gchar *path = g_build_filename (option_out, name, NULL);
  gboolean ok = g_file_set_contents (path, text, -1, error);

  g_free (text);
  return ok;
}

static gboolean
write_files (
    const BenchResults *results, const BenchPlan *plan, const BenchMachine *machine, GError **error)
{
  if (option_out == NULL)
    return TRUE;
  g_mkdir_with_parents (option_out, 0777);
  return write_file ("performance.json", bench_json_make (results, plan, machine), error) &&
         write_file ("performance.md", bench_report_make (results, plan, machine, TRUE), error) &&
         write_file ("performance.svg", bench_svg_make (results), error);
}

static gboolean
run (GError **error)
{
  BenchPlan plan = bench_plan_make (option_quick);
  g_autoptr (BenchMachine) machine = bench_machine_new ();
  g_autoptr (BenchResults) results = bench_results_new ();
  g_autofree gchar *report = NULL;

  if (option_rounds > 0)
    plan.rounds = (guint) option_rounds;
  if (option_soak > 0)
    plan.soak = (guint64) option_soak;
  if (!machine->optimized)
    g_printerr ("This build is not optimised: the figures will say nothing.\n");
  if (!bench_run (results, &plan, error))
    return FALSE;
  report = bench_report_make (results, &plan, machine, FALSE);
  fputs (report, stdout);
  if (!write_files (results, &plan, machine, error))
    return FALSE;
  if (bench_soak_is_flat (&results->soak))
    return TRUE;
  g_set_error (error, GST_CORE_ERROR, GST_CORE_ERROR_FAILED,
      "Memory grew in the long run, from %.0f to %.0f KiB", results->soak.early_kib,
      results->soak.late_kib);
  return FALSE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;

  setlocale (LC_CTYPE, "");
  /* A worker that has ended is told by its pipe. */
  signal (SIGPIPE, SIG_IGN);
  g_option_context_set_summary (context, "Measures what encryption costs per packet.");
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_group (context, gst_init_get_option_group ());
  if (!g_option_context_parse (context, &argc, &argv, &error)) {
    g_printerr ("%s\n", error->message);
    return 2;
  }
  if (option_worker != NULL) {
    const BenchContender *contender = bench_contender_find (option_worker);

    return contender != NULL ? bench_worker_run (contender) : 2;
  }
  if (run (&error))
    return 0;
  g_printerr ("%s\n", error->message);
  return 1;
}
