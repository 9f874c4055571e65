/* SPDX-License-Identifier: MIT */
/* The cryptography of TPAP (doc/protocol.md, "TPAP"): from a password to the
 * secret SPAKE2+ starts with, from its points to confirmations and session
 * keys, and the sealed data channel. Pure functions; 0 or a negative errno
 * value unless said otherwise. */
#ifndef DEVICE_TRANSPORT_TPAP_CRYPTO_H
#define DEVICE_TRANSPORT_TPAP_CRYPTO_H

#include "device/crypto/cipher.h"
#include "device/crypto/crypto.h"
#include "device/transport/spake2p.h"

#include <stdatomic.h>

enum {
  TPAP_RANDOM = 32,
  /* Devices say 3000. More than the ceiling would hold everybody up. */
  TPAP_ITERATIONS_MAX = 100000,
};

/* -- SPAKE2+
 * -------------------------------------------------------------------
 */

/* w0 and w1 from the credential. -EINVAL beyond the limits above. This takes
 * long: when stop (may be NULL) becomes true it ends with -ECANCELED. */
int tpap_secrets(const char *credential, const void *salt, size_t salt_len,
                 long iterations, const atomic_bool *stop,
                 uint8_t w0[P256_SCALAR], uint8_t w1[P256_SCALAR]);

/* How w0 enters the hash. The short form is what independent programs found
 * devices to do; it differs from the long one once in 512 times. */
enum tpap_w0 { TPAP_W0_SHORT, TPAP_W0_LONG };
/* Writes w0 to out (33 bytes at least); returns the length. */
size_t tpap_encode_w0(const uint8_t w0[P256_SCALAR], enum tpap_w0 form,
                      uint8_t out[P256_SCALAR + 1]);

struct tpap_input {
  uint8_t user_random[TPAP_RANDOM];
  uint8_t dev_random[64];
  size_t dev_random_len;
  uint8_t w0[P256_SCALAR], w1[P256_SCALAR], x[P256_SCALAR];
  uint8_t dev_share[P256_POINT];
  size_t dev_share_len;
  enum tpap_w0 form;
};

struct tpap_proof {
  uint8_t user_share[P256_POINT];
  uint8_t user_confirm[SHA256_SIZE];
  uint8_t dev_confirm[SHA256_SIZE]; /* what the device must answer */
  uint8_t shared[SHA256_SIZE];
};

/* Suite 1. Errors as of spake2p_finish(). */
int tpap_prove(const struct tpap_input *input, struct tpap_proof *proof);

/* -- the data channel
 * ----------------------------------------------------------
 */

/* "aes_128_ccm", also "AES-128-CCM"; false for others. */
bool tpap_cipher(const char *name, enum aead *aead);

struct tpap_keys {
  enum aead aead;
  uint8_t key[AEAD_KEY_MAX];
  uint8_t nonce[AEAD_NONCE];
  /* key made ready, the owner's; NULL: it is made ready for each text */
  struct cipher *cipher;
};

/* Leaves keys->cipher NULL. */
int tpap_derive(const uint8_t shared[SHA256_SIZE], enum aead aead,
                struct tpap_keys *keys);

#define TPAP_SEALED(len) (4 + (len) + AEAD_TAG)
/* out has room for TPAP_SEALED(len). */
int tpap_seal(const struct tpap_keys *keys, uint32_t seq, const void *text,
              size_t len, uint8_t *out);
/* In place; *text lies inside bytes. Returns its length, -EMSGSIZE for what
 * is too short, -EBADMSG for a wrong number or tag. */
int tpap_open(const struct tpap_keys *keys, uint32_t seq, uint8_t *bytes,
              size_t len, char **text);

#endif
