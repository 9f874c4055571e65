/* Reading rrdtool's answers: see graph_answer.h. */
#include <config.h>

#include "cli/graph_answer.h"

#include "base/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool begins(const char *line, size_t len, const char *word) {
  size_t n = strlen(word);

  return len >= n && memcmp(line, word, n) == 0;
}

static bool is_end(const char *line, size_t len) {
  return begins(line, len, "ERROR:") || begins(line, len, "OK u:") ||
         (len == 2 && begins(line, len, "OK"));
}

bool graph_answer_complete(const char *text, size_t len) {
  while (len > 0) {
    const char *end = memchr(text, '\n', len);
    size_t line = end != NULL ? (size_t)(end - text) : len;

    if (end == NULL)
      return false;
    if (is_end(text, line))
      return true;
    text += line + 1;
    len -= line + 1;
  }
  return false;
}

static double number(const char *text, char **end) {
  double value = strtod(text, end);

  return *end == text || !isfinite(value) ? NAN : value;
}

/* print[2] = "7.81e+01" */
static void take_print(const char *line, struct graph_answer *a) {
  char *end = NULL;
  unsigned long place = strtoul(line + strlen("print["), &end, 10);

  if (place >= GRAPH_PRINTS_MAX || strncmp(end, "] = \"", 5) != 0)
    return;
  while (a->prints_num <= place)
    a->prints[a->prints_num++] = NAN;
  a->prints[place] = number(end + 5, &end);
}

/* 1795639785: 81.82 */
static void take_update(const char *line, struct graph_answer *a) {
  char *end = NULL;
  long long when = strtoll(line, &end, 10);

  if (end == line || *end != ':' || when < 0 || a->last != 0)
    return;
  a->last = (time_t)when;
  a->value = number(end + 1, &end);
}

static void take_line(const char *line, size_t len, struct graph_answer *a) {
  if (begins(line, len, "print["))
    take_print(line, a);
  else if (len > 0 && line[0] >= '0' && line[0] <= '9')
    take_update(line, a);
  else if (len > 1 && line[0] == ' ' && a->sources[0] == '\0')
    text_clean(line + 1, len - 1, a->sources, sizeof(a->sources));
}

bool graph_answer_is_locked(const struct graph_answer *answer) {
  return !answer->ok && strstr(answer->error, "could not lock") != NULL;
}

void graph_answer_read(const char *text, struct graph_answer *a) {
  *a = (struct graph_answer){.value = NAN};
  while (*text != '\0') {
    size_t len = strcspn(text, "\n");

    if (begins(text, len, "ERROR:")) {
      size_t skip = strlen("ERROR:") + (text[strlen("ERROR:")] == ' ');

      text_clean(text + skip, len - skip, a->error, sizeof(a->error));
      return;
    }
    if (is_end(text, len)) {
      a->ok = true;
      return;
    }
    take_line(text, len, a);
    text += len + (text[len] == '\n');
  }
}
