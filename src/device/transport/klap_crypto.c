/* SPDX-License-Identifier: MIT */
/* The cryptography of KLAP: see klap_crypto.h. */
#include <config.h>

#include "device/transport/klap_crypto.h"

#include "device/account_spelling.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SPAN(bytes_, len_)                                                     \
  (struct span) { (bytes_), (len_) }

/* -- who
 * -----------------------------------------------------------------------
 */

int klap_auth_of(enum klap_version version, const char *user, const char *pass,
                 struct klap_auth *auth) {
  bool v1 = version == KLAP_V1;
  enum digest inner = v1 ? DIGEST_MD5 : DIGEST_SHA1;
  size_t size = v1 ? MD5_SIZE : SHA1_SIZE;
  uint8_t both[2 * SHA1_SIZE];
  int err;

  *auth = (struct klap_auth){.version = version,
                             .len = v1 ? MD5_SIZE : SHA256_SIZE};
  err = crypto_digest(inner, &SPAN(user, strlen(user)), 1, both);
  if (err == 0)
    err = crypto_digest(inner, &SPAN(pass, strlen(pass)), 1, both + size);
  if (err == 0)
    err = crypto_digest(v1 ? DIGEST_MD5 : DIGEST_SHA256, &SPAN(both, 2 * size),
                        1, auth->hash);
  crypto_wipe(both, sizeof(both));
  return err;
}

/* v1 leaves the second seed out. */
static int seeds_hash(const struct klap_auth *auth, const uint8_t *first,
                      const uint8_t *second, uint8_t out[SHA256_SIZE]) {
  const struct span parts[] = {
      SPAN(first, KLAP_SEED),
      SPAN(second, auth->version == KLAP_V2 ? KLAP_SEED : 0),
      SPAN(auth->hash, auth->len),
  };

  return crypto_digest(DIGEST_SHA256, parts, 3, out);
}

int klap_server_hash(const struct klap_auth *auth,
                     const uint8_t local[KLAP_SEED],
                     const uint8_t remote[KLAP_SEED],
                     uint8_t out[SHA256_SIZE]) {
  return seeds_hash(auth, local, remote, out);
}

int klap_client_hash(const struct klap_auth *auth,
                     const uint8_t local[KLAP_SEED],
                     const uint8_t remote[KLAP_SEED],
                     uint8_t out[SHA256_SIZE]) {
  return seeds_hash(auth, remote, local, out);
}

/* Whether hello was made with this account, in some version. 0, -ENOENT, or
 * -ENOMEM. */
static int recognise_one(const char *user, const char *pass,
                         const uint8_t local[KLAP_SEED],
                         const uint8_t hello[KLAP_HELLO],
                         struct klap_auth *auth) {
  static const enum klap_version versions[] = {KLAP_V2, KLAP_V1,
                                               KLAP_V2_ACCOUNT_V1_SEEDS};
  uint8_t expected[SHA256_SIZE];

  for (unsigned v = 0; v < sizeof(versions) / sizeof(versions[0]); v++) {
    int err = klap_auth_of(versions[v], user, pass, auth);

    if (err == 0)
      err = klap_server_hash(auth, local, hello, expected);
    if (err < 0)
      return err;
    if (crypto_same(expected, hello + KLAP_SEED, SHA256_SIZE))
      return 0;
  }
  return -ENOENT;
}

/* In any capitals: the hello is compared on this side, so that trying costs
 * nothing. */
static int recognise_own(const char *user, const char *pass,
                         const uint8_t local[KLAP_SEED],
                         const uint8_t hello[KLAP_HELLO],
                         struct klap_auth *auth) {
  char spelled[ACCOUNT_ADDRESS_SIZE];
  int err = -ENOENT;

  if (strlen(user) >= sizeof(spelled))
    return recognise_one(user, pass, local, hello, auth);
  for (int how = 0; how < ACCOUNT_SPELLINGS && err == -ENOENT; how++)
    if (account_spell(user, (enum account_spelling)how, spelled))
      err = recognise_one(spelled, pass, local, hello, auth);
  return err;
}

int klap_recognise(const char *user, const char *pass, bool own_only,
                   const uint8_t local[KLAP_SEED],
                   const uint8_t hello[KLAP_HELLO], struct klap_auth *auth,
                   enum klap_account *account) {
  static const struct {
    enum klap_account account;
    const char *user, *pass;
  } defaults[] = {
      {KLAP_ACCOUNT_KASA, "kasa@tp-link.net", "kasaSetup"},
      {KLAP_ACCOUNT_TAPO, "test@tp-link.net", "test"},
      {KLAP_ACCOUNT_BLANK, "", ""},
  };
  int err = -ENOENT;

  *account = KLAP_ACCOUNT_OWN;
  if (user != NULL)
    err = recognise_own(user, pass, local, hello, auth);
  for (unsigned a = 0; a < sizeof(defaults) / sizeof(defaults[0]) &&
                       err == -ENOENT && !own_only;
       a++) {
    *account = defaults[a].account;
    err = recognise_one(defaults[a].user, defaults[a].pass, local, hello, auth);
  }
  if (err < 0)
    crypto_wipe(auth, sizeof(*auth));
  return err;
}

/* -- the session
 * ---------------------------------------------------------------
 */

static uint32_t be32(const uint8_t *b) {
  return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 |
         b[3];
}

static void put_be32(uint32_t v, uint8_t *out) {
  for (int i = 0; i < 4; i++)
    out[i] = (uint8_t)(v >> (24 - 8 * i));
}

int klap_derive(const struct klap_auth *auth, const uint8_t local[KLAP_SEED],
                const uint8_t remote[KLAP_SEED], struct klap_keys *keys) {
  const struct {
    const char *label;
    uint8_t *out;
    size_t len;
  } rows[] = {
      {"lsk", keys->key, sizeof(keys->key)},
      {"ldk", keys->sig, sizeof(keys->sig)},
      {"iv", keys->iv, sizeof(keys->iv)},
  };
  uint8_t hash[SHA256_SIZE];
  int err = 0;

  for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && err == 0; i++) {
    const struct span parts[] = {
        SPAN(rows[i].label, strlen(rows[i].label)),
        SPAN(local, KLAP_SEED),
        SPAN(remote, KLAP_SEED),
        SPAN(auth->hash, auth->len),
    };

    err = crypto_digest(DIGEST_SHA256, parts, 4, hash);
    memcpy(rows[i].out, hash, rows[i].len);
  }
  keys->seq = (int32_t)be32(hash + SHA256_SIZE - 4); /* of "iv" */
  keys->cipher = NULL;
  crypto_wipe(hash, sizeof(hash));
  return err;
}

static void iv_of(const struct klap_keys *keys, uint8_t iv[AES_BLOCK]) {
  memcpy(iv, keys->iv, sizeof(keys->iv));
  put_be32((uint32_t)keys->seq, iv + sizeof(keys->iv));
}

static int sign(const struct klap_keys *keys, int32_t seq, const uint8_t *text,
                size_t len, uint8_t out[KLAP_SIGNATURE]) {
  uint8_t number[4];

  put_be32((uint32_t)seq, number);
  return crypto_digest(DIGEST_SHA256,
                       (const struct span[]){
                           SPAN(keys->sig, sizeof(keys->sig)),
                           SPAN(number, sizeof(number)),
                           SPAN(text, len),
                       },
                       3, out);
}

/* Under the number of the last request; returns the length. */
static int encrypt(const struct klap_keys *keys, const void *text, size_t len,
                   uint8_t *out) {
  uint8_t iv[AES_BLOCK];

  iv_of(keys, iv);
  return keys->cipher != NULL
             ? cipher_cbc_encrypt(keys->cipher, iv, text, len, out)
             : crypto_cbc_encrypt(keys->key, iv, text, len, out);
}

int klap_seal(struct klap_keys *keys, const void *text, size_t len,
              uint8_t *out) {
  int sealed;
  int err;

  keys->seq = (int32_t)((uint32_t)keys->seq + 1);
  sealed = encrypt(keys, text, len, out + KLAP_SIGNATURE);
  if (sealed < 0)
    return sealed;
  err = sign(keys, keys->seq, out + KLAP_SIGNATURE, (size_t)sealed, out);
  return err < 0 ? err : KLAP_SIGNATURE + sealed;
}

int klap_open(const struct klap_keys *keys, uint8_t *bytes, size_t len,
              char **text) {
  uint8_t iv[AES_BLOCK];

  if (len < KLAP_SIGNATURE + AES_BLOCK || (len - KLAP_SIGNATURE) % AES_BLOCK)
    return -EMSGSIZE;
  iv_of(keys, iv);
  bytes += KLAP_SIGNATURE;
  len -= KLAP_SIGNATURE;
  *text = (char *)bytes;
  return keys->cipher != NULL
             ? cipher_cbc_decrypt(keys->cipher, iv, bytes, len, bytes)
             : crypto_cbc_decrypt(keys->key, iv, bytes, len, bytes);
}

static bool is_signed(const struct klap_keys *keys, int32_t seq,
                      const uint8_t signature[KLAP_SIGNATURE],
                      const uint8_t *sealed, size_t len) {
  uint8_t expected[KLAP_SIGNATURE];

  return sign(keys, seq, sealed, len, expected) == 0 &&
         crypto_same(expected, signature, KLAP_SIGNATURE);
}

static enum klap_age age_of(const struct klap_keys *keys, unsigned earlier,
                            const uint8_t signature[KLAP_SIGNATURE],
                            const uint8_t *sealed, size_t len) {
  if (is_signed(keys, keys->seq, signature, sealed, len))
    return KLAP_FRESH;
  for (unsigned i = 1; i <= earlier; i++)
    if (is_signed(keys, (int32_t)((uint32_t)keys->seq - i), signature, sealed,
                  len))
      return KLAP_OLD;
  return KLAP_AGE_UNKNOWN;
}

enum klap_age klap_age(const struct klap_keys *keys, unsigned earlier,
                       const uint8_t signature[KLAP_SIGNATURE],
                       const char *text, size_t len) {
  uint8_t *sealed = malloc(KLAP_SEALED(len));
  int made = sealed != NULL ? encrypt(keys, text, len, sealed) : -ENOMEM;
  enum klap_age age =
      made > 0 ? age_of(keys, earlier, signature, sealed, (size_t)made)
               : KLAP_AGE_UNKNOWN;

  free(sealed);
  return age;
}
