/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitenonces.c (test) - inner SSRCs that the process has encrypted with are remembered. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "percliteinner.h"
#include "perclitenonces.h"

GST_START_TEST (nonces_are_remembered_up_to_their_number)
{
  g_autoptr (PercliteKey) key = test_key (&test_suites[0], 30, FALSE);
  guint64 one = perclite_nonces_new_owner (), two = perclite_nonces_new_owner ();

  fail_if (one == two);
  for (guint32 i = 0; i <= PERCLITE_NONCES_MAX; i++)
    fail_unless_equals_int (perclite_nonces_claim (key, i, one), PERCLITE_NONCES_FRESH);
  for (guint32 i = 0; i < PERCLITE_NONCES_MAX; i++)
    perclite_nonces_release (key, i);
  fail_unless_equals_int (perclite_nonces_claim (key, 0, two), PERCLITE_NONCES_TAKEN);
  /* The one that was released first makes room. */
  perclite_nonces_release (key, PERCLITE_NONCES_MAX);
  fail_unless_equals_int (perclite_nonces_claim (key, 1, two), PERCLITE_NONCES_TAKEN);
  fail_unless_equals_int (perclite_nonces_claim (key, 0, two), PERCLITE_NONCES_FRESH);
}
GST_END_TEST;

GST_START_TEST (a_nonce_in_use_is_never_forgotten)
{
  g_autoptr (PercliteKey) key = test_key (&test_suites[0], 29, FALSE);
  guint64 one = perclite_nonces_new_owner (), two = perclite_nonces_new_owner ();

  fail_unless_equals_int (perclite_nonces_claim (key, SSRC, one), PERCLITE_NONCES_FRESH);
  fail_unless_equals_int (perclite_nonces_claim (key, SSRC, one), PERCLITE_NONCES_OWN);
  for (guint round = 0; round < 2; round++) {
    for (guint32 i = 0; i <= PERCLITE_NONCES_MAX; i++) {
      perclite_nonces_claim (key, i, two);
      perclite_nonces_release (key, i);
    }
    fail_unless_equals_int (perclite_nonces_claim (key, SSRC, two), PERCLITE_NONCES_TAKEN);
    /* It is in use twice. */
    perclite_nonces_release (key, SSRC);
  }
  for (guint32 i = 0; i <= PERCLITE_NONCES_MAX; i++) {
    perclite_nonces_claim (key, i, two);
    perclite_nonces_release (key, i);
  }
  fail_unless_equals_int (perclite_nonces_claim (key, SSRC, two), PERCLITE_NONCES_FRESH);
}
GST_END_TEST;

/* Encrypts one packet with a preserved SSRC, and fails or not as EXPECTED. */
static void
encrypt_one (PercliteEncrypter *encrypter, guint32 ssrc, guint16 seq, PercliteResult expected)
{
  Inner inner;

  fail_unless_equals_int (test_encrypt (encrypter, ssrc, seq, seq, &inner, NULL), expected);
}

GST_START_TEST (an_encrypter_at_work_keeps_its_ssrcs)
{
  g_autoptr (PercliteKey) key = test_key (&test_suites[0], 1, FALSE);
  g_autoptr (PercliteKey) another = test_key (&test_suites[0], 2, FALSE);
  g_autoptr (PercliteEncrypter) one =
      perclite_encrypter_new (key, PERCLITE_INNER_SSRC_PRESERVE, NULL);
  g_autoptr (PercliteEncrypter) two =
      perclite_encrypter_new (key, PERCLITE_INNER_SSRC_PRESERVE, NULL);
  guint64 owner = perclite_nonces_new_owner ();

  encrypt_one (one, SSRC, 1, PERCLITE_OK);
  /* The key may come back before it was left. */
  fail_unless (perclite_encrypter_set_key (one, another, NULL));
  encrypt_one (one, SSRC, 2, PERCLITE_OK);
  fail_unless (perclite_encrypter_set_key (one, key, NULL));
  encrypt_one (one, SSRC, 3, PERCLITE_OK);
  for (guint round = 0; round < 2; round++) {
    for (guint32 i = 0; i <= PERCLITE_NONCES_MAX; i++) {
      perclite_nonces_claim (another, i, owner);
      perclite_nonces_release (another, i);
    }
    /* When its encrypter is gone, the number is remembered with the others only. */
    encrypt_one (two, SSRC, 1, round == 0 ? PERCLITE_NONCE_USED : PERCLITE_OK);
    g_clear_pointer (&one, perclite_encrypter_free);
  }
}
GST_END_TEST;

static gpointer
claim_many (gpointer data)
{
  g_autoptr (PercliteKey) key = test_key (&test_suites[0], 31, FALSE);
  guint64 owner = perclite_nonces_new_owner ();
  guint n = 0;

  for (guint32 i = 0; i < 5000; i++)
    n += perclite_nonces_claim (key, i, owner) == PERCLITE_NONCES_FRESH;
  return GUINT_TO_POINTER (n);
}

GST_START_TEST (threads_that_want_the_same_get_it_once)
{
  GThread *threads[4];
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new (NULL, claim_many, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    n += GPOINTER_TO_UINT (g_thread_join (threads[i]));
  fail_unless_equals_int (n, 5000);
}
GST_END_TEST;

static Suite *
perclitenonces_suite (void)
{
  Suite *s = suite_create ("perclitenonces");
  TCase *tc = tcase_create ("nonces");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, threads_that_want_the_same_get_it_once);
  tcase_add_test (tc, a_nonce_in_use_is_never_forgotten);
  tcase_add_test (tc, an_encrypter_at_work_keeps_its_ssrcs);
  /* Fills what the process remembers, so it comes last. */
  tcase_add_test (tc, nonces_are_remembered_up_to_their_number);
  return s;
}

GST_CHECK_MAIN (perclitenonces);
