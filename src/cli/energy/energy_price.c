/* SPDX-License-Identifier: MIT */
/* kasactl energy price: what a load costs under the tariffs of a file. */
#include <config.h>

#include "cli/energy/energy.h"

#include "cli/common/cli.h"
#include "cli/energy/energy_output.h"
#include "cli/energy/energy_tariff.h"
#include "energy/csv.h"
#include "energy/tariff/pricing.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOAD_MAX = 256 * 1024 * 1024, PERIOD_SIZE = 256 };

struct stretch {
  int64_t from_us, to_us;
  double kwh;
};

struct load {
  struct stretch *items;
  size_t num, room;
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

/* -- the load -- */

static bool add_stretch(struct load *load, const struct stretch *s) {
  if (load->num == load->room) {
    size_t room = load->room > 0 ? 2 * load->room : 256;
    struct stretch *grown = realloc(load->items, room * sizeof(*grown));

    if (grown == NULL)
      return false;
    load->items = grown;
    load->room = room;
  }
  load->items[load->num++] = *s;
  return true;
}

static bool refuse_row(struct csv *csv, const char *what) {
  snprintf(csv->why, sizeof(csv->why), "line %u: %s", csv->line, what);
  return false;
}

static bool take_stretch(struct csv *csv, const int at[3], struct load *load) {
  struct stretch s = {0};

  if (!calendar_parse_moment(csv_field(csv, at[0]), &s.from_us) ||
      !calendar_parse_moment(csv_field(csv, at[1]), &s.to_us))
    return refuse_row(csv, "from and to expect moments with a zone, as in "
                           "2026-01-15T00:30:00Z");
  if (s.to_us <= s.from_us)
    return refuse_row(csv, "to expects a moment after from");
  if (csv_number(csv, at[2], &s.kwh) != 1 || s.kwh < 0)
    return refuse_row(csv, "kwh expects a number from 0");
  return add_stretch(load, &s) || refuse_row(csv, "out of memory");
}

static int by_begin(const void *a, const void *b) {
  const struct stretch *x = a;
  const struct stretch *y = b;

  if (x->from_us != y->from_us)
    return x->from_us < y->from_us ? -1 : 1;
  return x->to_us < y->to_us ? -1 : x->to_us > y->to_us;
}

static bool read_load(const char *path, struct load *load) {
  struct csv csv;
  bool good = csv_open(&csv, path, LOAD_MAX);

  if (good) {
    const int at[3] = {csv_column(&csv, "from"), csv_column(&csv, "to"),
                       csv_column(&csv, "kwh")};

    if (at[0] < 0 || at[1] < 0 || at[2] < 0)
      good = refuse_row(&csv, "the header must be from,to,kwh");
    while (good && csv_row(&csv))
      good = take_stretch(&csv, at, load);
  }
  good = good && csv.why[0] == '\0';
  if (!good)
    cli_say("%s: %s", path, csv.why);
  csv_close(&csv);
  if (load->num > 1) /* tiers go by what was used before */
    qsort(load->items, load->num, sizeof(*load->items), by_begin);
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

static bool make_bill(struct bill *b, const struct load *load, double before) {
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

static int price(const char *tariff, const char *load_path, double before,
                 bool json) {
  struct tariffs set = {0};
  struct bill bill = {.tariffs = &set};
  struct load load = {0};
  bool good = energy_tariff_read(tariff, &set) && read_load(load_path, &load) &&
              make_bill(&bill, &load, before);

  if (good && json)
    print_json(&bill);
  else if (good)
    print_table(&bill);
  bill_free(&bill);
  free(load.items);
  tariffs_free(&set);
  return good ? CLI_DONE : CLI_NOTHING;
}

int energy_price_main(int argc, char **argv) {
  static const struct option options[] = {
      {"tariff", required_argument, NULL, 't'},
      {"load", required_argument, NULL, 'l'},
      {"before", required_argument, NULL, 'b'},
      {"json", no_argument, NULL, 'j'},
      {0}};
  const char *tariff = NULL;
  const char *load = NULL;
  double before = 0;
  bool json = false;
  int c;

  while ((c = getopt_long(argc, argv, "t:l:b:j", options, NULL)) != -1) {
    if (c == 't')
      tariff = optarg;
    else if (c == 'l')
      load = optarg;
    else if (c == 'j')
      json = true;
    else if (c != 'b')
      return CLI_USAGE;
    else if (!cli_number(optarg, 0, 1e12, &before))
      return cli_usage("energy price", "--before expects kWh, found \"%.60s\"",
                       optarg);
  }
  if (optind < argc)
    return cli_usage("energy price", "%s is one argument too many",
                     argv[optind]);
  if (tariff == NULL)
    return cli_usage("energy price", "which tariff? --tariff FILE");
  if (load == NULL)
    return cli_usage("energy price", "which load? --load FILE");
  return price(tariff, load, before, json);
}
