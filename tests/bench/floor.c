/* SPDX-License-Identifier: MIT */
/* The least that polling N devices can cost: the same bytes as the plugin
 * moves, all devices at once, nothing understood, nothing kept. Two forms:
 * "connect" (connect, send, receive, close) and "kept" (connections stay).
 *
 *   floor connect|kept COUNT CYCLES FIRST-ADDRESS
 *
 * Addresses follow one another as kasasim gives them: 254 to a /24. A second
 * passes between two cycles, as with what it is compared to: caches are cold
 * and clocks are low for both.
 *
 * Prints CPU microseconds per poll and the wall time of one cycle in ms. */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static const char ask[] =
    "{\"system\":{\"get_sysinfo\":{}},\"emeter\":{\"get_realtime\":{}}}";

struct device {
  struct sockaddr_in address;
  int fd;
};

static double seconds(clockid_t clock) {
  struct timespec t;

  clock_gettime(clock, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void must(int good, const char *what) {
  if (good)
    return;
  perror(what);
  exit(1);
}

static void begin(struct device *d, int epoll, const char *frame, size_t len) {
  if (d->fd < 0) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = d};

    d->fd = socket(AF_INET, SOCK_STREAM, 0);
    must(d->fd >= 0, "socket");
    must(connect(d->fd, (struct sockaddr *)&d->address, sizeof(d->address)) ==
             0,
         "connect");
    must(epoll_ctl(epoll, EPOLL_CTL_ADD, d->fd, &event) == 0, "epoll_ctl");
  }
  must(send(d->fd, frame, len, 0) == (ssize_t)len, "send");
}

static void cycle(struct device *devices, int count, int epoll, int keep,
                  const char *frame, size_t len) {
  static char answer[65536];
  struct epoll_event events[256];

  for (int i = 0; i < count; i++)
    begin(&devices[i], epoll, frame, len);
  for (int open = count; open > 0;) {
    int n = epoll_wait(epoll, events, 256, 5000);

    must(n > 0, "epoll_wait");
    for (int i = 0; i < n; i++) {
      struct device *d = events[i].data.ptr;

      must(recv(d->fd, answer, sizeof(answer), 0) > 4, "recv");
      open--;
      if (!keep) {
        close(d->fd);
        d->fd = -1;
      }
    }
  }
}

int main(int argc, char **argv) {
  struct rlimit limit;
  struct device *devices;
  struct in_addr first;
  char frame[sizeof(ask) + 4] = {0, 0, 0, sizeof(ask) - 1};
  unsigned char key = 171;
  double cpu, wall = 0;
  int keep, count, cycles, epoll;

  if (argc != 5 || inet_pton(AF_INET, argv[4], &first) != 1)
    return 2;
  keep = strcmp(argv[1], "kept") == 0;
  count = atoi(argv[2]);
  cycles = atoi(argv[3]);
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  for (size_t i = 0; i < sizeof(ask) - 1; i++)
    frame[4 + i] = (char)(key ^= (unsigned char)ask[i]);
  devices = calloc((size_t)count, sizeof(*devices));
  epoll = epoll_create1(0);
  must(devices != NULL && epoll >= 0, "start");
  for (int i = 0; i < count; i++) {
    devices[i].fd = -1;
    devices[i].address.sin_family = AF_INET;
    devices[i].address.sin_port = htons(9999);
    devices[i].address.sin_addr.s_addr =
        htonl(ntohl(first.s_addr) + (uint32_t)(i / 254 * 256 + i % 254));
  }
  cycle(devices, count, epoll, keep, frame, sizeof(ask) + 3);
  cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
  for (int i = 0; i < cycles; i++) {
    double began;

    sleep(1);
    began = seconds(CLOCK_MONOTONIC);
    cycle(devices, count, epoll, keep, frame, sizeof(ask) + 3);
    wall += seconds(CLOCK_MONOTONIC) - began;
  }
  cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
  printf("%.3f %.3f\n", cpu * 1e6 / count / cycles, wall * 1e3 / cycles);
  return 0;
}
