/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "report/report_data.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  WEEK = 7,
  BEFORE = 70, /* days before the report that are looked at */
  DAYS_MAX = BEFORE + 40,
  FORECAST_DAYS = 14,
};
static const double MWH = 1e-6;   /* to kWh */
static const double MICRO = 1e-6; /* to the currency's unit */
/* Less is a measuring error, no change worth a percentage. */
static const double COMPARABLE_KWH = 0.01;
/* A week or month of which less was known is no comparison: of the first days
 * of a new installation there are only some. */
static const double COMPARABLE_DAYS = 0.9;

struct gathering {
  struct report *report;
  int begin; /* day of site[0] */
  struct {
    bool known;
    double kwh, cost, charges; /* charges are in cost */
  } site[DAYS_MAX];
  struct calendar_billing month;
  const struct report_month *given;
  struct calendar_billing before; /* weeks, months: the one before */
  double covered_us;
  bool out_of_memory;
};

void report_days(enum report_kind kind, int day, unsigned billing_day,
                 int *first, int *last) {
  struct calendar_billing month = calendar_billing_of(day, billing_day);

  *first = *last = day;
  if (kind == REPORT_WEEK) {
    *first = day - (int)calendar_weekday(day);
    *last = *first + WEEK - 1;
  } else if (kind == REPORT_MONTH) {
    *first = month.start;
    *last = month.end - 1;
  }
}

static bool is_called(const struct report_item *item, const char *device,
                      const char *plug) {
  size_t len = strlen(device);

  return strncmp(item->name, device, len) == 0 &&
         (plug[0] == '\0' ? item->name[len] == '\0'
                          : strncmp(item->name + len, ": ", 2) == 0 &&
                                strcmp(item->name + len + 2, plug) == 0);
}

struct report_item *report_item(struct report *r, const char *device,
                                const char *plug) {
  for (size_t i = 0; i < r->items_num; i++)
    if (is_called(&r->items[i], device, plug))
      return &r->items[i];
  return NULL;
}

static struct report_item *item_of(struct gathering *g, const char *device,
                                   const char *plug) {
  struct report *r = g->report;
  struct report_item *item = report_item(r, device, plug);
  struct report_item *grown;
  char *name = NULL;

  if (item != NULL)
    return item;
  if (r->items_num == r->items_room) {
    size_t room = r->items_room == 0 ? 64 : 2 * r->items_room;

    grown = realloc(r->items, room * sizeof(*grown));
    if (grown == NULL)
      return NULL;
    r->items = grown;
    r->items_room = room;
  }
  if (asprintf(&name, "%s%s%s", device, plug[0] != '\0' ? ": " : "", plug) < 0)
    return NULL;
  r->items[r->items_num] =
      (struct report_item){.name = name, .first_day = INT_MAX};
  return &r->items[r->items_num++];
}

/* Which of those it is compared with a day belongs to; -1: none. */
static int compared(const struct gathering *g, int day) {
  const struct report *r = g->report;
  int weeks = (r->first - day) / WEEK;

  if (r->kind != REPORT_DAY)
    return day >= g->before.start && day < g->before.end ? 0 : -1;
  return (r->first - day) % WEEK == 0 && weeks >= 1 && weeks <= REPORT_COMPARED
             ? weeks - 1
             : -1;
}

static bool is_comparable(const struct gathering *g, unsigned days) {
  int all = g->report->kind == REPORT_DAY ? 1 : g->before.end - g->before.start;

  return days >= COMPARABLE_DAYS * all;
}

static bool is_in(const struct report *r, int day) {
  return day >= r->first && day <= r->last;
}

static void take_peak(struct report *r, const struct report_item *item,
                      const struct ledger_row *row) {
  double watts = (double)row->peak_mw * 1e-3;

  if (row->peak_us == 0 || watts <= r->peak.watts)
    return;
  free(r->peak.name);
  r->peak.name = strdup(item->name);
  r->peak.watts = watts;
  r->peak.at_us = row->peak_us;
}

/* A day has a row for each period of its tariff. */
static void take_before(struct report_before *b, int day, double kwh) {
  b->days += b->days == 0 || day != b->last_day ? 1 : 0;
  b->last_day = day;
  b->kwh += kwh;
}

static void take_item(struct gathering *g, struct report_item *item,
                      const struct ledger_row *row) {
  struct report *r = g->report;
  int before = compared(g, row->day);
  double kwh = (double)row->mwh * MWH;

  if (row->day < item->first_day)
    item->first_day = row->day;
  if (before >= 0)
    take_before(&item->before[before], row->day, kwh);
  if (!is_in(r, row->day))
    return;
  item->in_it = true;
  item->kwh += kwh;
  item->cost += (double)row->cost * MICRO;
  r->unpriced_kwh += (double)row->unpriced_mwh * MWH;
  g->covered_us += (double)row->covered_us;
  take_peak(r, item, row);
}

static bool take(void *arg, const struct ledger_row *row) {
  struct gathering *g = arg;
  int i = row->day - g->begin;
  struct report_item *item;

  if (i < 0 || i >= DAYS_MAX)
    return true;
  if (row->produces) {
    if (is_in(g->report, row->day))
      g->report->produced_kwh += (double)row->mwh * MWH;
    return true;
  }
  g->site[i].cost += (double)row->cost * MICRO;
  if (row->device[0] == '\0') {
    g->site[i].charges += (double)row->cost * MICRO;
    return true;
  }
  g->site[i].known = true;
  g->site[i].kwh += (double)row->mwh * MWH;
  item = item_of(g, row->device, row->plug);
  if (item == NULL) {
    g->out_of_memory = true;
    return false;
  }
  take_item(g, item, row);
  return true;
}

static int by_number(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;

  return (x > y) - (x < y);
}

double report_median(double *numbers, size_t num) {
  if (num == 0)
    return NAN;
  qsort(numbers, num, sizeof(numbers[0]), by_number);
  return num % 2 == 1 ? numbers[num / 2]
                      : (numbers[num / 2 - 1] + numbers[num / 2]) / 2;
}

static double usual_of(const struct gathering *g,
                       const struct report_item *item) {
  double numbers[REPORT_COMPARED];
  size_t num = 0;

  for (unsigned i = 0; i < REPORT_COMPARED; i++)
    if (is_comparable(g, item->before[i].days))
      numbers[num++] = item->before[i].kwh;
  return report_median(numbers, num);
}

/* Of the site: a day that was not known of is no comparison. */
static double usual_site(const struct gathering *g) {
  double sums[REPORT_COMPARED] = {0};
  unsigned known[REPORT_COMPARED] = {0}; /* days */
  double numbers[REPORT_COMPARED];
  size_t num = 0;

  for (int i = 0; i < DAYS_MAX; i++) {
    int before = compared(g, g->begin + i);

    if (before < 0 || !g->site[i].known)
      continue;
    known[before]++;
    sums[before] += g->site[i].kwh;
  }
  for (unsigned i = 0; i < REPORT_COMPARED; i++)
    if (is_comparable(g, known[i]))
      numbers[num++] = sums[i];
  return report_median(numbers, num);
}

/* Its last day or, of a report that is not over, today. */
static int last_day(const struct gathering *g) {
  const struct report *r = g->report;
  int today = g->given->today;

  return today >= r->first && today < r->last ? today : r->last;
}

/* Up to the end of the report. Energy costs at least the minimum of the days so
 * far; charges come on top of it. */
static void sum_month(struct gathering *g) {
  struct report *r = g->report;
  const struct report_month *m = g->given;
  int last = r->last < m->today ? r->last : m->today;
  int days = last - g->month.start + 1;
  double charges = 0;

  for (int day = g->month.start; day <= r->last; day++)
    if (day >= g->begin) {
      r->month_kwh += g->site[day - g->begin].kwh;
      r->month_cost += g->site[day - g->begin].cost;
      charges += g->site[day - g->begin].charges;
    }
  r->to_minimum = fmax(0, m->minimum * days / (g->month.end - g->month.start) +
                              charges - r->month_cost);
}

/* The days of the month that are still to come: whole ones, and what is left of
 * today where the report goes up to now. */
struct ahead {
  int days;
  double today;
};

static struct ahead what_is_ahead(const struct gathering *g, int last) {
  const struct report_month *m = g->given;
  double length =
      (double)(calendar_day_start(last + 1) - calendar_day_start(last));
  double left = (double)(calendar_day_start(last + 1) - m->now_us);

  return (struct ahead){
      .days = g->month.end - 1 - last,
      .today = last == m->today ? fmax(0, fmin(1, left / length)) : 0};
}

/* Charges are booked whole as their day begins: today's are there already. */
static void look_ahead(struct gathering *g) {
  struct report *r = g->report;
  double kwh[FORECAST_DAYS], cost[FORECAST_DAYS], charges[FORECAST_DAYS];
  int last = last_day(g);
  struct ahead ahead = what_is_ahead(g, last);
  double least = g->given->minimum, rest = ahead.days + ahead.today;
  size_t num = 0;

  for (int day = g->month.start; day <= last; day++)
    if (day >= g->begin)
      least += g->site[day - g->begin].charges;
  for (int i = last - (last == g->given->today) - g->begin;
       i >= 0 && num < FORECAST_DAYS; i--)
    if (g->site[i].known) {
      kwh[num] = g->site[i].kwh;
      charges[num] = g->site[i].charges;
      cost[num++] = g->site[i].cost;
    }
  r->forecast_kwh = r->forecast_cost = NAN;
  if (rest > 0 && num > 1 && r->kind != REPORT_MONTH) {
    double charge = report_median(charges, num);

    r->forecast_kwh = r->month_kwh + rest * report_median(kwh, num);
    r->forecast_cost = fmax(r->month_cost + rest * report_median(cost, num) -
                                ahead.today * charge,
                            least + ahead.days * charge);
  }
}

static int by_energy(const void *a, const void *b) {
  const struct report_item *x = a, *y = b;

  if (x->kwh != y->kwh)
    return x->kwh < y->kwh ? 1 : -1;
  return strcmp(x->name, y->name);
}

static void sum_up(struct gathering *g) {
  struct report *r = g->report;
  double possible = 0;
  int64_t end = calendar_day_start(r->last + 1);

  if (is_in(r, g->given->today) && end > g->given->now_us)
    end = g->given->now_us; /* nobody knows of what is to come */
  for (size_t i = 0; i < r->items_num; i++) {
    struct report_item *item = &r->items[i];
    int from = item->first_day > r->first ? item->first_day : r->first;

    item->usual = usual_of(g, item);
    if (!item->in_it)
      continue;
    r->known++;
    r->active += item->kwh > 0 ? 1 : 0;
    possible += fmax(0, (double)(end - calendar_day_start(from)));
  }
  for (int day = r->first; day <= r->last; day++) {
    r->kwh += g->site[day - g->begin].kwh;
    r->cost += g->site[day - g->begin].cost;
  }
  r->covered =
      possible > 0 ? fmin(100, 100 * g->covered_us / possible) : (double)NAN;
  r->usual = usual_site(g);
  sum_month(g);
  look_ahead(g);
  r->month_cost += r->to_minimum;
  if (r->kind == REPORT_MONTH)
    r->cost += r->to_minimum;
  if (r->items_num > 0)
    qsort(r->items, r->items_num, sizeof(r->items[0]), by_energy);
}

bool report_data_make(struct report *r, const struct report_month *month,
                      struct ledger_query *q, char why[LEDGER_QUERY_WHY]) {
  struct gathering *g = calloc(1, sizeof(*g));
  bool good = false;

  snprintf(why, LEDGER_QUERY_WHY, "out of memory");
  if (g == NULL)
    return false;
  g->report = r;
  g->begin = r->first - BEFORE;
  g->given = month;
  g->month = calendar_billing_of(last_day(g), month->billing_day);
  g->before = r->kind == REPORT_MONTH
                  ? calendar_billing_of(r->first - 1, month->billing_day)
                  : (struct calendar_billing){r->first - WEEK, r->first};
  snprintf(r->currency, sizeof(r->currency), "%s", ledger_query_currency(q));
  r->decimals = tariff_decimals(r->currency);
  good = ledger_query_days(q, g->begin, r->last, take, g, why) &&
         !g->out_of_memory;
  if (good)
    sum_up(g);
  free(g);
  return good;
}

void report_data_free(struct report *r) {
  for (size_t i = 0; i < r->items_num; i++)
    free(r->items[i].name);
  free(r->items);
  free(r->peak.name);
  *r = (struct report){0};
}

double report_change(double now, double usual) {
  return usual >= COMPARABLE_KWH ? (now / usual - 1) * 100 : (double)NAN;
}
