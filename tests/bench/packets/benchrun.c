/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchrun.c - has all contenders measured, in turns. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchrun.h"

#include "benchcapacity.h"
#include "benchremote.h"

typedef struct {
  BenchResults *results;
  const BenchPlan *plan;
} BenchRun;

/* A case, and the processes that measure it. Who cannot do it has none. */
typedef struct {
  BenchCase what;
  guint number;
  BenchRemote **remotes; /* by BenchContenderId */
} Entry;

/* Cases */

static gboolean
can (const Entry *entry, guint who)
{
  return bench_contender_can (bench_contender_get ((BenchContenderId) who), &entry->what);
}

static gboolean
open_entry (const Entry *entry, GError **error)
{
  g_autofree gchar *text = bench_case_to_text (&entry->what);

  for (guint who = 0; who < BENCH_N_CONTENDERS; who++) {
    BenchRemote **remote = &entry->remotes[who];

    if (!can (entry, who))
      continue;
    if (*remote == NULL)
      *remote = bench_remote_new (bench_contender_get ((BenchContenderId) who), error);
    if (*remote == NULL ||
        !bench_remote_ask (*remote, NULL, 0, error, "open %u %s", entry->number, text))
      return FALSE;
  }
  return TRUE;
}

/* Who begins is another one each time. */
static gboolean
run_round (BenchRun *self, const Entry *entry, guint round, GError **error)
{
  for (guint i = 0; i < BENCH_N_CONTENDERS; i++) {
    guint who = (i + round) % BENCH_N_CONTENDERS;
    gdouble ns;

    if (!can (entry, who))
      continue;
    if (!bench_remote_ask (entry->remotes[who], &ns, 1, error, "round %u %u", entry->number,
            self->plan->milliseconds))
      return FALSE;
    bench_results_add (self->results, &entry->what, (BenchContenderId) who, ns);
  }
  return TRUE;
}

static gboolean
run_entries (BenchRun *self, const Entry *entries, guint n, GError **error)
{
  for (guint i = 0; i < n; i++) {
    if (!open_entry (&entries[i], error))
      return FALSE;
  }
  for (guint round = 0; round < self->plan->rounds; round++) {
    for (guint i = 0; i < n; i++) {
      if (!run_round (self, &entries[i], round, error))
        return FALSE;
    }
  }
  return TRUE;
}

/* Processes end with their section. */
static gboolean
run_section (BenchRun *self, const BenchSection *section, GError **error)
{
  guint n = section->cases->len;
  guint n_remotes = (section->apart ? n : 1) * BENCH_N_CONTENDERS;
  g_autofree BenchRemote **remotes = g_new0 (BenchRemote *, n_remotes);
  g_autofree Entry *entries = g_new0 (Entry, n);
  gboolean ok;

  for (guint i = 0; i < n; i++)
    entries[i] = (Entry){
        .what = g_array_index (section->cases, BenchCase, i),
        .number = i,
        .remotes = remotes + (section->apart ? i * BENCH_N_CONTENDERS : 0),
    };
  ok = run_entries (self, entries, n, error);
  for (guint i = 0; i < n_remotes; i++)
    g_clear_pointer (&remotes[i], bench_remote_free);
  return ok;
}

static gboolean
run_sections (BenchRun *self, GError **error)
{
  g_autoptr (GPtrArray) sections = bench_plan_sections (self->plan);
  gboolean ok = TRUE;

  for (guint i = 0; ok && i < sections->len; i++) {
    g_printerr ("Packets, part %u of %u\n", i + 1, sections->len);
    ok = run_section (self, g_ptr_array_index (sections, i), error);
  }
  return ok;
}

/* New streams: each in a process that has done nothing else. */

static gboolean
run_new_streams (BenchRun *self, BenchContenderId who, BenchDirection direction, GError **error)
{
  BenchCase what = bench_plan_base (direction, BENCH_GCM_256, bench_payloads[0]);
  BenchNewStream *result = &self->results->new_streams[who][direction];
  g_autoptr (BenchRemote) remote = bench_remote_new (bench_contender_get (who), error);
  g_autofree gchar *text = NULL;
  gdouble answers[2];

  what.n_ssrcs = self->plan->new_streams;
  text = bench_case_to_text (&what);
  if (remote == NULL || !bench_remote_ask (remote, answers, 2, error, "streams %s", text))
    return FALSE;
  *result = (BenchNewStream){.known = TRUE, .first_ns = answers[0], .bytes = answers[1]};
  return TRUE;
}

static gboolean
run_all_new_streams (BenchRun *self, GError **error)
{
  g_printerr ("New streams\n");
  for (guint who = 0; who < BENCH_N_CONTENDERS; who++) {
    for (guint direction = BENCH_ENCRYPT; direction <= BENCH_DECRYPT; direction++) {
      if (bench_contender_get (who)->has_streams &&
          !run_new_streams (self, who, (BenchDirection) direction, error))
        return FALSE;
    }
  }
  return TRUE;
}

/* The long run */

static gboolean
run_soak (BenchRun *self, GError **error)
{
  BenchCase what = bench_plan_base (BENCH_DECRYPT, BENCH_GCM_256, bench_payloads[1]);
  g_autoptr (BenchRemote) remote = bench_remote_new (&bench_contender_perclite, error);
  g_autofree gchar *text = bench_case_to_text (&what);
  gdouble answers[3];

  g_printerr ("The long run\n");
  if (remote == NULL || !bench_remote_ask (remote, answers, 3, error,
                            "soak %" G_GUINT64_FORMAT " %s", self->plan->soak, text))
    return FALSE;
  self->results->soak = (BenchSoak){
      .known = TRUE,
      .packets = self->plan->soak,
      .early_kib = answers[0],
      .late_kib = answers[1],
      .ns = answers[2],
  };
  return TRUE;
}

gboolean
bench_run (BenchResults *results, const BenchPlan *plan, GError **error)
{
  BenchRun self = {.results = results, .plan = plan};

  if (!run_sections (&self, error) || !run_all_new_streams (&self, error) ||
      !bench_capacity_run (results, plan, error) || !run_soak (&self, error))
    return FALSE;
  bench_results_finish (results);
  return TRUE;
}
