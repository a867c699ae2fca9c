/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitekey.c (test) - keys from text and files: what is taken, what is refused, with which words. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitekey.h"
#include "perclitetest.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib/gstdio.h>

/* 45 bytes: no suite has them. */
#define KEY_45 "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1"

static void
assert_refused (const gchar *text, PercliteSuite suite, PercliteError code, const gchar *found)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PercliteKey) key = perclite_key_new_from_text (text, suite, &error);
  g_autofree gchar *command = g_strdup_printf ("openssl rand -base64 %d",
      (int) (suite == PERCLITE_SUITE_AUTO ? 44 : perclite_suite_key_size (suite)));

  fail_unless (key == NULL);
  fail_unless (g_error_matches (error, PERCLITE_ERROR, code), "%s", error->message);
  fail_unless (strstr (error->message, found) != NULL, "no '%s' in: %s", found, error->message);
  fail_unless (strstr (error->message, command) != NULL, "no command in: %s", error->message);
  assert_not_leaked (error->message, text);
}

GST_START_TEST (a_key_of_the_right_size_is_taken_by_each_suite)
{
  const TestSuite *suite = &test_suites[__i__];
  g_autoptr (GError) error = NULL;
  g_autoptr (PercliteKey) key = perclite_key_new_from_text (suite->key, suite->suite, &error);
  g_autofree gchar *fingerprint = NULL;

  fail_unless (key != NULL, "%s", error ? error->message : "");
  fail_unless_equals_int (perclite_key_get_suite (key), suite->suite);
  fail_unless (strncmp ((const gchar *) perclite_key_get_bytes (key),
                   "12345678901234567890123456789012345678901234", suite->key_size) == 0);
  fingerprint = perclite_key_fingerprint (key);
  fail_unless_equals_string (fingerprint, suite->fingerprint);
}
GST_END_TEST;

GST_START_TEST (suites_have_the_names_and_sizes_of_their_rfcs)
{
  const TestSuite *suite = &test_suites[__i__];

  fail_unless_equals_string (perclite_suite_nick (suite->suite), suite->nick);
  fail_unless_equals_string (perclite_suite_name (suite->suite), suite->name);
  fail_unless_equals_int (perclite_suite_key_size (suite->suite), suite->key_size);
  fail_unless_equals_int (perclite_suite_tag_size (suite->suite), suite->tag_size);
}
GST_END_TEST;

GST_START_TEST (a_suite_that_is_none_has_no_name_and_no_size)
{
  fail_unless (perclite_suite_nick ((PercliteSuite) 99) == NULL);
  fail_unless (perclite_suite_name ((PercliteSuite) -1) == NULL);
  fail_unless_equals_int (perclite_suite_key_size ((PercliteSuite) 99), 0);
  fail_unless_equals_int (perclite_suite_key_size (PERCLITE_SUITE_AUTO), 0);
}
GST_END_TEST;

GST_START_TEST (auto_takes_the_suite_the_size_tells)
{
  static const struct {
    const gchar *key;
    PercliteSuite suite;
  } rows[] = {
      {KEY_44, PERCLITE_SUITE_AEAD_AES_256_GCM},
      {KEY_28, PERCLITE_SUITE_AEAD_AES_128_GCM},
      {KEY_30, PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_80},
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (PercliteKey) key =
        perclite_key_new_from_text (rows[i].key, PERCLITE_SUITE_AUTO, NULL);
    fail_unless_equals_int (perclite_key_get_suite (key), rows[i].suite);
  }
}
GST_END_TEST;

GST_START_TEST (sizes_of_no_suite_are_refused_with_those_there_are)
{
  for (gsize size = 1; size <= 64; size++) {
    guint8 bytes[64] = {0};
    g_autofree gchar *text = g_base64_encode (bytes, size);
    g_autoptr (GError) error = NULL;
    g_autoptr (PercliteKey) key = perclite_key_new_from_text (text, PERCLITE_SUITE_AUTO, &error);

    fail_unless_equals_int (key != NULL, size == 28 || size == 30 || size == 44);
    fail_unless (key != NULL || g_error_matches (error, PERCLITE_ERROR, PERCLITE_ERROR_SIZE));
  }
  assert_refused (KEY_45, PERCLITE_SUITE_AUTO, PERCLITE_ERROR_SIZE, "has 45 bytes");
  assert_refused (KEY_45, PERCLITE_SUITE_AUTO, PERCLITE_ERROR_SIZE, "44 (AEAD_AES_256_GCM)");
  assert_refused (KEY_45, PERCLITE_SUITE_AUTO, PERCLITE_ERROR_SIZE, "28 (AEAD_AES_128_GCM)");
  assert_refused (KEY_45, PERCLITE_SUITE_AUTO, PERCLITE_ERROR_SIZE, "30 (AES_CM_128_HMAC_SHA1_80)");
}
GST_END_TEST;

GST_START_TEST (a_key_of_another_suite_is_refused)
{
  const TestSuite *suite = &test_suites[__i__];
  g_autofree gchar *expected = g_strdup_printf ("%s needs %d", suite->name, (int) suite->key_size);

  for (guint i = 0; i < N_TEST_SUITES; i++) {
    if (test_suites[i].key_size == suite->key_size)
      continue;
    assert_refused (test_suites[i].key, suite->suite, PERCLITE_ERROR_SIZE, expected);
  }
}
GST_END_TEST;

GST_START_TEST (text_that_is_not_base64_is_refused_at_its_position)
{
  /* Each in place of one character; - and _ are of the URL-safe alphabet. */
  static const gchar strangers[] = "-_ \t\n\r.,:;\"'\\=\x7f\x80\xff";

  /* Up to the last digit: an = in its place is padding. */
  for (gsize pos = 0; pos < strlen (KEY_44) - 2; pos++) {
    for (const gchar *c = strangers; *c; c++) {
      g_autofree gchar *text = g_strdup (KEY_44);
      g_autofree gchar *found = g_strdup_printf ("character %d of 60", (int) pos + 1);

      text[pos] = *c;
      assert_refused (text, PERCLITE_SUITE_AUTO, PERCLITE_ERROR_MALFORMED, found);
    }
  }
}
GST_END_TEST;

GST_START_TEST (malformed_text_is_refused)
{
  static const gchar *const rows[][2] = {
      {"", "is empty"},
      {"=", "do not make groups of four"},
      {"====", "do not make groups of four"},
      {KEY_44 "=", "do not make groups of four"},
      {KEY_44 "====", "do not make groups of four"},
      {KEY_30 "=", "do not make groups of four"},
      {" " KEY_44, "character 1 of 61"},
      {KEY_44 " ", "character 60 of 61"},
      {KEY_44 "\n", "character 60 of 61"},
      {KEY_44 KEY_44, "character 60 of 120"},
      {"MTIzN", "one is missing or too many"},
      /* The last digit of the key with one more bit set. */
      {"MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzR=",
          "bits that belong to no byte"},
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    assert_refused (rows[i][0], PERCLITE_SUITE_AUTO, PERCLITE_ERROR_MALFORMED, rows[i][1]);
}
GST_END_TEST;

GST_START_TEST (text_beyond_all_measure_is_refused)
{
  g_autofree gchar *text = g_strnfill (100000, 'A');

  assert_refused (text, PERCLITE_SUITE_AUTO, PERCLITE_ERROR_MALFORMED, "100000 characters");
}
GST_END_TEST;

GST_START_TEST (missing_padding_is_tolerated)
{
  g_autofree gchar *text_44 = g_strndup (KEY_44, strlen (KEY_44) - 1);
  g_autofree gchar *text_28 = g_strndup (KEY_28, strlen (KEY_28) - 2);
  g_autofree gchar *half_28 = g_strndup (KEY_28, strlen (KEY_28) - 1);
  g_autoptr (PercliteKey) key_44 = perclite_key_new_from_text (text_44, 0, NULL);
  g_autoptr (PercliteKey) key_28 = perclite_key_new_from_text (text_28, 0, NULL);

  fail_unless_equals_int (perclite_key_get_suite (key_44), PERCLITE_SUITE_AEAD_AES_256_GCM);
  fail_unless_equals_int (perclite_key_get_suite (key_28), PERCLITE_SUITE_AEAD_AES_128_GCM);
  assert_refused (half_28, PERCLITE_SUITE_AUTO, PERCLITE_ERROR_MALFORMED, "groups of four");
}
GST_END_TEST;

GST_START_TEST (fingerprints_tell_keys_apart)
{
  g_autoptr (PercliteKey) a = perclite_key_new_from_text (KEY_44, PERCLITE_SUITE_AUTO, NULL);
  g_autoptr (PercliteKey) b = perclite_key_new_from_text (OTHER_KEY_44, PERCLITE_SUITE_AUTO, NULL);
  g_autofree gchar *fa = perclite_key_fingerprint (a);
  g_autofree gchar *fb = perclite_key_fingerprint (b);

  fail_unless_equals_int (strlen (fa), 16);
  fail_unless_equals_int (strlen (fb), 16);
  fail_if (g_str_equal (fa, fb));
}
GST_END_TEST;

/* Files */

static gchar *dir;

static void
make_dir (void)
{
  dir = g_dir_make_tmp ("perclitekey-XXXXXX", NULL);
  fail_unless (dir != NULL);
}

static void
remove_dir (void)
{
  g_autofree gchar *file = g_build_filename (dir, "room.key", NULL);

  g_unlink (file);
  g_rmdir (dir);
  g_clear_pointer (&dir, g_free);
}

static gchar *
write_file (const gchar *content)
{
  gchar *path = g_build_filename (dir, "room.key", NULL);

  fail_unless (g_file_set_contents (path, content, -1, NULL));
  return path;
}

static void
assert_file_refused (const gchar *path, PercliteError code, const gchar *found)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PercliteKey) key = perclite_key_new_from_file (path, PERCLITE_SUITE_AUTO, &error);

  fail_unless (key == NULL);
  fail_unless (g_error_matches (error, PERCLITE_ERROR, code), "%s", error->message);
  fail_unless (strstr (error->message, path) != NULL, "no file name in: %s", error->message);
  fail_unless (strstr (error->message, found) != NULL, "no '%s' in: %s", found, error->message);
  fail_unless (strstr (error->message, "openssl rand -base64 44") != NULL);
  assert_not_leaked (error->message, KEY_45);
}

GST_START_TEST (white_space_around_the_key_in_a_file_is_ignored)
{
  static const gchar *const rows[] = {
      KEY_44, (KEY_44 "\n"), (KEY_44 "\r\n"), ("\n\n \t" KEY_44 " \t\r\n\n"), ("\f" KEY_44)};

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree gchar *path = write_file (rows[i]);
    g_autoptr (GError) error = NULL;
    g_autoptr (PercliteKey) key = perclite_key_new_from_file (path, PERCLITE_SUITE_AUTO, &error);

    fail_unless (key != NULL, "%s", error ? error->message : "");
    fail_unless_equals_int (perclite_key_get_suite (key), PERCLITE_SUITE_AEAD_AES_256_GCM);
  }
}
GST_END_TEST;

GST_START_TEST (a_file_with_anything_else_is_refused)
{
  g_autofree gchar *huge = g_strnfill (1025, ' ');
  g_autofree gchar *path = write_file (KEY_44 "\n" KEY_44 "\n");

  assert_file_refused (path, PERCLITE_ERROR_MALFORMED, "character 60 of 121");
  g_free (write_file (KEY_45 "\n"));
  assert_file_refused (path, PERCLITE_ERROR_SIZE, "has 45 bytes");
  g_free (write_file (""));
  assert_file_refused (path, PERCLITE_ERROR_MALFORMED, "is empty");
  g_free (write_file (" \n\t\n"));
  assert_file_refused (path, PERCLITE_ERROR_MALFORMED, "is empty");
  g_free (write_file (huge));
  assert_file_refused (path, PERCLITE_ERROR_READ, "more than 1024 bytes");
  assert_file_refused ("/dev/zero", PERCLITE_ERROR_READ, "more than 1024 bytes");
  assert_file_refused ("/dev/null", PERCLITE_ERROR_MALFORMED, "is empty");
}
GST_END_TEST;

GST_START_TEST (a_file_with_a_zero_byte_is_refused)
{
  g_autofree gchar *path = g_build_filename (dir, "room.key", NULL);
  static const gchar content[] = KEY_44 "\0" KEY_44;

  fail_unless (g_file_set_contents (path, content, sizeof content - 1, NULL));
  assert_file_refused (path, PERCLITE_ERROR_MALFORMED, "character 60 of 121");
}
GST_END_TEST;

GST_START_TEST (a_file_that_cannot_be_read_is_refused)
{
  g_autofree gchar *path = g_build_filename (dir, "room.key", NULL);
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd;

  assert_file_refused (path, PERCLITE_ERROR_NOT_FOUND, "cannot be opened");
  assert_file_refused (dir, PERCLITE_ERROR_READ, "is a directory");

  /* Not even root can open a socket. */
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  fd = socket (AF_UNIX, SOCK_STREAM, 0);
  fail_unless (bind (fd, (struct sockaddr *) &address, sizeof address) == 0);
  assert_file_refused (path, PERCLITE_ERROR_READ, "cannot be opened");
  close (fd);
  g_unlink (path);

  if (geteuid () != 0) {
    g_free (write_file (KEY_44));
    fail_unless (g_chmod (path, 0) == 0);
    assert_file_refused (path, PERCLITE_ERROR_READ, "cannot be opened");
  }
}
GST_END_TEST;

GST_START_TEST (a_pipe_will_do)
{
  int fds[2];
  g_autofree gchar *path = NULL;
  g_autoptr (PercliteKey) key = NULL;

  fail_unless (pipe (fds) == 0);
  fail_unless (write (fds[1], KEY_44 "\n", strlen (KEY_44) + 1) > 0);
  close (fds[1]);
  path = g_strdup_printf ("/dev/fd/%d", fds[0]);
  key = perclite_key_new_from_file (path, PERCLITE_SUITE_AUTO, NULL);
  close (fds[0]);
  fail_unless (key != NULL);
}
GST_END_TEST;

GST_START_TEST (exactly_one_key_must_be_given)
{
  g_autoptr (GError) none = NULL;
  g_autoptr (GError) both = NULL;

  fail_unless (perclite_key_new (NULL, NULL, PERCLITE_SUITE_AEAD_AES_128_GCM, &none) == NULL);
  fail_unless (g_error_matches (none, PERCLITE_ERROR, PERCLITE_ERROR_SETTINGS));
  fail_unless (strstr (none->message, "There is no key") != NULL);
  fail_unless (strstr (none->message, "openssl rand -base64 28") != NULL);

  fail_unless (perclite_key_new (KEY_44, "/dev/null", PERCLITE_SUITE_AUTO, &both) == NULL);
  fail_unless (g_error_matches (both, PERCLITE_ERROR, PERCLITE_ERROR_SETTINGS));
  fail_unless (strstr (both->message, "both key and key-file") != NULL);
  assert_not_leaked (both->message, KEY_44);
}
GST_END_TEST;

static Suite *
perclitekey_suite (void)
{
  Suite *s = suite_create ("perclitekey");
  TCase *tc = tcase_create ("text");

  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, a_key_of_the_right_size_is_taken_by_each_suite, 0, N_TEST_SUITES);
  tcase_add_loop_test (tc, suites_have_the_names_and_sizes_of_their_rfcs, 0, N_TEST_SUITES);
  tcase_add_test (tc, a_suite_that_is_none_has_no_name_and_no_size);
  tcase_add_test (tc, auto_takes_the_suite_the_size_tells);
  tcase_add_test (tc, sizes_of_no_suite_are_refused_with_those_there_are);
  tcase_add_loop_test (tc, a_key_of_another_suite_is_refused, 0, N_TEST_SUITES);
  tcase_add_test (tc, text_that_is_not_base64_is_refused_at_its_position);
  tcase_add_test (tc, malformed_text_is_refused);
  tcase_add_test (tc, text_beyond_all_measure_is_refused);
  tcase_add_test (tc, missing_padding_is_tolerated);
  tcase_add_test (tc, fingerprints_tell_keys_apart);
  tcase_add_test (tc, exactly_one_key_must_be_given);

  tc = tcase_create ("files");
  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, make_dir, remove_dir);
  tcase_add_test (tc, white_space_around_the_key_in_a_file_is_ignored);
  tcase_add_test (tc, a_file_with_anything_else_is_refused);
  tcase_add_test (tc, a_file_with_a_zero_byte_is_refused);
  tcase_add_test (tc, a_file_that_cannot_be_read_is_refused);
  tcase_add_test (tc, a_pipe_will_do);
  return s;
}

GST_CHECK_MAIN (perclitekey);
