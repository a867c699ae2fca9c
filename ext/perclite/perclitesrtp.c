/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitesrtp.c - the SRTP of the inner packet. The only file that knows libsrtp2. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitesrtp.h"

#include <srtp2/srtp.h>

#include "percliteauth.h"
#include "perclitecipher.h"

/* libsrtp2 2.5 takes window sizes below 2^15 only: the guess of the rollover counter (RFC 3711,
 * section 3.3.1) would be ambiguous beyond. */
#define MAX_WINDOW_SIZE 0x7fff

/* Half of all sequence numbers: how far the guess of RFC 3711, appendix A reaches. */
#define SEQ_MEDIAN 0x8000

struct _PercliteSrtp {
  srtp_t session;
  guint32 ssrc;
  gsize trailer_size;
  unsigned int use_mki;
  gboolean started;  /* a packet has succeeded */
  guint32 first_roc; /* until then: rollover counter of the first packet */
  guint64 index;     /* from then on: of the newest packet */
};

/* libsrtp2 tests each with what it tests its own with, and keeps its own in place of one that
 * fails. What was created before goes on as it is, with what it has. Who creates a session in
 * another thread meanwhile gets the one or the other: of what libsrtp2 has already, a single
 * pointer changes. */
static gboolean
take_openssl (void)
{
  static const srtp_cipher_type_t *const ciphers[] = {
      &perclite_aes_256_gcm,
      &perclite_aes_128_gcm,
      &perclite_aes_256_icm,
      &perclite_aes_192_icm,
      &perclite_aes_128_icm,
  };
  gboolean ok = TRUE;

  if (g_strcmp0 (g_getenv (PERCLITE_CRYPTO_VARIABLE), PERCLITE_CRYPTO_LIBSRTP) == 0)
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (ciphers); i++)
    ok &= srtp_replace_cipher_type (ciphers[i], ciphers[i]->id) == srtp_err_status_ok;
  ok &= srtp_replace_auth_type (&perclite_hmac_sha1, SRTP_HMAC_SHA1) == srtp_err_status_ok;
  if (!ok)
    g_warning ("libsrtp2 finds some of OpenSSL's ciphers wrong in its self test, and keeps its own "
               "in place of those, which are slower. Update both libraries, or "
               "set " PERCLITE_CRYPTO_VARIABLE "=" PERCLITE_CRYPTO_LIBSRTP " not to try");
  return ok;
}

/* Returns whether all that libsrtp2 computes with is OpenSSL's. */
static gboolean
init_library (void)
{
  static gsize once = 0;

  if (g_once_init_enter (&once)) {
    /* Answers bad_param when somebody else in this process, such as GStreamer's srtp plugin, was
     * first, and is fine then. Should it have failed for good, srtp_create() will too. */
    srtp_init ();
    g_once_init_leave (&once, take_openssl () ? 2 : 1);
  }
  return once == 2;
}

const gchar *
perclite_srtp_get_crypto (void)
{
  return init_library () ? "openssl" : PERCLITE_CRYPTO_LIBSRTP;
}

static gboolean
set_suite (srtp_policy_t *policy, PercliteSuite suite)
{
  switch (suite) {
    case PERCLITE_SUITE_AEAD_AES_256_GCM:
      srtp_crypto_policy_set_aes_gcm_256_16_auth (&policy->rtp);
      break;
    case PERCLITE_SUITE_AEAD_AES_128_GCM:
      srtp_crypto_policy_set_aes_gcm_128_16_auth (&policy->rtp);
      break;
    case PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_80:
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_80 (&policy->rtp);
      break;
    case PERCLITE_SUITE_AES_CM_128_HMAC_SHA1_32:
      srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32 (&policy->rtp);
      break;
    case PERCLITE_SUITE_AUTO:
    default:
      g_return_val_if_reached (FALSE);
  }
  /* There is no inner RTCP. */
  srtp_crypto_policy_set_null_cipher_hmac_null (&policy->rtcp);
  return TRUE;
}

static srtp_ssrc_type_t
ssrc_type (PercliteDirection direction)
{
  return direction == PERCLITE_INBOUND_ANY ? ssrc_any_inbound : ssrc_specific;
}

PercliteSrtp *
perclite_srtp_new (const PercliteKey *key, PercliteSessionKeys *common, PercliteDirection direction,
    guint32 ssrc, guint window_size, GError **error)
{
  srtp_policy_t policy = {
      .ssrc = {.type = ssrc_type (direction), .value = ssrc},
      .window_size = MIN (window_size, MAX_WINDOW_SIZE),
      .allow_repeat_tx = 0,
  };
  /* libsrtp2 reads the key while it derives the session keys, and keeps no pointer to it: no copy
   * of the key is left in the policy. */
  srtp_master_key_t master = {.key = (unsigned char *) perclite_key_get_bytes (key)};
  srtp_master_key_t *masters[] = {&master};
  gsize mki_size = 0;
  PercliteSessionKeys *before;
  PercliteSrtp *self;
  srtp_err_status_t status;

  g_return_val_if_fail (key != NULL, NULL);

  init_library ();
  if (!set_suite (&policy, perclite_key_get_suite (key)))
    return NULL;
  master.mki_id = (unsigned char *) perclite_key_get_mki (key, &mki_size);
  master.mki_size = (unsigned int) mki_size;
  if (mki_size > 0) {
    policy.keys = masters;
    policy.num_master_keys = 1;
  } else {
    policy.key = master.key;
  }

  self = g_new0 (PercliteSrtp, 1);
  self->ssrc = ssrc;
  self->trailer_size = perclite_key_get_trailer_size (key);
  self->use_mki = mki_size > 0;
  before = perclite_session_keys_enter (common);
  status = srtp_create (&self->session, &policy);
  perclite_session_keys_enter (before);
  if (status != srtp_err_status_ok) {
    g_set_error (error, PERCLITE_ERROR, PERCLITE_ERROR_UNSUPPORTED,
        "libsrtp2 cannot do %s (srtp_create answers %d). Use a libsrtp2 that was built with a "
        "cryptographic library (AES-GCM needs one), or another suite",
        perclite_suite_name (perclite_key_get_suite (key)), (int) status);
    g_free (self);
    return NULL;
  }
  return self;
}

void
perclite_srtp_free (PercliteSrtp *self)
{
  if (self == NULL)
    return;
  srtp_dealloc (self->session);
  g_free (self);
}

static PercliteResult
result_from_status (srtp_err_status_t status)
{
  switch (status) {
    case srtp_err_status_ok:
      return PERCLITE_OK;
    case srtp_err_status_auth_fail:
    case srtp_err_status_bad_mki:
      return PERCLITE_AUTH_FAILED;
    case srtp_err_status_replay_fail:
      return PERCLITE_REPLAYED;
    case srtp_err_status_replay_old:
    case srtp_err_status_pkt_idx_old:
      return PERCLITE_REPLAY_OLD;
    case srtp_err_status_key_expired:
      return PERCLITE_KEY_LIMIT;
    default:
      return PERCLITE_INTERNAL;
  }
}

gboolean
perclite_srtp_guess (const PercliteSrtp *self, guint16 seq, guint64 *index)
{
  guint64 roc = self->index >> 16;
  guint16 newest = (guint16) self->index;

  if (!self->started)
    roc = self->first_roc;
  else if (self->index <= SEQ_MEDIAN)
    /* There is no round before the first. libsrtp2 then takes also what is far ahead for the
     * first. */
    roc = 0;
  else if (newest < SEQ_MEDIAN)
    roc -= seq - newest > SEQ_MEDIAN;
  else
    roc += newest - SEQ_MEDIAN > seq;
  *index = roc << 16 | seq;
  return roc <= G_MAXUINT32;
}

static void
took_index (PercliteSrtp *self, guint64 index)
{
  self->index = self->started ? MAX (self->index, index) : index;
  self->started = TRUE;
}

PercliteResult
perclite_srtp_protect (PercliteSrtp *self, guint8 *inner, gsize *size)
{
  guint64 index;
  int n = (int) *size;
  PercliteResult result;

  g_return_val_if_fail (self != NULL, PERCLITE_INTERNAL);
  g_return_val_if_fail (((guintptr) inner & 3) == 0, PERCLITE_INTERNAL);

  /* libsrtp2 would go on with rollover counter 0, and so use each nonce once more. */
  if (!perclite_srtp_guess (self, perclite_read_seq (inner), &index))
    return PERCLITE_KEY_LIMIT;
  result = result_from_status (srtp_protect_mki (self->session, inner, &n, self->use_mki, 0));
  if (result != PERCLITE_OK)
    return result;
  took_index (self, index);
  *size = (gsize) n;
  return PERCLITE_OK;
}

PercliteResult
perclite_srtp_unprotect (PercliteSrtp *self, guint8 *inner, gsize *size)
{
  guint64 index;
  int n = (int) *size;
  PercliteResult result;

  g_return_val_if_fail (self != NULL, PERCLITE_INTERNAL);
  g_return_val_if_fail (((guintptr) inner & 3) == 0, PERCLITE_INTERNAL);

  /* libsrtp2 computes with sizes that have no sign. */
  if (*size < PERCLITE_INNER_HEADER_SIZE + self->trailer_size)
    return PERCLITE_TOO_SHORT;
  /* libsrtp2 would go on with rollover counter 0, and so take all packets once more. */
  if (!perclite_srtp_guess (self, perclite_read_seq (inner), &index))
    return PERCLITE_AUTH_FAILED;
  result = result_from_status (srtp_unprotect_mki (self->session, inner, &n, self->use_mki));
  if (result != PERCLITE_OK)
    return result;
  took_index (self, index);
  *size = (gsize) n;
  return PERCLITE_OK;
}

void
perclite_srtp_set_roc (PercliteSrtp *self, guint32 roc)
{
  g_return_if_fail (self != NULL);
  /* Within half a round of the newest packet, libsrtp2 2.5 would keep the counter for good. */
  g_return_if_fail (!self->started);

  if (srtp_set_stream_roc (self->session, self->ssrc, roc) == srtp_err_status_ok)
    self->first_roc = roc;
}

guint64
perclite_srtp_get_index (const PercliteSrtp *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->index;
}
