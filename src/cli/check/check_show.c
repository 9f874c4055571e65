/* SPDX-License-Identifier: MIT */
/* Options that differ from their defaults, by their table: see check.h. */
#include <config.h>

#include "cli/check/check.h"

#include "base/text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A text as one would write it into a configuration. */
static void put_text(const char *text, FILE *out) {
  size_t size = strlen(text) + 1;
  char *clean = malloc(size);

  if (clean == NULL)
    return;
  text_clean(text, size, clean, size);
  fputc('"', out);
  for (const char *s = clean; *s != '\0'; s++) {
    if (*s == '"' || *s == '\\')
      fputc('\\', out);
    fputc(*s, out);
  }
  fputc('"', out);
  free(clean);
}

/* Passwords are for nobody's eyes. */
static bool is_secret(const char *name) {
  return strcasestr(name, "password") != NULL ||
         strcasestr(name, "token") != NULL || strcasestr(name, "key") != NULL ||
         strcasestr(name, "secret") != NULL;
}

static void put_string(const struct option *o, const char *value, FILE *out) {
  if (is_secret(o->name) && !text_same(o->name, "PasswordFile"))
    fputs("\"...\"", out);
  else
    put_text(value, out);
}

static void show_strings(const struct option *o,
                         const struct option_strings *value, const char *indent,
                         FILE *out) {
  for (size_t i = 0; i < value->count; i++) {
    fprintf(out, "%s%s ", indent, o->name);
    put_string(o, value->items[i], out);
    fputc('\n', out);
  }
}

static bool same(const struct option *o, const void *a, const void *b) {
  switch (o->type) {
  case OPTION_BOOL:
    return *(const bool *)a == *(const bool *)b;
  case OPTION_COUNT:
    return *(const unsigned *)a == *(const unsigned *)b;
  case OPTION_SECONDS:
  case OPTION_NUMBER:
    return !(*(const double *)a < *(const double *)b) &&
           !(*(const double *)a > *(const double *)b);
  case OPTION_CHOICE:
    return *(const int *)a == *(const int *)b;
  case OPTION_STRING: {
    const char *x = *(char *const *)a;
    const char *y = *(char *const *)b;

    return x == NULL || (y != NULL && strcmp(x, y) == 0);
  }
  default:
    return true;
  }
}

static void put_value(const struct option *o, const void *value, FILE *out) {
  switch (o->type) {
  case OPTION_BOOL:
    fputs(*(const bool *)value ? "true" : "false", out);
    break;
  case OPTION_COUNT:
    fprintf(out, "%u", *(const unsigned *)value);
    break;
  case OPTION_SECONDS:
  case OPTION_NUMBER:
    fprintf(out, "%.10g", *(const double *)value);
    break;
  case OPTION_CHOICE:
    fprintf(out, "\"%s\"", o->choices[*(const int *)value]);
    break;
  case OPTION_STRING:
    put_string(o, *(char *const *)value, out);
    break;
  default:
    break;
  }
}

/* A default out of range stands for "not set". */
static bool has_default(const struct option *o, const void *value) {
  switch (o->type) {
  case OPTION_COUNT:
    return *(const unsigned *)value >= o->min;
  case OPTION_SECONDS:
  case OPTION_NUMBER:
    return *(const double *)value >= o->min;
  case OPTION_STRING:
    return false;
  default:
    return true;
  }
}

void check_show_options(const struct option *table, const void *options,
                        const void *defaults, const char *indent, FILE *out) {
  for (const struct option *o = table; o->name != NULL; o++) {
    const void *value = (const char *)options + o->offset;
    const void *other = (const char *)defaults + o->offset;

    if (o->type == OPTION_STRINGS) {
      show_strings(o, value, indent, out);
      continue;
    }
    if (same(o, value, other))
      continue;
    fprintf(out, "%s%s ", indent, o->name);
    put_value(o, value, out);
    if (has_default(o, other)) {
      fputs("  (default ", out);
      put_value(o, other, out);
      fputc(')', out);
    }
    fputc('\n', out);
  }
}
