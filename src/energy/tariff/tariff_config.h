/* SPDX-License-Identifier: MIT */
/* Reading <Tariff> blocks. Every mistake is one line through the reporter;
 * a tariff with one is left out as a whole, for a wrong price is worse than
 * none. What is only odd is said, too, and not counted as an error.
 * One thread at a time. */
#ifndef ENERGY_TARIFF_TARIFF_CONFIG_H
#define ENERGY_TARIFF_TARIFF_CONFIG_H

#include "config/option.h"
#include "energy/tariff/tariff.h"

/* Adds the tariff of one block to set; files that it names are not read yet
 * (tariff_files.h). */
void tariff_config_read(struct tariffs *set, const struct conf_item *block,
                        struct option_reporter *reporter);

/* After the last block: those that do not say when their month begins get
 * billing_day, and what is only odd in all of them together is said; today is
 * the local day. */
void tariff_config_finish(struct tariffs *set, unsigned billing_day, int today,
                          struct option_reporter *reporter);

/* Says when there is none, without which costs are counted and not shown. */
void tariff_config_look_for_currency(const struct tariffs *set,
                                     struct option_reporter *reporter);

/* The tables, for the test that compares them with the manual. */
extern const struct option tariff_options_table[];
extern const struct option tariff_component_table[];
extern const struct option tariff_period_table[];
extern const struct option tariff_tier_table[];
extern const struct option tariff_prices_table[];
extern const struct option tariff_charge_table[];
extern const struct option tariff_day_type_table[];

#endif
