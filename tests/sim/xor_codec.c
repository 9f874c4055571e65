/* SPDX-License-Identifier: MIT */
/* Autokey XOR, both ways. */
#include "xor_codec.h"

void xor_scramble(uint8_t *out, const char *plain, size_t len) {
  uint8_t mask = 171;
  for (size_t i = 0; i < len; i++) {
    mask = (uint8_t)(mask ^ (uint8_t)plain[i]);
    out[i] = mask;
  }
}

void xor_unscramble(char *out, const uint8_t *cipher, size_t len) {
  uint8_t mask = 171;
  for (size_t i = 0; i < len; i++) {
    uint8_t masked = cipher[i];
    out[i] = (char)(mask ^ masked);
    mask = masked;
  }
}
