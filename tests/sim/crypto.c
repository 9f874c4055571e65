/* SPDX-License-Identifier: MIT */
/* libcrypto, called. Algorithms are fetched once: a lookup by name for every
 * request would cost more than the cryptography. */
#include "crypto.h"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <string.h>

static void must(bool good, const char *what) {
  if (!good)
    die("libcrypto: %s failed", what);
}

static const EVP_MD *md_of(enum hash hash) {
  static const char *const names[] = {"MD5", "SHA1", "SHA256"};
  static EVP_MD *fetched[COUNT(names)];
  if (fetched[hash] == NULL)
    must((fetched[hash] = EVP_MD_fetch(NULL, names[hash], NULL)) != NULL,
         names[hash]);
  return fetched[hash];
}

size_t hash_pieces(enum hash hash, const struct piece *pieces, size_t n,
                   uint8_t *out) {
  static EVP_MD_CTX *ctx;
  unsigned len = 0;
  if (ctx == NULL)
    ctx = EVP_MD_CTX_new();
  must(EVP_DigestInit_ex2(ctx, md_of(hash), NULL) == 1, "digest");
  for (size_t i = 0; i < n; i++)
    must(EVP_DigestUpdate(ctx, pieces[i].p, pieces[i].len) == 1, "digest");
  must(EVP_DigestFinal_ex(ctx, out, &len) == 1, "digest");
  return len;
}

size_t hash_bytes(enum hash hash, const void *p, size_t len, uint8_t *out) {
  return hash_pieces(hash, &(struct piece){p, len}, 1, out);
}

void hash_hex(enum hash hash, const void *p, size_t len, bool upper,
              char out[2 * HASH_MAX + 1]) {
  const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  uint8_t digest[HASH_MAX];
  size_t n = hash_bytes(hash, p, len, digest);
  for (size_t i = 0; i < n; i++) {
    out[2 * i] = digits[digest[i] >> 4];
    out[2 * i + 1] = digits[digest[i] & 15];
  }
  out[2 * n] = '\0';
}

void hmac_sha256(const uint8_t *key, size_t key_len, const void *p, size_t len,
                 uint8_t out[32]) {
  must(HMAC(EVP_sha256(), key, (int)key_len, p, len, out, NULL) != NULL,
       "HMAC");
}

void hkdf_sha256(const uint8_t *key, size_t key_len, const char *salt,
                 const char *info, uint8_t *out, size_t len) {
  static const uint8_t zero[32];
  uint8_t prk[32], block[32] = {0}, input[32 + 128];
  size_t info_len = strlen(info), have = 0;
  must(info_len < 96, "HKDF");
  hmac_sha256(salt != NULL ? (const uint8_t *)salt : zero,
              salt != NULL ? strlen(salt) : sizeof(zero), key, key_len, prk);
  for (uint8_t i = 1; len > 0; i++) {
    memcpy(input, block, have);
    memcpy(input + have, info, info_len);
    input[have + info_len] = i;
    hmac_sha256(prk, sizeof(prk), input, have + info_len + 1, block);
    have = sizeof(block);
    size_t n = len < have ? len : have;
    memcpy(out, block, n);
    out += n;
    len -= n;
  }
}

void pbkdf2_sha256(const char *secret, const uint8_t *salt, size_t salt_len,
                   unsigned iterations, uint8_t *out, size_t len) {
  must(PKCS5_PBKDF2_HMAC(secret, (int)strlen(secret), salt, (int)salt_len,
                         (int)iterations, EVP_sha256(), (int)len, out) == 1,
       "PBKDF2");
}

static EVP_CIPHER *cipher_of(const char *name) {
  EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, name, NULL);
  must(cipher != NULL, name);
  return cipher;
}

static void cbc(bool encrypt, const uint8_t key[16], const uint8_t iv[16],
                const void *in, size_t len, char *out) {
  static EVP_CIPHER *cipher;
  static EVP_CIPHER_CTX *ctx;
  int n = 0;
  if (ctx == NULL) {
    cipher = cipher_of("AES-128-CBC");
    ctx = EVP_CIPHER_CTX_new();
  }
  must(EVP_CipherInit_ex2(ctx, cipher, key, iv, encrypt, NULL) == 1 &&
           EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
           EVP_CipherUpdate(ctx, (uint8_t *)out, &n, in, (int)len) == 1 &&
           n == (int)len,
       "AES");
}

void aes_cbc_encrypt(const uint8_t key[16], const uint8_t iv[16],
                     const void *plain, size_t len, bool bad,
                     struct text *out) {
  size_t pad = 16 - len % 16;
  char *room = text_room(out, len + pad);
  memcpy(room, plain, len);
  memset(room + len, bad ? 0xee : (int)pad, pad);
  cbc(true, key, iv, room, len + pad, room);
  out->len += len + pad;
}

bool aes_cbc_decrypt(const uint8_t key[16], const uint8_t iv[16],
                     const void *cipher, size_t len, struct text *out) {
  if (len == 0 || len % 16 != 0)
    return false;
  char *room = text_room(out, len);
  cbc(false, key, iv, cipher, len, room);
  size_t pad = (uint8_t)room[len - 1];
  if (pad == 0 || pad > 16)
    return false;
  for (size_t i = 0; i < pad; i++)
    if ((uint8_t)room[len - 1 - i] != pad)
      return false;
  out->len += len - pad;
  return true;
}

static EVP_CIPHER_CTX *aead_start(enum aead aead, bool encrypt,
                                  const uint8_t *key, const uint8_t nonce[12],
                                  void *tag) {
  static const char *const names[] = {"AES-128-CCM", "AES-256-CCM",
                                      "ChaCha20-Poly1305"};
  static EVP_CIPHER *ciphers[COUNT(names)];
  static EVP_CIPHER_CTX *ctx;
  if (ctx == NULL)
    ctx = EVP_CIPHER_CTX_new();
  if (ciphers[aead] == NULL)
    ciphers[aead] = cipher_of(names[aead]);
  must(EVP_CipherInit_ex2(ctx, ciphers[aead], NULL, NULL, encrypt, NULL) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_IVLEN, 12, NULL) == 1,
       "AEAD");
  if (!encrypt || aead != AEAD_CHACHA20_POLY1305)
    must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG,
                             encrypt ? NULL : tag) == 1,
         "AEAD tag");
  must(EVP_CipherInit_ex2(ctx, NULL, key, nonce, encrypt, NULL) == 1,
       "AEAD key");
  return ctx;
}

void aead_seal(enum aead aead, const uint8_t *key, const uint8_t nonce[12],
               const void *plain, size_t len, struct text *out) {
  uint8_t *room = (uint8_t *)text_room(out, len + AEAD_TAG);
  int n;
  EVP_CIPHER_CTX *ctx = aead_start(aead, true, key, nonce, NULL);
  if (aead != AEAD_CHACHA20_POLY1305)
    must(EVP_CipherUpdate(ctx, NULL, &n, NULL, (int)len) == 1, "CCM length");
  must(EVP_CipherUpdate(ctx, room, &n, plain, (int)len) == 1 &&
           EVP_CipherFinal_ex(ctx, room + len, &n) == 1 &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG,
                               room + len) == 1,
       "AEAD");
  out->len += len + AEAD_TAG;
}

bool aead_open(enum aead aead, const uint8_t *key, const uint8_t nonce[12],
               const void *sealed, size_t len, struct text *out) {
  uint8_t tag[AEAD_TAG];
  int n;
  if (len < AEAD_TAG)
    return false;
  len -= AEAD_TAG;
  uint8_t *room = (uint8_t *)text_room(out, len + AEAD_TAG);
  memcpy(tag, (const uint8_t *)sealed + len, AEAD_TAG);
  EVP_CIPHER_CTX *ctx = aead_start(aead, false, key, nonce, tag);
  if (aead == AEAD_CHACHA20_POLY1305) {
    if (EVP_CipherUpdate(ctx, room, &n, sealed, (int)len) != 1 ||
        EVP_CipherFinal_ex(ctx, room + len, &n) != 1)
      return false;
  } else if (EVP_CipherUpdate(ctx, NULL, &n, NULL, (int)len) != 1 ||
             EVP_CipherUpdate(ctx, room, &n, sealed, (int)len) != 1) {
    return false;
  }
  out->len += len;
  return true;
}

void base64_put(struct text *out, const void *p, size_t len) {
  size_t n = (len + 2) / 3 * 4;
  char *room = text_room(out, n);
  EVP_EncodeBlock((uint8_t *)room, p, (int)len);
  out->len += n;
}

int base64_get(struct slice text, uint8_t *out, size_t room) {
  static const char alphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  static int8_t values[256];
  size_t n = 0, pad = 0;
  if (values['B'] == 0) {
    memset(values, -1, sizeof(values));
    for (int8_t i = 0; i < 64; i++)
      values[(uint8_t)alphabet[i]] = i;
  }
  if (text.len % 4 != 0)
    return -1;
  while (pad < 2 && pad < text.len && text.p[text.len - 1 - pad] == '=')
    pad++;
  for (size_t i = 0; i < text.len; i += 4) {
    uint32_t bits = 0;
    size_t bytes = i + 4 == text.len ? 3 - pad : 3;
    for (size_t k = 0; k < 4; k++) {
      bool padding = i + k >= text.len - pad;
      int8_t value = padding ? 0 : values[(uint8_t)text.p[i + k]];
      if (value < 0)
        return -1;
      bits = bits << 6 | (uint32_t)(uint8_t)value;
    }
    if (n + bytes > room)
      return -1;
    for (size_t k = 0; k < bytes; k++)
      out[n++] = (uint8_t)(bits >> (16 - 8 * k));
  }
  return (int)n;
}

void random_bytes(void *out, size_t len) {
  must(RAND_bytes(out, (int)len) == 1, "RAND_bytes");
}

bool same_bytes(const void *a, const void *b, size_t len) {
  return CRYPTO_memcmp(a, b, len) == 0;
}

uint32_t crc32_of(const void *p, size_t len) {
  const uint8_t *b = p;
  uint32_t crc = 0xffffffff;
  for (size_t i = 0; i < len; i++) {
    crc ^= b[i];
    for (int k = 0; k < 8; k++)
      crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0u);
  }
  return ~crc;
}

EVP_PKEY *rsa_read(struct slice pem) {
  struct text plain = {0};
  for (size_t i = 0; i < pem.len; i++) {
    if (pem.p[i] != '\\' || i + 1 == pem.len) {
      text_char(&plain, pem.p[i]);
      continue;
    }
    i++;
    text_char(&plain, pem.p[i] == 'n' ? '\n' : pem.p[i]);
  }
  BIO *bio = BIO_new_mem_buf(plain.len > 0 ? plain.p : "", (int)plain.len);
  EVP_PKEY *key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
  BIO_free(bio);
  text_free(&plain);
  if (key != NULL && EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA) {
    EVP_PKEY_free(key);
    key = NULL;
  }
  return key;
}

void rsa_free(EVP_PKEY *key) { EVP_PKEY_free(key); }

bool rsa_seal(EVP_PKEY *key, bool oaep, const void *p, size_t len,
              struct text *out) {
  EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
  size_t n = (size_t)EVP_PKEY_get_size(key);
  uint8_t *room = (uint8_t *)text_room(out, n);
  bool good =
      ctx != NULL && EVP_PKEY_encrypt_init(ctx) == 1 &&
      EVP_PKEY_CTX_set_rsa_padding(ctx, oaep ? RSA_PKCS1_OAEP_PADDING
                                             : RSA_PKCS1_PADDING) == 1 &&
      EVP_PKEY_encrypt(ctx, room, &n, p, len) == 1;
  EVP_PKEY_CTX_free(ctx);
  if (good)
    out->len += n;
  return good;
}
