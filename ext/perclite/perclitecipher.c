/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* perclitecipher.c - AES of OpenSSL in the form in which libsrtp2 takes it. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "perclitecipher.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <srtp2/crypto_types.h>
#include <srtp2/srtp.h>

#include "perclitesessionkeys.h"

/* RFC 7714, section 8.1 */
#define GCM_IV_SIZE 12

/* RFC 3711, section 4.1.1: the salt is 16 bytes, of which the last two are 0. */
#define ICM_SALT_SIZE 14
#define ICM_IV_SIZE 16

typedef struct {
  srtp_cipher_t cipher;    /* what libsrtp2 knows, its state being all of this */
  EVP_CIPHER_CTX *context; /* of the key */
  PercliteSessionKey *key; /* NULL until it is set */
  int tag_size;
  srtp_cipher_direction_t direction;
  guint8 salt[ICM_IV_SIZE];
} Cipher;

/* OpenSSL looks a cipher up by its name, which takes longer than a packet. So each is looked up
 * once, and kept for good. */
static const EVP_CIPHER *
get_evp (srtp_cipher_type_id_t id)
{
  static EVP_CIPHER *evps[SRTP_AES_GCM_256 + 1];
  static gsize once = 0;

  if (g_once_init_enter (&once)) {
    evps[SRTP_AES_GCM_128] = EVP_CIPHER_fetch (NULL, "AES-128-GCM", NULL);
    evps[SRTP_AES_GCM_256] = EVP_CIPHER_fetch (NULL, "AES-256-GCM", NULL);
    evps[SRTP_AES_ICM_128] = EVP_CIPHER_fetch (NULL, "AES-128-CTR", NULL);
    evps[SRTP_AES_ICM_192] = EVP_CIPHER_fetch (NULL, "AES-192-CTR", NULL);
    evps[SRTP_AES_ICM_256] = EVP_CIPHER_fetch (NULL, "AES-256-CTR", NULL);
    g_once_init_leave (&once, 1);
  }
  return evps[id];
}

static gpointer
make_context (const PercliteSessionKeyKind *kind, const guint8 *key)
{
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new ();

  if (context == NULL ||
      EVP_EncryptInit_ex2 (context, get_evp (kind->algorithm), key, NULL, NULL) != 1)
    g_clear_pointer (&context, EVP_CIPHER_CTX_free);
  return context;
}

static void
free_context (gpointer context)
{
  EVP_CIPHER_CTX_free (context);
}

#define KEY_KIND(id, key_size) \
  [id] = {.size = (key_size), .algorithm = (id), .make = make_context, .free = free_context}

/* What libsrtp2 calls a key has its salt behind it, which no context needs. */
static const PercliteSessionKeyKind key_kinds[] = {
    KEY_KIND (SRTP_AES_GCM_128, SRTP_AES_128_KEY_LEN),
    KEY_KIND (SRTP_AES_GCM_256, SRTP_AES_256_KEY_LEN),
    KEY_KIND (SRTP_AES_ICM_128, SRTP_AES_128_KEY_LEN),
    KEY_KIND (SRTP_AES_ICM_192, SRTP_AES_192_KEY_LEN),
    KEY_KIND (SRTP_AES_ICM_256, SRTP_AES_256_KEY_LEN),
};

static srtp_err_status_t
cipher_new (srtp_cipher_t **cipher, const srtp_cipher_type_t *type, int key_size, int tag_size)
{
  Cipher *self;

  if (get_evp (type->id) == NULL)
    return srtp_err_status_init_fail;
  self = g_try_new0 (Cipher, 1);
  if (self == NULL)
    return srtp_err_status_alloc_fail;
  self->tag_size = tag_size;
  self->direction = srtp_direction_any;
  self->cipher = (srtp_cipher_t){
      .type = type,
      .state = self,
      .key_len = key_size,
      .algorithm = (int) type->id,
  };
  *cipher = &self->cipher;
  return srtp_err_status_ok;
}

static srtp_err_status_t
cipher_free (srtp_cipher_t *cipher)
{
  Cipher *self = cipher->state;

  g_clear_pointer (&self->key, perclite_session_key_unref);
  OPENSSL_cleanse (self, sizeof *self);
  g_free (self);
  return srtp_err_status_ok;
}

static srtp_err_status_t
set_key (Cipher *self, const guint8 *key)
{
  PercliteSessionKey *session_key =
      perclite_session_key_get (&key_kinds[self->cipher.type->id], key);

  if (session_key == NULL)
    return srtp_err_status_init_fail;
  g_clear_pointer (&self->key, perclite_session_key_unref);
  self->key = session_key;
  self->context = perclite_session_key_get_context (session_key);
  self->direction = srtp_direction_any;
  return srtp_err_status_ok;
}

/* AES-GCM */

static srtp_err_status_t
gcm_128_alloc (srtp_cipher_t **cipher, int key_size, int tag_size)
{
  if (key_size != SRTP_AES_GCM_128_KEY_LEN_WSALT || (tag_size != 16 && tag_size != 8))
    return srtp_err_status_bad_param;
  return cipher_new (cipher, &perclite_aes_128_gcm, key_size, tag_size);
}

static srtp_err_status_t
gcm_256_alloc (srtp_cipher_t **cipher, int key_size, int tag_size)
{
  if (key_size != SRTP_AES_GCM_256_KEY_LEN_WSALT || (tag_size != 16 && tag_size != 8))
    return srtp_err_status_bad_param;
  return cipher_new (cipher, &perclite_aes_256_gcm, key_size, tag_size);
}

static srtp_err_status_t
gcm_init (void *state, const uint8_t *key)
{
  return set_key (state, key);
}

static srtp_err_status_t
gcm_set_iv (void *state, uint8_t *iv, srtp_cipher_direction_t direction)
{
  Cipher *self = state;
  int ok;

  if (direction == srtp_direction_encrypt)
    ok = EVP_EncryptInit_ex2 (self->context, NULL, NULL, iv, NULL);
  else if (direction == srtp_direction_decrypt)
    ok = EVP_DecryptInit_ex2 (self->context, NULL, NULL, iv, NULL);
  else
    return srtp_err_status_bad_param;
  self->direction = direction;
  return ok == 1 ? srtp_err_status_ok : srtp_err_status_init_fail;
}

static srtp_err_status_t
gcm_set_aad (void *state, const uint8_t *aad, uint32_t size)
{
  Cipher *self = state;
  int n;

  if (size > G_MAXINT || EVP_CipherUpdate (self->context, NULL, &n, aad, (int) size) != 1)
    return srtp_err_status_algo_fail;
  return srtp_err_status_ok;
}

static srtp_err_status_t
gcm_encrypt (void *state, uint8_t *buffer, unsigned int *size)
{
  Cipher *self = state;
  int n;

  if (self->direction != srtp_direction_encrypt || *size > G_MAXINT)
    return srtp_err_status_bad_param;
  if (EVP_EncryptUpdate (self->context, buffer, &n, buffer, (int) *size) != 1)
    return srtp_err_status_cipher_fail;
  return srtp_err_status_ok;
}

/* Of what was encrypted last. */
static srtp_err_status_t
gcm_get_tag (void *state, uint8_t *tag, uint32_t *size)
{
  Cipher *self = state;
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_octet_string (OSSL_CIPHER_PARAM_AEAD_TAG, tag, (size_t) self->tag_size),
      OSSL_PARAM_construct_end (),
  };
  int n;

  if (self->direction != srtp_direction_encrypt ||
      EVP_EncryptFinal_ex (self->context, tag, &n) != 1 ||
      EVP_CIPHER_CTX_get_params (self->context, params) != 1)
    return srtp_err_status_algo_fail;
  *size = (uint32_t) self->tag_size;
  return srtp_err_status_ok;
}

static srtp_err_status_t
gcm_decrypt (void *state, uint8_t *buffer, unsigned int *size)
{
  Cipher *self = state;
  int payload_size, n;

  if (self->direction != srtp_direction_decrypt || *size > G_MAXINT ||
      *size < (unsigned int) self->tag_size)
    return srtp_err_status_bad_param;
  payload_size = (int) *size - self->tag_size;
  if (EVP_DecryptUpdate (self->context, buffer, &n, buffer, payload_size) != 1)
    return srtp_err_status_cipher_fail;
  if (EVP_CIPHER_CTX_ctrl (
          self->context, EVP_CTRL_AEAD_SET_TAG, self->tag_size, buffer + payload_size) != 1 ||
      EVP_DecryptFinal_ex (self->context, buffer + payload_size, &n) != 1)
    return srtp_err_status_auth_fail;
  *size = (unsigned int) payload_size;
  return srtp_err_status_ok;
}

/* AES-CM */

#define DEFINE_ICM_ALLOC(bits)                                                                     \
  static srtp_err_status_t icm_##bits##_alloc (srtp_cipher_t **cipher, int key_size, int tag_size) \
  {                                                                                                \
    if (key_size != SRTP_AES_ICM_##bits##_KEY_LEN_WSALT)                                           \
      return srtp_err_status_bad_param;                                                            \
    return cipher_new (cipher, &perclite_aes_##bits##_icm, key_size, 0);                           \
  }

DEFINE_ICM_ALLOC (128)
DEFINE_ICM_ALLOC (192)
DEFINE_ICM_ALLOC (256)

static srtp_err_status_t
icm_init (void *state, const uint8_t *key)
{
  Cipher *self = state;

  memcpy (self->salt, key + self->cipher.key_len - ICM_SALT_SIZE, ICM_SALT_SIZE);
  return set_key (self, key);
}

/* IV = (k_s * 2^16) XOR (SSRC * 2^64) XOR (i * 2^16), of which libsrtp2 knows all but the salt. */
static srtp_err_status_t
icm_set_iv (void *state, uint8_t *iv, srtp_cipher_direction_t direction)
{
  Cipher *self = state;
  guint8 counter[ICM_IV_SIZE];

  for (guint i = 0; i < ICM_IV_SIZE; i++)
    counter[i] = iv[i] ^ self->salt[i];
  return EVP_EncryptInit_ex2 (self->context, NULL, NULL, counter, NULL) == 1
             ? srtp_err_status_ok
             : srtp_err_status_init_fail;
}

/* Both ways, since it is the same. */
static srtp_err_status_t
icm_encrypt (void *state, uint8_t *buffer, unsigned int *size)
{
  Cipher *self = state;
  int n;

  if (*size > G_MAXINT || EVP_EncryptUpdate (self->context, buffer, &n, buffer, (int) *size) != 1)
    return srtp_err_status_cipher_fail;
  return srtp_err_status_ok;
}

/* What libsrtp2 tests them with, besides its own tests. AES-GCM: McGrew and Viega, "The
 * Galois/Counter Mode of Operation", test cases 4 and 16. AES-CM: RFC 3711, appendix B.2, and RFC
 * 6188, section 7.1 and 7.2. */

static const guint8 gcm_key[SRTP_AES_GCM_256_KEY_LEN_WSALT] = {0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65,
    0x73, 0x1c, 0x6d, 0x6a, 0x8f, 0x94, 0x67, 0x30, 0x83, 0x08, 0xfe, 0xff, 0xe9, 0x92, 0x86, 0x65,
    0x73, 0x1c, 0x6d, 0x6a, 0x8f, 0x94, 0x67, 0x30, 0x83, 0x08};

static guint8 gcm_iv[GCM_IV_SIZE] = {
    0xca, 0xfe, 0xba, 0xbe, 0xfa, 0xce, 0xdb, 0xad, 0xde, 0xca, 0xf8, 0x88};

static const guint8 gcm_plaintext[60] = {0xd9, 0x31, 0x32, 0x25, 0xf8, 0x84, 0x06, 0xe5, 0xa5, 0x59,
    0x09, 0xc5, 0xaf, 0xf5, 0x26, 0x9a, 0x86, 0xa7, 0xa9, 0x53, 0x15, 0x34, 0xf7, 0xda, 0x2e, 0x4c,
    0x30, 0x3d, 0x8a, 0x31, 0x8a, 0x72, 0x1c, 0x3c, 0x0c, 0x95, 0x95, 0x68, 0x09, 0x53, 0x2f, 0xcf,
    0x0e, 0x24, 0x49, 0xa6, 0xb5, 0x25, 0xb1, 0x6a, 0xed, 0xf5, 0xaa, 0x0d, 0xe6, 0x57, 0xba, 0x63,
    0x7b, 0x39};

static const guint8 gcm_aad[20] = {0xfe, 0xed, 0xfa, 0xce, 0xde, 0xad, 0xbe, 0xef, 0xfe, 0xed, 0xfa,
    0xce, 0xde, 0xad, 0xbe, 0xef, 0xab, 0xad, 0xda, 0xd2};

static const guint8 gcm_128_ciphertext[76] = {0x42, 0x83, 0x1e, 0xc2, 0x21, 0x77, 0x74, 0x24, 0x4b,
    0x72, 0x21, 0xb7, 0x84, 0xd0, 0xd4, 0x9c, 0xe3, 0xaa, 0x21, 0x2f, 0x2c, 0x02, 0xa4, 0xe0, 0x35,
    0xc1, 0x7e, 0x23, 0x29, 0xac, 0xa1, 0x2e, 0x21, 0xd5, 0x14, 0xb2, 0x54, 0x66, 0x93, 0x1c, 0x7d,
    0x8f, 0x6a, 0x5a, 0xac, 0x84, 0xaa, 0x05, 0x1b, 0xa3, 0x0b, 0x39, 0x6a, 0x0a, 0xac, 0x97, 0x3d,
    0x58, 0xe0, 0x91, 0x5b, 0xc9, 0x4f, 0xbc, 0x32, 0x21, 0xa5, 0xdb, 0x94, 0xfa, 0xe9, 0x5a, 0xe7,
    0x12, 0x1a, 0x47};

static const guint8 gcm_256_ciphertext[76] = {0x52, 0x2d, 0xc1, 0xf0, 0x99, 0x56, 0x7d, 0x07, 0xf4,
    0x7f, 0x37, 0xa3, 0x2a, 0x84, 0x42, 0x7d, 0x64, 0x3a, 0x8c, 0xdc, 0xbf, 0xe5, 0xc0, 0xc9, 0x75,
    0x98, 0xa2, 0xbd, 0x25, 0x55, 0xd1, 0xaa, 0x8c, 0xb0, 0x8e, 0x48, 0x59, 0x0d, 0xbb, 0x3d, 0xa7,
    0xb0, 0x8b, 0x10, 0x56, 0x82, 0x88, 0x38, 0xc5, 0xf6, 0x1e, 0x63, 0x93, 0xba, 0x7a, 0x0a, 0xbc,
    0xc9, 0xf6, 0x62, 0x76, 0xfc, 0x6e, 0xce, 0x0f, 0x4e, 0x17, 0x68, 0xcd, 0xdf, 0x88, 0x53, 0xbb,
    0x2d, 0x55, 0x1b};

#define DEFINE_GCM_TEST(bits)                                     \
  static const srtp_cipher_test_case_t gcm_##bits##_test = {      \
      .key_length_octets = SRTP_AES_GCM_##bits##_KEY_LEN_WSALT,   \
      .key = gcm_key,                                             \
      .idx = gcm_iv,                                              \
      .plaintext_length_octets = sizeof gcm_plaintext,            \
      .plaintext = gcm_plaintext,                                 \
      .ciphertext_length_octets = sizeof gcm_##bits##_ciphertext, \
      .ciphertext = gcm_##bits##_ciphertext,                      \
      .aad_length_octets = sizeof gcm_aad,                        \
      .aad = gcm_aad,                                             \
      .tag_length_octets = 16,                                    \
  }

DEFINE_GCM_TEST (128);
DEFINE_GCM_TEST (256);

static guint8 icm_iv[ICM_IV_SIZE] = {0};

static const guint8 icm_plaintext[32] = {0};

static const guint8 icm_128_key[SRTP_AES_ICM_128_KEY_LEN_WSALT] = {0x2b, 0x7e, 0x15, 0x16, 0x28,
    0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c, 0xf0, 0xf1, 0xf2, 0xf3, 0xf4,
    0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd};

static const guint8 icm_128_ciphertext[32] = {0xe0, 0x3e, 0xad, 0x09, 0x35, 0xc9, 0x5e, 0x80, 0xe1,
    0x66, 0xb1, 0x6d, 0xd9, 0x2b, 0x4e, 0xb4, 0xd2, 0x35, 0x13, 0x16, 0x2b, 0x02, 0xd0, 0xf7, 0x2a,
    0x43, 0xa2, 0xfe, 0x4a, 0x5f, 0x97, 0xab};

static const guint8 icm_192_key[SRTP_AES_ICM_192_KEY_LEN_WSALT] = {0xea, 0xb2, 0x34, 0x76, 0x4e,
    0x51, 0x7b, 0x2d, 0x3d, 0x16, 0x0d, 0x58, 0x7d, 0x8c, 0x86, 0x21, 0x97, 0x40, 0xf6, 0x5f, 0x99,
    0xb6, 0xbc, 0xf7, 0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc,
    0xfd};

static const guint8 icm_192_ciphertext[32] = {0x35, 0x09, 0x6c, 0xba, 0x46, 0x10, 0x02, 0x8d, 0xc1,
    0xb5, 0x75, 0x03, 0x80, 0x4c, 0xe3, 0x7c, 0x5d, 0xe9, 0x86, 0x29, 0x1d, 0xcc, 0xe1, 0x61, 0xd5,
    0x16, 0x5e, 0xc4, 0x56, 0x8f, 0x5c, 0x9a};

static const guint8 icm_256_key[SRTP_AES_ICM_256_KEY_LEN_WSALT] = {0x57, 0xf8, 0x2f, 0xe3, 0x61,
    0x3f, 0xd1, 0x70, 0xa8, 0x5e, 0xc9, 0x3c, 0x40, 0xb1, 0xf0, 0x92, 0x2e, 0xc4, 0xcb, 0x0d, 0xc0,
    0x25, 0xb5, 0x82, 0x72, 0x14, 0x7c, 0xc4, 0x38, 0x94, 0x4a, 0x98, 0xf0, 0xf1, 0xf2, 0xf3, 0xf4,
    0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd};

static const guint8 icm_256_ciphertext[32] = {0x92, 0xbd, 0xd2, 0x8a, 0x93, 0xc3, 0xf5, 0x25, 0x11,
    0xc6, 0x77, 0xd0, 0x8b, 0x55, 0x15, 0xa4, 0x9d, 0xa7, 0x1b, 0x23, 0x78, 0xa8, 0x54, 0xf6, 0x70,
    0x50, 0x75, 0x6d, 0xed, 0x16, 0x5b, 0xac};

#define DEFINE_ICM_TEST(bits)                                     \
  static const srtp_cipher_test_case_t icm_##bits##_test = {      \
      .key_length_octets = SRTP_AES_ICM_##bits##_KEY_LEN_WSALT,   \
      .key = icm_##bits##_key,                                    \
      .idx = icm_iv,                                              \
      .plaintext_length_octets = sizeof icm_plaintext,            \
      .plaintext = icm_plaintext,                                 \
      .ciphertext_length_octets = sizeof icm_##bits##_ciphertext, \
      .ciphertext = icm_##bits##_ciphertext,                      \
  }

DEFINE_ICM_TEST (128);
DEFINE_ICM_TEST (192);
DEFINE_ICM_TEST (256);

#define DEFINE_GCM(bits)                                 \
  const srtp_cipher_type_t perclite_aes_##bits##_gcm = { \
      .alloc = gcm_##bits##_alloc,                       \
      .dealloc = cipher_free,                            \
      .init = gcm_init,                                  \
      .set_aad = gcm_set_aad,                            \
      .encrypt = gcm_encrypt,                            \
      .decrypt = gcm_decrypt,                            \
      .set_iv = gcm_set_iv,                              \
      .get_tag = gcm_get_tag,                            \
      .description = "AES-" #bits "-GCM of OpenSSL",     \
      .test_data = &gcm_##bits##_test,                   \
      .id = SRTP_AES_GCM_##bits,                         \
  }

#define DEFINE_ICM(bits)                                 \
  const srtp_cipher_type_t perclite_aes_##bits##_icm = { \
      .alloc = icm_##bits##_alloc,                       \
      .dealloc = cipher_free,                            \
      .init = icm_init,                                  \
      .encrypt = icm_encrypt,                            \
      .decrypt = icm_encrypt,                            \
      .set_iv = icm_set_iv,                              \
      .description = "AES-" #bits "-CM of OpenSSL",      \
      .test_data = &icm_##bits##_test,                   \
      .id = SRTP_AES_ICM_##bits,                         \
  }

DEFINE_GCM (128);
DEFINE_GCM (256);
DEFINE_ICM (128);
DEFINE_ICM (192);
DEFINE_ICM (256);
