/* SPDX-License-Identifier: MIT */
/* libcurl's multi handles inside the loop: see http_multi.h.
 *
 * libcurl looks through all connections of a multi handle whenever a transfer
 * ends, so with a thousand devices in one handle each request would pay for a
 * thousand. Clients are therefore dealt out over handles of some dozens. */
#include <config.h>

#include "device/http/http_multi.h"

#include "base/fd.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Few enough that looking through them does not show, enough that a handle's
 * own tables (40 KiB) do not either. */
enum { CLIENTS_PER_MULTI = 64 };

struct http_multi {
  struct http_multi *next;
  struct http_pool *http;
  CURLM *handle;
  struct loop_timer timer;
  unsigned clients;
};

/* A socket of libcurl's. It stays in the loop between requests: taking it out
 * and in again would cost two system calls each time. */
struct http_socket {
  struct loop_watch watch;
  struct http_multi *multi;
  struct http_client *owner; /* NULL: it is gone, or has another one */
  bool wanted;               /* libcurl waits for it */
};

/* -- what libcurl has done -- */

/* What has ended, one by one: each may start or stop others. */
static void drive(struct http_multi *m, curl_socket_t fd, int what) {
  CURLMsg *message;
  int left;

  curl_multi_socket_action(m->handle, fd, what, &left);
  while ((message = curl_multi_info_read(m->handle, &left)) != NULL) {
    struct http_client *c = NULL;
    CURLcode code = message->data.result;

    if (message->msg != CURLMSG_DONE)
      continue;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&c);
    c->finished(c, code);
  }
}

/* -- time -- */

static void timer_fired(struct loop_timer *timer) {
  struct http_multi *m =
      (struct http_multi *)(void *)((char *)timer -
                                    offsetof(struct http_multi, timer));

  drive(m, CURL_SOCKET_TIMEOUT, 0);
}

/* libcurl wants to be called again after so many milliseconds. */
static int on_timer(CURLM *handle, long ms, void *arg) {
  struct http_multi *m = arg;
  struct loop *loop = m->http->loop;

  (void)handle;
  if (ms < 0)
    loop_timer_cancel(loop, &m->timer);
  else if (loop_timer_set(loop, &m->timer,
                          loop_now_us(loop) + (uint64_t)ms * 1000) < 0)
    return -1;
  return 0;
}

/* -- sockets -- */

static void socket_ready(struct loop_watch *watch, unsigned events) {
  struct http_socket *s =
      (struct http_socket *)(void *)((char *)watch -
                                     offsetof(struct http_socket, watch));

  if (!s->wanted) { /* closed or chatted at between requests */
    loop_unwatch(s->multi->http->loop, watch);
    return;
  }
  drive(s->multi, watch->fd,
        (events & LOOP_READ ? CURL_CSELECT_IN : 0) |
            (events & LOOP_WRITE ? CURL_CSELECT_OUT : 0));
}

static struct http_socket *socket_at(const struct http_pool *h,
                                     curl_socket_t fd) {
  return fd >= 0 && (size_t)fd < h->sockets_num ? h->sockets[fd] : NULL;
}

static void socket_forget(struct http_pool *h, curl_socket_t fd) {
  struct http_socket *s = socket_at(h, fd);

  if (s == NULL)
    return;
  loop_unwatch(h->loop, &s->watch);
  if (s->owner != NULL && s->owner->fd == fd)
    s->owner->fd = -1;
  h->sockets[fd] = NULL;
  free(s);
}

static bool make_room(struct http_pool *h, curl_socket_t fd) {
  size_t num = (size_t)fd + 64;
  struct http_socket **grown;

  if ((size_t)fd < h->sockets_num)
    return true;
  grown = realloc(h->sockets, num * sizeof(struct http_socket *));
  if (grown == NULL)
    return false;
  for (size_t i = h->sockets_num; i < num; i++)
    grown[i] = NULL;
  h->sockets = grown;
  h->sockets_num = num;
  return true;
}

static struct http_socket *socket_add(struct http_multi *m, curl_socket_t fd) {
  struct http_socket *s = socket_at(m->http, fd);

  if (s != NULL)
    return s;
  if (!make_room(m->http, fd) || (s = calloc(1, sizeof(*s))) == NULL)
    return NULL;
  s->multi = m;
  s->watch = (struct loop_watch){.fd = fd, .ready = socket_ready};
  m->http->sockets[fd] = s;
  return s;
}

/* libcurl says which events of a socket it waits for. */
static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg,
                     void *unused) {
  struct http_multi *m = arg;
  struct http_socket *s = socket_at(m->http, fd);

  (void)easy;
  (void)unused;
  if (what == CURL_POLL_REMOVE) {
    if (s != NULL)
      s->wanted = false;
    return 0;
  }
  s = socket_add(m, fd);
  if (s == NULL)
    return -1;
  s->wanted = true;
  return loop_watch(m->http->loop, &s->watch,
                    (what & CURL_POLL_IN ? LOOP_READ : 0U) |
                        (what & CURL_POLL_OUT ? LOOP_WRITE : 0U)) < 0
             ? -1
             : 0;
}

/* Whatever c had open before is no longer its own, and may outlive it. */
static void disown(struct http_client *c) {
  struct http_socket *s = socket_at(c->http, c->fd);

  if (s != NULL && s->owner == c)
    s->owner = NULL;
  c->fd = -1;
}

static curl_socket_t on_open(void *arg, curlsocktype purpose,
                             struct curl_sockaddr *address) {
  struct http_client *c = arg;
  struct http_socket *s;
  int fd = socket(address->family, address->socktype | SOCK_CLOEXEC,
                  address->protocol);

  (void)purpose;
  if (fd < 0)
    return CURL_SOCKET_BAD;
  fd = fd_leave_low(fd);
  /* A connection that is given up before it stands is closed without a word
   * to on_close(): what is left under its number is not ours. */
  socket_forget(c->http, fd);
  disown(c);
  s = socket_add(c->multi, fd);
  if (s == NULL) {
    close(fd);
    return CURL_SOCKET_BAD;
  }
  s->owner = c;
  c->fd = fd;
  return fd;
}

/* Also connections that were kept end here, so none stays in the loop. The
 * client may be gone by then. */
static int on_close(void *arg, curl_socket_t fd) {
  socket_forget(arg, fd);
  return close(fd);
}

void http_multi_equip(struct http_client *c) {
  curl_easy_setopt(c->easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
  curl_easy_setopt(c->easy, CURLOPT_OPENSOCKETDATA, c);
  curl_easy_setopt(c->easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
  curl_easy_setopt(c->easy, CURLOPT_CLOSESOCKETDATA, c->http);
}

void http_multi_hang_up(struct http_client *c) {
  struct http_socket *s = socket_at(c->http, c->fd);

  if (s != NULL && s->owner == c) {
    /* libcurl closes what it finds dead, the device hears of it at once. */
    shutdown(c->fd, SHUT_RDWR);
    loop_unwatch(c->http->loop, &s->watch);
  }
  disown(c);
}

/* -- handles -- */

/* What may be kept is dealt out as the clients are. */
static void share_kept(struct http_pool *h) {
  long share = (long)(h->kept_max / h->multis_num);

  for (struct http_multi *m = h->multis; m != NULL; m = m->next)
    curl_multi_setopt(m->handle, CURLMOPT_MAXCONNECTS, share > 0 ? share : 1L);
}

static struct http_multi *multi_create(struct http_pool *h) {
  struct http_multi *m = calloc(1, sizeof(*m));

  if (m == NULL)
    return NULL;
  m->http = h;
  m->timer = (struct loop_timer){.fired = timer_fired};
  m->handle = curl_multi_init();
  if (m->handle == NULL) {
    free(m);
    return NULL;
  }
  curl_multi_setopt(m->handle, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(m->handle, CURLMOPT_SOCKETDATA, m);
  curl_multi_setopt(m->handle, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(m->handle, CURLMOPT_TIMERDATA, m);
  curl_multi_setopt(m->handle, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
  m->next = h->multis;
  h->multis = m;
  h->multis_num++;
  share_kept(h);
  return m;
}

bool http_multi_join(struct http_client *c) {
  struct http_multi *m = c->http->multis;

  while (m != NULL && m->clients >= CLIENTS_PER_MULTI)
    m = m->next;
  if (m == NULL)
    m = multi_create(c->http);
  if (m == NULL)
    return false;
  m->clients++;
  c->multi = m;
  return true;
}

void http_multi_leave(struct http_client *c) {
  if (c->multi != NULL)
    c->multi->clients--;
  c->multi = NULL;
}

bool http_multi_start(struct http_client *c) {
  return curl_multi_add_handle(c->multi->handle, c->easy) == CURLM_OK;
}

void http_multi_stop(struct http_client *c) {
  curl_multi_remove_handle(c->multi->handle, c->easy);
}

void http_multi_free_all(struct http_pool *h) {
  struct http_multi *m;

  while ((m = h->multis) != NULL) {
    h->multis = m->next;
    curl_multi_cleanup(m->handle); /* closes what was kept */
    loop_timer_cancel(h->loop, &m->timer);
    free(m);
  }
  for (size_t fd = 0; fd < h->sockets_num; fd++)
    socket_forget(h, (curl_socket_t)fd);
  free(h->sockets);
}
