/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "report/report_words.h"

#include "base/width.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const weekdays[] = {"Monday",   "Tuesday", "Wednesday",
                                       "Thursday", "Friday",  "Saturday",
                                       "Sunday"};
static const char *const months[] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
/* Below this a report says how complete it is. */
static const double COMPLETE = 99;
/* So many alerts of one device are its settings' fault. */
enum { NOISY = 10 };
/* Of a name among others in a line. */
enum { NAME_COLUMNS = 24, NAME_SIZE = 64 };

/* Cut with three dots where it is long. */
static const char *short_name(const char *name, char out[NAME_SIZE]) {
  width_cut(name, NAME_COLUMNS, "\xe2\x80\xa6", out, NAME_SIZE);
  return out;
}

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
static void comparison(const struct report *r, double kwh, double usual,
                       bool brief, char out[REPORT_LINE]) {
  double change = round(report_change(kwh, usual));
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
  else if (change > 999)
    snprintf(out, REPORT_LINE, ", %.0f times %s", change / 100 + 1, with);
  else
    snprintf(out, REPORT_LINE, ", %.0f %% %s %s", fabs(change),
             change > 0 ? "above" : "below", with);
}

void report_words_comparison(const struct report *r,
                             const struct report_item *item,
                             char out[REPORT_LINE]) {
  comparison(r, item->kwh, item->usual, false, out);
}

static void used(const struct report *r, bool brief, char out[REPORT_LINE]) {
  char cost[REPORT_LINE], compared[REPORT_LINE];

  report_words_cost(r, r->cost, cost);
  comparison(r, r->kwh, r->usual, brief, compared);
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

static void to_minimum(const struct report *r, char out[REPORT_LINE]) {
  char cost[REPORT_LINE];

  out[0] = '\0';
  report_words_cost(r, r->to_minimum, cost);
  if (r->to_minimum >= 0.005 && cost[0] != '\0')
    snprintf(out, REPORT_LINE, "%.40s of the month's cost%s", cost,
             r->kind == REPORT_MONTH ? "" : " so far");
}

static void highest(const struct report *r, char out[REPORT_LINE]) {
  char name[NAME_SIZE];
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
  snprintf(out, REPORT_LINE, "%s, %.0f W%s at %02u:%02u",
           short_name(r->peak.name, name), r->peak.watts, day,
           local.second / 3600, local.second / 60 % 60);
}

static void in_use(const struct report *r, char out[REPORT_LINE]) {
  snprintf(out, REPORT_LINE, "%u of %u plugs", r->active, r->known);
}

static void standby(const struct report *r, char out[REPORT_LINE]) {
  char cost[REPORT_LINE] = "";
  char most[100] = "", name[NAME_SIZE];
  double watts = r->standby.watts;

  out[0] = '\0';
  if (watts < 0.5)
    return;
  if (!isnan(r->standby.cost_year) && r->standby.cost_year >= 0)
    snprintf(cost, sizeof(cost), ", about %.0f %s a year", r->standby.cost_year,
             r->currency);
  if (r->standby.most != NULL && r->standby.most->least_w < watts)
    snprintf(most, sizeof(most), "; %s %.0f W",
             short_name(r->standby.most->name, name), r->standby.most->least_w);
  snprintf(out, REPORT_LINE, "%.0f W%.40s%s", watts, cost, most);
}

static void and_more(unsigned all, char out[REPORT_LINE]) {
  size_t used = strlen(out);

  if (all > REPORT_NAMED)
    snprintf(out + used, REPORT_LINE - used, " and %u more",
             all - REPORT_NAMED);
}

static void put_times(unsigned count, char out[24]) {
  if (count <= 2)
    snprintf(out, 24, "%s", count == 1 ? "once" : "twice");
  else
    snprintf(out, 24, "%u times", count);
}

/* "Washer twice (1.70 kWh, 0.53 EUR), Dryer once (2.10 kWh)" */
static void finished(const struct report *r, char out[REPORT_LINE]) {
  size_t used = 0;

  out[0] = '\0';
  for (unsigned i = 0; i < r->cycles_listed && i < REPORT_NAMED; i++) {
    const struct report_cycles *c = &r->cycles[i];
    char cost[REPORT_LINE] = "", name[NAME_SIZE], times[24];

    put_times(c->count, times);
    if (!isnan(c->cost))
      report_words_cost(r, c->cost, cost);
    used += (size_t)snprintf(out + used, REPORT_LINE - used,
                             "%s%s %s (%.2f kWh%s%.16s)", i > 0 ? ", " : "",
                             short_name(c->name, name), times, c->kwh,
                             cost[0] != '\0' ? ", " : "", cost);
  }
  and_more(r->cycles_num, out);
}

/* "on Friday and Saturday", "from Monday to Saturday" */
static void put_weekdays(int first, int last, char out[40]) {
  bool pair = last - first == 1;

  snprintf(out, 40, "%s %s %s %s", pair ? "on" : "from",
           weekdays[calendar_weekday(first)], pair ? "and" : "to",
           weekdays[calendar_weekday(last)]);
}

static void works_harder(const struct report *r, char out[REPORT_LINE]) {
  unsigned num = r->harder_num < REPORT_HARDER ? r->harder_num : REPORT_HARDER;
  size_t used = 0;

  out[0] = '\0';
  for (unsigned i = 0; i < num; i++) {
    const struct report_harder *h = &r->harder[i];
    char name[NAME_SIZE], days[40];

    put_weekdays(h->first, h->last, days);
    used += (size_t)snprintf(out + used, REPORT_LINE - used,
                             "%s%s took %.2f kWh a day %s, usually %.2f",
                             i > 0 ? "; " : "", short_name(h->item->name, name),
                             h->kwh, days, h->usual);
  }
  if (r->harder_num > num)
    used += (size_t)snprintf(out + used, REPORT_LINE - used, "; and %u more",
                             r->harder_num - num);
  if (num > 0)
    snprintf(out + used, REPORT_LINE - used, ". %s tight, is there ice?",
             r->harder_num == 1 ? "Is its door" : "Are their doors");
}

static void unusual_hour(const struct report *r, char out[REPORT_LINE]) {
  struct calendar_local l;

  out[0] = '\0';
  if (r->unusual_hour.at_us == 0)
    return;
  l = calendar_local_of(r->unusual_hour.at_us);
  snprintf(out, REPORT_LINE, "%s %02u:%02u, %.1f kWh, usually %.1f",
           weekdays[calendar_weekday(l.day)], l.second / 3600,
           l.second / 60 % 60, r->unusual_hour.kwh, r->unusual_hour.usual);
}

static void put_duration(double seconds, char out[40]) {
  unsigned minutes = (unsigned)lround(seconds / 60);

  if (minutes < 60)
    snprintf(out, 40, "%u min", minutes > 0 ? minutes : 1);
  else if (minutes < 24 * 60)
    snprintf(out, 40, "%u h %02u min", minutes / 60, minutes % 60);
  else
    snprintf(out, 40, "%u d %u h", minutes / (24 * 60), minutes / 60 % 24);
}

static void offline(const struct report *r, char out[REPORT_LINE]) {
  const struct report_alerts *a = &r->alerts;
  size_t used = 0;

  out[0] = '\0';
  for (unsigned i = 0; i < a->away_num && i < REPORT_NAMED; i++) {
    char lasted[40], name[NAME_SIZE];

    put_duration(a->away[i].seconds, lasted);
    used += (size_t)snprintf(out + used, REPORT_LINE - used, "%s%s %s",
                             i > 0 ? ", " : "",
                             short_name(a->away[i].name, name), lasted);
  }
  and_more(a->away_num, out);
}

static void alerts(const struct report *r, char out[REPORT_LINE]) {
  const struct report_alerts *a = &r->alerts;
  char open[40] = "", noisy[100] = "", longest[120] = "", name[NAME_SIZE];

  out[0] = '\0';
  if (!a->known)
    return;
  if (a->open > 0)
    snprintf(open, sizeof(open), ", %u still open", a->open);
  if (a->noisiest.name[0] != '\0')
    snprintf(noisy, sizeof(noisy), "; %u of them %s", a->noisiest.alerts,
             short_name(a->noisiest.name, name));
  if (a->longest.seconds >= 60) {
    char lasted[40];

    put_duration(a->longest.seconds, lasted);
    snprintf(longest, sizeof(longest), "; longest %s, %s", lasted,
             short_name(a->longest.name, name));
  }
  if (a->raised == 0)
    snprintf(out, REPORT_LINE, "none%s%s", open, longest);
  else
    snprintf(out, REPORT_LINE, "%u%s%s%s%s", a->raised, open, noisy,
             a->noisiest.alerts >= NOISY ? " (consider Hysteresis)" : "",
             longest);
}

static void undelivered(const struct report *r, char out[REPORT_LINE]) {
  const struct report_alerts *a = &r->alerts;

  out[0] = '\0';
  if (a->undelivered > 0)
    snprintf(out, REPORT_LINE, "%u message%s, %sby %.60s", a->undelivered,
             a->undelivered == 1 ? "" : "s", a->undelivered == 1 ? "" : "most ",
             a->undelivered_by);
}

static void silences(const struct report *r, char out[REPORT_LINE]) {
  const struct report_alerts *a = &r->alerts;
  size_t used = 0;

  out[0] = '\0';
  for (unsigned i = 0; i < a->silences_num && i < REPORT_NAMED; i++) {
    struct calendar_local l = calendar_local_of(a->silences[i].ends * 1000);
    int year;
    unsigned month, mday;
    char about[NAME_SIZE];

    calendar_date_of(l.day, &year, &month, &mday);
    used += (size_t)snprintf(
        out + used, REPORT_LINE - used, "%s%s on %u %.3s at %02u:%02u",
        i > 0 ? ", " : "", short_name(a->silences[i].about, about), mday,
        months[month - 1], l.second / 3600, l.second / 60 % 60);
  }
  and_more(a->silences_num, out);
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
  if (r->covered < COMPLETE) /* 98.6 must not read as enough */
    snprintf(out, REPORT_LINE, "%.0f %% of the time; figures may be too low",
             floor(r->covered));
}

static const struct {
  const char *name;
  void (*say)(const struct report *r, char out[REPORT_LINE]);
  bool news; /* for telephones, too */
} facts[] = {
    {"Month so far", month_so_far, true}, {"Minimum charge", to_minimum, false},
    {"Highest power", highest, false},    {"In use", in_use, false},
    {"Finished", finished, true},         {"Standby", standby, false},
    {"Works harder", works_harder, true}, {"Unusual", unusual_hour, true},
    {"Generated", generated, true},       {"Without a price", unpriced, false},
    {"Offline", offline, true},           {"Alerts", alerts, true},
    {"Not delivered", undelivered, true}, {"Silence ends", silences, false},
    {"Known of", covered, true},
};

enum { FACTS = sizeof(facts) / sizeof(facts[0]) };

bool report_words_fact(const struct report *r, unsigned i, const char **name,
                       char out[REPORT_LINE]) {
  if (i >= FACTS)
    return false;
  *name = facts[i].name;
  facts[i].say(r, out);
  return true;
}

bool report_words_is_news(const struct report *r, unsigned i) {
  if (i < FACTS && facts[i].say == alerts)
    return r->alerts.raised > 0 || r->alerts.open > 0;
  return i < FACTS && facts[i].news;
}
