/* SPDX-License-Identifier: MIT */
/* A web server as minimal as the real ones: no chunks, no 100 Continue, nothing
 * but POST. What is served under which path, a struct http_app says. */
#ifndef KASASIM_HTTP_H
#define KASASIM_HTTP_H

#include "stream.h"

struct http_request {
  struct slice method;
  struct slice path;
  struct slice query;   /* behind the question mark */
  struct slice session; /* of the cookie TP_SESSIONID */
  struct slice body;
  bool chunked;
  bool close;
};

struct http_reply {
  int status;       /* 200 */
  const char *type; /* application/octet-stream */
  char cookie[128]; /* what Set-Cookie says; empty = none */
  struct text *body;
  struct delivery *how;
};

struct http_app {
  enum outcome (*serve)(struct device *d, const struct http_request *request,
                        struct http_reply *reply);
};

#define HTTPS_PORT 4433

/* Where the device's web server listens. */
uint16_t http_port(const struct device *d);
/* A transport's functions: the app of d->transport is served. */
const char *http_open(struct device *d);

/* Asks the dialect and lets faults spoil the text: the plain answer. */
enum outcome http_ask(struct device *d, struct slice plain, struct text *answer,
                      struct http_reply *reply);
/* A reply of status alone, with the usual little page. */
enum outcome http_refuse(struct http_reply *reply, int status);
/* The JSON reply {"error_code":code}. */
enum outcome http_error(struct http_reply *reply, int code);
/* TP_SESSIONID=id;TIMEOUT=seconds, unless a fault says otherwise. */
void http_cookie(struct device *d, const char *id, struct http_reply *reply);

#endif
