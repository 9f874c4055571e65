/* SPDX-License-Identifier: MIT */
/* A report as the HTML part of a mail, on stdout. */
#ifndef CLI_REPORT_REPORT_HTML_H
#define CLI_REPORT_REPORT_HTML_H

#include "cli/report/report_data.h"

void report_html(const struct report *r);

#endif
