/* SPDX-License-Identifier: MIT */
/* What the meters of SMART devices say: see smart_meter.h. */
#include <config.h>

#include "device/smart/smart_meter.h"

#include <stdio.h>

/* No date is older than the maker's first plug. */
enum { FIRST_YEAR = 2013, LAST_YEAR = 2099 };

/* Takes what the device's clock shows, where it says so. False when that is no
 * time: a device that lost power without a network begins at some date of its
 * own, earlier than its firmware, and its days and months are none. */
static bool take_clock(const struct value_source *s) {
  unsigned first = s->d->built > FIRST_YEAR ? s->d->built : FIRST_YEAR;
  unsigned year, month, day, hour, minute, second;
  char text[32];
  int fields;

  s->d->date = 0;
  s->d->seconds_to_midnight = 0;
  if (!json_string(s->doc, json_get(s->doc, s->object, "local_time"), text,
                   sizeof(text)))
    return true; /* it does not say */
  fields = sscanf(text, "%4u-%2u-%2u %2u:%2u:%2u", &year, &month, &day, &hour,
                  &minute, &second);
  if (fields < 1)
    return true;
  if (year < first || year > LAST_YEAR)
    return false;
  if (fields == 6 && month >= 1 && month <= 12 && day >= 1 && day <= 31 &&
      hour < 24 && minute < 60 && second < 60) {
    s->d->date = year * 10000 + month * 100 + day;
    s->d->seconds_to_midnight = 86400 - (hour * 3600 + minute * 60 + second);
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

void smart_energy(const struct value_source *s) {
  /* Voltage: get_emeter_data has answered, and is as good or better. */
  if (!reading_has(s->now, Q_VOLTAGE) || !reading_has(s->now, Q_POWER))
    value_take(s, Q_POWER, "current_power", 1e-3);
  if (!take_clock(s))
    return;
  value_take(s, Q_KWH_TODAY, "today_energy", 1e-3);
  take_month(s);
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
