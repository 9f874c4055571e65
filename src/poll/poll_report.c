/* SPDX-License-Identifier: MIT */
/* What is reported when: see poll_report.h. */
#include <config.h>

#include "poll/poll_report.h"

#include "base/clock.h"

enum { STATE_PAUSE_US = 1000 * 1000 };

/* Intervals; a namesake has answered by then, or is away. */
static const double NAME_STANDS = 3;

static uint64_t report_time(struct poll_device *k) {
  uint64_t now = clock_wall_us();

  /* Strictly growing, whatever is done to the clock: collectd refuses values
   * that are not newer. A clock set far back is followed after all. */
  if (now <= k->report.time_us && k->report.time_us - now < 60000000U)
    now = k->report.time_us + 1;
  return now;
}

/* collectd's writers may overtake one another: of two values of one series
 * in a row the older may come out last, so they are kept apart. */
static uint64_t state_pause_us(const struct poll_reporter *r) {
  double half = r->options->interval * 5e5;

  return half < STATE_PAUSE_US ? (uint64_t)half : STATE_PAUSE_US;
}

/* How it is was said a moment ago: what has changed since waits. */
static bool state_must_wait(const struct poll_reporter *r,
                            const struct poll_device *k) {
  return k->report.told_us != 0 &&
         loop_now_us(r->loop) < k->report.told_us + state_pause_us(r);
}

/* Six counters that nearly never move: a quarter of all values. Those of many
 * devices do not come due together. */
static bool failures_are_due(struct poll_device *k) {
  bool first = k->report.told_us == 0;
  uint32_t sum = 0;

  for (unsigned o = 0; o < OUTCOMES; o++)
    sum += (uint32_t)poll_device_failures(k, o);
  if (!first && sum == k->report.failures_told && k->report.failures_kept > 0) {
    k->report.failures_kept--;
    return false;
  }
  k->report.failures_told = sum;
  k->report.failures_kept =
      first ? k->device.mac[5] % FAILURES_EVERY : FAILURES_EVERY - 1;
  return true;
}

static bool is_renamed(const struct poll_device *k) {
  bool any = reported_name_before(&k->report.name, k->name) != NULL;

  for (unsigned i = 0; i < k->plugs_num; i++)
    any |=
        reported_name_before(&k->plugs[i].reported, k->plugs[i].name) != NULL;
  return any;
}

/* What stands behind it is told once, with a reading. */
static bool name_is_due(const struct poll_reporter *r,
                        const struct poll_device *k, unsigned parts) {
  double stands = NAME_STANDS * poll_device_interval(k, r->options) * 1e6;

  return (parts & REPORT_READING) && !(parts & REPORT_RENAMED) &&
         !k->report.named_told && reported_name_is_known(&k->report.name) &&
         (double)(loop_now_us(r->loop) - k->report.named_us) >= stands;
}

static void names_are_told(const struct poll_reporter *r, struct poll_device *k,
                           unsigned parts) {
  if (!reported_name_is_known(&k->report.name) || (parts & REPORT_RENAMED)) {
    k->report.named_us = loop_now_us(r->loop);
    k->report.named_told = false;
  }
  if (parts & REPORT_NAMED)
    k->report.named_told = true;
  reported_name_told(&k->report.name);
  for (unsigned i = 0; i < k->plugs_num; i++)
    reported_name_told(&k->plugs[i].reported);
}

void poll_report_send(const struct poll_reporter *r, struct poll_device *k,
                      unsigned parts) {
  bool wait = state_must_wait(r, k);

  if ((parts & REPORT_READING) && (!wait || k->report.told_up))
    parts |= REPORT_ENERGY;
  if (parts & REPORT_STATE) {
    if (wait) {
      parts &= ~(unsigned)REPORT_STATE;
    } else {
      if (failures_are_due(k))
        parts |= REPORT_FAILURES;
      if (!k->status.up)
        parts |= REPORT_ENERGY;
      k->report.told_us = loop_now_us(r->loop);
      k->report.told_up = k->status.up;
    }
  }
  if (parts == 0)
    return;
  if (is_renamed(k))
    parts |= REPORT_RENAMED;
  if (name_is_due(r, k, parts))
    parts |= REPORT_NAMED;
  k->report.time_us = report_time(k);
  r->report(r->arg, k, parts);
  names_are_told(r, k, parts);
}

uint64_t poll_report_late_us(const struct poll_reporter *r,
                             const struct poll_device *k) {
  if (k->report.told_us == 0 || k->report.told_up == k->status.up)
    return 0;
  return k->report.told_us + state_pause_us(r);
}
