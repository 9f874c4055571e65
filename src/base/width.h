/* SPDX-License-Identifier: MIT */
/* How many columns text takes on a terminal: wide characters and emoji two,
 * combining marks none. Independent of the locale. Pure functions. */
#ifndef BASE_WIDTH_H
#define BASE_WIDTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Columns of one character: 0, 1 or 2. */
unsigned width_of(uint32_t character);

/* Columns of text; bytes that are no UTF-8 count one each. */
unsigned width_text(const char *text);

/* Copies text to out (size bytes), cut to at most columns; what is cut ends
 * in ellipsis (one column, at most 3 bytes). Returns the columns used. */
unsigned width_cut(const char *text, unsigned columns, const char *ellipsis,
                   char *out, size_t size);

#endif
