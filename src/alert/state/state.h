/* SPDX-License-Identifier: MIT */
/* What an alert is at any moment, and what becomes of it: the rows of
 * ALERTING.md B.3 and the restart rules of B.6. Decides what is to be said and
 * says it through a hook; whom it reaches is not its matter.
 *
 * One thread, inside an open transaction of the store (but for find, count,
 * next_due). Times are wall ms. */
#ifndef ALERT_STATE_STATE_H
#define ALERT_STATE_STATE_H

#include "alert/config/config.h"
#include "alert/model/event.h"
#include "alert/model/message.h"
#include "alert/model/value_source.h"
#include "alert/state/alert_table.h"
#include "alert/store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct notification {
  enum message_kind kind;
  enum alert_reason reason;
  bool quiet;
  bool stateful_only; /* only services that keep incidents open hear of it */
  int route;          /* position in episode->routes, -1 = all */
  int64_t now;
};

struct state_hooks {
  struct value_source source;
  /* Tells people. e->a has its id and is stored. */
  void (*say)(void *arg, struct open_alert *e, const struct notification *say);
  void *say_arg;
  double interval_s; /* how often the daemon reads */
  double grace_s;    /* StartupGrace, resolved */
};

struct state;

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

/* One classified notification. */
void state_event(struct state *state, const struct event *event, int64_t now);
/* Timers, the value cache, repeats. */
void state_tick(struct state *state, int64_t now);
/* The next moment state_tick() has something to do; 0 = none known. */
int64_t state_next_due(const struct state *state, int64_t now);
/* The wall clock was set by delta ms. */
void state_shift(struct state *state, int64_t delta_ms);
/* Stores what changed without a transition (last value, count): at shutdown
 * and after the store lost its disk. everything: also the unchanged. */
void state_save_all(struct state *state, bool everything);

/* A message of the alert through the route was accepted at `at`: repeats are
 * counted from here. */
void state_accepted(struct state *state, int64_t alert_id, const char *route,
                    int64_t at);

/* By people. for_s 0 = AckTimeout. 0, -ENOENT, -EALREADY. */
int state_ack(struct state *state, int64_t id, double for_s, const char *by,
              const char *source, int64_t now);
int state_unack(struct state *state, int64_t id, const char *by, int64_t now);
int state_resolve(struct state *state, int64_t id, const char *by, int64_t now);

const struct alert_table *state_open_alerts(const struct state *state);
struct open_alert *state_find(const struct state *state, int64_t id);
void state_count(const struct state *state, struct state_counts *out);

/* Fills a fresh alert from an event as opening it would (device, level, unit,
 * labels) and matches its routes; for explain and render too. */
void alert_build(const struct notify_config *config, const struct event *event,
                 int64_t now, struct open_alert *e);
/* Asks what a device that is away took at last, for its message. */
void state_remember_power(const struct state *state, struct open_alert *e);
/* Parts of it: the level for a severity on the episode's first route; what an
 * event brings to an alert that is open; device, labels and routes by the
 * configuration. */
enum level open_alert_level(const struct notify_config *config,
                            const struct open_alert *e, enum severity severity);
void open_alert_values(struct open_alert *e, const struct event *event);
void open_alert_peak(struct open_alert *e);
void open_alert_names(const struct notify_config *config, struct open_alert *e);
void open_alert_routes(const struct notify_config *config,
                       struct open_alert *e);
/* The key of a route in the store: its name, or "#2" for the nameless. */
void route_key(const struct notify_config *config, int route, char *out,
               size_t size);

#endif
