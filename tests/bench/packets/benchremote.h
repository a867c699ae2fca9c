/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchremote.h - the other end of a benchworker: a process for each contender, because perclitenc
 * changes libsrtp2 for the whole process it is in. */

#pragma once

#include "benchcontender.h"

G_BEGIN_DECLS

typedef struct _BenchRemote BenchRemote;

/* Starts a worker, of this program. */
BenchRemote *bench_remote_new (const BenchContender *contender, GError **error);

/* Ends it. */
void bench_remote_free (BenchRemote *self);

/**
 * bench_remote_ask:
 * @answers: (nullable): for @n numbers
 * @format: the command, as of bench_worker_run()
 *
 * Waits for the answer.
 */
gboolean bench_remote_ask (BenchRemote *self, gdouble *answers, guint n, GError **error,
    const gchar *format, ...) G_GNUC_PRINTF (5, 6);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchRemote, bench_remote_free)

G_END_DECLS
