/* SPDX-License-Identifier: MIT */
/* HTTP for devices, inside the engine's loop: libcurl's multi interface driven
 * by the loop, one easy handle per device that lives as long as its link.
 *
 * Devices' servers are minimal, so the client is too: HTTP/1.1, POST with a
 * Content-Length, no Expect, no redirects, no proxies, no cookie engine; the
 * header names are spelled as the devices' own programs spell them. The
 * connection is kept where the device keeps it; there is never more than one
 * per device. A device that closes after each answer gets a short rest before
 * the next request, as it may drop one that comes at once.
 *
 * TLS goes unverified as a rule: devices carry certificates they signed
 * themselves, and what travels inside is encrypted and authenticated once more
 * by KLAP or TPAP, with keys that come from the account. Those that claim a
 * certificate from TP-Link are held to it.
 *
 * Everything belongs to the loop's thread. */
#ifndef DEVICE_HTTP_HTTP_CLIENT_H
#define DEVICE_HTTP_HTTP_CLIENT_H

#include "base/loop.h"
#include "device/outcome.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP_CLIENT_COOKIE_SIZE = 128, HTTP_CLIENT_ROOT_SIZE = 65 };

struct http_pool;

enum http_client_tls {
  HTTP_CLIENT_PLAIN,
  HTTP_CLIENT_TLS,         /* whoever answers */
  HTTP_CLIENT_TLS_GENUINE, /* only whom the root certified */
};

/* kept_max: connections held open between requests. NULL when memory is out
 * or libcurl does not start. */
struct http_pool *http_pool_create(struct loop *loop, unsigned kept_max);
/* Another root than TP-Link's: its P-256 key as uncompressed point. For
 * connections that are opened from then on. */
void http_pool_set_root(struct http_pool *h,
                        const uint8_t root[HTTP_CLIENT_ROOT_SIZE]);
/* All clients must be gone. NULL is fine. */
void http_pool_free(struct http_pool *h);

/* The kinds of body devices want, with the headers that go with them. */
enum http_client_kind {
  HTTP_CLIENT_BINARY,
  HTTP_CLIENT_JSON,
  HTTP_CLIENT_JSON_BY_APP
};

struct http_client_answer {
  long status;
  char *body; /* terminated, may be changed, lives until return */
  size_t len;
  char cookie[HTTP_CLIENT_COOKIE_SIZE]; /* of TP_SESSIONID or SESSIONID; "" */
  long lifetime; /* of TIMEOUT in the same header; 0: none */
};

struct http_client;

/* An answer of whatever status; or answer NULL, and outcome and why say what
 * went wrong. The client may be used, aborted or freed from here. */
typedef void http_client_done(void *arg, enum outcome outcome,
                              struct http_client_answer *answer,
                              const char *why);

/* One device. Opens nothing yet. NULL when memory is out. */
struct http_client *http_client_create(struct http_pool *h,
                                       const struct sockaddr_in *address,
                                       enum http_client_tls tls,
                                       http_client_done *done, void *arg);
/* May be called with a request under way: done does not follow. Its connection
 * is closed. */
void http_client_free(struct http_client *c);

/* Starts a POST to path ("/app/request?seq=1"); cookie "" for none. body is
 * copied. done follows exactly once, never from inside, unless
 * http_client_abort() or http_client_free() comes first. 0, or -ENOMEM: nothing
 * was started. */
int http_client_post(struct http_client *c, enum http_client_kind kind,
                     const char *path, const char *cookie, const void *body,
                     size_t len);

/* Forgets the request under way, if any, and its connection. */
void http_client_abort(struct http_client *c);

/* From now on at another port, or with another kind of TLS, on a connection of
 * its own. No request may be under way. 0; -ENOMEM; -ENOTSUP: this libcurl
 * cannot tell whom the root certified. */
int http_client_move(struct http_client *c, in_port_t port,
                     enum http_client_tls tls);

#endif
