/* SPDX-License-Identifier: MIT */
/* TLS 1.2 as devices have it: a certificate that they signed themselves, and
 * for KLAP the old suites with an RSA key exchange only. One key for the whole
 * house, made when the first connection wants it. */
#ifndef KASASIM_TLS_H
#define KASASIM_TLS_H

#include "base.h"

#include <sys/types.h>

enum tls_suites { TLS_SUITES_RSA, TLS_SUITES_ECDHE };

struct tls;

/* The server's side of a connection; shakes hands while it is read from. */
struct tls *tls_new(int fd, enum tls_suites suites);
/* Says goodbye first, unless the connection is to look broken. NULL is fine. */
void tls_free(struct tls *tls, bool goodbye);

/* As recv() and send(): -1 and EAGAIN when there is more to wait for, EPROTO
 * when it is no TLS. What EAGAIN left of a send() must be sent again. */
ssize_t tls_recv(struct tls *tls, void *p, size_t len);
ssize_t tls_send(struct tls *tls, const void *p, size_t len);

#endif
