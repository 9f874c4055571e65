/* SPDX-License-Identifier: MIT */
/* HTTP for devices, the clients: see http_client.h and http_internal.h. */
#include <config.h>

#include "device/http/http_client.h"

#include "device/crypto/crypto.h"
#include "device/http/http_answer.h"
#include "device/http/http_internal.h"
#include "device/http/http_multi.h"
#include "device/http/http_trust.h"
#include "device/transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  RECEIVE_BUFFER = 2048, /* most answers fit; larger ones take several turns */
  /* Between requests to a device that closes its connections (P100). */
  REST_US = 250 * 1000,
};

/* -- what all clients share -- */

static void global_init(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

static bool fill_headers(struct http_pool *h) {
  /* "Expect:" and "Accept:" alone take libcurl's own ones away; its own
   * Accept is the one that binary bodies go with. */
  static const char *const lines[HTTP_CLIENT_KINDS][4] = {
      [HTTP_CLIENT_BINARY] = {"Content-Type: application/octet-stream",
                              "Expect:", NULL, NULL},
      [HTTP_CLIENT_JSON] = {"Content-Type: application/json",
                            "Accept: application/json", "Expect:", NULL},
      [HTTP_CLIENT_JSON_BY_APP] = {"Content-Type: application/json",
                                   "Accept: application/json",
                                   "requestByApp: true", "Expect:"},
  };

  for (int k = 0; k < HTTP_CLIENT_KINDS; k++)
    for (int i = 0; i < 4 && lines[k][i] != NULL; i++) {
      struct curl_slist *longer = curl_slist_append(h->headers[k], lines[k][i]);

      if (longer == NULL)
        return false;
      h->headers[k] = longer;
    }
  return true;
}

struct http_pool *http_pool_create(struct loop *loop, unsigned kept_max) {
  /* libcurl before 7.84 cannot do this from two threads at once. */
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  struct http_pool *h = calloc(1, sizeof(*h));

  if (h == NULL)
    return NULL;
  pthread_once(&once, global_init);
  h->loop = loop;
  h->kept_max = kept_max;
  buf_init(&h->spare, ANSWER_MAX);
  memcpy(h->root, http_trust_tp_link_root, sizeof(h->root));
  if (!fill_headers(h)) {
    http_pool_free(h);
    return NULL;
  }
  return h;
}

void http_pool_set_root(struct http_pool *h,
                        const uint8_t root[HTTP_CLIENT_ROOT_SIZE]) {
  memcpy(h->root, root, sizeof(h->root));
}

void http_pool_free(struct http_pool *h) {
  if (h == NULL)
    return;
  http_multi_free_all(h);
  buf_free(&h->spare);
  for (int k = 0; k < HTTP_CLIENT_KINDS; k++)
    curl_slist_free_all(h->headers[k]);
  free(h);
}

/* -- the end of a request -- */

/* Takes the request out of libcurl; one that is not over loses its
 * connection. */
static void withdraw(struct http_client *c) {
  loop_timer_cancel(c->http->loop, &c->rest);
  if (c->started)
    http_multi_stop(c);
  c->started = false;
  c->active = false;
  if (c->request != NULL)
    crypto_wipe(c->request, c->request_len);
  free(c->request);
  c->request = NULL;
}

/* Most answers fit into the memory of the one before. */
static void give_back(struct http_pool *h, struct buf *body) {
  enum { SPARE_MAX = 8192 };

  buf_clear(body);
  if (h->spare.data == NULL && body->capacity <= SPARE_MAX)
    h->spare = *body;
  else
    buf_free(body);
}

static bool start(struct http_client *c) {
  c->started = http_multi_start(c);
  return c->started;
}

/* What came before the answer was left over from the one before, which was
 * longer than it said: libcurl does not always see that in time. */
static bool is_left_over(const struct http_client *c, CURLcode code) {
  long connects = 1;

  if ((code != CURLE_UNSUPPORTED_PROTOCOL &&
       code != CURLE_WEIRD_SERVER_REPLY) ||
      c->answer.status != 0)
    return false;
  curl_easy_getinfo(c->easy, CURLINFO_NUM_CONNECTS, &connects);
  return connects == 0;
}

/* Once more, on a connection of its own: libcurl has closed the other. */
static bool start_anew(struct http_client *c) {
  http_multi_stop(c);
  c->started = false;
  buf_clear(&c->body);
  return start(c);
}

static void finished(struct http_client *c, CURLcode code) {
  struct http_pool *h = c->http;
  long os_error = 0;
  const char *why = "";
  struct buf body;
  enum outcome outcome = OUTCOME_OK;

  curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &c->answer.status);
  curl_easy_getinfo(c->easy, CURLINFO_OS_ERRNO, &os_error);
  if (is_left_over(c, code) && start_anew(c))
    return;
  withdraw(c);
  if (c->closes)
    c->closed_us = loop_now_us(c->http->loop);
  if (code != CURLE_OK)
    outcome = http_answer_judge(code, c->answer.status, os_error, &why);
  if (outcome == OUTCOME_OK && c->body.data == NULL &&
      buf_reserve(&c->body, 1) < 0) {
    outcome = OUTCOME_UNREACHABLE;
    why = "out of memory";
  }
  body = c->body; /* c may be freed or used again by what follows */
  buf_init(&c->body, ANSWER_MAX);
  if (outcome == OUTCOME_OK) {
    struct http_client_answer answer = c->answer;

    answer.body = body.data;
    answer.len = body.len;
    answer.body[answer.len] = '\0';
    c->done(c->arg, OUTCOME_OK, &answer, "");
  } else {
    c->done(c->arg, outcome, NULL, why);
  }
  give_back(h, &body);
}

/* -- clients -- */

static void rest_over(struct loop_timer *timer);

struct http_client *http_client_create(struct http_pool *h,
                                       const struct sockaddr_in *address,
                                       enum http_client_tls tls,
                                       http_client_done *done, void *arg) {
  struct http_client *c = calloc(1, sizeof(*c));

  if (c == NULL)
    return NULL;
  c->http = h;
  c->address = *address;
  c->tls = tls;
  c->finished = finished;
  c->done = done;
  c->arg = arg;
  c->kind = HTTP_CLIENT_KINDS;
  c->fd = -1;
  c->rest = (struct loop_timer){.fired = rest_over};
  buf_init(&c->body, ANSWER_MAX);
  return c;
}

void http_client_free(struct http_client *c) {
  if (c == NULL)
    return;
  http_client_abort(c);
  http_multi_hang_up(c);
  if (c->easy != NULL)
    curl_easy_cleanup(c->easy);
  http_multi_leave(c);
  curl_url_cleanup(c->url);
  buf_free(&c->body);
  free(c);
}

/* What never changes. */
static void equip(struct http_client *c) {
  CURL *easy = c->easy;

  curl_easy_setopt(easy, CURLOPT_PRIVATE, c);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  /* No proxy, and no look into the environment at each request. */
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  /* The handshake is computed in the loop's thread, and a finite-field group is
   * as large as the device wants: 0.3 s for one of 8192 bits. Devices use RSA
   * and elliptic curves. Where libcurl has another TLS library this may not be
   * known, and is no failure. */
  (void)curl_easy_setopt(easy, CURLOPT_SSL_CIPHER_LIST,
                         "DEFAULT:!kDHE:!kDHEPSK");
  (void)curl_easy_setopt(easy, CURLOPT_SSL_EC_CURVES,
                         "X25519:P-256:P-384:P-521");
  curl_easy_setopt(easy, CURLOPT_IPRESOLVE, (long)CURL_IPRESOLVE_V4);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER);
  curl_easy_setopt(easy, CURLOPT_MAXFILESIZE, (long)ANSWER_MAX);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, http_answer_take_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, c);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, http_answer_take_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, c);
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, 3600L);
  /* Addresses need no cache, and each transfer would look through it. */
  curl_easy_setopt(easy, CURLOPT_DNS_CACHE_TIMEOUT, 0L);
  http_multi_equip(c);
}

static bool open_handle(struct http_client *c) {
  if (c->easy != NULL)
    return true;
  if (c->multi == NULL && !http_multi_join(c))
    return false;
  c->easy = curl_easy_init();
  if (c->easy == NULL)
    return false;
  equip(c);
  if (http_trust_apply(c) == 0)
    return true;
  curl_easy_cleanup(c->easy);
  c->easy = NULL;
  return false;
}

/* Scheme, address and port as libcurl likes them best: read once. */
static bool set_place(struct http_client *c) {
  char host[INET_ADDRSTRLEN];
  char url[64];

  if (c->url != NULL)
    return true;
  inet_ntop(AF_INET, &c->address.sin_addr, host, sizeof(host));
  snprintf(url, sizeof(url), "%s://%s:%u/",
           c->tls != HTTP_CLIENT_PLAIN ? "https" : "http", host,
           ntohs(c->address.sin_port));
  c->url = curl_url();
  if (c->url != NULL && curl_url_set(c->url, CURLUPART_URL, url, 0) == 0 &&
      curl_easy_setopt(c->easy, CURLOPT_CURLU, c->url) == CURLE_OK)
    return true;
  curl_url_cleanup(c->url);
  c->url = NULL;
  return false;
}

int http_client_move(struct http_client *c, in_port_t port,
                     enum http_client_tls tls) {
  if (port == ntohs(c->address.sin_port) && tls == c->tls)
    return 0;
  http_multi_hang_up(c); /* also because nobody has verified who that is */
  if (c->easy != NULL)
    curl_easy_setopt(c->easy, CURLOPT_CURLU, NULL);
  curl_url_cleanup(c->url);
  c->url = NULL;
  c->address.sin_port = htons(port);
  c->tls = tls;
  return open_handle(c) ? http_trust_apply(c) : -ENOMEM;
}

/* -- sending -- */

static void rest_over(struct loop_timer *timer) {
  struct http_client *c =
      (struct http_client *)(void *)((char *)timer -
                                     offsetof(struct http_client, rest));

  if (start(c))
    return;
  withdraw(c);
  c->done(c->arg, OUTCOME_UNREACHABLE, NULL, "out of memory");
}

static bool set_target(struct http_client *c, const char *path,
                       const char *cookie) {
  char line[HTTP_CLIENT_COOKIE_SIZE + 16];

  snprintf(line, sizeof(line), "TP_SESSIONID=%s", cookie);
  return curl_easy_setopt(c->easy, CURLOPT_REQUEST_TARGET, path) == CURLE_OK &&
         curl_easy_setopt(c->easy, CURLOPT_COOKIE,
                          cookie[0] != '\0' ? line : NULL) == CURLE_OK;
}

int http_client_post(struct http_client *c, enum http_client_kind kind,
                     const char *path, const char *cookie, const void *body,
                     size_t len) {
  uint64_t rested_us = c->closes ? c->closed_us + REST_US : 0;

  if (c->active || !open_handle(c) || !set_place(c) ||
      !set_target(c, path, cookie))
    return -ENOMEM;
  c->request = malloc(len > 0 ? len : 1);
  if (c->request == NULL)
    return -ENOMEM;
  memcpy(c->request, body, len);
  c->request_len = len;
  if (c->kind != (int)kind) {
    curl_easy_setopt(c->easy, CURLOPT_HTTPHEADER, c->http->headers[kind]);
    c->kind = (int)kind;
  }
  curl_easy_setopt(c->easy, CURLOPT_POSTFIELDS, c->request);
  curl_easy_setopt(c->easy, CURLOPT_POSTFIELDSIZE, (long)len);
  c->answer = (struct http_client_answer){0};
  c->closes = false;
  c->head_len = 0;
  c->in_cookie = false;
  buf_clear(&c->body);
  c->active = true;
  if (loop_now_us(c->http->loop) < rested_us) {
    if (loop_timer_set(c->http->loop, &c->rest, rested_us) == 0)
      return 0;
  } else if (start(c)) {
    return 0;
  }
  withdraw(c);
  return -ENOMEM;
}

void http_client_abort(struct http_client *c) {
  if (c->active)
    withdraw(c);
  buf_free(&c->body);
  buf_init(&c->body, ANSWER_MAX);
}
