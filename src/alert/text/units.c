/* SPDX-License-Identifier: MIT */
/* Which unit a value has: see units.h. */
#include <config.h>

#include "alert/text/units.h"

#include <math.h>
#include <string.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

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
    {NULL, "kwh_yesterday", {"kWh", UNIT_PLAIN, 0, NULL}},
    {NULL, "cost_yesterday", {"", UNIT_MONEY, 0, NULL}},
    {NULL, "cost_forecast", {"", UNIT_MONEY, 0, NULL}},
    {NULL, "price", {"", UNIT_MONEY, 0, NULL}},
    {NULL, "unpriced", {"kWh", UNIT_PLAIN, 0, NULL}},
    {NULL, "covered", {"%", UNIT_PLAIN, 0, NULL}},
    {NULL, "standby", {"W", UNIT_KILO, 0, NULL}},
    {NULL, "duty", {"%", UNIT_PLAIN, 0, NULL}},
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
    {NULL, "cycle_cost", {"", UNIT_MONEY, 0, NULL}},
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
    {NULL,
     "smart_temperature",
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

const char *unit_currency(const struct text_style *style) {
  return style != NULL && style->currency != NULL ? style->currency : "EUR";
}

const char *unit_symbol(const struct unit *unit,
                        const struct text_style *style) {
  if (unit->kind == UNIT_MONEY)
    return unit_currency(style);
  return unit->raw != NULL ? unit->raw : unit->symbol;
}

static const char *chosen_for(const struct text_style *style,
                              const char *type) {
  if (style != NULL)
    for (size_t i = 0; i < style->units_num; i++)
      if (strcmp(style->units[i].type, type) == 0)
        return style->units[i].unit;
  return NULL;
}

struct unit unit_of_alert(const struct alert *alert,
                          const struct text_style *style) {
  const char *chosen = chosen_for(style, alert->type);
  struct unit unit = {"", UNIT_PLAIN, 0, NULL};

  if (!isnan(alert->percent))
    unit.symbol = "%";
  else if (chosen != NULL)
    unit_from_symbol(chosen, &unit);
  else if (alert->type[0] != '\0')
    unit = *unit_of(alert->plugin, alert->type);
  else /* a missing device: of its last value */
    unit_from_symbol(alert->unit, &unit);
  return unit;
}

const char *unit_of_type(const struct text_style *style, const char *type) {
  const char *chosen = chosen_for(style, type);

  return chosen != NULL ? chosen : unit_symbol(unit_of("", type), style);
}
