/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchcase.c - what one measurement is: direction, suite, sizes, how packets come. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchcase.h"

#include <stdio.h>

const BenchSuite bench_suites[BENCH_N_SUITES] = {
    {"aead-aes-256-gcm", "AEAD_AES_256_GCM", "aes-256-gcm", "null", 32, 12, 16, TRUE},
    {"aead-aes-128-gcm", "AEAD_AES_128_GCM", "aes-128-gcm", "null", 16, 12, 16, TRUE},
    {"aes-cm-128-hmac-sha1-80", "AES_CM_128_HMAC_SHA1_80", "aes-128-icm", "hmac-sha1-80", 16, 14,
        10, FALSE},
    {"aes-cm-128-hmac-sha1-32", "AES_CM_128_HMAC_SHA1_32", "aes-128-icm", "hmac-sha1-32", 16, 14, 4,
        FALSE},
};

const gchar *
bench_direction_nick (BenchDirection direction)
{
  return direction == BENCH_ENCRYPT ? "encrypt" : "decrypt";
}

gboolean
bench_case_equal (const BenchCase *a, const BenchCase *b)
{
  return a->direction == b->direction && a->suite == b->suite &&
         a->payload_size == b->payload_size && a->list_size == b->list_size &&
         a->n_memories == b->n_memories && a->n_ssrcs == b->n_ssrcs &&
         a->wall_threads == b->wall_threads;
}

gchar *
bench_case_to_text (const BenchCase *self)
{
  return g_strdup_printf ("%s %s payload=%u list=%u memories=%u ssrcs=%u threads=%u",
      bench_direction_nick (self->direction), self->suite->nick, self->payload_size,
      self->list_size, self->n_memories, self->n_ssrcs, self->wall_threads);
}

gboolean
bench_case_from_text (BenchCase *self, const gchar *text)
{
  gchar direction[16], suite[32];

  *self = (BenchCase){.suite = NULL};
  if (sscanf (text, "%15s %31s payload=%u list=%u memories=%u ssrcs=%u threads=%u", direction,
          suite, &self->payload_size, &self->list_size, &self->n_memories, &self->n_ssrcs,
          &self->wall_threads) != 7)
    return FALSE;
  self->direction = g_str_equal (direction, "decrypt") ? BENCH_DECRYPT : BENCH_ENCRYPT;
  for (guint i = 0; i < BENCH_N_SUITES; i++) {
    if (g_str_equal (bench_suites[i].nick, suite))
      self->suite = &bench_suites[i];
  }
  return self->suite != NULL;
}

const guint8 *
bench_master_key (void)
{
  static guint8 key[BENCH_KEY_MAX_SIZE];

  for (guint i = 0; i < sizeof key; i++)
    key[i] = (guint8) (17 + 89 * i);
  return key;
}
