/* SPDX-License-Identifier: MIT */
/* Whose TLS certificate is good. */
#ifndef DEVICE_HTTP_HTTP_TRUST_H
#define DEVICE_HTTP_HTTP_TRUST_H

#include "device/http/http_internal.h"

extern const uint8_t http_trust_tp_link_root[HTTP_CLIENT_ROOT_SIZE];

/* Makes c->easy refuse, or not, whom the root did not certify, as c->tls says.
 * 0, or -ENOTSUP: this libcurl cannot. */
int http_trust_apply(struct http_client *c);

#endif
