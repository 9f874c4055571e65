/* SPDX-License-Identifier: MIT */
/* The text format of metrics: see metrics.h. */
#include <config.h>

#include "cli/live/metrics.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A line under the reader's finger. It ends with a NUL. */
struct cursor {
  char *at;
  const char *why; /* what is wrong, NULL while all is well */
};

static bool fail(struct cursor *c, const char *why) {
  c->why = why;
  return false;
}

static void blanks(struct cursor *c) {
  while (*c->at == ' ' || *c->at == '\t')
    c->at++;
}

static bool is_name(char c, bool first, bool colon) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         (colon && c == ':') || (!first && c >= '0' && c <= '9');
}

/* The length of the name at the cursor; 0 for none. */
static size_t name_length(const struct cursor *c, bool colon) {
  size_t n = 0;

  while (is_name(c->at[n], n == 0, colon))
    n++;
  return n;
}

/* "text" with its escapes resolved in place. */
static bool read_quoted(struct cursor *c, const char **value) {
  char *out;

  if (*c->at++ != '"')
    return fail(c, "a label's value must stand in quotes");
  *value = out = c->at;
  while (*c->at != '"') {
    char next = *c->at++;

    if (next == '\0')
      return fail(c, "a label's value is not closed");
    if (next == '\\') {
      next = *c->at++;
      if (next == 'n')
        next = '\n';
      else if (next != '\\' && next != '"')
        return fail(c, "an unknown escape in a label's value");
    }
    *out++ = next;
  }
  c->at++;
  *out = '\0'; /* at the latest where the quote was */
  return true;
}

/* name="value", up to "}" */
static bool read_labels(struct cursor *c, struct metrics_sample *s) {
  for (;;) {
    struct metrics_label *label = &s->labels[s->labels_num];
    size_t n;

    blanks(c);
    if (*c->at == '}')
      break;
    if (s->labels_num == METRICS_LABELS_MAX)
      return fail(c, "too many labels");
    n = name_length(c, false);
    if (n == 0)
      return fail(c, "a label's name is missing");
    label->name = c->at;
    c->at += n;
    if (*c->at != '=')
      return fail(c, "\"=\" is missing behind a label's name");
    *c->at++ = '\0';
    if (!read_quoted(c, &label->value))
      return false;
    s->labels_num++;
    blanks(c);
    if (*c->at == ',')
      c->at++;
    else if (*c->at != '}')
      return fail(c, "\",\" or \"}\" is missing behind a label");
  }
  c->at++;
  return true;
}

/* Decimal numbers, NaN and infinities; strtod() alone knows more. */
static bool read_value(struct cursor *c, double *value) {
  size_t n = strcspn(c->at, " \t");
  bool digits = strspn(c->at, "0123456789+-.eE") == n && n > 0;
  const char *word = c->at + (*c->at == '+' || *c->at == '-');
  size_t length = n - (size_t)(word - c->at);
  bool special = length == 3 && (strncasecmp(word, "nan", 3) == 0 ||
                                 strncasecmp(word, "inf", 3) == 0);
  char *end = NULL;

  if (!digits && !special)
    return fail(c, "the value is no number");
  *value = strtod(c->at, &end);
  if (end != c->at + n)
    return fail(c, "the value is no number");
  c->at = end;
  return true;
}

/* Milliseconds, if there are any, and nothing after them. */
static bool read_time(struct cursor *c, int64_t *time_ms) {
  char *end;

  blanks(c);
  if (*c->at == '\0')
    return true;
  end = c->at;
  errno = 0;
  if (*c->at == '-' || (*c->at >= '0' && *c->at <= '9'))
    *time_ms = strtoll(c->at, &end, 10);
  if (end == c->at || errno != 0)
    return fail(c, "the time stamp is no number");
  c->at = end;
  blanks(c);
  return *c->at == '\0' ? true : fail(c, "more behind the time stamp");
}

static bool read_sample(struct cursor *c, struct metrics_sample *s) {
  size_t n = name_length(c, true);
  char after;

  s->name = c->at;
  s->labels_num = 0;
  s->time_ms = 0;
  if (n == 0)
    return fail(c, "no name of a metric");
  c->at += n;
  after = *c->at;
  if (after != ' ' && after != '\t' && after != '{')
    return fail(c, "a name is followed by something else than labels or value");
  *c->at++ = '\0';
  if (after != '{') {
    blanks(c);
    if (*c->at == '{') {
      after = '{';
      c->at++;
    }
  }
  if (after == '{' && !read_labels(c, s))
    return false;
  blanks(c);
  return read_value(c, &s->value) && read_time(c, &s->time_ms);
}

static void read_line(char *line, size_t len, size_t number,
                      struct metrics_result *result, metrics_take *take,
                      void *arg) {
  struct cursor c = {.at = line};
  struct metrics_sample sample;

  if (memchr(line, '\0', len) != NULL) {
    fail(&c, "a NUL byte");
  } else {
    blanks(&c);
    if (*c.at == '\0' || *c.at == '#')
      return;
    if (read_sample(&c, &sample)) {
      result->samples++;
      take(arg, &sample);
      return;
    }
  }
  if (result->bad++ == 0) {
    result->first_bad = number;
    snprintf(result->why, sizeof(result->why), "%s", c.why);
  }
}

struct metrics_result metrics_read(char *text, size_t len, metrics_take *take,
                                   void *arg) {
  struct metrics_result result = {0};
  char *end = text + len;

  *end = '\0';
  for (size_t number = 1; text < end; number++) {
    char *line = text;
    char *eol = memchr(text, '\n', (size_t)(end - text));

    if (eol == NULL)
      eol = end;
    *eol = '\0';
    text = eol + 1;
    read_line(line, (size_t)(eol - line), number, &result, take, arg);
  }
  return result;
}

const char *metrics_label(const struct metrics_sample *sample,
                          const char *name) {
  for (size_t i = 0; i < sample->labels_num; i++)
    if (strcmp(sample->labels[i].name, name) == 0)
      return sample->labels[i].value;
  return "";
}
