/* SPDX-License-Identifier: MIT */
/* A report for programs: one JSON object, numbers unrounded. */
#ifndef REPORT_REPORT_JSON_H
#define REPORT_REPORT_JSON_H

#include "report/report_data.h"

/* The caller frees it; NULL when memory is out. */
char *report_json(const struct report *r);

#endif
