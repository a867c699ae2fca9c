/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchtargets.c - what the elements are meant to reach, and whether they do. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchtargets.h"

static void
target_free (gpointer data)
{
  BenchTarget *target = data;

  g_free (target->text);
  g_free (target->where);
  g_free (target);
}

static BenchTarget *
add_target (GPtrArray *targets, gboolean at_least, gdouble limit, const gchar *text)
{
  BenchTarget *target = g_new0 (BenchTarget, 1);

  target->text = g_strdup (text);
  target->at_least = at_least;
  target->limit = limit;
  g_ptr_array_add (targets, target);
  return target;
}

/* Of several cases, the worst one counts. */
static void
count_case (BenchTarget *target, const BenchCell *top, const BenchCell *bottom, const gchar *where)
{
  gdouble figure;

  if (top == NULL || bottom == NULL)
    return;
  figure = top->stats.median / bottom->stats.median;
  if (target->where != NULL &&
      (target->at_least ? figure >= target->figure : figure <= target->figure))
    return;
  g_free (target->where);
  target->where = g_strdup (where);
  target->figure = figure;
  target->reached = target->at_least ? figure >= target->limit : figure <= target->limit;
}

/* Both take the same packets, in all sizes, single and in lists. */
static void
add_against_srtp (GPtrArray *targets, const BenchResults *results, BenchDirection direction,
    gdouble limit, const gchar *how, const guint *suites, guint n_suites)
{
  g_autofree gchar *text = g_strdup_printf ("%s takes at most %s of the time of %s, %s",
      bench_contender_perclite.titles[direction], how, bench_contender_srtp.titles[direction],
      bench_suites[suites[0]].is_aead ? "AES-256-GCM" : "the SHA1 suites");
  BenchTarget *target = add_target (targets, FALSE, limit, text);

  for (guint suite = 0; suite < n_suites; suite++) {
    for (guint size = 0; size < BENCH_N_PAYLOADS; size++) {
      for (guint list = 0; list < BENCH_N_LISTS; list++) {
        BenchCase what = bench_plan_base (direction, suites[suite], bench_payloads[size]);
        g_autofree gchar *where = NULL;

        what.list_size = bench_lists[list];
        where = g_strdup_printf ("%s, %u B, %s", what.suite->title, what.payload_size,
            what.list_size > 1 ? "lists" : "single");
        count_case (target, bench_results_get (results, &what, BENCH_PERCLITE),
            bench_results_nearest (results, &what, BENCH_SRTP), where);
      }
    }
  }
}

static void
add_against_floor (GPtrArray *targets, const BenchResults *results, BenchDirection direction,
    guint list, gdouble limit)
{
  BenchCase what = bench_plan_base (direction, BENCH_GCM_256, bench_payloads[1]);
  g_autofree gchar *text = g_strdup_printf ("%s takes at most %.1f times as long as EVP, %s",
      bench_contender_perclite.titles[direction], limit,
      bench_lists[list] > 1 ? "lists of 10" : "single buffers");
  BenchTarget *target = add_target (targets, FALSE, limit, text);
  g_autofree gchar *where = g_strdup_printf ("%u B", what.payload_size);

  what.list_size = bench_lists[list];
  count_case (target, bench_results_get (results, &what, BENCH_PERCLITE),
      bench_results_nearest (results, &what, BENCH_EVP), where);
}

static void
add_streams (GPtrArray *targets, const BenchResults *results, const BenchPlan *plan,
    BenchDirection direction)
{
  guint many = plan->ssrcs[BENCH_N_SSRCS - 1];
  g_autofree gchar *text =
      g_strdup_printf ("%s takes at most 1.2 times as long with %u streams as with one",
          bench_contender_perclite.titles[direction], many);
  BenchTarget *target = add_target (targets, FALSE, 1.2, text);

  for (guint size = 0; size < BENCH_N_PAYLOADS; size++) {
    BenchCase what = bench_plan_base (direction, BENCH_GCM_256, bench_payloads[size]);
    const BenchCell *one = bench_results_get (results, &what, BENCH_PERCLITE);
    g_autofree gchar *where = g_strdup_printf ("%u B", what.payload_size);

    what.n_ssrcs = many;
    count_case (target, bench_results_get (results, &what, BENCH_PERCLITE), one, where);
  }
}

/* Nanoseconds are per packet of all threads, so that half of them is twice as fast. */
static void
add_threads (GPtrArray *targets, const BenchResults *results, BenchDirection direction)
{
  g_autofree gchar *text = g_strdup_printf ("%s is at least 1.8 times as fast with two threads",
      bench_contender_perclite.titles[direction]);
  BenchTarget *target = add_target (targets, TRUE, 1.8, text);

  for (guint size = 0; size < BENCH_N_PAYLOADS; size++) {
    BenchCase what = bench_plan_base (direction, BENCH_GCM_256, bench_payloads[size]);
    g_autofree gchar *where = g_strdup_printf ("%u B", what.payload_size);
    const BenchCell *one;

    what.wall_threads = 1;
    one = bench_results_get (results, &what, BENCH_PERCLITE);
    what.wall_threads = 2;
    count_case (target, one, bench_results_get (results, &what, BENCH_PERCLITE), where);
  }
}

GPtrArray *
bench_targets_new (const BenchResults *results, const BenchPlan *plan)
{
  static const guint gcm[] = {BENCH_GCM_256}, sha1[] = {BENCH_SHA1_80, BENCH_SHA1_32};
  GPtrArray *targets = g_ptr_array_new_with_free_func (target_free);

  for (guint i = BENCH_ENCRYPT; i <= BENCH_DECRYPT; i++)
    add_against_srtp (targets, results, (BenchDirection) i, 0.5, "half", gcm, G_N_ELEMENTS (gcm));
  for (guint i = BENCH_ENCRYPT; i <= BENCH_DECRYPT; i++)
    add_against_srtp (
        targets, results, (BenchDirection) i, 1 / 3.0, "a third", sha1, G_N_ELEMENTS (sha1));
  for (guint i = BENCH_ENCRYPT; i <= BENCH_DECRYPT; i++)
    add_against_floor (targets, results, (BenchDirection) i, 0, 2.0);
  for (guint i = BENCH_ENCRYPT; i <= BENCH_DECRYPT; i++)
    add_against_floor (targets, results, (BenchDirection) i, 1, 1.6);
  for (guint i = BENCH_ENCRYPT; i <= BENCH_DECRYPT; i++)
    add_streams (targets, results, plan, (BenchDirection) i);
  for (guint i = BENCH_ENCRYPT; i <= BENCH_DECRYPT; i++)
    add_threads (targets, results, (BenchDirection) i);
  for (guint i = targets->len; i > 0; i--) {
    if (((BenchTarget *) g_ptr_array_index (targets, i - 1))->where == NULL)
      g_ptr_array_remove_index (targets, i - 1);
  }
  return targets;
}
