/* SPDX-License-Identifier: MIT */
/* Bytes written as hex, for tests made of published vectors. */
#ifndef TESTS_UNIT_SUPPORT_BYTES_H
#define TESTS_UNIT_SUPPORT_BYTES_H

#include "device/crypto/crypto.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

/* Fills out from hex; returns the number of bytes. */
static inline size_t unhex(const char *hex, void *out, size_t size) {
  size_t len = strlen(hex) / 2;

  ck_assert_uint_le(len, size);
  for (size_t i = 0; i < len; i++) {
    unsigned byte = 0;

    ck_assert_int_eq(sscanf(hex + 2 * i, "%2x", &byte), 1);
    ((unsigned char *)out)[i] = (unsigned char)byte;
  }
  return len;
}

static inline void assert_hex(const char *what, const void *bytes, size_t len,
                              const char *expected) {
  char text[4096];

  ck_assert_uint_lt(2 * len, sizeof(text));
  crypto_hex(bytes, len, text);
  ck_assert_msg(strcmp(text, expected) == 0, "%s is %s, not %s", what, text,
                expected);
}

#endif
