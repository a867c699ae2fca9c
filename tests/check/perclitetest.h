/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitetest.h - what the tests of PERC Lite share: keys, RTP packets, harnesses. */

#pragma once

#include <gst/check/gstcheck.h>
#include <gst/check/gstharness.h>

#include "perclitekey.h"

G_BEGIN_DECLS

/* Published with the demos of PERC Lite; the 28 bytes are made in the same fashion. */
#define KEY_44 "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ="
#define KEY_30 "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw"
#define KEY_28 "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3OA=="
#define OTHER_KEY_44 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKis="

#define TEST_CAPS "application/x-rtp, media=(string)video, clock-rate=(int)90000, payload=(int)105"

/* One row per suite. */
typedef struct {
  PercliteSuite suite;
  const gchar *nick;
  const gchar *name;
  const gchar *key;
  gsize key_size;
  gsize tag_size;
  const gchar *fingerprint; /* of @key */
} TestSuite;

#define N_TEST_SUITES 4
extern const TestSuite test_suites[N_TEST_SUITES];

/* An RTP packet to be made. */
typedef struct {
  guint32 ssrc;
  guint16 seq;
  guint32 ts;
  guint8 pt;
  gboolean marker;
  guint csrcs;
  guint extension_words; /* 0: none */
  guint padding;         /* bytes, with the one that counts them; 0: none */
  gsize payload_size;
} TestPacket;

/* A packet as RFC 3550, section 5.1 has it. The payload is made of the other fields, so that no two
 * packets have the same. */
GBytes *test_packet_bytes (const TestPacket *packet);
GstBuffer *test_packet_buffer (const TestPacket *packet);
GstBuffer *test_simple_packet (guint32 ssrc, guint16 seq);

/* The same bytes in memories of the sizes in @cuts, which a 0 ends, and the rest. */
GstBuffer *test_cut_buffer (GBytes *bytes, const gsize *cuts);

GBytes *test_hex (const gchar *hex);
GBytes *test_buffer_bytes (GstBuffer *buffer);
void assert_bytes_equal (GBytes *a, GBytes *b);
void assert_buffer_bytes (GstBuffer *buffer, GBytes *bytes);

/* An element that plays, with a bus of its own. @properties are as in gst_parse_launch(). */
GstHarness *test_harness (const gchar *factory, const gchar *properties);
void test_harness_free (GstHarness *h);

/* Pushes @in, which is taken, and returns what came out, or NULL. */
GstBuffer *test_pass (GstHarness *h, GstBuffer *in);

/* A number of the property stats: a field, or a field of drops. */
guint64 test_stat (GstElement *element, const gchar *field);
guint64 test_drops (GstElement *element, const gchar *reason);
GstStructure *test_stats (GstElement *element);

/* The next message of @type on the bus of @element, or NULL. */
GstMessage *test_pop_message (GstElement *element, GstMessageType type);
guint test_count_messages (GstElement *element, GstMessageType type);

/* Fails when 8 characters in a row of @secret are to be found in @text. */
void assert_not_leaked (const gchar *text, const gchar *secret);

G_END_DECLS
