/* SPDX-License-Identifier: MIT */
/* What of an account a TPAP device wants to be shown, by the recipe that it
 * sends. */
#ifndef DEVICE_TRANSPORT_TPAP_CREDENTIAL_H
#define DEVICE_TRANSPORT_TPAP_CREDENTIAL_H

#include <stddef.h>
#include <stdint.h>

enum {
  TPAP_SALT_MAX = 256,
  TPAP_CREDENTIAL_MAX = 1200,
  TPAP_TEXT_MAX = 512, /* of user, password and the device's own texts */
};

/* How the device wants the password prepared ("extra_crypt"). */
enum tpap_crypt {
  TPAP_PLAIN,         /* user/pass */
  TPAP_SHADOW,        /* by passwd_id */
  TPAP_AUTHKEY,       /* mixed with the device's key */
  TPAP_SHA_WITH_SALT, /* hash of name, salt and password */
};

struct tpap_recipe {
  enum tpap_crypt crypt;
  int passwd_id;
  char prefix[64]; /* passwd_prefix */
  int rounds;      /* passwd_rounds; 0: not told */
  char tmpkey[TPAP_TEXT_MAX];
  char dictionary[TPAP_TEXT_MAX];
  int sha_name;
  uint8_t salt[TPAP_SALT_MAX];
  size_t salt_len;
};

/* The credential of an unbound device. */
int tpap_default_credential(const uint8_t mac[6],
                            char out[TPAP_CREDENTIAL_MAX]);
/* -EINVAL for recipes that cannot be followed. */
int tpap_credential(const struct tpap_recipe *recipe, const char *user,
                    const char *pass, const uint8_t mac[6],
                    char out[TPAP_CREDENTIAL_MAX]);

#endif
