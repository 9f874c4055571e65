/* SPDX-License-Identifier: MIT */
/* State, store and delivery, one transaction at a time: see core.h. */
#include <config.h>

#include "alert/core/alert_core.h"

#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  STEP_MS = 5000,     /* a clock that moves by more was set */
  LONGEST_MS = 60000, /* between two looks at everything */
  OWN_MAX = 32,       /* events about ourselves waiting */
  HEAL_FIRST_MS = 10000,
  HEAL_LAST_MS = 300000,
  CHECK_FILE_MS = 60000,
  PRUNE_MS = 86400000,
  PRUNE_SLICE = 200,
  LOST_SAY_MS = 3600000,
};

struct alert_core {
  const struct notify_config *config;
  struct alert_core_hooks hooks;
  struct store *store;
  struct state *state;
  struct deliver *deliver;
  struct event own[OWN_MAX]; /* about ourselves, handled after the others */
  size_t own_num;
  enum store_condition condition; /* as last told */
  int64_t offset;                 /* wall minus boot clock */
  int64_t wall_high;              /* the latest moment ever recorded */
  bool uncertain;                 /* the clock is behind that */
  int64_t heal_due, heal_wait;    /* boot ms */
  int64_t prune_due;
  int64_t lost_said; /* boot ms */
  uint64_t lost;     /* of which people know */
  struct event_queue_counts intake;
};

int64_t alert_core_now(const struct alert_core *c) {
  return c->hooks.wall_ms(c->hooks.clock_arg);
}

static int64_t boot_now(const struct alert_core *c) {
  return c->hooks.boot_ms(c->hooks.clock_arg);
}

/* -- news about ourselves ------------------------------------------------- */

/* Queues an event about this plugin; NULL text = it is over. */
static void own_event(struct alert_core *c, const char *instance,
                      const char *type, const char *text) {
  struct event *ev;

  if (c->own_num == OWN_MAX)
    return;
  ev = &c->own[c->own_num++];
  event_init(ev);
  ev->severity = text != NULL ? SEVERITY_FAILURE : SEVERITY_OKAY;
  ev->time = ev->received = alert_core_now(c);
  snprintf(ev->host, sizeof(ev->host), "%s", c->hooks.collectd_host);
  snprintf(ev->plugin, sizeof(ev->plugin), "notify_kasa");
  snprintf(ev->plugin_instance, sizeof(ev->plugin_instance), "%s", instance);
  snprintf(ev->type, sizeof(ev->type), "%s", type);
  snprintf(ev->text, sizeof(ev->text), "%s",
           text != NULL ? text : "It is over.");
}

static void on_trouble(void *arg, const char *channel, const char *what,
                       const char *why) {
  char text[ALERT_TEXT_SIZE];
  size_t n;

  if (why != NULL) {
    char whole[ALERT_TEXT_SIZE + 200];
    snprintf(whole, sizeof(whole), "channel \"%.60s\": %.300s", channel, why);
    n = text_cut(whole, sizeof(text) - 1);
    memcpy(text, whole, n);
    text[n] = '\0';
  }
  own_event(arg, channel, what, why != NULL ? text : NULL);
}

static void check_condition(struct alert_core *c) {
  enum store_condition now = store_condition(c->store);
  char text[ALERT_TEXT_SIZE];

  if (now == c->condition)
    return;
  c->condition = now;
  if (now == STORE_ON_DISK) {
    log_say(LOG_LEVEL_NOTICE, "alerts are recorded again");
    own_event(c, "", "store", NULL);
    return;
  }
  snprintf(text, sizeof(text), "%s%s", store_trouble(c->store),
           now == STORE_IN_MEMORY ? "; alerts are delivered but not recorded"
                                  : "; the reserve is in use");
  log_say(LOG_LEVEL_ERROR, "%s", text);
  own_event(c, "", "store", text);
  c->heal_wait = HEAL_FIRST_MS;
  c->heal_due = boot_now(c) + c->heal_wait;
}

void alert_core_intake(struct alert_core *c,
                       const struct event_queue_counts *counts) {
  char text[ALERT_TEXT_SIZE];
  int64_t now = boot_now(c);
  uint64_t lost = counts->lost;

  c->intake = *counts;
  if (lost == c->lost ||
      (c->lost_said != 0 && now - c->lost_said < LOST_SAY_MS))
    return;
  snprintf(text, sizeof(text),
           "%" PRIu64 " notifications came faster than they could be recorded "
           "and were lost",
           lost - c->lost);
  log_say(LOG_LEVEL_ERROR, "%s", text);
  own_event(c, "", "report", text);
  c->lost = lost;
  c->lost_said = now;
}

const struct event_queue_counts *
alert_core_taken_in(const struct alert_core *c) {
  return &c->intake;
}

/* -- the parts' hooks ----------------------------------------------------- */

static void on_say(void *arg, struct open_alert *e,
                   const struct notification *say) {
  struct alert_core *c = arg;

  deliver_notify(c->deliver, e, say);
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

static void on_tested(void *arg, int64_t row_id,
                      const struct send_result *result) {
  struct alert_core *c = arg;

  if (c->hooks.tested != NULL)
    c->hooks.tested(c->hooks.tested_arg, row_id, result);
}

static void on_hand(void *arg, struct job *job) {
  struct alert_core *c = arg;

  c->hooks.hand(c->hooks.hand_arg, job);
}

static void on_random(void *arg, void *out, size_t size) {
  struct alert_core *c = arg;

  c->hooks.random(c->hooks.random_arg, out, size);
}

/* -- transactions --------------------------------------------------------- */

static int begin(struct alert_core *c) {
  int err = store_begin(c->store);

  if (err < 0)
    log_say(LOG_LEVEL_ERROR, "cannot begin to record: %s", strerror(-err));
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

void alert_core_last_power(struct alert_core *c, struct open_alert *e) {
  state_remember_power(c->state, e);
}

/* -- clocks --------------------------------------------------------------- */

/* Timers are kept as wall time; when that clock is set, they move with it. */
static void check_clock(struct alert_core *c) {
  int64_t now = alert_core_now(c);
  int64_t offset = now - boot_now(c);
  int64_t delta = offset - c->offset;

  c->offset = offset;
  if (delta > STEP_MS || delta < -STEP_MS) {
    log_say(LOG_LEVEL_NOTICE,
            "the clock was set by %" PRId64 " s; timers move with it",
            delta / 1000);
    state_shift(c->state, delta);
    deliver_shift(c->deliver, delta);
    store_shift(c->store, delta);
    if (!c->uncertain &&
        now < c->wall_high) { /* set back on purpose: the new truth */
      c->wall_high = now;
      store_meta_set(c->store, "wall_high", now);
    }
  }
  if (c->uncertain && now >= c->wall_high)
    c->uncertain = false;
  state_clock_uncertain(c->state, c->uncertain);
}

/* A board without a clock begins in the past: what was stored keeps its
 * distance to the last moment we know of. */
static void check_clock_at_start(struct alert_core *c) {
  int64_t now = alert_core_now(c);

  c->offset = now - boot_now(c);
  store_meta_get(c->store, "wall_high", &c->wall_high);
  if (now >= c->wall_high - STEP_MS)
    return;
  c->uncertain = true;
  log_say(LOG_LEVEL_WARNING,
          "the clock is behind the last recorded moment: it is "
          "probably not set yet");
  state_shift(c->state, now - c->wall_high);
  state_begin_grace(c->state, now);
  store_shift(c->store, now - c->wall_high);
}

/* -- upkeep --------------------------------------------------------------- */

static void heal(struct alert_core *c) {
  int64_t now = boot_now(c);

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

  if (now < c->prune_due || c->uncertain)
    return;
  /* one slice a round; a full one means there is more */
  c->prune_due = store_prune(c->store, now - keep, PRUNE_SLICE) > 0
                     ? now + 1000
                     : now + PRUNE_MS;
}

/* -- the round ------------------------------------------------------------ */

static void take_event(struct alert_core *c, struct event *ev, int64_t now) {
  bool device = c->config->missing_scope == MISSING_SCOPE_DEVICE;

  ev->received = now;
  if (event_classify(ev, device))
    log_say(LOG_LEVEL_NOTICE,
            "a notification's names were overrun by its text; "
            "taking them from the text: %s",
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

int64_t alert_core_step(struct alert_core *c, struct job *done,
                        struct event *events, size_t events_num, bool launch) {
  int64_t changes;
  int64_t now = alert_core_now(c);
  int64_t due;
  int64_t other;
  int err;

  heal(c);
  check_condition(c);
  err = begin(c);
  if (err < 0)
    return err;
  changes = store_changes(c->store);
  check_clock(c);
  while (done != NULL) {
    struct job *next = done->next;
    deliver_done(c->deliver, done, now);
    done = next;
  }
  for (size_t i = 0; i < events_num; i++)
    take_event(c, &events[i], now);
  state_tick(c->state, now);
  take_own_events(c, now);
  prune(c, now);
  if (launch)
    deliver_plan(c->deliver, now);
  commit(c, changes);
  if (launch)
    deliver_launch(c->deliver);
  check_condition(c);
  if (c->own_num > 0)
    return 0;
  due = state_next_due(c->state, now);
  other = deliver_next_due(c->deliver, now);
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
      .say = on_say,
      .say_arg = c,
      .interval_s = c->hooks.interval_s,
      .grace_s = c->config->startup_grace >= 0 ? c->config->startup_grace
                                               : c->hooks.grace_s,
  };
  struct deliver_hooks deliver_hooks = {
      .hand = on_hand,
      .random = on_random,
      .accepted = on_accepted,
      .acked = on_acked,
      .trouble = on_trouble,
      .tested = on_tested,
      .arg = c,
      .collectd_host = c->hooks.collectd_host,
  };

  c->state = state_new(c->config, c->store, &state_hooks);
  c->deliver = deliver_new(c->config, c->store, &deliver_hooks);
  return c->state != NULL && c->deliver != NULL ? 0 : -ENOMEM;
}

/* What we say about ourselves at every start: broken channels, and the
 * all-clear for what an earlier run complained about. */
static void announce(struct alert_core *c, enum store_opened opened,
                     const char *why) {
  char text[ALERT_TEXT_SIZE];

  for (size_t i = 0; i < c->config->channels_num; i++) {
    const struct channel_config *channel = &c->config->channels[i];

    on_trouble(c, channel->name, "channel",
               channel->broken ? channel->broken_why : NULL);
  }
  if (opened == STORE_SET_ASIDE) {
    snprintf(text, sizeof(text), "%.180s; it was set aside, alerts start anew",
             why);
    log_say(LOG_LEVEL_ERROR, "%s", text);
    own_event(c, "", "report", text);
  }
  if (opened != STORE_UNAVAILABLE)
    own_event(c, "", "store", NULL);
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
  c->hooks = *hooks;
  c->store = store_open(directory, hooks->patience, hooks->patience_arg,
                        &opened, why, sizeof(why));
  if (c->store == NULL || start_parts(c) < 0 || begin(c) < 0) {
    alert_core_free(c);
    return NULL;
  }
  c->condition = STORE_ON_DISK;
  c->heal_due = boot_now(c) + CHECK_FILE_MS;
  c->heal_wait = CHECK_FILE_MS;
  state_load(c->state, alert_core_now(c));
  check_clock_at_start(c);
  deliver_start(c->deliver, alert_core_now(c));
  store_meta_set(c->store, "clean_shutdown", 0);
  announce(c, opened, why);
  commit(c, -1);
  return c;
}

void alert_core_free(struct alert_core *c) {
  if (c == NULL)
    return;
  if (c->store != NULL && c->state != NULL && begin(c) == 0) {
    state_save_all(c->state, false);
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
