/* SPDX-License-Identifier: MIT */
/* What the ledger holds of some days, in groups. All numbers are integers, so
 * that the groups are the whole to the last digit. One thread. */
#ifndef CLI_ENERGY_ENERGY_REPORT_H
#define CLI_ENERGY_ENERGY_REPORT_H

#include "cli/energy/energy_place.h"
#include "cli/energy/energy_range.h"

enum energy_by {
  ENERGY_BY_DEVICE,
  ENERGY_BY_PLUG,
  ENERGY_BY_DAY,
  ENERGY_BY_HOUR,
  ENERGY_BY_PERIOD,
  ENERGY_BY_MONTH,
};

enum energy_kind { ENERGY_USED, ENERGY_PRODUCED, ENERGY_CHARGES };

struct energy_group {
  enum energy_kind kind;
  char *name;
  int64_t key; /* day or moment, where groups are of time */
  int64_t mwh, cost, unpriced_mwh;
  int64_t peak_mw, peak_us;
  unsigned flags;
  unsigned cycles; /* that appliances have finished */
  bool others;     /* what --top left out */
};

/* How long a name was known of, for `covered`. */
struct energy_presence {
  char *name;
  int first, last;
  int64_t covered_us;
};

struct energy_report {
  enum energy_by by;
  const struct energy_place *place;
  const struct energy_range *range;
  char currency[CURRENCY_SIZE]; /* "": there are no costs */
  struct energy_group *groups;
  size_t groups_num, groups_room;
  struct energy_presence *present;
  size_t present_num;
  struct energy_group used, produced, charges; /* sums */
  struct energy_group minimum; /* what whole billing months lack to theirs */
  struct energy_month {
    int start; /* first day of a billing month */
    int64_t cost;
  } * months; /* that are whole, rising */
  size_t months_num;
  bool has_cycles; /* some group has */
  bool out_of_memory;
};

/* Reads and groups; at most top groups, 0: all. False when it says why not on
 * stderr. energy_report_free() in both cases. */
bool energy_report_make(struct energy_report *r, struct ledger_query *q,
                        size_t top);
void energy_report_free(struct energy_report *r);

/* Percent of the time that is known of; NAN: nothing is. */
double energy_report_covered(const struct energy_report *r);

/* Of what was used, 0 to 1. */
double energy_report_share(const struct energy_report *r,
                           const struct energy_group *g);

/* energy_report_show.c: to stdout. */
void energy_report_table(const struct energy_report *r);
void energy_report_csv(const struct energy_report *r);
void energy_report_json(const struct energy_report *r);

#endif
