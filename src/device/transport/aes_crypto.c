/* SPDX-License-Identifier: MIT */
/* The cryptography of AES passthrough: see aes_crypto.h. */
#include <config.h>

#include "device/transport/aes_crypto.h"

#include <errno.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  /* What the makers' own programs use, and what makes a key in a moment. It
   * protects a session key on the way through one local network, no more. */
  RSA_BITS = 1024,
  PEM_COLUMN = 64,
};

static struct {
  EVP_PKEY *key; /* NULL: none could be made */
  char wrapped[RSA_PEM_MAX];
  char one_line[RSA_PEM_MAX];
} rsa;

static const char PEM_BEGIN[] = "-----BEGIN PUBLIC KEY-----\n";
static const char PEM_END[] = "-----END PUBLIC KEY-----\n";

static void write_pems(const uint8_t *der, size_t len) {
  char text[BASE64_SIZE(256)];
  size_t have = crypto_base64(der, len, text);
  size_t used;

  snprintf(rsa.one_line, sizeof(rsa.one_line), "%s%s\n%s", PEM_BEGIN, text,
           PEM_END);
  used = (size_t)snprintf(rsa.wrapped, sizeof(rsa.wrapped), "%s", PEM_BEGIN);
  for (size_t i = 0; i < have; i += PEM_COLUMN)
    used += (size_t)snprintf(rsa.wrapped + used, sizeof(rsa.wrapped) - used,
                             "%.*s\n", PEM_COLUMN, text + i);
  snprintf(rsa.wrapped + used, sizeof(rsa.wrapped) - used, "%s", PEM_END);
}

static void make_key(void) {
  EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, NULL);
  uint8_t *der = NULL;
  int len = 0;

  if (ctx == NULL || EVP_PKEY_keygen_init(ctx) != 1 ||
      EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, RSA_BITS) != 1 ||
      EVP_PKEY_keygen(ctx, &rsa.key) != 1)
    rsa.key = NULL;
  EVP_PKEY_CTX_free(ctx);
  if (rsa.key != NULL)
    len = i2d_PUBKEY(rsa.key, &der);
  if (len > 0 && len <= 256)
    write_pems(der, (size_t)len);
  OPENSSL_free(der);
}

int rsa_prepare(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once(&once, make_key);
  return rsa.key != NULL && rsa.one_line[0] != '\0' ? 0 : -EIO;
}

const char *rsa_public_pem(bool one_line) {
  if (rsa_prepare() < 0)
    return NULL;
  return one_line ? rsa.one_line : rsa.wrapped;
}

int aes_take_key(const char *text, size_t len, struct aes_session *session) {
  uint8_t cipher[RSA_BITS / 8];
  uint8_t plain[RSA_BITS / 8];
  size_t plain_len = sizeof(plain);
  EVP_PKEY_CTX *ctx = NULL;
  int err = -EBADMSG;

  if (rsa_prepare() == 0 &&
      crypto_unbase64(text, len, cipher, sizeof(cipher)) == (int)sizeof(cipher))
    ctx = EVP_PKEY_CTX_new(rsa.key, NULL);
  if (ctx != NULL && EVP_PKEY_decrypt_init(ctx) == 1 &&
      EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
      EVP_PKEY_decrypt(ctx, plain, &plain_len, cipher, sizeof(cipher)) == 1 &&
      plain_len == 32) {
    memcpy(session->key, plain, 16);
    memcpy(session->iv, plain + 16, 16);
    err = 0;
  }
  EVP_PKEY_CTX_free(ctx);
  crypto_wipe(plain, sizeof(plain));
  return err;
}

int aes_seal(const struct aes_session *session, const void *text, size_t len,
             char *out) {
  uint8_t *sealed = malloc(len + AES_BLOCK);
  int made = -ENOMEM;

  if (sealed == NULL)
    return -ENOMEM;
  made = crypto_cbc_encrypt(session->key, session->iv, text, len, sealed);
  if (made > 0)
    made = (int)crypto_base64(sealed, (size_t)made, out);
  free(sealed);
  return made;
}

int aes_open(const struct aes_session *session, char *text, size_t len) {
  int have = crypto_unbase64(text, len, text, len);

  if (have < 0)
    return -EBADMSG;
  return crypto_cbc_decrypt(session->key, session->iv, text, (size_t)have,
                            text);
}

int aes_hashed(const char *secret, char out[AES_NAME_SIZE]) {
  uint8_t hash[SHA1_SIZE];
  char text[2 * SHA1_SIZE + 1];
  int err = crypto_digest(DIGEST_SHA1, &(struct span){secret, strlen(secret)},
                          1, hash);

  crypto_hex(hash, sizeof(hash), text);
  crypto_base64(text, 2 * SHA1_SIZE, out);
  crypto_wipe(hash, sizeof(hash));
  crypto_wipe(text, sizeof(text));
  return err;
}
