/* SPDX-License-Identifier: MIT */
/* kasactl energy price: what a load costs under the tariffs of a file. */
#include <config.h>

#include "cli/energy/energy.h"

#include "cli/common/cli.h"
#include "cli/energy/energy_load.h"
#include "cli/energy/energy_output.h"
#include "cli/energy/energy_place.h"
#include "cli/energy/energy_range.h"
#include "cli/energy/energy_tariff.h"
#include "energy/tariff/pricing.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PERIOD_SIZE = 256 };

/* What the command line says. */
struct wishes {
  struct energy_place place;
  struct energy_range range;
  const char *tariff, *load; /* files, or NULL */
  double before;             /* kWh; NAN: not given */
  bool json;
};

struct day {
  int day;
  double kwh, cost, charges;
};

struct period {
  char *name;
  double kwh, cost;
};

struct bill {
  const struct tariffs *tariffs;
  struct day *days;
  size_t days_num, days_room;
  struct period *periods;
  size_t periods_num;
  double kwh, cost, charges, unpriced;
  bool out_of_memory;
};

/* -- the load of the ledger -- */

static bool take_slot(void *arg, const struct ledger_row *row) {
  struct energy_load *load = arg;
  struct energy_stretch s = {
      row->start_us, row->start_us + (int64_t)row->seconds * CALENDAR_SECOND,
      (double)row->mwh * 1e-6};
  struct energy_stretch *last =
      load->num > 0 ? &load->items[load->num - 1] : NULL;

  if (row->produces || row->seconds == 0)
    return true;
  if (last != NULL && last->from_us == s.from_us && last->to_us == s.to_us) {
    last->kwh += s.kwh;
    return true;
  }
  load->failed = !energy_load_add(load, &s);
  return !load->failed;
}

/* What the site used on these days, and in the billing month before them. */
static bool read_ledger(struct wishes *w, struct energy_load *load) {
  struct ledger_query *q = energy_place_open(&w->place);
  char why[LEDGER_QUERY_WHY] = "out of memory";
  int month = energy_place_month(&w->place, w->range.first).start;
  struct ledger_sum before;
  bool good = q != NULL &&
              ledger_query_sum(q, NULL, NULL, month, w->range.first - 1,
                               &before, why) &&
              ledger_query_slots(q, calendar_day_start(w->range.first),
                                 calendar_day_start(w->range.last + 1),
                                 take_slot, load, why) &&
              !load->failed;

  if (q != NULL && !good)
    cli_say("%s", why);
  if (good && isnan(w->before))
    w->before = (double)before.mwh * 1e-6;
  ledger_query_close(q);
  return good;
}

/* -- the bill -- */

static struct day *day_of(struct bill *b, int day) {
  size_t at = b->days_num;

  while (at > 0 && b->days[at - 1].day > day)
    at--;
  if (at > 0 && b->days[at - 1].day == day)
    return &b->days[at - 1];
  if (b->days_num == b->days_room) {
    size_t room = b->days_room > 0 ? 2 * b->days_room : 64;
    struct day *grown = realloc(b->days, room * sizeof(*grown));

    if (grown == NULL)
      return NULL;
    b->days = grown;
    b->days_room = room;
  }
  memmove(&b->days[at + 1], &b->days[at],
          (b->days_num - at) * sizeof(*b->days));
  b->days_num++;
  b->days[at] = (struct day){.day = day};
  return &b->days[at];
}

static struct period *period_of(struct bill *b, const char *name) {
  struct period *grown;

  for (size_t i = 0; i < b->periods_num; i++)
    if (strcmp(b->periods[i].name, name) == 0)
      return &b->periods[i];
  grown = realloc(b->periods, (b->periods_num + 1) * sizeof(*grown));
  if (grown == NULL)
    return NULL;
  b->periods = grown;
  grown[b->periods_num] = (struct period){.name = strdup(name)};
  return grown[b->periods_num].name != NULL ? &grown[b->periods_num++] : NULL;
}

static void take_piece(void *arg, const struct pricing_piece *piece) {
  struct bill *b = arg;
  char name[PERIOD_SIZE] = "unpriced";
  struct day *day = day_of(b, piece->local.day);
  struct period *period;

  if (piece->priced)
    tariff_describe(piece->tariff, &piece->local, name, sizeof(name));
  period = period_of(b, name);
  if (day == NULL || period == NULL) {
    b->out_of_memory = true;
    return;
  }
  day->kwh += piece->kwh;
  day->cost += piece->cost;
  period->kwh += piece->kwh;
  period->cost += piece->cost;
  b->kwh += piece->kwh;
  b->cost += piece->cost;
  b->unpriced += piece->priced ? 0 : piece->kwh;
}

static bool make_bill(struct bill *b, const struct energy_load *load,
                      double before) {
  struct pricing_site site = {.kwh = before};

  for (size_t i = 0; i < load->num && !b->out_of_memory; i++)
    pricing_spread(b->tariffs, &site, load->items[i].from_us,
                   load->items[i].to_us, load->items[i].kwh, take_piece, b);
  for (size_t i = 0; i < b->days_num; i++) {
    const struct tariff *t = tariffs_at(b->tariffs, b->days[i].day);

    b->days[i].charges = t != NULL ? tariff_charges(t, b->days[i].day) : 0;
    b->charges += b->days[i].charges;
  }
  if (b->out_of_memory)
    cli_say("out of memory");
  return !b->out_of_memory;
}

static void bill_free(struct bill *b) {
  for (size_t i = 0; i < b->periods_num; i++)
    free(b->periods[i].name);
  free(b->periods);
  free(b->days);
}

/* -- output -- */

static void put_member(const char *name, double number) {
  printf("%s:", name);
  energy_put_number(number);
}

static void print_json(const struct bill *b) {
  fputs("{\"schema\":1,\"currency\":", stdout);
  energy_put_json(tariffs_currency(b->tariffs));
  put_member(",\"kwh\"", b->kwh);
  put_member(",\"energy_cost\"", b->cost);
  put_member(",\"charges\"", b->charges);
  if (b->unpriced > 0)
    put_member(",\"unpriced_kwh\"", b->unpriced);
  fputs(",\"days\":[", stdout);
  for (size_t i = 0; i < b->days_num; i++) {
    char date[CALENDAR_DATE_SIZE];

    calendar_format_date(b->days[i].day, date);
    printf("%s{\"date\":\"%s\"", i > 0 ? "," : "", date);
    put_member(",\"kwh\"", b->days[i].kwh);
    put_member(",\"energy_cost\"", b->days[i].cost);
    put_member(",\"charges\"", b->days[i].charges);
    putchar('}');
  }
  fputs("],\"periods\":[", stdout);
  for (size_t i = 0; i < b->periods_num; i++) {
    printf("%s{\"name\":", i > 0 ? "," : "");
    energy_put_json(b->periods[i].name);
    put_member(",\"kwh\"", b->periods[i].kwh);
    put_member(",\"cost\"", b->periods[i].cost);
    putchar('}');
  }
  puts("]}");
}

static void print_table(const struct bill *b) {
  const char *currency = tariffs_currency(b->tariffs);
  int digits = (int)tariff_decimals(currency) + 2;

  printf("%-12s %12s %14s %12s\n", "day", "kWh", "energy", "charges");
  for (size_t i = 0; i < b->days_num; i++) {
    char date[CALENDAR_DATE_SIZE];

    calendar_format_date(b->days[i].day, date);
    printf("%-12s %12.3f %14.*f %12.*f\n", date, b->days[i].kwh, digits,
           b->days[i].cost, digits, b->days[i].charges);
  }
  printf("%-12s %12.3f %14.*f %12.*f  %s\n\n", "sum", b->kwh, digits, b->cost,
         digits, b->charges, currency);
  printf("%12s %14s  %s\n", "kWh", "cost", "period");
  for (size_t i = 0; i < b->periods_num; i++)
    printf("%12.3f %14.*f  %s\n", b->periods[i].kwh, digits, b->periods[i].cost,
           b->periods[i].name);
  if (b->unpriced > 0)
    printf("\n%.3f kWh have no price\n", b->unpriced);
}

static int price(struct wishes *w) {
  struct tariffs set = {0};
  struct bill bill = {0};
  struct energy_load load = {0};
  bool good = w->tariff != NULL ? energy_tariff_read(w->tariff, &set)
                                : energy_place_has_tariffs(&w->place);

  bill.tariffs = w->tariff != NULL ? &set : &w->place.tariffs;
  good = good && (w->load != NULL ? energy_load_read(w->load, &load)
                                  : read_ledger(w, &load));
  good = good && make_bill(&bill, &load, isnan(w->before) ? 0 : w->before);
  if (good && w->json)
    print_json(&bill);
  else if (good)
    print_table(&bill);
  bill_free(&bill);
  energy_load_free(&load);
  tariffs_free(&set);
  return good ? CLI_DONE : CLI_NOTHING;
}

static int take(struct wishes *w, int c) {
  if (energy_place_take(&w->place, c, optarg) ||
      energy_range_take(&w->range, c, optarg))
    return CLI_DONE;
  switch (c) {
  case 't':
    w->tariff = optarg;
    return CLI_DONE;
  case 'l':
    w->load = optarg;
    return CLI_DONE;
  case 'j':
    w->json = true;
    return CLI_DONE;
  case 'b':
    return cli_number(optarg, 0, 1e12, &w->before)
               ? CLI_DONE
               : cli_usage("energy price",
                           "--before expects kWh, found \"%.60s\"", optarg);
  default:
    return CLI_USAGE;
  }
}

/* With two files the configuration of this machine does not matter. */
static int find(struct wishes *w) {
  if (w->tariff != NULL && w->load != NULL)
    return CLI_DONE;
  if (!energy_place_find(&w->place))
    return CLI_NOTHING;
  return w->load != NULL
             ? CLI_DONE
             : energy_range_set(&w->range, &w->place, "energy price");
}

int energy_price_main(int argc, char **argv) {
  static const struct option options[] = {
      ENERGY_PLACE_OPTIONS,
      ENERGY_RANGE_OPTIONS,
      {"tariff", required_argument, NULL, 't'},
      {"load", required_argument, NULL, 'l'},
      {"before", required_argument, NULL, 'b'},
      {"json", no_argument, NULL, 'j'},
      {0}};
  struct wishes w = {.before = NAN};
  int status = CLI_DONE;
  int c;

  while (status == CLI_DONE &&
         (c = getopt_long(argc, argv,
                          ENERGY_PLACE_LETTERS ENERGY_RANGE_LETTERS "t:l:b:j",
                          options, NULL)) != -1)
    status = take(&w, c);
  if (status == CLI_DONE && optind < argc)
    status =
        cli_usage("energy price", "%s is one argument too many", argv[optind]);
  if (status == CLI_DONE)
    status = find(&w);
  if (status == CLI_DONE)
    status = price(&w);
  energy_place_free(&w.place);
  return status;
}
