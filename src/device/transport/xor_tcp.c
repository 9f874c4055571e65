/* SPDX-License-Identifier: MIT */
/* Length-prefixed frames over TCP 9999 (doc/protocol.md, "XOR"). */
#include <config.h>

#include "device/transport/xor_tcp.h"

#include "device/transport.h"
#include "device/transport/xor_cipher.h"

#include "base/fd.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER = 4, REQUEST_MAX = 1024 };

struct link {
  struct transport_env *env;
  struct loop_watch watch; /* fd -1: no connection */
  struct sockaddr_in address;
  link_done *done; /* set while a request is under way */
  void *arg;
  char *request; /* the encrypted frame: kept for a second connection */
  char *partial; /* an answer that came in pieces: header and body */
  uint32_t partial_len;
  uint32_t partial_room;
  uint16_t request_len;
  bool reused;     /* the request went out on a kept connection */
  bool connecting; /* request still to be sent */
  bool counted;    /* in env->kept */
};

static struct link *link_of(struct loop_watch *watch) {
  return (struct link *)(void *)((char *)watch - offsetof(struct link, watch));
}

static uint32_t frame_length(const char *header) {
  const uint8_t *h = (const uint8_t *)header;

  return (uint32_t)h[0] << 24 | (uint32_t)h[1] << 16 | (uint32_t)h[2] << 8 |
         h[3];
}

static void disconnect(struct link *link) {
  if (link->watch.fd >= 0) {
    loop_unwatch(link->env->loop, &link->watch);
    close(link->watch.fd);
    link->watch.fd = -1;
  }
  if (link->counted) {
    link->counted = false;
    link->env->kept--;
  }
  link->connecting = false;
}

static void forget(struct link *link) {
  free(link->request);
  free(link->partial);
  link->request = NULL;
  link->partial = NULL;
  link->partial_len = 0;
  link->partial_room = 0;
  link->done = NULL;
}

static void fail(struct link *link, enum outcome outcome, const char *why) {
  link_done *done = link->done;
  void *arg = link->arg;

  disconnect(link);
  forget(link);
  done(arg, outcome, NULL, 0, why);
}

static enum outcome outcome_of(int error) {
  switch (error) {
  case ECONNREFUSED:
  case ECONNRESET:
  case EPIPE:
    return OUTCOME_REFUSED;
  case ETIMEDOUT:
    return OUTCOME_TIMEOUT;
  default:
    return OUTCOME_UNREACHABLE;
  }
}

static const char *why_of(int error) {
  switch (error) {
  case ECONNREFUSED:
    return "connection refused";
  case ECONNRESET:
  case EPIPE:
    return "connection reset";
  case EHOSTUNREACH:
  case ENETUNREACH:
  case EHOSTDOWN:
    return "no route to the address";
  case ETIMEDOUT:
    return "connection timed out";
  case EMFILE:
  case ENFILE:
    return "this process has no file descriptor left";
  default:
    return "the network gave an error";
  }
}

/* -- sending -- */

/* The whole frame in one write: some firmware stalls on a frame in two
 * segments. 0, or an errno value; EAGAIN while the connection is not up. */
static int push(struct link *link) {
  ssize_t n =
      send(link->watch.fd, link->request, link->request_len, MSG_NOSIGNAL);

  if (n == (ssize_t)link->request_len)
    return 0;
  if (n >= 0)
    return EPIPE; /* a device that takes no 1 KiB is beyond help */
  return errno == ENOTCONN || errno == EINPROGRESS ? EAGAIN : errno;
}

/* 0 or an errno value. */
static int start_connection(struct link *link) {
  static const int on = 1;
  int error;

  link->watch.fd =
      socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (link->watch.fd < 0)
    return errno;
  link->watch.fd = fd_leave_low(link->watch.fd);
  (void)setsockopt(link->watch.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  if (connect(link->watch.fd, (const struct sockaddr *)&link->address,
              sizeof(link->address)) < 0 &&
      errno != EINPROGRESS)
    return errno;
  /* A close neighbour has answered by now: one wake-up saved. */
  error = push(link);
  link->connecting = error == EAGAIN;
  if (error != 0 && error != EAGAIN)
    return error;
  return -loop_watch(link->env->loop, &link->watch,
                     link->connecting ? LOOP_WRITE : LOOP_READ);
}

static void ready(struct loop_watch *watch, unsigned events);

static int frame_request(struct link *link, const void *request, size_t len) {
  char *frame = malloc(HEADER + len);

  if (frame == NULL)
    return -ENOMEM;
  frame[0] = 0;
  frame[1] = 0;
  frame[2] = (char)(len >> 8);
  frame[3] = (char)len;
  xor_cipher_encrypt(request, frame + HEADER, len);
  link->request = frame;
  link->request_len = (uint16_t)(HEADER + len);
  return 0;
}

static enum outcome xor_send(struct link *link, const void *request, size_t len,
                             link_done *done, void *arg, const char **why) {
  int error = EPIPE;

  if (len > REQUEST_MAX || frame_request(link, request, len) < 0) {
    *why = len > REQUEST_MAX ? "the request is too long" : "out of memory";
    return OUTCOME_UNREACHABLE;
  }
  link->done = done;
  link->arg = arg;
  link->reused = link->watch.fd >= 0;
  if (link->reused) {
    error = push(link);
    if (error != 0) { /* it was closed while idle: that is no failure */
      disconnect(link);
      link->reused = false;
    }
  }
  if (error != 0)
    error = start_connection(link);
  if (error == 0)
    return OUTCOME_OK;
  disconnect(link);
  forget(link);
  *why = why_of(error);
  return outcome_of(error);
}

/* -- receiving -- */

/* Keeps the connection for the next request where there is room for it. */
static void settle(struct link *link) {
  struct transport_env *env = link->env;

  if (link->counted)
    return;
  if (env->kept >= env->kept_max) {
    disconnect(link);
    return;
  }
  link->counted = true;
  env->kept++;
}

static void deliver(struct link *link, char *body, size_t len, bool clean) {
  link_done *done = link->done;
  void *arg = link->arg;
  char *partial = link->partial;

  link->partial = NULL; /* body may lie in it */
  forget(link);
  if (clean)
    settle(link);
  else
    disconnect(link); /* more than was announced: out of step */
  xor_cipher_decrypt(body, len);
  body[len] = '\0';
  done(arg, OUTCOME_OK, body, len, "");
  free(partial);
}

/* The connection ended. Before the first byte of an answer on a kept
 * connection that is a device's right: try once more on a new one. */
static void ended(struct link *link, int error) {
  if (link->done == NULL) {
    disconnect(link);
    return;
  }
  if (link->reused && link->partial_len == 0) {
    disconnect(link);
    link->reused = false;
    error = start_connection(link);
    if (error != 0)
      fail(link, outcome_of(error), why_of(error));
    return;
  }
  if (error != 0)
    fail(link, outcome_of(error), why_of(error));
  else if (link->partial_len > 0)
    fail(link, OUTCOME_MALFORMED, "the answer ended too early");
  else
    fail(link, OUTCOME_REFUSED, "connection closed without an answer");
}

/* Looks at what has come so far (len bytes at data): delivers, fails, or
 * keeps it for later. */
static void digest(struct link *link, char *data, size_t len) {
  uint32_t announced;

  if (len >= HEADER) {
    announced = frame_length(data);
    if (announced == 0 || announced > ANSWER_MAX) {
      fail(link, OUTCOME_MALFORMED, "the frame's length makes no sense");
      return;
    }
    if (len >= HEADER + announced) {
      deliver(link, data + HEADER, announced, len == HEADER + announced);
      return;
    }
  }
  if (link->partial == NULL) {
    size_t room = HEADER + ANSWER_MAX;

    if (len >= HEADER)
      room = HEADER + frame_length(data);
    link->partial = malloc(room + 2); /* one to see a surplus, one for NUL */
    if (link->partial == NULL) {
      fail(link, OUTCOME_UNREACHABLE, "out of memory");
      return;
    }
    link->partial_room = (uint32_t)room + 1;
    memcpy(link->partial, data, len);
  }
  link->partial_len = (uint32_t)len;
}

static void receive(struct link *link) {
  struct transport_env *env = link->env;
  char *into = link->partial != NULL ? link->partial : env->scratch;
  size_t have = link->partial_len;
  size_t room =
      link->partial != NULL ? link->partial_room : TRANSPORT_SCRATCH - 1;
  ssize_t n = recv(link->watch.fd, into + have, room - have, 0);

  if (n > 0 && link->done != NULL)
    digest(link, into, have + (size_t)n);
  else if (n >= 0)
    ended(link, 0); /* end, or bytes nobody asked for */
  else if (errno != EAGAIN && errno != EINTR)
    ended(link, errno);
}

static void connected(struct link *link) {
  int error = push(link);

  if (error == EAGAIN)
    return;
  if (error == 0) {
    link->connecting = false;
    error = -loop_watch(link->env->loop, &link->watch, LOOP_READ);
  }
  if (error != 0)
    fail(link, outcome_of(error), why_of(error));
}

static void ready(struct loop_watch *watch, unsigned events) {
  struct link *link = link_of(watch);

  (void)events;
  if (link->connecting)
    connected(link);
  else
    receive(link);
}

/* -- life -- */

static struct link *xor_open(struct transport_env *env,
                             const struct endpoint *where) {
  struct link *link = calloc(1, sizeof(*link));

  if (link == NULL)
    return NULL;
  link->env = env;
  link->address = where->address;
  link->watch = (struct loop_watch){.fd = -1, .ready = ready};
  return link;
}

static void xor_abort(struct link *link) {
  disconnect(link);
  forget(link);
}

static void xor_close(struct link *link) {
  xor_abort(link);
  free(link);
}

const struct transport transport_xor = {
    .name = "xor",
    .port = 9999,
    .open = xor_open,
    .send = xor_send,
    .abort = xor_abort,
    .close = xor_close,
};
