/* SPDX-License-Identifier: MIT */
/* kasactl energy rename and reprice: what would change, and the change
 * itself, for which rename wants --yes; reprice asks whoever sits there. */
#include <config.h>

#include "cli/energy/energy.h"

#include "base/clock.h"
#include "cli/common/cli.h"
#include "cli/energy/energy_output.h"
#include "cli/energy/energy_place.h"
#include "energy/ledger/ledger_edit.h"
#include "energy/ledger/ledger_reprice.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const double MICRO = 1e-6;

static sqlite3 *open_ledger(const struct energy_place *p) {
  char why[LEDGER_EDIT_WHY];
  sqlite3 *db = ledger_edit_open(p->directory, why);

  if (db == NULL)
    cli_say("%s", why);
  return db;
}

static void say_end(bool applied) {
  puts(applied ? "Done. A running collectd takes it over within a minute."
               : "Nothing is changed yet; --yes does it.");
}

/* -- rename -- */

/* "Strip/Lamp" is an outlet; names themselves have no slash. Cuts text. */
static const char *split(char *text) {
  char *slash = strchr(text, '/');

  if (slash == NULL)
    return NULL;
  *slash = '\0';
  return slash + 1;
}

static bool is_found(const struct ledger_rename *how,
                     enum ledger_rename_result result,
                     const struct ledger_renamed *r) {
  const char *slash = how->plug != NULL ? "/" : "";
  const char *plug = how->plug != NULL ? how->plug : "";

  switch (result) {
  case LEDGER_RENAME_OK:
    return true;
  case LEDGER_RENAME_UNKNOWN:
    cli_say("the ledger knows no %s%s%s", how->device, slash, plug);
    return false;
  case LEDGER_RENAME_IN_USE:
    cli_say("%s%s%s is what a device is called now: give the device its new "
            "name first, then join the old one's energy",
            how->device, slash, plug);
    return false;
  case LEDGER_RENAME_FAILED:
    break;
  }
  cli_say("the ledger cannot be changed: %s", r->why);
  return false;
}

static int rename_name(const struct energy_place *p,
                       const struct ledger_rename *how) {
  struct ledger_renamed r;
  char first[CALENDAR_DATE_SIZE];
  char last[CALENDAR_DATE_SIZE];
  sqlite3 *db = open_ledger(p);
  bool good;

  if (db == NULL)
    return CLI_NOTHING;
  good = is_found(how, ledger_rename(db, how, &r), &r);
  sqlite3_close(db);
  if (!good)
    return CLI_NOTHING;
  calendar_format_date(r.first, first);
  calendar_format_date(r.last, last);
  printf("%s%s%s: %.3f kWh from %s to %s, %s %s%s%s\n", how->device,
         how->plug != NULL ? "/" : "", how->plug != NULL ? how->plug : "",
         (double)r.mwh * MICRO, first, last,
         r.joins ? "joined to" : "from now on", how->new_device,
         how->new_plug != NULL ? "/" : "",
         how->new_plug != NULL ? how->new_plug : "");
  say_end(how->apply);
  return CLI_DONE;
}

int energy_rename_main(int argc, char **argv) {
  static const struct option options[] = {
      ENERGY_PLACE_OPTIONS, {"yes", no_argument, NULL, 'y'}, {0}};
  struct energy_place place = {0};
  struct ledger_rename how = {0};
  int status = CLI_DONE;
  int c;

  while ((c = getopt_long(argc, argv, ENERGY_PLACE_LETTERS "y", options,
                          NULL)) != -1)
    if (c == 'y')
      how.apply = true;
    else if (!energy_place_take(&place, c, optarg))
      return CLI_USAGE;
  if (argc - optind != 2)
    return cli_usage("energy rename",
                     "it expects two names: the old one and the new one");
  how.plug = split(argv[optind]);
  how.device = argv[optind];
  how.new_plug = split(argv[optind + 1]);
  how.new_device = argv[optind + 1];
  if ((how.plug == NULL) != (how.new_plug == NULL) || how.device[0] == '\0' ||
      how.new_device[0] == '\0')
    return cli_usage("energy rename", "both names have to be devices, or both "
                                      "outlets as in \"Strip/Lamp\"");
  status = energy_place_find(&place) ? rename_name(&place, &how) : CLI_NOTHING;
  energy_place_free(&place);
  return status;
}

/* -- reprice -- */

enum repricing_way {
  REPRICE_SHOW, /* what would change */
  REPRICE_ASK,  /* that, and then whether it shall */
  REPRICE_NOW
};

struct repricing {
  int digits;
  bool json;
  bool silent; /* all of it has been shown before */
  size_t days;
  int64_t kept_mwh;
  int64_t old_cost, new_cost; /* charges and what is lacking to minimums in */
  struct ledger_repriced_month *months; /* which follow the days */
  size_t months_num;
  bool out_of_memory;
};

static void put_day(void *arg, const struct ledger_repriced *d) {
  struct repricing *r = arg;
  int64_t old = d->old_cost + d->old_charges;
  int64_t new = d->new_cost + d->new_charges;
  char date[CALENDAR_DATE_SIZE];

  r->kept_mwh += d->kept_mwh;
  if (!ledger_repriced_differs(d))
    return;
  calendar_format_date(d->day, date);
  if (r->json) {
    printf("%s{\"date\":\"%s\",\"old\":", r->days > 0 ? "," : "", date);
    energy_put_micro(old);
    fputs(",\"new\":", stdout);
    energy_put_micro(new);
    fputs(",\"unpriced_kwh\":", stdout);
    energy_put_micro(d->new_unpriced_mwh);
    putchar('}');
  } else if (!r->silent) {
    printf("%-12s %14.*f %14.*f %+14.*f\n", date, r->digits,
           (double)old * MICRO, r->digits, (double)new *MICRO, r->digits,
           (double)(new - old) * MICRO);
  }
  r->days++;
  r->old_cost += old;
  r->new_cost += new;
}

static void keep_month(void *arg, const struct ledger_repriced_month *m) {
  struct repricing *r = arg;
  struct ledger_repriced_month *grown =
      realloc(r->months, (r->months_num + 1) * sizeof(*grown));

  r->out_of_memory |= grown == NULL;
  if (grown == NULL)
    return;
  r->months = grown;
  grown[r->months_num++] = *m;
  r->old_cost += m->old_lacks;
  r->new_cost += m->new_lacks;
}

static void put_months(const struct repricing *r) {
  for (size_t i = 0; i < r->months_num; i++) {
    const struct ledger_repriced_month *m = &r->months[i];
    char date[CALENDAR_DATE_SIZE];

    calendar_format_date(m->start, date);
    if (r->json) {
      printf("%s{\"from\":\"%s\",\"old\":", i > 0 ? "," : "", date);
      energy_put_micro(m->old_lacks);
      fputs(",\"new\":", stdout);
      energy_put_micro(m->new_lacks);
      putchar('}');
    } else {
      printf("%-12s %14.*f %14.*f %+14.*f  of the month from %s\n",
             "to minimum", r->digits, (double)m->old_lacks * MICRO, r->digits,
             (double)m->new_lacks * MICRO, r->digits,
             (double)(m->new_lacks - m->old_lacks) * MICRO, date);
    }
  }
}

static void begin(const struct repricing *r, const char *currency) {
  if (r->json) {
    fputs("{\"schema\":1,\"currency\":", stdout);
    energy_put_json(currency);
    fputs(",\"days\":[", stdout);
  } else if (!r->silent) {
    printf("%-12s %14s %14s %14s\n", "day", "old", "new", "difference");
  }
}

/* What it comes to. */
static void put_sum(const struct repricing *r, const char *currency) {
  put_months(r);
  printf("%-12s %14.*f %14.*f %+14.*f  %s\n", "sum", r->digits,
         (double)r->old_cost * MICRO, r->digits, (double)r->new_cost * MICRO,
         r->digits, (double)(r->new_cost - r->old_cost) * MICRO, currency);
}

static bool changes_nothing(const struct repricing *r) {
  return r->days + r->months_num == 0;
}

static void end(const struct repricing *r, const char *currency,
                enum repricing_way way) {
  bool applied = way == REPRICE_NOW;

  if (r->json) {
    fputs("],\"to_minimum\":[", stdout);
    put_months(r);
    fputs("],\"old\":", stdout);
    energy_put_micro(r->old_cost);
    fputs(",\"new\":", stdout);
    energy_put_micro(r->new_cost);
    fputs(",\"kept_kwh\":", stdout);
    energy_put_micro(r->kept_mwh);
    printf(",\"applied\":%s}\n", applied ? "true" : "false");
    return;
  }
  if (!r->silent)
    put_sum(r, currency);
  if (!r->silent && r->kept_mwh > 0)
    printf("%.3f kWh keep what they cost: their price is not known any more\n",
           (double)r->kept_mwh * MICRO);
  if (changes_nothing(r))
    puts("All of it costs what it did.");
  else if (way != REPRICE_ASK)
    say_end(applied);
}

static bool is_same_currency(const struct energy_place *p) {
  struct ledger_query *q = energy_place_open(p);
  const char *now = tariffs_currency(&p->tariffs);
  const char *then = q != NULL ? ledger_query_currency(q) : "";
  bool same = q != NULL && (then[0] == '\0' || strcmp(then, now) == 0);

  if (q != NULL && !same)
    cli_say("the ledger holds costs in %s, the tariff is in %s: they cannot be "
            "summed (kasactl energy currency)",
            then, now);
  ledger_query_close(q);
  return same;
}

static bool is_wanted(void) {
  char answer[16] = "";

  fputs("Change the ledger? [y/N] ", stdout);
  fflush(stdout);
  if (fgets(answer, sizeof(answer), stdin) == NULL)
    putchar('\n');
  return answer[0] == 'y' || answer[0] == 'Y';
}

static int run_reprice(sqlite3 *db, struct ledger_reprice *how,
                       struct repricing *r, enum repricing_way way) {
  const char *currency = tariffs_currency(how->tariffs);
  size_t changed;
  int rc;

  how->apply = way == REPRICE_NOW;
  begin(r, currency);
  rc = ledger_reprice(db, how, put_day, r, &changed);
  if (rc == SQLITE_OK)
    end(r, currency, way);
  else
    cli_say("the ledger cannot be changed: %s", sqlite3_errstr(rc));
  if (r->out_of_memory)
    cli_say("out of memory");
  free(r->months);
  r->months = NULL;
  return rc;
}

static int reprice(const struct energy_place *p, struct ledger_reprice *how,
                   enum repricing_way way, bool json) {
  const int digits = (int)tariff_decimals(tariffs_currency(&p->tariffs));
  struct repricing r = {.digits = digits, .json = json};
  sqlite3 *db;
  int rc;

  if (!energy_place_has_tariffs(p) || !is_same_currency(p))
    return CLI_NOTHING;
  db = open_ledger(p);
  if (db == NULL)
    return CLI_NOTHING;
  how->tariffs = &p->tariffs;
  how->take_month = keep_month;
  rc = run_reprice(db, how, &r, way);
  if (rc == SQLITE_OK && way == REPRICE_ASK && !changes_nothing(&r)) {
    if (is_wanted()) {
      r = (struct repricing){.digits = digits, .silent = true};
      rc = run_reprice(db, how, &r, REPRICE_NOW);
    } else {
      puts("Nothing is changed.");
    }
  }
  sqlite3_close(db);
  return rc == SQLITE_OK ? CLI_DONE : CLI_NOTHING;
}

/* Whoever sits at a terminal sees first what would change. A pager or a file
 * cannot be asked through, so there it is only shown. */
static enum repricing_way way_of(bool dry, bool yes, bool json) {
  if (dry || yes)
    return yes ? REPRICE_NOW : REPRICE_SHOW;
  if (isatty(STDIN_FILENO) != 1)
    return REPRICE_NOW;
  return isatty(STDOUT_FILENO) == 1 && !json ? REPRICE_ASK : REPRICE_SHOW;
}

static bool date_of(const char *text, int *day) {
  return text != NULL && calendar_parse_date(text, day);
}

int energy_reprice_main(int argc, char **argv) {
  static const struct option options[] = {
      ENERGY_PLACE_OPTIONS,
      {"from", required_argument, NULL, 'f'},
      {"to", required_argument, NULL, 'e'},
      {"dry-run", no_argument, NULL, 'n'},
      {"unpriced", no_argument, NULL, 'u'},
      {"yes", no_argument, NULL, 'y'},
      {"json", no_argument, NULL, 'j'},
      {0}};
  struct energy_place place = {0};
  const int today = calendar_local_of((int64_t)clock_wall_us()).day;
  struct ledger_reprice how = {.last = today, .today = today};
  const char *from = NULL;
  const char *to = NULL;
  bool dry = false;
  bool yes = false;
  bool json = false;
  int status;
  int c;

  while ((c = getopt_long(argc, argv, ENERGY_PLACE_LETTERS "f:e:nuyj", options,
                          NULL)) != -1)
    if (c == 'f')
      from = optarg;
    else if (c == 'e')
      to = optarg;
    else if (c == 'n')
      dry = true;
    else if (c == 'u')
      how.unpriced_only = true;
    else if (c == 'y')
      yes = true;
    else if (c == 'j')
      json = true;
    else if (!energy_place_take(&place, c, optarg))
      return CLI_USAGE;
  if (optind < argc)
    return cli_usage("energy reprice", "%s is one argument too many",
                     argv[optind]);
  if (!date_of(from, &how.first))
    return cli_usage("energy reprice",
                     "--from expects a date as in 2026-01-15, found \"%.60s\"",
                     from != NULL ? from : "nothing");
  if ((to != NULL && !date_of(to, &how.last)) || how.last < how.first)
    return cli_usage("energy reprice",
                     "--to expects a date not before --from, found \"%.60s\"",
                     to != NULL ? to : "today");
  if (dry && yes)
    return cli_usage("energy reprice", "--dry-run or --yes, not both");
  status = energy_place_find(&place)
               ? reprice(&place, &how, way_of(dry, yes, json), json)
               : CLI_NOTHING;
  energy_place_free(&place);
  return status;
}
