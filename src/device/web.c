/* HTTP for devices: see web.h. */
#include <config.h>

#include "device/web.h"

#include "base/buf.h"
#include "device/crypto.h"
#include "device/transport.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  KINDS = WEB_JSON_BY_APP + 1,
  RECEIVE_BUFFER = 2048, /* most answers fit; larger ones take several turns */
  /* Between requests to a device that closes its connections (P100). */
  REST_US = 250 * 1000,
};

/* A socket of libcurl's. It stays in the loop between requests: taking it out
 * and in again would cost two system calls each time. */
struct web_socket {
  struct loop_watch watch;
  struct web *http;
  bool wanted; /* libcurl waits for it */
};

struct web {
  struct loop *loop;
  CURLM *multi;
  struct loop_timer timer;
  struct curl_slist *headers[KINDS];
  struct web_socket **sockets; /* by descriptor */
  size_t sockets_num;
};

struct web_client {
  struct web *http;
  CURL *easy;
  struct sockaddr_in address;
  bool tls;
  web_done *done;
  void *arg;
  bool active;  /* a request is under way */
  bool started; /* and libcurl knows of it */
  int kind;     /* of the headers that are set; KINDS: none are */
  char path[WEB_PATH_SIZE];
  char *request;
  size_t request_len;
  struct buf body;
  struct web_answer answer;
  bool closes;        /* the device closed after its last answer */
  uint64_t closed_us; /* when */
  struct loop_timer rest;
};

/* -- the loop and libcurl
 * ------------------------------------------------------
 */

static void deliver(struct web *h);

static void drive(struct web *h, curl_socket_t fd, int what) {
  int running;

  curl_multi_socket_action(h->multi, fd, what, &running);
  deliver(h);
}

static void timer_fired(struct loop_timer *timer) {
  struct web *h =
      (struct web *)(void *)((char *)timer - offsetof(struct web, timer));

  drive(h, CURL_SOCKET_TIMEOUT, 0);
}

/* libcurl wants to be called again after so many milliseconds. */
static int on_timer(CURLM *multi, long ms, void *arg) {
  struct web *h = arg;

  (void)multi;
  if (ms < 0)
    loop_timer_cancel(h->loop, &h->timer);
  else if (loop_timer_set(h->loop, &h->timer,
                          loop_now_us(h->loop) + (uint64_t)ms * 1000) < 0)
    return -1;
  return 0;
}

static void socket_ready(struct loop_watch *watch, unsigned events) {
  struct web_socket *s =
      (struct web_socket *)(void *)((char *)watch -
                                    offsetof(struct web_socket, watch));

  if (!s->wanted) { /* closed or chatted at between requests */
    loop_unwatch(s->http->loop, watch);
    return;
  }
  drive(s->http, watch->fd,
        (events & LOOP_READ ? CURL_CSELECT_IN : 0) |
            (events & LOOP_WRITE ? CURL_CSELECT_OUT : 0));
}

static struct web_socket *socket_of(struct web *h, curl_socket_t fd) {
  struct web_socket *s;

  if ((size_t)fd >= h->sockets_num) {
    size_t num = (size_t)fd + 64;
    struct web_socket **grown =
        realloc(h->sockets, num * sizeof(struct web_socket *));

    if (grown == NULL)
      return NULL;
    memset(grown + h->sockets_num, 0,
           (num - h->sockets_num) * sizeof(struct web_socket *));
    h->sockets = grown;
    h->sockets_num = num;
  }
  s = h->sockets[fd];
  if (s == NULL && (s = calloc(1, sizeof(*s))) != NULL) {
    s->http = h;
    s->watch = (struct loop_watch){.fd = fd, .ready = socket_ready};
    h->sockets[fd] = s;
  }
  return s;
}

static void socket_forget(struct web *h, curl_socket_t fd) {
  struct web_socket *s = (size_t)fd < h->sockets_num ? h->sockets[fd] : NULL;

  if (s == NULL)
    return;
  loop_unwatch(h->loop, &s->watch);
  h->sockets[fd] = NULL;
  free(s);
}

/* libcurl says which events of a socket it waits for. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg,
                     void *unused) {
  struct web *h = arg;
  struct web_socket *s;

  (void)easy;
  (void)unused;
  if (what == CURL_POLL_REMOVE) {
    if ((size_t)fd < h->sockets_num && h->sockets[fd] != NULL)
      h->sockets[fd]->wanted = false;
    return 0;
  }
  s = socket_of(h, fd);
  if (s == NULL)
    return -1;
  s->wanted = true;
  return loop_watch(h->loop, &s->watch,
                    (what & CURL_POLL_IN ? LOOP_READ : 0U) |
                        (what & CURL_POLL_OUT ? LOOP_WRITE : 0U)) < 0
             ? -1
             : 0;
}

static curl_socket_t on_open(void *arg, curlsocktype purpose,
                             struct curl_sockaddr *address) {
  int fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
                  address->protocol);

  (void)purpose;
  if (fd < 0)
    return CURL_SOCKET_BAD;
  /* A connection that is given up before it stands is closed without a word
   * to on_close(): what is left under its number is not ours. */
  socket_forget(arg, fd);
  return fd;
}

/* Also connections that were kept end here, so none stays in the loop. */
static int on_close(void *arg, curl_socket_t fd) {
  socket_forget(arg, fd);
  return close(fd);
}

/* -- life ---------------------------------------------------------------------
 */

static void global_init(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

static bool fill_headers(struct web *h) {
  /* "Expect:" and "Accept:" alone take libcurl's own ones away. */
  static const char *const lines[KINDS][4] = {
      [WEB_BINARY] = {"Content-Type: application/octet-stream", "Accept: */*",
                      "Expect:", NULL},
      [WEB_JSON] = {"Content-Type: application/json",
                    "Accept: application/json", "Expect:", NULL},
      [WEB_JSON_BY_APP] = {"Content-Type: application/json",
                           "Accept: application/json", "requestByApp: true",
                           "Expect:"},
  };

  for (int k = 0; k < KINDS; k++)
    for (int i = 0; i < 4 && lines[k][i] != NULL; i++) {
      struct curl_slist *longer = curl_slist_append(h->headers[k], lines[k][i]);

      if (longer == NULL)
        return false;
      h->headers[k] = longer;
    }
  return true;
}

struct web *web_create(struct loop *loop, unsigned kept_max) {
  /* libcurl before 7.84 cannot do this from two threads at once. */
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  struct web *h = calloc(1, sizeof(*h));

  if (h == NULL)
    return NULL;
  pthread_once(&once, global_init);
  h->loop = loop;
  h->timer = (struct loop_timer){.fired = timer_fired};
  h->multi = curl_multi_init();
  if (h->multi == NULL || !fill_headers(h)) {
    web_free(h);
    return NULL;
  }
  curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h);
  curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h);
  curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
  curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS,
                    kept_max > 0 ? (long)kept_max : 1L);
  return h;
}

void web_free(struct web *h) {
  if (h == NULL)
    return;
  if (h->multi != NULL)
    curl_multi_cleanup(h->multi); /* closes what was kept */
  loop_timer_cancel(h->loop, &h->timer);
  for (size_t fd = 0; fd < h->sockets_num; fd++)
    socket_forget(h, (curl_socket_t)fd);
  free(h->sockets);
  for (int k = 0; k < KINDS; k++)
    curl_slist_free_all(h->headers[k]);
  free(h);
}

/* -- receiving ----------------------------------------------------------------
 */

static size_t on_body(char *bytes, size_t size, size_t n, void *arg) {
  struct web_client *c = arg;

  return buf_add(&c->body, bytes, size * n) < 0 ? 0 : size * n;
}

/* The value of name in "a=1;b=2"; *len 0 when it is not there. */
static const char *find_value(const char *text, size_t text_len,
                              const char *name, size_t *len) {
  size_t name_len = strlen(name);
  const char *end = text + text_len;

  *len = 0;
  while (text < end) {
    const char *stop = memchr(text, ';', (size_t)(end - text));
    size_t piece = (size_t)((stop != NULL ? stop : end) - text);

    if (piece > name_len && memcmp(text, name, name_len) == 0 &&
        text[name_len] == '=') {
      *len = piece - name_len - 1;
      return text + name_len + 1;
    }
    text += piece + 1;
    while (text < end && *text == ' ')
      text++;
  }
  return end;
}

static void take_cookie(struct web_answer *a, const char *text, size_t len) {
  size_t n;
  const char *value = find_value(text, len, "TP_SESSIONID", &n);

  if (n == 0)
    value = find_value(text, len, "SESSIONID", &n);
  if (n > 0 && n < sizeof(a->cookie)) {
    memcpy(a->cookie, value, n);
    a->cookie[n] = '\0';
    /* it goes out again as part of a header */
    for (size_t i = 0; i < n; i++)
      if ((unsigned char)value[i] <= ' ' || (unsigned char)value[i] >= 0x7f)
        a->cookie[0] = '\0';
  }
  value = find_value(text, len, "TIMEOUT", &n);
  for (size_t i = 0; i < n && i < 8 && value[i] >= '0' && value[i] <= '9'; i++)
    a->lifetime = a->lifetime * 10 + (value[i] - '0');
}

static bool header_is(const char *line, size_t len, const char *name) {
  size_t n = strlen(name);

  return len > n && strncasecmp(line, name, n) == 0;
}

static size_t on_header(char *line, size_t size, size_t n, void *arg) {
  static const char cookie[] = "Set-Cookie:";
  static const char connection[] = "Connection:";
  struct web_client *c = arg;
  size_t len = size * n;

  while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
    len--;
  if (header_is(line, len, cookie)) {
    size_t at = sizeof(cookie) - 1;

    while (at < len && line[at] == ' ')
      at++;
    take_cookie(&c->answer, line + at, len - at);
  } else if (header_is(line, len, connection)) {
    c->closes = memmem(line, len, "close", 5) != NULL ||
                memmem(line, len, "Close", 5) != NULL;
  }
  return size * n;
}

static enum outcome judge(CURLcode code, long os_error, const char **why) {
  switch (code) {
  case CURLE_COULDNT_CONNECT:
    if (os_error == ECONNREFUSED) {
      *why = "connection refused";
      return OUTCOME_REFUSED;
    }
    *why = os_error == ETIMEDOUT ? "connection timed out"
                                 : "no route to the address";
    return os_error == ETIMEDOUT ? OUTCOME_TIMEOUT : OUTCOME_UNREACHABLE;
  case CURLE_OPERATION_TIMEDOUT:
    *why = "no answer in time";
    return OUTCOME_TIMEOUT;
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_SSL_CIPHER:
  case CURLE_PEER_FAILED_VERIFICATION:
    *why = "the device does not speak TLS as expected";
    return OUTCOME_REFUSED;
  case CURLE_GOT_NOTHING:
  case CURLE_SEND_ERROR:
  case CURLE_RECV_ERROR:
    *why = "connection closed without an answer";
    return OUTCOME_REFUSED;
  case CURLE_WRITE_ERROR:
    *why = "the answer is larger than any device's";
    return OUTCOME_MALFORMED;
  case CURLE_OUT_OF_MEMORY:
    *why = "out of memory";
    return OUTCOME_UNREACHABLE;
  case CURLE_PARTIAL_FILE:
    *why = "the answer ended too early";
    return OUTCOME_MALFORMED;
  default:
    *why = "the answer is no HTTP";
    return OUTCOME_MALFORMED;
  }
}

/* Takes the request out of libcurl; one that is not over loses its
 * connection. */
static void withdraw(struct web_client *c) {
  loop_timer_cancel(c->http->loop, &c->rest);
  if (c->started)
    curl_multi_remove_handle(c->http->multi, c->easy);
  c->started = false;
  c->active = false;
  if (c->request != NULL)
    crypto_wipe(c->request, c->request_len);
  free(c->request);
  c->request = NULL;
}

static void finished(struct web_client *c, CURLcode code) {
  long os_error = 0;
  const char *why = "";
  struct buf body;
  enum outcome outcome = OUTCOME_OK;

  curl_easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE, &c->answer.status);
  curl_easy_getinfo(c->easy, CURLINFO_OS_ERRNO, &os_error);
  withdraw(c);
  if (c->closes)
    c->closed_us = loop_now_us(c->http->loop);
  if (code != CURLE_OK)
    outcome = judge(code, os_error, &why);
  if (outcome == OUTCOME_OK && buf_reserve(&c->body, 1) < 0) {
    outcome = OUTCOME_UNREACHABLE;
    why = "out of memory";
  }
  body = c->body; /* c may be freed or used again by what follows */
  buf_init(&c->body, ANSWER_MAX);
  if (outcome == OUTCOME_OK) {
    struct web_answer answer = c->answer;

    answer.body = body.data;
    answer.len = body.len;
    answer.body[answer.len] = '\0';
    c->done(c->arg, OUTCOME_OK, &answer, "");
  } else {
    c->done(c->arg, outcome, NULL, why);
  }
  buf_free(&body);
}

/* What has ended, one by one: each may start or stop others. */
static void deliver(struct web *h) {
  CURLMsg *message;
  int left;

  while ((message = curl_multi_info_read(h->multi, &left)) != NULL) {
    struct web_client *c = NULL;
    CURLcode code = message->data.result;

    if (message->msg != CURLMSG_DONE)
      continue;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&c);
    finished(c, code);
  }
}

/* -- sending ------------------------------------------------------------------
 */

static void rest_over(struct loop_timer *timer);

struct web_client *web_client_create(struct web *h,
                                     const struct sockaddr_in *address,
                                     bool tls, web_done *done, void *arg) {
  struct web_client *c = calloc(1, sizeof(*c));

  if (c == NULL)
    return NULL;
  c->http = h;
  c->address = *address;
  c->tls = tls;
  c->done = done;
  c->arg = arg;
  c->kind = KINDS;
  c->rest = (struct loop_timer){.fired = rest_over};
  buf_init(&c->body, ANSWER_MAX);
  return c;
}

/* The handle, with everything that never changes. */
static bool open_handle(struct web_client *c) {
  CURL *easy;

  if (c->easy != NULL)
    return true;
  easy = curl_easy_init();
  if (easy == NULL)
    return false;
  c->easy = easy;
  curl_easy_setopt(easy, CURLOPT_PRIVATE, c);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PROXY, ""); /* nor from the environment */
  curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
  curl_easy_setopt(easy, CURLOPT_IPRESOLVE, (long)CURL_IPRESOLVE_V4);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BUFFER);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, c);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, c);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, c->http);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, c->http);
  curl_easy_setopt(easy, CURLOPT_POST, 1L);
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, 3600L);
  return true;
}

static bool start(struct web_client *c) {
  if (curl_multi_add_handle(c->http->multi, c->easy) != CURLM_OK)
    return false;
  c->started = true;
  return true;
}

static void rest_over(struct loop_timer *timer) {
  struct web_client *c =
      (struct web_client *)(void *)((char *)timer -
                                    offsetof(struct web_client, rest));

  if (start(c))
    return;
  withdraw(c);
  c->done(c->arg, OUTCOME_UNREACHABLE, NULL, "out of memory");
}

static bool set_target(struct web_client *c, const char *path,
                       const char *cookie) {
  char url[WEB_PATH_SIZE + 64];
  char line[WEB_COOKIE_SIZE + 16];
  char host[INET_ADDRSTRLEN];

  inet_ntop(AF_INET, &c->address.sin_addr, host, sizeof(host));
  snprintf(url, sizeof(url), "%s://%s:%u%s", c->tls ? "https" : "http", host,
           ntohs(c->address.sin_port), path);
  snprintf(line, sizeof(line), "TP_SESSIONID=%s", cookie);
  return curl_easy_setopt(c->easy, CURLOPT_URL, url) == CURLE_OK &&
         curl_easy_setopt(c->easy, CURLOPT_COOKIE,
                          cookie[0] != '\0' ? line : NULL) == CURLE_OK;
}

int web_post(struct web_client *c, enum web_kind kind, const char *path,
             const char *cookie, const void *body, size_t len) {
  uint64_t now_us = loop_now_us(c->http->loop);

  if (c->active || !open_handle(c) || !set_target(c, path, cookie))
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
  c->answer = (struct web_answer){0};
  buf_clear(&c->body);
  c->active = true;
  if (c->closes && now_us < c->closed_us + REST_US) {
    if (loop_timer_set(c->http->loop, &c->rest, c->closed_us + REST_US) == 0)
      return 0;
  } else if (start(c)) {
    return 0;
  }
  withdraw(c);
  return -ENOMEM;
}

void web_abort(struct web_client *c) {
  if (c->active)
    withdraw(c);
  buf_free(&c->body);
  buf_init(&c->body, ANSWER_MAX);
}

void web_move(struct web_client *c, in_port_t port, bool tls) {
  c->address.sin_port = htons(port);
  c->tls = tls;
}

void web_client_free(struct web_client *c) {
  if (c == NULL)
    return;
  web_abort(c);
  if (c->easy != NULL)
    curl_easy_cleanup(c->easy);
  buf_free(&c->body);
  free(c);
}
