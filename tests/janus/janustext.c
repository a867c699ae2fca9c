/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is left of text that others have written. */

#include <string.h>

#include <gst/check/gstcheck.h>

#include "janustext.h"

static void
check (const gchar *text, gsize max, const gchar *expected)
{
  g_autofree gchar *escaped = janus_text_escape (text, max);

  assert_equals_string (escaped, expected);
  fail_unless (strlen (escaped) <= max);
}

GST_START_TEST (text_of_people_stays_as_it_is)
{
  static const gchar *const texts[] = {"", "No such room (9999)", "Küche, Bühne 2 — 会議室 🎥",
      "/dev/null \"quoted\" C:\\temp 100 %s", "\xe2\x80\x8d joined"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++)
    check (texts[i], 100, texts[i]);
  check (NULL, 100, "");
}
GST_END_TEST;

GST_START_TEST (a_line_cannot_be_ended_and_a_terminal_not_steered)
{
  check ("evil\nERROR: forged", 100, "evil\\x0aERROR: forged");
  check ("\r\t\x1b[31m\x7f", 100, "\\x0d\\x09\\x1b[31m\\x7f");
  /* The control sequence introducer of 8 bits, next line, line and paragraph separator. */
  check ("\xc2\x9b\xc2\x85\xe2\x80\xa8\xe2\x80\xa9", 100, "\\u{009b}\\u{0085}\\u{2028}\\u{2029}");
}
GST_END_TEST;

GST_START_TEST (text_cannot_be_turned_round)
{
  check ("\xe2\x80\xae"
         "daeh\xe2\x81\xa6",
      100, "\\u{202e}daeh\\u{2066}");
}
GST_END_TEST;

GST_START_TEST (what_is_no_utf8_becomes_it)
{
  check ("a\xff\xc3", 100, "a\\xff\\xc3");
  /* Half a surrogate pair, and a sequence that is longer than need be. */
  check ("\xed\xa0\x80", 100, "\\xed\\xa0\\x80");
  check ("\xc0\xaf", 100, "\\xc0\\xaf");
}
GST_END_TEST;

GST_START_TEST (what_is_too_long_is_cut_between_characters)
{
  check ("abcdef", 6, "abcdef");
  check ("abcdefg", 6, "abc...");
  check ("abc\nxxxx", 10, "abc\\x0a...");
  check ("abc\nxxxx", 9, "abc...");
  check ("äöüß", 7, "äö...");
  check ("äöüß", 6, "ä...");
  check ("abcdefg", 3, "...");
  check ("abcdefg", 1, ".");
  check ("abcdefg", 0, "");
}
GST_END_TEST;

GST_START_TEST (whatever_comes_the_result_is_one_line_of_utf8_within_bounds)
{
  guint round;

  for (round = 0; round < 2000; round++) {
    gchar text[64] = "";
    gsize max = (gsize) g_random_int_range (0, 80);
    g_autofree gchar *escaped = NULL;
    guint i;

    for (i = 0; i < sizeof text - 1; i++)
      text[i] = (gchar) g_random_int_range (0, 256);
    escaped = janus_text_escape (text, max);
    fail_unless (strlen (escaped) <= max);
    fail_unless (g_utf8_validate (escaped, -1, NULL));
    for (i = 0; escaped[i]; i++)
      fail_if (g_ascii_iscntrl (escaped[i]));
  }
}
GST_END_TEST;

static Suite *
janustext_suite (void)
{
  Suite *s = suite_create ("janustext");
  TCase *tc = tcase_create ("janustext");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, text_of_people_stays_as_it_is);
  tcase_add_test (tc, a_line_cannot_be_ended_and_a_terminal_not_steered);
  tcase_add_test (tc, text_cannot_be_turned_round);
  tcase_add_test (tc, what_is_no_utf8_becomes_it);
  tcase_add_test (tc, what_is_too_long_is_cut_between_characters);
  tcase_add_test (tc, whatever_comes_the_result_is_one_line_of_utf8_within_bounds);
  return s;
}

GST_CHECK_MAIN (janustext);
