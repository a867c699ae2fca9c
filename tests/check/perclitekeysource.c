/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitekeysource.c (test) - one setting, keys added to it, and which of them is for sending. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitekeysource.h"
#include "perclitetest.h"

#define FINGERPRINT_44 (test_suites[0].fingerprint)

static const PercliteKeyring *
load (PercliteKeySource *source)
{
  g_autoptr (GError) error = NULL;
  gboolean exposed;

  fail_unless (perclite_key_source_load (source, &exposed, &error), "%s",
      error ? error->message : "no error");
  fail_if (exposed);
  return perclite_key_source_get_keys (source);
}

static void
assert_load_fails (PercliteKeySource *source, const gchar *part)
{
  g_autoptr (GError) error = NULL;
  gboolean exposed;

  fail_if (perclite_key_source_load (source, &exposed, &error));
  fail_unless (error->domain == PERCLITE_ERROR);
  fail_unless (strstr (error->message, part) != NULL, "%s", error->message);
}

static const gchar *
sending (PercliteKeySource *source)
{
  PercliteKey *key = perclite_keyring_get_sending (perclite_key_source_get_keys (source));

  return key != NULL ? perclite_key_get_fingerprint (key) : "";
}

GST_START_TEST (without_a_setting_there_is_no_key_and_no_error)
{
  g_autoptr (PercliteKeySource) source = perclite_key_source_new ();

  fail_unless_equals_int (perclite_keyring_get_size (load (source)), 0);
}
GST_END_TEST;

GST_START_TEST (two_settings_are_refused_and_the_keys_stay)
{
  g_autoptr (PercliteKeySource) source = perclite_key_source_new ();

  perclite_key_source_set_key (source, KEY_44);
  fail_unless_equals_int (perclite_keyring_get_size (load (source)), 1);
  perclite_key_source_set_key_file (source, "/nonexistent");
  assert_load_fails (source, "There are two keys");
  perclite_key_source_set_key (source, NULL);
  assert_load_fails (source, "/nonexistent");
  fail_unless_equals_string (sending (source), FINGERPRINT_44);
}
GST_END_TEST;

GST_START_TEST (a_passphrase_needs_its_salt)
{
  g_autoptr (PercliteKeySource) source = perclite_key_source_new ();

  perclite_key_source_set_passphrase (source, "correct horse battery staple");
  assert_load_fails (source, "passphrase-salt");
  perclite_key_source_set_passphrase_salt (source, "room 1234");
  fail_unless_equals_int (perclite_keyring_get_size (load (source)), 1);
}
GST_END_TEST;

GST_START_TEST (another_salt_or_suite_is_another_key)
{
  g_autoptr (PercliteKeySource) source = perclite_key_source_new ();
  g_autofree gchar *first = NULL, *second = NULL;

  perclite_key_source_set_passphrase (source, "correct horse battery staple");
  perclite_key_source_set_passphrase_salt (source, "room 1234");
  load (source);
  first = g_strdup (sending (source));
  perclite_key_source_set_passphrase_salt (source, "room 1235");
  load (source);
  second = g_strdup (sending (source));
  fail_if (g_str_equal (first, second));
  perclite_key_source_set_suite (source, PERCLITE_SUITE_AEAD_AES_128_GCM);
  load (source);
  fail_if (g_str_equal (second, sending (source)));
}
GST_END_TEST;

GST_START_TEST (added_keys_receive_until_one_is_marked)
{
  g_autoptr (PercliteKeySource) source = perclite_key_source_new ();
  g_autofree gchar *added = NULL;

  perclite_key_source_set_key (source, KEY_44);
  load (source);
  added = g_strdup (perclite_key_source_add (source, OTHER_KEY_44, NULL, 0, NULL));
  fail_unless (added != NULL);
  fail_unless_equals_string (sending (source), FINGERPRINT_44);
  fail_unless (perclite_key_source_add (source, "send " OTHER_KEY_44, NULL, 0, NULL) != NULL);
  fail_unless_equals_string (sending (source), added);
  fail_unless_equals_int (perclite_keyring_get_size (perclite_key_source_get_keys (source)), 2);

  /* The mark outlives the setting being loaded again. */
  load (source);
  fail_unless_equals_string (sending (source), added);
}
GST_END_TEST;

GST_START_TEST (the_only_key_is_for_sending)
{
  g_autoptr (PercliteKeySource) source = perclite_key_source_new ();

  fail_unless_equals_string (
      perclite_key_source_add (source, KEY_44, NULL, 0, NULL), FINGERPRINT_44);
  fail_unless_equals_string (sending (source), FINGERPRINT_44);
}
GST_END_TEST;

GST_START_TEST (a_removed_key_is_gone_wherever_it_came_from)
{
  g_autoptr (PercliteKeySource) source = perclite_key_source_new ();
  g_autofree gchar *added = NULL;

  perclite_key_source_set_key (source, KEY_44);
  load (source);
  added = g_strdup (perclite_key_source_add (source, "send " OTHER_KEY_44, NULL, 0, NULL));
  fail_unless (perclite_key_source_remove (source, added));
  fail_if (perclite_key_source_remove (source, added));
  fail_unless_equals_string (sending (source), FINGERPRINT_44);
  fail_unless (perclite_key_source_remove (source, sending (source)));
  fail_unless_equals_int (perclite_keyring_get_size (perclite_key_source_get_keys (source)), 0);
  fail_unless_equals_string (sending (source), "");
}
GST_END_TEST;

GST_START_TEST (what_is_malformed_or_too_much_changes_nothing)
{
  g_autoptr (PercliteKeySource) source = perclite_key_source_new ();
  g_autoptr (GError) error = NULL;

  perclite_key_source_set_key (source, KEY_44);
  load (source);
  fail_unless (perclite_key_source_add (source, "send not-base64", NULL, 0, &error) == NULL);
  fail_unless (error->domain == PERCLITE_ERROR);
  fail_unless (strstr (error->message, "not-base64") == NULL);

  for (guint i = 0; i < PERCLITE_KEYRING_MAX_KEYS - 1; i++) {
    guint8 bytes[44] = {(guint8) (i + 1)};
    g_autofree gchar *text = g_base64_encode (bytes, sizeof bytes);

    fail_unless (perclite_key_source_add (source, text, NULL, 0, NULL) != NULL);
  }
  fail_unless (perclite_key_source_add (source, OTHER_KEY_44, NULL, 0, NULL) == NULL);
  fail_unless_equals_int (perclite_keyring_get_size (perclite_key_source_get_keys (source)), 16);
  fail_unless_equals_string (sending (source), FINGERPRINT_44);
}
GST_END_TEST;

GST_START_TEST (an_mki_is_added_unless_the_line_has_one)
{
  static const guint8 wanted[] = {0x0b, 0xad};
  g_autoptr (PercliteKeySource) source = perclite_key_source_new ();
  const PercliteKeyring *keys;
  gsize size;

  fail_unless (perclite_key_source_add (source, "send " KEY_44, wanted, 2, NULL) != NULL);
  fail_unless (perclite_key_source_add (source, "mki=0001 " OTHER_KEY_44, wanted, 2, NULL) != NULL);
  keys = perclite_key_source_get_keys (source);
  fail_unless (
      memcmp (perclite_key_get_mki (perclite_keyring_get_key (keys, 0), &size), wanted, 2) == 0);
  fail_unless_equals_int (size, 2);
  fail_unless (perclite_key_get_mki (perclite_keyring_get_key (keys, 1), &size)[1] == 1);
}
GST_END_TEST;

GST_START_TEST (what_happened_can_be_undone)
{
  g_autoptr (PercliteKeySource) source = perclite_key_source_new ();
  PercliteKeySourceState *state;

  perclite_key_source_set_key (source, KEY_44);
  load (source);
  state = perclite_key_source_save (source);
  fail_unless (perclite_key_source_add (source, "send " OTHER_KEY_44, NULL, 0, NULL) != NULL);
  perclite_key_source_restore (source, state);
  fail_unless_equals_int (perclite_keyring_get_size (perclite_key_source_get_keys (source)), 1);
  fail_unless_equals_string (sending (source), FINGERPRINT_44);
}
GST_END_TEST;

GST_START_TEST (what_is_unloaded_is_gone_but_for_added_keys)
{
  g_autoptr (PercliteKeySource) source = perclite_key_source_new ();

  perclite_key_source_set_key (source, KEY_44);
  load (source);
  fail_unless (perclite_key_source_add (source, OTHER_KEY_44, NULL, 0, NULL) != NULL);
  perclite_key_source_unload (source);
  fail_unless_equals_int (perclite_keyring_get_size (perclite_key_source_get_keys (source)), 1);
  fail_unless_equals_int (perclite_keyring_get_size (load (source)), 2);
}
GST_END_TEST;

GST_START_TEST (a_key_in_place_of_a_file_is_not_shown)
{
  g_autoptr (PercliteKeySource) source = perclite_key_source_new ();
  g_autoptr (GError) error = NULL;
  gboolean exposed;

  perclite_key_source_set_key_file (source, KEY_44);
  fail_if (perclite_key_source_load (source, &exposed, &error));
  assert_not_leaked (error->message, KEY_44);
}
GST_END_TEST;

static Suite *
perclitekeysource_suite (void)
{
  Suite *suite = suite_create ("perclitekeysource");
  TCase *tcase = tcase_create ("source");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, without_a_setting_there_is_no_key_and_no_error);
  tcase_add_test (tcase, two_settings_are_refused_and_the_keys_stay);
  tcase_add_test (tcase, a_passphrase_needs_its_salt);
  tcase_add_test (tcase, another_salt_or_suite_is_another_key);
  tcase_add_test (tcase, added_keys_receive_until_one_is_marked);
  tcase_add_test (tcase, the_only_key_is_for_sending);
  tcase_add_test (tcase, a_removed_key_is_gone_wherever_it_came_from);
  tcase_add_test (tcase, what_is_malformed_or_too_much_changes_nothing);
  tcase_add_test (tcase, an_mki_is_added_unless_the_line_has_one);
  tcase_add_test (tcase, what_happened_can_be_undone);
  tcase_add_test (tcase, what_is_unloaded_is_gone_but_for_added_keys);
  tcase_add_test (tcase, a_key_in_place_of_a_file_is_not_shown);
  return suite;
}

GST_CHECK_MAIN (perclitekeysource);
