/* SPDX-License-Identifier: MIT */
/* A tiny HTTP server on loopback for tests of transports: one thread, one
 * connection after the other, plain or TLS, answers made by a function of the
 * test. It is as strict about requests as devices are. */
#ifndef TESTS_UNIT_SUPPORT_SERVER_H
#define TESTS_UNIT_SUPPORT_SERVER_H

#include <arpa/inet.h>
#include <check.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct server_request {
  char head[4096];
  char path[512];
  char cookie[256]; /* the whole header's value */
  char body[8192];
  size_t len;
};

struct server_answer {
  int status;
  const char *headers; /* each with its \r\n; NULL: none */
  char body[80000];
  size_t len;
  bool close;  /* after this answer */
  bool vanish; /* close without an answer */
  bool raw;    /* body is all there is, head included */
};

struct server {
  int fd;
  in_port_t port;
  pthread_t thread;
  void (*answer)(void *arg, const struct server_request *request,
                 struct server_answer *answer);
  void *arg;
  atomic_int requests, connections;
  atomic_int connection; /* the one that is served */
  SSL_CTX *tls;          /* NULL: plain */
  SSL *ssl;              /* of the connection */
};

static inline ssize_t server_recv(struct server *w, int fd, void *p,
                                  size_t len) {
  return w->ssl != NULL ? SSL_read(w->ssl, p, (int)len) : recv(fd, p, len, 0);
}

static inline bool server_read(struct server *w, int fd,
                               struct server_request *r) {
  size_t have = 0;
  char *end = NULL;
  char *at;
  size_t head;

  memset(r, 0, sizeof(*r));
  while (end == NULL) {
    ssize_t n = server_recv(w, fd, r->head + have, sizeof(r->head) - 1 - have);

    if (n <= 0)
      return false;
    have += (size_t)n;
    r->head[have] = '\0';
    end = memmem(r->head, have, "\r\n\r\n", 4);
  }
  head = (size_t)(end - r->head) + 4;
  sscanf(r->head, "POST %500s HTTP/1.1", r->path);
  at = memmem(r->head, head, "\r\nContent-Length: ", 18); /* case counts */
  if (at != NULL)
    r->len = strtoul(at + 18, NULL, 10);
  at = memmem(r->head, head, "\r\nCookie: ", 10);
  if (at != NULL)
    sscanf(at + 10, "%250[^\r]", r->cookie);
  if (r->len > sizeof(r->body))
    return false;
  memcpy(r->body, r->head + head, have - head);
  for (size_t got = have - head; got < r->len;) {
    ssize_t n = server_recv(w, fd, r->body + got, r->len - got);

    if (n <= 0)
      return false;
    got += (size_t)n;
  }
  r->head[head] = '\0';
  return true;
}

static inline bool server_write(struct server *w, int fd,
                                const struct server_answer *a) {
  char *out = malloc(a->len + 1024);
  size_t used = 0;
  ssize_t n;

  if (!a->raw)
    used = (size_t)snprintf(
        out, 1024, "HTTP/1.1 %d X\r\ncontent-length: %zu\r\n%s%s\r\n",
        a->status, a->len, a->headers != NULL ? a->headers : "",
        a->close ? "Connection: close\r\n" : "");
  memcpy(out + used, a->body, a->len);
  if (w->ssl != NULL)
    n = SSL_write(w->ssl, out, (int)(used + a->len));
  else
    n = send(fd, out, used + a->len, MSG_NOSIGNAL);
  free(out);
  return n == (ssize_t)(used + a->len);
}

static inline void *server_run(void *arg) {
  struct server *w = arg;
  struct server_request *request = malloc(sizeof(*request));
  struct server_answer *answer = malloc(sizeof(*answer));
  int fd;

  while ((fd = accept(w->fd, NULL, NULL)) >= 0) {
    bool go_on = true;

    atomic_store(&w->connection, fd);
    atomic_fetch_add(&w->connections, 1);
    if (w->tls != NULL) {
      w->ssl = SSL_new(w->tls);
      SSL_set_fd(w->ssl, fd);
      go_on = SSL_accept(w->ssl) == 1;
    }
    while (go_on && server_read(w, fd, request)) {
      memset(answer, 0, sizeof(*answer));
      answer->status = 200;
      atomic_fetch_add(&w->requests, 1);
      w->answer(w->arg, request, answer);
      go_on = !answer->vanish && server_write(w, fd, answer) && !answer->close;
    }
    atomic_store(&w->connection, -1);
    SSL_free(w->ssl);
    w->ssl = NULL;
    close(fd);
  }
  free(request);
  free(answer);
  return NULL;
}

/* tls is the caller's; NULL: plain. */
static inline struct sockaddr_in
server_start_tls(struct server *w,
                 void (*answer)(void *, const struct server_request *,
                                struct server_answer *),
                 void *arg, SSL_CTX *tls) {
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t len = sizeof(address);

  memset(w, 0, sizeof(*w));
  w->answer = answer;
  w->arg = arg;
  w->tls = tls;
  signal(SIGPIPE, SIG_IGN); /* libssl writes without MSG_NOSIGNAL */
  atomic_store(&w->connection, -1);
  w->fd = socket(AF_INET, SOCK_STREAM, 0);
  ck_assert_int_ge(w->fd, 0);
  ck_assert_int_eq(bind(w->fd, (struct sockaddr *)&address, len), 0);
  ck_assert_int_eq(listen(w->fd, 16), 0);
  ck_assert_int_eq(getsockname(w->fd, (struct sockaddr *)&address, &len), 0);
  w->port = ntohs(address.sin_port);
  ck_assert_int_eq(pthread_create(&w->thread, NULL, server_run, w), 0);
  return address;
}

static inline struct sockaddr_in
server_start(struct server *w,
             void (*answer)(void *, const struct server_request *,
                            struct server_answer *),
             void *arg) {
  return server_start_tls(w, answer, arg, NULL);
}

static inline void server_stop(struct server *w) {
  int fd = atomic_load(&w->connection);

  shutdown(w->fd, SHUT_RDWR);
  if (fd >= 0)
    shutdown(fd, SHUT_RDWR);
  pthread_join(w->thread, NULL);
  close(w->fd);
}

#endif
