/* SPDX-License-Identifier: MIT */
/* Text from strangers made fit for names, logs and terminals.
 * All functions are pure and safe from any thread. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decodes the character at s (len > 0 bytes). Returns its length in bytes and
 * sets *code, or returns 0 for anything RFC 3629 forbids: stray and missing
 * continuation bytes, overlong forms, surrogates, beyond U+10FFFF. */
size_t text_decode(const char *s, size_t len, uint32_t *code);

/* Writes code as UTF-8 to out (4 bytes at least); returns the length, 0 for
 * what is no character. */
size_t text_encode(uint32_t code, char *out);

/* Copies at most len bytes (or up to a NUL) of in to out, which holds size
 * bytes: invalid bytes become "?", white space (line feeds too) one blank
 * each, other control characters and direction overrides vanish, the result
 * is cut between characters and always terminated. Returns its length. */
size_t text_clean(const char *in, size_t len, char *out, size_t size);

/* Appends text with invalid bytes as U+FFFD and control characters dropped,
 * line feeds excepted (one_line: they become blanks). 0, -ENOMEM, -EMSGSIZE. */
int text_repair(const char *text, bool one_line, struct buf *out)
    __attribute__((warn_unused_result));

/* The longest prefix of s, at most max bytes, that ends between characters. */
size_t text_cut(const char *s, size_t max);

/* text_clean() plus what an instance name of collectd needs (doc/names.md):
 * "/" becomes "_", blanks at both ends go. May leave an empty string. */
size_t text_name(const char *in, size_t len, char *out, size_t size);

/* The letters of in that a host name may have (A-Z, a-z, 0-9, "-" and "."),
 * "localhost" where none is left; for EHLO and the ids of mails. */
void text_host(const char *in, char *out, size_t size);

/* Equal without regard to ASCII case. */
bool text_same(const char *a, const char *b);

/* Number of single edits (insert, delete, replace, swap neighbours) from a to
 * b without regard to case, for "did you mean"; anything beyond 63 bytes
 * counts as far away. */
unsigned text_distance(const char *a, const char *b);

#endif
