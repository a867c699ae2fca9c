/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A certificate for the servers of a test. */

#include "testcert.h"

#include "testnet.h"

gboolean
test_cert_make (const char *certificate, const char *key, GError **error)
{
  g_autofree char *names =
      g_strdup_printf ("subjectAltName=IP:127.0.0.1,IP:%s", test_net_address ());
  g_autoptr (GSubprocess) openssl =
      g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE, error,
          "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
          "-nodes", "-days", "2", "-subj", "/CN=gst-perclite test", "-addext", names, "-keyout",
          key, "-out", certificate, NULL);
  g_autofree char *complaint = NULL;

  if (openssl == NULL ||
      !g_subprocess_communicate_utf8 (openssl, NULL, NULL, NULL, &complaint, error))
    return FALSE;
  if (!g_subprocess_get_successful (openssl)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "openssl: %s", complaint);
    return FALSE;
  }
  return TRUE;
}
