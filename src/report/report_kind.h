/* SPDX-License-Identifier: MIT */
/* What a report is about: a day, a week or a billing month. */
#ifndef REPORT_REPORT_KIND_H
#define REPORT_REPORT_KIND_H

enum report_kind { REPORT_DAY, REPORT_WEEK, REPORT_MONTH };

/* "day", "week", "month", NULL */
extern const char *const report_kinds[];

#endif
