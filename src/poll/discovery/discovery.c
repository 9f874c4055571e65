/* SPDX-License-Identifier: MIT */
/* Looking for devices: see discovery.h. */
#include <config.h>

#include "poll/discovery/discovery.h"

#include "base/log.h"
#include "poll/discovery/interfaces.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  /* Datagrams taken at once: a flood must not starve the polls. */
  DATAGRAMS_AT_ONCE = 128,
  /* Thousands of devices answer one broadcast within milliseconds. */
  /* For so long answers still count when a search has ended. */
  LATE_US = 3 * 1000000,
  RECEIVE_BUFFER = 4 * 1024 * 1024,
};

struct discovery {
  struct loop *loop;
  struct json *doc;
  const struct poll_options *options;
  struct discovery_hooks hooks;
  struct loop_watch watch; /* fd -1: no socket */
  struct loop_timer timer; /* next round, or the end */
  unsigned rounds_left;
  bool active;
  bool over; /* one has ended, and nobody has asked */
  uint64_t ended_us;
  bool failing_said;
  /* where the present or last search was sent */
  struct interface_target targets[INTERFACE_TARGETS_MAX];
  size_t targets_num;
  char iot[PROBE_MAX], tdp[PROBE_MAX]; /* what is sent */
  size_t iot_len, tdp_len;
  char datagram[DATAGRAM_MAX + 1];
};

static void received(struct loop_watch *watch, unsigned events);
static void next_round(struct loop_timer *timer);

struct discovery *discovery_create(struct loop *loop, struct json *doc,
                                   const struct poll_options *options,
                                   const struct discovery_hooks *hooks) {
  struct discovery *s = calloc(1, sizeof(*s));

  if (s == NULL)
    return NULL;
  s->loop = loop;
  s->doc = doc;
  s->options = options;
  s->hooks = *hooks;
  s->watch = (struct loop_watch){.fd = -1, .ready = received};
  s->timer = (struct loop_timer){.fired = next_round};
  s->iot_len = discovery_packet_probe_iot(s->iot);
  s->tdp_len =
      discovery_packet_probe_tdp(s->tdp); /* takes its time: not in the loop */
  return s;
}

void discovery_free(struct discovery *s) {
  if (s == NULL)
    return;
  loop_timer_cancel(s->loop, &s->timer);
  if (s->watch.fd >= 0) {
    loop_unwatch(s->loop, &s->watch);
    close(s->watch.fd);
  }
  free(s);
}

bool discovery_active(const struct discovery *s) { return s->active; }

static void complain(struct discovery *s, const char *what) {
  if (!s->failing_said)
    log_say(LOG_LEVEL_WARNING, "search for devices: %s: %s", what,
            strerror(errno));
  s->failing_said = true;
}

static bool open_socket(struct discovery *s) {
  static const int on = 1;
  static const int room = RECEIVE_BUFFER;
  int fd;

  if (s->watch.fd >= 0)
    return true;
  fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_UDP);
  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof(on)) < 0) {
    complain(s, "no socket");
    if (fd >= 0)
      close(fd);
    return false;
  }
  /* Beyond the system's limit only for root; less is no failure. */
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
  s->watch.fd = fd;
  if (loop_watch(s->loop, &s->watch, LOOP_READ) < 0) {
    close(fd);
    s->watch.fd = -1;
    return false;
  }
  return true;
}

/* -- sending -- */

/* Through one interface where index says so: 255.255.255.255 has no route of
 * its own. */
static bool send_datagram(struct discovery *s, struct in_addr to,
                          unsigned index, in_port_t port, char *bytes,
                          size_t len) {
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
  } control = {0};
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = to};
  struct iovec vector = {bytes, len};
  struct msghdr message = {.msg_name = &address,
                           .msg_namelen = sizeof(address),
                           .msg_iov = &vector,
                           .msg_iovlen = 1};
  struct in_pktinfo info = {.ipi_ifindex = (int)index};

  if (index != 0) {
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof(control.bytes);
    CMSG_FIRSTHDR(&message)->cmsg_level = IPPROTO_IP;
    CMSG_FIRSTHDR(&message)->cmsg_type = IP_PKTINFO;
    CMSG_FIRSTHDR(&message)->cmsg_len = CMSG_LEN(sizeof(info));
    memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &info, sizeof(info));
  }
  return sendmsg(s->watch.fd, &message, 0) >= 0;
}

/* Both languages at once: nobody knows which one a device has by now. The
 * order matters little, but what a device says by TDP counts more. */
static bool send_probes(struct discovery *s, struct in_addr to,
                        unsigned index) {
  bool sent =
      send_datagram(s, to, index, DISCOVERY_PORT_TDP, s->tdp, s->tdp_len);

  sent |= send_datagram(s, to, index, DISCOVERY_PORT_TDP_BATTERY, s->tdp,
                        s->tdp_len);
  sent |= send_datagram(s, to, index, DISCOVERY_PORT_IOT, s->iot, s->iot_len);
  return sent;
}

void discovery_probe(struct discovery *s, struct in_addr address) {
  if (open_socket(s))
    (void)send_probes(s, address, 0); /* the next round tries again */
}

static void send_round(struct discovery *s) {
  size_t num = s->options->discovery
                   ? interface_targets(&s->options->targets,
                                       &s->options->interfaces, s->targets)
                   : 0;
  size_t sent = 0;

  s->targets_num = num;
  for (size_t i = 0; i < num; i++)
    sent += send_probes(s, s->targets[i].address, s->targets[i].index);
  if (num == 0 && s->options->discovery && !s->failing_said) {
    s->failing_said = true;
    log_say(LOG_LEVEL_WARNING,
            "search for devices: there is no network "
            "interface to search on%s",
            s->options->interfaces.count > 0 ? " (see option Interface)" : "");
  } else if (num > 0 && sent == 0)
    complain(s, "no search packet could be sent");
  else if (sent > 0)
    s->failing_said = false;
  s->hooks.round(s->hooks.arg);
}

static void end(struct discovery *s) {
  s->active = false;
  s->over = true;
  s->ended_us = loop_now_us(s->loop);
  loop_wake(s->loop);
}

bool discovery_take_over(struct discovery *s) {
  bool over = s->over;

  s->over = false;
  return over;
}

static void schedule(struct discovery *s) {
  double pause = s->options->discovery_timeout / s->options->discovery_packets;

  if (loop_timer_set(s->loop, &s->timer,
                     loop_now_us(s->loop) + (uint64_t)(pause * 1e6)) < 0) {
    end(s);
  }
}

static void next_round(struct loop_timer *timer) {
  struct discovery *s =
      (struct discovery *)(void *)((char *)timer -
                                   offsetof(struct discovery, timer));

  if (s->rounds_left == 0) {
    end(s);
    return;
  }
  s->rounds_left--;
  if (open_socket(s))
    send_round(s);
  schedule(s);
}

void discovery_start(struct discovery *s) {
  if (s->active)
    return;
  s->active = true;
  s->rounds_left = s->options->discovery_packets;
  next_round(&s->timer);
}

/* -- receiving -- */

static bool is_expected(const struct discovery *s, struct in_addr from) {
  if (!s->active && loop_now_us(s->loop) > s->ended_us + LATE_US)
    return false;
  for (size_t i = 0; i < s->targets_num; i++)
    if (interface_target_covers(&s->targets[i], from))
      return true;
  return false;
}

static void take(struct discovery *s, size_t len,
                 const struct sockaddr_in *from) {
  struct introduction in;
  char why[WHY_SIZE];

  if (!s->hooks.wanted(s->hooks.arg, from->sin_addr,
                       discovery_packet_is_tdp(s->datagram, len),
                       is_expected(s, from->sin_addr)))
    return;
  if (discovery_packet_read(&in, s->doc, s->datagram, len, why) == OUTCOME_OK)
    s->hooks.met(s->hooks.arg, &in, from);
}

static void received(struct loop_watch *watch, unsigned events) {
  struct discovery *s =
      (struct discovery *)(void *)((char *)watch -
                                   offsetof(struct discovery, watch));

  (void)events;
  for (int i = 0; i < DATAGRAMS_AT_ONCE; i++) {
    struct sockaddr_in from = {0};
    socklen_t from_len = sizeof(from);
    ssize_t n = recvfrom(watch->fd, s->datagram, DATAGRAM_MAX, 0,
                         (struct sockaddr *)&from, &from_len);

    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      return;
    if (n > 0) /* errors are of one earlier probe (refused): nothing to do */
      take(s, (size_t)n, &from);
  }
}
