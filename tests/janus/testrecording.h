/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a server has recorded, and what tests want to know of it. */

#pragma once

#include <gst/check/gstcheck.h>

G_BEGIN_DECLS

typedef struct {
  gchar *info; /* the JSON at the beginning */
  GPtrArray *packets;
} TestRecording;

/* Reads the file of PATH, and fails the test when there is none. */
TestRecording *test_recording_read (const gchar *path);
void test_recording_free (TestRecording *recording);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TestRecording, test_recording_free)

/* Whether the server has flagged it as encrypted. */
gboolean test_recording_is_flagged (TestRecording *recording);
/* How many buffers come out of "perclitedec ! DECODER" in the end, without a packet that does not
 * decrypt. */
guint test_recording_decode (TestRecording *recording, const gchar *caps, const gchar *decoder);

#define TEST_VP8_CAPS "application/x-rtp,media=video,encoding-name=VP8,clock-rate=90000,payload=96"
#define TEST_OPUS_CAPS \
  "application/x-rtp,media=audio,encoding-name=OPUS,clock-rate=48000,payload=111"

G_END_DECLS
