/* SPDX-License-Identifier: MIT */
/* Names whose text is one of a few words, and names that people write for
 * ours. */
#ifndef ALERT_TEXT_TEMPLATE_WORDS_H
#define ALERT_TEXT_TEMPLATE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* Whether name can ever be word; else "range, missing or event" in out. */
bool template_word_fits(const char *name, const char *word, char *out,
                        size_t size);

/* "device" for "alias"; NULL = nothing comes to mind. */
const char *template_word_meant(const char *name);

#endif
