/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchreport.c - the results as tables. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchreport.h"

#include "benchtable.h"
#include "benchtargets.h"

typedef struct {
  const BenchResults *results;
  const BenchPlan *plan;
  gboolean markdown;
  GString *text;
} Report;

static void
take_table (Report *self, BenchTable *table)
{
  if (self->markdown)
    bench_table_to_markdown (table, self->text);
  else
    bench_table_to_text (table, self->text);
  bench_table_free (table);
}

static gchar *
median_of (const BenchCell *cell)
{
  return cell != NULL ? g_strdup_printf ("%.0f", cell->stats.median) : g_strdup ("");
}

/* How far the middle half of the rounds is apart. */
static gchar *
spread_of (const BenchCell *cell)
{
  return cell != NULL ? g_strdup_printf ("%.0f-%.0f", cell->stats.low, cell->stats.high)
                      : g_strdup ("");
}

static gchar *
ratio_of (const BenchCell *top, const BenchCell *bottom)
{
  return top != NULL && bottom != NULL
             ? g_strdup_printf ("%.2f", top->stats.median / bottom->stats.median)
             : g_strdup ("");
}

static gchar **
make_row (gchar *first, ...)
{
  GPtrArray *row = g_ptr_array_new ();
  va_list cells;

  va_start (cells, first);
  for (gchar *cell = first; cell != NULL; cell = va_arg (cells, gchar *))
    g_ptr_array_add (row, cell);
  va_end (cells);
  g_ptr_array_add (row, NULL);
  return (gchar **) g_ptr_array_free (row, FALSE);
}

/* Packets */

/* A ratio to one who cannot do the same is to what it does instead. */
static void
add_packet_row (const Report *self, BenchTable *table, const BenchCase *what)
{
  const BenchCell *cells[BENCH_N_CONTENDERS];

  for (guint who = 0; who < BENCH_N_CONTENDERS; who++)
    cells[who] = bench_results_get (self->results, what, who);
  if (cells[BENCH_PERCLITE] == NULL)
    return;
  bench_table_add (table,
      make_row (g_strdup (what->suite->title), g_strdup_printf ("%u", what->payload_size),
          g_strdup_printf ("%u", what->list_size), g_strdup_printf ("%u", what->n_memories),
          median_of (cells[BENCH_PERCLITE]), spread_of (cells[BENCH_PERCLITE]),
          median_of (cells[BENCH_SRTP]), spread_of (cells[BENCH_SRTP]),
          median_of (cells[BENCH_SRTP_LOADED]), median_of (cells[BENCH_LIBSRTP]),
          median_of (cells[BENCH_EVP]),
          ratio_of (cells[BENCH_PERCLITE], bench_results_nearest (self->results, what, BENCH_SRTP)),
          ratio_of (cells[BENCH_PERCLITE], bench_results_nearest (self->results, what, BENCH_EVP)),
          NULL));
}

static void
add_packets (Report *self, BenchDirection direction)
{
  const gchar *const columns[] = {"suite", "payload", "list", "memories",
      bench_contender_perclite.titles[direction], "middle half",
      bench_contender_srtp.titles[direction], "middle half",
      bench_contender_srtp_loaded.titles[direction], "libsrtp2", "EVP",
      direction == BENCH_ENCRYPT ? "of srtpenc" : "of srtpdec", "of EVP", NULL};
  BenchTable *table = bench_table_new (
      direction == BENCH_ENCRYPT ? "Encrypt: ns per packet" : "Decrypt: ns per packet", columns, 1);

  for (guint suite = 0; suite < BENCH_N_SUITES; suite++) {
    for (guint size = 0; size < BENCH_N_PAYLOADS; size++) {
      BenchCase what = bench_plan_base (direction, suite, bench_payloads[size]);

      for (what.n_memories = 1; what.n_memories <= 2; what.n_memories++) {
        for (guint list = 0; list < BENCH_N_LISTS; list++) {
          what.list_size = bench_lists[list];
          add_packet_row (self, table, &what);
        }
      }
    }
  }
  take_table (self, table);
}

/* Streams */

static void
add_ssrcs (Report *self)
{
  const gchar *const columns[] = {"", "payload", "streams", "ours", "middle half",
      "srtpenc/srtpdec", "libsrtp2", "ours, of one stream", NULL};
  BenchTable *table =
      bench_table_new ("Many streams in turn, AES-256-GCM: ns per packet", columns, 1);

  for (guint direction = BENCH_ENCRYPT; direction <= BENCH_DECRYPT; direction++) {
    for (guint size = 0; size < BENCH_N_PAYLOADS; size++) {
      BenchCase what =
          bench_plan_base ((BenchDirection) direction, BENCH_GCM_256, bench_payloads[size]);
      const BenchCell *one = bench_results_get (self->results, &what, BENCH_PERCLITE);

      for (guint i = 0; i < BENCH_N_SSRCS; i++) {
        const BenchCell *ours;

        what.n_ssrcs = self->plan->ssrcs[i];
        ours = bench_results_get (self->results, &what, BENCH_PERCLITE);
        bench_table_add (
            table, make_row (g_strdup (bench_direction_nick (what.direction)),
                       g_strdup_printf ("%u", what.payload_size),
                       g_strdup_printf ("%u", what.n_ssrcs), median_of (ours), spread_of (ours),
                       median_of (bench_results_get (self->results, &what, BENCH_SRTP)),
                       median_of (bench_results_get (self->results, &what, BENCH_LIBSRTP)),
                       ratio_of (ours, one), NULL));
      }
    }
  }
  take_table (self, table);
}

static void
add_threads (Report *self)
{
  const gchar *const columns[] = {
      "", "payload", "ours", "srtpenc/srtpdec", "libsrtp2", "EVP", NULL};
  static const BenchContenderId order[] = {BENCH_PERCLITE, BENCH_SRTP, BENCH_LIBSRTP, BENCH_EVP};
  BenchTable *table = bench_table_new (
      "Two threads with a stream each, AES-256-GCM: how often the packets of one", columns, 1);

  for (guint direction = BENCH_ENCRYPT; direction <= BENCH_DECRYPT; direction++) {
    for (guint size = 0; size < BENCH_N_PAYLOADS; size++) {
      BenchCase one =
          bench_plan_base ((BenchDirection) direction, BENCH_GCM_256, bench_payloads[size]);
      BenchCase two = one;
      gchar *ratios[G_N_ELEMENTS (order)];

      one.wall_threads = 1;
      two.wall_threads = 2;
      for (guint i = 0; i < G_N_ELEMENTS (order); i++)
        ratios[i] = ratio_of (bench_results_get (self->results, &one, order[i]),
            bench_results_get (self->results, &two, order[i]));
      bench_table_add (table, make_row (g_strdup (bench_direction_nick (one.direction)),
                                  g_strdup_printf ("%u", one.payload_size), ratios[0], ratios[1],
                                  ratios[2], ratios[3], NULL));
    }
  }
  take_table (self, table);
}

static void
add_new_streams (Report *self)
{
  const gchar *const columns[] = {"", "first packet, µs", "memory, KiB", NULL};
  g_autofree gchar *title =
      g_strdup_printf ("What a stream costs, AES-256-GCM, median of %u", self->plan->new_streams);
  BenchTable *table = bench_table_new (title, columns, 1);

  for (guint direction = BENCH_ENCRYPT; direction <= BENCH_DECRYPT; direction++) {
    for (guint who = 0; who < BENCH_N_CONTENDERS; who++) {
      const BenchNewStream *stream = &self->results->new_streams[who][direction];

      if (stream->known)
        bench_table_add (table,
            make_row (g_strdup_printf ("%s, %s", bench_contender_get (who)->titles[direction],
                          bench_direction_nick ((BenchDirection) direction)),
                g_strdup_printf ("%.1f", stream->first_ns / 1000),
                g_strdup_printf ("%.1f", stream->bytes / 1024), NULL));
    }
  }
  take_table (self, table);
}

static void
add_capacities (Report *self)
{
  const gchar *const columns[] = {
      "", "perclitedec", "ns per packet", "srtpdec", "ns per packet", NULL};
  static const BenchContenderId order[] = {BENCH_PERCLITE, BENCH_SRTP};
  BenchTable *table = bench_table_new (
      "How many encrypted streams one core decrypts from memory, AES-256-GCM", columns, 1);

  for (guint medium = 0; medium < BENCH_N_MEDIA; medium++) {
    gchar *streams[G_N_ELEMENTS (order)], *ns[G_N_ELEMENTS (order)];

    for (guint i = 0; i < G_N_ELEMENTS (order); i++) {
      const BenchCapacity *capacity = &self->results->capacities[order[i]][medium];

      streams[i] = capacity->known
                       ? g_strdup_printf ("%s%u", capacity->at_least ? "≥ " : "", capacity->streams)
                       : g_strdup ("");
      ns[i] = capacity->known ? g_strdup_printf ("%.0f", capacity->ns) : g_strdup ("");
    }
    bench_table_add (table, make_row (g_strdup_printf ("%s, %u B", bench_media[medium].title,
                                          bench_media[medium].payload_size),
                                streams[0], ns[0], streams[1], ns[1], NULL));
  }
  take_table (self, table);
}

/* Targets */

static void
add_targets (Report *self)
{
  static const gchar *const columns[] = {"target", "worst case", "", "limit", "figure", NULL};
  g_autoptr (GPtrArray) targets = bench_targets_new (self->results, self->plan);
  const BenchSoak *soak = &self->results->soak;
  BenchTable *table = bench_table_new ("Targets", columns, 3);

  for (guint i = 0; i < targets->len; i++) {
    const BenchTarget *target = g_ptr_array_index (targets, i);

    bench_table_add (
        table, make_row (g_strdup (target->text), g_strdup (target->where),
                   g_strdup (target->reached ? "reached" : "not reached"),
                   g_strdup_printf ("%s %.2f", target->at_least ? "≥" : "≤", target->limit),
                   g_strdup_printf ("%.2f", target->figure), NULL));
  }
  if (soak->known)
    bench_table_add (table,
        make_row (
            g_strdup_printf ("memory stays flat for %" G_GUINT64_FORMAT " packets", soak->packets),
            g_strdup_printf ("from %.0f to %.0f KiB", soak->early_kib, soak->late_kib),
            g_strdup (bench_soak_is_flat (soak) ? "reached" : "not reached"),
            g_strdup ("≤ 1024 KiB"), g_strdup_printf ("%.0f KiB", soak->late_kib - soak->early_kib),
            NULL));
  take_table (self, table);
}

static void
add_machine (Report *self, const BenchMachine *machine)
{
  g_string_append_printf (self->text,
      "%s, %u cores, %s; %s, %s, %s. The elements were built as %s.%s"
      " %u rounds of %u ms for each figure; the load of the machine before was %.1f.\n%s",
      machine->processor, machine->cores, machine->system, machine->gstreamer, machine->libsrtp,
      machine->openssl, machine->flags,
      machine->optimized ? "" : " That is not optimised: these figures say nothing.",
      self->plan->rounds, self->plan->milliseconds, machine->load, self->markdown ? "\n" : "");
}

gchar *
bench_report_make (const BenchResults *results, const BenchPlan *plan, const BenchMachine *machine,
    gboolean markdown)
{
  Report self = {.results = results, .plan = plan, .markdown = markdown};

  self.text = g_string_new (NULL);
  add_machine (&self, machine);
  add_targets (&self);
  add_packets (&self, BENCH_ENCRYPT);
  add_packets (&self, BENCH_DECRYPT);
  add_ssrcs (&self);
  add_threads (&self);
  add_new_streams (&self);
  add_capacities (&self);
  return g_string_free (self.text, FALSE);
}
