/* SPDX-License-Identifier: MIT */
/* What an alert is at any moment, and what becomes of it (doc/alerts.md).
 * Decides what is to be said and says it through a hook; whom it reaches is
 * not its matter. state_event.h takes notifications, state_timers.h time,
 * state_operator.h what people order.
 *
 * One thread, inside an open transaction of the store (but for find, count,
 * next_due). Times are wall ms. */
#ifndef ALERT_STATE_STATE_H
#define ALERT_STATE_STATE_H

#include "alert/config/config.h"
#include "alert/model/value_source.h"
#include "alert/state/alert_table.h"
#include "alert/state/notification.h"
#include "alert/store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct state_hooks {
  struct value_source source;
  /* Tells people. e->a has its id and is stored. */
  void (*notify)(void *arg, struct open_alert *e, const struct notification *n);
  void *notify_arg;
  double interval_s; /* how often the daemon reads */
  double grace_s;    /* StartupGrace, resolved */
  size_t open_max;   /* alerts open at once, 0 = STATE_OPEN_MAX */
};

struct state;

/* Alerts open at once, some 3 KB each. Who makes up names must not take all of
 * the memory; what is open already is served as ever. */
enum { STATE_OPEN_MAX = 50000 };

struct state_counts {
  uint64_t opened[LEVEL_COUNT]; /* by level, since start */
  uint64_t dropped_okay;        /* OKAY with nothing open */
  uint64_t no_route;
  size_t open, firing;
};

/* NULL when memory is out. config and store are borrowed. */
struct state *state_new(const struct notify_config *config, struct store *store,
                        const struct state_hooks *hooks);
void state_free(struct state *state);

/* Takes over what an earlier run left open, as unconfirmed. 0 or -errno. */
int state_load(struct state *state, int64_t now);

/* StartupGrace begins. */
void state_begin_grace(struct state *state, int64_t now);

/* Whether this machine's clock is not set: messages say so meanwhile, and
 * nothing expires. */
void state_clock_uncertain(struct state *state, bool uncertain);

/* It was set just now: what collectd takes for missing because of that is
 * looked at twice. */
void state_clock_stepped(struct state *state, int64_t now);

/* The wall clock was set by delta ms. */
void state_shift(struct state *state, int64_t delta_ms);
/* Stores what changed without a transition (last value, count): at shutdown
 * at most max of them: it is a nicety. */
void state_save_changed(struct state *state, size_t max);

/* A message of the alert through the route was accepted at `at`: repeats are
 * counted from here. */
void state_accepted(struct state *state, int64_t alert_id, const char *route,
                    int64_t at);

const struct alert_table *state_open_alerts(const struct state *state);
struct open_alert *state_find(const struct state *state, int64_t id);
void state_count(const struct state *state, struct state_counts *out);
/* Alerts that found no room since the start. */
uint64_t state_refused(const struct state *state);

#endif
