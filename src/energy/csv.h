/* SPDX-License-Identifier: MIT */
/* Reading a CSV file (RFC 4180) of bounded size, row by row, with columns
 * found by the names in its header. One thread at a time. */
#ifndef ENERGY_CSV_H
#define ENERGY_CSV_H

#include <stdbool.h>
#include <stddef.h>

enum { CSV_FIELDS_MAX = 32, CSV_WHY_SIZE = 160 };

struct csv {
  char *text; /* owned; fields point into it */
  char *next;
  unsigned line;  /* on which the current row begins */
  bool empty;     /* not even a header */
  char separator; /* a comma; a semicolon or tab where the header has those */
  unsigned next_line;
  size_t columns; /* of the header */
  size_t fields_num;
  char *fields[CSV_FIELDS_MAX];
  char why[CSV_WHY_SIZE]; /* of the last failure */
};

/* Reads all of path, at most max bytes, and its header, which becomes the
 * current row. False with csv->why set. csv_close() in both cases. */
bool csv_open(struct csv *csv, const char *path, size_t max);
/* The same with a copy of a text. */
bool csv_open_text(struct csv *csv, const char *text, size_t len);
void csv_close(struct csv *csv);

/* The next row that is not empty; false at the end, or with why set when the
 * file is no CSV, or a row has more fields than the header: a decimal comma
 * makes two numbers of one. */
bool csv_row(struct csv *csv);

/* Index of the column of that name in the current row; -1: there is none. */
int csv_column(const struct csv *csv, const char *name);

/* The field of a column, without blanks around; "" where there is none. */
const char *csv_field(const struct csv *csv, int column);

/* A field as a number: 1; 0 when it is empty; -1 when it is none. Its decimal
 * sign is a point; where commas separate nothing, a comma, too. */
int csv_number(const struct csv *csv, int column, double *number);

#endif
