/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* contenderevp.c - the floor: the ciphers of the suites by OpenSSL's EVP and nothing else. No key
 * derivation, no replay protection, one context for all packets. */

#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "benchcontender.h"

#include <string.h>

#include <gio/gio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#define SHA1_SIZE 20
#define SHA1_BLOCK_SIZE 64
#define AUTH_KEY_SIZE 20

typedef struct {
  BenchDirection direction;
  const BenchSuite *suite;
  const guint8 *salt;
  guint16 last_seq;
  guint32 roc;
  EVP_CIPHER_CTX *cipher;
  EVP_MD_CTX *inner; /* HMAC (RFC 2104): the key is in them already */
  EVP_MD_CTX *outer;
  EVP_MD_CTX *hash;
  BenchPackets *packets;
} EvpStage;

static EVP_MD_CTX *
make_midstate (guint8 pad)
{
  EVP_MD_CTX *midstate = EVP_MD_CTX_new ();
  guint8 block[SHA1_BLOCK_SIZE];

  for (guint i = 0; i < sizeof block; i++)
    block[i] = (guint8) ((i < AUTH_KEY_SIZE ? bench_master_key ()[i] : 0) ^ pad);
  EVP_DigestInit_ex (midstate, EVP_sha1 (), NULL);
  EVP_DigestUpdate (midstate, block, sizeof block);
  return midstate;
}

static void
evp_close (gpointer stage)
{
  EvpStage *self = stage;

  EVP_CIPHER_CTX_free (self->cipher);
  EVP_MD_CTX_free (self->inner);
  EVP_MD_CTX_free (self->outer);
  EVP_MD_CTX_free (self->hash);
  g_clear_pointer (&self->packets, bench_packets_free);
  g_free (self);
}

static gpointer
evp_open (const BenchCase *what, BenchDirection direction, GError **error)
{
  EvpStage *self = g_new0 (EvpStage, 1);
  g_autofree gchar *name = g_strdup_printf (
      "AES-%u-%s", 8 * what->suite->key_size, what->suite->is_aead ? "GCM" : "CTR");
  EVP_CIPHER *cipher = EVP_CIPHER_fetch (NULL, name, NULL);

  self->direction = direction;
  self->suite = what->suite;
  self->salt = bench_master_key () + what->suite->key_size;
  self->cipher = EVP_CIPHER_CTX_new ();
  self->hash = EVP_MD_CTX_new ();
  self->inner = make_midstate (0x36);
  self->outer = make_midstate (0x5c);
  /* In counter mode both directions are the same. */
  if (cipher == NULL || !EVP_CipherInit_ex2 (self->cipher, cipher, bench_master_key (), NULL,
                            direction == BENCH_ENCRYPT || !what->suite->is_aead, NULL)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "OpenSSL has no %s", name);
    g_clear_pointer (&self, evp_close);
  }
  EVP_CIPHER_free (cipher);
  return self;
}

static void
evp_load (gpointer stage, const BenchPackets *packets)
{
  EvpStage *self = stage;

  if (self->packets == NULL)
    self->packets = bench_packets_new (packets->max);
  bench_packets_copy (self->packets, packets);
}

static void
follow_roc (EvpStage *self, const guint8 *packet)
{
  guint16 seq = (guint16) (packet[2] << 8 | packet[3]);

  if (seq < self->last_seq)
    self->roc++;
  self->last_seq = seq;
}

/* RFC 7714, section 8.1: 00 00 | SSRC | ROC | SEQ, and the salt. */
static void
make_gcm_iv (const EvpStage *self, const guint8 *packet, guint8 iv[12])
{
  guint32 roc = GUINT32_TO_BE (self->roc);

  memset (iv, 0, 2);
  memcpy (iv + 2, packet + 8, 4);
  memcpy (iv + 6, &roc, 4);
  memcpy (iv + 10, packet + 2, 2);
  for (guint i = 0; i < 12; i++)
    iv[i] ^= self->salt[i];
}

static gboolean
gcm (EvpStage *self, guint8 *packet, guint *size)
{
  gboolean encrypting = self->direction == BENCH_ENCRYPT;
  int n, payload_size = (int) (*size - BENCH_RTP_HEADER_SIZE);
  int tag_size = (int) self->suite->tag_size;
  guint8 *payload = packet + BENCH_RTP_HEADER_SIZE;
  guint8 iv[12];

  if (!encrypting)
    payload_size -= tag_size;
  make_gcm_iv (self, packet, iv);
  if (!EVP_CipherInit_ex2 (self->cipher, NULL, NULL, iv, encrypting, NULL) ||
      !EVP_CipherUpdate (self->cipher, NULL, &n, packet, BENCH_RTP_HEADER_SIZE) ||
      !EVP_CipherUpdate (self->cipher, payload, &n, payload, payload_size))
    return FALSE;
  if (!encrypting &&
      !EVP_CIPHER_CTX_ctrl (self->cipher, EVP_CTRL_AEAD_SET_TAG, tag_size, payload + payload_size))
    return FALSE;
  if (!EVP_CipherFinal_ex (self->cipher, payload + payload_size, &n))
    return FALSE;
  if (encrypting &&
      !EVP_CIPHER_CTX_ctrl (self->cipher, EVP_CTRL_AEAD_GET_TAG, tag_size, payload + payload_size))
    return FALSE;
  *size = encrypting ? *size + self->suite->tag_size : *size - self->suite->tag_size;
  return TRUE;
}

/* RFC 3711, section 4.2: of the packet and the ROC. */
static gboolean
hmac (EvpStage *self, const guint8 *packet, gsize size, guint8 tag[SHA1_SIZE])
{
  guint32 roc = GUINT32_TO_BE (self->roc);

  return EVP_MD_CTX_copy_ex (self->hash, self->inner) &&
         EVP_DigestUpdate (self->hash, packet, size) &&
         EVP_DigestUpdate (self->hash, &roc, sizeof roc) &&
         EVP_DigestFinal_ex (self->hash, tag, NULL) &&
         EVP_MD_CTX_copy_ex (self->hash, self->outer) &&
         EVP_DigestUpdate (self->hash, tag, SHA1_SIZE) &&
         EVP_DigestFinal_ex (self->hash, tag, NULL);
}

/* RFC 3711, section 4.1.1: salt, SSRC and index, and 16 bits for the counter. */
static gboolean
counter_mode (EvpStage *self, guint8 *packet, guint size)
{
  guint32 roc = GUINT32_TO_BE (self->roc);
  guint8 *payload = packet + BENCH_RTP_HEADER_SIZE;
  guint8 iv[16] = {0};
  int n;

  memcpy (iv + 4, packet + 8, 4);
  memcpy (iv + 8, &roc, 4);
  memcpy (iv + 12, packet + 2, 2);
  for (guint i = 0; i < 14; i++)
    iv[i] ^= self->salt[i];
  return EVP_CipherInit_ex2 (self->cipher, NULL, NULL, iv, 1, NULL) &&
         EVP_CipherUpdate (self->cipher, payload, &n, payload, (int) size - BENCH_RTP_HEADER_SIZE);
}

static gboolean
cm_and_hmac (EvpStage *self, guint8 *packet, guint *size)
{
  guint tag_size = self->suite->tag_size;
  guint8 tag[SHA1_SIZE];

  if (self->direction == BENCH_ENCRYPT) {
    if (!counter_mode (self, packet, *size) || !hmac (self, packet, *size, tag))
      return FALSE;
    memcpy (packet + *size, tag, tag_size);
    *size += tag_size;
    return TRUE;
  }
  *size -= tag_size;
  return hmac (self, packet, *size, tag) && CRYPTO_memcmp (tag, packet + *size, tag_size) == 0 &&
         counter_mode (self, packet, *size);
}

static guint
evp_run (gpointer stage, gboolean keep)
{
  EvpStage *self = stage;
  guint good = 0;

  for (guint i = 0; i < self->packets->n; i++) {
    guint8 *packet = bench_packets_get (self->packets, i);
    guint *size = &self->packets->sizes[i];

    follow_roc (self, packet);
    good += self->suite->is_aead ? gcm (self, packet, size) : cm_and_hmac (self, packet, size);
  }
  return good;
}

static void
evp_collect (gpointer stage, BenchPackets *packets)
{
  bench_packets_copy (packets, ((EvpStage *) stage)->packets);
}

const BenchContender bench_contender_evp = {
    .name = "evp",
    .titles = {"OpenSSL EVP", "OpenSSL EVP"},
    .open = evp_open,
    .load = evp_load,
    .run = evp_run,
    .collect = evp_collect,
    .close = evp_close,
};
