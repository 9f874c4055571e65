/* SPDX-License-Identifier: MIT */
/* What the files behind http_client.h share; nobody else includes it.
 *
 *   http_client.c  clients: requests go out, answers come back
 *   http_multi.c   libcurl's handles, sockets and timers inside the loop
 *   http_answer.c  heads, cookies and errors of answers
 *   http_trust.c   whose TLS certificate is good */
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
  /* libcurl is done with the request: http_client.c's, called by http_multi.c
   */
  void (*finished)(struct http_client *c, CURLcode code);
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
  bool in_cookie;  /* its last line was of a cookie */
  struct buf body;
  struct http_client_answer answer;
  bool closes;        /* the device closed after its last answer */
  uint64_t closed_us; /* when */
  struct loop_timer rest;
  int fd; /* of its newest connection; -1: there was none */
};

#endif
