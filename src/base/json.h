/* SPDX-License-Identifier: MIT */
/* A small JSON reader for answers of devices: made for speed and for hostile
 * bytes. One pass, no allocation per value, bounded depth and size.
 *
 * Lenient where devices are (doc/protocol.md, "Malformed answers"): control
 * characters inside strings, zeros before a number and anything after the
 * closing brace are accepted. Strict in everything else.
 *
 * Ownership: the document borrows the text and must not outlive it.
 * One thread at a time. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum json_type {
  JSON_NONE, /* what a failed look-up returns */
  JSON_NULL,
  JSON_BOOL,
  JSON_NUMBER,
  JSON_STRING,
  JSON_ARRAY,
  JSON_OBJECT,
};

enum { JSON_DEPTH_MAX = 32, JSON_VALUES_MAX = 8192 };

struct json_value {
  uint32_t start; /* of the text: strings without quotes */
  uint32_t len;
  uint32_t key_start;
  uint32_t next; /* index of the following sibling, 0 = none */
  uint16_t key_len;
  uint8_t type;
  uint8_t escaped; /* string holds backslashes */
};

struct json {
  const char *text;
  struct json_value *values; /* [0] stands for "not there" */
  uint32_t count;
  uint32_t room;
};

/* An index into values; 0 is the value that is not there: looking inside it
 * finds nothing, so look-ups chain without checks. */
typedef uint32_t json_ref;

void json_init(struct json *doc);
void json_free(struct json *doc);

/* Reads text; returns the root or 0 when it is no JSON, too deep or too
 * large. Reuses the document's memory. */
json_ref json_parse(struct json *doc, const char *text, size_t len);

enum json_type json_type(const struct json *doc, json_ref ref);

/* Member of an object by name (names with escapes never match; of doubled
 * ones the first counts). */
json_ref json_get(const struct json *doc, json_ref object, const char *key);

/* Children of an array or object in order. */
json_ref json_first(const struct json *doc, json_ref parent);
json_ref json_next(const struct json *doc, json_ref child);

/* A finite number, also one written as text ("12.5") or as a boolean. */
bool json_number(const struct json *doc, json_ref ref, double *number);

/* Decodes a string into out, cut between characters to size, terminated;
 * bytes that are no UTF-8 stay as they are. False (and "") if no string. */
bool json_string(const struct json *doc, json_ref ref, char *out, size_t size);

#endif
