/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitekeyfile.c (test) - key rings out of files: what is taken, what is refused, with which
 * words. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitekeyring.h"
#include "perclitetest.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib/gstdio.h>

/* 45 bytes: no suite has them. */
#define KEY_45 "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1"

static gchar *dir;
static gchar *path;

static void
make_dir (void)
{
  dir = g_dir_make_tmp ("perclitekeyfile-XXXXXX", NULL);
  fail_unless (dir != NULL);
  path = g_build_filename (dir, "room.key", NULL);
}

static void
remove_dir (void)
{
  g_unlink (path);
  g_rmdir (dir);
  g_clear_pointer (&path, g_free);
  g_clear_pointer (&dir, g_free);
}

static void
write_file (const gchar *content, gssize size)
{
  fail_unless (g_file_set_contents (path, content, size, NULL));
}

static void
assert_file_refused (const gchar *name, PercliteError code, const gchar *found)
{
  g_autoptr (GError) error = NULL;

  fail_unless (perclite_keyring_new_from_file (name, PERCLITE_SUITE_AUTO, NULL, &error) == NULL);
  fail_unless (g_error_matches (error, PERCLITE_ERROR, code), "%s", error->message);
  fail_unless (strstr (error->message, name) != NULL, "no file name in: %s", error->message);
  fail_unless (strstr (error->message, found) != NULL, "no '%s' in: %s", found, error->message);
  assert_not_leaked (error->message, KEY_45);
}

GST_START_TEST (white_space_around_the_key_in_a_file_is_ignored)
{
  static const gchar *const rows[] = {KEY_44, (KEY_44 "\n"), (KEY_44 "\r\n"), (KEY_44 "\r\r\n"),
      ("\n\n \t" KEY_44 " \t\r\n\n"), ("\f" KEY_44), (KEY_44 "\n\n\r\n \f"), ("\r" KEY_44 "\r")};

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (PercliteKeyring) ring = NULL;

    write_file (rows[i], -1);
    ring = perclite_keyring_new_from_file (path, PERCLITE_SUITE_AUTO, NULL, &error);
    fail_unless (ring != NULL, "%s", error ? error->message : "");
    fail_unless_equals_int (perclite_keyring_get_size (ring), 1);
    fail_unless_equals_string (perclite_key_get_fingerprint (perclite_keyring_get_sending (ring)),
        test_suites[0].fingerprint);
  }
}
GST_END_TEST;

GST_START_TEST (a_file_with_anything_else_is_refused)
{
  g_autofree gchar *huge = g_strnfill (PERCLITE_KEYRING_TEXT_MAX_SIZE + 1, ' ');
  static const gchar zero[] = KEY_44 "\0" KEY_44;

  write_file (KEY_44 "\n" KEY_44 "\n", -1);
  assert_file_refused (path, PERCLITE_ERROR_MALFORMED, "room.key\": line 2: The key with");
  write_file (KEY_45 "\n", -1);
  assert_file_refused (path, PERCLITE_ERROR_SIZE, "room.key\": The key has 45 bytes");
  write_file ("", -1);
  assert_file_refused (path, PERCLITE_ERROR_MALFORMED, "is empty");
  write_file (" \n\t\n", -1);
  assert_file_refused (path, PERCLITE_ERROR_MALFORMED, "is empty");
  write_file (zero, sizeof zero - 1);
  assert_file_refused (path, PERCLITE_ERROR_MALFORMED, "Character 61 of 121 is a zero byte");
  write_file (huge, -1);
  assert_file_refused (path, PERCLITE_ERROR_READ, "more than 16384 bytes");
  assert_file_refused ("/dev/zero", PERCLITE_ERROR_READ, "more than 16384 bytes");
  assert_file_refused ("/dev/null", PERCLITE_ERROR_MALFORMED, "is empty");
}
GST_END_TEST;

GST_START_TEST (a_file_that_cannot_be_read_is_refused)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd;

  assert_file_refused (path, PERCLITE_ERROR_NOT_FOUND, "cannot be opened");
  assert_file_refused (path, PERCLITE_ERROR_NOT_FOUND, "openssl rand -base64 44");
  assert_file_refused (dir, PERCLITE_ERROR_READ, "is a directory");
  assert_file_refused ("/proc/self/mem", PERCLITE_ERROR_READ, "cannot be read");

  /* Not even root can open a socket. */
  g_strlcpy (address.sun_path, path, sizeof address.sun_path);
  fd = socket (AF_UNIX, SOCK_STREAM, 0);
  fail_unless (bind (fd, (struct sockaddr *) &address, sizeof address) == 0);
  assert_file_refused (path, PERCLITE_ERROR_READ, "cannot be opened");
  close (fd);
  g_unlink (path);

  if (geteuid () != 0) {
    write_file (KEY_44, -1);
    fail_unless (g_chmod (path, 0) == 0);
    assert_file_refused (path, PERCLITE_ERROR_READ, "cannot be opened");
  }
}
GST_END_TEST;

GST_START_TEST (a_file_is_exposed_when_every_user_can_read_or_change_it)
{
  static const struct {
    int mode;
    gboolean exposed;
  } rows[] = {{0400, FALSE}, {0600, FALSE}, {0660, FALSE}, {0601, FALSE}, {0604, TRUE},
      {0602, TRUE}, {0644, TRUE}, {0666, TRUE}};

  write_file (KEY_44, -1);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++) {
    gboolean exposed = !rows[i].exposed;
    g_autoptr (PercliteKeyring) ring = NULL;

    fail_unless (g_chmod (path, rows[i].mode) == 0);
    ring = perclite_keyring_new_from_file (path, PERCLITE_SUITE_AUTO, &exposed, NULL);
    fail_unless (ring != NULL);
    fail_unless (exposed == rows[i].exposed, "mode %o", (guint) rows[i].mode);
  }
}
GST_END_TEST;

GST_START_TEST (a_pipe_will_do_and_is_not_exposed)
{
  int fds[2];
  g_autofree gchar *name = NULL;
  gboolean exposed = TRUE;
  g_autoptr (PercliteKeyring) ring = NULL;

  fail_unless (pipe (fds) == 0);
  fail_unless (fchmod (fds[0], 0666) == 0);
  fail_unless (write (fds[1], KEY_44 "\n", strlen (KEY_44) + 1) > 0);
  close (fds[1]);
  name = g_strdup_printf ("/dev/fd/%d", fds[0]);
  ring = perclite_keyring_new_from_file (name, PERCLITE_SUITE_AUTO, &exposed, NULL);
  close (fds[0]);
  fail_unless (ring != NULL);
  fail_if (exposed);
}
GST_END_TEST;

static Suite *
perclitekeyfile_suite (void)
{
  Suite *s = suite_create ("perclitekeyfile");
  TCase *tc = tcase_create ("files");

  suite_add_tcase (s, tc);
  tcase_add_checked_fixture (tc, make_dir, remove_dir);
  tcase_add_test (tc, white_space_around_the_key_in_a_file_is_ignored);
  tcase_add_test (tc, a_file_with_anything_else_is_refused);
  tcase_add_test (tc, a_file_that_cannot_be_read_is_refused);
  tcase_add_test (tc, a_file_is_exposed_when_every_user_can_read_or_change_it);
  tcase_add_test (tc, a_pipe_will_do_and_is_not_exposed);
  return s;
}

GST_CHECK_MAIN (perclitekeyfile);
