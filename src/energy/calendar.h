/* SPDX-License-Identifier: MIT */
/* Local days, billing months and moments. Days are numbered from 1970-01-01
 * (day 0), moments are microseconds since then in UTC; the zone is the
 * process's own (TZ). Safe from any thread. */
#ifndef ENERGY_CALENDAR_H
#define ENERGY_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CALENDAR_SECOND INT64_C(1000000)
#define CALENDAR_HOUR (3600 * CALENDAR_SECOND)
#define CALENDAR_DAY (24 * CALENDAR_HOUR)

enum { CALENDAR_DATE_SIZE = 16, CALENDAR_MOMENT_SIZE = 40 };

/* What a clock on the wall shows. */
struct calendar_local {
  int day;         /* its number */
  unsigned second; /* of the day, by the clock on the wall */
  int offset;      /* seconds east of UTC */
};

struct calendar_local calendar_local_of(int64_t us);

/* The moment at which a local day begins. */
int64_t calendar_day_start(int day);

/* The first moment after us at which the clock on the wall shows second of
 * the same day or, for 86400, at which the next day begins; or at which the
 * zone's offset changes before that. */
int64_t calendar_next(int64_t us, unsigned second);

/* -- dates -- */

int calendar_day_of(int year, unsigned month, unsigned mday);
void calendar_date_of(int day, int *year, unsigned *month, unsigned *mday);
unsigned calendar_weekday(int day); /* 0: Monday */
/* "Mon" to "Sun", NULL */
extern const char *const calendar_weekdays[];
unsigned calendar_month_days(int year, unsigned month);
int calendar_easter(int year); /* the day of Easter Sunday */
unsigned calendar_year_days(int year);

/* "2026-10-25" */
void calendar_format_date(int day, char out[CALENDAR_DATE_SIZE]);
/* "2026-10-25": whether all of text is a date. */
bool calendar_parse_date(const char *text, int *day);

/* -- months by BillingDay: 29 to 31 are the last day of shorter ones -- */

struct calendar_billing {
  int start; /* its first day */
  int end;   /* the first day of the next one */
};
struct calendar_billing calendar_billing_of(int day, unsigned billing_day);

/* -- moments -- */

/* ISO 8601 with a zone ("Z", "+01:00"): whether all of text is one. */
bool calendar_parse_moment(const char *text, int64_t *us);
/* "2026-10-25T02:00:00+02:00", local time. */
void calendar_format_moment(int64_t us, char out[CALENDAR_MOMENT_SIZE]);

#endif
