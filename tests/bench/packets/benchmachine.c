/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* benchmachine.c - where figures come from. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchmachine.h"

#include <stdlib.h>

#include <gst/gst.h>
#include <openssl/crypto.h>
#include <srtp2/srtp.h>

static gchar *
read_processor (void)
{
  g_autofree gchar *text = NULL;
  const gchar *at;

  if (!g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL))
    return g_strdup ("unknown processor");
  at = strstr (text, "model name");
  at = at != NULL ? strchr (at, ':') : NULL;
  return at != NULL ? g_strstrip (g_strndup (at + 1, strcspn (at + 1, "\n")))
                    : g_strdup ("unknown processor");
}

BenchMachine *
bench_machine_new (void)
{
  BenchMachine *self = g_new0 (BenchMachine, 1);

  self->processor = read_processor ();
  self->cores = g_get_num_processors ();
  self->system = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);
  if (self->system == NULL)
    self->system = g_strdup ("unknown system");
  self->gstreamer = gst_version_string ();
  self->libsrtp = g_strdup (srtp_get_version_string ());
  self->openssl = g_strdup (OpenSSL_version (OPENSSL_VERSION));
  self->flags = g_strdup_printf ("%s, -O%s", BENCH_BUILDTYPE,
      g_str_equal (BENCH_OPTIMIZATION, "plain") ? "?" : BENCH_OPTIMIZATION);
  self->optimized = strchr ("23s", BENCH_OPTIMIZATION[0]) != NULL;
  if (getloadavg (&self->load, 1) != 1)
    self->load = 0;
  return self;
}

void
bench_machine_free (BenchMachine *self)
{
  g_free (self->processor);
  g_free (self->system);
  g_free (self->gstreamer);
  g_free (self->libsrtp);
  g_free (self->openssl);
  g_free (self->flags);
  g_free (self);
}
