/* SPDX-License-Identifier: MIT */
/* Units of what collectd measures, by a table of its types. Read-only and safe
 * from any thread. */
#ifndef ALERT_TEXT_UNITS_H
#define ALERT_TEXT_UNITS_H

#include "alert/model/alert.h"
#include "alert/text/text_style.h"

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

/* The symbol that belongs to the value as notified, for machines: "W", "EUR",
 * "Wh/s". */
const char *unit_symbol(const struct unit *unit,
                        const struct text_style *style);

/* "EUR" unless the configuration says other; style may be NULL. */
const char *unit_currency(const struct text_style *style);

/* Unit of the alert's values: <Unit> of the configuration, else the type's;
 * percent where the threshold judges a percentage. Texts inside are borrowed
 * from the tables, the style or the alert. style may be NULL. */
struct unit unit_of_alert(const struct alert *alert,
                          const struct text_style *style);

/* "W", "V", ... for a collectd type ("power"), after <Unit> and Currency;
 * "" = none. style may be NULL. The string lives as long as style. */
const char *unit_of_type(const struct text_style *style, const char *type);

#endif
