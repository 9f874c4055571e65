/* SPDX-License-Identifier: MIT */
/* Where messages for the person who runs this go: one sink for the process,
 * collectd's log in the plugins, stderr in kasactl.
 *
 * Threads: log_set_sink() before the first other thread starts; log_say()
 * from any thread, the sink must cope. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

enum log_level {
  LOG_LEVEL_ERROR,
  LOG_LEVEL_WARNING,
  LOG_LEVEL_NOTICE,
  LOG_LEVEL_INFO,
  LOG_LEVEL_DEBUG /* only where it was asked for */
};

/* text is one clean line: valid UTF-8, no control characters. */
typedef void log_sink(void *arg, enum log_level level, const char *text);

/* NULL brings the default back: one line to stderr. */
void log_set_sink(log_sink *sink, void *arg);

/* Formats, cleans (names come from strangers' devices) and cuts at 900 bytes,
 * below the 1024 where collectd would cut in the middle of a character. */
void log_say(enum log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
