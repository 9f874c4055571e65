/* SPDX-License-Identifier: MIT */
/* Passwords, tokens and addresses that are secrets themselves: given inline or
 * by a file, kept out of every log, wiped when done.
 *
 * A secret belongs to its channel's settings: loaded on the thread that reads
 * the configuration, afterwards touched by the channel's sender thread only.
 */
#ifndef ALERT_CHANNEL_SECRET_H
#define ALERT_CHANNEL_SECRET_H

#include "config/option.h"

#include <stdbool.h>
#include <stddef.h>

enum { SECRET_SIZE_MAX = 8192 };

struct secret {
  char *text;  /* as configured inline; NULL = not given */
  char *file;  /* ...File; NULL = not given */
  char *value; /* in force; NULL until loaded */
};

/* Two rows of an option table: NAME and NAMEFile. */
#define SECRET_OPTIONS(NAME, TYPE, MEMBER)                                     \
  {.name = NAME,                                                               \
   .type = OPTION_STRING,                                                      \
   .offset = offsetof(TYPE, MEMBER) + offsetof(struct secret, text)},          \
  {                                                                            \
    .name = NAME "File", .type = OPTION_STRING,                                \
    .offset = offsetof(TYPE, MEMBER) + offsetof(struct secret, file)           \
  }

/* Nothing was configured. */
bool secret_unset(const struct secret *s);

/* Reads the file or takes the inline text. 0 (also when nothing was
 * configured), or -EINVAL after reporting. Warns about an inline secret and
 * about a file that more than owner and group may read. */
int secret_load(struct secret *s, const char *where, const char *option,
                struct option_reporter *reporter);

/* Looks at the file again. True when the value is a new one. A file that
 * cannot be read or is empty leaves the value as it was. */
bool secret_reread(struct secret *s);

/* Overwrites and frees everything; fine on an empty one, and twice. */
void secret_free(struct secret *s);

/* Replaces each occurrence of the n secrets in text by "***": plain, percent
 * encoded, and as base64 of the secret alone. Values below four bytes are left
 * alone, they would mask half the text. In place; never grows. NULL entries
 * and unloaded secrets are skipped. */
void secret_mask(const struct secret *const *secrets, size_t n, char *text);

/* The same for one value that is no struct secret, such as the path of a
 * secret URL or "user:password". */
void secret_mask_value(const char *value, char *text);

#endif
