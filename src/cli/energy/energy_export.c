/* SPDX-License-Identifier: MIT */
/* kasactl energy export, prices and currency: what the ledger and the tariffs
 * say, as it is. */
#include <config.h>

#include "cli/energy/energy.h"

#include "base/clock.h"
#include "cli/common/cli.h"
#include "cli/energy/energy_output.h"
#include "cli/energy/energy_place.h"
#include "cli/energy/energy_range.h"
#include "energy/ledger/ledger.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* -- export -- */

static bool put_slot(void *arg, const struct ledger_row *row) {
  char from[CALENDAR_MOMENT_SIZE];
  char to[CALENDAR_MOMENT_SIZE];

  (void)arg;
  calendar_format_moment(row->start_us, from);
  calendar_format_moment(
      row->start_us + (int64_t)row->seconds * CALENDAR_SECOND, to);
  printf("%s,%s,", from, to);
  energy_put_csv(row->device);
  putchar(',');
  energy_put_csv(row->plug);
  printf(",%s,", row->produces ? "produced" : "used");
  energy_put_micro(row->mwh);
  putchar(',');
  if (!row->produces)
    energy_put_micro(row->cost);
  putchar(',');
  energy_put_csv(row->period);
  printf(",%u\r\n", row->flags);
  return true;
}

int energy_export_main(int argc, char **argv) {
  static const struct option options[] = {
      ENERGY_PLACE_OPTIONS, ENERGY_RANGE_OPTIONS, {0}};
  struct energy_place place = {0};
  struct energy_range range = {0};
  char why[LEDGER_QUERY_WHY];
  struct ledger_query *q = NULL;
  int status = CLI_NOTHING;
  int c;

  while ((c = getopt_long(argc, argv, ENERGY_PLACE_LETTERS ENERGY_RANGE_LETTERS,
                          options, NULL)) != -1)
    if (!energy_place_take(&place, c, optarg) &&
        !energy_range_take(&range, c, optarg))
      return CLI_USAGE;
  if (optind < argc)
    return cli_usage("energy export", "%s is one argument too many",
                     argv[optind]);
  if (energy_place_find(&place))
    status = energy_range_set(&range, &place, "energy export");
  if (status == CLI_DONE)
    q = energy_place_open(&place);
  if (q != NULL) {
    fputs("from,to,device,plug,kind,kwh,cost,period,flags\r\n", stdout);
    if (!ledger_query_slots(q, calendar_day_start(range.first),
                            calendar_day_start(range.last + 1), put_slot, NULL,
                            why)) {
      cli_say("%s", why);
      status = CLI_NOTHING;
    }
  } else if (status == CLI_DONE) {
    status = CLI_NOTHING;
  }
  ledger_query_close(q);
  energy_place_free(&place);
  return status;
}

/* -- prices -- */

static void put_price(const struct tariff *t, int64_t from, int64_t to,
                      bool json, bool first) {
  struct calendar_local local = calendar_local_of(from);
  char begin[CALENDAR_MOMENT_SIZE];
  char end[CALENDAR_MOMENT_SIZE];
  char name[256] = "";
  double price = 0;
  bool known = t != NULL && tariff_price(t, from, 0, &price);

  if (t != NULL)
    tariff_describe(t, &local, name, sizeof(name));
  calendar_format_moment(from, begin);
  calendar_format_moment(to, end);
  if (!json) {
    printf("%s  %s  ", begin, end);
    if (known)
      printf("%10.*f  %s\n", (int)tariff_decimals(t->currency) + 2, price,
             name);
    else
      printf("%10s  %s\n", "not known", name);
    return;
  }
  printf("%s{\"from\":\"%s\",\"to\":\"%s\",\"price\":", first ? "" : ",", begin,
         end);
  if (known)
    energy_put_number(price);
  else
    fputs("null", stdout);
  fputs(",\"period\":", stdout);
  energy_put_json(name);
  putchar('}');
}

static void put_prices(const struct tariffs *set,
                       const struct energy_range *range, bool json) {
  int64_t end = calendar_day_start(range->last + 1);
  bool first = true;
  bool tiers = false;

  if (json) {
    fputs("{\"schema\":1,\"currency\":", stdout);
    energy_put_json(tariffs_currency(set));
    fputs(",\"prices\":[", stdout);
  }
  for (int64_t at = calendar_day_start(range->first); at < end;) {
    struct calendar_local local = calendar_local_of(at);
    const struct tariff *t = tariffs_at(set, local.day);
    int64_t until =
        t != NULL ? tariff_until(t, at, &local) : calendar_next(at, 86400);

    put_price(t, at, until < end ? until : end, json, first);
    tiers |= t != NULL && tariff_has_tiers(t);
    first = false;
    at = until;
  }
  if (json)
    puts("]}");
  else if (tiers)
    puts("Of tiers the price of the first is shown.");
}

/* Prices are about what is and what comes: today, and tomorrow when nothing
 * else is asked for. */
int energy_prices_main(int argc, char **argv) {
  static const struct option options[] = {ENERGY_PLACE_OPTIONS,
                                          ENERGY_RANGE_OPTIONS,
                                          {"json", no_argument, NULL, 'j'},
                                          {0}};
  struct energy_place place = {0};
  struct energy_range range = {0};
  bool json = false;
  int status = CLI_NOTHING;
  int c;

  while ((c = getopt_long(argc, argv,
                          ENERGY_PLACE_LETTERS ENERGY_RANGE_LETTERS "j",
                          options, NULL)) != -1)
    if (c == 'j')
      json = true;
    else if (!energy_place_take(&place, c, optarg) &&
             !energy_range_take(&range, c, optarg))
      return CLI_USAGE;
  if (optind < argc)
    return cli_usage("energy prices", "%s is one argument too many",
                     argv[optind]);
  if (energy_place_find(&place))
    status = energy_range_set(&range, &place, "energy prices");
  if (status == CLI_DONE && !energy_place_has_tariffs(&place))
    status = CLI_NOTHING;
  if (status == CLI_DONE) {
    if (range.days == NULL && range.month == NULL && range.from == NULL &&
        range.to == NULL) {
      range.first = calendar_local_of((int64_t)clock_wall_us()).day;
      range.last = range.first + 1;
    }
    put_prices(&place.tariffs, &range, json);
  }
  energy_place_free(&place);
  return status;
}

/* -- currency -- */

static int explain(const struct energy_place *p) {
  struct ledger_query *q = energy_place_open(p);
  const char *then = q != NULL ? ledger_query_currency(q) : "";
  const char *now = tariffs_currency(&p->tariffs);

  if (q == NULL)
    return CLI_NOTHING;
  printf("The ledger's costs are in %s, the tariffs' in %s.\n",
         then[0] != '\0' ? then : "no currency yet",
         now[0] != '\0'       ? now
         : p->tariffs.num > 0 ? "no currency: none is given"
                              : "no currency: there are none");
  if (then[0] != '\0' && now[0] != '\0' && strcmp(then, now) != 0)
    printf("Costs in two currencies cannot be summed, so that energy is counted"
           "\nand not priced. Either give the tariffs the Currency \"%s\" "
           "again,\nor begin a new ledger: stop collectd, put %s/energy.db"
           "\naside, start collectd. watt_hours begins anew with it.\n",
           then, p->directory);
  ledger_query_close(q);
  return CLI_DONE;
}

int energy_currency_main(int argc, char **argv) {
  static const struct option options[] = {ENERGY_PLACE_OPTIONS, {0}};
  struct energy_place place = {0};
  int status = CLI_NOTHING;
  int c;

  while ((c = getopt_long(argc, argv, ENERGY_PLACE_LETTERS, options, NULL)) !=
         -1)
    if (!energy_place_take(&place, c, optarg))
      return CLI_USAGE;
  if (optind < argc)
    return cli_usage("energy currency", "%s is one argument too many",
                     argv[optind]);
  if (energy_place_find(&place))
    status = explain(&place);
  energy_place_free(&place);
  return status;
}
