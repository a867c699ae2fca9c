/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bots that run for days, in an hour or a minute: a publisher and two receivers at a real Janus,
 * over links that lose packets, while the server dies and comes back, the publisher leaves and
 * returns, and keys rotate.
 *
 *     tests/lib/netns.sh build/tests/soak/soak [--seconds=N] [--strict] [--verbose]
 *
 * Reports what that has cost, and ends with 1 when a process has crashed, pictures have not come
 * again after each fault, or descriptors leak; with --strict also when they took too long, pictures
 * were lost beyond the faults, or memory grows. */

#include <gio/gio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lossylink.h"
#include "soakledger.h"
#include "soakparty.h"
#include "soakreport.h"
#include "soaksync.h"
#include "testfiles.h"
#include "testjanus.h"
#include "testkeyring.h"

#define ROOM TEST_ROOM_E2EE

#define CYCLE 20 /* seconds */
/* Within it, milliseconds: the server is killed at once, and away for one of these times; then the
 * publisher leaves. Each time that pictures may be away for at the worst passes before the next
 * fault, so that each is measured by itself. */
static const guint away[] = {1000, 4000, 300, 6000};
#define LEAVE_AT 12000
#define RETURN_AT 14000

#define ROTATION 2000 /* milliseconds */
/* How long before the sender the receivers have a key: longer than a file is looked at. */
#define KEY_LEAD 1000
#define OLD_KEYS 2

#define SAMPLING 2 /* seconds */

#define DELAY 10 /* milliseconds each way */

/* For what has to happen in the end, seconds: far more than it takes. */
#define PATIENCE 60

enum { PUBLISHER, FIRST_RECEIVER, N_PARTIES = SOAK_N_SIDES };
#define N_RECEIVERS (N_PARTIES - FIRST_RECEIVER)

typedef struct {
  TestJanus *janus;
  LossyLink *link;
  gchar *directory, *sender_keys, *receiver_keys;
  SoakParty *parties[N_PARTIES];

  SoakLedger *ledger;
  SoakSync syncs[N_RECEIVERS];
  GHashTable *flashes; /* numbers of the pictures with which a beep begins */
  GHashTable *warnings;
  guint damaged[N_RECEIVERS], disorders[N_RECEIVERS];
  guint errors;

  guint key;
  guint cycles; /* that have begun */
  gint64 began;
  gboolean failed; /* beyond what is reported */
} Soak;

static gint seconds = 60;
static gdouble loss = 5; /* percent, each way */
static gboolean strict, verbose;

static const GOptionEntry options[] = {
    {"seconds", 0, 0, G_OPTION_ARG_INT, &seconds, "How long, at least", "N"},
    {"loss", 0, 0, G_OPTION_ARG_DOUBLE, &loss, "How many packets are lost, each way", "PERCENT"},
    {"strict", 0, 0, G_OPTION_ARG_NONE, &strict, "Fail also where a goal is missed", NULL},
    {"verbose", 0, 0, G_OPTION_ARG_NONE, &verbose, "Tell what happens meanwhile", NULL},
    {NULL},
};

static void tell (Soak *self, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

static void
tell (Soak *self, const gchar *format, ...)
{
  va_list args;

  if (!verbose)
    return;
  printf ("%8.2f ", (double) (g_get_monotonic_time () - self->began) / G_USEC_PER_SEC);
  va_start (args, format);
  vprintf (format, args);
  va_end (args);
  putchar ('\n');
  fflush (stdout);
}

/* ---- What is heard ---- */

static void
on_sent (Soak *self, guint number, gint64 time, gint64 beeps)
{
  soak_ledger_sent (self->ledger, number, time);
  if (beeps)
    g_hash_table_add (self->flashes, GUINT_TO_POINTER (number));
}

static void
on_received (Soak *self, guint receiver, guint number, gint64 time, gint64 running)
{
  gboolean was_over = soak_ledger_has_recovered (self->ledger, receiver);

  if (!soak_ledger_received (self->ledger, receiver, number, time)) {
    self->disorders[receiver]++;
    tell (self, "picture %u out of order", number);
  }
  if (!was_over && soak_ledger_has_recovered (self->ledger, receiver))
    tell (self, "%s: pictures", soak_side_name ((SoakSide) (FIRST_RECEIVER + receiver)));
  if (g_hash_table_contains (self->flashes, GUINT_TO_POINTER (number)))
    soak_sync_add_flash (&self->syncs[receiver], running);
}

static void
on_warning (Soak *self, SoakParty *party, const gchar *text)
{
  gpointer count = g_hash_table_lookup (self->warnings, text);

  g_hash_table_insert (
      self->warnings, g_strdup (text), GUINT_TO_POINTER (GPOINTER_TO_UINT (count) + 1));
  tell (self, "%s: %s", soak_side_name (soak_party_get_side (party)), text);
}

static void
on_line (SoakParty *party, const gchar *line, gpointer user_data)
{
  Soak *self = user_data;
  guint receiver = (guint) soak_party_get_side (party) - FIRST_RECEIVER;
  gint64 time, value;
  guint number;

  if (sscanf (line, "sent %u %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, &number, &time, &value) ==
      3) {
    on_sent (self, number, time, value);
  } else if (sscanf (line, "received %u %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, &number, &time,
                 &value) == 3) {
    on_received (self, receiver, number, time, value);
  } else if (g_str_has_prefix (line, "damaged ")) {
    self->damaged[receiver]++;
    tell (self, "a damaged picture");
  } else if (sscanf (line, "beep %" G_GINT64_FORMAT, &value) == 1) {
    soak_sync_add_beep (&self->syncs[receiver], value);
  } else if (g_str_has_prefix (line, "warning ")) {
    on_warning (self, party, strchr (line, ' ') + 1);
  } else if (g_str_has_prefix (line, "error ")) {
    self->errors++;
    printf ("%s: %s\n", soak_side_name (soak_party_get_side (party)), line);
  } else {
    tell (self, "%s: %s", soak_side_name (soak_party_get_side (party)), line);
  }
}

/* ---- Keys ---- */

/* With the keys before, for what is under way. */
static void
write_keys (const gchar *path, const gchar *mark, guint key)
{
  g_autoptr (GString) ring = g_string_new (NULL);

  for (guint age = 0; age <= MIN (key, OLD_KEYS); age++) {
    g_autofree gchar *text = test_key_text (key - age);

    g_string_append_printf (ring, "%s%s\n", age == 0 ? mark : "", text);
  }
  test_key_write_file (path, ring->str);
}

static gboolean
on_send_with_key (gpointer user_data)
{
  Soak *self = user_data;

  write_keys (self->sender_keys, "send ", self->key);
  return G_SOURCE_REMOVE;
}

static gboolean
on_rotate (gpointer user_data)
{
  Soak *self = user_data;

  write_keys (self->receiver_keys, "", ++self->key);
  g_timeout_add (KEY_LEAD, on_send_with_key, self);
  return G_SOURCE_CONTINUE;
}

/* ---- Faults ---- */

static gboolean
on_kill (gpointer user_data)
{
  Soak *self = user_data;

  soak_ledger_begin_fault (self->ledger, SOAK_FAULT_SERVER, g_get_monotonic_time ());
  test_janus_kill (self->janus);
  tell (self, "the server is killed");
  return G_SOURCE_REMOVE;
}

static gboolean
on_restart (gpointer user_data)
{
  Soak *self = user_data;
  g_autoptr (GError) error = NULL;

  if (!test_janus_restart (self->janus, &error)) {
    printf ("%s\n", error->message);
    self->failed = TRUE;
  }
  soak_ledger_end_fault (self->ledger, g_get_monotonic_time ());
  tell (self, "the server is back");
  return G_SOURCE_REMOVE;
}

static gboolean
on_leave (gpointer user_data)
{
  Soak *self = user_data;

  soak_ledger_begin_fault (self->ledger, SOAK_FAULT_PUBLISHER, g_get_monotonic_time ());
  soak_party_tell (self->parties[PUBLISHER], "leave");
  tell (self, "the publisher leaves");
  return G_SOURCE_REMOVE;
}

static gboolean
on_return (gpointer user_data)
{
  Soak *self = user_data;

  soak_party_tell (self->parties[PUBLISHER], "return");
  soak_ledger_end_fault (self->ledger, g_get_monotonic_time ());
  tell (self, "the publisher returns");
  return G_SOURCE_REMOVE;
}

static gboolean
on_cycle (gpointer user_data)
{
  Soak *self = user_data;

  if (self->cycles * CYCLE >= (guint) seconds)
    return G_SOURCE_REMOVE;
  on_kill (self);
  g_timeout_add (away[self->cycles % G_N_ELEMENTS (away)], on_restart, self);
  g_timeout_add (LEAVE_AT, on_leave, self);
  g_timeout_add (RETURN_AT, on_return, self);
  self->cycles++;
  return G_SOURCE_CONTINUE;
}

/* ---- The run ---- */

static gboolean
on_sample (gpointer user_data)
{
  Soak *self = user_data;

  for (guint p = 0; p < N_PARTIES; p++)
    soak_party_sample (self->parties[p]);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_tick (gpointer unused)
{
  return G_SOURCE_CONTINUE;
}

static gboolean
some_have_ended (Soak *self)
{
  gint status;

  for (guint p = 0; p < N_PARTIES; p++) {
    if (soak_party_has_ended (self->parties[p], &status))
      return TRUE;
  }
  return FALSE;
}

/* Until it is true, or a participant has ended, or so much time has passed. */
static gboolean
run_until (Soak *self, gboolean (*is_true) (Soak *self), guint patience)
{
  gint64 deadline = g_get_monotonic_time () + patience * G_USEC_PER_SEC;

  while (!is_true (self) && !some_have_ended (self) && g_get_monotonic_time () < deadline)
    g_main_context_iteration (NULL, TRUE);
  return is_true (self);
}

static gboolean
all_receive (Soak *self)
{
  for (guint r = 0; r < N_RECEIVERS; r++) {
    if (!soak_ledger_has_recovered (self->ledger, r))
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_over (Soak *self)
{
  return g_get_monotonic_time () - self->began >= (gint64) self->cycles * CYCLE * G_USEC_PER_SEC &&
         self->cycles * CYCLE >= (guint) seconds;
}

static gboolean
never (Soak *self)
{
  return FALSE;
}

/* Each of them in order, which is to be a good end. */
static void
end_all (Soak *self)
{
  for (guint p = 0; p < N_PARTIES; p++) {
    gint64 deadline = g_get_monotonic_time () + PATIENCE * G_USEC_PER_SEC;
    SoakParty *party = self->parties[N_PARTIES - 1 - p];
    gint status = 0;

    soak_party_tell (party, "end");
    while (!soak_party_has_ended (party, &status) && g_get_monotonic_time () < deadline)
      g_main_context_iteration (NULL, TRUE);
    if (!soak_party_has_ended (party, &status)) {
      printf ("The %s does not end\n", soak_side_name (soak_party_get_side (party)));
      self->failed = TRUE;
    } else if (status != 0) {
      printf ("The %s has ended with %d\n", soak_side_name (soak_party_get_side (party)), status);
      self->failed = TRUE;
    }
  }
}

static void
print_warning (gpointer text, gpointer count, gpointer unused)
{
  printf ("  %4u x %s\n", GPOINTER_TO_UINT (count), (const gchar *) text);
}

static void
print_conditions (Soak *self)
{
  LinkCounts counts;
  guint64 dropped = 0, all = 0;

  lossy_link_get_counts (self->link, &counts);
  for (guint d = 0; d < LINK_N_DIRECTIONS; d++) {
    for (guint k = 0; k < PACKET_N_KINDS; k++) {
      dropped += counts.dropped[d][k];
      all += counts.dropped[d][k] + counts.forwarded[d][k];
    }
  }
  printf ("\n%u s: the server was killed and restarted %u times, the publisher left and returned "
          "as often, %u "
          "keys, %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " packets dropped (%.1f %%)\n",
      self->cycles * CYCLE, self->cycles, self->key + 1, dropped, all,
      all > 0 ? 100.0 * (double) dropped / (double) all : 0);
}

static gboolean
report (Soak *self, gint64 end)
{
  const SoakFindings findings = {
      .ledger = self->ledger,
      .end = end,
      .n_receivers = N_RECEIVERS,
      .receivers = self->parties + FIRST_RECEIVER,
      .syncs = self->syncs,
      .damaged = self->damaged,
      .disorders = self->disorders,
      .n_parties = N_PARTIES,
      .parties = self->parties,
      .verbose = verbose,
  };
  gboolean good, sound = soak_report_is_sound (&findings);

  print_conditions (self);
  good = soak_report (&findings);
  printf ("\nWarnings\n");
  g_hash_table_foreach (self->warnings, print_warning, NULL);
  printf ("\n%u errors; goals %s\n", self->errors, good ? "reached" : "missed");
  return sound && (good || !strict);
}

static gboolean
start (Soak *self)
{
  /* With the receivers' latency: time for several retransmissions. */
  const TestJanusOptions janus_options = {.extra_core = "media: {\n  min_nack_queue = 1000\n}\n"};
  g_autoptr (GError) error = NULL;
  const gchar *endpoint;

  self->janus = test_janus_new (&janus_options, &error);
  if (self->janus)
    self->link = lossy_link_new (test_janus_get_endpoint (self->janus), 1, &error);
  if (!self->link) {
    printf ("%s\n", error->message);
    return FALSE;
  }
  lossy_link_set_droppable (self->link, PACKET_MASK_ALL);
  lossy_link_set (self->link, loss / 100, loss / 100, DELAY);
  endpoint = lossy_link_get_endpoint (self->link);
  write_keys (self->sender_keys, "send ", self->key);
  write_keys (self->receiver_keys, "", self->key);
  for (guint p = 0; p < N_PARTIES; p++) {
    self->parties[p] = soak_party_new ((SoakSide) p, endpoint, ROOM,
        p == PUBLISHER ? self->sender_keys : self->receiver_keys, on_line, self, &error);
    if (!self->parties[p]) {
      printf ("%s\n", error->message);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
run (Soak *self)
{
  gint64 end;
  gboolean good;

  self->began = g_get_monotonic_time ();
  g_timeout_add (100, on_tick, NULL);
  if (!start (self) || !run_until (self, all_receive, PATIENCE)) {
    printf ("No picture has come at all\n");
    return FALSE;
  }

  self->began = g_get_monotonic_time ();
  g_timeout_add_seconds (SAMPLING, on_sample, self);
  g_timeout_add (ROTATION, on_rotate, self);
  on_cycle (self);
  g_timeout_add (CYCLE * 1000, on_cycle, self);
  run_until (self, is_over, (guint) seconds + 2 * CYCLE);
  run_until (self, all_receive, PATIENCE);
  /* Some more, so that the last ones that count have had time to come. */
  end = g_get_monotonic_time ();
  run_until (self, never, 2);
  end_all (self);
  good = report (self, end);
  return good && !self->failed && self->errors == 0;
}

static void
clear (Soak *self)
{
  for (guint p = 0; p < N_PARTIES; p++)
    g_clear_pointer (&self->parties[p], soak_party_free);
  for (guint r = 0; r < N_RECEIVERS; r++)
    soak_sync_clear (&self->syncs[r]);
  g_clear_pointer (&self->link, lossy_link_free);
  g_clear_pointer (&self->janus, test_janus_free);
  g_clear_pointer (&self->ledger, soak_ledger_free);
  g_hash_table_unref (self->flashes);
  g_hash_table_unref (self->warnings);
  test_files_remove (self->directory);
  g_free (self->directory);
  g_free (self->sender_keys);
  g_free (self->receiver_keys);
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  Soak self = {0};
  gboolean good;

  soak_side_main (argc, argv);
  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || seconds <= 0) {
    fprintf (stderr, "%s\n", error ? error->message : "--seconds= wants more than that");
    return 2;
  }
  /* A participant that has died is noticed otherwise. */
  signal (SIGPIPE, SIG_IGN);

  self.directory = g_dir_make_tmp ("perclite-soak-XXXXXX", &error);
  if (!self.directory) {
    fprintf (stderr, "%s\n", error->message);
    return 1;
  }
  self.sender_keys = g_build_filename (self.directory, "sender.keys", NULL);
  self.receiver_keys = g_build_filename (self.directory, "receiver.keys", NULL);
  self.ledger = soak_ledger_new (N_RECEIVERS);
  self.flashes = g_hash_table_new (NULL, NULL);
  self.warnings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint r = 0; r < N_RECEIVERS; r++)
    self.syncs[r] = SOAK_SYNC_INIT;
  good = run (&self);
  clear (&self);
  return good ? 0 : 1;
}
