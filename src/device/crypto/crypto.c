/* SPDX-License-Identifier: MIT */
/* Primitives over libcrypto: see crypto.h. */
#include <config.h>

#include "device/crypto/crypto.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* From version 3 on looking an algorithm up by its old name costs more than
 * hashing a packet, so it is done once. They are never given back: they live
 * as long as the process. */
static const EVP_MD *digests[3];

static void look_up(void) {
#if OPENSSL_VERSION_NUMBER >= 0x30000000L
  digests[DIGEST_MD5] = EVP_MD_fetch(NULL, "MD5", NULL);
  digests[DIGEST_SHA1] = EVP_MD_fetch(NULL, "SHA1", NULL);
  digests[DIGEST_SHA256] = EVP_MD_fetch(NULL, "SHA256", NULL);
#else
  digests[DIGEST_MD5] = EVP_md5();
  digests[DIGEST_SHA1] = EVP_sha1();
  digests[DIGEST_SHA256] = EVP_sha256();
#endif
}

static void prepare(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;

  pthread_once(&once, look_up);
}

/* -- digests ------------------------------------------------------------------
 */

int crypto_digest(enum digest digest, const struct span *parts, size_t num,
                  uint8_t *out) {
  EVP_MD_CTX *ctx;
  bool good;

  prepare();
  ctx = EVP_MD_CTX_new();
  good = ctx != NULL && digests[digest] != NULL &&
         EVP_DigestInit_ex(ctx, digests[digest], NULL) == 1;
  for (size_t i = 0; i < num && good; i++)
    good = EVP_DigestUpdate(ctx, parts[i].bytes, parts[i].len) == 1;
  good = good && EVP_DigestFinal_ex(ctx, out, NULL) == 1;
  EVP_MD_CTX_free(ctx); /* wipes what it held */
  return good ? 0 : -ENOMEM;
}

int crypto_hmac_sha256(const void *key, size_t key_len, const void *bytes,
                       size_t len, uint8_t out[SHA256_SIZE]) {
  prepare();
  if (key_len > 1024 || digests[DIGEST_SHA256] == NULL ||
      HMAC(digests[DIGEST_SHA256], key, (int)key_len, bytes, len, out, NULL) ==
          NULL)
    return -ENOMEM;
  return 0;
}

int crypto_hkdf(const void *key, size_t key_len, const void *salt,
                size_t salt_len, const char *info, uint8_t *out,
                size_t out_len) {
  enum { INFO_MAX = 64 };
  uint8_t extracted[SHA256_SIZE];
  uint8_t block[SHA256_SIZE + INFO_MAX + 1];
  size_t info_len = strlen(info);
  size_t have = 0; /* of the previous block */
  int err = crypto_hmac_sha256(salt, salt_len, key, key_len, extracted);

  if (info_len > INFO_MAX || out_len > 255 * SHA256_SIZE)
    err = -EINVAL;
  for (uint8_t count = 1; out_len > 0 && err == 0; count++) {
    uint8_t made[SHA256_SIZE];
    size_t take = out_len < SHA256_SIZE ? out_len : SHA256_SIZE;

    // NOLINTNEXTLINE(bugprone-not-null-terminated-result): no string
    memcpy(block + have, info, info_len);
    block[have + info_len] = count;
    err = crypto_hmac_sha256(extracted, sizeof(extracted), block,
                             have + info_len + 1, made);
    memcpy(block, made, SHA256_SIZE);
    have = SHA256_SIZE;
    memcpy(out, made, take);
    crypto_wipe(made, sizeof(made));
    out += take;
    out_len -= take;
  }
  crypto_wipe(extracted, sizeof(extracted));
  crypto_wipe(block, sizeof(block));
  return err;
}

/* HMAC-SHA256 under one key for many short texts: the states after the key's
 * blocks, which each text starts from. */
struct keyed {
  EVP_MD_CTX *inner, *outer, *work;
};

static bool keyed_begin(struct keyed *k, const char *key, size_t len) {
  enum { BLOCK = 64 };
  const EVP_MD *sha256 = digests[DIGEST_SHA256];
  uint8_t pad[BLOCK] = {0};
  bool good = true;

  *k = (struct keyed){EVP_MD_CTX_new(), EVP_MD_CTX_new(), EVP_MD_CTX_new()};
  if (k->inner == NULL || k->outer == NULL || k->work == NULL || sha256 == NULL)
    return false;
  if (len > BLOCK)
    good = crypto_digest(DIGEST_SHA256, &(struct span){key, len}, 1, pad) == 0;
  else
    memcpy(pad, key, len);
  for (int i = 0; i < BLOCK; i++)
    pad[i] ^= 0x36;
  good = good && EVP_DigestInit_ex(k->inner, sha256, NULL) == 1 &&
         EVP_DigestUpdate(k->inner, pad, BLOCK) == 1;
  for (int i = 0; i < BLOCK; i++)
    pad[i] ^= 0x36 ^ 0x5c;
  good = good && EVP_DigestInit_ex(k->outer, sha256, NULL) == 1 &&
         EVP_DigestUpdate(k->outer, pad, BLOCK) == 1;
  crypto_wipe(pad, sizeof(pad));
  return good;
}

static void keyed_end(struct keyed *k) {
  EVP_MD_CTX_free(k->inner); /* wipes what they held */
  EVP_MD_CTX_free(k->outer);
  EVP_MD_CTX_free(k->work);
}

/* out may be text. */
static bool keyed_mac(struct keyed *k, const void *text, size_t len,
                      uint8_t out[SHA256_SIZE]) {
  return EVP_MD_CTX_copy_ex(k->work, k->inner) == 1 &&
         EVP_DigestUpdate(k->work, text, len) == 1 &&
         EVP_DigestFinal_ex(k->work, out, NULL) == 1 &&
         EVP_MD_CTX_copy_ex(k->work, k->outer) == 1 &&
         EVP_DigestUpdate(k->work, out, SHA256_SIZE) == 1 &&
         EVP_DigestFinal_ex(k->work, out, NULL) == 1;
}

/* One block of PBKDF2; salt ends in the block's number. */
static int pbkdf2_block(struct keyed *k, const uint8_t *salt, size_t salt_len,
                        unsigned rounds, const atomic_bool *stop,
                        uint8_t sum[SHA256_SIZE]) {
  enum { ROUNDS_BETWEEN_LOOKS = 256 };
  uint8_t u[SHA256_SIZE];
  bool good = keyed_mac(k, salt, salt_len, u);
  int err = 0;

  memcpy(sum, u, SHA256_SIZE);
  for (unsigned i = 1; i < rounds && good && err == 0; i++) {
    good = keyed_mac(k, u, SHA256_SIZE, u);
    for (int b = 0; b < SHA256_SIZE; b++)
      sum[b] ^= u[b];
    if (stop != NULL && i % ROUNDS_BETWEEN_LOOKS == 0 && atomic_load(stop))
      err = -ECANCELED;
  }
  crypto_wipe(u, sizeof(u));
  return good ? err : -ENOMEM;
}

int crypto_pbkdf2(const char *pass, size_t pass_len, const void *salt,
                  size_t salt_len, unsigned rounds, const atomic_bool *stop,
                  uint8_t *out, size_t out_len) {
  enum { SALT_MAX = 1024 };
  uint8_t numbered[SALT_MAX + 4];
  uint8_t sum[SHA256_SIZE];
  struct keyed k;
  int err;

  if (salt_len > SALT_MAX || rounds < 1)
    return -EINVAL;
  prepare();
  err = keyed_begin(&k, pass, pass_len) ? 0 : -ENOMEM;
  if (salt_len > 0)
    memcpy(numbered, salt, salt_len);
  for (uint32_t block = 1; out_len > 0 && err == 0; block++) {
    size_t take = out_len < SHA256_SIZE ? out_len : SHA256_SIZE;

    for (int i = 0; i < 4; i++)
      numbered[salt_len + (size_t)i] = (uint8_t)(block >> (24 - 8 * i));
    err = pbkdf2_block(&k, numbered, salt_len + 4, rounds, stop, sum);
    memcpy(out, sum, take);
    out += take;
    out_len -= take;
  }
  keyed_end(&k);
  crypto_wipe(sum, sizeof(sum));
  return err;
}

/* -- small things -------------------------------------------------------------
 */

int crypto_random(void *out, size_t len) {
  return len <= 4096 && RAND_bytes(out, (int)len) == 1 ? 0 : -EIO;
}

bool crypto_same(const void *a, const void *b, size_t len) {
  return CRYPTO_memcmp(a, b, len) == 0;
}

void crypto_wipe(void *bytes, size_t len) { OPENSSL_cleanse(bytes, len); }

void crypto_free_text(char *text) {
  if (text == NULL)
    return;
  crypto_wipe(text, strlen(text));
  free(text);
}

static void hex(const void *bytes, size_t len, char *out, const char *digits) {
  const uint8_t *b = bytes;

  for (size_t i = 0; i < len; i++) {
    *out++ = digits[b[i] >> 4];
    *out++ = digits[b[i] & 15];
  }
  *out = '\0';
}

void crypto_hex(const void *bytes, size_t len, char *out) {
  hex(bytes, len, out, "0123456789abcdef");
}

void crypto_upper_hex(const void *bytes, size_t len, char *out) {
  hex(bytes, len, out, "0123456789ABCDEF");
}

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

size_t crypto_base64(const void *bytes, size_t len, char *out) {
  const uint8_t *b = bytes;
  char *start = out;

  for (size_t i = 0; i < len; i += 3) {
    size_t n = len - i < 3 ? len - i : 3;
    uint32_t word = (uint32_t)b[i] << 16 |
                    (n > 1 ? (uint32_t)b[i + 1] << 8 : 0U) |
                    (n > 2 ? (uint32_t)b[i + 2] : 0U);

    *out++ = letters[word >> 18];
    *out++ = letters[word >> 12 & 63];
    *out++ = n > 1 ? letters[word >> 6 & 63] : '=';
    *out++ = n > 2 ? letters[word & 63] : '=';
  }
  *out = '\0';
  return (size_t)(out - start);
}

static int letter_value(char c) {
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

int crypto_unbase64(const char *text, size_t len, void *out, size_t size) {
  uint8_t *to = out;
  uint32_t word = 0;
  unsigned bits = 0;
  size_t used = 0;

  if (len > 1 << 24)
    return -EINVAL;
  if (len % 4 == 0)
    for (int i = 0; i < 2 && len > 0 && text[len - 1] == '='; i++)
      len--;
  if (len % 4 == 1)
    return -EINVAL;
  for (size_t i = 0; i < len; i++) {
    int value = letter_value(text[i]);

    if (value < 0)
      return -EINVAL;
    word = word << 6 | (uint32_t)value;
    bits += 6;
    if (bits < 8)
      continue;
    bits -= 8;
    if (used == size)
      return -EINVAL;
    to[used++] = (uint8_t)(word >> bits);
  }
  return (int)used;
}
