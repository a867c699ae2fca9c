/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An encrypted stream goes through a real Janus and comes back decrypted. */

#include <gst/check/gstcheck.h>

#include "testcall.h"

#define FRAMES 60

#define SRC                                                                              \
  "janusvideoroomsrc name=s eos-on-leave=true janus-endpoint=%s room-id=" TEST_ROOM_E2EE \
  " feed-id=777 "
#define DECRYPT "perclitedec name=%s key=" KEY " ! "
#define VIDEO_BRANCH "s. ! application/x-rtp,media=video ! perclitedec name=vdec key=" KEY " ! "
#define AUDIO_BRANCH                                                    \
  "s. ! application/x-rtp,media=audio ! perclitedec name=adec key=" KEY \
  " ! rtpopusdepay ! opusdec ! fakesink name=a "

/* SOURCE is published and decoded by DEPAY; its frames come, and none fails to decrypt. */
static void
check_video (const gchar *source, const gchar *depay)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = test_publish (janus, source, TEST_ROOM_E2EE, "feed-id=777");
  GstElement *subscriber =
      test_play (SRC VIDEO_BRANCH "%s ! fakesink name=v", test_janus_get_endpoint (janus), depay);
  TestCount *count = test_count (subscriber, "v");

  test_wait_buffers (subscriber, count, FRAMES);
  assert_equals_uint64 (test_get_stat (subscriber, "vdec", "dropped"), 0);
  fail_unless (test_get_stat (subscriber, "vdec", "packets-out") >= FRAMES);
  test_end (publisher);
  test_wait_eos (subscriber);
  test_end (subscriber);
}

GST_START_TEST (vp8_comes_back)
{
  check_video (VP8_SOURCE, "rtpvp8depay ! vp8dec");
}
GST_END_TEST;

GST_START_TEST (vp9_comes_back)
{
  check_video (VP9_SOURCE, "rtpvp9depay ! vp9dec");
}
GST_END_TEST;

GST_START_TEST (h264_comes_back)
{
  check_video (H264_SOURCE, "rtph264depay ! h264parse ! avdec_h264");
}
GST_END_TEST;

GST_START_TEST (audio_alone_comes_back)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = test_publish (janus, OPUS_SOURCE, TEST_ROOM_E2EE, "feed-id=777");
  GstElement *subscriber = test_play (SRC AUDIO_BRANCH, test_janus_get_endpoint (janus));
  TestCount *count = test_count (subscriber, "a");

  test_wait_buffers (subscriber, count, 100);
  assert_equals_uint64 (test_get_stat (subscriber, "adec", "dropped"), 0);
  test_end (publisher);
  test_wait_eos (subscriber);
  test_end (subscriber);
}
GST_END_TEST;

/* The line of the README: two branches by media=, with sinks that preroll. */
GST_START_TEST (sound_and_picture_come_back_on_the_right_branches)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *publisher = test_play (VP8_SOURCE ENCRYPT
      "janusvideoroomsink name=sfu janus-endpoint=%s room-id=" TEST_ROOM_E2EE
      " feed-id=777 " OPUS_SOURCE ENCRYPT "sfu.",
      endpoint);
  GstElement *subscriber =
      test_play (SRC VIDEO_BRANCH "rtpvp8depay ! vp8dec ! fakesink name=v " AUDIO_BRANCH, endpoint);
  TestCount *video = test_count (subscriber, "v"), *audio = test_count (subscriber, "a");

  test_wait_buffers (subscriber, video, FRAMES);
  test_wait_buffers (subscriber, audio, 100);
  assert_equals_uint64 (test_get_stat (subscriber, "vdec", "dropped"), 0);
  assert_equals_uint64 (test_get_stat (subscriber, "adec", "dropped"), 0);
  test_end (publisher);
  test_wait_eos (subscriber);
  test_end (subscriber);
}
GST_END_TEST;

GST_START_TEST (a_branch_that_nobody_links_does_not_disturb_the_other)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  const gchar *endpoint = test_janus_get_endpoint (janus);
  GstElement *publisher = test_play (VP8_SOURCE ENCRYPT
      "janusvideoroomsink name=sfu janus-endpoint=%s room-id=" TEST_ROOM_E2EE
      " feed-id=777 " OPUS_SOURCE ENCRYPT "sfu.",
      endpoint);
  GstElement *subscriber =
      test_play (SRC VIDEO_BRANCH "rtpvp8depay ! vp8dec ! fakesink name=v", endpoint);
  TestCount *video = test_count (subscriber, "v");

  test_wait_buffers (subscriber, video, FRAMES);
  test_end (publisher);
  test_wait_eos (subscriber);
  test_end (subscriber);
}
GST_END_TEST;

GST_START_TEST (a_wrong_key_gives_nothing_and_says_so)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher = test_publish (janus, VP8_SOURCE, TEST_ROOM_E2EE, "feed-id=777");
  GstElement *subscriber = test_play (SRC "! perclitedec name=vdec key=" OTHER_KEY
                                          " ! rtpvp8depay ! vp8dec ! fakesink name=v async=false",
      test_janus_get_endpoint (janus));
  TestCount *count = test_count (subscriber, "v");
  g_autoptr (GstMessage) message =
      test_wait_element_message (subscriber, "perclite-packets-dropped");
  const GstStructure *s = gst_message_get_structure (message);

  assert_equals_string (gst_structure_get_string (s, "reason"), "auth-failed");
  fail_unless (gst_structure_has_field_typed (s, "ssrc", G_TYPE_UINT));
  assert_equals_int (g_atomic_int_get (&count->buffers), 0);
  assert_equals_uint64 (test_get_stat (subscriber, "vdec", "packets-out"), 0);
  test_end (publisher);
  test_end (subscriber);
}
GST_END_TEST;

/* What the server records is what it sees. */
GST_START_TEST (the_server_sees_only_ciphertext)
{
  g_autoptr (TestJanus) janus = test_start_janus (NULL);
  GstElement *publisher =
      test_publish (janus, VP8_SOURCE, TEST_ROOM_E2EE, "feed-id=777 display-name=cam");
  GstElement *subscriber = test_play (
      SRC "! rtpvp8depay ! vp8dec ! fakesink name=v async=false", test_janus_get_endpoint (janus));
  GstElement *reader = test_play (
      SRC VIDEO_BRANCH "rtpvp8depay ! vp8dec ! fakesink name=v", test_janus_get_endpoint (janus));
  TestCount *without_key = test_count (subscriber, "v"), *with_key = test_count (reader, "v");

  test_wait_buffers (reader, with_key, FRAMES);
  assert_equals_int (g_atomic_int_get (&without_key->buffers), 0);
  test_end (publisher);
  test_end (subscriber);
  test_end (reader);
}
GST_END_TEST;

static Suite *
endtoend_suite (void)
{
  Suite *s = suite_create ("endtoend");
  TCase *tc = tcase_create ("endtoend");

  suite_add_tcase (s, tc);
  tcase_set_timeout (tc, 120);
  tcase_add_test (tc, vp8_comes_back);
  tcase_add_test (tc, vp9_comes_back);
  tcase_add_test (tc, h264_comes_back);
  tcase_add_test (tc, audio_alone_comes_back);
  tcase_add_test (tc, sound_and_picture_come_back_on_the_right_branches);
  tcase_add_test (tc, a_branch_that_nobody_links_does_not_disturb_the_other);
  tcase_add_test (tc, a_wrong_key_gives_nothing_and_says_so);
  tcase_add_test (tc, the_server_sees_only_ciphertext);
  return s;
}

GST_CHECK_MAIN (endtoend);
