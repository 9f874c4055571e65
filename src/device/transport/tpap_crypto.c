/* SPDX-License-Identifier: MIT */
/* The cryptography of TPAP after the credential: see tpap_crypto.h. */
#include <config.h>

#include "device/transport/tpap_crypto.h"

#include "device/transport/tpap_credential.h"

#include "base/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* -- SPAKE2+
 * -------------------------------------------------------------------
 */

int tpap_secrets(const char *credential, const void *salt, size_t salt_len,
                 long iterations, const atomic_bool *stop,
                 uint8_t w0[P256_SCALAR], uint8_t w1[P256_SCALAR]) {
  uint8_t both[80];
  int err = -EINVAL;

  if (iterations < 1 || iterations > TPAP_ITERATIONS_MAX ||
      salt_len > TPAP_SALT_MAX)
    return -EINVAL;
  err = crypto_pbkdf2(credential, strlen(credential), salt, salt_len,
                      (unsigned)iterations, stop, both, sizeof(both));
  if (err == 0)
    err = spake2p_reduce(both, 40, w0);
  if (err == 0)
    err = spake2p_reduce(both + 40, 40, w1);
  crypto_wipe(both, sizeof(both));
  return err;
}

size_t tpap_encode_w0(const uint8_t w0[P256_SCALAR], enum tpap_w0 form,
                      uint8_t out[P256_SCALAR + 1]) {
  size_t zeros = 0;
  size_t len;

  while (form == TPAP_W0_SHORT && zeros < P256_SCALAR && w0[zeros] == 0)
    zeros++;
  len = P256_SCALAR - zeros;
  if (len % 2 == 1 && (w0[zeros] & 0x80) != 0) {
    out[0] = 0;
    memcpy(out + 1, w0 + zeros, len);
    return len + 1;
  }
  memcpy(out, w0 + zeros, len);
  return len;
}

/* Each part of the transcript behind its length as 8 bytes, the lowest
 * first. */
struct transcript {
  uint8_t bytes[8 * 10 + 32 + 6 * P256_POINT + P256_SCALAR + 1];
  size_t len;
};

static void append(struct transcript *t, const void *bytes, size_t len) {
  for (int i = 0; i < 8; i++)
    t->bytes[t->len++] = (uint8_t)((uint64_t)len >> (8 * i));
  if (len > 0)
    // cppcheck-suppress uninitvar ; tpap_encode_w0() fills it first
    memcpy(t->bytes + t->len, bytes, len);
  t->len += len;
}

static int confirm(const struct transcript *t, const uint8_t r[P256_POINT],
                   struct tpap_proof *proof) {
  static const uint8_t zeros[SHA256_SIZE];
  uint8_t k[SHA256_SIZE];
  uint8_t keys[2 * SHA256_SIZE];
  int err =
      crypto_digest(DIGEST_SHA256, &(struct span){t->bytes, t->len}, 1, k);

  if (err == 0)
    err = crypto_hkdf(k, sizeof(k), zeros, sizeof(zeros), "ConfirmationKeys",
                      keys, sizeof(keys));
  if (err == 0)
    err = crypto_hkdf(k, sizeof(k), zeros, sizeof(zeros), "SharedKey",
                      proof->shared, sizeof(proof->shared));
  if (err == 0)
    err = crypto_hmac_sha256(keys, SHA256_SIZE, r, P256_POINT,
                             proof->user_confirm);
  if (err == 0)
    err = crypto_hmac_sha256(keys + SHA256_SIZE, SHA256_SIZE, proof->user_share,
                             P256_POINT, proof->dev_confirm);
  crypto_wipe(k, sizeof(k));
  crypto_wipe(keys, sizeof(keys));
  return err;
}

int tpap_prove(const struct tpap_input *input, struct tpap_proof *proof) {
  static const char label[] = "PAKE V1";
  struct transcript t = {.len = 0};
  uint8_t context[SHA256_SIZE];
  uint8_t r[P256_POINT], z[P256_POINT], v[P256_POINT];
  uint8_t w0[P256_SCALAR + 1];
  int err = spake2p_share(input->x, input->w0, proof->user_share);

  if (err == 0)
    err = spake2p_finish(input->x, input->w0, input->w1, input->dev_share,
                         input->dev_share_len, r, z, v);
  if (err == 0)
    err = crypto_digest(
        DIGEST_SHA256,
        (const struct span[]){{label, sizeof(label) - 1},
                              {input->user_random, TPAP_RANDOM},
                              {input->dev_random, input->dev_random_len}},
        3, context);
  if (err == 0) {
    append(&t, context, sizeof(context));
    append(&t, "", 0);
    append(&t, "", 0);
    append(&t, spake2p_m, P256_POINT);
    append(&t, spake2p_n, P256_POINT);
    append(&t, proof->user_share, P256_POINT);
    append(&t, r, P256_POINT);
    append(&t, z, P256_POINT);
    append(&t, v, P256_POINT);
    append(&t, w0, tpap_encode_w0(input->w0, input->form, w0));
    err = confirm(&t, r, proof);
  }
  crypto_wipe(&t, sizeof(t));
  crypto_wipe(z, sizeof(z));
  crypto_wipe(v, sizeof(v));
  crypto_wipe(w0, sizeof(w0));
  return err;
}

/* -- the data channel
 * ----------------------------------------------------------
 */

static const struct {
  const char *name; /* in messages */
  const char *key_salt, *key_info, *nonce_salt, *nonce_info;
} ciphers[AEADS] = {
    [AEAD_AES_128_CCM] = {"aes_128_ccm", "tp-kdf-salt-aes128-key",
                          "tp-kdf-info-aes128-key", "tp-kdf-salt-aes128-iv",
                          "tp-kdf-info-aes128-iv"},
    [AEAD_AES_256_CCM] = {"aes_256_ccm", "tp-kdf-salt-aes256-key",
                          "tp-kdf-info-aes256-key", "tp-kdf-salt-aes256-iv",
                          "tp-kdf-info-aes256-iv"},
    [AEAD_CHACHA20_POLY1305] = {"chacha20_poly1305", "tp-kdf-salt-chacha20-key",
                                "tp-kdf-info-chacha20-key",
                                "tp-kdf-salt-chacha20-iv",
                                "tp-kdf-info-chacha20-iv"},
};

bool tpap_cipher(const char *name, enum aead *aead) {
  char plain[32];
  size_t len = strlen(name);

  if (len >= sizeof(plain))
    return false;
  for (size_t i = 0; i <= len; i++)
    plain[i] = name[i] == '-' ? '_' : name[i];
  for (unsigned i = 0; i < AEADS; i++)
    if (text_same(plain, ciphers[i].name)) {
      *aead = (enum aead)i;
      return true;
    }
  return false;
}

int tpap_derive(const uint8_t shared[SHA256_SIZE], enum aead aead,
                struct tpap_keys *keys) {
  int err;

  *keys = (struct tpap_keys){.aead = aead};
  err = crypto_hkdf(shared, SHA256_SIZE, ciphers[aead].key_salt,
                    strlen(ciphers[aead].key_salt), ciphers[aead].key_info,
                    keys->key, aead_key_size(aead));
  if (err == 0)
    err = crypto_hkdf(shared, SHA256_SIZE, ciphers[aead].nonce_salt,
                      strlen(ciphers[aead].nonce_salt),
                      ciphers[aead].nonce_info, keys->nonce, AEAD_NONCE);
  return err;
}

static void nonce_of(const struct tpap_keys *keys, const uint8_t seq[4],
                     uint8_t nonce[AEAD_NONCE]) {
  memcpy(nonce, keys->nonce, AEAD_NONCE - 4);
  memcpy(nonce + AEAD_NONCE - 4, seq, 4);
}

int tpap_seal(const struct tpap_keys *keys, uint32_t seq, const void *text,
              size_t len, uint8_t *out) {
  uint8_t nonce[AEAD_NONCE];

  for (int i = 0; i < 4; i++)
    out[i] = (uint8_t)(seq >> (24 - 8 * i));
  nonce_of(keys, out, nonce);
  return keys->cipher != NULL
             ? cipher_seal(keys->cipher, nonce, text, len, out + 4)
             : crypto_seal(keys->aead, keys->key, nonce, text, len, out + 4);
}

int tpap_open(const struct tpap_keys *keys, uint32_t seq, uint8_t *bytes,
              size_t len, char **text) {
  uint8_t nonce[AEAD_NONCE];
  uint32_t theirs;
  int err;

  if (len < 4 + AEAD_TAG)
    return -EMSGSIZE;
  theirs = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
           (uint32_t)bytes[2] << 8 | bytes[3];
  if (theirs != seq)
    return -EBADMSG;
  nonce_of(keys, bytes, nonce);
  err = keys->cipher != NULL
            ? cipher_open(keys->cipher, nonce, bytes + 4, len - 4, bytes + 4)
            : crypto_open(keys->aead, keys->key, nonce, bytes + 4, len - 4,
                          bytes + 4);
  *text = (char *)bytes + 4;
  return err < 0 ? err : (int)(len - 4 - AEAD_TAG);
}
