/* What the files behind web.h share; nobody else includes it.
 *
 *   web.c         clients: requests go out, answers come back
 *   web_multi.c   libcurl's handles, sockets and timers inside the loop
 *   web_answer.c  heads, cookies and errors of answers
 *   web_trust.c   whose TLS certificate is good */
#ifndef DEVICE_WEB_INSIDE_H
#define DEVICE_WEB_INSIDE_H

#include "base/buf.h"
#include "device/web.h"

#include <curl/curl.h>
#include <stdint.h>

enum { WEB_KINDS = WEB_JSON_BY_APP + 1 };

struct web_multi;
struct web_socket;

struct web {
  struct loop *loop;
  struct web_multi *multis;
  unsigned multis_num;
  unsigned kept_max;
  struct curl_slist *headers[WEB_KINDS];
  struct buf spare;            /* of the last answer, for the next */
  struct web_socket **sockets; /* by descriptor */
  size_t sockets_num;
  uint8_t root[WEB_ROOT_SIZE]; /* whose certificates WEB_TLS_GENUINE takes */
};

struct web_client {
  struct web *http;
  struct web_multi *multi;
  CURL *easy;
  CURLU *url; /* all but the path */
  struct sockaddr_in address;
  enum web_tls tls;
  web_done *done;
  void *arg;
  bool active;  /* a request is under way */
  bool started; /* and libcurl knows of it */
  int kind;     /* of the headers that are set; WEB_KINDS: none are */
  char *request;
  size_t request_len;
  size_t head_len; /* of the answer, so far */
  struct buf body;
  struct web_answer answer;
  bool closes;        /* the device closed after its last answer */
  uint64_t closed_us; /* when */
  struct loop_timer rest;
  int fd; /* of its newest connection; -1: there was none */
};

/* -- web.c -- */

/* libcurl is done with the client's request. */
void web_finished(struct web_client *c, CURLcode code);

/* -- web_multi.c -- */

/* A place among the handles that libcurl drives. False when memory is out. */
bool web_multi_join(struct web_client *c);
void web_multi_leave(struct web_client *c);
/* Starts and withdraws the transfer of c->easy; one that is not over loses its
 * connection. */
bool web_multi_start(struct web_client *c);
void web_multi_stop(struct web_client *c);
/* The client's connection is not used again. None may be under way. */
void web_multi_hang_up(struct web_client *c);
/* Sets the options of c->easy that belong to sockets. */
void web_multi_equip(struct web_client *c);
void web_multi_free_all(struct web *h);

/* -- web_answer.c: callbacks of libcurl, arg is the client -- */

size_t web_take_header(char *line, size_t size, size_t n, void *arg);
size_t web_take_body(char *bytes, size_t size, size_t n, void *arg);
/* status: of the answer as far as it came; 0: it did not. */
enum outcome web_judge(CURLcode code, long status, long os_error,
                       const char **why);

/* -- web_trust.c -- */

/* Makes c->easy refuse, or not, whom the root did not certify, as c->tls says.
 * 0, or -ENOTSUP: this libcurl cannot. */
int web_trust_apply(struct web_client *c);

#endif
