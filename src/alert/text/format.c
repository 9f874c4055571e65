/* SPDX-License-Identifier: MIT */
/* Numbers, units, durations, moments: see format.h.
 *
 * No printf conversion here depends on the locale: decimals are made from
 * integers, month and day names from our own table. */
#include <config.h>

#include "alert/text/format.h"

#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* -- writing ----------------------------------------------------------------
 */

struct out {
  char *to;
  size_t size;
  size_t len;
};

static struct out out_start(char *to, size_t size) {
  if (size > 0)
    to[0] = '\0';
  return (struct out){to, size, 0};
}

static void put(struct out *o, const char *text) {
  size_t len = strlen(text);

  if (o->size == 0)
    return;
  if (len > o->size - 1 - o->len)
    len = text_cut(text, o->size - 1 - o->len);
  memcpy(o->to + o->len, text, len);
  o->len += len;
  o->to[o->len] = '\0';
}

static void putf(struct out *o, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void putf(struct out *o, const char *format, ...) {
  char piece[FORMAT_SIZE];
  va_list args;

  va_start(args, format);
  vsnprintf(piece, sizeof(piece), format, args);
  va_end(args);
  put(o, piece);
}

/* -- units ------------------------------------------------------------------
 */

static const struct unit plain = {"", UNIT_PLAIN, 0, NULL};

static const struct {
  const char *plugin; /* NULL: whoever reports it */
  const char *type;
  struct unit unit;
} units[] = {
    /* what kasa.so reports; a derive is judged by its rate per second, and
     * a watt-hour per second is 3600 W */
    {NULL, "power", {"W", UNIT_KILO, 0, NULL}},
    {NULL, "voltage", {"V", UNIT_PLAIN, 0, NULL}},
    {NULL, "current", {"A", UNIT_PLAIN, 0, NULL}},
    {NULL, "watt_hours", {"W", UNIT_KILO, 3600, "Wh/s"}},
    {NULL, "kwh_today", {"kWh", UNIT_PLAIN, 0, NULL}},
    {NULL, "kwh_month", {"kWh", UNIT_PLAIN, 0, NULL}},
    {NULL, "cost_today", {"", UNIT_MONEY, 0, NULL}},
    {NULL, "cost_month", {"", UNIT_MONEY, 0, NULL}},
    {NULL, "relay", {"", UNIT_SWITCH, 0, NULL}},
    {NULL, "on_time", {"s", UNIT_SECONDS, 0, NULL}},
    {NULL, "led_off", {"", UNIT_YES, 0, NULL}},
    {NULL, "updating", {"", UNIT_YES, 0, NULL}},
    {NULL, "cloud_connected", {"", UNIT_YES, 0, NULL}},
    {NULL, "overheated", {"", UNIT_YES, 0, NULL}},
    {NULL, "overloaded", {"", UNIT_YES, 0, NULL}},
    {NULL, "signal_power", {"dBm", UNIT_PLAIN, 0, NULL}},
    {NULL, "brightness", {"%", UNIT_PLAIN, 0, NULL}},
    {NULL, "ambient_light", {"%", UNIT_PLAIN, 0, NULL}},
    {NULL, "motion", {"", UNIT_YES, 0, NULL}},
    {NULL, "up", {"", UNIT_YES, 0, NULL}},
    {NULL, "response_time", {"s", UNIT_SECONDS, 0, NULL}},
    {NULL, "failures", {"per second", UNIT_PLAIN, 0, NULL}},
    {NULL, "power_deviation", {"%", UNIT_PLAIN, 0, NULL}},
    {NULL, "running", {"", UNIT_YES, 0, NULL}},
    {NULL, "cycles", {"per second", UNIT_PLAIN, 0, NULL}},
    {NULL, "cycle_duration", {"s", UNIT_SECONDS, 0, NULL}},
    {NULL, "cycle_kwh", {"kWh", UNIT_PLAIN, 0, NULL}},
    {NULL, "poll_duration", {"s", UNIT_SECONDS, 0, NULL}},
    {NULL, "energy_wh", {"Wh", UNIT_ENERGY, 0, NULL}},
    /* what a host reports */
    {NULL, "percent", {"%", UNIT_PLAIN, 0, NULL}},
    {NULL, "percent_bytes", {"%", UNIT_PLAIN, 0, NULL}},
    {NULL, "percent_inodes", {"%", UNIT_PLAIN, 0, NULL}},
    {NULL, "cpu", {"%", UNIT_PLAIN, 0, NULL}}, /* jiffies, 100 in a second */
    {NULL, "df_complex", {"B", UNIT_BYTES, 0, NULL}},
    {NULL, "memory", {"B", UNIT_BYTES, 0, NULL}},
    {NULL, "swap", {"B", UNIT_BYTES, 0, NULL}},
    {NULL, "ps_rss", {"B", UNIT_BYTES, 0, NULL}},
    {NULL, "ps_vm", {"B", UNIT_BYTES, 0, NULL}},
    {NULL, "bytes", {"B", UNIT_BYTES, 0, NULL}},
    {NULL, "file_size", {"B", UNIT_BYTES, 0, NULL}},
    {NULL, "if_octets", {"B/s", UNIT_BYTES, 0, NULL}},
    {NULL, "disk_octets", {"B/s", UNIT_BYTES, 0, NULL}},
    {NULL, "total_bytes", {"B/s", UNIT_BYTES, 0, NULL}},
    {NULL, "bitrate", {"bit/s", UNIT_PLAIN, 0, NULL}},
    {NULL, "if_packets", {"per second", UNIT_PLAIN, 0, NULL}},
    {NULL, "if_errors", {"per second", UNIT_PLAIN, 0, NULL}},
    {NULL, "if_dropped", {"per second", UNIT_PLAIN, 0, NULL}},
    {NULL, "disk_ops", {"per second", UNIT_PLAIN, 0, NULL}},
    {NULL, "fork_rate", {"per second", UNIT_PLAIN, 0, NULL}},
    {NULL, "contextswitch", {"per second", UNIT_PLAIN, 0, NULL}},
    {NULL,
     "temperature",
     {"\xc2\xb0"
      "C",
      UNIT_PLAIN, 0, NULL}},
    {NULL, "humidity", {"%", UNIT_PLAIN, 0, NULL}},
    {NULL, "fanspeed", {"rpm", UNIT_PLAIN, 0, NULL}},
    {NULL, "frequency", {"Hz", UNIT_KILO, 0, NULL}},
    {"cpufreq", "cpufreq", {"Hz", UNIT_KILO, 0, NULL}},
    {"ping", "ping", {"ms", UNIT_PLAIN, 0, NULL}},
    {"ping", "ping_stddev", {"ms", UNIT_PLAIN, 0, NULL}},
    {"ping", "ping_droprate", {"%", UNIT_FRACTION, 0, ""}},
    {NULL, "uptime", {"s", UNIT_SECONDS, 0, NULL}},
    {NULL, "duration", {"s", UNIT_SECONDS, 0, NULL}},
    {NULL, "delay", {"s", UNIT_SECONDS, 0, NULL}},
    {NULL, "latency", {"s", UNIT_SECONDS, 0, NULL}},
    {NULL, "time_offset", {"s", UNIT_PLAIN, 0, NULL}},
    {NULL, "signal_noise", {"dBm", UNIT_PLAIN, 0, NULL}},
    {NULL, "signal_quality", {"%", UNIT_PLAIN, 0, NULL}},
    {NULL, "bool", {"", UNIT_YES, 0, NULL}},
};

const struct unit *unit_of(const char *plugin, const char *type) {
  for (size_t i = 0; i < COUNT(units); i++)
    if (strcmp(units[i].type, type) == 0 &&
        (units[i].plugin == NULL || strcmp(units[i].plugin, plugin) == 0))
      return &units[i].unit;
  return &plain;
}

void unit_from_symbol(const char *symbol, struct unit *own) {
  static const struct {
    const char *symbol;
    enum unit_kind kind;
  } known[] = {
      {"W", UNIT_KILO},    {"Hz", UNIT_KILO},   {"Wh", UNIT_ENERGY},
      {"B", UNIT_BYTES},   {"B/s", UNIT_BYTES}, {"bytes", UNIT_BYTES},
      {"s", UNIT_SECONDS},
  };

  *own = (struct unit){symbol, UNIT_PLAIN, 0, NULL};
  for (size_t i = 0; i < COUNT(known); i++)
    if (strcmp(known[i].symbol, symbol) == 0)
      own->kind = known[i].kind;
  if (strcmp(symbol, "bytes") == 0)
    own->symbol = "B";
}

static const char *currency_of(const struct format_style *style) {
  return style != NULL && style->currency != NULL ? style->currency : "EUR";
}

const char *unit_symbol(const struct unit *unit,
                        const struct format_style *style) {
  if (unit->kind == UNIT_MONEY)
    return currency_of(style);
  return unit->raw != NULL ? unit->raw : unit->symbol;
}

/* -- numbers ----------------------------------------------------------------
 */

/* Beyond this a double no longer counts units, and nobody reads the digits. */
#define LARGEST 1e15

static void put_grouped(struct out *o, uint64_t whole, const char *gap) {
  char digits[24];
  int n = snprintf(digits, sizeof(digits), "%" PRIu64, whole);

  for (int i = 0; i < n; i++) {
    char one[2] = {digits[i], '\0'};

    if (i > 0 && (n - i) % 3 == 0)
      put(o, gap);
    put(o, one);
  }
}

static void put_number(struct out *o, double value, unsigned decimals,
                       bool trim, const struct format_style *style) {
  const char *gap = style != NULL && style->thousands != NULL
                        ? style->thousands
                        : FORMAT_NARROW_SPACE;
  double size = fabs(value);
  uint64_t scale = 1;
  uint64_t all;
  uint64_t rest;

  if (!isfinite(value))
    return;
  if (size >= LARGEST) {
    /* %.0f writes no decimal point, so no locale can change it */
    putf(o, "%.0f", value);
    return;
  }
  while (decimals > 0 && size * (double)scale * 10 >= LARGEST * 100)
    decimals--;
  for (unsigned i = 0; i < decimals; i++)
    scale *= 10;
  all = (uint64_t)floor(size * (double)scale + 0.5);
  if (value < 0 && all > 0)
    put(o, "-");
  put_grouped(o, all / scale, gap);
  rest = all % scale;
  while (trim && decimals > 0 && rest % 10 == 0) {
    rest /= 10;
    decimals--;
  }
  if (decimals > 0)
    putf(o, ".%0*" PRIu64, (int)decimals, rest);
}

static unsigned decimals_for(double value) {
  double size = fabs(value);
  unsigned decimals = 2;

  if (size >= 100)
    return 0;
  if (size >= 10)
    return 1;
  /* 0.0042 s must not read as 0 */
  if (size > 0 && size < 0.01)
    decimals = size < 0.0001 ? 6 : size < 0.001 ? 5 : 4;
  return decimals;
}

size_t format_number(double value, const struct format_style *style, char *out,
                     size_t size) {
  struct out o = out_start(out, size);

  put_number(&o, value, decimals_for(value), true, style);
  return o.len;
}

size_t format_decimals(double value, unsigned decimals,
                       const struct format_style *style, char *out,
                       size_t size) {
  struct out o = out_start(out, size);

  put_number(&o, value, decimals > 9 ? 9 : decimals, false, style);
  return o.len;
}

static void put_with_unit(struct out *o, double value, const char *prefix,
                          const char *symbol,
                          const struct format_style *style) {
  put_number(o, value, decimals_for(value), true, style);
  if (*prefix != '\0' || *symbol != '\0')
    putf(o, " %s%s", prefix, symbol);
}

static void put_bytes(struct out *o, double value, const char *symbol,
                      const struct format_style *style) {
  static const char *const prefixes[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi"};
  size_t i = 0;

  /* 1023.6 KiB would be rounded to 1 024 KiB */
  while (i + 1 < COUNT(prefixes) && fabs(value) >= 1023.5) {
    value /= 1024;
    i++;
  }
  put_with_unit(o, value, prefixes[i], symbol, style);
}

static void put_money(struct out *o, double value,
                      const struct format_style *style) {
  double cents = floor(fabs(value) * 100 + 0.5);

  put_number(o, value, fmod(cents, 100) == 0 ? 0 : 2, false, style);
  putf(o, " %s", currency_of(style));
}

static void put_seconds(struct out *o, double value,
                        const struct format_style *style) {
  char text[FORMAT_SIZE];

  if (fabs(value) < 1 && value != 0) {
    put_with_unit(o, value * 1000, "m", "s", style);
  } else if (value >= 60) {
    format_duration(value, text, sizeof(text));
    put(o, text);
  } else {
    put_with_unit(o, value, "", "s", style);
  }
}

size_t format_value(double value, const struct unit *unit,
                    const struct format_style *style, char *out, size_t size) {
  struct out o = out_start(out, size);

  if (!isfinite(value))
    return 0;
  if (unit->factor != 0)
    value *= unit->factor;
  switch (unit->kind) {
  case UNIT_PLAIN:
    put_with_unit(&o, value, "", unit->symbol, style);
    break;
  case UNIT_KILO:
    if (fabs(value) >= 9999.5 && fabs(value) < 1e6)
      put_with_unit(&o, value / 1e3, "k", unit->symbol, style);
    else if (fabs(value) >= 1e6 && fabs(value) < 1e9)
      put_with_unit(&o, value / 1e6, "M", unit->symbol, style);
    else if (fabs(value) >= 1e9)
      put_with_unit(&o, value / 1e9, "G", unit->symbol, style);
    else
      put_with_unit(&o, value, "", unit->symbol, style);
    break;
  case UNIT_ENERGY:
    if (fabs(value) >= 999.5)
      put_with_unit(&o, value / 1e3, "k", unit->symbol, style);
    else
      put_with_unit(&o, value, "", unit->symbol, style);
    break;
  case UNIT_BYTES:
    put_bytes(&o, value, unit->symbol, style);
    break;
  case UNIT_MONEY:
    put_money(&o, value, style);
    break;
  case UNIT_SECONDS:
    put_seconds(&o, value, style);
    break;
  case UNIT_FRACTION:
    put_with_unit(&o, value * 100, "", unit->symbol, style);
    break;
  case UNIT_SWITCH:
  case UNIT_YES:
    /* bounds such as 0.5 are no state of a switch */
    if (value != 0 && value != 1)
      put_with_unit(&o, value, "", "", style);
    else if (unit->kind == UNIT_SWITCH)
      put(&o, value != 0 ? "on" : "off");
    else
      put(&o, value != 0 ? "yes" : "no");
    break;
  }
  return o.len;
}

/* -- durations --------------------------------------------------------------
 */

size_t format_duration(double seconds, char *out, size_t size) {
  struct out o = out_start(out, size);
  uint64_t s;
  uint64_t days;
  uint64_t hours;
  uint64_t minutes;

  if (!isfinite(seconds))
    return 0;
  s = seconds <= 0      ? 0
      : seconds >= 1e12 ? 1000000000000U
                        : (uint64_t)floor(seconds + 0.5);
  days = s / 86400;
  hours = s / 3600 % 24;
  minutes = s / 60 % 60;
  if (s < 60)
    putf(&o, "%" PRIu64 " s", s);
  else if (s < 3600)
    putf(&o, minutes == 1 ? "%" PRIu64 " minute" : "%" PRIu64 " minutes",
         minutes);
  else if (days == 0 && minutes == 0)
    putf(&o, "%" PRIu64 " h", hours);
  else if (days == 0)
    putf(&o, "%" PRIu64 " h %02" PRIu64 " min", hours, minutes);
  else if (hours == 0)
    putf(&o, days == 1 ? "%" PRIu64 " day" : "%" PRIu64 " days", days);
  else
    putf(&o,
         days == 1 ? "%" PRIu64 " day %" PRIu64 " h"
                   : "%" PRIu64 " days %" PRIu64 " h",
         days, hours);
  return o.len;
}

size_t format_relative(int64_t when, int64_t now, char *out, size_t size) {
  struct out o = out_start(out, size);
  char text[FORMAT_SIZE];

  if (when == now) {
    put(&o, "now");
    return o.len;
  }
  format_duration(fabs((double)now - (double)when), text, sizeof(text));
  if (when < now)
    putf(&o, "%s ago", text);
  else
    putf(&o, "in %s", text);
  return o.len;
}

/* -- moments ----------------------------------------------------------------
 */

static const char *const months[] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};
static const char *const weekdays[] = {"Sunday",    "Monday",   "Tuesday",
                                       "Wednesday", "Thursday", "Friday",
                                       "Saturday"};

static bool local(int64_t when, struct tm *tm) {
  time_t t = (time_t)when;

  return when != 0 && localtime_r(&t, tm) != NULL;
}

static void put_offset(struct out *o, const struct tm *tm, const char *colon) {
  long minutes = tm->tm_gmtoff / 60;
  long size = minutes < 0 ? -minutes : minutes;

  putf(o, "%c%02ld%s%02ld", minutes < 0 ? '-' : '+', size / 60, colon,
       size % 60);
}

static void put_date(struct out *o, const struct tm *tm, int64_t when,
                     char letter) {
  switch (letter) {
  case 'Y':
    putf(o, "%04d", tm->tm_year + 1900);
    break;
  case 'y':
    putf(o, "%02d", tm->tm_year % 100);
    break;
  case 'm':
    putf(o, "%02d", tm->tm_mon + 1);
    break;
  case 'd':
    putf(o, "%02d", tm->tm_mday);
    break;
  case 'e':
    putf(o, "%d", tm->tm_mday);
    break;
  case 'j':
    putf(o, "%03d", tm->tm_yday + 1);
    break;
  case 'H':
    putf(o, "%02d", tm->tm_hour);
    break;
  case 'I':
    putf(o, "%02d", tm->tm_hour % 12 == 0 ? 12 : tm->tm_hour % 12);
    break;
  case 'p':
    put(o, tm->tm_hour < 12 ? "am" : "pm");
    break;
  case 'M':
    putf(o, "%02d", tm->tm_min);
    break;
  case 'S':
    putf(o, "%02d", tm->tm_sec);
    break;
  case 'a':
    putf(o, "%.3s", weekdays[tm->tm_wday]);
    break;
  case 'A':
    put(o, weekdays[tm->tm_wday]);
    break;
  case 'b':
    putf(o, "%.3s", months[tm->tm_mon]);
    break;
  case 'B':
    put(o, months[tm->tm_mon]);
    break;
  case 'F':
    putf(o, "%04d-%02d-%02d", tm->tm_year + 1900, tm->tm_mon + 1, tm->tm_mday);
    break;
  case 'T':
    putf(o, "%02d:%02d:%02d", tm->tm_hour, tm->tm_min, tm->tm_sec);
    break;
  case 'R':
    putf(o, "%02d:%02d", tm->tm_hour, tm->tm_min);
    break;
  case 's':
    putf(o, "%" PRId64, when);
    break;
  case 'Z':
    put(o, tm->tm_zone != NULL ? tm->tm_zone : "");
    break;
  case 'z':
    put_offset(o, tm, "");
    break;
  case '%':
    put(o, "%");
    break;
  }
}

bool format_date_valid(const char *pattern) {
  for (; *pattern != '\0'; pattern++) {
    if (*pattern != '%')
      continue;
    pattern++;
    if (*pattern == '\0' || strchr("YymdejHIpMSaAbBFTRsZz%", *pattern) == NULL)
      return false;
  }
  return true;
}

size_t format_date(int64_t when, const char *pattern, char *out, size_t size) {
  struct out o = out_start(out, size);
  struct tm tm;

  if (!local(when, &tm))
    return 0;
  while (*pattern != '\0') {
    size_t run = strcspn(pattern, "%");

    if (run > 0) {
      char piece[FORMAT_SIZE];
      size_t take =
          text_cut(pattern, run < sizeof(piece) ? run : sizeof(piece) - 1);

      if (take == 0) /* a stray continuation byte */
        take = 1;
      memcpy(piece, pattern, take);
      piece[take] = '\0';
      put(&o, piece);
      pattern += take;
      continue;
    }
    if (pattern[1] == '\0')
      break;
    put_date(&o, &tm, when, pattern[1]);
    pattern += 2;
  }
  return o.len;
}

size_t format_moment(int64_t when, char *out, size_t size) {
  return format_date(when, "%F %T %Z", out, size);
}

size_t format_clock(int64_t when, int64_t now, char *out, size_t size) {
  struct tm then;
  struct tm today;

  if (size > 0)
    out[0] = '\0';
  if (!local(when, &then))
    return 0;
  if (!local(now, &today) || then.tm_year != today.tm_year)
    return format_date(when, "%e %b %Y %R", out, size);
  if (then.tm_yday != today.tm_yday)
    return format_date(when, "%e %b %R", out, size);
  return format_date(when, "%R", out, size);
}

size_t format_rfc3339(int64_t when, char *out, size_t size) {
  struct out o = out_start(out, size);
  struct tm tm;

  if (!local(when, &tm))
    return 0;
  putf(&o, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1,
       tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
  put_offset(&o, &tm, ":");
  return o.len;
}
