/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitehealth.c (test) - what is told of streams that do not decrypt: what is the matter, once,
 * and when it is over. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitehealth.h"
#include "perclitetest.h"

#define KEY_A "aaaaaaaaaaaaaaaa"
#define KEY_B "bbbbbbbbbbbbbbbb"
#define SSRC 0x1a2b3c4d
#define PT 105
#define SECOND G_USEC_PER_SEC

/* A stream as a server sends it: numbers of its own outside, those of the publisher inside. */
typedef struct {
  PercliteHealth *health;
  guint32 ssrc;
  guint n; /* packets so far */
  gint64 now;
  PercliteDiagnosis diagnosis; /* of the last one */
  PercliteCalm calm;
} Fixture;

static void
put_header (guint8 *header, guint8 pt, guint16 seq, guint32 ts, guint32 ssrc)
{
  header[0] = 0x80;
  header[1] = pt;
  GST_WRITE_UINT16_BE (header + 2, seq);
  GST_WRITE_UINT32_BE (header + 4, ts);
  GST_WRITE_UINT32_BE (header + 8, ssrc);
}

static Fixture
new_fixture (void)
{
  return (Fixture){.health = perclite_health_new (), .ssrc = SSRC, .now = 5 * SECOND};
}

static void
clear (Fixture *f)
{
  perclite_health_free (f->health);
}

static void
next_header (Fixture *f, guint8 *header)
{
  f->n++;
  f->now += SECOND / 50;
  put_header (header, PT, (guint16) (65530 + f->n), 0xfffff000 + f->n * 960, f->ssrc);
}

/* The next packet fails; its payload has a payload encryption header. */
static void
fail_encrypted (Fixture *f, PercliteResult result)
{
  guint8 header[12], inner[12];

  next_header (f, header);
  put_header (inner, 96, (guint16) (100 + f->n), 7777 + f->n * 960, 0xdeadbeef);
  perclite_health_bad (
      f->health, header, inner + 1, PERCLITE_PEH_SIZE, result, f->now, &f->diagnosis);
}

/* The next packet fails; its payload is made of one byte. */
static void
fail_plain (Fixture *f, guint8 byte, gsize size)
{
  guint8 header[12], payload[PERCLITE_PEH_SIZE];

  next_header (f, header);
  memset (payload, byte, sizeof payload);
  perclite_health_bad (f->health, header, payload, MIN (size, sizeof payload),
      size < PERCLITE_PEH_SIZE ? PERCLITE_TOO_SHORT : PERCLITE_AUTH_FAILED, f->now, &f->diagnosis);
}

static void
succeed (Fixture *f, const gchar *fingerprint)
{
  guint8 header[12];

  next_header (f, header);
  perclite_health_good (f->health, header, fingerprint, f->now, &f->diagnosis, &f->calm);
}

static void
assert_news (const Fixture *f, PercliteNewsKind kind, guint64 count)
{
  fail_unless_equals_int (f->diagnosis.n_news, 1);
  fail_unless_equals_int (f->diagnosis.news[0].kind, kind);
  fail_unless_equals_uint64 (f->diagnosis.news[0].count, count);
  fail_unless_equals_int (f->diagnosis.news[0].ssrc, f->ssrc);
  fail_unless_equals_int (f->diagnosis.news[0].payload_type, PT);
}

static void
assert_no_news (const Fixture *f)
{
  fail_unless_equals_int (f->diagnosis.n_news, 0);
}

GST_START_TEST (a_wrong_key_is_told_with_the_second_packet_and_only_once)
{
  Fixture f = new_fixture ();

  fail_encrypted (&f, PERCLITE_AUTH_FAILED);
  assert_no_news (&f);
  fail_encrypted (&f, PERCLITE_AUTH_FAILED);
  assert_news (&f, PERCLITE_NEWS_DECRYPT_FAILED, 2);
  fail_unless_equals_int (f.diagnosis.drop, PERCLITE_DROP_AUTH_FAILED);
  for (gint i = 0; i < 1000; i++) {
    fail_encrypted (&f, PERCLITE_AUTH_FAILED);
    assert_no_news (&f);
  }
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (a_header_that_no_server_has_touched_shows_a_wrong_key_with_the_first_packet)
{
  Fixture f = new_fixture ();
  guint8 header[12];

  next_header (&f, header);
  perclite_health_bad (
      f.health, header, header + 1, PERCLITE_PEH_SIZE, PERCLITE_AUTH_FAILED, f.now, &f.diagnosis);
  assert_news (&f, PERCLITE_NEWS_DECRYPT_FAILED, 1);
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (plaintext_is_not_taken_for_a_wrong_key)
{
  /* Silence that is always the same, noise, and what is too short to be encrypted. */
  static const struct {
    gboolean changes;
    gsize size;
  } cases[] = {{FALSE, 200}, {TRUE, 200}, {FALSE, 3}};

  for (guint c = 0; c < G_N_ELEMENTS (cases); c++) {
    Fixture f = new_fixture ();
    guint told = 0;

    for (guint i = 0; i < 50; i++) {
      fail_plain (&f, cases[c].changes ? (guint8) (i * 37) : 0xf8, cases[c].size);
      if (f.diagnosis.n_news > 0) {
        assert_news (&f, PERCLITE_NEWS_PLAINTEXT_RECEIVED, i + 1);
        told++;
      }
    }
    fail_unless_equals_int (told, 1);
    fail_unless_equals_int (f.diagnosis.drop, PERCLITE_DROP_PLAINTEXT);
    clear (&f);
  }
}
GST_END_TEST;

GST_START_TEST (packets_of_one_frame_tell_plaintext_from_encryption_too)
{
  Fixture f = new_fixture ();
  guint8 header[12], inner[12];

  for (guint i = 0; i < 2; i++) {
    put_header (header, PT, (guint16) (10 + i), 5000, SSRC);
    put_header (inner, 96, (guint16) (700 + i), 8000, 0xdeadbeef);
    perclite_health_bad (
        f.health, header, inner + 1, PERCLITE_PEH_SIZE, PERCLITE_AUTH_FAILED, f.now, &f.diagnosis);
  }
  assert_news (&f, PERCLITE_NEWS_DECRYPT_FAILED, 2);
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (a_missing_key_is_told_as_such)
{
  Fixture f = new_fixture ();

  fail_encrypted (&f, PERCLITE_NO_KEY);
  fail_encrypted (&f, PERCLITE_NO_KEY);
  assert_news (&f, PERCLITE_NEWS_MISSING_KEY, 2);
  fail_unless_equals_int (f.diagnosis.drop, PERCLITE_DROP_MISSING_KEY);
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (recovery_is_told_with_the_number_of_packets_that_were_lost)
{
  Fixture f = new_fixture ();

  for (gint i = 0; i < 100; i++)
    fail_encrypted (&f, PERCLITE_AUTH_FAILED);
  succeed (&f, KEY_A);
  assert_news (&f, PERCLITE_NEWS_DECRYPT_RESUMED, 100);
  fail_unless_equals_string (f.diagnosis.news[0].fingerprint, KEY_A);
  succeed (&f, KEY_A);
  assert_no_news (&f);
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (single_damaged_packets_of_a_good_stream_are_no_news)
{
  Fixture f = new_fixture ();

  for (gint i = 0; i < 500; i++) {
    succeed (&f, KEY_A);
    assert_no_news (&f);
    fail_encrypted (&f, PERCLITE_AUTH_FAILED);
    assert_no_news (&f);
    fail_unless_equals_int (f.diagnosis.drop, PERCLITE_DROP_AUTH_FAILED);
  }
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (a_good_stream_that_turns_bad_is_told_after_some_packets)
{
  Fixture f = new_fixture ();

  succeed (&f, KEY_A);
  for (gint i = 1; i < PERCLITE_HEALTH_PATIENCE; i++) {
    fail_encrypted (&f, PERCLITE_AUTH_FAILED);
    assert_no_news (&f);
  }
  fail_encrypted (&f, PERCLITE_AUTH_FAILED);
  assert_news (&f, PERCLITE_NEWS_DECRYPT_FAILED, PERCLITE_HEALTH_PATIENCE);
  fail_unless_equals_string (f.diagnosis.news[0].fingerprint, KEY_A);
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (a_stream_that_flaps_is_told_once_a_second_at_most)
{
  Fixture f = new_fixture ();
  gint64 start = f.now;
  guint told = 0;

  while (f.now - start < 10 * SECOND) {
    for (gint i = 0; i < PERCLITE_HEALTH_PATIENCE; i++) {
      fail_encrypted (&f, PERCLITE_AUTH_FAILED);
      told += f.diagnosis.n_news;
    }
    succeed (&f, KEY_A);
    told += f.diagnosis.n_news;
  }
  fail_unless (told >= 2 && told <= 10, "%u", told);
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (another_key_is_told_but_not_the_first)
{
  Fixture f = new_fixture ();

  succeed (&f, KEY_A);
  assert_no_news (&f);
  succeed (&f, KEY_B);
  assert_news (&f, PERCLITE_NEWS_KEY_CHANGED, 1);
  fail_unless_equals_string (f.diagnosis.news[0].fingerprint, KEY_B);
  succeed (&f, KEY_B);
  assert_no_news (&f);
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (replays_are_told_with_their_number_once_a_second)
{
  Fixture f = new_fixture ();
  guint64 told = 0;

  for (gint i = 0; i < 200; i++) {
    fail_encrypted (&f, i % 2 ? PERCLITE_REPLAYED : PERCLITE_REPLAY_OLD);
    if (f.diagnosis.n_news > 0) {
      fail_unless_equals_int (f.diagnosis.news[0].kind, PERCLITE_NEWS_REPLAYED);
      told += f.diagnosis.news[0].count;
    }
  }
  /* Four seconds: with the first, and then every second. */
  fail_unless (told > 150 && told <= 200);
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (upstream_hears_of_a_failing_stream_every_second_and_for_how_long)
{
  Fixture f = new_fixture ();
  guint told = 0;
  gint64 longest = 0;

  for (gint i = 0; i < 50 * 12; i++) {
    fail_encrypted (&f, PERCLITE_AUTH_FAILED);
    if (f.diagnosis.failing) {
      told++;
      longest = f.diagnosis.failing_for;
    }
  }
  fail_unless (told >= 11 && told <= 13);
  fail_unless (longest >= 10 * SECOND);
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (the_application_is_asked_for_a_key_once_a_second)
{
  Fixture f = new_fixture ();
  guint8 header[12];
  guint asked = 0;

  for (gint i = 0; i < 100; i++) {
    next_header (&f, header);
    asked += perclite_health_ask (f.health, header, f.now);
  }
  fail_unless (asked == 2, "%u", asked);
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (a_flood_of_ssrcs_makes_neither_memory_nor_news_without_end)
{
  Fixture f = new_fixture ();
  guint told = 0;

  for (guint i = 0; i < 100000; i++) {
    f.ssrc = i;
    f.now -= SECOND / 50;
    fail_encrypted (&f, PERCLITE_AUTH_FAILED);
    told += f.diagnosis.n_news + f.diagnosis.failing;
    fail_unless_equals_int (f.diagnosis.drop, PERCLITE_DROP_AUTH_FAILED);
  }
  fail_unless (told <= 2 * PERCLITE_HEALTH_MAX_NEWS);
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (made_up_ssrcs_do_not_silence_a_real_stream)
{
  Fixture f = new_fixture ();
  gint64 start = f.now;
  guint told = 0, asked = 0;

  /* All places taken, and each of those that took them heard of now and then. */
  for (guint i = 0; f.now - start < 20 * SECOND; i++) {
    guint8 header[12];

    f.ssrc = i % 2 ? SSRC : 1000 + i / 2 % PERCLITE_HEALTH_MAX_STREAMS;
    next_header (&f, header);
    if (f.ssrc == SSRC)
      asked += perclite_health_ask (f.health, header, f.now);
    fail_encrypted (&f, PERCLITE_NO_KEY);
    if (f.ssrc == SSRC)
      told += f.diagnosis.n_news;
  }
  fail_unless_equals_int (told, 1);
  fail_unless (asked >= 5);
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (what_decrypts_always_finds_a_place)
{
  Fixture f = new_fixture ();

  for (guint i = 0; i < 10 * PERCLITE_HEALTH_MAX_STREAMS; i++) {
    f.ssrc = i % PERCLITE_HEALTH_MAX_STREAMS;
    fail_encrypted (&f, PERCLITE_AUTH_FAILED);
  }
  f.ssrc = SSRC;
  succeed (&f, KEY_A);
  succeed (&f, KEY_B);
  assert_news (&f, PERCLITE_NEWS_KEY_CHANGED, 1);
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (nothing_but_replays_is_told_as_such)
{
  Fixture f = new_fixture ();
  guint told = 0, failing = 0;

  succeed (&f, KEY_A);
  for (guint i = 0; i < 600; i++) {
    fail_encrypted (&f, PERCLITE_REPLAY_OLD);
    for (guint n = 0; n < f.diagnosis.n_news; n++)
      told += f.diagnosis.news[n].kind == PERCLITE_NEWS_ALL_REPLAYED;
    failing += f.diagnosis.failing;
  }
  fail_unless_equals_int (told, 1);
  fail_unless (failing >= 8);
  succeed (&f, KEY_A);
  assert_news (&f, PERCLITE_NEWS_DECRYPT_RESUMED, 600);
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (recovery_is_told_upstream_at_once)
{
  Fixture f = new_fixture ();

  fail_encrypted (&f, PERCLITE_AUTH_FAILED);
  fail_encrypted (&f, PERCLITE_AUTH_FAILED);
  succeed (&f, KEY_A);
  fail_unless (f.diagnosis.recovered);
  succeed (&f, KEY_A);
  fail_if (f.diagnosis.recovered);
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (one_packet_of_another_look_changes_no_state)
{
  Fixture f = new_fixture ();

  fail_encrypted (&f, PERCLITE_NO_KEY);
  fail_encrypted (&f, PERCLITE_NO_KEY);
  assert_news (&f, PERCLITE_NEWS_MISSING_KEY, 2);
  f.now += 2 * SECOND;
  for (guint i = 0; i < 200; i++) {
    fail_encrypted (&f, i % 4 ? PERCLITE_NO_KEY : PERCLITE_AUTH_FAILED);
    assert_no_news (&f);
  }
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (a_steady_stream_needs_no_look)
{
  Fixture f = new_fixture ();
  guint8 header[12], other[12];

  next_header (&f, header);
  memcpy (other, header, sizeof other);
  other[PERCLITE_SSRC_OFFSET]++;
  fail_if (perclite_health_is_calm (f.health, header, KEY_A, &f.calm));
  succeed (&f, KEY_A);
  fail_unless (perclite_health_is_calm (f.health, header, KEY_A, &f.calm));
  fail_if (perclite_health_is_calm (f.health, header, KEY_B, &f.calm));
  fail_if (perclite_health_is_calm (f.health, other, KEY_A, &f.calm));

  fail_encrypted (&f, PERCLITE_AUTH_FAILED);
  fail_if (perclite_health_is_calm (f.health, header, KEY_A, &f.calm));
  succeed (&f, KEY_A);
  fail_unless (perclite_health_is_calm (f.health, header, KEY_A, &f.calm));

  perclite_health_disturb (f.health);
  fail_if (perclite_health_is_calm (f.health, header, KEY_A, &f.calm));
  clear (&f);
}
GST_END_TEST;

/* A server that goes from one sender to another and back, under one SSRC of its own. */
GST_START_TEST (a_sender_that_comes_back_with_its_key_is_told_as_well)
{
  Fixture f = new_fixture ();
  PercliteCalm first;
  guint8 header[12];

  succeed (&f, KEY_A);
  first = f.calm;
  f.now += 2 * SECOND;
  f.calm = (PercliteCalm){.epoch = 0};
  succeed (&f, KEY_B);
  assert_news (&f, PERCLITE_NEWS_KEY_CHANGED, 1);

  f.now += 2 * SECOND;
  next_header (&f, header);
  fail_if (perclite_health_is_calm (f.health, header, KEY_A, &first));
  succeed (&f, KEY_A);
  assert_news (&f, PERCLITE_NEWS_KEY_CHANGED, 1);
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (what_was_told_is_followed_until_its_end_is_told)
{
  Fixture f = new_fixture ();
  guint8 header[12];

  for (guint i = 0; i < PERCLITE_HEALTH_PATIENCE; i++)
    fail_encrypted (&f, PERCLITE_AUTH_FAILED);
  succeed (&f, KEY_A);
  next_header (&f, header);
  fail_if (perclite_health_is_calm (f.health, header, KEY_A, &f.calm));
  f.now += 2 * SECOND;
  succeed (&f, KEY_A);
  assert_news (&f, PERCLITE_NEWS_DECRYPT_RESUMED, PERCLITE_HEALTH_PATIENCE);
  fail_unless (perclite_health_is_calm (f.health, header, KEY_A, &f.calm));
  clear (&f);
}
GST_END_TEST;

GST_START_TEST (more_streams_than_are_told_apart_need_no_look_either)
{
  Fixture f = new_fixture ();
  PercliteCalm calms[4 * PERCLITE_HEALTH_MAX_STREAMS] = {{.epoch = 0}};
  guint8 header[12];

  for (guint i = 0; i < G_N_ELEMENTS (calms); i++) {
    f.ssrc = i;
    next_header (&f, header);
    perclite_health_good (f.health, header, KEY_A, f.now, &f.diagnosis, &calms[i]);
    assert_no_news (&f);
  }
  /* Nor does what others send disturb them. */
  f.ssrc = G_MAXUINT32;
  for (guint i = 0; i < 100; i++)
    fail_encrypted (&f, PERCLITE_AUTH_FAILED);
  for (guint i = 0; i < G_N_ELEMENTS (calms); i++) {
    f.ssrc = i;
    next_header (&f, header);
    fail_unless (perclite_health_is_calm (f.health, header, KEY_A, &calms[i]));
  }
  clear (&f);
}
GST_END_TEST;

static Suite *
perclitehealth_suite (void)
{
  Suite *suite = suite_create ("perclitehealth");
  TCase *tcase = tcase_create ("health");

  suite_add_tcase (suite, tcase);
  tcase_add_test (tcase, a_wrong_key_is_told_with_the_second_packet_and_only_once);
  tcase_add_test (
      tcase, a_header_that_no_server_has_touched_shows_a_wrong_key_with_the_first_packet);
  tcase_add_test (tcase, plaintext_is_not_taken_for_a_wrong_key);
  tcase_add_test (tcase, packets_of_one_frame_tell_plaintext_from_encryption_too);
  tcase_add_test (tcase, a_missing_key_is_told_as_such);
  tcase_add_test (tcase, recovery_is_told_with_the_number_of_packets_that_were_lost);
  tcase_add_test (tcase, single_damaged_packets_of_a_good_stream_are_no_news);
  tcase_add_test (tcase, a_good_stream_that_turns_bad_is_told_after_some_packets);
  tcase_add_test (tcase, a_stream_that_flaps_is_told_once_a_second_at_most);
  tcase_add_test (tcase, another_key_is_told_but_not_the_first);
  tcase_add_test (tcase, replays_are_told_with_their_number_once_a_second);
  tcase_add_test (tcase, upstream_hears_of_a_failing_stream_every_second_and_for_how_long);
  tcase_add_test (tcase, the_application_is_asked_for_a_key_once_a_second);
  tcase_add_test (tcase, a_flood_of_ssrcs_makes_neither_memory_nor_news_without_end);
  tcase_add_test (tcase, made_up_ssrcs_do_not_silence_a_real_stream);
  tcase_add_test (tcase, what_decrypts_always_finds_a_place);
  tcase_add_test (tcase, nothing_but_replays_is_told_as_such);
  tcase_add_test (tcase, recovery_is_told_upstream_at_once);
  tcase_add_test (tcase, one_packet_of_another_look_changes_no_state);
  tcase_add_test (tcase, a_steady_stream_needs_no_look);
  tcase_add_test (tcase, a_sender_that_comes_back_with_its_key_is_told_as_well);
  tcase_add_test (tcase, what_was_told_is_followed_until_its_end_is_told);
  tcase_add_test (tcase, more_streams_than_are_told_apart_need_no_look_either);
  return suite;
}

GST_CHECK_MAIN (perclitehealth);
