/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a soak has found, for people to read, and whether it is what it should be. */

#include "soakreport.h"

#include <stdio.h>
#include <stdlib.h>

/* What was lost so shortly before a fault has not had all the attempts to be sent again that a
 * jitter buffer waits for; and what was under way then was waited for as long, and a little
 * more. */
#define GRACE (SOAK_LATENCY * (G_USEC_PER_SEC / 1000))
#define UNDER_WAY ((SOAK_LATENCY + 100) * (G_USEC_PER_SEC / 1000))

/* How long a receiver may lose pictures on a bad link when it has come back: Janus sends again what
 * is lost only once it knows the round-trip time, which takes it up to two seconds, or three where
 * the link has lost its reports, and a keyframe that makes up for it may be lost as well. */
#define EARLY (3 * G_USEC_PER_SEC)

/* How long a receiver stands still then: until the jitter buffer has given up and another keyframe
 * has come, and once more for that. */
#define STANDSTILL (2 * (SOAK_LATENCY + 200) * (G_USEC_PER_SEC / 1000))

/* Of a hundred pictures: what may be lost on the way to the server, which receivers cannot help. */
#define MOST_COMMON 1

/* Rows of the table of what processes take. */
#define ROWS 10

/* What is compared with each other: from the first of these on, as before that not everything has
 * happened once, and from the second on. */
#define FIRST_ROW 1
#define LATE_ROW 6

/* What may come and go: threads and sockets that are about to be closed, and pages that the
 * allocator keeps. */
#define SPARE_DESCRIPTORS 6
#define SPARE_MEMORY 1.1

static const gchar *const causes[SOAK_N_FAULTS] = {
    [SOAK_FAULT_SERVER] = "the server was back",
    [SOAK_FAULT_PUBLISHER] = "the publisher was back",
};

static gint
compare (gconstpointer a, gconstpointer b)
{
  double x = *(const double *) a, y = *(const double *) b;

  return (x > y) - (x < y);
}

/* Of sorted values, at least one. */
static double
get_quantile (const GArray *sorted, double share)
{
  return g_array_index (sorted, double, (guint) ((double) (sorted->len - 1) * share + 0.5));
}

/* ---- Recovery ---- */

static GArray *
collect_recoveries (const SoakFindings *findings, SoakFault fault, guint receiver, guint *never)
{
  GArray *seconds = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = 0; i < soak_ledger_count_faults (findings->ledger); i++) {
    SoakRecovery recovery = soak_ledger_get_recovery (findings->ledger, i, receiver);
    double value = (double) recovery.recovery / G_USEC_PER_SEC;

    if (recovery.fault != fault)
      continue;
    if (recovery.recovery < 0)
      *never += 1;
    else
      g_array_append_val (seconds, value);
  }
  g_array_sort (seconds, compare);
  return seconds;
}

static gboolean
report_recovery (const SoakFindings *findings, SoakFault fault, guint receiver)
{
  guint never = 0, late = 0;
  g_autoptr (GArray) seconds = collect_recoveries (findings, fault, receiver, &never);

  for (guint i = 0; i < seconds->len; i++)
    late += g_array_index (seconds, double, i) > SOAK_GOAL;
  printf ("  %-24s %-16s %5u", causes[fault],
      soak_side_name (soak_party_get_side (findings->receivers[receiver])), seconds->len);
  if (seconds->len > 0)
    printf ("  %7.2f %7.2f %7.2f  %5u", get_quantile (seconds, 0.5), get_quantile (seconds, 0.95),
        get_quantile (seconds, 1.0), late);
  if (never > 0)
    printf ("  %u times never", never);
  putchar ('\n');
  return never == 0 && (seconds->len == 0 || get_quantile (seconds, 1.0) <= SOAK_WORST);
}

static gboolean
report_recoveries (const SoakFindings *findings)
{
  gboolean good = TRUE;

  printf (
      "\nSeconds until pictures came again, after\n  %-24s %-16s %5s  %7s %7s %7s  over %.0f s\n",
      "", "", "times", "median", "95 %", "worst", SOAK_GOAL);
  for (guint f = 0; f < SOAK_N_FAULTS; f++)
    for (guint r = 0; r < findings->n_receivers; r++)
      good &= report_recovery (findings, (SoakFault) f, r);
  return good;
}

/* ---- Pictures and sound ---- */

static void
on_lost (guint number, gint64 since, gpointer verbose)
{
  if (*(const gboolean *) verbose)
    printf ("    picture %u, sent %.2f s after the first one of the last recovery\n", number,
        (double) since / G_USEC_PER_SEC);
}

static void
report_sync (const SoakSync *sync)
{
  g_autoptr (GArray) sorted = g_array_copy (sync->apart);

  g_array_sort (sorted, compare);
  if (sorted->len > 0)
    printf ("    sound later than the picture by %+.1f ms (median; 90 %%: %+.1f to %+.1f; all: "
            "%+.1f to "
            "%+.1f; %u times)\n",
        get_quantile (sorted, 0.5), get_quantile (sorted, 0.05), get_quantile (sorted, 0.95),
        get_quantile (sorted, 0), get_quantile (sorted, 1), sorted->len);
}

static gboolean
report_pictures (const SoakFindings *findings)
{
  const SoakLimits limits = {findings->end, GRACE, UNDER_WAY, EARLY, STANDSTILL};
  gboolean good = TRUE;

  printf ("\nPictures\n");
  for (guint r = 0; r < findings->n_receivers; r++) {
    SoakBalance balance = soak_ledger_get_balance (
        findings->ledger, r, &limits, on_lost, (gpointer) &findings->verbose);

    printf ("  %s: %u sent, %u received; missing: %u in the gaps of the faults, %u in the %u s "
            "after them, "
            "%u of all on the way to the server, %u otherwise; %u damaged, %u out of order\n",
        soak_side_name (soak_party_get_side (findings->receivers[r])), balance.sent,
        balance.received, balance.gaps, balance.early, (guint) (EARLY / G_USEC_PER_SEC),
        balance.common, balance.lost, findings->damaged[r], findings->disorders[r]);
    report_sync (&findings->syncs[r]);
    good &= balance.lost == 0 && balance.common * 100 <= balance.sent * MOST_COMMON &&
            findings->damaged[r] == 0 && findings->disorders[r] == 0;
  }
  return good;
}

/* ---- What processes take ---- */

static double
get_median (const GArray *samples, guint row, guint (*get) (const SoakSample *sample))
{
  guint begin = samples->len * row / ROWS, end = samples->len * (row + 1) / ROWS;
  g_autoptr (GArray) values = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint i = begin; i < MAX (end, begin + 1) && i < samples->len; i++) {
    double value = get (&g_array_index (samples, SoakSample, i));

    g_array_append_val (values, value);
  }
  g_array_sort (values, compare);
  return values->len > 0 ? get_quantile (values, 0.5) : 0;
}

static guint
get_memory (const SoakSample *sample)
{
  return sample->memory;
}

static guint
get_descriptors (const SoakSample *sample)
{
  return sample->descriptors;
}

static guint
get_threads (const SoakSample *sample)
{
  return sample->threads;
}

/* While a publisher is away it takes less, hence the most of some rows. */
static double
get_most (const GArray *samples, guint first, guint end, guint (*get) (const SoakSample *sample))
{
  double most = 0;

  for (guint row = first; row < end; row++)
    most = MAX (most, get_median (samples, row, get));
  return most;
}

static gboolean
descriptors_are_flat (SoakParty *party)
{
  const GArray *samples = soak_party_get_samples (party);

  return get_most (samples, LATE_ROW, ROWS, get_descriptors) <=
         get_most (samples, FIRST_ROW, LATE_ROW, get_descriptors) + SPARE_DESCRIPTORS;
}

static gboolean
memory_is_flat (SoakParty *party)
{
  const GArray *samples = soak_party_get_samples (party);

  return get_most (samples, LATE_ROW, ROWS, get_memory) <=
         get_most (samples, FIRST_ROW, LATE_ROW, get_memory) * SPARE_MEMORY;
}

static gboolean
report_resources (const SoakFindings *findings)
{
  gboolean good = TRUE;

  printf ("\nMemory (MiB), descriptors, threads, tenth by tenth of the time\n ");
  for (guint p = 0; p < findings->n_parties; p++)
    printf ("  %-20s", soak_side_name (soak_party_get_side (findings->parties[p])));
  for (guint row = 0; row < ROWS; row++) {
    printf ("\n ");
    for (guint p = 0; p < findings->n_parties; p++) {
      const GArray *samples = soak_party_get_samples (findings->parties[p]);

      printf ("  %6.1f %4.0f %4.0f    ", get_median (samples, row, get_memory) / 1024,
          get_median (samples, row, get_descriptors), get_median (samples, row, get_threads));
    }
  }
  putchar ('\n');
  for (guint p = 0; p < findings->n_parties; p++) {
    if (memory_is_flat (findings->parties[p]) && descriptors_are_flat (findings->parties[p]))
      continue;
    printf ("  the %s grows\n", soak_side_name (soak_party_get_side (findings->parties[p])));
    good = FALSE;
  }
  return good;
}

gboolean
soak_report (const SoakFindings *findings)
{
  gboolean in_time = report_recoveries (findings);
  gboolean complete = report_pictures (findings);
  gboolean flat = report_resources (findings);

  return in_time && complete && flat;
}

gboolean
soak_report_is_sound (const SoakFindings *findings)
{
  for (guint r = 0; r < findings->n_receivers; r++) {
    if (!soak_ledger_has_recovered (findings->ledger, r))
      return FALSE;
  }
  for (guint p = 0; p < findings->n_parties; p++) {
    if (!descriptors_are_flat (findings->parties[p]))
      return FALSE;
  }
  return TRUE;
}
