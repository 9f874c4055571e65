/* SPDX-License-Identifier: MIT */
/* The autokey XOR cipher of the port 9999 protocol: each byte is masked with
 * the cipher byte before it, the first with 171. */
#ifndef KASASIM_XOR_CODEC_H
#define KASASIM_XOR_CODEC_H

#include "base.h"

void xor_scramble(uint8_t *out, const char *plain, size_t len);
void xor_unscramble(char *out, const uint8_t *cipher, size_t len);

#endif
