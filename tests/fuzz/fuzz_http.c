/* SPDX-License-Identifier: MIT */
/* Any head and body of a device's answer, as libcurl hands them out: line by
 * line, then in pieces. The first byte says how large the pieces are. */
#include <config.h>

#include "device/http/http_answer.h"
#include "device/transport.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What goes out again as part of a header, and how long a session lives. */
static void check(const struct http_client *c) {
  size_t len = strnlen(c->answer.cookie, sizeof(c->answer.cookie));

  if (len == sizeof(c->answer.cookie) || c->answer.lifetime < 0 ||
      c->answer.lifetime > 99999999 || c->body.len > ANSWER_MAX)
    abort();
  for (size_t i = 0; i < len; i++)
    if (c->answer.cookie[i] <= ' ' || c->answer.cookie[i] >= 0x7f)
      abort();
}

/* Up to the empty line; how much of data that was. */
static size_t take_head(struct http_client *c, char *data, size_t size) {
  size_t at = 0;

  while (at < size) {
    const char *end = memchr(data + at, '\n', size - at);
    size_t n = end != NULL ? (size_t)(end - data) - at + 1 : size - at;
    /* by itself, so that reading on would be noticed */
    char *line = malloc(n);
    size_t taken;

    if (line == NULL)
      return size;
    memcpy(line, data + at, n);
    taken = http_answer_take_header(line, 1, n, c);
    free(line);
    check(c);
    at += n;
    if (taken != n)
      return size; /* libcurl ends the transfer */
    if (n <= 2 && end != NULL)
      break;
  }
  return at;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct http_pool pool = {0};
  struct http_client c = {.http = &pool, .fd = -1};
  char *text;
  size_t piece;

  if (size == 0 || (text = malloc(size)) == NULL)
    return -1;
  piece = data[0] == 0 ? 1 : (size_t)data[0] * 64;
  memcpy(text, data, size);
  buf_init(&pool.spare, ANSWER_MAX);
  for (size_t at = 1 + take_head(&c, text + 1, size - 1); at < size;
       at += piece) {
    size_t n = size - at < piece ? size - at : piece;

    if (http_answer_take_body(text + at, 1, n, &c) != n)
      break;
    check(&c);
  }
  buf_free(&c.body);
  buf_free(&pool.spare);
  free(text);
  return 0;
}
