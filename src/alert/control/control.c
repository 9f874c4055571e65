/* SPDX-License-Identifier: MIT */
/* The control socket's input and output: see control.h. */
#include <config.h>

#include "alert/control/control.h"

#include "alert/control/command.h"
#include "alert/control/command_request.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
  REQUEST_MAX = 64 * 1024,
  ANSWER_MAX = 16 * 1024 * 1024,
  DEAF_MS = 1000,
  IDLE_MS = 30000, /* a client that neither asks nor reads */
  TEST_MS = 75000, /* how long a test may take */
};

struct client {
  int fd; /* -1 = free place */
  struct buf in;
  struct buf out;
  size_t written;
  bool eof;      /* it will ask no more */
  cJSON *answer; /* incomplete: waits for tests */
  struct command_wait wait;
  uint64_t deadline; /* monotonic ms */
};

struct control {
  int fd;
  struct alert_core *core;
  const char *version;
  char path[108];
  uint64_t deaf_until; /* monotonic ms: nobody is let in before */
  struct client clients[CONTROL_CLIENTS];
};

static uint64_t now_ms(void) { return clock_monotonic_us() / 1000; }

/* -- the listening socket ------------------------------------------------- */

static bool somebody_listens(const struct sockaddr_un *address) {
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  bool alive = false;

  if (fd >= 0) {
    alive =
        connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 ||
        errno == EAGAIN;
    close(fd);
  }
  return alive;
}

/* Groups with many members need more room than anybody would guess. */
static int group_id(const char *name, gid_t *gid) {
  struct group group;
  struct group *found = NULL;
  int rc = ERANGE;

  for (size_t size = 4096; rc == ERANGE && size <= 1024 * 1024; size *= 4) {
    char *buffer = malloc(size);

    if (buffer == NULL)
      return -ENOMEM;
    rc = getgrnam_r(name, &group, buffer, size, &found);
    if (rc == 0 && found != NULL)
      *gid = group.gr_gid;
    free(buffer);
  }
  return rc == 0 && found != NULL ? 0 : -ENOENT;
}

static int listen_at(const char *path, const char *group) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  struct stat st;
  gid_t gid;
  int fd;
  int err = 0;

  if (strlen(path) >= sizeof(address.sun_path))
    return -ENAMETOOLONG;
  strcpy(address.sun_path, path);
  if (lstat(path, &st) == 0) {
    if (!S_ISSOCK(st.st_mode))
      return -EEXIST;
    if (somebody_listens(&address))
      return -EADDRINUSE;
    unlink(path);
  }
  fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return -errno;
  fchmod(fd, 0600); /* before it has a name: never wider than it ends up. umask
                       would do so for all threads of the daemon */
  if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
    err = -errno;
  if (err == 0 && group != NULL) {
    if (group_id(group, &gid) < 0 || chown(path, (uid_t)-1, gid) < 0)
      log_say(LOG_LEVEL_WARNING, "ControlGroup \"%s\" could not be set on %s",
              group, path);
  }
  if (err == 0 && chmod(path, 0660) < 0)
    err = -errno;
  if (err == 0 && listen(fd, CONTROL_CLIENTS) < 0)
    err = -errno;
  if (err < 0) {
    close(fd);
    return err;
  }
  return fd;
}

/* /run is empty after each boot, so the folder in it is ours to make; only the
 * last one: a mistyped path should fail. */
static void make_folder(const char *path) {
  const char *slash = strrchr(path, '/');
  char folder[sizeof(((struct sockaddr_un *)0)->sun_path)];

  if (slash == NULL || slash == path || slash - path >= (int)sizeof(folder))
    return;
  memcpy(folder, path, (size_t)(slash - path));
  folder[slash - path] = '\0';
  (void)mkdir(folder, 0755);
}

struct control *control_new(const char *path, const char *group,
                            struct alert_core *core, const char *version) {
  struct control *c;
  int fd;

  make_folder(path);
  fd = listen_at(path, group);
  if (fd < 0) {
    log_say(LOG_LEVEL_ERROR, "ControlSocket %s: %s", path, strerror(-fd));
    return NULL;
  }
  c = calloc(1, sizeof(*c));
  if (c == NULL) {
    close(fd);
    return NULL;
  }
  c->fd = fd;
  c->core = core;
  c->version = version;
  snprintf(c->path, sizeof(c->path), "%s", path);
  for (size_t i = 0; i < CONTROL_CLIENTS; i++)
    c->clients[i].fd = -1;
  return c;
}

/* -- clients -------------------------------------------------------------- */

static void client_close(struct client *cl) {
  if (cl->fd < 0)
    return;
  close(cl->fd);
  cl->fd = -1;
  buf_free(&cl->in);
  buf_free(&cl->out);
  cJSON_Delete(cl->answer);
  cl->answer = NULL;
  cl->wait.num = 0;
}

void control_free(struct control *c) {
  if (c == NULL)
    return;
  for (size_t i = 0; i < CONTROL_CLIENTS; i++)
    client_close(&c->clients[i]);
  close(c->fd);
  unlink(c->path);
  free(c);
}

static void client_accept(struct control *c) {
  int fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  struct client *cl = NULL;

  if (fd < 0) {
    /* no descriptor is left: the socket stays readable, so look away */
    if (errno != EAGAIN && errno != EINTR)
      c->deaf_until = now_ms() + DEAF_MS;
    return;
  }
  for (size_t i = 0; i < CONTROL_CLIENTS && cl == NULL; i++)
    if (c->clients[i].fd < 0)
      cl = &c->clients[i];
  if (cl == NULL) { /* not while the socket is only polled with room */
    close(fd);
    return;
  }
  *cl = (struct client){.fd = fd, .deadline = now_ms() + IDLE_MS};
  buf_init(&cl->in, REQUEST_MAX);
  buf_init(&cl->out, ANSWER_MAX);
}

/* Takes the answer. */
static void client_answer(struct client *cl, cJSON *answer) {
  char *text = answer != NULL ? cJSON_PrintUnformatted(answer) : NULL;

  cJSON_Delete(answer);
  if (text == NULL || buf_adds(&cl->out, text) < 0 ||
      buf_adds(&cl->out, "\n") < 0) {
    buf_clear(&cl->out);
    cl->written = 0;
    if (buf_adds(&cl->out,
                 "{\"ok\":false,\"error\":\"the answer is too large\"}\n") < 0)
      cl->eof = true;
  }
  free(text);
}

/* Answers every whole line; one that waits for tests holds the next back. */
static void client_lines(struct control *c, struct client *cl) {
  char *end;

  while (cl->answer == NULL && cl->in.len > 0 &&
         (end = memchr(cl->in.data, '\n', cl->in.len)) != NULL) {
    size_t len = (size_t)(end - cl->in.data);
    cJSON *answer;

    cl->wait.num = 0;
    answer = command_answer(c->core, c->version, cl->in.data, len, &cl->wait);
    memmove(cl->in.data, end + 1, cl->in.len - len - 1);
    cl->in.len -= len + 1;
    cl->in.data[cl->in.len] = '\0';
    if (cl->wait.num > 0) {
      cl->answer = answer;
      cl->deadline = now_ms() + TEST_MS;
    } else {
      client_answer(cl, answer);
      cl->deadline = now_ms() + IDLE_MS;
    }
  }
}

static void client_read(struct control *c, struct client *cl) {
  char bytes[4096];
  ssize_t n = read(cl->fd, bytes, sizeof(bytes));

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (n <= 0) {
    cl->eof = true;
    return;
  }
  if (buf_add(&cl->in, bytes, (size_t)n) < 0) {
    buf_clear(&cl->in);
    client_answer(cl, command_error("the request is too long"));
    cl->eof = true;
    return;
  }
  client_lines(c, cl);
}

static void client_write(struct control *c, struct client *cl) {
  ssize_t n;

  if (cl->out.len == cl->written)
    return;
  n = send(cl->fd, cl->out.data + cl->written, cl->out.len - cl->written,
           MSG_NOSIGNAL | MSG_DONTWAIT);
  if (n < 0) {
    if (errno != EAGAIN && errno != EINTR)
      client_close(cl);
    return;
  }
  cl->written += (size_t)n;
  cl->deadline = now_ms() + IDLE_MS;
  if (cl->written == cl->out.len) {
    buf_free(&cl->out);
    buf_init(&cl->out, ANSWER_MAX);
    cl->written = 0;
    client_lines(c, cl);
  }
}

/* Nothing more to come in either direction, or too slow. */
static void client_finish(struct alert_core *core, struct client *cl) {
  if (cl->fd < 0)
    return;
  if (now_ms() >= cl->deadline && cl->answer != NULL) {
    command_unanswered(core, cl->answer, &cl->wait);
    client_answer(cl, cl->answer);
    cl->answer = NULL;
    cl->wait.num = 0;
    cl->deadline = now_ms() + IDLE_MS;
    return;
  }
  if (now_ms() >= cl->deadline ||
      (cl->eof && cl->answer == NULL && cl->out.len == cl->written))
    client_close(cl);
}

/* -- polling -------------------------------------------------------------- */

size_t control_fds(struct control *c, struct pollfd *fds, int *timeout_ms) {
  bool room = false;
  uint64_t now = now_ms();

  for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
    const struct client *cl = &c->clients[i];
    bool reads = !cl->eof && cl->answer == NULL && cl->out.len == cl->written;

    fds[1 + i] = (struct pollfd){
        .fd = cl->fd,
        .events = (short)((reads ? POLLIN : 0) |
                          (cl->out.len > cl->written ? POLLOUT : 0))};
    if (cl->fd < 0) {
      room = true;
      continue;
    }
    if (cl->deadline <= now)
      *timeout_ms = 0;
    else if (cl->deadline - now < (uint64_t)*timeout_ms)
      *timeout_ms = (int)(cl->deadline - now);
  }
  if (c->deaf_until > now) {
    room = false;
    if (c->deaf_until - now < (uint64_t)*timeout_ms)
      *timeout_ms = (int)(c->deaf_until - now);
  }
  fds[0] = (struct pollfd){.fd = room ? c->fd : -1, .events = POLLIN};
  return CONTROL_FDS_MAX;
}

void control_serve(struct control *c, const struct pollfd *fds,
                   size_t fds_num) {
  for (size_t i = 1; i < fds_num; i++) {
    struct client *cl = &c->clients[i - 1];

    if (cl->fd < 0 || cl->fd != fds[i].fd)
      continue;
    if (fds[i].revents & (POLLIN | POLLHUP) && fds[i].events & POLLIN)
      client_read(c, cl);
    else if (fds[i].revents & (POLLERR | POLLHUP | POLLNVAL) &&
             cl->answer == NULL)
      cl->deadline = 0;
    if (cl->fd >= 0)
      client_write(c, cl);
    client_finish(c->core, cl);
  }
  if (fds_num > 0 && fds[0].fd >= 0 && fds[0].revents & POLLIN)
    client_accept(c);
}

void control_tested(struct control *c, int64_t row_id,
                    const struct send_result *result) {
  for (size_t i = 0; i < CONTROL_CLIENTS; i++) {
    struct client *cl = &c->clients[i];

    if (cl->answer == NULL ||
        !command_tested(c->core, cl->answer, &cl->wait, row_id, result))
      continue;
    client_answer(cl, cl->answer);
    cl->answer = NULL;
    cl->deadline = now_ms() + IDLE_MS;
  }
}
