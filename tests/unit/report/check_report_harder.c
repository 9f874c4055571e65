/* SPDX-License-Identifier: MIT */
/* Which fridges and freezers a week's report says to work harder. */
#include <config.h>

#include "appliance/appliance_state.h"
#include "energy/ledger/ledger_note.h"
#include "report/report_make.h"
#include "report/report_words.h"

#include "../support/ledger_fixture.h"

/* A letter a day, three weeks up to Sunday, 22 November 2026: usually 1 kWh */
static const struct {
  const char *days;
  const char *says; /* "": nothing */
  bool warm;
} stories[] = {
    {"nnnnnnnnnnnnnnnnnnnnnn", "", false},
    {"nnnnnnnnnnnnnnnnnnnhhn",
     "Freezer took 1.50 kWh a day on Friday and Saturday, usually 1.00. "
     "Is its door tight, is there ice?",
     false},
    {"nnnnnnnnnnnnnnnnnnnhhn", "", true},
    {"nnnnnnnnnnnnnnnnhhhhhh",
     "Freezer took 1.50 kWh a day from Tuesday to Sunday, usually 1.00. "
     "Is its door tight, is there ice?",
     false},
    /* one day, two that do not follow, and less than 1.4 times */
    {"nnnnnnnnnnnnnnnnnnnnhn", "", false},
    {"nnnnnnnnnnnnnnnnnnhnhn", "", false},
    {"nnnnnnnnnnnnnnnnnnnbbb", "", false},
    /* of the week before: it has been told */
    {"nnnnnnnnnnnnnhhnnnnnnn", "", false},
    /* ... and over its end: the second day is what is told */
    {"nnnnnnnnnnnnnnhhnnnnnn",
     "Freezer took 1.50 kWh a day on Sunday and Monday, usually 1.00. "
     "Is its door tight, is there ice?",
     false},
    /* seven days are enough, six are not; half a day is none, and neither is
       that on which counting began */
    {"...........nnnnnnnnhh.",
     "Freezer took 1.50 kWh a day on Friday and Saturday, usually 1.00. "
     "Is its door tight, is there ice?",
     false},
    {"............nnnnnnnhh.", "", false},
    {"...........n:nnnnnnhh.", "", false},
    {"nnnnnnnnnnnnnnnnnnnhH.", "", false},
    /* was off before */
    {"0000000000000000000hh.", "", false},
};
enum { DAYS = 22 };

static const struct {
  char letter;
  double kwh, hours; /* from midnight on */
} kinds[] = {{'n', 1, 24},   {'h', 1.5, 24}, {'b', 1.35, 24}, {'.', 0, 0},
             {':', 0.5, 12}, {'H', 1.2, 19}, {'0', 0, 24}};

static void live_day(struct ledger_meter *m, struct counter *c, int day,
                     char letter, double *wh) {
  int64_t begin = calendar_day_start(day);
  size_t k = 0;

  while (kinds[k].letter != letter)
    k++;
  for (int hour = 0; hour <= (int)kinds[k].hours; hour++) {
    int64_t us = begin + hour * CALENDAR_HOUR;
    const struct ledger_now now = {us, us};

    if (kinds[k].hours == 0)
      continue;
    *wh += hour > 0 ? kinds[k].kwh * 1000 / kinds[k].hours : 0;
    counter_add_total(c, *wh, (uint64_t)now.steady_us);
    /* what was in between is not known of: the counter stood still */
    ledger_book(ledger, m, c, hour > 0 ? c->from_us : us, 0, now);
  }
}

static void live(const char *days, bool warm) {
  const struct appliance a = {.cold = !warm};
  char *note = appliance_state_write(&a, (struct appliance_clocks){1, 1});
  int first = day_of("2026-11-22") - DAYS + 1;
  struct counter c = {0};
  struct ledger_meter *m;
  char why[LEDGER_DISK_WHY];
  double wh = 0;
  int64_t before = calendar_day_start(first - 1);

  m = ledger_meter(ledger, "f", 0, "HS110", false, &c,
                   (struct ledger_now){before, before});
  ledger_name(ledger, m, "Freezer", "");
  for (int i = 0; i < DAYS; i++)
    live_day(m, &c, first + i, days[i], &wh);
  ck_assert(ledger_note_put(ledger, "appliance", "f/0", note));
  free(note);
  ck_assert_int_eq(ledger_disk_save(disk, why), LEDGER_DISK_OK);
}

/* What the line of that name says; "": it is not there. */
static void line_of(enum report_kind kind, const char *name,
                    char out[REPORT_LINE]) {
  struct report r = {.kind = kind};
  char why[LEDGER_QUERY_WHY], line[REPORT_LINE];
  struct ledger_query *q = ledger_query_open(directory, why);
  const struct report_sources from = {.ledger = q, .billing_day = 1};
  const char *is;

  ck_assert_msg(q != NULL, "%s", why);
  report_days(kind, day_of("2026-11-22"), 1, &r.first, &r.last);
  ck_assert_msg(report_make(&r, &from, why), "%s", why);
  out[0] = '\0';
  for (unsigned i = 0; report_words_fact(&r, i, &is, line); i++)
    if (strcmp(is, name) == 0)
      snprintf(out, REPORT_LINE, "%s", line);
  report_data_free(&r);
  ledger_query_close(q);
}

START_TEST(it_works_harder_two_days_running) {
  char line[REPORT_LINE];

  start();
  live(stories[_i].days, stories[_i].warm);
  line_of(REPORT_WEEK, "Works harder", line);
  ck_assert_msg(strcmp(line, stories[_i].says) == 0, "%s: \"%s\"",
                stories[_i].days, line);
  line_of(REPORT_DAY, "Works harder", line);
  ck_assert_str_eq(line, "");
  end();
}
END_TEST

static void fill(TCase *t) {
  tcase_add_loop_test(t, it_works_harder_two_days_running, 0,
                      sizeof(stories) / sizeof(stories[0]));
}

int main(void) { return suite_run("report: works harder", fill); }
