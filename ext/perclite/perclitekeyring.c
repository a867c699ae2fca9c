/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitekeyring.c - keeps the keys of a room, and reads them from text and files. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitekeyring.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <openssl/crypto.h>

#define LINE_FORM                                                                      \
  "Expected on a line is: send, if the key is for sending; mki= and 1 to 16 bytes in " \
  "hexadecimal digits, if packets name the key; the key in base64; # and a comment, if any"

struct _PercliteKeyring {
  PercliteKey *keys[PERCLITE_KEYRING_MAX_KEYS];
  guint size;
  PercliteKey *sending; /* one of @keys, or NULL when none is marked */
};

PercliteKeyring *
perclite_keyring_new (void)
{
  return g_new0 (PercliteKeyring, 1);
}

PercliteKeyring *
perclite_keyring_copy (const PercliteKeyring *self)
{
  PercliteKeyring *copy;

  g_return_val_if_fail (self != NULL, NULL);

  copy = g_memdup2 (self, sizeof *self);
  for (guint i = 0; i < copy->size; i++)
    perclite_key_ref (copy->keys[i]);
  return copy;
}

void
perclite_keyring_free (PercliteKeyring *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->size; i++)
    perclite_key_unref (self->keys[i]);
  g_free (self);
}

static PercliteKey *
find_equal (const PercliteKeyring *self, const PercliteKey *key)
{
  for (guint i = 0; i < self->size; i++) {
    if (perclite_key_equal (self->keys[i], key))
      return self->keys[i];
  }
  return NULL;
}

/* Returns why the ring cannot have @key, which is not in it, as well; or NULL. */
static gchar *
why_not (const PercliteKeyring *self, const PercliteKey *key)
{
  const gchar *fingerprint = perclite_key_get_fingerprint (key);
  gsize mki_size;
  const guint8 *mki = perclite_key_get_mki (key, &mki_size);

  for (guint i = 0; i < self->size; i++) {
    const PercliteKey *other = self->keys[i];
    gsize other_size;
    const guint8 *other_mki = perclite_key_get_mki (other, &other_size);

    if (g_str_equal (perclite_key_get_fingerprint (other), fingerprint)) {
      if (perclite_key_get_suite (other) != perclite_key_get_suite (key))
        return g_strdup_printf ("The key with the fingerprint %s is there already, for %s. Use a "
                                "key for one suite only",
            fingerprint, perclite_suite_name (perclite_key_get_suite (other)));
      return g_strdup_printf ("The key with the fingerprint %s is there already, with another MKI "
                              "or without one. Give a key one MKI only",
          fingerprint);
    }

    if (mki_size == 0 || other_size == 0)
      continue;
    if (mki_size != other_size)
      return g_strdup_printf ("The MKI of the key with the fingerprint %s has %" G_GSIZE_FORMAT
                              " bytes, and that of another key %" G_GSIZE_FORMAT
                              ". Give all keys MKIs of one size",
          fingerprint, mki_size, other_size);
    if (memcmp (mki, other_mki, mki_size) == 0)
      return g_strdup_printf ("The keys with the fingerprints %s and %s have the same MKI. Give "
                              "each key an MKI of its own",
          perclite_key_get_fingerprint (other), fingerprint);
  }
  if (self->size == PERCLITE_KEYRING_MAX_KEYS)
    return g_strdup_printf (
        "There are %d keys already, and more are not possible. Remove those that nobody uses",
        PERCLITE_KEYRING_MAX_KEYS);
  return NULL;
}

static gboolean
add_key (
    PercliteKeyring *self, PercliteKey *key, gboolean sending, PercliteError code, GError **error)
{
  PercliteKey *present = find_equal (self, key);

  if (present != NULL) {
    perclite_key_unref (key);
  } else {
    g_autofree gchar *reason = why_not (self, key);

    if (reason != NULL) {
      g_set_error_literal (error, PERCLITE_ERROR, code, reason);
      perclite_key_unref (key);
      return FALSE;
    }
    self->keys[self->size++] = present = key;
  }
  if (sending)
    self->sending = present;
  return TRUE;
}

gboolean
perclite_keyring_add (PercliteKeyring *self, PercliteKey *key, gboolean sending, GError **error)
{
  g_return_val_if_fail (self != NULL && key != NULL, FALSE);

  return add_key (self, key, sending, PERCLITE_ERROR_SETTINGS, error);
}

gboolean
perclite_keyring_remove (PercliteKeyring *self, const gchar *fingerprint)
{
  g_autofree gchar *copy = g_strdup (fingerprint); /* it may be that of a key that goes */
  guint kept = 0;
  gboolean found;

  g_return_val_if_fail (self != NULL && fingerprint != NULL, FALSE);

  for (guint i = 0; i < self->size; i++) {
    PercliteKey *key = self->keys[i];

    if (!g_str_equal (perclite_key_get_fingerprint (key), copy)) {
      self->keys[kept++] = key;
      continue;
    }
    if (self->sending == key)
      self->sending = NULL;
    perclite_key_unref (key);
  }
  found = kept < self->size;
  self->size = kept;
  return found;
}

guint
perclite_keyring_get_size (const PercliteKeyring *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->size;
}

PercliteKey *
perclite_keyring_get_key (const PercliteKeyring *self, guint index)
{
  g_return_val_if_fail (self != NULL && index < self->size, NULL);

  return self->keys[index];
}

gboolean
perclite_keyring_contains (const PercliteKeyring *self, const PercliteKey *key)
{
  g_return_val_if_fail (self != NULL && key != NULL, FALSE);

  return find_equal (self, key) != NULL;
}

PercliteKey *
perclite_keyring_get_sending (const PercliteKeyring *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  if (self->sending == NULL && self->size == 1)
    return self->keys[0];
  return self->sending;
}

static gboolean
is_blank (gchar c)
{
  return c == ' ' || c == '\t';
}

/* What is left of a line. */
typedef struct {
  const gchar *text;
  gsize size;
} Span;

static void
skip_blanks (Span *rest)
{
  while (rest->size > 0 && is_blank (*rest->text)) {
    rest->text++;
    rest->size--;
  }
}

/* Takes what is before the next blank or comment, and the blanks that follow it. */
static Span
take_word (Span *rest)
{
  Span word = {rest->text, 0};

  while (word.size < rest->size && !is_blank (word.text[word.size]) && word.text[word.size] != '#')
    word.size++;
  rest->text += word.size;
  rest->size -= word.size;
  skip_blanks (rest);
  return word;
}

static gboolean
starts_with (Span word, const gchar *prefix)
{
  return word.size >= strlen (prefix) && memcmp (word.text, prefix, strlen (prefix)) == 0;
}

static gboolean
parse_mki (Span digits, guint8 *mki, gsize *mki_size, GError **error)
{
  for (gsize i = 0; i < digits.size; i++) {
    if (!g_ascii_isxdigit (digits.text[i])) {
      g_set_error (error, PERCLITE_ERROR, PERCLITE_ERROR_MALFORMED,
          "Character %" G_GSIZE_FORMAT
          " of the MKI is no hexadecimal digit. Write two of 0-9 and a-f for each byte, and a "
          "space before the key",
          i + 1);
      return FALSE;
    }
  }
  if (digits.size == 0 || digits.size % 2 != 0 || digits.size > 2 * PERCLITE_MKI_MAX_SIZE) {
    g_set_error (error, PERCLITE_ERROR, PERCLITE_ERROR_MALFORMED,
        "The MKI has %" G_GSIZE_FORMAT
        " hexadecimal digits. Write two for each of its bytes, which are 1 to %d",
        digits.size, PERCLITE_MKI_MAX_SIZE);
    return FALSE;
  }
  for (gsize i = 0; i < digits.size / 2; i++)
    mki[i] = (guint8) (g_ascii_xdigit_value (digits.text[2 * i]) << 4 |
                       g_ascii_xdigit_value (digits.text[2 * i + 1]));
  *mki_size = digits.size / 2;
  return TRUE;
}

/* A zero would end strings early, and is in every file that is UTF-16. A carriage return would hide
 * the rest of a file with the line ends of old in a comment. */
static gboolean
check_bytes (const gchar *line, gsize size, GError **error)
{
  for (gsize i = 0; i < size; i++) {
    if (line[i] != '\0' && line[i] != '\r' && line[i] != '\n')
      continue;
    g_set_error (error, PERCLITE_ERROR, PERCLITE_ERROR_MALFORMED,
        "Character %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
        " is %s. Write plain text in ASCII or UTF-8, with LF or CR LF at the ends of lines",
        i + 1, size, line[i] == '\0' ? "a zero byte" : "a line end in the middle of the line");
    return FALSE;
  }
  return TRUE;
}

static PercliteKey *
key_from_span (Span text, PercliteSuite suite, GError **error)
{
  gchar *copy = g_strndup (text.text, text.size);
  PercliteKey *key = perclite_key_new_from_text (copy, suite, error);

  perclite_secret_free (copy);
  return key;
}

PercliteKey *
perclite_keyring_parse_line (
    const gchar *line, gsize size, PercliteSuite suite, gboolean *sending, GError **error)
{
  Span rest = {size > 0 ? line : "", size};
  Span word;
  guint8 mki[PERCLITE_MKI_MAX_SIZE];
  gsize mki_size = 0;
  PercliteKey *key;

  g_return_val_if_fail (line != NULL || size == 0, NULL);
  g_return_val_if_fail (perclite_suite_nick (suite) != NULL, NULL);
  g_return_val_if_fail (sending != NULL, NULL);

  *sending = FALSE;
  if (!check_bytes (line, size, error))
    return NULL;

  /* Neither of these words can be a key: the one is too short, the other has padding in the
   * middle. */
  skip_blanks (&rest);
  word = take_word (&rest);
  if (word.size == strlen ("send") && starts_with (word, "send")) {
    *sending = TRUE;
    word = take_word (&rest);
  }
  if (starts_with (word, "mki=")) {
    Span digits = {word.text + strlen ("mki="), word.size - strlen ("mki=")};

    if (!parse_mki (digits, mki, &mki_size, error))
      return NULL;
    word = take_word (&rest);
  }

  if (rest.size > 0 && *rest.text != '#') {
    g_set_error (error, PERCLITE_ERROR, PERCLITE_ERROR_MALFORMED,
        "What begins at character %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT
        " stands behind the key and is no comment. " LINE_FORM,
        size - rest.size + 1, size);
    return NULL;
  }
  if (word.size == 0 && (*sending || mki_size > 0)) {
    g_set_error (error, PERCLITE_ERROR, PERCLITE_ERROR_MALFORMED,
        "There is no key behind \"%s\". " LINE_FORM, mki_size > 0 ? "mki=" : "send");
    return NULL;
  }
  key = key_from_span (word, suite, error);
  return key != NULL && mki_size > 0 ? perclite_key_with_mki (key, mki, mki_size) : key;
}

static gboolean
has_key (Span line)
{
  skip_blanks (&line);
  return line.size > 0 && *line.text != '#';
}

static gboolean
add_line (PercliteKeyring *self, Span line, PercliteSuite suite, GError **error)
{
  gboolean sending;
  g_autoptr (PercliteKey) key = NULL;

  /* A comment, too, must be text. */
  if (!has_key (line))
    return check_bytes (line.text, line.size, error);

  key = perclite_keyring_parse_line (line.text, line.size, suite, &sending, error);
  if (key == NULL)
    return FALSE;
  if (sending && self->sending != NULL) {
    g_set_error (error, PERCLITE_ERROR, PERCLITE_ERROR_MALFORMED,
        "A line before is marked with \"send\" as well. Mark only the key to send with");
    return FALSE;
  }
  if (find_equal (self, key) != NULL) {
    g_set_error (error, PERCLITE_ERROR, PERCLITE_ERROR_MALFORMED,
        "The key with the fingerprint %s is on a line before as well. Remove one of the lines",
        perclite_key_get_fingerprint (key));
    return FALSE;
  }
  return add_key (self, g_steal_pointer (&key), sending, PERCLITE_ERROR_MALFORMED, error);
}

static gsize
new_key_size (PercliteSuite suite)
{
  return perclite_suite_key_size (
      suite == PERCLITE_SUITE_AUTO ? PERCLITE_SUITE_AEAD_AES_256_GCM : suite);
}

PercliteKeyring *
perclite_keyring_new_from_text (const gchar *text, gsize size, PercliteSuite suite, GError **error)
{
  g_autoptr (PercliteKeyring) self = NULL;
  Span rest = {text, size};
  guint number = 1;
  gboolean one_line;

  g_return_val_if_fail (text != NULL || size == 0, NULL);
  g_return_val_if_fail (perclite_suite_nick (suite) != NULL, NULL);

  if (size > PERCLITE_KEYRING_TEXT_MAX_SIZE) {
    g_set_error (error, PERCLITE_ERROR, PERCLITE_ERROR_MALFORMED,
        "%" G_GSIZE_FORMAT " bytes are too many for keys. Leave comments away until there are %d "
        "or fewer",
        size, PERCLITE_KEYRING_TEXT_MAX_SIZE);
    return NULL;
  }

  /* Around a key alone any white space is fine, form feeds and carriage returns included. */
  while (rest.size > 0 && g_ascii_isspace (rest.text[rest.size - 1]))
    rest.size--;
  while (rest.size > 0 && g_ascii_isspace (*rest.text)) {
    number += *rest.text == '\n';
    rest.text++;
    rest.size--;
  }
  if (rest.size == 0) {
    /* For its words. */
    PercliteKey *none = perclite_key_new_from_text ("", suite, error);

    perclite_key_unref (none);
    return NULL;
  }

  self = perclite_keyring_new ();
  one_line = memchr (rest.text, '\n', rest.size) == NULL;
  while (rest.size > 0) {
    const gchar *end = memchr (rest.text, '\n', rest.size);
    Span line = {rest.text, end != NULL ? (gsize) (end - rest.text) : rest.size};
    gsize taken = line.size + (end != NULL);

    if (end != NULL && line.size > 0 && line.text[line.size - 1] == '\r')
      line.size--;
    if (!add_line (self, line, suite, error)) {
      if (!one_line)
        g_prefix_error (error, "line %u: ", number);
      return NULL;
    }
    rest.text += taken;
    rest.size -= taken;
    number++;
  }

  if (self->size == 0) {
    g_set_error (error, PERCLITE_ERROR, PERCLITE_ERROR_MALFORMED,
        "There is no key, only comments. Expected is at least one line with the base64 of key and "
        "salt. A new key is made by: openssl rand -base64 %" G_GSIZE_FORMAT,
        new_key_size (suite));
    return NULL;
  }
  return g_steal_pointer (&self);
}

/* Reads at most @max bytes; returns how many, or -1 with errno set. */
static gssize
read_all (int fd, gchar *buffer, gsize max)
{
  gsize size = 0;

  while (size < max) {
    gssize n = read (fd, buffer + size, max - size);

    if (n == 0)
      break;
    if (n > 0)
      size += (gsize) n;
    else if (errno != EINTR)
      return -1;
  }
  return (gssize) size;
}

static void
set_file_error (
    GError **error, PercliteError code, const gchar *path, PercliteSuite suite, const gchar *detail)
{
  g_autofree gchar *name = g_filename_display_name (path);

  g_set_error (error, PERCLITE_ERROR, code,
      "The key file \"%s\" %s. Expected is a file with the key in base64. A new key is made by: "
      "openssl rand -base64 %" G_GSIZE_FORMAT,
      name, detail, new_key_size (suite));
}

/* Returns a descriptor, or -1 with @error set. */
static int
open_key_file (const gchar *path, PercliteSuite suite, gboolean *exposed, GError **error)
{
  struct stat st;
  int fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);

  if (fd < 0) {
    gint saved_errno = errno;
    g_autofree gchar *found = g_strdup_printf ("cannot be opened: %s", g_strerror (saved_errno));

    set_file_error (error, saved_errno == ENOENT ? PERCLITE_ERROR_NOT_FOUND : PERCLITE_ERROR_READ,
        path, suite, found);
    return -1;
  }

  /* Of what has been opened, not of what the path means by now. */
  if (fstat (fd, &st) == 0) {
    if (S_ISDIR (st.st_mode)) {
      g_close (fd, NULL);
      set_file_error (error, PERCLITE_ERROR_READ, path, suite, "is a directory");
      return -1;
    }
    *exposed = S_ISREG (st.st_mode) && (st.st_mode & (S_IROTH | S_IWOTH)) != 0;
  }
  return fd;
}

/* read() straight into memory of ours: stdio and GIO would leave copies of the keys in buffers that
 * nobody cleanses. */
PercliteKeyring *
perclite_keyring_new_from_file (
    const gchar *path, PercliteSuite suite, gboolean *exposed, GError **error)
{
  gchar text[PERCLITE_KEYRING_TEXT_MAX_SIZE + 1]; /* one more, to see that there is more */
  gboolean is_exposed = FALSE;
  gssize size;
  gint saved_errno;
  int fd;
  PercliteKeyring *self = NULL;
  g_autofree gchar *found = NULL;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (perclite_suite_nick (suite) != NULL, NULL);

  fd = open_key_file (path, suite, &is_exposed, error);
  if (exposed != NULL)
    *exposed = is_exposed;
  if (fd < 0)
    return NULL;

  size = read_all (fd, text, sizeof text);
  saved_errno = errno;
  g_close (fd, NULL);

  if (size < 0) {
    found = g_strdup_printf ("cannot be read: %s", g_strerror (saved_errno));
    set_file_error (error, PERCLITE_ERROR_READ, path, suite, found);
  } else if (size > PERCLITE_KEYRING_TEXT_MAX_SIZE) {
    found = g_strdup_printf (
        "holds more than %d bytes, which is too much for keys", PERCLITE_KEYRING_TEXT_MAX_SIZE);
    set_file_error (error, PERCLITE_ERROR_READ, path, suite, found);
  } else {
    self = perclite_keyring_new_from_text (text, (gsize) size, suite, error);
    if (self == NULL) {
      g_autofree gchar *name = g_filename_display_name (path);

      g_prefix_error (error, "In the key file \"%s\": ", name);
    }
  }
  OPENSSL_cleanse (text, sizeof text);
  return self;
}
