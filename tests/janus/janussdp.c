/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SDPs lose what shows the media and nothing else, and answers are checked. */

#include <string.h>
#include <gst/check/gstcheck.h>

#include "gstjanussdp.h"
#include "januserror.h"

#define HEAD                                     \
  "v=0\r\n"                                      \
  "o=- 4611731400430051336 0 IN IP4 0.0.0.0\r\n" \
  "s=-\r\n"                                      \
  "t=0 0\r\n"                                    \
  "a=ice-options:trickle\r\n"                    \
  "a=group:BUNDLE video0 audio1\r\n"

#define VIDEO_AT(port)                             \
  "m=video " port " UDP/TLS/RTP/SAVPF 96 97\r\n"   \
  "c=IN IP4 0.0.0.0\r\n"                           \
  "a=setup:actpass\r\n"                            \
  "a=ice-ufrag:bGbJ\r\n"                           \
  "a=ice-pwd:A6/R1bGbJm8Lk4Ihc2B3dKqXxVwYzT0u\r\n" \
  "a=mid:video0\r\n"                               \
  "a=rtcp-mux\r\n"                                 \
  "a=rtpmap:96 VP8/90000\r\n"                      \
  "a=rtcp-fb:96 nack pli\r\n"                      \
  "a=rtpmap:97 rtx/90000\r\n"                      \
  "a=fmtp:97 apt=96\r\n"

#define AUDIO_AT(port)                         \
  "m=audio " port " UDP/TLS/RTP/SAVPF 111\r\n" \
  "c=IN IP4 0.0.0.0\r\n"                       \
  "a=mid:audio1\r\n"                           \
  "a=rtpmap:111 OPUS/48000/2\r\n"              \
  "a=fmtp:111 minptime=10;useinbandfec=1\r\n"

/* Port 0 in an offer: has no port of its own. */
#define VIDEO VIDEO_AT ("9")
#define VIDEO_BUNDLED VIDEO_AT ("0")
#define AUDIO AUDIO_AT ("9")
#define AUDIO_BUNDLED AUDIO_AT ("0")
/* The same in an answer. */
#define VIDEO_REJECTED VIDEO_BUNDLED
#define AUDIO_REJECTED AUDIO_BUNDLED

static GstSDPMessage *
read_sdp (const gchar *text)
{
  GstSDPMessage *sdp;

  fail_unless (gst_sdp_message_new_from_text (text, &sdp) == GST_SDP_OK, "no SDP: %s", text);
  return sdp;
}

static gchar *
clean (const gchar *text)
{
  GstSDPMessage *sdp = read_sdp (text);
  gchar *cleaned;

  gst_janus_sdp_clean_offer (sdp);
  cleaned = gst_sdp_message_as_text (sdp);
  gst_sdp_message_free (sdp);
  return cleaned;
}

/* What is left of "a=fmtp:VALUE": "a=fmtp:EXPECTED", or nothing where that is NULL. */
static void
check_fmtp (const gchar *value, const gchar *expected)
{
  g_autofree gchar *before = g_strdup_printf (HEAD VIDEO "a=fmtp:%s\r\na=sendonly\r\n", value);
  g_autofree gchar *cleaned = clean (before);
  g_autofree gchar *line = expected ? g_strdup_printf ("a=fmtp:%s\r\n", expected) : g_strdup ("");
  g_autofree gchar *after = g_strdup_printf (HEAD VIDEO "%sa=sendonly\r\n", line);

  assert_equals_string (cleaned, after);
}

GST_START_TEST (headers_of_every_codec_are_taken_out)
{
  static const gchar *const secret[] = {
      "sprop-parameter-sets=\"Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==\"",
      "sprop-parameter-sets=Z0LAHtkDxWhAAAADAEAAAAwDxYuS,aMuMsg==",
      "sprop-vps=QAEMAf//AWAAAAMAkA==", "sprop-sps=QgEBAWAAAAMAkAAAAwAAAwBdoAKAgC0WWVmkkyuAQAAA",
      "sprop-pps=RAHBc9CJ", "sprop-sei=AAAA", "config=000001b001000001b58913", "configuration=1210",
      "sprop-level-parameter-sets=aMuMsg==", "sprop-something-new=c2VjcmV0", "width=320",
      "delivery-method=inline", "unknown", "c2VjcmV0", "unknown=", "=unknown", "==", "x=1=2",
      "packetization-mode", "apt", "packetization-modes=1", "xapt=96", "apt-=96",
      "sprop-stereo-sets=1", "-1x", "1a"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (secret); i++) {
    g_autofree gchar *alone = g_strdup_printf ("96 %s", secret[i]);
    g_autofree gchar *first = g_strdup_printf ("96 %s;packetization-mode=1", secret[i]);
    g_autofree gchar *last = g_strdup_printf ("96 packetization-mode=1;%s", secret[i]);
    g_autofree gchar *middle =
        g_strdup_printf ("96 packetization-mode=1;%s;profile-level-id=42c01e", secret[i]);
    g_autofree gchar *twice =
        g_strdup_printf ("96 %s;packetization-mode=1;%s", secret[i], secret[i]);

    check_fmtp (alone, NULL);
    check_fmtp (first, "96 packetization-mode=1");
    check_fmtp (last, "96 packetization-mode=1");
    check_fmtp (middle, "96 packetization-mode=1;profile-level-id=42c01e");
    check_fmtp (twice, "96 packetization-mode=1");
  }
}
GST_END_TEST;

GST_START_TEST (what_only_negotiates_is_kept_as_it_is)
{
  static const gchar *const harmless[] = {"96 packetization-mode=1",
      "96 packetization-mode=1;profile-level-id=42c01e;level-asymmetry-allowed=1",
      "96 level-asymmetry-allowed=1;profile-level-id=42c01e;packetization-mode=1", "97 apt=96",
      "97 apt=96;rtx-time=1000", "111 minptime=10;useinbandfec=1",
      "111 useinbandfec=1;minptime=10;stereo=1;sprop-stereo=0;cbr=1;usedtx=0;maxplaybackrate=48000;"
      "sprop-maxcapturerate=48000;maxaveragebitrate=64000;ptime=20;maxptime=60",
      "111 num_streams=2;coupled_streams=1;channel_mapping=0,2,1", "63 111/111", "126 0-15",
      "126 0-15,66,70", "98 profile-id=0", "98 max-fr=30;max-fs=3600",
      "45 profile=0;level-idx=5;tier=0", "49 profile-space=0;tier-flag=0;level-id=93;tx-mode=SRST",
      "96 x-google-start-bitrate=800"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (harmless); i++)
    check_fmtp (harmless[i], harmless[i]);
}
GST_END_TEST;

GST_START_TEST (what_stands_where_the_payload_type_should_is_not_kept)
{
  check_fmtp ("sprop-vps=97 apt=96", NULL);
  check_fmtp ("96sprop-vps=97 apt=96", NULL);
  check_fmtp (" apt=96", NULL);
}
GST_END_TEST;

GST_START_TEST (names_are_known_in_upper_case_too)
{
  check_fmtp ("96 PACKETIZATION-MODE=1;Profile-Level-Id=42C01E;SPROP-PARAMETER-SETS=Z0LAHtkD",
      "96 PACKETIZATION-MODE=1;Profile-Level-Id=42C01E");
  check_fmtp ("96 Sprop-Parameter-Sets=Z0LAHtkD", NULL);
  check_fmtp ("97 APT=96", "97 APT=96");
}
GST_END_TEST;

GST_START_TEST (odd_spacing_and_semicolons_hide_nothing)
{
  check_fmtp ("96 packetization-mode=1; sprop-parameter-sets=Z0LAHtkD; profile-level-id=42c01e",
      "96 packetization-mode=1;profile-level-id=42c01e");
  check_fmtp (
      "96   packetization-mode=1  ;  sprop-parameter-sets=Z0LAHtkD  ", "96 packetization-mode=1");
  check_fmtp ("96 \tsprop-parameter-sets=Z0LAHtkD", NULL);
  check_fmtp (
      "96 packetization-mode=1;;;sprop-parameter-sets=Z0LAHtkD;;", "96 packetization-mode=1");
  check_fmtp ("96 packetization-mode=1;", "96 packetization-mode=1");
  check_fmtp ("96 ; ;", NULL);
  check_fmtp ("96 sprop-parameter-sets = Z0LAHtkD;packetization-mode=1", "96 packetization-mode=1");
  check_fmtp ("96\tsprop-parameter-sets=Z0LAHtkD", NULL);
}
GST_END_TEST;

/* Whatever stands between a harmless name and the next semicolon goes with it. */
GST_START_TEST (a_value_that_goes_on_after_a_space_is_no_harmless_one)
{
  static const gchar *const values[] = {"96 packetization-mode=1 sprop-parameter-sets=Z0LAHtkD",
      "96 packetization-mode=1\tsprop-parameter-sets=Z0LAHtkD",
      "96 packetization-mode=1, sprop-parameter-sets=Z0LAHtkD",
      "96 packetization-mode=1,sprop-parameter-sets=Z0LAHtkD"};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (values); i++) {
    g_autofree gchar *before = g_strdup_printf (HEAD VIDEO "a=fmtp:%s\r\n", values[i]);
    g_autofree gchar *after = clean (before);

    fail_unless (strstr (after, "Z0LAHtkD") == NULL, "%s", after);
  }
}
GST_END_TEST;

GST_START_TEST (a_fmtp_with_nothing_left_is_dropped)
{
  check_fmtp ("96 sprop-parameter-sets=Z0LAHtkD", NULL);
  check_fmtp ("96 config=1;configuration=2", NULL);
  check_fmtp ("96 ", NULL);
  check_fmtp ("96", NULL);
}
GST_END_TEST;

GST_START_TEST (every_fmtp_of_every_medium_is_cleaned)
{
  g_autofree gchar *cleaned =
      clean (HEAD VIDEO "a=fmtp:96 sprop-parameter-sets=Z0LAHtkD\r\n"
                        "a=fmtp:98 sprop-vps=QAEMAf;level-id=93\r\n"
                        "a=fmtp:99 sprop-sps=QgEB\r\n"
                        "a=fmtp:100 profile-level-id=42c01e;packetization-mode=1\r\n"
                        "a=fmtp:102 sprop-pps=RAHB\r\n"
                        "a=ssrc:1 cname:x\r\n" AUDIO "a=fmtp:112 configuration=1210\r\n"
                        "a=fmtp:113 config=4000;ptime=20\r\n"
                        "a=sendonly\r\n" VIDEO_BUNDLED
                        "a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LAHtkD\r\n");

  assert_equals_string (cleaned,
      HEAD VIDEO "a=fmtp:98 level-id=93\r\n"
                 "a=fmtp:100 profile-level-id=42c01e;packetization-mode=1\r\n"
                 "a=ssrc:1 cname:x\r\n" AUDIO "a=fmtp:113 ptime=20\r\n"
                 "a=sendonly\r\n" VIDEO_BUNDLED "a=fmtp:96 packetization-mode=1\r\n");
}
GST_END_TEST;

GST_START_TEST (a_clean_sdp_stays_the_same_byte_for_byte)
{
  static const gchar *const texts[] = {HEAD VIDEO AUDIO_BUNDLED, HEAD AUDIO, HEAD};
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree gchar *cleaned = clean (texts[i]);
    g_autofree gchar *again = clean (cleaned);

    assert_equals_string (cleaned, texts[i]);
    assert_equals_string (again, texts[i]);
  }
}
GST_END_TEST;

/* GStreamer makes one of each caps field that begins with "a-". */
GST_START_TEST (attributes_that_nobody_knows_are_taken_out)
{
  g_autofree gchar *cleaned = clean (HEAD VIDEO "a=framerate:30\r\na=framesize:96 320-240\r\n"
                                                "a=secret:sprop-parameter-sets=Z0\r\na=fmtp2:x\r\n"
                                                "a=sendonly\r\n" AUDIO "a=x\r\n");

  assert_equals_string (cleaned, HEAD VIDEO "a=sendonly\r\n" AUDIO);
}
GST_END_TEST;

GST_START_TEST (cleaning_random_parameters_keeps_only_known_names)
{
  static const gchar *const pieces[] = {"packetization-mode", "apt", "sprop-parameter-sets",
      "config", "SECRET", "=", "=", ";", ";", " ", "1", "0-15", "/", ",", "-", "\t", "\"", "x"};
  g_autoptr (GRand) rand = g_rand_new_with_seed (17);
  guint i;

  for (i = 0; i < 3000; i++) {
    g_autoptr (GString) text = g_string_new (HEAD VIDEO "a=fmtp:96 ");
    g_autofree gchar *cleaned = NULL;
    g_autofree gchar *again = NULL;
    gint n = g_rand_int_range (rand, 0, 16);

    while (n-- > 0)
      g_string_append (text, pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces))]);
    g_string_append (text, "\r\na=sendonly\r\n");
    cleaned = clean (text->str);
    again = clean (cleaned);
    assert_equals_string (cleaned, again);
    fail_if (strstr (cleaned, ";sprop-parameter-sets=") || strstr (cleaned, ";config="));
    fail_if (strstr (cleaned, "96 sprop-parameter-sets=") || strstr (cleaned, "96 config="));
    fail_unless (g_str_has_suffix (cleaned, "a=sendonly\r\n"));
  }
}
GST_END_TEST;

GST_START_TEST (bundled_media_are_not_rejected)
{
  GstSDPMessage *sdp = read_sdp (HEAD VIDEO AUDIO_BUNDLED VIDEO_BUNDLED);
  g_autofree gchar *text = NULL;

  gst_janus_sdp_unreject_bundled (sdp);
  text = gst_sdp_message_as_text (sdp);
  assert_equals_string (text, HEAD VIDEO AUDIO VIDEO);
  gst_sdp_message_free (sdp);
}
GST_END_TEST;

GST_START_TEST (other_ports_stay_when_bundled_media_are_not_rejected)
{
  GstSDPMessage *sdp = read_sdp (HEAD VIDEO_AT ("40000") AUDIO_AT ("1") VIDEO_AT ("65535"));
  g_autofree gchar *text = NULL;

  gst_janus_sdp_unreject_bundled (sdp);
  text = gst_sdp_message_as_text (sdp);
  assert_equals_string (text, HEAD VIDEO_AT ("40000") AUDIO_AT ("1") VIDEO_AT ("65535"));
  gst_sdp_message_free (sdp);
}
GST_END_TEST;

/* Each of the following texts, which NULL ends, is in the error; without any, the answer takes
 * everything. */
static void
check_answer (const gchar *offer_text, const gchar *answer_text, ...)
{
  GstSDPMessage *offer = read_sdp (offer_text);
  GstSDPMessage *answer = read_sdp (answer_text);
  g_autoptr (GError) error = NULL;
  gboolean accepted = gst_janus_sdp_check_answer (offer, answer, &error);
  const gchar *part;
  va_list parts;

  va_start (parts, answer_text);
  part = va_arg (parts, const gchar *);
  fail_unless (accepted == (part == NULL), "%s", answer_text);
  fail_unless (accepted == (error == NULL));
  if (error)
    fail_unless (g_error_matches (error, JANUS_ERROR, JANUS_ERROR_CODEC));
  for (; part; part = va_arg (parts, const gchar *))
    fail_unless (strstr (error->message, part) != NULL, "%s: %s", part, error->message);
  va_end (parts);
  fail_unless (gst_janus_sdp_check_answer (offer, answer, NULL) == accepted);
  gst_sdp_message_free (offer);
  gst_sdp_message_free (answer);
}

#define OFFER HEAD VIDEO "a=sendonly\r\n" AUDIO_BUNDLED "a=bundle-only\r\na=sendonly\r\n"

GST_START_TEST (an_answer_that_takes_everything_is_well)
{
  check_answer (OFFER, HEAD VIDEO "a=recvonly\r\n" AUDIO "a=recvonly\r\n", NULL);
  check_answer (OFFER, HEAD VIDEO AUDIO_AT ("40000"), NULL);
  check_answer (HEAD AUDIO, HEAD AUDIO "a=recvonly\r\n", NULL);
  check_answer (HEAD, HEAD, NULL);
}
GST_END_TEST;

GST_START_TEST (a_medium_answered_with_port_0_is_named_with_its_codec)
{
  check_answer (OFFER, HEAD VIDEO_REJECTED AUDIO, "VP8", "video", "1 of 2", NULL);
  check_answer (OFFER, HEAD VIDEO AUDIO_REJECTED, "OPUS", "audio", "2 of 2", NULL);
  check_answer (OFFER, HEAD VIDEO_REJECTED "a=inactive\r\n" AUDIO, "VP8", "video", NULL);
}
GST_END_TEST;

GST_START_TEST (a_medium_answered_as_inactive_is_named_with_its_codec)
{
  check_answer (OFFER, HEAD VIDEO "a=inactive\r\n" AUDIO, "VP8", "video", NULL);
  check_answer (OFFER, HEAD VIDEO AUDIO "a=inactive\r\n", "OPUS", "audio", NULL);
}
GST_END_TEST;

GST_START_TEST (an_answer_of_more_or_fewer_media_makes_no_sense)
{
  static const gchar *const answers[] = {HEAD, HEAD VIDEO, HEAD VIDEO AUDIO AUDIO};
  GstSDPMessage *offer = read_sdp (OFFER);
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (answers); i++) {
    GstSDPMessage *answer = read_sdp (answers[i]);
    g_autoptr (GError) error = NULL;

    fail_if (gst_janus_sdp_check_answer (offer, answer, &error));
    fail_unless (g_error_matches (error, JANUS_ERROR, JANUS_ERROR_PROTOCOL));
    gst_sdp_message_free (answer);
  }
  gst_sdp_message_free (offer);
}
GST_END_TEST;

GST_START_TEST (a_medium_without_a_codec_is_named_all_the_same)
{
  check_answer (HEAD "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n", HEAD VIDEO_REJECTED, "video", NULL);
  check_answer (
      HEAD "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96\r\n", HEAD VIDEO_REJECTED, "video", NULL);
  check_answer (HEAD "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 \r\n", HEAD VIDEO_REJECTED,
      "video", NULL);
  check_answer (HEAD "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=rtpmap:96 H264\r\n", HEAD VIDEO_REJECTED,
      "H264", NULL);
}
GST_END_TEST;

GST_START_TEST (media_are_found_unless_inactive)
{
  GstSDPMessage *both = read_sdp (HEAD VIDEO AUDIO_BUNDLED);
  GstSDPMessage *inactive = read_sdp (HEAD VIDEO "a=inactive\r\n" AUDIO);
  GstSDPMessage *second = read_sdp (HEAD VIDEO "a=inactive\r\n" VIDEO);
  GstSDPMessage *none = read_sdp (HEAD);

  fail_unless (gst_janus_sdp_has_media (both, "video"));
  /* Port 0: bundled, see unreject_bundled(). */
  fail_unless (gst_janus_sdp_has_media (both, "audio"));
  fail_if (gst_janus_sdp_has_media (both, "application"));
  fail_if (gst_janus_sdp_has_media (both, "vid"));
  fail_if (gst_janus_sdp_has_media (inactive, "video"));
  fail_unless (gst_janus_sdp_has_media (inactive, "audio"));
  fail_unless (gst_janus_sdp_has_media (second, "video"));
  fail_if (gst_janus_sdp_has_media (none, "video"));
  gst_sdp_message_free (both);
  gst_sdp_message_free (inactive);
  gst_sdp_message_free (second);
  gst_sdp_message_free (none);
}
GST_END_TEST;

GST_START_TEST (the_mid_of_an_m_line_that_has_none_or_does_not_exist_is_null)
{
  GstSDPMessage *sdp = read_sdp (HEAD VIDEO AUDIO "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n");
  GstSDPMessage *none = read_sdp (HEAD);

  assert_equals_string (gst_janus_sdp_get_mid (sdp, 0), "video0");
  assert_equals_string (gst_janus_sdp_get_mid (sdp, 1), "audio1");
  fail_unless (gst_janus_sdp_get_mid (sdp, 2) == NULL);
  fail_unless (gst_janus_sdp_get_mid (sdp, 3) == NULL);
  fail_unless (gst_janus_sdp_get_mid (sdp, G_MAXUINT) == NULL);
  fail_unless (gst_janus_sdp_get_mid (none, 0) == NULL);
  gst_sdp_message_free (sdp);
  gst_sdp_message_free (none);
}
GST_END_TEST;

GST_START_TEST (nacks_are_for_media_whose_m_line_takes_them)
{
  GstSDPMessage *sdp = read_sdp ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
                                 "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=rtcp-fb:96 ccm fir\r\n"
                                 "a=rtcp-fb:96 nack pli\r\na=rtcp-fb:96 nack\r\n"
                                 "a=ssrc-group:FID 1001 1002\r\na=ssrc:1001 cname:janus\r\n"
                                 "a=ssrc:1002 cname:janus\r\n"
                                 "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtcp-fb:111 transport-cc\r\n"
                                 "a=ssrc:2001 cname:janus\r\n"
                                 "m=video 9 UDP/TLS/RTP/SAVPF 98\r\na=rtcp-fb:98 nack pli\r\n"
                                 "a=rtcp-fb:98\r\na=ssrc:3001\r\na=ssrc:x cname:nack\r\n");

  fail_unless (gst_janus_sdp_takes_nacks (sdp, 1001));
  fail_unless (gst_janus_sdp_takes_nacks (sdp, 1002));
  fail_if (gst_janus_sdp_takes_nacks (sdp, 2001));
  /* It takes PLIs only. */
  fail_if (gst_janus_sdp_takes_nacks (sdp, 3001));
  fail_if (gst_janus_sdp_takes_nacks (sdp, 0));
  fail_if (gst_janus_sdp_takes_nacks (sdp, 4001));
  gst_sdp_message_free (sdp);

  /* Where no source is named, nobody can tell. */
  sdp = read_sdp ("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
                  "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n"
                  "m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=rtcp-fb:96 nack\r\n");
  fail_unless (gst_janus_sdp_takes_nacks (sdp, 4001));
  gst_sdp_message_free (sdp);
}
GST_END_TEST;

/* The a=setup that ANSWER becomes, answering OFFER; for each "" none. */
static gchar *
answer_setup (const gchar *offer, const gchar *answer)
{
  static const gchar format[] = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
                                "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n%s%s%s";
  g_autofree gchar *offered =
      g_strdup_printf (format, *offer ? "a=setup:" : "", offer, *offer ? "\r\n" : "");
  g_autofree gchar *answered =
      g_strdup_printf (format, *answer ? "a=setup:" : "", answer, *answer ? "\r\n" : "");
  GstSDPMessage *remote = read_sdp (offered), *local = read_sdp (answered);
  gchar *setup;

  gst_janus_sdp_let_offerer_begin (local, remote);
  setup =
      g_strdup (gst_sdp_media_get_attribute_val (gst_sdp_message_get_media (local, 0), "setup"));
  gst_sdp_message_free (local);
  gst_sdp_message_free (remote);
  return setup;
}

GST_START_TEST (who_offers_both_roles_begins_the_handshake)
{
  static const gchar *const cases[][3] = {
      /* offer, answer, what it becomes */
      {"actpass", "active", "passive"},
      {"actpass", "passive", "passive"},
      {"passive", "active", "active"},
      {"active", "passive", "passive"},
      {"", "active", "active"},
      {"actpass", "", NULL},
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *setup = answer_setup (cases[i][0], cases[i][1]);

    assert_equals_string (setup, cases[i][2]);
  }
}
GST_END_TEST;

static Suite *
janussdp_suite (void)
{
  Suite *s = suite_create ("janussdp");
  TCase *sdp = tcase_create ("SDP");

  suite_add_tcase (s, sdp);
  tcase_set_timeout (sdp, 60);
  tcase_add_test (sdp, headers_of_every_codec_are_taken_out);
  tcase_add_test (sdp, what_only_negotiates_is_kept_as_it_is);
  tcase_add_test (sdp, what_stands_where_the_payload_type_should_is_not_kept);
  tcase_add_test (sdp, names_are_known_in_upper_case_too);
  tcase_add_test (sdp, odd_spacing_and_semicolons_hide_nothing);
  tcase_add_test (sdp, a_value_that_goes_on_after_a_space_is_no_harmless_one);
  tcase_add_test (sdp, a_fmtp_with_nothing_left_is_dropped);
  tcase_add_test (sdp, every_fmtp_of_every_medium_is_cleaned);
  tcase_add_test (sdp, a_clean_sdp_stays_the_same_byte_for_byte);
  tcase_add_test (sdp, attributes_that_nobody_knows_are_taken_out);
  tcase_add_test (sdp, cleaning_random_parameters_keeps_only_known_names);
  tcase_add_test (sdp, bundled_media_are_not_rejected);
  tcase_add_test (sdp, other_ports_stay_when_bundled_media_are_not_rejected);
  tcase_add_test (sdp, an_answer_that_takes_everything_is_well);
  tcase_add_test (sdp, a_medium_answered_with_port_0_is_named_with_its_codec);
  tcase_add_test (sdp, a_medium_answered_as_inactive_is_named_with_its_codec);
  tcase_add_test (sdp, an_answer_of_more_or_fewer_media_makes_no_sense);
  tcase_add_test (sdp, a_medium_without_a_codec_is_named_all_the_same);
  tcase_add_test (sdp, media_are_found_unless_inactive);
  tcase_add_test (sdp, who_offers_both_roles_begins_the_handshake);
  tcase_add_test (sdp, nacks_are_for_media_whose_m_line_takes_them);
  tcase_add_test (sdp, the_mid_of_an_m_line_that_has_none_or_does_not_exist_is_null);
  return s;
}

GST_CHECK_MAIN (janussdp);
