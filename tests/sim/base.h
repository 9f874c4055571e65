/* SPDX-License-Identifier: MIT */
/* What every file of the simulator starts with: GNU extensions, plain types,
 * and memory that cannot fail (a test tool without memory has nothing useful
 * left to do, so it says so and exits). */
#ifndef KASASIM_BASE_H
#define KASASIM_BASE_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The struct that holds member, given a pointer to that member. */
#define OWNER(pointer, type, member)                                           \
  ((type *)(void *)((char *)(pointer)-offsetof(type, member)))

/* Borrowed bytes, not NUL-terminated. */
struct slice {
  const char *p;
  size_t len;
};

bool slice_is(struct slice s, const char *word);

__attribute__((noreturn, format(printf, 1, 2))) void die(const char *fmt, ...);
__attribute__((format(printf, 1, 2))) void warn(const char *fmt, ...);

void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);

#endif
