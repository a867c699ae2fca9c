/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a main context until something is true, or a bound has passed. */

#include "testwait.h"

static gboolean
on_bound (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_CONTINUE;
}

gboolean
test_wait (GMainContext *context, TestPredicate predicate, gpointer data, guint milliseconds)
{
  gboolean expired = FALSE;
  GSource *bound = g_timeout_source_new (milliseconds);
  gboolean reached;

  g_source_set_callback (bound, on_bound, &expired, NULL);
  g_source_attach (bound, context);

  while (!(reached = predicate (data)) && !expired)
    g_main_context_iteration (context, TRUE);

  g_source_destroy (bound);
  g_source_unref (bound);
  return reached;
}
