/* SPDX-License-Identifier: MIT */
/* A strict little JSON reader for requests: no allocation, no leniency. What a
 * real device would stumble over, this refuses. */
#ifndef KASASIM_JSON_H
#define KASASIM_JSON_H

#include "base.h"

enum json_type {
  JSON_BAD,
  JSON_NULL,
  JSON_BOOL,
  JSON_NUMBER,
  JSON_STRING,
  JSON_OBJECT,
  JSON_ARRAY,
};

struct cursor {
  const char *p;
  const char *end;
};

/* Skips one value, checking all of it. For a string, value is what stands
 * between the quotes, escapes untouched. JSON_BAD when it is not JSON. */
enum json_type json_value(struct cursor *c, struct slice *value);
/* Steps into an object or array; false when it is not one. */
bool json_enter(struct cursor *c, char bracket);
/* The next key of an object (cursor then stands at its value), or the next
 * element of an array (key NULL). Returns 1; 0 at the closing bracket; -1 when
 * malformed. *first starts true. */
int json_next(struct cursor *c, char closing, bool *first, struct slice *key);
/* Only blanks are left. */
bool json_done(struct cursor *c);
/* An integer member of an object. */
bool json_int(struct slice object, const char *key, int64_t *value);

#endif
