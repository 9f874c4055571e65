/* SPDX-License-Identifier: MIT */
/* Carrying out polls: see poller.h. */
#include <config.h>

#include "poll/poller.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/worker.h"
#include "device/http/http_client.h"
#include "device/transport/transports.h"
#include "poll/poll_debug.h"
#include "poll/poll_log.h"
#include "poll/poll_partial.h"
#include "poll/poll_queue.h"
#include "poll/registry/auth_backoff.h"
#include "poll/registry/device_plugs.h"
#include "poll/registry/registry_confirm.h"
#include "poll/registry/transport_select.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

struct poller {
  struct loop *loop;
  struct json *doc;
  struct device_registry *registry;
  const struct poll_options *options;
  struct poller_hooks hooks;
  struct poll_reporter reporter;
  struct transport_env env;
  struct buf request;
  /* Those that answered last time go first: strangers and the dead may take
   * long, the living shall not wait behind them. */
  struct poll_queue living, others;
  unsigned in_flight, others_in_flight;
  double energy;
  struct poll_log log;
  /* What a dialect says of a part that is of no use, until it is counted. */
  char part_why[WHY_SIZE];
};

enum {
  /* Descriptors left for the rest of the daemon. */
  DESCRIPTORS_SPARED = 256,
  REQUEST_SIZE_MAX = 1024,
  /* What a server takes to start once a datagram has woken it. */
  ROUSE_PAUSE_US = 800 * 1000,
  /* Of one poll: datagrams are easily forged, and it shall come to an end. */
  RESTARTS_MAX = 4,
};

/* Kept connections must not eat up the process's descriptors: so many for XOR,
 * and as many for HTTP. */
static unsigned connections_to_keep(const struct poll_options *o) {
  struct rlimit limit;
  rlim_t spared = DESCRIPTORS_SPARED + o->max_in_flight;

  if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur <= spared)
    return 0;
  limit.rlim_cur -= spared;
  limit.rlim_cur /= 2;
  return limit.rlim_cur > 65536 ? 65536 : (unsigned)limit.rlim_cur;
}

struct poller *poller_create(struct loop *loop, struct json *doc,
                             struct device_registry *registry,
                             const struct poll_options *options,
                             const struct poller_hooks *hooks) {
  struct poller *p = calloc(1, sizeof(*p));

  if (p == NULL)
    return NULL;
  p->loop = loop;
  p->doc = doc;
  p->registry = registry;
  p->options = options;
  p->hooks = *hooks;
  p->reporter = (struct poll_reporter){.loop = loop,
                                       .options = options,
                                       .report = hooks->report,
                                       .arg = hooks->report_arg};
  buf_init(&p->request, REQUEST_SIZE_MAX);
  p->env = (struct transport_env){.loop = loop,
                                  .kept_max = connections_to_keep(options)};
  json_init(&p->env.json);
  p->env.scratch = malloc(TRANSPORT_SCRATCH);
  p->env.http = http_pool_create(loop, p->env.kept_max);
  p->env.worker = worker_create(loop);
  if (p->env.scratch == NULL || p->env.http == NULL || p->env.worker == NULL) {
    poller_free(p);
    return NULL;
  }
  return p;
}

void poller_free(struct poller *p) {
  if (p == NULL)
    return;
  buf_free(&p->request);
  free(p->env.scratch);
  http_pool_free(p->env.http);
  worker_free(p->env.worker);
  json_free(&p->env.json);
  free(p);
}

double poller_energy(const struct poller *p) { return p->energy; }

/* -- what came out -- */

/* Its poll is over; news of its state that had to wait come by the timer, or
 * with the next poll's if that is sooner. */
static void rest(struct poller *p, struct poll_device *k) {
  uint64_t late_us = poll_report_late_us(&p->reporter, k);

  if (late_us != 0)
    (void)loop_timer_set(p->loop, &k->poll.timer, late_us);
  p->hooks.done(p->hooks.arg, k);
}

static void set_up(struct poll_device *k, bool up) {
  if (k->status.up != up || !k->status.polled)
    k->status.since_us = clock_wall_us();
  k->status.up = up;
  k->status.polled = true;
}

/* Leaves line or flight. */
static void release(struct poller *p, struct poll_device *k) {
  loop_timer_cancel(p->loop, &k->poll.timer);
  if (k->poll.state == POLL_QUEUED) {
    poll_queue_drop(&p->living, k);
    poll_queue_drop(&p->others, k);
  } else if (k->poll.state != POLL_IDLE) {
    p->in_flight--;
    p->others_in_flight -= k->poll.was_down ? 1 : 0;
  }
  k->poll.state = POLL_IDLE;
}

/* It is one that is to be left out: no report, and no further poll. */
static void leave_out(struct poller *p, struct poll_device *k,
                      const char *why) {
  release(p, k);
  if (k->status.answered)
    log_say(LOG_LEVEL_NOTICE, "%s (%s) is not polled any more: %s", k->name,
            poll_device_address(k), why);
  k->status.answered = false;
  k->status.up = false;
  k->status.polled = true;
  p->hooks.done(p->hooks.arg, k);
}

static void rouse(struct poller *p, struct poll_device *k) {
  if (p->hooks.rouse != NULL)
    p->hooks.rouse(p->hooks.arg, k);
}

/* When all places are taken, forged devices may come and go by the thousand,
 * and each that is reported leaves its series behind with every writer: then
 * who never answered is reported when it is still there at its second poll. */
static bool is_established(const struct poller *p,
                           const struct poll_device *k) {
  return k->status.polled || k->status.answered || k->options != NULL ||
         device_registry_count(p->registry) < p->options->max_devices;
}

/* Goes on to another way in; where there is none left an account that was
 * refused is not tried again soon. locked_s: for how long the device wants to
 * be left alone. */
static void go_on(struct poller *p, struct poll_device *k, unsigned locked_s) {
  bool refused = k->contact.refused || k->status.outcome == OUTCOME_AUTH;
  char ways[WHY_SIZE];
  bool several = transport_select_tried(k, ways);

  if (locked_s == 0 && transport_select_try_other(k, p->options))
    return;
  if (several && k->status.outcome != OUTCOME_AUTH && !k->status.answered)
    poll_log_round(&p->log, k, ways, loop_now_us(p->loop));
  if (refused)
    auth_backoff_refused(k, locked_s, loop_now_us(p->loop));
}

/* The whole poll failed, after all its attempts. */
static void give_up(struct poller *p, struct poll_device *k) {
  bool was_up = k->status.up;
  bool established = is_established(p, k);
  unsigned locked_s =
      k->status.outcome == OUTCOME_AUTH ? auth_backoff_locked_for(k) : 0;

  release(p, k);
  registry_unanswered(p->registry, k);
  poll_device_keep_reason(k, transport_select_is_trial(k));
  poll_log_failure(&p->log, k, p->options, loop_now_us(p->loop));
  set_up(k, false);
  if (established)
    poll_report_send(&p->reporter, k, REPORT_STATE);
  if (!device_registry_try_candidate(p->registry, k) && was_up)
    p->hooks.lost(p->hooks.arg, k);
  go_on(p, k, locked_s);
  rouse(p, k);
  rest(p, k);
}

static void failed(struct poller *p, struct poll_device *k,
                   enum outcome outcome, const char *why);

/* The reading is complete. */
static void publish(struct poller *p, struct poll_device *k) {
  uint64_t now_us = loop_now_us(p->loop);
  bool came_back = !k->status.up;
  unsigned counted;

  if (!device_plugs_follow(k)) {
    failed(p, k, OUTCOME_UNREACHABLE, "out of memory");
    return;
  }
  transport_select_worked(k);
  poll_log_shown(&p->log, k);
  auth_backoff_accepted(k, poll_options_account(p->options, k->options));
  k->search.asked_tdp = false;
  k->poll.published = true;
  k->status.response = (double)(now_us - k->poll.started_us) / 1e6;
  poll_device_end_day(k, now_us);
  device_sum_plugs(&k->device);
  counted = poll_device_meters_counted(k);
  p->energy +=
      poll_device_count_energy(k, now_us, false, p->options, &p->hooks.energy);
  if (poll_device_meters_counted(k) > counted && !k->poll.progress.rare)
    k->poll.rare_due_us = 0; /* it begins with what the device has counted */
  if (came_back && k->status.polled && k->status.answered)
    log_say(LOG_LEVEL_NOTICE, "%s (%s) answers again", k->name,
            poll_device_address(k));
  set_up(k, true);
  k->status.answered = true;
  k->status.outcome = OUTCOME_OK;
  poll_device_set_why(k, NULL);
  k->search.missed = 0;
  poll_report_send(&p->reporter, k, REPORT_STATE | REPORT_READING);
}

/* The extras are in too, as far as the device has them. */
static void publish_rare(struct poller *p, struct poll_device *k) {
  uint64_t now_us = loop_now_us(p->loop);
  double wait = p->options->energy_interval;
  double day = k->device.seconds_to_midnight;

  if (day > 0) /* else the end of the day that was told before holds */
    k->poll.day_ends_us = now_us + (uint64_t)(day * 1e6);
  if (day > 0 && day + 1 < wait)
    wait = day + 1; /* the new day's figures as soon as there are any */
  else
    wait -= wait / 8 * k->device.mac[5] / 255; /* not all at once */
  k->poll.rare_due_us = now_us + (uint64_t)(wait * 1e6);
  device_sum_plugs(&k->device);
  p->energy +=
      poll_device_count_energy(k, now_us, true, p->options, &p->hooks.energy);
  poll_report_send(&p->reporter, k, REPORT_RARE);
}

/* -- one poll -- */

static void poll_step(struct poller *p, struct poll_device *k);

static void begin_attempt(struct poller *p, struct poll_device *k) {
  bool slow = loop_now_us(p->loop) >= k->poll.rare_due_us;

  k->contact.singly = transport_select_asks_singly(k, slow);
  k->poll.progress = (struct progress){.rare = slow,
                                       .singly = k->contact.singly,
                                       .split = k->poll.split,
                                       .why = p->part_why};
  k->poll.started_us = loop_now_us(p->loop);
  k->poll.requests = 0;
  k->poll.incomplete = false;
  k->poll.attempts++;
  poll_device_ask_energy(k, slow, &p->hooks.energy);
  poll_step(p, k);
}

static void answered(void *arg, enum outcome outcome, char *answer, size_t len,
                     const char *why) {
  struct poll_device *k = arg;
  struct poller *p = k->poll.poller;
  char text[WHY_SIZE] = "";

  loop_timer_cancel(p->loop, &k->poll.timer);
  poll_debug_answered(k, outcome, answer, len, why);
  if (outcome == OUTCOME_OK) {
    bool introduces = k->poll.progress.step == 0;

    outcome = k->contact.dialect->take(&k->device, &k->poll.progress, p->doc,
                                       answer, len, text);
    k->poll.heard |= outcome == OUTCOME_OK;
    poll_partial_count(k);
    if (introduces && k->poll.progress.step != 0)
      k->poll.core_s =
          (double)(loop_now_us(p->loop) - k->poll.started_us) / 1e6;
    if (outcome == OUTCOME_OK && introduces && k->poll.progress.step != 0)
      switch (registry_confirm(p->registry, k, text)) {
      case CONFIRMED:
        break;
      case CONFIRMED_IGNORED:
        leave_out(p, k, text);
        return;
      case CONFIRMED_KNOWN:
        release(p, k);
        p->hooks.done(p->hooks.arg, k);
        device_registry_forget(p->registry, k);
        return;
      case CONFIRMED_OTHER:
        outcome = OUTCOME_DEVICE;
        break;
      }
    why = text;
  }
  if (outcome == OUTCOME_OK)
    poll_step(p, k);
  else
    failed(p, k, outcome, why);
}

static struct link *open_link(struct poller *p, const struct poll_device *k) {
  struct endpoint where = {
      .address = k->address,
      .service = k->contact.service,
      .account = poll_options_account(p->options, k->options),
  };

  where.own_only = k->auth.proved;
  where.reveal = poll_options_may_reveal(p->options, k->options);
  if (k->options != NULL && k->options->aes_login != 0)
    where.service.login = (uint8_t)k->options->aes_login;
  where.foreign = auth_backoff_is_foreign(k, where.account, &where.spelling);
  // cppcheck-suppress returnDanglingLifetime ; open() copies what it keeps
  return k->contact.transport->open(&p->env, &where);
}

/* For one request, with the handshakes that come before it. */
static uint64_t deadline(const struct poller *p, const struct poll_device *k) {
  unsigned exchanges = k->contact.transport->exchanges != NULL
                           ? k->contact.transport->exchanges(k->contact.link)
                           : 1;

  return loop_now_us(p->loop) +
         (uint64_t)(poll_partial_patience(k, p->options) * 1e6) * exchanges;
}

static bool send_request(struct poller *p, struct poll_device *k) {
  const char *why = "";
  enum outcome outcome = OUTCOME_UNREACHABLE;

  if (k->address.sin_port == 0) { /* lost it while it stood in line */
    failed(p, k, outcome, "not found on the network");
    return false;
  }
  if (k->contact.link != NULL)
    outcome = k->contact.transport->send(k->contact.link, p->request.data,
                                         p->request.len, answered, k, &why);
  else
    why = "out of memory";
  if (outcome == OUTCOME_OK)
    return true;
  failed(p, k, outcome, why);
  return false;
}

static void send_next(struct poller *p, struct poll_device *k) {
  uint64_t due_us;

  k->poll.state = POLL_ASKED;
  k->poll.requests++;
  poll_debug_asked(k, p->request.data, p->request.len);
  if (k->contact.link == NULL)
    k->contact.link = open_link(p, k);
  due_us = k->contact.link != NULL ? deadline(p, k) : 0;
  if (!send_request(p, k))
    return;
  if (loop_timer_set(p->loop, &k->poll.timer, due_us) < 0) {
    k->contact.transport->abort(k->contact.link);
    failed(p, k, OUTCOME_UNREACHABLE, "out of memory");
  }
}

/* All of the poll has been asked. */
static void finish(struct poller *p, struct poll_device *k) {
  if (k->poll.progress.rare && !k->poll.progress.abandoned)
    publish_rare(p, k);
  poll_partial_say(k, loop_now_us(p->loop));
  release(p, k);
  rest(p, k);
}

/* The next step of the poll: what comes next is asked; before extras and at the
 * end the reading goes out. */
static void poll_step(struct poller *p, struct poll_device *k) {
  enum next next;

  if (k->poll.requests > 0 &&
      poll_partial_is_over(k, p->options, loop_now_us(p->loop)))
    k->poll.progress.abandoned = true;
  next = k->contact.dialect->next(&k->device, &k->poll.progress, &p->request);
  k->poll.asked = next;
  if (next == NEXT_ERROR) {
    failed(p, k, OUTCOME_UNREACHABLE, "out of memory");
    return;
  }
  if ((next == NEXT_RARE || next == NEXT_DONE) && !k->poll.published) {
    publish(p, k);
    if (!k->poll.published)
      return; /* that has failed, and is seen to */
  }
  if (next == NEXT_DONE)
    finish(p, k);
  else
    send_next(p, k);
}

/* A datagram may wake its server, or bring out how it is to be spoken with: a
 * firmware update closes the old port. Those that are known to be down are
 * asked after the poll, which waits for nothing. */
static bool is_worth_rousing(const struct poll_device *k) {
  return !k->poll.woken && (k->status.up || !k->status.polled) &&
         k->address.sin_port != 0;
}

/* Of what belongs to a reading only this is left out. Where the way to the
 * device is gone, all the rest is. */
static void part_failed(struct poller *p, struct poll_device *k,
                        enum outcome outcome, const char *why) {
  poll_partial_note(k, why);
  k->contact.dialect->skip(&k->device, &k->poll.progress, outcome);
  if (outcome == OUTCOME_AUTH || outcome == OUTCOME_UNREACHABLE)
    k->poll.progress.abandoned = true;
  poll_step(p, k);
}

/* While another way is tried the device goes on failing for the reason that it
 * had in its own: what the trial meets says nothing of it. An account is not
 * refused once more by that. */
static void count_failure(struct poll_device *k, enum outcome outcome) {
  if (!transport_select_is_trial(k))
    k->status.usual = outcome;
  else if (k->status.usual == OUTCOME_AUTH)
    return;
  else if (k->status.usual != OUTCOME_OK)
    outcome = k->status.usual;
  poll_device_add_failures(k, outcome, 1);
}

static void failed(struct poller *p, struct poll_device *k,
                   enum outcome outcome, const char *why) {
  unsigned allowed = k->status.up || !k->status.polled ? 1 + p->options->retries
                                                       : 1; /* back-off */

  transport_select_note(k);
  if (k->contact.link != NULL)
    k->contact.transport->abort(k->contact.link);
  if ((outcome == OUTCOME_DEVICE || outcome == OUTCOME_MALFORMED) &&
      k->poll.asked == NEXT_CORE && !k->poll.progress.combined)
    transport_select_close(k); /* its session may be what is wrong */
  count_failure(k, outcome);
  if (k->poll.asked == NEXT_PART || k->poll.asked == NEXT_RARE) {
    part_failed(p, k, outcome, why);
    return;
  }
  k->status.outcome = outcome;
  poll_device_set_why(k, why);
  if (outcome == OUTCOME_REFUSED && is_worth_rousing(k) &&
      loop_timer_set(p->loop, &k->poll.timer,
                     loop_now_us(p->loop) + ROUSE_PAUSE_US) == 0) {
    k->poll.woken = true;
    k->poll.state = POLL_PAUSED;
    rouse(p, k);
    return;
  }
  if ((!poll_partial_split(k, outcome) &&
       (!outcome_is_worth_retrying(outcome) || k->poll.attempts >= allowed)) ||
      k->address.sin_port == 0 ||
      loop_timer_set(p->loop, &k->poll.timer,
                     loop_now_us(p->loop) +
                         (uint64_t)(p->options->retry_delay * 1e6)) < 0) {
    give_up(p, k);
    return;
  }
  k->poll.state = POLL_PAUSED;
}

/* The deadline of a request, the end of a pause, or late news of its state. */
static void timer_fired(struct loop_timer *timer) {
  struct poll_device *k =
      (struct poll_device *)(void *)((char *)timer -
                                     offsetof(struct poll_device, poll.timer));
  struct poller *p = k->poll.poller;

  switch (k->poll.state) {
  case POLL_PAUSED:
    begin_attempt(p, k);
    break;
  case POLL_ASKED:
    poll_debug_answered(k, OUTCOME_TIMEOUT, NULL, 0, "no answer in time");
    failed(p, k, OUTCOME_TIMEOUT, "no answer in time");
    break;
  case POLL_IDLE:
  case POLL_QUEUED:
    poll_report_send(&p->reporter, k, REPORT_STATE);
    break;
  }
}

void poller_restart(struct poller *p, struct poll_device *k) {
  if ((k->poll.state != POLL_ASKED && k->poll.state != POLL_PAUSED) ||
      k->poll.restarts == RESTARTS_MAX)
    return;
  k->poll.restarts++;
  loop_timer_cancel(p->loop, &k->poll.timer);
  k->poll.attempts = 0;
  k->poll.published = false;
  begin_attempt(p, k);
}

/* -- the line -- */

void poller_enqueue(struct poller *p, struct poll_device *k) {
  k->poll.poller = p;
  k->poll.timer.fired = timer_fired;
  k->poll.state = POLL_QUEUED;
  poll_queue_add(k->status.up ? &p->living : &p->others, k);
}

void poller_forget(struct poller *p, struct poll_device *k) {
  if (k->poll.poller == NULL)
    return;
  release(p, k);
}

static void start(struct poller *p, struct poll_device *k) {
  k->poll.state = POLL_ASKED;
  k->poll.attempts = 0;
  k->poll.published = false;
  k->poll.heard = false;
  k->poll.woken = false;
  k->poll.restarts = 0;
  k->poll.split = false;
  k->poll.was_down = !k->status.up;
  p->in_flight++;
  p->others_in_flight += k->poll.was_down ? 1 : 0;
  begin_attempt(p, k);
}

void poller_run(struct poller *p) {
  unsigned share = (p->options->max_in_flight + 1) / 2;
  struct poll_device *k;

  while (p->in_flight < p->options->max_in_flight &&
         (k = poll_queue_take(&p->living)) != NULL)
    start(p, k);
  while (p->in_flight < p->options->max_in_flight &&
         p->others_in_flight < share &&
         (k = poll_queue_take(&p->others)) != NULL)
    start(p, k);
}

void poller_repeat(struct poller *p, struct poll_device *k) {
  if (!is_established(p, k))
    return;
  if (!k->status.polled && k->address.sin_port != 0 &&
      k->device.alias[0] == '\0' && k->options == NULL)
    return; /* its first poll is under way, and brings its name */
  if (k->address.sin_port == 0) {
    poll_device_add_failures(k, OUTCOME_UNREACHABLE, 1);
    k->status.outcome = OUTCOME_UNREACHABLE;
    poll_device_set_why(k, "not found on the network");
    if (k->status.up || !k->status.polled)
      log_say(LOG_LEVEL_WARNING, "%s was not found on the network", k->name);
    set_up(k, false);
  }
  poll_report_send(&p->reporter, k, REPORT_STATE);
}
