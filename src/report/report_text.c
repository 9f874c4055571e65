/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "report/report_text.h"

#include "base/width.h"
#include "report/report_words.h"

#include <math.h>
#include <string.h>

enum { COLUMNS = 72, NAME_OF_FACT = 17 };
enum { BAR = 10, NAME_COLUMNS = 20, NAME_SIZE = 4 * NAME_COLUMNS };

static void put_name(struct buf *out, const char *name) {
  char cut[NAME_SIZE];
  unsigned columns =
      width_cut(name, NAME_COLUMNS, "\xe2\x80\xa6", cut, sizeof(cut));

  buf_putf(out, "%s%*s", cut, (int)(NAME_COLUMNS - columns), "");
}

static void put_item(struct buf *out, const struct report *r,
                     const struct report_item *item) {
  char cost[REPORT_LINE], change[REPORT_LINE];
  double share = r->kwh > 0 ? item->kwh / r->kwh : 0;
  int bar = (int)lround(share * BAR);

  report_words_cost(r, item->cost, cost);
  report_words_change(item->kwh, item->usual, change);
  put_name(out, item->name);
  buf_putf(out, " %8.2f kWh", item->kwh);
  if (r->currency[0] != '\0')
    buf_putf(out, " %*s", (int)(r->decimals > 0 ? 10 : 8), cost);
  buf_puts(out, "  ");
  for (int i = 0; i < BAR; i++)
    buf_puts(out, i < bar ? "#" : ".");
  buf_putf(out, " %3.0f %%%s%s\n", share * 100, change[0] != '\0' ? "  " : "",
           change);
}

/* Words that do not fit go on below. */
static void put_fact(struct buf *out, const char *name, const char *line) {
  buf_putf(out, "%-*s", NAME_OF_FACT, name);
  while (strlen(line) > COLUMNS - NAME_OF_FACT) {
    size_t cut = COLUMNS - NAME_OF_FACT;

    while (cut > 0 && line[cut] != ' ')
      cut--;
    if (cut == 0)
      break;
    buf_put(out, line, cut);
    buf_putf(out, "\n%*s", NAME_OF_FACT, "");
    line += cut + 1;
  }
  buf_putf(out, "%s\n", line);
}

static void put_figures(const struct report *r, struct buf *out) {
  char line[REPORT_LINE];
  const char *name;

  report_words_headline(r, line);
  buf_putf(out, "%s\n\n", line);
  for (unsigned i = 0; report_words_fact(r, i, &name, line); i++)
    if (line[0] != '\0')
      put_fact(out, name, line);
  buf_puts(out, "\n");
  for (size_t i = 0; i < r->items_num && i < REPORT_TOP; i++)
    if (r->items[i].kwh > 0)
      put_item(out, r, &r->items[i]);
}

void report_text(const struct report *r, struct buf *out) {
  char line[REPORT_LINE];

  report_words_days(r, line);
  buf_putf(out, "%s\n", line);
  if (r->nothing[0] != '\0')
    buf_putf(out, "%s\n", r->nothing);
  else
    put_figures(r, out);
  if (r->closing != NULL)
    buf_putf(out, "\n-- \n%s\n", r->closing);
}
