/* SPDX-License-Identifier: MIT */
/* What the files behind web.h share; nobody else includes it.
 *
 *   web.c         clients: requests go out, answers come back
 *   http_multi.c   libcurl's handles, sockets and timers inside the loop
 *   http_client_answer.c  heads, cookies and errors of answers
 *   web_trust.c   whose TLS certificate is good */
#ifndef DEVICE_HTTP_HTTP_INTERNAL_H
#define DEVICE_HTTP_HTTP_INTERNAL_H

#include "base/buf.h"
#include "device/http/http_client.h"

#include <curl/curl.h>
#include <stdint.h>

enum { HTTP_CLIENT_KINDS = HTTP_CLIENT_JSON_BY_APP + 1 };

struct http_multi;
struct http_socket;

struct http_pool {
  struct loop *loop;
  struct http_multi *multis;
  unsigned multis_num;
  unsigned kept_max;
  struct curl_slist *headers[HTTP_CLIENT_KINDS];
  struct buf spare;             /* of the last answer, for the next */
  struct http_socket **sockets; /* by descriptor */
  size_t sockets_num;
  uint8_t root[HTTP_CLIENT_ROOT_SIZE]; /* whose certificates
                                          HTTP_CLIENT_TLS_GENUINE takes */
};

struct http_client {
  struct http_pool *http;
  struct http_multi *multi;
  CURL *easy;
  CURLU *url; /* all but the path */
  struct sockaddr_in address;
  enum http_client_tls tls;
  http_client_done *done;
  void *arg;
  bool active;  /* a request is under way */
  bool started; /* and libcurl knows of it */
  int kind;     /* of the headers that are set; HTTP_CLIENT_KINDS: none are */
  char *request;
  size_t request_len;
  size_t head_len; /* of the answer, so far */
  struct buf body;
  struct http_client_answer answer;
  bool closes;        /* the device closed after its last answer */
  uint64_t closed_us; /* when */
  struct loop_timer rest;
  int fd; /* of its newest connection; -1: there was none */
};

/* -- web.c -- */

/* libcurl is done with the client's request. */
void http_client_finished(struct http_client *c, CURLcode code);

/* -- http_multi.c -- */

/* A place among the handles that libcurl drives. False when memory is out. */
bool http_multi_join(struct http_client *c);
void http_multi_leave(struct http_client *c);
/* Starts and withdraws the transfer of c->easy; one that is not over loses its
 * connection. */
bool http_multi_start(struct http_client *c);
void http_multi_stop(struct http_client *c);
/* The client's connection is not used again. None may be under way. */
void http_multi_hang_up(struct http_client *c);
/* Sets the options of c->easy that belong to sockets. */
void http_multi_equip(struct http_client *c);
void http_multi_free_all(struct http_pool *h);

/* -- http_client_answer.c: callbacks of libcurl, arg is the client -- */

size_t http_answer_take_header(char *line, size_t size, size_t n, void *arg);
size_t http_answer_take_body(char *bytes, size_t size, size_t n, void *arg);
/* status: of the answer as far as it came; 0: it did not. */
enum outcome http_answer_judge(CURLcode code, long status, long os_error,
                               const char **why);

/* -- web_trust.c -- */

/* Makes c->easy refuse, or not, whom the root did not certify, as c->tls says.
 * 0, or -ENOTSUP: this libcurl cannot. */
int http_trust_apply(struct http_client *c);

#endif
