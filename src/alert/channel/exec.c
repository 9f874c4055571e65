/* SPDX-License-Identifier: MIT */
/* A program gets the message as JSON on its standard input. No shell comes in
 * between, it inherits no descriptor, and it has a process group of its own
 * that is killed at the time limit. What it says is kept up to a bound, for
 * the log; how it exits is what became of the message. */
#include <config.h>

#include "alert/channel/exec.h"

#include "alert/channel/http.h"
#include "alert/channel/message_json.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  ARGUMENTS_MAX = 32,
  JSON_MAX = 256 * 1024,
  OUTPUT_MAX = 4096, /* of what it says; the rest is read and forgotten */
  LOOK_MS = 50,      /* how often its end and ours are looked for */
  DESCRIPTORS_MAX = 65536,
  FAILED_WAIT = 30,
  COULD_NOT_START = 75, /* as EX_TEMPFAIL: another time it may */
  STARTED_NOT = 127,    /* exit status of a child that could not become it */
};

struct exec {
  struct option_strings program; /* and its arguments */
  double timeout;
};

static const struct option options[] = {
    {.name = "Program",
     .type = OPTION_STRINGS,
     .offset = offsetof(struct exec, program)},
    {.name = "Timeout",
     .type = OPTION_SECONDS,
     .offset = offsetof(struct exec, timeout),
     .min = 1,
     .max = 300},
    {.name = NULL}};

static const char *const line[] = {"Program", NULL};

static void defaults(void *settings) {
  struct exec *e = settings;

  e->timeout = 10;
}

static int check(void *settings, const char *where,
                 struct option_reporter *reporter) {
  const struct exec *e = settings;
  const char *wrong = NULL;
  struct stat status;

  if (e->program.count < 1 || e->program.count > ARGUMENTS_MAX) {
    option_error(reporter, "%s: needs Program, a path and at most %d arguments",
                 where, ARGUMENTS_MAX - 1);
    return -EINVAL;
  }
  if (e->program.items[0][0] != '/')
    wrong = "expected a whole path, as no shell looks for it";
  else if (stat(e->program.items[0], &status) < 0)
    wrong = strerror(errno);
  else if (!S_ISREG(status.st_mode) || access(e->program.items[0], X_OK) < 0)
    wrong = "it is no program that may be run";
  else if ((status.st_mode & S_IWOTH) != 0)
    wrong = "everybody may write it";
  if (wrong == NULL)
    return 0;
  option_error(reporter, "%s: Program \"%s\": %s", where, e->program.items[0],
               wrong);
  return -EINVAL;
}

/* -- starting -------------------------------------------------------------- */

/* The text as a file without a name, to be read from its beginning. */
static int as_input(const struct buf *text) {
  int fd = memfd_create("notify_kasa", MFD_CLOEXEC);
  size_t done = 0;

  while (fd >= 0 && done < text->len) {
    ssize_t n = write(fd, text->data + done, text->len - done);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0) {
      close(fd);
      return -1;
    }
    done += (size_t)n;
  }
  if (fd >= 0 && lseek(fd, 0, SEEK_SET) < 0) {
    close(fd);
    return -1;
  }
  return fd;
}

/* Everything above the three: other plugins open files as they like. */
static void close_the_rest(void) {
#ifdef SYS_close_range
  if (syscall(SYS_close_range, 3U, ~0U, 0) == 0)
    return;
#endif
  for (int fd = 3; fd < DESCRIPTORS_MAX; fd++)
    close(fd);
}

/* What a child speaks through. */
struct child_ends {
  int in;     /* the message */
  int out;    /* what the program says */
  int status; /* how it ended, from its overseer */
};

/* Between fork and exec only what is safe in a copy of one thread of many. */
static _Noreturn void become(char *const arguments[], int in, int out) {
  if (dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
      dup2(out, STDERR_FILENO) >= 0) {
    close_the_rest();
    execv(arguments[0], arguments);
  }
  _exit(STARTED_NOT);
}

/* The program's parent. collectd ignores SIGCHLD, so that its own children
 * vanish without a word of how they ended; this one tells. */
static _Noreturn void oversee(char *const arguments[],
                              const struct child_ends *ends) {
  struct sigaction plain = {.sa_handler = SIG_DFL};
  sigset_t none;
  int status = COULD_NOT_START << 8;
  pid_t pid;

  setpgid(0, 0);
  for (int s = 1; s < NSIG; s++)
    sigaction(s, &plain, NULL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  pid = fork();
  if (pid == 0)
    become(arguments, ends->in, ends->out);
  dup2(ends->status, STDIN_FILENO);
  close(STDOUT_FILENO);
  close(STDERR_FILENO);
  close_the_rest();
  while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
    ;
  _exit(write(STDIN_FILENO, &status, sizeof(status)) < 0);
}

/* A program that runs, as we see it. */
struct running {
  pid_t pid;  /* its overseer, and the group of both */
  int out;    /* what it says */
  int status; /* how it ended */
};

/* 0, or a negative errno. */
static int start(const struct exec *e, const struct buf *json,
                 struct running *r) {
  char *arguments[ARGUMENTS_MAX + 1] = {NULL};
  int out[2];
  int status[2];
  struct child_ends ends = {.in = as_input(json)};

  if (ends.in < 0)
    return -errno;
  if (pipe2(out, O_CLOEXEC) < 0) {
    close(ends.in);
    return -EMFILE;
  }
  if (pipe2(status, O_CLOEXEC) < 0) {
    close(ends.in);
    close(out[0]);
    close(out[1]);
    return -EMFILE;
  }
  for (size_t i = 0; i < e->program.count; i++)
    arguments[i] = e->program.items[i];
  ends.out = out[1];
  ends.status = status[1];
  r->pid = fork();
  if (r->pid == 0)
    oversee(arguments, &ends);
  if (r->pid > 0)
    setpgid(r->pid, r->pid); /* whoever of the two comes first */
  close(ends.in);
  close(out[1]);
  close(status[1]);
  if (r->pid < 0) {
    close(out[0]);
    close(status[0]);
    return -EAGAIN;
  }
  fcntl(out[0], F_SETFL, O_NONBLOCK);
  r->out = out[0];
  r->status = status[0];
  return 0;
}

/* -- following ------------------------------------------------------------- */

static void hear(int fd, struct buf *said) {
  char bytes[1024];
  ssize_t n;

  while ((n = read(fd, bytes, sizeof(bytes))) > 0)
    if (buf_add(said, bytes, (size_t)n) < 0)
      continue; /* enough for a line of the log */
}

struct end {
  int status; /* of waitpid */
  bool known; /* its overseer may have been killed, too */
  bool late;  /* the time limit, or ours */
};

/* Until it ends, of itself or not. */
static struct end follow(const struct running *r, double limit_s,
                         const struct sender_env *env, struct buf *said) {
  enum { STATUS, SAYS };
  struct pollfd watch[] = {[STATUS] = {.fd = r->status, .events = POLLIN},
                           [SAYS] = {.fd = r->out, .events = POLLIN}};
  uint64_t limit = clock_monotonic_us() + (uint64_t)(limit_s * 1e6);
  struct end end = {0};

  for (;;) {
    if (clock_monotonic_us() >= limit || *env->abort) {
      end.late = true;
      kill(-r->pid, SIGKILL);
      break;
    }
    if (poll(watch, 2, LOOK_MS) <= 0)
      continue;
    if (watch[SAYS].revents != 0)
      hear(r->out, said);
    if (watch[SAYS].revents != 0 && (watch[SAYS].revents & POLLIN) == 0)
      watch[SAYS].fd = -1; /* it closed its output and goes on */
    if (watch[STATUS].revents != 0)
      break;
  }
  hear(r->out, said);
  if (!end.late)
    end.known = read(r->status, &end.status, sizeof(end.status)) ==
                (ssize_t)sizeof(end.status);
  /* where SIGCHLD is not ignored, it would stay */
  while (waitpid(r->pid, NULL, 0) < 0 && errno == EINTR)
    ;
  return end;
}

/* -- the verdict ----------------------------------------------------------- */

/* Exit statuses by sysexits.h; others are about the message. */
static const struct {
  int status;
  enum send_outcome outcome;
} statuses[] = {
    {EXIT_SUCCESS, SEND_SENT},           {69, SEND_RETRY}, /* EX_UNAVAILABLE */
    {COULD_NOT_START, SEND_RETRY},                         /* EX_TEMPFAIL */
    {77, SEND_REFUSED_CHANNEL},                            /* EX_NOPERM */
    {78, SEND_REFUSED_CHANNEL},                            /* EX_CONFIG */
    {STARTED_NOT, SEND_REFUSED_CHANNEL},
};

static void judge(const struct end *end, const struct buf *said,
                  struct send_result *result) {
  char words[160] = "";

  if (said->data != NULL)
    text_clean(said->data, strcspn(said->data, "\n"), words, sizeof(words));
  if (end->late || !end->known || !WIFEXITED(end->status)) {
    result->outcome = SEND_AMBIGUOUS;
    result->timed_out = end->late;
    result->wait_s = FAILED_WAIT;
    snprintf(result->why, sizeof(result->why), "%s, it may have arrived%s%s",
             end->late ? "the program was killed at its time limit"
                       : "the program did not end by itself",
             words[0] != '\0' ? ": " : "", words);
    return;
  }
  result->outcome = SEND_REFUSED_MESSAGE;
  for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
    if (statuses[i].status == WEXITSTATUS(end->status))
      result->outcome = statuses[i].outcome;
  if (result->outcome == SEND_RETRY)
    result->wait_s = FAILED_WAIT;
  snprintf(result->why, sizeof(result->why), "exit status %d%s%s",
           WEXITSTATUS(end->status), words[0] != '\0' ? ": " : "", words);
}

static void send_(void *settings, const struct message *message,
                  const struct sender_env *env, struct send_result *result) {
  const struct exec *e = settings;
  struct buf json, said;
  struct end end;
  struct running running = {.out = -1};
  int err;

  http_result_init(result);
  buf_init(&json, JSON_MAX);
  buf_init(&said, OUTPUT_MAX);
  if (message_json(message, env, &json) < 0) {
    snprintf(result->why, sizeof(result->why), "cannot write the message");
  } else if ((err = start(e, &json, &running)) < 0) {
    snprintf(result->why, sizeof(result->why), "cannot start a program: %s",
             strerror(-err));
  } else {
    end = follow(&running, e->timeout, env, &said);
    close(running.out);
    close(running.status);
    judge(&end, &said, result);
  }
  buf_free(&json);
  buf_free(&said);
}

static int render(const void *settings, const struct message *message,
                  const struct sender_env *env, struct buf *out) {
  const struct exec *e = settings;

  buf_puts(out, "RUN");
  for (size_t i = 0; i < e->program.count; i++)
    buf_putf(out, " %s", e->program.items[i]);
  buf_puts(out, "\n\n");
  buf_put_result(out, message_json(message, env, out));
  buf_puts(out, "\n");
  return buf_error(out);
}

static void destroy(void *settings) {
  struct exec *e = settings;

  option_strings_free(&e->program);
}

const struct sender sender_exec = {
    .name = "exec",
    .title = "Program",
    .line_name = "Exec",
    .line = line,
    .options = options,
    .settings_size = sizeof(struct exec),
    .stateful = true,
    .defaults = defaults,
    .check = check,
    .send = send_,
    .render = render,
    .destroy = destroy,
};
