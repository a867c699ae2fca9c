/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the targets have in common. */

#include <stdlib.h>
#include <string.h>

#include "fuzz.h"

/* A critical of GLib is a mistake in what calls it. What GLib does about one that is fatal is a
 * breakpoint, which libFuzzer takes for no crash. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer user_data)
{
  g_log_writer_standard_streams (level, fields, n_fields, user_data);
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING))
    abort ();
  return G_LOG_WRITER_HANDLED;
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  g_log_set_writer_func (write_log, NULL, NULL);

  /* No plugin is needed but those that are linked, and the registry of the user is left alone. */
  g_setenv ("GST_REGISTRY_DISABLE", "yes", TRUE);
  g_setenv ("GST_REGISTRY_FORK", "no", TRUE);
  g_setenv ("GST_PLUGIN_SYSTEM_PATH_1_0", "", TRUE);
  g_setenv ("GST_PLUGIN_PATH_1_0", "", TRUE);
  g_unsetenv ("GST_DEBUG");
  gst_init (NULL, NULL);
  gst_debug_set_active (FALSE);
  return 0;
}

void
fuzz_check_error (const GError *error, GQuark domain)
{
  g_assert_nonnull (error);
  g_assert_true (error->domain == domain);
  g_assert_nonnull (error->message);
  g_assert_true (*error->message != '\0');
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}
