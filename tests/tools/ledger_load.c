/* SPDX-License-Identifier: MIT */
/* Books a load as the daemon would: ledger_load FOLDER TARIFFS LOAD METERS.
 * TARIFFS holds <Tariff> blocks, LOAD rows of from,to,kwh, which are shared by
 * so many meters; FOLDER gets the ledger, energy.db. A meter is looked at when
 * a row begins and when it ends. */
#include <config.h>

#include "base/log.h"
#include "config/conf_parser.h"
#include "energy/csv.h"
#include "energy/ledger/ledger.h"
#include "energy/ledger/ledger_disk.h"
#include "energy/tariff/tariff_config.h"
#include "energy/tariff/tariff_files.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { METERS_MAX = 8, FILE_MAX = 1 << 20 };

static struct {
  struct ledger *ledger;
  struct ledger_disk *disk;
  int num;
  struct ledger_meter *meters[METERS_MAX];
  struct counter counters[METERS_MAX];
  int64_t shown_mwh[METERS_MAX];
} house;

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static void say(void *arg, const char *line) {
  (void)arg;
  fprintf(stderr, "%s\n", line);
}

static void read_tariffs(const char *path, struct tariffs *set) {
  static char text[FILE_MAX];
  struct option_reporter reporter = {.say = say};
  char why[CONF_WHY_SIZE];
  FILE *in = fopen(path, "re");
  size_t len = in != NULL ? fread(text, 1, sizeof(text) - 1, in) : 0;
  struct conf_item *root;

  text[len] = '\n'; /* the last line may lack its end */
  root = conf_parser_read(text, len + 1, NULL, NULL, why);

  if (in == NULL || root == NULL)
    fail(in == NULL ? path : why);
  fclose(in);
  for (size_t i = 0; i < root->children_num; i++)
    tariff_config_read(set, &root->children[i], &reporter);
  conf_free(root);
  if (reporter.errors > 0)
    fail("mistakes in the tariffs");
  (void)tariff_files_load(set, NULL, &reporter);
}

/* The first meter has half of it, the next half of the rest. */
static void look(int64_t us, int64_t mwh) {
  struct ledger_now now = {.steady_us = us, .wall_us = us};

  for (int i = 0; i < house.num; i++) {
    struct counter *c = &house.counters[i];
    int64_t share = i + 1 < house.num ? mwh / 2 : mwh;
    char name[16];

    mwh -= share;
    house.shown_mwh[i] += share;
    snprintf(name, sizeof(name), "Meter %d", i + 1);
    if (house.meters[i] == NULL)
      house.meters[i] =
          ledger_meter(house.ledger, name, 0, "HS110", false, c, now);
    ledger_name(house.ledger, house.meters[i], name, "");
    (void)counter_add_total(c, (double)house.shown_mwh[i] * 1e-3, (uint64_t)us);
    ledger_book(house.ledger, house.meters[i], c, c->from_us, 0, now);
  }
}

static void save(void) {
  char why[LEDGER_DISK_WHY];

  for (int i = 0; i < 2; i++)
    if (ledger_disk_save(house.disk, why) == LEDGER_DISK_FAILED)
      fail(why);
  if (ledger_disk_price(house.disk, why) == LEDGER_DISK_FAILED ||
      ledger_disk_save(house.disk, why) == LEDGER_DISK_FAILED)
    fail(why);
}

static void live(const char *path) {
  struct csv csv;
  int64_t from = 0;
  int64_t to = 0;
  double kwh;

  if (!csv_open(&csv, path, FILE_MAX))
    fail(csv.why);
  while (csv_row(&csv)) {
    if (!calendar_parse_moment(csv_field(&csv, 0), &from) ||
        !calendar_parse_moment(csv_field(&csv, 1), &to) ||
        csv_number(&csv, 2, &kwh) != 1)
      fail("a row that is none");
    look(from, 0);
    look(to, llround(kwh * 1e6));
    save();
  }
  csv_close(&csv);
  to += 2 * CALENDAR_HOUR; /* the last slot is over */
  look(to, 0);
  save();
}

int main(int argc, char **argv) {
  struct ledger_options options = {.billing_day = 1};
  char why[LEDGER_DISK_WHY];

  if (argc != 5)
    fail("ledger_load FOLDER TARIFFS LOAD METERS");
  house.num = atoi(argv[4]);
  if (house.num < 1 || house.num > METERS_MAX)
    fail("so many meters?");
  read_tariffs(argv[2], &options.tariffs);
  house.ledger = ledger_create(&options);
  house.disk = ledger_disk_create(house.ledger, argv[1]);
  if (ledger_disk_load(house.disk, why) == LEDGER_DISK_FAILED)
    fail(why);
  live(argv[3]);
  ledger_disk_free(house.disk);
  ledger_free(house.ledger);
  return 0;
}
