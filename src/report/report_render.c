/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "report/report_render.h"

#include "base/clock.h"
#include "report/report_brief.h"
#include "report/report_html.h"
#include "report/report_make.h"
#include "report/report_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEXT_MAX = 64 * 1024 };

static void set_days(struct report *r, int before, unsigned billing_day) {
  report_days(r->kind, before, billing_day, &r->first, &r->last);
  report_days(r->kind, r->first - 1, billing_day, &r->first, &r->last);
}

static void fill(struct report *r, const struct report_request *request) {
  char why[LEDGER_QUERY_WHY];
  struct ledger_query *q = ledger_query_open(request->ledger, why);
  struct report_sources from = {.ledger = q,
                                .alerts = request->alerts,
                                .billing_day =
                                    q != NULL ? ledger_query_billing_day(q) : 1,
                                .now = (int64_t)(clock_wall_us() / 1000)};
  bool good;

  set_days(r, request->before, from.billing_day);
  if (q != NULL)
    from.minimum = ledger_query_minimum(
        q, calendar_billing_of(r->last, from.billing_day).start);
  if (from.minimum < 0)
    from.minimum = 0;
  good = q != NULL && report_make(r, &from, why);
  if (!good)
    snprintf(r->nothing, sizeof(r->nothing),
             "There are no figures, the ledger could not be read: %s", why);
  else if (r->known == 0)
    snprintf(r->nothing, sizeof(r->nothing),
             "There are no figures: the ledger knows nothing of that time.");
  ledger_query_close(q);
}

int report_render(const struct report_request *request,
                  struct report_texts *texts) {
  struct report r = {.kind = request->kind, .closing = request->closing};
  struct buf title, brief, text, html;
  int err;

  *texts = (struct report_texts){0};
  buf_init(&title, TEXT_MAX);
  buf_init(&brief, TEXT_MAX);
  buf_init(&text, TEXT_MAX);
  buf_init(&html, TEXT_MAX);
  fill(&r, request);
  report_brief(&r, &title, &brief);
  report_text(&r, &text);
  report_html(&r, &html);
  report_data_free(&r);
  err = buf_error(&title) < 0 || buf_error(&brief) < 0 ||
                buf_error(&text) < 0 || buf_error(&html) < 0
            ? -ENOMEM
            : 0;
  texts->title = buf_take(&title);
  texts->brief = buf_take(&brief);
  texts->text = buf_take(&text);
  texts->html = buf_take(&html);
  return err;
}

void report_render_notice(const struct report_request *request,
                          struct report_notice *notice) {
  struct report r = {.kind = request->kind};

  fill(&r, request);
  report_notice(&r, notice);
  report_data_free(&r);
}

void report_texts_free(struct report_texts *texts) {
  free(texts->title);
  free(texts->brief);
  free(texts->text);
  free(texts->html);
  *texts = (struct report_texts){0};
}
