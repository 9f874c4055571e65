/* SPDX-License-Identifier: MIT */
/* Reading CSV: see csv.h. */
#include <config.h>

#include "energy/csv.h"

#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char BYTE_ORDER_MARK[] = "\xef\xbb\xbf";

static bool fail(struct csv *csv, const char *what) {
  if (csv->line > 0)
    snprintf(csv->why, sizeof(csv->why), "line %u: %s", csv->line, what);
  else
    snprintf(csv->why, sizeof(csv->why), "%s", what);
  return false;
}

static bool slurp(struct csv *csv, const char *path, size_t max) {
  FILE *in = fopen(path, "re");
  size_t len;
  int err;

  if (in == NULL)
    return fail(csv, strerror(errno));
  csv->text = malloc(max + 1);
  if (csv->text == NULL) {
    fclose(in);
    return fail(csv, "out of memory");
  }
  len = fread(csv->text, 1, max, in);
  err = ferror(in) ? errno : 0;
  if (err == 0 && len == max && fgetc(in) != EOF)
    err = EFBIG;
  fclose(in);
  if (err != 0)
    return fail(csv, strerror(err));
  csv->text[len] = '\0';
  if (strlen(csv->text) != len)
    return fail(csv, "no text file");
  return true;
}

/* The comma, or what the first line has in its place. */
static char separator_of(const char *text) {
  static const char others[] = ";\t";
  size_t len;

  while (*text == '#' || isspace((unsigned char)*text))
    text += *text == '#' ? strcspn(text, "\n") : 1;
  len = strcspn(text, "\n");
  if (memchr(text, ',', len) == NULL)
    for (const char *c = others; *c != '\0'; c++)
      if (memchr(text, *c, len) != NULL)
        return *c;
  return ',';
}

static bool begin(struct csv *csv) {
  csv->next = csv->text;
  csv->next_line = 1;
  if (strncmp(csv->next, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0)
    csv->next += strlen(BYTE_ORDER_MARK);
  csv->separator = separator_of(csv->next);
  if (csv_row(csv) || csv->why[0] != '\0') {
    csv->columns = csv->fields_num;
    return true;
  }
  csv->empty = true;
  return fail(csv, "it is empty");
}

bool csv_open(struct csv *csv, const char *path, size_t max) {
  *csv = (struct csv){0};
  return slurp(csv, path, max) && begin(csv) && csv->why[0] == '\0';
}

bool csv_open_text(struct csv *csv, const char *text, size_t len) {
  *csv = (struct csv){0};
  csv->text = strndup(text, len);
  if (csv->text == NULL)
    return fail(csv, "out of memory");
  return begin(csv) && csv->why[0] == '\0';
}

void csv_close(struct csv *csv) {
  free(csv->text);
  csv->text = NULL;
  csv->fields_num = 0;
}

/* Takes quotes away in place; returns behind the closing one, or NULL. */
static char *unquote(struct csv *csv, char *at, char **field) {
  char *to = at;

  *field = at++;
  for (; *at != '\0'; at++) {
    if (*at == '"' && at[1] == '"')
      at++;
    else if (*at == '"')
      break;
    csv->next_line += *at == '\n' ? 1 : 0;
    *to++ = *at;
  }
  if (*at == '\0')
    return NULL;
  *to = '\0';
  return at + 1;
}

static void trim(char **field) {
  size_t len;

  while (isspace((unsigned char)**field))
    (*field)++;
  len = strlen(*field);
  while (len > 0 && isspace((unsigned char)(*field)[len - 1]))
    len--;
  (*field)[len] = '\0';
}

/* One row from next; leaves next at the following line. */
static bool split(struct csv *csv) {
  const char ends[] = {csv->separator, '\n', '\0'};
  char *at = csv->next;
  bool more = true;

  while (more) {
    char *field = at;
    char end;

    if (csv->fields_num == CSV_FIELDS_MAX)
      return fail(csv, "too many columns");
    if (*at == '"') {
      at = unquote(csv, at, &field);
      if (at == NULL)
        return fail(csv, "a quote is never closed");
      if (at[strspn(at, " \r")] != '\0' &&
          strchr(ends, at[strspn(at, " \r")]) == NULL)
        return fail(csv, "a separator is expected after a closing quote");
    }
    at += strcspn(at, ends);
    end = *at;
    *at = '\0';
    at += end != '\0' ? 1 : 0;
    more = end == csv->separator;
    trim(&field);
    csv->fields[csv->fields_num++] = field;
  }
  csv->next = at;
  return true;
}

static bool fits(struct csv *csv) {
  return csv->columns == 0 || csv->fields_num <= csv->columns ||
         fail(csv, "more fields than the header names");
}

bool csv_row(struct csv *csv) {
  while (*csv->next != '\0') {
    csv->line = csv->next_line++;
    csv->fields_num = 0;
    if (*csv->next == '#') {
      csv->next += strcspn(csv->next, "\n");
      csv->next += *csv->next != '\0' ? 1 : 0;
      continue;
    }
    if (!split(csv))
      return false;
    if (csv->fields_num > 1 || csv->fields[0][0] != '\0')
      return fits(csv);
  }
  return false;
}

int csv_column(const struct csv *csv, const char *name) {
  for (size_t i = 0; i < csv->fields_num; i++)
    if (text_same(csv->fields[i], name))
      return (int)i;
  return -1;
}

const char *csv_field(const struct csv *csv, int column) {
  return column >= 0 && (size_t)column < csv->fields_num ? csv->fields[column]
                                                         : "";
}

int csv_number(const struct csv *csv, int column, double *number) {
  char text[64];
  char *comma;
  char *end = NULL;
  int len = snprintf(text, sizeof(text), "%s", csv_field(csv, column));

  if (len == 0)
    return 0;
  if (len >= (int)sizeof(text))
    return -1;
  comma = csv->separator != ',' ? strchr(text, ',') : NULL;
  if (comma != NULL)
    *comma = '.';
  if (text[strspn(text, "+-.0123456789eE")] != '\0')
    return -1; /* strtod() also knows hexadecimal, infinity and NaN */
  *number = strtod(text, &end);
  return *end == '\0' && isfinite(*number) ? 1 : -1;
}
