/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SDPs lose what shows the media and nothing else, answers are checked, and report blocks are put in order. */

#include <string.h>
#include <gst/check/gstcheck.h>

#include "gstjanusrtcp.h"
#include "gstjanussdp.h"
#include "januserror.h"

/* ---- SDP ---- */

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

/* Each of the following texts, which NULL ends, is in the error; without any, the answer takes everything. */
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

/* ---- RTCP ---- */

/* Packet types of RFC 3550, section 6, and RFC 4585, section 6.1. */
#define SR 200
#define RR 201
#define SDES 202
#define BYE 203
#define RTPFB 205
#define PSFB 206

#define BLOCK_SIZE 24

/* SSRCs of the sources that are reported on. */
#define SOURCE(i) (0x11110000u + (i))

static void
append_uint32 (GByteArray *rtcp, guint32 number)
{
  guint8 bytes[4];

  GST_WRITE_UINT32_BE (bytes, number);
  g_byte_array_append (rtcp, bytes, sizeof bytes);
}

/* WORDS of 32 bits come after the header. */
static void
append_header (GByteArray *rtcp, guint count, guint8 type, guint16 words)
{
  guint8 header[4] = {(guint8) (0x80 | count), type};

  GST_WRITE_UINT16_BE (header + 2, words);
  g_byte_array_append (rtcp, header, sizeof header);
}

/* A report of TYPE with N blocks of BLOCK_SIZE bytes, all different, for SOURCE (0) and so on. */
static void
append_report (GByteArray *rtcp, guint8 type, guint n)
{
  guint words = 1 + (type == SR ? 5 : 0);
  guint i, j;

  append_header (rtcp, n, type, (guint16) (words + n * BLOCK_SIZE / 4));
  for (i = 0; i < words; i++)
    append_uint32 (rtcp, 0xabcd0000u + i);
  for (i = 0; i < n; i++) {
    append_uint32 (rtcp, SOURCE (i));
    for (j = 4; j < BLOCK_SIZE; j += 4)
      append_uint32 (rtcp, (i << 16) | j);
  }
}

static void
append_feedback (GByteArray *rtcp, guint8 type, guint32 media)
{
  append_header (rtcp, 1, type, 3);
  append_uint32 (rtcp, 0xabcd0000u);
  append_uint32 (rtcp, media);
  append_uint32 (rtcp, 0x12340000u);
}

static void
append_sdes (GByteArray *rtcp)
{
  append_header (rtcp, 1, SDES, 2);
  append_uint32 (rtcp, 0xabcd0000u);
  append_uint32 (rtcp, 0x01016100u);
}

/* What becomes of RTCP, in memory of exactly its size. */
static GByteArray *
order (const GByteArray *rtcp, guint turn)
{
  guint8 *exact = g_memdup2 (rtcp->data, rtcp->len);
  GByteArray *result = g_byte_array_new ();

  gst_janus_rtcp_order_report_blocks (exact, rtcp->len, turn);
  if (rtcp->len)
    g_byte_array_append (result, exact, rtcp->len);
  g_free (exact);
  return result;
}

static gboolean
same (const GByteArray *a, const GByteArray *b)
{
  return a->len == b->len && (a->len == 0 || memcmp (a->data, b->data, a->len) == 0);
}

static void
check_unchanged (const GByteArray *rtcp)
{
  guint turn;

  for (turn = 0; turn < 4; turn++) {
    g_autoptr (GByteArray) ordered = order (rtcp, turn);

    fail_unless (same (rtcp, ordered), "%u bytes, turn %u", rtcp->len, turn);
  }
}

/* The N blocks at OFFSET are now those they were, block FRONT first, and all else is the same. */
static void
check_first (const GByteArray *rtcp, const GByteArray *ordered, gsize offset, guint n, guint front)
{
  gsize end = offset + n * BLOCK_SIZE;
  guint found = 0;
  guint i, j;

  assert_equals_int (ordered->len, rtcp->len);
  fail_unless (memcmp (ordered->data, rtcp->data, offset) == 0);
  fail_unless (memcmp (ordered->data + end, rtcp->data + end, rtcp->len - end) == 0);
  fail_unless_equals_uint64_hex (GST_READ_UINT32_BE (ordered->data + offset), SOURCE (front));
  for (i = 0; i < n; i++) {
    for (j = 0; j < n; j++)
      found += memcmp (ordered->data + offset + i * BLOCK_SIZE,
                   rtcp->data + offset + j * BLOCK_SIZE, BLOCK_SIZE) == 0;
  }
  assert_equals_int (found, n);
}

GST_START_TEST (feedback_puts_the_block_of_its_source_first)
{
  static const guint8 types[] = {RTPFB, PSFB};
  guint t, n, media, turn, with_sdes;

  for (t = 0; t < G_N_ELEMENTS (types); t++) {
    for (n = 2; n <= 3; n++) {
      for (media = 0; media < n; media++) {
        for (with_sdes = 0; with_sdes < 2; with_sdes++) {
          g_autoptr (GByteArray) rtcp = g_byte_array_new ();

          append_report (rtcp, RR, n);
          if (with_sdes)
            append_sdes (rtcp);
          append_feedback (rtcp, types[t], SOURCE (media));
          for (turn = 0; turn < 5; turn++) {
            g_autoptr (GByteArray) ordered = order (rtcp, turn);

            check_first (rtcp, ordered, 8, n, media);
          }
        }
      }
    }
  }
}
GST_END_TEST;

GST_START_TEST (the_first_of_several_feedbacks_counts)
{
  g_autoptr (GByteArray) rtcp = g_byte_array_new ();
  g_autoptr (GByteArray) ordered = NULL;

  append_report (rtcp, RR, 3);
  append_feedback (rtcp, RTPFB, SOURCE (2));
  append_feedback (rtcp, PSFB, SOURCE (1));
  ordered = order (rtcp, 0);
  check_first (rtcp, ordered, 8, 3, 2);
}
GST_END_TEST;

GST_START_TEST (without_feedback_each_block_has_its_turn)
{
  guint n, turn;

  for (n = 2; n <= 31; n++) {
    g_autoptr (GByteArray) rtcp = g_byte_array_new ();

    append_report (rtcp, RR, n);
    append_sdes (rtcp);
    for (turn = 0; turn < 3 * n; turn++) {
      g_autoptr (GByteArray) ordered = order (rtcp, turn);

      check_first (rtcp, ordered, 8, n, turn % n);
    }
    {
      g_autoptr (GByteArray) ordered = order (rtcp, G_MAXUINT);

      check_first (rtcp, ordered, 8, n, G_MAXUINT % n);
    }
  }
}
GST_END_TEST;

GST_START_TEST (feedback_on_another_source_leaves_it_to_the_turn)
{
  g_autoptr (GByteArray) rtcp = g_byte_array_new ();
  guint turn;

  append_report (rtcp, RR, 2);
  append_feedback (rtcp, PSFB, 0x99999999u);
  for (turn = 0; turn < 4; turn++) {
    g_autoptr (GByteArray) ordered = order (rtcp, turn);

    check_first (rtcp, ordered, 8, 2, turn % 2);
  }
}
GST_END_TEST;

GST_START_TEST (sender_reports_have_their_blocks_ordered_too)
{
  guint n, media;

  for (n = 2; n <= 3; n++) {
    for (media = 0; media < n; media++) {
      g_autoptr (GByteArray) rtcp = g_byte_array_new ();
      g_autoptr (GByteArray) ordered = NULL;
      g_autoptr (GByteArray) turned = NULL;

      append_report (rtcp, SR, n);
      append_sdes (rtcp);
      turned = order (rtcp, media);
      check_first (rtcp, turned, 28, n, media);
      append_feedback (rtcp, RTPFB, SOURCE (media));
      ordered = order (rtcp, 0);
      check_first (rtcp, ordered, 28, n, media);
    }
  }
}
GST_END_TEST;

GST_START_TEST (the_padding_bit_and_other_packets_are_no_obstacle)
{
  g_autoptr (GByteArray) rtcp = g_byte_array_new ();
  g_autoptr (GByteArray) ordered = NULL;

  append_report (rtcp, RR, 2);
  append_header (rtcp, 1, BYE, 1);
  append_uint32 (rtcp, 0xabcd0000u);
  append_header (rtcp, 0, 204, 2); /* APP */
  append_uint32 (rtcp, 0xabcd0000u);
  append_uint32 (rtcp, 0x74657374u);
  rtcp->data[0] |= 0x20;
  ordered = order (rtcp, 1);
  check_first (rtcp, ordered, 8, 2, 1);
}
GST_END_TEST;

GST_START_TEST (one_block_or_none_stays_as_it_is)
{
  static const guint8 types[] = {SR, RR};
  guint t, n;

  for (t = 0; t < G_N_ELEMENTS (types); t++) {
    for (n = 0; n < 2; n++) {
      g_autoptr (GByteArray) rtcp = g_byte_array_new ();

      append_report (rtcp, types[t], n);
      check_unchanged (rtcp);
      append_sdes (rtcp);
      append_feedback (rtcp, PSFB, SOURCE (0));
      append_feedback (rtcp, RTPFB, SOURCE (1));
      check_unchanged (rtcp);
    }
  }
}
GST_END_TEST;

GST_START_TEST (a_compound_without_a_report_stays_as_it_is)
{
  g_autoptr (GByteArray) rtcp = g_byte_array_new ();

  check_unchanged (rtcp);
  append_sdes (rtcp);
  append_feedback (rtcp, RTPFB, SOURCE (1));
  append_feedback (rtcp, PSFB, SOURCE (0));
  check_unchanged (rtcp);
}
GST_END_TEST;

GST_START_TEST (malformed_packets_stay_as_they_are)
{
  g_autoptr (GByteArray) good = g_byte_array_new ();
  guint count, version, words;

  append_report (good, RR, 2);
  append_feedback (good, PSFB, SOURCE (1));

  for (count = 3; count < 32; count++) {
    good->data[0] = (guint8) (0x80 | count);
    check_unchanged (good);
  }
  for (version = 0; version < 4; version++) {
    if (version == 2)
      continue;
    good->data[0] = (guint8) (version << 6 | 2);
    check_unchanged (good);
    good->data[0] = 0x82;
    good->data[8 + 2 * BLOCK_SIZE] = (guint8) (version << 6 | 1);
    check_unchanged (good);
    good->data[8 + 2 * BLOCK_SIZE] = 0x81;
  }
  /* The feedback ends beyond the end, or is too short for the source it speaks of. */
  for (words = 4; words < 65536; words += 1021) {
    GST_WRITE_UINT16_BE (good->data + 8 + 2 * BLOCK_SIZE + 2, words);
    check_unchanged (good);
  }
  GST_WRITE_UINT16_BE (good->data + 8 + 2 * BLOCK_SIZE + 2, 0);
  check_unchanged (good);
  GST_WRITE_UINT16_BE (good->data + 8 + 2 * BLOCK_SIZE + 2, 1);
  check_unchanged (good);
  GST_WRITE_UINT16_BE (good->data + 8 + 2 * BLOCK_SIZE + 2, 3);
  /* The report is shorter than its blocks, or ends beyond the end. */
  for (words = 0; words < 65536; words++) {
    if (words >= 13 && words <= 17)
      continue;
    GST_WRITE_UINT16_BE (good->data + 2, words);
    check_unchanged (good);
  }
}
GST_END_TEST;

GST_START_TEST (packets_cut_short_anywhere_stay_as_they_are)
{
  static const guint8 types[] = {SR, RR};
  guint t, size;

  for (t = 0; t < G_N_ELEMENTS (types); t++) {
    g_autoptr (GByteArray) rtcp = g_byte_array_new ();
    guint report_size, sdes_size;

    append_report (rtcp, types[t], 3);
    report_size = rtcp->len;
    append_sdes (rtcp);
    sdes_size = rtcp->len;
    append_feedback (rtcp, PSFB, SOURCE (2));
    for (size = 0; size < rtcp->len; size++) {
      g_autoptr (GByteArray) cut = g_byte_array_new ();

      /* Cut between two packets it is a compound again. */
      if (size == report_size || size == sdes_size)
        continue;
      g_byte_array_append (cut, rtcp->data, size);
      check_unchanged (cut);
    }
  }
}
GST_END_TEST;

static int
compare_bytes (gconstpointer a, gconstpointer b)
{
  return *(const guint8 *) a - *(const guint8 *) b;
}

/* Bytes that were only moved look the same once sorted. */
static void
check_permuted (const GByteArray *rtcp, guint turn)
{
  g_autoptr (GByteArray) before = g_byte_array_new ();
  g_autoptr (GByteArray) ordered = order (rtcp, turn);

  if (rtcp->len == 0)
    return;
  g_byte_array_append (before, rtcp->data, rtcp->len);
  qsort (before->data, before->len, 1, compare_bytes);
  qsort (ordered->data, ordered->len, 1, compare_bytes);
  fail_unless (same (before, ordered));
}

GST_START_TEST (random_bytes_do_no_harm)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (19);
  guint i, j;

  for (i = 0; i < 20000; i++) {
    g_autoptr (GByteArray) rtcp = g_byte_array_new ();

    g_byte_array_set_size (rtcp, (guint) g_rand_int_range (rand, 0, 200));
    for (j = 0; j < rtcp->len; j++)
      rtcp->data[j] = (guint8) g_rand_int_range (rand, 0, 256);
    /* Mostly such that it gets past the first looks. */
    if (rtcp->len >= 4 && i % 4) {
      rtcp->data[0] = (guint8) (0x80 | (rtcp->data[0] & 0x1f));
      rtcp->data[1] = (guint8) (SR + rtcp->data[1] % 7);
      GST_WRITE_UINT16_BE (rtcp->data + 2, rtcp->data[3] % (rtcp->len / 4 + 2));
    }
    check_permuted (rtcp, i);
  }
}
GST_END_TEST;

GST_START_TEST (changed_bytes_do_no_harm)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (23);
  guint i;

  for (i = 0; i < 20000; i++) {
    g_autoptr (GByteArray) rtcp = g_byte_array_new ();
    gint n = g_rand_int_range (rand, 1, 4);

    append_report (rtcp, i % 2 ? SR : RR, 1 + i % 4);
    append_sdes (rtcp);
    append_feedback (rtcp, i % 3 ? RTPFB : PSFB, SOURCE (i % 5));
    while (n-- > 0)
      rtcp->data[g_rand_int_range (rand, 0, (gint32) rtcp->len)] =
          (guint8) g_rand_int_range (rand, 0, 256);
    g_byte_array_set_size (rtcp, (guint) g_rand_int_range (rand, 0, (gint32) rtcp->len + 1));
    check_permuted (rtcp, i);
  }
}
GST_END_TEST;

static Suite *
janussdp_suite (void)
{
  Suite *s = suite_create ("janussdp");
  TCase *sdp = tcase_create ("SDP");
  TCase *rtcp = tcase_create ("RTCP");

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
  tcase_add_test (sdp, the_mid_of_an_m_line_that_has_none_or_does_not_exist_is_null);

  suite_add_tcase (s, rtcp);
  tcase_set_timeout (rtcp, 60);
  tcase_add_test (rtcp, feedback_puts_the_block_of_its_source_first);
  tcase_add_test (rtcp, the_first_of_several_feedbacks_counts);
  tcase_add_test (rtcp, without_feedback_each_block_has_its_turn);
  tcase_add_test (rtcp, feedback_on_another_source_leaves_it_to_the_turn);
  tcase_add_test (rtcp, sender_reports_have_their_blocks_ordered_too);
  tcase_add_test (rtcp, the_padding_bit_and_other_packets_are_no_obstacle);
  tcase_add_test (rtcp, one_block_or_none_stays_as_it_is);
  tcase_add_test (rtcp, a_compound_without_a_report_stays_as_it_is);
  tcase_add_test (rtcp, malformed_packets_stay_as_they_are);
  tcase_add_test (rtcp, packets_cut_short_anywhere_stay_as_they_are);
  tcase_add_test (rtcp, random_bytes_do_no_harm);
  tcase_add_test (rtcp, changed_bytes_do_no_harm);
  return s;
}

GST_CHECK_MAIN (janussdp);
