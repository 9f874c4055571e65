/* SPDX-License-Identifier: MIT */
/* TPAP: a login by SPAKE2+, then sealed requests. */
#ifndef KASASIM_TPAP_H
#define KASASIM_TPAP_H

#include "base.h"

struct device;
struct text;

/* How a device wants its password: the forms of extra_crypt. */
enum passcode {
  PASSCODE_SHADOW2, /* hex(sha1(password)): plugs and bulbs */
  PASSCODE_DEFAULT, /* never bound: of the MAC */
  PASSCODE_PLAIN,   /* user/password */
  PASSCODE_SHADOW1,
  PASSCODE_SHADOW3,
  PASSCODE_SHADOW5,
  PASSCODE_AUTHKEY,
  PASSCODE_SALTED0, /* password_sha_with_salt, sha_name 0 */
  PASSCODE_SALTED1,
  PASSCODE_UNKNOWN, /* an extra_crypt of a type nobody knows */
};

struct tpap_settings {
  char encryption[24]; /* aes_128_ccm */
  enum passcode passcode;
  int64_t iterations;
  int64_t user_hash_type;
  int64_t tls; /* mode, where there is TLS: 1 or 2 */
  bool dac;
  bool advertised; /* in discovery, though it speaks something else */
  bool preferred;
  char salt[65]; /* hex; empty: of the device's own */
};

bool passcode_parse(const char *name, enum passcode *passcode);
const char *passcode_names(void);
/* {"tls":0,..} as in discovery. */
void tpap_describe(const struct device *d, struct text *out);
/* The credential string. */
void tpap_credential(const struct device *d, struct text *out);
/* ,"extra_crypt":{..} or nothing. */
void tpap_extra_crypt(const struct device *d, struct text *out);
/* The key of the data channel and its base nonce; returns the key's length. */
size_t tpap_keys(const char *encryption, const uint8_t shared[32],
                 uint8_t key[32], uint8_t nonce[12], int *aead);

#endif
