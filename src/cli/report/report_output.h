/* SPDX-License-Identifier: MIT */
/* A report on stdout, for people and programs. */
#ifndef CLI_REPORT_REPORT_OUTPUT_H
#define CLI_REPORT_REPORT_OUTPUT_H

#include "cli/report/report_data.h"

/* At most 72 columns wide. */
void report_text(const struct report *r);
/* 0 or -ENOMEM. */
int report_json(const struct report *r);

#endif
