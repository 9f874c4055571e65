/* SPDX-License-Identifier: MIT */
/* The cryptography of AES passthrough (doc/protocol.md, "AES"): one RSA key
 * per process for the handshake, one fixed AES key and IV per session. */
#ifndef DEVICE_TRANSPORT_AES_CRYPTO_H
#define DEVICE_TRANSPORT_AES_CRYPTO_H

#include "device/crypto/cipher.h"
#include "device/crypto/crypto.h"

/* The process's RSA key. Made on first use, which takes tens of milliseconds:
 * call rsa_prepare() where that does not matter. Any thread. */
int rsa_prepare(void);

/* The public half as X.509 PEM; every line ends in "\n". one_line: the base64
 * in a single line, as AES firmware expects it. NULL without a key. Lives as
 * long as the process. */
enum { RSA_PEM_MAX = 512 };
const char *rsa_public_pem(bool one_line);

struct aes_session {
  uint8_t key[16];
  uint8_t iv[16];
};

/* The device's answer to the handshake, base64 of the session's key and IV
 * under our public key. 0, or -EBADMSG. */
int aes_take_key(const char *text, size_t len, struct aes_session *session);

/* Room for a sealed text of len bytes, NUL included. */
#define AES_SEALED(len) BASE64_SIZE(((len) / AES_BLOCK + 1) * AES_BLOCK)

/* Base64 of the encrypted text; returns its length. */
int aes_seal(const struct aes_session *session, const void *text, size_t len,
             char *out);
/* The reverse, in place; returns the length of the text, or -EBADMSG. */
int aes_open(const struct aes_session *session, char *text, size_t len);

/* The account as login_device wants it. */
enum { AES_NAME_SIZE = BASE64_SIZE(2 * SHA1_SIZE) };
/* base64 of the hex of the SHA-1: the user, and the password of version 2. */
int aes_hashed(const char *secret, char out[AES_NAME_SIZE]);

#endif
