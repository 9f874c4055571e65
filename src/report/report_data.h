/* SPDX-License-Identifier: MIT */
/* The figures of a report about a day, a week or a billing month, as the
 * ledger has them. One thread. */
#ifndef REPORT_REPORT_DATA_H
#define REPORT_REPORT_DATA_H

#include "energy/ledger/ledger_query.h"
#include "report/report_alerts.h"
#include "report/report_kind.h"

#include <stdbool.h>

enum {
  REPORT_COMPARED = 4, /* days of the same weekday */
  REPORT_TOP = 5,
  REPORT_LOWS = 40,
  REPORT_HARDER = 2,
  REPORT_CYCLES_NAME = 132,
  REPORT_NOTHING = LEDGER_QUERY_WHY + 80,
};

/* A device, or an outlet of a strip. kWh, and units of the currency. */
struct report_item {
  char *name;
  bool in_it; /* something is known of it in the time of the report */
  double kwh, cost;
  struct report_before {
    unsigned days; /* something is known of so many, */
    int last_day;  /* the latest of them */
    double kwh;
  } before[REPORT_COMPARED];
  double usual; /* kWh; NAN: nothing to compare with */
  int first_day;
  double slots_s; /* seconds whose power is known, see report_standby.h, */
  double least_w; /* and the least of it; 0: none, or not known */
  double lows[REPORT_LOWS]; /* W, of days that were seen; so many of them: */
  unsigned lows_num;
};

struct report {
  enum report_kind kind;
  int first, last;              /* local days */
  char currency[CURRENCY_SIZE]; /* "": there are no costs */
  unsigned decimals;
  struct report_item *items; /* largest first */
  size_t items_num, items_room;
  unsigned known, active; /* items in it; those that used something */
  double kwh, cost;       /* of the site, fixed charges in */
  double produced_kwh, unpriced_kwh;
  double usual;                 /* kWh, as above */
  double month_kwh, month_cost; /* of the month it lies in, up to its end */
  double to_minimum; /* in month_cost, and in cost of a month: what energy cost
                        less than the minimum so far */
  double forecast_kwh, forecast_cost; /* NAN: that month is over, or new */
  struct {
    char *name; /* NULL: not known */
    double watts;
    int64_t at_us;
  } peak; /* the highest of one device */
  struct {
    double watts;
    double cost_year;               /* NAN: not known */
    const struct report_item *most; /* who takes most of it, or NULL */
  } standby;
  struct report_cycles {
    char name[REPORT_CYCLES_NAME];
    unsigned count;
    double kwh, cost;     /* NAN: not known of all of them */
  } cycles[REPORT_TOP];   /* finished ones; most of them first */
  unsigned cycles_listed; /* of the array, */
  unsigned cycles_num;    /* and how many appliances have some */
  struct report_harder {
    const struct report_item *item;
    int first, last;       /* local days on which it worked harder, */
    double kwh, usual;     /* what it took on a mean one of them, and before */
  } harder[REPORT_HARDER]; /* weeks; those with most more of it first, */
  unsigned harder_num;     /* and how many there are */
  struct {
    int64_t at_us; /* weeks; 0: there is none */
    double kwh, usual;
  } unusual_hour;
  struct report_alerts alerts;
  double covered;               /* percent; NAN: nothing is known */
  char nothing[REPORT_NOTHING]; /* why there are no figures; "": there are */
  const char *closing;          /* lines below it, or NULL; borrowed */
};

/* The days that a kind's report about day is of; months begin at billing_day.
 */
void report_days(enum report_kind kind, int day, unsigned billing_day,
                 int *first, int *last);

/* The billing month in which a report ends. */
struct report_month {
  unsigned billing_day;
  double
      minimum; /* what its energy costs at least, as a whole; 0: no minimum */
  int today;
  int64_t now_us; /* days that are not over count as far as they have come */
};

/* Fills r, whose kind, first and last are set. False with why when the ledger
 * could not be read. report_data_free() in both cases. */
bool report_data_make(struct report *r, const struct report_month *month,
                      struct ledger_query *q, char why[LEDGER_QUERY_WHY]);
void report_data_free(struct report *r);
/* A device, or an outlet of it; NULL: it is not in the report. */
struct report_item *report_item(struct report *r, const char *device,
                                const char *plug);

/* Sorts them; NAN where there are none. */
double report_median(double *numbers, size_t num);
/* Change against what is usual, in percent; NAN: not known. */
double report_change(double now, double usual);

#endif
