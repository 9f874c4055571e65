/* SPDX-License-Identifier: MIT */
/* The words of <Tariff> blocks: days, hours, months, dates. Each function
 * reads one option and reports what is wrong with it as one line; false
 * then. One thread at a time. */
#ifndef ENERGY_TARIFF_TARIFF_WORDS_H
#define ENERGY_TARIFF_TARIFF_WORDS_H

#include "config/option.h"
#include "energy/tariff/tariff.h"

/* "Mon-Fri" "holiday" */
bool tariff_words_days(const struct option_strings *words,
                       const struct tariff *t, struct tariff_period *p,
                       const char *where, struct option_reporter *reporter);
/* "22:00-06:00" */
bool tariff_words_hours(const struct option_strings *words,
                        struct tariff_period *p, const char *where,
                        struct option_reporter *reporter);
/* "Jun-Sep,Dec"; nothing: all. */
bool tariff_words_months(const struct option_strings *words, unsigned *months,
                         const char *where, struct option_reporter *reporter);
/* "VAT" "Levy", "none"; nothing: all. */
bool tariff_words_taxes(const struct option_strings *words,
                        const struct tariff *t, uint64_t *taxes,
                        const char *where, struct option_reporter *reporter);
/* "01-01" "2026-05-14" */
bool tariff_words_dates(const struct option_strings *words,
                        struct tariff_day_type *type, const char *where,
                        struct option_reporter *reporter);
/* "06:00", in minutes; up to most. */
bool tariff_words_time(const char *text, unsigned most, unsigned *minute);

/* "Mon", "Monday" or "Mon-Fri". */
bool tariff_words_is_weekdays(const char *word);

/* What Taxes says where there is none. */
#define TARIFF_NO_TAX "none"

#endif
