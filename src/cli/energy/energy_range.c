/* SPDX-License-Identifier: MIT */
/* The days a subcommand is asked about: see energy_range.h. */
#include <config.h>

#include "cli/energy/energy_range.h"

#include "base/clock.h"
#include "cli/common/cli.h"

#include <stdio.h>
#include <string.h>

enum { DAYS_MAX = 36525 };

bool energy_range_take(struct energy_range *r, int c, const char *argument) {
  if (c == 'd')
    r->days = argument;
  else if (c == 'm')
    r->month = argument;
  else if (c == 'f')
    r->from = argument;
  else if (c == 'e')
    r->to = argument;
  else
    return false;
  return true;
}

/* "2026-01": the billing month that begins in it. */
static bool month_of(const char *text, const struct energy_place *p, int *first,
                     int *last) {
  char date[CALENDAR_DATE_SIZE];
  struct calendar_billing month;
  int day;
  int year;
  unsigned number;
  unsigned mday;

  if (strlen(text) != 7 ||
      snprintf(date, sizeof(date), "%s-01", text) >= (int)sizeof(date) ||
      !calendar_parse_date(date, &day))
    return false;
  calendar_date_of(day, &year, &number, &mday);
  month =
      energy_place_month(p, day + (int)calendar_month_days(year, number) - 1);
  *first = month.start;
  *last = month.end - 1;
  return true;
}

int energy_range_set(struct energy_range *r, const struct energy_place *p,
                     const char *command) {
  int today = calendar_local_of((int64_t)clock_wall_us()).day;
  double days;

  if ((r->days != NULL) + (r->month != NULL) +
          (r->from != NULL || r->to != NULL) >
      1)
    return cli_usage(command, "only one of --days, --month, --from goes");
  r->first = energy_place_month(p, today).start;
  r->last = today;
  if (r->days != NULL) {
    if (!cli_number(r->days, 1, DAYS_MAX, &days))
      return cli_usage(command,
                       "--days expects a number from 1, found "
                       "\"%.60s\"",
                       r->days);
    r->first = today - (int)days + 1;
  }
  if (r->month != NULL && !month_of(r->month, p, &r->first, &r->last))
    return cli_usage(command,
                     "--month expects a month as in 2026-01, found \"%.60s\"",
                     r->month);
  if (r->from != NULL && !calendar_parse_date(r->from, &r->first))
    return cli_usage(command,
                     "--from expects a date as in 2026-01-15, found \"%.60s\"",
                     r->from);
  if (r->to != NULL && !calendar_parse_date(r->to, &r->last))
    return cli_usage(command,
                     "--to expects a date as in 2026-01-15, found \"%.60s\"",
                     r->to);
  if (r->to != NULL && r->from == NULL)
    r->first = energy_place_month(p, r->last).start;
  if (r->last < r->first)
    return cli_usage(command, "--to expects a day not before --from");
  return CLI_DONE;
}
