/* SPDX-License-Identifier: MIT */
/* kasactl energy cycles. */
#include <config.h>

#include "cli/energy/energy_cycles.h"

#include "appliance/duration.h"
#include "cli/common/cli.h"
#include "cli/energy/energy.h"
#include "cli/energy/energy_output.h"
#include "cli/energy/energy_range.h"
#include "cli/term/style.h"
#include "cli/term/text_table.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CELL = 64, NAME = 320 };

/* -- reading -- */

static bool is_meant(const struct energy_cycles *c, const char *device,
                     const char *plug) {
  return c->name == NULL || energy_is_named(c->name, device, plug);
}

static void keep(struct energy_cycles *c, const char *device, const char *plug,
                 const struct cycle_log_entry *entry) {
  struct energy_cycle *grown = c->list;

  if (c->num == c->room) {
    size_t room = c->room > 0 ? 2 * c->room : 64;

    grown = realloc(c->list, room * sizeof(*grown));
    if (grown == NULL) {
      c->out_of_memory = true;
      return;
    }
    c->list = grown;
    c->room = room;
  }
  grown[c->num] = (struct energy_cycle){
      .device = strdup(device), .plug = strdup(plug), .entry = *entry};
  c->out_of_memory |=
      grown[c->num].device == NULL || grown[c->num].plug == NULL;
  c->num++;
}

static void take(void *arg, const char *device, const char *plug,
                 const char *note) {
  struct energy_cycles *c = arg;
  struct cycle_log_entry e;

  if (!is_meant(c, device, plug))
    return;
  c->known = true;
  while (cycle_log_next(&note, &e))
    if (e.end >= c->from && e.end < c->to)
      keep(c, device, plug, &e);
}

static int by_end(const void *a, const void *b) {
  const struct energy_cycle *x = a, *y = b;

  if (x->entry.end != y->entry.end)
    return x->entry.end < y->entry.end ? -1 : 1;
  return strcmp(x->device, y->device);
}

bool energy_cycles_read(struct energy_cycles *c, struct ledger_query *q,
                        int first, int last) {
  char why[LEDGER_QUERY_WHY] = "out of memory";
  bool good;

  c->from = (double)calendar_day_start(first) / CALENDAR_SECOND;
  c->to = (double)calendar_day_start(last + 1) / CALENDAR_SECOND;
  good = ledger_query_notes(q, "cycles", take, c, why) && !c->out_of_memory;
  if (!good)
    cli_say("%s", why);
  else if (c->num > 1)
    qsort(c->list, c->num, sizeof(c->list[0]), by_end);
  return good;
}

void energy_cycles_free(struct energy_cycles *c) {
  for (size_t i = 0; i < c->num; i++) {
    free(c->list[i].device);
    free(c->list[i].plug);
  }
  free(c->list);
}

/* -- the table -- */

static void moment_of(double at, char out[CALENDAR_MOMENT_SIZE]) {
  calendar_format_moment((int64_t)llround(at) * CALENDAR_SECOND, out);
}

/* "2026-11-28 14:05": a person knows in which zone he is. */
static void add_moment(struct text_table *t, double at) {
  char text[CALENDAR_MOMENT_SIZE];

  moment_of(at, text);
  text[10] = ' ';
  text[16] = '\0';
  text_table_add(t, text);
}

static void add_number(struct text_table *t, double number, int digits) {
  char text[CELL] = "";

  if (!isnan(number))
    snprintf(text, sizeof(text), "%.*f", digits, number);
  text_table_add(t, text);
}

static void add_row(struct text_table *t, const struct energy_cycle *c,
                    const char *currency) {
  char name[NAME], words[DURATION_SIZE];

  snprintf(name, sizeof(name), "%.*s%s%.*s", NAME / 2 - 2, c->device,
           c->plug[0] != '\0' ? ": " : "", NAME / 2 - 2, c->plug);
  duration_words(c->entry.seconds, words);
  text_table_add(t, name);
  add_moment(t, c->entry.end - c->entry.seconds);
  add_moment(t, c->entry.end);
  text_table_add(t, words);
  add_number(t, c->entry.kwh, 3);
  if (currency[0] != '\0')
    add_number(t, c->entry.cost, (int)tariff_decimals(currency));
}

static void put_table(const struct energy_cycles *c, const char *currency) {
  const struct column with_cost[] = {
      {"appliance", 12, false}, {"from", 16, false}, {"to", 16, false},
      {"length", 1, true},      {"kWh", 1, true},    {currency, 1, true}};
  const struct column without[] = {{"appliance", 12, false},
                                   {"from", 16, false},
                                   {"to", 16, false},
                                   {"length", 1, true},
                                   {"kWh", 1, true}};
  struct style style;
  struct output page = {.out = stdout};
  struct text_table costs = CELLS(&page, with_cost);
  struct text_table energy = CELLS(&page, without);
  struct text_table *t = currency[0] != '\0' ? &costs : &energy;

  style_of(&style, stdout);
  page.columns = style.columns;
  for (size_t i = 0; i < c->num; i++)
    add_row(t, &c->list[i], currency);
  (void)text_table_end(t, "No cycle has ended on these days.");
}

/* -- for programs -- */

static void put_row_json(const struct energy_cycle *c) {
  char start[CALENDAR_MOMENT_SIZE], end[CALENDAR_MOMENT_SIZE];

  moment_of(c->entry.end - c->entry.seconds, start);
  moment_of(c->entry.end, end);
  fputs("{\"device\":", stdout);
  energy_put_json(c->device);
  fputs(",\"plug\":", stdout);
  energy_put_json(c->plug);
  printf(",\"start\":\"%s\",\"end\":\"%s\",\"seconds\":", start, end);
  energy_put_number(c->entry.seconds);
  fputs(",\"kwh\":", stdout);
  energy_put_number(c->entry.kwh);
  fputs(",\"cost\":", stdout);
  if (isnan(c->entry.cost))
    fputs("null", stdout);
  else
    energy_put_number(c->entry.cost);
  putchar('}');
}

static void put_json(const struct energy_cycles *c, const char *currency,
                     const struct energy_range *range) {
  char from[CALENDAR_DATE_SIZE], to[CALENDAR_DATE_SIZE];

  calendar_format_date(range->first, from);
  calendar_format_date(range->last, to);
  fputs("{\"schema\":1,\"currency\":", stdout);
  if (currency[0] != '\0')
    energy_put_json(currency);
  else
    fputs("null", stdout);
  printf(",\"from\":\"%s\",\"to\":\"%s\",\"cycles\":[", from, to);
  for (size_t i = 0; i < c->num; i++) {
    if (i > 0)
      putchar(',');
    put_row_json(&c->list[i]);
  }
  puts("]}");
}

static void put_csv(const struct energy_cycles *c) {
  fputs("device,plug,start,end,seconds,kwh,cost\r\n", stdout);
  for (size_t i = 0; i < c->num; i++) {
    const struct energy_cycle *one = &c->list[i];
    char start[CALENDAR_MOMENT_SIZE], end[CALENDAR_MOMENT_SIZE];

    moment_of(one->entry.end - one->entry.seconds, start);
    moment_of(one->entry.end, end);
    energy_put_csv(one->device);
    putchar(',');
    energy_put_csv(one->plug);
    printf(",%s,%s,", start, end);
    energy_put_number(one->entry.seconds);
    putchar(',');
    energy_put_number(one->entry.kwh);
    putchar(',');
    if (!isnan(one->entry.cost))
      energy_put_number(one->entry.cost);
    fputs("\r\n", stdout);
  }
}

/* -- the command -- */

struct wishes {
  struct energy_place place;
  struct energy_range range;
  bool csv, json;
};

static int take_options(struct wishes *w, int argc, char **argv) {
  static const struct option options[] = {ENERGY_PLACE_OPTIONS,
                                          ENERGY_RANGE_OPTIONS,
                                          {"csv", no_argument, NULL, 'c'},
                                          {"json", no_argument, NULL, 'j'},
                                          {0}};
  int c;

  while ((c = getopt_long(argc, argv,
                          ENERGY_PLACE_LETTERS ENERGY_RANGE_LETTERS "cj",
                          options, NULL)) != -1) {
    if (c == 'c')
      w->csv = true;
    else if (c == 'j')
      w->json = true;
    else if (!energy_place_take(&w->place, c, optarg) &&
             !energy_range_take(&w->range, c, optarg))
      return CLI_USAGE;
  }
  if (argc - optind > 1)
    return cli_usage("energy cycles", "%s is one argument too many",
                     argv[optind + 1]);
  if (w->csv && w->json)
    return cli_usage("energy cycles", "--csv or --json, not both");
  return CLI_DONE;
}

static int show(const struct wishes *w, const char *name) {
  struct ledger_query *q = energy_place_open(&w->place);
  struct energy_cycles cycles = {.name = name};
  const char *currency = q != NULL ? ledger_query_currency(q) : "";
  bool good = q != NULL &&
              energy_cycles_read(&cycles, q, w->range.first, w->range.last);

  if (good && name != NULL && !cycles.known) {
    cli_say("no cycle is kept of an appliance called %.100s", name);
    good = false;
  } else if (good && w->json) {
    put_json(&cycles, currency, &w->range);
  } else if (good && w->csv) {
    put_csv(&cycles);
  } else if (good) {
    put_table(&cycles, currency);
  }
  energy_cycles_free(&cycles);
  ledger_query_close(q);
  return good ? CLI_DONE : CLI_NOTHING;
}

int energy_cycles_main(int argc, char **argv) {
  struct wishes w = {.csv = false};
  int status = take_options(&w, argc, argv);

  if (status == CLI_DONE && !energy_place_find(&w.place))
    status = CLI_NOTHING;
  if (status == CLI_DONE)
    status = energy_range_set(&w.range, &w.place, "energy cycles");
  if (status == CLI_DONE)
    status = show(&w, optind < argc ? argv[optind] : NULL);
  energy_place_free(&w.place);
  return status;
}
