/* HTTP for devices, inside the engine's loop: one libcurl multi handle that
 * the loop drives, one easy handle per device that lives as long as its link.
 *
 * Devices' servers are minimal, so the client is too: HTTP/1.1, POST with a
 * Content-Length, no Expect, no redirects, no proxies, no cookie engine; the
 * header names are spelled as the devices' own programs spell them. The
 * connection is kept where the device keeps it; there is never more than one
 * per device. A device that closes after each answer gets a short rest before
 * the next request, as it may drop one that comes at once.
 *
 * TLS goes unverified: devices carry certificates they signed themselves, and
 * what travels inside is encrypted and authenticated once more by KLAP or
 * TPAP, with keys that come from the account.
 *
 * Everything belongs to the loop's thread. */
#ifndef DEVICE_HTTP_H
#define DEVICE_HTTP_H

#include "base/loop.h"
#include "device/outcome.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

enum { HTTP_COOKIE_SIZE = 128, HTTP_PATH_SIZE = 320 };

struct http;

/* kept_max: connections held open between requests. NULL when memory is out
 * or libcurl does not start. */
struct http *http_create(struct loop *loop, unsigned kept_max);
/* All clients must be gone. NULL is fine. */
void http_free(struct http *h);

/* The kinds of body devices want, with the headers that go with them. */
enum http_kind { HTTP_BINARY, HTTP_JSON, HTTP_JSON_BY_APP };

struct http_answer {
  long status;
  char *body; /* terminated, may be changed, lives until return */
  size_t len;
  char cookie[HTTP_COOKIE_SIZE]; /* of TP_SESSIONID or SESSIONID; "" */
  long lifetime;                 /* of TIMEOUT in the same header; 0: none */
};

struct http_client;

/* An answer of whatever status; or answer NULL, and outcome and why say what
 * went wrong. The client may be used, aborted or freed from here. */
typedef void http_done(void *arg, enum outcome outcome,
                       struct http_answer *answer, const char *why);

/* One device. Opens nothing yet. NULL when memory is out. */
struct http_client *http_client_create(struct http *h,
                                       const struct sockaddr_in *address,
                                       bool tls, http_done *done, void *arg);
/* May be called with a request under way: done does not follow. */
void http_client_free(struct http_client *c);

/* Starts a POST to path ("/app/request?seq=1"); cookie "" for none. body is
 * copied. done follows exactly once, never from inside, unless http_abort()
 * or http_client_free() comes first. 0, or -ENOMEM: nothing was started. */
int http_post(struct http_client *c, enum http_kind kind, const char *path,
              const char *cookie, const void *body, size_t len);

/* Forgets the request under way, if any, and its connection. */
void http_abort(struct http_client *c);

/* From now on at another port, or with TLS. No request may be under way. */
void http_move(struct http_client *c, in_port_t port, bool tls);

#endif
