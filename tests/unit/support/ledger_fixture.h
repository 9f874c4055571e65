/* SPDX-License-Identifier: MIT */
/* A ledger with a file, a tariff of 0.50 EUR a kWh, and a clock in the test's
 * hands. */
#ifndef TESTS_LEDGER_FIXTURE_H
#define TESTS_LEDGER_FIXTURE_H

#include "energy/ledger/ledger.h"
#include "energy/ledger/ledger_disk.h"
#include "energy/ledger/ledger_query.h"

#include "suite.h"

#include <math.h>
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

/* One price, always; NAN: one that is not known yet. */
static void make_tariff(struct tariffs *set, double rate) {
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
  t->components[0].base =
      (struct tariff_rate){.given = true, .rate = isnan(rate) ? 0 : rate};
  t->components[0].prices = (struct tariff_prices){.given = isnan(rate),
                                                   .factor = 1,
                                                   .max = NAN,
                                                   .min = NAN,
                                                   .fallback = NAN};
  ck_assert_int_eq(tariff_finish(t), 0);
  *set = (struct tariffs){t, 1};
}

static void start_at(double rate) {
  struct ledger_options options = {.billing_day = 1};
  char why[LEDGER_DISK_WHY];

  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
  snprintf(directory, sizeof(directory), "/tmp/check_query.XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(directory));
  make_tariff(&options.tariffs, rate);
  ledger = ledger_create(&options);
  disk = ledger_disk_create(ledger, directory);
  ck_assert_int_eq(ledger_disk_load(disk, why), LEDGER_DISK_FRESH);
}

static inline void start(void) { start_at(0.5); }

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
static inline void use(void) {
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

static inline struct ledger_sum sum(const char *device, const char *plug,
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

#endif
