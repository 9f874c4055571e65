/* SPDX-License-Identifier: MIT */
/* Texts in what devices answer, made fit for names, logs and terminals
 * (text_clean()). Pure; any thread. */
#ifndef DEVICE_MEMBER_TEXT_H
#define DEVICE_MEMBER_TEXT_H

#include "base/json.h"

#include <stdbool.h>
#include <stddef.h>

/* A member of an object, cut to size bytes. Empty when it is not there, no
 * text, or longer than any device's (512 bytes). */
void member_text(const struct json *doc, json_ref object, const char *key,
                 char *out, size_t size);

/* What is told of a device once more (same): where it is missing, what out
 * holds stays. At most 64 bytes. */
void member_text_again(const struct json *doc, json_ref object, const char *key,
                       bool same, char *out, size_t size);

#endif
