/* SPDX-License-Identifier: MIT */
/* Numbers with their units: see format.h.
 *
 * No printf conversion here depends on the locale: decimals are made from
 * integers. */
#include <config.h>

#include "alert/text/format.h"

#include "alert/text/format_time.h"
#include "base/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

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

/* "1.5e40": two digits behind the point at most, none that is 0. */
static void put_power_of_ten(struct out *o, double value) {
  int power = (int)floor(log10(fabs(value)));
  long hundreds = lround(fabs(value) / pow(10, power) * 100);

  if (hundreds >= 1000) { /* 9.999 was rounded */
    hundreds /= 10;
    power++;
  }
  putf(o, "%s%ld", value < 0 ? "-" : "", hundreds / 100);
  if (hundreds % 100 != 0)
    putf(o, hundreds % 10 == 0 ? ".%ld" : ".%02ld",
         hundreds % 10 == 0 ? hundreds % 100 / 10 : hundreds % 100);
  putf(o, "e%d", power);
}

static void put_number(struct out *o, double value, unsigned decimals,
                       bool trim, const struct text_style *style) {
  const char *gap = style != NULL && style->thousands_separator != NULL
                        ? style->thousands_separator
                        : FORMAT_NARROW_SPACE;
  double size = fabs(value);
  uint64_t scale = 1;
  uint64_t all;
  uint64_t rest;

  if (!isfinite(value))
    return;
  if (size >= LARGEST) {
    put_power_of_ten(o, value);
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

size_t format_number(double value, const struct text_style *style, char *out,
                     size_t size) {
  struct out o = out_start(out, size);

  put_number(&o, value, decimals_for(value), true, style);
  return o.len;
}

size_t format_decimals(double value, unsigned decimals,
                       const struct text_style *style, char *out, size_t size) {
  struct out o = out_start(out, size);

  put_number(&o, value, decimals > 9 ? 9 : decimals, false, style);
  return o.len;
}

static void put_with_unit(struct out *o, double value, const char *prefix,
                          const char *symbol, const struct text_style *style) {
  put_number(o, value, decimals_for(value), true, style);
  if (*prefix != '\0' || *symbol != '\0')
    putf(o, " %s%s", prefix, symbol);
}

static void put_bytes(struct out *o, double value, const char *symbol,
                      const struct text_style *style) {
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
                      const struct text_style *style) {
  double cents = floor(fabs(value) * 100 + 0.5);

  put_number(o, value, fmod(cents, 100) == 0 ? 0 : 2, false, style);
  putf(o, " %s", unit_currency(style));
}

static void put_seconds(struct out *o, double value,
                        const struct text_style *style) {
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
                    const struct text_style *style, char *out, size_t size) {
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
    else if (fabs(value) >= 1e9 && fabs(value) < LARGEST)
      put_with_unit(&o, value / 1e9, "G", unit->symbol, style);
    else
      put_with_unit(&o, value, "", unit->symbol, style);
    break;
  case UNIT_ENERGY:
    if (fabs(value) >= 999.5 && fabs(value) < LARGEST)
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
