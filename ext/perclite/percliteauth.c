/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* percliteauth.c - HMAC-SHA1 of OpenSSL in the form in which libsrtp2 takes it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "percliteauth.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <srtp2/crypto_types.h>

#define SHA1_BLOCK_SIZE 64
#define SHA1_SIZE 20

/* RFC 2104, section 2: H(K XOR opad, H(K XOR ipad, text)) */
#define IPAD 0x36
#define OPAD 0x5c

typedef struct {
  srtp_auth_t auth;  /* what libsrtp2 knows, its state being all of this */
  EVP_MD_CTX *inner; /* has had K XOR ipad */
  EVP_MD_CTX *outer; /* has had K XOR opad */
  EVP_MD_CTX *work;
} Auth;

/* As OpenSSL looks it up by its name each time, it is looked up once, and kept for good. */
static const EVP_MD *
get_sha1 (void)
{
  static EVP_MD *sha1;
  static gsize once = 0;

  if (g_once_init_enter (&once)) {
    sha1 = EVP_MD_fetch (NULL, "SHA1", NULL);
    g_once_init_leave (&once, 1);
  }
  return sha1;
}

static srtp_err_status_t
hmac_dealloc (srtp_auth_t *auth)
{
  Auth *self = auth->state;

  EVP_MD_CTX_free (self->inner);
  EVP_MD_CTX_free (self->outer);
  EVP_MD_CTX_free (self->work);
  g_free (self);
  return srtp_err_status_ok;
}

static srtp_err_status_t
hmac_alloc (srtp_auth_t **auth, int key_size, int tag_size)
{
  Auth *self;

  if (key_size < 0 || key_size > SHA1_SIZE || tag_size < 0 || tag_size > SHA1_SIZE)
    return srtp_err_status_bad_param;
  if (get_sha1 () == NULL)
    return srtp_err_status_init_fail;
  self = g_try_new0 (Auth, 1);
  if (self == NULL)
    return srtp_err_status_alloc_fail;
  self->auth = (srtp_auth_t){
      .type = &perclite_hmac_sha1,
      .state = self,
      .out_len = tag_size,
      .key_len = key_size,
  };
  self->inner = EVP_MD_CTX_new ();
  self->outer = EVP_MD_CTX_new ();
  self->work = EVP_MD_CTX_new ();
  if (self->inner == NULL || self->outer == NULL || self->work == NULL) {
    hmac_dealloc (&self->auth);
    return srtp_err_status_alloc_fail;
  }
  *auth = &self->auth;
  return srtp_err_status_ok;
}

static gboolean
begin_with (EVP_MD_CTX *context, const guint8 *key, gsize key_size, guint8 pad)
{
  guint8 block[SHA1_BLOCK_SIZE];
  gboolean ok;

  memset (block, pad, sizeof block);
  for (gsize i = 0; i < key_size; i++)
    block[i] ^= key[i];
  ok = EVP_DigestInit_ex2 (context, get_sha1 (), NULL) == 1 &&
       EVP_DigestUpdate (context, block, sizeof block) == 1;
  OPENSSL_cleanse (block, sizeof block);
  return ok;
}

static srtp_err_status_t
hmac_start (void *state)
{
  Auth *self = state;

  return EVP_MD_CTX_copy_ex (self->work, self->inner) == 1 ? srtp_err_status_ok
                                                           : srtp_err_status_auth_fail;
}

/* A message may follow at once, without a start. */
static srtp_err_status_t
hmac_init (void *state, const uint8_t *key, int key_size)
{
  Auth *self = state;

  if (key_size < 0 || key_size > SHA1_BLOCK_SIZE)
    return srtp_err_status_bad_param;
  if (!begin_with (self->inner, key, (gsize) key_size, IPAD) ||
      !begin_with (self->outer, key, (gsize) key_size, OPAD))
    return srtp_err_status_auth_fail;
  return hmac_start (self);
}

static srtp_err_status_t
hmac_update (void *state, const uint8_t *bytes, int size)
{
  Auth *self = state;

  if (size < 0 || EVP_DigestUpdate (self->work, bytes, (gsize) size) != 1)
    return srtp_err_status_auth_fail;
  return srtp_err_status_ok;
}

static srtp_err_status_t
hmac_compute (void *state, const uint8_t *bytes, int size, int tag_size, uint8_t *tag)
{
  Auth *self = state;
  guint8 digest[SHA1_SIZE];

  if (tag_size < 0 || tag_size > SHA1_SIZE)
    return srtp_err_status_bad_param;
  if (hmac_update (state, bytes, size) != srtp_err_status_ok ||
      EVP_DigestFinal_ex (self->work, digest, NULL) != 1 ||
      EVP_MD_CTX_copy_ex (self->work, self->outer) != 1 ||
      EVP_DigestUpdate (self->work, digest, sizeof digest) != 1 ||
      EVP_DigestFinal_ex (self->work, digest, NULL) != 1)
    return srtp_err_status_auth_fail;
  memcpy (tag, digest, (gsize) tag_size);
  return srtp_err_status_ok;
}

/* RFC 2202, section 3, test case 1. libsrtp2 has tests of its own besides. */

static const guint8 test_key[SHA1_SIZE] = {0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b,
    0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b, 0x0b};

static const guint8 test_data[] = {'H', 'i', ' ', 'T', 'h', 'e', 'r', 'e'};

static const guint8 test_tag[SHA1_SIZE] = {0xb6, 0x17, 0x31, 0x86, 0x55, 0x05, 0x72, 0x64, 0xe2,
    0x8b, 0xc0, 0xb6, 0xfb, 0x37, 0x8c, 0x8e, 0xf1, 0x46, 0xbe, 0x00};

static const srtp_auth_test_case_t test = {
    .key_length_octets = sizeof test_key,
    .key = test_key,
    .data_length_octets = sizeof test_data,
    .data = test_data,
    .tag_length_octets = sizeof test_tag,
    .tag = test_tag,
};

const srtp_auth_type_t perclite_hmac_sha1 = {
    .alloc = hmac_alloc,
    .dealloc = hmac_dealloc,
    .init = hmac_init,
    .compute = hmac_compute,
    .update = hmac_update,
    .start = hmac_start,
    .description = "HMAC-SHA1 of OpenSSL",
    .test_data = &test,
    .id = SRTP_HMAC_SHA1,
};
