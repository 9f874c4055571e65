/* SPDX-License-Identifier: MIT */
/* A year of a house in seconds: clocks that change, a leap day, months that
 * are billed on the fifteenth, three tariffs, stops and kills of the daemon,
 * devices that begin anew or fall back, one that gets another name and one
 * that is replaced, three days without anybody looking. What the ledger says
 * of every day, and what its file does, against what was used. */
#include <config.h>

#include "config/conf_parser.h"
#include "energy/ledger/ledger_disk.h"
#include "energy/ledger/ledger_internal.h"
#include "energy/tariff/tariff_config.h"

#include "../support/suite.h"
#include "faulty_vfs.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
  STEP_S = 600,
  DAYS = 367,
  HOURS = 24 * DAYS + 2,
  DAY_STEPS = 86400 / STEP_S,
  STEPS = DAY_STEPS * DAYS,
  STOPS = 40,
  KILLS = 40,
  UNSAVED = 3, /* looks before a kill that are not saved */
  BILLING_DAY = 15,
};
#define STEP (STEP_S * CALENDAR_SECOND)

static const char config[] =
    "<Tariff>\nCurrency \"EUR\"\nBillingDay 15\nTax \"VAT\" 19\n"
    "DailyCharge 0.4\nRate 0.30\n"
    "<Period \"night\">\nHours \"22:00-06:00\"\nRate 0.21\n</Period>\n"
    "</Tariff>\n"
    "<Tariff>\nFrom \"2028-04-01\"\nCurrency \"EUR\"\nBillingDay 15\n"
    "MonthlyCharge 12.5\n<Tier>\nUpTo 400\nRate 0.28\n</Tier>\n"
    "<Tier>\nUpTo 610.5\nRate 0.36\n</Tier>\n<Tier>\nRate 0.41\n</Tier>\n"
    "</Tariff>\n"
    "<Tariff>\nFrom \"2028-09-10\"\nCurrency \"EUR\"\nBillingDay 15\n"
    "YearlyCharge 100\nRate 0.33\n"
    "<Period \"weekend\">\nDays \"Sat-Sun\"\nRate 0.25\n</Period>\n"
    "</Tariff>\n";

/* -- what is in the house -- */

enum name { FRIDGE, STRIP_A, STRIP_B, WASHER, DRYER, HEATER, NAMES };
static const char *const names[NAMES][2] = {{"Fridge", ""}, {"Strip", "A"},
                                            {"Strip", "B"}, {"Washer", ""},
                                            {"Dryer", ""},  {"Heater", ""}};

struct plug {
  const char *identity;
  unsigned slot;
  enum name name;
  double total_wh; /* as the device shows it */
  double watts;
  bool in_use;
  struct ledger_meter *meter;
  struct counter counter;
};

enum { PLUGS = 6 };
static struct plug plugs[PLUGS] = {
    {.identity = "f", .name = FRIDGE, .total_wh = 43839, .in_use = true},
    {.identity = "s", .slot = 1, .name = STRIP_A, .in_use = true},
    {.identity = "s", .slot = 2, .name = STRIP_B, .in_use = true},
    {.identity = "w", .name = WASHER, .total_wh = 5000, .in_use = true},
    {.identity = "h", .name = HEATER, .total_wh = 80000, .in_use = true},
    {.identity = "h2", .name = HEATER, .total_wh = 60}, /* replaces it */
};

static struct {
  char directory[64];
  int64_t begin_us;
  int64_t steady_shift_us;
  unsigned chance;
  struct ledger *ledger;
  struct ledger_disk *disk;
  double used[NAMES][HOURS]; /* mWh */
  struct {
    int64_t mwh[NAMES], cost[NAMES];
    int64_t site_mwh, site_cost;
    bool seen;
  } said[DAYS]; /* as yesterday's */
} house;

static unsigned chance(unsigned below) {
  house.chance = house.chance * 1103515245U + 12345U;
  return (house.chance >> 16) % below;
}

static struct ledger_now now_of(int64_t us) {
  return (struct ledger_now){.steady_us = us - house.steady_shift_us,
                             .wall_us = us};
}

/* -- time passes -- */

/* Whole mWh in any part of a step, and a new power for each plug. */
static void new_powers(void) {
  for (int i = 0; i < PLUGS; i++) {
    static const unsigned most[PLUGS] = {10, 8, 25, 150, 120, 120};

    plugs[i].watts = chance(3) == 0 ? 0 : 12 * chance(most[i]);
  }
}

static void use(enum name name, int64_t from, int64_t to, double watts) {
  while (from < to) {
    int64_t hour = (from - house.begin_us) / CALENDAR_HOUR;
    int64_t end = house.begin_us + (hour + 1) * CALENDAR_HOUR;

    end = end < to ? end : to;
    ck_assert(hour < HOURS);
    house.used[name][hour] += watts * (double)(end - from) / 3.6e6;
    from = end;
  }
}

static void pass(int64_t from, int64_t to) {
  for (int i = 0; i < PLUGS; i++)
    if (plugs[i].in_use) {
      use(plugs[i].name, from, to, plugs[i].watts);
      plugs[i].total_wh += plugs[i].watts * (double)(to - from) / 3.6e9;
    }
}

/* -- the daemon -- */

static void open_ledger(void) {
  struct ledger_options options = {.billing_day = BILLING_DAY};
  struct option_reporter reporter = {0};
  char why[LEDGER_DISK_WHY]; /* the longer one */
  struct conf_item *root =
      conf_parser_read(config, strlen(config), NULL, NULL, why);
  enum ledger_disk_result result;

  ck_assert_ptr_nonnull(root);
  for (size_t i = 0; i < root->children_num; i++)
    tariff_config_read(&options.tariffs, &root->children[i], &reporter);
  conf_free(root);
  ck_assert_int_eq(options.tariffs.num, 3);
  house.ledger = ledger_create(&options);
  house.disk = ledger_disk_create(house.ledger, house.directory);
  result = ledger_disk_load(house.disk, why);
  ck_assert(result == LEDGER_DISK_OK || result == LEDGER_DISK_FRESH);
  /* as the writer does */
  ck_assert_int_eq(ledger_disk_price(house.disk, why), LEDGER_DISK_OK);
  for (int i = 0; i < PLUGS; i++) {
    plugs[i].meter = NULL;
    plugs[i].counter = (struct counter){0};
  }
  house.steady_shift_us += 7 * CALENDAR_HOUR; /* another boot */
}

static void close_ledger(void) {
  ledger_disk_free(house.disk);
  ledger_free(house.ledger);
}

static void look(int64_t us) {
  struct ledger_now now = now_of(us);

  for (int i = 0; i < PLUGS; i++) {
    struct plug *p = &plugs[i];
    struct counter_sample s = {.has_total = true, .total_wh = p->total_wh};
    enum counter_flag flag;

    if (!p->in_use)
      continue;
    if (p->meter == NULL)
      p->meter = ledger_meter(house.ledger, p->identity, p->slot, "HS110",
                              false, &p->counter, now);
    (void)counter_feed(&p->counter, &s, now.steady_us, 0, &flag);
    ledger_name(house.ledger, p->meter, names[p->name][0], names[p->name][1]);
    ledger_book(house.ledger, p->meter, &p->counter, p->counter.from_us,
                counter_flag_is_at_least(flag) ? LEDGER_AT_LEAST : 0, now);
  }
}

static void save(void) {
  char why[LEDGER_DISK_WHY];

  ck_assert_int_eq(ledger_disk_save(house.disk, why), LEDGER_DISK_OK);
}

/* What is said of the day before; what a gap cost in tiers is known when all
 * have told of it. */
static void note_yesterday(int64_t us) {
  int day = calendar_local_of(us).day - calendar_local_of(house.begin_us).day;
  struct ledger_values v;

  if (day < 1 || day > DAYS || house.said[day - 1].seen)
    return;
  ledger_values_total(house.ledger, now_of(us), &v);
  if (v.unpriced_mwh > 0)
    return;
  house.said[day - 1].seen = true;
  for (int i = 0; i < PLUGS; i++)
    if (plugs[i].in_use) {
      ledger_values_of(house.ledger, plugs[i].meter, now_of(us), &v);
      house.said[day - 1].mwh[plugs[i].name] = v.yesterday_mwh;
      house.said[day - 1].cost[plugs[i].name] = v.yesterday_cost;
    }
  ledger_values_total(house.ledger, now_of(us), &v);
  house.said[day - 1].site_mwh = v.yesterday_mwh;
  house.said[day - 1].site_cost = v.yesterday_cost;
}

/* -- what happens -- */

enum what {
  NOTHING,
  STOP,     /* of the daemon; it is started some steps later */
  KILL,     /* the same, and the last looks were not saved */
  RESET,    /* a device counts from nothing again */
  ROLLBACK, /* or from an older value */
  RENAME,
  REPLACE,
  AWAY, /* nobody looks for three days */
};
static struct {
  enum what what;
  int plug;
} events[STEPS + DAY_STEPS];

/* Steps without an event close to them. */
static int free_step(void) {
  for (;;) {
    int at = 20 + (int)chance(0x7fff) * 4 % (STEPS - 40);
    bool good = true;

    at += (int)chance(4);
    for (int i = at - 16; i <= at + 16; i++)
      good &= i < 0 || i >= STEPS || events[i].what == NOTHING;
    if (good)
      return at;
  }
}

static int step_at(const char *moment) {
  int64_t us = 0;

  ck_assert(calendar_parse_moment(moment, &us));
  return (int)((us - house.begin_us) / STEP);
}

static void plan(void) {
  events[step_at("2028-10-28T12:00:00+02:00")].what = AWAY;
  events[step_at("2028-06-03T12:00:00+02:00")].what = RENAME;
  events[step_at("2028-07-09T12:00:00+02:00")].what = REPLACE;
  events[step_at("2028-03-26T01:55:00+01:00")].what = KILL;
  events[step_at("2028-02-29T23:50:00+01:00")].what = STOP;
  events[step_at("2028-04-14T23:50:00+02:00")].what = KILL;
  for (int i = 2; i < KILLS; i++)
    events[free_step()].what = KILL;
  for (int i = 1; i < STOPS; i++)
    events[free_step()].what = STOP;
  for (int i = 0; i < 24; i++) {
    int at = free_step();

    events[at].what = i % 2 == 0 ? RESET : ROLLBACK;
    events[at].plug = i % 4;
  }
}

static bool kill_is_near(int step) {
  for (int i = step + 1; i <= step + UNSAVED; i++)
    if (events[i].what == KILL)
      return true;
  return events[step].what == KILL;
}

/* It is off while it happens, so that nothing is used in between. It falls by
 * more than can be used until the next look: a value that is back at once is
 * taken for the one after a bad reading. */
static void disturb(enum what what, struct plug *p, int64_t *us) {
  double watts = p->watts;

  p->watts = 0;
  pass(*us, *us + STEP);
  *us += STEP;
  p->watts = watts;
  if (what == RESET)
    p->total_wh = 0;
  else if (p->total_wh > 4000)
    p->total_wh -= 200 + chance(40);
  look(*us);
}

static void happen(int step, int64_t *us) {
  int away = 0;

  switch (events[step].what) {
  case STOP:
  case KILL:
    if (events[step].what == STOP)
      save();
    close_ledger();
    away = (int)chance(9);
    break;
  case AWAY:
    save();
    close_ledger();
    away = 3 * DAY_STEPS;
    break;
  case RESET:
  case ROLLBACK:
    disturb(events[step].what, &plugs[events[step].plug], us);
    return;
  case RENAME:
    plugs[3].name = DRYER;
    return;
  case REPLACE:
    plugs[4].in_use = false;
    plugs[5].in_use = true;
    look(*us);
    return;
  case NOTHING:
    return;
  }
  pass(*us, *us + away * STEP);
  *us += away * STEP;
  open_ledger();
  look(*us); /* before anything changes */
}

static void live(void) {
  int64_t us = house.begin_us + 120 * CALENDAR_SECOND;
  int64_t end = house.begin_us + (int64_t)(DAYS - 1) * CALENDAR_DAY;

  look(us);
  while (us < end) {
    int step = (int)((us - house.begin_us) / STEP);
    bool unsaved = kill_is_near(step);

    if (!unsaved && chance(6) == 0)
      new_powers();
    pass(us, us + STEP);
    us += STEP;
    look(us);
    note_yesterday(us);
    if (!unsaved)
      save();
    happen(step, &us);
  }
}

/* -- what it should be, in another way -- */

struct price {
  int tariff;
  double rate; /* of all but the second tariff */
  double tax;
};

/* The mean price of moved kWh of the site after position. */
static double ladder(double kwh) {
  return 0.28 * fmin(kwh, 400) + 0.36 * fmax(0, fmin(kwh, 610.5) - 400) +
         0.41 * fmax(0, kwh - 610.5);
}

static double price_of(const struct tm *t, double position, double moved) {
  int date = (t->tm_mon + 1) * 100 + t->tm_mday;

  if (t->tm_year > 128)
    date += 10000;
  if (date < 401)
    return 1.19 * (t->tm_hour >= 22 || t->tm_hour < 6 ? 0.21 : 0.30);
  if (date < 910)
    return moved > 0 ? (ladder(position + moved) - ladder(position)) / moved
                     : 0;
  return t->tm_wday == 0 || t->tm_wday == 6 ? 0.25 : 0.33;
}

static double charges_of(const struct tm *t) {
  static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int date = (t->tm_mon + 1) * 100 + t->tm_mday;

  if (date < 401)
    return 0.4 * 1.19;
  if (date < 910)
    return 12.5 / lengths[t->tm_mday >= 15 ? t->tm_mon : (t->tm_mon + 11) % 12];
  return 100.0 / 366;
}

static double used_day[NAMES][DAYS + 1]; /* mWh */
static double cost_day[NAMES][DAYS + 1]; /* millionths */
static double charges_day[DAYS + 1];
static bool crossing_day[DAYS + 1]; /* a tier ends within one of its hours */

static void add_up(void) {
  int first = calendar_local_of(house.begin_us).day;
  double position = 0;
  int last_mday = 0;

  for (int h = 0; h < 24 * (DAYS - 1); h++) {
    int64_t us = house.begin_us + h * CALENDAR_HOUR;
    time_t at = (time_t)(us / CALENDAR_SECOND);
    int day = calendar_local_of(us).day - first;
    double moved = 0;
    struct tm t;
    double price;

    localtime_r(&at, &t);
    if (t.tm_mday == BILLING_DAY && last_mday != BILLING_DAY)
      position = 0;
    last_mday = t.tm_mday;
    for (int n = 0; n < NAMES; n++)
      moved += house.used[n][h] * 1e-6;
    price = price_of(&t, position, moved);
    crossing_day[day] |= (position < 400 && position + moved > 400) ||
                         (position < 610.5 && position + moved > 610.5);
    position += moved;
    charges_day[day] = charges_of(&t);
    for (int n = 0; n < NAMES; n++) {
      used_day[n][day] += house.used[n][h];
      cost_day[n][day] += house.used[n][h] * price;
    }
  }
}

/* -- the comparison -- */

static const double TENTH_WH = 100; /* mWh */
/* Of the currency: what is rounded at both ends of a day, and the rest that a
 * restart within it forgets. */
static const double MILLIONTHS = 1.5;

/* What of an hour is looked at when that is over goes on at the tier that was
 * reached by then: the site's cost is exact, its shares are off by that part
 * of one hour, here ten minutes. */
static double cost_within(int day) {
  return crossing_day[day] ? 5000 : MILLIONTHS;
}

static void near(int day, const char *what, const char *name, int64_t is,
                 double should, double within) {
  char date[CALENDAR_DATE_SIZE];

  calendar_format_date(calendar_local_of(house.begin_us).day + day, date);
  ck_assert_msg(fabs((double)is - should) <= within,
                "%s, %s of %s: %lld instead of %.3f", date, what, name,
                (long long)is, should);
}

static void compare_said(void) {
  int seen = 0;

  for (int d = 0; d < DAYS - 1; d++) {
    double mwh = 0;
    double cost = charges_day[d] * 1e6;

    if (!house.said[d].seen)
      continue;
    seen++;
    for (int n = 0; n < NAMES; n++) {
      mwh += used_day[n][d];
      cost += cost_day[n][d];
      if (n == WASHER || n == DRYER)
        continue; /* one plug, whose name changes in the middle of a day */
      near(d, "kwh_yesterday", names[n][0], house.said[d].mwh[n],
           used_day[n][d], TENTH_WH);
      near(d, "cost_yesterday", names[n][0], house.said[d].cost[n],
           cost_day[n][d], cost_within(d));
    }
    near(d, "kwh_yesterday", "site", house.said[d].site_mwh, mwh, TENTH_WH);
    near(d, "cost_yesterday", "site", house.said[d].site_cost, cost,
         NAMES * MILLIONTHS);
  }
  ck_assert_int_ge(seen, 362);
}

static sqlite3_stmt *ask(sqlite3 *db, const char *sql) {
  sqlite3_stmt *row = NULL;

  ck_assert_int_eq(sqlite3_prepare_v2(db, sql, -1, &row, NULL), SQLITE_OK);
  return row;
}

static void compare_file(void) {
  int first = calendar_local_of(house.begin_us).day;
  char path[128];
  sqlite3 *db = NULL;
  sqlite3_stmt *row;
  int rows = 0;

  snprintf(path, sizeof(path), "%s/energy.db", house.directory);
  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  row = ask(db, "SELECT local_date, device, plug, sum(mwh), sum(cost_micro) "
                "FROM day JOIN account ON account.id = day.account "
                "GROUP BY local_date, device, plug");
  while (sqlite3_step(row) == SQLITE_ROW) {
    int day = sqlite3_column_int(row, 0) - first;
    int n = 0;

    while (strcmp(names[n][0], (const char *)sqlite3_column_text(row, 1)) !=
               0 ||
           strcmp(names[n][1], (const char *)sqlite3_column_text(row, 2)) != 0)
      ck_assert_int_lt(++n, NAMES);
    if (day >= DAYS - 1)
      continue; /* it is not over */
    near(day, "energy", names[n][0], sqlite3_column_int64(row, 3),
         used_day[n][day], TENTH_WH);
    near(day, "cost", names[n][0], sqlite3_column_int64(row, 4),
         cost_day[n][day], cost_within(day));
    rows++;
  }
  sqlite3_finalize(row);
  ck_assert_int_ge(rows, (NAMES - 1) * (DAYS - 2));
  /* its two tables agree to the last digit; account 0 has fixed charges */
  row = ask(db, "SELECT (SELECT sum(mwh) FROM day WHERE account > 0) - (SELECT "
                "sum(mwh) FROM slot), (SELECT sum(cost_micro) FROM day WHERE "
                "account > 0) - (SELECT sum(cost_micro) FROM slot)");
  ck_assert_int_eq(sqlite3_step(row), SQLITE_ROW);
  ck_assert_int_eq(sqlite3_column_int64(row, 0), 0);
  ck_assert_int_eq(sqlite3_column_int64(row, 1), 0);
  sqlite3_finalize(row);
  sqlite3_close(db);
}

static void clean(void) {
  static const char *const ends[] = {"", "-wal", "-shm"};
  char path[128];

  for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
    snprintf(path, sizeof(path), "%s/energy.db%s", house.directory, ends[i]);
    unlink(path);
  }
  rmdir(house.directory);
}

START_TEST(a_year_is_booked_to_the_last_digit) {
  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
  faulty_install(); /* syncs cost nothing on it */
  house.chance = 28;
  snprintf(house.directory, sizeof(house.directory), "/tmp/check_year.XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(house.directory));
  ck_assert(
      calendar_parse_moment("2028-01-01T00:00:00+01:00", &house.begin_us));
  plan();
  open_ledger();
  live();
  save();
  close_ledger();
  faulty_mend();
  add_up();
  compare_said();
  compare_file();
  clean();
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 300);
  tcase_add_test(t, a_year_is_booked_to_the_last_digit);
}

int main(void) { return suite_run("ledger, a year", fill); }
