/* SPDX-License-Identifier: MIT */
/* The client's side of the control socket: see control_client.h. */
#include <config.h>

#include "cli/alerts/control_client.h"

#include "base/buf.h"
#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_MAX = 64 * 1024 * 1024, PIECE = 65536 };

static const char *advice(int err) {
  switch (err) {
  case -ENOENT:
    return "is collectd running with notify_kasa?";
  case -ECONNREFUSED:
    return "collectd is not running";
  case -EACCES:
  case -EPERM:
    return "only root and the members of ControlGroup (see "
           "collectd-notify_kasa(5)) may ask: sudo kasactl alerts";
  default:
    return strerror(-err);
  }
}

static int connect_to(const char *path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  int fd;

  if (strlen(path) >= sizeof(address.sun_path))
    return -ENAMETOOLONG;
  strcpy(address.sun_path, path);
  fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -errno;
  if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
    int err = -errno;

    close(fd);
    return err;
  }
  return fd;
}

static int send_all(int fd, const char *bytes, size_t len) {
  while (len > 0) {
    ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

    if (n < 0 && errno != EINTR)
      return -errno;
    if (n > 0) {
      bytes += n;
      len -= (size_t)n;
    }
  }
  return 0;
}

/* Reads up to the line feed that ends the answer. */
static int receive_line(int fd, uint64_t until_us, struct buf *line) {
  char *piece = malloc(PIECE);
  int err = piece != NULL ? 0 : -ENOMEM;

  while (err == 0) {
    struct pollfd p = {.fd = fd, .events = POLLIN};
    uint64_t now = clock_monotonic_us();
    ssize_t n;

    if (now >= until_us ||
        poll(&p, 1, (int)((until_us - now) / 1000) + 1) == 0) {
      err = -ETIMEDOUT;
      break;
    }
    n = recv(fd, piece, PIECE, 0);
    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      err = n == 0 ? -ECONNRESET : -errno;
      break;
    }
    err = buf_add(line, piece, (size_t)n);
    if (err == 0 && memchr(piece, '\n', (size_t)n) != NULL)
      break;
  }
  free(piece);
  return err;
}

int control_ask(const char *path, const cJSON *request, unsigned timeout_s,
                cJSON **answer, char *why, size_t why_size) {
  uint64_t until = clock_monotonic_us() + (uint64_t)timeout_s * 1000000;
  char *text = cJSON_PrintUnformatted(request);
  struct buf line;
  int fd;
  int err;

  *answer = NULL;
  if (text == NULL) {
    snprintf(why, why_size, "out of memory");
    return -ENOMEM;
  }
  buf_init(&line, ANSWER_MAX);
  fd = connect_to(path);
  err = fd < 0 ? fd : send_all(fd, text, strlen(text));
  if (err == 0)
    err = send_all(fd, "\n", 1);
  if (err == 0)
    err = receive_line(fd, until, &line);
  if (err < 0) {
    snprintf(why, why_size, "%.108s: %s", path, advice(err));
  } else {
    *answer = cJSON_ParseWithLength(line.data, line.len);
    if (!cJSON_IsObject(*answer)) {
      cJSON_Delete(*answer);
      *answer = NULL;
      snprintf(why, why_size, "%.108s: the answer makes no sense", path);
      err = -EPROTO;
    }
  }
  if (fd >= 0)
    close(fd);
  buf_free(&line);
  free(text);
  return err;
}
