/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* contenderlibsrtp.c - libsrtp2 as it is packaged, called directly: what the elements' protocol
 * costs without elements. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchcontender.h"

#include <gio/gio.h>
#include <srtp2/srtp.h>

/* As perclitedec has it. */
#define WINDOW_SIZE 1024

typedef struct {
  BenchDirection direction;
  srtp_t session;
  BenchPackets *packets;
} LibsrtpStage;

static gboolean
libsrtp_begin (GError **error)
{
  srtp_err_status_t status = srtp_init ();

  if (status == srtp_err_status_ok)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "srtp_init answers %d", (int) status);
  return FALSE;
}

static void
set_suite (srtp_crypto_policy_t *policy, const BenchSuite *suite)
{
  if (suite == &bench_suites[BENCH_GCM_256])
    srtp_crypto_policy_set_aes_gcm_256_16_auth (policy);
  else if (suite == &bench_suites[BENCH_GCM_128])
    srtp_crypto_policy_set_aes_gcm_128_16_auth (policy);
  else if (suite == &bench_suites[BENCH_SHA1_80])
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80 (policy);
  else
    srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32 (policy);
}

static void
libsrtp_close (gpointer stage)
{
  LibsrtpStage *self = stage;

  if (self->session != NULL)
    srtp_dealloc (self->session);
  g_clear_pointer (&self->packets, bench_packets_free);
  g_free (self);
}

static gpointer
libsrtp_open (const BenchCase *what, BenchDirection direction, GError **error)
{
  LibsrtpStage *self = g_new0 (LibsrtpStage, 1);
  srtp_policy_t policy = {
      .ssrc.type = direction == BENCH_ENCRYPT ? ssrc_any_outbound : ssrc_any_inbound,
      .key = (unsigned char *) bench_master_key (),
      .window_size = WINDOW_SIZE,
  };
  srtp_err_status_t status;

  set_suite (&policy.rtp, what->suite);
  set_suite (&policy.rtcp, what->suite);
  self->direction = direction;
  status = srtp_create (&self->session, &policy);
  if (status != srtp_err_status_ok) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "srtp_create answers %d for %s",
        (int) status, what->suite->title);
    g_clear_pointer (&self, libsrtp_close);
  }
  return self;
}

static void
libsrtp_load (gpointer stage, const BenchPackets *packets)
{
  LibsrtpStage *self = stage;

  if (self->packets == NULL)
    self->packets = bench_packets_new (packets->max);
  bench_packets_copy (self->packets, packets);
}

/* In place, so there is nothing to be freed. */
static guint
libsrtp_run (gpointer stage, gboolean keep)
{
  LibsrtpStage *self = stage;
  guint good = 0;

  for (guint i = 0; i < self->packets->n; i++) {
    guint8 *packet = bench_packets_get (self->packets, i);
    int size = (int) self->packets->sizes[i];
    srtp_err_status_t status = self->direction == BENCH_ENCRYPT
                                   ? srtp_protect (self->session, packet, &size)
                                   : srtp_unprotect (self->session, packet, &size);

    good += status == srtp_err_status_ok;
    self->packets->sizes[i] = (guint) size;
  }
  return good;
}

static void
libsrtp_collect (gpointer stage, BenchPackets *packets)
{
  bench_packets_copy (packets, ((LibsrtpStage *) stage)->packets);
}

const BenchContender bench_contender_libsrtp = {
    .name = "libsrtp2",
    .titles = {"libsrtp2", "libsrtp2"},
    .has_streams = TRUE,
    .begin = libsrtp_begin,
    .open = libsrtp_open,
    .load = libsrtp_load,
    .run = libsrtp_run,
    .collect = libsrtp_collect,
    .close = libsrtp_close,
};
