/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchjson.c - the results for programs. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchjson.h"

#include <json-glib/json-glib.h>

#include "benchtargets.h"

static void
add_string (JsonBuilder *builder, const gchar *name, const gchar *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
add_double (JsonBuilder *builder, const gchar *name, gdouble value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_double_value (builder, value);
}

static void
add_int (JsonBuilder *builder, const gchar *name, gint64 value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_int_value (builder, value);
}

static void
add_boolean (JsonBuilder *builder, const gchar *name, gboolean value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_boolean_value (builder, value);
}

static void
add_machine (JsonBuilder *builder, const BenchPlan *plan, const BenchMachine *machine)
{
  json_builder_set_member_name (builder, "machine");
  json_builder_begin_object (builder);
  add_string (builder, "processor", machine->processor);
  add_int (builder, "cores", machine->cores);
  add_string (builder, "system", machine->system);
  add_string (builder, "gstreamer", machine->gstreamer);
  add_string (builder, "libsrtp", machine->libsrtp);
  add_string (builder, "openssl", machine->openssl);
  add_string (builder, "build", machine->flags);
  add_boolean (builder, "optimized", machine->optimized);
  add_double (builder, "load", machine->load);
  add_int (builder, "rounds", plan->rounds);
  add_int (builder, "round-ms", plan->milliseconds);
  json_builder_end_object (builder);
}

static void
add_targets (JsonBuilder *builder, const BenchResults *results, const BenchPlan *plan)
{
  g_autoptr (GPtrArray) targets = bench_targets_new (results, plan);

  json_builder_set_member_name (builder, "targets");
  json_builder_begin_array (builder);
  for (guint i = 0; i < targets->len; i++) {
    const BenchTarget *target = g_ptr_array_index (targets, i);

    json_builder_begin_object (builder);
    add_string (builder, "target", target->text);
    add_string (builder, "worst-case", target->where);
    add_double (builder, target->at_least ? "at-least" : "at-most", target->limit);
    add_double (builder, "figure", target->figure);
    add_boolean (builder, "reached", target->reached);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static void
add_packets (JsonBuilder *builder, const BenchResults *results)
{
  json_builder_set_member_name (builder, "packets");
  json_builder_begin_array (builder);
  for (guint i = 0; i < results->cells->len; i++) {
    const BenchCell *cell = g_ptr_array_index (results->cells, i);

    json_builder_begin_object (builder);
    add_string (builder, "contender", bench_contender_get (cell->who)->name);
    add_string (builder, "direction", bench_direction_nick (cell->what.direction));
    add_string (builder, "suite", cell->what.suite->nick);
    add_int (builder, "payload", cell->what.payload_size);
    add_int (builder, "list", cell->what.list_size);
    add_int (builder, "memories", cell->what.n_memories);
    add_int (builder, "ssrcs", cell->what.n_ssrcs);
    add_int (builder, "threads", MAX (cell->what.wall_threads, 1));
    add_string (builder, "clock", cell->what.wall_threads > 0 ? "wall" : "cpu");
    add_int (builder, "rounds", cell->stats.n);
    add_double (builder, "min", cell->stats.min);
    add_double (builder, "quarter", cell->stats.low);
    add_double (builder, "median", cell->stats.median);
    add_double (builder, "three-quarters", cell->stats.high);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static void
add_new_streams (JsonBuilder *builder, const BenchResults *results, const BenchPlan *plan)
{
  json_builder_set_member_name (builder, "new-streams");
  json_builder_begin_array (builder);
  for (guint who = 0; who < BENCH_N_CONTENDERS; who++) {
    for (guint direction = BENCH_ENCRYPT; direction <= BENCH_DECRYPT; direction++) {
      const BenchNewStream *stream = &results->new_streams[who][direction];

      if (!stream->known)
        continue;
      json_builder_begin_object (builder);
      add_string (builder, "contender", bench_contender_get (who)->name);
      add_string (builder, "direction", bench_direction_nick ((BenchDirection) direction));
      add_int (builder, "streams", plan->new_streams);
      add_double (builder, "first-packet", stream->first_ns);
      add_double (builder, "bytes", stream->bytes);
      json_builder_end_object (builder);
    }
  }
  json_builder_end_array (builder);
}

static void
add_capacities (JsonBuilder *builder, const BenchResults *results)
{
  json_builder_set_member_name (builder, "streams-of-one-core");
  json_builder_begin_array (builder);
  for (guint who = 0; who < BENCH_N_CONTENDERS; who++) {
    for (guint medium = 0; medium < BENCH_N_MEDIA; medium++) {
      const BenchCapacity *capacity = &results->capacities[who][medium];

      if (!capacity->known)
        continue;
      json_builder_begin_object (builder);
      add_string (builder, "contender", bench_contender_get (who)->name);
      add_string (builder, "medium", bench_media[medium].nick);
      add_int (builder, "payload", bench_media[medium].payload_size);
      add_int (builder, "packets-per-second", bench_media[medium].packets_per_second);
      add_int (builder, "streams", capacity->streams);
      add_boolean (builder, "or-more", capacity->at_least);
      add_double (builder, "part-of-core", capacity->load);
      add_double (builder, "median", capacity->ns);
      json_builder_end_object (builder);
    }
  }
  json_builder_end_array (builder);
}

static void
add_soak (JsonBuilder *builder, const BenchSoak *soak)
{
  json_builder_set_member_name (builder, "long-run");
  json_builder_begin_object (builder);
  add_int (builder, "packets", (gint64) soak->packets);
  add_double (builder, "kib-after-a-tenth", soak->early_kib);
  add_double (builder, "kib-at-the-end", soak->late_kib);
  add_boolean (builder, "flat", bench_soak_is_flat (soak));
  add_double (builder, "both-directions", soak->ns);
  json_builder_end_object (builder);
}

gchar *
bench_json_make (const BenchResults *results, const BenchPlan *plan, const BenchMachine *machine)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  add_machine (builder, plan, machine);
  add_targets (builder, results, plan);
  add_packets (builder, results);
  add_new_streams (builder, results, plan);
  add_capacities (builder, results);
  add_soak (builder, &results->soak);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, TRUE);
}
