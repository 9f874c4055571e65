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

/* Which names of so many letters may be among others, for most are not. */
static uint64_t bit_of(const char *name, size_t len) {
  return (uint64_t)1 << (((unsigned char)name[0] + 5 * len) % 64);
}

static uint64_t bits_of(const char *const *names) {
  uint64_t bits = 0;

  for (; *names != NULL; names++)
    bits |= bit_of(*names, strlen(*names));
  return bits;
}

static bool is_among(const char *key, size_t len, const char *const *names) {
  for (; *names != NULL; names++)
    if ((*names)[0] == key[0] && strlen(*names) == len &&
        memcmp(key, *names, len) == 0)
      return true;
  return false;
}

/* The text as it stands, in long runs between what is left out: so much is
 * told in each answer that its members one by one would take twice the time. */
uint64_t member_digest(const struct json *doc, json_ref object,
                       const char *const *passing) {
  uint64_t bits = bits_of(passing);
  const char *run = NULL; /* from there on, to end */
  const char *end = NULL;
  uint64_t x = 1;

  for (json_ref c = json_first(doc, object); c != 0; c = json_next(doc, c)) {
    const struct json_value *v = &doc->values[c];
    const char *key = doc->text + v->key_start;
    bool nested = v->type == JSON_OBJECT || v->type == JSON_ARRAY;
    bool told = v->key_len > 0 && ((bits & bit_of(key, v->key_len)) == 0 ||
                                   !is_among(key, v->key_len, passing));

    if (told) {
      run = run != NULL ? run : key;
      end = doc->text + v->start + (nested ? 1 : v->len);
    }
    if (run != NULL && (nested || !told)) {
      x = mix_bytes(x, run, (size_t)(end - run));
      run = NULL;
    }
  }
  if (run != NULL)
    x = mix_bytes(x, run, (size_t)(end - run));
  return x != 0 ? x : 1;
}
