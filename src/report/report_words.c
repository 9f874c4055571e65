/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "report/report_words.h"

#include <math.h>
#include <stdio.h>

static const char *const weekdays[] = {"Monday",   "Tuesday", "Wednesday",
                                       "Thursday", "Friday",  "Saturday",
                                       "Sunday"};
static const char *const months[] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
/* Below this a report says how complete it is. */
static const double COMPLETE = 99;

void report_words_days(const struct report *r, char out[REPORT_LINE]) {
  int year, end_year;
  unsigned month, mday, end_month, end_mday;

  calendar_date_of(r->first, &year, &month, &mday);
  calendar_date_of(r->last, &end_year, &end_month, &end_mday);
  if (r->first == r->last)
    snprintf(out, REPORT_LINE, "%s, %u %s %d",
             weekdays[calendar_weekday(r->first)], mday, months[month - 1],
             year);
  else if (r->kind == REPORT_MONTH && mday == 1)
    snprintf(out, REPORT_LINE, "%s %d", months[month - 1], year);
  else if (month == end_month && year == end_year)
    snprintf(out, REPORT_LINE, "%u to %u %s %d", mday, end_mday,
             months[month - 1], year);
  else
    snprintf(out, REPORT_LINE, "%u %s to %u %s %d", mday, months[month - 1],
             end_mday, months[end_month - 1], end_year);
}

void report_words_cost(const struct report *r, double cost,
                       char out[REPORT_LINE]) {
  if (r->currency[0] == '\0')
    out[0] = '\0';
  else
    snprintf(out, REPORT_LINE, "%.*f %s", (int)r->decimals, cost, r->currency);
}

void report_words_change(double now, double usual, char out[REPORT_LINE]) {
  double change = round(report_change(now, usual));

  if (isnan(change))
    out[0] = '\0';
  else if (change == 0)
    snprintf(out, REPORT_LINE, "as usual");
  else if (change > 999)
    snprintf(out, REPORT_LINE, "x %.0f", change / 100 + 1);
  else
    snprintf(out, REPORT_LINE, "%+.0f %%", change);
}

/* ", 12 % above the usual Saturday" */
static void comparison(const struct report *r, bool brief,
                       char out[REPORT_LINE]) {
  double change = round(report_change(r->kwh, r->usual));
  char with[40];

  if (r->kind == REPORT_DAY && brief)
    snprintf(with, sizeof(with), "usual");
  else if (r->kind == REPORT_DAY)
    snprintf(with, sizeof(with), "the usual %s",
             weekdays[calendar_weekday(r->first)]);
  else
    snprintf(with, sizeof(with), "the %s before",
             r->kind == REPORT_WEEK ? "week" : "month");
  if (isnan(change))
    out[0] = '\0';
  else if (change == 0)
    snprintf(out, REPORT_LINE, ", as much as %s", with);
  else
    snprintf(out, REPORT_LINE, ", %.0f %% %s %s", fabs(change),
             change > 0 ? "above" : "below", with);
}

static void used(const struct report *r, bool brief, char out[REPORT_LINE]) {
  char cost[REPORT_LINE], compared[REPORT_LINE];

  report_words_cost(r, r->cost, cost);
  comparison(r, brief, compared);
  snprintf(out, REPORT_LINE, "%.2f kWh%s%.40s%.80s", r->kwh,
           cost[0] != '\0' ? ", " : "", cost, compared);
}

void report_words_headline(const struct report *r, char out[REPORT_LINE]) {
  used(r, false, out);
}

void report_words_title(const struct report *r, char out[REPORT_LINE]) {
  char days[REPORT_LINE], what[REPORT_LINE];

  report_words_days(r, days);
  if (r->kind == REPORT_DAY && r->nothing[0] == '\0')
    snprintf(days, sizeof(days), "%s", weekdays[calendar_weekday(r->first)]);
  if (r->nothing[0] != '\0')
    snprintf(what, sizeof(what), "no figures");
  else
    used(r, true, what);
  snprintf(out, REPORT_LINE, "%.60s: %.130s", days, what);
}

/* -- facts: each writes "" where it has nothing to say -- */

static void month_so_far(const struct report *r, char out[REPORT_LINE]) {
  char cost[REPORT_LINE], later[REPORT_LINE];

  out[0] = '\0';
  if (r->kind == REPORT_MONTH)
    return;
  report_words_cost(r, r->month_cost, cost);
  report_words_cost(r, r->forecast_cost, later);
  if (later[0] == '\0')
    snprintf(later, sizeof(later), "%.0f kWh", r->forecast_kwh);
  snprintf(out, REPORT_LINE, "%.1f kWh%s%.40s%s%.40s%s", r->month_kwh,
           cost[0] != '\0' ? ", " : "", cost,
           isnan(r->forecast_kwh) ? "" : "; about ",
           isnan(r->forecast_kwh) ? "" : later,
           isnan(r->forecast_kwh) ? "" : " by its end");
}

static void highest(const struct report *r, char out[REPORT_LINE]) {
  struct calendar_local local;
  int year;
  unsigned month, mday;
  char day[40] = "";

  out[0] = '\0';
  if (r->peak.name == NULL)
    return;
  local = calendar_local_of(r->peak.at_us);
  calendar_date_of(local.day, &year, &month, &mday);
  if (r->first != r->last)
    snprintf(day, sizeof(day), " on %u %s", mday, months[month - 1]);
  snprintf(out, REPORT_LINE, "%.60s, %.0f W%s at %02u:%02u", r->peak.name,
           r->peak.watts, day, local.second / 3600, local.second / 60 % 60);
}

static void in_use(const struct report *r, char out[REPORT_LINE]) {
  snprintf(out, REPORT_LINE, "%u of %u plugs", r->active, r->known);
}

static void generated(const struct report *r, char out[REPORT_LINE]) {
  out[0] = '\0';
  if (r->produced_kwh > 0)
    snprintf(out, REPORT_LINE, "%.2f kWh", r->produced_kwh);
}

static void unpriced(const struct report *r, char out[REPORT_LINE]) {
  out[0] = '\0';
  if (r->unpriced_kwh >= 0.005)
    snprintf(out, REPORT_LINE, "%.2f kWh are not in the cost", r->unpriced_kwh);
}

static void covered(const struct report *r, char out[REPORT_LINE]) {
  out[0] = '\0';
  if (r->covered < COMPLETE)
    snprintf(out, REPORT_LINE, "%.0f %% of the time; figures may be too low",
             r->covered);
}

bool report_words_fact(const struct report *r, unsigned i, const char **name,
                       char out[REPORT_LINE]) {
  static const struct {
    const char *name;
    void (*say)(const struct report *r, char out[REPORT_LINE]);
  } facts[] = {
      {"Month so far", month_so_far},
      {"Highest power", highest},
      {"In use", in_use},
      {"Generated", generated},
      {"Without a price", unpriced},
      {"Known of", covered},
  };

  if (i >= sizeof(facts) / sizeof(facts[0]))
    return false;
  *name = facts[i].name;
  facts[i].say(r, out);
  return true;
}
