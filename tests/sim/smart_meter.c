/* SPDX-License-Identifier: MIT */
/* Energy in the SMART dialect. Each method tells its part of the reading. */
#include "smart.h"

#include "house.h"

#include <math.h>

static void put(struct text *out, const char *key, double value) {
  text_key(out, key);
  text_int(out, llround(value));
}

/* The reading of the outlet. For the parent of a strip: zero, that of the
 * first outlet, or an error, by model. */
static int reading_of(const struct smart_call *call, unsigned method,
                      struct reading *r) {
  struct device *d = call->device;
  *r = (struct reading){0};
  if ((d->energy & method) == 0)
    return call->slot >= 0 ? SMART_UNKNOWN_METHOD : SMART_PARAMS;
  if (call->slot >= 0) {
    device_reading(d, (size_t)call->slot, r);
    return SMART_OK;
  }
  if (d->quirks.parent_energy == PARENT_ERROR)
    return SMART_PARAMS;
  if (d->quirks.parent_energy == PARENT_ECHO)
    device_reading(d, 0, r);
  return SMART_OK;
}

/* Of r, what this answer tells. */
static void told(const struct smart_call *call, const struct reading *r,
                 unsigned bits, bool coarse) {
  if (call->slot < 0)
    return;
  struct plug *plug = &call->device->plugs[call->slot];
  struct reading *p = &plug->pending;
  if (!plug->reading_pending)
    *p = (struct reading){0};
  plug->reading_pending = true;
  bits &= r->has;
  if ((bits & HAS_WATTS) != 0 && !(coarse && (p->has & HAS_WATTS) != 0))
    p->watts = coarse ? trunc(r->watts) : r->watts;
  if (bits & HAS_VOLTS)
    p->volts = r->volts;
  if (bits & HAS_AMPS)
    p->amps = r->amps;
  if (bits & HAS_TODAY)
    p->today_wh = r->today_wh;
  if (bits & HAS_MONTH)
    p->month_wh = r->month_wh;
  p->has |= bits;
}

static double on_minutes(const struct smart_call *call, double at_most) {
  const struct device *d = call->device;
  if (call->slot < 0)
    return 0;
  int64_t on = plug_on_time(d, &d->plugs[call->slot]);
  return fmin(floor((double)(on > 0 ? on : 0) / 60), at_most);
}

enum { LAST_MONTH_WH = 20000 };

static void put_zeros(struct text *out, const char *key, int n) {
  text_key(out, key);
  for (int i = 0; i < n; i++)
    text_addz(out, i == 0 ? "[0" : ",0");
  text_char(out, ']');
}

enum { PAST_DAYS = 30 };

/* Today comes last, and is what today_energy says. */
static void put_days(const struct smart_call *call, const struct tm *tm,
                     double today_wh) {
  struct device *d = call->device;
  size_t slot = call->slot >= 0 ? (size_t)call->slot : 0;
  int64_t today = day_number(tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday);
  text_key(call->out, "past30d");
  for (int day = 1 - PAST_DAYS; day <= 0; day++) {
    double wh = today_wh;
    if (day < 0 && !meter_day_wh(&d->plugs[slot].meter, today + day, &wh))
      wh = 0;
    text_char(call->out, day == 1 - PAST_DAYS ? '[' : ',');
    text_int(call->out, llround(wh));
  }
  text_char(call->out, ']');
}

int smart_energy_usage(const struct smart_call *call) {
  struct device *d = call->device;
  struct text *out = call->out;
  struct reading r;
  int code = reading_of(call, ENERGY_USAGE, &r);
  if (code != SMART_OK)
    return code;
  struct tm tm = clock_calendar(&d->house->clock, house_elapsed(d->house),
                                d->clock_offset_s);
  double today = on_minutes(call, tm.tm_hour * 60 + tm.tm_min);
  text_char(out, '{');
  put(out, "today_runtime", today);
  put(out, "month_runtime",
      on_minutes(call, (tm.tm_mday - 1) * 1440 + tm.tm_hour * 60 + tm.tm_min));
  put(out, "today_energy", r.today_wh);
  double last_month = d->quirks.two_months ? LAST_MONTH_WH : 0;
  put(out, "month_energy", r.month_wh + last_month);
  text_key(out, "local_time");
  text_printf(out, "\"%04d-%02d-%02d %02d:%02d:%02d\"", tm.tm_year + 1900,
              tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
  if (d->energy & ENERGY_USAGE_PAST) {
    put_zeros(out, "past24h", 24);
    put_zeros(out, "past7d", 7);
    put_days(call, &tm, r.today_wh);
    text_key(out, "past1y"); /* this month comes last */
    text_printf(out, "[0,0,0,0,0,0,0,0,0,0,%.0f,%.0f]", last_month, r.month_wh);
  } else {
    put_zeros(out, "electricity_charge", 3);
  }
  if (d->energy & ENERGY_USAGE_POWER)
    put(out, "current_power", r.watts * 1000);
  text_char(out, '}');
  told(call, &r,
       HAS_TODAY | HAS_MONTH |
           ((d->energy & ENERGY_USAGE_POWER) != 0 ? HAS_WATTS : 0u),
       false);
  return SMART_OK;
}

int smart_current_power(const struct smart_call *call) {
  struct reading r;
  int code = reading_of(call, ENERGY_POWER, &r);
  if (code != SMART_OK)
    return code;
  text_char(call->out, '{');
  put(call->out, "current_power", trunc(r.watts));
  text_char(call->out, '}');
  told(call, &r, HAS_WATTS, true);
  return SMART_OK;
}

int smart_emeter_data(const struct smart_call *call) {
  struct reading r;
  int code = reading_of(call, ENERGY_EMETER, &r);
  if (code != SMART_OK)
    return code;
  text_char(call->out, '{');
  put(call->out, "current_ma", r.amps * 1000);
  put(call->out, "voltage_mv", r.volts * 1000);
  put(call->out, "power_mw", r.watts * 1000);
  put(call->out, "energy_wh", r.month_wh);
  text_char(call->out, '}');
  told(call, &r, HAS_WATTS | HAS_VOLTS | HAS_AMPS, false);
  return SMART_OK;
}

/* Of calibration; nobody needs it, but clients ask. */
int smart_gain(const struct smart_call *call) {
  if ((call->device->energy & ENERGY_EMETER) == 0)
    return SMART_UNKNOWN_METHOD;
  text_addz(call->out, "{\"vgain\":124300,\"igain\":11299}");
  return SMART_OK;
}

static void put_usage(struct text *out, const char *key, double today,
                      double past7, double past30) {
  text_key(out, key);
  text_char(out, '{');
  put(out, "today", today);
  put(out, "past7", past7);
  put(out, "past30", past30);
  text_char(out, '}');
}

int smart_device_usage(const struct smart_call *call) {
  struct device *d = call->device;
  struct reading r = {0};
  if (call->slot >= 0 && d->energy != 0)
    device_reading(d, (size_t)call->slot, &r);
  text_char(call->out, '{');
  put_usage(call->out, "time_usage", on_minutes(call, 1440),
            on_minutes(call, 10080), on_minutes(call, 43200));
  if (d->energy != 0 || (d->kind & KIND_LIGHTS) != 0) {
    put_usage(call->out, "power_usage", r.today_wh, r.month_wh, r.month_wh);
    put_usage(call->out, "saved_power", 0, 0, 0);
  }
  text_char(call->out, '}');
  return SMART_OK;
}

int smart_protection_power(const struct smart_call *call) {
  if (call->device->energy == 0)
    return SMART_UNKNOWN_METHOD;
  text_addz(call->out, "{\"enabled\":false,\"protection_power\":0}");
  return SMART_OK;
}

int smart_max_power(const struct smart_call *call) {
  if (call->device->energy == 0)
    return SMART_UNKNOWN_METHOD;
  text_addz(call->out, "{\"max_power\":3904}");
  return SMART_OK;
}
