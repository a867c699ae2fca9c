/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pipelines that publish to and receive from a Janus, and what tests wait for in them. */

#pragma once

#include <gst/check/gstcheck.h>

#include "lossylink.h"
#include "testjanus.h"

G_BEGIN_DECLS

/* 44 bytes: published with the demos of PERC Lite. The other is nobody's. */
#define KEY "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ="
#define OTHER_KEY "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKis="

/* Live sources, up to the RTP packets in clear. */
#define VP8_SOURCE                                                                        \
  "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=30/1 ! vp8enc " \
  "deadline=1 keyframe-max-dist=300 ! rtpvp8pay pt=105 mtu=1170"
#define VP9_SOURCE                                                                        \
  "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=15/1 ! vp9enc " \
  "deadline=1 cpu-used=8 ! rtpvp9pay pt=105 mtu=1170"
#define H264_SOURCE                                                                        \
  "videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=30/1 ! x264enc " \
  "tune=zerolatency speed-preset=ultrafast ! video/x-h264,profile=constrained-baseline ! " \
  "rtph264pay pt=105 mtu=1170 config-interval=-1"
#define OPUS_SOURCE "audiotestsrc is-live=true ! opusenc ! rtpopuspay"
#define ENCRYPT " ! perclitenc key=" KEY " ! "

/* What every Janus test starts with; fails the test if it cannot. */
TestJanus *test_start_janus (const TestJanusOptions *options);
/* Starts it again, after it was killed or while it runs; fails the test if it cannot. */
void test_restart (TestJanus *janus);
/* Asks the VideoRoom of JANUS, as test_janus_request() does; fails the test if it refuses. */
void test_ask (TestJanus *janus, const gchar *format, ...) G_GNUC_PRINTF (2, 3);
/* A link to JANUS, which loses what follows from SEED; fails the test if there can be none. */
LossyLink *test_link_to (TestJanus *janus, guint32 seed);
/* From now on LINK is as long as one by satellite, for signalling and media: a round trip takes
 * 0.9 s. */
void test_lengthen (LossyLink *link);

/* A pipeline of the text, in NULL. */
GstElement *test_pipeline (const gchar *format, ...) G_GNUC_PRINTF (1, 2);
/* The same, set to PLAYING. */
GstElement *test_play (const gchar *format, ...) G_GNUC_PRINTF (1, 2);
/* To NULL, and releases it. */
void test_end (GstElement *pipeline);

/* A publisher of one medium into ROOM with further properties of the sink, and its being up. */
GstElement *
test_publish (TestJanus *janus, const gchar *source, const gchar *room, const gchar *properties);

/* Waits for the element message "janus-state" with STATE from the element NAME. An error fails the
 * test. */
void test_wait_state (GstElement *pipeline, const gchar *name, const gchar *state);
/* The same, and returns the message. */
GstMessage *test_wait_state_message (GstElement *pipeline, const gchar *name, const gchar *state);
/* Waits for the element message NAME, which is returned. An error fails the test. */
GstMessage *test_wait_element_message (GstElement *pipeline, const gchar *name);
/* Waits for a message of TYPE, a warning or an information, of the element NAME whose text has TEXT
 * in it. An error fails the test. */
void
test_wait_text (GstElement *pipeline, GstMessageType type, const gchar *name, const gchar *text);
void test_wait_eos (GstElement *pipeline);

/* Waits for an error, and returns its text; EOS fails the test. */
gchar *test_wait_error (GstElement *pipeline);
/* Fails unless the error's text has each of the further arguments, which NULL ends, in it. */
void test_expect_error (GstElement *pipeline, ...) G_GNUC_NULL_TERMINATED;

/* Returns (transfer full) the element NAME, which there must be. */
GstElement *test_get_element (GstElement *pipeline, const gchar *name);

/* Counts the buffers that come to the sink pad of the element NAME from now on. Freed with the
 * pipeline. */
typedef struct {
  gint buffers;   /* atomic */
  gint keyframes; /* atomic: those without the flag "delta unit" */
} TestCount;

TestCount *test_count (GstElement *pipeline, const gchar *name);
/* Waits until COUNT has N buffers. An error, or EOS before, fails the test. */
void test_wait_buffers (GstElement *pipeline, TestCount *count, gint n);

/* Counts the requests for keyframes that pass the pad PAD of the element NAME upstream, from now
 * on, atomically in REQUESTS. */
void test_count_keyframe_requests (
    GstElement *pipeline, const gchar *name, const gchar *pad, gint *requests);

/* Whether PIPELINE, which receives video, asks for what is lost: not from the first moment on. For
 * test_wait_until(). */
gboolean test_asks_again (gpointer pipeline);

/* Waits until CHECK (DATA) is TRUE. */
void test_wait_until (gboolean (*check) (gpointer data), gpointer data);

/* Waits until the atomic integer at NUMBER is VALUE. */
void test_wait_number (gint *number, gint value);

/* How many entries DIRECTORY has: "/proc/self/fd" those of descriptors, "/proc/self/task" those of
 * threads. */
guint test_count_entries (const gchar *directory);

/* A statistic of the element NAME. */
guint64 test_get_stat (GstElement *pipeline, const gchar *name, const gchar *field);
/* How often the perclitenc or perclitedec NAME has told an event, such as "decrypt-failed". */
guint64 test_get_event_count (GstElement *pipeline, const gchar *name, const gchar *event);

G_END_DECLS
