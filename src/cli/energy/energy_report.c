/* SPDX-License-Identifier: MIT */
/* Grouping what the ledger holds: see energy_report.h. */
#include <config.h>

#include "cli/energy/energy_report.h"

#include "base/clock.h"
#include "cli/common/cli.h"
#include "cli/energy/energy_cycles.h"
#include "energy/ledger/ledger.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_SIZE = 2 * TARIFF_NAME_SIZE + CALENDAR_MOMENT_SIZE };

static void add(struct energy_group *g, const struct ledger_row *row) {
  g->mwh += row->mwh;
  g->cost += row->cost;
  g->unpriced_mwh += row->unpriced_mwh;
  g->flags |= row->flags;
  if (row->peak_mw > g->peak_mw) {
    g->peak_mw = row->peak_mw;
    g->peak_us = row->peak_us;
  }
}

/* -- to which group a row belongs -- */

static bool is_of_time(enum energy_by by) {
  return by == ENERGY_BY_DAY || by == ENERGY_BY_HOUR || by == ENERGY_BY_MONTH;
}

static int64_t key_of(const struct energy_report *r,
                      const struct ledger_row *row) {
  if (r->by == ENERGY_BY_DAY)
    return row->day;
  if (r->by == ENERGY_BY_MONTH)
    return energy_place_month(r->place, row->day).start;
  return row->start_us - row->start_us % CALENDAR_HOUR;
}

/* "2026-01" where months are those of the calendar. */
static void name_month(int first, char out[NAME_SIZE]) {
  int year;
  unsigned month;
  unsigned mday;
  char date[CALENDAR_DATE_SIZE];

  calendar_date_of(first, &year, &month, &mday);
  calendar_format_date(first, date);
  snprintf(out, NAME_SIZE, "%.*s", mday == 1 ? 7 : 10, date);
}

/* "2026-10-25T02:00+02:00": the seconds say nothing. */
static void name_hour(int64_t us, char out[NAME_SIZE]) {
  char moment[CALENDAR_MOMENT_SIZE];

  calendar_format_moment(us, moment);
  snprintf(out, NAME_SIZE, "%.16s%s", moment, moment + 19);
}

static void name_time(const struct energy_report *r, int64_t key,
                      char out[NAME_SIZE]) {
  char date[CALENDAR_DATE_SIZE];

  if (r->by == ENERGY_BY_MONTH) {
    name_month((int)key, out);
  } else if (r->by == ENERGY_BY_HOUR) {
    name_hour(key, out);
  } else {
    calendar_format_date((int)key, date);
    snprintf(out, NAME_SIZE, "%s", date);
  }
}

static void name_row(const struct energy_report *r,
                     const struct ledger_row *row, char out[NAME_SIZE]) {
  if (r->by == ENERGY_BY_PERIOD)
    snprintf(out, NAME_SIZE, "%s",
             row->period[0] != '\0' ? row->period : "no tariff");
  else if (r->by == ENERGY_BY_PLUG && row->plug[0] != '\0')
    snprintf(out, NAME_SIZE, "%s / %s", row->device, row->plug);
  else
    snprintf(out, NAME_SIZE, "%s", row->device);
}

static struct energy_group *find_group(const struct energy_report *r,
                                       enum energy_kind kind, int64_t key,
                                       const char *name) {
  bool of_time = is_of_time(r->by);

  for (size_t i = r->groups_num; i > 0; i--) {
    struct energy_group *g = &r->groups[i - 1];

    if (g->kind == kind && g->key == key &&
        (of_time || strcmp(g->name, name) == 0))
      return g;
  }
  return NULL;
}

static struct energy_group *new_group(struct energy_report *r,
                                      enum energy_kind kind, int64_t key,
                                      const char *name) {
  struct energy_group *grown = r->groups;

  if (r->groups_num == r->groups_room) {
    size_t room = r->groups_room > 0 ? 2 * r->groups_room : 64;

    grown = realloc(r->groups, room * sizeof(*grown));
    if (grown == NULL)
      return NULL;
    r->groups = grown;
    r->groups_room = room;
  }
  grown[r->groups_num] =
      (struct energy_group){.kind = kind, .key = key, .name = strdup(name)};
  return grown[r->groups_num].name != NULL ? &grown[r->groups_num++] : NULL;
}

/* Rows come by time, so the group of a time is among the last. */
static struct energy_group *group_of(struct energy_report *r,
                                     const struct ledger_row *row) {
  enum energy_kind kind = row->produces ? ENERGY_PRODUCED : ENERGY_USED;
  bool of_time = is_of_time(r->by);
  int64_t key = of_time ? key_of(r, row) : 0;
  char name[NAME_SIZE] = "";
  struct energy_group *g;

  if (!of_time)
    name_row(r, row, name);
  g = find_group(r, kind, key, name);
  if (g != NULL)
    return g;
  if (of_time)
    name_time(r, key, name);
  return new_group(r, kind, key, name);
}

/* -- how much is known -- */

static void note_presence(struct energy_report *r,
                          const struct ledger_row *row) {
  char name[NAME_SIZE];
  struct energy_presence *p = NULL;

  snprintf(name, sizeof(name), "%s / %s", row->device, row->plug);
  for (size_t i = 0; i < r->present_num && p == NULL; i++)
    if (strcmp(r->present[i].name, name) == 0)
      p = &r->present[i];
  if (p == NULL) {
    struct energy_presence *grown =
        realloc(r->present, (r->present_num + 1) * sizeof(*grown));

    if (grown == NULL) {
      r->out_of_memory = true;
      return;
    }
    r->present = grown;
    p = &grown[r->present_num];
    *p = (struct energy_presence){
        .name = strdup(name), .first = row->day, .last = row->day};
    if (p->name == NULL) {
      r->out_of_memory = true;
      return;
    }
    r->present_num++;
  }
  p->covered_us += row->covered_us;
  p->first = row->day < p->first ? row->day : p->first;
  p->last = row->day > p->last ? row->day : p->last;
}

double energy_report_covered(const struct energy_report *r) {
  int64_t now = (int64_t)clock_wall_us();
  double known = 0;
  double all = 0;

  for (size_t i = 0; i < r->present_num; i++) {
    const struct energy_presence *p = &r->present[i];
    int64_t from = calendar_day_start(p->first);
    int64_t to = calendar_day_start(p->last + 1);

    to = to < now ? to : now;
    known += (double)p->covered_us;
    all += to > from ? (double)(to - from) : 0;
  }
  return all > 0 ? fmin(100, 100 * known / all) : NAN;
}

/* -- the minimum -- */

/* Whether all of a billing month, as far as it has come, is asked for. */
static bool is_whole(const struct energy_report *r,
                     struct calendar_billing month) {
  int today = calendar_local_of((int64_t)clock_wall_us()).day;

  return month.start >= r->range->first &&
         (month.end - 1 <= r->range->last || today <= r->range->last);
}

/* Rows come by time. */
static void note_month(struct energy_report *r, const struct ledger_row *row) {
  struct calendar_billing month = energy_place_month(r->place, row->day);
  struct energy_month *grown;

  if (r->months_num == 0 || r->months[r->months_num - 1].start < month.start) {
    if (!is_whole(r, month))
      return;
    grown = realloc(r->months, (r->months_num + 1) * sizeof(*grown));
    if (grown == NULL) {
      r->out_of_memory = true;
      return;
    }
    r->months = grown;
    grown[r->months_num++] = (struct energy_month){.start = month.start};
  }
  if (r->months[r->months_num - 1].start == month.start)
    r->months[r->months_num - 1].cost += row->cost;
}

/* As the daemon has it in cost_month: energy costs at least the minimum of the
 * days so far. */
static void add_minimum(struct energy_report *r, struct ledger_query *q) {
  int today = calendar_local_of((int64_t)clock_wall_us()).day;

  for (size_t i = 0; i < r->months_num; i++) {
    const struct energy_month *m = &r->months[i];
    int end = energy_place_month(r->place, m->start).end;
    int last = end - 1 < today ? end - 1 : today;
    double whole = (double)energy_place_minimum(r->place, q, last);
    int64_t minimum = llround(whole * (last - m->start + 1) / (end - m->start));

    if (m->cost < minimum)
      r->minimum.cost += minimum - m->cost;
  }
}

/* -- finished cycles -- */

/* A cycle belongs to the moment it ended at. */
static void count_cycle(struct energy_report *r, const struct energy_cycle *c) {
  const int64_t us = (int64_t)c->entry.end * CALENDAR_SECOND;
  const struct ledger_row row = {.device = c->device,
                                 .plug = c->plug,
                                 .period = "",
                                 .day = calendar_local_of(us).day,
                                 .start_us = us};
  char name[NAME_SIZE] = "";
  struct energy_group *g;

  if (!is_of_time(r->by))
    name_row(r, &row, name);
  g = find_group(r, ENERGY_USED, is_of_time(r->by) ? key_of(r, &row) : 0, name);
  if (g == NULL)
    return;
  g->cycles++;
  r->has_cycles = true;
}

static bool count_cycles(struct energy_report *r, struct ledger_query *q) {
  struct energy_cycles cycles = {.name = NULL};
  bool good = r->by == ENERGY_BY_PERIOD ||
              energy_cycles_read(&cycles, q, r->range->first, r->range->last);

  for (size_t i = 0; good && i < cycles.num; i++)
    count_cycle(r, &cycles.list[i]);
  energy_cycles_free(&cycles);
  return good;
}

/* -- all together -- */

static bool take_day(void *arg, const struct ledger_row *row) {
  struct energy_report *r = arg;
  struct energy_group *g;

  if (row->device[0] == '\0') {
    add(&r->charges, row);
    return true;
  }
  add(row->produces ? &r->produced : &r->used, row);
  if (!row->produces)
    note_month(r, row);
  if (!row->produces && row->mwh + row->covered_us > 0)
    note_presence(r, row);
  if (r->by == ENERGY_BY_HOUR)
    return !r->out_of_memory;
  g = group_of(r, row);
  if (g != NULL)
    add(g, row);
  else
    r->out_of_memory = true;
  return !r->out_of_memory;
}

static bool take_slot(void *arg, const struct ledger_row *row) {
  struct energy_report *r = arg;
  struct energy_group *g = group_of(r, row);

  if (g != NULL)
    add(g, row);
  else
    r->out_of_memory = true;
  return !r->out_of_memory;
}

static int by_energy(const void *a, const void *b) {
  const struct energy_group *x = a;
  const struct energy_group *y = b;

  if (x->kind != y->kind)
    return x->kind < y->kind ? -1 : 1;
  if (x->mwh != y->mwh)
    return x->mwh > y->mwh ? -1 : 1;
  return strcmp(x->name, y->name);
}

static int by_time(const void *a, const void *b) {
  const struct energy_group *x = a;
  const struct energy_group *y = b;

  if (x->kind != y->kind)
    return x->kind < y->kind ? -1 : 1;
  return x->key < y->key ? -1 : x->key > y->key;
}

/* Puts what was used below the first ones into one group. */
static void cut(struct energy_report *r, size_t top) {
  struct energy_group others = {.others = true};
  bool any = false;
  size_t kept = 0;

  for (size_t i = 0; i < r->groups_num; i++) {
    struct energy_group *g = &r->groups[i];

    if (i < top || g->kind != ENERGY_USED) {
      r->groups[kept++] = *g;
      continue;
    }
    others.mwh += g->mwh;
    others.cost += g->cost;
    others.unpriced_mwh += g->unpriced_mwh;
    others.flags |= g->flags;
    others.cycles += g->cycles;
    any = true;
    free(g->name);
  }
  r->groups_num = kept;
  if (any) {
    others.name = strdup("others");
    r->out_of_memory |= others.name == NULL;
    r->groups[r->groups_num++] = others; /* there is room: one was left out */
  }
}

bool energy_report_make(struct energy_report *r, struct ledger_query *q,
                        size_t top) {
  char why[LEDGER_QUERY_WHY];
  bool good;

  snprintf(r->currency, sizeof(r->currency), "%s", ledger_query_currency(q));
  r->produced.kind = ENERGY_PRODUCED;
  r->charges.kind = r->minimum.kind = ENERGY_CHARGES;
  good =
      ledger_query_days(q, r->range->first, r->range->last, take_day, r, why) &&
      (r->by != ENERGY_BY_HOUR ||
       ledger_query_slots(q, calendar_day_start(r->range->first),
                          calendar_day_start(r->range->last + 1), take_slot, r,
                          why));
  if (r->out_of_memory)
    cli_say("out of memory");
  else if (!good)
    cli_say("%s", why);
  if (!good || r->out_of_memory || !count_cycles(r, q))
    return false;
  add_minimum(r, q);
  if (r->groups_num > 1)
    qsort(r->groups, r->groups_num, sizeof(*r->groups),
          is_of_time(r->by) ? by_time : by_energy);
  if (top > 0)
    cut(r, top);
  if (r->out_of_memory)
    cli_say("out of memory");
  return !r->out_of_memory;
}

void energy_report_free(struct energy_report *r) {
  for (size_t i = 0; i < r->groups_num; i++)
    free(r->groups[i].name);
  for (size_t i = 0; i < r->present_num; i++)
    free(r->present[i].name);
  free(r->groups);
  free(r->present);
  free(r->months);
}

double energy_report_share(const struct energy_report *r,
                           const struct energy_group *g) {
  return r->used.mwh > 0 ? (double)g->mwh / (double)r->used.mwh : 0;
}
