/* SPDX-License-Identifier: MIT */
/* What the energy ledger costs, without devices and without collectd.
 *
 *   bench_ledger poll OUTLETS        ns of a poll: booking, and the values
 *   bench_ledger day OUTLETS DIR     bytes written in a day, at 15 s
 *   bench_ledger days N OUTLETS DIR  fills the ledger of N days that end today
 *
 * All with a tariff of two periods. Prints one number, poll two; day also how
 * many milliseconds of CPU its 1440 transactions took. */
#include <config.h>

#include "config/conf_parser.h"
#include "energy/ledger/ledger_disk.h"
#include "energy/tariff/tariff_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { INTERVAL_S = 15, ROUNDS = 200, HISTORY_DAYS = 40, OUTLETS_MAX = 10000 };

static const char config[] =
    "<Tariff>\nCurrency \"EUR\"\nDailyCharge 0.4\nRate 0.30\n"
    "<Period \"night\">\nHours \"22:00-06:00\"\nRate 0.21\n</Period>\n"
    "</Tariff>\n";

struct outlet {
  char name[32];
  struct ledger_meter *meter;
  struct counter counter;
  double wh;
};

static struct ledger *ledger;
static struct outlet *outlets;
static unsigned outlets_num;

static struct ledger *make_ledger(void) {
  struct ledger_options options = {.billing_day = 1};
  struct option_reporter reporter = {0};
  char why[CONF_WHY_SIZE];
  struct conf_item *root =
      conf_parser_read(config, strlen(config), NULL, NULL, why);

  if (root != NULL)
    tariff_config_read(&options.tariffs, &root->children[0], &reporter);
  conf_free(root);
  return ledger_create(&options);
}

static void look(int64_t us, double seconds) {
  struct ledger_now now = {.steady_us = us, .wall_us = us};

  for (unsigned i = 0; i < outlets_num; i++) {
    struct outlet *o = &outlets[i];

    if (o->meter == NULL) {
      snprintf(o->name, sizeof(o->name), "outlet %u", i);
      o->meter =
          ledger_meter(ledger, o->name, 0, "HS110", false, &o->counter, now);
    }
    o->wh += (i % 20) * 10 * seconds / 3600;
    counter_add_total(&o->counter, o->wh, (uint64_t)us);
    ledger_name(ledger, o->meter, o->name, "");
    ledger_book(ledger, o->meter, &o->counter, o->counter.from_us, 0, now);
  }
}

static double show(int64_t us) {
  struct ledger_now now = {.steady_us = us, .wall_us = us};
  struct ledger_values v;
  double sum = 0;

  for (unsigned i = 0; i < outlets_num; i++) {
    ledger_values_of(ledger, outlets[i].meter, now, &v);
    sum += (double)v.today_cost;
  }
  ledger_values_total(ledger, now, &v);
  return sum + (double)v.today_cost;
}

static double cpu_s(void) {
  struct timespec t;

  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int64_t today_us(void) {
  return calendar_day_start(
      calendar_local_of((int64_t)time(NULL) * CALENDAR_SECOND).day);
}

/* Hour by hour, saved when there is a disk. */
static int64_t fill(unsigned days, struct ledger_disk *disk) {
  int64_t us = today_us() - days * CALENDAR_DAY;
  char why[LEDGER_DISK_WHY];

  for (unsigned h = 0; h < 24 * days; h++, us += CALENDAR_HOUR) {
    look(us, 3600);
    if (disk != NULL && ledger_disk_save(disk, why) != LEDGER_DISK_OK)
      fprintf(stderr, "%s\n", why);
  }
  return us;
}

static void poll(void) {
  int64_t us = fill(HISTORY_DAYS, NULL);
  double book = 0;
  double values = 0;
  double sum = 0;

  for (unsigned i = 0; i < ROUNDS; i++, us += INTERVAL_S * CALENDAR_SECOND) {
    double begin = cpu_s();

    look(us, INTERVAL_S);
    book += cpu_s() - begin;
    begin = cpu_s();
    sum += show(us);
    values += cpu_s() - begin;
  }
  if (sum < 0)
    abort();
  printf("%.0f %.0f\n", book * 1e9 / ROUNDS / outlets_num,
         values * 1e9 / ROUNDS / outlets_num);
}

/* Of /proc/self/io: what was given to write(). */
static double written(void) {
  FILE *io = fopen("/proc/self/io", "re");
  char line[64];
  double bytes = -1;

  while (io != NULL && fgets(line, sizeof(line), io) != NULL)
    if (strncmp(line, "wchar: ", 7) == 0)
      bytes = strtod(line + 7, NULL);
  if (io != NULL)
    fclose(io);
  return bytes;
}

static void day(struct ledger_disk *disk) {
  int64_t us = today_us() - CALENDAR_DAY;
  int64_t end = us + CALENDAR_DAY;
  char why[LEDGER_DISK_WHY];
  double before = written();
  double cpu = 0;

  for (unsigned i = 0; us < end; i++, us += INTERVAL_S * CALENDAR_SECOND) {
    look(us, INTERVAL_S);
    if (i % (60 / INTERVAL_S) == 0) {
      double begin = cpu_s();

      (void)ledger_disk_save(disk, why);
      cpu += cpu_s() - begin;
    }
  }
  ledger_disk_free(disk);
  printf("%.0f %.0f\n", written() - before, cpu * 1e3);
}

static struct ledger_disk *disk_of(const char *directory) {
  struct ledger_disk *disk = ledger_disk_create(ledger, directory);
  char why[LEDGER_DISK_WHY];

  if (disk == NULL || ledger_disk_load(disk, why) != LEDGER_DISK_FRESH) {
    fprintf(stderr, "%s: there is a ledger already\n", directory);
    exit(1);
  }
  return disk;
}

int main(int argc, char **argv) {
  bool is_days = argc == 5 && strcmp(argv[1], "days") == 0;
  struct ledger_disk *disk;

  outlets_num =
      argc > 2 ? (unsigned)strtoul(argv[is_days ? 3 : 2], NULL, 10) : 0;
  if (outlets_num == 0 || outlets_num > OUTLETS_MAX)
    return 2;
  ledger = make_ledger();
  outlets = calloc(outlets_num, sizeof(*outlets));
  if (ledger == NULL || outlets == NULL)
    return 1;
  if (argc == 3 && strcmp(argv[1], "poll") == 0) {
    poll();
  } else if (argc == 4 && strcmp(argv[1], "day") == 0) {
    day(disk_of(argv[3]));
  } else if (is_days) {
    disk = disk_of(argv[4]);
    fill((unsigned)strtoul(argv[2], NULL, 10), disk);
    ledger_disk_free(disk);
  } else {
    return 2;
  }
  ledger_free(ledger);
  free(outlets);
  return 0;
}
