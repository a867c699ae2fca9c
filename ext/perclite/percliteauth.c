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

#include "perclitesessionkeys.h"

#define SHA1_BLOCK_SIZE 64
#define SHA1_SIZE 20

/* RFC 2104, section 2: H(K XOR opad, H(K XOR ipad, text)) */
#define IPAD 0x36
#define OPAD 0x5c

/* What is made of a key. */
typedef struct {
  EVP_MD_CTX *inner; /* has had K XOR ipad */
  EVP_MD_CTX *outer; /* has had K XOR opad */
  EVP_MD_CTX *work;
} Context;

typedef struct {
  srtp_auth_t auth; /* what libsrtp2 knows, its state being all of this */
  Context *context; /* of the key */
  PercliteSessionKey *key;
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

static void
free_context (gpointer data)
{
  Context *context = data;

  EVP_MD_CTX_free (context->inner);
  EVP_MD_CTX_free (context->outer);
  EVP_MD_CTX_free (context->work);
  g_free (context);
}

static gboolean
begin_with (EVP_MD_CTX *context, const guint8 *key, guint8 pad)
{
  guint8 block[SHA1_BLOCK_SIZE];
  gboolean ok;

  memset (block, pad, sizeof block);
  for (gsize i = 0; i < SHA1_SIZE; i++)
    block[i] ^= key[i];
  ok = EVP_DigestInit_ex2 (context, get_sha1 (), NULL) == 1 &&
       EVP_DigestUpdate (context, block, sizeof block) == 1;
  OPENSSL_cleanse (block, sizeof block);
  return ok;
}

static gpointer
make_context (const PercliteSessionKeyKind *kind, const guint8 *key)
{
  Context *context = g_new0 (Context, 1);

  context->inner = EVP_MD_CTX_new ();
  context->outer = EVP_MD_CTX_new ();
  context->work = EVP_MD_CTX_new ();
  if (context->inner == NULL || context->outer == NULL || context->work == NULL ||
      !begin_with (context->inner, key, IPAD) || !begin_with (context->outer, key, OPAD))
    g_clear_pointer (&context, free_context);
  return context;
}

static const PercliteSessionKeyKind hmac_key = {
    .size = SHA1_SIZE, .make = make_context, .free = free_context};

static srtp_err_status_t
hmac_dealloc (srtp_auth_t *auth)
{
  Auth *self = auth->state;

  g_clear_pointer (&self->key, perclite_session_key_unref);
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
  *auth = &self->auth;
  return srtp_err_status_ok;
}

static srtp_err_status_t
hmac_start (void *state)
{
  const Context *context = ((Auth *) state)->context;

  return EVP_MD_CTX_copy_ex (context->work, context->inner) == 1 ? srtp_err_status_ok
                                                                 : srtp_err_status_auth_fail;
}

/* A message may follow at once, without a start. */
static srtp_err_status_t
hmac_init (void *state, const uint8_t *key, int key_size)
{
  Auth *self = state;
  guint8 padded[SHA1_SIZE] = {0};
  PercliteSessionKey *session_key;

  if (key_size < 0 || key_size > SHA1_SIZE)
    return srtp_err_status_bad_param;
  /* A shorter key is one with zeros behind it (RFC 2104, section 2). */
  memcpy (padded, key, (gsize) key_size);
  session_key = perclite_session_key_get (&hmac_key, padded);
  OPENSSL_cleanse (padded, sizeof padded);
  if (session_key == NULL)
    return srtp_err_status_auth_fail;
  g_clear_pointer (&self->key, perclite_session_key_unref);
  self->key = session_key;
  self->context = perclite_session_key_get_context (session_key);
  return hmac_start (self);
}

static srtp_err_status_t
hmac_update (void *state, const uint8_t *bytes, int size)
{
  const Context *context = ((Auth *) state)->context;

  if (size < 0 || EVP_DigestUpdate (context->work, bytes, (gsize) size) != 1)
    return srtp_err_status_auth_fail;
  return srtp_err_status_ok;
}

static srtp_err_status_t
hmac_compute (void *state, const uint8_t *bytes, int size, int tag_size, uint8_t *tag)
{
  const Context *context = ((Auth *) state)->context;
  guint8 digest[SHA1_SIZE];

  if (tag_size < 0 || tag_size > SHA1_SIZE)
    return srtp_err_status_bad_param;
  if (hmac_update (state, bytes, size) != srtp_err_status_ok ||
      EVP_DigestFinal_ex (context->work, digest, NULL) != 1 ||
      EVP_MD_CTX_copy_ex (context->work, context->outer) != 1 ||
      EVP_DigestUpdate (context->work, digest, sizeof digest) != 1 ||
      EVP_DigestFinal_ex (context->work, digest, NULL) != 1)
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
