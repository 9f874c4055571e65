/* SPDX-License-Identifier: MIT */
#include <config.h>

#include "cli/energy/energy_learned.h"

#include "appliance/appliance_state.h"
#include "appliance/duration.h"
#include "base/clock.h"
#include "cli/common/cli.h"
#include "cli/energy/energy_output.h"
#include "energy/ledger/ledger_note_file.h"
#include "energy/tariff/tariff.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char KIND[] = "appliance";
static const int BUSY_MS = 3000;
enum {
  NAME_SIZE = 160,
  WORDS_SIZE = 32,
  RUNS_LATEST = 20,
  DAYS_LATEST = 7,
  DAYS_BEFORE = 28,
};

/* The names that meters have now; a note is called identity/slot. */
static const char NAMES[] = "SELECT account.device, account.plug FROM meter"
                            " JOIN state ON state.meter = meter.id"
                            " JOIN account ON account.id = state.account"
                            " WHERE meter.identity || '/' || meter.slot = ?";

struct seeking {
  sqlite3 *db;
  char currency[CURRENCY_SIZE]; /* "": none */
  const char *device;           /* NULL: all */
  bool json;
  cJSON *list;
  unsigned found;
  char note[LEDGER_NOTE_NAME]; /* the latest that fits */
};

static sqlite3 *open_file(const char *directory, bool write) {
  char *path = NULL;
  sqlite3 *db = NULL;

  if (asprintf(&path, "%s/energy.db", directory) < 0)
    return NULL;
  if (sqlite3_open_v2(path, &db,
                      write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY,
                      NULL) != SQLITE_OK) {
    cli_say("%s: %s", path,
            access(path, F_OK) < 0 ? strerror(errno) : sqlite3_errmsg(db));
    sqlite3_close(db);
    db = NULL;
  } else {
    sqlite3_busy_timeout(db, BUSY_MS);
  }
  free(path);
  return db;
}

/* "Strip: Dryer", or the note's own name where the ledger has none. */
static void name_of(sqlite3 *db, const char *note, char device[NAME_SIZE],
                    char plug[NAME_SIZE]) {
  sqlite3_stmt *stmt = NULL;

  snprintf(device, NAME_SIZE, "%s", note);
  plug[0] = '\0';
  if (sqlite3_prepare_v2(db, NAMES, -1, &stmt, NULL) == SQLITE_OK &&
      sqlite3_bind_text(stmt, 1, note, -1, SQLITE_TRANSIENT) == SQLITE_OK &&
      sqlite3_step(stmt) == SQLITE_ROW) {
    snprintf(device, NAME_SIZE, "%s",
             (const char *)sqlite3_column_text(stmt, 0));
    snprintf(plug, NAME_SIZE, "%s", (const char *)sqlite3_column_text(stmt, 1));
  }
  sqlite3_finalize(stmt);
}

/* Of all costs in the ledger. */
static void read_currency(sqlite3 *db, char out[CURRENCY_SIZE]) {
  sqlite3_stmt *stmt = NULL;

  if (sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE key = 'currency'",
                         -1, &stmt, NULL) == SQLITE_OK &&
      sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_text(stmt, 0) != NULL)
    snprintf(out, CURRENCY_SIZE, "%s",
             (const char *)sqlite3_column_text(stmt, 0));
  sqlite3_finalize(stmt);
}

static bool is_meant(const struct seeking *s, const char *note,
                     const char *device, const char *plug) {
  return s->device == NULL || energy_is_named(s->device, device, plug) ||
         strcmp(s->device, note) == 0;
}

static void put_length(const char *what, double seconds) {
  char words[DURATION_SIZE];

  if (isnan(seconds))
    return;
  duration_words(seconds, words);
  printf("  %-22s %s\n", what, words);
}

static void put_watts(const char *what, double watts) {
  if (!isnan(watts))
    printf("  %-22s %.1f W\n", what, watts);
}

/* "Mon 06:00", local. */
static void moment_words(double wall, char out[WORDS_SIZE]) {
  time_t when = (time_t)wall;
  struct tm local;

  if (localtime_r(&when, &local) == NULL ||
      strftime(out, WORDS_SIZE, "%a %H:%M", &local) == 0)
    out[0] = '\0';
}

/* The window of Expect that is under way or comes next. */
static void print_expected(const struct expectation *e) {
  char from[WORDS_SIZE], to[WORDS_SIZE], ran[WORDS_SIZE];

  if (e->window == 0)
    return;
  moment_words(e->from, from);
  moment_words(e->to, to);
  printf("  %-22s %s to %s%s\n", "is expected to run", from, to,
         e->ran ? ", and has" : "");
  if (e->ran_at > 0) {
    moment_words(e->ran_at, ran);
    printf("  %-22s %s\n", "was last seen running", ran);
  }
}

/* Whether it is known what is usual, or after what it will be. */
static void print_knowledge(const struct watch *w, double now) {
  printf("  %-22s %lu%s\n", "runs learned from", w->runs.seen,
         watch_has_learned(w, now) ? ""
                                   : ": nothing is unusual before 20, or a "
                                     "week and 3");
}

/* Medians of the standby of days: of the last week, and of up to four before.
 */
static double standby_week(const struct appliance *a) {
  return history_median(&a->standby.days, 0, DAYS_LATEST);
}

static double standby_before(const struct appliance *a) {
  unsigned more =
      a->standby.days.num > DAYS_LATEST ? a->standby.days.num - DAYS_LATEST : 0;

  return more > 0 ? history_median(&a->standby.days, DAYS_LATEST,
                                   more < DAYS_BEFORE ? more : DAYS_BEFORE)
                  : (double)NAN;
}

static void print_learned(const struct appliance *a, double now) {
  const struct watch *w = &a->watch;

  print_knowledge(w, now);
  put_length("usually runs at most", history_quantile(&w->runs, 0.95));
  put_length("longest of 20 runs", history_largest(&w->runs, RUNS_LATEST));
  put_length("usually pauses at most", history_quantile(&w->pauses, 0.95));
  put_watts("standby", usage_standby(&a->usage));
  put_watts("median of a week", standby_week(a));
  put_watts("of the weeks before", standby_before(a));
  if (a->detector.rest_w > 0)
    put_watts("rests at", a->detector.rest_w);
  if (!isnan(usage_duty(&a->usage)))
    printf("  %-22s %.0f %%\n", "works", usage_duty(&a->usage));
  if (a->spike.usual > 0)
    printf("  %-22s %.0f W\n", "hardly ever exceeds", a->spike.usual);
}

static void print(const struct appliance *a, const char *device,
                  const char *plug, const char *currency, double now) {
  printf("%s%s%s\n", device, plug[0] != '\0' ? ": " : "", plug);
  printf("  %-22s %lu\n", "cycles", a->cycles);
  if (a->detector.running)
    put_length("running for", now - a->detector.start);
  if (a->cycles > 0) {
    put_length("latest cycle", a->last_duration);
    printf("  %-22s %.3f kWh\n", "", a->last_kwh);
    if (!isnan(a->last_cost))
      printf("  %-22s %.*f%s%s\n", "its cost", (int)tariff_decimals(currency),
             a->last_cost, currency[0] != '\0' ? " " : "", currency);
  }
  print_expected(&a->watch.expectation);
  print_learned(a, now);
  if (a->watch.told)
    puts("  something unusual has been told");
}

static void add_number(cJSON *one, const char *name, double value) {
  if (isnan(value))
    cJSON_AddNullToObject(one, name);
  else
    cJSON_AddNumberToObject(one, name, value);
}

/* Moments in seconds since 1970; null: nothing is expected, it was never seen
 * running. */
static void add_expected(cJSON *one, const struct expectation *e) {
  double unknown = (double)NAN;

  add_number(one, "expect_from", e->window != 0 ? e->from : unknown);
  add_number(one, "expect_to", e->window != 0 ? e->to : unknown);
  add_number(one, "ran_at", e->ran_at > 0 ? e->ran_at : unknown);
}

static void add_json(cJSON *list, const struct appliance *a, const char *device,
                     const char *plug, double now) {
  cJSON *one = cJSON_CreateObject();
  double unknown = (double)NAN;

  cJSON_AddStringToObject(one, "device", device);
  cJSON_AddStringToObject(one, "plug", plug);
  cJSON_AddBoolToObject(one, "running", a->detector.running);
  cJSON_AddNumberToObject(one, "cycles", (double)a->cycles);
  add_number(one, "cycle_s", a->cycles > 0 ? a->last_duration : unknown);
  add_number(one, "cycle_kwh", a->cycles > 0 ? a->last_kwh : unknown);
  add_number(one, "cycle_cost", a->cycles > 0 ? a->last_cost : unknown);
  cJSON_AddNumberToObject(one, "runs", (double)a->watch.runs.seen);
  add_number(one, "run_p95_s", history_quantile(&a->watch.runs, 0.95));
  add_number(one, "pause_p95_s", history_quantile(&a->watch.pauses, 0.95));
  add_number(one, "run_longest_s",
             history_largest(&a->watch.runs, RUNS_LATEST));
  cJSON_AddBoolToObject(one, "learned", watch_has_learned(&a->watch, now));
  add_expected(one, &a->watch.expectation);
  add_number(one, "standby_w", usage_standby(&a->usage));
  add_number(one, "standby_week_w", standby_week(a));
  add_number(one, "standby_before_w", standby_before(a));
  add_number(one, "usual_power_w",
             a->spike.usual > 0 ? a->spike.usual : unknown);
  add_number(one, "duty_percent", usage_duty(&a->usage));
  cJSON_AddItemToArray(list, one);
}

static void show_one(void *arg, const char *note, const char *text) {
  struct seeking *s = arg;
  double now = (double)clock_wall_us() / 1e6;
  char device[NAME_SIZE], plug[NAME_SIZE];
  struct appliance a = {0};

  name_of(s->db, note, device, plug);
  if (!is_meant(s, note, device, plug) || text == NULL ||
      !appliance_state_read(&a, text, (struct appliance_clocks){now, now}))
    return;
  s->found++;
  snprintf(s->note, sizeof(s->note), "%s", note);
  if (s->list != NULL)
    add_json(s->list, &a, device, plug, now);
  else if (s->json == false)
    print(&a, device, plug, s->currency, now);
}

static int nothing(const char *device) {
  if (device != NULL)
    cli_say("nothing is kept of an appliance called %.100s", device);
  else
    cli_say("nothing is kept of any appliance: none has an <Appliance> or "
            "<Spike> block, or the daemon has not run for long enough");
  return CLI_NOTHING;
}

static int print_json(cJSON *list) {
  cJSON *root = cJSON_CreateObject();
  char *text;

  cJSON_AddNumberToObject(root, "schema", 1);
  cJSON_AddItemToObject(root, "appliances", list);
  text = cJSON_PrintUnformatted(root);
  cJSON_Delete(root);
  if (text == NULL) {
    cli_say("out of memory");
    return CLI_NOTHING;
  }
  puts(text);
  free(text);
  return CLI_DONE;
}

int energy_learned_show(const char *directory, const char *device, bool json) {
  struct seeking s = {.device = device, .json = json};
  int rc;

  s.db = open_file(directory, false);
  if (s.db == NULL)
    return CLI_NOTHING;
  read_currency(s.db, s.currency);
  s.list = json ? cJSON_CreateArray() : NULL;
  rc = ledger_note_file_each(s.db, KIND, show_one, &s);
  sqlite3_close(s.db);
  if (rc != SQLITE_OK || (s.found == 0 && !json)) {
    cJSON_Delete(s.list);
    return nothing(device);
  }
  return json ? print_json(s.list) : CLI_DONE;
}

int energy_learned_reset(const char *directory, const char *device) {
  struct seeking s = {.device = device, .json = true};
  int rc;

  s.db = open_file(directory, true);
  if (s.db == NULL)
    return CLI_NOTHING;
  rc = ledger_note_file_each(s.db, KIND, show_one, &s);
  if (rc == SQLITE_OK && s.found == 1)
    rc = ledger_note_file_reset(s.db, KIND, s.note);
  if (rc != SQLITE_OK)
    cli_say("the ledger: %s", sqlite3_errmsg(s.db));
  sqlite3_close(s.db);
  if (rc != SQLITE_OK)
    return CLI_NOTHING;
  if (s.found == 0)
    return nothing(device);
  if (s.found > 1) {
    cli_say("%.100s is the name of several: name the one by identity/slot, as "
            "in the table note of energy.db",
            device);
    return CLI_USAGE;
  }
  printf("Forgotten; a running daemon begins anew within two minutes.\n");
  return CLI_DONE;
}
