/* SPDX-License-Identifier: MIT */
/* See member_digest.h. */
#include <config.h>

#include "device/member_digest.h"

#include <string.h>

static uint64_t mix(uint64_t x, uint64_t value) {
  x = (x ^ value) * 0x9fb21c651e98df25U;
  return x ^ x >> 32;
}

/* Eight bytes at a time: this is done for nearly all of each answer. */
static uint64_t mix_bytes(uint64_t x, const char *bytes, size_t len) {
  uint64_t eight = 0;

  x = mix(x, len);
  for (; len >= sizeof(eight); bytes += sizeof(eight), len -= sizeof(eight)) {
    memcpy(&eight, bytes, sizeof(eight));
    x = mix(x, eight);
  }
  eight = 0;
  memcpy(&eight, bytes, len);
  return mix(x, eight);
}

static bool is_passing(const struct json *doc, const struct json_value *v,
                       const char *const *passing) {
  const char *key = doc->text + v->key_start;

  for (; *passing != NULL; passing++)
    if (key[0] == (*passing)[0] && strlen(*passing) == v->key_len &&
        memcmp(key, *passing, v->key_len) == 0)
      return true;
  return false;
}

uint64_t member_digest(const struct json *doc, json_ref object,
                       const char *const *passing) {
  uint64_t x = 1;

  for (json_ref c = json_first(doc, object); c != 0; c = json_next(doc, c)) {
    const struct json_value *v = &doc->values[c];

    if (v->key_len == 0 || is_passing(doc, v, passing))
      continue;
    x = mix_bytes(x, doc->text + v->key_start, v->key_len);
    x = mix(x, v->type);
    if (v->type != JSON_OBJECT && v->type != JSON_ARRAY)
      x = mix_bytes(x, doc->text + v->start, v->len);
  }
  return x != 0 ? x : 1;
}
