/* SPDX-License-Identifier: MIT */
/* Probes, unicast and broadcast, on the ports of the house.
 *
 * The socket is bound to all addresses but, unless told otherwise, to the
 * loopback interface alone. Answers to a broadcast are spread over some
 * milliseconds, as they are in the air: thousands at once would overrun any
 * receive buffer. */
#include "udp.h"

#include "device.h"
#include "house.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <math.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_DATAGRAM 65536
#define BATCH 32
#define FORGED_FIRST 0x7f580001u /* 127.88.0.1 */

/* Answers that go out bit by bit: to a broadcast, or forged ones. */
struct burst {
  struct timer timer;
  struct port *port;
  struct burst *next;
  struct sockaddr_in to;
  int interface;
  bool forged;
  uint32_t first; /* forged: address of the first, host order */
  size_t done;
  size_t total; /* forged */
  size_t len;
  char request[];
};

/* An answer that waits for its delay. */
struct late {
  struct timer timer;
  struct udp *udp;
  struct late *next;
  int fd;
  struct in_addr from;
  struct sockaddr_in to;
  struct text bytes;
};

struct port {
  struct source source;
  const struct udp_service *service;
  struct udp *udp;
  int fd;
};

struct udp {
  struct house *house;
  struct port ports[UDP_PORTS];
  size_t n_ports;
  int other_fd; /* for devices that answer from another port; never read */
  struct burst *bursts;
  struct late *lates;
  struct port *last_port; /* who probed last, and where */
  struct sockaddr_in last_prober;
  uint64_t forged;
  uint64_t malformed;
};

union control {
  char room[CMSG_SPACE(sizeof(struct in_pktinfo))];
  struct cmsghdr align;
};

static bool is_loopback(struct in_addr a) {
  return ntohl(a.s_addr) >> 24 == 127;
}

static void send_from(int fd, struct in_addr from, const struct sockaddr_in *to,
                      const void *bytes, size_t len) {
  union control control = {{0}};
  struct iovec iov = {(void *)(uintptr_t)bytes, len};
  struct msghdr msg = {.msg_name = (void *)(uintptr_t)to,
                       .msg_namelen = sizeof(*to),
                       .msg_iov = &iov,
                       .msg_iovlen = 1,
                       .msg_control = &control,
                       .msg_controllen = sizeof(control)};
  struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
  struct in_pktinfo info = {.ipi_spec_dst = from};
  cmsg->cmsg_level = IPPROTO_IP;
  cmsg->cmsg_type = IP_PKTINFO;
  cmsg->cmsg_len = CMSG_LEN(sizeof(info));
  memcpy(CMSG_DATA(cmsg), &info, sizeof(info));
  sendmsg(fd, &msg, MSG_DONTWAIT); /* a lost datagram is a lost datagram */
}

static void late_send(struct timer *timer) {
  struct late *late = OWNER(timer, struct late, timer);
  for (struct late **at = &late->udp->lates; *at != NULL; at = &(*at)->next)
    if (*at == late) {
      *at = late->next;
      break;
    }
  send_from(late->fd, late->from, &late->to, late->bytes.p, late->bytes.len);
  text_free(&late->bytes);
  free(late);
}

/* Takes over the bytes. */
static void send_later(struct udp *udp, int fd, struct in_addr from,
                       const struct sockaddr_in *to, struct text *bytes,
                       double ms) {
  struct loop *loop = &udp->house->loop;
  struct late *late = xcalloc(1, sizeof(*late));
  *late = (struct late){.timer.fire = late_send,
                        .udp = udp,
                        .next = udp->lates,
                        .fd = fd,
                        .from = from,
                        .to = *to,
                        .bytes = *bytes};
  *bytes = (struct text){0};
  udp->lates = late;
  timer_start(loop, &late->timer,
              loop->now_ns + (uint64_t)(fmin(fmax(ms, 0), 3.6e6) * 1e6));
}

/* One device is asked by one datagram. */
static void ask(struct port *port, struct device *d, const char *request,
                size_t len, const struct sockaddr_in *from) {
  static struct text bytes;
  struct udp *udp = port->udp;
  bool intact = true;
  if (d->away || !port->service->hears(d) ||
      fault_peek(d->faults, FAULT_GONE) != NULL)
    return;
  d->stats.udp_probes++;
  d->stats.bytes_in += len;
  if (fault_use(d->faults, FAULT_UDP_SILENT) != NULL)
    return;
  text_clear(&bytes);
  switch (port->service->answer(d, request, len, &bytes, &intact)) {
  case ANSWER_SEND:
    break;
  case ANSWER_CRASH:
    house_reboot(udp->house, d, d->quirks.reboot_s);
    return;
  case ANSWER_SILENT:
  case ANSWER_CLOSE:
    return;
  }
  if (fault_use(d->faults, FAULT_UDP_GARBAGE) != NULL) {
    intact = false;
    for (size_t i = 0; i < bytes.len; i++)
      bytes.p[i] = (char)(house_random(d->house) >> 56);
  }
  if (bytes.len > d->quirks.udp_max || !intact)
    device_unserved(d);
  else
    device_served(d);
  if (bytes.len > d->quirks.udp_max)
    return;
  int fd = d->quirks.udp_other_port ? udp->other_fd : port->fd;
  const struct fault *delay = fault_use(d->faults, FAULT_UDP_DELAY);
  d->stats.udp_replies++;
  d->stats.bytes_out += bytes.len;
  if (delay != NULL)
    send_later(udp, fd, d->addr, from, &bytes, delay->number);
  else
    send_from(fd, d->addr, from, bytes.p, bytes.len);
}

/* Does the device live on this interface? */
static bool lives_on(const struct ifaddrs *list, int interface,
                     struct in_addr addr) {
  for (const struct ifaddrs *i = list; i != NULL; i = i->ifa_next) {
    if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_INET ||
        i->ifa_netmask == NULL || (int)if_nametoindex(i->ifa_name) != interface)
      continue;
    struct sockaddr_in own, mask;
    memcpy(&own, i->ifa_addr, sizeof(own));
    memcpy(&mask, i->ifa_netmask, sizeof(mask));
    if (((own.sin_addr.s_addr ^ addr.s_addr) & mask.sin_addr.s_addr) == 0)
      return true;
  }
  return false;
}

static void burst_free(struct burst *burst) {
  struct udp *udp = burst->port->udp;
  for (struct burst **at = &udp->bursts; *at != NULL; at = &(*at)->next)
    if (*at == burst) {
      *at = burst->next;
      break;
    }
  timer_stop(&udp->house->loop, &burst->timer);
  free(burst);
}

static void forge_one(struct burst *burst) {
  static struct text bytes;
  struct port *port = burst->port;
  unsigned long n = (unsigned long)burst->done;
  struct in_addr from = {htonl(burst->first + (uint32_t)n)};
  const uint8_t mac[6] = {0x02,
                          0xf0,
                          (uint8_t)(n >> 24),
                          (uint8_t)(n >> 16),
                          (uint8_t)(n >> 8),
                          (uint8_t)n};
  text_clear(&bytes);
  port->service->forge(mac, n, from, &bytes);
  send_from(port->fd, from, &burst->to, bytes.p, bytes.len);
  port->udp->forged++;
}

/* Sends a millisecond's worth; the burst is freed after its last. */
static void burst_go(struct timer *timer) {
  struct burst *burst = OWNER(timer, struct burst, timer);
  struct house *house = burst->port->udp->house;
  unsigned quota = house->options.broadcast_per_ms;
  size_t end = burst->forged ? burst->total : house->count;
  struct ifaddrs *list = NULL;
  if (!burst->forged && getifaddrs(&list) < 0)
    list = NULL;
  for (; burst->done < end && quota > 0; burst->done++, quota--) {
    struct device *d = burst->forged ? NULL : house->devices[burst->done];
    if (burst->forged)
      forge_one(burst);
    else if (lives_on(list, burst->interface, d->addr))
      ask(burst->port, d, burst->request, burst->len, &burst->to);
  }
  if (list != NULL)
    freeifaddrs(list);
  if (burst->done >= end)
    burst_free(burst);
  else
    timer_start(&house->loop, timer, house->loop.now_ns + MS_NS);
}

static struct burst *burst_new(struct port *port, const struct sockaddr_in *to,
                               const char *request, size_t len) {
  struct udp *udp = port->udp;
  struct burst *burst = xcalloc(1, sizeof(*burst) + len + 1);
  burst->timer.fire = burst_go;
  burst->port = port;
  burst->next = udp->bursts;
  burst->to = *to;
  burst->len = len;
  if (len > 0)
    memcpy(burst->request, request, len);
  udp->bursts = burst;
  return burst;
}

static bool destination(struct msghdr *msg, struct in_pktinfo *info) {
  for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c != NULL;
       c = CMSG_NXTHDR(msg, c))
    if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
      memcpy(info, CMSG_DATA(c), sizeof(*info));
      return true;
    }
  return false;
}

static void datagram(struct port *port, struct msghdr *msg, uint8_t *bytes,
                     size_t len) {
  struct udp *udp = port->udp;
  struct house *house = udp->house;
  struct sockaddr_in from;
  struct in_pktinfo info;
  memcpy(&from, msg->msg_name, sizeof(from));
  if (!destination(msg, &info) || from.sin_family != AF_INET)
    return;
  if (!house->options.bind_any && !is_loopback(from.sin_addr))
    return;
  if (!port->service->understand(bytes, &len)) {
    udp->malformed++;
    return;
  }
  const char *request = (const char *)bytes;
  udp->last_prober = from;
  udp->last_port = port;
  struct device *d = house_at(house, info.ipi_addr);
  if (d != NULL) {
    ask(port, d, request, len, &from);
    return;
  }
  /* ipi_spec_dst is our address; a different destination was a broadcast. */
  if (info.ipi_addr.s_addr == info.ipi_spec_dst.s_addr)
    return;
  struct burst *burst = burst_new(port, &from, request, len);
  burst->interface = info.ipi_ifindex;
  burst_go(&burst->timer);
}

static void udp_ready(struct source *source, uint32_t events) {
  static uint8_t room[BATCH][MAX_DATAGRAM];
  struct port *port = OWNER(source, struct port, source);
  struct mmsghdr messages[BATCH];
  struct iovec iovs[BATCH];
  struct sockaddr_in froms[BATCH];
  union control controls[BATCH];
  (void)events;
  for (size_t i = 0; i < BATCH; i++) {
    iovs[i] = (struct iovec){room[i], sizeof(room[i])};
    messages[i] =
        (struct mmsghdr){.msg_hdr = {.msg_name = &froms[i],
                                     .msg_namelen = sizeof(froms[i]),
                                     .msg_iov = &iovs[i],
                                     .msg_iovlen = 1,
                                     .msg_control = &controls[i],
                                     .msg_controllen = sizeof(controls[i])}};
  }
  int n = recvmmsg(port->fd, messages, BATCH, MSG_DONTWAIT, NULL);
  for (int i = 0; i < n; i++)
    datagram(port, &messages[i].msg_hdr, room[i], messages[i].msg_len);
}

static int udp_socket(uint16_t port, bool any) {
  int one = 1, size = 4 << 20;
  struct sockaddr_in sa = {.sin_family = AF_INET, .sin_port = htons(port)};
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof(one));
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
  setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one));
  /* Where this is not permitted, datagram() still drops what is not local. */
  if (!any)
    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3);
  if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0) {
    close(fd);
    return -1;
  }
  return fd;
}

static bool needed(const struct house *house,
                   const struct udp_service *service) {
  for (size_t i = 0; i < house->count; i++)
    if (service->hears(house->devices[i]))
      return true;
  return false;
}

const char *udp_open(struct house *house,
                     const struct udp_service *const *services) {
  struct udp *udp = xcalloc(1, sizeof(*udp));
  bool any = house->options.bind_any;
  house->udp = udp;
  udp->house = house;
  udp->other_fd = udp_socket(0, any);
  for (; *services != NULL && udp->n_ports < UDP_PORTS; services++) {
    struct port *port = &udp->ports[udp->n_ports];
    *port = (struct port){
        .source.ready = udp_ready, .service = *services, .udp = udp};
    port->fd = udp_socket((*services)->port(house), any);
    if (port->fd < 0 && !needed(house, *services))
      continue; /* perhaps another house has it; none of ours listens there */
    if (port->fd < 0) {
      udp_close(house);
      return "the UDP port is in use, perhaps by another kasasim";
    }
    udp->n_ports++;
    loop_watch(&house->loop, port->fd, EPOLLIN, &port->source);
  }
  return NULL;
}

void udp_close(struct house *house) {
  struct udp *udp = house->udp;
  if (udp == NULL)
    return;
  while (udp->bursts != NULL)
    burst_free(udp->bursts);
  while (udp->lates != NULL) {
    struct late *late = udp->lates;
    udp->lates = late->next;
    timer_stop(&house->loop, &late->timer);
    text_free(&late->bytes);
    free(late);
  }
  for (size_t i = 0; i < udp->n_ports; i++)
    loop_close(&house->loop, udp->ports[i].fd, &udp->ports[i].source);
  if (udp->other_fd >= 0)
    close(udp->other_fd);
  free(udp);
  house->udp = NULL;
}

const char *udp_forge(struct house *house, unsigned long n, uint32_t first,
                      struct text *target) {
  struct udp *udp = house->udp;
  char words[INET_ADDRSTRLEN];
  if (udp->last_prober.sin_port == 0)
    return "forge: nobody has asked yet";
  if (n == 0 || n > 2000000)
    return "forge: n from 1 to 2000000";
  if (udp->last_port->service->forge == NULL)
    return "forge: not of what the last prober asked";
  inet_ntop(AF_INET, &udp->last_prober.sin_addr, words, sizeof(words));
  text_printf(target, "%s:%u", words, ntohs(udp->last_prober.sin_port));
  struct burst *burst = burst_new(udp->last_port, &udp->last_prober, NULL, 0);
  burst->forged = true;
  burst->first = first != 0 ? ntohl(first) : FORGED_FIRST;
  burst->total = n;
  burst_go(&burst->timer);
  return NULL;
}

uint64_t udp_forged(const struct house *house) { return house->udp->forged; }

uint64_t udp_malformed(const struct house *house) {
  return house->udp->malformed;
}
