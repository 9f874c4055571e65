/* SPDX-License-Identifier: MIT */
/* Memory that cannot fail, messages, and slices. */
#include "base.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void complain(const char *fmt, va_list args) {
  fputs("kasasim: ", stderr);
  vfprintf(stderr, fmt, args);
  fputc('\n', stderr);
}

void die(const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  complain(fmt, args);
  va_end(args);
  exit(1);
}

void warn(const char *fmt, ...) {
  va_list args;
  va_start(args, fmt);
  complain(fmt, args);
  va_end(args);
}

void *xcalloc(size_t count, size_t size) {
  void *p = calloc(count, size);
  if (p == NULL)
    die("out of memory");
  return p;
}

void *xrealloc(void *old, size_t size) {
  void *p = realloc(old, size);
  if (p == NULL)
    die("out of memory");
  return p;
}

char *xstrdup(const char *text) {
  size_t size = strlen(text) + 1;
  return memcpy(xcalloc(1, size), text, size);
}

bool slice_is(struct slice s, const char *word) {
  return strlen(word) == s.len && (s.len == 0 || memcmp(s.p, word, s.len) == 0);
}
