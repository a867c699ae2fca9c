/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The soak counts right: numbers are read from pictures as they were written, and what was lost is
 * told from gaps. */

#include <gst/check/gstcheck.h>

#include "picturenumber.h"
#include "soakledger.h"
#include "soaksync.h"

/* ---- Numbers in pictures ---- */

static GstBuffer *
make_picture (GstVideoInfo *info, guint8 luma)
{
  GstBuffer *buffer;

  gst_video_info_set_format (info, GST_VIDEO_FORMAT_I420, 320, 240);
  buffer = gst_buffer_new_allocate (NULL, GST_VIDEO_INFO_SIZE (info), NULL);
  gst_buffer_memset (buffer, 0, luma, GST_VIDEO_INFO_SIZE (info));
  return buffer;
}

static gboolean
read_number (GstBuffer *buffer, GstVideoInfo *info, guint32 *number)
{
  GstVideoFrame frame;
  gboolean found;

  fail_unless (gst_video_frame_map (&frame, info, buffer, GST_MAP_READ));
  found = picture_number_read (&frame, number);
  gst_video_frame_unmap (&frame);
  return found;
}

static void
write_number (GstBuffer *buffer, GstVideoInfo *info, guint32 number)
{
  GstVideoFrame frame;

  fail_unless (gst_video_frame_map (&frame, info, buffer, GST_MAP_READWRITE));
  picture_number_write (&frame, number);
  gst_video_frame_unmap (&frame);
}

GST_START_TEST (a_number_is_read_as_it_was_written)
{
  static const guint32 numbers[] = {0, 1, 2, 255, 256, 0x5a5a5a, 0xabcdef, PICTURE_NUMBER_MAX};
  GstVideoInfo info;
  g_autoptr (GstBuffer) buffer = make_picture (&info, 128);

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++) {
    guint32 number;

    write_number (buffer, &info, numbers[i]);
    fail_unless (read_number (buffer, &info, &number));
    fail_unless_equals_uint64_hex (number, numbers[i]);
  }
}
GST_END_TEST;

GST_START_TEST (a_picture_without_a_number_has_none)
{
  static const guint8 shades[] = {0, 16, 128, 235, 255};

  for (guint i = 0; i < G_N_ELEMENTS (shades); i++) {
    GstVideoInfo info;
    g_autoptr (GstBuffer) buffer = make_picture (&info, shades[i]);
    guint32 number;

    fail_if (read_number (buffer, &info, &number));
  }
}
GST_END_TEST;

GST_START_TEST (a_damaged_number_is_none)
{
  GstVideoInfo info;
  g_autoptr (GstBuffer) buffer = make_picture (&info, 16);
  guint32 number;

  write_number (buffer, &info, 0x123456);
  /* The upper half of the cells. */
  gst_buffer_memset (buffer, 0, 16, 320 * 32);
  fail_if (read_number (buffer, &info, &number));
}
GST_END_TEST;

/* ---- The ledger, by the tenth of a second ---- */

#define AT(n) ((gint64) (n) *100)

/* Picture N is sent at AT (N). */
static SoakLedger *
make_ledger_for (guint receivers, guint pictures)
{
  SoakLedger *ledger = soak_ledger_new (receivers);

  for (guint n = 0; n < pictures; n++)
    soak_ledger_sent (ledger, n, AT (n) + 1);
  return ledger;
}

static SoakLedger *
make_ledger (guint pictures)
{
  return make_ledger_for (1, pictures);
}

static void
receive (SoakLedger *ledger, guint from, guint to)
{
  for (guint n = from; n < to; n++)
    fail_unless (soak_ledger_received (ledger, 0, n, AT (n) + 50));
}

static SoakBalance
get_balance (SoakLedger *ledger, guint receiver, gint64 until, gint64 grace, gint64 early)
{
  const SoakLimits limits = {until, grace / 2, grace, early, AT (20)};

  return soak_ledger_get_balance (ledger, receiver, &limits, NULL, NULL);
}

GST_START_TEST (what_has_come_once_and_in_order_is_received)
{
  g_autoptr (SoakLedger) ledger = make_ledger (10);
  SoakBalance balance;

  fail_if (soak_ledger_has_recovered (ledger, 0));
  receive (ledger, 2, 10);
  fail_if (soak_ledger_received (ledger, 0, 9, AT (10)), "twice");
  fail_if (soak_ledger_received (ledger, 0, 3, AT (10)), "too late");
  fail_if (soak_ledger_received (ledger, 0, 10, AT (10)), "never sent");
  fail_unless (soak_ledger_has_recovered (ledger, 0));
  balance = get_balance (ledger, 0, AT (100), 0, 0);
  /* What was before its first is not its affair. */
  assert_equals_int (balance.sent, 8);
  assert_equals_int (balance.received, 8);
  assert_equals_int (balance.lost + balance.common + balance.early + balance.gaps, 0);
}
GST_END_TEST;

GST_START_TEST (what_a_fault_has_cost_is_a_gap_and_what_is_lost_otherwise_is_lost)
{
  g_autoptr (SoakLedger) ledger = make_ledger (100);
  SoakRecovery recovery;
  SoakBalance balance;

  receive (ledger, 0, 18);
  receive (ledger, 19, 20);
  receive (ledger, 21, 22);
  /* 20 could not be sent again, 18 could have been. */
  soak_ledger_begin_fault (ledger, SOAK_FAULT_SERVER, AT (22));
  soak_ledger_end_fault (ledger, AT (30));
  fail_if (soak_ledger_has_recovered (ledger, 0));
  receive (ledger, 40, 42);
  fail_unless (soak_ledger_has_recovered (ledger, 0));
  /* From soon afterwards on, and one late. */
  receive (ledger, 55, 80);
  receive (ledger, 81, 100);

  recovery = soak_ledger_get_recovery (ledger, 0, 0);
  assert_equals_int (recovery.fault, SOAK_FAULT_SERVER);
  assert_equals_int64 (recovery.recovery, AT (40) + 50 - AT (30));
  balance = get_balance (ledger, 0, AT (1000), AT (4), AT (10));
  assert_equals_int (balance.sent, 100);
  assert_equals_int (balance.gaps, 19);
  assert_equals_int (balance.early, 13);
  assert_equals_int (balance.lost, 2);
  assert_equals_int (balance.received, 66);
}
GST_END_TEST;

GST_START_TEST (what_was_under_way_is_what_nothing_came_after)
{
  g_autoptr (SoakLedger) ledger = make_ledger (50);
  SoakBalance balance;

  receive (ledger, 0, 14);
  soak_ledger_begin_fault (ledger, SOAK_FAULT_SERVER, AT (20));
  soak_ledger_end_fault (ledger, AT (30));
  receive (ledger, 40, 50);
  balance = get_balance (ledger, 0, AT (1000), AT (6), 0);
  assert_equals_int (balance.gaps, 26);
  assert_equals_int (balance.lost, 0);
  /* Longer than that it had been gone already. */
  balance = get_balance (ledger, 0, AT (1000), AT (4), 0);
  assert_equals_int (balance.gaps, 24);
  assert_equals_int (balance.lost, 2);
}
GST_END_TEST;

GST_START_TEST (what_was_made_before_the_cause_is_gone_is_no_recovery)
{
  g_autoptr (SoakLedger) ledger = make_ledger (50);

  receive (ledger, 0, 10);
  soak_ledger_begin_fault (ledger, SOAK_FAULT_PUBLISHER, AT (10));
  soak_ledger_end_fault (ledger, AT (20));
  fail_unless (soak_ledger_received (ledger, 0, 12, AT (21)));
  fail_if (soak_ledger_has_recovered (ledger, 0));
  assert_equals_int64 (soak_ledger_get_recovery (ledger, 0, 0).recovery, -1);
  receive (ledger, 21, 22);
  fail_unless (soak_ledger_has_recovered (ledger, 0));
}
GST_END_TEST;

GST_START_TEST (who_is_away_over_two_faults_has_recovered_from_both_at_once)
{
  g_autoptr (SoakLedger) ledger = make_ledger (60);

  receive (ledger, 0, 10);
  for (guint i = 0; i < 2; i++) {
    soak_ledger_begin_fault (ledger, SOAK_FAULT_SERVER, AT (10 + 20 * i));
    soak_ledger_end_fault (ledger, AT (20 + 20 * i));
  }
  receive (ledger, 50, 60);
  assert_equals_int64 (soak_ledger_get_recovery (ledger, 0, 0).recovery, AT (50) + 50 - AT (20));
  assert_equals_int64 (soak_ledger_get_recovery (ledger, 1, 0).recovery, AT (50) + 50 - AT (40));
  assert_equals_int (get_balance (ledger, 0, AT (1000), 0, 0).gaps, 40);
}
GST_END_TEST;

static void
receive_all_but (SoakLedger *ledger, guint receiver, guint pictures, guint from, guint to)
{
  for (guint n = 0; n < pictures; n++)
    if (n < from || n >= to)
      fail_unless (soak_ledger_received (ledger, receiver, n, AT (n) + 50));
}

GST_START_TEST (what_nobody_has_got_was_lost_before_the_server)
{
  g_autoptr (SoakLedger) ledger = make_ledger_for (2, 50);
  g_autoptr (SoakLedger) other = make_ledger_for (2, 50);
  SoakBalance balance;

  /* Each has it again at another time. */
  receive_all_but (ledger, 0, 50, 20, 25);
  receive_all_but (ledger, 1, 50, 20, 28);
  for (guint r = 0; r < 2; r++) {
    balance = get_balance (ledger, r, AT (100), 0, 0);
    assert_equals_int (balance.common, r == 0 ? 5 : 8);
    assert_equals_int (balance.lost, 0);
  }

  /* One had lost something by itself before. */
  receive_all_but (other, 0, 50, 20, 25);
  receive_all_but (other, 1, 50, 21, 25);
  balance = get_balance (other, 0, AT (100), 0, 0);
  assert_equals_int (balance.common, 0);
  assert_equals_int (balance.lost, 5);
  balance = get_balance (other, 1, AT (100), 0, 0);
  assert_equals_int (balance.common, 4);
  assert_equals_int (balance.lost, 0);
}
GST_END_TEST;

GST_START_TEST (who_stands_still_for_too_long_has_lost_the_rest_whatever_it_began_with)
{
  g_autoptr (SoakLedger) common = make_ledger_for (2, 100);
  g_autoptr (SoakLedger) early = make_ledger (100);
  SoakBalance balance;

  receive_all_but (common, 0, 100, 20, 60);
  receive_all_but (common, 1, 100, 20, 60);
  balance = get_balance (common, 0, AT (1000), 0, 0);
  assert_equals_int (balance.common, 21);
  assert_equals_int (balance.lost, 19);

  receive_all_but (early, 0, 100, 5, 60);
  balance = get_balance (early, 0, AT (1000), 0, AT (10));
  assert_equals_int (balance.early, 21);
  assert_equals_int (balance.lost, 34);
}
GST_END_TEST;

/* ---- Sound and picture ---- */

GST_START_TEST (a_flash_and_its_beep_are_paired_in_any_order)
{
  SoakSync sync = SOAK_SYNC_INIT;

  soak_sync_add_flash (&sync, 1000000);
  soak_sync_add_beep (&sync, 1012000);
  soak_sync_add_beep (&sync, 1990000);
  soak_sync_add_flash (&sync, 2000000);
  /* Neither has a partner. */
  soak_sync_add_flash (&sync, 3000000);
  soak_sync_add_beep (&sync, 4000000);
  assert_equals_int (sync.apart->len, 2);
  assert_equals_float (g_array_index (sync.apart, double, 0), 12.0);
  assert_equals_float (g_array_index (sync.apart, double, 1), -10.0);
  soak_sync_clear (&sync);
}
GST_END_TEST;

static Suite *
soak_self_suite (void)
{
  Suite *s = suite_create ("soak_self");
  TCase *tc = tcase_create ("soak");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, a_number_is_read_as_it_was_written);
  tcase_add_test (tc, a_picture_without_a_number_has_none);
  tcase_add_test (tc, a_damaged_number_is_none);
  tcase_add_test (tc, what_has_come_once_and_in_order_is_received);
  tcase_add_test (tc, what_a_fault_has_cost_is_a_gap_and_what_is_lost_otherwise_is_lost);
  tcase_add_test (tc, what_was_under_way_is_what_nothing_came_after);
  tcase_add_test (tc, what_was_made_before_the_cause_is_gone_is_no_recovery);
  tcase_add_test (tc, who_is_away_over_two_faults_has_recovered_from_both_at_once);
  tcase_add_test (tc, what_nobody_has_got_was_lost_before_the_server);
  tcase_add_test (tc, who_stands_still_for_too_long_has_lost_the_rest_whatever_it_began_with);
  tcase_add_test (tc, a_flash_and_its_beep_are_paired_in_any_order);
  return s;
}

GST_CHECK_MAIN (soak_self);
