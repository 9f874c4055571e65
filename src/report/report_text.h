/* SPDX-License-Identifier: MIT */
/* A report as plain text, complete in itself and at most 72 columns wide. */
#ifndef REPORT_REPORT_TEXT_H
#define REPORT_REPORT_TEXT_H

#include "base/buf.h"
#include "report/report_data.h"

/* Puts it into out; buf_error() says how that went. */
void report_text(const struct report *r, struct buf *out);

#endif
