/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* percliteencrypter.c (test) - rotation of keys, their lifetimes, and nonces that never come
 * twice. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "percliteinner.h"

/* The nonces are remembered for the process, and the tests run in one when CK_FORK=no. */
static guint32
fresh_ssrc (void)
{
  static guint32 last = 0x5000;

  return ++last;
}

static PercliteEncrypter *
new_encrypter (guint key_number, PercliteInnerSsrc mode)
{
  g_autoptr (PercliteKey) key = test_key (&test_suites[0], key_number, FALSE);
  PercliteEncrypter *encrypter = perclite_encrypter_new (key, mode, NULL);

  fail_unless (encrypter != NULL);
  return encrypter;
}

static void
set_key (PercliteEncrypter *encrypter, guint key_number)
{
  g_autoptr (PercliteKey) key = test_key (&test_suites[0], key_number, FALSE);

  fail_unless (perclite_encrypter_set_key (encrypter, key, NULL));
}

/* Returns the number of the key that decrypts the packet with this rollover counter. */
static guint
key_of (const Inner *inner, guint32 roc)
{
  for (guint n = 0; n < 32; n++) {
    g_autoptr (PercliteKey) key = test_key (&test_suites[0], n, FALSE);
    g_autoptr (PercliteSrtp) srtp = perclite_srtp_new (
        key, NULL, PERCLITE_INBOUND, perclite_read_ssrc (inner->data), 1024, NULL);
    Inner copy = *inner;

    perclite_srtp_set_roc (srtp, roc);
    if (perclite_srtp_unprotect (srtp, copy.data, &copy.size) == PERCLITE_OK)
      return n;
  }
  return G_MAXUINT;
}

/* Encrypts, which must succeed, and returns the inner SSRC. */
static guint32
pass (PercliteEncrypter *encrypter, guint32 ssrc, guint16 seq, guint32 ts, guint key_number,
    gboolean key_changed)
{
  Inner inner;
  PercliteEncrypted what;

  fail_unless_equals_int (test_encrypt (encrypter, ssrc, seq, ts, &inner, &what), PERCLITE_OK);
  fail_unless_equals_int (key_of (&inner, 0), key_number);
  fail_unless_equals_int (what.key_changed, key_changed);
  return perclite_read_ssrc (inner.data);
}

GST_START_TEST (a_key_is_changed_with_the_timestamp_only)
{
  g_autoptr (PercliteEncrypter) encrypter = new_encrypter (1, PERCLITE_INNER_SSRC_RANDOM);
  guint32 ssrc = fresh_ssrc (), one, two;

  one = pass (encrypter, ssrc, 1, 3000, 1, FALSE);
  set_key (encrypter, 2);
  fail_unless_equals_int (pass (encrypter, ssrc, 2, 3000, 1, FALSE), one);
  fail_unless_equals_int (pass (encrypter, ssrc, 3, 3000, 1, FALSE), one);
  two = pass (encrypter, ssrc, 4, 6000, 2, TRUE);
  fail_if (two == one);
  fail_unless_equals_int (pass (encrypter, ssrc, 5, 6000, 2, FALSE), two);
  fail_unless_equals_int (pass (encrypter, ssrc, 6, 9000, 2, FALSE), two);
}
GST_END_TEST;

GST_START_TEST (each_stream_changes_the_key_at_its_own_frame)
{
  g_autoptr (PercliteEncrypter) encrypter = new_encrypter (1, PERCLITE_INNER_SSRC_PRESERVE);
  guint32 audio = fresh_ssrc (), video = fresh_ssrc (), late = fresh_ssrc ();

  pass (encrypter, audio, 1, 960, 1, FALSE);
  pass (encrypter, video, 1, 3000, 1, FALSE);
  set_key (encrypter, 2);
  pass (encrypter, audio, 2, 1920, 2, TRUE);
  pass (encrypter, video, 2, 3000, 1, FALSE);
  /* A stream that is new has no frame to finish. */
  pass (encrypter, late, 1, 5, 2, FALSE);
  pass (encrypter, video, 3, 6000, 2, TRUE);
}
GST_END_TEST;

GST_START_TEST (a_late_packet_keeps_the_key_of_its_frame)
{
  PercliteInnerSsrc modes[] = {PERCLITE_INNER_SSRC_RANDOM, PERCLITE_INNER_SSRC_PRESERVE};
  g_autoptr (PercliteEncrypter) encrypter = new_encrypter (1, modes[__i__]);
  guint32 ssrc = fresh_ssrc ();

  pass (encrypter, ssrc, 1, 3000, 1, FALSE);
  pass (encrypter, ssrc, 4, 6000, 1, FALSE);
  set_key (encrypter, 2);
  pass (encrypter, ssrc, 2, 3000, 1, FALSE);
  pass (encrypter, ssrc, 3, 6000, 1, FALSE);
  pass (encrypter, ssrc, 5, 9000, 2, TRUE);
}
GST_END_TEST;

GST_START_TEST (a_late_packet_does_not_end_the_frame_of_the_newest)
{
  g_autoptr (PercliteEncrypter) encrypter = new_encrypter (1, PERCLITE_INNER_SSRC_RANDOM);
  guint32 ssrc = fresh_ssrc ();

  pass (encrypter, ssrc, 1, 3000, 1, FALSE);
  pass (encrypter, ssrc, 3, 6000, 1, FALSE);
  set_key (encrypter, 2);
  pass (encrypter, ssrc, 2, 3000, 1, FALSE);
  pass (encrypter, ssrc, 4, 6000, 1, FALSE);
  pass (encrypter, ssrc, 5, 9000, 2, TRUE);
}
GST_END_TEST;

GST_START_TEST (a_timestamp_that_stands_still_does_not_keep_the_key)
{
  PercliteInnerSsrc modes[] = {PERCLITE_INNER_SSRC_RANDOM, PERCLITE_INNER_SSRC_PRESERVE};
  g_autoptr (PercliteEncrypter) encrypter = new_encrypter (1, modes[__i__]);
  guint32 ssrc = fresh_ssrc ();
  guint16 seq = 0;

  while (seq < 3000)
    pass (encrypter, ssrc, ++seq, 0, 1, FALSE);
  set_key (encrypter, 2);
  for (guint i = 0; i < PERCLITE_FRAME_MAX_PACKETS; i++)
    pass (encrypter, ssrc, ++seq, 0, 1, FALSE);
  pass (encrypter, ssrc, ++seq, 0, 2, TRUE);
  pass (encrypter, ssrc, ++seq, 0, 2, FALSE);
}
GST_END_TEST;

GST_START_TEST (a_silent_stream_gives_up_a_key_that_was_replaced)
{
  PercliteInnerSsrc modes[] = {PERCLITE_INNER_SSRC_RANDOM, PERCLITE_INNER_SSRC_PRESERVE};
  g_autoptr (PercliteKey) with_mki = test_key (&test_suites[0], 1, TRUE);
  g_autoptr (PercliteEncrypter) encrypter = perclite_encrypter_new (with_mki, modes[__i__], NULL);
  guint32 audio = fresh_ssrc (), video = fresh_ssrc ();
  Inner inner;
  PercliteEncrypted what;
  guint n = 0;

  for (guint32 i = 65000; i < 65536 + 10; i++)
    test_encrypt (encrypter, video, (guint16) i, 3000, &inner, NULL);
  test_encrypt (encrypter, audio, 1, 960, &inner, NULL);
  set_key (encrypter, 2);
  /* However many keys are set, a frame that goes on keeps its own. */
  set_key (encrypter, 3);
  test_encrypt (encrypter, video, 10, 3000, &inner, &what);
  fail_if (what.key_changed);
  pass (encrypter, audio, 2, 1920, 3, TRUE);
  set_key (encrypter, 4);
  g_usleep (G_USEC_PER_SEC + G_USEC_PER_SEC / 10);
  pass (encrypter, audio, 3, 1920, 3, FALSE);
  set_key (encrypter, 5);
  g_usleep (G_USEC_PER_SEC + G_USEC_PER_SEC / 10);
  pass (encrypter, audio, 4, 1920, 3, FALSE);
  fail_unless_equals_int (perclite_encrypter_get_trailer_size (encrypter), 18);
  set_key (encrypter, 6);
  fail_unless_equals_int (perclite_encrypter_get_trailer_size (encrypter), 16);

  perclite_encrypter_foreach_stream (encrypter, test_count_stream, &n);
  fail_unless_equals_int (n, 2);
  pass (encrypter, audio, 5, 1920, 3, FALSE);
  if (modes[__i__] == PERCLITE_INNER_SSRC_PRESERVE) {
    /* Its packet index goes on, and never back. */
    fail_unless_equals_int (
        test_encrypt (encrypter, video, 10, 3000, &inner, NULL), PERCLITE_REPLAY_OLD);
    fail_unless_equals_int (
        test_encrypt (encrypter, video, 65535, 3000, &inner, NULL), PERCLITE_REPLAY_OLD);
  }
  fail_unless_equals_int (test_encrypt (encrypter, video, 11, 3000, &inner, &what), PERCLITE_OK);
  fail_unless (what.key_changed);
  fail_unless_equals_int (key_of (&inner, modes[__i__] == PERCLITE_INNER_SSRC_PRESERVE ? 1 : 0), 6);
}
GST_END_TEST;

GST_START_TEST (of_several_keys_the_last_one_counts)
{
  g_autoptr (PercliteEncrypter) encrypter = new_encrypter (1, PERCLITE_INNER_SSRC_RANDOM);
  guint32 ssrc = fresh_ssrc (), inner_ssrc;

  inner_ssrc = pass (encrypter, ssrc, 1, 3000, 1, FALSE);
  set_key (encrypter, 2);
  set_key (encrypter, 3);
  pass (encrypter, ssrc, 2, 3000, 1, FALSE);
  set_key (encrypter, 1);
  /* It never left. */
  fail_unless_equals_int (pass (encrypter, ssrc, 3, 6000, 1, FALSE), inner_ssrc);
  set_key (encrypter, 2);
  set_key (encrypter, 3);
  pass (encrypter, ssrc, 4, 9000, 3, TRUE);
  set_key (encrypter, 3);
  pass (encrypter, ssrc, 5, 12000, 3, FALSE);
}
GST_END_TEST;

GST_START_TEST (there_is_room_for_either_trailer_while_the_key_changes)
{
  g_autoptr (PercliteKey) small = test_key (&test_suites[3], 1, FALSE);
  g_autoptr (PercliteKey) large = test_key (&test_suites[0], 1, TRUE);
  g_autoptr (PercliteEncrypter) encrypter =
      perclite_encrypter_new (large, PERCLITE_INNER_SSRC_RANDOM, NULL);
  Inner inner;
  guint32 ssrc = fresh_ssrc ();

  fail_unless_equals_int (perclite_encrypter_get_trailer_size (encrypter), 18);
  test_encrypt (encrypter, ssrc, 1, 3000, &inner, NULL);
  fail_unless (perclite_encrypter_set_key (encrypter, small, NULL));
  fail_unless_equals_int (perclite_encrypter_get_trailer_size (encrypter), 18);
  test_encrypt (encrypter, ssrc, 2, 3000, &inner, NULL);
  fail_unless_equals_int (inner.size, 12 + PAYLOAD_SIZE + 18);
  test_encrypt (encrypter, ssrc, 3, 6000, &inner, NULL);
  fail_unless_equals_int (inner.size, 12 + PAYLOAD_SIZE + 4);
  fail_unless_equals_int (perclite_encrypter_get_trailer_size (encrypter), 4);
  fail_unless (perclite_encrypter_set_key (encrypter, large, NULL));
  fail_unless_equals_int (perclite_encrypter_get_trailer_size (encrypter), 18);
}
GST_END_TEST;

GST_START_TEST (a_key_that_comes_back_never_sees_a_nonce_again)
{
  PercliteInnerSsrc modes[] = {PERCLITE_INNER_SSRC_RANDOM, PERCLITE_INNER_SSRC_PRESERVE};
  g_autoptr (PercliteEncrypter) encrypter = new_encrypter (1, modes[__i__]);
  g_autoptr (GHashTable) used = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint32 ssrc = fresh_ssrc (), index = 65000;
  guint refused = 0;

  for (guint i = 0; i < 3000; i++) {
    /* Back by some, and on by more: what is late meets the change of the key. */
    guint32 now = index + (i % 5 == 3 ? -(guint32) (i % 90) : 0);
    Inner inner;
    PercliteResult result;

    if (i % 100 == 0)
      set_key (encrypter, 1 + i / 100 % 2);
    result = test_encrypt (encrypter, ssrc, (guint16) now, now, &inner, NULL);
    if (result == PERCLITE_OK) {
      /* There are fewer packets than sequence numbers, so inner SSRC and sequence number tell
       * it. */
      g_autofree gchar *nonce =
          g_strdup_printf ("%08x %04x", perclite_read_ssrc (inner.data), now & 0xffff);

      fail_unless (g_hash_table_add (used, g_steal_pointer (&nonce)), "packet %u", i);
    } else {
      fail_unless (result == PERCLITE_REPLAYED || result == PERCLITE_REPLAY_OLD);
      refused++;
    }
    index = MAX (index, now) + 1;
  }
  fail_unless (refused < 700, "%u", refused);
}
GST_END_TEST;

GST_START_TEST (with_ssrcs_preserved_the_packet_index_goes_on_under_the_new_key)
{
  g_autoptr (PercliteEncrypter) encrypter = new_encrypter (1, PERCLITE_INNER_SSRC_PRESERVE);
  guint32 ssrc = fresh_ssrc ();
  Inner inner;
  PercliteStream stream;

  for (guint32 i = 65000; i < 65536; i++)
    fail_unless_equals_int (
        test_encrypt (encrypter, ssrc, (guint16) i, i, &inner, NULL), PERCLITE_OK);
  set_key (encrypter, 2);
  /* The first of the new key is the first of the next round. */
  fail_unless_equals_int (test_encrypt (encrypter, ssrc, 4, 5, &inner, NULL), PERCLITE_OK);
  fail_unless_equals_int (key_of (&inner, 1), 2);
  fail_unless_equals_int (perclite_read_ssrc (inner.data), ssrc);
  perclite_encrypter_foreach_stream (encrypter, test_copy_stream, &stream);
  fail_unless_equals_int (stream.roc, 1);
  fail_unless_equals_int (stream.packets, 537);

  /* Not seen before, and newer than what the old key had. */
  fail_unless_equals_int (test_encrypt (encrypter, ssrc, 2, 5, &inner, NULL), PERCLITE_OK);
  fail_unless_equals_int (test_encrypt (encrypter, ssrc, 4, 5, &inner, NULL), PERCLITE_REPLAYED);
  /* May have been seen. */
  for (guint32 i = 64000; i < 65536; i += 7)
    fail_unless_equals_int (
        test_encrypt (encrypter, ssrc, (guint16) i, 5, &inner, NULL), PERCLITE_REPLAY_OLD);
  set_key (encrypter, 1);
  fail_unless_equals_int (test_encrypt (encrypter, ssrc, 5, 6, &inner, NULL), PERCLITE_OK);
  fail_unless_equals_int (key_of (&inner, 1), 1);
  for (guint32 i = 0; i < 5; i++)
    fail_unless_equals_int (
        test_encrypt (encrypter, ssrc, (guint16) i, 5, &inner, NULL), PERCLITE_REPLAY_OLD);
}
GST_END_TEST;

GST_START_TEST (encrypters_of_one_key_never_share_an_inner_ssrc)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (guint run = 0; run < 20; run++) {
    g_autoptr (PercliteEncrypter) encrypter = new_encrypter (1, PERCLITE_INNER_SSRC_RANDOM);

    for (guint32 i = 0; i < 20; i++) {
      Inner inner;

      fail_unless_equals_int (test_encrypt (encrypter, i, 1, 1, &inner, NULL), PERCLITE_OK);
      fail_unless (g_hash_table_add (seen, GUINT_TO_POINTER (perclite_read_ssrc (inner.data))));
    }
  }
}
GST_END_TEST;

GST_START_TEST (a_preserved_ssrc_belongs_to_one_encrypter)
{
  g_autoptr (PercliteEncrypter) one = new_encrypter (1, PERCLITE_INNER_SSRC_PRESERVE);
  g_autoptr (PercliteEncrypter) two = new_encrypter (1, PERCLITE_INNER_SSRC_PRESERVE);
  guint32 ssrc = fresh_ssrc (), other = fresh_ssrc ();
  Inner inner;

  pass (one, ssrc, 1, 1, 1, FALSE);
  fail_unless_equals_int (test_encrypt (two, ssrc, 1, 1, &inner, NULL), PERCLITE_NONCE_USED);
  pass (two, other, 1, 1, 1, FALSE);
  fail_unless_equals_int (test_encrypt (one, other, 1, 1, &inner, NULL), PERCLITE_NONCE_USED);

  /* Not under another key, until that is the same too. */
  set_key (two, 2);
  pass (two, ssrc, 1, 1, 2, FALSE);
  set_key (one, 2);
  fail_unless_equals_int (test_encrypt (one, ssrc, 2, 2, &inner, NULL), PERCLITE_NONCE_USED);
  set_key (one, 3);
  pass (one, ssrc, 3, 3, 3, TRUE);
  /* What it had itself may come back. */
  set_key (one, 1);
  pass (one, ssrc, 4, 4, 1, TRUE);

  /* Nor does it come back with whoever had it. */
  perclite_encrypter_free (g_steal_pointer (&one));
  one = new_encrypter (1, PERCLITE_INNER_SSRC_PRESERVE);
  fail_unless_equals_int (test_encrypt (one, ssrc, 9, 9, &inner, NULL), PERCLITE_NONCE_USED);
}
GST_END_TEST;

GST_START_TEST (suites_that_make_the_same_key_stream_do_not_share_an_ssrc)
{
  g_autoptr (PercliteKey) long_tag = test_key (&test_suites[2], 1, FALSE);
  g_autoptr (PercliteKey) short_tag = test_key (&test_suites[3], 1, TRUE);
  g_autoptr (PercliteEncrypter) one =
      perclite_encrypter_new (long_tag, PERCLITE_INNER_SSRC_PRESERVE, NULL);
  g_autoptr (PercliteEncrypter) two =
      perclite_encrypter_new (short_tag, PERCLITE_INNER_SSRC_PRESERVE, NULL);
  guint32 ssrc = fresh_ssrc ();
  Inner inner;

  fail_unless_equals_int (test_encrypt (one, ssrc, 1, 1, &inner, NULL), PERCLITE_OK);
  fail_unless_equals_int (test_encrypt (two, ssrc, 1, 1, &inner, NULL), PERCLITE_NONCE_USED);
}
GST_END_TEST;

GST_START_TEST (a_key_ends_with_its_lifetime)
{
  g_autoptr (PercliteEncrypter) encrypter = new_encrypter (1, PERCLITE_INNER_SSRC_RANDOM);
  guint32 streams[] = {fresh_ssrc (), fresh_ssrc ()};
  Inner inner;
  PercliteEncrypted what;

  perclite_encrypter_set_lifetime (encrypter, 80);
  for (guint16 i = 1; i <= 80; i++) {
    fail_unless_equals_int (
        test_encrypt (encrypter, streams[i % 2], i, i, &inner, &what), PERCLITE_OK);
    fail_unless_equals_int (what.limit_near, i == 70);
  }
  for (guint16 i = 81; i < 90; i++) {
    fail_unless_equals_int (
        test_encrypt (encrypter, streams[i % 2], i, i, &inner, &what), PERCLITE_KEY_LIMIT);
    fail_if (what.limit_near);
  }
  /* Nor is there another stream for it. */
  fail_unless_equals_int (
      test_encrypt (encrypter, fresh_ssrc (), 1, 1, &inner, NULL), PERCLITE_KEY_LIMIT);
  set_key (encrypter, 2);
  pass (encrypter, streams[0], 90, 90, 2, TRUE);
  /* One that comes back has not got younger. */
  set_key (encrypter, 1);
  fail_unless_equals_int (
      test_encrypt (encrypter, streams[0], 91, 91, &inner, NULL), PERCLITE_KEY_LIMIT);
}
GST_END_TEST;

GST_START_TEST (a_used_up_key_gives_way_in_the_middle_of_a_frame)
{
  PercliteInnerSsrc modes[] = {PERCLITE_INNER_SSRC_RANDOM, PERCLITE_INNER_SSRC_PRESERVE};
  gboolean preserve = modes[__i__] == PERCLITE_INNER_SSRC_PRESERVE;
  g_autoptr (PercliteEncrypter) encrypter = new_encrypter (1, modes[__i__]);
  guint32 ssrc = fresh_ssrc ();
  Inner inner;

  perclite_encrypter_set_lifetime (encrypter, 3);
  for (guint16 seq = 1; seq < 6; seq += 2)
    pass (encrypter, ssrc, seq, 3000, 1, FALSE);
  set_key (encrypter, 2);
  /* What comes late may be dropped, but nothing ends for it. */
  fail_unless_equals_int (test_encrypt (encrypter, ssrc, 4, 3000, &inner, NULL),
      preserve ? PERCLITE_REPLAY_OLD : PERCLITE_OK);
  pass (encrypter, ssrc, 6, 3000, 2, preserve);
  pass (encrypter, ssrc, 7, 3000, 2, FALSE);
}
GST_END_TEST;

GST_START_TEST (a_key_that_is_used_up_is_named)
{
  g_autoptr (PercliteEncrypter) encrypter = new_encrypter (1, PERCLITE_INNER_SSRC_RANDOM);
  g_autoptr (PercliteKey) one = test_key (&test_suites[0], 1, FALSE);
  guint32 ssrc = fresh_ssrc ();
  Inner inner;
  PercliteEncrypted what;

  perclite_encrypter_set_lifetime (encrypter, 1);
  pass (encrypter, ssrc, 1, 1, 1, FALSE);
  fail_unless_equals_int (test_encrypt (encrypter, ssrc, 2, 2, &inner, &what), PERCLITE_KEY_LIMIT);
  fail_unless_equals_string (what.fingerprint, perclite_key_get_fingerprint (one));
  fail_unless_equals_int (
      test_encrypt (encrypter, fresh_ssrc (), 1, 1, &inner, &what), PERCLITE_KEY_LIMIT);
  fail_unless_equals_string (what.fingerprint, perclite_key_get_fingerprint (one));
  set_key (encrypter, 2);
  pass (encrypter, ssrc, 3, 3, 2, TRUE);
  fail_unless_equals_int (test_encrypt (encrypter, ssrc, 3, 3, &inner, &what), PERCLITE_KEY_LIMIT);
  fail_if (g_str_equal (what.fingerprint, perclite_key_get_fingerprint (one)));
}
GST_END_TEST;

GST_START_TEST (lifetimes_are_remembered_while_keys_come_and_go)
{
  g_autoptr (PercliteEncrypter) encrypter = new_encrypter (0, PERCLITE_INNER_SSRC_RANDOM);
  guint32 ssrc = fresh_ssrc ();
  guint near = 0;
  guint16 seq = 0;

  perclite_encrypter_set_lifetime (encrypter, 8);
  for (guint round = 0; round < 8; round++) {
    for (guint n = 0; n < 16; n++) {
      Inner inner;
      PercliteEncrypted what;

      set_key (encrypter, n);
      seq++;
      fail_unless_equals_int (test_encrypt (encrypter, ssrc, seq, seq, &inner, &what), PERCLITE_OK);
      near += what.limit_near ? 1 : 0;
      fail_unless_equals_int (what.limit_near, round == 6);
    }
  }
  fail_unless_equals_int (near, 16);
  for (guint n = 0; n < 16; n++) {
    Inner inner;

    set_key (encrypter, n);
    seq++;
    fail_unless_equals_int (
        test_encrypt (encrypter, ssrc, seq, seq, &inner, NULL), PERCLITE_KEY_LIMIT);
  }
}
GST_END_TEST;

GST_START_TEST (at_the_last_packet_index_a_random_inner_ssrc_gives_way)
{
  g_autoptr (PercliteEncrypter) encrypter = new_encrypter (1, PERCLITE_INNER_SSRC_RANDOM);
  guint32 ssrc = fresh_ssrc (), one;
  Inner inner;

  perclite_encrypter_set_roc (encrypter, G_MAXUINT32);
  fail_unless_equals_int (test_encrypt (encrypter, ssrc, 65534, 1, &inner, NULL), PERCLITE_OK);
  one = perclite_read_ssrc (inner.data);
  fail_unless_equals_int (key_of (&inner, G_MAXUINT32), 1);
  fail_unless_equals_int (test_encrypt (encrypter, ssrc, 65535, 1, &inner, NULL), PERCLITE_OK);
  fail_unless_equals_int (perclite_read_ssrc (inner.data), one);
  for (guint16 seq = 0; seq < 5; seq++) {
    fail_if (pass (encrypter, ssrc, seq, 1, 1, FALSE) == one);
  }
}
GST_END_TEST;

GST_START_TEST (at_the_last_packet_index_a_preserved_ssrc_ends)
{
  g_autoptr (PercliteEncrypter) encrypter = new_encrypter (1, PERCLITE_INNER_SSRC_PRESERVE);
  guint32 ssrc = fresh_ssrc ();
  Inner inner;

  perclite_encrypter_set_roc (encrypter, G_MAXUINT32);
  for (guint32 i = 65500; i < 65536; i++)
    fail_unless_equals_int (
        test_encrypt (encrypter, ssrc, (guint16) i, i, &inner, NULL), PERCLITE_OK);
  for (guint16 seq = 0; seq < 500; seq++)
    fail_unless_equals_int (
        test_encrypt (encrypter, ssrc, seq, seq, &inner, NULL), PERCLITE_KEY_LIMIT);
  /* Nor does another key make it begin anew: the index is one of the SSRC. */
  set_key (encrypter, 2);
  fail_unless_equals_int (
      test_encrypt (encrypter, ssrc, 500, 500, &inner, NULL), PERCLITE_KEY_LIMIT);
}
GST_END_TEST;

GST_START_TEST (a_sequence_that_begins_anew_has_another_inner_ssrc_soon)
{
  g_autoptr (PercliteEncrypter) encrypter = new_encrypter (1, PERCLITE_INNER_SSRC_RANDOM);
  guint32 ssrc = fresh_ssrc (), one;
  guint refused = 0;

  one = pass (encrypter, ssrc, 30000, 1, 1, FALSE);
  for (guint16 seq = 100; seq < 1000; seq++) {
    Inner inner;

    if (test_encrypt (encrypter, ssrc, seq, seq, &inner, NULL) != PERCLITE_OK)
      refused++;
    else
      fail_if (perclite_read_ssrc (inner.data) == one);
  }
  /* Not at once, lest two senders of one SSRC make one of every packet. */
  fail_unless (refused < 100, "%u", refused);
}
GST_END_TEST;

GST_START_TEST (a_sequence_that_begins_anew_has_the_newest_key)
{
  g_autoptr (PercliteEncrypter) encrypter = new_encrypter (1, PERCLITE_INNER_SSRC_RANDOM);
  guint32 ssrc = fresh_ssrc ();

  for (guint16 seq = 30000; seq < 30100; seq++)
    pass (encrypter, ssrc, seq, 1, 1, FALSE);
  set_key (encrypter, 2);
  pass (encrypter, ssrc, 100, 2, 2, TRUE);
  pass (encrypter, ssrc, 101, 2, 2, FALSE);
}
GST_END_TEST;

GST_START_TEST (streams_tell_the_fingerprint_of_their_key)
{
  g_autoptr (PercliteEncrypter) encrypter = new_encrypter (1, PERCLITE_INNER_SSRC_RANDOM);
  guint32 ssrc = fresh_ssrc ();

  for (guint n = 1; n < 30; n++) {
    g_autoptr (PercliteKey) key = test_key (&test_suites[0], n, FALSE);
    PercliteStream stream;

    fail_unless (perclite_encrypter_set_key (encrypter, key, NULL));
    pass (encrypter, ssrc, (guint16) n, n, n, n > 1);
    perclite_encrypter_foreach_stream (encrypter, test_copy_stream, &stream);
    fail_unless_equals_string (stream.fingerprint, perclite_key_get_fingerprint (key));
    fail_unless_equals_int (stream.packets, n);
    fail_unless_equals_int (stream.outer_ssrc, ssrc);
  }
}
GST_END_TEST;

static Suite *
percliteencrypter_suite (void)
{
  Suite *s = suite_create ("percliteencrypter");
  TCase *tc = tcase_create ("rotation");

  suite_add_tcase (s, tc);
  tcase_add_test (tc, a_key_is_changed_with_the_timestamp_only);
  tcase_add_test (tc, each_stream_changes_the_key_at_its_own_frame);
  tcase_add_loop_test (tc, a_late_packet_keeps_the_key_of_its_frame, 0, 2);
  tcase_add_test (tc, a_late_packet_does_not_end_the_frame_of_the_newest);
  tcase_add_loop_test (tc, a_timestamp_that_stands_still_does_not_keep_the_key, 0, 2);
  tcase_add_loop_test (tc, a_silent_stream_gives_up_a_key_that_was_replaced, 0, 2);
  tcase_add_test (tc, of_several_keys_the_last_one_counts);
  tcase_add_test (tc, there_is_room_for_either_trailer_while_the_key_changes);
  tcase_add_test (tc, streams_tell_the_fingerprint_of_their_key);

  tc = tcase_create ("nonces");
  suite_add_tcase (s, tc);
  tcase_add_loop_test (tc, a_key_that_comes_back_never_sees_a_nonce_again, 0, 2);
  tcase_add_test (tc, with_ssrcs_preserved_the_packet_index_goes_on_under_the_new_key);
  tcase_add_test (tc, encrypters_of_one_key_never_share_an_inner_ssrc);
  tcase_add_test (tc, a_preserved_ssrc_belongs_to_one_encrypter);
  tcase_add_test (tc, suites_that_make_the_same_key_stream_do_not_share_an_ssrc);
  tcase_add_test (tc, a_sequence_that_begins_anew_has_another_inner_ssrc_soon);
  tcase_add_test (tc, a_sequence_that_begins_anew_has_the_newest_key);

  tc = tcase_create ("limits");
  suite_add_tcase (s, tc);
  tcase_add_test (tc, a_key_ends_with_its_lifetime);
  tcase_add_loop_test (tc, a_used_up_key_gives_way_in_the_middle_of_a_frame, 0, 2);
  tcase_add_test (tc, a_key_that_is_used_up_is_named);
  tcase_add_test (tc, lifetimes_are_remembered_while_keys_come_and_go);
  tcase_add_test (tc, at_the_last_packet_index_a_random_inner_ssrc_gives_way);
  tcase_add_test (tc, at_the_last_packet_index_a_preserved_ssrc_ends);
  return s;
}

GST_CHECK_MAIN (percliteencrypter);
