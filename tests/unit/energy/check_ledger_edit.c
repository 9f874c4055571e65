/* SPDX-License-Identifier: MIT */
/* Names joined and prices computed anew in a ledger's file, and what the
 * daemon makes of it that has the same ledger in memory. */
#include <config.h>

#include "energy/ledger/ledger_edit.h"
#include "energy/ledger/ledger_reprice.h"

#include "../support/ledger_fixture.h"

static sqlite3 *edit(void) {
  char why[LEDGER_EDIT_WHY];
  sqlite3 *db = ledger_edit_open(directory, why);

  ck_assert_msg(db != NULL, "%s", why);
  return db;
}

static void save(void) {
  char why[LEDGER_DISK_WHY];

  ck_assert_int_eq(ledger_disk_save(disk, why), LEDGER_DISK_OK);
}

/* So that all slots are closed. */
static void let_pass(const char *moment) {
  struct ledger_values v;

  ledger_values_total(ledger, at(moment), &v);
  save();
}

static struct ledger_values total_at(const char *moment) {
  struct ledger_values v;

  ledger_values_total(ledger, at(moment), &v);
  return v;
}

struct told {
  unsigned days;
  int64_t old_cost, new_cost, kept_mwh;
};

static void hear(void *arg, const struct ledger_repriced *day) {
  struct told *t = arg;

  t->days++;
  t->old_cost += day->old_cost;
  t->new_cost += day->new_cost;
  t->kept_mwh += day->kept_mwh;
}

static struct told reprice(double rate, bool unpriced_only, bool apply) {
  struct tariffs set;
  struct told t = {0};
  size_t changed = 0;
  sqlite3 *db = edit();
  struct ledger_reprice how = {.tariffs = &set,
                               .first = day_of("2026-01-15"),
                               .last = day_of("2026-01-16"),
                               .unpriced_only = unpriced_only,
                               .apply = apply};

  make_tariff(&set, rate);
  ck_assert_int_eq(ledger_reprice(db, &how, hear, &t, &changed), SQLITE_OK);
  sqlite3_close(db);
  tariffs_free(&set);
  return t;
}

START_TEST(a_dry_run_changes_nothing) {
  struct told t;

  use();
  let_pass("2026-01-16T02:00:00+01:00");
  t = reprice(0.7, false, false);
  ck_assert_uint_eq(t.days, 2);
  ck_assert_int_eq(t.old_cost, 900000);
  ck_assert_int_eq(t.new_cost, 1260000);
  ck_assert_int_eq(sum(NULL, NULL, "2026-01-15", "2026-01-16").cost, 900000);
}
END_TEST

START_TEST(new_prices_are_in_the_file_and_in_the_daemon) {
  use();
  let_pass("2026-01-16T02:00:00+01:00");
  reprice(0.7, false, true);
  ck_assert_int_eq(sum(NULL, NULL, "2026-01-15", "2026-01-16").cost, 1260000);
  ck_assert_int_eq(sum("Strip", "Lamp", "2026-01-15", "2026-01-15").cost,
                   140000);
  ck_assert_int_eq(total_at("2026-01-16T02:01:00+01:00").month_cost, 900000);
  save();
  ck_assert_int_eq(total_at("2026-01-16T02:02:00+01:00").month_cost, 1260000);
  ck_assert_int_eq(total_at("2026-01-16T02:02:00+01:00").month_mwh, 1800000);
  /* once more the same is no change */
  ck_assert_uint_eq(reprice(0.7, false, true).days, 0);
}
END_TEST

START_TEST(what_waits_to_be_written_is_not_lost_nor_counted_twice) {
  use();
  let_pass("2026-01-16T00:45:00+01:00"); /* the last slot is still open */
  reprice(0.7, false, true);
  (void)total_at("2026-01-16T02:00:00+01:00"); /* closes it in memory */
  save();
  /* 1.2 kWh at 0.7, 0.6 at the daemon's 0.5 */
  ck_assert_int_eq(total_at("2026-01-16T02:02:00+01:00").month_cost, 1140000);
  ck_assert_int_eq(total_at("2026-01-16T02:02:00+01:00").month_mwh, 1800000);
  ck_assert_int_eq(sum(NULL, NULL, "2026-01-15", "2026-01-16").cost, 1140000);
}
END_TEST

START_TEST(what_had_no_price_gets_it_when_that_comes) {
  end();
  start_at(NAN);
  use();
  let_pass("2026-01-16T02:00:00+01:00");
  ck_assert_int_eq(total_at("2026-01-16T02:00:00+01:00").unpriced_mwh, 1800000);
  ck_assert_uint_eq(reprice(NAN, true, true).days, 0);
  ck_assert_int_eq(reprice(0.3, true, true).new_cost, 540000);
  save();
  ck_assert_int_eq(total_at("2026-01-16T02:02:00+01:00").unpriced_mwh, 0);
  ck_assert_int_eq(total_at("2026-01-16T02:02:00+01:00").month_cost, 540000);
  /* a price that is corrected later changes nothing of it */
  ck_assert_uint_eq(reprice(0.9, true, true).days, 0);
}
END_TEST

START_TEST(what_had_a_price_keeps_it_when_that_is_not_known_any_more) {
  struct told t;

  use();
  let_pass("2026-01-16T02:00:00+01:00");
  t = reprice(NAN, false, true);
  ck_assert_int_eq(t.kept_mwh, 1800000);
  ck_assert_int_eq(t.new_cost, t.old_cost);
  ck_assert_int_eq(sum(NULL, NULL, "2026-01-15", "2026-01-16").cost, 900000);
  ck_assert_int_eq(reprice(0.7, false, true).kept_mwh, 0);
  ck_assert_int_eq(sum(NULL, NULL, "2026-01-15", "2026-01-16").cost, 1260000);
}
END_TEST

static enum ledger_rename_result rename_to(const char *old, const char *new,
                                           struct ledger_renamed *r) {
  sqlite3 *db = edit();
  struct ledger_rename how = {.device = old, .new_device = new, .apply = true};
  enum ledger_rename_result done = ledger_rename(db, &how, r);

  sqlite3_close(db);
  return done;
}

START_TEST(a_name_that_was_a_typo_is_joined) {
  struct ledger_now now = at("2026-01-16T00:30:00+01:00");
  struct counter c = {0};
  struct ledger_meter *m;
  struct ledger_renamed r;
  struct ledger_values v;

  use();
  m = ledger_meter(ledger, "a", 0, "HS110", false, &c, now);
  ledger_name(ledger, m, "Heater 2", "");
  save();
  ck_assert_int_eq(rename_to("Heater 2", "Boiler", &r), LEDGER_RENAME_IN_USE);
  ck_assert_int_eq(rename_to("Oven", "Heater", &r), LEDGER_RENAME_UNKNOWN);
  ck_assert_int_eq(rename_to("Heater", "Heater 2", &r), LEDGER_RENAME_OK);
  ck_assert_uint_eq(r.accounts, 1);
  ck_assert(r.joins);
  save();
  ledger_values_of(ledger, m, at("2026-01-16T00:31:00+01:00"), &v);
  ck_assert_int_eq(v.month_mwh, 1500000);
  ck_assert_int_eq(v.counted_mwh, 0); /* no jump */
  ck_assert_int_eq(sum("Heater", NULL, "2026-01-15", "2026-01-16").mwh, 0);
}
END_TEST

static void run_sql(const char *file, const char *text) {
  sqlite3 *db = NULL;

  ck_assert_int_eq(sqlite3_open(file, &db), SQLITE_OK);
  ck_assert_msg(sqlite3_exec(db, text, NULL, NULL, NULL) == SQLITE_OK, "%s",
                sqlite3_errmsg(db));
  sqlite3_close(db);
}

/* The ledger's file is replaced by its copy with costs in dollars. */
static void put_dollars_in_place(void) {
  char path[64];
  char spare[64];
  char text[128];

  snprintf(path, sizeof(path), "%s/energy.db", directory);
  snprintf(spare, sizeof(spare), "%s/spare.db", directory);
  snprintf(text, sizeof(text), "VACUUM INTO '%s'", spare);
  run_sql(path, text);
  run_sql(spare, "UPDATE meta SET value = 'USD' WHERE key = 'currency'");
  run_sql(spare, "UPDATE meta SET value = value - 1 WHERE key = 'batch'");
  ck_assert_int_eq(rename(spare, path), 0);
}

START_TEST(costs_in_another_currency_are_not_summed) {
  struct counter heater = {0};
  struct ledger_now now = at("2026-01-16T03:00:00+01:00");
  struct ledger_meter *m;
  char why[LEDGER_DISK_WHY];
  struct ledger_query *q;
  struct ledger_sum s;

  use();
  let_pass("2026-01-16T02:00:00+01:00");
  put_dollars_in_place();
  m = ledger_meter(ledger, "a", 0, "HS110", false, &heater, now);
  counter_add_total(&heater, 3500, (uint64_t)now.steady_us);
  ledger_book(ledger, m, &heater, heater.from_us, 0, now);
  ck_assert_int_eq(ledger_disk_save(disk, why), LEDGER_DISK_OK);
  ck_assert_msg(strstr(why, "costs in USD") != NULL, "%s", why);
  ck_assert(!total_at("2026-01-16T05:00:00+01:00").has_cost);
  save();
  q = ledger_query_open(directory, why);
  ck_assert_msg(q != NULL, "%s", why);
  ck_assert_str_eq(ledger_query_currency(q), "USD");
  ck_assert(ledger_query_sum(q, "Heater", NULL, day_of("2026-01-15"),
                             day_of("2026-01-16"), &s, why));
  ledger_query_close(q);
  ck_assert_int_eq(s.mwh, 3500000);
  ck_assert_int_eq(s.cost, 750000); /* as it was in that file */
}
END_TEST

/* 0.20 up to 10 kWh, 0.40 from there on. */
static void start_with_tiers(void) {
  struct ledger_options options = {.billing_day = 1};
  struct tariff_rate *base;
  char why[LEDGER_DISK_WHY];

  ledger_disk_free(disk);
  ledger_free(ledger);
  make_tariff(&options.tariffs, 0);
  base = &options.tariffs.items[0].components[0].base;
  base->tiers = calloc(2, sizeof(*base->tiers));
  ck_assert_ptr_nonnull(base->tiers);
  base->tiers_num = 2;
  base->tiers[0] = (struct tariff_tier){.up_to = 10, .rate = 0.2};
  base->tiers[1] = (struct tariff_tier){.up_to = (double)INFINITY, .rate = 0.4};
  ledger = ledger_create(&options);
  disk = ledger_disk_create(ledger, directory);
  ck_assert_int_eq(ledger_disk_load(disk, why), LEDGER_DISK_OK);
}

START_TEST(devices_share_the_tiers_of_a_gap) {
  static const char *const names[] = {"Boiler", "Oven"};
  struct counter counters[2] = {0};
  struct ledger_meter *meters[2];
  struct ledger_values v;

  start_with_tiers();
  for (int i = 0; i < 2; i++)
    meters[i] = ledger_meter(ledger, names[i], 0, "HS110", false, &counters[i],
                             at("2026-01-10T12:00:00+01:00"));
  for (int day = 10; day <= 13; day += 3) /* away for three days */
    for (int i = 0; i < 2; i++) {
      struct ledger_now now = at(day == 10 ? "2026-01-10T12:00:00+01:00"
                                           : "2026-01-13T12:00:00+01:00");

      ledger_name(ledger, meters[i], names[i], "");
      counter_add_total(&counters[i], day == 10 ? 0 : 12000,
                        (uint64_t)now.steady_us);
      ledger_book(ledger, meters[i], &counters[i], counters[i].from_us, 0, now);
    }
  save(); /* others may still come */
  save();
  ledger_values_total(ledger, at("2026-01-13T12:00:00+01:00"), &v);
  ck_assert_int_eq(v.unpriced_mwh, 0);
  ck_assert_int_eq(v.month_cost, 7600000); /* 10 kWh and 14 kWh */
  for (int i = 0; i < 2; i++) {
    ledger_values_of(ledger, meters[i], at("2026-01-13T12:00:00+01:00"), &v);
    ck_assert_int_eq(v.month_cost, 3800000);
  }
}
END_TEST

static void fill(TCase *t) {
  tcase_add_checked_fixture(t, start, end);
  tcase_add_test(t, a_dry_run_changes_nothing);
  tcase_add_test(t, new_prices_are_in_the_file_and_in_the_daemon);
  tcase_add_test(t, what_waits_to_be_written_is_not_lost_nor_counted_twice);
  tcase_add_test(t, what_had_no_price_gets_it_when_that_comes);
  tcase_add_test(t, what_had_a_price_keeps_it_when_that_is_not_known_any_more);
  tcase_add_test(t, a_name_that_was_a_typo_is_joined);
  tcase_add_test(t, costs_in_another_currency_are_not_summed);
  tcase_add_test(t, devices_share_the_tiers_of_a_gap);
}

int main(void) { return suite_run("ledger_edit", fill); }
