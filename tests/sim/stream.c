/* SPDX-License-Identifier: MIT */
/* Listeners, connections and the pace of answers. */
#include "stream.h"

#include "device.h"
#include "house.h"
#include "tls.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum listener { CLOSED, OPEN, STUFFED };

struct conn {
  struct source source;
  struct timer timer;
  struct link *link;
  struct conn *next;
  struct conn **at; /* what points to us */
  int fd;
  struct tls *tls; /* NULL: plain */
  uint32_t events;
  unsigned unanswered;
  bool answering; /* bytes of an answer wait in out */
  bool mute;      /* the answer will never come */
  bool after_close;
  bool intact;
  struct text in; /* what does not make a frame yet */
  struct text out;
  size_t sent;
  size_t chunk;
  uint64_t gap_ns;
};

struct link {
  struct source source; /* the listener */
  struct device *d;
  const struct speech *speech;
  struct conn *conns;
  int fd;
  int fillers[2]; /* our own connections that fill the backlog */
  enum listener state;
};

/* Shared by all connections: nearly always a request is read, answered and sent
 * whole, without a byte of memory of its own. */
static struct {
  char in[MAX_MESSAGE + 4];
  struct text wire;
} scratch;

static void conn_ready(struct source *source, uint32_t events);

static struct loop *loop_of(const struct conn *c) {
  return &c->link->d->house->loop;
}

static void unanswered(struct conn *c, unsigned now) {
  struct stats *stats = &c->link->d->stats;
  stats->unanswered += now - c->unanswered; /* wraps and unwraps */
  c->unanswered = now;
  if (stats->unanswered > stats->max_unanswered)
    stats->max_unanswered = stats->unanswered;
}

static ssize_t conn_recv(struct conn *c, void *p, size_t len) {
  return c->tls != NULL ? tls_recv(c->tls, p, len)
                        : recv(c->fd, p, len, MSG_DONTWAIT);
}

static ssize_t conn_send(struct conn *c, const void *p, size_t len) {
  return c->tls != NULL ? tls_send(c->tls, p, len)
                        : send(c->fd, p, len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void conn_close(struct conn *c, bool reset) {
  struct loop *loop = loop_of(c);
  tls_free(c->tls, !reset);
  if (reset) {
    struct linger now = {.l_onoff = 1};
    setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
  }
  unanswered(c, 0);
  c->link->d->stats.open--;
  *c->at = c->next;
  if (c->next != NULL)
    c->next->at = c->at;
  timer_stop(loop, &c->timer);
  loop_close(loop, c->fd, &c->source);
  text_free(&c->in);
  text_free(&c->out);
  loop_release(loop, c);
}

static void want(struct conn *c, uint32_t events) {
  if (c->events == events)
    return;
  c->events = events;
  loop_rewatch(loop_of(c), c->fd, events, &c->source);
}

static void answered(struct conn *c) {
  struct device *d = c->link->d;
  c->answering = false;
  c->sent = 0;
  text_clear(&c->out);
  d->stats.replies++;
  unanswered(c, c->unanswered > 0 ? c->unanswered - 1 : 0);
  if (c->intact)
    device_served(d);
  else
    device_unserved(d);
}

/* Sends what is due of c->out. False when the connection is gone. */
static bool push(struct conn *c) {
  struct loop *loop = loop_of(c);
  size_t left = c->out.len - c->sent;
  size_t n = c->chunk > 0 && c->chunk < left ? c->chunk : left;
  ssize_t done = n == 0 ? 0 : conn_send(c, c->out.p + c->sent, n);
  if (done < 0 && errno != EAGAIN && errno != EINTR) {
    conn_close(c, false);
    return false;
  }
  if (done > 0) {
    c->sent += (size_t)done;
    c->link->d->stats.bytes_out += (uint64_t)done;
  }
  if (c->sent == c->out.len) {
    bool close_now = c->after_close;
    answered(c);
    if (close_now) {
      conn_close(c, false);
      return false;
    }
    want(c, EPOLLIN);
    return true;
  }
  if (done < 0 || (size_t)done < n) {
    want(c, EPOLLIN | EPOLLOUT);
    return true;
  }
  want(c, EPOLLIN);
  timer_start(loop, &c->timer, loop->now_ns + c->gap_ns);
  return true;
}

static bool consume(struct conn *c);

static void on_timer(struct timer *timer) {
  struct conn *c = OWNER(timer, struct conn, timer);
  if (push(c) && !c->answering)
    consume(c);
}

/* The usual way: everything at once, without touching the connection's own
 * buffers. False when the connection is gone. */
static bool send_now(struct conn *c, const struct text *wire) {
  struct device *d = c->link->d;
  ssize_t done = conn_send(c, wire->p, wire->len);
  if (done == (ssize_t)wire->len) {
    d->stats.bytes_out += wire->len;
    answered(c);
    if (c->after_close)
      conn_close(c, false);
    return !c->after_close;
  }
  text_add(&c->out, wire->p, wire->len);
  return push(c);
}

static bool deliver(struct conn *c, const struct delivery *how) {
  struct device *d = c->link->d;
  c->intact = how->intact;
  c->after_close = how->close || !d->keep_open;
  c->answering = true;
  if (how->silent) {
    c->mute = true;
    device_unserved(d);
    return true;
  }
  if (how->reset || (how->close && scratch.wire.len == 0)) {
    device_unserved(d);
    conn_close(c, how->reset);
    return false;
  }
  c->chunk = how->chunk;
  if (how->chunk == 0 && how->delay_ms <= 0)
    return send_now(c, &scratch.wire);

  int one = 1; /* or the kernel would glue our pieces together */
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  c->gap_ns = (uint64_t)(how->gap_ms * 1e6);
  text_add(&c->out, scratch.wire.p, scratch.wire.len);
  if (how->delay_ms <= 0)
    return push(c);
  timer_start(loop_of(c), &c->timer,
              loop_of(c)->now_ns + (uint64_t)(how->delay_ms * 1e6));
  return true;
}

/* One whole message. False when the connection is gone. */
static bool request(struct conn *c, char *p, size_t len) {
  struct device *d = c->link->d;
  struct delivery how = {.intact = true};
  d->stats.requests++;
  text_clear(&scratch.wire);
  switch (c->link->speech->answer(d, p, len, &scratch.wire, &how)) {
  case ANSWER_SEND:
    return deliver(c, &how);
  case ANSWER_SILENT:
    c->answering = c->mute = true;
    return true;
  case ANSWER_CLOSE:
    conn_close(c, false);
    return false;
  case ANSWER_CRASH:
    house_reboot(d->house, d, d->quirks.reboot_s);
    return false;
  }
  return true;
}

/* Whole messages at p: how many (for the statistics of impatient clients). */
static unsigned count_messages(struct conn *c, const char *p, size_t len) {
  unsigned n = 0;
  ssize_t size;
  while ((size = c->link->speech->measure(c->link->d, p, len)) > 0) {
    len -= (size_t)size;
    p += size;
    n++;
  }
  return n;
}

/* Answers messages at p until one needs time. Returns how many bytes it took,
 * or -1 when the connection is gone. */
static ssize_t take(struct conn *c, char *p, size_t len) {
  size_t used = 0;
  while (!c->answering && used < len) {
    struct device *d = c->link->d;
    ssize_t size = c->link->speech->measure(d, p + used, len - used);
    if (size < 0) {
      d->stats.bad_frames++;
      conn_close(c, false);
      return -1;
    }
    if (size == 0)
      break;
    unanswered(c, count_messages(c, p + used, len - used));
    if (!request(c, p + used, (size_t)size))
      return -1;
    used += (size_t)size;
  }
  return (ssize_t)used;
}

static bool consume(struct conn *c) {
  ssize_t used = c->in.len > 0 ? take(c, c->in.p, c->in.len) : 0;
  if (used < 0)
    return false;
  if (used > 0) {
    c->in.len -= (size_t)used;
    memmove(c->in.p, c->in.p + used, c->in.len);
  }
  return true;
}

static bool received(struct conn *c, char *p, size_t len) {
  struct device *d = c->link->d;
  d->stats.bytes_in += len;
  if (c->in.len == 0 && !c->answering) {
    ssize_t used = take(c, p, len);
    if (used < 0)
      return false;
    text_add(&c->in, p + used, len - (size_t)used);
    if (c->in.len > 0 && !c->answering && d->quirks.one_segment)
      c->answering = c->mute = true; /* it waits for nobody */
    return true;
  }
  text_add(&c->in, p, len);
  if (c->answering) {
    if (c->in.len > 4 * MAX_MESSAGE) { /* nobody needs that much patience */
      conn_close(c, true);
      return false;
    }
    unanswered(c, 1 + count_messages(c, c->in.p, c->in.len));
    return true;
  }
  return consume(c);
}

static void conn_read(struct conn *c) {
  ssize_t n = conn_recv(c, scratch.in, sizeof(scratch.in));
  if (n > 0)
    received(c, scratch.in, (size_t)n);
  else if (n == 0 || (errno != EAGAIN && errno != EINTR))
    conn_close(c, false);
}

static void conn_ready(struct source *source, uint32_t events) {
  struct conn *c = OWNER(source, struct conn, source);
  if ((events & EPOLLOUT) != 0 && c->answering && !c->mute) {
    if (!push(c) || c->source.ready == NULL)
      return;
    if (!c->answering && !consume(c))
      return;
  }
  if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0)
    conn_read(c);
}

static void accept_ready(struct source *source, uint32_t events) {
  struct link *link = OWNER(source, struct link, source);
  struct device *d = link->d;
  (void)events;
  int fd = accept4(link->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0)
    return;
  d->stats.accepted++;
  struct conn *c = xcalloc(1, sizeof(*c));
  *c = (struct conn){.source.ready = conn_ready,
                     .timer.fire = on_timer,
                     .link = link,
                     .next = link->conns,
                     .at = &link->conns,
                     .fd = fd,
                     .events = EPOLLIN};
  if (c->next != NULL)
    c->next->at = &c->next;
  link->conns = c;
  if (link->speech->tls != NULL && d->https)
    c->tls = tls_new(fd, link->speech->tls(d));
  if (++d->stats.open > d->stats.max_open)
    d->stats.max_open = d->stats.open;
  loop_watch(&d->house->loop, fd, EPOLLIN, &c->source);
  if (d->quirks.max_connections != 0 &&
      d->stats.open > d->quirks.max_connections)
    conn_close(c, true);
  else
    conn_read(c); /* the request is often there already */
}

void stream_hang_up(struct device *d) {
  struct link *link = d->link;
  while (link != NULL && link->conns != NULL)
    conn_close(link->conns, true);
}

static void listener_close(struct link *link) {
  if (link->state == CLOSED)
    return;
  for (size_t i = 0; i < COUNT(link->fillers); i++)
    if (link->fillers[i] >= 0)
      close(link->fillers[i]);
  loop_close(&link->d->house->loop, link->fd, &link->source);
  link->state = CLOSED;
}

static const char *listener_open(struct link *link, int backlog) {
  struct device *d = link->d;
  int one = 1;
  struct sockaddr_in sa = {.sin_family = AF_INET,
                           .sin_port = htons(link->speech->port(d)),
                           .sin_addr = d->addr};
  link->fillers[0] = link->fillers[1] = -1;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return "no more sockets (ulimit -n)";
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
  if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 ||
      listen(fd, backlog) < 0) {
    bool busy = errno == EADDRINUSE;
    close(fd);
    return busy ? "the address and port are in use"
                : "cannot listen at this address";
  }
  link->fd = fd;
  link->source.ready = accept_ready;
  link->state = OPEN;
  return NULL;
}

/* Nobody accepts, and the backlog of one is full with our own connections: the
 * kernel then drops every further SYN, as if nobody lived there. */
static const char *listener_stuff(struct link *link) {
  struct sockaddr_in sa = {.sin_family = AF_INET,
                           .sin_port = htons(link->speech->port(link->d)),
                           .sin_addr = link->d->addr};
  const char *wrong = listener_open(link, 0);
  if (wrong != NULL)
    return wrong;
  link->state = STUFFED;
  for (size_t i = 0; i < COUNT(link->fillers); i++) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    link->fillers[i] = fd;
    if (fd >= 0 && connect(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 &&
        errno != EINPROGRESS)
      warn("drop: %s", strerror(errno));
  }
  return NULL;
}

static enum listener wanted(const struct device *d) {
  if (fault_peek(d->faults, FAULT_DROP) || fault_peek(d->faults, FAULT_GONE))
    return STUFFED;
  if (d->quirks.lazy_http && !d->awake)
    return CLOSED;
  return fault_peek(d->faults, FAULT_REFUSE) ? CLOSED : OPEN;
}

static const char *listener_apply(struct link *link) {
  enum listener state = wanted(link->d);
  const char *wrong = NULL;
  if (state == link->state)
    return NULL;
  listener_close(link);
  if (state == STUFFED) {
    /* Established connections die silently. */
    for (struct conn *c = link->conns; c != NULL; c = c->next) {
      timer_stop(loop_of(c), &c->timer);
      want(c, 0);
      c->answering = c->mute = true;
    }
    return listener_stuff(link);
  }
  stream_hang_up(link->d);
  if (state == OPEN)
    wrong = listener_open(link, 512);
  if (link->state == OPEN)
    loop_watch(&link->d->house->loop, link->fd, EPOLLIN, &link->source);
  return wrong;
}

const char *stream_open(struct device *d, const struct speech *speech) {
  struct link *link = xcalloc(1, sizeof(*link));
  link->d = d;
  link->speech = speech;
  link->state = CLOSED;
  d->link = link;
  const char *wrong = listener_apply(link);
  if (wrong != NULL) {
    free(link);
    d->link = NULL;
  }
  return wrong;
}

void stream_close(struct device *d) {
  struct link *link = d->link;
  if (link == NULL)
    return;
  stream_hang_up(d);
  listener_close(link);
  loop_release(&d->house->loop, link);
  d->link = NULL;
}

void stream_faults_changed(struct device *d) {
  struct link *link = d->link;
  const char *wrong = link != NULL ? listener_apply(link) : NULL;
  if (wrong != NULL)
    warn("fault: %s", wrong);
  if (fault_peek(d->faults, FAULT_SILENCE) != NULL || link == NULL)
    return;
  /* Who waits for an answer that was swallowed gets a reset now. */
  for (struct conn *c = link->conns, *next; c != NULL; c = next) {
    next = c->next;
    if (c->mute && link->state == OPEN)
      conn_close(c, true);
  }
}
