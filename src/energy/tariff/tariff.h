/* SPDX-License-Identifier: MIT */
/* What a kWh costs at a moment, and what has to be paid whether or not
 * anything is used: the model that <Tariff> blocks are read into
 * (tariff_config.h). Pure but for tariff_free() and the series' growth; one
 * thread at a time. */
#ifndef ENERGY_TARIFF_TARIFF_H
#define ENERGY_TARIFF_TARIFF_H

#include "energy/calendar.h"
#include "energy/tariff/price_file.h"
#include "energy/tariff/price_series.h"

#include <limits.h>

enum { CURRENCY_SIZE = 4, TARIFF_NAME_SIZE = 64, ALL_MONTHS = 0xfff };
#define TARIFF_ALWAYS INT_MIN

struct tariff_tier {
  double up_to; /* kWh of the site in the billing month; the last: infinite */
  bool per_day; /* times the days of the billing month */
  double rate;
};

/* One price, or one by tiers. */
struct tariff_rate {
  bool given;
  double rate;
  struct tariff_tier *tiers; /* rate is not used then */
  size_t tiers_num;
};

struct tariff_hours {
  unsigned start, end; /* minutes of the day; start > end crosses midnight */
};

struct tariff_period {
  char name[TARIFF_NAME_SIZE];
  bool any_day;
  unsigned weekdays;          /* bit 0: Monday */
  uint64_t day_types;         /* bits: index into tariff.day_types */
  unsigned months;            /* bit 0: January */
  struct tariff_hours *hours; /* none: all day */
  size_t hours_num;
  struct tariff_rate rate;
  unsigned line; /* of the configuration; 0: not known */
};

/* <Prices> */
struct tariff_prices {
  bool given;
  char *file, *url, *label;
  struct price_reading how;
  double factor, max, min;    /* max, min: NAN when there is none */
  double fallback;            /* NAN: unpriced until the price comes */
  unsigned line;              /* of the configuration; 0: not known */
  int64_t stamp;              /* of the file as it was read */
  struct price_series series; /* per kWh, before factor, max and min */
};

struct tariff_component {
  char name[TARIFF_NAME_SIZE];
  struct tariff_rate base;
  struct tariff_prices prices;   /* in place of base */
  struct tariff_period *periods; /* the first that matches counts */
  size_t periods_num;
};

struct tariff_day_type {
  char name[TARIFF_NAME_SIZE];
  unsigned starts; /* minute of the day from which it holds for 24 h */
  int *dates;
  size_t dates_num;
  unsigned *yearly; /* month * 100 + day */
  size_t yearly_num;
  int *easter; /* days from Easter Sunday */
  size_t easter_num;
  char *file;
  int *file_dates;
  size_t file_dates_num;
  unsigned line; /* of the configuration; 0: not known */
  int64_t stamp; /* of the file as it was read */
};

struct tariff_tax {
  char name[TARIFF_NAME_SIZE];
  double factor; /* 1.19 */
};

enum tariff_per { PER_DAY, PER_MONTH, PER_YEAR };

struct tariff_charge {
  char name[TARIFF_NAME_SIZE];
  enum tariff_per per;
  double amount; /* before taxes */
  unsigned months;
  uint64_t taxes; /* bits: index into tariff.taxes */
};

struct tariff {
  int from;      /* day; TARIFF_ALWAYS */
  unsigned line; /* of the configuration; 0: not known */
  char currency[CURRENCY_SIZE];
  unsigned billing_day; /* 0: it does not say */
  double other_use;     /* kWh a day */
  double minimum;       /* NAN: none */
  enum tariff_per minimum_per;
  struct tariff_component *components;
  size_t components_num;
  struct tariff_day_type *day_types;
  size_t day_types_num;
  struct tariff_tax *taxes;
  size_t taxes_num;
  struct tariff_charge *charges;
  size_t charges_num;
  unsigned *cuts; /* minutes of the day at which something may change, rising,
                     the last one 1440 */
  size_t cuts_num;
};

/* All tariffs of a configuration, by from, rising. */
struct tariffs {
  struct tariff *items;
  size_t num;
};

void tariff_free(struct tariff *t);
void tariffs_free(struct tariffs *set);

/* After everything else is set: the cuts. 0 or -ENOMEM. */
int tariff_finish(struct tariff *t);

/* The tariff of a local day, or NULL. */
const struct tariff *tariffs_at(const struct tariffs *set, int day);
/* The currency of all of them, "" when there is none. */
const char *tariffs_currency(const struct tariffs *set);
/* Decimals of its smallest coin. */
unsigned tariff_decimals(const char *currency);

unsigned tariff_billing_day(const struct tariff *t);
struct calendar_billing tariff_billing(const struct tariff *t, int day);

bool tariff_day_is(const struct tariff_day_type *type, int day);

/* Index of the period of a component that holds at a moment, -1: none. */
int tariff_period_at(const struct tariff *t, const struct tariff_component *c,
                     const struct calendar_local *now);

/* What energy costs in one stretch in which nothing changes: all components,
 * taxes in, for energy kWh while the site's use in the billing month goes from
 * position kWh by moved kWh. False when a price is not known. */
bool tariff_energy_cost(const struct tariff *t, int64_t us,
                        const struct calendar_local *now, double energy,
                        double position, double moved, double *cost);

/* The price of the next kWh, taxes in. */
bool tariff_price(const struct tariff *t, int64_t us, double position,
                  double *price);

/* Whether prices depend on what the site has used. */
bool tariff_has_tiers(const struct tariff *t);

/* Until when prices stay as they are at us. */
int64_t tariff_until(const struct tariff *t, int64_t us,
                     const struct calendar_local *now);

/* "energy:peak+grid:base": which parts of the tariff hold. */
void tariff_describe(const struct tariff *t, const struct calendar_local *now,
                     char *out, size_t size);

/* Fixed charges of a local day, taxes in. */
double tariff_charges(const struct tariff *t, int day);
/* The minimum of a billing month up to and with a day; NAN: there is none. */
double tariff_minimum(const struct tariff *t, int day);

#endif
