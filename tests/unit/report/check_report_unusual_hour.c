/* SPDX-License-Identifier: MIT */
/* Which hour of a week a report calls unusual. */
#include <config.h>

#include "report/report_make.h"

#include "../support/ledger_fixture.h"

enum { STEP_S = 600, WEEKS = 5, PLUGS = 2 };

struct event {
  int week; /* 4: the report's */
  int day, hour;
  double kwh; /* more than always */
};
static const struct {
  const char *what;
  double always;  /* kWh an hour */
  int first_week; /* before it nothing is known */
  int day, hour;  /* day -1: none is unusual */
  double kwh, usual;
  struct event events[6];
  bool new_plug; /* the events are another plug's, which has no past */
  bool unseen;   /* nobody looks in the hour of an event */
} stories[] = {
    {"as always", 0.2, 0, -1, 0, 0, 0, {{0}}, false, false},
    {"the one that is most above its median",
     0.2,
     0,
     1,
     3,
     2.1,
     0.2,
     {{4, 0, 7, 1.1}, {4, 1, 3, 1.9}, {4, 6, 23, 1.4}},
     false,
     false},
    {"every week",
     0.2,
     0,
     -1,
     0,
     0,
     0,
     {{0, 1, 3, 1.9}, {2, 1, 3, 1.9}, {3, 1, 3, 1.9}, {4, 1, 3, 1.9}},
     false,
     false},
    {"once before is not usual",
     0.2,
     0,
     1,
     3,
     2.1,
     0.2,
     {{2, 1, 3, 1.9}, {4, 1, 3, 1.9}},
     false,
     false},
    {"less than three times",
     0.2,
     0,
     -1,
     0,
     0,
     0,
     {{4, 1, 3, 0.38}},
     false,
     false},
    {"three times", 0.2, 0, 1, 3, 0.62, 0.2, {{4, 1, 3, 0.42}}, false, false},
    {"less than 0.3 kWh more",
     0.05,
     0,
     -1,
     0,
     0,
     0,
     {{4, 1, 3, 0.28}},
     false,
     false},
    {"0.3 kWh more",
     0.05,
     0,
     1,
     3,
     0.37,
     0.05,
     {{4, 1, 3, 0.32}},
     false,
     false},
    {"three weeks before are enough",
     0.2,
     1,
     1,
     3,
     2.1,
     0.2,
     {{4, 1, 3, 1.9}},
     false,
     false},
    {"two are not", 0.2, 2, -1, 0, 0, 0, {{4, 1, 3, 1.9}}, false, false},
    {"a plug that is new", 0.2, 0, -1, 0, 0, 0, {{4, 1, 3, 1.9}}, true, false},
    {"a time that nobody saw",
     0.2,
     0,
     -1,
     0,
     0,
     0,
     {{4, 1, 3, 1.9}},
     false,
     true},
    {"an hour that is twice where the clock is set back",
     0.2,
     0,
     -1,
     0,
     0,
     0,
     {{4, 6, 2, 0.15}},
     false,
     false},
};

static struct {
  struct ledger_meter *meters[PLUGS];
  struct counter counters[PLUGS];
  double wh[PLUGS];
} house;

static struct ledger_now now_of(int64_t us) {
  return (struct ledger_now){us, us};
}

static void begin(int plug, int64_t us) {
  const char *names[PLUGS] = {"House", "Pump"};

  house.counters[plug] = (struct counter){0};
  house.wh[plug] = 0;
  house.meters[plug] = ledger_meter(ledger, names[plug], 0, "HS110", false,
                                    &house.counters[plug], now_of(us));
  ledger_name(ledger, house.meters[plug], names[plug], "");
}

static void look(int plug, int64_t us) {
  struct counter *c = &house.counters[plug];

  counter_add_total(c, house.wh[plug], (uint64_t)us);
  ledger_book(ledger, house.meters[plug], c, c->from_us, 0, now_of(us));
}

/* kWh of the hour under way */
static double more_at(const struct event events[6], int week, int64_t us) {
  struct calendar_local l = calendar_local_of(us);

  for (int i = 0; i < 6; i++)
    if (events[i].kwh > 0 && events[i].week == week &&
        events[i].day == (int)calendar_weekday(l.day) &&
        events[i].hour == (int)(l.second / 3600))
      return events[i].kwh;
  return 0;
}

static void live(int first, int story) {
  int64_t us = calendar_day_start(first + stories[story].first_week * 7);
  int64_t until = calendar_day_start(first + WEEKS * 7);
  int64_t pump = stories[story].new_plug ? calendar_day_start(first + 21) : us;
  char why[LEDGER_DISK_WHY];
  double more;

  begin(0, us);
  for (; us <= until; us += STEP_S * CALENDAR_SECOND) {
    int week = (calendar_local_of(us).day - first) / 7;

    if (us == pump)
      begin(1, us);
    more = more_at(stories[story].events, week, us);
    for (int plug = 0; plug < PLUGS; plug++)
      if (!(stories[story].unseen && more > 0) && (plug == 0 || us >= pump))
        look(plug, us);
    house.wh[0] += stories[story].always * 1000 * STEP_S / 3600;
    house.wh[1] += more * 1000 * STEP_S / 3600;
    if (calendar_local_of(us).second == 0)
      ck_assert_int_eq(ledger_disk_save(disk, why), LEDGER_DISK_OK);
  }
}

static void compare(const struct report *r, int story) {
  struct calendar_local l = calendar_local_of(r->unusual_hour.at_us);

  if (stories[story].day < 0) {
    ck_assert_msg(r->unusual_hour.at_us == 0, "%s: %g kWh", stories[story].what,
                  r->unusual_hour.kwh);
    return;
  }
  ck_assert_msg(r->unusual_hour.at_us > 0, "%s: none", stories[story].what);
  ck_assert_int_eq(l.day - r->first, stories[story].day);
  ck_assert_uint_eq(l.second, (unsigned)stories[story].hour * 3600);
  ck_assert_double_eq_tol(r->unusual_hour.kwh, stories[story].kwh, 1e-3);
  ck_assert_double_eq_tol(r->unusual_hour.usual, stories[story].usual, 1e-3);
}

static void check(const char *last, int story) {
  struct report r = {.kind = REPORT_WEEK};
  char why[LEDGER_QUERY_WHY];
  struct ledger_query *q;
  struct report_sources from = {.billing_day = 1};

  start();
  report_days(REPORT_WEEK, day_of(last), 1, &r.first, &r.last);
  live(r.first - 28, story);
  q = ledger_query_open(directory, why);
  ck_assert_msg(q != NULL, "%s", why);
  from.ledger = q;
  ck_assert_msg(report_make(&r, &from, why), "%s", why);
  compare(&r, story);
  report_data_free(&r);
  ledger_query_close(q);
  end();
}

START_TEST(an_hour_is_unusual) { check("2026-11-22", _i); }
END_TEST

/* On the week's last day. */
START_TEST(the_clock_is_set_back) { check("2026-10-25", _i); }
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 60);
  tcase_add_loop_test(t, an_hour_is_unusual, 0,
                      sizeof(stories) / sizeof(stories[0]));
  tcase_add_loop_test(t, the_clock_is_set_back, 0,
                      sizeof(stories) / sizeof(stories[0]));
}

int main(void) { return suite_run("report: the unusual hour", fill); }
