/* SPDX-License-Identifier: MIT */
/* The letter of mail: header lines that cannot be broken out of, encoded
 * words, quoted-printable. Everything is strict CRLF. Pure functions. */
#ifndef ALERT_CHANNEL_EMAIL_MIME_H
#define ALERT_CHANNEL_EMAIL_MIME_H

#include "base/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All return 0, -ENOMEM or -EMSGSIZE (the buffer's ceiling). */

/* "Name: value" with value as unstructured text: repaired, control characters
 * out (a line break becomes a blank), RFC 2047 words where it is not ASCII,
 * folded at 76. */
int mime_header(struct buf *out, const char *name, const char *text)
    __attribute__((warn_unused_result));

/* "Name: a, b, c" from addresses as mime_address_valid() takes them; a phrase
 * that is not ASCII is encoded, the address never; one that needs
 * UTF-8 stands there as it is. */
int mime_header_addresses(struct buf *out, const char *name,
                          const char *const *addresses, size_t n)
    __attribute__((warn_unused_result));

/* "Name: <a> <b>" from message ids; empty ones are left out, and the whole
 * line with them. */
int mime_header_ids(struct buf *out, const char *name, const char *const *ids,
                    size_t n) __attribute__((warn_unused_result));

/* RFC 5322, English, in the local zone: "Sat, 21 Nov 2026 14:03:22 +0100". */
void mime_date(int64_t wall_ms, char *out, size_t size);

/* Text with any line ends as quoted-printable lines of at most 76 characters,
 * ending with CRLF. Invalid UTF-8 becomes U+FFFD. */
int mime_quoted_printable(struct buf *out, const char *text)
    __attribute__((warn_unused_result));

/* "me@example.org" or "Some Name <me@example.org>": exactly one, nothing that
 * could end a line or a command. The domain is ASCII, see mime_address_ascii();
 * what stands in front of the @ may be any letters. */
bool mime_address_valid(const char *text);
/* "root" or "Some Name <root>", which a mail server knows on its own host. */
bool mime_address_local(const char *text);

/* An address as mail needs it: a domain of other letters ("bücher.example")
 * becomes its ASCII form ("xn--bcher-kva.example"), the rest stays. For the
 * caller to free; NULL when memory is out or the domain cannot be written so.
 */
char *mime_address_ascii(const char *text);

/* Whether a valid address needs a server that takes UTF-8. */
bool mime_address_is_utf8(const char *text);

/* The bare address within a valid one; borrowed, len bytes. */
const char *mime_address(const char *text, size_t *len);

#endif
