/* SPDX-License-Identifier: MIT */
/* HMAC of a webhook: see signature.h. */
#include <config.h>

#include "alert/channel/signature.h"

#include <errno.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int signature_of(const char *secret, int64_t now, const char *body, size_t len,
                 char out[SIGNATURE_SIZE]) {
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned mac_len = 0;
  char stamp[32];
  int n = snprintf(stamp, sizeof(stamp), "%" PRId64 ".", now);
  size_t all = (size_t)n + len;
  unsigned char *text = malloc(all + 1);

  if (text == NULL)
    return -ENOMEM;
  memcpy(text, stamp, (size_t)n);
  if (len > 0)
    memcpy(text + n, body, len);
  if (HMAC(EVP_sha256(), secret, (int)strlen(secret), text, all, mac,
           &mac_len) == NULL) {
    free(text);
    return -ENOMEM;
  }
  free(text);
  n = snprintf(out, SIGNATURE_SIZE, "t=%" PRId64 ",v1=", now);
  for (unsigned i = 0; i < mac_len && n + 3 <= SIGNATURE_SIZE; i++)
    n += snprintf(out + n, (size_t)(SIGNATURE_SIZE - n), "%02x", mac[i]);
  return 0;
}
