/* SPDX-License-Identifier: MIT */
/* The prover's half of SPAKE2+: see spake2p.h. */
#include <config.h>

#include "device/transport/spake2p.h"

#include <errno.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <stdbool.h>
#include <string.h>

const uint8_t spake2p_m[P256_POINT] = {
    0x04, 0x88, 0x6e, 0x2f, 0x97, 0xac, 0xe4, 0x6e, 0x55, 0xba, 0x9d,
    0xd7, 0x24, 0x25, 0x79, 0xf2, 0x99, 0x3b, 0x64, 0xe1, 0x6e, 0xf3,
    0xdc, 0xab, 0x95, 0xaf, 0xd4, 0x97, 0x33, 0x3d, 0x8f, 0xa1, 0x2f,
    0x5f, 0xf3, 0x55, 0x16, 0x3e, 0x43, 0xce, 0x22, 0x4e, 0x0b, 0x0e,
    0x65, 0xff, 0x02, 0xac, 0x8e, 0x5c, 0x7b, 0xe0, 0x94, 0x19, 0xc7,
    0x85, 0xe0, 0xca, 0x54, 0x7d, 0x55, 0xa1, 0x2e, 0x2d, 0x20,
};
const uint8_t spake2p_n[P256_POINT] = {
    0x04, 0xd8, 0xbb, 0xd6, 0xc6, 0x39, 0xc6, 0x29, 0x37, 0xb0, 0x4d,
    0x99, 0x7f, 0x38, 0xc3, 0x77, 0x07, 0x19, 0xc6, 0x29, 0xd7, 0x01,
    0x4d, 0x49, 0xa2, 0x4b, 0x4f, 0x98, 0xba, 0xa1, 0x29, 0x2b, 0x49,
    0x07, 0xd6, 0x0a, 0xa6, 0xbf, 0xad, 0xe4, 0x50, 0x08, 0xa6, 0x36,
    0x33, 0x7f, 0x51, 0x68, 0xc6, 0x4d, 0x9b, 0xd3, 0x60, 0x34, 0x80,
    0x8c, 0xd5, 0x64, 0x49, 0x0b, 0x1e, 0x65, 0x6e, 0xdb, 0xe7,
};

/* What one computation works with. */
struct work {
  EC_GROUP *group;
  BN_CTX *ctx;
};

static bool work_begin(struct work *w) {
  w->group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
  w->ctx = BN_CTX_new();
  return w->group != NULL && w->ctx != NULL;
}

static void work_end(struct work *w) {
  EC_GROUP_free(w->group);
  BN_CTX_free(w->ctx);
}

/* A secret number from 1 to order - 1, or NULL. */
static BIGNUM *scalar(const struct work *w, const uint8_t bytes[P256_SCALAR]) {
  BIGNUM *n = BN_bin2bn(bytes, P256_SCALAR, NULL);

  if (n == NULL)
    return NULL;
  BN_set_flags(n, BN_FLG_CONSTTIME);
  if (BN_is_zero(n) || BN_cmp(n, EC_GROUP_get0_order(w->group)) >= 0) {
    BN_clear_free(n);
    return NULL;
  }
  return n;
}

static EC_POINT *point(const struct work *w, const uint8_t *bytes, size_t len) {
  EC_POINT *p = EC_POINT_new(w->group);

  /* Reading checks that it lies on the curve. */
  if (p != NULL && (EC_POINT_oct2point(w->group, p, bytes, len, w->ctx) != 1 ||
                    EC_POINT_is_at_infinity(w->group, p))) {
    EC_POINT_free(p);
    return NULL;
  }
  return p;
}

static bool put(const struct work *w, const EC_POINT *p,
                uint8_t out[P256_POINT]) {
  return !EC_POINT_is_at_infinity(w->group, p) &&
         EC_POINT_point2oct(w->group, p, POINT_CONVERSION_UNCOMPRESSED, out,
                            P256_POINT, w->ctx) == P256_POINT;
}

/* k*p; p NULL stands for the generator. */
static bool multiply(const struct work *w, EC_POINT *out, const EC_POINT *p,
                     const BIGNUM *k) {
  return EC_POINT_mul(w->group, out, p == NULL ? k : NULL, p,
                      p == NULL ? NULL : k, w->ctx) == 1;
}

int spake2p_reduce(const uint8_t *number, size_t len,
                   uint8_t out[P256_SCALAR]) {
  struct work w;
  BIGNUM *n = BN_bin2bn(number, (int)len, NULL);
  BIGNUM *rest = BN_new();
  int err = -ENOMEM;

  if (work_begin(&w) && n != NULL && rest != NULL) {
    BN_set_flags(n, BN_FLG_CONSTTIME);
    if (BN_mod(rest, n, EC_GROUP_get0_order(w.group), w.ctx) == 1 &&
        BN_bn2binpad(rest, out, P256_SCALAR) == P256_SCALAR)
      err = 0;
  }
  BN_clear_free(n);
  BN_clear_free(rest);
  work_end(&w);
  return err;
}

int spake2p_random(uint8_t out[P256_SCALAR]) {
  struct work w;
  BIGNUM *n = BN_new();
  int err = -EIO;

  if (work_begin(&w) && n != NULL)
    for (int tries = 0; tries < 8 && err != 0; tries++)
      if (BN_priv_rand_range(n, EC_GROUP_get0_order(w.group)) == 1 &&
          !BN_is_zero(n) && BN_bn2binpad(n, out, P256_SCALAR) == P256_SCALAR)
        err = 0;
  BN_clear_free(n);
  work_end(&w);
  return err;
}

int spake2p_share(const uint8_t x[P256_SCALAR], const uint8_t w0[P256_SCALAR],
                  uint8_t share[P256_POINT]) {
  struct work w;
  BIGNUM *xn = NULL, *w0n = NULL;
  EC_POINT *m = NULL, *sum = NULL, *blind = NULL;
  int err = -ENOMEM;

  if (!work_begin(&w))
    goto out;
  xn = scalar(&w, x);
  w0n = scalar(&w, w0);
  if (xn == NULL || w0n == NULL) {
    err = -EINVAL;
    goto out;
  }
  m = point(&w, spake2p_m, P256_POINT);
  sum = EC_POINT_new(w.group);
  blind = EC_POINT_new(w.group);
  if (m != NULL && sum != NULL && blind != NULL &&
      multiply(&w, sum, NULL, xn) && multiply(&w, blind, m, w0n) &&
      EC_POINT_add(w.group, sum, sum, blind, w.ctx) == 1 && put(&w, sum, share))
    err = 0;
out:
  BN_clear_free(xn);
  BN_clear_free(w0n);
  EC_POINT_free(m);
  EC_POINT_clear_free(sum);
  EC_POINT_clear_free(blind);
  work_end(&w);
  return err;
}

int spake2p_finish(const uint8_t x[P256_SCALAR], const uint8_t w0[P256_SCALAR],
                   const uint8_t w1[P256_SCALAR], const uint8_t *share,
                   size_t share_len, uint8_t r[P256_POINT],
                   uint8_t z[P256_POINT], uint8_t v[P256_POINT]) {
  struct work w;
  BIGNUM *xn = NULL, *w0n = NULL, *w1n = NULL;
  EC_POINT *n = NULL, *theirs = NULL, *bare = NULL, *product = NULL;
  int err = -ENOMEM;

  if (!work_begin(&w))
    goto out;
  xn = scalar(&w, x);
  w0n = scalar(&w, w0);
  w1n = scalar(&w, w1);
  if (xn == NULL || w0n == NULL || w1n == NULL) {
    err = -EINVAL;
    goto out;
  }
  theirs = point(&w, share, share_len);
  if (theirs == NULL || !put(&w, theirs, r)) {
    err = -EBADMSG;
    goto out;
  }
  n = point(&w, spake2p_n, P256_POINT);
  bare = EC_POINT_new(w.group);
  product = EC_POINT_new(w.group);
  if (n == NULL || bare == NULL || product == NULL ||
      !multiply(&w, bare, n, w0n) ||
      EC_POINT_invert(w.group, bare, w.ctx) != 1 ||
      EC_POINT_add(w.group, bare, bare, theirs, w.ctx) != 1)
    goto out;
  if (EC_POINT_is_at_infinity(w.group, bare)) {
    err = -EBADMSG;
    goto out;
  }
  if (multiply(&w, product, bare, xn) && put(&w, product, z) &&
      multiply(&w, product, bare, w1n) && put(&w, product, v))
    err = 0;
out:
  BN_clear_free(xn);
  BN_clear_free(w0n);
  BN_clear_free(w1n);
  EC_POINT_free(n);
  EC_POINT_free(theirs);
  EC_POINT_clear_free(bare);
  EC_POINT_clear_free(product);
  work_end(&w);
  return err;
}
