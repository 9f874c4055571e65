/* SPDX-License-Identifier: MIT */
/* The growing buffer: see buf.h. */
#include <config.h>

#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_init(struct buf *b, size_t max) { *b = (struct buf){.max = max}; }

void buf_free(struct buf *b) {
  free(b->data);
  buf_init(b, b->max);
}

void buf_clear(struct buf *b) {
  b->len = 0;
  b->error = 0;
  if (b->data != NULL)
    b->data[0] = '\0';
}

int buf_reserve(struct buf *b, size_t n) {
  size_t need;
  size_t grown;
  char *data;

  if (n > b->max - b->len)
    return -EMSGSIZE;
  need = b->len + n + 1;
  if (need <= b->capacity)
    return 0;
  grown = b->capacity == 0 ? 128 : b->capacity * 2;
  if (grown < need)
    grown = need;
  data = realloc(b->data, grown);
  if (data == NULL)
    return -ENOMEM;
  if (b->data == NULL)
    data[0] = '\0';
  b->data = data;
  b->capacity = grown;
  return 0;
}

int buf_add(struct buf *b, const void *bytes, size_t len) {
  int err = buf_reserve(b, len);

  if (err < 0)
    return err;
  if (len > 0)
    memcpy(b->data + b->len, bytes, len);
  b->len += len;
  b->data[b->len] = '\0';
  return 0;
}

int buf_adds(struct buf *b, const char *text) {
  return buf_add(b, text, strlen(text));
}

int buf_addv(struct buf *b, const char *format, va_list args) {
  size_t room = b->capacity - b->len;
  va_list again;
  int need;
  int err;

  va_copy(again, args); /* there is nearly always enough room */
  need = vsnprintf(room > 0 ? b->data + b->len : NULL, room, format, args);
  err = need < 0 ? -EINVAL : buf_reserve(b, (size_t)need);
  if (err == 0 && (size_t)need >= room)
    vsnprintf(b->data + b->len, (size_t)need + 1, format, again);
  va_end(again);
  if (err == 0)
    b->len += (size_t)need;
  else if (room > 0)
    b->data[b->len] = '\0';
  return err;
}

int buf_addf(struct buf *b, const char *format, ...) {
  va_list args;
  int err;

  va_start(args, format);
  err = buf_addv(b, format, args);
  va_end(args);
  return err;
}

void buf_put_result(struct buf *b, int err) {
  if (b->error == 0)
    b->error = err;
}

void buf_put(struct buf *b, const void *bytes, size_t len) {
  if (b->error == 0)
    b->error = buf_add(b, bytes, len);
}

void buf_puts(struct buf *b, const char *text) {
  buf_put(b, text, strlen(text));
}

void buf_putf(struct buf *b, const char *format, ...) {
  va_list args;

  if (b->error != 0)
    return;
  va_start(args, format);
  b->error = buf_addv(b, format, args);
  va_end(args);
}

int buf_error(const struct buf *b) { return b->error; }

char *buf_take(struct buf *b) {
  char *data = b->data;

  b->data = NULL;
  buf_free(b);
  return data;
}
