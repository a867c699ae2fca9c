/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* processexit.c - a process that has loaded the plugin of the element FACTORY ends without
 * OpenSSL's being torn down under threads that end at the same time. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <gst/check/gstcheck.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <unistd.h>

/* Exit handlers run in the reverse order of their registration: after that of OpenSSL, if it has
 * one. */
static void
check_openssl (void)
{
  if (OPENSSL_init_crypto (0, NULL) == 1)
    return;
  fputs ("OpenSSL has been torn down while the process ended\n", stderr);
  _exit (EXIT_FAILURE);
}

/* The process that ends is this test's own, and fails it if it ends by the above. */
GST_START_TEST (openssl_stays_until_the_process_is_gone)
{
  GstElement *element;
  guint8 byte;

  fail_unless_equals_int (atexit (check_openssl), 0);
  element = gst_element_factory_make (FACTORY, NULL);
  fail_unless (element != NULL);
  fail_unless_equals_int (RAND_bytes (&byte, 1), 1);
  gst_object_unref (element);
}
GST_END_TEST;

static Suite *
processexit_suite (void)
{
  Suite *suite = suite_create ("processexit");
  TCase *tcase = tcase_create (FACTORY);

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, openssl_stays_until_the_process_is_gone);
  return suite;
}

GST_CHECK_MAIN (processexit);
