/* SPDX-License-Identifier: MIT */
/* A report as the HTML part of a mail. */
#ifndef REPORT_REPORT_HTML_H
#define REPORT_REPORT_HTML_H

#include "base/buf.h"
#include "report/report_data.h"

/* Puts it into out; buf_error() says how that went. */
void report_html(const struct report *r, struct buf *out);

#endif
