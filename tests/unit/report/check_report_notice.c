/* SPDX-License-Identifier: MIT */
/* A report as a notification of collectd: a line that fits, and figures. */
#include <config.h>

#include "report/report_notice.h"

#include "../support/suite.h"

#include "base/text.h"
#include "energy/calendar.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Saturday, 28 November 2026 */
static struct report saturday(struct report_item *items, size_t num) {
  struct report r = {.kind = REPORT_DAY,
                     .currency = "EUR",
                     .decimals = 2,
                     .items = items,
                     .items_num = num,
                     .known = (unsigned)num,
                     .active = (unsigned)num,
                     .kwh = 3.5,
                     .cost = 1.05,
                     .usual = 2.5,
                     .month_kwh = 80,
                     .month_cost = 24,
                     .forecast_kwh = 86,
                     .forecast_cost = 25.71,
                     .covered = 100};

  ck_assert(calendar_parse_date("2026-11-28", &r.first));
  r.last = r.first;
  return r;
}

static struct report_item item(char *name, double kwh, double cost) {
  return (struct report_item){
      .name = name, .kwh = kwh, .cost = cost, .usual = NAN};
}

static const char *field(const struct report_notice *n, const char *name) {
  for (unsigned i = 0; i < n->fields_num; i++)
    if (strcmp(n->fields[i].name, name) == 0)
      return n->fields[i].value;
  return "-";
}

START_TEST(test_day) {
  char washer[] = "Washer", fridge[] = "Fridge";
  struct report_item items[] = {item(washer, 3, 0.9), item(fridge, 0.5, 0.15)};
  struct report r = saturday(items, ROWS(items));
  struct report_notice n;

  report_notice(&r, &n);
  ck_assert_str_eq(n.instance, "daily");
  ck_assert_str_eq(n.message,
                   "Saturday: 3.50 kWh, 1.05 EUR, 40 % above usual. Washer: "
                   "3.00 kWh, 0.90 EUR. Fridge: 0.50 kWh, 0.15 EUR. Month so "
                   "far: 80.0 kWh, 24.00 EUR; about 25.71 EUR by its end");
  ck_assert_str_eq(field(&n, "Period"), "day");
  ck_assert_str_eq(field(&n, "From"), "2026-11-28");
  ck_assert_str_eq(field(&n, "To"), "2026-11-28");
  ck_assert_str_eq(field(&n, "Energy"), "3.50 kWh");
  ck_assert_str_eq(field(&n, "Cost"), "1.05 EUR");
  ck_assert_str_eq(field(&n, "Usual"), "2.50 kWh");
  ck_assert_str_eq(field(&n, "Forecast"), "25.71 EUR");
  ck_assert_uint_eq(n.fields_num, REPORT_NOTICE_FIELDS);
}
END_TEST

START_TEST(test_what_is_not_known_is_left_out) {
  struct report r = saturday(NULL, 0);
  struct report_notice n;

  r.kind = REPORT_WEEK;
  r.first -= 6;
  r.currency[0] = '\0';
  r.usual = r.forecast_kwh = r.forecast_cost = NAN;
  report_notice(&r, &n);
  ck_assert_str_eq(n.instance, "weekly");
  ck_assert_str_eq(field(&n, "Period"), "week");
  ck_assert_str_eq(field(&n, "From"), "2026-11-22");
  ck_assert_str_eq(field(&n, "Energy"), "3.50 kWh");
  ck_assert_uint_eq(n.fields_num, 4);
  r.kind = REPORT_MONTH;
  report_notice(&r, &n);
  ck_assert_str_eq(n.instance, "monthly");
  snprintf(r.nothing, sizeof(r.nothing), "There are no figures: why");
  report_notice(&r, &n);
  ck_assert_str_eq(n.message,
                   "22 to 28 November 2026: no figures. There are no figures: "
                   "why");
  ck_assert_str_eq(field(&n, "Energy"), "-");
}
END_TEST

/* Names as long as they get, in letters of two bytes. */
START_TEST(test_it_fits_by_whole_sentences) {
  char name[127] = "";
  struct report_item items[3];
  struct report r;
  struct report_notice n;

  for (int i = 0; i < 63; i++)
    memcpy(name + 2 * i, "\xc3\xbc", 3);
  for (size_t i = 0; i < ROWS(items); i++)
    items[i] = item(name, 1, 0.3);
  r = saturday(items, ROWS(items));
  report_notice(&r, &n);
  ck_assert_uint_lt(strlen(n.message), sizeof(n.message));
  ck_assert_uint_eq(text_cut(n.message, sizeof(n.message)), strlen(n.message));
  ck_assert_ptr_nonnull(strstr(n.message, "40 % above usual. \xc3\xbc"));
  ck_assert_str_eq(n.message + strlen(n.message) - 8, "0.30 EUR");
  memset(r.nothing, 'x', sizeof(r.nothing) - 1);
  report_notice(&r, &n);
  ck_assert_str_eq(n.message, "Saturday, 28 November 2026: no figures");
}
END_TEST

static void fill(TCase *t) {
  tcase_add_test(t, test_day);
  tcase_add_test(t, test_what_is_not_known_is_left_out);
  tcase_add_test(t, test_it_fits_by_whole_sentences);
}

int main(void) {
  setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  tzset();
  return suite_run("report notice", fill);
}
