/* SPDX-License-Identifier: MIT */
/* The few primitives of libcrypto that the transports are made of, with the
 * differences between its versions kept in one place. Pure functions, safe
 * from any thread. Unless said otherwise: 0 or a negative errno value. */
#ifndef DEVICE_CRYPTO_CRYPTO_H
#define DEVICE_CRYPTO_CRYPTO_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  MD5_SIZE = 16,
  SHA1_SIZE = 20,
  SHA256_SIZE = 32,
};

struct span {
  const void *bytes;
  size_t len;
};

enum digest { DIGEST_MD5, DIGEST_SHA1, DIGEST_SHA256 };

/* The digest of all parts behind each other. out has room for its size. */
int crypto_digest(enum digest digest, const struct span *parts, size_t num,
                  uint8_t *out);

int crypto_hmac_sha256(const void *key, size_t key_len, const void *bytes,
                       size_t len, uint8_t out[SHA256_SIZE]);

/* RFC 5869, extract and expand, SHA-256. out_len is at most 255 * 32; info at
 * most 64 bytes. */
int crypto_hkdf(const void *key, size_t key_len, const void *salt,
                size_t salt_len, const char *info, uint8_t *out,
                size_t out_len);

/* PBKDF2 with HMAC-SHA256. salt_len is at most 1024, rounds at least 1. When
 * stop (may be NULL) becomes true: -ECANCELED, soon. */
int crypto_pbkdf2(const char *pass, size_t pass_len, const void *salt,
                  size_t salt_len, unsigned rounds, const atomic_bool *stop,
                  uint8_t *out, size_t out_len);

int crypto_random(void *out, size_t len);

/* In a time that does not depend on where they differ. */
bool crypto_same(const void *a, const void *b, size_t len);

/* Overwrites with zeros, also where the compiler knows nobody looks. */
void crypto_wipe(void *bytes, size_t len);
/* Wipes and frees a text; NULL is fine. */
void crypto_free_text(char *text);

/* out has room for 2 * len + 1. */
void crypto_hex(const void *bytes, size_t len, char *out);
void crypto_upper_hex(const void *bytes, size_t len, char *out);

/* out has room for BASE64_SIZE(len); returns the length without the NUL. */
#define BASE64_SIZE(len) (((len) + 2) / 3 * 4 + 1)
size_t crypto_base64(const void *bytes, size_t len, char *out);
/* Standard base64 with or without padding; white space and anything else is
 * refused. Returns the length, or -EINVAL when it is no base64 or does not
 * fit size. In place is allowed. */
int crypto_unbase64(const char *text, size_t len, void *out, size_t size);

#endif
