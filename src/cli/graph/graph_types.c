/* SPDX-License-Identifier: MIT */
/* Kinds and spans: see graph_types.h. */
#include <config.h>

#include "cli/graph/graph_types.h"

enum { HOUR = 3600, DAY = 24 * HOUR };

/* The grids are rrdtool's: lines, bold lines, labels (each a unit and how many
 * of them), seconds that a label is for, and what it says. */
const struct graph_span_info graph_spans[GRAPH_SPANS] = {
    [GRAPH_HOUR] = {"hour", "Hour", "the last hour", HOUR,
                    "MINUTE:5:MINUTE:15:MINUTE:15:0:%H:%M", 24, 'h', 1,
                    "HOUR:1:HOUR:4:HOUR:4:0:%H:%M", "per hour", "this hour"},
    [GRAPH_DAY] = {"day", "Day", "the last 24 hours", DAY,
                   "HOUR:1:HOUR:4:HOUR:4:0:%H:%M", 24, 'h', 1,
                   "HOUR:1:HOUR:4:HOUR:4:0:%H:%M", "per hour", "this hour"},
    [GRAPH_WEEK] = {"week", "Week", "the last 7 days", 7 * DAY,
                    "HOUR:12:DAY:1:DAY:1:86400:%a %-d", 7, 'd', 10,
                    "DAY:1:DAY:1:DAY:1:86400:%a %-d", "per day", "today"},
    [GRAPH_MONTH] = {"month", "Month", "the last 31 days", 31 * DAY,
                     "DAY:1:WEEK:1:WEEK:1:0:%-d %b", 31, 'd', 30,
                     "DAY:1:WEEK:1:WEEK:1:86400:%-d %b", "per day", "today"},
    [GRAPH_YEAR] = {"year", "Year", "the last 12 months", 366 * DAY,
                    "MONTH:1:MONTH:3:MONTH:1:2592000:%b", 12, 'm', 360,
                    "MONTH:1:MONTH:3:MONTH:1:2592000:%b", "per month",
                    "this month"},
};

const struct graph_type_info graph_types[GRAPH_TYPES] = {
    [GRAPH_POWER] = {"power", "Power", "W", 1, RRD_POWER, RRD_POWER, false},
    [GRAPH_ENERGY] = {"energy", "Energy", "Wh", 2, RRD_WATT_HOURS,
                      RRD_WATT_HOURS, true},
    [GRAPH_VOLTAGE] = {"voltage", "Voltage", "V", 1, RRD_VOLTAGE, RRD_VOLTAGE,
                       false},
    [GRAPH_CURRENT] = {"current", "Current", "A", 3, RRD_CURRENT, RRD_CURRENT,
                       false},
    [GRAPH_SIGNAL] = {"signal", "Signal", "dBm", 0, RRD_SIGNAL, RRD_SIGNAL,
                      false},
    [GRAPH_RESPONSE] = {"response", "Response time", "ms", 1, RRD_RESPONSE_TIME,
                        RRD_UP, false},
    [GRAPH_COST] = {"cost", "Cost", "", 2, RRD_COST_YESTERDAY,
                    RRD_COST_YESTERDAY, true},
};

static bool has(const struct rrd_series *series, enum rrd_type type) {
  return series->files[type].path != NULL && series->files[type].good;
}

bool graph_type_fits(const struct rrd_series *series, enum graph_type kind) {
  if (has(series, graph_types[kind].type) ||
      has(series, graph_types[kind].or_type))
    return true;
  for (size_t i = 0; kind == GRAPH_POWER && i < series->plugs_num; i++)
    if (has(&series->plugs[i], RRD_POWER))
      return true;
  return false;
}

enum graph_span graph_bars_span(enum graph_type kind, enum graph_span span) {
  if (!graph_types[kind].bars || span > GRAPH_DAY)
    return span;
  return kind == GRAPH_COST ? GRAPH_WEEK : GRAPH_DAY;
}

/* The calendar's hours, days and months differ in length; mktime() knows. */
void graph_edges(enum graph_span span, time_t now,
                 time_t edges[GRAPH_BARS_MAX + 1]) {
  const struct graph_span_info *info = &graph_spans[span];
  struct tm here = {0};

  localtime_r(&now, &here);
  if (info->bar == 'h') {
    time_t hour = now - here.tm_min * 60 - here.tm_sec;

    for (size_t i = 0; i <= info->bars; i++)
      edges[i] = hour + ((time_t)i + 1 - (time_t)info->bars) * HOUR;
    return;
  }
  for (size_t i = 0; i <= info->bars; i++) {
    int back = (int)info->bars - 1 - (int)i;
    struct tm edge = {.tm_year = here.tm_year,
                      .tm_mon = here.tm_mon - (info->bar == 'm' ? back : 0),
                      .tm_mday = info->bar == 'm' ? 1 : here.tm_mday - back,
                      .tm_isdst = -1};

    edges[i] = mktime(&edge);
  }
}
