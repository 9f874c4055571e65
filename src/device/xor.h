/* The autokey XOR cipher of port 9999 (doc/protocol.md, "XOR"). Obfuscation,
 * no protection. Pure functions. */
#ifndef DEVICE_XOR_H
#define DEVICE_XOR_H

#include <stddef.h>
#include <stdint.h>

/* out may be in. */
void xor_encrypt(const void *in, void *out, size_t len);

/* In place. */
void xor_decrypt(void *bytes, size_t len);

#endif
