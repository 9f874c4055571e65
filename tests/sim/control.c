/* SPDX-License-Identifier: MIT */
/* Sockets and lines of the control protocol. */
#include "control.h"

#include "house.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MAX_LINE (4u << 20)

struct client {
  struct source source;
  struct client *next;
  int fd;
  struct text in;
  struct text out;
  size_t sent;
};

static struct {
  struct source source;
  struct house *house;
  struct client *clients;
  char *path;
  int fd;
} control = {.fd = -1};

static void client_close(struct client *c) {
  for (struct client **at = &control.clients; *at != NULL; at = &(*at)->next)
    if (*at == c) {
      *at = c->next;
      break;
    }
  loop_close(&control.house->loop, c->fd, &c->source);
  text_free(&c->in);
  text_free(&c->out);
  loop_release(&control.house->loop, c);
}

/* False when the client is gone. */
static bool client_send(struct client *c) {
  while (c->sent < c->out.len) {
    ssize_t n = send(c->fd, c->out.p + c->sent, c->out.len - c->sent,
                     MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) {
      loop_rewatch(&control.house->loop, c->fd, EPOLLIN | EPOLLOUT, &c->source);
      return true;
    }
    if (n <= 0) {
      client_close(c);
      return false;
    }
    c->sent += (size_t)n;
  }
  c->sent = 0;
  text_clear(&c->out);
  loop_rewatch(&control.house->loop, c->fd, EPOLLIN, &c->source);
  return true;
}

static void client_lines(struct client *c) {
  size_t used = 0;
  char *end;
  while (c->in.len > used &&
         (end = memchr(c->in.p + used, '\n', c->in.len - used)) != NULL) {
    size_t len = (size_t)(end - c->in.p) - used;
    control_command(control.house, c->in.p + used, len, &c->out);
    text_char(&c->out, '\n');
    used += len + 1;
  }
  c->in.len -= used;
  if (used > 0)
    memmove(c->in.p, c->in.p + used, c->in.len);
}

static void client_ready(struct source *source, uint32_t events) {
  struct client *c = OWNER(source, struct client, source);
  if ((events & EPOLLOUT) != 0 && !client_send(c))
    return;
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0)
    return;
  ssize_t n = recv(c->fd, text_room(&c->in, 65536), 65536, MSG_DONTWAIT);
  if (n < 0 && errno == EAGAIN)
    return;
  if (n <= 0 || c->in.len > MAX_LINE) {
    client_close(c);
    return;
  }
  c->in.len += (size_t)n;
  client_lines(c);
  client_send(c);
}

static void control_ready(struct source *source, uint32_t events) {
  (void)source;
  (void)events;
  int fd = accept4(control.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0)
    return;
  struct client *c = xcalloc(1, sizeof(*c));
  c->source.ready = client_ready;
  c->fd = fd;
  c->next = control.clients;
  control.clients = c;
  loop_watch(&control.house->loop, fd, EPOLLIN, &c->source);
}

void control_open(struct house *house, const char *path) {
  struct sockaddr_un sa = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof(sa.sun_path))
    die("%s: this path is too long for a Unix socket", path);
  memcpy(sa.sun_path, path, strlen(path) + 1);
  unlink(path);
  control.house = house;
  control.path = xstrdup(path);
  control.source.ready = control_ready;
  control.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (control.fd < 0 ||
      bind(control.fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 ||
      listen(control.fd, 16) < 0)
    die("%s: %s", path, strerror(errno));
  loop_watch(&house->loop, control.fd, EPOLLIN, &control.source);
}

void control_close(void) {
  if (control.fd < 0)
    return;
  while (control.clients != NULL)
    client_close(control.clients);
  loop_close(&control.house->loop, control.fd, &control.source);
  unlink(control.path);
  free(control.path);
  control.fd = -1;
}
