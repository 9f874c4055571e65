/* SPDX-License-Identifier: MIT */
/* How bad something is: the six levels a person is told, and collectd's three
 * severities. Pure functions, safe from any thread. */
#ifndef ALERT_MODEL_LEVEL_H
#define ALERT_MODEL_LEVEL_H

/* In order of gravity, so levels compare with <. LEVEL_OK is what a recovery
 * carries; no open alert has it. */
enum level {
  LEVEL_OK,
  LEVEL_INFO,
  LEVEL_WARNING,
  LEVEL_ERROR,
  LEVEL_CRITICAL,
  LEVEL_EMERGENCY,
  LEVEL_COUNT
};

/* collectd's numbers; not ordered by gravity. */
enum severity {
  SEVERITY_NONE = 0,
  SEVERITY_FAILURE = 1,
  SEVERITY_WARNING = 2,
  SEVERITY_OKAY = 4
};

/* NULL-terminated, indexed by enum level; also the choices of an
 * OPTION_CHOICE. */
extern const char *const level_names[LEVEL_COUNT + 1];

/* "ok" "info" "warning" "error" "critical" "emergency"; "unknown" for
 * anything else. */
const char *level_name(enum level level);

/* Without regard to case: 0 or -EINVAL (level untouched). */
int level_parse(const char *text, enum level *level);

/* "FAILURE" "WARNING" "OKAY" "UNKNOWN". */
const char *severity_name(enum severity severity);

/* Also takes "OK"; 0 or -EINVAL. */
int severity_parse(const char *text, enum severity *severity);

#endif
