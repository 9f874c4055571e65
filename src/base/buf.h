/* SPDX-License-Identifier: MIT */
/* A growing byte buffer with a ceiling. Always NUL-terminated, so data may be
 * read as a string. After a failed append the content is unchanged.
 *
 * There are two ways to write: buf_add...() tells each time how it went;
 * buf_put...() remembers the first failure and writes nothing behind it, so
 * that a long text is written without a check per line and asked once at the
 * end by buf_error(). One thread at a time. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

struct buf {
  char *data; /* NULL until the first append */
  size_t len;
  size_t capacity;
  size_t max;
  int error; /* the first failure of a buf_put...(), negative errno */
};

void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b);

/* Forgets the content and the failure, keeps the memory. */
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

void buf_put(struct buf *b, const void *bytes, size_t len);
void buf_puts(struct buf *b, const char *text);
void buf_putf(struct buf *b, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Remembers err, what somebody else who wrote into b returned; 0 is fine. */
void buf_put_result(struct buf *b, int err);
/* 0, or the first failure of the four above. */
int buf_error(const struct buf *b);

/* Hands the memory to the caller, who frees it; the buffer is empty again.
 * NULL only when nothing was ever added. */
char *buf_take(struct buf *b);

#endif
