/* SPDX-License-Identifier: MIT */
/* The cycles that an appliance has finished, as a text that is kept: a line
 * each, oldest first. Pure functions. */
#ifndef APPLIANCE_CYCLE_LOG_H
#define APPLIANCE_CYCLE_LOG_H

#include <stdbool.h>

enum { CYCLE_LOG_MAX = 48000 /* bytes: more than a thousand cycles */ };

struct cycle_log_entry {
  double end; /* s since 1970 UTC */
  double seconds;
  double kwh;
  double cost; /* NAN: not known */
};

/* A copy of log (NULL: empty) with one more; the oldest make room for it. One
 * that overlaps is the same as a daemon told it before it was killed: it is
 * replaced. The caller frees it; NULL when memory is out. */
char *cycle_log_add(const char *log, const struct cycle_log_entry *entry);

/* The next entry at *at, which moves on; false at the end. Lines that are none
 * are passed over. */
bool cycle_log_next(const char **at, struct cycle_log_entry *entry);

#endif
