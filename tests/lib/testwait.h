/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a main context until something is true, or a bound has passed. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef gboolean (*TestPredicate) (gpointer data);

/* Returns whether @predicate became true within @milliseconds. The bound is there so that a broken
 * test ends; no test should depend on its length. */
gboolean
test_wait (GMainContext *context, TestPredicate predicate, gpointer data, guint milliseconds);

G_END_DECLS
