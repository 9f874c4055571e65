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
#ifndef DEVICE_WEB_H
#define DEVICE_WEB_H

#include "base/loop.h"
#include "device/outcome.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { WEB_COOKIE_SIZE = 128, WEB_ROOT_SIZE = 65 };

struct web;

enum web_tls {
  WEB_PLAIN,
  WEB_TLS,         /* whoever answers */
  WEB_TLS_GENUINE, /* only whom the root certified */
};

/* kept_max: connections held open between requests. NULL when memory is out
 * or libcurl does not start. */
struct web *web_create(struct loop *loop, unsigned kept_max);
/* Another root than TP-Link's: its P-256 key as uncompressed point. For
 * connections that are opened from then on. */
void web_set_root(struct web *h, const uint8_t root[WEB_ROOT_SIZE]);
extern const uint8_t web_tp_link_root[WEB_ROOT_SIZE];
/* All clients must be gone. NULL is fine. */
void web_free(struct web *h);

/* The kinds of body devices want, with the headers that go with them. */
enum web_kind { WEB_BINARY, WEB_JSON, WEB_JSON_BY_APP };

struct web_answer {
  long status;
  char *body; /* terminated, may be changed, lives until return */
  size_t len;
  char cookie[WEB_COOKIE_SIZE]; /* of TP_SESSIONID or SESSIONID; "" */
  long lifetime;                /* of TIMEOUT in the same header; 0: none */
};

struct web_client;

/* An answer of whatever status; or answer NULL, and outcome and why say what
 * went wrong. The client may be used, aborted or freed from here. */
typedef void web_done(void *arg, enum outcome outcome,
                      struct web_answer *answer, const char *why);

/* One device. Opens nothing yet. NULL when memory is out. */
struct web_client *web_client_create(struct web *h,
                                     const struct sockaddr_in *address,
                                     enum web_tls tls, web_done *done,
                                     void *arg);
/* May be called with a request under way: done does not follow. Its connection
 * is closed. */
void web_client_free(struct web_client *c);

/* Starts a POST to path ("/app/request?seq=1"); cookie "" for none. body is
 * copied. done follows exactly once, never from inside, unless web_abort()
 * or web_client_free() comes first. 0, or -ENOMEM: nothing was started. */
int web_post(struct web_client *c, enum web_kind kind, const char *path,
             const char *cookie, const void *body, size_t len);

/* Forgets the request under way, if any, and its connection. */
void web_abort(struct web_client *c);

/* From now on at another port, or with another kind of TLS, on a connection of
 * its own. No request may be under way. 0; -ENOMEM; -ENOTSUP: this libcurl
 * cannot tell whom the root certified. */
int web_move(struct web_client *c, in_port_t port, enum web_tls tls);

#endif
