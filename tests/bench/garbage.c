/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What packets cost a receiver that it cannot decrypt, whoever sends them and however many: time
 * beside that of good packets, in the same run, and memory. garbage [PACKETS] */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "perclitedecrypter.h"
#include "percliteencrypter.h"

#define PAYLOAD_SIZE 1100
#define MAX_SIZE (PERCLITE_INNER_HEADER_SIZE + PAYLOAD_SIZE + PERCLITE_TRAILER_MAX_SIZE)
#define SECONDS 3
#define WINDOW_SIZE 1024
#define ROC_LIMIT 4096

typedef struct {
  guint8 outer[12];
  guint32 bytes[MAX_SIZE / 4 + 1]; /* aligned */
  gsize size;                      /* of the outer payload, from byte 1 on */
} Packet;

typedef struct {
  const gchar *name;
  guint n_keys;
  guint roc_limit;
  void (*next) (Packet *packet, guint n);
} Case;

static PercliteEncrypter *encrypter, *stranger;
static Packet stranger_packet;

static PercliteKey *
make_key (guint8 n)
{
  guint8 bytes[44] = {n, 1};
  g_autofree gchar *text = g_base64_encode (bytes, sizeof bytes);

  return perclite_key_new_from_text (text, PERCLITE_SUITE_AUTO, NULL);
}

static PercliteDecrypter *
make_decrypter (guint n_keys, guint roc_limit)
{
  g_autoptr (PercliteKeyring) keys = perclite_keyring_new ();
  PercliteDecrypter *decrypter;

  for (guint i = 0; i < n_keys; i++)
    perclite_keyring_add (keys, make_key ((guint8) i), FALSE, NULL);
  decrypter = perclite_decrypter_new (keys, WINDOW_SIZE, NULL);
  perclite_decrypter_set_roc_search (decrypter, roc_limit);
  perclite_decrypter_set_max_streams (decrypter, 1024);
  return decrypter;
}

static void
encrypt (PercliteEncrypter *with, Packet *packet, guint n)
{
  guint8 *inner = (guint8 *) packet->bytes;
  PercliteEncrypted what;

  memset (packet->outer, 0, sizeof packet->outer);
  packet->outer[0] = 0x80;
  packet->outer[1] = 105;
  packet->outer[2] = (guint8) (n >> 8);
  packet->outer[3] = (guint8) n;
  memset (inner + PERCLITE_INNER_HEADER_SIZE, 0xab, PAYLOAD_SIZE);
  if (perclite_encrypter_encrypt (with, packet->outer, inner, PAYLOAD_SIZE, &packet->size, &what) !=
      PERCLITE_OK)
    g_error ("cannot encrypt");
}

static void
next_good (Packet *packet, guint n)
{
  encrypt (encrypter, packet, n);
}

/* Nothing but the SSRC matters, and it is another one each time. */
static void
next_random_ssrc (Packet *packet, guint n)
{
  guint8 *inner = (guint8 *) packet->bytes;
  guint32 ssrc = g_random_int ();

  packet->size = PERCLITE_PEH_SIZE + PAYLOAD_SIZE + 16;
  inner[1] = 105;
  memcpy (inner + PERCLITE_SSRC_OFFSET, &ssrc, sizeof ssrc);
  memcpy (inner + PERCLITE_SEQ_OFFSET, &n, 2);
}

static void
next_stranger (Packet *packet, guint n)
{
  encrypt (stranger, packet, n + 1);
}

/* The same packet of another key: its SSRC never authenticates. */
static void
next_same (Packet *packet, guint n)
{
  *packet = stranger_packet;
}

static gint64
cpu_time (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t);
  return (gint64) t.tv_sec * 1000000000 + t.tv_nsec;
}

static glong
resident_kib (void)
{
  glong total = 0, resident = 0;
  FILE *file = fopen ("/proc/self/statm", "r");

  if (file == NULL || fscanf (file, "%ld %ld", &total, &resident) != 2)
    resident = 0;
  if (file != NULL)
    fclose (file);
  return resident * (sysconf (_SC_PAGESIZE) / 1024);
}

/* Decrypts for SECONDS, and returns the time of a packet in nanoseconds, without that of making
 * it. */
static double
measure (const Case *c, guint64 *trials)
{
  g_autoptr (PercliteDecrypter) decrypter = make_decrypter (c->n_keys, c->roc_limit);
  gint64 end = g_get_monotonic_time () + SECONDS * G_USEC_PER_SEC, spent = 0;
  guint64 n = 0;
  Packet packet;

  memset (&packet, 0xcd, sizeof packet);
  while (g_get_monotonic_time () < end) {
    const PercliteKey *key;
    gsize payload_size;
    gint64 start;

    c->next (&packet, (guint) n++);
    start = cpu_time ();
    perclite_decrypter_decrypt (
        decrypter, packet.outer, (guint8 *) packet.bytes, packet.size, &payload_size, &key);
    spent += cpu_time () - start;
  }
  *trials = perclite_decrypter_get_trials (decrypter) / SECONDS;
  return (double) spent / (double) n;
}

static gboolean
memory_stays_flat (guint64 n)
{
  g_autoptr (PercliteDecrypter) decrypter = make_decrypter (16, ROC_LIMIT);
  glong before = 0, after;
  Packet packet;

  memset (&packet, 0xcd, sizeof packet);
  for (guint64 i = 0; i < n; i++) {
    const PercliteKey *key;
    gsize payload_size;

    if (i == n / 10)
      before = resident_kib ();
    next_random_ssrc (&packet, (guint) i);
    packet.size = 100;
    perclite_decrypter_decrypt (
        decrypter, packet.outer, (guint8 *) packet.bytes, packet.size, &payload_size, &key);
  }
  after = resident_kib ();
  printf ("%" G_GUINT64_FORMAT " packets of random SSRCs, 16 keys: %ld KiB after a tenth of them, "
          "%ld KiB at the end\n",
      n, before, after);
  return after - before < 1024;
}

int
main (int argc, char **argv)
{
  static const Case cases[] = {
      {"good", 1, ROC_LIMIT, next_good},
      {"random SSRCs, no search", 1, 0, next_random_ssrc},
      {"random SSRCs", 1, ROC_LIMIT, next_random_ssrc},
      {"random SSRCs, 16 keys", 16, ROC_LIMIT, next_random_ssrc},
      {"wrong key", 1, ROC_LIMIT, next_stranger},
      {"wrong key, 16 keys", 16, ROC_LIMIT, next_stranger},
      {"one packet again and again, 16 keys", 16, ROC_LIMIT, next_same},
  };
  g_autoptr (PercliteKey) key = make_key (0);
  g_autoptr (PercliteKey) other = make_key (99);
  guint64 n = argc > 1 ? g_ascii_strtoull (argv[1], NULL, 10) : 10000000;
  double good = 0, base = 0;

  encrypter = perclite_encrypter_new (key, PERCLITE_INNER_SSRC_RANDOM, NULL);
  stranger = perclite_encrypter_new (other, PERCLITE_INNER_SSRC_RANDOM, NULL);
  encrypt (stranger, &stranger_packet, 0);

  printf ("%-38s %10s %8s %10s %s\n", "1100 bytes of payload", "ns/packet", "of good", "trials/s",
      "share of one core that the trials take");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    guint64 trials;
    double ns = measure (&cases[i], &trials);

    if (i == 0)
      good = ns;
    if (i == 1)
      base = ns;
    printf ("%-38s %10.0f %8.2f %10" G_GUINT64_FORMAT " %.1f %%\n", cases[i].name, ns, ns / good,
        trials, (double) trials * base / 1e7);
  }
  perclite_encrypter_free (encrypter);
  perclite_encrypter_free (stranger);
  return memory_stays_flat (n) ? 0 : 1;
}
