/* SPDX-License-Identifier: MIT */
/* Whose device it is: the account it was bound to, or the defaults of one that
 * never was. */
#ifndef KASASIM_ACCOUNT_H
#define KASASIM_ACCOUNT_H

#include "base.h"

struct device;
struct text;

enum credentials {
  CREDENTIALS_ACCOUNT,
  CREDENTIALS_KASA,
  CREDENTIALS_TAPO,
  CREDENTIALS_BLANK,
};

bool credentials_parse(const char *name, enum credentials *credentials);
const char *credentials_name(enum credentials credentials);
/* What opens the device. */
const char *account_user(const struct device *d);
const char *account_password(const struct device *d);
/* What discovery says about the owner: upper-case MD5 of the user, or what
 * the house file says. */
void account_owner(const struct device *d, struct text *out);

#endif
