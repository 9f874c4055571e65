/* SPDX-License-Identifier: MIT */
/* The autokey XOR cipher of port 9999 (doc/protocol.md, "XOR"). Obfuscation,
 * no protection. Pure functions. */
#ifndef DEVICE_TRANSPORT_XOR_CIPHER_H
#define DEVICE_TRANSPORT_XOR_CIPHER_H

#include <stddef.h>
#include <stdint.h>

/* out may be in. */
void xor_cipher_encrypt(const void *in, void *out, size_t len);

/* In place. */
void xor_cipher_decrypt(void *bytes, size_t len);

#endif
