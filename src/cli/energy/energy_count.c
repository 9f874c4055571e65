/* SPDX-License-Identifier: MIT */
/* kasactl energy count: readings from a file through the counter. */
#include <config.h>

#include "cli/energy/energy.h"

#include "cli/common/cli.h"
#include "cli/energy/energy_output.h"
#include "energy/counter.h"
#include "energy/csv.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 64 * 1024 * 1024 };
static const double SECONDS_MAX = 1e11;
static const double INTERVAL_MAX = 300;
static const double INTERVAL_DEFAULT = 15;

struct reading_row {
  double t;
  struct counter_sample sample;
};

struct readings {
  struct reading_row *rows;
  size_t num;
  size_t room;
};

static bool add(struct readings *r, const struct reading_row *row) {
  if (r->num == r->room) {
    size_t room = r->room > 0 ? 2 * r->room : 256;
    struct reading_row *grown = realloc(r->rows, room * sizeof(*grown));

    if (grown == NULL)
      return false;
    r->rows = grown;
    r->room = room;
  }
  r->rows[r->num++] = *row;
  return true;
}

struct columns {
  int t, total, power, month;
};

/* False with csv->why set. */
static bool take(struct csv *csv, const struct columns *at,
                 struct readings *readings) {
  struct reading_row row = {0};
  struct counter_sample *s = &row.sample;
  int total = csv_number(csv, at->total, &s->total_wh);
  int power = csv_number(csv, at->power, &s->power_w);
  int month = csv_number(csv, at->month, &s->month_wh);

  if (csv_number(csv, at->t, &row.t) != 1 || fabs(row.t) > SECONDS_MAX) {
    snprintf(csv->why, sizeof(csv->why), "line %u: t expects seconds",
             csv->line);
    return false;
  }
  if (total < 0 || power < 0 || month < 0) {
    snprintf(csv->why, sizeof(csv->why),
             "line %u: total_wh, power_w and month_wh expect numbers",
             csv->line);
    return false;
  }
  if (readings->num > 0 && row.t < readings->rows[readings->num - 1].t) {
    snprintf(csv->why, sizeof(csv->why),
             "line %u: t is less than in the row before", csv->line);
    return false;
  }
  s->has_total = total == 1;
  s->has_power = power == 1;
  s->has_month = month == 1;
  if (add(readings, &row))
    return true;
  snprintf(csv->why, sizeof(csv->why), "out of memory");
  return false;
}

static bool read_rows(const char *path, struct readings *readings) {
  struct csv csv;
  struct columns at = {0};
  bool good = csv_open(&csv, path, FILE_MAX);

  if (good) {
    at = (struct columns){csv_column(&csv, "t"), csv_column(&csv, "total_wh"),
                          csv_column(&csv, "power_w"),
                          csv_column(&csv, "month_wh")};
    good = at.t >= 0 && (at.total >= 0 || at.power >= 0 || at.month >= 0);
    if (!good)
      snprintf(csv.why, sizeof(csv.why),
               "the header must name t and one of total_wh, power_w, month_wh");
  }
  while (good && csv_row(&csv))
    good = take(&csv, &at, readings);
  good = good && csv.why[0] == '\0';
  if (!good)
    cli_say("%s: %s", path, csv.why);
  csv_close(&csv);
  return good;
}

/* Rows say when they were read, not how often somebody meant to. */
static double interval_of(const struct readings *r) {
  double least = INTERVAL_MAX + 1;

  for (size_t i = 1; i < r->num; i++)
    if (r->rows[i].t > r->rows[i - 1].t)
      least = fmin(least, r->rows[i].t - r->rows[i - 1].t);
  return least <= INTERVAL_MAX ? least : INTERVAL_DEFAULT;
}

/* -- output -- */

static int64_t us(double seconds) { return (int64_t)llround(seconds * 1e6); }

static void put_json_row(size_t i, double t, double credit, const char *flag) {
  fputs(i > 0 ? ",{\"t\":" : "{\"t\":", stdout);
  energy_put_number(t);
  fputs(",\"credit_wh\":", stdout);
  energy_put_number(credit);
  if (flag != NULL)
    printf(",\"flag\":\"%s\"}", flag);
  else
    fputs(",\"flag\":null}", stdout);
}

static void count(const struct readings *r, double interval, bool json) {
  struct counter c = {0};
  double sum = 0;

  if (json)
    fputs("{\"schema\":1,\"rows\":[", stdout);
  else
    printf("%14s %12s  %s\n", "t", "credit Wh", "flag");
  for (size_t i = 0; i < r->num; i++) {
    enum counter_flag flag;
    double credit = counter_feed(&c, &r->rows[i].sample, us(r->rows[i].t),
                                 us(3 * interval), &flag);
    const char *name = counter_flag_name(flag);

    sum += credit;
    if (json)
      put_json_row(i, r->rows[i].t, credit, name);
    else
      printf("%14.10g %12.10g  %s\n", r->rows[i].t, credit,
             name != NULL ? name : "");
  }
  if (json) {
    fputs("],\"sum_wh\":", stdout);
    energy_put_number(sum);
    printf(",\"gaps\":%u}\n", c.gaps);
  } else {
    printf("%14s %12.10g  %u gap%s\n", "sum", sum, c.gaps,
           c.gaps == 1 ? "" : "s");
  }
}

int energy_count_main(int argc, char **argv) {
  static const struct option options[] = {
      {"csv", required_argument, NULL, 'f'},
      {"interval", required_argument, NULL, 'i'},
      {"json", no_argument, NULL, 'j'},
      {0}};
  struct readings readings = {0};
  const char *path = NULL;
  double interval = 0;
  bool json = false;
  bool good;
  int c;

  while ((c = getopt_long(argc, argv, "f:i:j", options, NULL)) != -1) {
    if (c == 'f')
      path = optarg;
    else if (c == 'j')
      json = true;
    else if (c != 'i')
      return CLI_USAGE;
    else if (!cli_number(optarg, 0.1, 86400, &interval))
      return cli_usage("energy count",
                       "--interval expects seconds, found \"%.60s\"", optarg);
  }
  if (optind < argc)
    return cli_usage("energy count", "%s is one argument too many",
                     argv[optind]);
  if (path == NULL)
    return cli_usage("energy count", "which file? --csv FILE");
  good = read_rows(path, &readings);
  if (good)
    count(&readings, interval > 0 ? interval : interval_of(&readings), json);
  free(readings.rows);
  return good ? CLI_DONE : CLI_NOTHING;
}
