/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitedrops.c (test) - dropped packets are all counted, and seldom told. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitedrops.h"
#include "perclitetest.h"

GST_START_TEST (the_first_packet_is_told_at_once_and_the_next_after_an_interval)
{
  g_autoptr (PercliteDrops) drops = perclite_drops_new ();
  PercliteDropReport report;

  fail_unless (perclite_drops_add (drops, 7, PERCLITE_DROP_REPLAYED, 0, &report));
  fail_unless (report.first);
  fail_unless_equals_int (report.ssrc, 7);
  fail_unless_equals_int (report.reason, PERCLITE_DROP_REPLAYED);
  fail_unless_equals_uint64 (report.count, 1);
  fail_unless_equals_uint64 (report.total, 1);

  for (gint i = 0; i < 99; i++)
    fail_if (perclite_drops_add (
        drops, 7, PERCLITE_DROP_REPLAYED, PERCLITE_DROPS_INTERVAL - 1, &report));

  fail_unless (
      perclite_drops_add (drops, 7, PERCLITE_DROP_REPLAYED, PERCLITE_DROPS_INTERVAL, &report));
  fail_if (report.first);
  fail_if (report.many_ssrcs);
  fail_unless_equals_uint64 (report.count, 100);
  fail_unless_equals_uint64 (report.total, 101);
}
GST_END_TEST;

GST_START_TEST (ssrcs_and_reasons_are_told_apart)
{
  g_autoptr (PercliteDrops) drops = perclite_drops_new ();
  PercliteDropReport report;

  fail_unless (perclite_drops_add (drops, 1, PERCLITE_DROP_REPLAYED, 5, &report));
  fail_unless (perclite_drops_add (drops, 2, PERCLITE_DROP_REPLAYED, 5, &report));
  fail_if (report.first);
  fail_unless (perclite_drops_add (drops, 1, PERCLITE_DROP_AUTH_FAILED, 5, &report));
  fail_unless (report.first);
  fail_if (perclite_drops_add (drops, 2, PERCLITE_DROP_REPLAYED, 5, &report));
}
GST_END_TEST;

GST_START_TEST (a_flood_of_ssrcs_is_counted_together)
{
  g_autoptr (PercliteDrops) drops = perclite_drops_new ();
  PercliteDropReport report, last = {0};
  guint reports = 0;

  for (guint32 ssrc = 0; ssrc < 100000; ssrc++) {
    if (perclite_drops_add (drops, ssrc, PERCLITE_DROP_AUTH_FAILED, 0, &report)) {
      reports++;
      last = report;
    }
  }
  fail_unless_equals_int (reports, PERCLITE_DROPS_MAX_ENTRIES + 1);
  fail_unless (last.many_ssrcs);
  fail_unless_equals_uint64 (perclite_drops_get_total (drops, PERCLITE_DROP_AUTH_FAILED), 100000);

  fail_unless (perclite_drops_add (
      drops, 4711, PERCLITE_DROP_AUTH_FAILED, PERCLITE_DROPS_INTERVAL, &report));
  fail_unless (report.many_ssrcs);
  fail_unless_equals_uint64 (report.total, 100001 - PERCLITE_DROPS_MAX_ENTRIES);
}
GST_END_TEST;

GST_START_TEST (a_reset_forgets_everything)
{
  g_autoptr (PercliteDrops) drops = perclite_drops_new ();
  PercliteDropReport report;

  perclite_drops_add (drops, 1, PERCLITE_DROP_INTERNAL, 0, &report);
  fail_unless_equals_uint64 (perclite_drops_get_total (drops, PERCLITE_N_DROPS), 1);
  perclite_drops_reset (drops);
  fail_unless_equals_uint64 (perclite_drops_get_total (drops, PERCLITE_N_DROPS), 0);
  fail_unless (perclite_drops_add (drops, 1, PERCLITE_DROP_INTERNAL, 0, &report));
  fail_unless (report.first);
}
GST_END_TEST;

GST_START_TEST (every_reason_has_a_nick_and_words_for_both_directions)
{
  static const gchar *const nicks[PERCLITE_N_DROPS] = {"invalid-rtp", "empty", "too-short",
      "too-large", "missing-key", "auth-failed", "plaintext", "replayed", "key-limit", "nonce-used",
      "internal"};

  for (guint i = 0; i < PERCLITE_N_DROPS; i++) {
    fail_unless_equals_string (perclite_drop_nick (i), nicks[i]);
    fail_unless (perclite_drop_text (i, TRUE) != NULL);
    fail_unless (perclite_drop_text (i, FALSE) != NULL);
  }
}
GST_END_TEST;

GST_START_TEST (every_result_has_a_reason)
{
  fail_unless_equals_int (perclite_drop_from_result (PERCLITE_TOO_SHORT), PERCLITE_DROP_TOO_SHORT);
  fail_unless_equals_int (perclite_drop_from_result (PERCLITE_NO_KEY), PERCLITE_DROP_MISSING_KEY);
  fail_unless_equals_int (
      perclite_drop_from_result (PERCLITE_NONCE_USED), PERCLITE_DROP_NONCE_USED);
  fail_unless_equals_int (
      perclite_drop_from_result (PERCLITE_AUTH_FAILED), PERCLITE_DROP_AUTH_FAILED);
  fail_unless_equals_int (perclite_drop_from_result (PERCLITE_REPLAYED), PERCLITE_DROP_REPLAYED);
  fail_unless_equals_int (perclite_drop_from_result (PERCLITE_REPLAY_OLD), PERCLITE_DROP_REPLAYED);
  fail_unless_equals_int (perclite_drop_from_result (PERCLITE_KEY_LIMIT), PERCLITE_DROP_KEY_LIMIT);
  fail_unless_equals_int (perclite_drop_from_result (PERCLITE_INTERNAL), PERCLITE_DROP_INTERNAL);
}
GST_END_TEST;

static Suite *
perclitedrops_suite (void)
{
  Suite *s = suite_create ("perclitedrops");
  TCase *tc = tcase_create ("general");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, the_first_packet_is_told_at_once_and_the_next_after_an_interval);
  tcase_add_test (tc, ssrcs_and_reasons_are_told_apart);
  tcase_add_test (tc, a_flood_of_ssrcs_is_counted_together);
  tcase_add_test (tc, a_reset_forgets_everything);
  tcase_add_test (tc, every_reason_has_a_nick_and_words_for_both_directions);
  tcase_add_test (tc, every_result_has_a_reason);
  return s;
}

GST_CHECK_MAIN (perclitedrops);
