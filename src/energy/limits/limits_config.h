/* SPDX-License-Identifier: MIT */
/* What may stand in a <Limits> block. One thread at a time. */
#ifndef ENERGY_LIMITS_LIMITS_CONFIG_H
#define ENERGY_LIMITS_LIMITS_CONFIG_H

#include "config/option.h"

#include <stdbool.h>

enum limit {
  LIMIT_DAILY_ENERGY,
  LIMIT_DAILY_COST,
  LIMIT_MONTHLY_ENERGY,
  LIMIT_MONTHLY_COST,
  LIMITS
};

enum { LIMITS_STEPS_MAX = 16 };

struct limits_settings {
  bool given;                     /* there is a block */
  double allowed[LIMITS];         /* kWh, units of the currency; 0: no limit */
  double steps[LIMITS_STEPS_MAX]; /* percent, rising */
  unsigned steps_num;
  bool forecast; /* months: also when the projection passes 100 % */
  bool recovery; /* also tell that a new day or month has begun */
};

/* "DailyEnergy" and so on, as in the block. */
extern const char *const limit_names[LIMITS];

/* The options of the block; offsets are those of struct limits_settings. */
extern const struct option limits_options[];

/* Reads the block. where names what it stands in, like <Plugin kasa>. */
void limits_config_read(struct limits_settings *s, const struct conf_item *item,
                        const char *where, struct option_reporter *reporter);

#endif
