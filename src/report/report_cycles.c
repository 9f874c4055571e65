/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "report/report_cycles.h"

#include "appliance/cycle_log.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct looking {
  struct report *report;
  double from, to; /* s since 1970 UTC */
};

static void add(struct report_cycles *c, const struct cycle_log_entry *e) {
  c->count++;
  c->kwh += e->kwh;
  c->cost += e->cost; /* NAN: not all of it is known */
}

static bool comes_before(const struct report_cycles *a,
                         const struct report_cycles *b) {
  return a->count != b->count ? a->count > b->count
                              : strcmp(a->name, b->name) < 0;
}

/* The list has those with most of them. */
static void put(struct report *r, const struct report_cycles *c) {
  unsigned at = r->cycles_listed;

  while (at > 0 && comes_before(c, &r->cycles[at - 1]))
    at--;
  if (at == REPORT_TOP)
    return;
  if (r->cycles_listed < REPORT_TOP)
    r->cycles_listed++;
  memmove(&r->cycles[at + 1], &r->cycles[at],
          (r->cycles_listed - 1 - at) * sizeof(r->cycles[0]));
  r->cycles[at] = *c;
}

static void take(void *arg, const char *device, const char *plug,
                 const char *note) {
  const struct looking *looking = arg;
  struct report_cycles c = {.count = 0};
  struct cycle_log_entry e;

  while (cycle_log_next(&note, &e))
    if (e.end >= looking->from && e.end < looking->to)
      add(&c, &e);
  if (c.count == 0)
    return;
  snprintf(c.name, sizeof(c.name), "%.*s", (int)sizeof(c.name) - 1,
           plug[0] != '\0' ? plug : device);
  looking->report->cycles_num++;
  put(looking->report, &c);
}

bool report_cycles_make(struct report *r, struct ledger_query *q,
                        char why[LEDGER_QUERY_WHY]) {
  struct looking looking = {
      .report = r,
      .from = (double)calendar_day_start(r->first) / CALENDAR_SECOND,
      .to = (double)calendar_day_start(r->last + 1) / CALENDAR_SECOND};

  return ledger_query_notes(q, "cycles", take, &looking, why);
}
