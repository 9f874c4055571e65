/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "report/report_harder.h"

#include "appliance/appliance_state.h"
#include "energy/ledger/ledger.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  WEEK = 7,
  USUAL = 14, /* days before that say what is usual, */
  LEAST = 7,  /* of which so many are known */
  DAYS = USUAL + 1 + WEEK,
};
/* A day of which less was seen says nothing; of others the mean counts. */
static const double SEEN = 0.9;
static const double HARDER = 1.4; /* times what is usual */
/* What takes less a day is switched off most of the time. */
static const double LEAST_KWH = 0.05;
static const unsigned NOT_SURE =
    LEDGER_SEEDED | LEDGER_PARTIAL | LEDGER_AT_LEAST;

struct cold {
  const struct report_item *item;
  struct {
    double mwh, covered_us;
    unsigned flags;
  } days[DAYS];
  double kwh[DAYS]; /* of 24 hours; NAN: not known */
};

struct looking {
  struct report *report;
  int begin; /* day of days[0] */
  struct cold *all;
  size_t num;
  bool out_of_memory;
};

/* -- which they are, and what they took -- */

static bool is_cold(const char *note) {
  const struct appliance_clocks any = {0};
  struct appliance a = {.cold = false};

  return appliance_state_read(&a, note, any) && a.cold;
}

static void take_note(void *arg, const char *device, const char *plug,
                      const char *note) {
  struct looking *l = arg;
  const struct report_item *item = report_item(l->report, device, plug);
  struct cold *grown;

  if (item == NULL || l->out_of_memory || !is_cold(note))
    return;
  grown = realloc(l->all, (l->num + 1) * sizeof(*grown));
  l->out_of_memory = grown == NULL;
  if (grown == NULL)
    return;
  l->all = grown;
  l->all[l->num++] = (struct cold){.item = item};
}

static bool take_day(void *arg, const struct ledger_row *row) {
  struct looking *l = arg;
  int i = row->day - l->begin;
  const struct report_item *item =
      report_item(l->report, row->device, row->plug);

  for (size_t n = 0; n < l->num && item != NULL && i >= 0 && i < DAYS; n++)
    if (l->all[n].item == item) {
      l->all[n].days[i].mwh += (double)row->mwh;
      l->all[n].days[i].covered_us += (double)row->covered_us;
      l->all[n].days[i].flags |= row->flags;
    }
  return true;
}

static void find_kwh(struct cold *c, int begin) {
  for (int i = 0; i < DAYS; i++) {
    double whole = (double)(calendar_day_start(begin + i + 1) -
                            calendar_day_start(begin + i));
    double covered = c->days[i].covered_us;

    c->kwh[i] = covered >= SEEN * whole && (c->days[i].flags & NOT_SURE) == 0
                    ? c->days[i].mwh * 1e-6 * (double)CALENDAR_DAY / covered
                    : (double)NAN;
  }
}

/* -- whether they work harder -- */

/* In kWh, of the days before number i; NAN: too few are known. */
static double usual_before(const struct cold *c, int i) {
  double numbers[USUAL];
  size_t num = 0;

  for (int n = i - USUAL; n < i; n++)
    if (!isnan(c->kwh[n]))
      numbers[num++] = c->kwh[n];
  return num >= LEAST ? report_median(numbers, num) : (double)NAN;
}

/* The latest two days running of which the second is in the week, and those
 * just before them that were as hard. */
static bool is_harder(const struct cold *c, int begin,
                      struct report_harder *h) {
  int last = DAYS - 1, first;
  double limit = NAN;

  for (; last > USUAL; last--) {
    h->usual = usual_before(c, last - 1);
    limit = HARDER * h->usual;
    if (h->usual >= LEAST_KWH && c->kwh[last - 1] > limit &&
        c->kwh[last] > limit)
      break;
  }
  if (last == USUAL)
    return false;
  for (first = last - 1; first > USUAL + 1 && c->kwh[first - 1] > limit;)
    first--;
  h->item = c->item;
  h->first = begin + first;
  h->last = begin + last;
  h->kwh = 0;
  for (int i = first; i <= last; i++)
    h->kwh += c->kwh[i] / (last - first + 1);
  return true;
}

static void put(struct report *r, const struct report_harder *h) {
  unsigned listed =
      r->harder_num < REPORT_HARDER ? r->harder_num : REPORT_HARDER;
  unsigned at = listed;

  r->harder_num++;
  while (at > 0 &&
         h->kwh / h->usual > r->harder[at - 1].kwh / r->harder[at - 1].usual)
    at--;
  if (at == REPORT_HARDER)
    return;
  if (listed == REPORT_HARDER)
    listed--;
  memmove(&r->harder[at + 1], &r->harder[at],
          (listed - at) * sizeof(r->harder[0]));
  r->harder[at] = *h;
}

bool report_harder_make(struct report *r, struct ledger_query *q,
                        char why[LEDGER_QUERY_WHY]) {
  struct looking l = {.report = r, .begin = r->first - USUAL - 1};
  bool good;

  if (r->kind != REPORT_WEEK)
    return true;
  good = ledger_query_notes(q, "appliance", take_note, &l, why);
  if (l.out_of_memory)
    snprintf(why, LEDGER_QUERY_WHY, "out of memory");
  good =
      good && !l.out_of_memory &&
      (l.num == 0 || ledger_query_days(q, l.begin, r->last, take_day, &l, why));
  for (size_t n = 0; n < l.num && good; n++) {
    struct report_harder h;

    find_kwh(&l.all[n], l.begin);
    if (is_harder(&l.all[n], l.begin, &h))
      put(r, &h);
  }
  free(l.all);
  return good;
}
