/* SPDX-License-Identifier: MIT */
/* What the files of the core share. */
#ifndef ALERT_CORE_CORE_INTERNAL_H
#define ALERT_CORE_CORE_INTERNAL_H

#include "alert/core/alert_core.h"
#include "alert/deliver/deliver.h"
#include "alert/model/event.h"
#include "alert/state/state.h"
#include "alert/store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CORE_OWN_MAX = 32 /* events about ourselves waiting */ };

/* Something that is counted, and how much of it people know. */
struct told_count {
  uint64_t known;
  int64_t said; /* boot ms, 0 = never */
};

struct alert_core {
  const struct notify_config *config;
  struct alert_core_hooks hooks;
  struct store *store;
  struct state *state;
  struct deliver *deliver;
  struct event
      own[CORE_OWN_MAX]; /* about ourselves, handled after the others */
  size_t own_num;
  enum store_condition condition; /* as last told */
  int64_t offset;                 /* wall minus boot clock */
  int64_t slept;                  /* ms in which the machine did not run */
  int64_t wall_high;              /* the latest moment ever recorded */
  int64_t began;                  /* boot ms */
  bool unrecorded;                /* the last commit failed */
  bool uncertain;                 /* the clock is behind that */
  int64_t heal_due, heal_wait;    /* boot ms */
  int64_t prune_due;              /* boot ms */
  int64_t storm_due;              /* wall ms: the next look for one */
  int64_t report_due;             /* wall ms: of the next report */
  int64_t report_looked;          /* wall ms */
  /* The local day of which collectd has not heard yet, for each report; 0 =
   * none. */
  int report_unheard[REPORTS_MAX];
  int announced;     /* the report that is on its way to collectd, -1 = none, */
  int announced_day; /* and its day */
  unsigned storm_devices;    /* that were part of it, 0 = not known */
  bool left_over;            /* the run before left notifications to look at */
  struct told_count lost;    /* notifications */
  struct told_count refused; /* alerts */
  struct event_queue_counts intake;
  int heartbeat; /* see alert_core_heartbeat_was() */
};

static inline int64_t core_wall_ms(const struct alert_core *c) {
  return c->hooks.wall_ms(c->hooks.clock_arg);
}

static inline int64_t core_boot_ms(const struct alert_core *c) {
  return c->hooks.boot_ms(c->hooks.clock_arg);
}

static inline int64_t core_slept_ms(const struct alert_core *c) {
  return c->hooks.awake_ms != NULL
             ? core_boot_ms(c) - c->hooks.awake_ms(c->hooks.clock_arg)
             : 0;
}

#endif
