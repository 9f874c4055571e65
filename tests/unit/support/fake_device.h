/* SPDX-License-Identifier: MIT */
/* A device on loopback that behaves as a list of acts says, one per request;
 * the last one repeats. It serves one connection at a time, in a thread of its
 * own, and knows the cipher only by the protocol's words. */
#ifndef TESTS_UNIT_SUPPORT_FAKE_DEVICE_H
#define TESTS_UNIT_SUPPORT_FAKE_DEVICE_H

#include <arpa/inet.h>
#include <check.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum fake_do {
  FAKE_ANSWER,       /* the frame of text */
  FAKE_ANSWER_CLOSE, /* the same, then the end of the connection */
  FAKE_SEGMENTS,     /* the frame byte by byte (header split too) */
  FAKE_SURPLUS,      /* the frame and three bytes more */
  FAKE_RAW,          /* text as it is, len bytes, connection stays open */
  FAKE_RAW_CLOSE,    /* the same, then the end */
  FAKE_SILENCE,
  FAKE_CLOSE, /* no answer, the end */
  FAKE_RESET, /* no answer, RST */
  FAKE_BIG,   /* a frame of len bytes */
};

struct fake_act {
  enum fake_do what;
  const char *text;
  size_t len;
};

struct fake {
  const struct fake_act *acts;
  size_t acts_num;
  int listener;
  atomic_int connection;
  atomic_bool stopping;
  atomic_uint accepted, requests;
  struct sockaddr_in address;
  pthread_t thread;
  char last[1100]; /* request, decrypted; look after the answer */
};

static inline bool fake_read(int fd, void *into, size_t len) {
  return recv(fd, into, len, MSG_WAITALL) == (ssize_t)len;
}

static inline bool fake_request(struct fake *f, int fd) {
  unsigned char head[4];
  size_t len;
  unsigned char key = 171;

  if (!fake_read(fd, head, 4))
    return false;
  len = (size_t)head[2] << 8 | head[3];
  if (head[0] != 0 || head[1] != 0 || len >= sizeof(f->last) ||
      !fake_read(fd, f->last, len))
    return false;
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)f->last[i];

    f->last[i] = (char)(c ^ key);
    key = c;
  }
  f->last[len] = '\0';
  atomic_fetch_add(&f->requests, 1);
  return true;
}

static inline size_t fake_frame(const char *text, size_t len, char *out) {
  unsigned char key = 171;

  out[0] = (char)(len >> 24);
  out[1] = (char)(len >> 16);
  out[2] = (char)(len >> 8);
  out[3] = (char)len;
  for (size_t i = 0; i < len; i++) {
    key ^= (unsigned char)(text != NULL ? text[i] : ' ');
    out[4 + i] = (char)key;
  }
  return len + 4;
}

static inline void fake_send(int fd, const char *bytes, size_t len) {
  (void)send(fd, bytes, len, MSG_NOSIGNAL);
}

/* False: the connection is over. */
static inline bool fake_act(struct fake *f, int fd) {
  static _Thread_local char frame[70000];
  size_t n = atomic_load(&f->requests) - 1;
  const struct fake_act *a = &f->acts[n < f->acts_num ? n : f->acts_num - 1];
  const struct linger at_once = {.l_onoff = 1};
  size_t len = 0;

  if (a->what <= FAKE_SURPLUS)
    len = fake_frame(a->text, strlen(a->text), frame);
  switch (a->what) {
  case FAKE_ANSWER:
    fake_send(fd, frame, len);
    return true;
  case FAKE_ANSWER_CLOSE:
    fake_send(fd, frame, len);
    return false;
  case FAKE_SEGMENTS:
    for (size_t i = 0; i < len; i++) {
      fake_send(fd, frame + i, 1);
      if (i < 6 || i % 16 == 0)
        usleep(500);
    }
    return true;
  case FAKE_SURPLUS:
    memset(frame + len, 'x', 3);
    fake_send(fd, frame, len + 3);
    return true;
  case FAKE_RAW:
    fake_send(fd, a->text, a->len);
    return true;
  case FAKE_RAW_CLOSE:
    fake_send(fd, a->text, a->len);
    return false;
  case FAKE_SILENCE:
    return true;
  case FAKE_CLOSE:
    return false;
  case FAKE_RESET:
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
    return false;
  case FAKE_BIG:
    fake_send(fd, frame, fake_frame(NULL, a->len, frame));
    return true;
  }
  return false;
}

static inline void *fake_serve(void *arg) {
  static const int on = 1;
  struct fake *f = arg;

  while (!atomic_load(&f->stopping)) {
    int fd = accept(f->listener, NULL, NULL);

    if (fd < 0)
      break;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    atomic_fetch_add(&f->accepted, 1);
    atomic_store(&f->connection, fd);
    while (!atomic_load(&f->stopping) && fake_request(f, fd) && fake_act(f, fd))
      ;
    atomic_store(&f->connection, -1);
    close(fd);
  }
  return NULL;
}

/* ip: an address of 127/8, so that a test can have many devices. port 0: any.
 */
static inline void fake_start(struct fake *f, const char *ip, in_port_t port,
                              const struct fake_act *acts, size_t acts_num) {
  static const int on = 1;
  socklen_t len = sizeof(f->address);

  memset(f, 0, sizeof(*f));
  f->acts = acts;
  f->acts_num = acts_num;
  atomic_store(&f->connection, -1);
  f->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  f->address.sin_family = AF_INET;
  f->address.sin_port = htons(port);
  ck_assert_int_eq(inet_pton(AF_INET, ip, &f->address.sin_addr), 1);
  setsockopt(f->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  ck_assert_int_eq(
      bind(f->listener, (struct sockaddr *)&f->address, sizeof(f->address)), 0);
  ck_assert_int_eq(listen(f->listener, 8), 0);
  ck_assert_int_eq(
      getsockname(f->listener, (struct sockaddr *)&f->address, &len), 0);
  ck_assert_int_eq(pthread_create(&f->thread, NULL, fake_serve, f), 0);
}

static inline void fake_stop(struct fake *f) {
  int fd;

  atomic_store(&f->stopping, true);
  shutdown(f->listener, SHUT_RDWR);
  fd = atomic_load(&f->connection);
  if (fd >= 0)
    shutdown(fd, SHUT_RDWR);
  pthread_join(f->thread, NULL);
  close(f->listener);
}

#endif
