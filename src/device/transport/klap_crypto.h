/* SPDX-License-Identifier: MIT */
/* The cryptography of KLAP (doc/protocol.md, "KLAP"): which account and which
 * version a device speaks, session keys, sealed requests. Pure functions; 0
 * or a negative errno value unless said otherwise. */
#ifndef DEVICE_TRANSPORT_KLAP_CRYPTO_H
#define DEVICE_TRANSPORT_KLAP_CRYPTO_H

#include "device/crypto/cipher.h"
#include "device/crypto/crypto.h"

#include <stdbool.h>

enum {
  KLAP_SEED = 16,
  KLAP_HELLO = KLAP_SEED + SHA256_SIZE, /* the answer to handshake1 */
  KLAP_SIGNATURE = SHA256_SIZE,
};

/* Which formulas: IOT devices first had v1; v2 came with SMART; between them
 * firmware is said to exist that hashes the account as v2 and the seeds as
 * v1. */
enum klap_version { KLAP_V2, KLAP_V1, KLAP_V2_ACCOUNT_V1_SEEDS };

/* Proof of an account: 16 or 32 bytes. */
struct klap_auth {
  enum klap_version version;
  uint8_t hash[SHA256_SIZE];
  size_t len;
};

int klap_auth_of(enum klap_version version, const char *user, const char *pass,
                 struct klap_auth *auth);
int klap_server_hash(const struct klap_auth *auth,
                     const uint8_t local[KLAP_SEED],
                     const uint8_t remote[KLAP_SEED], uint8_t out[SHA256_SIZE]);
int klap_client_hash(const struct klap_auth *auth,
                     const uint8_t local[KLAP_SEED],
                     const uint8_t remote[KLAP_SEED], uint8_t out[SHA256_SIZE]);

/* Whose account the device proved to know, in the order of trying. */
enum klap_account {
  KLAP_ACCOUNT_OWN, /* user and pass */
  KLAP_ACCOUNT_KASA,
  KLAP_ACCOUNT_TAPO,
  KLAP_ACCOUNT_BLANK,
};

/* Finds the account and version whose server hash the device has sent: user's
 * in several capitals (NULL: there is none), then the makers' defaults unless
 * own_only. -ENOENT when none fits. */
int klap_recognise(const char *user, const char *pass, bool own_only,
                   const uint8_t local[KLAP_SEED],
                   const uint8_t hello[KLAP_HELLO], struct klap_auth *auth,
                   enum klap_account *account);

struct klap_keys {
  uint8_t key[16];
  uint8_t iv[12];
  uint8_t sig[28];
  int32_t seq; /* of the last request */
  /* key made ready, the owner's; NULL: it is made ready for each text */
  struct cipher *cipher;
};

/* Leaves keys->cipher NULL. */
int klap_derive(const struct klap_auth *auth, const uint8_t local[KLAP_SEED],
                const uint8_t remote[KLAP_SEED], struct klap_keys *keys);

/* Room for a sealed request of len bytes. */
#define KLAP_SEALED(len) (KLAP_SIGNATURE + ((len) / AES_BLOCK + 1) * AES_BLOCK)

/* Counts seq up (past the last number to the first) and writes signature and
 * text to out; returns the length. */
int klap_seal(struct klap_keys *keys, const void *text, size_t len,
              uint8_t *out);

/* Decrypts the answer to the last request in place. *text lies inside bytes.
 * Returns its length; -EMSGSIZE when the length alone shows that it is no
 * KLAP answer, -EBADMSG when it does not decrypt. The answer's signature is
 * not looked at. */
int klap_open(const struct klap_keys *keys, uint8_t *bytes, size_t len,
              char **text);

/* Nobody knows for sure how devices sign: what is signed in no known way may
 * be an answer all the same. */
enum klap_age { KLAP_AGE_UNKNOWN, KLAP_FRESH, KLAP_OLD };

/* Of an answer, whose signature and text these are: signed as requests are
 * under the number of the last request, or under one of so many earlier ones.
 * Encrypts it again, and hashes it for each of them. */
enum klap_age klap_age(const struct klap_keys *keys, unsigned earlier,
                       const uint8_t signature[KLAP_SIGNATURE],
                       const char *text, size_t len);

#endif
