/* SPDX-License-Identifier: MIT */
/* State, store and delivery, one transaction at a time: see alert_core.h. */
#include <config.h>

#include "alert/core/alert_core.h"

#include "alert/core/core_clock.h"
#include "alert/core/core_internal.h"
#include "alert/core/core_renamed.h"
#include "alert/core/core_report.h"
#include "alert/core/core_self.h"
#include "alert/core/core_storm.h"
#include "alert/deliver/deliver_fold.h"
#include "alert/deliver/deliver_hold.h"
#include "alert/deliver/deliver_notify.h"
#include "alert/deliver/deliver_operator.h"
#include "alert/deliver/deliver_plan.h"
#include "alert/deliver/deliver_result.h"
#include "alert/state/open_alert.h"
#include "alert/state/state_event.h"
#include "alert/state/state_operator.h"
#include "alert/state/state_timers.h"
#include "alert/store/store_event.h"
#include "alert/store/store_meta.h"
#include "alert/store/store_outbox.h"
#include "alert/store/store_upkeep.h"
#include "base/log.h"
#include "energy/calendar.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  LONGEST_MS = 60000, /* between two looks at everything */
  HEAL_FIRST_MS = 10000,
  HEAL_LAST_MS = 300000,
  CHECK_FILE_MS = 60000,
  LEFT_OVER_BATCH = 64,
  SAVED_AT_END = 2000, /* alerts whose last value is written at the stop */
  PRUNE_MS = 86400000,
  PRUNE_SLICE = 200,
};

int64_t alert_core_now(const struct alert_core *c) {
  return c->hooks.wall_ms(c->hooks.clock_arg);
}

/* -- the parts' hooks ----------------------------------------------------- */

static void on_notify(void *arg, struct open_alert *e,
                      const struct notification *n) {
  struct alert_core *c = arg;

  deliver_notify(c->deliver, e, n);
}

static void on_accepted(void *arg, int64_t alert_id, const char *route,
                        int64_t at) {
  struct alert_core *c = arg;

  state_accepted(c->state, alert_id, route, at);
}

static void on_acked(void *arg, int64_t alert_id, const char *by,
                     const char *source) {
  struct alert_core *c = arg;

  state_ack(c->state, alert_id, 0, by, source, alert_core_now(c));
}

/* -- transactions --------------------------------------------------------- */

static int begin(struct alert_core *c) {
  int err = store_begin(c->store);

  if (err < 0)
    log_say(LOG_LEVEL_ERROR, "alerts cannot be recorded: %s", strerror(-err));
  return err;
}

static void commit(struct alert_core *c, int64_t changes_before) {
  int err;

  if (store_changes(c->store) != changes_before && !c->uncertain) {
    int64_t now = alert_core_now(c);
    if (now > c->wall_high) {
      c->wall_high = now;
      store_meta_set(c->store, "wall_high", now);
    }
  }
  err = store_commit(c->store);
  c->unrecorded = err < 0;
  if (err < 0)
    log_say(LOG_LEVEL_ERROR, "cannot record: %s", strerror(-err));
}

/* Runs one order of a person as a whole. */
#define ORDER(core, call)                                                      \
  do {                                                                         \
    int64_t before_ = store_changes((core)->store);                            \
    int err_ = begin(core);                                                    \
    if (err_ < 0)                                                              \
      return err_;                                                             \
    result = (call);                                                           \
    commit(core, before_);                                                     \
  } while (0)

int alert_core_ack(struct alert_core *c, int64_t id, double for_s,
                   const char *by, const char *source) {
  int result;

  ORDER(c, state_ack(c->state, id, for_s, by, source, alert_core_now(c)));
  return result;
}

int alert_core_unack(struct alert_core *c, int64_t id, const char *by) {
  int result;

  ORDER(c, state_unack(c->state, id, by, alert_core_now(c)));
  return result;
}

int alert_core_resolve(struct alert_core *c, int64_t id, const char *by) {
  int result;

  ORDER(c, state_resolve(c->state, id, by, alert_core_now(c)));
  return result;
}

int64_t alert_core_test(struct alert_core *c, int channel, enum level level) {
  int64_t result;

  ORDER(c, deliver_test(c->deliver, channel, level, alert_core_now(c)));
  return result;
}

int alert_core_report(struct alert_core *c, int report) {
  int64_t now = alert_core_now(c);
  unsigned result;

  ORDER(c, core_report_send(c, report,
                            calendar_local_of(now * CALENDAR_SECOND / 1000).day,
                            now));
  return (int)result;
}

int alert_core_announced(struct alert_core *c) {
  int64_t before = store_changes(c->store);
  int err = begin(c);

  if (err < 0)
    return err;
  core_report_heard(c);
  commit(c, before);
  return 0;
}

int alert_core_enable(struct alert_core *c, int channel) {
  int result;

  ORDER(c, deliver_enable(c->deliver, channel, alert_core_now(c)));
  return result;
}

int alert_core_retry(struct alert_core *c, int64_t row_id) {
  int result;

  ORDER(c, deliver_retry(c->deliver, row_id, alert_core_now(c)));
  return result;
}

int alert_core_drop(struct alert_core *c, int64_t row_id) {
  int result;

  ORDER(c, deliver_drop(c->deliver, row_id, alert_core_now(c)));
  return result;
}

int64_t alert_core_silence(struct alert_core *c, const struct silence *s) {
  int64_t result;

  ORDER(c, deliver_silence(c->deliver, s));
  return result;
}

int alert_core_end_silence(struct alert_core *c, int64_t id) {
  int result;

  ORDER(c, deliver_end_silence(c->deliver, id, alert_core_now(c)));
  return result;
}

/* -- what would happen ---------------------------------------------------- */

enum severity alert_core_threshold(const struct alert_core *c, struct event *ev,
                                   int *known) {
  struct threshold all[THRESHOLDS_MAX];
  size_t n;

  *known = -1;
  if (c->hooks.source.thresholds == NULL)
    return SEVERITY_NONE;
  n = c->hooks.source.thresholds(c->hooks.source.arg, ev, all, THRESHOLDS_MAX);
  *known = (int)n;
  return threshold_speak(ev, all, n);
}

bool alert_core_measures(const struct alert_core *c, const char *device) {
  static const char *const series[] = {"power", "up"};
  struct alert a = {.plugin = "kasa"};
  double value;

  if (c->hooks.source.lookup == NULL)
    return false;
  snprintf(a.host, sizeof(a.host), "%s", c->hooks.collectd_host);
  snprintf(a.plugin_instance, sizeof(a.plugin_instance), "%.127s", device);
  for (size_t i = 0; i < sizeof(series) / sizeof(series[0]); i++)
    if (c->hooks.source.lookup(c->hooks.source.arg, &a, series[i], &value))
      return true;
  return false;
}

void alert_core_last_power(struct alert_core *c, struct open_alert *e) {
  open_alert_remember_power(c->state, e);
}

/* -- upkeep --------------------------------------------------------------- */

static void heal(struct alert_core *c) {
  int64_t now = core_boot_ms(c);

  if (now < c->heal_due && !store_gone(c->store))
    return;
  if (store_heal(c->store))
    c->heal_wait = CHECK_FILE_MS;
  else if (c->condition != STORE_ON_DISK)
    c->heal_wait =
        c->heal_wait * 2 < HEAL_LAST_MS ? c->heal_wait * 2 : HEAL_LAST_MS;
  else
    c->heal_wait = HEAL_FIRST_MS;
  c->heal_due = now + c->heal_wait;
}

static void prune(struct alert_core *c, int64_t now) {
  int64_t keep = (int64_t)c->config->history_days * 86400000;

  int64_t boot = core_boot_ms(c); /* not a clock that may be set */

  if (boot < c->prune_due || c->uncertain)
    return;
  /* one slice a round; a full one means there is more */
  c->prune_due = store_prune(c->store, now - keep, PRUNE_SLICE) > 0
                     ? boot + 1000
                     : boot + PRUNE_MS;
}

/* -- the round ------------------------------------------------------------ */

static void take_event(struct alert_core *c, struct event *ev, int64_t now) {
  bool device = c->config->missing_scope == MISSING_SCOPE_DEVICE;

  ev->received = now;
  if (event_classify(ev, device))
    log_say(LOG_LEVEL_NOTICE,
            "collectd has overwritten the names of a notification with a part "
            "of its text; they are taken from the text: %s",
            ev->host);
  state_event(c->state, ev, now);
}

static void take_own_events(struct alert_core *c, int64_t now) {
  /* handling one may cause another, but not without end */
  for (size_t i = 0; i < c->own_num; i++) {
    struct event ev = c->own[i];
    take_event(c, &ev, now);
  }
  c->own_num = 0;
}

/* What the run before had no time for comes first. */
static void take_left_over(struct alert_core *c, int64_t now) {
  struct event *events = calloc(LEFT_OVER_BATCH, sizeof(*events));
  size_t n = 0;

  if (events == NULL)
    return;
  n = store_event_take(c->store, events, LEFT_OVER_BATCH);
  for (size_t i = 0; i < n; i++)
    take_event(c, &events[i], now);
  c->left_over = n > 0;
  free(events);
}

int alert_core_keep(struct alert_core *c, const struct event *events,
                    size_t events_num) {
  int err = begin(c);

  if (err < 0)
    return err;
  for (size_t i = 0; i < events_num && err == 0; i++)
    err = store_event_add(c->store, &events[i]);
  commit(c, -1);
  return err;
}

bool alert_core_prove(struct alert_core *c, double max_queue_age_s, char *why,
                      size_t why_size) {
  char channel[STORE_NAME_SIZE];
  int64_t now = alert_core_now(c);
  int64_t oldest;

  why[0] = '\0';
  if (begin(c) < 0) {
    snprintf(why, why_size, "nothing can be recorded");
    return false;
  }
  /* a disk that went bad shows only when something is written */
  store_meta_set(c->store, "heartbeat", now);
  commit(c, -1);
  core_check_store(c);
  oldest = store_outbox_oldest(c->store, LEVEL_CRITICAL, channel);
  if (c->unrecorded)
    snprintf(why, why_size, "nothing can be recorded");
  else if (store_condition(c->store) == STORE_IN_MEMORY)
    snprintf(why, why_size, "%s", store_trouble(c->store));
  else if (oldest > 0 && (double)(now - oldest) >= max_queue_age_s * 1000)
    snprintf(why, why_size,
             "a critical message to channel \"%.64s\" has been "
             "waiting for %" PRId64 " min",
             channel, (now - oldest) / 60000);
  return why[0] == '\0';
}

void alert_core_heartbeat_was(struct alert_core *c, int state) {
  c->heartbeat = state;
}

int alert_core_heartbeat(const struct alert_core *c) { return c->heartbeat; }

int64_t alert_core_step(struct alert_core *c, struct job *done,
                        struct event *events, size_t events_num, bool launch) {
  int64_t changes;
  int64_t now = alert_core_now(c);
  int64_t due;
  int64_t other;
  int err;

  heal(c);
  core_check_store(c);
  err = begin(c);
  if (err < 0)
    return err;
  changes = store_changes(c->store);
  core_check_clock(c);
  while (done != NULL) {
    struct job *next = done->next;
    deliver_done(c->deliver, done, now);
    done = next;
  }
  if (c->left_over && launch)
    take_left_over(c, now);
  for (size_t i = 0; i < events_num; i++)
    take_event(c, &events[i], now);
  core_tell_refused(c, state_refused(c->state));
  state_tick(c->state, now);
  core_storm(c, now);
  take_own_events(c, now);
  deliver_hold_tick(c->deliver, now);
  prune(c, now);
  if (launch) {
    core_report(c, now);
    deliver_plan(c->deliver, now);
  }
  deliver_fold_flush(c->deliver, now);
  commit(c, changes);
  if (launch) {
    deliver_launch(c->deliver);
    core_report_announce(c, now);
  }
  core_check_store(c);
  if (c->own_num > 0 || c->left_over)
    return 0;
  if (!launch)
    return LONGEST_MS; /* nothing is planned any more */
  due = state_next_due(c->state, now);
  other = deliver_next_due(c->deliver, now);
  if (other > 0 && (due == 0 || other < due))
    due = other;
  other = core_report_due(c);
  if (other > 0 && (due == 0 || other < due))
    due = other;
  if (due == 0 || due - now > LONGEST_MS)
    return LONGEST_MS;
  return due > now ? due - now : 0;
}

/* -- life ----------------------------------------------------------------- */

static int start_parts(struct alert_core *c) {
  struct state_hooks state_hooks = {
      .source = c->hooks.source,
      .notify = on_notify,
      .notify_arg = c,
      .interval_s = c->hooks.interval_s,
      .grace_s = c->config->startup_grace >= 0 ? c->config->startup_grace
                                               : c->hooks.grace_s,
      .open_max = c->hooks.open_max,
  };
  struct deliver_hooks deliver_hooks = {
      .hand = c->hooks.hand,
      .hand_arg = c->hooks.hand_arg,
      .random = c->hooks.random,
      .random_arg = c->hooks.random_arg,
      .tested = c->hooks.tested,
      .tested_arg = c->hooks.tested_arg,
      .accepted = on_accepted,
      .acked = on_acked,
      .trouble = core_trouble,
      .arg = c,
      .collectd_host = c->hooks.collectd_host,
  };

  c->state = state_new(c->config, c->store, &state_hooks);
  c->deliver = deliver_new(c->config, c->store, &deliver_hooks);
  return c->state != NULL && c->deliver != NULL ? 0 : -ENOMEM;
}

struct alert_core *alert_core_new(const struct notify_config *config,
                                  const char *directory,
                                  const struct alert_core_hooks *hooks) {
  struct alert_core *c = calloc(1, sizeof(*c));
  enum store_opened opened = STORE_FRESH;
  char why[200] = "";

  if (c == NULL)
    return NULL;
  c->config = config;
  c->heartbeat = -1;
  c->hooks = *hooks;
  c->store = store_open(directory, hooks->patience, hooks->patience_arg,
                        &opened, why, sizeof(why));
  if (c->store == NULL || start_parts(c) < 0 || begin(c) < 0) {
    alert_core_free(c);
    return NULL;
  }
  c->condition = STORE_ON_DISK;
  c->left_over = true;
  c->heal_due = core_boot_ms(c) + CHECK_FILE_MS;
  c->heal_wait = CHECK_FILE_MS;
  deliver_know(c->deliver, state_open_alerts(c->state));
  state_load(c->state, alert_core_now(c));
  core_check_clock_at_start(c);
  core_find_heirs(c);
  core_report_load(c);
  deliver_start(c->deliver, alert_core_now(c));
  store_meta_set(c->store, "clean_shutdown", 0);
  core_announce(c, opened, why);
  commit(c, -1);
  return c;
}

void alert_core_free(struct alert_core *c) {
  if (c == NULL)
    return;
  if (c->store != NULL && c->state != NULL && begin(c) == 0) {
    state_save_changed(c->state, SAVED_AT_END);
    store_meta_set(c->store, "clean_shutdown", 1);
    commit(c, -1);
    if (store_condition(c->store) == STORE_IN_MEMORY)
      store_heal(c->store); /* a last try to keep it */
  }
  state_free(c->state);
  deliver_free(c->deliver);
  store_close(c->store);
  free(c);
}

struct store *alert_core_store(struct alert_core *c) {
  return c->store;
}
struct state *alert_core_state(struct alert_core *c) {
  return c->state;
}
struct deliver *alert_core_deliver(struct alert_core *c) {
  return c->deliver;
}
const struct notify_config *alert_core_config(const struct alert_core *c) {
  return c->config;
}
const char *alert_core_host(const struct alert_core *c) {
  return c->hooks.collectd_host;
}

void alert_core_intake(struct alert_core *c,
                       const struct event_queue_counts *counts) {
  c->intake = *counts;
  core_tell_lost(c, counts->lost);
}

const struct event_queue_counts *
alert_core_taken_in(const struct alert_core *c) {
  return &c->intake;
}
