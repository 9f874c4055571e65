/* SPDX-License-Identifier: MIT */
/* SPAKE2+ on P-256 with SHA-256, HKDF and HMAC: the device's (verifier's) side
 * of RFC 9383, with TPAP's framing of w0 and of the transcript. */
#ifndef KASASIM_SPAKE_H
#define KASASIM_SPAKE_H

#include "base.h"

#define POINT 65 /* uncompressed */

struct spake_secret {
  uint8_t w0[32];
  uint8_t w1[32];
};

/* How TPAP makes both from a credential string: 80 bytes of PBKDF2, each half
 * modulo the curve's order. */
void spake_secret_from(const char *credential, const uint8_t *salt,
                       size_t salt_len, unsigned iterations,
                       struct spake_secret *secret);

struct spake;

/* y NULL: random. */
struct spake *spake_start(const struct spake_secret *secret,
                          const uint8_t y[32]);
void spake_free(struct spake *spake);
/* The device's share, y*G + w0*N. */
const uint8_t *spake_share(const struct spake *spake);

struct spake_names {
  struct slice context;
  struct slice prover;
  struct slice verifier;
  bool fixed_w0; /* 32 bytes, as in the RFC; else TPAP's rule */
};

struct spake_result {
  uint8_t prover_confirm[32];
  uint8_t verifier_confirm[32];
  uint8_t shared[32];
};

/* False when the client's share is no point of the curve, or a useless one. */
bool spake_finish(struct spake *spake, const uint8_t *share, size_t share_len,
                  const struct spake_names *names, struct spake_result *result);

#endif
