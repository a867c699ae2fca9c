/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchcontender.h - who is measured. Each is a struct of functions, in a file of its own. */

#pragma once

#include "benchcase.h"
#include "benchtraffic.h"

G_BEGIN_DECLS

/**
 * BenchContender:
 * @name: for the command line and the protocol
 * @titles: for people, by direction
 * @has_memories: whether packets come to it in buffers of one memory or more
 * @has_lists: whether it takes buffer lists, by direction
 * @has_streams: whether it keeps anything per SSRC
 * @begin: (nullable): once in the process, before anything else
 * @open: (transfer full) (nullable): makes what encrypts, or decrypts; %NULL with an error set
 * @load: takes packets, to be worked on by the next run, in place of any that are still there. Not
 *   timed
 * @run: works on them, which is what is timed. If KEEP, what comes out stays for @collect;
 *   otherwise it is freed. Returns how many packets came out
 * @collect: hands out what the last run has kept. Not timed
 * @close: frees what @open returned
 *
 * One who does the work.
 */
typedef struct {
  const gchar *name;
  const gchar *titles[2];
  gboolean has_memories;
  gboolean has_lists[2];
  gboolean has_streams;
  gboolean (*begin) (GError **error);
  gpointer (*open) (const BenchCase *what, BenchDirection direction, GError **error);
  void (*load) (gpointer stage, const BenchPackets *packets);
  guint (*run) (gpointer stage, gboolean keep);
  void (*collect) (gpointer stage, BenchPackets *packets);
  void (*close) (gpointer stage);
} BenchContender;

typedef enum {
  BENCH_PERCLITE,
  BENCH_SRTP,
  BENCH_SRTP_LOADED,
  BENCH_LIBSRTP,
  BENCH_EVP,
  BENCH_N_CONTENDERS,
} BenchContenderId;

extern const BenchContender bench_contender_perclite;
extern const BenchContender bench_contender_srtp;
extern const BenchContender bench_contender_srtp_loaded;
extern const BenchContender bench_contender_libsrtp;
extern const BenchContender bench_contender_evp;

const BenchContender *bench_contender_get (BenchContenderId id);

/* Returns: (nullable): the contender of that name. */
const BenchContender *bench_contender_find (const gchar *name);

/* Whether the contender can do @what, and it is not just the same to it as another case. */
gboolean bench_contender_can (const BenchContender *self, const BenchCase *what);

/**
 * bench_contender_nearest:
 *
 * Returns: @what, or what the contender does with the same packets if it cannot do that: single
 *   buffers instead of lists, and so on
 */
BenchCase bench_contender_nearest (const BenchContender *self, const BenchCase *what);

G_END_DECLS
