/* SPDX-License-Identifier: MIT */
/* The cryptography that devices share: thin wrappers over libcrypto, which may
 * not fail here (a test tool says so and exits), except where the bytes come
 * from a client. */
#ifndef KASASIM_CRYPTO_H
#define KASASIM_CRYPTO_H

#include "text.h"

enum hash { HASH_MD5, HASH_SHA1, HASH_SHA256 };
#define HASH_MAX 32

struct piece {
  const void *p;
  size_t len;
};

/* Over all pieces in a row; returns the digest's length. */
size_t hash_pieces(enum hash hash, const struct piece *pieces, size_t n,
                   uint8_t *out);
size_t hash_bytes(enum hash hash, const void *p, size_t len, uint8_t *out);
/* Hexadecimal digest as a string. */
void hash_hex(enum hash hash, const void *p, size_t len, bool upper,
              char out[2 * HASH_MAX + 1]);

void hmac_sha256(const uint8_t *key, size_t key_len, const void *p, size_t len,
                 uint8_t out[32]);
/* RFC 5869 with SHA-256; salt NULL is 32 zero bytes. */
void hkdf_sha256(const uint8_t *key, size_t key_len, const char *salt,
                 const char *info, uint8_t *out, size_t len);
void pbkdf2_sha256(const char *secret, const uint8_t *salt, size_t salt_len,
                   unsigned iterations, uint8_t *out, size_t len);

/* AES-128-CBC. Encrypting appends len rounded up to the next block, padded by
 * PKCS#7, or with a wrong padding when bad. */
void aes_cbc_encrypt(const uint8_t key[16], const uint8_t iv[16],
                     const void *plain, size_t len, bool bad, struct text *out);
/* False when the length or the padding is wrong. */
bool aes_cbc_decrypt(const uint8_t key[16], const uint8_t iv[16],
                     const void *cipher, size_t len, struct text *out);

enum aead { AEAD_AES_128_CCM, AEAD_AES_256_CCM, AEAD_CHACHA20_POLY1305 };
#define AEAD_TAG 16
/* Appends cipher text and tag. */
void aead_seal(enum aead aead, const uint8_t *key, const uint8_t nonce[12],
               const void *plain, size_t len, struct text *out);
/* False when the tag is wrong. */
bool aead_open(enum aead aead, const uint8_t *key, const uint8_t nonce[12],
               const void *sealed, size_t len, struct text *out);

void base64_put(struct text *out, const void *p, size_t len);
/* Strict: padded, without blanks. -1 when it is none or does not fit. */
int base64_get(struct slice text, uint8_t *out, size_t room);

void random_bytes(void *out, size_t len);
bool same_bytes(const void *a, const void *b, size_t len);
uint32_t crc32_of(const void *p, size_t len);

/* A client's public key (PEM, with the \n of JSON still escaped). NULL when it
 * is none. */
struct evp_pkey_st *rsa_read(struct slice pem);
void rsa_free(struct evp_pkey_st *key);
/* PKCS#1 v1.5, or OAEP with SHA-1; appends the cipher text. */
bool rsa_seal(struct evp_pkey_st *key, bool oaep, const void *p, size_t len,
              struct text *out);

#endif
