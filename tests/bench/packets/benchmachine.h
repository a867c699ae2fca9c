/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchmachine.h - where figures come from. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * BenchMachine:
 * @flags: with which the elements were compiled, as meson tells
 * @load: processes that ran or wanted to, in the minute before
 */
typedef struct {
  gchar *processor;
  guint cores;
  gchar *system;
  gchar *gstreamer;
  gchar *libsrtp;
  gchar *openssl;
  gchar *flags;
  gboolean optimized;
  gdouble load;
} BenchMachine;

BenchMachine *bench_machine_new (void);

void bench_machine_free (BenchMachine *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (BenchMachine, bench_machine_free)

G_END_DECLS
