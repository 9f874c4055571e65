/* SPDX-License-Identifier: MIT */
/* Accounts and default credentials. */
#include "account.h"

#include "crypto.h"
#include "device.h"

#include <string.h>

static const struct {
  const char *name;
  const char *user;
  const char *password;
} defaults[] = {
    [CREDENTIALS_ACCOUNT] = {"account", NULL, NULL},
    [CREDENTIALS_KASA] = {"kasa", "kasa@tp-link.net", "kasaSetup"},
    [CREDENTIALS_TAPO] = {"tapo", "test@tp-link.net", "test"},
    [CREDENTIALS_BLANK] = {"blank", "", ""},
};

bool credentials_parse(const char *name, enum credentials *credentials) {
  for (size_t i = 0; i < COUNT(defaults); i++) {
    if (strcmp(defaults[i].name, name) != 0)
      continue;
    *credentials = (enum credentials)i;
    return true;
  }
  return false;
}

const char *credentials_name(enum credentials credentials) {
  return defaults[credentials].name;
}

const char *account_user(const struct device *d) {
  return d->credentials == CREDENTIALS_ACCOUNT ? d->user
                                               : defaults[d->credentials].user;
}

const char *account_password(const struct device *d) {
  return d->credentials == CREDENTIALS_ACCOUNT
             ? d->password
             : defaults[d->credentials].password;
}

void account_owner(const struct device *d, struct text *out) {
  char hex[2 * HASH_MAX + 1];
  if (d->owner[0] != '\0') {
    text_addz(out, d->owner);
    return;
  }
  if (d->factory_default)
    return;
  hash_hex(HASH_MD5, d->user, strlen(d->user), true, hex);
  text_addz(out, hex);
}
