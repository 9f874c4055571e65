/* SPDX-License-Identifier: MIT */
/* A report for a telephone's lock screen and for chats: a line, and a few more
 * below it. */
#ifndef REPORT_REPORT_BRIEF_H
#define REPORT_REPORT_BRIEF_H

#include "base/buf.h"
#include "report/report_data.h"

/* Put into title and body; buf_error() says how that went. */
void report_brief(const struct report *r, struct buf *title, struct buf *body);

#endif
