/* SPDX-License-Identifier: MIT */
/* The XOR cipher: see xor_cipher.h. */
#include <config.h>

#include "device/transport/xor_cipher.h"

#include <string.h>

enum { FIRST_KEY = 171 };

void xor_cipher_encrypt(const void *in, void *out, size_t len) {
  const uint8_t *from = in;
  uint8_t *to = out;
  uint8_t key = FIRST_KEY;

  for (size_t i = 0; i < len; i++)
    to[i] = key = (uint8_t)(from[i] ^ key);
}

/* Each byte needs only its neighbour's cipher text, so going from the end
 * eight at a time needs no carried key. */
void xor_cipher_decrypt(void *bytes, size_t len) {
  uint8_t *b = bytes;
  size_t i = len;

  while (i > 8) {
    uint64_t now;
    uint64_t before;

    i -= 8;
    memcpy(&now, b + i, 8);
    memcpy(&before, b + i - 1, 8);
    now ^= before;
    memcpy(b + i, &now, 8);
  }
  while (i > 1) {
    i--;
    b[i] = (uint8_t)(b[i] ^ b[i - 1]);
  }
  if (len > 0)
    b[0] ^= FIRST_KEY;
}
