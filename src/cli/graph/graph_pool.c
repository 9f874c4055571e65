/* SPDX-License-Identifier: MIT */
/* A pool of rrdtool processes: see graph_pool.h. */
#include <config.h>

#include "cli/graph/graph_pool.h"

#include "base/clock.h"
#include "cli/term/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  PROCESSES_MAX = 64,
  ANSWER_MAX = 1024 * 1024,
  DEATHS_MAX = 20,            /* in a row, without one answer */
  PATIENCE_US = 60 * 1000000, /* for one command */
};

/* A broken file may claim any size; rrdtool believes it. */
static const rlim_t memory_max = 2048UL * 1024 * 1024;

struct process {
  pid_t pid; /* 0: not running */
  int to;    /* its stdin */
  int from;  /* its stdout */
  bool busy;
  size_t task;
  uint64_t until_us;
  struct buf answer;
};

struct graph_pool {
  char *folder;
  char **environment;
  int events; /* epoll: one descriptor for screen_wait() */
  size_t size;
  unsigned deaths;
  struct process processes[PROCESSES_MAX];
};

size_t graph_pool_processors(void) {
  cpu_set_t ours;
  int count =
      sched_getaffinity(0, sizeof(ours), &ours) == 0 ? CPU_COUNT(&ours) : 1;

  return count < 1 ? 1 : count > PROCESSES_MAX ? PROCESSES_MAX : (size_t)count;
}

/* -- its environment -- */

static bool is_variable(const char *entry, const char *name) {
  size_t len = strlen(name);

  return strncmp(entry, name, len) == 0 && entry[len] == '=';
}

/* Ours, but for what would change numbers and pictures: answers in English
 * with points in numbers, names as UTF-8, files from the disk. */
static char **make_environment(void) {
  static const char *const replaced[] = {"LC_ALL", "RRDCACHED_ADDRESS",
                                         "RRD_DEFAULT_FONT"};
  static char locale[] = "LC_ALL=C.UTF-8";
  size_t count = 0;
  char **copy;

  while (environ[count] != NULL)
    count++;
  copy = calloc(count + 2, sizeof(*copy));
  if (copy == NULL)
    return NULL;
  count = 0;
  for (size_t i = 0; environ[i] != NULL; i++) {
    bool keep = true;

    for (size_t j = 0; j < sizeof(replaced) / sizeof(replaced[0]); j++)
      keep = keep && !is_variable(environ[i], replaced[j]);
    if (keep)
      copy[count++] = environ[i];
  }
  copy[count] = locale;
  return copy;
}

/* -- one process -- */

static void forget(struct process *p) {
  if (p->pid == 0)
    return;
  close(p->to); /* epoll forgets what is closed */
  close(p->from);
  kill(p->pid, SIGKILL);
  while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
    ;
  p->pid = 0;
  p->busy = false;
  buf_clear(&p->answer);
}

static int spawn(const struct graph_pool *pool, pid_t *pid, int in, int out) {
  char *const arguments[] = {(char[]){"rrdtool"}, (char[]){"-"}, NULL};
  posix_spawn_file_actions_t actions;
  int err = posix_spawn_file_actions_init(&actions);

  if (err != 0)
    return -err;
  err = posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  if (err == 0)
    err = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  if (err == 0)
    err = posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
                                           O_WRONLY, 0);
  if (err == 0)
    err = posix_spawn_file_actions_addchdir_np(&actions, pool->folder);
  if (err == 0)
    err = posix_spawnp(pid, arguments[0], &actions, NULL, arguments,
                       pool->environment);
  posix_spawn_file_actions_destroy(&actions);
  return -err;
}

static int start(struct graph_pool *pool, struct process *p) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = p};
  const struct rlimit limit = {memory_max, memory_max};
  int to[2];
  int from[2];
  pid_t pid = 0;
  int err;

  /* a socket, unlike a pipe, can be written to without SIGPIPE */
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, to) < 0)
    return -errno;
  if (pipe2(from, O_CLOEXEC) < 0) {
    err = -errno;
    close(to[0]);
    close(to[1]);
    return err;
  }
  err = spawn(pool, &pid, to[0], from[1]);
  close(to[0]);
  close(from[1]);
  if (err == 0) {
    p->pid = pid;
    p->to = to[1];
    p->from = from[0];
    (void)prlimit(pid, RLIMIT_AS, &limit, NULL);
    if (epoll_ctl(pool->events, EPOLL_CTL_ADD, p->from, &event) == 0)
      return 0;
    err = -errno;
    forget(p);
    return err;
  }
  close(to[1]);
  close(from[0]);
  return err;
}

/* The socket may hold less than a long command: rrdtool reads a line to its end
 * before it does anything else, so this waits for nothing but that. */
static bool send_line(const struct process *p, const struct buf *line) {
  size_t sent = 0;

  while (sent < line->len) {
    ssize_t n = send(p->to, line->data + sent, line->len - sent, MSG_NOSIGNAL);

    if (n < 0 && errno != EINTR)
      return false; /* it is dead, as reading will show */
    if (n > 0)
      sent += (size_t)n;
  }
  return true;
}

static void finish(struct graph_pool *pool, struct process *p,
                   const struct graph_work *work) {
  struct graph_answer answer;
  size_t task = p->task;

  graph_answer_read(p->answer.data, &answer);
  p->busy = false;
  pool->deaths = 0;
  buf_clear(&p->answer);
  work->done(work->arg, task, &answer);
}

static void give_up(struct graph_pool *pool, struct process *p,
                    const struct graph_work *work, const char *why) {
  struct graph_answer answer = {.ok = false};
  size_t task = p->task;
  bool busy = p->busy;

  snprintf(answer.error, sizeof(answer.error), "%s", why);
  forget(p);
  pool->deaths++;
  if (busy)
    work->done(work->arg, task, &answer);
}

/* What it has written so far. */
static void take(struct graph_pool *pool, struct process *p,
                 const struct graph_work *work) {
  char piece[16384];
  ssize_t n = read(p->from, piece, sizeof(piece));

  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return;
  if (n <= 0) {
    give_up(pool, p, work, "rrdtool died");
    return;
  }
  if (!p->busy)
    return; /* a second line of the error before */
  if (buf_add(&p->answer, piece, (size_t)n) < 0)
    give_up(pool, p, work, "rrdtool answers too much");
  else if (graph_answer_complete(p->answer.data, p->answer.len))
    finish(pool, p, work);
}

/* -- all of them -- */

struct graph_pool *graph_pool_create(size_t size, const char *folder) {
  struct graph_pool *pool = calloc(1, sizeof(*pool));

  if (pool == NULL)
    return NULL;
  pool->size = size < 1 ? 1 : size > PROCESSES_MAX ? PROCESSES_MAX : size;
  for (size_t i = 0; i < pool->size; i++)
    buf_init(&pool->processes[i].answer, ANSWER_MAX);
  pool->folder = strdup(folder);
  pool->environment = make_environment();
  pool->events = epoll_create1(EPOLL_CLOEXEC);
  if (pool->folder == NULL || pool->environment == NULL || pool->events < 0) {
    graph_pool_free(pool);
    return NULL;
  }
  return pool;
}

void graph_pool_free(struct graph_pool *pool) {
  if (pool == NULL)
    return;
  for (size_t i = 0; i < pool->size; i++) {
    forget(&pool->processes[i]);
    buf_free(&pool->processes[i].answer);
  }
  if (pool->events >= 0)
    close(pool->events);
  free(pool->environment);
  free(pool->folder);
  free(pool);
}

/* Gives each idle process a command; *busy is how many have one then. */
static int feed(struct graph_pool *pool, const struct graph_work *work,
                struct buf *line, size_t *busy) {
  *busy = 0;
  for (size_t i = 0; i < pool->size; i++) {
    struct process *p = &pool->processes[i];
    int err = 0;

    buf_clear(line);
    if (!p->busy && work->next(work->arg, &p->task, line)) {
      if (p->pid == 0)
        err = start(pool, p);
      if (err == 0)
        err = buf_adds(line, "\n");
      if (err < 0)
        return err;
      p->busy = true;
      p->until_us = clock_monotonic_us() + PATIENCE_US;
      (void)send_line(p, line);
    }
    *busy += p->busy;
  }
  return 0;
}

static void watch_time(struct graph_pool *pool, const struct graph_work *work) {
  uint64_t now = clock_monotonic_us();

  for (size_t i = 0; i < pool->size; i++)
    if (pool->processes[i].busy && now > pool->processes[i].until_us)
      give_up(pool, &pool->processes[i], work,
              "rrdtool took longer than a minute");
}

static void collect(struct graph_pool *pool, const struct graph_work *work) {
  struct epoll_event events[PROCESSES_MAX];
  int count = epoll_wait(pool->events, events, PROCESSES_MAX, 0);

  for (int i = 0; i < count; i++)
    take(pool, events[i].data.ptr, work);
}

int graph_pool_run(struct graph_pool *pool, const struct graph_work *work) {
  size_t busy = 0;
  struct buf line;
  int err;

  buf_init(&line, ANSWER_MAX);
  while ((err = feed(pool, work, &line, &busy)) == 0 && busy > 0) {
    enum screen_event event = screen_wait(pool->events, 0.2);

    work->tick(work->arg);
    if (event == SCREEN_QUIT) {
      err = -EINTR;
      break;
    }
    collect(pool, work);
    watch_time(pool, work);
    if (pool->deaths >= DEATHS_MAX) {
      err = -ECHILD;
      break;
    }
  }
  buf_free(&line);
  return err;
}
