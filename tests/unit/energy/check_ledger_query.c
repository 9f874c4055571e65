/* SPDX-License-Identifier: MIT */
/* What a reader of the ledger's file is told, while it is being written and
 * afterwards. */
#include <config.h>

#include "energy/ledger/ledger_query.h"

#include "energy/ledger/ledger.h"
#include "energy/ledger/ledger_disk.h"

#include "../support/suite.h"

#include <math.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct ledger *ledger;
static struct ledger_disk *disk;
static char directory[32];

static struct ledger_now at(const char *moment) {
  int64_t us = 0;

  ck_assert(calendar_parse_moment(moment, &us));
  return (struct ledger_now){.steady_us = us, .wall_us = us};
}

static int day_of(const char *date) {
  int day = 0;

  ck_assert(calendar_parse_date(date, &day));
  return day;
}

/* 0.50 a kWh, always. */
static void make_tariff(struct tariffs *set) {
  struct tariff *t = calloc(1, sizeof(*t));

  ck_assert_ptr_nonnull(t);
  *t = (struct tariff){.from = TARIFF_ALWAYS,
                       .currency = "EUR",
                       .billing_day = 1,
                       .minimum = NAN};
  t->components = calloc(1, sizeof(*t->components));
  ck_assert_ptr_nonnull(t->components);
  t->components_num = 1;
  snprintf(t->components[0].name, TARIFF_NAME_SIZE, "energy");
  t->components[0].base = (struct tariff_rate){.given = true, .rate = 0.5};
  ck_assert_int_eq(tariff_finish(t), 0);
  *set = (struct tariffs){t, 1};
}

static void start(void) {
  struct ledger_options options = {.billing_day = 1};
  char why[LEDGER_DISK_WHY];

  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
  snprintf(directory, sizeof(directory), "/tmp/check_query.XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(directory));
  make_tariff(&options.tariffs);
  ledger = ledger_create(&options);
  disk = ledger_disk_create(ledger, directory);
  ck_assert_int_eq(ledger_disk_load(disk, why), LEDGER_DISK_FRESH);
}

static void end(void) {
  static const char *const names[] = {"energy.db", "energy.db-wal",
                                      "energy.db-shm"};
  char path[64];

  ledger_disk_free(disk);
  ledger_free(ledger);
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    snprintf(path, sizeof(path), "%s/%s", directory, names[i]);
    unlink(path);
  }
  rmdir(directory);
}

/* 1000 Wh of a heater and 200 of a lamp, an hour of each before midnight and
 * half of one after. */
static void use(void) {
  struct ledger_now from = at("2026-01-15T23:00:00+01:00");
  struct ledger_now to = at("2026-01-16T00:30:00+01:00");
  struct counter heater = {0};
  struct counter lamp = {0};
  struct ledger_meter *m =
      ledger_meter(ledger, "a", 0, "HS110", false, &heater, from);
  struct ledger_meter *n =
      ledger_meter(ledger, "b", 1, "HS300", false, &lamp, from);
  char why[LEDGER_DISK_WHY];

  ledger_name(ledger, m, "Heater", "");
  ledger_name(ledger, n, "Strip", "Lamp");
  for (int i = 0; i < 2; i++) {
    struct ledger_now now = i == 0 ? from : to;
    const struct counter_sample s = {.has_total = true,
                                     .total_wh = i * 1500.0,
                                     .has_power = true,
                                     .power_w = 1000};

    counter_feed(&heater, &s, now.steady_us, CALENDAR_HOUR, &heater.flag);
    ledger_book(ledger, m, &heater, heater.from_us, 0, now);
    counter_add_total(&lamp, i * 300.0, (uint64_t)now.steady_us);
    ledger_book(ledger, n, &lamp, lamp.from_us, 0, now);
  }
  ck_assert_int_eq(ledger_disk_save(disk, why), LEDGER_DISK_OK);
}

static struct ledger_sum sum(const char *device, const char *plug,
                             const char *first, const char *last) {
  char why[LEDGER_QUERY_WHY];
  struct ledger_query *q = ledger_query_open(directory, why);
  struct ledger_sum s;

  ck_assert_msg(q != NULL, "%s", why);
  ck_assert_str_eq(ledger_query_currency(q), "EUR");
  ck_assert(
      ledger_query_sum(q, device, plug, day_of(first), day_of(last), &s, why));
  ledger_query_close(q);
  return s;
}

static void check_sums(void) {
  struct ledger_sum s = sum("Heater", NULL, "2026-01-15", "2026-01-15");

  ck_assert_int_eq(s.mwh, 1000000);
  ck_assert_int_eq(s.cost, 500000);
  s = sum("Heater", NULL, "2026-01-16", "2026-01-16");
  ck_assert_int_eq(s.mwh, 500000);
  ck_assert_int_eq(s.cost, 250000);
  ck_assert_int_eq(s.unpriced_mwh, 0);
  s = sum("Strip", "Lamp", "2026-01-01", "2026-01-31");
  ck_assert_int_eq(s.mwh, 300000);
  s = sum("Strip", "Other", "2026-01-01", "2026-01-31");
  ck_assert_uint_eq(s.rows, 0);
  s = sum(NULL, NULL, "2026-01-01", "2026-01-31");
  ck_assert_int_eq(s.mwh, 1800000);
  ck_assert_int_eq(s.cost, 900000);
}

START_TEST(what_is_still_open_is_in_while_it_is_being_written) {
  use();
  check_sums();
}
END_TEST

START_TEST(it_is_read_when_nobody_writes) {
  use();
  ledger_disk_free(disk);
  disk = NULL;
  check_sums();
}
END_TEST

START_TEST(the_highest_power_is_of_its_day) {
  use();
  ck_assert_int_eq(sum("Heater", NULL, "2026-01-16", "2026-01-16").peak_mw,
                   1000000);
  ck_assert_int_eq(sum("Heater", NULL, "2026-01-15", "2026-01-15").peak_mw,
                   1000000);
  ck_assert_int_eq(sum("Strip", NULL, "2026-01-15", "2026-01-16").peak_mw, 0);
}
END_TEST

static bool count(void *arg, const struct ledger_row *row) {
  int64_t *found = arg;

  found[0]++;
  found[1] += row->mwh;
  found[2] += row->seconds;
  ck_assert_str_eq(row->period, "energy:base");
  return true;
}

START_TEST(slots_are_between_two_moments) {
  char why[LEDGER_QUERY_WHY];
  struct ledger_query *q;
  int64_t found[3] = {0};
  int first;
  int last;

  use();
  q = ledger_query_open(directory, why);
  ck_assert_msg(q != NULL, "%s", why);
  ck_assert(ledger_query_slots(q, at("2026-01-15T23:00:00+01:00").wall_us,
                               at("2026-01-16T01:00:00+01:00").wall_us, count,
                               found, why));
  ck_assert_int_eq(found[0], 4);
  ck_assert_int_eq(found[1], 1800000);
  ck_assert_int_eq(found[2], 4 * 3600);
  ck_assert(ledger_query_span(q, &first, &last));
  ck_assert_int_eq(first, day_of("2026-01-15"));
  ck_assert_int_eq(last, day_of("2026-01-16"));
  ledger_query_close(q);
}
END_TEST

START_TEST(no_ledger_is_said_with_its_place) {
  char why[LEDGER_QUERY_WHY];

  ck_assert_ptr_null(ledger_query_open("/nonexistent", why));
  ck_assert_str_eq(why, "/nonexistent/energy.db: No such file or directory");
}
END_TEST

START_TEST(a_newer_ledger_is_left_alone) {
  char why[LEDGER_QUERY_WHY];
  char path[64];
  sqlite3 *db;

  use();
  snprintf(path, sizeof(path), "%s/energy.db", directory);
  ck_assert_int_eq(sqlite3_open(path, &db), SQLITE_OK);
  ck_assert_int_eq(
      sqlite3_exec(db, "PRAGMA user_version = 99", NULL, NULL, NULL),
      SQLITE_OK);
  sqlite3_close(db);
  ck_assert_ptr_null(ledger_query_open(directory, why));
  ck_assert_msg(strstr(why, "newer version") != NULL, "%s", why);
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, start, end);
  tcase_add_test(t, what_is_still_open_is_in_while_it_is_being_written);
  tcase_add_test(t, it_is_read_when_nobody_writes);
  tcase_add_test(t, the_highest_power_is_of_its_day);
  tcase_add_test(t, slots_are_between_two_moments);
  tcase_add_test(t, no_ledger_is_said_with_its_place);
  tcase_add_test(t, a_newer_ledger_is_left_alone);
}

int main(void) { return suite_run("ledger_query", fill); }
