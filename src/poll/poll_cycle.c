/* SPDX-License-Identifier: MIT */
/* Cycles of polls: see poll_cycle.h. */
#include <config.h>

#include "poll/poll_cycle.h"

#include "base/clock.h"
#include "base/log.h"
#include "poll/registry/auth_backoff.h"
#include "poll/registry/registry_confirm.h"

#include <stdio.h>

enum { SLOWEST_NAMED = 3 };

/* Of an interval: a tick may be early. */
static const double SILENCE = 0.9;

static void sum_up(const struct poll_cycle *c, struct poll_totals *t) {
  static const enum quantity summed[] = {Q_POWER, Q_CURRENT, Q_KWH_TODAY,
                                         Q_KWH_MONTH};

  for (struct poll_device *k = device_registry_next(c->registry, NULL);
       k != NULL; k = device_registry_next(c->registry, k)) {
    const struct reading *now = &k->device.now;

    if (k->ignored)
      continue;
    t->known++;
    if (!k->status.up)
      continue;
    t->up++;
    t->on += reading_has(now, Q_RELAY) && now->value[Q_RELAY] > 0;
    t->metered += reading_has(now, Q_POWER);
    for (size_t i = 0; i < sizeof(summed) / sizeof(summed[0]); i++)
      if (reading_has(now, summed[i]))
        reading_set(
            &t->sums, summed[i],
            (reading_has(&t->sums, summed[i]) ? t->sums.value[summed[i]] : 0) +
                now->value[summed[i]]);
  }
}

static void end(struct poll_cycle *c) {
  struct poll_totals t = {.energy_wh = poller_energy(c->poller),
                          .wall_us = clock_wall_us()};

  t.duration = (double)(loop_now_us(c->loop) - c->started_us) / 1e6;
  sum_up(c, &t);
  c->ended(c->arg, &t);
}

/* Half an interval of grace: the clock's ticks are not exact. */
static uint64_t grace(const struct poll_cycle *c) {
  return (uint64_t)(c->options->interval * 5e5);
}

static uint64_t next_due(const struct poll_cycle *c,
                         const struct poll_device *k) {
  return loop_now_us(c->loop) +
         (uint64_t)(1e6 * poll_device_interval(k, c->options));
}

static bool may_be_polled(const struct poll_cycle *c,
                          const struct poll_device *k) {
  return k->poll.state == POLL_IDLE && k->address.sin_port != 0 &&
         !k->ignored && !auth_backoff_is_locked(k, loop_now_us(c->loop)) &&
         !registry_is_taken(c->registry, k);
}

void poll_cycle_add(struct poll_cycle *c, struct poll_device *k) {
  if (!may_be_polled(c, k))
    return;
  if (c->open++ == 0)
    c->started_us = loop_now_us(c->loop);
  k->cycle.number = c->number;
  k->cycle.due_us = next_due(c, k);
  c->busy(c->arg);
  poller_enqueue(c->poller, k);
}

void poll_cycle_done(struct poll_cycle *c, struct poll_device *k) {
  bool current = k->cycle.number == c->number && c->open > 0;
  /* A poll that ended just before a tick is not followed by another at once:
   * of two values in a row the older may reach a writer last. */
  uint64_t earliest_us = loop_now_us(c->loop) + grace(c) + grace(c) / 2;

  if (k->cycle.due_us < earliest_us)
    k->cycle.due_us = earliest_us;
  if (!current)
    return;
  c->open--;
  if (c->open == 0 && !c->held) {
    c->overrunning = c->overrunning && c->carried;
    end(c);
  }
}

void poll_cycle_forget(struct poll_cycle *c, const struct poll_device *k) {
  if (k->poll.state != POLL_IDLE && k->cycle.number == c->number && c->open > 0)
    c->open--;
}

/* Some polls of the last cycle are not over when the next begins. Of those that
 * do not answer it is said elsewhere, and another interval would not help. */
static void say_overrun(struct poll_cycle *c) {
  char names[SLOWEST_NAMED * (DEVICE_NAME_SIZE + 2)] = "";
  unsigned slow = 0;
  size_t used = 0;

  if (c->overrunning)
    return;
  for (struct poll_device *k = device_registry_next(c->registry, NULL);
       k != NULL; k = device_registry_next(c->registry, k)) {
    if (k->poll.state == POLL_IDLE || k->cycle.number != c->number ||
        !k->status.up)
      continue;
    if (slow++ < SLOWEST_NAMED)
      used += (size_t)snprintf(names + used, sizeof(names) - used, "%s%s",
                               slow > 1 ? ", " : "", k->name);
  }
  if (slow == 0)
    return;
  c->overrunning = true;
  log_say(LOG_LEVEL_WARNING,
          "polling takes longer than the interval of %g s: not done yet: "
          "%u device%s (%s)",
          c->options->interval, slow, slow == 1 ? "" : "s", names);
}

/* What is still under way belongs to the new cycle: it is not over before. */
static void carry_over(struct poll_cycle *c) {
  c->open = 0;
  for (struct poll_device *k = device_registry_next(c->registry, NULL);
       k != NULL; k = device_registry_next(c->registry, k)) {
    if (k->poll.state == POLL_IDLE)
      continue;
    k->cycle.number = c->number;
    c->open++;
  }
  c->carried = c->open > 0;
  c->started_us = loop_now_us(c->loop);
}

/* Nothing was said for an interval of a device that keeps its polls waiting,
 * and the next may well take another: after two without news collectd holds the
 * state for missing, where it is known to be down. */
static bool is_down_and_silent(const struct poll_cycle *c,
                               const struct poll_device *k) {
  double interval = poll_device_interval(k, c->options);

  return !k->status.up && k->status.outcome == OUTCOME_TIMEOUT &&
         k->address.sin_port != 0 && k->report.told_us != 0 &&
         loop_now_us(c->loop) >=
             k->report.told_us + (uint64_t)(SILENCE * interval * 1e6);
}

static void poll_due(struct poll_cycle *c) {
  uint64_t soon_us = loop_now_us(c->loop) + grace(c);

  for (struct poll_device *k = device_registry_next(c->registry, NULL);
       k != NULL; k = device_registry_next(c->registry, k)) {
    if (k->ignored)
      continue;
    if (is_down_and_silent(c, k))
      poller_repeat(c->poller, k);
    if (soon_us < k->cycle.due_us)
      continue;
    if (may_be_polled(c, k)) {
      poll_cycle_add(c, k);
    } else if (k->address.sin_port != 0 || !c->held) {
      k->cycle.due_us = next_due(c, k);
      poller_repeat(c->poller, k);
    }
  }
}

/* After a stall of the machine collectd makes up for a late wake-up by an
 * early one: nothing is due, and nobody is slow. */
bool poll_cycle_accepts_tick(const struct poll_cycle *c) {
  return c->open == 0 || c->held ||
         loop_now_us(c->loop) - c->woken_us >= grace(c);
}

void poll_cycle_begin(struct poll_cycle *c) {
  if (c->open > 0 && !c->held) {
    say_overrun(c);
    end(c);
  }
  c->woken_us = loop_now_us(c->loop);
  c->number++;
  carry_over(c);
  poll_due(c);
  if (c->open == 0 && !c->held) {
    c->started_us = loop_now_us(c->loop);
    end(c);
  }
}

void poll_cycle_release(struct poll_cycle *c) {
  c->held = false;
  if (c->open == 0)
    end(c);
}
