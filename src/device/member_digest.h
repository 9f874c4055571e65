/* SPDX-License-Identifier: MIT */
/* Whether an object says again what it said before: in nearly every answer all
 * that a device tells of itself is as it was, and need not be read once more.
 * Pure. */
#ifndef DEVICE_MEMBER_DIGEST_H
#define DEVICE_MEMBER_DIGEST_H

#include "base/json.h"

/* A number for the names and values of the members of object, as they are
 * written and in their order; never 0. Left out are the members in passing
 * (their names, ended by NULL); of lists and objects only the name counts. Two
 * answers with one number say the same, but for chance: it is no protection
 * against who makes up both. */
uint64_t member_digest(const struct json *doc, json_ref object,
                       const char *const *passing);

#endif
