/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* contendersrtp.c - srtpenc and srtpdec of gst-plugins-bad: as they are packaged, and in a process
 * in which perclitenc has been started, for what that does to libsrtp2 they have, too. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchcontender.h"
#include "benchelement.h"

static GstBuffer *
make_key (const BenchSuite *suite)
{
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, suite->key_size + suite->salt_size, NULL);

  gst_buffer_fill (buffer, 0, bench_master_key (), suite->key_size + suite->salt_size);
  return buffer;
}

static GstCaps *
on_request_key (GstElement *element, guint ssrc, gpointer user_data)
{
  const BenchSuite *suite = user_data;
  g_autoptr (GstBuffer) key = make_key (suite);

  return gst_caps_new_simple ("application/x-srtp", "srtp-key", GST_TYPE_BUFFER, key, "srtp-cipher",
      G_TYPE_STRING, suite->cipher, "srtp-auth", G_TYPE_STRING, suite->auth, "srtcp-cipher",
      G_TYPE_STRING, suite->cipher, "srtcp-auth", G_TYPE_STRING, suite->auth, NULL);
}

static gpointer
open_encrypter (const BenchCase *what, GError **error)
{
  const BenchSuite *suite = what->suite;
  g_autoptr (GstBuffer) key = make_key (suite);
  GstElement *element = bench_element_make ("srtpenc", error);

  if (element == NULL)
    return NULL;
  g_object_set (element, "key", key, NULL);
  gst_util_set_object_arg (G_OBJECT (element), "rtp-cipher", suite->cipher);
  gst_util_set_object_arg (G_OBJECT (element), "rtp-auth", suite->auth);
  gst_util_set_object_arg (G_OBJECT (element), "rtcp-cipher", suite->cipher);
  gst_util_set_object_arg (G_OBJECT (element), "rtcp-auth", suite->auth);
  return bench_element_new (element, "rtp_sink_0", "rtp_src_0", "application/x-rtp",
      what->list_size, what->n_memories, error);
}

static gpointer
open_decrypter (const BenchCase *what, GError **error)
{
  GstElement *element = bench_element_make ("srtpdec", error);

  if (element == NULL)
    return NULL;
  g_signal_connect (element, "request-key", G_CALLBACK (on_request_key), (gpointer) what->suite);
  return bench_element_new (element, "rtp_sink", "rtp_src", "application/x-srtp", what->list_size,
      what->n_memories, error);
}

static gpointer
srtp_open (const BenchCase *what, BenchDirection direction, GError **error)
{
  return direction == BENCH_ENCRYPT ? open_encrypter (what, error) : open_decrypter (what, error);
}

/* It stays until the process ends. */
static gboolean
load_perclite (GError **error)
{
  BenchCase what = {.suite = &bench_suites[BENCH_GCM_256], .list_size = 1, .n_memories = 1};

  return bench_contender_perclite.open (&what, BENCH_ENCRYPT, error) != NULL;
}

/* srtpdec of GStreamer 1.22 gets the buffers of a list with a reference of the list's, decrypts a
 * copy of each, and passes on the original: lists are taken apart before it. */
const BenchContender bench_contender_srtp = {
    .name = "srtp",
    .titles = {"srtpenc", "srtpdec"},
    .has_memories = TRUE,
    .has_lists = {TRUE, FALSE},
    .has_streams = TRUE,
    .open = srtp_open,
    .load = bench_element_load,
    .run = bench_element_run,
    .collect = bench_element_collect,
    .close = bench_element_close,
};

const BenchContender bench_contender_srtp_loaded = {
    .name = "srtp-with-perclite",
    .titles = {"srtpenc beside perclitenc", "srtpdec beside perclitenc"},
    .has_memories = TRUE,
    .has_lists = {TRUE, FALSE},
    .has_streams = TRUE,
    .begin = load_perclite,
    .open = srtp_open,
    .load = bench_element_load,
    .run = bench_element_run,
    .collect = bench_element_collect,
    .close = bench_element_close,
};
