/* SPDX-License-Identifier: MIT */
/* The log sink: see log.h. */
#include <config.h>

#include "base/log.h"

#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>

enum { LINE_MAX_BYTES = 900 };

static void to_stderr(void *arg, enum log_level level, const char *text) {
  static const char *const names[] = {"error", "warning", "notice", "info",
                                      "debug"};
  (void)arg;
  fprintf(stderr, "%s: %s\n", names[level], text);
}

static struct {
  log_sink *sink;
  void *arg;
} current = {to_stderr, NULL};

void log_set_sink(log_sink *sink, void *arg) {
  current.sink = sink != NULL ? sink : to_stderr;
  current.arg = arg;
}

void log_say(enum log_level level, const char *format, ...) {
  char raw[LINE_MAX_BYTES * 2];
  char line[LINE_MAX_BYTES + 1];
  va_list args;

  va_start(args, format);
  vsnprintf(raw, sizeof(raw), format, args);
  va_end(args);
  text_clean(raw, sizeof(raw), line, sizeof(line));
  current.sink(current.arg, level, line);
}
