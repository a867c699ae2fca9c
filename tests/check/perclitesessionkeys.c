/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitesessionkeys.c (test) - the same session key is there once for those who share, and goes
 * with the last of them. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include <gst/check/gstcheck.h>

#include "perclitekey.h"
#include "perclitesessionkeys.h"
#include "perclitesrtp.h"
#include "perclitetest.h"

static guint made, freed;

static gpointer
make (const PercliteSessionKeyKind *kind, const guint8 *key)
{
  made++;
  return g_memdup2 (key, kind->size);
}

static void
free_made (gpointer context)
{
  freed++;
  g_free (context);
}

static const PercliteSessionKeyKind kind = {.size = 16, .make = make, .free = free_made};
static const PercliteSessionKeyKind other_kind = {.size = 16, .make = make, .free = free_made};

static const guint8 key_a[16] = {1}, key_b[16] = {2};

static void
setup (void)
{
  made = freed = 0;
}

GST_START_TEST (without_anybody_to_share_with_each_has_its_own)
{
  PercliteSessionKey *a = perclite_session_key_get (&kind, key_a);
  PercliteSessionKey *b = perclite_session_key_get (&kind, key_a);

  fail_if (a == b);
  fail_unless_equals_int (made, 2);
  perclite_session_key_unref (a);
  perclite_session_key_unref (b);
  fail_unless_equals_int (freed, 2);
}
GST_END_TEST;

GST_START_TEST (the_same_key_for_the_same_use_is_made_once)
{
  PercliteSessionKeys *keys = perclite_session_keys_new ();
  PercliteSessionKey *a, *again, *b, *other;

  fail_unless (perclite_session_keys_enter (keys) == NULL);
  a = perclite_session_key_get (&kind, key_a);
  again = perclite_session_key_get (&kind, key_a);
  b = perclite_session_key_get (&kind, key_b);
  other = perclite_session_key_get (&other_kind, key_a);
  fail_unless (perclite_session_keys_enter (NULL) == keys);

  fail_unless (a == again);
  fail_if (b == a || other == a);
  fail_unless_equals_int (made, 3);
  fail_unless (memcmp (perclite_session_key_get_context (a), key_a, sizeof key_a) == 0);
  fail_unless (memcmp (perclite_session_key_get_context (b), key_b, sizeof key_b) == 0);

  /* They need not go in order, nor before what they are shared in. */
  perclite_session_keys_unref (keys);
  perclite_session_key_unref (a);
  fail_unless_equals_int (freed, 0);
  perclite_session_key_unref (again);
  fail_unless_equals_int (freed, 1);
  perclite_session_key_unref (other);
  perclite_session_key_unref (b);
  fail_unless_equals_int (freed, 3);
}
GST_END_TEST;

GST_START_TEST (what_nobody_uses_any_more_is_not_kept)
{
  g_autoptr (PercliteSessionKeys) keys = perclite_session_keys_new ();

  perclite_session_keys_enter (keys);
  perclite_session_key_unref (perclite_session_key_get (&kind, key_a));
  fail_unless_equals_int (freed, 1);
  perclite_session_key_unref (perclite_session_key_get (&kind, key_a));
  fail_unless_equals_int (made, 2);
  perclite_session_keys_enter (NULL);
}
GST_END_TEST;

static gpointer
get_elsewhere (gpointer unused)
{
  return perclite_session_key_get (&kind, key_a);
}

GST_START_TEST (another_thread_does_not_share)
{
  g_autoptr (PercliteSessionKeys) keys = perclite_session_keys_new ();
  PercliteSessionKey *here, *there;

  perclite_session_keys_enter (keys);
  here = perclite_session_key_get (&kind, key_a);
  there = g_thread_join (g_thread_new (NULL, get_elsewhere, NULL));
  perclite_session_keys_enter (NULL);
  fail_if (here == there);
  perclite_session_key_unref (here);
  perclite_session_key_unref (there);
}
GST_END_TEST;

/* What has a context in common must not have a trace of another's packet in it. */
GST_START_TEST (sessions_that_share_do_as_those_that_do_not)
{
  for (guint i = 0; i < N_TEST_SUITES; i++) {
    g_autoptr (PercliteKey) key =
        perclite_key_new_from_text (test_suites[i].key, test_suites[i].suite, NULL);
    g_autoptr (PercliteSessionKeys) common = perclite_session_keys_new ();
    PercliteSrtp *sharing[3], *alone[3];

    for (guint s = 0; s < G_N_ELEMENTS (alone); s++) {
      sharing[s] = perclite_srtp_new (key, common, PERCLITE_OUTBOUND, s, 64, NULL);
      alone[s] = perclite_srtp_new (key, NULL, PERCLITE_OUTBOUND, s, 64, NULL);
    }
    for (guint n = 0; n < 300; n++) {
      guint s = n % G_N_ELEMENTS (alone);
      guint32 a[200] = {0}, b[200] = {0};
      gsize size_a = 12 + n, size_b = 12 + n;
      guint8 *inner = (guint8 *) a;

      inner[0] = PERCLITE_INNER_FIRST_BYTE;
      GST_WRITE_UINT16_BE (inner + PERCLITE_SEQ_OFFSET, n);
      GST_WRITE_UINT32_BE (inner + PERCLITE_SSRC_OFFSET, s);
      memcpy (b, a, sizeof b);
      fail_unless_equals_int (perclite_srtp_protect (sharing[s], inner, &size_a), PERCLITE_OK);
      fail_unless_equals_int (perclite_srtp_protect (alone[s], (guint8 *) b, &size_b), PERCLITE_OK);
      fail_unless_equals_uint64 (size_a, size_b);
      fail_unless (memcmp (a, b, size_a) == 0);
    }
    for (guint s = 0; s < G_N_ELEMENTS (alone); s++) {
      perclite_srtp_free (sharing[s]);
      perclite_srtp_free (alone[s]);
    }
  }
}
GST_END_TEST;

static Suite *
perclitesessionkeys_suite (void)
{
  Suite *s = suite_create ("perclitesessionkeys");
  TCase *tc = tcase_create ("sessionkeys");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, setup, NULL);
  tcase_add_test (tc, without_anybody_to_share_with_each_has_its_own);
  tcase_add_test (tc, the_same_key_for_the_same_use_is_made_once);
  tcase_add_test (tc, what_nobody_uses_any_more_is_not_kept);
  tcase_add_test (tc, another_thread_does_not_share);
  tcase_add_test (tc, sessions_that_share_do_as_those_that_do_not);
  return s;
}

GST_CHECK_MAIN (perclitesessionkeys);
