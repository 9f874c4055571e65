/* SPDX-License-Identifier: MIT */
/* What the meters of SMART devices say: see smart_meter.h. */
#include <config.h>

#include "device/smart/smart_meter.h"

#include <time.h>

enum { PAST_DAYS = 31 };
static const double DAY_WH_MAX = 200000;

/* No date is older than the maker's first plug. */
enum { FIRST_YEAR = 2013, LAST_YEAR = 2099 };

/* The numbers of "2026-03-02 10:00:00"; returns how many there are. Here and
 * not by sscanf(), which takes ten times as long, in each poll. */
static int read_clock(const char *text, unsigned parts[6]) {
  static const char after[] = "-- ::";
  int num = 0;

  for (; num < 6; num++) {
    int most = num == 0 ? 4 : 2;

    if (*text < '0' || *text > '9')
      break;
    parts[num] = 0;
    for (; most > 0 && *text >= '0' && *text <= '9'; text++, most--)
      parts[num] = parts[num] * 10 + (unsigned)(*text - '0');
    if (num < 5 && *text++ != after[num])
      return num + 1;
  }
  return num;
}

static bool is_moment(const unsigned parts[6]) {
  return parts[1] >= 1 && parts[1] <= 12 && parts[2] >= 1 && parts[2] <= 31 &&
         parts[3] < 24 && parts[4] < 60 && parts[5] < 60;
}

/* Takes what the device's clock shows, where it says so. False when that is no
 * time: a device that lost power without a network begins at some date of its
 * own, earlier than its firmware, and its days and months are none. */
static bool take_clock(const struct value_source *s) {
  unsigned first = s->d->built > FIRST_YEAR ? s->d->built : FIRST_YEAR;
  unsigned parts[6] = {0};
  char text[32];
  int num;

  s->d->date = 0;
  s->d->seconds_to_midnight = 0;
  s->d->shown_date = 0;
  if (!json_string(s->doc, json_get(s->doc, s->object, "local_time"), text,
                   sizeof(text)))
    return true; /* it does not say */
  num = read_clock(text, parts);
  if (num < 1)
    return true;
  if (num >= 3 && is_moment(parts))
    s->d->shown_date = parts[0] * 10000 + parts[1] * 100 + parts[2];
  if (parts[0] < first || parts[0] > LAST_YEAR)
    return false;
  if (num == 6 && is_moment(parts)) {
    s->d->date = parts[0] * 10000 + parts[1] * 100 + parts[2];
    s->d->seconds_to_midnight =
        86400 - (parts[3] * 3600 + parts[4] * 60 + parts[5]);
  }
  return true;
}

/* Early firmware lists the last twelve months, this one last, and calls the sum
 * of the last two month_energy. */
static void take_month(const struct value_source *s) {
  json_ref year = json_get(s->doc, s->object, "past1y");
  json_ref last = 0;

  if (json_type(s->doc, year) == JSON_ARRAY)
    for (json_ref m = json_first(s->doc, year); m != 0;
         m = json_next(s->doc, m))
      last = m;
  if (last != 0)
    value_take_at(s, Q_KWH_MONTH, last, "past1y", 1e-3);
  else
    value_take(s, Q_KWH_MONTH, "month_energy", 1e-3);
}

/* Days since some day, of a date as the device tells it. */
static int day_of(unsigned date) {
  struct tm tm = {.tm_year = (int)(date / 10000) - 1900,
                  .tm_mon = (int)(date / 100 % 100) - 1,
                  .tm_mday = (int)(date % 100)};

  return (int)(timegm(&tm) / 86400);
}

/* What was used since a date: early firmware lists thirty days, today last.
 * Histories that are off by a day have been seen: one that does not end with
 * today is none. A billing month of 31 days lacks its first one on the last. */
static double sum_days(const struct value_source *s) {
  json_ref list = json_get(s->doc, s->object, "past30d");
  double days[PAST_DAYS];
  double sum = 0;
  double today;
  int wanted = day_of(s->d->date) - day_of(s->d->since_date) + 1;
  int num = 0;

  if (json_type(s->doc, list) != JSON_ARRAY || wanted < 1 ||
      !json_number(s->doc, json_get(s->doc, s->object, "today_energy"), &today))
    return 0;
  for (json_ref e = json_first(s->doc, list); e != 0; e = json_next(s->doc, e))
    if (num == PAST_DAYS || !json_number(s->doc, e, &days[num]) ||
        !(days[num] >= 0 && days[num] <= DAY_WH_MAX))
      return 0;
    else
      num++;
  if (num == 0 || days[num - 1] != today)
    return 0;
  for (int i = num - 1; i >= 0 && i >= num - wanted; i--)
    sum += days[i];
  return sum * 1e-3;
}

static void take_days(const struct value_source *s) {
  struct device *d = s->d;
  double *since = &d->since_kwh;

  if (d->since_date == 0 || d->date == 0)
    return;
  for (unsigned i = 0; i < d->plugs_num; i++)
    if (s->now == &d->plugs[i].now)
      since = &d->plugs[i].since_kwh;
  *since = sum_days(s);
}

void smart_energy(const struct value_source *s) {
  /* Voltage: get_emeter_data has answered, and is as good or better. */
  if (!reading_has(s->now, Q_VOLTAGE) || !reading_has(s->now, Q_POWER))
    value_take(s, Q_POWER, "current_power", 1e-3);
  if (!take_clock(s))
    return;
  value_take(s, Q_KWH_TODAY, "today_energy", 1e-3);
  take_month(s);
  take_days(s);
  /* Newer firmware tells the same in finer steps. */
  value_take(s, Q_KWH_TODAY, "today_energy_mwh", 1e-6);
  value_take(s, Q_KWH_MONTH, "month_energy_mwh", 1e-6);
}

/* energy_wh is this month, or since some reset, by firmware: nothing to count
 * with. */
void smart_emeter(const struct value_source *s) {
  value_take(s, Q_POWER, "power_mw", 1e-3);
  value_take(s, Q_VOLTAGE, "voltage_mv", 1e-3);
  value_take(s, Q_CURRENT, "current_ma", 1e-3);
  if (reading_has(s->now, Q_VOLTAGE) && s->now->value[Q_VOLTAGE] == 0) {
    reading_drop(s->now, Q_VOLTAGE);
    reading_drop(s->now, Q_CURRENT);
  }
}

/* Whole watts: only where nothing else says more. */
void smart_power(const struct value_source *s) {
  if (!reading_has(s->now, Q_POWER))
    value_take(s, Q_POWER, "current_power", 1);
}

double smart_rating(const struct json *doc, json_ref result) {
  double watts;

  if (!json_number(doc, json_get(doc, result, "max_power"), &watts) ||
      !(watts >= 100 && watts <= 20000))
    return 0;
  return watts;
}
