/* SPDX-License-Identifier: MIT */
/* What the files that read <Tariff> blocks share. */
#ifndef ENERGY_TARIFF_TARIFF_CONFIG_INTERNAL_H
#define ENERGY_TARIFF_TARIFF_CONFIG_INTERNAL_H

#include "energy/tariff/tariff_config.h"

enum { TARIFF_WHERE_SIZE = 120, TARIFF_LIST_MAX = 60 };

/* What <Tariff>, <Component> and <Period> have in common; first in each. */
struct rate_options {
  double rate; /* NAN: not given */
  struct tariff_rate table;
  bool tier_lost; /* one had a mistake, so that the others do not say all */
  const struct tariff *tariff;
};

struct component_options {
  struct rate_options price;
  struct tariff_component component;
};

/* A kWh costs thousands of some currencies, and a year millions. */
#define TARIFF_PRICE_MAX 1e6
#define TARIFF_AMOUNT_MAX 1e9

#define TARIFF_RATE_ROW                                                        \
  {                                                                            \
    .name = "Rate", .type = OPTION_NUMBER,                                     \
    .offset = offsetof(struct rate_options, rate), .min = -TARIFF_PRICE_MAX,   \
    .max = TARIFF_PRICE_MAX                                                    \
  }

/* Only odd: said, but not an error. */
void tariff_config_warn(struct option_reporter *reporter, const char *format,
                        ...) __attribute__((format(printf, 2, 3)));

/* One more place at the end of an array of at most TARIFF_LIST_MAX; NULL after
 * saying why not. */
void *tariff_config_grow(void *items, size_t num, size_t size,
                         const char *where, struct option_reporter *reporter);

void tariff_config_name(char out[TARIFF_NAME_SIZE], const char *name);

/* -- tariff_config_rate.c: handlers of blocks -- */

/* <Tier> into a struct rate_options. */
void tariff_config_tier(void *target, const struct conf_item *item,
                        struct option_reporter *reporter);
/* <Period> and <Prices> into a struct component_options. */
void tariff_config_period(void *target, const struct conf_item *item,
                          struct option_reporter *reporter);
void tariff_config_prices(void *target, const struct conf_item *item,
                          struct option_reporter *reporter);
void tariff_config_component_init(struct component_options *c,
                                  const struct tariff *t);
/* Adds it to the tariff. */
void tariff_config_component(struct tariff *t, struct component_options *c,
                             const char *where,
                             struct option_reporter *reporter);

/* -- tariff_config_day.c -- */

void tariff_config_tax(struct tariff *t, const struct conf_item *item,
                       struct option_reporter *reporter);
void tariff_config_day_type(struct tariff *t, const struct conf_item *item,
                            struct option_reporter *reporter);

/* -- tariff_config_check.c -- */

/* What can only be seen in a whole tariff: periods that never count, moments
 * without a price, prices that look like cents. */
void tariff_config_check(struct tariff *t, struct option_reporter *reporter);

#endif
