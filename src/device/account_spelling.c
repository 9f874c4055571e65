/* SPDX-License-Identifier: MIT */
/* The account's address in several capitals: see account_spelling.h. */
#include <config.h>

#include "device/account_spelling.h"

#include <ctype.h>
#include <string.h>

bool account_spell(const char *user, enum account_spelling how,
                   char out[ACCOUNT_ADDRESS_SIZE]) {
  size_t len = strlen(user);

  if (len >= ACCOUNT_ADDRESS_SIZE)
    return false;
  for (size_t i = 0; i <= len; i++) {
    unsigned char c = (unsigned char)user[i];
    bool large =
        how == ACCOUNT_ALL_CAPITALS || (how == ACCOUNT_FIRST_CAPITAL && i == 0);

    if (how != ACCOUNT_AS_TYPED)
      c = (unsigned char)(large ? toupper(c) : tolower(c));
    out[i] = (char)c;
  }
  return how == ACCOUNT_AS_TYPED || strcmp(out, user) != 0;
}
