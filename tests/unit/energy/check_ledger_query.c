/* SPDX-License-Identifier: MIT */
/* What a reader of the ledger's file is told, while it is being written and
 * afterwards. */
#include <config.h>

#include "energy/ledger/ledger_query.h"

#include "energy/ledger/ledger_internal.h"

#include "../support/ledger_fixture.h"

#include <sqlite3.h>
#include <string.h>

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

/* 0.10 a day. Energy cost 0.90 by then, and less than that a day. */
START_TEST(the_minimum_of_the_month_is_in_the_file) {
  struct ledger_now now = at("2026-01-16T02:00:00+01:00");
  struct ledger_values v;
  char why[LEDGER_QUERY_WHY];
  struct ledger_query *q;

  ledger->tariffs.items[0].minimum = 0.1;
  ledger->tariffs.items[0].minimum_per = PER_DAY;
  use();
  ledger_values_total(ledger, now, &v);
  ck_assert_int_eq(v.month_cost, 1600000);
  ck_assert_int_eq(v.today_cost, 300000);
  ck_assert_msg(isnan(v.forecast), "%f", v.forecast); /* no full day yet */
  ck_assert_int_eq(ledger_disk_save(disk, why), LEDGER_DISK_OK);
  q = ledger_query_open(directory, why);
  ck_assert_msg(q != NULL, "%s", why);
  ck_assert_int_eq(ledger_query_minimum(q, day_of("2026-01-01")), 3100000);
  ck_assert_int_eq(ledger_query_minimum(q, day_of("2026-02-01")), -1);
  ledger_query_close(q);
  /* one full day, of 0.30: fifteen more of them are above the minimum */
  ledger_values_total(ledger, at("2026-01-17T00:00:00+01:00"), &v);
  ck_assert_int_eq(v.month_cost, 1700000);
  ck_assert_msg(fabs(v.forecast - (0.9 + 15 * 0.3)) < 1e-9, "%f", v.forecast);
}
END_TEST

/* 24 kWh a day that no plug sees: by noon of the tenth the site is far beyond
 * the 10 kWh that cost less, and before noon of the first it is not. */
START_TEST(what_no_plug_sees_moves_the_price) {
  struct tariff *t = &ledger->tariffs.items[0];
  struct tariff_rate *base = &t->components[0].base;
  struct ledger_values v;
  char why[LEDGER_DISK_WHY];

  base->tiers = calloc(2, sizeof(*base->tiers));
  ck_assert_ptr_nonnull(base->tiers);
  base->tiers_num = 2;
  base->tiers[0] = (struct tariff_tier){.up_to = 10, .rate = 0.2};
  base->tiers[1] = (struct tariff_tier){.up_to = (double)INFINITY, .rate = 0.4};
  t->other_use = 24;
  ledger_values_total(ledger, at("2026-01-01T09:30:00+01:00"), &v);
  ck_assert_double_eq_tol(v.price, 0.2, 1e-9);
  ledger_values_total(ledger, at("2026-01-01T10:30:00+01:00"), &v);
  ck_assert_double_eq_tol(v.price, 0.4, 1e-9);
  use();
  for (int i = 0; i < 2; i++) /* a gap is priced when all have told of it */
    ck_assert_int_eq(ledger_disk_save(disk, why), LEDGER_DISK_OK);
  ledger_values_total(ledger, at("2026-01-16T00:30:00+01:00"), &v);
  ck_assert_double_eq_tol(v.price, 0.4, 1e-9);
  ck_assert_int_eq(v.yesterday_cost, 480000); /* 1.2 kWh */
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
  tcase_add_test(t, the_minimum_of_the_month_is_in_the_file);
  tcase_add_test(t, what_no_plug_sees_moves_the_price);
  tcase_add_test(t, no_ledger_is_said_with_its_place);
  tcase_add_test(t, a_newer_ledger_is_left_alone);
}

int main(void) { return suite_run("ledger_query", fill); }
