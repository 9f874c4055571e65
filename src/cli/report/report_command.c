/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "cli/report/report_command.h"

#include "base/clock.h"
#include "cli/common/cli.h"
#include "cli/energy/energy_place.h"
#include "report/report_html.h"
#include "report/report_json.h"
#include "report/report_make.h"
#include "report/report_text.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum { OUTPUT_MAX = 1 << 20 };

#define REPORT_USAGE                                                           \
  "[--day | --week | --month] [--date DATE] [--html | --json] [--alerts DIR] " \
  "[--state DIR] [--config FILE]"
#define REPORT_HELP                                                            \
  "What was used and what it cost, from the ledger: yesterday, or the last\n"  \
  "week or billing month that is over.\n"                                      \
  "\n"                                                                         \
  "      --day            compared with the usual day of that weekday\n"       \
  "      --week           Monday to Sunday, compared with the one before\n"    \
  "      --month          by BillingDay, compared with the one before\n"       \
  "      --date DATE      the one that DATE (2026-11-28) lies in\n"            \
  "      --html           the HTML part of a mail\n"                           \
  "  -j, --json           for programs\n"                                      \
  "      --alerts DIR     the folder of notify_kasa's "                        \
  "alerts.db\n" ENERGY_PLACE_HELP

struct report_arguments {
  struct energy_place place;
  int kind;
  bool kind_given;
  const char *date, *alerts;
  bool html, json;
};

static int take_options(struct report_arguments *a, int argc, char **argv) {
  int kind = REPORT_DAY;
  const struct option known[] = {
      ENERGY_PLACE_OPTIONS,
      {"day", no_argument, &kind, REPORT_DAY},
      {"week", no_argument, &kind, REPORT_WEEK},
      {"month", no_argument, &kind, REPORT_MONTH},
      {"date", required_argument, NULL, 'D'},
      {"alerts", required_argument, NULL, 'A'},
      {"html", no_argument, NULL, 'H'},
      {"json", no_argument, NULL, 'j'},
      {0},
  };
  int c;

  while ((c = getopt_long(argc, argv, ENERGY_PLACE_LETTERS "j", known, NULL)) !=
         -1) {
    if (c == 0 && a->kind_given && kind != a->kind)
      return cli_usage("report",
                       "--day, --week and --month exclude each other");
    if (c == 0) {
      a->kind = kind;
      a->kind_given = true;
    }
    if (c == 0 || energy_place_take(&a->place, c, optarg))
      continue;
    if (c == 'D')
      a->date = optarg;
    else if (c == 'A')
      a->alerts = optarg;
    else if (c == 'H')
      a->html = true;
    else if (c == 'j')
      a->json = true;
    else
      return cli_bad_option("report");
  }
  if (optind < argc)
    return cli_usage("report", "there is nothing to say about \"%.60s\"",
                     argv[optind]);
  if (a->html && a->json)
    return cli_usage("report", "--html and --json exclude each other");
  return CLI_DONE;
}

static unsigned billing_day(const struct report_arguments *a, int day) {
  const struct tariff *t = tariffs_at(&a->place.tariffs, day);

  return t != NULL ? tariff_billing_day(t) : a->place.billing_day;
}

/* The days it is about: those of the date, else the latest that are over. */
static int set_days(const struct report_arguments *a, struct report *r) {
  int today = calendar_local_of((int64_t)clock_wall_us()).day;
  int day = today;

  if (a->date != NULL && !calendar_parse_date(a->date, &day))
    return cli_usage("report",
                     "--date expects a date like 2026-11-28, found \"%.40s\"",
                     a->date);
  report_days(r->kind, day, billing_day(a, day), &r->first, &r->last);
  if (a->date == NULL)
    report_days(r->kind, r->first - 1, billing_day(a, r->first - 1), &r->first,
                &r->last);
  return CLI_DONE;
}

static int print(const struct report_arguments *a, const struct report *r) {
  struct buf out;
  char *json = NULL;
  int err = 0;

  if (r->known == 0) {
    cli_say("the ledger knows nothing of that time");
    return CLI_NOTHING;
  }
  buf_init(&out, OUTPUT_MAX);
  if (a->json) {
    json = report_json(r);
    if (json != NULL)
      puts(json);
    else
      err = -1;
  } else {
    if (a->html)
      report_html(r, &out);
    else
      report_text(r, &out);
    err = buf_error(&out);
    if (err == 0)
      fputs(out.data, stdout);
  }
  if (err < 0)
    cli_say("out of memory");
  free(json);
  buf_free(&out);
  return err < 0 ? CLI_NOTHING : CLI_DONE;
}

static int gather(const struct report_arguments *a, struct report *r,
                  struct ledger_query *q) {
  const struct report_sources from = {
      .ledger = q,
      .alerts = a->alerts != NULL ? a->alerts : a->place.alerts,
      .billing_day = billing_day(a, r->last),
      .minimum = energy_place_minimum(&a->place, q, r->last),
      .now = (int64_t)(clock_wall_us() / 1000)};
  char why[LEDGER_QUERY_WHY];

  if (report_make(r, &from, why))
    return CLI_DONE;
  cli_say("the ledger: %s", why);
  return CLI_NOTHING;
}

static int report_main(int argc, char **argv) {
  struct report_arguments a = {.kind = REPORT_DAY};
  struct report r = {0};
  struct ledger_query *q = NULL;
  int status = take_options(&a, argc, argv);

  if (status == CLI_DONE && !energy_place_find(&a.place))
    status = CLI_NOTHING;
  r.kind = (enum report_kind)a.kind;
  if (status == CLI_DONE)
    status = set_days(&a, &r);
  if (status == CLI_DONE) {
    q = energy_place_open(&a.place);
    status = q != NULL ? gather(&a, &r, q) : CLI_NOTHING;
  }
  if (status == CLI_DONE)
    status = print(&a, &r);
  report_data_free(&r);
  ledger_query_close(q);
  energy_place_free(&a.place);
  return status;
}

const struct command report_command = {
    "report", "what a day, week or month used and cost", REPORT_HELP,
    REPORT_USAGE, report_main};
