/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* percliteinner.h - inner packets for the tests of the parts that encrypt and decrypt. */

#pragma once

#include <string.h>

#include "perclitedecrypter.h"
#include "percliteencrypter.h"
#include "perclitetest.h"

G_BEGIN_DECLS

#define MAX_PAYLOAD 1500
#define PAYLOAD_SIZE 40
#define SSRC 0x12345678
#define LIMIT 4096
#define GCM (&test_suites[0])

/* Memory as the transform wants it: aligned, and the inner packet at its start. */
typedef struct {
  guint32 align;
  guint8 data[PERCLITE_INNER_HEADER_SIZE + MAX_PAYLOAD + PERCLITE_TRAILER_MAX_SIZE];
  gsize size; /* of the inner packet, when it is protected */
} Inner;

/* Key number @n of a suite, of as many as are wanted; with an MKI of two bytes, 0xab and @n, or
 * without. */
static inline PercliteKey *
test_key (const TestSuite *suite, guint n, gboolean with_mki)
{
  guint8 bytes[PERCLITE_KEY_MAX_SIZE], mki[2] = {0xab, (guint8) n};
  g_autofree gchar *text = NULL;
  PercliteKey *key;

  memset (bytes, (int) (0x11 + n), sizeof bytes);
  text = g_base64_encode (bytes, suite->key_size);
  key = perclite_key_new_from_text (text, suite->suite, NULL);
  fail_unless (key != NULL);
  return with_mki ? perclite_key_with_mki (key, mki, sizeof mki) : key;
}

/* The keys with the numbers @first to @first + @n - 1. */
static inline PercliteKeyring *
test_ring (const TestSuite *suite, guint first, guint n, gboolean with_mki)
{
  PercliteKeyring *ring = perclite_keyring_new ();

  for (guint i = first; i < first + n; i++)
    fail_unless (perclite_keyring_add (ring, test_key (suite, i, with_mki), FALSE, NULL));
  return ring;
}

static inline PercliteDecrypter *
test_decrypter (const PercliteKeyring *ring, guint limit)
{
  PercliteDecrypter *decrypter = perclite_decrypter_new (ring, 1024, NULL);

  fail_unless (decrypter != NULL);
  perclite_decrypter_set_roc_search (decrypter, limit);
  return decrypter;
}

/* The one published key of a suite. */
static inline PercliteKey *
test_published_key (const TestSuite *suite)
{
  PercliteKey *key = perclite_key_new_from_text (suite->key, suite->suite, NULL);

  fail_unless (key != NULL);
  return key;
}

static inline PercliteKeyring *
test_published_ring (const TestSuite *suite)
{
  PercliteKeyring *ring = perclite_keyring_new ();

  fail_unless (perclite_keyring_add (ring, test_published_key (suite), FALSE, NULL));
  return ring;
}

static inline void
test_header (guint8 *header, guint32 ssrc, guint16 seq, guint32 ts)
{
  header[0] = 0x80;
  header[1] = 105;
  GST_WRITE_UINT16_BE (header + 2, seq);
  GST_WRITE_UINT32_BE (header + 4, ts);
  GST_WRITE_UINT32_BE (header + 8, ssrc);
}

static inline PercliteResult
test_encrypt (PercliteEncrypter *encrypter, guint32 ssrc, guint16 seq, guint32 ts, Inner *inner,
    PercliteEncrypted *what)
{
  guint8 header[12];
  PercliteEncrypted ignored;
  gsize size = 0;
  PercliteResult result;

  test_header (header, ssrc, seq, ts);
  memset (inner->data + 12, (guint8) seq, PAYLOAD_SIZE);
  result = perclite_encrypter_encrypt (
      encrypter, header, inner->data, PAYLOAD_SIZE, &size, what ? what : &ignored);
  inner->size = 1 + size;
  return result;
}

/* A packet of a sender without encrypter, to be had with any SSRC and rollover counter. */
static inline void
test_protect (PercliteSrtp *srtp, guint32 ssrc, guint16 seq, Inner *inner)
{
  inner->size = 12 + PAYLOAD_SIZE;
  test_header (inner->data, ssrc, seq, 3000u * seq);
  memset (inner->data + 12, (guint8) seq, PAYLOAD_SIZE);
  fail_unless_equals_int (perclite_srtp_protect (srtp, inner->data, &inner->size), PERCLITE_OK);
}

static inline PercliteSrtp *
test_sender (const PercliteKey *key, guint32 ssrc, guint32 roc)
{
  PercliteSrtp *srtp = perclite_srtp_new (key, NULL, PERCLITE_OUTBOUND, ssrc, 1024, NULL);

  fail_unless (srtp != NULL);
  perclite_srtp_set_roc (srtp, roc);
  return srtp;
}

/* The only packet of its sender. */
static inline void
test_one_packet (const PercliteKey *key, guint32 ssrc, guint64 index, Inner *inner)
{
  g_autoptr (PercliteSrtp) srtp = test_sender (key, ssrc, (guint32) (index >> 16));

  test_protect (srtp, ssrc, (guint16) index, inner);
}

/* Decrypts a copy, and looks whether the payload is what it was. */
static inline PercliteResult
test_decrypt (PercliteDecrypter *decrypter, const Inner *inner, const PercliteKey **key)
{
  Inner copy = *inner;
  guint8 header[12];
  gsize payload_size = 0;
  const PercliteKey *found = NULL;
  PercliteResult result;

  test_header (header, SSRC, 0, 0);
  result = perclite_decrypter_decrypt (
      decrypter, header, copy.data, inner->size - 1, &payload_size, &found);
  if (result == PERCLITE_OK) {
    fail_unless_equals_int (payload_size, PAYLOAD_SIZE);
    fail_unless_equals_int (copy.data[12], copy.data[3]);
    fail_unless_equals_int (copy.data[12 + PAYLOAD_SIZE - 1], copy.data[3]);
    fail_unless (found != NULL);
  }
  if (key != NULL)
    *key = found;
  return result;
}

static inline void
test_count_stream (const PercliteStream *stream, gpointer user_data)
{
  ++*(guint *) user_data;
}

static inline guint
test_count_streams (PercliteDecrypter *decrypter)
{
  guint n = 0;

  perclite_decrypter_foreach_stream (decrypter, test_count_stream, &n);
  return n;
}

static inline void
test_copy_stream (const PercliteStream *stream, gpointer user_data)
{
  *(PercliteStream *) user_data = *stream;
}

/* The packets of a sender: one SSRC, keys that change, and all that was sent. */
typedef struct {
  PercliteSrtp *srtp;
  guint32 ssrc;
  guint64 index; /* of the next packet */
  GArray *sent;  /* of Inner */
} Sender;

static inline void
sender_clear (Sender *sender)
{
  perclite_srtp_free (sender->srtp);
  g_clear_pointer (&sender->sent, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sender, sender_clear)

/* Goes on at that packet index, with key number N. */
static inline void
sender_begin (Sender *sender, const TestSuite *suite, guint n, gboolean with_mki, guint64 index)
{
  g_autoptr (PercliteKey) key = test_key (suite, n, with_mki);

  perclite_srtp_free (sender->srtp);
  sender->srtp = test_sender (key, sender->ssrc, (guint32) (index >> 16));
  sender->index = index;
  if (sender->sent == NULL)
    sender->sent = g_array_new (FALSE, FALSE, sizeof (Inner));
}

static inline Inner
sender_next (Sender *sender)
{
  Inner inner;

  test_protect (sender->srtp, sender->ssrc, (guint16) sender->index++, &inner);
  g_array_append_val (sender->sent, inner);
  return inner;
}

/* Sends some, all of which must arrive. */
static inline void
sender_pass (Sender *sender, PercliteDecrypter *decrypter, guint n)
{
  for (guint i = 0; i < n; i++) {
    Inner inner = sender_next (sender);

    fail_unless_equals_int (test_decrypt (decrypter, &inner, NULL), PERCLITE_OK);
  }
}

/* Nothing that was sent so far is taken once more. */
static inline void
assert_no_replays (Sender *sender, PercliteDecrypter *decrypter)
{
  for (guint round = 0; round < 2; round++) {
    for (guint i = 0; i < sender->sent->len; i++) {
      const Inner *inner = &g_array_index (sender->sent, Inner, i);

      fail_if (test_decrypt (decrypter, inner, NULL) == PERCLITE_OK, "packet %u", i);
    }
  }
}

G_END_DECLS
