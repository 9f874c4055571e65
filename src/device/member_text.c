/* SPDX-License-Identifier: MIT */
/* See member_text.h. */
#include <config.h>

#include "device/member_text.h"

#include "base/text.h"

#include <string.h>

enum { RAW_SIZE = 512, AGAIN_SIZE = 64 };

void member_text(const struct json *doc, json_ref object, const char *key,
                 char *out, size_t size) {
  char raw[RAW_SIZE];

  out[0] = '\0';
  if (json_string(doc, json_get(doc, object, key), raw, sizeof(raw)))
    text_clean(raw, sizeof(raw), out, size);
}

void member_text_again(const struct json *doc, json_ref object, const char *key,
                       bool same, char *out, size_t size) {
  char told[AGAIN_SIZE];

  member_text(doc, object, key, told,
              size < sizeof(told) ? size : sizeof(told));
  if (told[0] != '\0' || !same)
    memcpy(out, told, strlen(told) + 1);
}
