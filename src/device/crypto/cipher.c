/* SPDX-License-Identifier: MIT */
/* Encryption with libcrypto: see cipher.h. */
#include <config.h>

#include "device/crypto/cipher.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { CBC = AEADS, KINDS, TEXT_MAX = 1 << 20 };

/* From version 3 on looking an algorithm up by its old name costs more than
 * encrypting a packet, so it is done once. They are never given back: they
 * live as long as the process. */
static const EVP_CIPHER *algorithms[KINDS];

static void look_up(void) {
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
  static const char *const names[KINDS] = {
      [AEAD_AES_128_CCM] = "AES-128-CCM",
      [AEAD_AES_256_CCM] = "AES-256-CCM",
      [AEAD_CHACHA20_POLY1305] = "ChaCha20-Poly1305",
      [CBC] = "AES-128-CBC",
  };

  for (int i = 0; i < KINDS; i++)
    algorithms[i] = EVP_CIPHER_fetch(NULL, names[i], NULL);
#else
  algorithms[AEAD_AES_128_CCM] = EVP_aes_128_ccm();
  algorithms[AEAD_AES_256_CCM] = EVP_aes_256_ccm();
  algorithms[AEAD_CHACHA20_POLY1305] = EVP_chacha20_poly1305();
  algorithms[CBC] = EVP_aes_128_cbc();
#endif
}

struct cipher {
  int kind; /* enum aead or CBC */
  EVP_CIPHER_CTX *encrypt, *decrypt;
};

/* The key's half of the work. CCM wants to know the sizes of nonce and tag
 * before it. */
static EVP_CIPHER_CTX *prepare(int kind, const uint8_t *key, int encrypting) {
  EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
  bool ccm = kind == AEAD_AES_128_CCM || kind == AEAD_AES_256_CCM;

  if (ctx != NULL && algorithms[kind] != NULL &&
      EVP_CipherInit_ex(ctx, algorithms[kind], NULL, NULL, NULL, encrypting) ==
          1 &&
      (kind == CBC || EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN,
                                          AEAD_NONCE, NULL) == 1) &&
      (!ccm ||
       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG, NULL) == 1) &&
      EVP_CipherInit_ex(ctx, NULL, NULL, key, NULL, encrypting) == 1)
    return ctx;
  EVP_CIPHER_CTX_free(ctx);
  return NULL;
}

static struct cipher *create(int kind, const uint8_t *key) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  struct cipher *c = calloc(1, sizeof(*c));

  if (c == NULL)
    return NULL;
  pthread_once(&once, look_up);
  c->kind = kind;
  c->encrypt = prepare(kind, key, 1);
  c->decrypt = prepare(kind, key, 0);
  if (c->encrypt != NULL && c->decrypt != NULL)
    return c;
  cipher_free(c);
  return NULL;
}

struct cipher *cipher_create_cbc(const uint8_t key[16]) {
  return create(CBC, key);
}

struct cipher *cipher_create_aead(enum aead aead, const uint8_t *key) {
  return create((int)aead, key);
}

void cipher_free(struct cipher *c) {
  if (c == NULL)
    return;
  EVP_CIPHER_CTX_free(c->encrypt);
  EVP_CIPHER_CTX_free(c->decrypt);
  free(c);
}

size_t aead_key_size(enum aead aead) {
  return aead == AEAD_AES_128_CCM ? 16 : 32;
}

/* -- AES-CBC -- */

int cipher_cbc_encrypt(struct cipher *c, const uint8_t iv[AES_BLOCK],
                       const void *in, size_t len, void *out) {
  int made = 0;
  int rest = 0;

  if (len <= TEXT_MAX &&
      EVP_CipherInit_ex(c->encrypt, NULL, NULL, NULL, iv, 1) == 1 &&
      EVP_CipherUpdate(c->encrypt, out, &made, in, (int)len) == 1 &&
      EVP_CipherFinal_ex(c->encrypt, (uint8_t *)out + made, &rest) == 1)
    return made + rest;
  return -ENOMEM;
}

int cipher_cbc_decrypt(struct cipher *c, const uint8_t iv[AES_BLOCK],
                       const void *in, size_t len, void *out) {
  int made = 0;
  int rest = 0;

  if (len == 0 || len % AES_BLOCK != 0 || len > TEXT_MAX)
    return -EBADMSG;
  if (EVP_CipherInit_ex(c->decrypt, NULL, NULL, NULL, iv, 0) != 1 ||
      EVP_CipherUpdate(c->decrypt, out, &made, in, (int)len) != 1)
    return -ENOMEM;
  return EVP_CipherFinal_ex(c->decrypt, (uint8_t *)out + made, &rest) == 1
             ? made + rest
             : -EBADMSG;
}

/* -- authenticated encryption -- */

/* CCM wants the text's length before the text, and a tag to check before
 * both. */
static bool begin(const struct cipher *c, EVP_CIPHER_CTX *ctx,
                  const uint8_t *nonce, int encrypting, size_t len,
                  const uint8_t *tag) {
  int ignored = 0;

  if (tag != NULL && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG,
                                         (void *)(uintptr_t)tag) != 1)
    return false;
  return EVP_CipherInit_ex(ctx, NULL, NULL, NULL, nonce, encrypting) == 1 &&
         (c->kind == AEAD_CHACHA20_POLY1305 ||
          EVP_CipherUpdate(ctx, NULL, &ignored, NULL, (int)len) == 1);
}

int cipher_seal(struct cipher *c, const uint8_t nonce[AEAD_NONCE],
                const void *in, size_t len, uint8_t *out) {
  int made = 0;
  int rest = 0;

  return len <= TEXT_MAX && begin(c, c->encrypt, nonce, 1, len, NULL) &&
                 EVP_CipherUpdate(c->encrypt, out, &made, in, (int)len) == 1 &&
                 EVP_CipherFinal_ex(c->encrypt, out + made, &rest) == 1 &&
                 EVP_CIPHER_CTX_ctrl(c->encrypt, EVP_CTRL_AEAD_GET_TAG,
                                     AEAD_TAG, out + len) == 1
             ? 0
             : -ENOMEM;
}

int cipher_open(struct cipher *c, const uint8_t nonce[AEAD_NONCE],
                const void *in, size_t len, uint8_t *out) {
  uint8_t tag[AEAD_TAG];
  int made = 0;
  int rest = 0;
  int err = -EBADMSG;

  if (len < AEAD_TAG || len > TEXT_MAX)
    return -EBADMSG;
  len -= AEAD_TAG;
  memcpy(tag, (const uint8_t *)in + len, sizeof(tag));
  if (!begin(c, c->decrypt, nonce, 0, len, tag))
    err = -ENOMEM;
  else if (EVP_CipherUpdate(c->decrypt, out, &made, in, (int)len) == 1 &&
           (c->kind != AEAD_CHACHA20_POLY1305 || /* CCM has checked by now */
            EVP_CipherFinal_ex(c->decrypt, out + made, &rest) == 1))
    err = 0;
  if (err != 0 && len > 0)
    OPENSSL_cleanse(out, len);
  return err;
}

/* -- for one text -- */

int crypto_cbc_encrypt(const uint8_t key[16], const uint8_t iv[AES_BLOCK],
                       const void *in, size_t len, void *out) {
  struct cipher *c = cipher_create_cbc(key);
  int made = c != NULL ? cipher_cbc_encrypt(c, iv, in, len, out) : -ENOMEM;

  cipher_free(c);
  return made;
}

int crypto_cbc_decrypt(const uint8_t key[16], const uint8_t iv[AES_BLOCK],
                       const void *in, size_t len, void *out) {
  struct cipher *c = cipher_create_cbc(key);
  int made = c != NULL ? cipher_cbc_decrypt(c, iv, in, len, out) : -ENOMEM;

  cipher_free(c);
  return made;
}

int crypto_seal(enum aead aead, const uint8_t *key,
                const uint8_t nonce[AEAD_NONCE], const void *in, size_t len,
                uint8_t *out) {
  struct cipher *c = cipher_create_aead(aead, key);
  int err = c != NULL ? cipher_seal(c, nonce, in, len, out) : -ENOMEM;

  cipher_free(c);
  return err;
}

int crypto_open(enum aead aead, const uint8_t *key,
                const uint8_t nonce[AEAD_NONCE], const void *in, size_t len,
                uint8_t *out) {
  struct cipher *c = cipher_create_aead(aead, key);
  int err = c != NULL ? cipher_open(c, nonce, in, len, out) : -ENOMEM;

  cipher_free(c);
  return err;
}
