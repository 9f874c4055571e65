/* SPDX-License-Identifier: MIT */
/* SPAKE2+ (RFC 9383) on P-256, the prover's half: two exchanged points become
 * four numbers both sides can hash. What goes into the hash is the caller's
 * business (TPAP has its own framing). Pure functions. */
#ifndef DEVICE_TRANSPORT_SPAKE2P_H
#define DEVICE_TRANSPORT_SPAKE2P_H

#include <stddef.h>
#include <stdint.h>

enum {
  P256_SCALAR = 32,
  P256_POINT = 65, /* uncompressed */
};

/* The constants M and N of the RFC, uncompressed. */
extern const uint8_t spake2p_m[P256_POINT];
extern const uint8_t spake2p_n[P256_POINT];

/* A number of len bytes, big-endian, modulo the order of the group. 0 or
 * -ENOMEM. */
int spake2p_reduce(const uint8_t *number, size_t len, uint8_t out[P256_SCALAR]);

/* A random scalar from 1 to the order less one. 0 or -EIO. */
int spake2p_random(uint8_t out[P256_SCALAR]);

/* The prover's share L = x*G + w0*M. 0, -EINVAL (w0 or x is zero or too
 * large), -ENOMEM. */
int spake2p_share(const uint8_t x[P256_SCALAR], const uint8_t w0[P256_SCALAR],
                  uint8_t share[P256_POINT]);

/* From the verifier's share (SEC1, compressed or not): the same uncompressed,
 * Z = x*(R - w0*N) and V = w1*(R - w0*N). 0; -EBADMSG for a share that is no
 * point of the curve, infinity, or cancels to infinity; -EINVAL, -ENOMEM. */
int spake2p_finish(const uint8_t x[P256_SCALAR], const uint8_t w0[P256_SCALAR],
                   const uint8_t w1[P256_SCALAR], const uint8_t *share,
                   size_t share_len, uint8_t r[P256_POINT],
                   uint8_t z[P256_POINT], uint8_t v[P256_POINT]);

#endif
