/* SPDX-License-Identifier: MIT */
/* kasactl energy without a subcommand: what was used, from the ledger. */
#include <config.h>

#include "cli/energy/energy.h"

#include "cli/energy/energy_report.h"

#include <getopt.h>
#include <stdlib.h>
#include <strings.h>

enum { TOP_MAX = 100000 };

static const struct {
  const char *name;
  enum energy_by by;
} groupings[] = {
    {"device", ENERGY_BY_DEVICE}, {"plug", ENERGY_BY_PLUG},
    {"outlet", ENERGY_BY_PLUG},   {"day", ENERGY_BY_DAY},
    {"hour", ENERGY_BY_HOUR},     {"period", ENERGY_BY_PERIOD},
    {"month", ENERGY_BY_MONTH},
};

struct wishes {
  struct energy_place place;
  struct energy_range range;
  enum energy_by by;
  double top;
  bool csv, json;
};

static int take_by(struct wishes *w, const char *word) {
  for (size_t i = 0; i < sizeof(groupings) / sizeof(groupings[0]); i++)
    if (strcasecmp(word, groupings[i].name) == 0) {
      w->by = groupings[i].by;
      return CLI_DONE;
    }
  return cli_usage("energy",
                   "--by expects device, plug, day, hour, period or month, "
                   "found \"%.60s\"",
                   word);
}

static int take(struct wishes *w, int c) {
  if (energy_place_take(&w->place, c, optarg) ||
      energy_range_take(&w->range, c, optarg))
    return CLI_DONE;
  switch (c) {
  case 'b':
    return take_by(w, optarg);
  case 't':
    return cli_number(optarg, 1, TOP_MAX, &w->top)
               ? CLI_DONE
               : cli_usage("energy",
                           "--top expects a number from 1, found "
                           "\"%.60s\"",
                           optarg);
  case 'c':
    w->csv = true;
    return CLI_DONE;
  case 'j':
    w->json = true;
    return CLI_DONE;
  default:
    return CLI_USAGE;
  }
}

static int show(struct wishes *w) {
  struct energy_report report = {
      .by = w->by, .place = &w->place, .range = &w->range};
  struct ledger_query *q;
  bool good = false;
  int status = energy_range_set(&w->range, &w->place, "energy");

  if (status != CLI_DONE)
    return status;
  q = energy_place_open(&w->place);
  if (q != NULL)
    good = energy_report_make(&report, q, (size_t)w->top);
  if (good && w->json)
    energy_report_json(&report);
  else if (good && w->csv)
    energy_report_csv(&report);
  else if (good)
    energy_report_table(&report);
  energy_report_free(&report);
  ledger_query_close(q);
  return good ? CLI_DONE : CLI_NOTHING;
}

int energy_show_main(int argc, char **argv) {
  static const struct option options[] = {ENERGY_PLACE_OPTIONS,
                                          ENERGY_RANGE_OPTIONS,
                                          {"by", required_argument, NULL, 'b'},
                                          {"top", required_argument, NULL, 't'},
                                          {"csv", no_argument, NULL, 'c'},
                                          {"json", no_argument, NULL, 'j'},
                                          {0}};
  struct wishes w = {.by = ENERGY_BY_DEVICE};
  int status = CLI_DONE;
  int c;

  while (status == CLI_DONE &&
         (c = getopt_long(argc, argv,
                          ENERGY_PLACE_LETTERS ENERGY_RANGE_LETTERS "b:t:cj",
                          options, NULL)) != -1)
    status = take(&w, c);
  if (status == CLI_DONE && optind < argc)
    status = cli_usage("energy", "%s is one argument too many", argv[optind]);
  if (status == CLI_DONE && w.csv && w.json)
    status = cli_usage("energy", "--csv or --json, not both");
  if (status == CLI_DONE)
    status = energy_place_find(&w.place) ? show(&w) : CLI_NOTHING;
  energy_place_free(&w.place);
  return status;
}
