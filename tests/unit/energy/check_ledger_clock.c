/* SPDX-License-Identifier: MIT */
/* The machine's clock is set while the daemon runs, by years and back, or was
 * never set: nothing that was counted is lost or booked twice, over restarts
 * and kills, too. */
#include <config.h>

#include "energy/ledger/ledger_internal.h"

#include "../support/ledger_fixture.h"

#include <sqlite3.h>

enum { METERS = 3 };

static struct ledger_meter *meters[METERS];
static struct counter counters[METERS];
static double shown_wh[METERS];     /* on the devices */
static int64_t steady_us, shift_us; /* the clock on the wall is their sum */

static struct ledger_now now_is(void) {
  return (struct ledger_now){.steady_us = steady_us,
                             .wall_us = steady_us + shift_us};
}

static void set_clock(const char *moment) {
  shift_us = at(moment).wall_us - steady_us;
}

static void save(void) {
  char why[LEDGER_DISK_WHY];

  ck_assert_int_eq(ledger_disk_save(disk, why), LEDGER_DISK_OK);
}

/* Each meter uses 1 Wh a minute for so many steps of a minute. */
static void pass(int minutes) {
  for (int k = 0; k < minutes; k++) {
    steady_us += 60 * CALENDAR_SECOND;
    for (int i = 0; i < METERS; i++) {
      static const char *const names[METERS] = {"A", "B", "C"};
      struct counter *c = &counters[i];

      shown_wh[i] += 1;
      if (meters[i] == NULL)
        meters[i] =
            ledger_meter(ledger, names[i], 0, "HS110", false, c, now_is());
      ledger_name(ledger, meters[i], names[i], "");
      counter_add_total(c, shown_wh[i], (uint64_t)steady_us);
      ledger_book(ledger, meters[i], c, c->from_us, 0, now_is());
    }
  }
}

/* built: when the program was, or NULL. */
static void open_ledger(const char *built) {
  struct ledger_options options = {
      .billing_day = 1, .built_us = built != NULL ? at(built).wall_us : 0};
  char why[LEDGER_DISK_WHY];

  make_tariff(&options.tariffs, 0.5);
  memset(meters, 0, sizeof(meters));
  memset(counters, 0, sizeof(counters));
  ledger = ledger_create(&options);
  disk = ledger_disk_create(ledger, directory);
  ck_assert_int_le(ledger_disk_load(disk, why), LEDGER_DISK_FRESH);
}

static void restart(bool killed) {
  if (!killed)
    save();
  ledger_disk_free(disk);
  ledger_free(ledger);
  open_ledger(NULL);
  shift_us += steady_us; /* another boot */
  steady_us = 90 * CALENDAR_SECOND;
  shift_us -= steady_us;
}

/* All days together have what was used since the first look, and the counters
 * show what the devices do. */
static void compare(void) {
  char path[64];
  sqlite3 *db = NULL;
  sqlite3_stmt *row = NULL;

  for (int i = 0; i < METERS; i++) {
    struct ledger_values v;

    ledger_values_of(ledger, meters[i], now_is(), &v);
    ck_assert_int_eq(v.counted_mwh, llround(shown_wh[i] * 1e3));
  }
  save();
  snprintf(path, sizeof(path), "%s/energy.db", directory);
  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  ck_assert_int_eq(
      sqlite3_prepare_v2(
          db,
          "SELECT device, (SELECT coalesce(sum(mwh), 0) FROM day WHERE "
          "day.account = account.id) + open_mwh FROM account JOIN state ON "
          "state.account = account.id WHERE state.meter > 0",
          -1, &row, NULL),
      SQLITE_OK);
  for (int i = 0; i < METERS; i++) {
    ck_assert_int_eq(sqlite3_step(row), SQLITE_ROW);
    ck_assert_msg(sqlite3_column_int64(row, 1) ==
                      llround((shown_wh[i] - 1001) * 1e3),
                  "%s: %lld mWh in days, %g used", sqlite3_column_text(row, 0),
                  (long long)sqlite3_column_int64(row, 1), shown_wh[i] - 1001);
  }
  sqlite3_finalize(row);
  sqlite3_close(db);
}

static int64_t number(const char *text) {
  char path[64];
  sqlite3 *db = NULL;
  sqlite3_stmt *row = NULL;
  int64_t found;

  snprintf(path, sizeof(path), "%s/energy.db", directory);
  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  ck_assert_int_eq(sqlite3_prepare_v2(db, text, -1, &row, NULL), SQLITE_OK);
  ck_assert_int_eq(sqlite3_step(row), SQLITE_ROW);
  found = sqlite3_column_int64(row, 0);
  sqlite3_finalize(row);
  sqlite3_close(db);
  return found;
}

static void begin(void) {
  start();
  memset(meters, 0, sizeof(meters));
  memset(counters, 0, sizeof(counters));
  for (int i = 0; i < METERS; i++)
    shown_wh[i] = 1000;
  steady_us = 3000 * CALENDAR_SECOND;
  set_clock("2026-03-01T12:00:00+01:00");
  pass(90);
  save();
  compare();
}

static struct ledger_values of_first(void) {
  struct ledger_values v;

  ledger_values_of(ledger, meters[0], now_is(), &v);
  return v;
}

/* A year ahead for half an hour, and back: believed again after a day. */
START_TEST(a_year_ahead_and_back) {
  begin();
  set_clock("2027-03-01T13:30:00+01:00");
  pass(30);
  save();
  set_clock("2026-03-01T14:00:00+01:00");
  pass(60);
  ck_assert(!of_first().trusted);
  if (_i > 0)
    restart(_i > 1);
  pass(1441);
  ck_assert(of_first().trusted);
  compare();
  /* the days of before are there */
  ck_assert_int_eq(of_first().month_mwh,
                   llround((shown_wh[0] - 1001 - 30) * 1e3));
  restart(false);
  pass(1);
  ck_assert_int_eq(of_first().month_mwh,
                   llround((shown_wh[0] - 1001 - 30) * 1e3));
}
END_TEST

/* Never set: what is held back may outlive the daemon, however it ends. */
START_TEST(a_clock_that_was_never_set) {
  begin();
  set_clock("1970-01-01T00:05:00+00:00");
  pass(200);
  save();
  pass(2);
  for (int i = 0; i < 3; i++) {
    restart((_i >> i & 1) != 0);
    set_clock("1970-01-01T00:01:30+00:00");
    pass(5);
    save();
    pass(2);
  }
  set_clock("2026-03-01T22:00:00+01:00");
  pass(3);
  compare();
  ck_assert_int_eq(of_first().today_mwh, llround((shown_wh[0] - 1001) * 1e3));
  restart(true);
  pass(3);
  compare();
}
END_TEST

/* An hour back: it is behind what is booked until it has caught up. */
START_TEST(an_hour_back) {
  begin();
  set_clock("2026-03-01T12:30:00+01:00");
  pass(30);
  save();
  pass(2);
  restart(_i > 0);
  pass(61);
  ck_assert(of_first().trusted);
  compare();
}
END_TEST

/* A machine whose clock stands still while it is off: what was measured before
 * the network told the time is booked to when it was used. */
START_TEST(a_clock_that_goes_on_where_it_stopped) {
  begin();
  set_clock("2026-03-02T09:58:00+01:00");
  pass(1);
  save();
  restart(_i > 0);
  set_clock("2026-03-02T03:00:00+01:00");
  pass(60);
  set_clock("2026-03-02T11:00:00+01:00");
  pass(1);
  compare();
  ck_assert_int_eq(number("SELECT sum(mwh) FROM slot WHERE account = 1 AND "
                          "start_utc = 1772442000"), /* 10:00 */
                   59500); /* and half a Wh in the minute before */
}
END_TEST

/* So much is held back that it is held together. */
START_TEST(days_without_a_clock) {
  begin();
  set_clock("2000-01-01T00:00:00+00:00");
  pass(60 * 24 * 10);
  ck_assert_uint_le(ledger->held_num, METERS * (10 * 24 * 4 + 2));
  set_clock("2026-03-11T13:30:00+01:00");
  pass(1);
  compare();
  ck_assert_int_eq(of_first().yesterday_mwh, 24 * 60 * 1000);
}
END_TEST

/* Charges of the days that are, and no slot that is thrown away. */
START_TEST(nothing_is_thrown_away_for_years_that_did_not_come) {
  int64_t slots;

  begin();
  ledger->tariffs.items[0].charges =
      calloc(1, sizeof(*ledger->tariffs.items[0].charges));
  ck_assert_ptr_nonnull(ledger->tariffs.items[0].charges);
  ledger->tariffs.items[0].charges_num = 1;
  ledger->tariffs.items[0].charges[0] =
      (struct tariff_charge){.per = PER_DAY, .amount = 1, .months = ALL_MONTHS};
  slots = number("SELECT count(*) FROM slot");
  set_clock("2029-07-01T13:30:00+02:00");
  pass(3 * 1440);
  save();
  ck_assert_int_ge(number("SELECT count(*) FROM slot"), slots);
  set_clock("2026-03-04T14:00:00+01:00");
  pass(2 * 1440);
  save();
  compare();
  ck_assert_int_ge(number("SELECT count(*) FROM day WHERE account = 0 AND "
                          "local_date BETWEEN 20514 AND 20518"),
                   3); /* 2026-03-02 to 06 */
}
END_TEST

/* A machine without a battery on its first day: its clock shows when its image
 * was made, which is before the program was built. */
START_TEST(before_the_program_was_built) {
  start();
  ledger_disk_free(disk);
  ledger_free(ledger);
  open_ledger("2026-02-20T00:00:00+00:00");
  for (int i = 0; i < METERS; i++)
    shown_wh[i] = 1000;
  steady_us = 3000 * CALENDAR_SECOND;
  set_clock("2026-02-01T12:00:00+00:00");
  pass(90);
  ck_assert(!of_first().trusted);
  if (_i == 0) { /* the network tells the time */
    set_clock("2026-03-01T12:00:00+00:00");
    pass(1);
    ck_assert(of_first().trusted);
    compare();
    ck_assert_int_eq(number("SELECT count(*) FROM slot WHERE start_utc < "
                            "1772359200"), /* 2026-03-01 10:00 */
                     0);
    return;
  }
  pass(1440); /* who built it had a clock that was ahead */
  ck_assert(of_first().trusted);
  compare();
}
END_TEST

static void fill(TCase *t) {
  tcase_set_timeout(t, 120);
  tcase_add_checked_fixture(t, NULL, end);
  tcase_add_loop_test(t, a_year_ahead_and_back, 0, 3);
  tcase_add_loop_test(t, a_clock_that_was_never_set, 0, 8);
  tcase_add_loop_test(t, an_hour_back, 0, 2);
  tcase_add_loop_test(t, a_clock_that_goes_on_where_it_stopped, 0, 2);
  tcase_add_test(t, days_without_a_clock);
  tcase_add_loop_test(t, before_the_program_was_built, 0, 2);
  tcase_add_test(t, nothing_is_thrown_away_for_years_that_did_not_come);
}

int main(void) { return suite_run("ledger, the clock", fill); }
