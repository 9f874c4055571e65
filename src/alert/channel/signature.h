/* SPDX-License-Identifier: MIT */
/* How a receiver knows that a webhook came from us and is fresh. */
#ifndef ALERT_CHANNEL_SIGNATURE_H
#define ALERT_CHANNEL_SIGNATURE_H

#include <stddef.h>
#include <stdint.h>

enum { SIGNATURE_SIZE = 128 };

/* "t=<now>,v1=<hex>": HMAC-SHA256 over "<now>." and the very bytes that are
 * sent; now in seconds since 1970. 0 or -ENOMEM. */
int signature_of(const char *secret, int64_t now, const char *body, size_t len,
                 char out[SIGNATURE_SIZE]);

#endif
