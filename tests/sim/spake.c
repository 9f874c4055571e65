/* SPDX-License-Identifier: MIT */
/* SPAKE2+ with libcrypto's curve arithmetic. */
#include "spake.h"

#include "crypto.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <stdlib.h>
#include <string.h>

static const char m_hex[] =
    "02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f";
static const char n_hex[] =
    "03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49";

static struct {
  BN_CTX *ctx;
  EC_GROUP *group;
  EC_POINT *m;
  EC_POINT *n;
} curve;

struct spake {
  BIGNUM *w0;
  BIGNUM *w1;
  BIGNUM *y;
  uint8_t share[POINT];
};

static void must(bool good) {
  if (!good)
    die("libcrypto: curve arithmetic failed");
}

static void curve_open(void) {
  if (curve.group != NULL)
    return;
  curve.ctx = BN_CTX_new();
  curve.group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  must(curve.ctx != NULL && curve.group != NULL);
  curve.m = EC_POINT_hex2point(curve.group, m_hex, NULL, curve.ctx);
  curve.n = EC_POINT_hex2point(curve.group, n_hex, NULL, curve.ctx);
  must(curve.m != NULL && curve.n != NULL);
}

static void point_bytes(const EC_POINT *point, uint8_t out[POINT]) {
  must(EC_POINT_point2oct(curve.group, point, POINT_CONVERSION_UNCOMPRESSED,
                          out, POINT, curve.ctx) == POINT);
}

static EC_POINT *point_new(void) {
  EC_POINT *point = EC_POINT_new(curve.group);
  must(point != NULL);
  return point;
}

/* a*G + b*P; either may be left out. */
static EC_POINT *multiply(const BIGNUM *a, const EC_POINT *p, const BIGNUM *b) {
  EC_POINT *out = point_new();
  must(EC_POINT_mul(curve.group, out, a, p, b, curve.ctx) == 1);
  return out;
}

static void reduce(const uint8_t half[40], uint8_t out[32]) {
  BIGNUM *value = BN_bin2bn(half, 40, NULL), *rest = BN_new();
  must(BN_mod(rest, value, EC_GROUP_get0_order(curve.group), curve.ctx) == 1 &&
       BN_bn2binpad(rest, out, 32) == 32);
  BN_free(value);
  BN_free(rest);
}

void spake_secret_from(const char *credential, const uint8_t *salt,
                       size_t salt_len, unsigned iterations,
                       struct spake_secret *secret) {
  uint8_t halves[80];
  curve_open();
  pbkdf2_sha256(credential, salt, salt_len, iterations, halves, sizeof(halves));
  reduce(halves, secret->w0);
  reduce(halves + 40, secret->w1);
}

struct spake *spake_start(const struct spake_secret *secret,
                          const uint8_t y[32]) {
  struct spake *s = xcalloc(1, sizeof(*s));
  curve_open();
  s->w0 = BN_bin2bn(secret->w0, 32, NULL);
  s->w1 = BN_bin2bn(secret->w1, 32, NULL);
  s->y = y != NULL ? BN_bin2bn(y, 32, NULL) : BN_new();
  while (BN_is_zero(s->y))
    must(BN_rand_range(s->y, EC_GROUP_get0_order(curve.group)) == 1);
  EC_POINT *share = multiply(s->y, curve.n, s->w0);
  point_bytes(share, s->share);
  EC_POINT_free(share);
  return s;
}

void spake_free(struct spake *s) {
  if (s == NULL)
    return;
  BN_clear_free(s->w0);
  BN_clear_free(s->w1);
  BN_clear_free(s->y);
  free(s);
}

const uint8_t *spake_share(const struct spake *s) { return s->share; }

/* len8(e) || e, the length little-endian. */
static void put_entry(struct text *tt, const void *p, size_t len) {
  for (int i = 0; i < 8; i++)
    text_char(tt, (char)((uint64_t)len >> (8 * i)));
  text_add(tt, p, len);
}

static void put_point(struct text *tt, const EC_POINT *point) {
  uint8_t bytes[POINT];
  point_bytes(point, bytes);
  put_entry(tt, bytes, sizeof(bytes));
}

static void put_w0(struct text *tt, const BIGNUM *w0, bool fixed) {
  uint8_t bytes[32];
  must(BN_bn2binpad(w0, bytes, 32) == 32);
  size_t n = (size_t)BN_num_bytes(w0);
  const uint8_t *first = bytes + 32 - n;
  if (fixed)
    n = 32;
  else if (n % 2 == 1 && *first >= 0x80)
    n++; /* a zero in front */
  put_entry(tt, bytes + 32 - n, n);
}

static void conclude(const struct text *tt, const uint8_t *prover_share,
                     const uint8_t *verifier_share,
                     struct spake_result *result) {
  uint8_t k[32], confirm[64];
  hash_bytes(HASH_SHA256, tt->p, tt->len, k);
  hkdf_sha256(k, sizeof(k), NULL, "ConfirmationKeys", confirm, sizeof(confirm));
  hkdf_sha256(k, sizeof(k), NULL, "SharedKey", result->shared, 32);
  hmac_sha256(confirm, 32, verifier_share, POINT, result->prover_confirm);
  hmac_sha256(confirm + 32, 32, prover_share, POINT, result->verifier_confirm);
}

bool spake_finish(struct spake *s, const uint8_t *share, size_t share_len,
                  const struct spake_names *names,
                  struct spake_result *result) {
  struct text tt = {0};
  uint8_t prover_share[POINT];
  EC_POINT *l = point_new(), *z = NULL, *v = NULL;
  /* also checks that it is on the curve */
  bool good =
      EC_POINT_oct2point(curve.group, l, share, share_len, curve.ctx) == 1 &&
      !EC_POINT_is_at_infinity(curve.group, l);
  if (good) {
    EC_POINT *mask = multiply(NULL, curve.m, s->w0), *bare = point_new();
    point_bytes(l, prover_share);
    must(EC_POINT_invert(curve.group, mask, curve.ctx) == 1 &&
         EC_POINT_add(curve.group, bare, l, mask, curve.ctx) == 1);
    good = !EC_POINT_is_at_infinity(curve.group, bare);
    if (good)
      z = multiply(NULL, bare, s->y);
    EC_POINT *secret = multiply(s->w1, NULL, NULL);
    v = multiply(NULL, secret, s->y);
    EC_POINT_free(secret);
    EC_POINT_free(mask);
    EC_POINT_free(bare);
  }
  if (good) {
    put_entry(&tt, names->context.p, names->context.len);
    put_entry(&tt, names->prover.p, names->prover.len);
    put_entry(&tt, names->verifier.p, names->verifier.len);
    put_point(&tt, curve.m);
    put_point(&tt, curve.n);
    put_entry(&tt, prover_share, POINT);
    put_entry(&tt, s->share, POINT);
    put_point(&tt, z);
    put_point(&tt, v);
    put_w0(&tt, s->w0, names->fixed_w0);
    conclude(&tt, prover_share, s->share, result);
  }
  EC_POINT_free(l);
  EC_POINT_free(z);
  EC_POINT_free(v);
  text_free(&tt);
  return good;
}
