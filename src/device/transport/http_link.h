/* SPDX-License-Identifier: MIT */
/* What the links of all HTTP transports have in common: the request under
 * way, who waits for it, the cookie and age of the session. Embedded as the
 * first member of each transport's struct link. */
#ifndef DEVICE_TRANSPORT_HTTP_LINK_H
#define DEVICE_TRANSPORT_HTTP_LINK_H

#include "device/http/http_client.h"
#include "device/transport.h"

struct http_link {
  struct transport_env *env;
  struct endpoint where;
  struct http_client *client;
  link_done *done; /* set while a request is under way */
  void *arg;
  char *request; /* kept for a second session */
  size_t request_len;
  bool renewed;     /* a session was begun for this request */
  bool entered;     /* there has been a session */
  bool stubborn;    /* new sessions do not mend what fails */
  unsigned useless; /* answers of no use in a row */
  char cookie[HTTP_CLIENT_COOKIE_SIZE];
  uint64_t expires_us; /* 0: there is no session */
  unsigned given_up;   /* requests aborted in a row */
  char why[WHY_SIZE];
};

/* port: the transport's usual ones. False when memory is out. */
bool http_link_init(struct http_link *l, struct transport_env *env,
                    const struct endpoint *where,
                    const struct transport *transport, http_client_done *done,
                    void *arg);
/* Aborts, wipes, frees what it owns. */
void http_link_close(struct http_link *l);

/* Begins send(): copies the request. 0 or -ENOMEM. */
int http_link_begin(struct http_link *l, const void *request, size_t len,
                    link_done *done, void *arg);
/* Takes back what http_link_begin() did, without done(). */
void http_link_forget(struct http_link *l);
/* Ends it with done(). */
void http_link_finish(struct http_link *l, enum outcome outcome, char *answer,
                      size_t len, const char *why);
void http_link_fail(struct http_link *l, enum outcome outcome,
                    const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The handshake named a lifetime (0: none); it is renewed well before. */
void http_link_opened(struct http_link *l, long lifetime);
bool http_link_is_open(const struct http_link *l);

/* An answer is of no use though the session seemed good. True when a new
 * session may help: it is tried once. What fails in that one, too, fails
 * because of what was asked; from then on sessions are kept over it, as each
 * login costs the device more than the answer is worth. */
bool http_link_doubts(struct http_link *l);

/* Whether the device belongs to somebody else and there is no session: a login
 * would only bring the device closer to locking everybody out, the app
 * included. *why then says what a person can do about it. */
bool http_link_is_barred(struct http_link *l, const char **why);

/* Ends with OUTCOME_AUTH and says what a person can do about it. */
void http_link_fail_account(struct http_link *l);

#endif
