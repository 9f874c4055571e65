/* SPDX-License-Identifier: MIT */
/* Devices keep a hash of the account's address as it was registered. Who types
 * it in other capitals means the same account: these are the ways it is tried,
 * wherever that can be compared on this side. Pure functions. */
#ifndef DEVICE_ACCOUNT_SPELLING_H
#define DEVICE_ACCOUNT_SPELLING_H

#include <stdbool.h>

enum account_spelling {
  ACCOUNT_AS_TYPED,
  ACCOUNT_SMALL,
  ACCOUNT_FIRST_CAPITAL,
  ACCOUNT_ALL_CAPITALS,
  ACCOUNT_SPELLINGS,
};

enum { ACCOUNT_ADDRESS_SIZE = 256 }; /* longer than any address */

/* Writes user in that spelling. False: it is too long, or looks as typed
 * already and need not be tried again. */
bool account_spell(const char *user, enum account_spelling how,
                   char out[ACCOUNT_ADDRESS_SIZE]);

#endif
