/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "report/report_brief.h"

#include "report/report_words.h"

enum { NAMED = 3 };

static void put_item(const struct report *r, const struct report_item *item,
                     struct buf *out) {
  char cost[REPORT_LINE], change[REPORT_LINE];

  report_words_cost(r, item->cost, cost);
  report_words_change(item->kwh, item->usual, change);
  buf_putf(out, "%s: %.2f kWh%s%s%s%s\n", item->name, item->kwh,
           cost[0] != '\0' ? ", " : "", cost, change[0] != '\0' ? ", " : "",
           change);
}

void report_brief(const struct report *r, struct buf *title, struct buf *body) {
  char line[REPORT_LINE];
  const char *name;

  report_words_title(r, line);
  buf_puts(title, line);
  if (r->nothing[0] != '\0') {
    buf_puts(body, r->nothing);
    return;
  }
  for (size_t i = 0; i < r->items_num && i < NAMED; i++)
    if (r->items[i].kwh > 0)
      put_item(r, &r->items[i], body);
  for (unsigned i = 0; report_words_fact(r, i, &name, line); i++)
    if (line[0] != '\0' && report_words_is_news(r, i))
      buf_putf(body, "%s: %s\n", name, line);
  if (body->len > 0 && buf_error(body) == 0) /* no line behind the last one */
    body->data[--body->len] = '\0';
}
