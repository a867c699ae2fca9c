/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* testmjr.h - what the tests of recordings share: the recordings, made ones, and pipelines. */

#pragma once

#include <gst/check/gstcheck.h>

#include "mjrformat.h"

G_BEGIN_DECLS

#define KEY_44 "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ="
#define OTHER_KEY_44 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKis="

/* One row per recording of tests/fixtures; see the README there. */
typedef struct {
  const gchar *name;
  guint generation;
  gboolean video;
  gboolean flagged;
  guint packets;
  gint64 created;
  gint64 started;
} TestRecording;

#define N_TEST_RECORDINGS 6
extern const TestRecording test_recordings[N_TEST_RECORDINGS];

gchar *test_recording_path (const TestRecording *recording);
GBytes *test_recording_bytes (const TestRecording *recording);

/* A recording to be made. It begins with @created and @started of 2026, half a second between. */
#define TEST_CREATED G_GINT64_CONSTANT (1767225600000000)
#define TEST_STARTED (TEST_CREATED + 500000)
#define TEST_SSRC 0x1234abcd

GByteArray *test_mjr_new (guint generation, const gchar *json);
/* With "t", "c", "s" and "u". */
GByteArray *test_mjr_new_simple (guint generation, const gchar *type, const gchar *codec);
void
test_mjr_add (GByteArray *mjr, guint generation, guint32 arrival, gconstpointer data, gsize size);
/* A packet of 20 bytes, the last 8 of which tell @seq and @timestamp again, and @payload more. */
void test_mjr_add_rtp (GByteArray *mjr, guint generation, guint32 arrival, guint16 seq,
    guint32 timestamp, gsize payload);
void test_mjr_add_text (
    GByteArray *mjr, guint generation, guint32 arrival, gint64 time, const gchar *text);

/* Writes a file into a directory of the test, and returns its path. */
gchar *test_file (const gchar *name, gconstpointer data, gsize size);
gchar *test_mjr_file (const GByteArray *mjr);
GBytes *test_read (const gchar *path);

/* A pipeline, and what came out of its element "out". */
typedef struct {
  GstElement *pipeline;
  GPtrArray *buffers; /* of GstBuffer */
  GPtrArray *events;  /* of GstEvent: serialized ones of downstream */
  GError *error;
  guint warnings;
  gchar *warning; /* the last one */
} TestRun;

/* A fakesink named out is the end of each @description; it takes what mjrdemux gives as it
 * comes. */
TestRun *test_run_new (const gchar *description, ...) G_GNUC_PRINTF (1, 2);
/* Until EOS or an error, which fails the test after 60 s. */
void test_run_to_end (TestRun *run);
/* Until the pipeline is in PAUSED. */
void test_run_to_pause (TestRun *run);
void test_run_free (TestRun *run);
/* New, to the end. */
TestRun *test_run (const gchar *description, ...) G_GNUC_PRINTF (1, 2);

GBytes *test_run_bytes (const TestRun *run, guint i);
/* All buffers in one. */
GBytes *test_run_all_bytes (const TestRun *run);
GstClockTime test_run_pts (const TestRun *run, guint i);
/* The last event of a type; NULL when there is none. */
GstEvent *test_run_event (const TestRun *run, GstEventType type);
/* The structure of the caps that came last. */
const GstStructure *test_run_caps (const TestRun *run);
gboolean test_run_is_marked (const TestRun *run);
guint64 test_run_stat (const TestRun *run, const gchar *field);
gint64 test_run_query (const TestRun *run, gboolean duration);

void assert_same_run (const TestRun *a, const TestRun *b);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestRun, test_run_free)

G_END_DECLS
