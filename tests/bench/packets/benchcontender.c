/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchcontender.c - who is measured. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchcontender.h"

const BenchContender *
bench_contender_get (BenchContenderId id)
{
  static const BenchContender *const all[BENCH_N_CONTENDERS] = {
      [BENCH_PERCLITE] = &bench_contender_perclite,
      [BENCH_SRTP] = &bench_contender_srtp,
      [BENCH_SRTP_LOADED] = &bench_contender_srtp_loaded,
      [BENCH_LIBSRTP] = &bench_contender_libsrtp,
      [BENCH_EVP] = &bench_contender_evp,
  };

  return all[id];
}

const BenchContender *
bench_contender_find (const gchar *name)
{
  for (guint i = 0; i < BENCH_N_CONTENDERS; i++) {
    const BenchContender *contender = bench_contender_get ((BenchContenderId) i);

    if (g_str_equal (contender->name, name))
      return contender;
  }
  return NULL;
}

gboolean
bench_contender_can (const BenchContender *self, const BenchCase *what)
{
  BenchCase nearest = bench_contender_nearest (self, what);

  return bench_case_equal (&nearest, what);
}

BenchCase
bench_contender_nearest (const BenchContender *self, const BenchCase *what)
{
  BenchCase nearest = *what;

  if (!self->has_memories)
    nearest.n_memories = 1;
  if (!self->has_lists[what->direction])
    nearest.list_size = 1;
  if (!self->has_streams)
    nearest.n_ssrcs = 1;
  return nearest;
}
