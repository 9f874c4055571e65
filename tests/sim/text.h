/* SPDX-License-Identifier: MIT */
/* A growing byte string, and the few ways in which the simulator writes JSON
 * into it. Written for speed: a reply is some memcpy and a handful of integers.
 * p is NULL until something was added, and always NUL-terminated after. */
#ifndef KASASIM_TEXT_H
#define KASASIM_TEXT_H

#include "base.h"

struct text {
  char *p;
  size_t len;
  size_t cap;
};

void text_free(struct text *t);
/* Makes room for n more bytes and returns where they go; len stays. */
char *text_room(struct text *t, size_t n);
void text_add(struct text *t, const void *bytes, size_t len);
void text_addz(struct text *t, const char *words);
void text_char(struct text *t, char c);
void text_int(struct text *t, int64_t value);
/* Rounded to the given number of decimals (at most 6). */
void text_fixed(struct text *t, double value, unsigned decimals);
/* Shortest form that keeps 10 digits: for people and for the control socket. */
void text_number(struct text *t, double value);
__attribute__((format(printf, 2, 3))) void text_printf(struct text *t,
                                                       const char *fmt, ...);
/* "quoted", with quotes, backslashes and control characters escaped. Other
 * bytes go as they are, so an alias may be invalid UTF-8 on the wire. */
void text_quoted(struct text *t, const char *p, size_t len);
/* The same for readers that insist on valid UTF-8: each bad byte becomes
 * U+FFFD. */
void text_quoted_clean(struct text *t, const char *p, size_t len);
void text_hex(struct text *t, const void *bytes, size_t len);
/* ,"key": with the comma left out at the start of an object or list. */
void text_key(struct text *t, const char *key);

/* For the next reply: keeps the memory. */
static inline void text_clear(struct text *t) { t->len = 0; }

#endif
