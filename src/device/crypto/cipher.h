/* SPDX-License-Identifier: MIT */
/* Encryption with libcrypto: one key made ready once for many texts, and the
 * same for a single text. Texts are at most 1 MiB. Safe from any thread, a
 * struct cipher from one at a time. */
#ifndef DEVICE_CRYPTO_CIPHER_H
#define DEVICE_CRYPTO_CIPHER_H

#include <stddef.h>
#include <stdint.h>

enum { AES_BLOCK = 16, AEAD_NONCE = 12, AEAD_TAG = 16, AEAD_KEY_MAX = 32 };

/* Authenticated encryption: nonce 12 bytes, tag 16 bytes behind the text, no
 * associated data. */
enum aead { AEAD_AES_128_CCM, AEAD_AES_256_CCM, AEAD_CHACHA20_POLY1305, AEADS };
size_t aead_key_size(enum aead aead);

struct cipher;

/* NULL when memory is out. */
struct cipher *cipher_create_cbc(const uint8_t key[16]);
struct cipher *cipher_create_aead(enum aead aead, const uint8_t *key);
/* Wipes the key; NULL is fine. */
void cipher_free(struct cipher *c);

/* AES-128-CBC with PKCS#7 padding. Encrypting needs room for len rounded up
 * to the next block, always at least one byte of padding. Return the length
 * of the result, or a negative errno value; -EBADMSG for what is no whole
 * number of blocks or is padded wrong. In place is allowed. */
int cipher_cbc_encrypt(struct cipher *c, const uint8_t iv[AES_BLOCK],
                       const void *in, size_t len, void *out);
int cipher_cbc_decrypt(struct cipher *c, const uint8_t iv[AES_BLOCK],
                       const void *in, size_t len, void *out);

/* out has room for len + AEAD_TAG. 0 or a negative errno value. */
int cipher_seal(struct cipher *c, const uint8_t nonce[AEAD_NONCE],
                const void *in, size_t len, uint8_t *out);
/* len counts the tag; out has room for len - AEAD_TAG and may be in. -EBADMSG
 * and nothing in out when the tag is wrong. */
int cipher_open(struct cipher *c, const uint8_t nonce[AEAD_NONCE],
                const void *in, size_t len, uint8_t *out);

/* The same for one text. */
int crypto_cbc_encrypt(const uint8_t key[16], const uint8_t iv[AES_BLOCK],
                       const void *in, size_t len, void *out);
int crypto_cbc_decrypt(const uint8_t key[16], const uint8_t iv[AES_BLOCK],
                       const void *in, size_t len, void *out);
int crypto_seal(enum aead aead, const uint8_t *key,
                const uint8_t nonce[AEAD_NONCE], const void *in, size_t len,
                uint8_t *out);
int crypto_open(enum aead aead, const uint8_t *key,
                const uint8_t nonce[AEAD_NONCE], const void *in, size_t len,
                uint8_t *out);

#endif
