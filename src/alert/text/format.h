/* SPDX-License-Identifier: MIT */
/* Numbers, durations and moments in the words people use, the same under
 * every locale: "1 620 W", "52.4 kWh", "2 h 05 min", "14:03".
 *
 * Every function writes a terminated text to out, cut to size, and returns
 * its length. What cannot be shown (NaN, infinity, no moment) gives an empty
 * text. Pure apart from the local time zone; safe from any thread. */
#ifndef ALERT_TEXT_FORMAT_H
#define ALERT_TEXT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FORMAT_SIZE = 128 }; /* holds every result of this file */

/* U+202F, the separator of thousands unless the configuration says other. */
#define FORMAT_NARROW_SPACE "\xe2\x80\xaf"

/* What the person chose; a NULL member means its default. */
struct format_style {
  const char *thousands; /* FORMAT_NARROW_SPACE; "" for none */
  const char *currency;  /* "EUR" */
};

/* How a value of one type is shown. */
enum unit_kind {
  UNIT_PLAIN,    /* number and symbol */
  UNIT_KILO,     /* "kW" instead of "W" from 10 000 */
  UNIT_ENERGY,   /* Wh, from 1000 on kWh */
  UNIT_BYTES,    /* IEC: KiB, MiB .. */
  UNIT_MONEY,    /* two decimals, or none when whole; symbol = currency */
  UNIT_SECONDS,  /* milliseconds below 1 s, a duration from 1 minute */
  UNIT_FRACTION, /* 0..1, shown as percent */
  UNIT_SWITCH,   /* "on" and "off" */
  UNIT_YES       /* "yes" and "no" */
};

struct unit {
  const char *symbol; /* "W"; empty where a bare number is meant */
  enum unit_kind kind;
  double factor;   /* from the notified value to the shown one; 0 means 1 */
  const char *raw; /* symbol of the notified value where that differs */
};

/* The unit of a type as collectd or we name it; never NULL. A type that is
 * measured by several plugins in different units is told apart by plugin. */
const struct unit *unit_of(const char *plugin, const char *type);

/* The unit for a symbol a person wrote in a <Unit> block; kept in *own. */
void unit_from_symbol(const char *symbol, struct unit *own);

/* 1620 -> "1 620"; three significant digits below 100, none cut above. */
size_t format_number(double value, const struct format_style *style, char *out,
                     size_t size);

/* A fixed number of decimals (0 to 9), nothing cut. */
size_t format_decimals(double value, unsigned decimals,
                       const struct format_style *style, char *out,
                       size_t size);

/* 1620 and W -> "1 620 W". */
size_t format_value(double value, const struct unit *unit,
                    const struct format_style *style, char *out, size_t size);

/* The symbol that belongs to the value as notified, for machines: "W", "EUR",
 * "Wh/s". */
const char *unit_symbol(const struct unit *unit,
                        const struct format_style *style);

/* 40 -> "40 s", 300 -> "5 minutes", 7500 -> "2 h 05 min", 273600 ->
 * "3 days 4 h". Below nothing: "0 s". */
size_t format_duration(double seconds, char *out, size_t size);

/* "5 minutes ago", "in 2 h", "now". */
size_t format_relative(int64_t when, int64_t now, char *out, size_t size);

/* "2026-11-21 14:03:22 CET"; when is in seconds since 1970. 0 is no moment. */
size_t format_moment(int64_t when, char *out, size_t size);

/* As short as now allows: "14:03" today, "20 Nov 14:03" this year, else
 * "20 Nov 2025 14:03". */
size_t format_clock(int64_t when, int64_t now, char *out, size_t size);

/* "2026-11-21T14:03:22+01:00". */
size_t format_rfc3339(int64_t when, char *out, size_t size);

/* By a pattern like strftime's, always in English; false from
 * format_date_valid() where it holds a conversion we do not know. */
bool format_date_valid(const char *pattern);
size_t format_date(int64_t when, const char *pattern, char *out, size_t size);

#endif
