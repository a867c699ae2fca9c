/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchcase.h - what one measurement is: direction, suite, sizes, how packets come. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  BENCH_ENCRYPT,
  BENCH_DECRYPT,
} BenchDirection;

/**
 * BenchSuite:
 * @nick: as perclitenc has it
 * @title: as IANA has it
 * @cipher: as srtpenc has it in "rtp-cipher"
 * @auth: as srtpenc has it in "rtp-auth"
 * @key_size: bytes of master key
 * @salt_size: bytes of master salt
 * @tag_size: bytes of authentication tag
 * @is_aead: AES-GCM, or else AES in counter mode with HMAC-SHA1
 */
typedef struct {
  const gchar *nick;
  const gchar *title;
  const gchar *cipher;
  const gchar *auth;
  guint key_size;
  guint salt_size;
  guint tag_size;
  gboolean is_aead;
} BenchSuite;

#define BENCH_N_SUITES 4

enum {
  BENCH_GCM_256,
  BENCH_GCM_128,
  BENCH_SHA1_80,
  BENCH_SHA1_32,
};

extern const BenchSuite bench_suites[BENCH_N_SUITES];

#define BENCH_KEY_MAX_SIZE 44

/**
 * BenchCase:
 * @list_size: packets in a buffer list; 1: single buffers
 * @n_memories: 1: the whole packet in one writable memory; 2: a header, and a payload that is a
 *   part of a larger memory and shared with it, as payloaders make them
 * @n_ssrcs: streams, whose packets come in turn
 * @wall_threads: 0: one thread, measured by its CPU time; otherwise so many threads with an element
 *   and streams each, measured by wall time
 */
typedef struct {
  BenchDirection direction;
  const BenchSuite *suite;
  guint payload_size;
  guint list_size;
  guint n_memories;
  guint n_ssrcs;
  guint wall_threads;
} BenchCase;

const gchar *bench_direction_nick (BenchDirection direction);

gboolean bench_case_equal (const BenchCase *a, const BenchCase *b);

/* One line, of words without spaces around them, which bench_case_from_text() reads again. */
gchar *bench_case_to_text (const BenchCase *self);

gboolean bench_case_from_text (BenchCase *self, const gchar *text);

/* Master key and salt of all measurements: the first BENCH_KEY_MAX_SIZE bytes or less of a fixed
 * sequence. */
const guint8 *bench_master_key (void);

G_END_DECLS
