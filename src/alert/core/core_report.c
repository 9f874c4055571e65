/* SPDX-License-Identifier: MIT */
/* See core_report.h. */
#include <config.h>

#include "alert/core/core_report.h"

#include "alert/core/core_clock.h"
#include "alert/deliver/deliver_report.h"
#include "alert/store/store_meta.h"
#include "base/log.h"
#include "energy/calendar.h"

#include <inttypes.h>
#include <stdio.h>

enum {
  US_PER_MS = 1000,
  LATE_MS = 12 * 3600 * 1000,
  LOOK_MS = 60 * 1000, /* at most so long between two looks */
  NEVER = -1,
  NONE = -1,
};

static void key_of(const struct report_config *report, char out[80]) {
  snprintf(out, 80, "report %.64s", report->name);
}

static void record(struct alert_core *c, const struct report_config *report,
                   int day) {
  char key[80];

  key_of(report, key);
  store_meta_set(c->store, key, day);
}

static int recorded(struct alert_core *c, const struct report_config *report) {
  char key[80];
  int64_t day = NEVER;

  key_of(report, key);
  store_meta_get(c->store, key, &day);
  return (int)day;
}

static void say_left_out(const struct report_config *report, int day,
                         const char *why) {
  char date[CALENDAR_DATE_SIZE];

  calendar_format_date(day, date);
  log_say(LOG_LEVEL_NOTICE, "report \"%s\" of %s %02u:%02u is left out: %s",
          report->name, date, report->schedule.minute / 60,
          report->schedule.minute % 60, why);
}

/* -- a notification of collectd ---------------------------------------------
 */

/* The day is kept until collectd has it: who is killed in between announces it
 * again rather than never. */
static void set_unheard(struct alert_core *c, int report, int day) {
  char key[80];

  snprintf(key, sizeof(key), "announce %.64s", c->config->reports[report].name);
  store_meta_set(c->store, key, day);
  c->report_unheard[report] = day;
}

void core_report_load(struct alert_core *c) {
  c->announced = NONE;
  for (size_t i = 0; i < c->config->reports_num; i++) {
    char key[80];
    int64_t day = 0;

    snprintf(key, sizeof(key), "announce %.64s", c->config->reports[i].name);
    store_meta_get(c->store, key, &day);
    c->report_unheard[i] = (int)day;
  }
}

/* The day after nobody needs it any more, if it is late. Today's may have been
 * asked for by a person, at any hour. */
static bool is_worth_hearing(const struct alert_core *c, int report,
                             int64_t now) {
  const struct report_schedule *s = &c->config->reports[report].schedule;
  int day = c->report_unheard[report];

  return day != 0 &&
         (day >= calendar_local_of(now * US_PER_MS).day ||
          now - report_schedule_moment(s, day) / US_PER_MS <= LATE_MS);
}

void core_report_announce(struct alert_core *c, int64_t now) {
  if (c->hooks.announce == NULL || c->announced != NONE || c->uncertain ||
      !core_clock_is_set(now))
    return;
  for (size_t i = 0; i < c->config->reports_num; i++)
    if (is_worth_hearing(c, (int)i, now)) {
      c->announced = (int)i;
      c->announced_day = c->report_unheard[i];
      c->hooks.announce(c->hooks.announce_arg, c->announced, c->announced_day);
      return;
    }
}

void core_report_heard(struct alert_core *c) {
  /* meanwhile the next one may have become due */
  if (c->announced != NONE &&
      c->report_unheard[c->announced] == c->announced_day)
    set_unheard(c, c->announced, 0);
  c->announced = NONE;
}

/* -- when -------------------------------------------------------------------
 */

unsigned core_report_send(struct alert_core *c, int report, int before,
                          int64_t now) {
  if (c->hooks.announce != NULL)
    set_unheard(c, report, before);
  return deliver_report(c->deliver, &c->config->reports[report], before, now);
}

static void send_if_due(struct alert_core *c, int index, int64_t now) {
  const struct report_config *report = &c->config->reports[index];
  const struct report_schedule *s = &report->schedule;
  int latest = report_schedule_latest(s, now * US_PER_MS);
  int today = calendar_local_of(now * US_PER_MS).day;
  int last = recorded(c, report);
  int64_t moment = report_schedule_moment(s, latest) / US_PER_MS;

  if (last == NEVER || last > today + 1) {
    /* it is new here, and begins with its next day; or the clock was far ahead
     * once, when it was recorded */
    record(c, report, latest);
    return;
  }
  if (latest <= last)
    return;
  if (report_schedule_next(s, last) < latest)
    say_left_out(report, report_schedule_next(s, last),
                 "a newer one was due before it could be sent");
  if (now - moment > LATE_MS)
    say_left_out(report, latest, "it is more than 12 hours late");
  else
    (void)core_report_send(c, index, latest, now);
  record(c, report, latest);
}

void core_report(struct alert_core *c, int64_t now) {
  bool due = c->report_due == 0 || now >= c->report_due ||
             now < c->report_looked || now - c->report_looked >= LOOK_MS;

  if (c->config->reports_num == 0 || !due || c->uncertain ||
      !core_clock_is_set(now))
    return;
  c->report_looked = now;
  c->report_due = 0;
  for (size_t i = 0; i < c->config->reports_num; i++) {
    const struct report_schedule *s = &c->config->reports[i].schedule;
    int64_t next;

    send_if_due(c, (int)i, now);
    next = report_schedule_moment(
               s, report_schedule_next(
                      s, report_schedule_latest(s, now * US_PER_MS))) /
           US_PER_MS;
    if (c->report_due == 0 || next < c->report_due)
      c->report_due = next;
  }
}

int64_t core_report_due(const struct alert_core *c) { return c->report_due; }
