/* SPDX-License-Identifier: MIT */
/* The redrawn screen: see screen.h. */
#include <config.h>

#include "cli/term/screen.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

static struct {
  struct style style;
  int signals;     /* descriptor, -1 while closed */
  sigset_t before; /* signals blocked outside */
  bool redraw;     /* in place, on the other screen */
  bool entered;    /* it is on */
  bool keys;       /* stdin is a terminal of ours */
  bool quitting;
  char input[64];     /* what was read and not yet taken; ended by 0 */
  int scroll;         /* lines not yet asked for */
  bool typing;        /* every letter is text */
  char typed;         /* another key, not yet asked for; 0: none */
  struct termios was; /* how stdin was */
  struct buf last;    /* for the ordinary screen afterwards */
} screen = {.signals = -1};

static void write_out(const char *bytes, size_t len) {
  while (len > 0) {
    ssize_t n = write(STDOUT_FILENO, bytes, len);

    if (n < 0 && errno != EINTR)
      return; /* nobody looks any more */
    if (n > 0) {
      bytes += n;
      len -= (size_t)n;
    }
  }
}

static void say(const char *sequence) { write_out(sequence, strlen(sequence)); }

/* Alternate screen without cursor; keys come one by one and unseen. */
static void enter(void) {
  struct termios raw;

  if (!screen.redraw || screen.entered)
    return;
  say("\033[?1049h\033[?25l\033[H");
  screen.entered = true;
  /* A background job must not touch the terminal's settings. */
  screen.keys = isatty(STDIN_FILENO) == 1 &&
                tcgetpgrp(STDIN_FILENO) == getpgrp() &&
                tcgetattr(STDIN_FILENO, &screen.was) == 0;
  if (!screen.keys)
    return;
  raw = screen.was;
  raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

static void leave(void) {
  if (!screen.entered)
    return;
  say("\033[?25h\033[?1049l");
  if (screen.keys)
    tcsetattr(STDIN_FILENO, TCSANOW, &screen.was);
  screen.entered = false;
  screen.keys = false;
}

int screen_open(bool redraw) {
  static const int wanted[] = {SIGINT,  SIGTERM,  SIGHUP, SIGQUIT,
                               SIGTSTP, SIGWINCH, SIGPIPE};
  sigset_t set;

  sigemptyset(&set);
  for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
    sigaddset(&set, wanted[i]);
  if (sigprocmask(SIG_BLOCK, &set, &screen.before) < 0)
    return -errno;
  screen.signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (screen.signals < 0) {
    int err = -errno;

    sigprocmask(SIG_SETMASK, &screen.before, NULL);
    return err;
  }
  style_of(&screen.style, stdout);
  screen.redraw = redraw && screen.style.terminal;
  screen.quitting = false;
  buf_init(&screen.last, 16 * 1024 * 1024);
  fflush(stdout);
  enter();
  return 0;
}

const struct style *screen_style(void) { return &screen.style; }

static size_t count_lines(const struct buf *text) {
  size_t lines = 0;

  for (size_t i = 0; i < text->len; i++)
    lines += text->data[i] == '\n';
  return lines;
}

static const char *skip_lines(const char *at, size_t lines) {
  while (lines-- > 0 && *at != '\0') {
    at += strcspn(at, "\n");
    at += *at == '\n';
  }
  return at;
}

/* At most so many lines from `at` on. Each is erased before it is written:
 * after writing, a cursor behind the last column would erase what stands
 * there. */
static int frame(struct buf *out, const char *at, size_t lines) {
  int err = buf_adds(out, "\033[?2026h\033[H");

  for (; err == 0 && *at != '\0' && lines > 0; lines--) {
    size_t n = strcspn(at, "\n");
    bool more = lines > 1 && at[n] == '\n' && at[n + 1] != '\0';

    err = buf_adds(out, more ? "\033[K" : "\033[J");
    if (err == 0)
      err = buf_add(out, at, n);
    if (err == 0 && more)
      err = buf_adds(out, "\r\n");
    at += n + (at[n] == '\n');
  }
  return err == 0 ? buf_adds(out, "\033[?2026l") : err;
}

size_t screen_show(const struct buf *text, size_t first) {
  size_t rows = screen.style.rows > 0 ? screen.style.rows : SIZE_MAX;
  size_t lines = count_lines(text);
  struct buf out;

  buf_clear(&screen.last);
  if (text->len > 0 && buf_add(&screen.last, text->data, text->len) < 0)
    buf_clear(&screen.last); /* then nothing stays to be read */
  if (!screen.redraw) {
    if (text->len > 0)
      write_out(text->data, text->len);
    return 0;
  }
  enter();
  if (lines <= rows)
    first = 0;
  else if (first > lines - rows)
    first = lines - rows;
  buf_init(&out, 32 * 1024 * 1024);
  if (text->len > 0 && frame(&out, skip_lines(text->data, first), rows) == 0)
    write_out(out.data, out.len);
  buf_free(&out);
  return first;
}

size_t screen_moved(size_t first, int lines) {
  if (lines < 0 && (size_t)-lines > first)
    return 0;
  return lines < 0 ? first - (size_t)-lines : first + (size_t)lines;
}

static void suspend(void) {
  leave();
  kill(getpid(), SIGSTOP);
  enter();
}

/* All signals that wait; whether the screen must be drawn again. */
static bool take_signals(void) {
  struct signalfd_siginfo info;
  bool redraw = false;

  while (read(screen.signals, &info, sizeof(info)) == sizeof(info)) {
    switch (info.ssi_signo) {
    case SIGTSTP:
      suspend();
      redraw = true;
      break;
    case SIGWINCH:
      redraw = true;
      break;
    default:
      screen.quitting = true;
    }
  }
  if (redraw)
    style_of(&screen.style, stdout);
  return redraw;
}

static int page(void) {
  return screen.style.rows > 12 ? (int)screen.style.rows - 10 : 2;
}

enum { TO_END = 100000 }; /* lines, more than any table has */

/* Whether the key is a letter of a text that is typed. */
static bool take_text(const char *key) {
  if (!screen.typing || key[1] != '\0')
    return false;
  if (key[0] == '\n')
    screen.typed = SCREEN_ENTER;
  else if (key[0] == '\b')
    screen.typed = SCREEN_BACKSPACE;
  else if (key[0] == '\004')
    return false; /* Ctrl-D quits here, too */
  else
    screen.typed = key[0];
  return true;
}

static void take_key(const char *key) {
  const struct {
    const char *key;
    int lines;
  } moves[] = {
      {"\033[A", -1},
      {"\033OA", -1},
      {"k", -1},
      {"\033[B", 1},
      {"\033OB", 1},
      {"j", 1},
      {"\033[5~", -page()},
      {"b", -page()},
      {"\033[6~", page()},
      {" ", page()},
      {"\033[H", -TO_END},
      {"\033[F", TO_END},
      /* tmux, screen, the Linux console; PuTTY; application mode */
      {"\033[1~", -TO_END},
      {"\033[4~", TO_END},
      {"\033[7~", -TO_END},
      {"\033[8~", TO_END},
      {"\033OH", -TO_END},
      {"\033OF", TO_END},
      {"g", -TO_END},
      {"G", TO_END},
  };

  if (take_text(key))
    return;
  for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
    if (strcmp(key, moves[i].key) == 0) {
      screen.scroll += moves[i].lines;
      return;
    }
  }
  if (strcmp(key, "q") == 0 || strcmp(key, "Q") == 0 ||
      strcmp(key, "\004") == 0)
    screen.quitting = true;
  else if (key[1] == '\0' && key[0] > ' ' && key[0] < 127)
    screen.typed = key[0];
}

/* Keys come one by one or, when held down or pasted, several at once; what
 * finds no room is dropped. */
static void read_keys(void) {
  size_t used = strlen(screen.input);
  char keys[sizeof(screen.input)];
  ssize_t n = read(STDIN_FILENO, keys, sizeof(keys) - 1);

  if (n <= 0) {
    screen.keys = false; /* the terminal is gone */
    return;
  }
  keys[n] = '\0';
  snprintf(screen.input + used, sizeof(screen.input) - used, "%s", keys);
}

/* Up to the first key that is somebody's to ask for: what the next ones mean
 * depends on it. */
static void take_keys(void) {
  const char *at = screen.input;

  while (*at != '\0' && screen.typed == '\0') {
    char key[8] = {*at};
    size_t len = 1;

    if (*at == '\033' && (at[1] == '[' || at[1] == 'O')) {
      len = 2;
      while (at[len] >= '0' && at[len] <= '9' && len < sizeof(key) - 2)
        len++;
      len += at[len] != '\0';
      memcpy(key, at, len);
    }
    key[len] = '\0';
    take_key(key);
    at += len;
  }
  memmove(screen.input, at, strlen(at) + 1);
}

int screen_scrolled(void) {
  int lines = screen.scroll;

  screen.scroll = 0;
  return lines;
}

char screen_key(void) {
  char key = screen.typed;

  screen.typed = '\0';
  return key;
}

void screen_typing(bool on) { screen.typing = on; }

bool screen_quitting(void) {
  if (screen.signals >= 0 && !screen.quitting) {
    struct pollfd waiting = {.fd = screen.signals, .events = POLLIN};
    sigset_t pending;

    /* SIGWINCH and SIGTSTP stay for the next wait. */
    if (poll(&waiting, 1, 0) > 0 && sigpending(&pending) == 0)
      screen.quitting = sigismember(&pending, SIGINT) == 1 ||
                        sigismember(&pending, SIGTERM) == 1 ||
                        sigismember(&pending, SIGHUP) == 1 ||
                        sigismember(&pending, SIGQUIT) == 1;
  }
  return screen.quitting;
}

enum screen_event screen_wait(int fd, double seconds) {
  uint64_t until = clock_monotonic_us() + (uint64_t)(seconds * 1e6);

  for (;;) {
    uint64_t now = clock_monotonic_us();
    struct pollfd waiting[] = {
        {.fd = screen.signals, .events = POLLIN},
        {.fd = screen.keys ? STDIN_FILENO : -1, .events = POLLIN},
        {.fd = fd, .events = POLLIN},
    };
    bool more = screen.input[0] != '\0';
    int rest = now >= until || more ? 0 : (int)((until - now) / 1000 + 1);

    if (screen.quitting)
      return SCREEN_QUIT;
    if (poll(waiting, 3, rest) < 0 && errno != EINTR)
      return SCREEN_QUIT;
    if (waiting[0].revents != 0 && take_signals() && !screen.quitting)
      return SCREEN_RESIZED;
    if (waiting[1].revents != 0)
      read_keys();
    take_keys();
    if (screen.quitting)
      return SCREEN_QUIT;
    if (screen.scroll != 0)
      return SCREEN_SCROLL;
    if (screen.typed != '\0')
      return SCREEN_KEY;
    if (waiting[2].revents != 0)
      return SCREEN_READY;
    if (rest == 0 && !more)
      return SCREEN_TIME;
  }
}

void screen_close(void) {
  bool shown = screen.entered;

  if (screen.signals < 0)
    return;
  leave();
  if (shown && screen.last.len > 0)
    write_out(screen.last.data, screen.last.len);
  buf_free(&screen.last);
  close(screen.signals);
  screen.signals = -1;
  sigprocmask(SIG_SETMASK, &screen.before, NULL);
}
