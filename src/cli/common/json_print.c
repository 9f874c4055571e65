/* SPDX-License-Identifier: MIT */
/* JSON for people: see json_print.h. */
#include <config.h>

#include "cli/common/json_print.h"

#include "base/buf.h"

#include <string.h>

enum { TEXT_MAX = 64 * 1024 * 1024 };

static void new_line(struct buf *out, unsigned level) {
  buf_putf(out, "\n%*s", (int)(2 * level), "");
}

/* Bytes of the string that begins here, with its quotes. */
static size_t string_length(const char *at) {
  size_t n = 1;

  while (at[n] != '\0' && at[n] != '"')
    n += at[n] == '\\' && at[n + 1] != '\0' ? 2 : 1;
  return n + (at[n] == '"' ? 1 : 0);
}

/* The next piece of JSON without blanks; how many bytes it was. */
static size_t add_piece(struct buf *out, const char *at, unsigned *level) {
  size_t n = *at == '"' ? string_length(at) : 1;

  if (strncmp(at, "{}", 2) == 0 || strncmp(at, "[]", 2) == 0)
    n = 2;
  else if (*at == '}' || *at == ']')
    new_line(out, --*level);
  buf_put(out, at, n);
  if (*at == ':')
    buf_puts(out, " ");
  if (n == 1 && (*at == '{' || *at == '['))
    new_line(out, ++*level);
  if (*at == ',')
    new_line(out, *level);
  return n;
}

char *json_print(const cJSON *root) {
  char *raw = cJSON_PrintUnformatted(root);
  struct buf out;
  unsigned level = 0;

  buf_init(&out, TEXT_MAX);
  for (const char *at = raw; raw != NULL && *at != '\0';)
    at += add_piece(&out, at, &level);
  cJSON_free(raw);
  if (buf_error(&out) == 0)
    return buf_take(&out);
  buf_free(&out);
  return NULL;
}
