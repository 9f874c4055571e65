/* SPDX-License-Identifier: MIT */
/* KLAP as formulas. */
#include "klap_codec.h"

#include "crypto.h"

#include <string.h>

static void be32(uint8_t out[4], uint32_t value) {
  for (int i = 0; i < 4; i++)
    out[i] = (uint8_t)(value >> (24 - 8 * i));
}

size_t klap_auth_hash(enum klap_version version, const char *user,
                      const char *password, uint8_t out[32]) {
  enum hash inner = version == KLAP_V1 ? HASH_MD5 : HASH_SHA1;
  uint8_t both[2 * HASH_MAX];
  size_t n = hash_bytes(inner, user, strlen(user), both);
  n += hash_bytes(inner, password, strlen(password), both + n);
  return hash_bytes(version == KLAP_V1 ? HASH_MD5 : HASH_SHA256, both, n, out);
}

static void seed_hash(enum klap_version version, const struct session *s,
                      int first, uint8_t out[32]) {
  const struct piece pieces[] = {
      {s->seeds[first], 16}, {s->seeds[1 - first], 16}, {s->auth, s->auth_len}};
  const struct piece fewer[] = {pieces[0], pieces[2]};
  if (version == KLAP_V2)
    hash_pieces(HASH_SHA256, pieces, COUNT(pieces), out);
  else
    hash_pieces(HASH_SHA256, fewer, COUNT(fewer), out);
}

void klap_server_hash(enum klap_version version, const struct session *s,
                      uint8_t out[32]) {
  seed_hash(version, s, 0, out);
}

void klap_client_hash(enum klap_version version, const struct session *s,
                      uint8_t out[32]) {
  seed_hash(version, s, 1, out);
}

static void derive(const struct session *s, const char *label,
                   uint8_t out[32]) {
  const struct piece pieces[] = {{label, strlen(label)},
                                 {s->seeds[0], 16},
                                 {s->seeds[1], 16},
                                 {s->auth, s->auth_len}};
  hash_pieces(HASH_SHA256, pieces, COUNT(pieces), out);
}

void klap_keys(struct session *s) {
  uint8_t h[32];
  derive(s, "lsk", h);
  memcpy(s->key, h, 16);
  derive(s, "ldk", h);
  memcpy(s->sig, h, 28);
  derive(s, "iv", h);
  memcpy(s->iv, h, 12);
  uint32_t seq = (uint32_t)h[28] << 24 | (uint32_t)h[29] << 16 |
                 (uint32_t)h[30] << 8 | h[31];
  s->seq = (int32_t)seq;
}

static void sign(const struct session *s, int32_t seq, const void *cipher,
                 size_t len, uint8_t out[32]) {
  uint8_t number[4];
  be32(number, (uint32_t)seq);
  const struct piece pieces[] = {{s->sig, 28}, {number, 4}, {cipher, len}};
  hash_pieces(HASH_SHA256, pieces, COUNT(pieces), out);
}

static void iv_of(const struct session *s, int32_t seq, uint8_t iv[16]) {
  memcpy(iv, s->iv, 12);
  be32(iv + 12, (uint32_t)seq);
}

void klap_seal(const struct session *s, int32_t seq, const void *plain,
               size_t len, enum klap_flaw flaw, struct text *out) {
  uint8_t iv[16];
  size_t start = out->len;
  iv_of(s, seq, iv);
  text_room(out, 32);
  out->len += 32;
  aes_cbc_encrypt(s->key, iv, plain, len, flaw == KLAP_BAD_PADDING, out);
  sign(s, seq, out->p + start + 32, out->len - start - 32,
       (uint8_t *)out->p + start);
  if (flaw == KLAP_BAD_SIGNATURE)
    out->p[start] = (char)(out->p[start] ^ 1);
}

bool klap_unseal(const struct session *s, int32_t seq, const void *message,
                 size_t len, struct text *plain) {
  uint8_t iv[16], expected[32];
  const uint8_t *p = message;
  if (len < 48)
    return false;
  sign(s, seq, p + 32, len - 32, expected);
  if (!same_bytes(expected, p, 32))
    return false;
  iv_of(s, seq, iv);
  return aes_cbc_decrypt(s->key, iv, p + 32, len - 32, plain);
}
