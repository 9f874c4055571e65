/* SPDX-License-Identifier: MIT */
/* A year of reports of a small house, whose daemon is stopped and killed and
 * whose price changes: every day's, week's and month's figures against what was
 * used, and each step of its limits told once a day or month, also where clocks
 * change. */
#include <config.h>

#include "appliance/cycle_log.h"
#include "energy/ledger/ledger_note.h"
#include "energy/limits/limits.h"
#include "report/report_make.h"

#include "../energy/faulty_vfs.h"
#include "../support/ledger_fixture.h"

enum {
  STEP_S = 600,
  HOLD = 12, /* steps; powers stay over a stop */
  DAYS = 366,
  PLUGS = 3,
  MONTHS = 14,
};
#define STEP (STEP_S * CALENDAR_SECOND)
/* A kWh's, from the beginning and from that day on. */
static const double RATE = 0.5, RATE_THEN = 0.83;
enum { CHANGES = 100 };

static const struct {
  const char *identity;
  unsigned slot;
  const char *device, *plug, *name;
  unsigned most; /* W */
} plugs[PLUGS] = {{"f", 0, "Freezer", "", "Freezer", 120},
                  {"w", 0, "Washer", "", "Washer", 2100},
                  {"s", 2, "Strip", "Lamp", "Strip: Lamp", 40}};

static const struct limits_settings limits = {
    .given = true,
    .allowed = {[LIMIT_DAILY_ENERGY] = 25,
                [LIMIT_DAILY_COST] = 16,
                [LIMIT_MONTHLY_COST] = 500},
    .steps = {50, 75, 100},
    .steps_num = 3};

static struct {
  unsigned chance;
  int64_t us, steady_shift_us, begin_us;
  int first; /* day */
  double total_wh[PLUGS];
  unsigned watts[PLUGS];
  struct ledger_meter *meters[PLUGS];
  struct counter counters[PLUGS];
  struct limits_state told;
  /* the truth */
  double kwh[DAYS][PLUGS];
  double seen_kwh[DAYS]; /* up to the day's last look */
  unsigned peak[DAYS];
  unsigned cycles[DAYS];
  int64_t finished_us; /* the latest of them */
  /* what was told: the highest step of a day and month so far */
  double day_step[DAYS], cost_step[DAYS], month_step[MONTHS];
  unsigned news;
} house;

static unsigned chance(unsigned below) {
  house.chance = house.chance * 1103515245U + 12345U;
  return (house.chance >> 16) % below;
}

static struct ledger_now now_of_house(void) {
  return (struct ledger_now){.steady_us = house.us - house.steady_shift_us,
                             .wall_us = house.us};
}

static int day_now(void) {
  return calendar_local_of(house.us).day - house.first;
}

/* -- the daemon -- */

static void save(void) {
  char why[LEDGER_DISK_WHY];

  ck_assert_int_eq(ledger_disk_save(disk, why), LEDGER_DISK_OK);
}

static double rate_of(int day) { return day < CHANGES ? RATE : RATE_THEN; }

static void make_tariffs(struct tariffs *set) {
  struct tariffs then;

  make_tariff(set, RATE);
  make_tariff(&then, RATE_THEN);
  set->items = realloc(set->items, 2 * sizeof(*set->items));
  ck_assert_ptr_nonnull(set->items);
  set->items[1] = then.items[0];
  set->items[1].from = house.first + CHANGES;
  set->num = 2;
  free(then.items);
}

static void start_daemon(void) {
  struct ledger_options options = {.billing_day = 1};
  char why[LEDGER_DISK_WHY];
  char *kept;

  make_tariffs(&options.tariffs);
  ledger = ledger_create(&options);
  disk = ledger_disk_create(ledger, directory);
  ck_assert_int_eq(ledger_disk_load(disk, why), LEDGER_DISK_OK);
  house.steady_shift_us += 5 * CALENDAR_HOUR; /* another boot */
  for (int i = 0; i < PLUGS; i++) {
    house.meters[i] = NULL;
    house.counters[i] = (struct counter){0};
  }
  house.told = (struct limits_state){0};
  kept = ledger_note_get(ledger, "limit", "site");
  if (kept != NULL)
    ck_assert(limits_read(&house.told, kept));
  free(kept);
}

static void end_daemon(void) {
  ledger_disk_free(disk);
  ledger_free(ledger);
}

static void note_news(void *arg, const struct limits_news *n) {
  int month = calendar_billing_of(house.first + day_now(), 1).start;
  double *step = n->limit == LIMIT_DAILY_ENERGY ? &house.day_step[day_now()]
                 : n->limit == LIMIT_DAILY_COST
                     ? &house.cost_step[day_now()]
                     : &house.month_step[(month - house.first + 15) / 31];

  (void)arg;
  ck_assert_int_eq(n->reason, LIMITS_STEP);
  ck_assert_msg(n->percent > *step, "day %d: %g %% told after %g %%", day_now(),
                n->percent, *step);
  *step = n->percent;
  house.news++;
}

/* What has been told is on the disk at once. */
static void look_at_limits(void) {
  struct ledger_values v;
  struct limits_usage usage;
  char text[LIMITS_STATE_SIZE];
  unsigned before = house.news;

  ledger_values_total(ledger, now_of_house(), &v);
  usage = (struct limits_usage){
      .day = v.day,
      .month_start = v.month_start,
      .used = {[LIMIT_DAILY_ENERGY] = (double)v.today_mwh * 1e-6,
               [LIMIT_DAILY_COST] = (double)v.today_cost * 1e-6,
               [LIMIT_MONTHLY_ENERGY] = (double)v.month_mwh * 1e-6,
               [LIMIT_MONTHLY_COST] = (double)v.month_cost * 1e-6},
      .forecast = {NAN, NAN, NAN, NAN},
      .currency = "EUR",
      .decimals = 2};
  limits_look(&house.told, &limits, &usage, note_news, NULL);
  limits_write(&house.told, text);
  ck_assert(ledger_note_put(ledger, "limit", "site", text));
  if (house.news != before)
    save();
}

static void note_look(void) {
  unsigned *peak = &house.peak[day_now()];

  house.seen_kwh[day_now()] = 0;
  for (int i = 0; i < PLUGS; i++) {
    house.seen_kwh[day_now()] += house.kwh[day_now()][i];
    if (house.watts[i] > *peak)
      *peak = house.watts[i];
  }
}

static void look(void) {
  struct ledger_now now = now_of_house();

  note_look();
  for (int i = 0; i < PLUGS; i++) {
    struct counter *c = &house.counters[i];
    const struct counter_sample s = {.has_total = true,
                                     .total_wh = floor(house.total_wh[i]),
                                     .has_power = true,
                                     .power_w = house.watts[i]};
    enum counter_flag flag;

    if (house.meters[i] == NULL)
      house.meters[i] = ledger_meter(ledger, plugs[i].identity, plugs[i].slot,
                                     "HS300", false, c, now);
    (void)counter_feed(c, &s, now.steady_us, CALENDAR_HOUR, &flag);
    ledger_name(ledger, house.meters[i], plugs[i].device, plugs[i].plug);
    ledger_book(ledger, house.meters[i], c, c->from_us, 0, now);
  }
  look_at_limits();
}

/* -- time passes -- */

static void pass(void) {
  int day = day_now();

  house.us += STEP;
  for (int i = 0; i < PLUGS; i++) {
    double wh = house.watts[i] * (STEP_S / 3600.0);

    house.total_wh[i] += wh;
    house.kwh[day][i] += wh / 1000;
  }
}

/* Whole Wh in a step, for counters have no more. */
static void new_powers(void) {
  for (int i = 0; i < PLUGS; i++)
    house.watts[i] = chance(3) == 0 ? 0 : chance(plugs[i].most) / 6 * 6;
}

/* The washer's, an hour and 0.5 kWh. A daemon that was killed tells it again.
 */
static void finish_cycle(bool again) {
  const struct cycle_log_entry cycle = {
      .end = (double)house.us / 1e6, .seconds = 3600, .kwh = 0.5, .cost = 0.25};
  char *before = ledger_note_get(ledger, "cycles", "w/0");
  char *log = cycle_log_add(before, &cycle);

  ck_assert_ptr_nonnull(log);
  ck_assert(ledger_note_put(ledger, "cycles", "w/0", log));
  free(before);
  free(log);
  if (again)
    finish_cycle(false);
  else
    house.cycles[day_now()]++;
  house.finished_us = house.us;
}

static void stop_or_kill(void) {
  if (chance(2) == 0)
    save(); /* stopped; who is killed has lost up to an hour */
  end_daemon();
  for (unsigned away = chance(6); away > 0; away--)
    pass();
  start_daemon();
}

static void live(void) {
  unsigned hold = 0;

  look();
  while (day_now() < DAYS - 1) {
    if (hold == 0 && chance(6) == 0)
      new_powers();
    look();
    if (hold == 0)
      save();
    pass();
    look();
    if (hold == 0 && chance(200) == 0 &&
        house.us - house.finished_us > 2 * CALENDAR_HOUR)
      finish_cycle(chance(2) == 0);
    if (hold == 0 && chance(300) == 0) {
      save();
      hold = HOLD;
    }
    if (hold > 0 && --hold == HOLD / 2)
      stop_or_kill();
  }
  look();
  save();
}

/* -- the comparison -- */

struct truth {
  double kwh[PLUGS], cost[PLUGS], all, all_cost;
  unsigned cycles, peak;
};

static struct truth truth_of(int first, int last) {
  struct truth t = {.all = 0};

  for (int d = first < 0 ? 0 : first; d <= last && d < DAYS; d++) {
    for (int i = 0; i < PLUGS; i++) {
      t.kwh[i] += house.kwh[d][i];
      t.cost[i] += house.kwh[d][i] * rate_of(d);
      t.all += house.kwh[d][i];
      t.all_cost += house.kwh[d][i] * rate_of(d);
    }
    t.cycles += house.cycles[d];
    t.peak = house.peak[d] > t.peak ? house.peak[d] : t.peak;
  }
  return t;
}

/* Both ends of a day are rounded to a Wh of each counter. */
static void near(const struct report *r, const char *what, double is,
                 double should, double within) {
  char date[CALENDAR_DATE_SIZE];

  calendar_format_date(r->first, date);
  ck_assert_msg(fabs(is - should) <= within,
                "%s of the %s of %s: %.4f, not %.4f", what,
                report_kinds[r->kind], date, is, should);
}

static void compare_items(const struct report *r, const struct truth *t) {
  ck_assert_uint_eq(r->items_num, PLUGS);
  for (size_t n = 0; n < r->items_num; n++)
    for (int i = 0; i < PLUGS; i++)
      if (strcmp(r->items[n].name, plugs[i].name) == 0) {
        near(r, plugs[i].name, r->items[n].kwh, t->kwh[i], 0.002);
        near(r, "cost", r->items[n].cost, t->cost[i], 0.002);
      }
}

static void compare_usual(const struct report *r) {
  double weeks[4];
  double swap;

  if (r->kind != REPORT_DAY || r->first - house.first < 28)
    return;
  for (int i = 0; i < 4; i++)
    weeks[i] = truth_of(r->first - house.first - 7 * (i + 1),
                        r->first - house.first - 7 * (i + 1))
                   .all;
  for (int i = 0; i < 4; i++)
    for (int j = i + 1; j < 4; j++)
      if (weeks[j] < weeks[i]) {
        swap = weeks[i];
        weeks[i] = weeks[j];
        weeks[j] = swap;
      }
  near(r, "usual", r->usual, (weeks[1] + weeks[2]) / 2, 0.01);
}

static void compare(struct ledger_query *q, enum report_kind kind, int day) {
  struct report r = {.kind = kind};
  char why[LEDGER_QUERY_WHY];
  const struct report_sources from = {
      .ledger = q, .billing_day = 1, .now = house.us / 1000};
  int month;
  struct truth t;

  report_days(kind, house.first + day, 1, &r.first, &r.last);
  if (r.first < house.first || r.last >= house.first + DAYS - 1)
    return;
  ck_assert_msg(report_make(&r, &from, why), "%s", why);
  t = truth_of(r.first - house.first, r.last - house.first);
  near(&r, "kWh", r.kwh, t.all, 0.005);
  near(&r, "cost", r.cost, t.all_cost, 0.005);
  near(&r, "peak", r.peak.watts, t.peak, 0.5);
  ck_assert_uint_eq(r.known, PLUGS);
  compare_items(&r, &t);
  compare_usual(&r);
  ck_assert_uint_eq(r.cycles_num, t.cycles > 0);
  ck_assert_uint_eq(t.cycles, t.cycles > 0 ? r.cycles[0].count : 0);
  month = calendar_billing_of(r.last, 1).start;
  near(&r, "month", r.month_kwh,
       truth_of(month - house.first, r.last - house.first).all, 0.005);
  report_data_free(&r);
}

/* The steps that were reached, no more and no fewer. */
static double step_of(double used, double allowed) {
  double step = 0;

  for (unsigned i = 0; i < limits.steps_num; i++)
    if (used >= allowed * limits.steps[i] / 100)
      step = limits.steps[i];
  return step;
}

/* A step that was reached within a Wh may be told or not. Returns whether one
 * was told. */
static bool compare_step(int day, double told, double used, enum limit limit) {
  double allowed = limits.allowed[limit];

  if (step_of(used + 0.005, allowed) != step_of(used - 0.005, allowed))
    return false;
  ck_assert_msg(told == step_of(used, allowed),
                "day %d, limit %d: %g %% told at %.3f", day, (int)limit, told,
                used);
  return told > 0;
}

static void compare_limits(void) {
  unsigned days = 0, before = 0, after = 0;

  for (int d = 0; d < DAYS - 1; d++) {
    double used = house.seen_kwh[d];

    days += compare_step(d, house.day_step[d], used, LIMIT_DAILY_ENERGY);
    *(d < CHANGES ? &before : &after) += compare_step(
        d, house.cost_step[d], used * rate_of(d), LIMIT_DAILY_COST);
  }
  ck_assert_uint_gt(days, 20);
  ck_assert_uint_gt(before, 5);
  ck_assert_uint_gt(after, 2 * before); /* it is dearer, and for longer */
  for (int m = 0; m < 12; m++)
    ck_assert_double_gt(house.month_step[m], 0);
}

START_TEST(every_report_says_what_was_used) {
  struct ledger_query *q;
  char why[LEDGER_QUERY_WHY];

  faulty_install(); /* syncs cost nothing on it */
  start();
  house.chance = 12;
  house.us = house.begin_us = at("2027-01-01T00:00:00+01:00").wall_us;
  house.first = calendar_local_of(house.us).day;
  save();
  end_daemon();
  start_daemon(); /* with both tariffs */
  live();
  end_daemon();
  faulty_mend();
  q = ledger_query_open(directory, why);
  ck_assert_msg(q != NULL, "%s", why);
  for (int day = 0; day < DAYS - 1; day++) {
    int weekday = (int)calendar_weekday(house.first + day);

    compare(q, REPORT_DAY, day);
    if (weekday == 0)
      compare(q, REPORT_WEEK, day);
    if (calendar_billing_of(house.first + day, 1).start == house.first + day)
      compare(q, REPORT_MONTH, day);
  }
  ledger_query_close(q);
  compare_limits();
  ledger = NULL;
  disk = NULL;
  end();
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 300);
  tcase_add_test(t, every_report_says_what_was_used);
}

int main(void) { return suite_run("a year of reports", fill); }
