/* SPDX-License-Identifier: MIT */
/* The sentences of a report, the same as text and in a mail. */
#ifndef REPORT_REPORT_WORDS_H
#define REPORT_REPORT_WORDS_H

#include "report/report_data.h"

enum { REPORT_LINE = 400 };

/* "Saturday, 28 November 2026", "23 to 29 November 2026". */
void report_words_days(const struct report *r, char out[REPORT_LINE]);
/* "8.42 kWh, 2.61 EUR, 12 % above the usual Saturday" */
void report_words_headline(const struct report *r, char out[REPORT_LINE]);
/* The same with the day, for a lock screen: "Saturday: 8.42 kWh, 2.61 EUR, 12 %
 * above usual" */
void report_words_title(const struct report *r, char out[REPORT_LINE]);
/* "2.61 EUR"; "" where there are no costs. */
void report_words_cost(const struct report *r, double cost,
                       char out[REPORT_LINE]);
/* ", 12 % above the usual Saturday", of one device; "" without a comparison. */
void report_words_comparison(const struct report *r,
                             const struct report_item *item,
                             char out[REPORT_LINE]);
/* "+12 %"; "" where it is not known. */
void report_words_change(double now, double usual, char out[REPORT_LINE]);

/* Line number i below the headline: its name and its text. False: there is
 * none of that number, and none after it. */
bool report_words_fact(const struct report *r, unsigned i, const char **name,
                       char out[REPORT_LINE]);
/* Whether it is worth a line on a telephone. */
bool report_words_is_news(const struct report *r, unsigned i);

#endif
