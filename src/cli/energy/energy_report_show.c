/* SPDX-License-Identifier: MIT */
/* Printing a report: see energy_report.h. */
#include <config.h>

#include "cli/energy/energy_output.h"
#include "cli/energy/energy_report.h"
#include "cli/term/style.h"
#include "cli/term/text_table.h"
#include "energy/ledger/ledger.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { MICRO = 1000000, CELL = 64 };

static const char *const kind_names[] = {[ENERGY_USED] = "used",
                                         [ENERGY_PRODUCED] = "produced",
                                         [ENERGY_CHARGES] = "charges"};
static const char *const by_names[] = {
    [ENERGY_BY_DEVICE] = "device", [ENERGY_BY_PLUG] = "plug",
    [ENERGY_BY_DAY] = "day",       [ENERGY_BY_HOUR] = "hour",
    [ENERGY_BY_PERIOD] = "period", [ENERGY_BY_MONTH] = "month",
};

static const struct {
  unsigned flags;
  const char *mark, *name, *meaning;
} marks[] = {
    {LEDGER_SPREAD | LEDGER_SEEDED, "~", "estimated",
     "some of it is spread over a gap, or as the device itself told"},
    {LEDGER_AT_LEAST, ">", "at_least",
     "at least so much: a device was reset while nobody looked"},
    {LEDGER_PARTIAL, "p", "partial", "counting began within it"},
    {LEDGER_UNPRICED, "?", "unpriced", "some of it has no price yet"},
};

/* What energy has cost too little. */
static const char MINIMUM[] = "to the minimum";

enum { MARKS = sizeof(marks) / sizeof(marks[0]) };

/* What came without a price may have one by now. */
static bool is_marked(const struct energy_group *g, size_t mark) {
  if (marks[mark].flags == LEDGER_UNPRICED)
    return g->unpriced_mwh > 0;
  return (g->flags & marks[mark].flags) != 0;
}

/* -- the table -- */

static void add_number(struct text_table *t, double number, int digits) {
  char text[CELL];

  snprintf(text, sizeof(text), "%.*f", digits, number);
  text_table_add(t, text);
}

static void add_group(const struct energy_report *r, struct text_table *t,
                      const char *name, const struct energy_group *g,
                      bool is_sum) {
  char flags[MARKS + 1];
  size_t num = 0;

  for (size_t i = 0; i < MARKS; i++)
    if (is_marked(g, i))
      flags[num++] = marks[i].mark[0];
  flags[num] = '\0';
  text_table_add(t, name);
  if (g->kind == ENERGY_CHARGES)
    text_table_add(t, "");
  else
    add_number(t, (double)g->mwh / MICRO, 3);
  if (r->currency[0] != '\0') {
    if (g->kind == ENERGY_PRODUCED)
      text_table_add(t, "");
    else
      add_number(t, (double)g->cost / MICRO, (int)tariff_decimals(r->currency));
  }
  if (g->kind == ENERGY_USED && !is_sum)
    add_number(t, 100 * energy_report_share(r, g), 1);
  else
    text_table_add(t, "");
  if (g->peak_mw > 0 && !is_sum)
    add_number(t, (double)g->peak_mw / 1e3, 0);
  else
    text_table_add(t, "");
  if (r->has_cycles)
    text_table_add_number(t, is_sum ? 0 : g->cycles);
  text_table_add(t, flags);
}

static void explain(const struct energy_report *r) {
  double covered = energy_report_covered(r);

  putchar('\n');
  for (size_t i = 0; i < MARKS; i++)
    if (is_marked(&r->used, i) || is_marked(&r->produced, i))
      printf("%s  %s\n", marks[i].mark, marks[i].meaning);
  if (r->used.unpriced_mwh > 0)
    printf("%.3f kWh have no price\n", (double)r->used.unpriced_mwh / MICRO);
  if (covered < 99.95)
    printf("%.1f %% of the time is known of\n", covered);
}

/* The columns that there is something for. */
static size_t columns_of(const struct energy_report *r,
                         struct column out[COLUMNS_MAX]) {
  const struct {
    struct column column;
    bool wanted;
  } all[] = {
      {{by_names[r->by], 12, false}, true},
      {{"kWh", 1, true}, true},
      {{r->currency, 1, true}, r->currency[0] != '\0'},
      {{"share %", 1, true}, true},
      {{"peak W", 1, true}, true},
      {{"cycles", 1, true}, r->has_cycles},
      {{"", 1, false}, true},
  };
  size_t num = 0;

  for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
    if (all[i].wanted)
      out[num++] = all[i].column;
  return num;
}

void energy_report_table(const struct energy_report *r) {
  struct column columns[COLUMNS_MAX];
  struct style style;
  struct output page = {.out = stdout};
  struct text_table table = {.page = &page, .columns = columns};
  struct text_table *t = &table;

  table.columns_num = columns_of(r, columns);
  style_of(&style, stdout);
  page.columns = style.columns;
  for (size_t i = 0; i < r->groups_num; i++)
    add_group(r, t, r->groups[i].name, &r->groups[i], false);
  if (r->charges.cost != 0)
    add_group(r, t, "fixed charges", &r->charges, false);
  if (r->minimum.cost != 0)
    add_group(r, t, MINIMUM, &r->minimum, false);
  if (r->groups_num > 0) {
    struct energy_group all = r->used;

    all.cost += r->charges.cost + r->minimum.cost;
    add_group(r, t, "all that was used", &all, true);
  }
  if (text_table_end(t, "Nothing is recorded of these days. After a start the "
                        "first figures are here within two minutes.") == 0)
    explain(r);
}

/* -- for programs -- */

static void put_peak(const struct energy_group *g, bool json) {
  char moment[CALENDAR_MOMENT_SIZE];

  if (g->peak_mw == 0) {
    fputs(json ? "null,\"peak_at\":null" : ",", stdout);
    return;
  }
  calendar_format_moment(g->peak_us, moment);
  energy_put_number((double)g->peak_mw / 1e3);
  printf(json ? ",\"peak_at\":\"%s\"" : ",%s", moment);
}

static void csv_row(const struct energy_report *r, const struct energy_group *g,
                    const char *name) {
  const char *space = "";

  energy_put_csv(name);
  printf(",%s,", kind_names[g->kind]);
  if (g->kind != ENERGY_CHARGES)
    energy_put_micro(g->mwh);
  putchar(',');
  if (g->kind != ENERGY_PRODUCED && r->currency[0] != '\0')
    energy_put_micro(g->cost);
  putchar(',');
  if (g->kind == ENERGY_USED)
    energy_put_number(energy_report_share(r, g));
  putchar(',');
  put_peak(g, false);
  putchar(',');
  if (g->cycles > 0)
    printf("%u", g->cycles);
  putchar(',');
  for (size_t i = 0; i < MARKS; i++)
    if (is_marked(g, i)) {
      printf("%s%s", space, marks[i].name);
      space = " ";
    }
  fputs("\r\n", stdout);
}

void energy_report_csv(const struct energy_report *r) {
  printf("%s,kind,kwh,cost,share,peak_w,peak_at,cycles,flags\r\n",
         by_names[r->by]);
  for (size_t i = 0; i < r->groups_num; i++)
    csv_row(r, &r->groups[i], r->groups[i].name);
  if (r->charges.cost != 0)
    csv_row(r, &r->charges, "fixed charges");
  if (r->minimum.cost != 0)
    csv_row(r, &r->minimum, MINIMUM);
}

static void json_member(const char *name, int64_t micro) {
  printf(",\"%s\":", name);
  energy_put_micro(micro);
}

static void json_row(const struct energy_report *r,
                     const struct energy_group *g) {
  const char *comma = "";

  fputs("{\"name\":", stdout);
  energy_put_json(g->name);
  printf(",\"kind\":\"%s\"", kind_names[g->kind]);
  json_member("kwh", g->mwh);
  if (g->kind == ENERGY_USED && r->currency[0] != '\0') {
    json_member("cost", g->cost);
    json_member("unpriced_kwh", g->unpriced_mwh);
  }
  if (g->kind == ENERGY_USED) {
    fputs(",\"share\":", stdout);
    energy_put_number(energy_report_share(r, g));
  }
  fputs(",\"peak_w\":", stdout);
  put_peak(g, true);
  printf(",\"cycles\":%u,\"flags\":[", g->cycles);
  for (size_t i = 0; i < MARKS; i++)
    if (is_marked(g, i)) {
      printf("%s\"%s\"", comma, marks[i].name);
      comma = ",";
    }
  fputs(g->others ? "],\"others\":true}" : "]}", stdout);
}

void energy_report_json(const struct energy_report *r) {
  double covered = energy_report_covered(r);
  char from[CALENDAR_DATE_SIZE];
  char to[CALENDAR_DATE_SIZE];

  calendar_format_date(r->range->first, from);
  calendar_format_date(r->range->last, to);
  fputs("{\"schema\":1,\"currency\":", stdout);
  if (r->currency[0] != '\0')
    energy_put_json(r->currency);
  else
    fputs("null", stdout);
  printf(",\"from\":\"%s\",\"to\":\"%s\",\"by\":\"%s\"", from, to,
         by_names[r->by]);
  json_member("kwh", r->used.mwh);
  json_member("produced_kwh", r->produced.mwh);
  if (r->currency[0] != '\0') {
    json_member("energy_cost", r->used.cost);
    json_member("charges", r->charges.cost);
    json_member("to_minimum", r->minimum.cost);
    json_member("cost", r->used.cost + r->charges.cost + r->minimum.cost);
    json_member("unpriced_kwh", r->used.unpriced_mwh);
  }
  fputs(",\"covered\":", stdout);
  if (isnan(covered))
    fputs("null", stdout);
  else
    energy_put_number(covered);
  fputs(",\"rows\":[", stdout);
  for (size_t i = 0; i < r->groups_num; i++) {
    if (i > 0)
      putchar(',');
    json_row(r, &r->groups[i]);
  }
  puts("]}");
}
