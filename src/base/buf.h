/* SPDX-License-Identifier: MIT */
/* A growing byte buffer with a ceiling. Always NUL-terminated, so data may be
 * read as a string. After a failed append the content is unchanged.
 * One thread at a time. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
  char *data; /* NULL until the first append */
  size_t len;
  size_t capacity;
  size_t max;
};

void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b);

/* Forgets the content, keeps the memory. */
void buf_clear(struct buf *b);

/* Room for n more bytes (and the NUL): 0, -ENOMEM, -EMSGSIZE at the ceiling. */
int buf_reserve(struct buf *b, size_t n) __attribute__((warn_unused_result));

/* 0, -ENOMEM, -EMSGSIZE. */
int buf_add(struct buf *b, const void *bytes, size_t len)
    __attribute__((warn_unused_result));
int buf_adds(struct buf *b, const char *text)
    __attribute__((warn_unused_result));
int buf_addf(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3), warn_unused_result));
int buf_addv(struct buf *b, const char *format, va_list args)
    __attribute__((format(printf, 2, 0), warn_unused_result));

/* Hands the memory to the caller, who frees it; the buffer is empty again.
 * NULL only when nothing was ever added. */
char *buf_take(struct buf *b);

#endif
